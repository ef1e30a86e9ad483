//! Members that are suspended, reinstated and removed, and what becomes of what they said.

use serde_json::Value;
use tinnhiem::client::ClientError;
use tinnhiem::event::*;

use crate::programme::*;
use crate::refusals::Provoked;

/// What becomes of a member.
async fn council(programme: &Programme, body: impl Into<Body>) -> Result<Value, ClientError> {
    programme.send(programme.draft(PartyId::council(), None, body), &SEATS[..3]).await
}

fn suspended(name: &str) -> MemberSuspended {
    MemberSuspended { member: party(name), reason: None }
}

fn reinstated(name: &str) -> MemberReinstated {
    MemberReinstated { member: party(name), reason: None }
}

fn removed(name: &str) -> MemberRemoved {
    MemberRemoved { member: party(name), reason: None }
}

/// Provokes the codes of membership.
pub async fn refusals(programme: &Programme, provoked: &mut Provoked) {
    programme.admit("shaky", MemberClass::Assessor, &[]).await;
    let endorse =
        || programme.draft(party("shaky"), Some(subject("other-kol")), endorsement(programme.today()));
    provoked.note(council(programme, suspended("nobody")).await, 409, "member.unknown");
    provoked.note(council(programme, reinstated("shaky")).await, 409, "member.standing");
    council(programme, suspended("shaky")).await.unwrap();
    provoked.note(programme.send(endorse(), &["shaky"]).await, 403, "member.inactive");
    provoked.note(council(programme, suspended("shaky")).await, 409, "member.standing");
    council(programme, reinstated("shaky")).await.unwrap();
    council(programme, removed("shaky")).await.unwrap();
    provoked.note(programme.send(endorse(), &["shaky"]).await, 403, "key.revoked");
    provoked.note(council(programme, reinstated("shaky")).await, 409, "member.standing");
    provoked.note(council(programme, removed("shaky")).await, 409, "member.standing");
    provoked.note(council(programme, accreditation("shaky")).await, 409, "member.standing");
    let admitted = admission("shaky", MemberClass::Press, &[]);
    let again = MemberAdmitted { key: key("shaky 2").public(), ..admitted };
    let again = programme.draft(PartyId::council(), None, again);
    let answer = programme.send(again, &["seat-1", "seat-2", "seat-3", "shaky 2"]).await;
    provoked.note(answer, 409, "member.exists");
    provoked.note(council(programme, suspended("operator")).await, 409, "member.seated");
    let seated = MemberAdmitted {
        member: party("seat-5"),
        key: key("seat-5 itself").public(),
        ..admission("seat-5", MemberClass::Press, &[])
    };
    let seated = programme.draft(PartyId::council(), None, seated);
    programme.recorded(seated, &["seat-1", "seat-2", "seat-3", "seat-5 itself"]).await;
    provoked.note(council(programme, removed("seat-5")).await, 409, "member.seated");
}

/// The weight of the assessor's assessment, why it has none, and how many endorsements are in force.
async fn weighed(programme: &Programme, path: &str) -> (Value, Value, usize) {
    let score = programme.get(format!("/v1/subjects/{}/score{path}", subject("kol"))).await;
    let assessment = &score["assessments"][0];
    let in_force = score["endorsements"].as_array().unwrap().len();
    (assessment["weight"].clone(), assessment["excluded"].clone(), in_force)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_member_said_weighs_while_it_is_active_and_at_the_sizes_at_which_it_was() {
    let programme = Programme::start(policy()).await;
    programme.assess("a1", "kol").await;
    let body = endorsement(programme.today());
    programme.recorded(programme.draft(party("a1"), Some(subject("kol")), body), &["a1"]).await;
    let active = (1000.into(), Value::Null, 1);
    let inactive = (0.into(), "MEMBER.EXCLUDED".into(), 0);
    let changes: [(Body, _); 3] = [
        (suspended("a1").into(), &inactive),
        (reinstated("a1").into(), &active),
        (removed("a1").into(), &inactive),
    ];
    let mut expected = vec![(programme.ledger.snapshot().size(), &active)];
    for (body, after) in changes {
        council(&programme, body).await.unwrap();
        expected.push((programme.ledger.snapshot().size(), after));
    }
    assert_eq!(weighed(&programme, "").await, inactive);
    for (size, weighs) in expected {
        assert_eq!(weighed(&programme, &format!("/{size}/{}", programme.today())).await, *weighs, "{size}");
    }
    let member = programme.get("/v1/members/a1").await;
    assert_eq!((&member["membership"], &member["keys"][0]["live"]), (&"removed".into(), &false.into()));
    assert_eq!(member["accreditations"][0]["stands"], false);
}
