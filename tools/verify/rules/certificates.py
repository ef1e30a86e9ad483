"""`certificate.*`: no certificate says more than the score does."""

from ..dates import days
from ..findings import Refused, need
from ..scores import Scorer

SCORE_DAYS, LASTS_DAYS = 7, 365


class Certificates:
    def judge_certificate_granted(self):
        self.signed_by_council()
        dossier, body = self.dossier(), self.body
        as_of = days(body["as_of"])
        need(0 <= self.today - as_of <= SCORE_DAYS, "certificate.terms")
        need(1 <= days(body["valid_until"]) - self.today <= LASTS_DAYS, "certificate.terms")
        in_force = self.state.policy_on(as_of)
        then = in_force.document.get("certificate") if in_force and in_force.version == body["policy"] else None
        need(then is not None, "certificate.policy")
        figure = Scorer(self.state, dossier, as_of).figure()
        need((figure.get("score"), figure.get("band")) == (body["score"], body["band"]), "certificate.score")
        # Time alone may have changed it since.
        for on, policy, terms in (
            (as_of, in_force.document, then),
            (self.today, self.policy, self.policy.get("certificate") or then),
        ):
            self.check_conditions(dossier, on, policy, terms)

    def check_conditions(self, dossier, on, policy, terms):
        scorer = Scorer(self.state, dossier, on)
        figure, letters = scorer.figure(), [one["band"] for one in policy["bands"]]
        order = ["low", "medium", "high"]
        least = letters.index(terms["least_band"]) if terms["least_band"] in letters else -1
        band = figure.get("band")
        enough = band is not None and letters.index(band) <= least
        sure = enough and order.index(figure["confidence"]) >= order.index(terms["least_confidence"])
        bars = [
            one
            for one in scorer.let_in(dossier["sanctions"])
            if one["severity"] >= terms["barred_from"] and (one["last"] is None or one["last"] >= on)
        ]
        late = [one for one in dossier["contests"] if self.state.stage_on(one, on) in ("overdue", "appeal_overdue")]
        need(sure and not bars and not late, "certificate.conditions")

    def judge_certificate_withdrawn(self):
        self.signed_by_council()
        one, target = self.dossier()["certificate"], self.body["target"]
        if one is None or one["id"] != target:
            need(self.made(target, "certificate.granted") is not None, "target.unknown")
            raise Refused("target.ended")
        need(one["last"] >= self.today, "target.ended")
