//! The command line: one verb per thing that somebody wants done.

mod accounts;
mod assess;
mod bench;
mod check;
mod contribute;
mod council;
mod custody;
mod explain;
mod govern;
mod keys;
mod member;
mod output;
mod policy;
mod ratings;
mod read;
mod register;
mod sanction;
mod schemas;
mod server;
mod signing;
mod steps;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::event::{MemberReinstated, MemberRemoved, MemberSuspended};

/// Exit code for work that was done and found something wrong.
const FOUND: u8 = 1;
/// Exit code for work that could not be done.
const FAILED: u8 = 2;

/// A verifiable ledger of influencer credibility.
#[derive(Debug, Parser)]
#[command(name = "tinnhiem", version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Run a seeded ledger of fictional people, to try things on
    Demo(server::Demo),
    /// Run a ledger
    Serve(server::Serve),
    /// Open a new ledger: its council, operator and first policy
    Init(govern::Init),
    /// Make a key file
    Keygen(keys::Keygen),
    /// Add a signature to an event that others have signed, or will
    Sign(keys::Sign),
    /// Send a signed event
    Submit(signing::Submit),
    /// Build, sign and send an event of any type from its body
    Publish(signing::Publish),
    /// Admit a member (council)
    Admit(govern::Admit),
    /// Suspend a member: it issues nothing, and nothing of it weighs (council)
    Suspend(council::Membership),
    /// Reinstate a suspended member (council)
    Reinstate(council::Membership),
    /// Remove a member for good (council)
    Remove(council::Membership),
    /// Change the council's seats and threshold (council, with the new keys)
    Reseat(council::Reseat),
    /// Change the operator or its key (council, with the new key)
    HandOver(council::HandOver),
    /// Enrol a subject (registrar, with the subject's key)
    Enrol(contribute::Enrol),
    /// Link an account on a platform to its subject (registrar and the KOL)
    Link(accounts::Link),
    /// Unlink it (registrar and the KOL)
    Unlink(accounts::Unlink),
    /// Notify a subject of an assessment, for it to reply to first (accredited assessor)
    Notify(assess::Notify),
    /// Publish an assessment (accredited assessor)
    Assess(assess::Assess),
    /// Publish an endorsement (any member, or another KOL)
    Endorse(contribute::Endorse),
    /// Propose a sanction, for the subject to reply to first (any member)
    Propose(sanction::Propose),
    /// Impose a sanction (council)
    Sanction(sanction::Sanction),
    /// Reply to a notified assessment or proposed sanction (the KOL concerned)
    Reply(sanction::Reply),
    /// Publish a version of the code of conduct (council)
    Code(register::Code),
    /// Pledge to keep the code of conduct (the KOL)
    Pledge(register::Pledge),
    /// Declare paid work (the business and the KOL)
    Collaborate(register::Collaborate),
    /// End declared paid work before its last day (the same two)
    EndCollaboration(register::EndCollaboration),
    /// Record an official decision (state agency)
    RecordDecision(register::RecordDecision),
    /// Record that a decision was overturned (state agency)
    OverturnDecision(register::OverturnDecision),
    /// Contest an assessment or sanction (the KOL concerned)
    Contest(contribute::Contest),
    /// Decide a contest (council)
    Decide(govern::Decide),
    /// Show a score, at any size and date
    Score(read::Score),
    /// Show every event about a subject and what it did to the score
    History(read::History),
    /// Show a member and how what it said has fared
    Member(member::Member),
    /// See who would move under another policy
    Policy(policy::Policy),
    /// List subjects by score
    Top(read::Top),
    /// List entries
    Log(read::Log),
    /// Show one entry whole
    Show(read::Show),
    /// Fetch the receipt of an entry
    Receipt(check::FetchReceipt),
    /// Verify a receipt, offline
    Verify(check::Verify),
    /// Check a data directory: heads, entries, tiles, state, attachments
    Fsck(custody::Fsck),
    /// Check a whole ledger: running, exported, or a data directory
    Audit(check::Audit),
    /// Write a data directory's log as static files
    Export(custody::Export),
    /// Make a data directory of an export
    Import(custody::Import),
    /// Turn a file of ratings (SNAP format) into a ledger, audit it, show who comes out best and worst
    Ratings(ratings::Ratings),
    /// Measure this machine against the cost of checking a signature
    Bench(bench::Bench),
    /// Write the JSON Schemas and the OpenAPI document
    Schemas(schemas::Schemas),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// Runs the verb that the arguments name.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("TINNHIEM_LOG")
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn")),
        )
        .with_writer(std::io::stderr)
        .init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.into()),
    };
    match runtime.block_on(cli.verb.run()) {
        Ok(code) => ExitCode::from(code),
        Err(error) => failed(&error),
    }
}

fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("tinnhiem: {error:#}");
    ExitCode::from(FAILED)
}

impl Verb {
    async fn run(self) -> anyhow::Result<u8> {
        match self {
            Self::Demo(verb) => verb.run().await,
            Self::Serve(verb) => verb.run().await,
            Self::Init(verb) => verb.run(),
            Self::Keygen(verb) => verb.run(),
            Self::Sign(verb) => verb.run(),
            Self::Submit(verb) => verb.run().await,
            Self::Publish(verb) => verb.run().await,
            Self::Admit(verb) => verb.run().await,
            Self::Suspend(verb) => verb.run(|member, reason| MemberSuspended { member, reason }.into()).await,
            Self::Reinstate(verb) => {
                verb.run(|member, reason| MemberReinstated { member, reason }.into()).await
            }
            Self::Remove(verb) => verb.run(|member, reason| MemberRemoved { member, reason }.into()).await,
            Self::Reseat(verb) => verb.run().await,
            Self::HandOver(verb) => verb.run().await,
            Self::Enrol(verb) => verb.run().await,
            Self::Link(verb) => verb.run().await,
            Self::Unlink(verb) => verb.run().await,
            Self::Notify(verb) => verb.run().await,
            Self::Assess(verb) => verb.run().await,
            Self::Endorse(verb) => verb.run().await,
            Self::Propose(verb) => verb.run().await,
            Self::Reply(verb) => verb.run().await,
            Self::Sanction(verb) => verb.run().await,
            Self::Code(verb) => verb.run().await,
            Self::Pledge(verb) => verb.run().await,
            Self::Collaborate(verb) => verb.run().await,
            Self::EndCollaboration(verb) => verb.run().await,
            Self::RecordDecision(verb) => verb.run().await,
            Self::OverturnDecision(verb) => verb.run().await,
            Self::Contest(verb) => verb.run().await,
            Self::Decide(verb) => verb.run().await,
            Self::Score(verb) => verb.run().await,
            Self::History(verb) => verb.run().await,
            Self::Member(verb) => verb.run().await,
            Self::Policy(verb) => verb.run().await,
            Self::Top(verb) => verb.run().await,
            Self::Log(verb) => verb.run().await,
            Self::Show(verb) => verb.run().await,
            Self::Receipt(verb) => verb.run().await,
            Self::Verify(verb) => verb.run(),
            Self::Fsck(verb) => verb.run(),
            Self::Audit(verb) => verb.run().await,
            Self::Export(verb) => verb.run(),
            Self::Import(verb) => verb.run().await,
            Self::Ratings(verb) => verb.run().await,
            Self::Bench(verb) => verb.run().await,
            Self::Schemas(verb) => verb.run(),
            Self::Completions { shell } => {
                clap_complete::generate(shell, &mut Cli::command(), "tinnhiem", &mut std::io::stdout());
                Ok(0)
            }
            Self::Man => {
                clap_mangen::Man::new(Cli::command()).render(&mut std::io::stdout())?;
                Ok(0)
            }
        }
    }
}
