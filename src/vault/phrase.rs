//! Pass phrases of encrypted keys: from a file named once, or asked for at the terminal, without echo.
//! None is ever taken from an argument or the environment, which others can read.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use zeroize::{Zeroize, Zeroizing};

use crate::limits;

/// The file that `--pass-file` names; said once, as the program starts.
static FILE: OnceLock<PathBuf> = OnceLock::new();
/// Those that have opened a key: nobody is asked twice for the same.
static KNOWN: Mutex<Vec<Zeroizing<String>>> = Mutex::new(Vec::new());

/// Takes pass phrases from a file, one a line.
pub fn take_phrases_from(file: PathBuf) {
    let _ = FILE.set(file);
}

/// The pass phrases at hand without asking anybody: those that opened a key before, then the file's lines.
pub(super) fn at_hand() -> std::io::Result<Vec<Zeroizing<String>>> {
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(path) = FILE.get()
        && known.is_empty()
    {
        // A pipe is read once: its lines are kept.
        known.extend(lines(path)?);
    }
    Ok(known.clone())
}

/// Keeps one that opened a key.
pub(super) fn keep(phrase: &Zeroizing<String>) {
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if !known.contains(phrase) {
        known.push(phrase.clone());
    }
}

/// Whether a file of pass phrases was named.
pub(super) fn is_given() -> bool {
    FILE.get().is_some()
}

fn lines(path: &Path) -> std::io::Result<Vec<Zeroizing<String>>> {
    let named =
        |error: std::io::Error| std::io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    let most = limits::KEY_FILE_BYTES as u64;
    let mut text = Zeroizing::new(String::with_capacity(limits::KEY_FILE_BYTES));
    let file = File::open(path).map_err(named)?;
    let file_is = file.metadata().map_err(named)?;
    // What a container is given as a secret is often open to all inside it.
    if file_is.is_file() && file_is.permissions().mode() & 0o077 != 0 {
        tracing::warn!("{} can be read by others: run `chmod 600` on it", path.display());
    }
    file.take(most).read_to_string(&mut text).map_err(named)?;
    let found = text.strip_prefix('\u{feff}').unwrap_or(&text).lines();
    Ok(found
        .filter(|line| !line.is_empty())
        .take(limits::PASS_PHRASES)
        .map(|line| Zeroizing::new(line.to_owned()))
        .collect())
}

/// Asks at the terminal; nothing that is typed is shown. None where there is no terminal to ask at.
pub(super) fn ask(prompt: &str) -> std::io::Result<Option<Zeroizing<String>>> {
    let Ok(mut terminal) = OpenOptions::new().read(true).write(true).open("/dev/tty") else {
        return Ok(None);
    };
    let before = tcgetattr(&terminal)?;
    let mut quiet = before.clone();
    // Without ISIG, an interrupt comes as a byte, and the echo is never left off.
    quiet.local_modes -= LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG;
    tcsetattr(&terminal, OptionalActions::Flush, &quiet)?;
    let typed = write!(terminal, "{prompt}").and_then(|()| typed(&mut terminal));
    tcsetattr(&terminal, OptionalActions::Now, &before)?;
    writeln!(terminal)?;
    typed.map(Some)
}

/// A line as it is typed.
fn typed(terminal: &mut impl Read) -> std::io::Result<Zeroizing<String>> {
    const INTERRUPT: u8 = 3;
    const END: u8 = 4;
    const BACK: [u8; 2] = [8, 127];
    const WHOLE: u8 = 21;
    let mut line = Zeroizing::new(Vec::with_capacity(limits::KEY_FILE_BYTES));
    let mut byte = [0];
    loop {
        let read = terminal.read(&mut byte)?;
        match byte[0] {
            _ if read == 0 => break,
            b'\n' | b'\r' | END => break,
            INTERRUPT => return Err(std::io::ErrorKind::Interrupted.into()),
            WHOLE => line.clear(),
            back if BACK.contains(&back) => {
                // The whole character goes, however many bytes it has.
                while line.pop().is_some_and(|byte| byte & 0xc0 == 0x80) {}
            }
            other if line.len() < limits::KEY_FILE_BYTES => line.push(other),
            _ => {}
        }
    }
    byte.zeroize();
    let text = String::from_utf8(std::mem::take(&mut *line));
    text.map(Zeroizing::new).map_err(|_| std::io::Error::other("what was typed is no UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_edited_by_characters() {
        let read = |keys: &str| typed(&mut keys.as_bytes()).map(|line| line.to_string());
        assert_eq!(read("mật khẩu\rrest").unwrap(), "mật khẩu");
        assert_eq!(read("mậ\u{7f}at\n").unwrap(), "mat");
        assert_eq!(read("wrong\u{15}right\n").unwrap(), "right");
        assert_eq!(read("\u{8}a").unwrap(), "a");
        assert!(read("a\u{3}").is_err());
    }
}
