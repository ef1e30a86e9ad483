//! File descriptors: as many as the system gives. How many of them connections may have: see `api::Bounds`.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises the limit of open files as far as the system lets this process, and says how many it has.
pub fn raise() -> u64 {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    let files = if raised.is_ok() { maximum } else { current };
    files.unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_fewer_files_may_be_open_after_raising() {
        assert!(raise() >= getrlimit(Resource::Nofile).current.unwrap_or(0));
    }
}
