//! `/oembed`: a KOL's badge for who shows what an address stands for (oEmbed 1.0, type `rich`).
//!
//! A server does not know what it is called from outside, by which scheme, or below which path. So an address is one of
//! its own where it names the host that the request came to; what it begins with, up to `/kol/`, is where the
//! badge lies that the card shows. The address that a KOL's page gives for itself names no scheme, and a card
//! made for it is read by that of the page that shows it.

use std::num::NonZeroU32;

use askama::Template;
use axum::Json;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::asked::{Asked, encoded, rendered};
use super::badge::Badge;
use super::lang::Lang;
use super::page::{Page, name};
use crate::api::Problem;
use crate::api::views::SubjectView;
use crate::engines::Score;
use crate::event::SubjectId;

/// How long who shows a card should keep it, in seconds: a contest turns it.
const KEPT_S: u32 = 3_600;

#[derive(Template)]
#[template(path = "oembed.html")]
struct Shown<'a> {
    page: String,
    picture: String,
    name: &'a str,
    says: &'a str,
    width: u32,
    height: u32,
}

/// The card, by the names that oEmbed gives its parts.
#[derive(Serialize)]
struct Card {
    #[serde(rename = "type")]
    kind: &'static str,
    version: &'static str,
    title: String,
    provider_name: &'static str,
    cache_age: u32,
    html: String,
    width: u32,
    height: u32,
}

/// The card of an address; programs ask for it, and are told what is wrong like programs.
pub(super) async fn card(asked: Asked) -> Response {
    match made(asked).await {
        Ok(card) => Json(card).into_response(),
        Err(problem) => problem.into_response(),
    }
}

/// Where the card of a KOL's page lies, for who reads the page at a host.
pub(super) fn of(p: &Page, host: &str, subject: SubjectId) -> String {
    p.to(&format!("oembed?format=json&url={}", encoded(&format!("//{host}/kol/{subject}"))))
}

async fn made(mut asked: Asked) -> Result<Card, Problem> {
    asked.only(&["url", "format", "maxwidth", "maxheight"])?;
    if asked.value("format").is_some_and(|format| format != "json") {
        return Err(Problem::new(501, "oembed.format", "a card comes as JSON: ask for format=json"));
    }
    let missing = || Problem::new(400, "query.empty", "`url` is missing: give the address of a KOL's page");
    let address = asked.value("url").ok_or_else(missing)?;
    let unknown = || {
        Problem::not_found(
            "subject.unknown",
            "`url` is no address of a KOL's page here: it names this host and ends in /kol/ and an id",
        )
    };
    let host = asked.host.as_deref().ok_or_else(unknown)?;
    let Address { begins, subject, lang } = Address::of(address, host).ok_or_else(unknown)?;
    let pixels = |name| asked.read::<NonZeroU32>(name, "a number of pixels");
    let room = [pixels("maxwidth")?, pixels("maxheight")?].map(|most| most.map_or(u32::MAX, NonZeroU32::get));
    asked.page.lang = lang.unwrap_or(asked.page.lang);
    let (p, source) = (&asked.page, &asked.web.source);
    let view: SubjectView = source.json(&format!("/v1/subjects/{subject}")).await?;
    let score: Score = source.json(&format!("/v1/subjects/{subject}/score")).await?;
    let title = view.row.name.as_deref().map_or_else(|| subject.to_string(), name);
    let fits = |badge: &Badge<'_>| badge.width <= room[0] && badge.height <= room[1];
    let large = Badge::of(p, &score, true, false);
    let (badge, size) = match fits(&large) {
        true => (large, "large"),
        false => (Badge::of(p, &score, false, false), "small"),
    };
    let (width, height) = within(room, badge.width, badge.height);
    let (page, code) = (format!("{begins}/kol/{subject}"), p.lang.code());
    let html = rendered(&Shown {
        picture: format!("{page}/badge.svg?size={size}&lang={code}"),
        page: format!("{page}?lang={code}"),
        name: &title,
        says: &badge.says,
        width,
        height,
    })?;
    Ok(Card {
        kind: "rich",
        version: "1.0",
        title,
        provider_name: p.t("brand"),
        cache_age: KEPT_S,
        html: html.trim_end().to_owned(),
        width,
        height,
    })
}

/// A picture's width and height, both made smaller alike until they fit.
fn within([most_wide, most_high]: [u32; 2], width: u32, height: u32) -> (u32, u32) {
    let part = |of: u32, most: u32, all: u32| {
        u32::try_from(u64::from(of) * u64::from(most) / u64::from(all.max(1))).unwrap_or(most).max(1)
    };
    let (width, height) =
        if width > most_wide { (most_wide, part(height, most_wide, width)) } else { (width, height) };
    if height > most_high { (part(width, most_high, height), most_high) } else { (width, height) }
}

/// The address of a KOL's page.
#[derive(Debug, PartialEq, Eq)]
struct Address {
    /// What stands before `/kol/`.
    begins: String,
    subject: SubjectId,
    /// The language that it names.
    lang: Option<Lang>,
}

impl Address {
    /// Reads it; none where it is none at this host.
    fn of(address: &str, host: &str) -> Option<Self> {
        let (scheme, rest) = address.split_once("//")?;
        let is_web = ["", "http:", "https:"].iter().any(|one| scheme.eq_ignore_ascii_case(one));
        let rest = rest.split('#').next().unwrap_or_default();
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = rest.split_at(rest.find('/')?);
        let (below, id) = path.rsplit_once("/kol/")?;
        let is_path = below.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-._~%".contains(&byte));
        if !is_web || !is_path || !authority.eq_ignore_ascii_case(host) {
            return None;
        }
        let lang = query.split('&').find_map(|pair| Lang::named(pair.strip_prefix("lang=")?));
        Some(Self { begins: format!("{scheme}//{authority}{below}"), subject: id.parse().ok()?, lang })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_this_host_and_a_kol() {
        let subject = SubjectId::from_random([7; 13]);
        let of = |address: &str| Address::of(&address.replace("ID", &subject.to_string()), "ledger.example");
        for (address, begins, lang) in [
            ("https://ledger.example/kol/ID", "https://ledger.example", None),
            ("//Ledger.Example/kol/ID?as_of=2026-01-01&lang=en#top", "//Ledger.Example", Some(Lang::En)),
            ("http://ledger.example/some/where/kol/ID?lang=de", "http://ledger.example/some/where", None),
        ] {
            let begins = begins.to_owned();
            assert_eq!(of(address), Some(Address { begins, subject, lang }), "{address}");
        }
        for address in [
            "",
            "/kol/ID",
            "https://ledger.example",
            "https://ledger.example/kol/nobody",
            "https://ledger.example/kol/ID/badge.svg",
            "https://ledger.example/member/a1",
            "https://evil.example/kol/ID",
            "https://ledger.example@evil.example/kol/ID",
            "https://ledger.example.evil.example/kol/ID",
            "https://ledger.example:81/kol/ID",
            "https://evil.example/?//ledger.example/kol/ID",
            "javascript://ledger.example/kol/ID",
            "https://ledger.example/\"><script>/kol/ID",
        ] {
            assert_eq!(of(address), None, "{address}");
        }
    }

    #[test]
    fn a_picture_is_no_larger_than_there_is_room() {
        assert_eq!(within([u32::MAX, u32::MAX], 300, 112), (300, 112));
        assert_eq!(within([150, u32::MAX], 300, 112), (150, 56));
        assert_eq!(within([u32::MAX, 28], 300, 112), (75, 28));
        assert_eq!(within([150, 28], 300, 112), (75, 28));
        assert_eq!(within([1, 1], 300, 112), (1, 1));
    }
}
