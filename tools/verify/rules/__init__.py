"""What may be recorded: every event is judged against the state before it.

The first rule broken is the answer, by the code that schemas/problems.md lists; who signed is judged before what
an event says.
"""

from ..findings import Refused
from .case import Case
from .opening import judge_opening
from .times import check_times

__all__ = ["judge"]


def judge(state, entry):
    """The code of the first rule that the entry breaks; none: it may stand here."""
    try:
        check_times(state, entry)
        if not state.size:
            judge_opening(entry)
        else:
            Case(state, entry).judge()
    except Refused as refused:
        return str(refused)
    return None
