//! `/v1/drafts`: events that wait for the signatures of others, in place of files that are mailed.
//!
//! Most acts take several keys on several machines. Who signs first brings the event here; who is waited for
//! finds it, reads it and adds a signature; with the last one it is recorded, and whoever added that is
//! answered as by `POST /v1/events`. What is refused for another cause than missing signatures is refused here
//! with the same code, as `POST /v1/events/check` says.
//!
//! **Nothing here is part of the log.** Drafts lie beside it (see [`files`]), in no export, no backup that must
//! be whole and no audit; they are lost without harm, since whoever signed can send the same event again.
//!
//! **Who may bring one.** Every signature verifies, and is one that the rules need: of a key that acts here, or
//! of one that the event itself names and that must sign. Of the latter anybody makes as many as wanted, so
//! that drafts which only such keys signed share one small part of the room; all others count against the
//! key that brought them, and all together against one bound more. Nothing is pushed out for anything else:
//! who floods the room of strangers keeps nobody out of that of members.
//!
//! **Who may read what.** An act that is not recorded is nobody's business yet: a sanction that only one
//! seat wants, who is about to enrol, what two have agreed on. So three things are told apart:
//!
//! - *Everybody* may list that something of a type waits for a party or key, since when and until when, and how
//!   many signatures of which seats or panel members it lacks: neither its id nor its subject, issuer or signers.
//! - *Who has the id* may read the envelope and who signed. An id is a hash of the whole payload, so that it can be
//!   had only from somebody who had the payload, and guessed only by guessing all of it: it tells whoever finds
//!   it nothing that it was not made of. No listing shows it to who could not read the draft anyway; the cursor
//!   of a page is a time. An envelope holds commitments and no texts.
//! - *Who is waited for, or signed* and proves so (see [`reader`]) finds the id and all else in listings, and is
//!   handed the texts and documents, which may name people: a signer reads what is signed.
//!
//! Answers here are kept by no cache.

mod files;
mod kept;
mod reader;
mod reading;
mod views;
mod waiting;
mod writing;

pub(super) use kept::Drafts;
pub use reader::authorization;
pub(super) use reading::{document_list, document_one, list, one};
pub use views::{DraftPage, DraftRow, DraftSigner, DraftView};
pub(super) use writing::{document_sign, document_submit, sign, submit};
