//! Where answers go: to the standard output, or kept to be shown a page at a time.

use std::io::{IsTerminal, Write};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use rustix::termios::tcgetwinsize;

use super::outcome::FAILED;

/// The exit code of whom SIGPIPE ends.
const BY_SIGPIPE: i32 = 128 + 13;
/// Whether what cannot be printed ends nothing.
static UNHEARD: AtomicBool = AtomicBool::new(false);

/// What is kept for a pager; none where lines are printed as they come.
static KEPT: Mutex<Option<Vec<String>>> = Mutex::new(None);

/// The cells of a line, where answers go to a terminal.
pub(super) fn width() -> Option<usize> {
    size().map(|(columns, _)| columns)
}

/// The same where the error stream goes to a terminal.
pub(super) fn width_of_errors() -> Option<usize> {
    size_of(&std::io::stderr()).map(|(columns, _)| columns)
}

fn size() -> Option<(usize, usize)> {
    size_of(&std::io::stdout())
}

fn size_of<S: IsTerminal + std::os::fd::AsFd>(stream: &S) -> Option<(usize, usize)> {
    let size = if stream.is_terminal() { tcgetwinsize(stream).ok()? } else { return None };
    (size.ws_col > 0).then_some((size.ws_col.into(), size.ws_row.into()))
}

/// Keeps what is printed from now on, at a terminal, until it is shown.
pub(super) fn keep() {
    let pages = std::env::var_os("PAGER").is_none_or(|pager| !pager.is_empty());
    if pages && size().is_some() {
        *kept() = Some(Vec::new());
    }
}

fn kept() -> std::sync::MutexGuard<'static, Option<Vec<String>>> {
    KEPT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Prints a line, or keeps it.
pub(super) fn print(line: &str) {
    match &mut *kept() {
        Some(lines) => lines.push(line.to_owned()),
        None => write(&format!("{line}\n")),
    }
}

/// Goes on although nobody reads what is printed: who serves has more to do than to tell of it.
pub(super) fn go_on_unheard() {
    UNHEARD.store(true, Ordering::Relaxed);
}

/// Writes to the standard output. Where nobody reads on (`tinnhiem top | head`) the program ends as SIGPIPE
/// would end it, without a word; where it cannot be written, such as on a full disk, it says so.
pub(super) fn write(text: &str) {
    let mut out = std::io::stdout().lock();
    let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) else { return };
    if UNHEARD.load(Ordering::Relaxed) {
        return;
    }
    if error.kind() == std::io::ErrorKind::BrokenPipe {
        std::process::exit(BY_SIGPIPE);
    }
    let _ = writeln!(
        std::io::stderr(),
        "tinnhiem: the standard output cannot be written, so this is not told whole: {error}"
    );
    std::process::exit(FAILED.into());
}

/// Shows what was kept: by the pager where it is longer than the terminal is high.
pub(super) fn show() {
    let Some(lines) = kept().take() else { return };
    let text: String = lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect();
    let fits = size().is_none_or(|(_, rows)| lines.len() < rows);
    if fits || !paged(&text) {
        write(&text);
    }
}

/// Gives a text to the pager; tells whether there was one.
fn paged(text: &str) -> bool {
    let given = std::env::var("PAGER").ok();
    // `PAGER` may hold options, as every program that pages lets it.
    let mut pager = match &given {
        Some(command) => {
            let mut shell = Command::new("sh");
            shell.arg("-c").arg(command);
            shell
        }
        None => Command::new("less"),
    };
    if std::env::var_os("LESS").is_none() {
        pager.env("LESS", "FRX");
    }
    // Where no locale is set, `less` shows letters with diacritics as bytes.
    if std::env::var_os("LESSCHARSET").is_none() {
        pager.env("LESSCHARSET", "utf-8");
    }
    let Ok(mut running) = pager.stdin(Stdio::piped()).spawn() else { return false };
    if let Some(mut input) = running.stdin.take() {
        // Whoever has read enough closes it.
        let _ = input.write_all(text.as_bytes());
    }
    let _ = running.wait();
    true
}
