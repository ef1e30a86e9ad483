//! Images of the state: their form, and what becomes of those that are not of this log.

use tinnhiem::audit::Place;
use tinnhiem::clock::Clock;
use tinnhiem::demo;
use tinnhiem::dsse::EventId;
use tinnhiem::event::{Commitment, CorrectionAction, CorrectionIssued, Event, Regrading};
use tinnhiem::ledger::{Archive, Ledger, Setup, fsck};
use tinnhiem::state::{BadImage, IMAGE_FORMAT, Image, Index, Part, PartKind, Recording, State};
use tinnhiem::time::Date;

use crate::judgements::replay;

/// The parts of a state's image.
fn parts(state: &State) -> Vec<(PartKind, Vec<u8>)> {
    let mut parts = Vec::new();
    let written: Result<(), BadImage> = state.write_image(&mut |kind, part| {
        parts.push((kind, part.to_vec()));
        Ok(())
    });
    written.unwrap();
    parts
}

fn read<'a>(parts: impl IntoIterator<Item = (PartKind, &'a [u8])>) -> Result<State, BadImage> {
    let (mut image, mut index) = (Image::default(), Index::default());
    for (kind, part) in parts {
        match kind {
            PartKind::Lines => index.read_lines(part)?,
            _ => image.put(Part::read(kind, part)?),
        }
    }
    image.finish(index)
}

/// An image that another program wrote is not read: what this one would make of it nobody knows.
#[test]
fn an_image_of_another_form_has_another_number() {
    let mut hasher = blake3::Hasher::new();
    for state in replay(|_, _, _, _| {}).values() {
        for (_, part) in parts(state) {
            hasher.update(&part);
        }
    }
    let form = format!("{IMAGE_FORMAT} {}\n", hasher.finalize());
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/image");
    if std::env::var_os("TINNHIEM_VECTORS").is_some() {
        std::fs::write(path, &form).unwrap();
    }
    let known = std::fs::read_to_string(path).unwrap();
    assert_eq!(known, form, "the state or its form has changed: raise IMAGE_FORMAT, write the vectors anew");
}

/// Members that events leave out would shift all that follows in a form without names.
#[test]
fn a_correction_without_evidence_is_read_again() {
    let mut tried = 0;
    for mut state in replay(|_, _, _, _| {}).into_values() {
        let Some(ledger) = state.ledger().map(|ledger| ledger.origin.clone()) else { continue };
        let found = state.dossiers().iter().find_map(|dossier| {
            let item = dossier.assessments.open().next()?;
            Some((dossier.subject, item.recorded.event, state.parties().name(item.assessor).clone()))
        });
        let Some((subject, target, issuer)) = found else { continue };
        let regrading =
            Regrading { grades: [("I1".parse().unwrap(), 1)].into(), evidence: Default::default() };
        let action = CorrectionAction::Replace(regrading);
        let body = CorrectionIssued { target, action, statement: Commitment::from_bytes([1; 32]).into() };
        let (subject, at) = (Some(subject), state.last_at());
        let event = Event { ledger, issuer, subject, issued_at: at, body: body.into() };
        state.replay(Recording { id: EventId::from_bytes([9; 32]), at, keys: &[], event: &event }).unwrap();
        assert!(read(parts(&state).iter().map(|(kind, part)| (*kind, &part[..]))).as_ref() == Ok(&state));
        tried += 1;
    }
    assert!(tried > 5, "{tried}");
}

#[test]
fn forged_parts_are_refused_or_make_a_state_that_answers() {
    let states = replay(|_, _, _, _| {});
    let mut bytes = blake3::Hasher::new().update(b"forged").finalize_xof();
    let (mut refused, mut answered) = (0, 0);
    for state in states.values() {
        let whole = parts(state);
        assert!(read(whole.iter().map(|(kind, part)| (*kind, &part[..]))).as_ref() == Ok(state));
        for _ in 0..200 {
            let mut dice = [0; 8];
            bytes.fill(&mut dice);
            let [which, mask, at @ ..] = dice;
            let mut forged = whole.clone();
            let chosen = usize::from(which) % forged.len();
            let part = &mut forged[chosen].1;
            let at =
                u64::from_be_bytes([0, 0, at[0], at[1], at[2], at[3], at[4], at[5]]) as usize % part.len();
            part[at] ^= mask.max(1);
            match read(forged.iter().map(|(kind, part)| (*kind, &part[..]))) {
                Err(BadImage) => refused += 1,
                Ok(state) => {
                    let at = state.moment(None, None, Date::from_days(20_000));
                    for dossier in state.dossiers().iter().filter(|_| at.is_ok()) {
                        state.score(&dossier.subject, at.unwrap());
                    }
                    answered += 1;
                }
            }
        }
        // Nothing may be missing, and nothing may stand twice.
        for without in 0..whole.len() {
            let others = whole.iter().enumerate().filter(|(place, _)| *place != without);
            assert!(
                read(others.map(|(_, (kind, part))| (*kind, &part[..]))).is_err(),
                "without part {without}"
            );
        }
    }
    assert!(refused > 0 && answered > 0, "{refused} refused, {answered} answered");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_image_of_another_log_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let [one, other] = ["one", "other"].map(|name| folder.path().join(name));
    for (directory, day) in [(&one, "2026-06-01"), (&other, "2026-06-02")] {
        demo::seed(directory, day.parse().unwrap()).await.unwrap();
    }
    let open = || Ledger::open(Setup::at(&one, Clock::system()).unwrap()).unwrap();
    let found = || {
        let report = fsck(&Archive::open(&one).unwrap());
        let codes: Vec<_> = report.findings.iter().map(|one| (one.code, one.place.clone())).collect();
        codes
    };
    let expected = open().snapshot().state.clone();
    assert_eq!(found(), []);
    let image = |directory: &std::path::Path| directory.join("derived/state");
    std::fs::copy(image(&other), image(&one)).unwrap();
    assert_eq!(found(), [("state.differs", Place::Table("state".to_owned()))]);
    assert!(open().snapshot().state == expected);
    assert_eq!(found(), [], "it was made anew");
    std::fs::remove_dir_all(one.join("derived")).unwrap();
    assert!(open().snapshot().state == expected);
    assert!(image(&one).exists());
}
