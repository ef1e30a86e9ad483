"""Requests with a deadline, over one kept connection."""

import http.client
import json

#: Nothing that answers takes this long, even on a busy machine.
PATIENCE_S = 20


class Unreachable(Exception):
    """No answer, or none that ended."""


class Connection:
    def __init__(self, port, patience=PATIENCE_S):
        self.port, self.patience, self.open = port, patience, None

    def begin(self, method, path, body=None):
        """The status and an answer still to be read."""
        fresh = self.open is None
        try:
            if fresh:
                self.open = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.patience)
            self.open.request(method, path, body)
            return self.open.getresponse()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            # A kept connection may have been closed meanwhile; only what changes nothing is asked again.
            if not fresh and method == "GET" and not isinstance(error, TimeoutError):
                return self.begin(method, path, body)
            raise Unreachable(f"{method} {path}: {error!r}") from None

    def ask(self, path, body=None):
        """Status and bytes of an answer."""
        answer = self.begin("GET" if body is None else "POST", path, body)
        try:
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Unreachable(f"{path}: {error!r}") from None

    def get(self, path):
        """The bytes of an answer that must be 200."""
        status, body = self.ask(path)
        if status != 200:
            raise Unreachable(f"{path}: {status} {code_of(body)}")
        return body

    def json(self, path):
        return json.loads(self.get(path))

    def close(self):
        if self.open is not None:
            self.open.close()
            self.open = None


def code_of(body):
    """The stable code of a refusal."""
    try:
        return json.loads(body).get("code", "?")
    except (ValueError, AttributeError):
        return body[:80].decode(errors="replace")
