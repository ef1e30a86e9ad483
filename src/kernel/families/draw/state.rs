//! `draw.*`: who has bound itself to which values, and which filings they are for.

use serde::{Deserialize, Serialize};

use imbl::{OrdMap, Vector};

use super::{Presumed, Recording, State};
use crate::compact;
use crate::dsse::EventId;
use crate::event::{DrawCommitted, DrawRevealed, DrawValue, PartyId};
use crate::limits;
use crate::time::Date;

/// The two of whom each brings a value: neither knows the other's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawer {
    /// Who runs the ledger.
    Operator,
    /// One auditor.
    Auditor,
}

impl Drawer {
    /// Both, in the order in which their values make a seed.
    pub const BOTH: [Self; 2] = [Self::Operator, Self::Auditor];
}

/// The chain that one of the two reveals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    /// The event that committed to it.
    pub event: EventId,
    /// Whose it is.
    pub holder: PartyId,
    /// The value revealed last; at first the tip.
    pub last: DrawValue,
    /// How many values are left.
    pub left: u32,
}

/// What one of the two has brought to a draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Brought {
    /// It had no chain when the contest or appeal was filed.
    Nothing,
    /// The next value of this chain is due.
    Due(EventId),
    /// The value.
    Value(DrawValue),
}

/// The draw that a filing made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draw {
    /// The size after the filing, at which the pool is read.
    pub size: u64,
    /// The day of the filing.
    pub on: Date,
    /// How many members the panel has.
    pub seats: u8,
    /// Who runs the ledger, and whose chains serve it: none of them sits.
    pub drawers: Vec<PartyId>,
    brought: [Brought; 2],
}

impl Draw {
    /// The last day on which its values are revealed.
    pub fn reveal_by(&self) -> Date {
        self.on.plus_days(limits::DRAW_DAYS)
    }

    /// What one of the two has brought.
    pub fn brought(&self, drawer: Drawer) -> Brought {
        self.brought[drawer as usize]
    }

    /// What one of the two counts for on a date; none: that may still change.
    pub fn value(&self, drawer: Drawer, date: Date) -> Option<DrawValue> {
        match self.brought(drawer) {
            Brought::Value(value) => Some(value),
            Brought::Nothing => Some(DrawValue::ZERO),
            Brought::Due(_) => (self.reveal_by() < date).then_some(DrawValue::ZERO),
        }
    }

    /// The seed of a panel; none while a value is due.
    pub fn seed(&self, filing: &EventId, date: Date) -> Option<[u8; 32]> {
        let mut seed = blake3::Hasher::new();
        seed.update(b"tinnhiem panel 1").update(filing.as_bytes());
        for drawer in Drawer::BOTH {
            seed.update(self.value(drawer, date)?.as_bytes());
        }
        Some(*seed.finalize().as_bytes())
    }
}

/// Every draw, and the chains that serve them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Draws {
    chains: [Option<Chain>; 2],
    #[serde(with = "compact::map")]
    draws: OrdMap<EventId, Draw>,
    /// Their filings, in order.
    filed: Vector<EventId>,
}

impl Draws {
    /// The chain of one of the two.
    pub fn chain(&self, drawer: Drawer) -> Option<&Chain> {
        self.chains[drawer as usize].as_ref()
    }

    /// The draw that a filing made.
    pub fn draw(&self, filing: &EventId) -> Option<&Draw> {
        self.draws.get(filing)
    }

    /// The filings for which a value of one of the two is due on a date, the last first.
    pub fn owed(&self, drawer: Drawer, date: Date) -> impl Iterator<Item = (&EventId, &Draw)> {
        let chain = self.chain(drawer).filter(|chain| chain.left > 0);
        let due = chain.map(|chain| Brought::Due(chain.event));
        let draws = self.filed.iter().rev().filter_map(|filing| Some((filing, self.draws.get(filing)?)));
        let recent = draws.take_while(move |(_, draw)| date <= draw.reveal_by());
        recent.filter(move |(_, draw)| due == Some(draw.brought(drawer)))
    }

    /// The first of them.
    pub fn next(&self, drawer: Drawer, date: Date) -> Option<&EventId> {
        self.owed(drawer, date).last().map(|(filing, _)| filing)
    }

    /// Which of the two a party is here.
    fn drawer(&self, holder: &PartyId) -> Option<Drawer> {
        Drawer::BOTH.into_iter().find(|one| self.chain(*one).is_some_and(|chain| chain.holder == *holder))
    }
}

impl State {
    /// Begins the draw of a panel.
    pub(super) fn begin_draw(&mut self, seq: u64, filing: EventId, on: Date) {
        let seats = self.policy_on(on).map_or(1, |policy| policy.contest.panel_size);
        let brought = Drawer::BOTH.map(|drawer| {
            let chain = self.draws.chain(drawer).filter(|chain| chain.left > 0);
            chain.map_or(Brought::Nothing, |chain| Brought::Due(chain.event))
        });
        let chains = Drawer::BOTH.into_iter().filter_map(|drawer| self.draws.chain(drawer));
        let holders = chains.filter(|chain| chain.left > 0).map(|chain| chain.holder.clone());
        let drawers =
            self.ledger().map(|ledger| ledger.operator.clone()).into_iter().chain(holders).collect();
        self.draws.draws.insert(filing, Draw { size: seq + 1, on, seats, drawers, brought });
        self.draws.filed.push_back(filing);
    }

    pub(super) fn commit_draw(
        &mut self,
        entry: &Recording<'_>,
        body: &DrawCommitted,
    ) -> Result<(), Presumed> {
        let holder = entry.event.issuer.clone();
        let operator = self.ledger().is_some_and(|ledger| ledger.operator == holder);
        let drawer = if operator { Drawer::Operator } else { Drawer::Auditor };
        let chain = Chain { event: entry.id, holder, last: body.tip, left: body.length };
        self.draws.chains[drawer as usize] = Some(chain);
        Ok(())
    }

    pub(super) fn reveal_draw(&mut self, entry: &Recording<'_>, body: &DrawRevealed) -> Result<(), Presumed> {
        let holder = &entry.event.issuer;
        let committed = || Presumed::Chain(holder.clone());
        let drawer = self.draws.drawer(holder).ok_or_else(committed)?;
        let chain = self.draws.chains[drawer as usize].as_mut().ok_or_else(committed)?;
        (chain.last, chain.left) = (body.value, chain.left.saturating_sub(1));
        let draw = self.draws.draws.get_mut(&body.filing).ok_or(Presumed::Standing(body.filing))?;
        draw.brought[drawer as usize] = Brought::Value(body.value);
        Ok(())
    }
}
