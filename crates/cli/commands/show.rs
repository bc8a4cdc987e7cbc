//! `show`: one paper in full.

use std::io::Write;

use analysis::Analyzer;
use anyhow::{Context, Result};
use paper::VersionedId;
use query::Engine;
use results::Results;

use super::{Outcome, searching};
use crate::args::ShowArgs;
use crate::messages::Messages;
use crate::output::{self, Format};
use crate::refresh::refresh;
use crate::settings::Settings;
use crate::terminal::Look;

pub(crate) fn run(args: &ShowArgs, settings: &Settings, messages: &Messages) -> Result<Outcome> {
    refresh(settings, &Analyzer::new(), messages)?;
    searching::with_engine(&settings.index, |engine| {
        let id = archive::kept_id(&args.id);
        let Some(record) = engine.record(&id)? else {
            messages.note(&format!("there is no paper {} in the index", args.id));
            return Ok(Outcome::NothingFound);
        };
        if let Ok(VersionedId { version: Some(asked), .. }) = args.id.parse()
            && record.paper().version.is_some_and(|version| version != asked)
        {
            messages.note(&format!("the digests have another version of {id} than v{asked}; this is it"));
        }
        let look = Look::of_stdout(settings.color);
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        let written = match output::format(&args.format) {
            Format::Text => output::text::paper(&record, look, &mut out),
            format => format.write(&Results::of_record(record), look, &mut out),
        };
        written.and_then(|()| out.flush()).context("writing the paper")?;
        Ok(Outcome::Done)
    })
}
