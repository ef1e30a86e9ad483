//! Keys that are lost, stolen, recovered and disavowed.

use serde_json::Value;
use tinnhiem::client::ClientError;
use tinnhiem::clock::Clock;
use tinnhiem::dsse::EventId;
use tinnhiem::event::*;
use tinnhiem::time::Timestamp;

use crate::contests::{Court, id};
use crate::programme::*;
use crate::refusals::Provoked;
use crate::withdrawal::run;
use crate::{adverse, resumption};

const DAY_MS: u64 = 86_400_000;
const COUNCIL: [&str; 3] = ["seat-1", "seat-2", "seat-3"];

/// A programme on a clock that the test moves.
async fn programme() -> (Programme, Clock) {
    let clock = Clock::manual(Clock::system().now());
    (Programme::start_at(policy(), clock.clone()).await, clock)
}

fn wait(clock: &Clock, days: u64) {
    clock.set(clock.now().plus_ms(days * DAY_MS));
}

/// The council brings in a key for a party that lost its own.
async fn recover(programme: &Programme, owner: PartyId, name: &str) -> Result<Value, ClientError> {
    let body = KeyAdded { key: key(name).public(), owner: Some(owner) };
    let [first, second, third] = COUNCIL;
    programme.send(programme.draft(PartyId::council(), None, body), &[first, second, third, name]).await
}

pub async fn revoke(
    programme: &Programme,
    issuer: PartyId,
    name: &str,
    (cause, invalid_from): (RevocationCause, Option<Timestamp>),
    signers: &[&str],
) -> Result<Value, ClientError> {
    let body = KeyRevoked { key: key(name).public(), cause, invalid_from };
    programme.send(programme.draft(issuer, None, body), signers).await
}

pub async fn rotate(
    programme: &Programme,
    issuer: PartyId,
    old: &str,
    new: &str,
) -> Result<Value, ClientError> {
    let body = KeyRotated { old: key(old).public(), new: key(new).public() };
    programme.send(programme.draft(issuer, None, body), &[old, new]).await
}

async fn withdraw(programme: &Programme, contest: &Value, signer: &str) -> Result<Value, ClientError> {
    let about = subject("kol");
    let contest = contest["id"].as_str().unwrap().parse().unwrap();
    let body = ContestWithdrawn { contest, reason: None };
    programme.send(programme.draft(PartyId::from(about), Some(about), body), &[signer]).await
}

pub async fn assess(programme: &Programme, signer: &str) -> Result<Value, ClientError> {
    let draft = programme.draft(party("a1"), Some(subject("kol")), assessment(programme.today()));
    programme.send(draft, &[signer]).await
}

/// Why each assessment of the subject weighs nothing; none where it weighs.
pub async fn excluded(programme: &Programme, path: &str) -> Vec<Option<String>> {
    let score = programme.get(format!("/v1/subjects/{}/score{path}", subject("kol"))).await;
    let excluded = |one: &Value| one["excluded"].as_str().map(str::to_owned);
    score["assessments"].as_array().unwrap().iter().map(excluded).collect()
}

/// Who has the council's ear gets itself a key of the subject, to drop the subject's contests.
#[tokio::test(flavor = "multi_thread")]
async fn a_recovered_key_waits_and_withdraws_no_contest_even_through_keys_it_adds() {
    let (programme, clock) = programme().await;
    let mut provoked = Provoked::default();
    let about = PartyId::from(subject("kol"));
    let item = programme.impose("kol", Severity::S2, 300).await;
    let contest = programme.contest("kol", item).await.unwrap();
    recover(&programme, about.clone(), "ear").await.unwrap();
    wait(&clock, 13);
    provoked.note(withdraw(&programme, &contest, "ear").await, 403, "key.not_live");
    wait(&clock, 2);
    provoked.note(withdraw(&programme, &contest, "ear").await, 403, "key.restrained");
    rotate(&programme, about.clone(), "ear", "ear 2").await.unwrap();
    provoked.note(withdraw(&programme, &contest, "ear 2").await, 403, "key.restrained");
    let body = KeyAdded { key: key("ear 3").public(), owner: None };
    programme.recorded(programme.draft(about.clone(), None, body), &["ear 2", "ear 3"]).await;
    wait(&clock, 28);
    provoked.note(withdraw(&programme, &contest, "ear 3").await, 403, "key.restrained");
    let shown = programme.get(format!("/v1/subjects/{}", subject("kol"))).await;
    assert!(
        shown["keys"].as_array().unwrap().iter().filter(|one| one["restrained_until"].is_string()).count()
            == 3
    );
    wait(&clock, 2);
    withdraw(&programme, &contest, "ear 3").await.unwrap();
}

/// The council ended the party's only key right after it had recovered one of its own making.
#[tokio::test(flavor = "multi_thread")]
async fn the_council_does_not_end_the_key_that_could_cancel_its_recovery() {
    let (programme, clock) = programme().await;
    let mut provoked = Provoked::default();
    let about = PartyId::from(subject("kol"));
    let end = |cause| revoke(&programme, PartyId::council(), "kol", (cause, None), &COUNCIL);
    recover(&programme, about.clone(), "ear").await.unwrap();
    for cause in [RevocationCause::Lost, RevocationCause::Retired, RevocationCause::Cancelled] {
        provoked.note(end(cause).await, 409, "key.only");
    }
    wait(&clock, 13);
    provoked.note(end(RevocationCause::Lost).await, 409, "key.only");
    let cancelled = (RevocationCause::Cancelled, None);
    revoke(&programme, about.clone(), "ear", cancelled, &["kol"]).await.unwrap();
    recover(&programme, about, "found").await.unwrap();
    wait(&clock, 14);
    end(RevocationCause::Lost).await.unwrap();
    let stolen = (RevocationCause::Compromised, Some(clock.now().minus_ms(DAY_MS)));
    revoke(&programme, PartyId::council(), "a1", stolen, &COUNCIL).await.unwrap();
    provoked.note(assess(&programme, "a1").await, 403, "key.revoked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovered_key_decides_on_no_panel_and_brings_nobody_back() {
    let mut court = Court::open().await;
    let mut provoked = Provoked::default();
    let target = court.programme.assess("a1", "kol").await;
    let contest = court.file(target).await;
    court.reveal_both(contest).await;
    id(court.council(ContestAdmitted { contest }).await);
    let (sat, panel) = court.seat(contest).await;
    recover(&court.programme, party(&sat[0]), "ear").await.unwrap();
    court.days(15);
    let body = || ContestDecided {
        contest,
        outcome: Outcome::Rejected,
        effect: None,
        reason: text("why").commitment().into(),
        panel: Some(panel),
    };
    provoked.note(court.send(&sat[0], body(), &["ear", &sat[1]]).await, 403, "key.restrained");
    id(court.send(&sat[0], body(), &[&sat[0], &sat[1]]).await);
    let (programme, clock) = programme().await;
    recover(&programme, PartyId::from(subject("kol")), "ear").await.unwrap();
    adverse::depart(&programme).await.unwrap();
    // Who has left still sees that a key of its own is on the way.
    let shown = programme.get(format!("/v1/clocks?who={}", subject("kol"))).await;
    assert_eq!(shown["clocks"][0]["what"], "key_recovery");
    wait(&clock, 15);
    let answer = resumption::resume(&programme, "kol", &["registrar", "ear"]).await;
    provoked.note(answer, 403, "key.restrained");
    wait(&clock, 30);
    resumption::resume(&programme, "kol", &["registrar", "ear"]).await.unwrap();
}

/// A reply that somebody else may have given in its name would have ended the subject's days.
#[tokio::test(flavor = "multi_thread")]
async fn a_reply_under_a_recovered_key_shortens_nothing() {
    let programme = adverse::programme(adverse::heard(7)).await;
    let mut provoked = Provoked::default();
    let about = PartyId::from(subject("kol"));
    recover(&programme, about.clone(), "ear").await.unwrap();
    adverse::wait(&programme, 15);
    let good = assessment(programme.today());
    let notice = adverse::notify(&programme, "a1", good.clone()).await;
    let body =
        AssessmentReplied { notice, statement: text("my side").commitment().into(), evidence: Vec::new() };
    let reply = programme.draft(about, Some(subject("kol")), body).with([text("my side")]);
    programme.recorded(reply, &["ear"]).await;
    adverse::wait(&programme, 7);
    let answer = adverse::publish(&programme, "a1", notice, good.clone()).await;
    provoked.note(answer, 409, "reply.pending");
    adverse::wait(&programme, 1);
    adverse::publish(&programme, "a1", notice, good).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn any_live_key_of_the_owner_cancels_a_recovery_while_it_waits() {
    let (programme, clock) = programme().await;
    let mut provoked = Provoked::default();
    let cancelled = (RevocationCause::Cancelled, None);
    let seq = recover(&programme, party("a1"), "a1 again").await.unwrap()["seq"].to_string();
    let pending = "chờ hiệu lực / pending: acts from";
    let listed = ["log", "--type", "key.added"];
    for (arguments, also) in [
        (&["member", "a1"][..], "có hiệu lực / live"),
        (&["show", &seq], "owner: a1 (a1)"),
        (&listed, "a1: "),
    ] {
        let (_, told) = run(&programme, arguments, &[]);
        assert!(told.contains(pending) && told.contains(also), "{told}");
    }
    let state_of = |name: &str| {
        let (_, told) = run(&programme, &["member", "a1", "--json"], &[]);
        let told: Value = serde_json::from_str(&told).unwrap();
        let key = key(name).public().to_string();
        told["keys"].as_array().unwrap().iter().find(|one| one["key"] == *key).unwrap()["state"].clone()
    };
    assert_eq!(["a1", "a1 again"].map(state_of), ["live", "waiting"]);
    let answer = revoke(&programme, party("a2"), "a1 again", cancelled, &["a2"]).await;
    provoked.note(answer, 403, "key.other_owner");
    let answer = revoke(&programme, party("a1"), "a1 again", cancelled, &["a1 again"]).await;
    provoked.note(answer, 403, "key.not_live");
    revoke(&programme, party("a1"), "a1 again", cancelled, &["a1"]).await.unwrap();
    let (_, told) = run(&programme, &["show", &seq], &[]);
    assert!(told.contains("không còn hiệu lực / ended") && !told.contains(pending), "{told}");
    assert_eq!(state_of("a1 again"), "ended");
    wait(&clock, 15);
    provoked.note(assess(&programme, "a1 again").await, 403, "key.revoked");
    // Once it acts, it is a key like the others: only the council or itself ends it.
    recover(&programme, party("a1"), "a1 anew").await.unwrap();
    wait(&clock, 15);
    let answer = revoke(&programme, party("a1"), "a1 anew", cancelled, &["a1"]).await;
    provoked.note(answer, 403, "signature.missing");
    assert_eq!(state_of("a1 anew"), "live");
    assess(&programme, "a1 anew").await.unwrap();
    let answer = recover(&programme, party("nobody"), "nobody").await;
    provoked.note(answer, 422, "key.owner");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_a_recovery_or_ends_the_last_key_is_told_what_comes_of_it() {
    let (programme, _) = programme().await;
    let folder = tempfile::tempdir().unwrap();
    let new = folder.path().join("new.pem");
    tinnhiem::vault::write_secret(&new, &key("a1 again")).unwrap();
    let add = ["add-key", "--issuer", "council", "--owner", "a1", "--new", new.to_str().unwrap()];
    let (done, told) = run(&programme, &add, &COUNCIL);
    assert!(done && told.contains("a recovery for a1") && told.contains("acts 14 days after"), "{told}");
    assert!(told.contains("key revoke --issuer council"), "{told}");
    let of = |name: &str| key(name).public().to_string();
    let end = |issuer: &'static str, target: String| {
        ["revoke-key", "--issuer", issuer, "--cause", "lost", "--target"]
            .map(str::to_owned)
            .into_iter()
            .chain([target])
    };
    let revoke = |issuer, target, signer| {
        let arguments: Vec<String> = end(issuer, target).collect();
        run(&programme, &arguments.iter().map(String::as_str).collect::<Vec<_>>(), &[signer])
    };
    // Another that waits is one more to come.
    let (done, told) = revoke("a1", of("a1"), "a1");
    assert!(done && !told.contains("the last key"), "{told}");
    let (done, told) = revoke("a2", of("a2"), "a2");
    assert!(done && told.contains("WARNING: this is the last key of a2"), "{told}");
}

/// A thief replaces the stolen key by one of its own, and that by another.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_stolen_key_added_falls_with_it_and_earlier_sizes_stay() {
    let (programme, clock) = programme().await;
    let mut provoked = Provoked::default();
    assess(&programme, "a1").await.unwrap();
    programme.assess("a2", "kol").await;
    wait(&clock, 5);
    let stolen_at = clock.now();
    wait(&clock, 1);
    rotate(&programme, party("a1"), "a1", "thief").await.unwrap();
    rotate(&programme, party("a1"), "thief", "thief 2").await.unwrap();
    let slander = assess(&programme, "thief 2").await.unwrap();
    let body = endorsement(programme.today());
    programme.recorded(programme.draft(party("a1"), Some(subject("kol")), body), &["thief 2"]).await;
    assert_eq!(excluded(&programme, "").await, [None, None]);
    let before = programme.ledger.snapshot().size();
    wait(&clock, 30);
    let dated = (RevocationCause::Compromised, Some(stolen_at));
    revoke(&programme, PartyId::council(), "a1", dated, &COUNCIL).await.unwrap();
    provoked.note(assess(&programme, "thief 2").await, 403, "key.revoked");
    // The older assessment was ended by the newer one for good; nothing returns.
    assert_eq!(excluded(&programme, "").await, [None, Some("KEY.EXCLUDED".to_owned())]);
    // What counts in no score is nowhere told to be in force.
    let revoked = programme.ledger.snapshot().size() - 1;
    let page = programme.get("/v1/events?fates=true&issuer=a1&limit=100").await;
    let by_thief =
        |row: &&Value| row["seq"].as_u64() == Some(before - 1) || row["seq"].as_u64() == Some(before - 2);
    let rows: Vec<&Value> = page["events"].as_array().unwrap().iter().filter(by_thief).collect();
    assert_eq!(rows.len(), 2);
    for row in rows {
        assert_eq!(row["fate"]["excluded"], "KEY.EXCLUDED", "{row}");
        assert!(row["fate"]["by"].as_array().unwrap().iter().any(|one| one["seq"] == revoked), "{row}");
        let (_, told) = run(&programme, &["show", &row["seq"].to_string()], &[]);
        assert!(told.contains("not counted: signed with a key in other hands"), "{told}");
        assert!(!told.contains("in force"), "{told}");
    }
    let record = programme.get("/v1/members/a1/record").await;
    for what in ["assessments", "endorsements"] {
        assert_eq!((&record[what]["in_force"], &record[what]["excluded"]), (&0.into(), &1.into()), "{what}");
    }
    let clocks = programme.get("/v1/clocks?who=a1").await.to_string();
    assert!(!clocks.contains("endorsement_ends") && !clocks.contains("assessment_ends"), "{clocks}");
    let score = programme.get(format!("/v1/subjects/{}/score", subject("kol"))).await;
    assert_eq!(score["endorsements"].as_array().unwrap().len(), 1);
    assert_eq!(score["endorsements"][0]["excluded"], "KEY.EXCLUDED");
    let (_, told) = run(&programme, &["score", "kol", "--explain"], &[]);
    assert_eq!(told.matches("KEY.EXCLUDED: không được tính: ký bằng khóa đã lộ").count(), 2, "{told}");
    assert_eq!(score["assessments"][1]["event"], slander["id"]);
    assert_eq!(excluded(&programme, &format!("/{before}/{}", programme.today())).await, [None, None]);
    // The owner gets a key again, and what it says by that counts.
    recover(&programme, party("a1"), "a1 again").await.unwrap();
    wait(&clock, 15);
    assess(&programme, "a1 again").await.unwrap();
    assert_eq!(excluded(&programme, "").await, [None, None]);
}

/// An assessor would like never to have said what it said.
#[tokio::test(flavor = "multi_thread")]
async fn an_owner_cannot_disavow_what_it_signed() {
    let (programme, clock) = programme().await;
    let mut provoked = Provoked::default();
    assess(&programme, "a1").await.unwrap();
    let said_at = clock.now();
    wait(&clock, 3);
    let body = KeyAdded { key: key("a1 second").public(), owner: None };
    programme.recorded(programme.draft(party("a1"), None, body), &["a1", "a1 second"]).await;
    for (cause, from) in [
        (RevocationCause::Compromised, Some(said_at)),
        (RevocationCause::Compromised, None),
        (RevocationCause::Lost, Some(said_at)),
    ] {
        let answer = revoke(&programme, party("a1"), "a1", (cause, from), &["a1"]).await;
        provoked.note(answer, 422, "key.invalid_from");
    }
    let retired = (RevocationCause::Retired, None);
    let answer = revoke(&programme, party("a1"), "a1", retired, &["a1 second"]).await;
    provoked.note(answer, 403, "signature.missing");
    revoke(&programme, party("a1"), "a1", retired, &["a1"]).await.unwrap();
    assert_eq!(excluded(&programme, "").await, [None]);
    // Nor does the council date a compromise further back than 90 days, or ahead.
    wait(&clock, 100);
    for from in [clock.now().minus_ms(91 * DAY_MS), clock.now().plus_ms(DAY_MS)] {
        let dated = (RevocationCause::Compromised, Some(from));
        let answer = revoke(&programme, PartyId::council(), "a1", dated, &COUNCIL).await;
        provoked.note(answer, 422, "key.invalid_from");
    }
}

/// A member of the council is a member of the programme too, with a key of its own.
#[tokio::test(flavor = "multi_thread")]
async fn a_council_member_with_two_keys_has_one_voice() {
    let (programme, _) = programme().await;
    let mut provoked = Provoked::default();
    let body = MemberAdmitted {
        member: party("seat-1"),
        key: key("seat-1 itself").public(),
        ..admission("seat-1", MemberClass::Press, &[])
    };
    let draft = programme.draft(PartyId::council(), None, body);
    programme.recorded(draft, &["seat-1", "seat-2", "seat-3", "seat-1 itself"]).await;
    let suspend = |signers: &'static [&str]| {
        let body = MemberSuspended { member: party("business"), reason: None };
        programme.send(programme.draft(PartyId::council(), None, body), signers)
    };
    let answer = suspend(&["seat-1", "seat-1 itself", "seat-2"]).await;
    provoked.note(answer, 403, "council.threshold");
    let answer = suspend(&["seat-1", "seat-1 itself", "seat-2", "seat-3"]).await;
    provoked.note(answer, 422, "signature.unneeded");
    // Neither key adds another seat key.
    let add = |signers: &'static [&str]| {
        let body = KeyAdded { key: key("seat-1 third").public(), owner: None };
        programme.send(programme.draft(party("seat-1"), None, body), signers)
    };
    provoked.note(add(&["seat-1", "seat-1 third"]).await, 403, "key.unknown");
    add(&["seat-1 itself", "seat-1 third"]).await.unwrap();
    let answer = suspend(&["seat-1 third", "seat-2", "seat-3"]).await;
    provoked.note(answer, 403, "council.threshold");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_council_did_with_a_stolen_seat_key_stands() {
    let (programme, clock) = programme().await;
    let mut provoked = Provoked::default();
    wait(&clock, 5);
    let stolen_at = clock.now();
    let sanction: EventId = programme.impose("kol", Severity::S2, 100).await;
    programme.admit("newcomer", MemberClass::Press, &[]).await;
    wait(&clock, 1);
    let dated = (RevocationCause::Compromised, Some(stolen_at));
    let others = ["seat-2", "seat-3", "seat-4"];
    revoke(&programme, PartyId::council(), "seat-1", dated, &others).await.unwrap();
    let draft = programme.draft(party("newcomer"), Some(subject("kol")), endorsement(programme.today()));
    programme.recorded(draft, &["newcomer"]).await;
    let row = programme.get(format!("/v1/subjects/{}", subject("kol"))).await;
    let score = programme.get(format!("/v1/subjects/{}/score", subject("kol"))).await;
    assert_eq!(
        (&row["standing"]["state"], &score["endorsements"][0]["units"]),
        (&"not_rated".into(), &1000.into())
    );
    assert!(
        programme
            .ledger
            .snapshot()
            .state
            .dossier(&subject("kol"))
            .unwrap()
            .sanctions
            .open()
            .any(|one| one.recorded.event == sanction)
    );
    let body = MemberSuspended { member: party("business"), reason: None };
    let draft = programme.draft(PartyId::council(), None, body);
    provoked.note(programme.send(draft, &COUNCIL).await, 403, "council.threshold");
}

/// Provokes the code of recovered keys.
pub async fn refusals(provoked: &mut Provoked) {
    let (programme, clock) = programme().await;
    let item = programme.impose("kol", Severity::S2, 300).await;
    let contest = programme.contest("kol", item).await.unwrap();
    recover(&programme, PartyId::from(subject("kol")), "ear").await.unwrap();
    wait(&clock, 15);
    provoked.note(withdraw(&programme, &contest, "ear").await, 403, "key.restrained");
}
