//! `completions`: what a shell needs to complete the command line.

use std::io::Write;

use anyhow::{Context, Result};

use super::Outcome;
use crate::args::{CompletionsArgs, command};

pub(crate) fn run(args: &CompletionsArgs) -> Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command(), "paper-search", &mut script);
    // A program with a hyphen in its name gets case labels in bash that nothing jumps to
    // (clap-rs/clap#6386).
    let script = String::from_utf8(script).context("the script is no text")?;
    let script = script.replace("paper__subcmd__search", "paper__search");
    std::io::stdout().write_all(script.as_bytes()).context("writing the script")?;
    Ok(Outcome::Done)
}
