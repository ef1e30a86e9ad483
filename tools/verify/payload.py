"""Strict JSON: what one reader could take otherwise than another is refused."""

import json

from .findings import Wrong

MOST_BYTES = 32 * 1024
LARGEST = 2**53 - 1


def members(pairs):
    found = dict(pairs)
    # check:payload.twice
    if len(found) != len(pairs):
        raise Wrong("a member stands twice in its object")
    return found


def whole(text):
    # check:payload.whole
    if text == "-0" or abs(int(text)) > LARGEST:
        raise Wrong(f"the number {text}")
    return int(text)


def broken(text):
    raise Wrong(f"the number {text}")


DECODER = json.JSONDecoder(
    object_pairs_hook=members, parse_int=whole, parse_float=broken, parse_constant=broken
)


def parse(raw, most=MOST_BYTES):
    """The value that strict JSON says."""
    # check:payload.bytes
    if len(raw) > most:
        raise Wrong(f"it is over {most} bytes")
    text = raw.decode()
    value, end = DECODER.raw_decode(text, spaces(text, 0))
    # check:payload.end
    if spaces(text, end) != len(text):
        raise Wrong("something follows the payload")
    # check:payload.half
    if "\\u" in text:
        # What stands for half a character cannot be encoded.
        json.dumps(value, ensure_ascii=False).encode()
    return value


def spaces(text, at):
    while at < len(text) and text[at] in " \t\n\r":
        at += 1
    return at


def member_bytes(raw, name):
    """The exact bytes of a member of an object, however it is spelled."""
    text = raw.decode()
    at = spaces(text, spaces(text, 0) + 1)
    while text[at] != "}":
        key, at = DECODER.raw_decode(text, at)
        start = spaces(text, spaces(text, at) + 1)
        _, end = DECODER.raw_decode(text, start)
        if key == name:
            return text[start:end].encode()
        at = spaces(text, end)
        at = spaces(text, at + 1) if text[at] == "," else at
    raise Wrong(f"there is no member {name}")
