//! What is served and not compared, and why: each audit reports it.

/// Routes whose answers do not follow from the log, and why.
pub const APART: &[(&str, &str)] = &[
    ("/healthz", "whether the process answers follows from no log"),
    ("/readyz", "whether events are accepted follows from no log"),
    (
        "/v1/attachments",
        "which documents are kept follows from no log; that every text is listed is compared, and texts and what \
         was erased are asked for one by one",
    ),
    (
        "/v1/drafts",
        "what waits for signatures is not in the log, and may be lost; what came of it is an event like others",
    ),
    ("/v1/drafts/{draft}", "what waits for signatures is not in the log, and may be lost"),
    ("/v1/events/stream", "it has no end; its rows are those of /v1/events, which are compared"),
];

/// Whether a route is compared before any question is asked, whole.
pub fn compared_before(route: &str) -> bool {
    route == "/v1/attachments/{commitment}"
}

/// Members of answers that do not follow from the log: of which route, as JSON pointers, and why.
pub const MEMBERS_APART: &[(&str, &str, &str)] = &[
    ("/v1/ledger", "/clock", "how far the server believes its own clock follows from no log"),
    ("/v1/ledger", "/writing", "whether events are accepted follows from no log"),
    ("/v1/ledger", "/held", "what keeps the server from accepting events follows from no log"),
];

/// What else is served and not compared, and why.
pub const REST_APART: &[(&str, &str)] = &[
    ("the words of refusals", "they are the program's: their statuses and codes are compared"),
    ("the pages for people", "they are made of answers that are compared, and say so in words"),
    ("/openapi.json", "it is the program's, not its log's"),
    (
        "headers but Content-Type, Link, ETag and Cache-Control",
        "they are the connection's, and say nothing of what was recorded",
    ),
    (
        "answers at other sizes, days, filters and lengths of page than were drawn",
        "there is no end of them: each audit draws a few anew",
    ),
    (
        "what others are answered",
        "an audit sees what it was answered itself, to GET and uncompressed: who is asked by another address or \
         program may answer otherwise, which only audits from elsewhere tell",
    ),
];
