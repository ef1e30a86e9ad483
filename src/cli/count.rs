//! How many of something an option may ask for.

use clap::builder::RangedU64ValueParser;

/// From one to `most`: what no size of memory and no clock overflows at.
pub(super) fn up_to(most: usize) -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..=most as u64)
}

#[cfg(test)]
mod tests {
    use std::any::TypeId;

    use crate::cli::command;

    /// Options that name a place in the log or a version, which any number may; and those that the ledger which is
    /// asked bounds itself.
    const UNBOUNDED: [(&str, &str); 15] = [
        ("tinnhiem score", "size"),
        ("tinnhiem export", "events_from"),
        ("tinnhiem log", "after"),
        ("tinnhiem report-finding", "positions"),
        ("tinnhiem policy show", "number"),
        ("tinnhiem policy diff", "version"),
        ("tinnhiem assess", "policy"),
        ("tinnhiem code publish", "version_number"),
        ("tinnhiem verify", "max_age"),
        ("tinnhiem clocks", "limit"),
        ("tinnhiem find", "limit"),
        ("tinnhiem top", "limit"),
        ("tinnhiem notify", "policy"),
        // A seat threshold above the seats is refused with how many there are.
        ("tinnhiem council reseat", "threshold"),
        // The rules of an opening say which there are.
        ("tinnhiem init", "utc_offset_min"),
    ];

    /// The largest number of the type that an option takes; none where it takes no number.
    fn largest(option: &clap::Arg) -> Option<u64> {
        let of = option.get_value_parser().type_id();
        let types = [
            (TypeId::of::<u8>(), u8::MAX.into()),
            (TypeId::of::<u16>(), u16::MAX.into()),
            (TypeId::of::<u32>(), u32::MAX.into()),
            (TypeId::of::<u64>(), u64::MAX),
            (TypeId::of::<usize>(), u64::MAX),
            (TypeId::of::<i32>(), i32::MAX as u64),
        ];
        types.into_iter().find_map(|(one, most)| (of == one).then_some(most))
    }

    fn look(path: &str, verb: &clap::Command, seen: &mut Vec<String>, wrong: &mut Vec<String>) {
        for one in verb.get_subcommands() {
            look(&format!("{path} {}", one.get_name()), one, seen, wrong);
        }
        for option in verb.get_arguments() {
            let Some(most) = largest(option) else { continue };
            let name = option.get_id().as_str();
            seen.push(format!("{path} {name}"));
            if UNBOUNDED.contains(&(path, name)) {
                continue;
            }
            let parser = option.get_value_parser().clone();
            let alone = clap::Command::new("alone").arg(clap::Arg::new("it").long("it").value_parser(parser));
            for number in [most, most - 1] {
                let given = ["alone".to_owned(), format!("--it={number}")];
                if alone.clone().try_get_matches_from(given).is_ok() {
                    wrong.push(format!("{path} {name} takes {number}"));
                }
            }
        }
    }

    #[test]
    fn every_option_that_counts_refuses_the_largest_numbers_by_itself() {
        let (mut seen, mut wrong) = (Vec::new(), Vec::new());
        look("tinnhiem", &command(), &mut seen, &mut wrong);
        assert!(wrong.is_empty(), "{wrong:#?}");
        for (verb, option) in UNBOUNDED {
            assert!(seen.contains(&format!("{verb} {option}")), "there is no {verb} {option}");
        }
        for option in
            ["serve queue", "serve commit_every", "serve unread_seconds", "log last", "init threshold"]
        {
            assert!(seen.contains(&format!("tinnhiem {option}")), "{option} is not seen");
        }
    }
}
