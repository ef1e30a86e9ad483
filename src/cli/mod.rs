//! The command line: one verb per thing that somebody wants done.

mod accounts;
mod age;
mod aside;
mod assess;
mod attaching;
mod beforehand;
mod beginning;
mod bench;
mod case;
mod certificates;
mod certified;
mod check;
mod checkpoint;
mod clock;
mod clocks;
mod coded;
mod codes;
mod commitments;
mod computed;
mod consent;
mod contests;
mod continuity;
mod contribute;
mod council;
mod course;
mod credentials;
mod custody;
mod dispatch;
mod disputed;
mod document;
mod door;
mod draws;
mod effect;
mod erased;
mod evidence;
#[cfg(test)]
mod examples;
mod explain;
mod fates;
mod fault;
mod finality;
mod find;
mod foresee;
mod gist;
mod govern;
mod graded;
mod grounds;
mod guide;
mod identity;
mod key_name;
mod key_state;
mod keys;
mod layout;
mod ledger;
mod log;
mod logging;
mod looks;
mod me;
mod member;
mod moment;
mod named;
mod needed;
mod newest;
mod options;
mod outcome;
mod output;
mod outside;
mod owner;
mod pages;
mod party_keys;
mod placed;
mod policies;
mod policy;
mod policy_changes;
mod proven;
mod ratings;
mod read;
mod register;
mod remedy;
mod requirements;
mod safe;
mod sanction;
mod schemas;
mod screen;
mod seal;
mod server;
mod shell;
mod show;
mod signed;
mod signing;
mod since;
mod steps;
mod still;
mod tip;
mod told;
mod top;
mod undone;
mod verify;
mod windows;
mod withdraw;
mod withheld;
mod written;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use tokio::signal::unix::SignalKind;

use self::outcome::{FOUND, Fault};

/// A verifiable ledger of influencer credibility.
#[derive(Debug, Parser)]
#[command(name = "tinnhiem", version, propagate_version = true, max_term_width = 80, after_help = outcome::EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
    /// A file with the pass phrases of encrypted keys, one a line; asked for at the terminal unless given
    #[arg(long, env = "TINNHIEM_PASS_FILE", global = true)]
    pass_file: Option<std::path::PathBuf>,
    /// Print long answers at once; at a terminal they go through $PAGER, or `less`
    #[arg(long, global = true)]
    no_pager: bool,
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
    /// Print the public key of a key file
    PublicKey(keys::ShowPublic),
    /// Add a signature to an event that others have signed, or will
    Sign(keys::Sign),
    /// Send a signed event
    Submit(signing::Submit),
    /// Build, sign and send an event of any type from its body
    Publish(signing::Publish),
    /// Admit a member (council)
    Admit(govern::Admit),
    /// Change a member's class, controller group, name or duties (council)
    Update(council::Update),
    /// Accredit an assessor, in the place of the accreditation that stands (council)
    Accredit(council::Accredit),
    /// Suspend a member: it issues nothing, and nothing of it weighs (council)
    Suspend(council::Membership),
    /// Reinstate a suspended member (council)
    #[command(after_help = "Example:
  tinnhiem reinstate --member bao-moi --key seat-1.pem --key seat-2.pem \\
    --key seat-3.pem")]
    Reinstate(council::Membership),
    /// Remove a member for good (council)
    #[command(after_help = "Example:
  tinnhiem remove --member bao-moi --reason 'Giải thể.' --key seat-1.pem \\
    --key seat-2.pem --key seat-3.pem")]
    Remove(council::Membership),
    /// Change the council's seats and threshold (council, with the new keys)
    Reseat(council::Reseat),
    /// Change the operator or its key (council, with the new key)
    HandOver(council::HandOver),
    /// Add a key (its owner; the council to recover a lost one)
    AddKey(party_keys::AddKey),
    /// Put a new key in the place of another (its owner)
    RotateKey(party_keys::RotateKey),
    /// End a key (the key itself, or the council)
    RevokeKey(party_keys::RevokeKey),
    /// Put a new key in the place of the log's (council, with both)
    RotateLogKey(party_keys::RotateLogKey),
    /// Make the secret that keys identity numbers, once for all registrars of a ledger
    IdentitySecret(identity::IdentitySecret),
    /// Enrol a subject (registrar; the subject signs too, with `sign` where its key is elsewhere)
    Enrol(contribute::Enrol),
    /// Bring back a subject that departed, with its history (registrar and the KOL)
    #[command(after_help = "Example:
  tinnhiem resume --issuer vietreel --subject kol-0123456789abc \\
    --name 'Trần Bảo Ngân' --topic am-thuc --identity so-dinh-danh.txt \\
    --identity-secret secret.hex --consent dong-y.pdf --subject-key kol.pem \\
    --key vietreel.pem")]
    Resume(contribute::Enrol),
    /// Leave the programme (the KOL)
    Depart(remedy::Depart),
    /// Link an account on a platform to its subject (registrar and the KOL)
    Link(accounts::Link),
    /// Unlink it, by the `account.linked` event (registrar and the KOL)
    #[command(after_help = "Example:
  tinnhiem unlink --issuer vietreel --subject kol-0123456789abc --target 5f…e2 \\
    --key vietreel.pem --key kol.pem")]
    Unlink(case::Target),
    /// Notify a subject of an assessment, for it to reply to first (accredited assessor)
    Notify(assess::Notify),
    /// Publish an assessment (accredited assessor)
    Assess(assess::Assess),
    /// Publish an endorsement (any member, or another KOL)
    Endorse(contribute::Endorse),
    /// Take back an assessment, endorsement, contest or accreditation (whoever issued it); lift a sanction, withdraw a certificate (council)
    Withdraw(withdraw::Withdraw),
    /// Propose a sanction, for the subject to reply to first (any member)
    Propose(sanction::Propose),
    /// Impose a sanction (council)
    Sanction(sanction::Sanction),
    /// Grant a certificate, in the place of the one that stands (council)
    Certify(certificates::Certify),
    /// Show a KOL's certificate (anyone); write it as a credential that proves it (operator)
    Certificate(certificates::Certificate),
    /// Reply to a notified assessment or proposed sanction (the KOL concerned)
    Reply(sanction::Reply),
    /// Publish a version of the code of conduct (council)
    Code(register::Code),
    /// Pledge to keep the code of conduct (the KOL)
    Pledge(register::Pledge),
    /// Declare paid work (the business and the KOL)
    Collaborate(register::Collaborate),
    /// End paid work before its last day, by the `collaboration.declared` event (the same two)
    #[command(after_help = "Example:
  tinnhiem end-collaboration --issuer sua-doi-xanh --subject kol-0123456789abc \\
    --target 5f…e2 --key sua-doi-xanh.pem --key kol.pem")]
    EndCollaboration(case::Target),
    /// Record an official decision (state agency)
    RecordDecision(register::RecordDecision),
    /// Record that a decision was overturned (state agency)
    OverturnDecision(register::OverturnDecision),
    /// Contest an assessment or sanction (the KOL concerned); `withdraw` takes it back
    Contest(contribute::Contest),
    /// Admit a contest (council)
    AdmitContest(contests::AdmitContest),
    /// Decline a contest (council)
    DeclineContest(contests::DeclineContest),
    /// Seat the panel that was drawn for a contest or its appeal (council)
    Seat(contests::Seat),
    /// Challenge one member of the panel (the KOL concerned)
    Challenge(contests::Challenge),
    /// Put a decision off, once (the panel, or the council before it sits)
    Extend(contests::Extend),
    /// Decide a contest or its appeal (the panel, or the council where there is none)
    Decide(govern::Decide),
    /// Appeal a decision (the KOL concerned)
    Appeal(contests::Appeal),
    /// Commit to the values from which panels are drawn (operator, auditor)
    CommitDraw(draws::CommitDraw),
    /// Reveal the next of them (operator, auditor)
    RevealDraw(draws::RevealDraw),
    /// Draw the panel of a contest again
    Draw(draws::Draw),
    /// Annotate, retract or improve what was said (whoever issued it)
    Correct(remedy::Correct),
    /// Say what evidence is kept, by whom and until when (member and custodian)
    CommitEvidence(evidence::CommitEvidence),
    /// Show what a document and its salt commit to, and whether an event names that (anyone, before signing)
    Commitment(document::ShowCommitment),
    /// Say whom evidence was shown to (its custodian)
    DiscloseEvidence(evidence::DiscloseEvidence),
    /// Say that evidence was destroyed, by the `evidence.committed` event (its custodian)
    #[command(after_help = "Example:
  tinnhiem destroy-evidence --issuer o4-hai-van --subject kol-0123456789abc \\
    --target 5f…e2 --key o4-hai-van.pem")]
    DestroyEvidence(case::Target),
    /// Ask for the destruction of personal data (the KOL concerned)
    RequestErasure(remedy::RequestErasure),
    /// Destroy it (operator)
    ExecuteErasure(remedy::ExecuteErasure),
    /// Keep it, on a legal ground (operator)
    RefuseErasure(remedy::RefuseErasure),
    /// Record what is wrong, and where (auditor)
    ReportFinding(remedy::ReportFinding),
    /// Commit to the state as a whole, from which scores are proven (operator)
    CommitState(commitments::CommitState),
    /// Audit the ledger, and attest the state that was committed to (auditor)
    Attest(commitments::Attest),
    /// Show a score, at any size and date
    Score(read::Score),
    /// Show every event about a subject and what it did to the score
    History(read::History),
    /// Show what was said about a KOL and what it did, what the KOL can do until when, and what comes next
    Me(me::Me),
    /// Show what a ledger is: its origin and key, its size, its policy, who runs it
    Ledger(ledger::Ledger),
    /// List who must act by when, who may, and what is about to happen
    Clocks(clocks::Clocks),
    /// List the members, as they stand
    Members(member::Members),
    /// Show a member and how what it said has fared
    Member(member::Member),
    /// Show a policy, see who would move under another, publish one
    Policy(policy::Policy),
    /// Find KOLs and members by a part of a name, an account or an id
    Find(find::Find),
    /// List subjects by score
    Top(top::Top),
    /// List entries
    Log(log::Log),
    /// Show entries: who said what, when, and the words attached
    Show(show::Show),
    /// Read what a kind of user does, with commands to paste
    Guide(guide::ReadGuide),
    /// Say what a code means, and what to do
    Explain(codes::Explain),
    /// Fetch the receipt of an entry; that of a score is `score --receipt`
    Receipt(check::FetchReceipt),
    /// Verify the receipt of an entry or of a score, offline
    Verify(verify::Verify),
    /// Confirm the clock of a ledger that doubts it (operator, on the ledger's machine)
    ConfirmClock(clock::ConfirmClock),
    /// Print the newest checkpoint, or compare two
    Checkpoint(checkpoint::Checkpoint),
    /// Check a data directory: heads, entries, tiles, state, attachments
    Fsck(custody::Fsck),
    /// Check a whole ledger: running, exported, or a data directory
    Audit(check::Audit),
    /// Write a ledger's log as static files, of a data directory or of where it is served
    Export(custody::Export),
    /// Make a data directory of an export
    Import(custody::Import),
    /// End a ledger's term in a data directory, running or stopped, so that another can go on
    Seal(seal::Seal),
    /// Turn a file of ratings (SNAP format) into a ledger, audit it, show who comes out best and worst
    Ratings(ratings::Ratings),
    /// Measure this machine against the cost of checking a signature
    Bench(bench::Bench),
    /// Write the JSON Schemas and the OpenAPI document
    Schemas(schemas::Schemas),
    /// Print a completion script for a shell
    #[command(after_help = "Example:
  tinnhiem completions bash > /etc/bash_completion.d/tinnhiem")]
    Completions(shell::Completions),
    /// Print the manual page
    #[command(after_help = "Example:
  tinnhiem man > tinnhiem.1")]
    Man,
}

/// Runs the verb that the arguments name.
pub fn run() -> ExitCode {
    let mut command = Cli::command();
    let matches = match command.try_get_matches_from_mut(std::env::args_os()) {
        Ok(matches) => matches,
        Err(error) if error.use_stderr() && std::env::args_os().any(|given| given == "--json") => {
            return Fault::of_usage().tell(error.to_string().trim_end().trim_start_matches("error: "), true);
        }
        Err(error) => tip::end(&command, error),
    };
    let given = fault::Given::of(&command, &matches);
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.format(&mut command).exit());
    if let Err(wrong) = logging::begin() {
        return Fault::of_usage().tell(&wrong, given.json());
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Fault::of_usage().tell(&error.to_string(), false),
    };
    if let Some(file) = cli.pass_file.filter(|file| !file.as_os_str().is_empty()) {
        crate::vault::take_phrases_from(file);
    }
    if cli.verb.looks() && !cli.no_pager && !given.json() {
        screen::keep();
    }
    // A limit on the length of files is met as a full disk is: by the write that it stops.
    let too_long = SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw());
    let _too_long = runtime.block_on(async { tokio::signal::unix::signal(too_long) });
    let ended = runtime.block_on(cli.verb.run());
    screen::show();
    match ended {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            let told = given.addressed(&format!("{error:#}"), &error);
            Fault::of(&error).tell(&given.told(&told), given.json())
        }
    }
}
