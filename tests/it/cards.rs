//! Cards: what is said of a KOL where its page is shared, and what is shown for its address.

use reqwest::StatusCode;
use serde_json::Value;
use tinnhiem::demo::subject;

use crate::pages::{attributes, read};
use crate::reading::Demo;

/// What a page says of itself under a name.
fn told(html: &str, name: &str) -> String {
    let begins =
        [format!("<meta property=\"{name}\" content=\""), format!("<meta name=\"{name}\" content=\"")];
    let rest = begins
        .iter()
        .find_map(|begins| html.split_once(begins.as_str()))
        .unwrap_or_else(|| panic!("no {name}"));
    rest.1.split('"').next().unwrap().to_owned()
}

fn points(value: &Value, mark: char) -> String {
    let hundredths = value.as_u64().unwrap();
    format!("{}{mark}{:02}", hundredths / 100, hundredths % 100)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shared_page_says_the_score_with_its_range_and_day() {
    let demo = Demo::of("2026-11-28").await;
    let listed = demo.json("/v1/subjects?limit=1000").await;
    let (mut rated, mut disputed) = (0, 0);
    for row in listed["subjects"].as_array().unwrap() {
        let id = row["subject"].as_str().unwrap();
        let score = demo.json(&format!("/v1/subjects/{id}/score")).await;
        for (lang, mark, day, contested) in
            [("vi", ',', "28/11/2026", "khiếu nại"), ("en", '.', "28 Nov 2026", "disputed")]
        {
            let html = read(&demo.base, &format!("/kol/{id}?lang={lang}")).await.html;
            assert_eq!(told(&html, "og:type"), "profile");
            assert_eq!(told(&html, "og:title"), row["name"].as_str().unwrap_or(id));
            assert_eq!(told(&html, "og:site_name"), "Tín nhiệm");
            assert!(told(&html, "og:locale").starts_with(lang));
            let says = told(&html, "og:description");
            assert_eq!(says, told(&html, "description"));
            assert!(says.contains(day), "{says}");
            assert_eq!(says.contains(contested), !score["without_contested"].is_null(), "{says}");
            disputed += u32::from(!score["without_contested"].is_null());
            if score["score"].is_null() {
                let rest = says.replace(day, "");
                assert!(!rest.contains(|c: char| c.is_ascii_digit()), "{id} is not rated: {says}");
                continue;
            }
            rated += 1;
            let range = &score["range"];
            for value in [&score["score"], &range["low"], &range["high"]] {
                assert!(says.contains(&points(value, mark)), "{says} lacks {value}");
            }
            assert!(says.contains(&format!(" {},", score["band"].as_str().unwrap())), "{says}");
        }
    }
    assert!(rated > 20 && disputed > 1, "{rated} {disputed}");
    // Of a past day it says that day.
    let past = read(&demo.base, &format!("/kol/{}?as_of=2026-08-01&lang=en", subject("han"))).await.html;
    assert!(told(&past, "og:description").contains("1 Aug 2026"));
    let home = read(&demo.base, "/?lang=en").await.html;
    assert_eq!(told(&home, "og:type"), "website");
    assert_eq!(told(&home, "og:title"), "Who is credible, why, and who says so");
    assert!(!told(&home, "og:description").contains(|c: char| c.is_ascii_digit()));
}

/// The large badge said a score without its range.
#[tokio::test(flavor = "multi_thread")]
async fn no_badge_says_a_score_without_its_range() {
    let demo = Demo::of("2026-11-28").await;
    let listed = demo.json("/v1/subjects?limit=1000").await;
    for row in listed["subjects"].as_array().unwrap() {
        for size in ["large", "small"] {
            let path = format!("/kol/{}/badge.svg?size={size}&lang=en", row["subject"].as_str().unwrap());
            let svg = demo.get(&path).await.text().await.unwrap();
            let says = attributes(&svg, "aria-label").remove(0);
            if row["score"].is_null() || !says.contains(&points(&row["score"], '.')) {
                assert!(!says.contains('.') && (size == "small" || row["score"].is_null()), "{says}");
                continue;
            }
            for end in ["low", "high"] {
                assert!(says.contains(&points(&row["range"][end], '.')), "{says}");
            }
        }
    }
}

/// What is answered for an address; the answer's status.
async fn card(demo: &Demo, query: &[(&str, &str)]) -> (u16, Value) {
    let asked = demo.http.get(format!("{}/oembed", demo.base)).query(query).send().await.unwrap();
    let (status, kind) = (asked.status(), asked.headers()["content-type"].clone());
    let is_problem = !status.is_success();
    assert_eq!(kind, if is_problem { "application/problem+json" } else { "application/json" });
    (status.as_u16(), serde_json::from_slice(&asked.bytes().await.unwrap()).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_of_a_kol_is_shown_as_its_badge() {
    let demo = Demo::of("2026-11-28").await;
    let han = subject("han");
    let address = format!("{}/kol/{han}", demo.base);
    let (status, shown) = card(&demo, &[("url", &address), ("format", "json")]).await;
    assert_eq!((status, &shown["type"], &shown["version"]), (200, &"rich".into(), &"1.0".into()));
    assert_eq!(shown["title"], demo.json(&format!("/v1/subjects/{han}")).await["name"]);
    assert_eq!(shown["provider_name"], "Tín nhiệm");
    let html = shown["html"].as_str().unwrap();
    let picture = attributes(html, "src").remove(0);
    let svg = reqwest::get(&picture).await.unwrap();
    assert_eq!(svg.headers()["content-type"], "image/svg+xml");
    let svg = svg.text().await.unwrap();
    for (name, value) in [("width", &shown["width"]), ("height", &shown["height"])] {
        assert_eq!(attributes(&svg, name)[0], value.to_string(), "{name}");
        assert_eq!(attributes(html, name)[0], value.to_string(), "{name}");
    }
    let alt = attributes(html, "alt").remove(0);
    assert!(alt.ends_with(&attributes(&svg, "aria-label")[0]), "{alt}");
    assert_eq!(attributes(html, "href"), [format!("{address}?lang=vi")]);
    // The page itself says where to ask, in its language and by no scheme, and below any path.
    let page = read(&demo.base, &format!("/kol/{han}?lang=en")).await.html;
    let at = page.split("type=\"application/json+oembed\"").nth(1).unwrap();
    let link = attributes(at, "href").remove(0);
    let link: reqwest::Url =
        format!("{address}?lang=en").parse::<reqwest::Url>().unwrap().join(&link).unwrap();
    let found: Value = reqwest::get(link).await.unwrap().json().await.unwrap();
    let html = found["html"].as_str().unwrap();
    let plain = address.trim_start_matches("http:");
    assert_eq!(attributes(html, "href"), [format!("{plain}?lang=en")]);
    assert!(attributes(html, "alt")[0].contains("disputed") && found["title"] == shown["title"]);
    let below = format!("{}/some/where/kol/{han}?lang=en", demo.base);
    let (_, shown) = card(&demo, &[("url", &below)]).await;
    let begins = format!("{}/some/where/kol/{han}/badge.svg?", demo.base);
    assert!(attributes(shown["html"].as_str().unwrap(), "src")[0].starts_with(&begins));
    // Who has little room gets little.
    for (most, value) in [("maxwidth", 120), ("maxheight", 40), ("maxheight", 20), ("maxwidth", 1)] {
        let (_, shown) = card(&demo, &[("url", &address), (most, &value.to_string())]).await;
        assert!(shown[most.trim_start_matches("max")].as_u64().unwrap() <= value, "{most}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_kol_here_has_no_card() {
    let demo = Demo::start().await;
    let (base, han) = (demo.base.clone(), subject("han"));
    let address = format!("{base}/kol/{han}");
    let address = address.as_str();
    for url in [
        format!("{base}/kol/kol-0000000000000"),
        format!("{base}/kol/nobody"),
        format!("{base}/log"),
        base.clone(),
        format!("https://elsewhere.example/kol/{han}"),
        format!("{base}@elsewhere.example/kol/{han}"),
        format!("javascript:alert(1)//kol/{han}"),
        format!("{base}/\"><script>alert(1)</script>/kol/{han}"),
    ] {
        let (status, problem) = card(&demo, &[("url", &url)]).await;
        assert_eq!((status, &problem["code"]), (404, &"subject.unknown".into()), "{url}");
    }
    for (query, status, code) in [
        (vec![("url", address), ("format", "xml")], 501, "oembed.format"),
        (vec![("url", address), ("format", "<b>")], 501, "oembed.format"),
        (vec![("format", "json")], 400, "query.empty"),
        (vec![("url", address), ("maxwidth", "0")], 400, "query.malformed"),
        (vec![("url", address), ("colour", "red")], 400, "query.unknown"),
        (vec![("url", address), ("url", address)], 400, "query.repeated"),
    ] {
        let (told, problem) = card(&demo, &query).await;
        assert_eq!((told, &problem["code"]), (status, &code.into()), "{query:?}");
    }
    // Another host by which the server is asked is its own.
    let asked = demo.http.get(format!("{base}/oembed")).header("host", "ledger.example");
    let asked = asked.query(&[("url", format!("https://ledger.example/kol/{han}"))]).send().await.unwrap();
    assert_eq!(asked.status(), StatusCode::OK);
    assert!(asked.text().await.unwrap().contains("https://ledger.example/kol/"));
}
