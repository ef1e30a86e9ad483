//! What a running ledger says it keeps of the attachments that its log names.

use std::collections::BTreeSet;
use std::ops::Bound;

use serde::Deserialize;

use super::http::{Client, ClientError};
use crate::event::Commitment;
use crate::limits;

/// What a ledger lists.
#[derive(Default)]
pub(super) struct Listed {
    /// Those that the log names.
    pub kept: BTreeSet<Commitment>,
    /// How many it lists beside them, as far as was read.
    pub others: u64,
}

#[derive(Deserialize)]
struct AttachmentPage {
    attachments: Vec<Commitment>,
    next: Option<Commitment>,
}

impl AttachmentPage {
    /// Whether it is what follows a commitment, in order, and ends where it says.
    fn follows(&self, after: Option<&Commitment>) -> bool {
        let first = self.attachments.first().is_none_or(|first| after.is_none_or(|after| after < first));
        let ends = self.next.is_none() || self.next.as_ref() == self.attachments.last();
        first && ends && self.attachments.is_sorted_by(|one, next| one < next)
    }
}

/// What a running ledger lists of the attachments that its log names, and how many beside.
///
/// Each page begins before the first of these that was not reached yet, so that there are no more pages than
/// that many, whatever is listed between them.
///
/// # Errors
/// [`ClientError::Unreadable`] for pages that are out of order.
pub(super) async fn listed(client: &Client, named: &BTreeSet<Commitment>) -> Result<Listed, ClientError> {
    let mut listed = Listed::default();
    let mut after: Option<Commitment> = None;
    loop {
        let from = after.map_or(String::new(), |after| format!("&after={after}"));
        let path = format!("/v1/attachments?limit={}{from}", limits::PAGE_ROWS);
        let page: AttachmentPage = client.json(&path).await?;
        if page.attachments.len() > limits::PAGE_ROWS || !page.follows(after.as_ref()) {
            let what = "its rows are not those that follow, in order".to_owned();
            return Err(ClientError::Unreadable(path, what));
        }
        for one in page.attachments {
            match named.contains(&one) {
                true => drop(listed.kept.insert(one)),
                false => listed.others += 1,
            }
        }
        let Some(last) = page.next else { return Ok(listed) };
        let mut left = named.range((Bound::Excluded(last), Bound::Unbounded));
        let Some(wanted) = left.next() else { return Ok(listed) };
        after = Some(last.max(before(wanted)));
    }
}

/// The commitment right before one that is not the first.
fn before(commitment: &Commitment) -> Commitment {
    let mut bytes = *commitment.as_bytes();
    for byte in bytes.iter_mut().rev() {
        let (less, borrowed) = byte.overflowing_sub(1);
        *byte = less;
        if !borrowed {
            break;
        }
    }
    Commitment::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commitment_before_is_one_less() {
        let of = |hex: &str| format!("{hex:0>64}").parse::<Commitment>().unwrap();
        for (one, less) in [("1", "0"), ("100", "ff"), ("20000", "1ffff"), ("a5", "a4")] {
            assert_eq!(before(&of(one)), of(less));
        }
    }
}
