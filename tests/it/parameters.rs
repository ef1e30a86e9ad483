//! What every route does with parameters, encodings and validators: the OpenAPI document is walked, so
//! that a new route cannot leave any of it out.

use reqwest::{Method, StatusCode};
use serde_json::Value;
use tinnhiem::demo;

use crate::reading::Demo;

/// Every operation of the document: method, path, and what may be asked.
pub fn operations() -> Vec<(Method, String, Vec<String>)> {
    let document = tinnhiem::api::openapi();
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let queries = parameters.iter().filter(|one| one["in"] == "query");
            let names = queries.map(|one| one["name"].as_str().unwrap().to_owned()).collect();
            found.push((method.to_uppercase().parse().unwrap(), path.clone(), names));
        }
    }
    assert!(found.len() > 30);
    found
}

/// A path of the demo that a template stands for.
pub fn filled(template: &str) -> String {
    let mut path = template.to_owned();
    for (name, value) in [
        ("{subject}", demo::subject("han").to_string()),
        ("{member}", "la-sen".to_owned()),
        ("{event}", "0".to_owned()),
        ("{version}", "1".to_owned()),
        ("{seq}", "3".to_owned()),
        ("{size}", "40".to_owned()),
        ("{from}", "3".to_owned()),
        ("{to}", "9".to_owned()),
        ("{as_of}", "2026-06-01".to_owned()),
        ("{commitment}", "00".repeat(32)),
        ("{contest}", "0".to_owned()),
        ("{draft}", "00".repeat(32)),
        ("{key}", demo::key("la-sen").public().to_string()),
        ("{*tile}", "0/000.p/3".to_owned()),
        ("{tile}", "0/000.p/3".to_owned()),
    ] {
        path = path.replace(name, &value);
    }
    assert!(!path.contains('{'), "{template} has a parameter that this test does not know");
    path
}

pub async fn refused(demo: &Demo, method: &Method, path: &str) -> Value {
    let answer = demo.http.request(method.clone(), format!("{}{path}", demo.base)).send().await.unwrap();
    assert_eq!(answer.status(), 400, "{method} {path}");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    answer.json().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_route_passes_over_a_parameter_that_it_does_not_know() {
    let demo = Demo::start().await;
    for (method, template, names) in operations() {
        let path = filled(&template);
        let problem = refused(&demo, &method, &format!("{path}?zzzzzzzz=1")).await;
        assert_eq!(problem["code"], "query.unknown", "{method} {path}");
        for name in &names {
            let known = problem["detail"].as_str().unwrap();
            assert!(known.contains(name.as_str()), "{known} does not say {name}");
            if name.len() < 4 {
                continue;
            }
            let mut letters: Vec<char> = name.chars().collect();
            let middle = letters.len() / 2;
            letters.swap(middle - 1, middle);
            let misspelt: String = letters.into_iter().collect();
            if names.contains(&misspelt) || misspelt == *name {
                continue;
            }
            let problem = refused(&demo, &method, &format!("{path}?{misspelt}=1")).await;
            assert_eq!(problem["code"], "query.unknown", "{method} {path} {misspelt}");
            let detail = problem["detail"].as_str().unwrap();
            assert!(detail.contains(&format!("did you mean `{name}`")), "{path} {misspelt}: {detail}");
        }
        if let Some(name) = names.first() {
            let problem = refused(&demo, &method, &format!("{path}?{name}=1&{name}=1")).await;
            assert_eq!(problem["code"], "query.repeated", "{method} {path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_stands_for_nothing_is_refused() {
    let demo = Demo::start().await;
    let nobody = "kol-0000000000000";
    for (path, code) in [
        ("/v1/subjects?topic=no-such-topic".to_owned(), "query.value"),
        ("/v1/subjects?band=Z".to_owned(), "query.value"),
        ("/v1/subjects?sort=middle".to_owned(), "query.malformed"),
        ("/v1/subjects?min_score=many".to_owned(), "query.malformed"),
        ("/v1/events?type=nothing".to_owned(), "query.type"),
        ("/v1/events?issuer=nobody-at-all".to_owned(), "query.value"),
        (format!("/v1/events?subject={nobody}"), "query.value"),
        (format!("/v1/contests?subject={nobody}"), "query.value"),
        ("/v1/contests?status=closed".to_owned(), "query.malformed"),
        ("/v1/clocks?who=nobody-at-all".to_owned(), "query.value"),
        ("/v1/clocks?duty=perhaps".to_owned(), "query.malformed"),
        (format!("/v1/collaborations?subject={nobody}"), "query.value"),
        ("/v1/collaborations?business=nobody-at-all".to_owned(), "query.value"),
        (format!("/v1/subjects/{}/history/steps?format=xml", demo::subject("han")), "query.malformed"),
    ] {
        assert_eq!(demo.code(&path).await, (400, code.to_owned()), "{path}");
    }
}

/// The texts of a parser tell neither which parameter is meant nor what is expected there.
#[tokio::test(flavor = "multi_thread")]
async fn a_value_of_another_form_is_told_with_its_parameter_and_what_is_expected() {
    let demo = Demo::start().await;
    let han = demo::subject("han");
    for (path, told) in [
        ("/v1/events?limit=abc".to_owned(), "`limit` is a whole number from 1 to 1000, not `abc`"),
        (
            "/v1/events?after=99999999999999999999".to_owned(),
            "`after` is a whole number, not `99999999999999999999`",
        ),
        (format!("/v1/subjects/{han}/score?as_of=x"), "`as_of` is a day, such as 2026-11-28, not `x`"),
        (format!("/v1/subjects/{han}/score?size=3&as_of=2026-02-30"), "`as_of` is a day"),
        ("/v1/subjects?sort=middle".to_owned(), "`sort` is one of best, worst, not `middle`"),
        ("/v1/subjects?min_score=70000".to_owned(), "`min_score` is a whole number from 0 to 65535"),
        ("/v1/subjects?certified=yes".to_owned(), "`certified` is one of true, false, not `yes`"),
        ("/v1/contests?subject=x%1F%C3%A9".to_owned(), "U+001F"),
        (
            "/v1/contests?subject=x%C3%A9".to_owned(),
            "`subject` is the id of a KOL, such as kol-0123456789abc, not `xé`",
        ),
        ("/v1/events?issuer=A".to_owned(), "`issuer` is the id of a member or a KOL"),
        ("/v1/subjects/kol-O/score".to_owned(), "`subject` is the id of a KOL"),
        (format!("/v1/subjects/{han}/score/9/x"), "`as_of` is a day"),
        ("/v1/receipts/x".to_owned(), "`seq` is a whole number, not `x`"),
        ("/v1/attachments/xyz".to_owned(), "`commitment` is the 64 hex digits"),
        ("/v1/events/x".to_owned(), "the 64 hex digits of its id, not `x`"),
    ] {
        let problem = refused(&demo, &Method::GET, &path).await;
        let code = if path.contains('?') { "query.malformed" } else { "path.malformed" };
        assert_eq!(problem["code"], code, "{path}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(told), "{path}: {detail}");
        assert!(!detail.contains("eserialize") && !detail.contains("invalid"), "{path}: {detail}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_route_reads_a_body_in_another_encoding() {
    let demo = Demo::start().await;
    let posts = operations().into_iter().filter(|(method, ..)| *method == Method::POST);
    let mut seen = 0;
    for (method, template, _) in posts {
        let url = format!("{}{}", demo.base, filled(&template));
        for encoding in ["gzip", "GZIP", "br", "identity, gzip", "x-unknown"] {
            let request = demo.http.request(method.clone(), &url).header("content-encoding", encoding);
            let answer = request.body("\n\n\n").send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE, "{template} {encoding}");
            assert_eq!(answer.headers()["accept-encoding"], "identity");
            assert_eq!(answer.json::<Value>().await.unwrap()["code"], "body.encoding");
        }
        let plain = demo.http.post(&url).header("content-encoding", "identity").body("{}");
        assert_ne!(plain.send().await.unwrap().status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
        seen += 1;
    }
    assert!(seen >= 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_says_how_long_it_is_good_for_and_what_it_depends_on() {
    let demo = Demo::start().await;
    let mut paths: Vec<String> = vec!["/".to_owned(), "/openapi.json".to_owned(), "/nowhere".to_owned()];
    let gets = operations().into_iter().filter(|(method, ..)| *method == Method::GET);
    paths.extend(gets.map(|(_, template, _)| filled(&template)));
    // What is made while it is read has neither a length nor a validator.
    paths.retain(|path| path != "/v1/events/stream" && !path.starts_with("/v1/scores."));
    paths.extend(["/tile/0/900.p/9", "/tile/entries/900", "/v1/receipts/99999999"].map(str::to_owned));
    let (mut good, mut bad) = (0, 0);
    for path in &paths {
        let answer = demo.get(path).await;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
        let varies = |headers: &reqwest::header::HeaderMap| {
            let mut all = headers.get_all("vary").iter();
            all.any(|value| value.to_str().unwrap().contains("accept-encoding"))
        };
        assert!(varies(&headers), "{path} does not vary");
        assert_eq!(header("x-content-type-options").as_deref(), Some("nosniff"), "{path}");
        assert_eq!(header("x-request-id").map(|id| id.len()), Some(16), "{path}");
        let length = answer.bytes().await.unwrap().len();
        let url = format!("{}{path}", demo.base);
        let head = demo.http.head(&url).send().await.unwrap();
        assert_eq!(head.status(), status, "{path}");
        let told = head.headers().get("content-length").map(|length| length.to_str().unwrap().to_owned());
        assert_eq!(told, Some(length.to_string()), "{path}");
        assert_eq!(head.headers().get("etag"), headers.get("etag"), "{path}");
        assert!(head.bytes().await.unwrap().is_empty());
        if status != StatusCode::OK {
            assert_eq!(header("cache-control").as_deref(), Some("no-store"), "{path} {status}");
            bad += 1;
            continue;
        }
        good += 1;
        let tag = header("etag").unwrap_or_else(|| panic!("{path} has no validator"));
        let kept = header("cache-control").unwrap();
        for known in [tag.clone(), format!("\"other\", {tag}"), "*".to_owned()] {
            let again = demo.http.get(&url).header("if-none-match", &known).send().await.unwrap();
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{path} {known}");
            assert!(varies(again.headers()), "{path}: 304 without vary");
            assert_eq!(again.headers()["etag"], tag, "{path}");
            assert_eq!(again.headers()["cache-control"], kept, "{path}");
            assert!(again.bytes().await.unwrap().is_empty());
        }
        let other = demo.http.get(&url).header("if-none-match", "\"other\"").send().await.unwrap();
        assert_eq!(other.status(), StatusCode::OK, "{path}");
        let packed = demo.http.get(&url).header("accept-encoding", "gzip").send().await.unwrap();
        assert!(varies(packed.headers()), "{path}");
        assert_eq!(packed.headers()["etag"], tag, "{path}");
    }
    assert!(good > 25 && bad > 3, "{good} {bad}");
    let wrong = demo.http.put(format!("{}/v1/events", demo.base)).send().await.unwrap();
    assert_eq!(wrong.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(wrong.headers()["cache-control"], "no-store");
    assert!(wrong.headers()["allow"].to_str().unwrap().contains("POST"));
}
