//! What a name may be, and which names are one: whatever is hidden in one, wherever it stands.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tinnhiem::event::alike::{mixed, skeleton, skeletons};
use tinnhiem::event::naming::{Unfit, check, folded, is_invisible, is_reserved};
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// A Vietnamese name of one to six words, such as people and organisations have.
fn vietnamese() -> impl Strategy<Value = String> {
    let initial = prop::sample::select(vec![
        "", "B", "c", "Ch", "D", "đ", "Đ", "gi", "H", "Kh", "L", "m", "Ng", "Nh", "ph", "Qu", "S", "Th",
        "Tr", "V",
    ]);
    let vowel = prop::sample::select(
        "a à á ả ã ạ ă ắ ằ ẳ ẵ ặ â ấ ầ ẩ ẫ ậ e é è ẻ ẽ ẹ ê ế ề ể ễ ệ i í ì ỉ ĩ ị o ó ò ỏ õ ọ ô ố ồ ổ ỗ ộ \
         ơ ớ ờ ở ỡ ợ u ú ù ủ ũ ụ ư ứ ừ ử ữ ự y ý ỳ ỷ ỹ ỵ"
            .split(' ')
            .filter(|one| !one.is_empty())
            .collect::<Vec<_>>(),
    );
    let last = prop::sample::select(vec!["", "c", "ch", "m", "n", "ng", "nh", "p", "t", " 24", "."]);
    let word = (initial, vowel, last).prop_map(|(first, vowel, last)| format!("{first}{vowel}{last}"));
    prop::collection::vec(word, 1..=6).prop_map(|words| words.join(" ").nfc().collect())
}

proptest! {
    #[test]
    fn vietnamese_names_are_fit_and_their_spellings_are_one_name(name in vietnamese()) {
        prop_assert_eq!(check(&name), Ok(()));
        let same = folded(&name);
        prop_assert_eq!(&folded(&name.nfd().collect::<String>()), &same);
        prop_assert_eq!(&folded(&name.to_uppercase()), &same);
        prop_assert_eq!(&folded(&name.to_lowercase()), &same);
        let wide = |c: char| match c {
            '!'..='~' => char::from_u32(u32::from(c) + 0xfee0).unwrap(),
            c => c,
        };
        prop_assert_eq!(&folded(&name.chars().map(wide).collect::<String>()), &same);
        prop_assert_eq!(&folded(&name.replace(' ', "\u{a0}\u{200b} ")), &same);
        prop_assert_eq!(&folded(&name.replace('a', "а").replace('o', "ο").replace('Đ', "Ð")), &same);
    }

    #[test]
    fn what_hides_in_a_name_is_refused_wherever_it_stands(
        name in vietnamese(),
        at in any::<prop::sample::Index>(),
        hidden in prop::sample::select(vec![
            '\u{0}', '\u{7}', '\n', '\t', '\u{85}', '\u{a0}', '\u{ad}', '\u{34f}', '\u{115f}', '\u{200b}', '\u{200d}',
            '\u{200e}', '\u{200f}', '\u{2003}', '\u{2028}', '\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}', '\u{2800}',
            '\u{2d7f}', '\u{3000}', '\u{3164}', '\u{e000}', '\u{fe0f}', '\u{feff}', '\u{ffa0}', '\u{fffd}', '\u{1107f}', '\u{e0041}', '\u{378}',
        ]),
    ) {
        let places: Vec<usize> = name.char_indices().map(|(at, _)| at).chain([name.len()]).collect();
        let mut changed = name;
        changed.insert(places[at.index(places.len())], hidden);
        prop_assert_eq!(check(&changed), Err(Unfit::Character(hidden)));
    }

    #[test]
    fn a_fit_name_is_composed_seen_and_not_too_long(name in any::<String>()) {
        if check(&name).is_ok() {
            prop_assert!(is_nfc(&name) && name.chars().count() <= 200 && name.trim() == name);
            prop_assert!(name.contains(char::is_alphanumeric) && !name.contains(is_invisible));
        }
    }
}

#[test]
fn names_are_measured_in_characters_and_need_something_to_see() {
    assert_eq!(check(&"ộ".repeat(200)), Ok(()));
    assert_eq!(check(&"ộ".repeat(201)), Err(Unfit::Length(201)));
    for (name, unfit) in [
        ("", Unfit::Length(0)),
        (" ", Unfit::Blanks),
        ("Báo  Mới", Unfit::Blanks),
        ("Báo Mới ", Unfit::Blanks),
        ("Ba\u{301}o Mới", Unfit::Uncomposed),
        ("...", Unfit::NothingVisible),
        ("\u{301}o", Unfit::NothingVisible),
        // Marks that Unicode calls alphabetic.
        (".\u{93e}", Unfit::NothingVisible),
        ("·\u{345}", Unfit::NothingVisible),
        ("B\u{e1}\u{301}o", Unfit::RepeatedMark('\u{301}')),
        ("Vi\u{1ec7}\u{323}t", Unfit::RepeatedMark('\u{323}')),
    ] {
        assert_eq!(check(name), Err(unfit), "{name:?}");
    }
    for name in ["C+ & Bạn", "Thạch Sô Phiệp", "ក្រសួងវប្បធម៌", "文化报", "Ê-đê 24h", "O'Neill"]
    {
        assert_eq!(check(name), Ok(()), "{name}");
    }
}

#[test]
fn diacritics_make_another_name_and_case_width_and_looks_do_not() {
    let same = |one: &str, other: &str| folded(one) == folded(other);
    for other in
        ["BÁO MỚI", "báo mới", "Bа́o Mới", "BáoMới", "Ｂáo Mới", "Βáo Μới", "Ba\u{301}o Mo\u{31b}\u{301}i"]
    {
        assert!(same("Báo Mới", other), "{other}");
    }
    for other in ["Bao Moi", "Bảo Mới", "Báo Mới 2", "Báo Mới+"] {
        assert!(!same("Báo Mới", other), "{other}");
    }
    assert!(same("Đồi Xanh", "Ðồi Xanh") && same("Straße", "STRASSE") && same("ﬁn", "FIN"));
    assert!(is_reserved("BAN ĐIỀU PHỐI") && is_reserved("Cоuncil") && !is_reserved("Ban điều hành"));
}

#[test]
fn a_word_of_several_scripts_is_told_and_names_that_people_have_are_none() {
    for (name, word) in [
        // Cyrillic, Greek, Armenian, Cherokee, Lisu and wide letters among Latin ones.
        ("Hãng Hо\u{e0}", "Hо\u{e0}"),
        ("Αnh Ba", "Αnh"),
        ("Tập đoàn Hօa", "Hօa"),
        ("ᎪBC", "ᎪBC"),
        ("ꓮBC", "ꓮBC"),
        ("Ｖiе", "Ｖiе"),
        ("Báo-Мới", "Báo-Мới"),
        ("文化TV", "文化TV"),
        ("Kênh тvα", "тvα"),
    ] {
        assert_eq!(mixed(name), Some(word), "{name}");
    }
    for name in [
        "Công ty TNHH Hoà Bình 24/7",
        "Ê-đê & Bạn (Hà Nội)",
        "文化报",
        "文化 TV",
        "東京タワーのグッズ社",
        "방탄소년단",
        "韓國일보",
        "ក្រសួងវប្បធម៌",
        "กระทรวงวัฒนธรรม",
        "ສື່ລາວ 24",
        "Новости 1",
        "Νέα 2026",
        "D’Artagnan №1",
        "Ⅳ Ⓐⓑ ｶﾞ",
    ] {
        assert_eq!(mixed(name), None, "{name}");
    }
}

#[test]
fn names_of_one_skeleton_are_those_that_look_alike() {
    let same = |one: &str, other: &str| skeletons(one).iter().any(|seen| skeletons(other).contains(seen));
    for (one, other) in [
        ("Kênh 10", "Kênh lO"),
        ("Vinamilk", "Vinarnilk"),
        ("PayPal", "PayPaI"),
        ("Васо", "Baco"),
        ("Báo Mới", "BáoMới"),
        ("Hoà", "Hо\u{e0}"),
        ("Ba\u{301}o", "Báo"),
        // Small capitals.
        ("VietReel", "\u{1d20}ietReel"),
        ("CHO SO", "\u{1d04}HO SO"),
        ("Sen Vang", "Sen \u{1d20}ang"),
    ] {
        assert!(same(one, other), "{one} {other}");
    }
    for (one, other) in [("AIA", "ALA"), ("Báo 1", "Báo 2"), ("Hòa", "Hoà"), ("Minh", "Mình")] {
        assert!(!same(one, other), "{one} {other}");
    }
    // No letter of Vietnamese looks like another of it, but for a capital I and a small L.
    let marks = ["", "\u{300}", "\u{301}", "\u{303}", "\u{309}", "\u{323}"];
    let vowels = "aăâeêioôơuưy".chars().flat_map(|vowel| marks.map(|mark| format!("{vowel}{mark}")));
    let small = vowels.chain("bcdđghklmnpqrstvx".chars().map(String::from));
    let letters: Vec<String> = small.flat_map(|one| [one.to_uppercase(), one]).collect();
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for letter in letters.iter().filter(|one| *one != "I") {
        let before = seen.insert(skeleton(letter), letter);
        assert_eq!((before, mixed(&format!("A{letter}"))), (None, None), "{letter}");
    }
    assert_eq!(seen.len(), 2 * (12 * 6 + 17) - 1);
}
