"""What each operation of the OpenAPI document is called with, taken from a running ledger.

Usage: arguments.py OPENAPI.JSON LEDGER > calls.json

A list of {operation, tag, status, parameters: {name: [where, value]}, body}. Every operation of the
document is in it; one whose parameters are not known here is an error, so a new route cannot be left out.
"""
import base64
import json
import sys
import urllib.request


def fetch(ledger, path):
    with urllib.request.urlopen(ledger + path, timeout=30) as answer:
        return json.load(answer)


def drawn(ledger):
    """A contest whose panel is drawn, or the newest where none is."""
    contests = fetch(ledger, "/v1/contests")["contests"]
    return next((contest for contest in contests if contest.get("draw")), contests[0])


def known(ledger):
    """Values by the name of the parameter."""
    contest = drawn(ledger)
    policies = fetch(ledger, "/v1/policies")["policies"]
    here = fetch(ledger, "/v1/ledger")
    subject = contest["subject"]
    row = fetch(ledger, f"/v1/subjects/{subject}")
    return {
        "subject": subject,
        "member": fetch(ledger, "/v1/members")["members"][0]["member"],
        "contest": contest["contest"],
        "commitment": row["profile"],
        "key": row["keys"][0]["key"],
        "event": "1",
        "seq": 1,
        "size": here["size"],
        "as_of": here["today"],
        "from": 1,
        "to": here["size"],
        "version": policies[-1]["version"],
        "tile": "0/000.p/1",
        # Nothing waits for signatures in a demo.
        "draft": "0" * 64,
    }


def bodies(ledger, values):
    recorded = fetch(ledger, "/v1/events/1")
    return {
        "events_submit": recorded["envelope"],
        "events_check": recorded["envelope"] | {"signatures": []},
        "drafts_submit": recorded["envelope"],
        "drafts_sign": {"signatures": recorded["envelope"]["signatures"]},
        "batch_submit": json.dumps(recorded["envelope"]) + "\n",
        "policy_diff_draft": fetch(ledger, f"/v1/policies/{values['version']}")["policy"],
    }


def main():
    document = json.load(open(sys.argv[1], encoding="utf-8"))
    ledger = sys.argv[2]
    values = known(ledger)
    sent = bodies(ledger, values)
    calls = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            parameters = {}
            for parameter in operation.get("parameters", []):
                if parameter.get("required"):
                    name = parameter["name"]
                    value = values[name]
                    if parameter["schema"].get("type") == "string" or "$ref" in parameter["schema"]:
                        value = str(value)
                    parameters[name] = [parameter["in"], value]
            name = operation["operationId"]
            body = sent[name] if "requestBody" in operation else None
            # A ledger where nothing was drawn says so.
            undrawn = name == "draws_one" and not drawn(ledger).get("draw")
            status = 404 if undrawn or name in ("drafts_one", "drafts_sign") else 200
            # What has no end by itself is given one.
            if name == "stream_stream":
                parameters |= {"after": ["query", 0], "limit": ["query", 2]}
            call = {"operation": name, "status": status, "tag": operation["tags"][0]}
            calls.append(call | {"parameters": parameters, "body": body})
    json.dump(calls, sys.stdout, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    main()
