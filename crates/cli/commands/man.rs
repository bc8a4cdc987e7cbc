//! `man`: the manual page, with a section for each command.

use std::io::Write;

use anyhow::{Context, Result};
use clap_mangen::Man;

use super::Outcome;
use crate::args::command;

pub(crate) fn run() -> Result<Outcome> {
    let mut page = Vec::new();
    let mut command = command();
    command.build();
    Man::new(command).render(&mut page).context("making the manual page")?;
    std::io::stdout().write_all(&page).context("writing the manual page")?;
    Ok(Outcome::Done)
}
