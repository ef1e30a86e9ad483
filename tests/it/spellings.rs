//! Whatever is asked has one spelling: paths, methods, numbers, days, and what stands after the question
//! mark; the OpenAPI document is walked. And whatever is answered says each thing once.

use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::parameters::{filled, operations, refused};
use crate::reading::Demo;

/// Every parameter of the document: method, template, where it stands, its name, and its kind.
fn parameters() -> Vec<(Method, String, bool, String, String)> {
    let document = tinnhiem::api::openapi();
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            for one in operation["parameters"].as_array().into_iter().flatten() {
                let schema = &one["schema"];
                let kind = schema["type"].as_str().or(schema["$ref"].as_str()).unwrap_or_default();
                let kind = kind.rsplit('/').next().unwrap().to_owned();
                let name = one["name"].as_str().unwrap().to_owned();
                found.push((
                    method.to_uppercase().parse().unwrap(),
                    path.clone(),
                    one["in"] == "query",
                    name,
                    kind,
                ));
            }
        }
    }
    found
}

/// The path with this value, as it stands, for one parameter.
fn with(template: &str, in_query: bool, name: &str, value: &str) -> String {
    if in_query {
        format!("{}?{name}={value}", filled(template))
    } else {
        filled(&template.replace(&format!("{{{name}}}"), value))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_or_day_has_one_spelling() {
    let demo = Demo::start().await;
    let (mut numbers, mut days) = (0, 0);
    for (method, template, in_query, name, kind) in parameters() {
        let (plain, odd): (_, Vec<&str>) = match kind.as_str() {
            "integer" => (
                "5",
                vec![
                    "05",
                    "005",
                    "+5",
                    "%2B5",
                    "-5",
                    "-0",
                    "00",
                    "5.0",
                    "5e0",
                    "0x5",
                    "%205",
                    "5%20",
                    "5_0",
                    "5,0",
                    "%35",
                    "%D9%A5",
                    "%EF%BC%95",
                    "5%00",
                    "99999999999999999999999",
                ],
            ),
            "Date" => (
                "2026-06-01",
                vec![
                    "2026-6-1",
                    "20260601",
                    "+2026-06-01",
                    "02026-06-01",
                    "2026-06-01T00:00:00Z",
                    "2026-06-31",
                    "2026-06-00",
                    "2026-06-1%20",
                    "%202026-06-01",
                    "26-06-01",
                    "0000-01-01",
                    "2026%E2%80%9006-01",
                    "2026-W23-1",
                ],
            ),
            _ => continue,
        };
        let code = if in_query { "query.malformed" } else { "path.malformed" };
        let url = |value: &str| format!("{}{}", demo.base, with(&template, in_query, &name, value));
        let good = demo.http.request(method.clone(), url(plain)).send().await.unwrap();
        // What has no end is not read to it.
        let is_endless = good.headers()["content-type"] == "text/event-stream";
        let told = if is_endless { String::new() } else { good.text().await.unwrap() };
        assert!(!told.contains(code), "{method} {template} {name}: {told:.200}");
        for value in odd {
            let path = with(&template, in_query, &name, value);
            let problem = refused(&demo, &method, &path).await;
            assert_eq!(problem["code"], code, "{method} {path}");
        }
        *(if kind == "Date" { &mut days } else { &mut numbers }) += 1;
    }
    assert!(numbers > 25 && days > 5, "{numbers} {days}");
    // Numbers within other parameters too.
    let page = demo.json("/v1/clocks?limit=1").await;
    let next = page["next"].as_str().unwrap();
    for odd in [format!("0{next}"), format!("+{next}"), next.replace(".0", ".00"), format!("{next}.")] {
        assert!(odd == next || demo.code(&format!("/v1/clocks?limit=1&after={odd}")).await.0 == 400, "{odd}");
    }
    for path in [
        "/v1/events/03",
        "/v1/events/+3",
        "/v1/contests/00",
        "/tile/00/000",
        "/tile/0/000.p/03",
        "/tile/+0/000",
    ] {
        assert_eq!(demo.code(path).await.0, 400, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parameter_has_a_value_that_is_text_and_stands_once() {
    let demo = Demo::start().await;
    let mut seen = 0;
    for (method, template, in_query, name, _) in parameters() {
        if !in_query {
            let path = with(&template, false, &name, "%FF");
            if path.contains("%FF") {
                assert_eq!(refused(&demo, &method, &path).await["code"], "path.malformed", "{path}");
            }
            continue;
        }
        let path = filled(&template);
        for (query, code) in [
            (name.clone(), "query.empty"),
            (format!("{name}="), "query.empty"),
            (format!("{name}=%20"), "query.empty"),
            (format!("{name}=+%09%C2%A0%0C"), "query.empty"),
            (format!("{name}=%ff"), "query.malformed"),
            (format!("{name}=1%C3%28"), "query.malformed"),
            (format!("{name}=1%00"), "query.malformed"),
            (format!("{name}=%1b1"), "query.malformed"),
            (format!("{name}=1%"), "query.malformed"),
            (format!("{name}=1%4"), "query.malformed"),
            (format!("{name}=%zz"), "query.malformed"),
            (format!("{name}=1&{name}=2"), "query.repeated"),
            (format!("{name}=1&{name}=1"), "query.repeated"),
            (format!("{name}=1&&"), "query.unknown"),
            (format!("%ff={name}"), "query.malformed"),
        ] {
            assert_eq!(
                refused(&demo, &method, &format!("{path}?{query}")).await["code"],
                code,
                "{path}?{query}"
            );
        }
        seen += 1;
    }
    assert!(seen > 40, "{seen}");
    for path in ["/v1/subjects", "/v1/collaborations"] {
        for nothing in ["%E2%80%8B", "%CC%81", "@", "%22%22", "...,-"] {
            assert_eq!(
                refused(&demo, &Method::GET, &format!("{path}?q={nothing}")).await["code"],
                "query.empty"
            );
        }
        // Words without end would be looked for in every name.
        let problem = refused(&demo, &Method::GET, &format!("{path}?q={}", "a+".repeat(5_000))).await;
        assert_eq!(problem["code"], "query.long");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_header_stands_twice_and_what_a_path_takes_is_told() {
    let demo = Demo::start().await;
    let of_path = |wanted: &str| {
        let all = operations().into_iter().filter(|(_, template, _)| template == wanted);
        all.map(|(method, ..)| method).collect::<Vec<_>>()
    };
    let mut asked: Vec<(Method, String)> = Vec::new();
    for (method, template, _) in operations() {
        let path = filled(&template);
        let missing = format!("{path}/nothing");
        for path in [path.clone(), format!("{path}?zzzz=1"), missing, format!("{path}/"), format!("/{path}")]
        {
            asked.push((method.clone(), path));
        }
        let known = of_path(&template);
        for other in ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"] {
            let other: Method = other.parse().unwrap();
            asked.push((other.clone(), path.clone()));
            let reads = other == Method::HEAD && known.contains(&Method::GET);
            if known.contains(&other) || reads {
                continue;
            }
            let answer =
                demo.http.request(other.clone(), format!("{}{path}", demo.base)).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED, "{other} {path}");
            let allowed = answer.headers()["allow"].to_str().unwrap();
            let mut allowed: Vec<&str> = allowed.split(',').filter(|one| *one != "HEAD").collect();
            allowed.sort_unstable();
            let mut taken: Vec<&str> = known.iter().map(Method::as_str).collect();
            taken.sort_unstable();
            assert_eq!(allowed, taken, "{other} {path}");
        }
    }
    for path in ["/v1/events/batch?receipts=0", "/v1/events/batch?receipts=false", "/v1/events/batch"] {
        asked.push((Method::POST, path.to_owned()));
    }
    for (method, path) in asked {
        for encoding in ["gzip", "identity"] {
            let request = demo.http.request(method.clone(), format!("{}{path}", demo.base));
            let answer = request.header("accept-encoding", encoding).send().await.unwrap();
            for name in answer.headers().keys() {
                let values: Vec<_> = answer.headers().get_all(name).iter().collect();
                assert_eq!(values.len(), 1, "{method} {path}: {name} {values:?}");
            }
            let vary = answer.headers()["vary"].to_str().unwrap();
            assert_eq!(vary.matches("accept-encoding").count(), 1, "{method} {path}: {vary}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_has_one_spelling() {
    let demo = Demo::start().await;
    for (method, template, _) in
        operations().into_iter().filter(|(_, template, _)| !template.starts_with("/tile"))
    {
        let path = filled(&template);
        let (before, last) = path.rsplit_once('/').unwrap();
        for odd in [
            format!("{path}/"),
            format!("/{path}"),
            format!("{before}//{last}"),
            format!("{before}/%2F{last}"),
            format!("{}%2F{last}", if before.is_empty() { "/v1" } else { before }),
            format!("{before}/{last}%00"),
            format!("{before}/{last};x=1"),
            format!("{path}/{}", "a".repeat(8_000)),
            path.to_uppercase(),
        ] {
            let answer =
                demo.http.request(method.clone(), format!("{}{odd}", demo.base)).send().await.unwrap();
            let status = answer.status().as_u16();
            assert!([400, 404, 405].contains(&status), "{method} {odd:.200}: {status}");
            let problem: Value = answer.json().await.unwrap();
            assert!(problem["code"].is_string());
        }
    }
}
