//! The pages: what they show is what the API says, whatever anybody wrote into the ledger.

use std::collections::BTreeSet;

use reqwest::StatusCode;
use serde_json::Value;
use tinnhiem::demo::subject;

use crate::reading::Demo;

/// A page as it is read.
pub struct Read {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub html: String,
}

pub async fn read(base: &str, path: &str) -> Read {
    let asked = reqwest::Client::new().get(format!("{base}{path}")).header("accept", "text/html");
    let answer = asked.send().await.unwrap();
    let (status, headers) = (answer.status(), answer.headers().clone());
    Read { status, headers, html: String::from_utf8(answer.bytes().await.unwrap().to_vec()).unwrap() }
}

/// The values of an attribute.
pub fn attributes(html: &str, name: &str) -> Vec<String> {
    let begins = format!(" {name}=\"");
    let rest = html.split(&begins).skip(1);
    rest.map(|rest| rest.split('"').next().unwrap().replace("&amp;", "&").replace("&#38;", "&")).collect()
}

/// What stands in the first element with this id.
fn within<'a>(html: &'a str, id: &str) -> &'a str {
    let begins = format!("id=\"{id}\">");
    let rest = html.split(&begins).nth(1).unwrap_or_else(|| panic!("no {id}"));
    rest.split('<').next().unwrap()
}

/// Checks what holds of every page.
pub fn check(path: &str, page: &Read, lang: &str) {
    let header = |name: &str| page.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    let policy = header("content-security-policy").unwrap_or_else(|| panic!("{path} has no policy"));
    assert!(policy.starts_with("default-src 'self'") && !policy.contains("unsafe"), "{policy}");
    for rule in ["base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'", "object-src 'none'"] {
        assert!(policy.contains(rule), "{policy}");
    }
    assert_eq!(header("x-content-type-options").as_deref(), Some("nosniff"), "{path}");
    assert_eq!(header("referrer-policy").as_deref(), Some("same-origin"), "{path}");
    assert_eq!(header("content-type").as_deref(), Some("text/html; charset=utf-8"), "{path}");
    let varies: Vec<String> =
        page.headers.get_all("vary").iter().map(|one| one.to_str().unwrap().to_owned()).collect();
    assert!(varies.join(", ").contains("accept-language"), "{path} {varies:?}");
    assert!(page.html.contains(&format!("<html lang=\"{lang}\">")), "{path}");
    // The one script of a page is a module of this server's.
    let own = page.html.matches("<script type=\"module\" src=\"").count();
    assert_eq!(page.html.matches("<script").count(), own, "{path} has another script");
    for word in ["<style", " style=\"", "javascript:", " onclick="] {
        assert!(!page.html.contains(word), "{path} has {word}");
    }
    for name in ["href", "src", "action"] {
        for link in attributes(&page.html, name) {
            assert!(!link.starts_with('/') && !link.contains("://"), "{path} leads to {link}");
        }
    }
    // A text that no file has shows its key.
    assert!(!page.html.contains(">home-") && !page.html.contains(">bad-"), "{path} shows a key");
}

/// The ids of everybody in the demo.
async fn everybody(demo: &Demo) -> Vec<String> {
    let page = demo.json("/v1/subjects?limit=1000").await;
    let rows = page["subjects"].as_array().unwrap().iter();
    rows.map(|row| row["subject"].as_str().unwrap().to_owned()).collect()
}

/// Hundredths of a point as a language writes them.
fn points(value: &Value, lang: &str) -> String {
    let hundredths = value.as_i64().unwrap();
    let mark = if lang == "vi" { "," } else { "." };
    format!("{}{mark}{:02}", hundredths / 100, hundredths % 100)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_there_in_both_languages() {
    let demo = Demo::of("2026-11-28").await;
    let mut paths = vec![
        String::new(),
        "q=bao+ngan&".to_owned(),
        "band=B&".to_owned(),
        "certified=true&".to_owned(),
        "contested=true&".to_owned(),
        "topic=my-pham&".to_owned(),
        "q=nobody-at-all&".to_owned(),
    ];
    paths.iter_mut().for_each(|query| *query = format!("/?{query}"));
    for id in everybody(&demo).await {
        paths.push(format!("/kol/{id}?"));
        paths.push(format!("/kol/{id}?as_of=2026-08-01&"));
        paths.extend(["contest", "reply", "endorse"].map(|act| format!("/act/{act}?subject={id}&")));
    }
    for name in ["check", "docs", "log", "clocks", "compare", "policy", "mine", "inbox", "act/enrol"] {
        paths.push(format!("/{name}?"));
    }
    for seq in 0..demo.ledger.snapshot().size() {
        paths.push(format!("/entry/{seq}?"));
    }
    let members = demo.json("/v1/members").await;
    for one in members["members"].as_array().unwrap() {
        paths.push(format!("/member/{}?", one["member"].as_str().unwrap()));
    }
    paths.extend(["/policy?version=1&", "/log?type=contest.filed&", "/log?before=100&"].map(str::to_owned));
    paths.push(format!("/log?subject={}&", subject("han")));
    paths.push(format!("/compare?a={}&b=bao+ngan&c=nobody-at-all&d=a&", subject("han")));
    paths.push("/problems/contest.late?".to_owned());
    for path in &paths {
        for lang in ["vi", "en"] {
            let path = format!("{path}lang={lang}");
            let page = read(&demo.base, &path).await;
            let early = path.contains("as_of") && page.status == StatusCode::NOT_FOUND;
            assert!(page.status == StatusCode::OK || early, "{path}: {} {}", page.status, page.html);
            check(&path, &page, lang);
            // The language that was chosen goes on with every link to a page.
            let links = attributes(&page.html, "href");
            let lost = links.iter().find(|link| {
                link.contains("kol/") && !link.contains("v1/") && !link.contains(&format!("lang={lang}"))
            });
            assert_eq!(lost, None, "{path}");
        }
    }
    let guessed = reqwest::Client::new().get(&demo.base).header("accept-language", "en-GB,en;q=0.8");
    let guessed = guessed.send().await.unwrap().text().await.unwrap();
    assert!(guessed.contains("<html lang=\"en\">") && !guessed.contains("lang=en"), "nothing is handed on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kols_page_shows_the_numbers_of_the_api() {
    let demo = Demo::of("2026-11-28").await;
    let mut rated = 0;
    for id in everybody(&demo).await {
        let score = demo.json(&format!("/v1/subjects/{id}/score")).await;
        for lang in ["vi", "en"] {
            let html = read(&demo.base, &format!("/kol/{id}?lang={lang}")).await.html;
            let shown = within(&html, "score");
            let Some(value) = score["score"].as_i64() else {
                assert!(!shown.chars().any(|c| c.is_ascii_digit()), "{id} shows {shown}");
                continue;
            };
            rated += 1;
            let told = points(&score["score"], lang);
            assert_eq!(shown, told, "{id}");
            let parts = score["parts"].as_array().unwrap().iter();
            assert_eq!(parts.map(|part| part["points"].as_i64().unwrap()).sum::<i64>(), value);
            assert!(html.contains(&format!("<b>= {told}</b>")), "{id} does not add up to {told}");
            let range = &score["range"];
            for end in ["low", "high"] {
                assert!(html.contains(&points(&range[end], lang)), "{id} {end}");
            }
            let accounting = html.split("class=\"crit\"").nth(1).unwrap().split("</ul>").next().unwrap();
            let added: i64 = accounting
                .split("<span class=\"num\"><b>")
                .skip(1)
                .map(|rest| rest.split('<').next().unwrap().replace('−', "-").replace(['+', ',', '.'], ""))
                .map(|hundredths| hundredths.parse::<i64>().unwrap())
                .sum();
            assert_eq!(added, value, "{id}: what is shown does not add up");
            let without = &score["without_contested"]["score"];
            if !without.is_null() {
                assert!(html.contains(&points(without, lang)), "{id}");
            }
        }
    }
    assert!(rated > 20, "{rated}");
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_is_found_and_seen_as_of_a_past_day() {
    let demo = Demo::of("2026-11-28").await;
    let ngan = subject("ngan").to_string();
    for sought in ["bao+ngan", &ngan, "Tr%E1%BA%A7n+B%E1%BA%A3o+Ng%C3%A2n"] {
        let html = read(&demo.base, &format!("/?q={sought}")).await.html;
        let found: BTreeSet<_> =
            attributes(&html, "href").into_iter().filter(|link| link.contains("kol/")).collect();
        assert_eq!(found, BTreeSet::from([format!("./kol/{ngan}")]), "{sought}");
    }
    let han = subject("han");
    let past = demo.json(&format!("/v1/subjects/{han}/score?as_of=2026-08-01")).await;
    let html = read(&demo.base, &format!("/kol/{han}?as_of=2026-08-01&lang=en")).await.html;
    assert_eq!(within(&html, "score"), points(&past["score"], "en"));
    assert!(html.contains("as it stood on 1 Aug 2026"));
    assert!(!html.contains(">23 Nov 2026<"), "what came later is not there");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_filtered_by_what_is_contested() {
    let demo = Demo::of("2026-11-28").await;
    let mut disputed = BTreeSet::new();
    let everybody = everybody(&demo).await;
    for id in &everybody {
        let view = demo.json(&format!("/v1/subjects/{id}")).await;
        disputed.extend((view["open_contests"] != 0).then(|| id.clone()));
    }
    assert!(!disputed.is_empty() && disputed.len() < everybody.len(), "{disputed:?}");
    let listed = |page: &Value| -> BTreeSet<String> {
        let rows = page["subjects"].as_array().unwrap().iter();
        rows.map(|row| row["subject"].as_str().unwrap().to_owned()).collect()
    };
    let others: BTreeSet<_> = everybody.into_iter().filter(|id| !disputed.contains(id)).collect();
    assert_eq!(listed(&demo.json("/v1/subjects?contested=true&limit=1000").await), disputed);
    assert_eq!(listed(&demo.json("/v1/subjects?contested=false&limit=1000").await), others);
    let home = read(&demo.base, "/?band=B&after=&lang=en").await.html;
    let link = attributes(&home, "href").into_iter().find(|link| link.contains("contested=true")).unwrap();
    assert!(!link.contains("band"), "one filter at a time: {link}");
    let page = read(&demo.base, &format!("/{link}")).await;
    check("/", &page, "en");
    let of_kol =
        |link: String| link.strip_prefix("./kol/").map(|id| id.split('?').next().unwrap().to_owned());
    let shown: BTreeSet<_> = attributes(&page.html, "href").into_iter().filter_map(of_kol).collect();
    assert_eq!(shown, disputed);
    assert!(page.html.contains(" aria-current=\"true\">disputed</a>"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_says_when_it_is_unchanged_and_files_never_change() {
    let demo = Demo::of("2026-11-28").await;
    let page = read(&demo.base, "/").await;
    let tag = page.headers["etag"].clone();
    assert_eq!(page.headers["cache-control"], "no-cache");
    let again = demo.http.get(&demo.base).header("if-none-match", tag).send().await.unwrap();
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    assert!(again.headers().contains_key("content-security-policy"));
    assert!(again.bytes().await.unwrap().is_empty());
    let style = attributes(&page.html, "href").into_iter().find(|link| link.ends_with(".css")).unwrap();
    let file = demo.get(&format!("/{}", style.trim_start_matches("./"))).await;
    assert_eq!(file.status(), StatusCode::OK);
    assert!(file.headers()["cache-control"].to_str().unwrap().contains("immutable"));
    assert_eq!(file.headers()["content-type"], "text/css; charset=utf-8");
    let check = read(&demo.base, "/check").await;
    let script = attributes(&check.html, "src").into_iter().find(|link| link.ends_with(".js")).unwrap();
    let script = format!("/{}", script.trim_start_matches("./"));
    for place in [script.clone(), script.replace("/check.js", "/blake3.js")] {
        let file = demo.get(&place).await;
        assert_eq!(file.status(), StatusCode::OK, "{place}");
        assert!(file.headers()["cache-control"].to_str().unwrap().contains("immutable"));
        assert_eq!(file.headers()["content-type"], "text/javascript; charset=utf-8");
    }
    let others = ["/assets/tinnhiem.0000000000000000.css", "/assets/js/0000000000000000/check.js"];
    for other in others.map(str::to_owned).into_iter().chain([script.replace("/check.js", "/other.js")]) {
        assert_eq!(read(&demo.base, &other).await.status, StatusCode::NOT_FOUND, "{other}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_told_as_a_page() {
    let demo = Demo::of("2026-11-28").await;
    let han = subject("han");
    for (path, status, code) in [
        ("/?colour=red".to_owned(), 400, "query.unknown"),
        ("/?q=a&q=b".to_owned(), 400, "query.repeated"),
        ("/?lang=de".to_owned(), 400, "query.malformed"),
        ("/?band=Z".to_owned(), 400, "query.value"),
        ("/?after=x".to_owned(), 400, "query.after"),
        (format!("/kol/{han}?as_of=yesterday"), 400, "query.malformed"),
        (format!("/kol/{han}?size=3"), 400, "query.unknown"),
        ("/kol/nobody".to_owned(), 404, "subject.unknown"),
        ("/kol/kol-0000000000000".to_owned(), 404, "subject.unknown"),
        ("/no/such/page".to_owned(), 404, "route.unknown"),
        ("/%3Cscript%3E".to_owned(), 404, "route.unknown"),
    ] {
        let page = read(&demo.base, &path).await;
        assert_eq!(page.status.as_u16(), status, "{path}");
        check(&path, &page, "vi");
        assert!(page.html.contains(&format!("<code>{code}</code>")), "{path}: {}", page.html);
        assert_eq!(page.headers["cache-control"], "no-store", "{path}");
    }
    // Programs are answered as before.
    assert_eq!(demo.code("/no/such/page").await, (404, "route.unknown".to_owned()));
    assert_eq!(read(&demo.base, "/v1/nowhere").await.headers["content-type"], "application/problem+json");
    let posted = demo.http.post(&demo.base).send().await.unwrap();
    assert_eq!(posted.status(), StatusCode::METHOD_NOT_ALLOWED);
    // A form sends what was left empty, too.
    assert_eq!(read(&demo.base, "/?q=&topic=&lang=en").await.status, StatusCode::OK);
}

/// Where a link of a page leads, when the ledger lies below a path; none for what leads elsewhere.
fn led(path: &str, link: &str) -> String {
    let below = "http://ledger.example/some/where";
    let at: reqwest::Url = format!("{below}{path}").parse().unwrap();
    let to = at.join(link).unwrap();
    let to = to.as_str().split('#').next().unwrap();
    to.strip_prefix(below).unwrap_or_else(|| panic!("{path} leads out, to {link}")).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_link_leads_to_something_below_any_path() {
    let demo = Demo::of("2026-11-28").await;
    let mut known = BTreeSet::from(["/".to_owned()]);
    let mut open = vec!["/".to_owned()];
    let mut kinds = BTreeSet::new();
    while let Some(path) = open.pop() {
        let page = read(&demo.base, &path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        kinds.insert(path.split(['/', '?']).nth(1).unwrap().to_owned());
        if !page.headers["content-type"].to_str().unwrap().starts_with("text/html") {
            continue;
        }
        for link in attributes(&page.html, "href") {
            let to = led(&path, &link);
            // A few of each kind of page are enough.
            let kind = to.split(['/', '?']).nth(1).unwrap().to_owned();
            let alike =
                known.iter().filter(|one| one.split(['/', '?']).nth(1) == Some(kind.as_str())).count();
            if alike < 25 && known.insert(to.clone()) {
                open.push(to);
            }
        }
    }
    for kind in ["", "kol", "entry", "member", "log", "clocks", "compare", "policy", "docs", "assets", "v1"] {
        assert!(kinds.contains(kind), "no link led to {kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_problem_names_the_page_that_explains_it() {
    let demo = Demo::start().await;
    for path in
        ["/v1/events/999999", "/v1/nowhere", "/v1/subjects?colour=red", "/v1/subjects/kol-0000000000000"]
    {
        let problem: Value = serde_json::from_slice(&demo.get(path).await.bytes().await.unwrap()).unwrap();
        let kind = problem["type"].as_str().unwrap();
        assert_eq!(kind, format!("/problems/{}", problem["code"].as_str().unwrap()));
        let page = read(&demo.base, kind).await;
        assert_eq!(page.status, StatusCode::OK, "{kind}");
        check(kind, &page, "vi");
    }
    for code in tinnhiem::codes::all() {
        let path = format!("/problems/{}", code.replace('/', "%2F").replace(' ', "%20"));
        assert_eq!(read(&demo.base, &path).await.status, StatusCode::OK, "{path}");
    }
    assert_eq!(read(&demo.base, "/problems/no.such").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_badge_says_band_day_and_what_is_disputed() {
    let demo = Demo::of("2026-11-28").await;
    let badge = async |seed: &str, query: &str| {
        let answer = demo.get(&format!("/kol/{}/badge.svg{query}", subject(seed))).await;
        assert_eq!(answer.headers()["content-type"], "image/svg+xml");
        answer.text().await.unwrap()
    };
    let han = badge("han", "?lang=en").await;
    assert!(han.contains("Credibility band B · disputed · 28 Nov 2026"), "{han}");
    let large = badge("han", "?size=large&scheme=dark").await;
    assert!(
        large.contains("79,82") && large.contains("#191c1f") && large.contains("Tính đến ngày 28/11/2026")
    );
    assert!(badge("nhi", "").await.contains("chưa đủ dữ liệu"));
    let wrong = demo.get(&format!("/kol/{}/badge.svg?size=huge", subject("han"))).await;
    assert_eq!(wrong.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn feeds_tell_the_newest_entries() {
    let demo = Demo::of("2026-11-28").await;
    let newest = demo.ledger.snapshot().size() - 1;
    for (path, link) in [
        ("/feed.atom?lang=en".to_owned(), format!("./entry/{newest}?lang=en")),
        (format!("/kol/{}/feed.atom", subject("han")), "../../entry/".to_owned()),
    ] {
        let answer = demo.get(&path).await;
        assert_eq!(answer.headers()["content-type"], "application/atom+xml; charset=utf-8");
        let feed = answer.text().await.unwrap();
        let first = feed.split("<entry>").nth(1).unwrap();
        assert!(first.contains(&format!("href=\"{link}")), "{first}");
        assert!(first.contains("<updated>2026-11-"), "{first}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn members_are_listed_and_found_by_their_names() {
    let demo = Demo::start().await;
    let all = demo.json("/v1/members").await;
    let page = read(&demo.base, "/members").await;
    check("/members", &page, "vi");
    for one in all["members"].as_array().unwrap() {
        let link = format!("./member/{}", one["member"].as_str().unwrap());
        assert!(attributes(&page.html, "href").contains(&link), "{link} is not listed");
    }
    for asked in ["bao%20nhip", "Báo Nhịp Số", "nhip-so"] {
        let page = read(&demo.base, &format!("/?q={asked}")).await;
        assert!(attributes(&page.html, "href").contains(&"./member/nhip-so".to_owned()), "{asked}");
    }
    let nobody = read(&demo.base, "/?q=zzzz").await;
    assert!(!nobody.html.contains("member/"), "a search for nobody finds nobody");
}

#[tokio::test(flavor = "multi_thread")]
async fn how_an_item_is_contested_stands_on_its_page_while_it_may_be() {
    let demo = Demo::of("2026-11-28").await;
    let clocks = demo.json("/v1/clocks?limit=1000").await;
    let mut running = 0;
    for clock in clocks["clocks"].as_array().unwrap() {
        if clock["what"] != "contest_filing" {
            continue;
        }
        running += 1;
        let path = format!("/entry/{}?lang=en", clock["seq"]);
        let html = read(&demo.base, &path).await.html;
        let told = html.split("id=\"contest\"").nth(1).unwrap_or_else(|| panic!("{path} does not say how"));
        let command = format!("--subject {} --target {}", clock["subject"].as_str().unwrap(), clock["seq"]);
        assert!(told.contains(&command), "{path}");
        let due = clock["due"].as_str().unwrap();
        assert!(told.contains(due.trim_start_matches("2026-").split('-').nth(1).unwrap()), "{path} {due}");
        assert!(told.contains("The last day is "), "{path}");
        assert!(told.contains("<code>disproportionate</code>"), "{path}");
    }
    assert!(running > 2, "{running}");
    // A KOL's page leads there from what it may contest, and from nothing else.
    let mut led = 0;
    for id in everybody(&demo).await {
        let html = read(&demo.base, &format!("/kol/{id}")).await.html;
        let links: Vec<_> =
            attributes(&html, "href").into_iter().filter(|link| link.ends_with("#contest")).collect();
        led += links.len();
        for link in links {
            let path = link.trim_start_matches("..").replace("#contest", "");
            let html = read(&demo.base, &path).await.html;
            assert!(html.contains("id=\"contest\""), "{id} leads to {link}");
        }
    }
    assert!(led >= running, "{led} of {running}");
    let contests = demo.json("/v1/contests").await;
    let closed = contests["contests"].as_array().unwrap().iter();
    let closed = closed.filter(|one| one["outcome"].is_string() || one["decide_by"].is_string());
    for target in closed.map(|one| one["target"].as_str().unwrap()) {
        let html = read(&demo.base, &format!("/entry/{target}")).await.html;
        assert!(!html.contains("id=\"contest\""), "{target} is contested, or was decided upon");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_of_the_api_is_told_on_a_page() {
    let demo = Demo::start().await;
    let document = demo.json("/openapi.json").await;
    let page = read(&demo.base, "/docs?lang=en").await;
    check("/docs", &page, "en");
    for (path, of) in document["paths"].as_object().unwrap() {
        for (method, told) in of.as_object().unwrap() {
            let head = format!("<h3><code>{} {path}</code></h3>", method.to_uppercase());
            let section = page.html.split(&head).nth(1).unwrap_or_else(|| panic!("no {head}"));
            let section = section.split("<h3>").next().unwrap();
            for one in told["parameters"].as_array().into_iter().flatten() {
                assert!(section.contains(one["name"].as_str().unwrap()), "{head} {one}");
            }
            for status in told["responses"].as_object().unwrap().keys() {
                assert!(section.contains(&format!("<code>{status}</code>")), "{head} {status}");
            }
        }
    }
    // What is named is told on the same page.
    for link in attributes(&page.html, "href").iter().filter_map(|link| link.strip_prefix('#')) {
        assert!(page.html.contains(&format!("id=\"{link}\"")), "#{link} leads nowhere");
    }
}
