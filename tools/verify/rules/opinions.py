"""`endorsement.*`, `collaboration.*`"""

from ..dates import days
from ..findings import need
from ..names import shows

MOST_PAPERS = 16


class Opinions:
    def judge_endorsement_published(self):
        self.signed_by_issuer()
        need(self.state.party_class(self.issuer) is not None, "issuer.not_allowed")
        dossier, body = self.dossier(), self.body
        itself = self.issuer == self.subject
        need(not itself and self.state.group(self.issuer) != dossier["group"], "endorsement.own_group")
        need(body["topic"] in dossier["enrolment"]["topics"], "endorsement.topic")
        need((body["relation"] == "commercial") == ("value_band" in body), "endorsement.value_band")
        need(days(body["expires_on"]) >= self.today, "endorsement.expires_on")
        own = [one for one in dossier["endorsements"] if one["by"] == self.issuer]
        twins = [one for one in own if one["topic"] == body["topic"] and one["last"] >= self.today]
        need(not twins, "endorsement.exists")

    def judge_endorsement_withdrawn(self):
        self.signed_by_issuer()
        one = self.own_item(self.dossier()["endorsements"], self.body["target"], "endorsement.published")
        need(one["last"] >= self.today, "target.ended")

    def signed_by_business_and_subject(self):
        self.signers.party(self.issuer)
        self.signers.party(self.subject)
        self.issuer_is("business")
        self.signers.all_needed()

    def judge_collaboration_declared(self):
        self.signed_by_business_and_subject()
        self.dossier()
        body = self.body
        need(self.state.group(self.issuer) != self.state.group(self.subject), "collaboration.own_group")
        fits = shows(body["campaign"]) and len(body.get("papers", ())) <= MOST_PAPERS
        need(fits and body["starts_on"] <= body["ends_on"], "collaboration.terms")

    def judge_collaboration_ended(self):
        self.signed_by_business_and_subject()
        one = self.own_item(self.dossier()["collaborations"], self.body["target"], "collaboration.declared")
        need(one["last"] >= self.today, "target.ended")
