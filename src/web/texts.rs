//! The texts of pages, a file per language: a key, a sign of equality, what it says.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::lang::Lang;

const VI: &str = include_str!("texts/vi.txt");
const EN: &str = include_str!("texts/en.txt");

type Texts = BTreeMap<&'static str, &'static str>;

fn read(file: &'static str) -> Texts {
    let lines = file.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.filter_map(|line| line.split_once(" = ")).collect()
}

fn texts(lang: Lang) -> &'static Texts {
    static READ: LazyLock<[Texts; 2]> = LazyLock::new(|| [read(VI), read(EN)]);
    match lang {
        Lang::Vi => &READ[0],
        Lang::En => &READ[1],
    }
}

/// What a key says; the key itself where no file has it, which a test rules out.
pub(super) fn said(lang: Lang, key: &str) -> &str {
    texts(lang).get(key).copied().unwrap_or(key)
}

/// What a member of a closed list is called, by the list and the name that it has in JSON.
pub(super) fn of(lang: Lang, list: &str, name: &str) -> String {
    let key = format!("{list}-{name}");
    texts(lang).get(key.as_str()).map_or_else(|| name.to_owned(), |text| (*text).to_owned())
}

/// Keys and texts of some lists, for a script to say.
pub(super) fn listed(lang: Lang, lists: &[&str]) -> Vec<(&'static str, &'static str)> {
    let of =
        |key: &str| lists.iter().any(|list| key.strip_prefix(list).is_some_and(|rest| rest.starts_with('-')));
    texts(lang).iter().filter(|(key, _)| of(key)).map(|(key, text)| (*key, *text)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// Lists whose members are named by what the API answers, not in the pages.
    const LISTS: &[&str] = &[
        "bad",
        "cause",
        "certificate",
        "confidence",
        "key",
        "membership",
        "record",
        "stage",
        "standing",
        "what",
        "why",
    ];

    /// Words that the Vietnamese pages avoid: they promise a licence, a State power or a court.
    const AVOIDED: &[&str] = &["xếp hạng tín nhiệm", "xử phạt", "kháng cáo", "chứng cứ"];

    fn sources(folder: &Path, found: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|ends| ends == "rs" || ends == "html" || ends == "js") {
                found.push_str(&std::fs::read_to_string(&path).unwrap());
            }
        }
    }

    #[test]
    fn every_text_is_there_in_both_languages_and_used() {
        let keys = |lang| texts(lang).keys().copied().collect::<BTreeSet<_>>();
        let (vi, en) = (keys(Lang::Vi), keys(Lang::En));
        let alone: Vec<_> = vi.symmetric_difference(&en).collect();
        assert!(alone.is_empty(), "in one file only: {alone:?}");
        for file in [VI, EN] {
            let lines = file.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).count();
            assert_eq!(lines, vi.len(), "a key stands twice, or a line is none");
        }
        let mut code = String::new();
        sources(Path::new("src/web"), &mut code);
        let mut used = BTreeSet::new();
        for call in [".t(\"", ".say(\"", ".count(\"", "said(lang, \""] {
            used.extend(code.split(call).skip(1).filter_map(|rest| rest.split('"').next()));
        }
        let listed = |key: &&str| LISTS.iter().any(|list| key.starts_with(&format!("{list}-")));
        let missing: Vec<_> = used.difference(&vi).filter(|key| !key.contains('{')).collect();
        assert!(missing.is_empty(), "said by a page, and in no file: {missing:?}");
        let counted = |key: &&str| key.strip_suffix("-one").is_some_and(|of| used.contains(of));
        let unused: Vec<_> = vi.difference(&used).filter(|key| !listed(key) && !counted(key)).collect();
        assert!(unused.is_empty(), "in the files, and said by no page: {unused:?}");
        let gaps = |text: &str| text.matches('{').count();
        for key in vi {
            assert_eq!(gaps(said(Lang::Vi, key)), gaps(said(Lang::En, key)), "{key}");
        }
    }

    #[test]
    fn words_that_promise_too_much_are_avoided() {
        let mut all = String::from(VI);
        sources(Path::new("src/web/templates"), &mut all);
        let all = all.to_lowercase();
        let found: Vec<_> = AVOIDED.iter().filter(|word| all.contains(**word)).collect();
        assert!(found.is_empty(), "{found:?}");
    }
}
