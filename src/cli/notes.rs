//! Two notes that contradict each other, as the evidence that both are

/// Both, each said whose it is and indented.
pub(super) fn both(ones: [(&str, &str); 2]) -> String {
    let told = ones.map(|(whose, note)| {
        let lines: String = note.trim_end().lines().map(|line| format!("\n      {line}")).collect();
        format!("\n  {whose}:{lines}")
    });
    told.concat()
}

#[cfg(test)]
mod tests {
    #[test]
    fn each_note_stands_below_whose_it_is() {
        let told = super::both([("kept", "a\n\n— b\n"), ("shown", "c\n")]);
        assert_eq!(told, "\n  kept:\n      a\n      \n      — b\n  shown:\n      c");
    }
}
