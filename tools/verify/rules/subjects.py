"""`subject.*`, `account.*`, `pledge.*`, `decision.*`"""

from ..dates import days
from ..findings import need
from ..names import shows

MOST_ACCOUNTS, AGAIN_DAYS = 32, 90


class Subjects:
    def signed_by_registrar(self):
        self.signers.party(self.issuer)
        need("registrar" in self.state.members.get(self.issuer, {"roles": []})["roles"], "issuer.not_allowed")

    def check_topics(self):
        topics = self.body["topics"]
        known = all(topic in self.policy["topics"] for topic in topics)
        need(1 <= len(topics) <= 3 and len(set(topics)) == len(topics) and known, "subject.topics")

    def judge_subject_enrolled(self):
        self.signed_by_registrar()
        self.signers.newcomer(self.body["key"])
        self.signers.all_needed()
        need(self.file() is None, "subject.exists")
        self.need_identity_key()
        need(self.body["identity"] not in self.state.identities, "subject.identity")
        self.check_topics()

    def need_identity_key(self):
        """One secret keys every identity, once an enrolment has named it."""
        fixed = self.state.identity_key
        need(fixed is None or self.body.get("identity_key") == fixed, "subject.identity_key")

    def judge_subject_resumed(self):
        self.signed_by_registrar()
        self.signers.party(self.subject)
        self.signers.all_needed()
        self.signers.check_unrestrained()
        # Who has a key here has a file.
        need(not self.file()["enrolled"], "subject.enrolled")
        self.need_identity_key()
        need(self.state.identities.get(self.body["identity"]) == self.subject, "subject.other_identity")
        self.check_topics()

    def judge_subject_departed(self):
        self.signed_by_subject()
        dossier = self.dossier()
        running = [one for one in dossier["sanctions"] if one["last"] is None or one["last"] >= self.today]
        need(not running, "subject.sanctioned")
        open_ones = [one for one in dossier["proposals"] if self.announced_stage(one) != "lapsed"]
        need(all(self.was_proposed_before(dossier, one) for one in open_ones), "subject.proposed")
        need(not dossier["contests"], "subject.contesting")

    def was_proposed_before(self, dossier, proposal):
        """Whether its proposer let another lapse shortly before: who only proposes holds nobody."""
        own = [one for one in dossier["lapsed"] if one["by"] == proposal["by"]]
        return any(proposal["on"] - one["on"] <= AGAIN_DAYS for one in own)

    def signed_by_registrar_and_subject(self):
        self.signers.party(self.issuer)
        self.signers.party(self.subject)
        need("registrar" in self.state.members.get(self.issuer, {"roles": []})["roles"], "issuer.not_allowed")
        self.signers.all_needed()

    def judge_account_linked(self):
        self.signed_by_registrar_and_subject()
        linked = self.dossier()["accounts"]
        need(all(one["account"] != self.body["account"] for one in linked), "account.exists")
        need(len(linked) < MOST_ACCOUNTS, "account.too_many")

    def judge_account_unlinked(self):
        self.signed_by_registrar_and_subject()
        self.other_item(self.dossier()["accounts"], self.body["target"], "account.linked")

    def judge_pledge_signed(self):
        self.signed_by_subject()
        dossier = self.dossier()
        codes = self.state.codes
        need(codes and codes[-1]["id"] == self.body["code"], "pledge.code")
        pledged = [one for one in dossier["pledges"] if one["last"] is None]
        need(all(one["code"] != self.body["code"] for one in pledged), "pledge.exists")

    def was_bound(self, dossier, code, on):
        """Whether the subject's pledge to a version of the code stood on a day."""
        pledges = (one for one in dossier["pledges"] if one["code"] == code)
        return any(one["on"] <= on and (one["last"] is None or on <= one["last"]) for one in pledges)

    def signed_by_agency(self):
        self.signed_by_issuer()
        self.issuer_is("state_agency")

    def standing_decisions(self, dossier):
        return {name: one for name, one in dossier["decisions"].items() if one["stands"]}

    def check_act(self):
        act = self.body["act"]
        named = shows(act["authority"]) and shows(act["code"])
        need(named and days(act["date"]) <= self.today, "decision.act")

    def judge_decision_recorded(self):
        self.signed_by_agency()
        dossier = self.dossier()
        self.check_act()
        acts = [one["act"] for one in self.standing_decisions(dossier).values()]
        same = [act for act in acts if all(act[part] == self.body["act"][part] for part in ("authority", "code"))]
        need(not same, "decision.exists")

    def judge_decision_overturned(self):
        self.signed_by_agency()
        decisions = self.standing_decisions(self.dossier())
        decision = self.other_item(decisions.values(), self.body["target"], "decision.recorded")
        self.check_act()
        need(self.body["act"]["date"] >= decision["act"]["date"], "decision.act")
