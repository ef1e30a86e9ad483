//! The pages of listings that commands follow.

use crate::api::views::{ClockPage, CollaborationPage, ContestPage, EventPage, HistoryPage, StepPage};
use crate::client::Page;

macro_rules! pages {
    ($($page:ty, $rows:ident;)*) => {
        $(impl Page for $page {
            fn rows(&self) -> usize {
                self.$rows.len()
            }

            fn cursor(&self) -> Option<String> {
                self.next.as_ref().map(ToString::to_string)
            }
        })*
    };
}

pages! {
    ClockPage, clocks;
    CollaborationPage, collaborations;
    ContestPage, contests;
    EventPage, events;
    HistoryPage, history;
    StepPage, steps;
}
