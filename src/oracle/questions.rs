//! What is asked of each route: everything, or a sample of it.
//!
//! The parameters are those that the log itself names: its subjects, parties, contests, sizes and days.

mod listings;

use std::collections::BTreeSet;

use serde_json::Value;

use super::dice::Dice;
use crate::dsse::PublicKey;
use crate::event::PartyId;
use crate::limits;
use crate::log::{BundleId, TileId};
use crate::state::State;
use crate::time::Date;

/// What is asked of one route.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// Paths with their queries.
    pub paths: Vec<String>,
    /// Listings that are followed to their end: the path, and the parameter that its `next` is the value of.
    pub listings: Vec<(String, &'static str)>,
    /// Paths whose further pages are asked for as each says where it goes on.
    pub continued: Vec<(String, &'static str)>,
    /// How many there are besides, where these are a sample.
    pub left: u64,
}

/// What a log can be asked about.
pub(super) struct Matter<'a> {
    pub state: State,
    /// The day that answers are read on.
    pub today: Date,
    pub dice: &'a Dice,
    /// Every subject.
    pub subjects: Vec<String>,
    /// The names of subjects, where they are known.
    pub names: Vec<String>,
    /// Every member, and the council.
    pub members: Vec<String>,
    /// The seq and id of every contest.
    pub contests: Vec<(u64, String)>,
    /// The seqs of those whose panel is drawn.
    pub drawn: BTreeSet<u64>,
    /// Every policy version.
    pub versions: Vec<u64>,
}

impl Asked {
    /// The parameter by which its listings go on, which is the same for all of a route.
    pub(super) fn by(&self) -> &'static str {
        self.listings.iter().chain(&self.continued).next().map_or("after", |(_, by)| by)
    }

    fn one(path: &str) -> Self {
        Self { paths: vec![path.to_owned()], ..Self::default() }
    }

    /// One path for each of a sample.
    fn each<T: Clone>(dice: &Dice, what: &str, all: &[T], path: impl Fn(&T) -> String) -> Self {
        let paths: Vec<String> = dice.some(what, all).iter().map(path).collect();
        Self::default().also(paths).out_of(all.len() as u64)
    }

    /// A sample of so many.
    fn out_of(self, all: u64) -> Self {
        Self { left: all.saturating_sub(self.paths.len() as u64), ..self }
    }

    /// The same, each the first page of more, which go on by this parameter.
    fn each_continued<T: Clone>(
        dice: &Dice,
        what: &str,
        all: &[T],
        by: &'static str,
        path: impl Fn(&T) -> String,
    ) -> Self {
        let Self { paths, left, .. } = Self::each(dice, what, all, path);
        Self { left, ..Self::default() }.and(paths, by)
    }

    /// Also these first pages, and those that they go on with.
    fn and(mut self, paths: impl IntoIterator<Item = String>, by: &'static str) -> Self {
        self.continued.extend(paths.into_iter().map(|path| (path, by)));
        self
    }

    fn listed(mut self, path: impl Into<String>, by: &'static str) -> Self {
        self.listings.push((path.into(), by));
        self
    }

    fn also(mut self, paths: impl IntoIterator<Item = String>) -> Self {
        self.paths.extend(paths);
        self
    }
}

const WHOLE_PAGE: usize = limits::PAGE_ROWS;
/// A short answer that says on which day it is read.
pub(super) const FIRST_CLOCK: &str = "/v1/clocks?limit=1";

impl Matter<'_> {
    /// What is asked of a route, by the path template of the OpenAPI document; none of a route that is not
    /// known here.
    pub(super) fn asked(&self, route: &str) -> Option<Asked> {
        let dice = self.dice;
        let of_subjects = |rest: &str| {
            Asked::each(dice, route, &self.subjects, |subject| format!("/v1/subjects/{subject}{rest}"))
        };
        let of_subjects_on = |rest: &str| {
            let path = |subject: &String| format!("/v1/subjects/{subject}{rest}");
            Asked::each_continued(dice, route, &self.subjects, "after", path)
        };
        let of_members = |rest: &str| {
            Asked::each(dice, route, &self.members, |member| format!("/v1/members/{member}{rest}"))
        };
        let asked = match route {
            "/checkpoint" | "/v1/ledger" | "/v1/commitments/next" | "/v1/draws" | "/v1/policies" => {
                Asked::one(route)
            }
            "/tile/{tile}" => self.earlier_tiles(route),
            "/v1/members" => Asked::default().listed(route, "after"),
            "/v1/members/{member}" => of_members(""),
            "/v1/members/{member}/clocks.ics" => of_members("/clocks.ics"),
            "/v1/members/{member}/record" => of_members("/record"),
            "/v1/keys/{key}" => {
                let parties = self.members.iter().chain(&self.subjects).filter_map(|one| one.parse().ok());
                let of = |party: PartyId| -> Vec<PublicKey> {
                    self.state.parties().keys_of(&party).map(|(key, _)| *key).collect()
                };
                let keys: Vec<PublicKey> = parties.flat_map(of).collect();
                Asked::each(dice, route, &keys, |key| format!("/v1/keys/{key}"))
            }
            "/v1/policies/{version}" => {
                Asked::each(dice, route, &self.versions, |version| format!("/v1/policies/{version}"))
            }
            "/v1/policies/{version}/diff" => self.diffs(route),
            "/v1/contests" => self.contest_listings(),
            "/v1/contests/{contest}" => {
                let asked =
                    Asked::each(dice, route, &self.contests, |(seq, _)| format!("/v1/contests/{seq}"));
                asked.also(self.contests.last().map(|(_, id)| format!("/v1/contests/{id}")))
            }
            "/v1/contests/{contest}/draw" => {
                let drawn: Vec<_> = self.contests.iter().filter(|one| self.drawn.contains(&one.0)).collect();
                let undrawn = self.contests.iter().find(|one| !self.drawn.contains(&one.0));
                let path = |seq| format!("/v1/contests/{seq}/draw");
                let asked = Asked::each(dice, route, &drawn, |one| path(one.0));
                asked.also(undrawn.map(|one| path(one.0)))
            }
            "/v1/clocks" => self.clock_listings(),
            "/v1/collaborations" => self.collaboration_listings(),
            "/v1/commitments" => {
                let listed = Asked::default().listed(format!("{route}?limit={WHOLE_PAGE}"), "before");
                listed.listed(format!("{route}?limit=2&before={}", self.state.size()), "before")
            }
            "/v1/events" => self.event_listings(),
            "/v1/events/{event}" => {
                let seqs = dice.below(route, self.state.size());
                let by_id = seqs.last().and_then(|seq| self.state.index().row(*seq)).map(|row| row.id);
                let paths = seqs.iter().map(|seq| format!("/v1/events/{seq}"));
                Asked::default()
                    .also(paths)
                    .out_of(self.state.size())
                    .also(by_id.map(|id| format!("/v1/events/{id}")))
            }
            "/v1/receipts/{seq}" => {
                let seqs = dice.below(route, self.state.size());
                let paths = seqs.iter().map(|seq| format!("/v1/receipts/{seq}"));
                Asked::default().also(paths).out_of(self.state.size())
            }
            "/v1/proofs/inclusion/{size}/{seq}" => self.proofs(route, 0),
            "/v1/proofs/consistency/{from}/{to}" => self.proofs(route, 1),
            "/v1/scores.csv" | "/v1/scores.ndjson" => self.files(route),
            "/v1/subjects" => self.subject_listings(),
            "/v1/subjects/{subject}" => of_subjects(""),
            "/v1/subjects/{subject}/score" => self.scores(route),
            "/v1/subjects/{subject}/score/{size}/{as_of}" => self
                .past(route, |subject, size, as_of| format!("/v1/subjects/{subject}/score/{size}/{as_of}")),
            "/v1/subjects/{subject}/history" => of_subjects_on(&format!("/history?limit={WHOLE_PAGE}"))
                .listed(self.first_subject("/history?limit=3&after=0"), "after"),
            "/v1/subjects/{subject}/history/steps" => {
                let csv = dice.some("csv", &self.subjects);
                of_subjects_on(&format!("/history/steps?limit={WHOLE_PAGE}"))
                    .listed(self.first_subject("/history/steps?limit=3&after=0"), "after")
                    .and(
                        csv.iter().map(|one| format!("/v1/subjects/{one}/history/steps?format=csv")),
                        "after",
                    )
                    .and([self.first_subject("/history/steps?format=csv&limit=3")], "after")
                    .also(
                        self.past("steps", |subject, size, as_of| {
                            format!("/v1/subjects/{subject}/history/steps?size={size}&as_of={as_of}")
                        })
                        .paths,
                    )
            }
            "/v1/subjects/{subject}/next" => {
                let past = self.past("next", |subject, size, as_of| {
                    format!("/v1/subjects/{subject}/next?size={size}&as_of={as_of}")
                });
                of_subjects("/next").also(past.paths)
            }
            "/v1/subjects/{subject}/notices" => of_subjects("/notices"),
            "/v1/subjects/{subject}/clocks.ics" => of_subjects("/clocks.ics"),
            "/v1/subjects/{subject}/events" => self.events_of_subjects(route),
            "/v1/subjects/{subject}/receipt" => {
                let sizes: Vec<u64> = self.state.commitments().map(|one| one.body.size).collect();
                let sizes = Dice::few(dice, "receipt sizes", &sizes);
                let earlier =
                    sizes.into_iter().map(|size| self.first_subject(&format!("/receipt?size={size}")));
                of_subjects("/receipt").also(earlier)
            }
            _ => return None,
        };
        Some(asked)
    }

    fn first_subject(&self, rest: &str) -> String {
        let subject = self.subjects.first().map_or("kol-0000000000000", String::as_str);
        format!("/v1/subjects/{subject}{rest}")
    }

    /// Every score as it is now, whatever the sample; and some as they were.
    fn scores(&self, route: &str) -> Asked {
        let every = self.subjects.iter().map(|subject| format!("/v1/subjects/{subject}/score"));
        let past = self.past(route, |subject, size, as_of| {
            format!("/v1/subjects/{subject}/score?size={size}&as_of={as_of}")
        });
        Asked::default().also(every).also(past.paths).also(self.suppositions(route))
    }

    /// Scores as they would be without the newest assessment, or with an announced one.
    fn suppositions(&self, route: &str) -> Vec<String> {
        let places = self.dice.below(&format!("{route} without"), self.subjects.len() as u64);
        let newest = places.iter().filter_map(|place| {
            let assessment = self.state.dossiers().get(*place as usize)?.assessments.open().next_back()?;
            let (subject, event) = (&self.subjects[*place as usize], assessment.recorded.event);
            // What is published is announced no more: that is refused.
            Some(["without", "announced"].map(|what| format!("/v1/subjects/{subject}/score?{what}={event}")))
        });
        let notices = self.state.dossiers().iter().flat_map(|one| {
            let of = one.notices.open().map(|notice| notice.recorded.event);
            of.map(|event| format!("/v1/subjects/{}/score?announced={event}", one.subject))
        });
        newest
            .flatten()
            .chain(self.dice.some(&format!("{route} announced"), &notices.collect::<Vec<_>>()))
            .collect()
    }

    /// Subjects at sizes and days of the past, and at days to come.
    fn past(&self, what: &str, path: impl Fn(&str, u64, Date) -> String) -> Asked {
        let places = self.dice.below(what, self.subjects.len() as u64);
        let draws = self.dice.each(&format!("{what} sizes"), places.len(), u64::MAX);
        let days = self.dice.each(&format!("{what} days"), places.len(), 400);
        let moments = places.iter().zip(draws).zip(days).map(|((place, drawn), days)| {
            // At sizes at which the subject was there.
            let dossier = self.state.dossiers().get(*place as usize);
            let first = dossier.and_then(|dossier| dossier.timeline_from(0).next()).unwrap_or(0) + 1;
            let size = first + drawn % (self.state.size() + 1).saturating_sub(first).max(1);
            let as_of = self.state.date_at_size(size).unwrap_or_default().plus_days(days as i32);
            path(&self.subjects[*place as usize], size, as_of)
        });
        let all = self.subjects.len() as u64 * self.state.size();
        Asked::default().also(moments).out_of(all)
    }

    /// Tiles and bundles as they were at earlier sizes; as they are they were compared with the entries.
    fn earlier_tiles(&self, route: &str) -> Asked {
        let size = self.state.size();
        let partial = |hashes: &u64| !hashes.is_multiple_of(limits::TILE_WIDTH);
        let place = |hashes: u64| (hashes / limits::TILE_WIDTH, (hashes % limits::TILE_WIDTH) as u16);
        let sizes = self.dice.below(route, size.saturating_sub(1)).into_iter().map(|size| size + 1);
        let bundles = sizes.clone().filter(partial).map(|size| {
            let (index, width) = place(size);
            BundleId { index, width }.path()
        });
        let tiles = sizes.flat_map(|size| {
            let levels = (0..8u8).map(move |level| (level, size >> (u32::from(level) * 8)));
            let levels = levels.filter(|(_, hashes)| partial(hashes)).map(|(level, hashes)| {
                let (index, width) = place(hashes);
                TileId { level, index, width }
            });
            let earlier =
                move |tile: &TileId| TileId::width_at(tile.level, tile.index, size) != Some(tile.width);
            levels.filter(earlier).map(|tile| tile.path())
        });
        let before = size.saturating_sub(1);
        // Of each size before this one a bundle and a tile, where neither is full.
        Asked::default()
            .also(bundles.chain(tiles).map(|path| format!("/{path}")))
            .out_of(2 * (before - before / limits::TILE_WIDTH))
    }

    fn proofs(&self, what: &str, from: u64) -> Asked {
        let size = self.state.size();
        let sizes = self.dice.below(what, size);
        let others = self.dice.each(&format!("{what} others"), sizes.len(), u64::MAX);
        let pairs = sizes.iter().zip(others).map(|(last, other)| {
            let larger = last + 1;
            match from {
                0 => format!("/v1/proofs/inclusion/{larger}/{}", other % larger),
                _ => format!("/v1/proofs/consistency/{}/{larger}", 1 + other % larger),
            }
        });
        Asked::default().also(pairs).out_of(size.saturating_mul(size + 1) / 2)
    }

    fn diffs(&self, route: &str) -> Asked {
        let versions = Dice::few(self.dice, route, &self.versions);
        let path = |version: &u64| format!("/v1/policies/{version}/diff");
        let asked = Asked::default().also(versions.iter().map(path)).out_of(self.versions.len() as u64);
        let today = self.today;
        asked.also(self.versions.last().map(|one| format!("/v1/policies/{one}/diff?limit=2&as_of={today}")))
    }
}

impl Dice {
    /// Five of `all` at most, of what costs much to answer.
    fn few<T: Clone>(&self, what: &str, all: &[T]) -> Vec<T> {
        const FEW: usize = 5;
        let places = self.each(what, FEW.min(all.len()).min(self.most()), all.len() as u64);
        places.into_iter().map(|place| all[place as usize].clone()).collect()
    }
}

/// The members of this name of the rows of a page.
pub(super) fn column<'a>(
    page: &'a Value,
    rows: &str,
    name: &'a str,
) -> impl Iterator<Item = &'a Value> + Clone {
    page[rows].as_array().into_iter().flatten().map(move |row| &row[name])
}

/// A text as a query carries it.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}
