"""`sanction.*`"""

from ..dates import days
from ..findings import need

AHEAD_DAYS, URGENT_DAYS, URGENT_AGAIN_DAYS, NOTICE_DAYS, CLEARED_DAYS = 30, 14, 365, 30, 90


class Sanctions:
    def judge_sanction_proposed(self):
        self.signed_by_issuer()
        need(self.state.party_class(self.issuer) not in (None, "subject"), "issuer.not_allowed")
        dossier = self.dossier()
        self.check_terms(dossier, AHEAD_DAYS)
        own = [one for one in dossier["proposals"] if one["by"] == self.issuer]
        need(all(self.announced_stage(one) == "lapsed" for one in own), "proposal.exists")
        need(self.policy["windows"].get("reply") is not None, "reply.unasked")

    def judge_sanction_replied(self):
        self.check_reply("proposals", self.body["proposal"], "sanction.proposed")

    def judge_sanction_imposed(self):
        self.issued_by_council()
        body, named, urgent = self.body, self.body.get("proposal"), self.body.get("urgent", False)
        known = self.file()["proposals"] if self.file() else ()
        proposal = next((one for one in known if one["id"] == named), None)
        # Whoever proposed it has no say in it.
        recused = self.groups_of(proposal) if proposal else set()
        signed = self.signers.council(recused)
        self.signers.all_needed()
        dossier = self.dossier()
        self.check_terms(dossier, 0 if urgent else AHEAD_DAYS)
        if urgent:
            self.check_urgent(dossier)
        asked = self.policy["windows"].get("reply") is not None
        need(proposal is not None or named is None and (urgent or not asked), "sanction.proposal")
        if proposal:
            need(self.announced_stage(proposal) != "lapsed", "sanction.proposal")
            need(not is_harsher(proposal["body"], body), "sanction.harsher")
        self.check_grave(signed, recused)
        waiting = [
            one
            for one in dossier["proposals"]
            if self.announced_stage(one) == "waiting" and is_same_wrong(one["body"]["basis"], body["basis"])
        ]
        for one in [proposal] if proposal else [] if urgent else waiting[:1]:
            self.check_heard(one)

    def check_terms(self, dossier, ahead):
        body = self.body
        severity = self.policy["sanction"]["severities"].get(body["severity"])
        need(severity is not None, "sanction.severity")
        need(self.is_based(dossier), "sanction.basis")
        first, last = days(body["starts_on"]), body.get("ends_on")
        need(self.today <= first <= self.today + ahead, "sanction.starts_on")
        term = severity.get("term_days")
        need((last is None) == (term is None), "sanction.term")
        need(last is None or first <= days(last) <= first + term - 1, "sanction.term")
        self.check_unsettled(dossier)

    def is_based(self, dossier):
        basis = self.body["basis"]
        if "conduct" in basis:
            criteria = self.policy["criteria"]
            return any(one["id"] == basis["conduct"] for part in criteria for one in part["indicators"])
        if "decision" in basis:
            return basis["decision"] in self.standing_decisions(dossier)
        broken = basis["clause"]
        code = next((one for one in self.state.codes if one["id"] == broken["code"]), {"clauses": ()})
        on = days(broken["broken_on"])
        holds = broken["clause"] in code["clauses"] and on <= self.today
        return holds and self.was_bound(dossier, broken["code"], on)

    def check_unsettled(self, dossier):
        """No wrong is sanctioned twice, nor once more what a contest cleared the subject of."""
        basis = self.body["basis"]
        undated = "conduct" in basis

        def bars(one):
            over = not one["lifted"] and one["last"] is not None and one["last"] < self.today
            near = not one["lifted"] or one["last"] is None or self.today - one["last"] <= CLEARED_DAYS
            # An urgent suspension goes on as what was proposed meanwhile.
            return one["basis"] == basis and not one["urgent"] and (not undated or not over and near)

        need(not any(bars(one) for one in dossier["sanctions"]), "sanction.settled")
        need(not any(self.clears(dossier, one, undated) for one in self.last_contests(dossier)), "sanction.settled")

    def clears(self, dossier, contest, undated):
        item = self.state.whole(dossier, contest, "sanctions")
        if item is None or item["basis"] != self.body["basis"]:
            return False
        cleared = contest["ruled"] == "upheld" or contest["ruled"] == "partial" and not item["urgent"]
        late = contest["ruled"] is not None and self.today - contest["ruled_on"] > CLEARED_DAYS
        return cleared and not (undated and late) or self.is_open(contest) and not item["urgent"]

    def check_urgent(self, dossier):
        """Short, without a proposal, once per basis and year, and not one after another."""
        body, first = self.body, days(self.body["starts_on"])
        short = "ends_on" in body and days(body["ends_on"]) < first + URGENT_DAYS
        need(body["severity"] == "S4" and short and "proposal" not in body, "sanction.urgent")
        # Those that were struck or lifted have been urgent all the same.
        for one in [*dossier["sanctions"], *dossier["ended"]["sanctions"]]:
            if one["urgent"]:
                same = is_same_wrong(one["basis"], body["basis"]) and first - one["first"] < URGENT_AGAIN_DAYS
                after = first - (one["first"] if one["last"] is None else one["last"]) < NOTICE_DAYS
                need(not same and not after, "sanction.urgent_again")

    def check_grave(self, signed, recused):
        rule, council = self.policy["sanction"], self.state.council
        if self.body["severity"] >= "S4":
            may_sign = sum(self.state.group(one) not in recused for one in council)
            enough = signed >= min(rule["grave_signatures"], may_sign)
            need(len(council) >= rule["grave_min_seats"] and enough, "sanction.grave")

    def concerned_in_sanction(self, sanction):
        """The groups of the subject and of whoever proposed its sanction."""
        proposers = self.groups_of(sanction["proposal"]) if sanction["proposal"] else set()
        return proposers | {self.state.group(self.subject)}

    def signed_by_unconcerned(self, recused):
        """As many of the other groups as the threshold, or all where they are fewer; where there are none,
        nobody is kept out, for somebody must decide."""
        left = {self.state.group(one) for one in self.state.council} - recused
        if left:
            self.signers.council(recused, min(self.state.threshold, len(left)))
        else:
            self.signers.council()
        self.signers.all_needed()

    def judge_sanction_lifted(self):
        self.issued_by_council()
        known = self.file()["sanctions"] if self.file() else ()
        target = next((one for one in known if one["id"] == self.body["target"]), None)
        self.signed_by_unconcerned(self.concerned_in_sanction(target) if target else set())
        one = self.other_item(self.dossier()["sanctions"], self.body["target"], "sanction.imposed")
        need(not one["lifted"] and (one["last"] is None or one["last"] >= self.today), "target.ended")


def is_same_wrong(one, other):
    if "clause" in one and "clause" in other:
        return one["clause"]["clause"] == other["clause"]["clause"]
    return one == other


def is_harsher(proposed, imposed):
    """Whether what is imposed is graver than what the subject could reply to."""

    def length(terms):
        return None if terms.get("ends_on") is None else days(terms["ends_on"]) - days(terms["starts_on"]) + 1

    longer = length(proposed) is not None and (length(imposed) is None or length(imposed) > length(proposed))
    graver = imposed["severity"] > proposed["severity"] or imposed["starts_on"] < proposed["starts_on"]
    return longer or graver or any(imposed[part] != proposed[part] for part in ("basis", "reason"))
