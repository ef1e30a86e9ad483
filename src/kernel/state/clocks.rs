//! Open clocks: who must act by when, who still may, and what is about to happen by itself. They are listed here;
//! the days themselves follow from the records, in [`facts`](crate::facts).
//!
//! **A clock is read, not kept.** Open clocks are computed from what stands, on the day asked; no timer runs
//! and nothing is stored, so a replay sees the same. A listing of the whole programme looks through every
//! file, one such look at a time, and keeps only the page.

use std::rc::Rc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Drawer, State};
use crate::dsse::EventId;
use crate::engines::Excluded;
use crate::event::words::Words;
use crate::event::{Contesting, ErasureStage, NoticeStage, PartyId, ProposalStage, SubjectId};
use crate::facts::{Assessment, At, Contest, Dossier, Notice, Panelled, PartyNumber, Proposal, Recorded};
use crate::time::Date;

/// What a clock runs down to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Awaited {
    /// A contest is to be admitted or declined; once its day is over, it is admitted.
    ContestAdmission,
    /// A contest is to be decided; once its day is over, the item is out of the score until it is.
    ContestDecision,
    /// An appeal is to be decided; once its day is over, the item is out of the score until it is.
    AppealDecision,
    /// A member of a panel may be challenged; the panel decides afterwards.
    PanelChallenge,
    /// A decision may be appealed.
    AppealFiling,
    /// An item may be contested on every ground; a factual error may be at any time.
    ContestFiling,
    /// The subject may reply to a notified assessment; it is not published before.
    NoticeReply,
    /// A notified assessment, heard, may be published; afterwards it is to be notified again.
    NoticeUse,
    /// The subject may reply to a proposed sanction; it is not imposed before.
    ProposalReply,
    /// A proposed sanction, heard, may be imposed; afterwards it is to be proposed again.
    ProposalUse,
    /// A value is to be revealed for the draw of a panel; afterwards it counts as zero.
    DrawReveal,
    /// A request for erasure is to be answered; once its day is over, the subject may ask again.
    ErasureAnswer,
    /// A key recovered by the council begins to act; its owner may cancel it before.
    KeyRecovery,
    /// A policy version comes into force.
    PolicyBegins,
    /// The last day of an accreditation.
    AccreditationEnds,
    /// The last day on which an assessment counts.
    AssessmentEnds,
    /// The last day on which an endorsement counts.
    EndorsementEnds,
    /// The first day of a sanction.
    SanctionBegins,
    /// The last day of a sanction.
    SanctionEnds,
    /// The last day of paid work.
    CollaborationEnds,
    /// A certificate is to be renewed: after its last day it has lapsed.
    CertificateRenewal,
    /// The last day of a certificate.
    CertificateEnds,
}

/// What is asked of whom a clock names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    /// It must act by then.
    Must,
    /// It may act until then.
    May,
    /// Nothing: it happens by itself, and is good to know.
    Will,
}

impl Duty {
    /// The same for people.
    pub fn words(self) -> Words {
        let (vi, en) = match self {
            Self::Must => ("phải làm", "to be done"),
            Self::May => ("có thể làm", "may be done"),
            Self::Will => ("sẽ xảy ra", "will happen"),
        };
        Words { vi, en }
    }
}

impl Awaited {
    /// What is asked of whom the clock names.
    pub fn duty(self) -> Duty {
        match self {
            Self::ContestAdmission | Self::ContestDecision | Self::AppealDecision => Duty::Must,
            Self::DrawReveal | Self::ErasureAnswer => Duty::Must,
            Self::PanelChallenge | Self::CertificateRenewal => Duty::May,
            Self::ContestFiling | Self::AppealFiling | Self::KeyRecovery => Duty::May,
            Self::NoticeReply | Self::NoticeUse | Self::ProposalReply | Self::ProposalUse => Duty::May,
            _ => Duty::Will,
        }
    }

    /// The same for people.
    pub fn words(self) -> Words {
        let (vi, en) = match self {
            Self::ContestDecision => ("hạn quyết định khiếu nại", "a contest is to be decided"),
            Self::ContestAdmission => {
                ("hạn thụ lý khiếu nại, quá hạn coi như thụ lý", "a contest is to be admitted or declined")
            }
            Self::AppealDecision => ("hạn quyết định khiếu nại lần hai", "an appeal is to be decided"),
            Self::PanelChallenge => {
                ("hạn từ chối một thành viên hội đồng", "last day to challenge a member of the panel")
            }
            Self::AppealFiling => ("hạn khiếu nại lần hai", "last day to appeal"),
            Self::ContestFiling => ("hạn khiếu nại", "last day to contest"),
            Self::NoticeReply => {
                ("hạn trả lời báo trước đánh giá", "last day to reply to a notified assessment")
            }
            Self::NoticeUse => {
                ("hạn công bố đánh giá đã báo trước", "last day to publish a notified assessment")
            }
            Self::ProposalReply => ("hạn trả lời đề xuất xử lý", "last day to reply to a proposed sanction"),
            Self::ProposalUse => {
                ("hạn áp dụng biện pháp đã đề xuất", "last day to impose a proposed sanction")
            }
            Self::DrawReveal => {
                ("hạn mở giá trị rút thăm hội đồng", "a value of a panel's draw is to be revealed")
            }
            Self::ErasureAnswer => {
                ("hạn trả lời yêu cầu xóa dữ liệu", "a request for erasure is to be answered")
            }
            Self::KeyRecovery => {
                ("khóa khôi phục có hiệu lực, chủ khóa có thể hủy trước đó", "a recovered key begins to act")
            }
            Self::PolicyBegins => ("chính sách mới có hiệu lực", "a policy comes into force"),
            Self::AccreditationEnds => ("công nhận hết hạn", "an accreditation ends"),
            Self::AssessmentEnds => ("đánh giá hết hiệu lực", "an assessment ends"),
            Self::EndorsementEnds => ("bảo chứng hết hạn", "an endorsement ends"),
            Self::SanctionBegins => ("biện pháp xử lý bắt đầu", "a sanction begins"),
            Self::SanctionEnds => ("biện pháp xử lý kết thúc", "a sanction ends"),
            Self::CollaborationEnds => ("hợp tác kết thúc", "paid work ends"),
            Self::CertificateRenewal => ("hạn cấp lại chứng nhận", "last day to renew a certificate"),
            Self::CertificateEnds => ("ngày cuối của chứng nhận", "last day of a certificate"),
        };
        Words { vi, en }
    }
}

/// Whom a clock runs for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// The council.
    Council,
    /// A member.
    Member(PartyNumber),
    /// A subject.
    Subject(SubjectId),
    /// Everybody.
    All,
}

/// A clock that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenClock {
    /// What it runs down to.
    pub what: Awaited,
    /// The last day to act, or the day on which it happens.
    pub due: Date,
    /// Whom it runs for.
    pub who: Who,
    /// Whom it is about.
    pub subject: Option<SubjectId>,
    /// The event that started it.
    pub event: EventId,
    /// That event's place in the log.
    pub seq: u64,
}

impl OpenClock {
    /// Whether its day is over and nobody acted.
    pub fn is_missed(&self, on: Date) -> bool {
        self.due < on
    }

    pub(super) fn of(recorded: &Recorded, what: Awaited, due: Date, who: Who, subject: SubjectId) -> Self {
        Self { what, due, who, subject: Some(subject), event: recorded.event, seq: recorded.seq }
    }
}

impl State {
    /// Every clock that runs on a day, in no order; each of them only while it is looked at.
    pub fn clocks(&self, on: Date) -> impl Iterator<Item = OpenClock> {
        let about = self.dossiers().iter().flat_map(move |dossier| self.clocks_about(dossier, on));
        let draws = Drawer::BOTH.into_iter().flat_map(move |drawer| self.clocks_of_draws(drawer, on));
        self.clocks_for_all(on).chain(self.clocks_of_members(on)).chain(draws).chain(about)
    }

    /// The clocks that run for everybody.
    pub fn clocks_for_all(&self, on: Date) -> impl Iterator<Item = OpenClock> {
        let versions = self.policies.versions().iter();
        let coming = versions.filter(move |one| one.span.holds(self.size) && one.effective_from > on);
        coming.map(|one| OpenClock {
            what: Awaited::PolicyBegins,
            due: one.effective_from,
            who: Who::All,
            subject: None,
            event: one.event,
            seq: one.span.from_size.saturating_sub(1),
        })
    }

    /// The clocks of members' own keys and accreditations.
    fn clocks_of_members(&self, on: Date) -> impl Iterator<Item = OpenClock> {
        self.parties.members().flat_map(move |member| {
            let accreditation = self.parties.accreditation(member, self.size).and_then(|one| {
                let who = Who::Member(self.parties.number(member)?);
                let (seq, due) = (self.index.seq(&one.event)?, one.valid_until.filter(|due| *due >= on)?);
                let what = Awaited::AccreditationEnds;
                Some(OpenClock { what, due, who, subject: None, event: one.event, seq })
            });
            accreditation.into_iter().chain(self.recoveries(member, on))
        })
    }

    /// The values that one of the two who draw owes.
    pub(super) fn clocks_of_draws(&self, drawer: Drawer, on: Date) -> impl Iterator<Item = OpenClock> {
        let holder = self.draws.chain(drawer).and_then(|chain| self.parties.number(&chain.holder));
        self.draws.owed(drawer, on).filter_map(move |(filing, draw)| {
            let (who, seq) = (Who::Member(holder?), self.index.seq(filing)?);
            let (what, due) = (Awaited::DrawReveal, draw.reveal_by());
            let subject = self.index.row(seq)?.subject;
            Some(OpenClock { what, due, who, subject, event: *filing, seq })
        })
    }

    /// The keys of a party that the council recovered and that do not act yet.
    fn recoveries(&self, owner: &PartyId, on: Date) -> impl Iterator<Item = OpenClock> {
        let waiting =
            self.parties.keys_of(owner).filter(|(_, key)| key.recovery && key.span.holds(self.size));
        let subject = owner.as_subject();
        let number = self.parties.number(owner);
        waiting.filter_map(move |(_, key)| {
            let seq = key.span.from_size.checked_sub(1)?;
            let due = self.date_of(key.live_from);
            let who = subject.map(Who::Subject).or(number.map(Who::Member))?;
            let event = self.index.row(seq)?.id;
            (due >= on).then_some(OpenClock { what: Awaited::KeyRecovery, due, who, subject, event, seq })
        })
    }

    /// The clocks that run about a subject, but for those of draws.
    pub(super) fn clocks_about<'a>(
        &'a self,
        dossier: &'a Dossier,
        on: Date,
    ) -> impl Iterator<Item = OpenClock> + use<'a> {
        let subject = dossier.subject;
        // Nothing runs about who has left, but for what it asked to have erased.
        let asked = self.register(&subject).into_iter().flat_map(|one| one.erasures.open());
        let operator = self.ledger().and_then(|ledger| self.parties.number(&ledger.operator));
        let erasures = asked.filter(|one| one.stage == ErasureStage::Requested).filter_map(move |one| {
            let who = Who::Member(operator?);
            Some(OpenClock::of(&one.recorded, Awaited::ErasureAnswer, one.answer_by, who, subject))
        });
        let dossier = dossier.enrolments.open().next().map(|_| dossier);
        let register = dossier.and_then(|_| self.register(&subject));
        let ahead = move |due: &Date| *due >= on;
        let contests = dossier.into_iter().flat_map(|one| one.pending.open());
        let contests = contests.flat_map(move |one| self.clocks_of_contest(one, subject, on));
        let decided = dossier.into_iter().flat_map(|one| one.contests(self.size));
        let appealable = decided.filter(|one| one.stage == Contesting::Decided).filter_map(move |one| {
            let (due, who) = (one.appeal_by.filter(ahead)?, Who::Subject(subject));
            Some(OpenClock::of(&one.recorded, Awaited::AppealFiling, due, who, subject))
        });
        let counting = dossier.map(|one| Rc::new(self.counting(one, At { size: self.size, as_of: on })));
        let counts = counting.clone();
        let weighs = move |one: &&Assessment| {
            counts.as_ref().is_some_and(|counting| counting.excludes_assessment(one).is_none())
        };
        let assessments = dossier.into_iter().flat_map(|one| one.assessments.open());
        let assessments = assessments.filter(weighs).filter_map(move |one| {
            let (due, who) = (one.valid_until.filter(ahead)?, Who::Member(one.assessor));
            Some(OpenClock::of(&one.recorded, Awaited::AssessmentEnds, due, who, subject))
        });
        let endorsements =
            dossier.into_iter().flat_map(|one| one.endorsements.open()).filter_map(move |one| {
                let who = match self.parties.name(one.endorser).as_subject() {
                    Some(endorser) => Who::Subject(endorser),
                    None => Who::Member(one.endorser),
                };
                let excluded = counting.as_ref().and_then(|counting| counting.excludes_endorsement(one));
                // One without weight is a tie until its last day all the same.
                let ties = excluded.is_none_or(|excluded| excluded == Excluded::Weight);
                let stands = ties && one.expires_on >= on;
                let clock =
                    || OpenClock::of(&one.recorded, Awaited::EndorsementEnds, one.expires_on, who, subject);
                stands.then(clock)
            });
        let sanctions = dossier.into_iter().flat_map(|one| one.sanctions.open()).filter(|one| !one.lifted);
        let sanctions = sanctions.flat_map(move |one| {
            let clock =
                move |what, due| OpenClock::of(&one.recorded, what, due, Who::Subject(subject), subject);
            let begins = Some(one.starts_on).filter(|due| *due > on);
            let begins = begins.map(|due| clock(Awaited::SanctionBegins, due));
            begins.into_iter().chain(one.ends_on.filter(ahead).map(|due| clock(Awaited::SanctionEnds, due)))
        });
        let paid = register.into_iter().flat_map(|one| one.collaborations.open()).filter_map(move |one| {
            let (due, who) = (Some(one.ends_on).filter(ahead)?, Who::Member(one.business));
            Some(OpenClock::of(&one.recorded, Awaited::CollaborationEnds, due, who, subject))
        });
        // Who has left may come back, and cancels a recovery until then.
        let recoveries = self.recoveries(&subject.into(), on).collect::<Vec<_>>();
        let notices = dossier.into_iter().flat_map(|one| one.notices.open());
        let notices = notices.filter_map(move |one| clock_of_notice(one, subject, on));
        let proposals = dossier.into_iter().flat_map(|one| one.proposals.open());
        let proposals = proposals.filter_map(move |one| clock_of_proposal(one, subject, on));
        let renewal = dossier.and_then(|dossier| self.renewal_of(dossier, on));
        let certificate = dossier.and_then(|dossier| self.end_of_certificate(dossier, on));
        let may_contest = dossier.into_iter().flat_map(move |dossier| self.contestable(dossier, on));
        contests
            .chain(appealable)
            .chain(may_contest)
            .chain(notices)
            .chain(proposals)
            .chain(recoveries)
            .chain(assessments)
            .chain(endorsements)
            .chain(sanctions)
            .chain(paid)
            .chain(renewal)
            .chain(certificate)
            .chain(erasures)
    }

    /// The clocks of a contest that waits for a decision: of the council, or of each who sits on its panel,
    /// and of the subject while it may challenge one of these.
    fn clocks_of_contest(&self, contest: &Contest, subject: SubjectId, on: Date) -> Vec<OpenClock> {
        let clock = |what, due, who| OpenClock::of(&contest.recorded, what, due, who, subject);
        let stage = contest.stage_on(on, &self.policies, self.size);
        if let Some(due) = contest.admit_by.filter(|_| stage == Contesting::Filed) {
            return vec![clock(Awaited::ContestAdmission, due, Who::Council)];
        }
        let what = if stage.is_appeal() { Awaited::AppealDecision } else { Awaited::ContestDecision };
        let challenge_by = contest.panelled.as_deref().and_then(Panelled::challenge_by);
        let challenge = challenge_by.filter(|due| *due >= on);
        let mut clocks: Vec<_> = challenge
            .map(|due| clock(Awaited::PanelChallenge, due, Who::Subject(subject)))
            .into_iter()
            .collect();
        let Some(due) = contest.clock(&self.policies, self.size).decide_by else { return clocks };
        let panel = contest.panel().map_or(&[][..], |panel| &panel.members);
        let panel = panel.iter().filter_map(|member| Some(Who::Member(self.parties.number(member)?)));
        let mut decisions: Vec<_> = panel.map(|who| clock(what, due, who)).collect();
        if decisions.is_empty() {
            decisions.push(clock(what, due, Who::Council));
        }
        clocks.extend(decisions);
        clocks
    }

    /// The items of a subject that it may still contest.
    fn contestable<'a>(
        &'a self,
        dossier: &'a Dossier,
        on: Date,
    ) -> impl Iterator<Item = OpenClock> + use<'a> {
        let subject = dossier.subject;
        let days = |on| self.policy_on(on).and_then(|policy| policy.windows.file).map(i32::from);
        let items = dossier.assessments.open().map(|one| &one.recorded);
        let items = items.chain(dossier.sanctions.open().map(|one| &one.recorded));
        items.filter_map(move |item| {
            let due = item.on.plus_days(days(item.on)?);
            let mut contests = dossier.pending.open().chain(dossier.settled_since(item.seq));
            let used = |stage| stage != Contesting::Withdrawn;
            let contested = contests.any(|one| one.target == item.event && used(one.stage));
            let clock = || OpenClock::of(item, Awaited::ContestFiling, due, Who::Subject(subject), subject);
            (due >= on && !contested).then(clock)
        })
    }

    /// Whether a clock runs for a party; the council's run for everybody who holds a seat.
    pub fn runs_for(&self, clock: &OpenClock, party: &PartyId) -> bool {
        match clock.who {
            Who::All => true,
            Who::Council => {
                party.is_council() || self.parties.council(self.size).any(|seat| seat.member == *party)
            }
            Who::Member(number) => self.parties.name(number) == party,
            Who::Subject(subject) => party.as_subject() == Some(subject),
        }
    }

    /// Whether a clock concerns a party: it runs for it, or about the subject that it is.
    pub fn concerns(&self, clock: &OpenClock, party: &PartyId) -> bool {
        self.runs_for(clock, party) || (clock.subject.is_some() && clock.subject == party.as_subject())
    }

    /// The party that a clock runs for; none: everybody.
    pub fn party_of(&self, clock: &OpenClock) -> Option<PartyId> {
        match clock.who {
            Who::All => None,
            Who::Council => Some(PartyId::council()),
            Who::Member(number) => Some(self.parties.name(number).clone()),
            Who::Subject(subject) => Some(subject.into()),
        }
    }
}

fn clock_of_notice(notice: &Notice, subject: SubjectId, on: Date) -> Option<OpenClock> {
    let (hearing, assessor) = (&notice.hearing, Who::Member(notice.assessor));
    let (what, due, who) = match notice.stage(on) {
        NoticeStage::Waiting => (Awaited::NoticeReply, hearing.reply_by, Who::Subject(subject)),
        NoticeStage::Replied | NoticeStage::Unanswered => (Awaited::NoticeUse, hearing.use_by, assessor),
        NoticeStage::Published | NoticeStage::Lapsed => return None,
    };
    Some(OpenClock::of(&notice.recorded, what, due, who, subject))
}

fn clock_of_proposal(proposal: &Proposal, subject: SubjectId, on: Date) -> Option<OpenClock> {
    let hearing = &proposal.hearing;
    let (what, due, who) = match proposal.stage(on) {
        ProposalStage::Waiting => (Awaited::ProposalReply, hearing.reply_by, Who::Subject(subject)),
        ProposalStage::Replied | ProposalStage::Unanswered => {
            (Awaited::ProposalUse, hearing.use_by, Who::Council)
        }
        ProposalStage::Imposed | ProposalStage::Lapsed => return None,
    };
    Some(OpenClock::of(&proposal.recorded, what, due, who, subject))
}
