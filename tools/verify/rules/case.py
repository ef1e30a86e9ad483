"""One event before the rules."""

from ..attachments import documents_of, texts_of
from ..findings import Refused, need
from ..state import present
from .assessments import Assessments
from .certificates import Certificates
from .contests import Contests
from .corrections import Corrections
from .evidence import Evidence
from .governance import Governance
from .keys import Keys
from .opinions import Opinions
from .panels import Panels
from .sanctions import Sanctions
from .signers import Signers
from .subjects import Subjects


class Case(Governance, Keys, Subjects, Assessments, Opinions, Sanctions, Contests, Panels, Corrections, Evidence, Certificates):
    def __init__(self, state, entry):
        self.state, self.event, self.at = state, entry.event, entry.recorded_at
        self.type, self.issuer = entry.event["type"], entry.event["issuer"]
        self.subject, self.body = entry.event.get("subject"), present(entry.event["body"])
        self.today = state.date(entry.recorded_at)
        self.signers = Signers(state, entry.recorded_at, entry.keys)

    def judge(self):
        need(self.event["ledger"] == self.state.origin, "ledger.other")
        need(self.type != "ledger.opened", "ledger.opened")
        in_force = self.state.policy_on(self.today)
        self.version, self.policy = in_force.version, in_force.document
        getattr(self, "judge_" + self.type.replace(".", "_"))()
        self.check_attached()

    # Who signs.

    def issued_by_council(self):
        need(self.issuer == "council", "issuer.not_allowed")

    def signed_by_council(self):
        self.issued_by_council()
        self.signers.council()
        self.signers.all_needed()

    def signed_by_issuer(self):
        self.signers.party(self.issuer)
        self.signers.all_needed()

    def signed_by_subject(self):
        need(self.issuer == self.subject, "issuer.not_allowed")
        self.signed_by_issuer()

    def issuer_is(self, kind):
        need(self.state.party_class(self.issuer) == kind, "issuer.not_allowed")

    def issuer_operates(self):
        need(self.issuer == self.state.operator, "issuer.not_allowed")

    # What it commits to.

    def check_attached(self):
        """Nobody names the text of another, or of one's own about somebody else, be it as a document."""
        proposal = self.state.index.get(self.body.get("proposal")) if self.type == "sanction.imposed" else None
        for one in [*texts_of(self.event), *documents_of(self.event)]:
            issuer, subject = self.state.texts.get(one, (self.issuer, self.subject))
            # What is imposed repeats the reason that was proposed.
            carried_out = proposal is not None and proposal.issuer == issuer and one == self.body["reason"]
            need((issuer, subject) == (self.issuer, self.subject) or carried_out, "commitment.taken")

    # What an event is about.

    def file(self):
        """The subject's file, whether it has left or not."""
        return self.state.subjects.get(self.subject)

    def dossier(self):
        """The file of a subject that has not left."""
        need(self.file() is not None, "subject.unknown")
        need(self.file()["enrolled"], "subject.departed")
        return self.file()

    def made(self, event, *types):
        """The row of an event of these types about the subject: what it made may have ended."""
        row = self.state.index.get(event)
        return row if row is not None and row.subject == self.subject and row.type in types else None

    def own_item(self, items, target, made_by):
        """The issuer's own item; what has ended is told from what never was."""
        found = [one for one in items if one["id"] == target and one["by"] == self.issuer]
        if not found:
            row = self.made(target, made_by)
            need(row is not None, "target.unknown")
            need(row.issuer == self.issuer, "target.other_issuer")
            raise Refused("target.ended")
        return found[0]

    def other_item(self, items, target, made_by):
        """An item about the subject; what has ended is told from what never was."""
        found = [one for one in items if one["id"] == target]
        need(found or self.made(target, made_by) is not None, "target.unknown")
        need(found, "target.ended")
        return found[0]

    def groups_of(self, item):
        """The controller groups that whoever issued an item was in then, and is in now."""
        return {item["group"], self.state.group(item["by"])}


