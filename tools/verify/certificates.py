"""Certificates: the newest stands until it is withdrawn or the subject leaves."""

from .dates import days


class Certificates:
    def on_certificate_granted(self, item, body, dossier, *_):
        stated = {part: body[part] for part in ("policy", "band", "score")}
        dossier["certificate"] = item | stated | {"as_of": days(body["as_of"]), "last": days(body["valid_until"])}

    def on_certificate_withdrawn(self, _item, body, dossier, *_):
        if dossier["certificate"] and dossier["certificate"]["id"] == body["target"]:
            dossier["certificate"] = None


def standing(state, dossier, as_of, begun):
    """How the certificate stands on a day, of the sanctions that have begun and count; none: there is none."""
    one = dossier["certificate"]
    if one is None or one["on"] > as_of:
        return None

    def of(severity, since):
        return [
            sanction["id"]
            for sanction in sorted(begun, key=lambda one: one["seq"])
            if sanction["severity"] == severity and (sanction["last"] is None or sanction["last"] >= since)
        ]

    ended, suspended = of("S5", one["on"]), of("S4", as_of)
    if ended:
        return {"event": one["id"], "state": "ended", "by": ended[0]}
    if one["last"] < as_of:
        return {"event": one["id"], "state": "lapsed"}
    if suspended:
        return {"event": one["id"], "state": "suspended", "by": suspended[0]}
    return {"event": one["id"], "state": "valid"}
