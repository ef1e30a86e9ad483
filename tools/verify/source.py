"""Where a ledger's published files are read from."""

import http.client
import os
import pathlib
import re
import urllib.parse

from blake3 import blake3

from .findings import Wrong, require
from .tree import tree_root
from .written import unbase64


class Folder:
    remote = False

    def __init__(self, path):
        self.path = pathlib.Path(path)

    def read(self, path):
        file = self.path / path
        return file.read_bytes() if file.is_file() else None

    def listed(self):
        """The paths of all that is no folder; a link to one is followed nowhere."""
        paths, inner = {}, set()
        for folder, folders, names in os.walk(self.path):
            here = pathlib.Path(folder)
            links = [name for name in folders if (here / name).is_symlink()]
            for file in (here / name for name in (*names, *links)):
                paths[file.relative_to(self.path).as_posix()] = file.is_file() and not file.is_symlink()
            # Attachments lie side by side: a folder among them stands where one should.
            if here.relative_to(self.path).parts[:1] == ("attachments",):
                inner |= {(here / name).relative_to(self.path).as_posix() for name in folders}
        self.irregular = {path for path, is_plain in paths.items() if not is_plain} | inner
        return set(paths)

    def attachments(self):
        """The names of the attachments that are there."""
        return {path.removeprefix("attachments/") for path in self.listed() if path.startswith("attachments/")}

    def attachment(self, commitment):
        """Salt, media type and bytes of an attachment, or none where it is not there."""
        file = self.read(f"attachments/{commitment}")
        return None if file is None else parse_attachment(file)


class Address:
    remote = True

    def __init__(self, base):
        self.url = urllib.parse.urlsplit(base)
        kinds = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
        self.connection = kinds[self.url.scheme](self.url.netloc, timeout=120)

    def ask(self, path):
        self.connection.request("GET", self.url.path.rstrip("/") + "/" + path)
        answer = self.connection.getresponse()
        return answer, answer.read()

    def read(self, path):
        answer, body = self.ask(path)
        return body if answer.status == 200 else None

    def listed(self):
        """An address does not list its files."""
        return None

    def attachments(self):
        """An address does not list them."""
        return None

    def attachment(self, commitment):
        answer, body = self.ask(f"v1/attachments/{commitment}")
        if answer.status != 200:
            return None
        return unbase64(answer.headers["x-salt"] or ""), answer.headers["content-type"] or "", body


def parse_attachment(file):
    """Salt, length of the media type, media type, bytes, and 16 bytes of BLAKE3 over them all."""
    content, total = file[:-16], file[-16:]
    if len(content) < 34 or blake3(content).digest()[:16] != total:
        raise Wrong("its file is damaged")
    end = 34 + int.from_bytes(content[32:34], "big")
    return content[:32], content[34:end].decode("latin-1"), content[end:]


def tile_path(number, width):
    path = f"{number % 1000:03}"
    while number := number // 1000:
        path = f"x{number % 1000:03}/{path}"
    return path if width == 256 else f"{path}.p/{width}"


def read_log(source, size):
    """The entries, each with the bundle that holds it."""
    for number in range(0, size, 256):
        width = min(256, size - number)
        path = "tile/entries/" + tile_path(number // 256, width)
        bundle = source.read(path)
        require(bundle is not None, f"{path} is missing (tile.missing)")
        at = 0
        for _ in range(width):
            length = int.from_bytes(bundle[at : at + 2], "big")
            entry = bundle[at + 2 : at + 2 + length]
            require(length and len(entry) == length, f"{path} ends early (tile.bundle)")
            yield entry
            at += 2 + length
        # check:tile.bundle
        require(at == len(bundle), f"{path} holds more than it should (tile.bundle)")


def check_tiles(source, leaves):
    """Every tile that is not what the entries make."""
    level, row = 0, leaves
    while row:
        for at in range(0, len(row), 256):
            part = row[at : at + 256]
            path = f"tile/{level}/" + tile_path(at // 256, len(part))
            # check:tile.differs
            if source.read(path) != b"".join(part):
                yield f"{path} is not what the entries make (tile.differs)"
        complete = len(row) // 256 * 256
        row = [tree_root(row[at : at + 256]) for at in range(0, complete, 256)]
        level += 1


def layout(size):
    """The paths of a log's files, its attachments apart."""
    yield "checkpoint"
    for kind, count in [("entries", size), *((level, size >> 8 * level) for level in range(8))]:
        for at in range(0, count, 256):
            yield f"tile/{kind}/" + tile_path(at // 256, min(256, count - at))


def last_of(path):
    """How many entries a log has at least that has this tile or bundle; none where it is neither."""
    found = re.fullmatch(r"tile/(?:0|entries)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", path)
    if found is None:
        return 0
    number, width = int(re.sub("[x/]", "", found[1])), int(found[2] or 256)
    return 256 * number + width if path.endswith("/" + tile_path(number, width)) else 0


def check_files(source, size):
    """Every file that does not belong to a log of this size."""
    listed = source.listed()
    for path in sorted(getattr(source, "irregular", ())):
        # check:file.irregular
        yield f"{path[:100]!r}: a folder, a link or a device in the place of a file (file.irregular)"
    for path in sorted((listed or set()) - set(layout(size))):
        if path.startswith("attachments/"):
            # Those are told by the entries that name them.
            continue
        if last_of(path) > size:
            # check:log.beyond
            yield f"{path[:100]!r}: entries beyond the checkpoint, which has {size} (log.beyond)"
        else:
            # check:file.unnamed
            yield f"{path[:100]!r}: no file of this log (file.unnamed)"
