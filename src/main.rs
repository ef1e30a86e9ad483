//! The `tinnhiem` command.
//!
//! **Fresh memory is the dearest thing beside signatures.** The system zeroes it, and where the machine is
//! virtual its host provides it first: 0.4 to 1.6 ms per MB here, while an event takes 40 µs to verify. So
//! buffers go round between threads, the allocator keeps freed memory for ten seconds (it has no safe setter
//! for that: the one `unsafe` call of the program), and a record's kind is copied only when it changes.

use std::ffi::{c_int, c_long};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// `mi_option_purge_delay` of mimalloc 3: how long freed memory is kept before the system gets it back.
const PURGE_DELAY: c_int = 15;
/// Memory that a batch needed is needed by the next one: the system would zero it again each time.
const PURGE_DELAY_MS: c_long = 10_000;

fn main() -> std::process::ExitCode {
    // Whatever is written is its owner's alone; what is to be published is opened to others knowingly.
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    // SAFETY: it stores a number, and mimalloc reads any number as a delay.
    unsafe { libmimalloc_sys::mi_option_set(PURGE_DELAY, PURGE_DELAY_MS) };
    tinnhiem::cli::run()
}
