//! The HTTP API: reads the published snapshot, hands submissions to the ledger.

mod answers;
mod attachments;
mod batch;
mod bounds;
mod calendar;
mod cells;
mod check;
mod clocks;
mod collaborations;
mod commitments;
mod connections;
mod contests;
mod cores;
mod drafts;
pub mod draws;
mod events;
mod extract;
mod fallen;
pub mod fates;
mod flight;
mod forms;
mod handles;
mod history;
mod keys;
mod lines;
mod log;
mod looks;
mod members;
mod moments;
mod names;
mod notices;
mod openapi;
mod origins;
mod platforms;
mod policies;
pub mod policy_diff;
mod problem;
mod queries;
pub mod ranking;
mod rates;
pub mod record;
mod register;
mod respond;
mod scores;
pub mod steps;
mod stream;
mod subjects;
mod submit;
mod supposed;

pub use bounds::{Bounds, Most};
pub use connections::serve;
pub use drafts::authorization;
use handles::Handles;
pub use handles::{is_account, place_of_account};
pub use names::{Names, folded, nearest};
pub use origins::{beforehand, opened};
pub use platforms::{called, known_platforms};
pub use problem::Problem;
pub use respond::{answered_beside, validator};

/// What the API answers, for programs that read it.
pub mod views {
    pub use super::batch::LineFate;
    pub use super::check::{Checked, Held, MissingSignature, Signatory, Would};
    pub use super::clocks::{ClockPage, ClockView};
    pub use super::collaborations::{CollaborationPage, CollaborationView};
    pub use super::commitments::{AttestationView, CommitmentPage, CommitmentView};
    pub use super::contests::{ContestPage, ContestView, PanelView};
    pub use super::drafts::{DraftPage, DraftRow, DraftSigner, DraftView};
    pub use super::draws::{BroughtView, ChainView, Chains, DrawView, DrawnView};
    pub use super::events::{EventPage, EventRow, EventView};
    pub use super::fallen::{Fallen, FallenKey, MovedScore};
    pub use super::fates::{Fate, FateEntry};
    pub use super::history::{HistoryPage, HistoryRow};
    pub use super::log::{LedgerView, ProofView};
    pub use super::members::{KeyStanding, KeyView, MemberList, MemberRow, MemberView};
    pub use super::notices::{HearingView, NoticeList, NoticeView, ProposalView};
    pub use super::policies::{PolicyList, PolicyView};
    pub use super::policy_diff::{BandMove, Mover, PolicyDiff};
    pub use super::record::{AssessmentRecord, EndorsementRecord, MemberRecord};
    pub use super::register::{
        AccountView, CorrectionView, DecisionView, ErasureView, EvidenceView, RegisterView,
    };
    pub use super::scores::ScoreRow;
    pub use super::steps::{Step, StepEvent, StepPage};
    pub use super::subjects::{SubjectPage, SubjectRow, SubjectView};
    pub use super::submit::Recorded;
}

use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
use aide::openapi::OpenApi;
use axum::Router;
use axum::routing::get;
use tower_http::compression::CompressionLayer;

use crate::ledger::Ledger;
use crate::time::Date;
use answers::Answers;
use drafts::Drafts;
use flight::Flight;
use looks::Looks;
use moments::Moments;
use queries::Queries;
use ranking::Rankings;
use rates::Rates;
use scores::Files;
use stream::Streams;

/// Where many events are recorded at once.
const BATCH_PATH: &str = "/v1/events/batch";

/// What every handler shares.
pub struct App {
    ledger: Arc<Ledger>,
    answers: Answers,
    names: Arc<Names>,
    handles: Handles,
    rankings: Arc<Rankings>,
    moments: Moments,
    looks: Looks,
    rates: Rates,
    drafts: Drafts,
    streams: Streams,
    files: Files,
    bounds: Bounds,
    events_in_flight: Flight,
    batches_in_flight: Flight,
    answers_in_flight: Flight,
    queries: Queries,
    /// Cores that are free to verify the lines of batches.
    verifying: Arc<tokio::sync::Semaphore>,
    /// Cores that are free to compress long answers.
    compressing: Arc<tokio::sync::Semaphore>,
    today: Option<Date>,
    openapi: String,
}

impl App {
    /// The date that scores are read on where none is asked for.
    fn today(&self) -> Date {
        self.today.unwrap_or_else(|| self.ledger.today())
    }

    /// That date, or the date of the last entry where that is later.
    fn latest(&self) -> Date {
        let state = &self.ledger.snapshot().state;
        self.today().max(state.date_of(state.last_at()))
    }
}

/// The state that handlers take.
type Shared = axum::extract::State<Arc<App>>;

/// The routes over a ledger; `today` fixes the default date of scores, as a demo does.
pub fn router(ledger: Arc<Ledger>, today: Option<Date>, bounds: Bounds) -> Router {
    parts(ledger, today, bounds).0
}

/// The same, with what its handlers share: what stands beside them is bounded alike.
pub fn parts(ledger: Arc<Ledger>, today: Option<Date>, bounds: Bounds) -> (Router, Arc<App>) {
    let mut document = OpenApi::default();
    let routes = routes().finish_api_with(&mut document, openapi::described);
    let document = openapi::finished(&document);
    let openapi = serde_json::to_string_pretty(&document).unwrap_or_default();
    let names = Arc::new(Names::of(ledger.vault().clone()));
    let handles = Handles::of(ledger.vault().clone());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let app = Arc::new(App {
        ledger,
        answers: Answers::default(),
        rankings: Arc::new(Rankings::new(names.clone())),
        names,
        handles,
        moments: Moments::default(),
        looks: Looks::new(&bounds),
        rates: Rates::new(&bounds),
        drafts: Drafts::within(&bounds),
        streams: Streams::within(&bounds),
        files: Files::within(&bounds),
        events_in_flight: Flight::new(bounds.event_bytes, bounds.body),
        // Who waits outlasts the answers that are not read, and so finds room once they are cut off.
        batches_in_flight: Flight::new(bounds.batch_bytes, bounds.unread + bounds.body),
        answers_in_flight: Flight::new(bounds.answer_bytes, bounds.body),
        queries: Queries::of(&document),
        verifying: Arc::new(tokio::sync::Semaphore::new(cores)),
        compressing: Arc::new(tokio::sync::Semaphore::new(cores)),
        bounds,
        today,
        openapi,
    });
    app.rankings.begin(&app.ledger.snapshot(), app.latest());
    let router = routes
        .method_not_allowed_fallback(origins::other_method)
        .layer(axum::middleware::from_fn_with_state(app.clone(), respond::answered))
        .layer(axum::middleware::from_fn(origins::open))
        .with_state(app.clone());
    (router, app)
}

/// The OpenAPI document of the routes.
pub fn openapi() -> serde_json::Value {
    let mut document = OpenApi::default();
    let _: Router<Arc<App>> = routes().finish_api_with(&mut document, openapi::described);
    openapi::finished(&document)
}

fn routes() -> ApiRouter<Arc<App>> {
    // An operation is named by its handler, and stands with those of the same module.
    macro_rules! named {
        ($module:ident :: $handler:ident, $operation:expr) => {
            $operation.id(concat!(stringify!($module), "_", stringify!($handler))).tag(stringify!($module))
        };
    }
    macro_rules! read {
        ($module:ident :: $handler:ident, $summary:literal) => {
            get_with($module::$handler, |operation| named!($module::$handler, operation.summary($summary)))
        };
        ($module:ident :: $handler:ident, $summary:literal, $media:literal, $what:literal) => {
            get_with($module::$handler, |operation| {
                let operation = named!($module::$handler, operation.summary($summary));
                openapi::answers(operation, $media, $what)
            })
        };
    }
    ApiRouter::new()
        .api_route(
            "/v1/events",
            post_with(submit::submit, submit::document).get_with(events::list, |operation| {
                named!(
                    events::list,
                    operation.summary("Entries by subject, issuer and type, in the order of the log")
                )
            }),
        )
        .api_route("/v1/events/stream", get_with(stream::stream, stream::document))
        .api_route("/v1/events/check", post_with(check::check, check::document))
        .api_route(BATCH_PATH, post_with(batch::submit, batch::document).layer(CompressionLayer::new()))
        .api_route("/v1/events/{event}", read!(events::one, "One entry, by seq or event id"))
        .api_route(
            "/v1/drafts",
            post_with(drafts::submit, drafts::document_submit).get_with(drafts::list, drafts::document_list),
        )
        .api_route("/v1/drafts/{draft}", get_with(drafts::one, drafts::document_one))
        .api_route("/v1/drafts/{draft}/signatures", post_with(drafts::sign, drafts::document_sign))
        .api_route("/v1/attachments", read!(attachments::list, "The attachments that are kept here"))
        .api_route(
            "/v1/attachments/{commitment}",
            read!(attachments::one, "The bytes of an attachment", "*/*", "Its bytes, of its own media type"),
        )
        .api_route(
            "/v1/scores.csv",
            get_with(scores::csv, scores::document_csv).layer(CompressionLayer::new()),
        )
        .api_route(
            "/v1/scores.ndjson",
            get_with(scores::ndjson, scores::document_ndjson).layer(CompressionLayer::new()),
        )
        .api_route("/v1/subjects", read!(subjects::list, "Subjects by score"))
        .api_route("/v1/subjects/{subject}", read!(subjects::one, "A subject and what is shown of its score"))
        .api_route(
            "/v1/subjects/{subject}/score",
            read!(subjects::score, "A score with its explanation, at any size and date"),
        )
        .api_route(
            "/v1/subjects/{subject}/score/{size}/{as_of}",
            read!(subjects::fixed_score, "The same, for ever: both parameters are in the path"),
        )
        .api_route(
            "/v1/subjects/{subject}/history",
            read!(history::list, "Every event about a subject and what it did to the score"),
        )
        .api_route("/v1/subjects/{subject}/history/steps", get_with(steps::list, steps::document))
        .api_route(
            "/v1/subjects/{subject}/next",
            read!(subjects::next, "The next change that is known already: date, points and causes"),
        )
        .api_route(
            "/v1/subjects/{subject}/notices",
            read!(notices::list, "Assessments notified and sanctions proposed, with the days to reply"),
        )
        .api_route(
            "/v1/subjects/{subject}/receipt",
            read!(commitments::receipt, "A score with all that it is made of, proven in one file"),
        )
        .api_route(
            "/v1/commitments",
            read!(commitments::list, "The states that the operator committed to, and who attested them"),
        )
        .api_route("/v1/commitments/next", read!(commitments::next, "What would be committed to now"))
        .api_route("/v1/subjects/{subject}/events", read!(events::of_subject, "Entries about a subject"))
        .api_route("/v1/members", read!(members::list, "Members as they stand"))
        .api_route(
            "/v1/members/{member}",
            read!(members::one, "A member, its keys and accreditations over time"),
        )
        .api_route("/v1/keys/{key}", read!(keys::one, "Whose a key is, and how it stands"))
        .api_route(
            "/v1/collaborations",
            read!(collaborations::list, "The register of paid work, by subject, business or words"),
        )
        .api_route(
            "/v1/clocks",
            read!(clocks::list, "Who must act by when, who may, and what is about to happen"),
        )
        .api_route(
            "/v1/members/{member}/clocks.ics",
            read!(
                clocks::of_member,
                "A member's clocks as iCalendar",
                "text/calendar",
                "A calendar (RFC 5545)"
            ),
        )
        .api_route(
            "/v1/subjects/{subject}/clocks.ics",
            read!(
                clocks::of_subject,
                "A subject's clocks as iCalendar",
                "text/calendar",
                "A calendar (RFC 5545)"
            ),
        )
        .api_route(
            "/v1/members/{member}/record",
            read!(record::one, "How what a member said has fared: overturn rate, agreement, workload"),
        )
        .api_route("/v1/contests", read!(contests::list, "Contests, newest first"))
        .api_route("/v1/contests/{contest}", read!(contests::one, "One contest"))
        .api_route(
            "/v1/contests/{contest}/draw",
            read!(draws::one, "The panel of a contest as it is drawn: seed, order, who sits"),
        )
        .api_route("/v1/draws", read!(draws::chains, "The chains that serve draws, and what is due of them"))
        .api_route("/v1/policies", read!(policies::list, "Policy versions"))
        .api_route("/v1/policies/diff", post_with(policy_diff::draft, policy_diff::document))
        .api_route(
            "/v1/policies/{version}/diff",
            read!(policy_diff::version, "Who moves by a published version, on its first day"),
        )
        .api_route("/v1/policies/{version}", read!(policies::one, "One policy version, whole"))
        .api_route("/v1/ledger", read!(log::ledger, "What this ledger is, and its limits"))
        .api_route(
            "/v1/receipts/{seq}",
            read!(log::receipt, "The receipt of an entry (C2SP tlog-proof)", "text/plain", "The receipt"),
        )
        .api_route("/v1/proofs/inclusion/{size}/{seq}", read!(log::inclusion, "An inclusion proof"))
        .api_route("/v1/proofs/consistency/{from}/{to}", read!(log::consistency, "A consistency proof"))
        .api_route(
            "/checkpoint",
            read!(
                log::checkpoint,
                "The newest signed checkpoint (C2SP tlog-checkpoint)",
                "text/plain",
                "A signed note"
            ),
        )
        .api_route(
            "/tile/{*tile}",
            read!(
                log::tile,
                "A tile or entry bundle (C2SP tlog-tiles)",
                "application/octet-stream",
                "Hashes or entries"
            ),
        )
        .api_route("/healthz", read!(log::healthz, "Whether the process answers", "text/plain", "It does"))
        .api_route("/readyz", read!(log::readyz, "Whether events are accepted", "text/plain", "They are"))
        .route("/openapi.json", get(log::openapi))
        .fallback(|| async {
            Problem::new(404, "route.unknown", "there is nothing at this path: see /openapi.json")
        })
}
