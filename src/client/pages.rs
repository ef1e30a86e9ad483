//! Following a listing page by page, no further than honest pages lead: a server may say "more" for ever.

use serde::de::DeserializeOwned;

use super::http::{Client, ClientError};
use crate::limits;

/// A page of a listing.
pub trait Page: DeserializeOwned {
    /// How many rows it holds.
    fn rows(&self) -> usize;
    /// Where the next one begins; none at the end.
    fn cursor(&self) -> Option<String>;
}

/// A listing that is followed to its end, or to its bounds: [`limits::FOLLOWED_PAGES`] pages of no more rows than
/// were asked for, [`limits::FOLLOWED_BYTES`] in all, none of which begins where the one before did.
pub struct Pages {
    path: String,
    by: &'static str,
    cursor: Option<String>,
    pages: usize,
    bytes: usize,
    ended: bool,
}

impl Pages {
    /// The listing at a path with a query, or one whose query ends in `?`; `by` is the parameter that takes the
    /// cursor.
    pub fn of(path: impl Into<String>, by: &'static str) -> Self {
        Self { path: path.into(), by, cursor: None, pages: 0, bytes: 0, ended: false }
    }

    /// The same, from a cursor on.
    pub fn from(self, cursor: Option<String>) -> Self {
        Self { cursor, ..self }
    }

    /// Asks for what follows with these parameters too.
    pub fn fix(&mut self, parameters: &str) {
        if !self.path.ends_with(parameters) {
            self.path.push_str(parameters);
        }
    }

    /// The next page; none at the end.
    ///
    /// # Errors
    /// [`ClientError`]: none is answered, or they lead nowhere.
    pub async fn next<T: Page>(&mut self, client: &Client) -> Result<Option<T>, ClientError> {
        if self.ended {
            return Ok(None);
        }
        let rows = limits::PAGE_ROWS;
        let from = self.cursor.as_ref().map_or(String::new(), |cursor| format!("&{}={cursor}", self.by));
        let path = format!("{}&limit={rows}{from}", self.path).replace("?&", "?");
        let bytes = client.bytes(&path, limits::BATCH_BYTES).await?;
        let unreadable = |what: String| ClientError::Unreadable(path.clone(), what);
        let page: T = serde_json::from_slice(&bytes).map_err(|error| unreadable(error.to_string()))?;
        (self.pages, self.bytes) = (self.pages + 1, self.bytes + bytes.len());
        let cursor = page.cursor();
        let beyond = if page.rows() > rows {
            Some(format!("{} rows, where {rows} were asked for", page.rows()))
        } else if cursor.is_some() && cursor == self.cursor {
            Some("it goes on where it began".to_owned())
        } else if cursor.is_some()
            && (self.pages >= limits::FOLLOWED_PAGES || self.bytes > limits::FOLLOWED_BYTES)
        {
            Some(format!("it has no end: {} pages of {} bytes, and more", self.pages, self.bytes))
        } else {
            None
        };
        if let Some(what) = beyond {
            return Err(unreadable(what));
        }
        (self.ended, self.cursor) = (cursor.is_none(), cursor);
        Ok(Some(page))
    }
}
