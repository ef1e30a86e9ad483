//! File descriptors: as many as the system gives. How many of them connections may have: see `api::Bounds`.

use crate::limits;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises the limit of open files as far as the system lets this process, and says how many it has.
pub fn raise() -> u64 {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    let files = if raised.is_ok() { maximum } else { current };
    files.unwrap_or(u64::MAX)
}

/// What is to be said where a process may open so few files that the ledger may run out of them.
pub fn few(files: u64) -> Option<String> {
    let least = limits::DESCRIPTORS_RESERVED + limits::CONNECTIONS_LEAST;
    (files < least).then(|| {
        format!(
            "this process may open only {files} files, and writes stop where they run out (ledger.descriptors): raise its hard limit (`ulimit -Hn`, LimitNOFILE of a service) to 1024 or more"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_open_few_files_is_told() {
        let told = few(64).unwrap();
        assert!(told.contains("only 64 files") && told.contains("LimitNOFILE"), "{told}");
        assert!(few(271).is_some() && few(272).is_none() && few(u64::MAX).is_none());
    }

    #[test]
    fn no_fewer_files_may_be_open_after_raising() {
        assert!(raise() >= getrlimit(Resource::Nofile).current.unwrap_or(0));
    }
}
