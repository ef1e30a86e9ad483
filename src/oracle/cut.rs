//! Pages that a ledger cuts short: where a look takes long it answers with what it found by then, and says where
//! that goes on.
//!
//! How far it comes is no fact of the log. So a page that ends early is followed as its reader would, and all its
//! pieces together must be the page that the log makes.

use serde_json::Value;

use super::difference::{Apart, agree};
use super::pages::next_page;
use super::{BEHIND, Oracle, Verdict, difference, is_busy};
use crate::api::validator as tag;
use crate::client::{Answer, ClientError};
use crate::{json, limits};

/// Most pieces in which a page is taken: each has a row, or looks at many entries for none.
const PIECES: usize = 2 * limits::PAGE_ROWS;

/// A page of a listing.
struct Page {
    /// What it says beside its rows, and beside where it goes on.
    head: Value,
    rows: Vec<Value>,
}

impl Page {
    /// An answer as a page; none where it is no listing.
    fn of(answer: &Answer) -> Option<Self> {
        if answer.status != 200 {
            return None;
        }
        if answer.media_type.starts_with("text/csv") {
            let text = std::str::from_utf8(&answer.bytes).ok()?;
            let mut lines = text.split_inclusive('\n').map(Value::from);
            return Some(Self { head: lines.next()?, rows: lines.collect() });
        }
        json::check(&answer.bytes, limits::ANSWER_DEPTH).ok()?;
        let Ok(Value::Object(mut members)) = serde_json::from_slice(&answer.bytes) else { return None };
        members.remove("next")?;
        let lists: Vec<String> =
            members.iter().filter(|(_, value)| value.is_array()).map(|(name, _)| name.clone()).collect();
        let [rows] = &lists[..] else { return None };
        let Some(Value::Array(rows)) = members.remove(rows) else { return None };
        Some(Self { head: Value::Object(members), rows })
    }

    /// Whether another says the same as far as it goes.
    fn begins_with(&self, other: &Self, apart: &Apart<'_>) -> bool {
        let rows = self.rows.iter().zip(&other.rows);
        other.rows.len() <= self.rows.len()
            && agree(&self.head, &other.head, apart)
            && rows.into_iter().all(|(ours, theirs)| agree(ours, theirs, apart))
    }
}

impl Oracle<'_> {
    /// What follows where the ledger cuts a page short; none where the answer is wrong.
    pub(super) async fn in_pieces(
        &self,
        path: &str,
        by: &str,
        apart: &Apart<'_>,
        (made, served): (&Answer, &Answer),
    ) -> Result<Option<Verdict>, ClientError> {
        let Some(mut left) = Page::of(made).map(|page| page.rows.len()) else { return Ok(None) };
        let (mut path, mut made, mut served) = (path.to_owned(), made.clone(), served.clone());
        for _ in 0..PIECES {
            if is_busy(&served) {
                tokio::time::sleep(BEHIND).await;
            } else {
                let Some((rows, next)) = self.piece(&path, by, apart, &made, &served).await else {
                    return Ok(None);
                };
                left = left.saturating_sub(rows);
                if left == 0 {
                    return Ok(Some(Verdict::Same));
                }
                path = next;
                made = self.made(&path).await;
            }
            served = self.client.answer(&path).await?;
            if !is_busy(&served) && difference(&made, &served, apart).is_none() {
                return Ok(Some(Verdict::Same));
            }
        }
        Ok(Some(Verdict::Unknown("the ledger took too long over it to answer it whole")))
    }

    /// How many rows of a page were served, and where it goes on, if the rest follows there.
    async fn piece(
        &self,
        path: &str,
        by: &str,
        apart: &Apart<'_>,
        made: &Answer,
        served: &Answer,
    ) -> Option<(usize, String)> {
        let is_tagged = made.tag.is_empty() || served.tag == tag(&served.bytes);
        if !is_tagged || (&made.media_type, &made.caching) != (&served.media_type, &served.caching) {
            return None;
        }
        let (whole, piece) = (Page::of(made)?, Page::of(served)?);
        let next = next_page(path, by, served).filter(|next| *next != path)?;
        if !whole.begins_with(&piece, apart) {
            return None;
        }
        let rest = self.rows_from(&next, by).await?;
        let left = &whole.rows[piece.rows.len()..];
        let follows = match next_page(path, by, made) {
            _ if !left.is_empty() => rest.starts_with(left),
            None => rest.is_empty(),
            Some(after) => {
                let after = self.rows_from(&after, by).await?;
                after.iter().zip(&rest).all(|(ours, theirs)| ours == theirs)
                    && after.is_empty() == rest.is_empty()
            }
        };
        follows.then_some((piece.rows.len(), next))
    }

    /// The first rows from a page on: a page may look at many entries for none.
    async fn rows_from(&self, path: &str, by: &str) -> Option<Vec<Value>> {
        let mut path = path.to_owned();
        for _ in 0..PIECES {
            let made = self.made(&path).await;
            let page = Page::of(&made)?;
            match next_page(&path, by, &made) {
                Some(next) if page.rows.is_empty() => path = next,
                _ => return Some(page.rows),
            }
        }
        None
    }
}
