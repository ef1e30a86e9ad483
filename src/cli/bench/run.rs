//! One run of everything that can be measured on the ledgers that are there.

use std::path::Path;
use std::time::Duration;

use super::child::Served;
use super::figures::{Figures, Support, median};
use super::ledgers::{Kept, Kind};
use super::workload::{Texts, Workload};
use super::writes::Rate;
use super::{reads, whole, writes};

/// Connections of an overload, and the server's bound on events on their way then.
const OVERLOAD: usize = 640;
const OVERLOAD_QUEUE: &str = "256";
/// Connections among which the peak of that server is sought; each stays within its bound.
const PEAK: [usize; 3] = [64, 128, 256];

/// How much is measured.
struct Extent {
    kind: Kind,
    runs: usize,
    replays: usize,
    batch: usize,
    singles: usize,
    acks: usize,
    overload: usize,
    rankings: usize,
    reading: Duration,
}

const QUICK: Extent = Extent {
    kind: Kind::Small,
    runs: 3,
    replays: 1,
    batch: 6_000,
    singles: 3_000,
    acks: 600,
    overload: 12_000,
    rankings: 1_000,
    reading: Duration::from_millis(500),
};

const FULL: Extent = Extent {
    kind: Kind::Hundred,
    runs: 5,
    replays: 5,
    batch: 20_000,
    singles: 10_000,
    acks: 4_000,
    overload: 60_000,
    rankings: 5_000,
    reading: Duration::from_secs(2),
};

/// Measures; ledgers of a million and more are used where they are kept in `data`.
///
/// # Errors
/// When something does not work as it should.
pub(super) fn measure(
    data: Option<&Path>,
    quick: bool,
    say: &mut dyn FnMut(&str),
) -> anyhow::Result<Figures> {
    let extent = if quick { &QUICK } else { &FULL };
    let made = tempfile::tempdir()?;
    let mut figures = Figures { support: Support::of_machine(), ..Figures::default() };
    say("preparing a ledger");
    let mut kept = Kept::prepare(made.path(), extent.kind, &mut |_, _| {})?;
    let mut workload = kept.workload()?;
    write_figures(extent, &mut kept, &mut workload, &mut figures, say)?;
    say("score reads");
    let served = Served::ledger(&kept.directory, &[])?;
    let (mut scores, mut bares, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..extent.runs {
        let (score, bare) = reads::score(&served, &kept, extent.reading)?;
        scores.push(score);
        bares.push(bare);
        ratios.push(score / bare);
    }
    figures.support.score_reads_per_s = Some(median(scores));
    figures.support.bare_reads_per_s = Some(median(bares));
    figures.main.score_read_ratio = Some(median(ratios));
    figures.support.score_reads_spread_per_s = Some(reads::spread(&served, &kept, extent.reading)?);
    served.stop()?;
    say("scores of the past");
    let thorough = Kept::prepare(made.path(), Kind::Thorough, &mut |_, _| {})?;
    let runs = (0..extent.runs).map(|_| reads::past_score(&thorough, extent.reading));
    figures.main.past_score_us = Some(median(runs.collect::<anyhow::Result<_>>()?));
    say("audit and rebuild");
    let replayed = whole::replay(&kept, extent.replays)?;
    figures.main.audit_ratio = Some(median(replayed.iter().map(|one| one.audit_ratio).collect()));
    figures.main.rebuild_ratio = Some(median(replayed.iter().map(|one| one.rebuild_ratio).collect()));
    let folder = match data {
        Some(folder) if !quick => folder,
        _ => {
            let few = Kept::prepare(made.path(), Kind::FewSubjects, &mut |_, _| {})?;
            small_figures(extent, &kept, &few, &mut figures, say)?;
            figures
                .left_out
                .push("what needs a ledger of a million and more: no kept ledgers are used".to_owned());
            return Ok(figures);
        }
    };
    large_figures(extent, folder, made.path(), &mut figures, say)?;
    Ok(figures)
}

/// What is asked of ledgers of a million and more, measured on small ones: it goes by other names.
fn small_figures(
    extent: &Extent,
    kept: &Kept,
    few: &Kept,
    figures: &mut Figures,
    say: &mut dyn FnMut(&str),
) -> anyhow::Result<()> {
    ranking_figures(extent, few, figures, say)?;
    whole_figures(kept, figures, say)?;
    let (main, support) = (&mut figures.main, &mut figures.support);
    support.small_start_s = main.start_s.take();
    support.start_without_image_s = None;
    support.small_resident_mb = main.resident_mb.take();
    support.small_new_day_s = main.new_day_s.take();
    support.small_ranking_p99_ms = main.ranking_p99_ms.take();
    Ok(())
}

fn large_figures(
    extent: &Extent,
    folder: &Path,
    made: &Path,
    figures: &mut Figures,
    say: &mut dyn FnMut(&str),
) -> anyhow::Result<()> {
    let missing = |what: &str, kind: Kind| format!("{what}: no ledger {} is kept", kind.name());
    match Kept::find(folder, Kind::Million)? {
        Some(million) => whole_figures(&million, figures, say)?,
        None => figures.left_out.push(missing("start_s, resident_mb, disk_ratio", Kind::Million)),
    }
    match Kept::find(folder, Kind::MillionSubjects)? {
        Some(subjects) => ranking_figures(extent, &subjects, figures, say)?,
        None => figures.left_out.push(missing("new_day_s, ranking_p99_ms", Kind::MillionSubjects)),
    }
    match Kept::find(folder, Kind::FiveMillion)? {
        Some(mut large) => {
            say("growth");
            // Made anew: the one that was written to above has grown far beyond its size.
            let mut small = Kept::prepare(&made.join("growth"), Kind::Hundred, &mut |_, _| {})?;
            let small = one_batch(extent, &mut small)?;
            let large = one_batch(extent, &mut large)?;
            figures.main.growth_ratio = Some(small.ratio / large.ratio);
        }
        None => figures.left_out.push(missing("growth_ratio", Kind::FiveMillion)),
    }
    Ok(())
}

fn write_figures(
    extent: &Extent,
    kept: &mut Kept,
    workload: &mut Workload,
    figures: &mut Figures,
    say: &mut dyn FnMut(&str),
) -> anyhow::Result<()> {
    let served = Served::ledger(&kept.directory, &[])?;
    say("batches");
    let mut rates = Vec::new();
    for _ in 0..extent.runs {
        rates.push(writes::batch(&served, kept, workload, extent.batch)?);
    }
    let of = |rates: &[Rate], pick: fn(&Rate) -> f64| Some(median(rates.iter().map(pick).collect()));
    figures.main.batch_ratio = of(&rates, |one| one.ratio);
    figures.support.batch_per_s = of(&rates, |one| one.events_per_s);
    let mut ceilings: Vec<f64> = rates.iter().map(|one| one.ceiling_per_s).collect();
    workload.texts = Texts::Own;
    let own = writes::batch(&served, kept, workload, extent.batch / 4);
    workload.texts = Texts::Shared;
    figures.support.batch_own_texts_ratio = Some(own?.ratio);
    say("single posts");
    let mut rates = Vec::new();
    for _ in 0..extent.runs {
        rates.push(writes::singles(&served, kept, workload, extent.singles)?);
    }
    ceilings.extend(rates.iter().map(|one| one.ceiling_per_s));
    figures.support.ceiling_per_s = Some(median(ceilings));
    figures.main.single_ratio = of(&rates, |one| one.ratio);
    let single_per_s = median(rates.iter().map(|one| one.events_per_s).collect());
    figures.support.single_per_s = Some(single_per_s);
    say("acknowledgements");
    let (mut halves, mut most, mut longest) = (Vec::new(), Vec::new(), Vec::new());
    figures.support.ack_rate_per_s = Some(single_per_s / 10.0);
    for _ in 0..extent.runs {
        let paced = writes::paced(&served, kept, workload, extent.acks, single_per_s / 10.0)?;
        halves.push(paced.answered.at_permille(500));
        most.push(paced.answered.at_permille(990));
        longest.push(paced.answered.max_ms());
    }
    figures.main.ack_p50_ms = Some(median(halves));
    figures.main.ack_p99_ms = Some(median(most));
    figures.support.ack_max_ms = Some(median(longest));
    figures.support.writing_peak_rss_mb = Some(served.peak_rss_mb()?);
    served.stop()?;
    say("overload");
    let served = Served::ledger(&kept.directory, &["--queue", OVERLOAD_QUEUE])?;
    let mut peak_per_s = 0.0_f64;
    for connections in PEAK {
        let within = writes::overload(&served, kept, workload, extent.overload, connections)?;
        peak_per_s = peak_per_s.max(within.steady_per_s());
    }
    let overload = writes::overload(&served, kept, workload, extent.overload, OVERLOAD)?;
    figures.support.peak_per_s = Some(peak_per_s);
    figures.support.overload_throughput_ratio = Some(overload.steady_per_s() / peak_per_s);
    figures.support.overload_503 = Some(overload.busy.total() as f64);
    figures.support.overload_503_p99_ms = Some(overload.busy.at_permille(990));
    served.stop()
}

fn whole_figures(kept: &Kept, figures: &mut Figures, say: &mut dyn FnMut(&str)) -> anyhow::Result<()> {
    say("start and memory");
    let started = whole::start(kept)?;
    figures.main.start_s = Some(started.start_s);
    figures.main.resident_mb = Some(started.read_mb);
    figures.support.start_without_image_s = Some(started.without_image_s);
    figures.support.start_mb = Some(started.start_mb);
    figures.support.peak_rss_mb = Some(started.peak_mb);
    say("disk");
    let (bytes, needed) = whole::disk(kept)?;
    figures.main.disk_ratio = Some(bytes as f64 / needed as f64);
    figures.support.disk_bytes = Some(bytes as f64);
    figures.support.entry_and_hash_bytes = Some(needed as f64);
    figures.support.events = Some(kept.events() as f64);
    figures.support.subjects = Some(kept.subjects() as f64);
    Ok(())
}

fn ranking_figures(
    extent: &Extent,
    kept: &Kept,
    figures: &mut Figures,
    say: &mut dyn FnMut(&str),
) -> anyhow::Result<()> {
    say("rankings and a new day");
    let served = Served::ledger(&kept.directory, &[])?;
    figures.support.ranked_subjects = Some(kept.subjects() as f64);
    let rankings = reads::ranking(&served, extent.rankings)?;
    figures.main.ranking_p99_ms = Some(rankings.answered.at_permille(990));
    figures.support.ranking_p50_ms = Some(rankings.answered.at_permille(500));
    figures.support.ranking_max_ms = Some(rankings.answered.max_ms());
    let (new_day_s, meanwhile) = reads::new_day(&served)?;
    figures.main.new_day_s = Some(new_day_s);
    figures.support.new_day_reads_p99_ms = Some(meanwhile.answered.at_permille(990));
    served.stop()
}

fn one_batch(extent: &Extent, kept: &mut Kept) -> anyhow::Result<Rate> {
    let workload = &mut kept.workload()?;
    let served = Served::ledger(&kept.directory, &[])?;
    // What a server reads first on a ledger it has just opened is not what an event costs.
    writes::batch(&served, kept, workload, extent.batch)?;
    let rate = writes::batch(&served, kept, workload, extent.batch)?;
    served.stop()?;
    Ok(rate)
}
