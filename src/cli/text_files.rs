//! Statements and reasons out of files: `--statement-file` and `--reason-file`, of every verb that takes a text

use std::ffi::OsString;
use std::io::Read;

use clap::{Arg, Command};

use super::coded::{NO_FILE, here, usage};
use crate::limits;

/// Options that take a text, and those that take its file.
const TEXTS: [(&str, &str, &str); 2] =
    [("statement", "statement_file", "statement-file"), ("reason", "reason_file", "reason-file")];
/// What stands for the standard input.
const INPUT: &str = "-";

/// The command, each verb that takes a text with an option for its file.
pub(super) fn offered(command: Command) -> Command {
    let texts =
        TEXTS.into_iter().filter(|(text, ..)| command.get_arguments().any(|one| one.get_id() == *text));
    let files: Vec<Arg> = texts
        .map(|(text, id, long)| {
            let help = format!(
                "The file of what --{text} would say, in place of it; - is the standard input. At most {} KiB",
                limits::ATTACHMENT_BYTES / 1024
            );
            Arg::new(id).long(long).value_name("FILE").help(help).conflicts_with(text)
        })
        .collect();
    let verbs: Vec<String> = command.get_subcommands().map(|verb| verb.get_name().to_owned()).collect();
    verbs.into_iter().fold(command.args(files), |command, verb| command.mut_subcommand(verb, offered))
}

/// What the program was given, the content of each such file in the place of its name.
///
/// # Errors
/// What cannot be read, is no text, or too long.
pub(super) fn read(command: &Command, given: Vec<OsString>) -> anyhow::Result<Vec<OsString>> {
    let verb = given.iter().skip(1).fold(command, |verb, word| verb.find_subcommand(word).unwrap_or(verb));
    let takes = |id: &str| verb.get_arguments().any(|one| one.get_id() == id);
    let (mut out, mut words) = (Vec::new(), given.into_iter());
    while let Some(word) = words.next() {
        if word == "--" {
            out.push(word);
            break;
        }
        let option = TEXTS.iter().filter(|(_, id, _)| takes(id)).find_map(|(text, _, long)| {
            let rest = word.to_str()?.strip_prefix("--")?.strip_prefix(long)?;
            rest.is_empty().then_some((*text, None)).or_else(|| Some((*text, Some(rest.strip_prefix('=')?))))
        });
        match option {
            Some((text, Some(file))) => out.push(said(text, file.as_ref())?),
            Some((text, None)) => match words.next() {
                Some(file) => out.push(said(text, &file)?),
                // Without a name the parser says what is missing.
                None => out.push(word),
            },
            None => out.push(word),
        }
    }
    out.extend(words);
    Ok(out)
}

/// The option with what a file says.
fn said(text: &str, file: &std::ffi::OsStr) -> anyhow::Result<OsString> {
    let named = format!("--{text}-file {}", file.display());
    let most = limits::ATTACHMENT_BYTES;
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => here("file.missing", format!("{named}: {NO_FILE}")),
        _ => here(super::coded::of_file(&error), format!("{named}: {error}")),
    };
    let mut bytes = Vec::new();
    // One more than may be tells that there is more.
    let read = match file == INPUT {
        true => std::io::stdin().lock().take(most as u64 + 1).read_to_end(&mut bytes),
        false => {
            std::fs::File::open(file).and_then(|file| file.take(most as u64 + 1).read_to_end(&mut bytes))
        }
    };
    read.map_err(failed)?;
    if bytes.len() > most {
        let why = "attach the whole with --evidence where the verb takes that, and say here what it shows";
        anyhow::bail!(usage(format!("{named}: over {most} bytes, which a text may have: {why}")));
    }
    let Ok(said) = String::from_utf8(bytes) else {
        anyhow::bail!(here(
            "file.malformed",
            format!("{named}: no text in UTF-8: a document is attached with --evidence")
        ));
    };
    Ok(format!("--{text}={}", said.trim_end_matches(['\n', '\r'])).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &[&str]) -> Vec<OsString> {
        line.iter().map(OsString::from).collect()
    }

    #[test]
    fn every_verb_that_takes_a_text_takes_its_file() {
        fn check(command: &Command, found: &mut usize) {
            for (text, id, _) in TEXTS {
                let has = |id: &str| command.get_arguments().any(|one| one.get_id() == id);
                assert_eq!(has(text), has(id), "{}", command.get_name());
                *found += usize::from(has(id));
            }
            command.get_subcommands().for_each(|verb| check(verb, found));
        }
        let mut found = 0;
        check(&super::super::command(), &mut found);
        assert!(found > 12, "{found}");
    }

    #[test]
    fn what_a_file_says_stands_in_the_place_of_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        std::fs::write(at("case.txt"), "Nhãn có ở\ngiây đầu.\n").unwrap();
        std::fs::write(at("photo.png"), [0xff, 0xfe]).unwrap();
        std::fs::write(at("long.txt"), vec![b'x'; limits::ATTACHMENT_BYTES + 1]).unwrap();
        let command = super::super::command();
        let file =
            |name: &str| words(&["tinnhiem", "contest", "file", "--statement-file", &at(name), "--json"]);
        let told = read(&command, file("case.txt")).unwrap();
        assert_eq!(told[3..], words(&["--statement=Nhãn có ở\ngiây đầu.", "--json"]));
        let equals = words(&["tinnhiem", "subject", "depart", &format!("--reason-file={}", at("case.txt"))]);
        assert_eq!(read(&command, equals).unwrap()[3], "--reason=Nhãn có ở\ngiây đầu.");
        for (name, why) in
            [("none.txt", "no such file"), ("photo.png", "UTF-8"), ("long.txt", "262144 bytes")]
        {
            let said = read(&command, file(name)).unwrap_err().to_string();
            assert!(said.starts_with("--statement-file ") && said.contains(why), "{said}");
        }
        // A verb that takes none, and an option without its name, are the parser's to judge.
        for line in
            [&["tinnhiem", "top", "--reason-file", "x"][..], &["tinnhiem", "reply", "--statement-file"]]
        {
            assert_eq!(read(&command, words(line)).unwrap(), words(line));
        }
    }
}
