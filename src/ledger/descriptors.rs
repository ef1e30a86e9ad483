//! File descriptors: as many as the system gives, and how many of them connections may have.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::limits;

/// Raises the limit of open files as far as the system lets this process, and says how many it has.
pub fn raise() -> u64 {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    let files = if raised.is_ok() { maximum } else { current };
    files.unwrap_or(u64::MAX)
}

/// How many connections leave the ledger the descriptors that it writes and reads with, of so many files.
///
/// An answer may need a file of its own beside its connection.
pub fn connections(files: u64) -> usize {
    let left = files.saturating_sub(limits::RESERVED_DESCRIPTORS) / 2;
    usize::try_from(left.max(1)).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_room_for_files() {
        for files in [64, 256, 1024, 4096, 1 << 20] {
            let open = connections(files) as u64;
            assert!(open >= 1, "{files}");
            assert!(
                files < limits::RESERVED_DESCRIPTORS + 2 || 2 * open + limits::RESERVED_DESCRIPTORS <= files
            );
        }
        assert!(raise() >= getrlimit(Resource::Nofile).current.unwrap_or(0));
    }
}
