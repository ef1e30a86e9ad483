"""`panel.*`, `draw.*`"""

from blake3 import blake3

from ..findings import need

MOST_VALUES = 1_000_000


class Panels:
    def judge_panel_seated(self):
        challenged = self.body.get("challenged")
        if challenged is None:
            self.signed_by_council()
        else:
            self.signed_by_subject()
        contest = self.open_contest(self.dossier())
        self.check_moves(contest)
        need(contest["draw"] is not None, "contest.stage")
        if challenged is None:
            need(contest["panel"] is None or self.state.has_vacancy(contest), "panel.exists")
        else:
            last = contest["panel"] and contest["panel"]["challenge_by"].get(challenged)
            need(last is not None and self.today <= last and not contest["challenged"], "panel.challenge")
        order = self.state.drawn(contest, self.today)
        need(order is not None, "panel.values")
        members = self.body["members"]
        if challenged is None:
            need(self.state.seats(contest, order, members), "panel.draw")
        else:
            # The subject appoints nobody: where no successor is drawn, the seat is left to the council.
            need(members == self.state.sitting(contest, order, challenged), "panel.draw")

    def check_challenged(self, contest):
        """A panel decides once the subject has had its days to challenge, or has challenged."""
        sits = contest["panel"] and not contest["challenged"]
        need(not sits or contest["panel"]["decides_from"] <= self.today, "challenge.pending")

    def role(self, party):
        """Which of the two who bring values a party may be now."""
        if party == self.state.operator:
            return "operator"
        return "auditor" if self.state.party_class(party) == "auditor" else None

    def judge_draw_committed(self):
        self.signed_by_issuer()
        role = self.role(self.issuer)
        need(role is not None, "issuer.not_allowed")
        apart = self.state.group(self.issuer) != self.state.group(self.state.operator)
        need(role == "operator" or apart, "draw.own_group")
        need(1 <= self.body["length"] <= MOST_VALUES, "draw.length")
        chain = self.state.chains.get(role)
        need(chain is None or not chain["left"] or self.role(chain["by"]) != role, "draw.exists")

    def judge_draw_revealed(self):
        self.signed_by_issuer()
        role = self.role(self.issuer)
        chain = self.state.chains.get(role, {"by": None})
        need(chain["by"] == self.issuer, "issuer.not_allowed")
        filing = self.body["filing"]
        known = self.made(filing, "contest.filed", "appeal.filed") is not None and filing in self.state.draws
        need(known, "target.unknown")
        need(self.state.next_filing(role, self.today) == filing, "draw.order")
        need(blake3(bytes.fromhex(self.body["value"])).hexdigest() == chain["last"], "draw.value")
