"""What can be shown as a name, and which names people take for the same."""

import re
import unicodedata

MOST_CHARS = 200
# Characters that show nothing, first and last of each range.
INVISIBLE = [
    (0xAD, 0xAD), (0x34F, 0x34F), (0x600, 0x605), (0x61C, 0x61C), (0x6DD, 0x6DD), (0x70F, 0x70F), (0x890, 0x891),
    (0x8E2, 0x8E2), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E),
    (0x2060, 0x206F), (0x2800, 0x2800), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFF), (0x110BD, 0x110BD), (0x110CD, 0x110CD), (0x13430, 0x1343F), (0x16FE4, 0x16FE4),
    (0x1BCA0, 0x1BCA3), (0x1D159, 0x1D159), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
]  # fmt: skip
# Letters in circles and squares count as letters.
ENCLOSED = [(0x24B6, 0x24E9), (0x1F130, 0x1F149), (0x1F150, 0x1F169), (0x1F170, 0x1F189)]
ALIKE = {
    "a": "аαɑ", "b": "вβ", "c": "сϲ", "d": "ԁ", "đ": "ðɖ", "e": "еε", "g": "ɡ", "h": "нһη", "i": "іι", "j": "јϳ",
    "k": "кκ", "l": "ӏ", "m": "мμ", "n": "ν", "o": "оο", "p": "рρ", "q": "ԛ", "s": "ѕ", "t": "тτ", "w": "ԝ",
    "x": "хχ", "y": "уυү", "z": "ζ", "-": "‐‒–—―−", "'": "‘’ʼ`´", '"': "“”",
}  # fmt: skip
PLAIN = {ord(one): plain for plain, alike in ALIKE.items() for one in alike}
RESERVED = ("council", "Ban điều phối")


def within(one, ranges):
    return any(first <= ord(one) <= last for first, last in ranges)


def is_invisible(one):
    return unicodedata.category(one) == "Cc" or within(one, INVISIBLE)


def shows(name):
    """Whether a name for people can be shown."""
    # What a newer Unicode has assigned is not known here, and so not judged.
    hidden = any(is_invisible(one) or one.isspace() and one != " " or unicodedata.category(one) == "Co" for one in name)
    marks = [one and unicodedata.category(one[0])[0] == "M" for one in name.split(" ")]
    seen = any(unicodedata.category(one)[0] in "LN" or within(one, ENCLOSED) for one in name)
    blanks = name != name.strip(" ") or "  " in name
    composed = unicodedata.is_normalized("NFC", name)
    return 1 <= len(name) <= MOST_CHARS and composed and seen and not (hidden or blanks or any(marks))


def folded(name):
    """What a name has in common with those taken for the same."""
    cased = "".join(one.lower() for each in unicodedata.normalize("NFKC", name) for one in each.upper())
    letters = unicodedata.normalize("NFKD", cased)
    kept = "".join(one for one in letters if not one.isspace() and not is_invisible(one))
    return unicodedata.normalize("NFC", kept.translate(PLAIN))


def is_reserved(name):
    """Whether a name would be read as the council's, or as a subject's id."""
    same = folded(name)
    return same in map(folded, RESERVED) or re.fullmatch("kol-[0-9abcdefghjkmnpqrstvwxyz]{13}", same) is not None
