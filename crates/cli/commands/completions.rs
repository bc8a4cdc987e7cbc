//! `completions`: what a shell needs to complete the command line.

use std::io::Write;

use anyhow::{Context, Result};

use super::Outcome;
use crate::args::{CompletionsArgs, command};

pub(crate) fn run(args: &CompletionsArgs) -> Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command(), "paper-search", &mut script);
    std::io::stdout().write_all(&script).context("writing the script")?;
    Ok(Outcome::Done)
}
