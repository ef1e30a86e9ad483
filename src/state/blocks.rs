//! A state as blocks of bytes, and back: what is written behind and read again on start.
//!
//! The log can always make a state anew, so no block is ever believed over it: the reader checks
//! that the header's size and the log agree, and starts from nothing otherwise.

use std::sync::Arc;

use imbl::{OrdMap, Vector};
use serde::{Deserialize, Serialize};

use super::{Given, Index, Ledger, Row, State};
use crate::clock::{Date, Timestamp};
use crate::event::{Commitment, PartyId, SubjectId};
use crate::score::{Dossier, Parties, PolicyBook};

/// Files per block of dossiers.
const DOSSIERS: usize = 32;
/// Rows per block of the index.
const ROWS: usize = 1024;
/// Bytes per page of the rest.
const PAGE_BYTES: usize = 32 * 1024;
/// The form of the blocks; another form is rebuilt from the log.
const FORMAT: u32 = 1;

/// The name of one block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct BlockId {
    /// Which table: 0 header, 1 index rows, 2 dossiers, 3 pages of the rest.
    pub kind: u8,
    /// Its number in the table.
    pub number: u64,
}

/// The blocks do not make a state: rebuild it from the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("stored state, block {kind}/{number}: {what}", kind = .block.kind, number = .block.number)]
pub struct BadBlock {
    /// Which one.
    pub block: BlockId,
    /// What is wrong with it.
    pub what: &'static str,
}

#[derive(Serialize, Deserialize)]
struct Header {
    format: u32,
    size: u64,
    last_at: Timestamp,
    clocked: bool,
    dossiers: u64,
    pages: u64,
}

/// All but index and dossiers.
#[derive(Serialize, Deserialize)]
struct Rest {
    ledger: Option<Arc<Ledger>>,
    days: OrdMap<Date, u64>,
    parties: Parties,
    policies: PolicyBook,
    identities: OrdMap<Commitment, SubjectId>,
    given: OrdMap<PartyId, Arc<Vec<Given>>>,
}

impl State {
    /// The blocks that differ from those of an earlier state of the same log, the header last.
    pub fn blocks_since(&self, earlier: &State) -> Vec<(BlockId, Vec<u8>)> {
        let mut blocks = Vec::new();
        let first_row = earlier.index.len() / ROWS * ROWS;
        let rows: Vec<&Row> = self.index.rows_from(first_row as u64).map(|(_, row)| row).collect();
        for (at, chunk) in rows.chunks(ROWS).enumerate() {
            let number = (first_row / ROWS + at) as u64;
            blocks.push((BlockId { kind: 1, number }, encoded(&chunk)));
        }
        for first in (0..self.dossiers.len()).step_by(DOSSIERS) {
            let chunk: Vec<&Arc<Dossier>> = self
                .dossiers
                .focus()
                .narrow(first..(first + DOSSIERS).min(self.dossiers.len()))
                .into_iter()
                .collect();
            let same = |(at, one): (usize, &&Arc<Dossier>)| {
                earlier.dossiers.get(first + at).is_some_and(|before| Arc::ptr_eq(before, one))
            };
            if !chunk.iter().enumerate().all(same) {
                blocks.push((BlockId { kind: 2, number: (first / DOSSIERS) as u64 }, encoded(&chunk)));
            }
        }
        let rest = encoded(&Rest {
            ledger: self.ledger.clone(),
            days: self.days.clone(),
            parties: self.parties.clone(),
            policies: self.policies.clone(),
            identities: self.identities.clone(),
            given: self.given.clone(),
        });
        let pages = rest.chunks(PAGE_BYTES);
        let header = Header {
            format: FORMAT,
            size: self.size,
            last_at: self.last_at,
            clocked: self.clocked,
            dossiers: self.dossiers.len() as u64,
            pages: pages.len() as u64,
        };
        blocks.extend((0..).zip(pages).map(|(number, page)| (BlockId { kind: 3, number }, page.to_vec())));
        blocks.push((BlockId { kind: 0, number: 0 }, encoded(&header)));
        blocks
    }

    /// Puts a state together from its blocks; none when there is no header.
    ///
    /// # Errors
    /// [`BadBlock`] when one is missing or damaged, or what `read` fails with.
    pub fn from_blocks<E: From<BadBlock>>(
        mut read: impl FnMut(BlockId) -> Result<Option<Vec<u8>>, E>,
    ) -> Result<Option<State>, E> {
        let header_id = BlockId { kind: 0, number: 0 };
        let Some(header) = read(header_id)? else { return Ok(None) };
        let header: Header = decoded(header_id, &header)?;
        if header.format != FORMAT {
            return Ok(None);
        }
        let mut needed = |kind, number| {
            let block = BlockId { kind, number };
            let bytes = read(block)?.ok_or(BadBlock { block, what: "missing" })?;
            Ok::<_, E>((block, bytes))
        };
        let mut index = Index::default();
        for number in 0..header.size.div_ceil(ROWS as u64) {
            let (block, bytes) = needed(1, number)?;
            decoded::<Vec<Row>>(block, &bytes)?.into_iter().for_each(|row| index.push(row));
        }
        let mut dossiers = Vector::new();
        for number in 0..header.dossiers.div_ceil(DOSSIERS as u64) {
            let (block, bytes) = needed(2, number)?;
            dossiers.extend(decoded::<Vec<Arc<Dossier>>>(block, &bytes)?);
        }
        let mut rest = Vec::new();
        for number in 0..header.pages {
            rest.extend_from_slice(&needed(3, number)?.1);
        }
        let rest: Rest = decoded(BlockId { kind: 3, number: 0 }, &rest)?;
        if index.len() as u64 != header.size || dossiers.len() as u64 != header.dossiers {
            return Err(BadBlock { block: header_id, what: "its counts do not fit the other blocks" }.into());
        }
        let ordinals =
            (0..).zip(&dossiers).map(|(at, one): (u32, &Arc<Dossier>)| (one.subject, at)).collect();
        Ok(Some(State {
            ledger: rest.ledger,
            size: header.size,
            last_at: header.last_at,
            clocked: header.clocked,
            days: rest.days,
            parties: rest.parties,
            policies: rest.policies,
            dossiers,
            ordinals,
            identities: rest.identities,
            given: rest.given,
            index,
        }))
    }
}

fn encoded<T: Serialize>(value: &T) -> Vec<u8> {
    postcard::to_stdvec(value).expect("state is plain structures of known length, which serialise")
}

fn decoded<T: serde::de::DeserializeOwned>(block: BlockId, bytes: &[u8]) -> Result<T, BadBlock> {
    postcard::from_bytes(bytes).map_err(|_| BadBlock { block, what: "unreadable" })
}
