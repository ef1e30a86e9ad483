//! What assessors find: `notify`, `assess`

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::Context;
use clap::Args;

use super::attaching::Large;
use super::named::{EventName, PartyName, SubjectName};
use super::signing::{Attaching, Signing, Statement};
use crate::api::views::{EventView, LedgerView};
use crate::engines::Score;
use crate::event::{
    AssessmentNotified, AssessmentPublished, Body, Document, EventType, IndicatorId, Levels, PartyId,
    SubjectId,
};
use crate::time::Date;

/// `I4=2`, or `I4=-` for an indicator that does not apply.
#[derive(Debug, Clone)]
struct Grade(IndicatorId, Option<u16>);

impl FromStr for Grade {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (indicator, level) = text.split_once('=').ok_or("expected INDICATOR=LEVEL, such as I4=2")?;
        let level = match level {
            "-" => None,
            level => Some(level.parse().map_err(|_| format!("{level} is no level"))?),
        };
        Ok(Self(indicator.parse().map_err(|error| format!("{error}"))?, level))
    }
}

/// `I4=FILE`, or `I4=COMMITMENT` for evidence that was committed to before.
#[derive(Debug, Clone)]
pub(super) struct Evidence(IndicatorId, PathBuf);

/// Attaches evidence; its commitments by indicator.
pub(super) fn by_indicator(
    evidence: &[Evidence],
    attaching: &mut Attaching,
) -> anyhow::Result<BTreeMap<IndicatorId, Vec<Document>>> {
    let mut by: BTreeMap<IndicatorId, Vec<Document>> = BTreeMap::new();
    for Evidence(indicator, path) in evidence {
        let cited = path.to_str().and_then(|text| text.parse().ok()).filter(|_| !path.exists());
        let document = cited.map_or_else(|| attaching.file(path), Ok)?.into();
        let documents = by.entry(indicator.clone()).or_default();
        if !documents.contains(&document) {
            documents.push(document);
        }
    }
    Ok(by)
}

impl FromStr for Evidence {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (indicator, path) = text.split_once('=').ok_or("expected INDICATOR=FILE")?;
        Ok(Self(indicator.parse().map_err(|error| format!("{error}"))?, path.into()))
    }
}

/// What is found.
#[derive(Debug, Args)]
struct Findings {
    /// The policy version; the one in force unless given
    #[arg(long)]
    policy: Option<u32>,
    /// INDICATOR=LEVEL, or INDICATOR=- where it does not apply; `tinnhiem policy show` names indicators and levels; repeatable
    #[arg(long = "grade")]
    grades: Vec<Grade>,
    /// INDICATOR=FILE, attached once however many grades rest on it; or INDICATOR=COMMITMENT, committed to before;
    /// lowest and highest grades need one
    #[arg(long = "evidence")]
    evidence: Vec<Evidence>,
    /// Keep evidence that is too large to attach yourself until this day, and commit to it
    #[arg(long)]
    retain_until: Option<Date>,
    /// First day of the conduct observed, YYYY-MM-DD; needed where no notice is published
    #[arg(long)]
    observed_from: Option<Date>,
    /// Last day of the conduct observed; needed where no notice is published
    #[arg(long)]
    observed_until: Option<Date>,
    /// Last day on which it counts
    #[arg(long)]
    valid_until: Option<Date>,
    /// You have a conflict of interest: published, weighs nothing
    #[arg(long)]
    conflict: bool,
    /// You were paid by, or trade with, the subject or its group
    #[arg(long)]
    fee: bool,
    /// The reasoning; what was notified is published with its own
    #[arg(long)]
    statement: Option<String>,
}

impl Findings {
    /// The version in force, where none is given.
    async fn by_policy(&mut self, signing: &Signing) -> anyhow::Result<()> {
        if self.policy.is_none() && signing.asks() {
            let ledger: LedgerView = signing.at.client().json("/v1/ledger").await?;
            self.policy = ledger.policy;
        }
        Ok(())
    }

    /// The findings given, over those notified.
    fn over(
        self,
        notified: Option<AssessmentNotified>,
        attaching: &mut Attaching,
    ) -> anyhow::Result<AssessmentNotified> {
        anyhow::ensure!(
            notified.is_none() || self.statement.is_none(),
            "the statement notified is the assessment's: leave --statement out"
        );
        let graded = |id: &IndicatorId| self.grades.iter().filter(|one| one.0 == *id).count();
        if let Some(Grade(twice, _)) = self.grades.iter().find(|one| graded(&one.0) > 1) {
            anyhow::bail!("{twice} is graded twice");
        }
        let mut body = match notified {
            Some(notified) => notified,
            None => AssessmentNotified {
                policy: self.policy.context("give --policy")?,
                grades: Levels::default(),
                evidence: BTreeMap::new(),
                observed_from: self.observed_from.context("--observed-from is needed")?,
                observed_until: self.observed_until.context("--observed-until is needed")?,
                valid_until: None,
                conflict: false,
                fee: false,
                statement: attaching.optional(self.statement)?.map(Into::into),
            },
        };
        body.policy = self.policy.unwrap_or(body.policy);
        (attaching.retain_until, attaching.large) = (self.retain_until, Large::Kept);
        self.grades.into_iter().for_each(|Grade(indicator, level)| body.grades.insert(indicator, level));
        for (indicator, documents) in by_indicator(&self.evidence, attaching)? {
            let known = body.evidence.entry(indicator).or_default();
            known.extend(documents.into_iter().filter(|one| !known.contains(one)).collect::<Vec<_>>());
        }
        body.observed_from = self.observed_from.unwrap_or(body.observed_from);
        body.observed_until = self.observed_until.unwrap_or(body.observed_until);
        body.valid_until = self.valid_until.or(body.valid_until);
        body.conflict |= self.conflict;
        body.fee |= self.fee;
        Ok(body)
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem notify --issuer o1-minh-bach-so --subject kol-0123456789abc \\
    --policy 2 --grade I1=0 --evidence I1=video.png --observed-from 2026-10-01 \\
    --observed-until 2026-11-20 --valid-until 2027-09-30 \\
    --statement 'Ba video không ghi nhãn.' --key o1-minh-bach-so.pem")]
pub(super) struct Notify {
    /// The assessor
    #[arg(long)]
    issuer: PartyName,
    /// Whom it is about
    #[arg(long)]
    subject: SubjectName,
    #[command(flatten)]
    findings: Findings,
    #[command(flatten)]
    signing: Signing,
}

impl Notify {
    pub(super) async fn run(mut self) -> anyhow::Result<u8> {
        let subject = self.signing.subject(&self.subject).await?;
        let mut attaching = Attaching::default();
        self.findings.by_policy(&self.signing).await?;
        let body = self.findings.over(None, &mut attaching)?;
        let issuer = self.signing.party(&self.issuer).await?;
        self.signing.publish(Statement::about(subject, issuer, body, attaching)).await
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tinnhiem assess --issuer o1-minh-bach-so --subject kol-0123456789abc \\
    --policy 2 --grade I1=1 --observed-from 2026-10-01 \\
    --observed-until 2026-11-20 --valid-until 2027-09-30 \\
    --key o1-minh-bach-so.pem

  One grade of an earlier one is another; all else stays:
  tinnhiem assess --issuer o1-minh-bach-so --subject kol-0123456789abc \\
    --like 334 --grade I1=2 --key o1-minh-bach-so.pem

    What was notified, once the subject replied or its days are over; it may be
      better, never worse:
  tinnhiem assess --issuer o1-minh-bach-so --subject kol-0123456789abc \\
    --notice 5f…e2 --grade I1=1 --key o1-minh-bach-so.pem")]
pub(super) struct Assess {
    /// The assessor
    #[arg(long)]
    issuer: PartyName,
    /// Whom it is about
    #[arg(long)]
    subject: SubjectName,
    /// The `assessment.notified` event; what it says is published, but for what is given here
    #[arg(long)]
    notice: Option<EventName>,
    /// An assessment of yours about this KOL; what it says is published again, but for what is given here
    #[arg(long, conflicts_with = "notice")]
    like: Option<EventName>,
    #[command(flatten)]
    findings: Findings,
    #[command(flatten)]
    signing: Signing,
}

impl Assess {
    pub(super) async fn run(mut self) -> anyhow::Result<u8> {
        let subject = self.signing.subject(&self.subject).await?;
        let issuer = self.signing.party(&self.issuer).await?;
        let mut attaching = Attaching::default();
        let (notice, notified) = match &self.notice {
            Some(name) => {
                let notice = self.signing.event(name).await?;
                (Some(notice), Some(self.signing.body_of(&notice, EventType::AssessmentNotified).await?))
            }
            None => (None, None),
        };
        if notified.is_none() {
            self.findings.by_policy(&self.signing).await?;
        }
        let notified = match self.like.take() {
            Some(name) => Some(self.earlier(&name, &issuer, subject, &mut attaching).await?),
            None => notified,
        };
        let found = self.findings.over(notified, &mut attaching)?;
        let body = AssessmentPublished {
            policy: found.policy,
            grades: found.grades,
            evidence: found.evidence,
            observed_from: found.observed_from,
            observed_until: found.observed_until,
            valid_until: found.valid_until,
            conflict: found.conflict,
            fee: found.fee,
            statement: found.statement,
            notice,
        };
        let remarks = match self.signing.asks() {
            true => replaced(&self.signing, &issuer, subject, body.grades.iter().count()).await,
            false => None,
        };
        let statement = Statement::about(subject, issuer, body, attaching);
        self.signing.publish_knowing(statement, remarks.as_slice()).await
    }
}

impl Assess {
    /// What an earlier assessment says, to be said again; a statement given takes the place of its own.
    async fn earlier(
        &mut self,
        name: &EventName,
        issuer: &PartyId,
        subject: SubjectId,
        attaching: &mut Attaching,
    ) -> anyhow::Result<AssessmentNotified> {
        let view = name.entry(&self.signing.at.client()).await?;
        let (id, row) = (view.row.id, &view.row);
        anyhow::ensure!(
            row.issuer == *issuer && row.subject == Some(subject),
            "entry {} is no assessment of yours about this KOL",
            row.seq
        );
        let old: AssessmentPublished = self.signing.body_of(&id, EventType::AssessmentPublished).await?;
        let mut evidence = old.evidence;
        // What a grade rested on that does not apply now is no evidence of anything.
        evidence.retain(|indicator, _| {
            !self.findings.grades.iter().any(|Grade(graded, level)| graded == indicator && level.is_none())
        });
        let statement = attaching.optional(self.findings.statement.take())?.or(old.statement.map(Into::into));
        Ok(AssessmentNotified {
            policy: old.policy,
            grades: old.grades,
            evidence,
            observed_from: old.observed_from,
            observed_until: old.observed_until,
            valid_until: old.valid_until,
            conflict: old.conflict,
            fee: old.fee,
            statement: statement.map(Into::into),
        })
    }
}

/// What an assessment of so many grades takes the place of.
async fn replaced(signing: &Signing, issuer: &PartyId, subject: SubjectId, grades: usize) -> Option<String> {
    let client = signing.at.client();
    // What is not known is not said; the ledger judges the event all the same.
    let score: Score = client.json(&format!("/v1/subjects/{subject}/score")).await.ok()?;
    let one = score.assessments.iter().find(|one| one.assessor == *issuer)?;
    let old: EventView = client.json(&format!("/v1/events/{}", one.event)).await.ok()?;
    let Body::AssessmentPublished(before) = old.event().ok()?.body else { return None };
    let (seq, before) = (old.row.seq, before.grades.len());
    Some(format!(
        "thay đánh giá ở mục {seq} ({before} chỉ báo) bằng {grades} chỉ báo / replaces your assessment, entry \
         {seq} ({before} grades), by {grades}: indicators left out now count for nothing"
    ))
}
