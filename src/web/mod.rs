//! Pages for people: what the API answers, told in one language at a time.
//!
//! A page asks the API in its own process, as any program would over HTTP, and computes nothing of
//! its own: what it shows is what everybody can ask for. Reading takes no script. Every link is
//! relative, so that a ledger may lie below any path.

mod accounting;
mod act;
mod asked;
mod assets;
mod badge;
mod card;
mod chart;
mod check;
mod clocks;
mod compare;
mod contesting;
mod docs;
mod entry;
mod feed;
mod figure;
mod home;
mod kol;
mod kol_facts;
mod lang;
mod lines;
mod log;
mod member;
mod members;
mod mine;
mod modules;
mod named;
mod oembed;
mod page;
mod policy;
mod problems;
mod pulse;
mod rule;
mod secure;
mod spoken;
mod texts;
mod wrong;

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;

use crate::api::{self, Bounds};
use crate::ledger::Ledger;
use crate::time::Date;
use asked::Source;
use pulse::Pulses;

/// What every page shares.
pub struct Web {
    source: Source,
    pulses: Pulses,
}

/// The pages and the API of a ledger; `today` fixes the default date of scores, as a demo does.
pub fn router(ledger: Arc<Ledger>, today: Option<Date>, bounds: Bounds) -> Router {
    let (api, app) = api::parts(ledger, today, bounds);
    let web = Arc::new(Web { source: Source::new(api), pulses: Pulses::default() });
    Router::new()
        .route("/", get(home::page))
        .route("/kol/{subject}", get(kol::page))
        .route("/kol/{subject}/badge.svg", get(badge::picture))
        .route("/kol/{subject}/feed.atom", get(feed::of_subject))
        .route("/entry/{event}", get(entry::page))
        .route("/member/{member}", get(member::page))
        .route("/members", get(members::page))
        .route("/log", get(log::page))
        .route("/feed.atom", get(feed::of_log))
        .route("/clocks", get(clocks::page))
        .route("/compare", get(compare::page))
        .route("/policy", get(policy::page))
        .route("/oembed", get(oembed::card))
        .route("/problems/{code}", get(problems::page))
        .route("/check", get(check::page))
        .route("/docs", get(docs::page))
        .route("/mine", get(mine::page))
        .route("/inbox", get(mine::inbox))
        .route("/act/{act}", get(act::page))
        .route("/assets/{name}", get(assets::one))
        .route("/assets/js/{hash}/{name}", get(modules::one))
        .method_not_allowed_fallback(wrong::method)
        .layer(from_fn_with_state(app, api::answered_beside))
        .layer(from_fn(secure::page))
        // What is no page is the API's, which says itself how long its answers are good for.
        .fallback(wrong::elsewhere)
        .with_state(web)
}
