"""What can be shown as a name, and which names people take for the same.

Letters of one script that look like those of another are told apart only where they look like Latin ones. The
table of all letters that look alike is not here: names are not compared by how they look.
"""

import itertools
import re
import unicodedata

from .findings import Wrong, require

MOST_CHARS = 200
# Characters that show nothing, first and last of each range.
INVISIBLE = [
    (0xAD, 0xAD), (0x34F, 0x34F), (0x600, 0x605), (0x61C, 0x61C), (0x6DD, 0x6DD), (0x70F, 0x70F), (0x890, 0x891),
    (0x8E2, 0x8E2), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E),
    (0x2060, 0x206F), (0x2800, 0x2800), (0x2D7F, 0x2D7F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFF), (0x1107F, 0x1107F), (0x110BD, 0x110BD), (0x110CD, 0x110CD),
    (0x13430, 0x1343F), (0x16FE4, 0x16FE4), (0x1BCA0, 0x1BCA3), (0x1D159, 0x1D159), (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
]  # fmt: skip
# Letters in circles and squares count as letters.
ENCLOSED = [(0x24B6, 0x24E9), (0x1F130, 0x1F149), (0x1F150, 0x1F169), (0x1F170, 0x1F189)]
ALIKE = {
    "a": "аαɑ", "b": "вβ", "c": "сϲ", "d": "ԁ", "đ": "ðɖ", "e": "еε", "g": "ɡ", "h": "нһη", "i": "іι", "j": "јϳ",
    "k": "кκ", "l": "ӏ", "m": "мμ", "n": "ν", "o": "оο", "p": "рρ", "q": "ԛ", "s": "ѕ", "t": "тτ", "w": "ԝ",
    "x": "хχ", "y": "уυү", "z": "ζ", "-": "‐‒–—―−", "'": "‘’ʼ`´", '"': "“”",
}  # fmt: skip
PLAIN = {ord(one): plain for plain, alike in ALIKE.items() for one in alike}
# The alphabets that may not meet in one word, by the first word of their letters' names; what Chinese, Japanese and
# Korean are written in is one. Of rarer ones names are not a sure sign: they are not judged.
EAST = ("CJK", "HIRAGANA", "HENTAIGANA", "KATAKANA", "BOPOMOFO", "HANGUL")
ALPHABETS = {one: one for one in (
    "LATIN", "GREEK", "COPTIC", "CYRILLIC", "GLAGOLITIC", "ARMENIAN", "GEORGIAN", "CHEROKEE", "HEBREW", "LISU", "DESERET",
    "THAI", "LAO", "KHMER", "MYANMAR", "DEVANAGARI", "BENGALI", "TAMIL", "TELUGU", "CANADIAN", "VAI", "RUNIC",
)} | dict.fromkeys(EAST, "EAST")  # fmt: skip
RESERVED = ("council", "Ban điều phối")


def within(one, ranges):
    return any(first <= ord(one) <= last for first, last in ranges)


def is_invisible(one):
    return unicodedata.category(one) == "Cc" or within(one, INVISIBLE)


def is_mark(one):
    return unicodedata.category(one)[0] == "M"


def repeats_mark(name):
    """Whether a letter bears one mark twice, which looks like one."""
    apart = unicodedata.normalize("NFD", name)
    return any(one == following and is_mark(one) for one, following in itertools.pairwise(apart))


def is_no_character(one):
    """Whether Unicode never assigns it: U+FDD0 to U+FDEF, and the last two of each plane."""
    return ord(one) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(one) <= 0xFDEF


def is_hidden(one):
    # What a newer Unicode has assigned is not known here, and so not judged.
    return is_invisible(one) or is_no_character(one) or one.isspace() and one != " " or unicodedata.category(one) == "Co"


def is_seen(one):
    return unicodedata.category(one)[0] in "LN" or unicodedata.category(one) == "Cn" or within(one, ENCLOSED)


def shows(name):
    """Whether a name for people can be shown."""
    try:
        # check:name.length
        require(1 <= len(name) <= MOST_CHARS, "its length")
        # check:name.hidden
        require(not any(map(is_hidden, name)), "what cannot be seen")
        # check:name.composed
        require(unicodedata.is_normalized("NFC", name), "not in composed form")
        # check:name.blanks
        require(name == name.strip(" ") and "  " not in name, "blanks")
        # check:name.alone
        require(not any(word and is_mark(word[0]) for word in name.split(" ")), "a mark that stands alone")
        # check:name.seen
        require(any(map(is_seen, name)), "no letter or digit")
        # check:name.repeated
        require(not repeats_mark(name), "a mark twice")
    except Wrong:
        return False
    return True


def folded(name):
    """What a name has in common with those taken for the same."""
    cased = "".join(one.lower() for each in unicodedata.normalize("NFKC", name) for one in each.upper())
    letters = unicodedata.normalize("NFKD", cased)
    kept = "".join(one for one in letters if not one.isspace() and not is_invisible(one))
    return unicodedata.normalize("NFC", kept.translate(PLAIN))


def mixes(name):
    """Whether a word has letters of several alphabets."""
    return any(len(alphabets(word)) > 1 for word in name.split(" "))


def alphabets(word):
    """The alphabets of the letters of a word."""
    letters = (one for one in unicodedata.normalize("NFKD", word) if unicodedata.category(one)[0] == "L")
    named = (unicodedata.name(one, "?").split()[0] for one in letters)
    return {ALPHABETS[one] for one in named if one in ALPHABETS}


def is_reserved(name):
    """Whether a name would be read as the council's, or as a subject's id."""
    same = folded(name)
    return same in map(folded, RESERVED) or re.fullmatch("kol-[0-9abcdefghjkmnpqrstvwxyz]{13}", same) is not None
