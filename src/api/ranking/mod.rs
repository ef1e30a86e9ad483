//! Subjects in the order of their scores, kept current from what the log and the days change.

mod asked;
mod changes;
mod kept;
mod maintained;
mod order;
mod rows;

pub use changes::touches;
pub use kept::Rankings;
pub use order::{Place, Sort};
pub use rows::Row;

use std::ops::ControlFlow;
use std::sync::Arc;

use crate::event::TopicId;
use crate::facts::At;
use rows::Rows;

/// The bit of [`Row::topics`] that stands for every topic without a bit of its own.
const OTHER_TOPICS: u32 = 63;

/// Every subject's place at one size and date.
#[derive(Debug, Clone)]
pub struct Ranking {
    /// The size and date.
    pub at: At,
    rows: Rows,
    topics: Arc<Vec<TopicId>>,
}

/// How a row's topics tell whether it is in a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InField {
    /// The row is in it if it has a bit of these.
    Bits(u64),
    /// A row with these bits may be in it: its file tells.
    Perhaps(u64),
}

impl Ranking {
    /// How many subjects it ranks.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it ranks nobody.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How rows tell whether they are in this field.
    pub fn field(&self, topic: &TopicId) -> InField {
        match self.topics.iter().position(|one| one == topic) {
            Some(number) => InField::Bits(1 << number),
            None => InField::Perhaps(1 << OTHER_TOPICS),
        }
    }

    /// Shows `each` the rows after a place, in an order, until it breaks; the unrated come last in either.
    pub fn after(&self, sort: Sort, place: Option<Place>, each: impl FnMut(&Row) -> ControlFlow<()>) {
        let _ = self.try_after(sort, place, each);
    }

    fn try_after(
        &self,
        sort: Sort,
        place: Option<Place>,
        mut each: impl FnMut(&Row) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let from = place.map(|place| self.rows.position(|row| row.place() <= place));
        let unrated = self.rows.position(|row| row.score().is_some());
        if sort == Sort::Best {
            return self.rows.forward(from.unwrap_or_default(), each);
        }
        let before = place.map_or(unrated, |place| self.rows.position(|row| row.place() < place));
        if place.is_none() || before < unrated {
            self.rows.backward(before, &mut each)?;
            return self.rows.forward(unrated, each);
        }
        self.rows.forward(from.unwrap_or_default().max(unrated), each)
    }

    /// Its rows as they stand, best first.
    pub fn all(&self) -> Vec<Row> {
        let mut all = Vec::with_capacity(self.len());
        self.after(Sort::Best, None, |row| {
            all.push(*row);
            ControlFlow::Continue(())
        });
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engines::{Figure, Standing};
    use crate::event::SubjectId;
    use crate::time::Date;

    #[test]
    fn pages_of_any_size_give_every_row_once_in_either_order() {
        let scores = [Some(90), Some(80), Some(80), Some(80), Some(10), None, None, None];
        let row = |(number, score)| {
            let figure =
                Figure { standing: Standing::Rated, score, range: None, band: None, confidence: None };
            Row::new(SubjectId::from_random([number; 13]), 0, &figure, 0, 0)
        };
        let rows = Rows::of_chunks_of(3, (0..).zip(scores).map(row).collect());
        let at = At { size: 1, as_of: Date::from_days(0) };
        let ranking = Ranking { at, rows, topics: Arc::default() };
        let page = |sort, place, size| {
            let mut page = Vec::new();
            ranking.after(sort, place, |row| {
                if page.len() == size {
                    return ControlFlow::Break(());
                }
                page.push(row.place());
                ControlFlow::Continue(())
            });
            page
        };
        for sort in [Sort::Best, Sort::Worst] {
            let whole = page(sort, None, usize::MAX);
            assert_eq!(whole.len(), scores.len());
            let rated = whole.iter().take_while(|place| !place.to_string().starts_with('-')).count();
            assert_eq!(rated, 5);
            for size in 1..=scores.len() {
                let (mut paged, mut place) = (Vec::new(), None);
                loop {
                    let page = page(sort, place, size);
                    let Some(last) = page.last() else { break };
                    place = Some(last.to_string().parse().unwrap());
                    paged.extend(page);
                }
                assert_eq!(paged, whole, "{sort:?} {size}");
            }
        }
    }
}
