//! How an event is taken back, or what can be done in place of that.

use super::finality;
use crate::event::{Body, Event};
use crate::limits;

/// The command that takes an event back, or why none does.
pub(super) fn taken_back(event: &Event, seq: u64) -> String {
    let subject = event.subject.map(|subject| subject.to_string()).unwrap_or_default();
    let (issuer, seats) = (&event.issuer, "--key SEAT.pem …");
    let ended = |verb: &str, keys: &str| {
        format!("tinnhiem {verb} --issuer {issuer} --subject {subject} --target {seq} {keys}")
    };
    let command = match &event.body {
        Body::AssessmentPublished(_)
        | Body::EndorsementPublished(_)
        | Body::ContestFiled(_)
        | Body::AppealFiled(_) => {
            format!("tinnhiem withdraw {seq} --reason '…' --key KEY.pem")
        }
        Body::AccreditationGranted(_) | Body::SanctionImposed(_) | Body::CertificateGranted(_) => {
            format!("tinnhiem withdraw {seq} --reason '…' {seats}")
        }
        Body::MemberSuspended(body) => format!("tinnhiem member reinstate --member {} {seats}", body.member),
        Body::MemberReinstated(body) => format!("tinnhiem member suspend --member {} {seats}", body.member),
        Body::MemberAdmitted(body) => {
            return format!(
                "không rút lại được; tạm ngừng / it is not taken back; to hold it back until it is reinstated:\n  \
                 tinnhiem member suspend --member {member} {seats}\nloại hẳn / to end it for good, its id never given again:\n  \
                 tinnhiem member remove --member {member} {seats}",
                member = body.member
            );
        }
        Body::MemberUpdated(body) => format!("tinnhiem member update --member {} … {seats}", body.member),
        Body::AccountLinked(_) => ended("subject unlink", "--key KEY.pem --key KOL.pem"),
        Body::CollaborationDeclared(_) => {
            let months = limits::COLLABORATION_DAYS / 30;
            return format!(
                "không rút lại được: chấm dứt chỉ đưa ngày cuối lên hôm nay; bảo chứng đã vô hiệu vẫn vô hiệu, và đến {months} \
                 tháng sau ngày cuối bảo chứng của bên ấy chỉ được tính nếu là commercial / it is not taken back: to end it \
                 brings its last day forward to today; endorsements that it voided stay void, and until {months} months \
                 after that day those of the business count only as commercial:\n  {}",
                ended("collaboration end", "--key KEY.pem --key KOL.pem")
            );
        }
        Body::EvidenceCommitted(_) => ended("evidence destroy", "--key KEY.pem"),
        Body::DecisionRecorded(_) => {
            format!(
                "tinnhiem decision overturn --issuer {issuer} --subject {subject} --target {seq} --authority … --code … --date … --key KEY.pem"
            )
        }
        Body::KeyAdded(body) if body.owner.is_some() => {
            format!("tinnhiem key revoke --issuer council --target {} --cause cancelled {seats}", body.key)
        }
        // Another key of its owner ends none.
        Body::KeyAdded(body) => {
            return format!(
                "rút lại / to take it back, với tệp riêng của chính khóa ấy / with the private file of that very key:\n  \
                 tinnhiem key revoke --issuer {issuer} --target {key} --cause retired --key NEW.pem",
                key = body.key
            );
        }
        Body::SubjectDeparted(_) => {
            format!(
                "tinnhiem subject resume --subject {subject} … (bên ghi danh và bạn / a registrar and you)"
            )
        }
        Body::PolicyPublished(body) => {
            format!("tinnhiem policy publish FILE --from {} {seats}", body.effective_from)
        }
        Body::CouncilChanged(_) => format!("tinnhiem council reseat … {seats}"),
        Body::OperatorChanged(_) => format!("tinnhiem council hand-over … {seats}"),
        // What answers or ends something stands; what can be done instead is told.
        Body::LedgerOpened(_)
        | Body::LedgerKeyRotated(_)
        | Body::MemberRemoved(_)
        | Body::AccreditationWithdrawn(_)
        | Body::KeyRotated(_)
        | Body::KeyRevoked(_)
        | Body::SubjectEnrolled(_)
        | Body::SubjectResumed(_)
        | Body::AccountUnlinked(_)
        | Body::AssessmentNotified(_)
        | Body::AssessmentReplied(_)
        | Body::AssessmentWithdrawn(_)
        | Body::CodePublished(_)
        | Body::PledgeSigned(_)
        | Body::CollaborationEnded(_)
        | Body::EndorsementWithdrawn(_)
        | Body::DecisionOverturned(_)
        | Body::SanctionProposed(_)
        | Body::SanctionReplied(_)
        | Body::SanctionLifted(_)
        | Body::CertificateWithdrawn(_)
        | Body::ContestAdmitted(_)
        | Body::ContestDeclined(_)
        | Body::PanelSeated(_)
        | Body::ContestExtended(_)
        | Body::ContestDecided(_)
        | Body::ContestWithdrawn(_)
        | Body::AppealDecided(_)
        | Body::DrawCommitted(_)
        | Body::DrawRevealed(_)
        | Body::CorrectionIssued(_)
        | Body::EvidenceDisclosed(_)
        | Body::EvidenceDestroyed(_)
        | Body::ErasureRequested(_)
        | Body::ErasureExecuted(_)
        | Body::ErasureRefused(_)
        | Body::AuditFinding(_)
        | Body::StateCommitted(_)
        | Body::StateAttested(_) => {
            return finality::sentence(event.body.event_type()).unwrap_or_default();
        }
    };
    format!("rút lại / to take it back:\n  {command}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use clap::CommandFactory;

    use super::*;
    use crate::cli::Cli;
    use crate::event::EventType;

    /// An event of each type, as the judgements of the vectors hold them.
    fn one_of_each() -> BTreeMap<EventType, Event> {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/judgements");
        let mut found = BTreeMap::new();
        for file in std::fs::read_dir(folder).unwrap() {
            for line in std::fs::read_to_string(file.unwrap().path()).unwrap().lines() {
                let line: serde_json::Value = serde_json::from_str(line).unwrap();
                let event = line["event"].as_str().and_then(|event| Event::parse(event.as_bytes()).ok());
                found.extend(event.map(|event| (event.body.event_type(), event)));
            }
        }
        found
    }

    /// The commands that a text names: on lines of their own, and between backquotes.
    fn commands(text: &str) -> Vec<Vec<String>> {
        let lines = text.lines().filter_map(|line| line.strip_prefix("  tinnhiem "));
        let named = text.split('`').skip(1).step_by(2).map(|one| one.trim_start_matches("tinnhiem "));
        let words = |one: &str| one.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let found: Vec<_> = lines.chain(named).map(words).collect();
        // The first command may stand after its introduction.
        let first = text.strip_prefix("tinnhiem ").map(words);
        found.into_iter().chain(first).collect()
    }

    #[test]
    fn every_event_says_how_it_is_taken_back_by_commands_that_there_are() {
        let all = one_of_each();
        for of in EventType::ALL {
            let event = all.get(of).unwrap_or_else(|| panic!("no vector holds {of}"));
            let told = taken_back(event, 7);
            let says = ["take it back", "not taken back", "resume"].iter().any(|one| told.contains(one));
            assert!(says, "{of}: {told}");
            assert!(!commands(&told).is_empty(), "{of} names nothing that can be done: {told}");
            for words in commands(&told) {
                let mut verb = &Cli::command();
                let mut rest = &words[..];
                while let Some(below) = rest.first().and_then(|word| verb.find_subcommand(word)) {
                    (verb, rest) = (&*Box::leak(Box::new(below.clone())), &rest[1..]);
                }
                assert!(rest.len() < words.len(), "{of}: no verb is {words:?}");
                for option in rest.iter().filter_map(|word| word.strip_prefix("--")) {
                    let there = verb.get_arguments().any(|one| one.get_long() == Some(option));
                    assert!(there, "{of}: {words:?} has no --{option}");
                }
            }
        }
    }
}
