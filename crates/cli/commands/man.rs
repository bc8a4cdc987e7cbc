//! `man`: the manual, a page for the program and one for each command.

use std::io::Write;

use anyhow::{Context, Result};
use clap_mangen::Man;

use super::Outcome;
use crate::args::command;

pub(crate) fn run() -> Result<Outcome> {
    let mut page = Vec::new();
    let mut command = command();
    command.build();
    for command in std::iter::once(&command).chain(command.get_subcommands()) {
        Man::new(command.clone()).render(&mut page).context("making the manual page")?;
    }
    std::io::stdout().write_all(&page).context("writing the manual page")?;
    Ok(Outcome::Done)
}
