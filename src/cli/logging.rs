//! What the program tells of its work on the error stream: how much, and how wide.

use std::io::{IsTerminal, Write};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use super::{layout, screen};

/// The variable that says how much.
const VARIABLE: &str = "TINNHIEM_LOG";

/// Begins to tell what the environment asks for; warnings and errors unless it says so.
///
/// # Errors
/// It asks for what there is not.
pub(super) fn begin() -> Result<(), String> {
    let given = match std::env::var(VARIABLE) {
        Ok(given) => given,
        Err(std::env::VarError::NotPresent) => String::new(),
        Err(error) => return Err(format!("{VARIABLE}: {error}")),
    };
    tracing_subscriber::fmt()
        .with_env_filter(filter(&given)?)
        .with_writer(|| Errors)
        .with_ansi(std::io::stderr().is_terminal())
        // Where what is told cannot be written, telling so would end the thread that does the work.
        .log_internal_errors(false)
        .init();
    Ok(())
}

/// A word that is no level would be taken for a module of that name, which says nothing.
fn filter(given: &str) -> Result<EnvFilter, String> {
    let given = if given.trim().is_empty() { "warn" } else { given };
    let is_level = |part: &str| part.parse::<LevelFilter>().is_ok();
    let mut parts = given.split(',').map(str::trim).filter(|part| !part.is_empty());
    let known = parts.all(|part| part.contains(['=', '[']) || is_level(part));
    let parsed = EnvFilter::builder().parse(given).ok().filter(|_| known);
    parsed.ok_or_else(|| {
        format!(
            "{VARIABLE}={given}: expected off, error, warn, info, debug or trace; or MODULE=LEVEL, such as tinnhiem::api=debug; several with commas between"
        )
    })
}

/// The error stream, where lines fit the terminal.
struct Errors;

impl Write for Errors {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut stderr = std::io::stderr().lock();
        let Some(width) = screen::width_of_errors() else { return stderr.write(bytes) };
        for line in String::from_utf8_lossy(bytes).lines() {
            for line in layout::wrapped(line, width) {
                writeln!(stderr, "{line}")?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        std::io::stderr().flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_is_no_level_is_an_error() {
        for given in ["", "info", "OFF", "warn,tinnhiem::api=debug", "tinnhiem=trace, warn"] {
            assert!(filter(given).is_ok(), "{given}");
        }
        for given in ["inof", "warn,inof", "tinnhiem=inof", "="] {
            assert!(filter(given).is_err(), "{given}");
        }
    }
}
