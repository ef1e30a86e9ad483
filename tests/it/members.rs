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
    provoked.note(admit_called(programme, "other", "BUSINESS").await, 409, "member.name_taken");
    // Its second letter but one is Cyrillic.
    provoked.note(admit_called(programme, "other", "Hãng Hо\u{e0}").await, 409, "member.name_alike");
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

/// Admits a member under a name of its own.
async fn admit_called(programme: &Programme, member: &str, name: &str) -> Result<Value, ClientError> {
    let body = MemberAdmitted { name: name.to_owned(), ..admission(member, MemberClass::Press, &[]) };
    let draft = programme.draft(PartyId::council(), None, body);
    programme.send(draft, &["seat-1", "seat-2", "seat-3", member]).await
}

fn renamed(member: &str, name: &str) -> MemberUpdated {
    MemberUpdated {
        member: party(member),
        name: Some(name.to_owned()),
        class: None,
        group: None,
        roles: None,
    }
}

fn code(answer: Result<Value, ClientError>) -> String {
    match answer {
        Ok(_) => "recorded".to_owned(),
        Err(ClientError::Refused { code, .. }) => code,
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_has_a_name_that_can_be_seen_and_that_nobody_else_has() {
    let programme = Programme::start(policy()).await;
    admit_called(&programme, "bao-moi", "Báo Mới").await.unwrap();
    let unfit = [
        "",
        " ",
        "\u{3000}",
        "\u{200b}",
        "\u{200b}\u{200d}\u{2060}",
        "\u{feff}",
        "\u{3164}",
        "\u{2800}\u{2800}",
        "...",
        "\u{301}",
        "\u{e000}",
        "\u{feff}Báo Sớm",
        "Báo Sớm\u{feff}",
        "\u{202e}mớS oáB",
        "Báo \u{202a}Sớm\u{202c}",
        "Báo\u{2066} Sớm\u{2069}",
        "Báo\u{200b} Sớm",
        "Báo\u{ad}Sớm",
        "Báo\u{200f} Sớm",
        "Báo\u{a0}Sớm",
        "Báo\tSớm",
        "Báo\nSớm",
        "Báo\u{0}Sớm",
        "Báo\u{2028}Sớm",
        "Báo  Sớm",
        " Báo Sớm",
        "Báo Sớm ",
        "Ba\u{301}o So\u{31b}\u{301}m",
        "Báo Sớm\u{fe0f}",
        "Báo Sớm\u{e0041}",
        "Ban điều phối",
        "BAN ĐIỀU PHỐI",
        "council",
        "kol-0123456789abc",
    ];
    let too_long = "ộ".repeat(201);
    for name in unfit.into_iter().chain([too_long.as_str()]) {
        assert_eq!(code(admit_called(&programme, "hostile", name).await), "member.name", "{name:?}");
        assert_eq!(code(council(&programme, renamed("a1", name)).await), "member.name", "{name:?}");
    }
    let taken = [
        "Báo Mới",
        "BÁO MỚI",
        "báo mới",
        "BáoMới",
        "B áo Mới",
        "Ｂáo Mới",
        "Bа́o Mới",
        "Báo Μới",
        "bao-moi",
        "BAO-MOI",
        "bао-moi",
        "registrar",
        "Operator",
    ];
    for name in taken {
        assert_eq!(code(admit_called(&programme, "hostile", name).await), "member.name_taken", "{name:?}");
        assert_eq!(code(council(&programme, renamed("a1", name)).await), "member.name_taken", "{name:?}");
    }
    // Nor is anybody's id another's name.
    council(&programme, renamed("a2", "Hostile")).await.unwrap();
    assert_eq!(code(admit_called(&programme, "hostile", "Báo Sớm").await), "member.name_taken");
    council(&programme, renamed("a2", "Trung tâm Một")).await.unwrap();
    for (member, name) in
        [("m-1", "Bao Moi"), ("m-2", "Bảo Mới"), ("m-3", &*"ộ".repeat(200)), ("hostile", "Báo Sớm")]
    {
        admit_called(&programme, member, name).await.unwrap();
    }
    // One's own name may be spelled otherwise, and is free once it is changed or its member removed.
    council(&programme, renamed("bao-moi", "BÁO MỚI")).await.unwrap();
    council(&programme, renamed("bao-moi", "Báo Mới Việt Nam")).await.unwrap();
    admit_called(&programme, "m-4", "Báo mới").await.unwrap();
    council(&programme, suspended("m-4")).await.unwrap();
    assert_eq!(code(admit_called(&programme, "m-5", "Báo Mới").await), "member.name_taken");
    council(&programme, removed("m-4")).await.unwrap();
    admit_called(&programme, "m-5", "Báo Mới").await.unwrap();
    programme.check_replay();
}

/// A member was called as another to the eye: by letters of another alphabet, or by others of the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_made_to_look_like_anothers_is_refused() {
    let programme = Programme::start(policy()).await;
    let refused = async |name: &str, about: &str| {
        for answer in
            [admit_called(&programme, "hostile", name).await, council(&programme, renamed("a1", name)).await]
        {
            let Err(ClientError::Refused { code, detail, .. }) = answer else { panic!("{name}: {answer:?}") };
            assert_eq!(code, "member.name_alike", "{name}");
            assert!(detail.contains(about), "{name}: {detail}");
        }
    };
    admit_called(&programme, "kenh-10", "Kênh 10").await.unwrap();
    for (name, word) in [("Hãng Hо\u{e0}", "Hо\u{e0}"), ("Ban Κiểm tra", "Κiểm"), ("文化TV", "文化TV")]
    {
        refused(name, word).await;
    }
    for (name, other) in [("Kênh lO", "kenh-10"), ("Kênh IO", "kenh-10"), ("counciI", "council")] {
        refused(name, other).await;
    }
    for (member, name) in
        [("m-1", "文化 TV"), ("m-2", "방탄 소년단"), ("m-3", "ក្រសួងវប្បធម៌"), ("m-4", "Kênh 11")]
    {
        admit_called(&programme, member, name).await.unwrap();
    }
    // One's own may be spelled as it looks, and is free once it is changed or its member removed.
    council(&programme, renamed("kenh-10", "Kênh lO")).await.unwrap();
    refused("Kênh 10", "kenh-10").await;
    council(&programme, renamed("kenh-10", "Kênh Mười")).await.unwrap();
    admit_called(&programme, "m-5", "Kênh IO").await.unwrap();
    council(&programme, removed("m-5")).await.unwrap();
    admit_called(&programme, "m-6", "Kênh 10").await.unwrap();
    programme.check_replay();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_several_have_is_told_with_all_of_them() {
    let programme = Programme::start(policy()).await;
    admit_called(&programme, "m-1", "Kol").await.unwrap();
    admit_called(&programme, "m-2", "Mùa Xuân").await.unwrap();
    admit_called(&programme, "m-3", "Mưa Xuân").await.unwrap();
    let clocks = |who: &str| crate::withdrawal::run(&programme, &["clocks", "--who", who, "--json"], &[]);
    let kol = subject("kol").to_string();
    // A member and an influencer, whose names differ in nothing that everybody types.
    let (done, said) = clocks("KOL");
    assert!(!done && said.contains("several are called KOL"), "{said}");
    assert!(said.contains("m-1 Kol") && said.contains(&format!("{kol} kol")), "{said}");
    let (done, said) = clocks("mua xuan");
    assert!(!done && said.contains("m-2 Mùa Xuân, m-3 Mưa Xuân"), "{said}");
    for alone in ["Mùa Xuân", "Mu\u{300}a Xuân", "m-2", "Kol", "other-kol", &kol] {
        assert!(clocks(alone).0, "{alone}: {}", clocks(alone).1);
    }
}

/// The weight of the assessor's assessment, why it has none, and how many endorsements are in force.
async fn weighed(programme: &Programme, path: &str) -> (Value, Value, usize) {
    let score = programme.get(format!("/v1/subjects/{}/score{path}", subject("kol"))).await;
    let assessment = &score["assessments"][0];
    let endorsements = score["endorsements"].as_array().unwrap();
    let in_force = endorsements.iter().filter(|one| one.get("excluded").is_none()).count();
    let excluded = endorsements.iter().filter_map(|one| one.get("excluded"));
    assert!(excluded.into_iter().all(|code| code == "MEMBER.EXCLUDED"));
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
