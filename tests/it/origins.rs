//! Pages of other origins: whatever anybody may read, they may read, and they may write nothing.

use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};
use tinnhiem::demo;

use crate::parameters::{filled, operations};
use crate::reading::Demo;

const ELSEWHERE: &str = "https://elsewhere.example";
const ALLOWED: &str = "access-control-allow-origin";

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap())
}

/// What a page of another origin is answered.
async fn asked(demo: &Demo, method: Method, path: &str) -> reqwest::Response {
    let request = demo.http.request(method, format!("{}{path}", demo.base));
    request.header("origin", ELSEWHERE).send().await.unwrap()
}

/// What a browser is answered that asks beforehand.
async fn beforehand(demo: &Demo, path: &str, method: &str) -> reqwest::Response {
    let request = demo.http.request(Method::OPTIONS, format!("{}{path}", demo.base));
    let request = request.header("origin", ELSEWHERE).header("access-control-request-method", method);
    request.header("access-control-request-headers", "content-type").send().await.unwrap()
}

/// Checks that nothing of an answer lets a page of another origin in.
fn is_closed(path: &str, headers: &HeaderMap) {
    let told = headers.keys().find(|name| name.as_str().starts_with("access-control-"));
    assert_eq!(told, None, "{path}");
}

/// Checks that a page of any origin may read an answer, and that it is the same for all of them.
fn is_open(path: &str, headers: &HeaderMap) {
    assert_eq!(header(headers, ALLOWED), Some("*"), "{path}");
    assert_eq!(header(headers, "access-control-allow-credentials"), None, "{path}");
    let exposed = header(headers, "access-control-expose-headers").unwrap();
    for name in ["etag", "link", "retry-after", "x-request-id", "x-salt"] {
        assert!(exposed.split(", ").any(|one| one == name), "{path}: {exposed}");
    }
    let vary = header(headers, "vary").unwrap_or_default();
    assert!(vary.contains("accept-encoding") && !vary.contains("origin"), "{path} varies by {vary}");
}

fn is_of_drafts(path: &str) -> bool {
    path.starts_with("/v1/drafts")
}

/// What is made to be shown elsewhere, beside the API.
fn shown_elsewhere(demo: &Demo) -> Vec<String> {
    let han = demo::subject("han");
    let card = format!(
        "/oembed?url=%2F%2F{}%2Fkol%2F{han}",
        demo.base.trim_start_matches("http://").replace(":", "%3A")
    );
    vec!["/feed.atom".to_owned(), format!("/kol/{han}/feed.atom"), format!("/kol/{han}/badge.svg"), card]
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_read_without_a_key_is_read_from_every_origin() {
    let demo = Demo::start().await;
    let gets = operations().into_iter().filter(|(method, ..)| *method == Method::GET);
    let mut paths: Vec<String> = gets.map(|(_, template, _)| filled(&template)).collect();
    // It has no end.
    paths.retain(|path| path != "/v1/events/stream");
    paths.push("/v1/events/stream?after=0&limit=1".to_owned());
    paths.push("/openapi.json".to_owned());
    paths.extend(shown_elsewhere(&demo));
    // What is refused says why, too.
    paths.extend(["/v1/nothing", "/v1/subjects?colour=red", "/v1/events/999999"].map(str::to_owned));
    paths.push(format!("/kol/{}/badge.svg?size=huge", demo::subject("han")));
    let mut statuses = std::collections::BTreeSet::new();
    for path in &paths {
        let answer = asked(&demo, Method::GET, path).await;
        statuses.insert(answer.status().as_u16());
        if is_of_drafts(path) {
            is_closed(path, answer.headers());
            continue;
        }
        is_open(path, answer.headers());
        // A cache may hand what somebody else was answered to a page of another origin.
        is_open(path, demo.get(path).await.headers());
        is_open(path, asked(&demo, Method::HEAD, path).await.headers());
        if let Some(tag) = header(answer.headers(), "etag") {
            let again = demo.http.get(format!("{}{path}", demo.base)).header("if-none-match", tag);
            let again = again.header("origin", ELSEWHERE).send().await.unwrap();
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{path}");
            is_open(path, again.headers());
        }
    }
    assert!(statuses.is_superset(&[200, 400, 404].into()), "{statuses:?}");
    for page in ["/", "/log", "/check", "/no/such/page"]
        .map(str::to_owned)
        .into_iter()
        .chain([format!("/kol/{}", demo::subject("han"))])
    {
        let html = demo.http.get(format!("{}{page}", demo.base)).header("accept", "text/html");
        is_closed(&page, html.header("origin", ELSEWHERE).send().await.unwrap().headers());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_beforehand_may_read_and_may_not_write() {
    let demo = Demo::start().await;
    let mut open = shown_elsewhere(&demo);
    for (method, template, _) in operations() {
        let path = filled(&template);
        if method == Method::GET && !is_of_drafts(&path) {
            open.push(path);
        } else {
            let answer = beforehand(&demo, &path, method.as_str()).await;
            assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            is_closed(&path, answer.headers());
        }
    }
    assert!(open.len() > 40);
    for path in &open {
        for method in ["GET", "HEAD"] {
            let answer = beforehand(&demo, path, method).await;
            assert_eq!(answer.status(), StatusCode::NO_CONTENT, "{path}");
            let headers = answer.headers();
            assert_eq!(header(headers, ALLOWED), Some("*"), "{path}");
            assert_eq!(header(headers, "access-control-allow-methods"), Some("GET, HEAD"), "{path}");
            assert_eq!(header(headers, "access-control-allow-credentials"), None, "{path}");
            let taken = header(headers, "access-control-allow-headers").unwrap();
            assert!(taken.contains("if-none-match") && taken.contains("last-event-id"), "{taken}");
            assert!(!taken.contains("content-type") && !taken.contains("authorization"), "{taken}");
            let remembered: u64 = header(headers, "access-control-max-age").unwrap().parse().unwrap();
            assert!((1..=86_400).contains(&remembered), "{remembered}");
            let vary = header(headers, "vary").unwrap();
            assert!(vary.contains("origin") && vary.contains("access-control-request-method"), "{vary}");
            assert_eq!(header(headers, "x-request-id").map(str::len), Some(16), "{path}");
        }
        for method in ["POST", "PUT", "DELETE", "not a method"] {
            let answer = beforehand(&demo, path, method).await;
            assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            is_closed(path, answer.headers());
        }
        // Who does not say from where asks nothing of the kind.
        let plain = demo.http.request(Method::OPTIONS, format!("{}{path}", demo.base));
        let plain = plain.header("access-control-request-method", "GET").send().await.unwrap();
        assert_eq!(plain.status(), StatusCode::METHOD_NOT_ALLOWED, "{path}");
        is_closed(path, plain.headers());
    }
    let known = demo.json("/v1/events/3").await["envelope"].to_string();
    for (path, body) in [
        ("/v1/events", known.as_str()),
        ("/v1/events", "{}"),
        ("/v1/events/check", &known),
        ("/v1/events/batch", "{}\n"),
        ("/v1/drafts", &known),
    ] {
        let request = demo.http.post(format!("{}{path}", demo.base)).header("origin", ELSEWHERE);
        let answer = request.body(body.to_owned()).send().await.unwrap();
        is_closed(path, answer.headers());
    }
}
