//! Every bound that events, rules and the bytes of the log are held to.

/// Largest payload of an event, in bytes.
pub const PAYLOAD_BYTES: usize = 32 * 1024;
/// Deepest nesting of a payload's arrays and objects.
pub const JSON_DEPTH: usize = 16;
/// Most signatures on one envelope.
pub const SIGNATURES: usize = 8;
/// Deepest nesting of an answer that is looked through for members that stand twice.
pub const ANSWER_DEPTH: usize = 64;
/// Largest integer magnitude in a payload: the integers every JSON reader keeps exactly.
pub const INTEGER_MAX: i64 = (1 << 53) - 1;
/// Largest log entry: header, eight signatures and the largest payload.
pub const ENTRY_BYTES: usize = 42 + 96 * SIGNATURES + PAYLOAD_BYTES;
/// Largest envelope: base64 of the payload and of eight signatures, key ids and JSON around them.
pub const ENVELOPE_BYTES: usize = 64 * 1024;
/// Longest name of a member, a campaign or a part of a policy, in characters.
pub const NAME_CHARS: usize = 200;
/// Most attachments sent with one event.
pub const ATTACHMENTS: usize = 16;
/// Largest media type of an attachment, in bytes.
pub const MEDIA_TYPE_BYTES: usize = 100;
/// Hashes (or entries) in a full tile.
pub const TILE_WIDTH: u64 = 256;
/// Furthest an event's `issued_at` may lie ahead of the ledger's clock, in milliseconds.
pub const ISSUED_AHEAD_MS: u64 = 5 * 60 * 1000;
/// Furthest an event's `issued_at` may lie behind the ledger's clock, in milliseconds.
pub const ISSUED_BEHIND_MS: u64 = 7 * 24 * 3600 * 1000;
/// Furthest back the council may date a key's compromise, in days.
pub const COMPROMISE_DAYS: i32 = 90;
/// Days before a key recovered by the council may act.
pub const RECOVERY_DAYS: i32 = 14;
/// Days from then on in which a recovered key, and what it adds, is held back.
pub const RESTRAINT_DAYS: i32 = 30;
/// Largest note (checkpoint with cosignatures) read from outside, in bytes.
pub const NOTE_BYTES: usize = 128 * 1024;
/// Largest receipt read from outside, in bytes.
pub const RECEIPT_BYTES: usize = 256 * 1024;
/// Most seats of a council.
pub const COUNCIL_SEATS: usize = 32;
/// Days before and after a collaboration in which an endorsement between the two is commercial: 24 months.
pub const COLLABORATION_DAYS: i32 = 24 * 30;
/// Most accounts linked to one subject.
pub const ACCOUNTS: usize = 32;
/// Most clauses of a code of conduct.
pub const CODE_CLAUSES: usize = 200;
/// Most events that one request for erasure names.
pub const ERASURE_TARGETS: usize = 64;
/// Days after a request for erasure within which the operator answers it.
pub const ERASURE_DAYS: i32 = 20;
/// Most positions that one finding of an auditor names.
pub const FINDING_POSITIONS: usize = 64;
/// Most pieces of evidence held about one subject.
pub const EVIDENCE: usize = 256;
/// Most of them that one controller group keeps: it takes eight groups to leave no room for others.
pub const EVIDENCE_OF_GROUP: usize = 32;
/// Furthest ahead that evidence must be kept, in days: ten years.
pub const EVIDENCE_DAYS: i32 = 3_653;
/// Most parties that one piece of evidence was shown to.
pub const EVIDENCE_RECIPIENTS: usize = 64;
/// Longest urgent suspension, in days, both ends included.
pub const URGENT_DAYS: i32 = 14;
/// Days after its own on which a notice or a proposal may still be used.
pub const NOTICE_DAYS: i32 = 30;
/// Days within which nothing is urgent twice on the same basis.
pub const URGENT_AGAIN_DAYS: i32 = 365;
/// Furthest ahead the last day of a certificate may lie, in days: twelve months.
pub const CERTIFICATE_DAYS: i32 = 365;
/// Furthest back the score may be read that a certificate states, in days.
pub const CERTIFICATE_SCORE_DAYS: i32 = 7;
/// Days before its last one from which on a certificate is to be renewed.
pub const CERTIFICATE_RENEWAL_DAYS: i32 = 60;
/// Furthest ahead a sanction may begin, in days.
pub const SANCTION_AHEAD_DAYS: i32 = 30;
/// Days after a decision for the subject, or a lifting, in which conduct of that kind is not sanctioned again.
pub const CLEARED_DAYS: i32 = 90;
/// Days after a proposal in which another of the same proposer keeps nobody from leaving.
pub const PROPOSAL_AGAIN_DAYS: i32 = 90;
/// Most commitments in a list of evidence that goes with a text.
pub const EVIDENCE_LIST: usize = 64;
/// Longest origin or note name, in bytes.
pub const ORIGIN_BYTES: usize = 200;
/// Most later dates that one score is read on in search of a change.
pub const DATES: usize = 4_096;
/// Most values of one chain from which panels are drawn.
pub const DRAW_LENGTH: u32 = 1_000_000;
/// Days after a filing within which its values are revealed; later they count as zero.
pub const DRAW_DAYS: i32 = 3;
/// Days after a member of a panel was seated within which the subject may challenge it, where the days to
/// decide are not fewer.
pub const CHALLENGE_DAYS: i32 = 3;
/// Days after which a first assessment counts as experience.
pub const EXPERIENCE_DAYS: i32 = 7;
/// Days after which a tie between a member and a subject no longer keeps it off a small pool's panel: 12 months.
pub const TIE_DAYS: i32 = 12 * 30;
/// Largest score receipt read, in bytes.
pub const SCORE_RECEIPT_BYTES: usize = 16 * 1024 * 1024;
/// Furthest an entry may lie ahead of an auditor's clock, in milliseconds.
pub const AUDIT_AHEAD_MS: u64 = 5 * 60 * 1000;
