//! The command line: one verb per thing that somebody wants done.

mod accounts;
mod age;
mod announced;
mod aside;
mod assess;
mod attaching;
mod beforehand;
mod beginning;
mod bench;
mod case;
mod certificates;
mod certified;
mod check;
mod checkpoint;
mod clock;
mod clocks;
mod coded;
mod codes;
mod commitments;
mod computed;
mod consent;
mod contests;
mod continuity;
mod contribute;
mod council;
mod count;
mod course;
mod credentials;
mod custody;
mod disputed;
mod document;
mod door;
mod draws;
mod effect;
mod erased;
mod evidence;
#[cfg(test)]
mod examples;
mod explain;
mod fates;
mod fault;
mod finality;
mod find;
mod foresee;
mod former;
mod gist;
mod govern;
mod graded;
mod grounds;
mod groups;
mod guide;
mod identity;
mod in_order;
mod inbox;
mod key_name;
mod key_state;
mod keys;
mod layout;
mod ledger;
mod log;
mod logging;
mod looks;
mod me;
mod member;
mod moment;
mod named;
mod needed;
mod newest;
mod next_step;
mod notes;
mod options;
mod outcome;
mod output;
mod outside;
mod own_keys;
mod owner;
mod pages;
mod party_keys;
mod placed;
mod policies;
mod policy;
mod policy_changes;
mod proven;
mod publish;
mod ratings;
mod read;
mod register;
mod remedy;
mod requirements;
mod safe;
mod sanction;
mod schemas;
mod screen;
mod seal;
mod sections;
mod server;
mod shell;
mod show;
mod signed;
mod signing;
mod since;
mod steps;
mod still;
mod text_files;
mod tip;
mod told;
mod top;
mod undone;
mod verbs;
mod verify;
mod waiting;
mod windows;
mod withdraw;
mod withheld;
mod written;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser};
use tokio::signal::unix::SignalKind;

use self::outcome::{FOUND, Fault};
use self::verbs::Verb;

/// A verifiable ledger of influencer credibility.
#[derive(Debug, Parser)]
#[command(name = "tinnhiem", version, propagate_version = true, max_term_width = 80, after_help = outcome::EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
    /// A file with the pass phrases of encrypted keys, one a line; asked for at the terminal unless given
    #[arg(long, env = "TINNHIEM_PASS_FILE", global = true)]
    pass_file: Option<std::path::PathBuf>,
    /// Print long answers at once; at a terminal they go through $PAGER, or `less`
    #[arg(long, global = true)]
    no_pager: bool,
}

/// The command line, its verbs by sections.
fn command() -> clap::Command {
    sections::told(text_files::offered(Cli::command()))
}

/// Runs the verb that the arguments name.
pub fn run() -> ExitCode {
    let mut command = command();
    let given = former::arguments(&command);
    let asks_json = given.iter().any(|given| given == "--json");
    let given = match text_files::read(&command, given) {
        Ok(given) => given,
        Err(error) => return Fault::of(&error).tell(&error.to_string(), asks_json),
    };
    let matches = match command.try_get_matches_from_mut(&given) {
        Ok(matches) => matches,
        Err(error) if error.use_stderr() && asks_json => {
            return Fault::of_usage().tell(error.to_string().trim_end().trim_start_matches("error: "), true);
        }
        Err(error) => tip::end(&command, &given, error),
    };
    let given = fault::Given::of(&command, &matches);
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.format(&mut command).exit());
    if let Err(wrong) = logging::begin() {
        return Fault::of_usage().tell(&wrong, given.json());
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Fault::of_usage().tell(&error.to_string(), false),
    };
    if let Some(file) = cli.pass_file.filter(|file| !file.as_os_str().is_empty()) {
        crate::vault::take_phrases_from(file);
    }
    if cli.verb.looks() && !cli.no_pager && !given.json() {
        screen::keep();
    }
    // A limit on the length of files is met as a full disk is: by the write that it stops.
    let too_long = SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw());
    let _too_long = runtime.block_on(async { tokio::signal::unix::signal(too_long) });
    let ended = runtime.block_on(cli.verb.run());
    screen::show();
    match ended {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            let told = given.addressed(&format!("{error:#}"), &error);
            Fault::of(&error).tell(&given.told(&told), given.json())
        }
    }
}
