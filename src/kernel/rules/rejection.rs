//! Why an event may not be recorded: a closed list, in the order in which it is judged.

use std::fmt;

/// What kind of refusal it is; the edges turn it into a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only at entry 0, when a ledger is opened.
    Opening,
    /// The keys that signed may not do this.
    Forbidden,
    /// The event does not fit what is already recorded.
    Conflict,
    /// The event breaks a rule whatever is recorded.
    Rule,
}

macro_rules! reasons {
    ($($(#[doc = $doc:literal])* $name:ident = $code:literal, $kind:ident, $advice:literal;)*) => {
        /// The reason of a refusal. The order is the order of judgement.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Reason {
            $($(#[doc = $doc])* $name,)*
        }

        impl Reason {
            /// Every reason, in the order of judgement.
            pub const ALL: &[Reason] = &[$(Reason::$name),*];

            /// The stable code.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// What kind of refusal it is.
            pub fn kind(self) -> Kind {
                match self { $(Self::$name => Kind::$kind,)* }
            }

            /// What is wrong and what to do next.
            pub fn advice(self) -> &'static str {
                match self { $(Self::$name => $advice,)* }
            }
        }
    };
}

reasons! {
    /// Entry 0 is something else.
    NotOpened = "opening.missing", Opening, "entry 0 must be ledger.opened";
    /// The origin does not commit to the opening.
    Origin = "opening.origin", Opening, "the origin must end in the hash of the body of ledger.opened";
    /// The opening was not issued by the council.
    OpeningIssuer = "opening.issuer", Opening, "ledger.opened is issued by `council`";
    /// Seats, keys, threshold, offset or policy of the opening cannot work.
    OpeningBody = "opening.body", Opening, "mend the opening as said";
    /// The opening's signatures do not reach its own threshold.
    OpeningSignatures = "opening.signatures", Opening, "ledger.opened is signed by seats of the council it names, at least its threshold, and nobody else";

    /// Signed for another ledger.
    OtherLedger = "ledger.other", Rule, "put this ledger's origin into `ledger` and sign again";
    /// The ledger is open already.
    AlreadyOpened = "ledger.opened", Conflict, "a ledger is opened once; send other events";
    /// Issued after the clock.
    Future = "time.future", Rule, "issued_at may be at most 5 minutes ahead of the ledger's clock: check yours, sign again";
    /// Issued too long ago.
    Stale = "time.stale", Rule, "issued_at may be at most 7 days behind the ledger's clock: sign again with the present time";
    /// History out of order.
    OutOfOrder = "time.order", Conflict, "history is brought in by ascending issued_at, not before the last entry: sort it";

    /// A key that nobody enrolled.
    KeyUnknown = "key.unknown", Forbidden, "no party of this ledger has this key: sign with an enrolled key; a new one acts once it is added with `tinnhiem key add`, by the council for who has lost every other";
    /// A key that has ended.
    KeyRevoked = "key.revoked", Forbidden, "this key has ended: sign with a live key of the issuer";
    /// A recovered key before its time.
    KeyNotLive = "key.not_live", Forbidden, "a recovered key acts 14 days after its recording: wait, or sign with another key";
    /// A recovered key, or what it added, that would do too soon what cannot be undone.
    KeyRestrained = "key.restrained", Forbidden, "a recovered key, and what it adds, withdraws no contest, decides on no panel and resumes no subject in its first 30 days: wait, or sign with another key";
    /// A key of another party.
    KeyOtherOwner = "key.other_owner", Forbidden, "sign with a key of each who must sign (`--out` and `tinnhiem sign` where another holds it), or name as the issuer whom this key belongs to (`tinnhiem member list` and `tinnhiem top` list ids)";
    /// The key of a member that is suspended or removed.
    MemberInactive = "member.inactive", Forbidden, "this member is suspended or removed: it issues nothing unless it is reinstated";
    /// The issuer may not issue this type.
    Issuer = "issuer.not_allowed", Forbidden, "this type is issued by another kind of party: see the catalogue of events";
    /// Too few council seats signed.
    CouncilThreshold = "council.threshold", Forbidden, "collect signatures of more seats, of distinct controller groups and without a part in the matter, with `tinnhiem sign`";
    /// Too few members of the panel signed.
    PanelMajority = "panel.majority", Forbidden, "collect signatures of more members of the panel, of distinct controller groups, with `tinnhiem sign`";
    /// A new key that is not canonical or of small order.
    KeyWeak = "key.weak", Rule, "generate another key with `tinnhiem key new`";
    /// A signature that the event needs is absent.
    SignatureMissing = "signature.missing", Forbidden, "add the missing signature with `tinnhiem sign`";
    /// A signature that no rule needs.
    SignatureUnneeded = "signature.unneeded", Rule, "leave this signature out: no rule needs it; a key is ended by itself or by the council, not by another key of its owner";

    /// A new key that has an owner already.
    KeyTaken = "key.taken", Conflict, "a key belongs to one owner for ever: generate another with `tinnhiem key new`";
    /// The owner of a key is named where it may not be, or not where it must.
    KeyOwner = "key.owner", Rule, "`owner` names a member or subject when the council recovers a key, and is absent otherwise";
    /// The key to end is not one that may be ended.
    KeyTarget = "key.target", Conflict, "name a live key of the party";
    /// The last key that could cancel a recovery.
    KeyOnly = "key.only", Conflict, "it is the only key that acts for the party: recover another and end this one once that acts, 14 days later; a stolen one ends at once as `compromised`";
    /// The compromise is dated wrongly.
    KeyInvalidFrom = "key.invalid_from", Rule, "only the council dates a compromise, at most 90 days back and not ahead, and says `compromised`";

    /// Not the key that signs checkpoints now.
    LogKeyOld = "log_key.old", Conflict, "name as `old` the key that signs checkpoints now";

    /// Seats that an opening could not have, two of one controller group, or of who does not act.
    CouncilSeats = "council.seats", Rule, "1 to 32 seats, each with its own number, active member, controller group and key; the threshold lies between 1 and the seats (at most 8)";

    /// The member's name cannot be given.
    MemberName = "member.name", Rule, "choose a slug that is not `council` and does not begin with kol-, and a name of 1 to 200 characters: composed (NFC), with a letter or digit, without marks that stand alone or twice, controls, invisible characters or needless blanks, and neither the council's nor a KOL's id";
    /// The slug was given before.
    MemberExists = "member.exists", Conflict, "a slug is never reused: choose another, or send member.updated";
    /// No such member.
    MemberUnknown = "member.unknown", Conflict, "no member has this id: `tinnhiem member list` lists them; who is new is admitted first";
    /// Suspended, reinstated, removed or changed out of turn.
    MemberStanding = "member.standing", Conflict, "an active member is suspended, a suspended one reinstated, and one that was removed never changes again";
    /// A member of another kind, or one that does not act.
    OperatorMember = "operator.member", Conflict, "the operator is an active member of class operator, or a new one";
    /// A member that others depend on.
    MemberSeated = "member.seated", Conflict, "it holds a seat of the council or runs the ledger: change that first";
    /// An update that changes nothing.
    MemberUnchanged = "member.unchanged", Conflict, "name what changes";
    /// Another member's name or id.
    MemberNameTaken = "member.name_taken", Conflict, "the member named is called so, or its id is, but for case, width, blanks or letters that look alike: choose another name";
    /// A name that is made to look like another.
    MemberNameAlike = "member.name_alike", Conflict, "the word named has letters of several scripts, or the name named looks the same: write each word in letters of one script (blanks part words), and choose a name that looks like no other's";

    /// Not an assessor.
    AccreditationMember = "accreditation.member", Conflict, "only a member of class assessor is accredited";
    /// Unknown topics, class or a past end.
    AccreditationTerms = "accreditation.terms", Rule, "topics and class must stand in the policy in force, and valid_until not lie in the past";

    /// The policy's number is not the next.
    PolicyVersion = "policy.version", Conflict, "number it one above the newest version published";
    /// The policy begins too early.
    PolicyEffective = "policy.effective_from", Rule, "a version begins after the newest one and at least the notice days ahead";
    /// Numbers that the engine cannot work with.
    PolicyBounds = "policy.bounds", Rule, "mend the policy as said";

    /// No such subject.
    SubjectUnknown = "subject.unknown", Conflict, "no KOL has this id: `tinnhiem top` lists ids and names; who is new is enrolled first";
    /// The subject has left.
    SubjectDeparted = "subject.departed", Conflict, "the subject has left the programme: it may resume, or have its data erased, and nothing else is recorded about it";
    /// The id is in use.
    SubjectExists = "subject.exists", Conflict, "draw another random subject id";
    /// The person is enrolled already.
    SubjectIdentity = "subject.identity", Conflict, "this identity has a subject already: one for ever";
    /// Keyed by another secret, so that one person could be two subjects.
    SubjectIdentityKey = "subject.identity_key", Conflict, "every registrar keys identities by one secret: use the file of the one whose fingerprint the ledger names, and name it in `identity_key`";
    /// Topics that the policy does not have, twice, or too many.
    SubjectTopics = "subject.topics", Rule, "name one to three distinct topics of the policy in force";
    /// Leaving under a sanction.
    SubjectSanctioned = "subject.sanctioned", Conflict, "nobody departs during a sanction: wait until it ends";
    /// Leaving before a sanction is imposed.
    SubjectProposed = "subject.proposed", Conflict, "nobody departs while a sanction is proposed: wait until it is imposed or lapses; one whose proposer let another lapse within 90 days before holds nobody";
    /// Leaving with a contest open.
    SubjectContesting = "subject.contesting", Conflict, "nobody departs during an open contest: withdraw it first";
    /// Coming back without having left.
    SubjectEnrolled = "subject.enrolled", Conflict, "only who departed is resumed: nothing is left to do";
    /// Coming back as somebody else.
    SubjectOther = "subject.other_identity", Conflict, "the identity is not the one this subject was enrolled with: resume the subject that has it";

    /// The event named is no such item of this subject.
    TargetUnknown = "target.unknown", Conflict, "name an item of this kind about this subject: `tinnhiem me` and `tinnhiem log --subject` list entries, `tinnhiem show` tells what one is";
    /// The item is somebody else's.
    TargetOther = "target.other_issuer", Forbidden, "only its issuer withdraws or corrects an item, and only its custodian discloses or destroys evidence";
    /// The item has ended.
    TargetEnded = "target.ended", Conflict, "the item no longer stands, or the contest was decided, declined or withdrawn: nothing is left to do";

    /// Linked already.
    AccountExists = "account.exists", Conflict, "this account is linked to the subject: nothing is left to do";
    /// Too many.
    AccountCount = "account.too_many", Conflict, "at most 32 accounts are linked to a subject: unlink another first";

    /// The assessor may not assess in the subject's fields now.
    AssessmentScope = "assessment.scope", Forbidden, "an assessor needs an accreditation in force that covers one of the subject's topics";
    /// Assessor and subject are in one hand.
    AssessmentOwnGroup = "assessment.own_group", Forbidden, "nobody assesses a subject of its own controller group";
    /// Not the policy in force.
    AssessmentPolicy = "assessment.policy", Conflict, "grade by the policy version named: the one in force today, or when it was notified";
    /// Grades that the policy does not have.
    AssessmentGrades = "assessment.grades", Rule, "grade at least one indicator, with indicators and levels of the policy";
    /// Evidence is missing or stray.
    AssessmentEvidence = "assessment.evidence", Rule, "lowest and highest grades need evidence; evidence belongs to graded indicators";
    /// Observation in the wrong order or ahead.
    AssessmentObserved = "assessment.observed", Rule, "observed_from must not come after observed_until, nor that after today";
    /// Validity missing, past or too long.
    AssessmentValidity = "assessment.validity", Rule, "valid_until must not lie in the past nor beyond the policy's longest validity, and may be absent only where the policy sets none";
    /// The notice that the policy requires.
    AssessmentNotice = "assessment.notice", Conflict, "notify the subject first and name that event in `notice`, where the policy has a reply window; it is your own, about this subject, unused and at most 30 days old";
    /// Notified already.
    NoticeExists = "notice.exists", Conflict, "one notice per assessor and subject at a time: publish by it, or wait until it lapses";
    /// Other than what the subject could reply to, and not better.
    AssessmentHarsher = "assessment.harsher", Conflict, "publish what was notified: the same policy, days and indicators, no lower level, no new evidence where the level stays, every tie declared then, the same statement or none";
    /// The same conduct once more, against a contest.
    AssessmentContested = "assessment.contested", Conflict, "a contest against what your controller group said of this conduct is open or was upheld: grade conduct observed after that";

    /// The code's number is not the next.
    CodeVersion = "code.version", Conflict, "number it one above the newest version published";
    /// No clauses, too many, or one twice.
    CodeClauses = "code.clauses", Rule, "name 1 to 200 distinct clauses";
    /// Not the newest code.
    PledgeCode = "pledge.code", Conflict, "name the newest code.published event";
    /// Pledged already.
    PledgeExists = "pledge.exists", Conflict, "the subject has pledged to this version: nothing is left to do";

    /// Paying oneself.
    CollaborationSelf = "collaboration.own_group", Forbidden, "a collaboration is between two controller groups";
    /// A campaign without a name, too many papers, or an end before its beginning.
    CollaborationTerms = "collaboration.terms", Rule, "a campaign has a name of 1 to 200 characters, at most 16 papers, and does not end before it starts";

    /// Endorsing oneself.
    EndorsementSelf = "endorsement.own_group", Forbidden, "nobody endorses itself or a subject of its own controller group";
    /// A topic that is not the subject's.
    EndorsementTopic = "endorsement.topic", Rule, "name one of the subject's topics";
    /// The value of a commercial tie missing, or given without one.
    EndorsementValue = "endorsement.value_band", Rule, "a commercial tie states its value band, and no other does";
    /// Expired when published.
    EndorsementExpiry = "endorsement.expires_on", Rule, "expires_on must not lie in the past";
    /// A second one.
    EndorsementExists = "endorsement.exists", Conflict, "one endorsement that has not ended per endorser, subject and topic, whether or not it counts: withdraw the other first with `tinnhiem withdraw`";

    /// An act without authority or number, or dated wrongly.
    DecisionAct = "decision.act", Rule, "an act has an authority and a number of 1 to 200 characters each, and is not dated ahead, nor before what it overturns";
    /// Recorded already.
    DecisionExists = "decision.exists", Conflict, "this decision is recorded: nothing is left to do";

    /// A severity without numbers.
    SanctionSeverity = "sanction.severity", Rule, "choose a severity of the policy in force";
    /// A basis that does not exist.
    SanctionBasis = "sanction.basis", Conflict, "name an indicator of the policy in force, a clause that bound the subject on that day, or a recorded decision that stands";
    /// Begins in the past.
    SanctionStart = "sanction.starts_on", Rule, "a sanction begins today or at most 30 days later, an urgent one today";
    /// Ends wrongly.
    SanctionTerm = "sanction.term", Rule, "ends_on lies between starts_on and the end of the policy's term; absent only where there is no term";
    /// The same wrong once more.
    SanctionSettled = "sanction.settled", Conflict, "a decision, or a breach of a clause on one day, is sanctioned once, unless the council retracts that; conduct not while a sanction on its indicator runs, nor for 90 days after one was lifted; none of them while a contest of the sanction is open, nor once one was decided for the subject (conduct: for 90 days)";
    /// Urgent, but not an S4 of up to 14 days.
    SanctionUrgent = "sanction.urgent", Rule, "only an S4 of at most 14 days is urgent";
    /// Urgent over and over.
    SanctionUrgentAgain = "sanction.urgent_again", Conflict, "one urgent suspension per basis and year, and none within 30 days after another: propose the sanction";
    /// The proposal that the policy requires.
    SanctionProposal = "sanction.proposal", Conflict, "propose the sanction first and name that event in `proposal`, where the policy has a reply window; it is about this subject, unused and at most 30 days old";
    /// Proposed already.
    ProposalExists = "proposal.exists", Conflict, "one proposal per proposer and subject at a time: wait until it is used or lapses";
    /// Graver than what the subject could reply to.
    SanctionHarsher = "sanction.harsher", Conflict, "impose what was proposed or less: the same basis and reason, no graver, no earlier, no longer";
    /// Too small a council, or too few signatures, for S4 or S5.
    SanctionGrave = "sanction.grave", Forbidden, "S4 and S5 need a council of the policy's least size and its signatures of distinct controller groups, or of all that did not propose it";

    /// Read too long ago, or to last too long.
    CertificateTerms = "certificate.terms", Rule, "`as_of` lies at most 7 days back, and `valid_until` after today and at most 365 days ahead";
    /// Not the policy in force, or one without conditions.
    CertificatePolicy = "certificate.policy", Conflict, "name the policy version in force on `as_of`; it grants certificates only where it says on which conditions";
    /// Another score than the ledger computes.
    CertificateScore = "certificate.score", Conflict, "state the score and band that the ledger shows on `as_of`: see `tinnhiem score`";
    /// The score does not speak for it.
    CertificateConditions = "certificate.conditions", Conflict, "on `as_of` and today, the score reaches the policy's least band and confidence, no sanction that bars it is in force or about to begin, and no contest is overdue";

    /// Announced where nobody asks for it.
    ReplyUnasked = "reply.unasked", Conflict, "the policy in force has no reply window: publish or impose at once";
    /// Replied before.
    ReplyGiven = "reply.given", Conflict, "the subject has replied: once is all";
    /// After the last day to reply.
    ReplyLate = "reply.late", Rule, "the days to reply are over: contest the item once it is recorded";
    /// Before the subject has been heard.
    ReplyPending = "reply.pending", Conflict, "the subject may still reply: wait for its reply, or until the day named is over; a reply while a recovered key of the subject is in its first 30 days shortens nothing";

    /// Too late to contest.
    ContestLate = "contest.late", Rule, "the days to contest are over; a factual error may be contested at any time";
    /// Contested already.
    ContestOpen = "contest.exists", Conflict, "this item's contest is open: await the decision, or withdraw it with `tinnhiem withdraw`";
    /// Decided before, or declined on this ground.
    ContestSettled = "contest.settled", Conflict, "this item's contest was decided, or declined on this ground: the same facts are not contested twice";
    /// Too many at once.
    ContestCount = "contest.too_many", Conflict, "as many contests wait for a decision as the policy allows, appeals and overdue ones not counted: await one or withdraw one";
    /// Out of turn.
    ContestStage = "contest.stage", Conflict, "the contest has not come so far, or is past that: `tinnhiem show SEQ` tells how it goes on";
    /// Put off again, before its days began, or where the policy has no extension.
    ContestExtension = "contest.extension", Conflict, "a decision is put off once, before its last day has passed, where the policy has days for that";
    /// An effect missing, stray or of the wrong kind.
    ContestEffect = "contest.effect", Rule, "a partial outcome, and only that, says what remains: grades struck, none of them a highest one, or a milder sanction";
    /// The panel that sits, missing or another one.
    ContestPanel = "contest.panel", Conflict, "a contest for which the policy had an admission window is decided by its panel: seat it, and name its newest panel.seated event in `panel`; any other contest names none";
    /// Before the subject's days to challenge are over.
    ChallengePending = "challenge.pending", Conflict, "the subject may still challenge a member of the panel: wait for its challenge, or until the day named";
    /// Too late to appeal, or nothing to appeal.
    AppealLate = "appeal.late", Conflict, "a decision that did not uphold the contest is appealed within the policy's days; without such days, not at all";

    /// A panel sits already.
    PanelExists = "panel.exists", Conflict, "a panel sits: only the subject's challenge, or the suspension or removal of one of its members, changes it";
    /// A challenge that is late, a second one, or of nobody on the panel.
    PanelChallenge = "panel.challenge", Conflict, "the subject challenges one member of the panel, once, within 3 days of that member's seating, or as many as there are to decide where those are fewer";
    /// Values are due.
    PanelValues = "panel.values", Conflict, "the panel cannot be drawn yet: operator and auditor reveal their values with `tinnhiem draw reveal`, or count as zero from the 4th day after the filing";
    /// Other members than those drawn.
    PanelDraw = "panel.draw", Conflict, "seat the members that `tinnhiem draw repeat` names, in that order; where they are too few, the council then names active members without a tie, who may be admitted for that";

    /// Auditor and operator in one hand.
    DrawOwnGroup = "draw.own_group", Forbidden, "the auditor's controller group is not the operator's";
    /// No values, or too many.
    DrawLength = "draw.length", Rule, "a chain has 1 to 1000000 values";
    /// Committed already.
    DrawExists = "draw.exists", Conflict, "a chain serves until its last value is revealed or its holder no longer acts";
    /// Out of turn.
    DrawOrder = "draw.order", Conflict, "reveal for the first filing that waits for a value of yours: see /v1/draws";
    /// Not the value before the last.
    DrawValue = "draw.value", Rule, "the BLAKE3 hash of the value must be the value revealed before it, or the tip";

    /// A replacement that is not one of higher grades.
    CorrectionGrades = "correction.grades", Rule, "only an assessment is replaced, and only by higher grades of indicators that it graded; withdraw it and assess anew for anything else";

    /// No proper media type, or a last day that has passed.
    EvidenceTerms = "evidence.terms", Rule, "media_type is one like video/mp4 in at most 100 plain characters, and retain_until lies neither in the past nor over ten years ahead";
    /// Held already.
    EvidenceExists = "evidence.exists", Conflict, "this evidence is held: nothing is left to do";
    /// Too much.
    EvidenceCount = "evidence.too_many", Conflict, "at most 256 pieces of evidence about one subject are held, 32 of them by one controller group: destroy what is no longer needed";
    /// Shown to nobody that the ledger knows.
    EvidenceRecipient = "evidence.recipient", Conflict, "name an active member, a subject or the council";
    /// Shown to it before.
    EvidenceShown = "evidence.disclosed", Conflict, "it was shown to this party: nothing is left to do";
    /// Shown to too many.
    EvidenceRecipients = "evidence.too_many_recipients", Conflict, "at most 64 parties are named as having seen a piece of evidence: nothing more is recorded";
    /// Still to be kept.
    EvidenceRetained = "evidence.retained", Conflict, "it must be kept to the last day named: wait";
    /// A contest may need it.
    EvidenceContested = "evidence.contested", Conflict, "a contest of the subject is open, or its decision may still be appealed: wait";

    /// None, too many, one twice, or others than asked for.
    ErasureTargets = "erasure.targets", Rule, "name 1 to 64 distinct events about the subject; what is executed was asked for";
    /// Asked for already.
    ErasureExists = "erasure.exists", Conflict, "your request before this one waits for the operator's answer: `tinnhiem show` tells what it names; ask again once it is answered, or its last day is over";
    /// Something still needs it.
    ErasureClock = "erasure.clock", Conflict, "an open contest or appeal, a decision that may still be appealed, an open notice or proposal, evidence to be kept or the enrolment itself still needs it: leave it out, or refuse on that ground";

    /// Positions that are not in the log, out of order or too many.
    FindingPositions = "finding.positions", Rule, "name at most 64 places below the log's size, ascending";

    /// A size that is not after the last commitment's, or not in the log.
    CommitmentSize = "commitment.size", Conflict, "commit to a size above the last commitment's and at most the log's: `tinnhiem state commit` makes it";
    /// A day before the entries, or ahead.
    CommitmentDate = "commitment.date", Rule, "date lies neither before the last entry that the commitment counts nor after today";

    /// Auditor and operator in one hand.
    AttestationOwnGroup = "attestation.own_group", Forbidden, "the auditor's controller group is not the operator's";
    /// Nothing was committed to at that size.
    AttestationSize = "attestation.size", Conflict, "attest the size of a commitment: see /v1/commitments";
    /// Attested before.
    AttestationExists = "attestation.exists", Conflict, "you have attested this commitment: nothing is left to do";

    /// A text of another issuer, or about somebody else.
    CommitmentTaken = "commitment.taken", Conflict, "this commitment is the text of the entry named, which alone keeps it or has it erased: name that event instead, or attach your own words under a new salt";
}

/// A refusal: its reason and what it is about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Rejection {
    /// Why.
    pub reason: Reason,
    /// The key, member, date or limit in question.
    pub about: String,
}

impl Rejection {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        self.reason.code()
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.about.is_empty() {
            f.write_str(self.reason.advice())
        } else {
            write!(f, "{}: {}", self.about, self.reason.advice())
        }
    }
}

impl Reason {
    /// A refusal about `what`.
    pub(super) fn about(self, what: impl fmt::Display) -> Rejection {
        Rejection { reason: self, about: what.to_string() }
    }

    /// Refuses with this reason unless `holds`.
    pub(super) fn unless(self, holds: bool, what: impl fmt::Display) -> Result<(), Rejection> {
        if holds { Ok(()) } else { Err(self.about(what)) }
    }
}

impl From<Reason> for Rejection {
    fn from(reason: Reason) -> Self {
        Self { reason, about: String::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct() {
        let codes: std::collections::BTreeSet<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
        assert_eq!(codes.len(), Reason::ALL.len());
    }
}
