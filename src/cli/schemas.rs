//! `schemas`

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem schemas schemas")]
pub(super) struct Schemas {
    /// The folder to write into
    #[arg(default_value = "schemas")]
    folder: PathBuf,
}

impl Schemas {
    pub(super) fn run(self) -> anyhow::Result<u8> {
        std::fs::create_dir_all(&self.folder)?;
        for (name, schema) in crate::schemas::all() {
            let text = serde_json::to_string_pretty(&schema)? + "\n";
            std::fs::write(self.folder.join(name), text)?;
        }
        std::fs::write(self.folder.join(crate::schemas::STAGES), crate::schemas::stages())?;
        Ok(0)
    }
}
