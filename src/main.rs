//! The `tinnhiem` command.

fn main() -> std::process::ExitCode {
    tinnhiem::cli::run()
}
