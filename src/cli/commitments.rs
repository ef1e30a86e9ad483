//! The state as a whole: `state commit`, `state attest`

use clap::Args;

use super::check::print_report;
use super::coded::unknown;
use super::named::PartyName;
use super::output::{Bar, say};
use super::signing::{Signing, Statement};
use super::{FOUND, key_name};
use crate::api::views::LedgerView;
use crate::client::{Auditing, Source};
use crate::event::StateCommitted;
use crate::log::VerifierKey;
use crate::oracle::{Inquiry, audit};
use crate::time::Date;

/// The code of the finding that a commitment has other roots.
const FALSE_ROOTS: &str = "commitment.root";

#[derive(Debug, Args)]
#[command(after_help = "`tinnhiem serve --operator-key` does it by itself.

Example:
  tinnhiem state commit --key van-hanh.pem")]
pub(super) struct CommitState {
    #[command(flatten)]
    signing: Signing,
}

impl CommitState {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let client = self.signing.at.client();
        let ledger: LedgerView = client.json("/v1/ledger").await?;
        let body: StateCommitted = client.json("/v1/commitments/next").await?;
        self.signing.publish(Statement::about_nobody(ledger.operator, body)).await
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Audits the whole ledger first, and attests nothing where anything is wrong.

Example:
  tinnhiem state attest --issuer bach-tin --vkey \"$VKEY\" --key bach-tin.pem")]
pub(super) struct Attest {
    /// The auditor: you
    #[arg(long)]
    issuer: PartyName,
    /// The log's key, or its file, from somewhere that the operator cannot change
    #[arg(long, value_parser = key_name::log_key)]
    vkey: VerifierKey,
    /// Say so where the state is another than the one committed to, and nothing else is wrong
    #[arg(long)]
    disagree: bool,
    /// The day that the ledger stands at, where that is not today, as a demo's may be
    #[arg(long)]
    today: Option<Date>,
    #[command(flatten)]
    signing: Signing,
}

impl Attest {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let issuer = self.signing.party(&self.issuer).await?;
        let source = Source::Running(self.signing.at.client());
        let bar = Bar::new();
        let auditing = Auditing { vkey: Some(self.vkey), ..Auditing::default() };
        let inquiry = Inquiry { today: self.today, ..Inquiry::sampled(auditing) };
        let report = audit(&source, &inquiry, &mut |what, done, of| bar.show(what, done, of)).await?;
        drop(bar);
        let false_roots = report.findings.iter().all(|one| one.code == FALSE_ROOTS);
        let may_say = report.is_clean() || self.disagree && false_roots;
        if !may_say {
            print_report(&report);
            say!(
                "nothing is attested: say so with `tinnhiem report-finding`, or `--disagree` where only the roots differ"
            );
            return Ok(FOUND);
        }
        let found = report.state.ok_or_else(|| {
            let detail = "nothing was committed to: the operator does so with `tinnhiem state commit`";
            unknown("commitment.unknown", detail)
        })?;
        say!("{} entries audited: clean; the state of size {} is as committed to", report.size, found.size);
        self.signing.publish(Statement::about_nobody(issuer, found)).await
    }
}
