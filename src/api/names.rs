//! The names in profiles: shown with subjects, and found however they are written.
//!
//! A name lies in the vault, a file each, and is read once. Its file may be destroyed at any time:
//! a name is shown, and so found, only while the file is there.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use memchr::memmem;
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::Problem;
use super::handles::is_account;
use crate::event::Commitment;
use crate::limits;
use crate::vault::Vault;

/// Files read before their names are entered together.
const BLOCK: usize = 64;
/// Blocks that a reader may wait for.
const FEW_BLOCKS: usize = 4;
/// How long who reads all waits before it looks whether somebody still reads few.
const GIVING_WAY: Duration = Duration::from_millis(1);

/// Names by the commitment to their profile.
pub struct Names {
    vault: Vault,
    kept: RwLock<Kept>,
    /// Held while a block is read: whoever comes meanwhile finds its names.
    turn: Mutex<()>,
    /// How many read few, which who reads all lets go first.
    hurried: AtomicUsize,
}

#[derive(Default)]
struct Kept {
    numbers: HashMap<Commitment, u32>,
    /// By number; none where no file, or no name in it, was there when it was read.
    shown: Vec<Option<Box<str>>>,
    /// Profiles whose files have not been read.
    unread: Vec<(u32, Commitment)>,
    /// The folded names, each after a line feed.
    folded: String,
    /// Where each begins in `folded`, and its number; ascending.
    begins: Vec<(usize, u32)>,
}

/// Numbers of names.
pub struct Found(Vec<u64>);

impl Found {
    /// No number at all.
    pub const NONE: Self = Self(Vec::new());

    /// Whether a number is among them.
    pub fn holds(&self, number: u32) -> bool {
        self.0.get(number as usize / 64).is_some_and(|word| word >> (number % 64) & 1 == 1)
    }
}

impl Names {
    /// The number of a profile that has none.
    pub const NONE: u32 = u32::MAX;

    /// Names out of a vault.
    pub fn of(vault: Vault) -> Self {
        Self { vault, kept: RwLock::default(), turn: Mutex::default(), hurried: AtomicUsize::new(0) }
    }

    /// The number of a profile's name; [`Names::NONE`] once as many are kept as may be.
    pub fn number(&self, profile: &Commitment) -> u32 {
        if let Some(number) = self.read().numbers.get(profile) {
            return *number;
        }
        let mut kept = self.write();
        if kept.shown.len() >= limits::KEPT_NAMES {
            return Self::NONE;
        }
        let next = kept.shown.len() as u32;
        let number = *kept.numbers.entry(*profile).or_insert(next);
        if number == next {
            kept.shown.push(None);
            kept.unread.push((number, *profile));
        }
        number
    }

    /// The name in a profile, while its file is there.
    pub fn shown(&self, profile: &Commitment) -> Option<String> {
        if !self.vault.contains(profile) {
            return None;
        }
        let kept = self.read();
        let number = kept.numbers.get(profile).copied();
        let shown = number.and_then(|number| kept.shown.get(number as usize)?.as_deref().map(str::to_owned));
        drop(kept);
        shown.or_else(|| self.in_vault(profile))
    }

    /// The numbers of the names that hold a text, however the two are written.
    pub fn found(&self, text: &str) -> Found {
        // What is written as an account is nobody's name.
        if is_account(text) {
            return Found::NONE;
        }
        let wanted = Wanted::new(text);
        let kept = self.read();
        let mut words = vec![0; kept.shown.len().div_ceil(64)];
        for form in &wanted.forms {
            let mut begins = kept.begins.iter().peekable();
            for at in memmem::find_iter(kept.folded.as_bytes(), rarest(form).as_bytes()) {
                let mut holder = None;
                while let Some(next) = begins.next_if(|(begin, _)| *begin <= at) {
                    holder = Some(*next);
                }
                if let Some((begin, number)) = holder {
                    let name = kept.folded[begin..].split('\n').next().unwrap_or("");
                    if is_form_in(form, name) {
                        words[number as usize / 64] |= 1 << (number % 64);
                    }
                }
            }
        }
        Found(words)
    }

    /// Reads profiles met since: all, where they are few.
    pub fn read_few(&self) {
        self.hurried.fetch_add(1, Ordering::Relaxed);
        let _ = (0..FEW_BLOCKS).all(|_| self.read_block());
        self.hurried.fetch_sub(1, Ordering::Relaxed);
    }

    /// Reads every profile met since.
    pub fn read_all(&self) {
        while self.read_block() {
            while self.hurried.load(Ordering::Relaxed) > 0 {
                std::thread::sleep(GIVING_WAY);
            }
        }
    }

    /// Reads some; false once none is left.
    fn read_block(&self) -> bool {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if self.read().unread.is_empty() {
            return false;
        }
        let mut kept = self.write();
        let rest = kept.unread.len().saturating_sub(BLOCK);
        let block = kept.unread.split_off(rest);
        drop(kept);
        let names: Vec<_> = block.iter().map(|(number, profile)| (*number, self.in_vault(profile))).collect();
        let mut kept = self.write();
        for (number, name) in names {
            let Some(name) = name else { continue };
            kept.folded.push('\n');
            let begin = kept.folded.len();
            kept.begins.push((begin, number));
            kept.folded.push_str(&indexed(&name));
            kept.shown[number as usize] = Some(name.into());
        }
        true
    }

    /// The `name` of a profile kept as JSON.
    fn in_vault(&self, profile: &Commitment) -> Option<String> {
        #[derive(Deserialize)]
        struct Profile {
            name: String,
        }
        let attachment = self.vault.read(profile).ok().flatten()?;
        serde_json::from_slice::<Profile>(&attachment.bytes).ok().map(|profile| profile.name)
    }

    fn read(&self) -> RwLockReadGuard<'_, Kept> {
        self.kept.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Kept> {
        self.kept.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A text to be found in others, however the two are written and in whatever order its words stand.
pub(super) struct Wanted {
    /// Its folded forms: as words, and as words that punctuation within does not part. Without a letter
    /// or digit it has none, and nothing holds it.
    forms: Vec<String>,
}

impl Wanted {
    /// A text to be found.
    pub(super) fn new(text: &str) -> Self {
        let mut forms = vec![folded(text), unparted(&plain(text)).collect::<Vec<_>>().join(" ")];
        forms.dedup();
        forms.retain(|form| !form.is_empty());
        Self { forms }
    }

    /// Whether there is anything to be found.
    pub(super) fn is_nothing(&self) -> bool {
        self.forms.is_empty()
    }

    /// Whether a text holds it, or words that each of its words begins.
    pub(super) fn is_in(&self, text: &str) -> bool {
        let indexed = indexed(text);
        self.forms.iter().any(|form| is_form_in(form, &indexed))
    }
}

fn is_form_in(form: &str, indexed: &str) -> bool {
    let begun = |wanted: &str| indexed.split(' ').any(|word| word.starts_with(wanted));
    indexed.contains(form) || form.contains(' ') && form.split(' ').all(begun)
}

/// What stands in everything that holds a form: its longest word.
fn rarest(form: &str) -> &str {
    form.split(' ').max_by_key(|word| word.len()).unwrap_or("")
}

/// What a misspelt name may have meant: all, the nearest first, each with how many letters lie between.
pub fn nearest<S: AsRef<str>, T>(misspelt: &str, all: impl IntoIterator<Item = (S, T)>) -> Vec<(usize, T)> {
    let misspelt: String = misspelt.chars().take(limits::MISSPELT_CHARS).collect();
    let distance = |name: S| strsim::damerau_levenshtein(name.as_ref(), &misspelt);
    let mut near: Vec<_> = all.into_iter().map(|(name, one)| (distance(name), one)).collect();
    near.sort_by_key(|(distance, _)| *distance);
    near
}

/// The words of a text, without case, diacritics, widths and marks that nobody sees; đ becomes d, and
/// what is no letter or digit parts words.
pub fn folded(text: &str) -> String {
    let plain = plain(text);
    let words = plain.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// What a text is searched as: its words, and those that punctuation parts also in one (H'Hen: h hen hhen).
fn indexed(text: &str) -> String {
    let (mut indexed, plain) = (folded(text), plain(text));
    let is_parted = |word: &str| {
        word.trim_matches(|letter: char| !letter.is_alphanumeric())
            .contains(|letter: char| !letter.is_alphanumeric())
    };
    let parted = plain.split(' ').filter(|word| is_parted(word)).collect::<Vec<_>>().join(" ");
    for word in unparted(&parted) {
        indexed.push(' ');
        indexed.push_str(&word);
    }
    indexed
}

/// The words between the blanks of a plain text, what is no letter or digit left out.
fn unparted(plain: &str) -> impl Iterator<Item = String> {
    let words = plain.split(' ').map(|word| word.chars().filter(|letter| letter.is_alphanumeric()).collect());
    words.filter(|word: &String| !word.is_empty())
}

/// Looks at what is asked to be searched for.
///
/// # Errors
/// `query.empty` where it holds nothing that can be found, `query.long` where it is no name of anything.
pub(super) fn check_sought(asked: Option<&str>) -> Result<(), Problem> {
    if asked.is_some_and(|text| text.chars().count() > limits::SOUGHT_CHARS) {
        let detail = format!("`q` is over {} characters: search for less", limits::SOUGHT_CHARS);
        return Err(Problem::new(400, "query.long", detail));
    }
    if asked.is_some_and(|text| Wanted::new(text).is_nothing()) {
        let detail = "`q` holds no letter or digit: name what to search for, or leave it out";
        return Err(Problem::new(400, "query.empty", detail));
    }
    Ok(())
}

/// A text without case, diacritics, widths, marks that nobody sees and repeated blanks; đ becomes d.
pub(super) fn plain(text: &str) -> String {
    let seen = text.nfkd().filter(|letter| !is_combining_mark(*letter) && !is_unseen(*letter));
    // Ð of Icelandic and Ɖ of Ewe look like Đ, and keyboards and scanners write them for it.
    let latin = |letter| if matches!(letter, 'đ' | 'ð' | 'ɖ') { 'd' } else { letter };
    let plain: String = seen.flat_map(char::to_lowercase).map(latin).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a character only says how others are set: joiners, marks of direction, soft hyphens.
fn is_unseen(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::Attachment;

    fn profile(name: &str) -> Attachment {
        let bytes = serde_json::json!({ "name": name }).to_string().into_bytes();
        Attachment { salt: [1; 32], media_type: "application/json".to_owned(), bytes }
    }

    #[test]
    fn vietnamese_folds_to_what_is_typed_without_it() {
        for (name, plain) in [
            ("Trần Bảo Ngân", "tran bao ngan"),
            ("ĐỖ  Thị Đào", "do thi dao"),
            ("Tra\u{302}\u{300}n", "tran"),
            ("Nguyễn Hữu Tướng", "nguyen huu tuong"),
            ("BS. Ngô\tThùy Dung", "bs ngo thuy dung"),
            ("«Trần», Bảo-Ngân (@b.ngan)", "tran bao ngan b ngan"),
            ("…!", ""),
            ("\u{d0}ặng Thị \u{189}ào", "dang thi dao"),
            ("\u{f0}ặng", "dang"),
            ("Ｔｒần　Ｂảo", "tran bao"),
            ("Tr\u{200b}ần\u{feff} B\u{ad}ảo\u{202e}", "tran bao"),
        ] {
            assert_eq!(folded(name), plain);
        }
    }

    #[test]
    fn punctuation_neither_hides_nor_is_needed() {
        for (name, ways) in [
            (
                "Trần Bảo Ngân",
                vec!["Trần, Bảo Ngân", "Tran-Bao.Ngan", "\"Bảo Ngân\"", "(ngân) trần", "@ngan", "“Trần”"],
            ),
            (
                "Trần-Bảo.Ngân",
                vec!["tran bao ngan", "Trần Bảo Ngân", "ngan, tran", "tranbaongan", "bao.ngan"],
            ),
            ("H'Hen Niê", vec!["hhen nie", "H’Hen", "h hen nie", "Niê, H'Hen", "hhen"]),
            ("Hhen Nie", vec!["H'Hen Niê", "h'hen"]),
            ("Lê \"Bống\" Hân (Hân Review)", vec!["le bong han", "bống hân", "han review", "(Lê)"]),
        ] {
            for text in ways {
                assert!(Wanted::new(text).is_in(name), "{text} in {name}");
            }
        }
        for (name, other) in [("Trần Bảo Ngân", "ngan-gao"), ("Trần Bảo Ngân", "ran.ngan"), ("Trần", "…")]
        {
            assert!(!Wanted::new(other).is_in(name), "{other} in {name}");
        }
        for nothing in ["", " ", "@", "…, (-)", "\u{200b}", "\u{301}"] {
            assert_eq!(check_sought(Some(nothing)).unwrap_err().code, "query.empty", "{nothing:?}");
        }
        let most = "ầ".repeat(limits::SOUGHT_CHARS);
        assert!(check_sought(Some(&most)).is_ok());
        assert_eq!(check_sought(Some(&(most + "a"))).unwrap_err().code, "query.long");
        assert!(check_sought(Some(" a. ")).is_ok() && check_sought(None).is_ok());
    }

    #[test]
    fn names_are_found_once_read_and_shown_while_their_file_is_there() {
        let directory = tempfile::tempdir().unwrap();
        let vault = Vault::open(directory.path());
        let texts: Vec<Attachment> = (0..300).map(|number| profile(&format!("Đặng {number} Ngân"))).collect();
        drop(vault.store(&texts[1..]).unwrap());
        let names = Names::of(vault.clone());
        let numbers: Vec<u32> = texts.iter().map(|text| names.number(&text.commitment())).collect();
        assert_eq!(numbers, (0..300).collect::<Vec<_>>());
        assert_eq!(names.number(&texts[7].commitment()), 7);
        names.read_all();
        let holders = |text: &str| {
            let found = names.found(text);
            numbers.iter().copied().filter(|number| found.holds(*number)).collect::<Vec<_>>()
        };
        assert_eq!(holders("dang 7 n"), [vec![7], (70..80).collect()].concat());
        assert_eq!(holders("ngân 7 đặng"), holders("dang 7 n"));
        assert_eq!(holders("ng ng 299"), [299]);
        assert_eq!(holders("NGÂN"), (1..300).collect::<Vec<_>>());
        assert_eq!(holders("29 ngân"), [vec![29, 129, 229], (290..300).collect()].concat());
        assert_eq!(holders("ngân đặng"), (1..300).collect::<Vec<_>>());
        assert_eq!(holders("gân đặng"), [0; 0]);
        assert!(!names.found("a").holds(Names::NONE));
        assert_eq!(names.shown(&texts[5].commitment()).as_deref(), Some("Đặng 5 Ngân"));
        assert_eq!(names.shown(&texts[0].commitment()), None);
        std::fs::remove_file(vault.path(&texts[5].commitment())).unwrap();
        assert_eq!(names.shown(&texts[5].commitment()), None);
    }
}
