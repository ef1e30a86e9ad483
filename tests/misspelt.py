"""Checkpoints and receipts that a lax reader takes for honest ones, each with the check that refuses it."""

import json


def loosely(encoded):
    """The same bytes in base64 that a lax reader takes: blanks, other letters, bits that say nothing."""
    yield from (encoded[:8] + more + encoded[8:] for more in (b" ", b"!!", b"*"))
    # Of a group that ends in `=`, the last letter has bits to spare.
    plain = encoded.rstrip(b"=")
    if plain != encoded:
        letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        yield plain[:-1] + letters[letters.index(plain[-1]) + 1 :][:1] + encoded[len(plain) :]


def misspelt(text):
    """Numbers that a lax reader takes for this one."""
    number = int(text)
    yield from (form % number for form in (b"0%d", b"+%d", b" %d", b"%d ", b"%d\v"))
    yield text[:-1] + b"_" + text[-1:]
    # Digits of another script, and wide ones.
    yield from ("".join(chr(first + int(one)) for one in str(number)).encode() for first in (0x660, 0xFF10))


def misspelt_notes(note):
    """Checkpoints that a lax reader takes for this one, each with the check that refuses it."""
    text, line = note.split(b"\n\n")
    origin, size, root = text.split(b"\n")
    signature = line.strip().split(b" ")[-1]
    foreign = line.replace(origin, b"elsewhere.example")
    yield "note.end", note.removesuffix(b"\n")
    yield "note.end", note + foreign.removesuffix(b"\n")
    yield from (
        ("written.base64", note.removesuffix(b"\n") + end) for end in (b"\r\n", b"\v\n", b"\t\n", b"\r", b" \n")
    )
    yield "written.base64", note.replace(b"\n", b"\r\n")
    yield from (("written.base64", note.replace(signature, other)) for other in loosely(signature))
    yield "note.line", note + foreign.replace("—".encode(), b"-")
    yield "note.line", note + foreign.replace(b"elsewhere.example", b"else+where")
    yield "note.line", note + "— elsewhere.example AAAA\n".encode()
    yield "note.length", note + foreign * (128 * 1024 // len(foreign))


def misspelt_texts(ledger):
    """Texts of checkpoints that a lax reader takes for the honest one; the log's key signs them all."""
    text = ledger.export.checkpoint().split(b"\n\n")[0] + b"\n"
    origin, size, root = text.removesuffix(b"\n").split(b"\n")
    yield from (("written.decimal", text.replace(b"\n" + size, b"\n" + other)) for other in misspelt(size))
    yield from (("written.base64", text.replace(root, other)) for other in (*loosely(root), b"*" + root, root + b"\r"))
    yield "written.decimal", text.replace(b"\n", b"\r\n")
    yield "written.decimal", text.replace(b"\n", "\u2028".encode())[:-3] + b"\n"
    yield "checkpoint.lines", text + b"more\n"


def misspelt_receipts(ledger, whole):
    """Receipts that a lax reader takes for the honest one."""
    head, note = whole.split(b"\n\n", 1)
    header, extra, index, *proof = head.split(b"\n")

    def of(*lines):
        return b"\n".join([*lines, b"", note])

    yield "written.decimal", whole.replace(b"\n", b"\r\n")
    yield "written.base64", head + b"\n\n" + note.replace(b"\n", b"\r\n")
    yield "written.decimal", of(header, extra, index + b"\r", *proof)
    yield "receipt.header", of(header.replace(b"v1", b"v2"), extra, index, *proof)
    yield "receipt.words", of(header, extra.removeprefix(b"extra "), index, *proof)
    yield "receipt.words", of(header, extra, index.removeprefix(b"index "), *proof)
    number = index.removeprefix(b"index ")
    yield from (("written.decimal", of(header, extra, b"index " + other, *proof)) for other in misspelt(number))
    entry = extra.removeprefix(b"extra ")
    yield from (("written.base64", of(header, b"extra " + other, index, *proof)) for other in loosely(entry))
    yield from (("written.base64", of(header, extra, index, other, *proof[1:])) for other in loosely(proof[0]))
    yield from ((mark, head + b"\n\n" + other) for mark, other in misspelt_notes(note))
    texts = misspelt_texts(ledger)
    yield from ((mark, head + b"\n\n" + ledger.export.checkpoint(text)) for mark, text in texts)


def changed(receipt, change):
    other = json.loads(json.dumps(receipt))
    change(other)
    return written(other)


def written(receipt):
    return json.dumps(receipt, ensure_ascii=False).encode()


def misspelt_scores(whole):
    """Score receipts that a lax reader takes for the honest one."""
    yield from (
        ("receipt.shape", changed(whole, change))
        for change in (
            lambda one: one.update(score=99),
            lambda one: one["dossier"].update(figure=99),
            lambda one: one["parties"][0].update(figure=99),
            lambda one: one["policies"][0].update(figure=99),
            lambda one: one["policies"][0]["policy"].update(figure=99),
            lambda one: one["dossier"].update(index=False),
            lambda one: one.update(format="score-receipt/0"),
        )
    )
    raw, index = written(whole), b'"index": %d' % whole["parties"][0]["index"]
    yield "payload.twice", raw.replace(b"{", b'{"format": "score-receipt/1", ', 1)
    yield "payload.whole", raw.replace(b'"index": 0', b'"index": -0', 1)
    assert b'"index": 0' in raw and index in raw
    yield "payload.end", raw + b"{}"
    yield "payload.bytes", raw + b" " * 2**24
    yield "note.end", changed(whole, lambda one: one.update(commitment=one["commitment"].removesuffix("\n")))

    def loosen(other):
        def change(receipt):
            receipt["parties"][0]["proof"][0] = other.decode()

        return change

    proof = whole["parties"][0]["proof"][0].encode()
    yield from (("written.base64", changed(whole, loosen(other))) for other in loosely(proof))
