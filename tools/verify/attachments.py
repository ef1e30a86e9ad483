"""Texts and documents that the log commits to: there, whole, gone where they were erased, and no others."""

import collections

from blake3 import blake3

from .findings import Wrong
from .source import is_commitment

# The text that each type must come with, where it names one.
TEXTS = {
    "account.linked": "account",
    "appeal.decided": "reason",
    "appeal.filed": "statement",
    "assessment.notified": "statement",
    "assessment.published": "statement",
    "assessment.replied": "statement",
    "audit.finding": "text",
    "code.published": "text",
    "contest.decided": "reason",
    "contest.declined": "reason",
    "contest.filed": "statement",
    "correction.issued": "statement",
    "endorsement.published": "statement",
    "sanction.imposed": "reason",
    "sanction.proposed": "reason",
    "sanction.replied": "statement",
    "subject.enrolled": "profile",
    "subject.resumed": "profile",
}


def texts_of(event):
    """Commitments to texts that must come with the event; most of what ends something may give a reason."""
    named = event["body"].get(TEXTS.get(event["type"], "reason"))
    return [] if named is None else [named]


def documents_of(event):
    """Commitments to documents that may come with it, or stay with their custodian."""
    body = event["body"]
    action = body.get("action")
    evidence = action["replace"].get("evidence") if isinstance(action, dict) else body.get("evidence")
    listed = [one for some in evidence.values() for one in some] if isinstance(evidence, dict) else evidence or []
    # An identity is committed to under a secret, and never attached.
    single = [body.get(name) for name in ("commitment", "consent", "document")]
    return [*listed, *body.get("papers", ()), *(one for one in single if one is not None)]


class Named:
    """Every commitment that an entry names, with the events that name it."""

    def __init__(self):
        self.texts, self.by = set(), collections.defaultdict(list)

    def take(self, entry):
        texts = texts_of(entry.event)
        self.texts.update(texts)
        for one in [*texts, *documents_of(entry.event)]:
            self.by[one].append(entry.id)

    def check(self, source, erased):
        """What is wrong with the attachments that are there."""
        listed = source.attachments()
        for name in sorted((listed or set()) - self.by.keys()):
            # check:attachment.unnamed
            yield f"attachments/{name[:64]}: no entry names it (attachment.unnamed)"
        self.compared = self.gone = 0
        for commitment, events in sorted(self.by.items()):
            is_erased = [one in erased for one in events]
            found = None
            if listed is None or commitment in listed:
                try:
                    found = source.attachment(commitment)
                except (Wrong, ValueError) as wrong:
                    yield f"attachment {commitment}: {wrong} (attachment.damaged)"
                    continue
            self.gone += all(is_erased)
            if found is None:
                # check:attachment.missing
                if commitment in self.texts and not any(is_erased):
                    yield f"attachment {commitment}: it is not there (attachment.missing)"
                continue
            self.compared += 1
            # check:attachment.kept
            if all(is_erased):
                yield f"attachment {commitment}: its events were erased, and it is still there (attachment.kept)"
            salt, content = found
            # check:attachment.damaged
            if len(salt) != 32 or blake3(content, key=salt).hexdigest() != commitment:
                yield f"attachment {commitment}: its bytes are others (attachment.damaged)"
