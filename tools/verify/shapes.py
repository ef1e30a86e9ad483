"""The members of events and of score receipts: which each has, and how they are written."""

import datetime
import re

from .findings import Wrong

ID = "[a-z0-9-]{1,40}"
NAMED = "[A-Za-z0-9._-]{1,32}"
KOL = "kol-[0-9a-hjkmnp-tv-z]{13}"
PATTERNS = {
    "hex": "[0-9a-f]{64}",
    "id": ID,
    "named": NAMED,
    "party": f"{KOL}|(?!kol-){ID}",
    "subject": KOL,
    "severity": "S[1-5]",
    "class": "state_agency|platform|business|press|assessor|auditor|operator",
    "role": "registrar",
    "outcome": "upheld|partial|rejected",
    "grounds": "factual_error|procedure|conflict_of_interest|disproportionate",
    "decline": "settled_facts|out_of_scope|no_case",
    "finding": "log|rule|clock|score|evidence",
    "value": "under_10m|under_100m|under_1b|from_1b",
    "relation": "none|professional|commercial|family_owner",
    "ground": "open_clock|legal_duty|legal_claim|public_interest",
    "cause": "retired|lost|compromised|cancelled",
    "format": "dossier/1",
    "confidence": "low|medium|high",
    "rules": "rules/1",
    "score": "score/[12]",
    "receipt": "score-receipt/1",
    "standing": "active|suspended|removed",
}
PATTERNS = {name: re.compile(pattern) for name, pattern in PATTERNS.items()}
WIDTHS = {"u8": 2**8 - 1, "u16": 2**16 - 1, "u32": 2**32 - 1, "u64": 2**53 - 1}

# `name=` may be left out, `name?` also be null; `[x]` is a list, `{key: x}` an object with such keys, `x?` may be null.
LISTED = "seat: u8, member: party, key: hex"
OPERATOR = "member: party, key: hex"
FINDINGS = (
    "policy: u32, grades: {named: u16?}, evidence=: {named: [hex]}, observed_from: date, observed_until: date, "
    "valid_until?: date, conflict: bool, fee: bool, statement?: hex"
)
TERMS = "severity: severity, basis: basis, starts_on: date, ends_on?: date, reason: hex"
ENROLMENT = "identity: hex, identity_key?: hex, profile: hex, consent: hex, topics: [id], group: id"
ENDING = "target: hex, reason?: hex"
REPLY = "statement: hex, evidence=: [hex]"
RULING = "contest: hex, outcome: outcome, effect?: effect, reason: hex, panel?: hex"
STOOD = "from_size: u64, to_size?: u64"
RECORDED = "at: instant, event: hex, on: date, seq: u64"
PROVEN = "index: u64, proof: [text]"
ROOTS = "size: u64, date: date, root: hex, parties_root: hex, policies_root: hex"
STANDING = "member: party, reason?: hex"
OBJECTS = {
    "seat": LISTED,
    "operator": OPERATOR,
    "act": "authority: text, code: text, date: date",
    "clause": "code: hex, clause: named, broken_on: date",
    "reduction": "severity: severity, ends_on?: date",
    "regrading": "grades: {named: u16}, evidence=: {named: [hex]}",
    "label": "vi: text, en: text",
    "policy": "rules: rules, score: score, notice_days: u16, topics: {id: label}, criteria: [criterion], "
    "assessment: weighing, quorum: quorum, endorsement: endorsing, sanction: sanctioning, "
    "confidence: [step], bands: [band], contest: contesting, windows: windows, certificate=: certifying",
    "certifying": "least_band: letter, least_confidence: confidence, barred_from: severity",
    "criterion": "id: named, name: label, weight_permille: u16, indicators: [indicator]",
    "indicator": "id: named, name: label, max_level: u16",
    "age": "up_to_days?: u32, permille: u16",
    "weighing": "class_permille: {id: u16}, age: [age], max_validity_days?: u16, extreme_evidence: u8, "
    "prior_weight: u16, prior_value: u16, agreement_distance: u16, low_agreement_permille: u16, "
    "near?: u16, experience?: voice",
    "voice": "first_permille: u16, step_permille: u16, cost_days: u16",
    "quorum": "groups: u16, untied_groups: u16, indicators_per_criterion: u16, groups_per_indicator: u16",
    "endorsing": "relation_units: {relation: u16}, age: [age], undiluted: u16, dilution_days: u16, "
    "reciprocal_days: u16, reciprocal_permille: u16, series_permille: [u16], rate_permille: u16, cap: u16, "
    "one_class_cap: u16, min_base: u16, blocked_from: severity",
    "sanctioning": "severities: {severity: measure}, repeat_from: severity, repeat_days: u16, "
    "repeat_permille: u16, repeat_most: u8, max_total: u16, public_days: u16, grave_min_seats: u8, "
    "grave_signatures: u8",
    "measure": "points: u16, term_days?: u16, best_band?: letter, withholds: bool",
    "step": "max_width: u16, confidence: confidence",
    "band": "band: letter, min_score: u16, min_confidence: confidence",
    "contesting": "max_open: u8, panel_size=: u8",
    "windows": "reply?: u16, file?: u16, admit?: u16, decide?: u16, decide_extension?: u16, appeal?: u16, "
    "appeal_decide?: u16, appeal_extension?: u16",
    # The documents of `dossier/1`, and what a receipt says beside them.
    "score receipt": "format: receipt, commitment: text, attestations: [text], dossier: proven dossier, "
    "parties: [proven party], policies: [version]",
    "proven dossier": f"{PROVEN}, document: dossier",
    "proven party": f"{PROVEN}, document: whole party",
    "dossier": "subject: subject, enrolment?: enrolment, assessments: [assessment], endorsements: [endorsement], "
    "sanctions: [sanction], contests: [contest], certificate=: certificate",
    "certificate": f"{RECORDED}, as_of: date, band: letter, policy: u32, score: u16, valid_until: date",
    "enrolment": f"{RECORDED}, group: id, profile: hex, registrar: party, topics: [id]",
    "assessment": f"{RECORDED}, assessor: party, conflict: bool, counts_from: date, "
    "experience=: experience, fee: bool, key: hex, "
    "policy: u32, reply?: answered, valid_until?: date, values: {named: u16?}",
    "experience": "days: u16, overturned: u16",
    "answered": "event: hex, on: date, statement: hex",
    "endorsement": f"{RECORDED}, dilution: u16, endorser: party, expires_on: date, key: hex, reciprocal: bool, "
    "relation: relation, topic: id, voided_by?: hex",
    "sanction": f"{RECORDED}, basis: basis, ends_on?: date, lifted: bool, reply?: answered, severity: severity, "
    "starts_on: date, term_days?: u32, urgent: bool",
    "contest": f"{RECORDED}, decide_by?: date, grounds: grounds, target: hex",
    "whole party": "party: party, accreditations: [accreditation], keys: [key line], member: [member line], "
    "subject: [subject line]",
    "accreditation": f"{STOOD}, class: id, event: hex, topics: [id], valid_until?: date",
    "key line": f"{STOOD}, invalid: [invalid], key: hex, live_from: instant, seat: bool",
    "invalid": "from: instant, known_from_size: u64",
    "member line": f"{STOOD}, class: class, group: id, name: text, roles: [role], standing: standing",
    "subject line": f"{STOOD}, group: id",
    "version": f"{STOOD}, effective_from: date, event: hex, policy: policy, version: u32",
}
# Objects of which exactly one member stands.
CHOICES = {
    "basis": {"conduct": "named", "clause": "clause", "decision": "hex"},
    "effect": {"struck": "[named]", "reduced": "reduction"},
}

# Types of events; those of the second table are about a subject.
OF_LEDGER = {
    "ledger.opened": "council: [seat], threshold: u8, operator: operator, log_key: hex, utc_offset_min: i32, "
    "policy: policy, replayed_until?: instant",
    "ledger.key_rotated": "old: hex, new: hex",
    "council.changed": "council: [seat], threshold: u8",
    "operator.changed": "operator: operator",
    "policy.published": "version: u32, effective_from: date, policy: policy",
    "member.admitted": "member: party, class: class, group: id, name: text, roles=: [role], key: hex",
    "member.updated": "member: party, class?: class, group?: id, name?: text, roles?: [role]",
    "member.suspended": STANDING,
    "member.reinstated": STANDING,
    "member.removed": STANDING,
    "accreditation.granted": "assessor: party, topics: [id], class: id, valid_until?: date",
    "accreditation.withdrawn": ENDING,
    "key.added": "key: hex, owner?: party",
    "key.rotated": "old: hex, new: hex",
    "key.revoked": "key: hex, cause: cause, invalid_from?: instant",
    "code.published": "version: u32, clauses: [named], text: hex",
    "draw.committed": "tip: hex, length: u32",
    "audit.finding": "kind: finding, positions: [u64], text: hex",
    "state.committed": f"format: format, {ROOTS}, subjects: u64, parties: u64",
    "state.attested": ROOTS,
}
OF_SUBJECT = {
    "subject.enrolled": f"{ENROLMENT}, key: hex",
    "subject.resumed": ENROLMENT,
    "subject.departed": "reason?: hex",
    "account.linked": "platform: id, account: hex",
    "account.unlinked": ENDING,
    "assessment.notified": FINDINGS,
    "assessment.replied": f"notice: hex, {REPLY}",
    "assessment.published": f"{FINDINGS}, notice?: hex",
    "assessment.withdrawn": ENDING,
    "pledge.signed": "code: hex",
    "collaboration.declared": "campaign: text, category: id, starts_on: date, ends_on: date, value_band: value, "
    "papers=: [hex]",
    "collaboration.ended": ENDING,
    "endorsement.published": "relation: relation, value_band?: value, topic: id, expires_on: date, statement?: hex",
    "endorsement.withdrawn": ENDING,
    "decision.recorded": "act: act, document?: hex",
    "decision.overturned": "target: hex, act: act",
    "sanction.proposed": TERMS,
    "sanction.replied": f"proposal: hex, {REPLY}",
    "sanction.imposed": f"{TERMS}, proposal?: hex, urgent=: bool",
    "sanction.lifted": ENDING,
    "contest.filed": f"target: hex, grounds: grounds, {REPLY}",
    "contest.admitted": "contest: hex",
    "contest.declined": "contest: hex, code: decline, reason: hex",
    "panel.seated": "contest: hex, members: [party], challenged?: party",
    "contest.extended": "contest: hex, reason?: hex",
    "contest.decided": RULING,
    "contest.withdrawn": "contest: hex, reason?: hex",
    "appeal.filed": f"contest: hex, {REPLY}",
    "appeal.decided": RULING,
    "draw.revealed": "filing: hex, value: hex",
    "correction.issued": "target: hex, action: action, statement: hex",
    "evidence.committed": "commitment: hex, media_type: text, custodian: party, retain_until: date",
    "evidence.disclosed": "target: hex, to: party, reason?: hex",
    "evidence.destroyed": ENDING,
    "certificate.granted": "policy: u32, band: letter, score: u16, as_of: date, valid_until: date",
    "certificate.withdrawn": "target: hex, reason: hex",
    "erasure.requested": "targets: [hex], reason?: hex",
    "erasure.executed": "request: hex, targets: [hex]",
    "erasure.refused": "request: hex, ground: ground, reason?: hex",
}
OUTER = "ledger: text, type: text, issuer: party, issued_at: instant, body: any"


def wrong(where, value):
    raise Wrong(f"{where}: {str(value)[:60]!r}")


def fields(text):
    """The members that a line of a table names: name, form, and how it may be left out."""
    found, depth, start = {}, 0, 0
    for at, letter in enumerate(text + ","):
        depth += (letter in "{[") - (letter in "}]")
        if letter == "," and not depth:
            name, form = text[start:at].split(":", 1)
            name = name.strip()
            found[name.rstrip("?=")] = (form.strip(), name[-1] if name[-1] in "?=" else "")
            start = at + 1
    return found


def number(where, value, least, most):
    if type(value) is not int or not least <= value <= most:
        wrong(where, value)


def check_form(where, form, value):
    if form.endswith("?"):
        return None if value is None else check_form(where, form[:-1], value)
    if form[0] == "[":
        return [check_form(where, form[1:-1], one) for one in value] if type(value) is list else wrong(where, value)
    if form[0] == "{":
        if type(value) is not dict:
            wrong(where, value)
        key, inner = form[1:-1].split(":", 1)
        return [check_form(where, key, k) or check_form(where, inner.strip(), v) for k, v in value.items()]
    if form in OBJECTS:
        return check_object(where, PARSED[form], value)
    if form in CHOICES:
        if type(value) is not dict or len(value) != 1 or not value.keys() <= CHOICES[form].keys():
            wrong(where, value)
        return [check_form(name, CHOICES[form][name], inner) for name, inner in value.items()]
    if form in WIDTHS:
        return number(where, value, 0, WIDTHS[form])
    return PLAIN.get(form, pattern)(where, form, value)


def pattern(where, form, value):
    if type(value) is not str or not PATTERNS[form].fullmatch(value):
        wrong(where, value)


def text(where, _form, value):
    if type(value) is not str:
        wrong(where, value)


def date(where, _form, value):
    if type(value) is not str or not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        wrong(where, value)
    datetime.date.fromisoformat(value)


def instant(where, _form, value):
    if type(value) is not str or not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", value, re.ASCII):
        wrong(where, value)
    datetime.datetime.fromisoformat(value[:-1])


def boolean(where, _form, value):
    if type(value) is not bool:
        wrong(where, value)


def letter(where, _form, value):
    if type(value) is not str or len(value) != 1:
        wrong(where, value)


def action(where, _form, value):
    if type(value) is dict and value.keys() == {"replace"}:
        return check_form("replace", "regrading", value["replace"])
    return None if value in ("annotate", "retract") else wrong(where, value)


PLAIN = {
    "any": lambda *_: None,
    "text": text,
    "date": date,
    "instant": instant,
    "bool": boolean,
    "letter": letter,
    "action": action,
    "i32": lambda where, _form, value: number(where, value, -(2**31), 2**31 - 1),
}


def check_object(where, members, value):
    if type(value) is not dict:
        wrong(where, value)
    for name, inner in value.items():
        if name not in members:
            wrong(f"{where}: no such member", name)
        form, optional = members[name]
        if not (optional == "?" and inner is None):
            check_form(name, form, inner)
    missing = [name for name, (_, optional) in members.items() if not optional and name not in value]
    if missing:
        wrong(f"{where} lacks", missing[0])


PARSED = {name: fields(line) for name, line in OBJECTS.items()}
BODIES = {name: fields(line) for name, line in (OF_LEDGER | OF_SUBJECT).items()}
ABOUT = {True: fields(OUTER + ", subject: subject"), False: fields(OUTER)}


def check(event):
    """Refuses what no event of its type looks like."""
    kind = event.get("type") if type(event) is dict else None
    if type(kind) is not str or kind not in BODIES:
        wrong("no such type", kind)
    check_object("event", ABOUT[kind in OF_SUBJECT], event)
    # check:payload.shape
    check_object(kind, BODIES[kind], event["body"])


def check_receipt(receipt):
    """Refuses what no score receipt looks like."""
    # check:receipt.shape
    check_form("receipt", "score receipt", receipt)


def completed(form, value):
    """The same document with null for what it leaves out."""
    if form.endswith("?") or value is None:
        return None if value is None else completed(form[:-1], value)
    if form[0] == "[":
        return [completed(form[1:-1], one) for one in value]
    if form in PARSED:
        members = {name: inner for name, (inner, optional) in PARSED[form].items() if optional != "=" or name in value}
        return {name: completed(inner, value.get(name)) for name, inner in members.items()}
    return value
