//! `mcp`: the archive for an agent.

use std::sync::Arc;

use analysis::Analyzer;
use anyhow::Result;
use archive::Archive;
use mcp::Surroundings;

use super::{Outcome, searching};
use crate::lexicon;
use crate::messages::Messages;
use crate::refresh::refresh;
use crate::settings::Settings;

pub(crate) fn run(settings: &Settings, messages: &Messages) -> Result<Outcome> {
    let lexicon = lexicon::load(settings)?;
    refresh(settings, &Analyzer::new(), messages)?;
    let archive = Arc::new(Archive::open(&settings.index, Some(lexicon))?);
    mcp::serve_stdio(archive, surroundings(messages))?;
    Ok(Outcome::Done)
}

/// What agents' questions need of this program.
pub(crate) fn surroundings(messages: &Messages) -> Surroundings {
    let report = messages.clone();
    Surroundings { report: Arc::new(move |what| report.error(what)), today: searching::today }
}
