//! Paths as people give them: whether a file can come to lie there, and how one stands in a command.

use std::path::Path;

use super::coded::{Coded, here};

/// Checks that a file may be made at a path: that it names one, in a folder that is there.
///
/// # Errors
/// What is in the way, and what to do about it.
pub(super) fn check(path: &Path) -> Result<(), Coded> {
    let shown = path.display();
    if path.as_os_str().as_encoded_bytes().ends_with(b"/") || path.is_dir() {
        return Err(here("file.kind", format!("{shown} names a folder: name a file, such as one in it")));
    }
    let above = match path.parent() {
        Some(above) if above.as_os_str().is_empty() => Path::new("."),
        Some(above) => above,
        None => return Err(here("file.kind", format!("{shown} names no file"))),
    };
    match std::fs::metadata(above) {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => {
            let detail = format!("{shown}: {} is no folder: name a file in another", above.display());
            Err(here("file.kind", detail))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let make = word(above);
            let detail = format!(
                "{shown}: the folder {} does not exist: make it first (`mkdir -p {make}`), or name a file in another",
                above.display()
            );
            Err(here("file.missing", detail))
        }
        Err(error) => {
            let detail = format!("{shown}: the folder {}: {error}", above.display());
            Err(here(super::coded::of_file(&error), detail))
        }
    }
}

/// A path as it is written in a command of a shell.
pub(super) fn word(path: &Path) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '+' | '@' | '%' | ':');
    let text = path.to_string_lossy();
    if text.chars().all(plain) && !text.is_empty() {
        return text.into_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_one_word_of_a_command() {
        for (path, word) in [("my-ledger", "my-ledger"), ("sổ cái", "'sổ cái'"), ("it's", r"'it'\''s'")]
        {
            assert_eq!(super::word(Path::new(path)), word);
        }
    }

    #[test]
    fn what_is_in_the_way_of_a_file_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("file"), "x").unwrap();
        std::fs::create_dir(at("folder")).unwrap();
        for (name, code) in [
            ("gone/file", "file.missing"),
            ("file/below", "file.kind"),
            ("folder", "file.kind"),
            ("new/", "file.kind"),
        ] {
            assert_eq!(check(&at(name)).unwrap_err().code, code, "{name}");
        }
        assert!(check(&at("folder/new")).is_ok() && check(Path::new("new")).is_ok());
    }
}
