//! Accounts on platforms that are linked to a subject.

use serde_json::json;
use tinnhiem::client::Draft;
use tinnhiem::dsse::EventId;
use tinnhiem::event::*;
use tinnhiem::limits;

use crate::programme::*;
use crate::refusals::Provoked;

fn link(programme: &Programme, issuer: &str, name: &str, handle: &str) -> Draft {
    let body = AccountLinked { platform: "vietreel".parse().unwrap(), account: text(handle).commitment() };
    programme.draft(party(issuer), Some(subject(name)), body).with([text(handle)])
}

fn unlink(programme: &Programme, name: &str, target: EventId) -> Draft {
    let body = AccountUnlinked { target, reason: None };
    programme.draft(party("registrar"), Some(subject(name)), body)
}

/// Provokes the codes of accounts.
pub async fn refusals(programme: &Programme, provoked: &mut Provoked) {
    let both = &["registrar", "other-kol"];
    let business = link(programme, "business", "other-kol", "@kol");
    provoked.note(programme.send(business, &["business", "other-kol"]).await, 403, "issuer.not_allowed");
    let alone = link(programme, "registrar", "other-kol", "@kol");
    provoked.note(programme.send(alone, &["registrar"]).await, 403, "key.other_owner");
    let linked = programme.recorded(link(programme, "registrar", "other-kol", "@kol"), both).await;
    let again = link(programme, "registrar", "other-kol", "@kol");
    provoked.note(programme.send(again, both).await, 409, "account.exists");
    let unknown = unlink(programme, "other-kol", EventId::from_bytes([1; 32]));
    provoked.note(programme.send(unknown, both).await, 409, "target.unknown");
    programme.recorded(unlink(programme, "other-kol", linked), both).await;
    provoked.note(programme.send(unlink(programme, "other-kol", linked), both).await, 409, "target.ended");
    for number in 0..limits::ACCOUNTS {
        let handle = format!("@kol-{number}");
        programme.recorded(link(programme, "registrar", "other-kol", &handle), both).await;
    }
    let many = link(programme, "registrar", "other-kol", "@kol");
    provoked.note(programme.send(many, both).await, 409, "account.too_many");
}

#[tokio::test(flavor = "multi_thread")]
async fn linked_accounts_are_shown_until_they_are_unlinked() {
    let programme = Programme::start(policy()).await;
    let both = &["registrar", "kol"];
    let linked = programme.recorded(link(&programme, "registrar", "kol", "@kol"), both).await;
    let path = format!("/v1/subjects/{}", subject("kol"));
    let shown = programme.get(&path).await["accounts"][0].clone();
    assert_eq!(shown["link"], linked.to_string());
    assert_eq!(
        (&shown["platform"], &shown["account"]),
        (&"vietreel".into(), &json!(text("@kol").commitment()))
    );
    programme.recorded(unlink(&programme, "kol", linked), both).await;
    assert_eq!(programme.get(&path).await["accounts"], json!([]));
}
