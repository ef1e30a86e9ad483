"""Signs an event with securesystemslib and submits it.

Usage: interop_dsse.py LEDGER ORIGIN SEAT_KEY NEW_MEMBER_KEY
"""

import json
import sys
import urllib.request
from datetime import datetime, timezone

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from securesystemslib.dsse import Envelope
from securesystemslib.signer import CryptoSigner, SSlibKey

ledger, origin, *key_files = sys.argv[1:]


def signer(path):
    with open(path, "rb") as file:
        private = load_pem_private_key(file.read(), None)
    raw = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    # The key id of an event's signature is the raw public key.
    public = SSlibKey(raw, "ed25519", "ed25519", {"public": raw})
    return CryptoSigner(private, public)


signers = [signer(path) for path in key_files]
payload = {
    "ledger": origin,
    "type": "member.admitted",
    "issuer": "council",
    "issued_at": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
    "body": {
        "member": "bao-khac",
        "class": "press",
        "group": "bao-khac",
        "name": "Báo Khác",
        "roles": [],
        "key": signers[1].public_key.keyid,
    },
}
envelope = Envelope(
    json.dumps(payload, ensure_ascii=False).encode(), "application/vnd.tinnhiem.event+json", {}
)
for one in signers:
    envelope.sign(one)
request = urllib.request.Request(f"{ledger}/v1/events", json.dumps(envelope.to_dict()).encode())
with urllib.request.urlopen(request) as answer:
    assert answer.status == 201, answer.status
    print("securesystemslib: accepted as entry", json.load(answer)["seq"])
