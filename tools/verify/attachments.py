"""Texts and documents that the log commits to: there, whole, gone where they were erased, and no others."""

import collections

from blake3 import blake3

from .findings import Wrong
from .written import is_media_type

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


Naming = collections.namedtuple("Naming", "event is_text type subject issuer custodian")


class Named:
    """Every commitment that an entry names, with the entries that name it."""

    def __init__(self):
        self.by = collections.defaultdict(list)

    def take(self, entry):
        event, texts = entry.event, set(texts_of(entry.event))
        who = (event["type"], event.get("subject"), event["issuer"], event["body"].get("custodian"))
        for one in texts.union(documents_of(event)):
            self.by[one].append(Naming(entry.id, one in texts, *who))

    def is_kept(self, state, namings):
        """Whether an entry that is not erased needs it: a text those that it belongs to, a document any that cites it.

        What a custodian destroyed is not kept by other documents of its own, or of who gave it to it, about the
        same subject.
        """
        texts = [one for one in namings if one.is_text]
        left = [one for one in texts or namings if one.event not in state.erased]
        gone = {}
        for one in namings:
            evidence = state.evidence(state.subjects.get(one.subject, {"evidence": ()}), one.event)
            if evidence and evidence["stage"] == "destroyed":
                gone.setdefault(one.subject, set()).update((one.issuer, one.custodian))
        return any(one.is_text or one.custodian or one.issuer not in gone.get(one.subject, ()) for one in left)

    def check(self, source, state):
        """What is wrong with the attachments that are there."""
        listed = source.attachments()
        for name in sorted((listed or set()) - self.by.keys()):
            # check:attachment.unnamed
            yield f"attachments/{name[:64]!r}: no entry names it (attachment.unnamed)"
        self.compared = self.gone = 0
        for commitment, namings in sorted(self.by.items()):
            kept, found = self.is_kept(state, namings), None
            self.gone += not kept
            try:
                if listed is None or commitment in listed:
                    found = source.attachment(commitment)
            except (Wrong, ValueError) as wrong:
                yield f"attachment {commitment}: {wrong} (attachment.damaged)"
                continue
            if found is None:
                # check:attachment.missing
                if kept and any(one.is_text for one in namings):
                    yield f"attachment {commitment}: it is not there (attachment.missing)"
                continue
            self.compared += 1
            # check:attachment.kept
            if not kept:
                yield f"attachment {commitment}: its events were erased, and it is still there (attachment.kept)"
            salt, kind, content = found
            # check:attachment.media_type
            if not is_media_type(kind):
                yield f"attachment {commitment}: {kind[:100]!r} is no media type (attachment.media_type)"
            # check:attachment.damaged
            if len(salt) != 32 or blake3(content, key=salt).hexdigest() != commitment:
                yield f"attachment {commitment}: its bytes are others (attachment.damaged)"
