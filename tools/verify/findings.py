"""What is wrong, and where."""


class Wrong(Exception):
    """Something in the ledger is not as it should be."""


class Refused(Exception):
    """An event that may not be recorded; its text is the code."""


def require(holds, what):
    if not holds:
        raise Wrong(what)


def need(holds, code):
    if not holds:
        raise Refused(code)
