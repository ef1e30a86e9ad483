//! What one program holds those who ask, its queues and its files to; bounds of events, rules and
//! formats are the kernel's.

pub use tinnhiem_kernel::limits::*;

/// Largest attachment, decoded, in bytes.
pub const ATTACHMENT_BYTES: usize = 256 * 1024;
/// Largest body of `POST /v1/events`: an envelope and its attachments.
pub const SUBMISSION_BYTES: usize = 1024 * 1024;
/// Largest body of `POST /v1/events/batch`.
pub const BATCH_BYTES: usize = 64 * 1024 * 1024;
/// Most lines in one batch.
pub const BATCH_LINES: usize = 50_000;
/// Target size of one stored pack of entries, in bytes; what is larger stays in sled's memory once read.
pub const PACK_BYTES: usize = 8 * 1024;
/// Most entries in one group commit.
pub const COMMIT_ENTRIES: usize = 512;
/// Longest that a single event waits for room in a queue that batches filled, in milliseconds.
pub const QUEUE_PATIENCE_MS: u64 = 1_000;
/// Most events waiting for the sequencer; beyond that the answer is 503.
pub const QUEUE_EVENTS: usize = 4_096;
/// The most that an operator may set that to.
pub const QUEUE_EVENTS_MOST: usize = 1_000_000;
/// Most rows on one page of a listing.
pub const PAGE_ROWS: usize = 1_000;
/// Rows on a page that names no limit.
pub const PAGE_ROWS_DEFAULT: usize = 100;
/// Size at which the heads file rolls over, in bytes.
pub const HEADS_BYTES: u64 = 4 * 1024 * 1024;
/// How long a file of heads is written to before another is begun, in seconds.
pub const HEADS_AGE_S: u64 = 5 * 60;
/// Longest wait for the store to open, in seconds; a damaged one may never do.
pub const STORE_OPEN_S: u64 = 120;
/// Furthest the wall clock may lie off the line that a clock which nobody can set draws, in milliseconds.
pub const CLOCK_STEP_MS: u64 = 2_000;
/// The part of the time that passes by which a clock is slewed at most, to be followed.
pub const CLOCK_SLEW_PART: u64 = 8;
/// How long a clock that was set must run evenly before it is judged as at a start, in milliseconds.
pub const CLOCK_SETTLE_MS: u64 = 10 * 60 * 1000;
/// Furthest a clock may lie after the last that is known of the time, unless its operator confirms it, in
/// milliseconds: a long weekend.
pub const CLOCK_GAP_MS: u64 = 72 * 3600 * 1000;
/// Furthest the operator's word of the time may lie off the clock that it confirms, in milliseconds.
pub const CLOCK_CONFIRM_MS: u64 = 10 * 60 * 1000;
/// How often a running ledger notes the time, in milliseconds.
pub const CLOCK_NOTE_MS: u64 = 10 * 60 * 1000;
/// Bytes that must be free on a disk before anything is written to it.
pub const FREE_BYTES: u64 = 1024 * 1024;
/// Bytes kept for a store that is opened anew after a write failed, and that must be free beside them: whole
/// segments of its log.
pub const REOPEN_BYTES: u64 = 8 * 1024 * 1024;
/// Longest store that is copied before it is opened, where the file system shares no blocks.
pub const KEPT_STORE_BYTES: u64 = 256 * 1024 * 1024;
/// How often a store that lacks something is opened anew: each of sled's threads may have met one read that failed.
pub const READ_ANEW: usize = 4;
/// Bytes kept for the store's log beside what a commit takes.
pub const ROOM_BYTES: u64 = 4 * 1024 * 1024;
/// Bytes that the store's log grows by at most for each byte of entries: whole pages are written anew.
pub const ROOM_TIMES: u64 = 4;
/// Most attachments, and folders of them, that are open and synced at once.
pub const SYNCS: usize = 16;
/// Most rows that one listing looks through; the answer says where to go on.
pub const SCAN_ROWS: usize = 100_000;
/// Fewest entries after which a running ledger writes an image of its state.
pub const IMAGE_ENTRIES: u64 = 65_536;
/// Fewest entries after which one that opens or closes does.
pub const IMAGE_FEW_ENTRIES: u64 = 256;
/// Newest entries hashed before a ledger opens; the older ones are hashed behind.
pub const OPENING_ENTRIES: u64 = 16_384;
/// Most scores kept as they were served.
pub const KEPT_ANSWERS: usize = 16_384;
/// Most bytes of scores kept as they were served.
pub const KEPT_BYTES: usize = 32 * 1024 * 1024;
/// Most movers that one comparison of policies lists; its counts tell of all.
pub const MOVERS: usize = 10_000;
/// Most clocks in one calendar, the soonest first.
pub const CALENDAR_CLOCKS: usize = 1_000;
/// Most characters of what is searched for: an address of a profile is hardly longer.
pub const SOUGHT_CHARS: usize = 500;
/// Most names kept to search in; the profiles of further subjects are read as they are shown.
pub const KEPT_NAMES: usize = 4_000_000;
/// Entries after which the operator commits to the state, also within a day.
pub const COMMITMENT_ENTRIES: u64 = 100_000;
/// The most that an operator may set that to.
pub const COMMITMENT_ENTRIES_MOST: u64 = 1_000_000_000;
/// Largest key file read, with what stands around the key, in bytes.
pub const KEY_FILE_BYTES: usize = 64 * 1024;
/// Most pass phrases that one file holds: each is tried on each encrypted key.
pub const PASS_PHRASES: usize = 16;
/// Answers of each kind that an audit of a running ledger compares, unless it is to compare all.
pub const AUDIT_SAMPLE: usize = 100;
/// The most that an auditor may set that to; more is all of them.
pub const AUDIT_SAMPLE_MOST: usize = 1_000_000;
/// Pages of a listing that an audit goes through for each that it compares, so that it draws from those far in too.
pub const AUDIT_PAGES_SEEN: usize = 10;
/// Rows of findings about one kind of answer that an audit tells.
pub const AUDIT_FINDINGS: usize = 20;
/// Findings after which an audit takes no more entries: what follows is of no log.
pub const AUDIT_FINDINGS_IN_ALL: usize = 10_000;
/// Most auditors whose word a verifier may ask for.
pub const AUDITORS_ASKED: usize = 1_000;
/// Times that an audit catches up with a ledger that moves before it gives an answer up.
pub const AUDIT_RETRIES: usize = 8;
/// Bytes a second, there and back, below which an exchange with a ledger is given up.
pub const SLOWEST_BYTES_A_SECOND: u64 = 16 * 1024;
/// Most pages of a listing that a reader follows.
pub const FOLLOWED_PAGES: usize = 10_000;
/// Most rows of a listing that a reader may ask for, over its pages.
pub const FOLLOWED_ROWS: usize = 1_000_000;
/// Most bytes of a listing that a reader keeps.
pub const FOLLOWED_BYTES: usize = 512 * 1024 * 1024;

// What one server holds those who ask to; `api::Bounds` takes its defaults from here.

/// Most connections at once.
pub const CONNECTIONS: usize = 2_048;
/// The most that an operator may set that to, where so many files may be open.
pub const CONNECTIONS_MOST: u32 = 1_000_000;
/// Connections that are served however few files a process may open.
pub const CONNECTIONS_LEAST: u64 = 16;
/// Files that are left to the ledger of those that the process may open.
pub const DESCRIPTORS_RESERVED: u64 = 256;
/// Largest head of a request, its first line included.
pub const HEAD_BYTES: usize = 16 * 1024;
/// Most header lines of a request.
pub const HEAD_LINES: usize = 64;
/// Most bytes that a connection reads ahead, and that it writes together.
pub const READ_AHEAD_BYTES: usize = 64 * 1024;
/// Longest that a connection which ends takes in what is still being sent, so that the answer is heard, in
/// milliseconds.
pub const LINGER_MS: u64 = 1_000;
/// Longest wait for a whole request head, in milliseconds.
pub const HEAD_MS: u64 = 20_000;
/// Longest wait for the next piece of a body, in milliseconds.
pub const BODY_PIECE_MS: u64 = 20_000;
/// Longest wait for all of a body but a batch's, in milliseconds.
pub const BODY_MS: u64 = 50_000;
/// Longest wait for all of a batch, in milliseconds: a mebibyte takes twelve seconds then.
pub const BATCH_MS: u64 = 800_000;
/// Longest that an answer may lie unread, in milliseconds.
pub const UNREAD_MS: u64 = 30_000;
/// The most that an operator may set that to, in seconds: a day.
pub const UNREAD_S_MOST: u64 = 24 * 3600;
/// Longest that a request may take until its answer begins, in milliseconds.
pub const REQUEST_MS: u64 = 60_000;
/// Most bytes of single submissions on their way at once.
pub const EVENT_BYTES_IN_FLIGHT: usize = 64 * 1024 * 1024;
/// Most bytes of batches on their way at once, their unread answers included.
pub const BATCH_BYTES_IN_FLIGHT: usize = 128 * 1024 * 1024;
/// Most bytes of other long answers that wait to be read.
pub const ANSWER_BYTES_IN_FLIGHT: usize = 128 * 1024 * 1024;
/// What a line of a batch counts for beside its own bytes: what is kept of it until its answer is read.
pub const LINE_BYTES: usize = 512;
/// Most bytes of recorded entries that a batch keeps at hand for the receipts of unread answers.
pub const RECEIPT_BYTES_AT_HAND: usize = 1024 * 1024;
/// Most bytes of answers that a batch hands to its connection at a time.
pub const ANSWER_PIECE_BYTES: usize = 64 * 1024;
/// Most who wait for one kind of long look; the next is answered 503.
pub const LOOKS_WAITING: usize = 64;
/// Longest that one of them waits, in milliseconds.
pub const LOOK_PATIENCE_MS: u64 = 10_000;
/// Longest that a look which can go on later works at a time, in milliseconds.
pub const LOOK_MS: u64 = 1_000;
/// Rows between two looks at the clock.
pub const LOOK_ROWS: usize = 1_024;
/// How much of a misspelt name is compared with those that there are.
pub const MISSPELT_CHARS: usize = 200;
/// Most events recorded under one key in a day.
pub const KEY_EVENTS_A_DAY: u64 = 1_000_000;
/// The most that an operator may set that to.
pub const KEY_EVENTS_MOST: u64 = 1_000_000_000_000;
/// Most bytes recorded under one key in a day.
pub const KEY_BYTES_A_DAY: u64 = 4 * 1024 * 1024 * 1024;
/// Most snapshots kept for who pages through a listing.
pub const KEPT_MOMENTS: usize = 64;
/// Most rankings kept for the same.
pub const KEPT_RANKINGS: usize = 8;
/// Most drafts that wait for signatures at once.
pub const DRAFTS: usize = 4_096;
/// Most bytes of them, attachments included.
pub const DRAFT_BYTES: usize = 64 * 1024 * 1024;
/// Most drafts that one key has waiting: the key that brought them.
pub const DRAFTS_OF_KEY: usize = 64;
/// Most bytes of them.
pub const DRAFT_BYTES_OF_KEY: usize = 8 * 1024 * 1024;
/// Most drafts that keys which the ledger does not know have waiting, all of those together: anybody makes such keys.
pub const DRAFTS_OF_STRANGERS: usize = 256;
/// Most bytes of them.
pub const DRAFT_BYTES_OF_STRANGERS: usize = 16 * 1024 * 1024;
/// How long a draft waits, in milliseconds; what no rule would take any more for its age lapses sooner.
pub const DRAFT_MS: u64 = 14 * 24 * 3600 * 1000;
/// How long it stays known whether a draft could be recorded, while nothing is recorded, in milliseconds.
pub const DRAFT_JUDGED_MS: u64 = 60 * 1000;
/// Furthest the time of a proof that somebody may read drafts may lie off the ledger's clock, in milliseconds.
pub const READER_MS: u64 = 5 * 60 * 1000;
/// Most files with every score that are read at once; each keeps the ranking of its moment.
pub const SCORE_FILES: usize = 16;
/// Most streams of entries at once.
pub const STREAMS: usize = 256;
/// Most entries that a stream may lie behind the newest one.
pub const STREAM_BEHIND: u64 = 100_000;
/// Entries that a stream looks through before others have their turn.
pub const STREAM_ROWS: usize = 1_024;
/// Most bytes that a stream hands to its connection at a time: all that is kept of it in memory.
pub const STREAM_PIECE_BYTES: usize = 16 * 1024;
/// Longest that a stream says nothing, in milliseconds.
pub const STREAM_SILENT_MS: u64 = 15_000;
/// How often a stream looks for new entries, in milliseconds.
pub const STREAM_LOOK_MS: u64 = 200;
