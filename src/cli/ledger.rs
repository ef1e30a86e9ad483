//! `ledger`: what a ledger is, and the key that its checkpoints are verified with

use anyhow::Context;
use clap::Args;

use super::output::{self, say};
use super::signing::At;
use super::told::safe;
use crate::api::views::LedgerView;
use crate::log::VerifierKey;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tinnhiem ledger           origin, key, size, policy, operator
  tinnhiem ledger --vkey    the key alone, to compare with one from elsewhere")]
pub(super) struct Ledger {
    /// Print nothing but the key that verifies its checkpoints
    #[arg(long, conflicts_with = "json")]
    vkey: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    at: At,
}

impl Ledger {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let view: LedgerView = self.at.client().json("/v1/ledger").await?;
        if self.json {
            output::json(&view)?;
            return Ok(0);
        }
        let key: VerifierKey = view.log_vkey.parse().context("the ledger says no key of a log")?;
        if self.vkey {
            say!("{key}");
            return Ok(0);
        }
        say!("sổ cái / ledger: {}", safe(&view.origin));
        say!("khóa của sổ / the log's key, as the operator says it:\n{key}");
        for one in &view.former_vkeys {
            say!("khóa cũ / a former key, up to size {}: {}", one.to_size, safe(&one.vkey));
        }
        say!("đến ngày {}, {} mục / on {}, {} entries", view.today, view.size, view.today, view.size);
        if view.replayed_entries > 0 {
            let replayed = view.replayed_entries;
            say!(
                "{replayed} mục là lịch sử đưa vào / {replayed} entries are history brought in at their own times"
            );
        }
        if let Some(policy) = view.policy {
            say!("chính sách / policy in force: {policy} (`tinnhiem policy show`)");
        }
        say!("bên vận hành / operator: {}", view.operator);
        if let Some(key) = view.identity_key {
            say!("dấu của khóa định danh chung / fingerprint of the registrars' identity secret: {key}");
        }
        if !view.writing {
            say!("hiện chỉ đọc / read only now");
        }
        for hold in &view.held {
            say!("{}: {}", safe(&hold.code), safe(&hold.detail));
        }
        Ok(0)
    }
}
