//! Councils and operators that change.

use serde_json::Value;
use tinnhiem::client::ClientError;
use tinnhiem::event::*;

use crate::programme::*;
use crate::refusals::Provoked;

/// The council as it was opened, but for one seat.
fn reseated(seat: usize, member: &str, key_name: &str, threshold: u8) -> CouncilChanged {
    let mut council = opened(policy(), None).council;
    council[seat - 1].member = party(member);
    council[seat - 1].key = key(key_name).public();
    CouncilChanged { council, threshold }
}

fn handed(member: &str, key_name: &str) -> OperatorChanged {
    OperatorChanged { operator: Operator { member: party(member), key: key(key_name).public() } }
}

async fn send(programme: &Programme, body: impl Into<Body>, signers: &[&str]) -> Result<Value, ClientError> {
    programme.send(programme.draft(PartyId::council(), None, body), signers).await
}

/// Provokes the codes of changes to council and operator.
pub async fn refusals(programme: &Programme, provoked: &mut Provoked) {
    let with = |newcomer| ["seat-1", "seat-2", "seat-3", newcomer];
    let good = || reseated(5, "seat-6", "seat-6", 3);
    provoked.note(send(programme, good(), &["seat-1", "seat-2", "seat-6"]).await, 403, "council.threshold");
    provoked.note(send(programme, good(), &SEATS[..3]).await, 403, "signature.missing");
    let taken = reseated(5, "seat-6", "a1", 3);
    provoked.note(send(programme, taken, &with("a1")).await, 409, "key.taken");
    let moved = reseated(5, "seat-6", "seat-5", 3);
    provoked.note(send(programme, moved, &with("seat-5")).await, 409, "key.taken");
    let logs = reseated(5, "seat-6", "log", 3);
    provoked.note(send(programme, logs, &with("log")).await, 409, "key.taken");
    let twin = MemberUpdated {
        member: party("a2"),
        group: Some(GroupId::alone(&party("seat-1"))),
        class: None,
        name: None,
        roles: None,
    };
    send(programme, twin, &SEATS[..3]).await.unwrap();
    for wrong in [
        reseated(5, "seat-4", "seat-6", 3),
        reseated(5, "council", "seat-6", 3),
        reseated(5, "a2", "seat-6", 3),
        reseated(5, "seat-6", "seat-6", 6),
        reseated(5, "seat-6", "seat-6", 0),
    ] {
        provoked.note(send(programme, wrong, &with("seat-6")).await, 422, "council.seats");
    }
    let business = handed("business", "operator 2");
    provoked.note(send(programme, business, &with("operator 2")).await, 409, "operator.member");
    let subject = handed(subject("kol").to_string().as_str(), "operator 2");
    provoked.note(send(programme, subject, &with("operator 2")).await, 422, "member.name");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_seat_signs_the_old_one_no_longer_and_the_threshold_is_the_new_one() {
    let programme = Programme::start(policy()).await;
    let before = programme.ledger.snapshot().size();
    let change = reseated(5, "seat-6", "seat-6", 2);
    send(&programme, change, &["seat-1", "seat-2", "seat-3", "seat-6"]).await.unwrap();
    let admit =
        |name: &str| programme.draft(PartyId::council(), None, admission(name, MemberClass::Press, &[]));
    let mut provoked = Provoked::default();
    let answer = programme.send(admit("one"), &["seat-5", "one"]).await;
    provoked.note(answer, 403, "key.revoked");
    let answer = programme.send(admit("one"), &["seat-6", "one"]).await;
    provoked.note(answer, 403, "council.threshold");
    programme.recorded(admit("one"), &["seat-4", "seat-6", "one"]).await;
    let snapshot = programme.ledger.snapshot();
    let parties = snapshot.state.parties();
    let holder = |size| parties.council(size).last().unwrap().member.to_string();
    assert_eq!((holder(before), parties.threshold(before)), ("seat-5".to_owned(), 3));
    assert_eq!((holder(before + 1), parties.threshold(before + 1)), ("seat-6".to_owned(), 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_renews_its_key_or_hands_over_and_is_removed() {
    let programme = Programme::start(policy()).await;
    let endorse =
        |name: &str| programme.draft(party(name), Some(subject("kol")), endorsement(programme.today()));
    let mut provoked = Provoked::default();
    let with = |newcomer| ["seat-1", "seat-2", "seat-3", newcomer];
    send(&programme, handed("operator", "operator 2"), &with("operator 2")).await.unwrap();
    provoked.note(programme.send(endorse("operator"), &["operator"]).await, 403, "key.revoked");
    programme.recorded(endorse("operator"), &["operator 2"]).await;
    send(&programme, handed("next", "next"), &with("next")).await.unwrap();
    provoked.note(programme.send(endorse("operator"), &["operator 2"]).await, 403, "key.revoked");
    programme.recorded(endorse("next"), &["next"]).await;
    assert_eq!(programme.get("/v1/ledger").await["operator"], "next");
    assert_eq!(programme.get("/v1/members/operator").await["membership"], "removed");
    // Who holds a seat is not removed by handing over.
    send(&programme, handed("seat-4", "seat-4 runs it"), &with("seat-4 runs it")).await.unwrap();
    let answer = send(&programme, handed("other", "other"), &with("other")).await;
    provoked.note(answer, 409, "member.seated");
}
