"""Numbers, bytes and texts that can be written in one way only."""

import base64
import binascii
import re

from .findings import Wrong, require

LARGEST = 2**64 - 1


MEDIA_TYPE_BYTES = 100
TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"


def is_media_type(written):
    """Whether it is a media type that a header carries as it stands, such as text/plain."""
    # check:written.media_type
    if not re.fullmatch(f"{TOKEN}/{TOKEN}( ?;[ -~]*[!-~])?", written):
        return False
    return len(written) <= MEDIA_TYPE_BYTES


def decimal(written):
    """A number in plain ASCII digits."""
    # check:written.decimal
    require(re.fullmatch("0|[1-9][0-9]{0,19}", written), f"no plain number: {written[:40]!r}")
    number = int(written)
    # check:written.range
    require(number <= LARGEST, f"too large a number: {written}")
    return number


def unbase64(written):
    """The bytes of standard base64, padded, with nothing in it that a lax reader would pass over."""
    try:
        found = base64.b64decode(written)
    except (binascii.Error, ValueError):
        raise Wrong(f"no base64: {written[:40]!r}") from None
    # check:written.base64
    require(base64.b64encode(found).decode() == written, f"base64 in another form: {written[:40]!r}")
    return found


def unbase64_hash(written):
    found = unbase64(written)
    # check:written.hash
    require(len(found) == 32, f"no hash: {written[:60]!r}")
    return found
