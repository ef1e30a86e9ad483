//! The guides: what each kind of user does, with commands that work as pasted.
//!
//! `tinnhiem guide NAME` prints one, and `tests/tour.py` runs every block marked `sh` of all of them, in
//! their order, against a demo.

/// A guide, as Markdown.
#[derive(Debug, Clone, Copy)]
pub struct Guide {
    /// What it is asked for by.
    pub name: &'static str,
    /// All of it.
    pub text: &'static str,
}

impl Guide {
    /// Its first line, without the mark of a heading.
    pub fn title(&self) -> &'static str {
        self.text.lines().next().unwrap_or_default().trim_start_matches("# ")
    }
}

macro_rules! guides {
    ($($name:ident)*) => {
        /// Every guide, in the order in which the tour runs them.
        pub const ALL: &[Guide] = &[$(Guide {
            name: stringify!($name),
            text: include_str!(concat!(stringify!($name), ".md")),
        }),*];
        $(#[doc = include_str!(concat!(stringify!($name), ".md"))] pub mod $name {})*
    };
}

guides!(demo kol member assessor council registrar keys brand auditor operator api ratings);
