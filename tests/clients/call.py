"""Calls every operation through the client that openapi-python-client made.

Usage: call.py FOLDER CALLS.JSON LEDGER, where FOLDER holds the package `tinnhiem_client`.
"""
import datetime
import importlib
import io
import json
import sys
import typing

sys.path.insert(0, sys.argv[1])
from tinnhiem_client import Client  # noqa: E402
from tinnhiem_client.models import Problem  # noqa: E402
from tinnhiem_client.types import File  # noqa: E402


def argument(function, name, value):
    """The value as the generated function wants it: dates have a class of their own."""
    wanted = typing.get_type_hints(function).get(name)
    return datetime.date.fromisoformat(value) if wanted is datetime.date else value


def body_of(function, body):
    """The body as the generated function wants it, by the first of its models that reads it."""
    wanted = typing.get_type_hints(function)["body"]
    if File in (wanted, *typing.get_args(wanted)):
        return File(payload=io.BytesIO(body.encode()))
    for model in [wanted, *typing.get_args(wanted)]:
        try:
            return model.from_dict(body)
        except (AttributeError, KeyError, TypeError):
            continue
    raise TypeError(f"no model of {wanted} reads the body")


def main():
    calls = json.load(open(sys.argv[2], encoding="utf-8"))
    client = Client(base_url=sys.argv[3], raise_on_unexpected_status=True)
    failed = 0
    for call in calls:
        module = importlib.import_module(f"tinnhiem_client.api.{call['tag']}.{call['operation']}")
        function = module.sync_detailed
        given = {}
        for name, (_, value) in call["parameters"].items():
            python = name if name != "from" else "from_"
            given[python] = argument(function, python, value)
        if call["body"] is not None:
            given["body"] = body_of(function, call["body"])
        answer = function(client=client, **given)
        refused = isinstance(answer.parsed, Problem)
        if answer.status_code != call["status"] or answer.parsed is None or refused != (call["status"] != 200):
            print(f"{call['operation']}: {answer.status_code} {answer.content[:300]!r}")
            failed += 1
    print(f"{len(calls)} operations were called by the client for Python, {failed} failed")
    sys.exit(failed != 0)


if __name__ == "__main__":
    main()
