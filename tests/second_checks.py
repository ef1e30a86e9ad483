"""The second implementation judges as the vectors say, finds what is forged, and needs each of its checks.

Every check of `tools/verify` is broken once in a copy: a `need(…, code)` or `raise Refused` of a rule, or
what stands under a comment `check:NAME`. Each time a history that was judged rightly must be judged wrongly.

Usage: second_checks.py
"""

import argparse
import ast
import contextlib
import importlib
import importlib.abc
import importlib.util
import io
import json
import pathlib
import re
import sys
import tempfile

import forge
from attacks import ATTACKS, honest, misspelt_checkpoints, respelled, serve
from proofs import receipts, score_receipts
from refused import refused
from verify.dates import instant
from verify.entry import Entry, event_id, parse_entry

PACKAGE = pathlib.Path(forge.verify_folder)
LATE = 2**45


class Copy(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads the package anew, with one of its modules changed."""

    def __init__(self):
        files = {file: file.read_text() for file in PACKAGE.rglob("*.py")}
        self.trees = {self.name(file): ast.parse(text) for file, text in files.items()}
        self.texts = {self.name(file): text for file, text in files.items()}
        self.code = {name: compile(tree, name, "exec") for name, tree in self.trees.items()}
        self.changed = {}

    @staticmethod
    def name(file):
        parts = ["verify", *file.relative_to(PACKAGE).with_suffix("").parts]
        return ".".join(part for part in parts if part != "__init__")

    def find_spec(self, name, _path=None, _target=None):
        if name not in self.code:
            return None
        is_package = any(other.startswith(name + ".") for other in self.code)
        return importlib.util.spec_from_loader(name, self, is_package=is_package)

    def create_module(self, _spec):
        return None

    def exec_module(self, module):
        exec(self.changed.get(module.__name__) or self.code[module.__name__], module.__dict__)

    def load(self, changed):
        """The rules, the state and the ledger of a copy."""
        self.changed = changed
        for name in [name for name in sys.modules if name.split(".")[0] == "verify"]:
            del sys.modules[name]
        return [importlib.import_module(f"verify.{name}") for name in ("rules", "state", "ledger", "receipts")]


# What is judged -------------------------------------------------------------------------------


class Vectors:
    """Every file of judgements, parsed once."""

    def __init__(self):
        self.files = {}
        for file in sorted((forge.here / "vectors/judgements").glob("*.jsonl")):
            self.files[file.name] = self.read(forge.judgements(file))
        for number, (_, code, export) in enumerate(refused()):
            self.files[f"refused {number}"] = self.of_export(export, code)

    @staticmethod
    def of_export(export, code):
        """The entries of an export whose last is refused."""
        entries = [parse_entry(raw) for raw in export.entries]
        return [(one, "recorded") for one in entries[:-1]] + [(entries[-1], code)]

    @staticmethod
    def read(lines):
        entries, last, until, clocked = [], 0, None, False
        for one in lines:
            payload = one["event"].encode()
            event, at = json.loads(payload), instant(one["at"])
            opens = until if entries or event["type"] != "ledger.opened" else event["body"].get("replayed_until")
            history = not clocked and opens is not None and event["issued_at"] < opens
            if one["is"] != "recorded":
                at = instant(event["issued_at"]) if history else max(at, last)
            else:
                last, clocked, until = at, clocked or not history, opens
            entries.append((Entry(at, b"", one["keys"], payload, event_id(payload), event), one["is"]))
        return entries

    def differs(self, rules, state, codes=None):
        """Where the first judgement is another than the file says."""
        for name, entries in self.files.items():
            if codes is not None and not codes & {code for _, code in entries}:
                continue
            now = state.State()
            for number, (entry, expected) in enumerate(entries, 1):
                try:
                    found = rules.judge(now, entry) or "recorded"
                    if expected == "recorded":
                        now.apply(now.size, entry)
                except Exception as error:
                    found = repr(error)
                if found != expected:
                    return f"{name}:{number}: {entry.event['type']}: {found}, not {expected}"
        return None


SIGNED_WRONGLY = {"key.unknown", "key.other_owner", "key.weak", "signature.missing", "council.threshold"}
SIGNED_WRONGLY |= {"panel.majority", "issuer.not_allowed", "opening.signatures", "key.restrained", "key.revoked"}


def check_signers(vectors, rules, state):
    """What was recorded may not be signed by keys of nobody, nor by them too, nor at another time."""
    nobody, judged = forge.public(forge.secret("nobody at all")).hex(), 0
    for name, entries in vectors.files.items():
        now = state.State()
        for entry, expected in entries:
            if expected != "recorded":
                continue
            judged += 1
            kind, size = entry.event["type"], now.size

            def code(**changed):
                return rules.judge(now, entry._replace(**changed))

            where = f"{name}: entry {size}, {kind}"
            assert code(keys=[nobody]) in SIGNED_WRONGLY, f"{where}, signed by nobody: {code(keys=[nobody])}"
            more = sorted([*entry.keys, nobody])
            refused = code(keys=more)
            assert refused in ("key.unknown", "opening.signatures"), f"{where}, and by nobody: {refused}"
            if entry.event["issuer"] not in ("council", *(one["owner"] for one in now.keys.values() if one["seat"])):
                for key in entry.keys if kind not in ("contest.decided", "appeal.decided", "contest.extended") else ():
                    left = [one for one in entry.keys if one != key]
                    assert not left or code(keys=left) in SIGNED_WRONGLY, f"{where}, not by {key}: {code(keys=left)}"
            if size:
                assert code(recorded_at=now.last_at - 1) == "time.order", f"{where}, before the last entry"
            if not now.is_history(entry.event) and now.clocked:
                early, late = instant(entry.event["issued_at"]) - 300_001, entry.recorded_at + 8 * 86_400_000
                assert code(recorded_at=late) == "time.stale", f"{where}, a week late"
                assert code(recorded_at=early) in ("time.order", "time.future"), f"{where}, ahead"
            now.apply(size, entry)
    return judged


def found_in(ledger, export, **asked):
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            return ledger.verify_source(export, now=asked.pop("now", LATE), **asked)
        except Exception as error:
            return [repr(error)]


def is_taken(module, base, receipt, as_of=None, vkey=None):
    """Whether the file of a receipt is verified, of an entry or of a score."""
    vkey = vkey or forge.vkey_of(base.origin, base.export.log_key)
    with tempfile.NamedTemporaryFile() as file, contextlib.redirect_stdout(io.StringIO()):
        file.write(receipt)
        file.flush()
        try:
            module.verify_receipt(file.name, vkey, as_of)
        except Exception:
            return False
    return True


def check_log_keys(base):
    """`--vkey` takes the key, however it was broken into lines, or a file that holds it, and nothing else."""
    named, vkey = importlib.import_module("verify.command").log_key, forge.vkey_of(base.origin, base.export.log_key)
    with tempfile.TemporaryDirectory() as place:
        file = pathlib.Path(place) / "log.vkey"
        for text in (vkey, vkey + "\n", f" {vkey[:20]}\r\n{vkey[20:]}\n"):
            file.write_text(text)
            assert named(text) == vkey and named(str(file)) == vkey, repr(text)
        for text in ("", vkey[:-4], vkey * 2, vkey.replace("+", "-"), "\ufffd"):
            file.write_text(text)
            for given in (text, str(file), str(file) + "x"):
                with contextlib.suppress(argparse.ArgumentTypeError):
                    named(given)
                    raise AssertionError(f"{given!r} is no key of a log")


def attacked(base, attack):
    export = base.export.copy()
    return export, attack(base, export) or {}


def check_forgeries(ledger):
    """Everything refused in the vectors, recorded by an operator all the same, is found at its place."""
    seen = set()
    for file in sorted((forge.here / "vectors/judgements").glob("*.jsonl")):
        if file.name == "openings.jsonl":
            continue
        for kind, code, export in forge.of_vectors(forge.judgements(file)):
            if kind is not None and (kind, code) in seen:
                continue
            seen.add((kind, code))
            found = [one for one in found_in(ledger, export) if not one.startswith("attachment")]
            if kind == "ledger.key_rotated":
                # The checkpoint is then signed by a key that the log never had.
                found = [one for one in found if not one.startswith("checkpoint")]
            last = len(export.entries) - 1
            expected = [] if kind is None else [f"entry {last}: {kind} may not be recorded here ({code})"]
            assert found == expected, f"{file.name}: {kind} {code}: {found}"
    return len(seen)


# What is broken -------------------------------------------------------------------------------


def mutants(copy):
    """Each check: its name, the codes that show it, and the changed module."""
    for name, text in copy.texts.items():
        lines = enumerate(text.splitlines(), 1)
        marks = [(number, line.split("check:")[1]) for number, line in lines if "# check:" in line]
        for number, mark in marks:
            tree = ast.parse(text)
            following = [node for node in ast.walk(tree) if isinstance(node, ast.stmt) and node.lineno > number]
            node = min(following, key=lambda one: (one.lineno, one.col_offset))
            replace(tree, node, ast.Pass())
            yield f"{name} {mark}", {mark}, {name: compile(ast.fix_missing_locations(tree), name, "exec")}
        if not name.startswith("verify.rules"):
            continue
        for function, code in sorted(refusals(copy.trees[name])):
            tree = ast.parse(text)
            for node in list(ast.walk(tree)):
                if isinstance(node, ast.FunctionDef) and node.name == function:
                    for inner in [one for one in ast.walk(node) if code_of(one) == code]:
                        replace(tree, inner, ast.Pass())
            changed = {name: compile(ast.fix_missing_locations(tree), name, "exec")}
            yield f"{name}.{function} {code}", {code} if re.fullmatch(r"[a-z_]+\.[a-z_]+", code) else None, changed


def code_of(node):
    """The code that a statement refuses with, or how it is written where it is chosen."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and getattr(node.value.func, "id", "") == "need":
        said = node.value.args[1]
    elif isinstance(node, ast.Raise) and getattr(getattr(node.exc, "func", None), "id", "") == "Refused":
        said = node.exc.args[0]
    else:
        return None
    return said.value if isinstance(said, ast.Constant) else ast.unparse(said)


def refusals(tree):
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return {(one.name, code_of(node)) for one in functions for node in ast.walk(one) if code_of(node)}


def replace(tree, old, new):
    for node in ast.walk(tree):
        for _, value in ast.iter_fields(node):
            if isinstance(value, list) and old in value:
                value[value.index(old)] = ast.copy_location(new, old)
                return


def main():
    copy, vectors, base = Copy(), Vectors(), honest()
    attacks = [(mark, code, *attacked(base, attack)) for mark, code, attack in (*ATTACKS, *misspelt_checkpoints(base))]
    sys.meta_path.insert(0, copy)
    rules, state, ledger, proofs = copy.load({})
    check_log_keys(base)
    entry, wrong = receipts(base)
    scored, wrong_scores = score_receipts(base)
    wrong += wrong_scores
    for honest_one in (entry, *scored):
        assert is_taken(proofs, base, honest_one), f"an honest receipt is refused: {honest_one[:80]!r}"
    for mark, *one in wrong:
        assert not is_taken(proofs, base, *one), f"a forged receipt is verified: {mark}, {one[0][-300:]!r}"
    assert vectors.differs(rules, state) is None, vectors.differs(rules, state)
    served = base.export.copy()
    serve(base, served)
    for export in (base.export, served, honest(respelled).export):
        assert found_in(ledger, export, now=base.at) == [], found_in(ledger, export, now=base.at)
    for mark, code, export, asked in attacks:
        found = found_in(ledger, export, now=base.at, **asked)
        assert any(code in one for one in found), f"{mark}: {found}"
    signed = check_signers(vectors, rules, state)
    forged = check_forgeries(ledger)
    for kind, code, export in refused():
        last = f"entry {len(export.entries) - 1}: {kind} may not be recorded here ({code})"
        assert last in found_in(ledger, export), f"{code}: {found_in(ledger, export)}"
    unneeded, number = [], 0
    for name, codes, changed in mutants(copy):
        number += 1
        rules, state, ledger, proofs = copy.load(changed)
        own = [one for one in attacks if one[0] in (codes or ())]
        taken = [is_taken(proofs, base, *one) for mark, *one in wrong if mark in (codes or ())]
        shown = any(taken) or any(
            not any(code in found for found in found_in(ledger, export, now=base.at, **asked))
            for _, code, export, asked in own
        )
        if not shown and (own or taken or vectors.differs(rules, state, codes) is None):
            unneeded.append(name)
    assert not unneeded, "broken without a history that shows it:\n" + "\n".join(unneeded)
    print(f"{len(vectors.files)} files of judgements, {forged} forged exports, {len(attacks)} attacks")
    print(f"{signed} entries signed and dated otherwise, {number} checks broken")


if __name__ == "__main__":
    main()
