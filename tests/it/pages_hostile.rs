//! Whatever anybody writes into the ledger is inert wherever it is shown: on pages and badges, in feeds, tables
//! and cards.

use std::collections::BTreeSet;

use serde_json::Value;
use tinnhiem::client::Draft;
use tinnhiem::dsse::EventId;
use tinnhiem::event::*;
use tinnhiem::vault::Attachment;

use crate::adverse::{heard, notified, proposed};
use crate::collaborations::collaboration;
use crate::pages::{attributes, check, read};
use crate::programme::*;
use crate::scores;

/// Longest page, in bytes: what others wrote has an end on it.
const PAGE_BYTES: usize = 150_000;

/// The members of events that are free text; whoever adds one feeds it here.
const FREE: [&str; 11] = [
    "authority",
    // One capital letter.
    "band",
    "best_band",
    "campaign",
    "code",
    "en",
    "least_band",
    // The ledger's own.
    "ledger",
    "media_type",
    "name",
    "vi",
];

/// Words that would do harm where they are taken for more than letters.
fn hostile() -> Vec<String> {
    let mut words: Vec<String> = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' onmouseover='alert(1)",
        "</title></text></svg><script>alert(1)</script>",
        "]]><x:script xmlns:x=\"http://www.w3.org/1999/xhtml\">alert(1)</x:script>",
        "{{ p.t(\"brand\") }} {% raw %}",
        "&lt;b&gt;&#60;",
        "=HYPERLINK(\"http://evil.example\";\"read\")",
        "+1;=1+1",
        "-2+3\",=1+1",
        "@SUM(A1)",
        "\t=1+1",
        "\r\n=1+1\r\n",
        "\u{202e}evil\u{2066}right to left",
        "zero\u{200b}width\u{feff}\u{2060}",
        "\u{0}\u{1b}[31m\u{7f}\u{85}\u{2028}red",
    ]
    .map(str::to_owned)
    .to_vec();
    words.push("Ư".repeat(10_000));
    words
}

/// A text of its own, whoever else says the same.
fn words(of: &str, text: &str) -> Attachment {
    Attachment::text(*blake3::hash(format!("{of} {text}").as_bytes()).as_bytes(), text)
}

/// The members of every event's schema that hold a text of no form.
fn free_members() -> BTreeSet<String> {
    fn within(schema: &Value, defs: &Value, name: &str, depth: usize, found: &mut BTreeSet<String>) {
        let kind = &schema["type"];
        let is_text = kind == "string" || kind.as_array().is_some_and(|all| all.contains(&"string".into()));
        let has_form = ["pattern", "enum", "const", "format"].iter().any(|form| schema.get(*form).is_some());
        if is_text && !has_form {
            found.insert(name.to_owned());
        }
        if depth == 0 || !schema.is_object() {
            return;
        }
        let referred = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next());
        if let Some(referred) = referred {
            within(&defs[referred], defs, name, depth - 1, found);
        }
        for (member, inner) in schema["properties"].as_object().into_iter().flatten() {
            within(inner, defs, member, depth - 1, found);
        }
        let choices = ["anyOf", "oneOf", "allOf"].iter().filter_map(|one| schema[*one].as_array()).flatten();
        for inner in choices.chain([&schema["items"], &schema["additionalProperties"]]) {
            within(inner, defs, name, depth - 1, found);
        }
    }
    let mut found = BTreeSet::new();
    for (name, schema) in tinnhiem::schemas::all() {
        if TYPES.iter().any(|one| name == format!("{one}.json")) {
            within(&schema, &schema["$defs"], "", 24, &mut found);
        }
    }
    found
}

/// The programme's policy, whose every label would do harm.
fn mislabelled(fitting: &[String]) -> Policy {
    let mut policy = heard(7);
    let mut number = 0;
    let mut label = |label: &mut Label| {
        for text in [&mut label.vi, &mut label.en] {
            *text = format!("{} {number}", fitting[number % fitting.len()]);
            number += 1;
        }
    };
    policy.topics.values_mut().for_each(&mut label);
    for criterion in &mut policy.criteria {
        label(&mut criterion.name);
        criterion.indicators.iter_mut().for_each(|one| label(&mut one.name));
    }
    policy
}

/// Says one of the words in whatever a KOL's events may say; the KOL.
async fn feed(programme: &Programme, at: usize, hostile: &str) -> SubjectId {
    let (today, seed) = (programme.today(), format!("hostile-{at}"));
    let id = subject(&seed);
    let own = |draft: Draft, texts: &[&Attachment]| draft.with(texts.iter().map(|one| (*one).clone()));
    let of = |by: &str, body: Body| programme.draft(party(by), Some(id), body);
    let by_kol = |body: Body| programme.draft(PartyId::from(id), Some(id), body);
    let said = |what: &str| words(&format!("{what} of {at}"), hostile);

    let (mut body, mut profile) = enrolment(&seed);
    profile.bytes = serde_json::json!({"name": hostile}).to_string().into_bytes();
    body.profile = profile.commitment().into();
    programme.recorded(own(of("registrar", body.into()), &[&profile]), &["registrar", &seed]).await;

    let handle = said("handle");
    let linked = AccountLinked { platform: "vietreel".parse().unwrap(), account: handle.commitment().into() };
    programme.recorded(own(of("registrar", linked.into()), &[&handle]), &["registrar", &seed]).await;

    let statement = said("statement");
    let assessed =
        AssessmentPublished { statement: Some(statement.commitment().into()), ..assessment(today) };
    let notice = of("a1", notified(assessed.clone()).into());
    let notice = programme.recorded(own(notice, &[&statement]), &["a1"]).await;
    let reply = said("reply");
    let replied = AssessmentReplied { notice, statement: reply.commitment().into(), evidence: Vec::new() };
    programme.recorded(own(by_kol(replied.into()), &[&reply]), &[&seed]).await;
    let assessed = AssessmentPublished { notice: Some(notice), ..assessed };
    let assessed = programme.recorded(own(of("a1", assessed.into()), &[&statement]), &["a1"]).await;

    let wrong = said("correction");
    let corrected = CorrectionIssued {
        target: assessed,
        action: CorrectionAction::Annotate,
        statement: wrong.commitment().into(),
    };
    programme.recorded(own(of("a1", corrected.into()), &[&wrong]), &["a1"]).await;

    let case = said("case");
    let filed = ContestFiled { statement: case.commitment().into(), ..contest(assessed) };
    let filed = programme.recorded(own(by_kol(filed.into()), &[&case]), &[&seed]).await;
    // Every other one stays open.
    if at.is_multiple_of(2) {
        let reason = said("decision");
        let decided = ContestDecided {
            contest: filed,
            outcome: Outcome::Rejected,
            effect: None,
            reason: reason.commitment().into(),
            panel: None,
        };
        programme.recorded(own(of("council", decided.into()), &[&reason]), &SEATS[..3]).await;
    }

    let reason = said("reason");
    let body = SanctionImposed { reason: reason.commitment().into(), ..sanction(today, Severity::S1, 10) };
    let proposal = own(of("business", proposed(body.clone()).into()), &[&reason]);
    let proposal = programme.recorded(proposal, &["business"]).await;
    let answer = said("answer");
    let replied = SanctionReplied { proposal, statement: answer.commitment().into(), evidence: Vec::new() };
    programme.recorded(own(by_kol(replied.into()), &[&answer]), &[&seed]).await;
    let body = SanctionImposed { proposal: Some(proposal), ..body };
    programme.recorded(own(of("council", body.into()), &[&reason]), &SEATS[..3]).await;

    let praise = said("praise");
    let endorsed = EndorsementPublished { statement: Some(praise.commitment().into()), ..endorsement(today) };
    let endorsed = programme.recorded(own(of("a2", endorsed.into()), &[&praise]), &["a2"]).await;
    let wish = said("wish");
    let asked = ErasureRequested { targets: vec![endorsed], reason: Some(wish.commitment().into()) };
    programme.recorded(own(by_kol(asked.into()), &[&wish]), &[&seed]).await;
    id
}

/// Says one of the words where the rules take it for a name, by a member of that name; the member.
async fn name(programme: &Programme, at: usize, hostile: &str) -> Option<String> {
    let member = format!("-{at}-1");
    let today = programme.today();
    let body = MemberAdmitted { name: hostile.to_owned(), ..admission(&member, MemberClass::Business, &[]) };
    let draft = programme.draft(PartyId::council(), None, body);
    let admitted = programme.send(draft, &["seat-1", "seat-2", "seat-3", &member]).await;
    let (id, seed) = (subject(&format!("hostile-{at}")), format!("hostile-{at}"));
    let paid = CollaborationDeclared { campaign: hostile.to_owned(), ..collaboration(today, today) };
    let act = OfficialAct { authority: hostile.to_owned(), code: hostile.to_owned(), date: today };
    let decided = DecisionRecorded { act, document: None };
    let decided = programme.draft(party("agency"), Some(id), decided);
    if naming::check(hostile).is_err() {
        assert!(admitted.is_err(), "{hostile:?} is a name");
        let paid = programme.draft(party("business"), Some(id), paid);
        assert!(programme.send(paid, &["business", &seed]).await.is_err(), "{hostile:?} is a campaign");
        assert!(programme.send(decided, &["agency"]).await.is_err(), "{hostile:?} is an authority");
        return None;
    }
    admitted.unwrap();
    let paid = programme.draft(party(&member), Some(id), paid);
    programme.recorded(paid, &[&member, &seed]).await;
    programme.recorded(decided, &["agency"]).await;
    let praised = programme.draft(party(&member), Some(subject("kol")), endorsement(today));
    programme.recorded(praised, &[&member]).await;
    Some(member)
}

/// Says one of the words about nobody.
async fn proclaim(programme: &Programme, at: usize, hostile: &str, member: Option<&str>) {
    let said = |what: &str| words(&format!("{what} of {at}"), hostile);
    let text = said("finding");
    let found = AuditFinding {
        kind: FindingKind::Rule,
        text: text.commitment().into(),
        positions: vec![at as u64 + 1],
    };
    let found = programme.draft(party("auditor"), None, found).with([text]);
    programme.recorded(found, &["auditor"]).await;
    let text = said("code");
    let code = CodePublished {
        version: at as u32 + 1,
        clauses: vec!["D1".parse().unwrap()],
        text: text.commitment().into(),
    };
    let code = programme.draft(PartyId::council(), None, code).with([text]);
    programme.recorded(code, &SEATS[..3]).await;
    if let Some(member) = member.filter(|_| at.is_multiple_of(2)) {
        let text = said("suspension");
        let suspended = MemberSuspended { member: party(member), reason: Some(text.commitment().into()) };
        let suspended = programme.draft(PartyId::council(), None, suspended).with([text]);
        programme.recorded(suspended, &SEATS[..3]).await;
    }
}

/// Commits to a document of a media type that would do harm.
async fn file(programme: &Programme) -> EventId {
    let document = Attachment {
        salt: [7; 32],
        media_type: "text/x; a=\"<script>alert(1)</script>\"".to_owned(),
        bytes: b"<script>alert(1)</script>".to_vec(),
    };
    let body = EvidenceCommitted {
        commitment: document.commitment().into(),
        media_type: document.media_type.clone(),
        custodian: party("a1"),
        retain_until: programme.today(),
    };
    let draft = programme.draft(party("a1"), Some(subject("kol")), body).with([document]);
    programme.recorded(draft, &["a1"]).await
}

/// Checks that a document's tags are whole, and gives their names and those of their attributes; what was
/// written by others makes none.
fn tags(path: &str, text: &str) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    let mut rest = text;
    while let Some((_, tag)) = rest.split_once('<') {
        let told = || format!("{path}: <{:.80}", tag);
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | ':' | '!' | '?');
        let tag = tag.strip_prefix('/').unwrap_or(tag);
        let end = tag.find(|c| !is_name(c)).unwrap_or_else(|| panic!("{}", told()));
        let (name, mut inner) = tag.split_at(end);
        assert!(!name.is_empty(), "{}", told());
        found.insert((name.to_owned(), String::new()));
        loop {
            inner = inner.trim_start_matches([' ', '\n']);
            if let Some(after) = ["/>", "?>", ">"].iter().find_map(|end| inner.strip_prefix(end)) {
                rest = after;
                break;
            }
            let end = inner.find(|c| !is_name(c)).unwrap_or_else(|| panic!("{}", told()));
            assert!(end > 0, "{}", told());
            found.insert((name.to_owned(), inner[..end].to_owned()));
            inner = &inner[end..];
            if let Some(value) = inner.strip_prefix("=\"") {
                let (value, after) = value.split_once('"').unwrap_or_else(|| panic!("{}", told()));
                assert!(!value.contains('<'), "{}", told());
                inner = after;
            }
        }
    }
    found
}

/// Checks that nothing of a text hides, turns the reading round, or goes on without end.
fn is_plain(path: &str, text: &str) {
    let hidden = text.chars().find(|c| !matches!(c, '\n' | '\u{fffd}') && naming::is_invisible(*c));
    assert_eq!(hidden, None, "{path}");
    assert!(text.len() < PAGE_BYTES, "{path} has {} bytes", text.len());
    assert!(!text.contains(&"Ư".repeat(2_001)), "{path} shows a text without end");
}

/// Checks a page, a picture or a feed.
fn is_inert(path: &str, text: &str) {
    is_plain(path, text);
    for (tag, attribute) in tags(path, text) {
        assert!(!["img", "iframe", "object", "embed"].contains(&tag.as_str()), "{path} has <{tag}>");
        assert!(
            !attribute.starts_with("on") && !attribute.contains(':') || attribute == "xml:lang",
            "{path}: <{tag} {attribute}>"
        );
        assert!(!tag.contains(':'), "{path} has <{tag}>");
    }
}

/// Checks that no cell of a table is computed, whatever a program takes for what parts cells.
fn computes_nothing(path: &str, table: &str) {
    is_plain(path, &table.replace("\r\n", "\n"));
    let is_computed = |cell: &str| {
        let cell = cell.trim_start();
        cell.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r'])
            && cell.trim_end().parse::<i64>().is_err()
    };
    for row in scores::cells(table) {
        let computed = row.iter().find(|cell| is_computed(cell));
        assert_eq!(computed, None, "{path}");
    }
    for line in table.lines() {
        let mut parts = line.split([',', ';']).map(|part| part.strip_prefix('"').unwrap_or(part));
        assert_eq!(parts.find(|part| is_computed(part)), None, "{path}: {line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_words_are_inert_everywhere() {
    assert_eq!(free_members(), BTreeSet::from(FREE.map(str::to_owned)), "a text of an event is not fed here");
    let hostile = hostile();
    let fitting: Vec<String> = hostile.iter().filter(|one| naming::check(one).is_ok()).cloned().collect();
    assert!(fitting.len() > 9);
    let programme = Programme::start(mislabelled(&fitting)).await;
    programme.admit("agency", MemberClass::StateAgency, &[]).await;
    programme.admit("auditor", MemberClass::Auditor, &[]).await;
    let (mut kols, mut members) = (vec![subject("kol")], vec!["a1".to_owned()]);
    for (at, one) in hostile.iter().enumerate() {
        kols.push(feed(&programme, at, one).await);
        let member = name(&programme, at, one).await;
        proclaim(&programme, at, one, member.as_deref()).await;
        members.extend(member);
    }
    file(&programme).await;
    assert!(members.len() > fitting.len());

    let base = programme.client.base().to_owned();
    let sought: Vec<String> = hostile.iter().map(|one| sought(one)).collect();
    let mut pages: Vec<String> = ["/", "/log", "/clocks", "/members", "/policy", "/policy?lang=en", "/check"]
        .map(str::to_owned)
        .to_vec();
    pages.extend(kols.iter().flat_map(|kol| [format!("/kol/{kol}"), format!("/kol/{kol}?lang=en")]));
    pages.extend(members.iter().map(|member| format!("/member/{member}")));
    pages.extend((0..programme.ledger.snapshot().size()).map(|seq| format!("/entry/{seq}")));
    pages.push(format!("/compare?a={}&b={}&c=%3Cimg%20src%3Dx%3E", kols[1], kols[8]));
    for one in &sought {
        for parameter in ["/?q", "/?topic", "/?after", "/?colour", "/log?subject", "/compare?a", "/?lang"] {
            pages.push(format!("{parameter}={one}"));
        }
        pages.extend(["kol", "entry", "member", "problems", "nowhere"].map(|path| format!("/{path}/{one}")));
    }
    let mut shown = 0;
    for path in &pages {
        let page = read(&base, path).await;
        let lang = if path.contains("lang=en") { "en" } else { "vi" };
        check(path, &page, lang);
        is_inert(path, &page.html);
        shown += page.html.matches("alert(1)").count();
    }
    assert!(shown > 50, "the words are shown as words: {shown}");

    let text = async |path: &str| {
        let answer = reqwest::get(format!("{base}{path}")).await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.text().await.unwrap()
    };
    let mut drawn = vec!["/feed.atom".to_owned()];
    for kol in &kols {
        drawn.push(format!("/kol/{kol}/feed.atom"));
        drawn.extend(["", "?size=large&lang=en"].map(|query| format!("/kol/{kol}/badge.svg{query}")));
    }
    for path in &drawn {
        is_inert(path, &text(path).await);
    }
    let feeds = text("/feed.atom").await + &text(&format!("/kol/{}/feed.atom", kols[0])).await;
    assert!(feeds.contains("alert(1)"), "feeds name who wrote");

    computes_nothing("/v1/scores.csv", &text("/v1/scores.csv").await);
    let lines = text("/v1/scores.ndjson").await;
    is_plain("/v1/scores.ndjson", &lines);
    for kol in &kols {
        let path = format!("/v1/subjects/{kol}/history/steps?format=csv");
        computes_nothing(&path, &text(&path).await);
        let address = format!("{base}/kol/{kol}");
        let asked = reqwest::Client::new().get(format!("{base}/oembed")).query(&[("url", &address)]);
        let card: Value = asked.send().await.unwrap().json().await.unwrap();
        for value in card.as_object().unwrap().values().filter_map(Value::as_str) {
            is_plain(&address, value);
        }
        let html = card["html"].as_str().unwrap();
        let sources = attributes(html, "src");
        let [own] = &sources[..] else { panic!("{html}") };
        assert!(own.starts_with(&format!("{address}/badge.svg?")), "{own}");
        for (tag, attribute) in tags(&address, html) {
            let known = ["", "href", "src", "alt", "width", "height"];
            assert!(["a", "img"].contains(&tag.as_str()) && known.contains(&attribute.as_str()), "{html}");
        }
    }
}

/// A text as it stands in an address.
fn sought(text: &str) -> String {
    text.chars().take(60).collect::<String>().bytes().map(|byte| format!("%{byte:02X}")).collect()
}
