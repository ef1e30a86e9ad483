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

    /// Its lines as a terminal shows them: without pictures, and the empty line that each leaves.
    pub fn spoken(&self) -> impl Iterator<Item = &'static str> {
        let is_picture = |line: &str| line.starts_with("![");
        let mut after_picture = false;
        self.text.lines().filter(move |line| {
            let left_out = is_picture(line) || (after_picture && line.is_empty());
            after_picture = is_picture(line);
            !left_out
        })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_shows_no_pictures() {
        let text = Guide { name: "a", text: "# A\n\n![b](b.webp)\n\nc" };
        assert_eq!(text.spoken().collect::<Vec<_>>(), ["# A", "", "c"]);
        let mut pictures = ALL.iter().flat_map(|guide| guide.text.lines()).filter(|line| line.contains("!["));
        assert!(pictures.all(|line| line.starts_with("![")), "a picture has a line of its own");
        for guide in ALL {
            assert!(guide.spoken().all(|line| !line.contains("![")), "{}", guide.name);
        }
    }
}
