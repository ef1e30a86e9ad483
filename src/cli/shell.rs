//! `completions`, `man`: what a shell and a manual reader take.

use std::io;

use clap::Args;

use super::command;

#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell
    shell: clap_complete::Shell,
}

impl Completions {
    pub(super) fn run(self) -> anyhow::Result<u8> {
        clap_complete::generate(self.shell, &mut command(), "tinnhiem", &mut io::stdout());
        Ok(0)
    }
}

/// Prints the manual page.
pub(super) fn manual() -> anyhow::Result<u8> {
    clap_mangen::Man::new(command()).render(&mut io::stdout())?;
    Ok(0)
}
