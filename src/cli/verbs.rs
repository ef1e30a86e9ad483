//! Every verb that the program has, and what each runs.

use clap::Subcommand;

use super::{
    assess, bench, check, checkpoint, clock, clocks, codes, contribute, custody, document, find, govern,
    groups, guide, inbox, keys, ledger, log, me, policy, publish, ratings, read, remedy, sanction, schemas,
    seal, server, shell, show, signing, top, verify, withdraw,
};

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Run a seeded ledger of fictional people, to try things on
    Demo(server::Demo),
    /// Run a ledger
    Serve(server::Serve),
    /// Open a new ledger: its council, operator and first policy
    Init(govern::Init),
    /// List what waits for signatures, and whose
    Inbox(inbox::Inbox),
    /// Add a signature to an event that others have signed, or will
    Sign(keys::Sign),
    /// Send a signed event
    Submit(signing::Submit),
    /// Build, sign and send an event of any type from its body
    Publish(publish::Publish),
    /// List the members, show one, admit, accredit, suspend or remove it
    #[command(subcommand)]
    Member(groups::Member),
    /// Change the council's seats, or who operates the ledger
    #[command(subcommand)]
    Council(groups::Council),
    /// Make a key; add, replace or end one
    #[command(subcommand)]
    Key(groups::Key),
    /// Enrol a KOL, link its accounts, leave, come back
    #[command(subcommand)]
    Subject(groups::Subject),
    /// Notify a subject of an assessment, for it to reply to first (accredited assessor)
    Notify(assess::Notify),
    /// Publish an assessment (accredited assessor)
    Assess(assess::Assess),
    /// Publish an endorsement (any member, or another KOL)
    Endorse(contribute::Endorse),
    /// Reply to a notified assessment or proposed sanction (the KOL concerned)
    Reply(sanction::Reply),
    /// Take back an assessment, endorsement, contest or accreditation (whoever issued it); lift a sanction, withdraw a certificate (council)
    Withdraw(withdraw::Withdraw),
    /// Annotate, retract or improve what was said (whoever issued it)
    Correct(remedy::Correct),
    /// Contest an item, and what follows: admit, seat, decide, appeal
    #[command(subcommand)]
    Contest(groups::Contest),
    /// Commit to the values that panels are drawn from, reveal them, draw again
    #[command(subcommand)]
    Draw(groups::Draw),
    /// Propose or impose a sanction
    #[command(subcommand)]
    Sanction(groups::Sanction),
    /// Show or grant a certificate
    #[command(subcommand)]
    Certificate(groups::Certificate),
    /// Show a policy, see who would move under another, publish one
    Policy(policy::Policy),
    /// Publish the code of conduct, or pledge to keep it
    #[command(subcommand)]
    Code(groups::Code),
    /// Declare paid work, or end it early
    #[command(subcommand)]
    Collaboration(groups::Collaboration),
    /// Record an official decision, or that it was overturned
    #[command(subcommand)]
    Decision(groups::Decision),
    /// Say what evidence is kept, shown or destroyed
    #[command(subcommand)]
    Evidence(groups::Evidence),
    /// Ask for the destruction of personal data, destroy or keep it
    #[command(subcommand)]
    Erasure(groups::Erasure),
    /// Commit to the state that scores are proven from, and attest it
    #[command(subcommand)]
    State(groups::State),
    /// Record what is wrong, and where (auditor)
    ReportFinding(remedy::ReportFinding),
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
    /// Show what a document and its salt commit to, and whether an event names that (anyone, before signing)
    Commitment(document::ShowCommitment),
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

impl Verb {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        match self {
            Self::Demo(verb) => verb.run().await,
            Self::Serve(verb) => verb.run().await,
            Self::Init(verb) => verb.run().await,
            Self::Inbox(verb) => verb.run().await,
            Self::Sign(verb) => verb.run().await,
            Self::Submit(verb) => verb.run().await,
            Self::Publish(verb) => verb.run().await,
            Self::Member(group) => group.run().await,
            Self::Council(group) => group.run().await,
            Self::Key(group) => group.run().await,
            Self::Subject(group) => group.run().await,
            Self::Notify(verb) => verb.run().await,
            Self::Assess(verb) => verb.run().await,
            Self::Endorse(verb) => verb.run().await,
            Self::Reply(verb) => verb.run().await,
            Self::Withdraw(verb) => verb.run().await,
            Self::Correct(verb) => verb.run().await,
            Self::Contest(group) => group.run().await,
            Self::Draw(group) => group.run().await,
            Self::Sanction(group) => group.run().await,
            Self::Certificate(group) => group.run().await,
            Self::Policy(verb) => verb.run().await,
            Self::Code(group) => group.run().await,
            Self::Collaboration(group) => group.run().await,
            Self::Decision(group) => group.run().await,
            Self::Evidence(group) => group.run().await,
            Self::Erasure(group) => group.run().await,
            Self::State(group) => group.run().await,
            Self::ReportFinding(verb) => verb.run().await,
            Self::Score(verb) => verb.run().await,
            Self::History(verb) => verb.run().await,
            Self::Me(verb) => verb.run().await,
            Self::Ledger(verb) => verb.run().await,
            Self::Clocks(verb) => verb.run().await,
            Self::Find(verb) => verb.run().await,
            Self::Top(verb) => verb.run().await,
            Self::Log(verb) => verb.run().await,
            Self::Show(verb) => verb.run().await,
            Self::Guide(verb) => verb.run(),
            Self::Explain(verb) => verb.run().await,
            Self::Commitment(verb) => verb.run().await,
            Self::Receipt(verb) => verb.run().await,
            Self::Verify(verb) => verb.run().await,
            Self::ConfirmClock(verb) => verb.run().await,
            Self::Checkpoint(verb) => verb.run().await,
            Self::Fsck(verb) => verb.run(),
            Self::Audit(verb) => verb.run().await,
            Self::Export(verb) => verb.run().await,
            Self::Import(verb) => verb.run().await,
            Self::Seal(verb) => verb.run().await,
            Self::Ratings(verb) => verb.run().await,
            Self::Bench(verb) => verb.run().await,
            Self::Schemas(verb) => verb.run(),
            Self::Completions(verb) => verb.run(),
            Self::Man => shell::manual(),
        }
    }
}
