//! Accounts on platforms that are linked to a subject.

use serde_json::json;
use tinnhiem::client::Draft;
use tinnhiem::dsse::EventId;
use tinnhiem::event::*;
use tinnhiem::limits;

use crate::programme::*;
use crate::refusals::Provoked;

fn link(programme: &Programme, issuer: &str, name: &str, handle: &str) -> Draft {
    link_on(programme, "vietreel", issuer, name, handle)
}

fn link_on(programme: &Programme, platform: &str, issuer: &str, name: &str, handle: &str) -> Draft {
    let body =
        AccountLinked { platform: platform.parse().unwrap(), account: text(handle).commitment().into() };
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

#[tokio::test(flavor = "multi_thread")]
async fn subjects_are_found_by_the_accounts_they_have_linked() {
    let programme = Programme::start(policy()).await;
    let both = &["registrar", "kol"];
    let found = async |q: &str| {
        let url = format!("{}/v1/subjects", programme.client.base());
        let page = reqwest::Client::new().get(url).query(&[("q", q)]).send().await.unwrap();
        let page: serde_json::Value = serde_json::from_slice(&page.bytes().await.unwrap()).unwrap();
        page["subjects"].as_array().unwrap().iter().map(|one| one["subject"].clone()).collect::<Vec<_>>()
    };
    let own = vec![json!(subject("kol"))];
    assert!(found("@bao.ngan").await.is_empty());
    let tiktok = link_on(&programme, "tiktok", "registrar", "kol", "@Bao.Ngan");
    let linked = programme.recorded(tiktok, both).await;
    let address = "https://www.facebook.com/ngan.review/?ref=page";
    programme.recorded(link_on(&programme, "facebook", "registrar", "kol", address), both).await;
    programme.recorded(link(&programme, "registrar", "kol", "https://vietreel.vn/u-7"), both).await;
    for q in ["@bao.ngan", "＠bao.ngan", "bao.ngan", "https://www.tiktok.com/@bao.ngan?lang=vi"] {
        assert_eq!(found(q).await, own, "{q}");
    }
    for q in ["https://m.facebook.com/ngan.review", "facebook.com/Ngan.Review/posts/7", "@ngan.review"] {
        assert_eq!(found(q).await, own, "{q}");
    }
    assert_eq!(found("vietreel.vn/u-7#top").await, own);
    // An address is that of one platform, and an account is nobody's name, nor part of one.
    for q in [
        "@ngan.reviews",
        "@bao",
        "@kol",
        "https://www.tiktok.com/@bao",
        "https://www.tiktok.com/ngan.review",
        "https://facebook.com/bao.ngan",
        "https://evil.example/@bao.ngan",
        "https://evil.example/ngan.review",
        "https://tiktok.com.evil.example/@bao.ngan",
        "https://tiktok.com@evil.example/@bao.ngan",
        "ftp://evil.example/@bao.ngan",
        "evil/@bao.ngan",
        "https://evil.example/u-7",
        "https://vietreel.vn/fans/u-7",
        "https://vietreel.vn/u-7?of=another",
    ] {
        assert!(found(q).await.is_empty(), "{q}");
    }
    assert_eq!(found("kol").await.len(), 2);
    programme.recorded(unlink(&programme, "kol", linked), both).await;
    assert!(found("@bao.ngan").await.is_empty());
    // Nor is what was erased.
    std::fs::remove_file(programme.ledger.vault().path(&text(address).commitment())).unwrap();
    assert!(found("@ngan.review").await.is_empty());
}
