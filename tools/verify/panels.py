"""Panels: who may be drawn, with which values, and who sits."""

from blake3 import blake3

from .dates import NEVER

ROLES = ("operator", "auditor")
DRAW_DAYS, CHALLENGE_DAYS, TIE_DAYS = 3, 3, 360


class Panels:
    def draw(self, item, dossier, subject, contest):
        """Fixes who may be drawn, and whose values are due."""
        holders = [chain["by"] for chain in self.chains.values() if chain["left"]]
        parties = [subject, *dossier["items"][contest["target"]], *contest["former"], self.operator, *holders]
        barred = {self.group(one) for one in parties}
        tied = {}
        for by, last in dossier["ties"].values():
            tied[self.group(by)] = max(last, tied.get(self.group(by), last))
        old = self.today - TIE_DAYS
        barred |= {group for group, last in tied.items() if last >= old}
        pool = [
            (one["group"] in tied, name, one["group"])
            for name, one in self.members.items()
            if one["active"] and one["group"] not in barred
        ]
        chains = {role: chain["id"] for role, chain in self.chains.items() if chain["left"]}
        self.draws[item["id"]] = {"pool": pool, "barred": barred, "chains": chains, "values": {}, "on": self.today} | {
            "seats": self.policy_on(self.today).document["contest"].get("panel_size", 3)
        }
        self.filed.append(item["id"])

    def next_filing(self, role, today):
        """The first filing that waits for a value of the role's chain."""
        chain = self.chains.get(role)
        waiting = None
        for filing in reversed(self.filed):
            draw = self.draws[filing]
            if draw["on"] + DRAW_DAYS < today:
                break
            if chain and chain["left"] and draw["chains"].get(role) == chain["id"] and role not in draw["values"]:
                waiting = filing
        return waiting

    def on_draw_committed(self, item, body, *_):
        role = "operator" if item["by"] == self.operator else "auditor"
        self.chains[role] = {"id": item["id"], "by": item["by"], "last": body["tip"], "left": body["length"]}

    def on_draw_revealed(self, item, body, *_):
        role = next(role for role in ROLES if self.chains.get(role, {}).get("by") == item["by"])
        chain = self.chains[role]
        chain |= {"last": body["value"], "left": chain["left"] - 1}
        self.draws[body["filing"]]["values"][role] = body["value"]

    def drawn(self, contest, today):
        """Those of the whole order who act now; none while a value is due."""
        draw = self.draws[contest["draw"]]
        seed = b"tinnhiem panel 1" + bytes.fromhex(contest["draw"])
        for role in ROLES:
            over = role not in draw["chains"] or draw["on"] + DRAW_DAYS < today
            if role not in draw["values"] and not over:
                return None
            seed += bytes.fromhex(draw["values"].get(role, "00" * 32))
        seed = blake3(seed).digest()
        order, groups = [], set()
        for _, _, name, group in sorted(
            (old, blake3(seed + name.encode()).digest(), name, group) for old, name, group in draw["pool"]
        ):
            if group not in groups and self.members[name]["active"]:
                order.append(name)
            groups.add(group)
        return order

    def sitting(self, contest, order, challenged):
        """Those who sit by the draw, and then those appointed before who still may."""
        draw = self.draws[contest["draw"]]
        sitting = [name for name in order if name != challenged][: draw["seats"]]
        groups = {self.group(name) for name in sitting}
        for name in (contest["panel"] or {"members": []})["members"]:
            stays = name not in sitting and name != challenged and len(sitting) < draw["seats"]
            if stays and self.may_be_appointed(draw, name, groups):
                sitting.append(name)
        return sitting

    def seats(self, contest, order, members):
        """Whether the council seats these: those who sit, and where they are too few, others who may."""
        draw, challenged = self.draws[contest["draw"]], contest["challenged"]
        sitting = self.sitting(contest, order, challenged)
        appointed = members[len(sitting) :]
        groups = {self.group(name) for name in sitting}
        fits = len(members) == draw["seats"] and members[: len(sitting)] == sitting and challenged not in appointed
        return fits and all(self.may_be_appointed(draw, name, groups) for name in appointed)

    def may_be_appointed(self, draw, name, groups):
        group = self.group(name)
        fits = self.members.get(name, {}).get("active") and group not in draw["barred"] | groups
        if fits:
            groups.add(group)
        return fits

    def has_vacancy(self, contest):
        panel = contest["panel"]["members"]
        few = len(panel) < self.draws[contest["draw"]]["seats"]
        return few or not all(self.members[name]["active"] for name in panel)

    def on_panel_seated(self, item, body, dossier, event, _entry):
        contest = self.move(dossier, body["contest"], event)
        before = contest["panel"]
        windows = self.policy_on(self.today).document["windows"]
        days = windows.get("appeal_decide" if contest["stage"].startswith("appeal") else "decide")
        days = NEVER if days is None else days
        known = before["challenge_by"] if before else {}
        last = self.today + min(days, CHALLENGE_DAYS)
        panel = {"event": item["id"], "members": body["members"]}
        panel["challenge_by"] = {name: known.get(name, last) for name in body["members"]}
        new = not before or set(body["members"]) - set(before["members"])
        # Fewer days to decide leave the last of them for both.
        panel["decides_from"] = self.today + min(days, CHALLENGE_DAYS + 1) if new else before["decides_from"]
        contest |= {"panel": panel, "challenged": contest["challenged"] or body.get("challenged")}
