//! A list in which every row has a name of its own: found by its name, spoken of by its place.

use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::Arc;

use imbl::Vector;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::collections::Slots;
use crate::compact;

/// Keys in a run of slots that is still being filled: few names are new, and whoever adds one after a
/// snapshot copies the run.
const RUN_KEYS: usize = 256;

/// What stands in a list under a name of its own.
pub trait Listable: Clone {
    /// What its name is.
    type Name: Hash + Eq;

    /// Its name, which never changes.
    fn name(&self) -> &Self::Name;
}

/// Rows in the order added, no two of one name. A clone shares all but the ends.
#[derive(Debug, Clone)]
pub struct Listed<T: Clone> {
    rows: Vector<T>,
    /// Hashed with a secret: others choose the names, and nobody shall crowd a slot.
    places: Slots,
    secret: RandomState,
}

impl<T: Clone> Default for Listed<T> {
    fn default() -> Self {
        Self { rows: Vector::new(), places: Slots::of_runs(RUN_KEYS), secret: RandomState::new() }
    }
}

impl<T: Clone + PartialEq> PartialEq for Listed<T> {
    fn eq(&self, other: &Self) -> bool {
        self.rows == other.rows
    }
}

impl<T: Clone + Eq> Eq for Listed<T> {}

impl<T: Clone> Listed<T> {
    /// All rows.
    pub fn rows(&self) -> &Vector<T> {
        &self.rows
    }

    /// The row at a place.
    pub fn get(&self, place: usize) -> Option<&T> {
        self.rows.get(place)
    }

    /// The row at a place, to change all but its name.
    pub fn get_mut(&mut self, place: usize) -> Option<&mut T> {
        self.rows.get_mut(place)
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl<T: Listable> Listed<T> {
    /// Where the row of a name stands.
    pub fn place(&self, name: &T::Name) -> Option<usize> {
        let mut candidates = self.places.candidates(self.secret.hash_one(name)).map(|place| place as usize);
        candidates.find(|place| self.rows.get(*place).is_some_and(|row| row.name() == name))
    }

    /// Where the row of a name stands; it is made where there is none.
    pub fn place_or_add(&mut self, name: &T::Name, make: impl FnOnce() -> T) -> usize {
        self.place(name).unwrap_or_else(|| self.add(make()))
    }

    /// Adds a row whose name is new.
    fn add(&mut self, row: T) -> usize {
        let place = self.rows.len();
        self.places.push(self.secret.hash_one(row.name()), place as u64);
        self.rows.push_back(row);
        place
    }
}

impl<T: Listable> FromIterator<T> for Listed<T> {
    fn from_iter<I: IntoIterator<Item = T>>(rows: I) -> Self {
        let mut listed = Self::default();
        for row in rows {
            listed.add(row);
        }
        listed
    }
}

impl<T: Serialize + Clone> Serialize for Listed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        compact::list(self.rows.len(), self.rows.iter(), serializer)
    }
}

impl<'de, T: Deserialize<'de> + Listable> Deserialize<'de> for Listed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::from_iter)
    }
}

/// The row is its own name.
macro_rules! names_itself {
    ($($name:ty),*) => {
        $(impl Listable for $name {
            type Name = Self;

            fn name(&self) -> &Self {
                self
            }
        })*
    };
}

names_itself!(crate::event::PartyId, crate::event::GroupId);

impl<T: Listable> Listable for Arc<T> {
    type Name = T::Name;

    fn name(&self) -> &T::Name {
        (**self).name()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::PartyId;

    #[test]
    fn a_name_is_found_among_others_also_in_a_snapshot_and_read_again() {
        let mut listed = Listed::default();
        let names: Vec<PartyId> =
            (0..10_000).map(|number| format!("name-{number}").parse().unwrap()).collect();
        let mut snapshot = None;
        for (place, name) in names.iter().enumerate() {
            assert_eq!(listed.place(name), None);
            assert_eq!(listed.place_or_add(name, || name.clone()), place);
            if place == 5_000 {
                snapshot = Some(listed.clone());
            }
        }
        let read: Listed<PartyId> = postcard::from_bytes(&postcard::to_stdvec(&listed).unwrap()).unwrap();
        let snapshot = snapshot.unwrap();
        for (place, name) in names.iter().enumerate() {
            assert_eq!(listed.place(name), Some(place));
            assert_eq!(read.place(name), Some(place));
            assert_eq!(snapshot.place(name), Some(place).filter(|place| *place <= 5_000));
        }
        assert!(read == listed && snapshot != listed);
    }
}
