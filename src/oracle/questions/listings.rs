//! What is asked of listings, and of files with all there is.

use super::{Asked, Dice, FIRST_CLOCK, Matter, WHOLE_PAGE, escaped};

/// Most KOLs of whom files are compared: an answer that is read whole has no more bytes than those of so many.
const FILE_SUBJECTS: usize = 50_000;

impl Matter<'_> {
    /// Contests, by their stage and whom they are about.
    pub(super) fn contest_listings(&self) -> Asked {
        let subjects = self.dice.some("contests of", &self.subjects);
        let of = subjects.into_iter().map(|subject| format!("/v1/contests?subject={subject}"));
        let mut asked =
            Asked::default().and(of, "before").listed(format!("/v1/contests?limit={WHOLE_PAGE}"), "before");
        for status in ["open", "decided", "declined", "withdrawn"] {
            asked = asked.listed(format!("/v1/contests?status={status}"), "before");
        }
        asked.listed(format!("/v1/contests?limit=2&before={}", self.state.size()), "before")
    }

    /// Clocks, by whom they are for, until when and what they ask.
    pub(super) fn clock_listings(&self) -> Asked {
        let subjects = self.dice.some("clocks of", &self.subjects);
        let members = self.dice.some("clocks for", &self.members);
        let days = self.dice.each("clocks until", 2, 90);
        let mut asked = Asked::default()
            .and(subjects.into_iter().map(|subject| format!("/v1/clocks?subject={subject}")), "after")
            .and(members.into_iter().map(|member| format!("/v1/clocks?who={member}")), "after")
            .and(
                days.into_iter()
                    .map(|days| format!("/v1/clocks?until={}", self.today.plus_days(days as i32))),
                "after",
            )
            // By which it was found out on which day answers are read.
            .also([FIRST_CLOCK.to_owned()])
            .listed(format!("/v1/clocks?limit={WHOLE_PAGE}"), "after");
        for duty in ["must", "may", "will"] {
            asked = asked.listed(format!("/v1/clocks?duty={duty}&limit=5"), "after");
        }
        asked
    }

    /// Paid work, by who has to do with it and by words.
    pub(super) fn collaboration_listings(&self) -> Asked {
        let subjects = self.dice.some("collaborations of", &self.subjects);
        let members = self.dice.some("collaborations with", &self.members);
        let names = self.dice.some("collaborations named", &self.names);
        Asked::default()
            .and(subjects.into_iter().map(|subject| format!("/v1/collaborations?subject={subject}")), "after")
            .and(members.into_iter().map(|member| format!("/v1/collaborations?business={member}")), "after")
            .and(names.into_iter().map(|name| format!("/v1/collaborations?q={}", escaped(&name))), "after")
            .listed(format!("/v1/collaborations?limit={WHOLE_PAGE}"), "after")
            .listed("/v1/collaborations?limit=2&after=0", "after")
    }

    /// Entries, page by page and by what they are filtered by.
    pub(super) fn event_listings(&self) -> Asked {
        let pages = self.state.size().div_ceil(WHOLE_PAGE as u64);
        let pages = self.dice.below("pages of events", pages).into_iter().map(|page| match page {
            0 => format!("/v1/events?limit={WHOLE_PAGE}&fates=true"),
            page => {
                format!("/v1/events?limit={WHOLE_PAGE}&fates=true&after={}", page * WHOLE_PAGE as u64 - 1)
            }
        });
        let members = self.dice.some("issuers", &self.members);
        let subjects = self.dice.some("events about", &self.subjects);
        let types = self.dice.some("types", crate::event::TYPES);
        let limit = format!("&limit={WHOLE_PAGE}");
        Asked::default()
            .also(pages)
            .out_of(self.state.size().div_ceil(WHOLE_PAGE as u64))
            .also([format!("/v1/events?limit=7&after={}", self.state.size() / 2)])
            .and(members.into_iter().map(|member| format!("/v1/events?issuer={member}{limit}")), "after")
            .and(subjects.into_iter().map(|subject| format!("/v1/events?subject={subject}{limit}")), "after")
            .and(types.into_iter().map(|name| format!("/v1/events?type={name}{limit}")), "after")
    }

    /// Entries about KOLs.
    pub(super) fn events_of_subjects(&self, route: &str) -> Asked {
        let path = |subject: &String| format!("/v1/subjects/{subject}/events?limit={WHOLE_PAGE}&fates=true");
        let asked = Asked::each_continued(self.dice, route, &self.subjects, "after", path);
        let members = Dice::few(self.dice, "events by", &self.members);
        let by = members.iter().map(|member| self.first_subject(&format!("/events?issuer={member}")));
        let types = Dice::few(self.dice, "events of type", crate::event::TYPES);
        let of_type = types.iter().map(|name| self.first_subject(&format!("/events?type={name}")));
        asked
            .and(by, "after")
            .and(of_type, "after")
            .listed(self.first_subject("/events?limit=3&after=0"), "after")
    }

    /// The file of now, and of two moments of the past.
    pub(super) fn files(&self, route: &str) -> Asked {
        if self.subjects.len() > FILE_SUBJECTS {
            return Asked::default().out_of(1);
        }
        let sizes = self.dice.each(route, 2.min(self.dice.most()), self.state.size());
        let past = sizes.into_iter().map(|seq| {
            let as_of = self.state.date_at_size(seq + 1).unwrap_or_default();
            format!("{route}?size={}&as_of={as_of}&names=false", seq + 1)
        });
        Asked::one(route).also(past)
    }

    /// KOLs in either order, by what they are filtered by and what is searched for.
    pub(super) fn subject_listings(&self) -> Asked {
        let mut asked = Asked::default()
            .listed(format!("/v1/subjects?limit={WHOLE_PAGE}"), "after")
            .listed(format!("/v1/subjects?sort=worst&limit={WHOLE_PAGE}"), "after")
            .listed("/v1/subjects?limit=7", "after");
        let policy = self.state.policy_on(self.today);
        let topics = policy.into_iter().flat_map(|policy| policy.topics.keys());
        for topic in self.dice.some("topics", &topics.collect::<Vec<_>>()) {
            asked = asked.listed(format!("/v1/subjects?topic={topic}&limit={WHOLE_PAGE}"), "after");
        }
        for band in ["A", "B", "C", "D"] {
            asked = asked.listed(format!("/v1/subjects?band={band}&limit={WHOLE_PAGE}"), "after");
        }
        for standing in ["certified", "contested"] {
            for is_so in [true, false] {
                let page = format!("/v1/subjects?{standing}={is_so}&limit={WHOLE_PAGE}");
                asked = asked.listed(page, "after");
            }
        }
        let limit = format!("&limit={WHOLE_PAGE}");
        let scores = self.dice.each("least scores", 2, 10_001);
        let days = self.dice.each("days of listings", 2, 400);
        let names = self.dice.some("searches", &self.names);
        let ids = Dice::few(self.dice, "ids", &self.subjects);
        asked
            .and(scores.into_iter().map(|least| format!("/v1/subjects?min_score={least}{limit}")), "after")
            .and(
                days.into_iter()
                    .map(|days| format!("/v1/subjects?as_of={}{limit}", self.today.plus_days(days as i32))),
                "after",
            )
            .and(names.into_iter().map(|name| format!("/v1/subjects?q={}", escaped(&name))), "after")
            .and(ids.into_iter().map(|id| format!("/v1/subjects?q={}", &id[..id.len().min(9)])), "after")
    }
}
