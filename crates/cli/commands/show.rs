//! `show`: one paper in full.

use std::io::Write;
use std::time::Duration;

use anyhow::{Context, Result};
use query::{Answer, Engine, Hit};

use super::{Outcome, searching};
use crate::args::ShowArgs;
use crate::messages::Messages;
use crate::output::{self, Results};
use crate::settings::Settings;
use crate::terminal::Look;

pub(crate) fn run(args: &ShowArgs, settings: &Settings, messages: &Messages) -> Result<Outcome> {
    searching::with_engine(&settings.index, |engine| {
        let id = searching::kept_id(&args.id);
        let Some(record) = engine.record(&id)? else {
            messages.note(&format!("there is no paper {} in the index", args.id));
            return Ok(Outcome::NothingFound);
        };
        let look = Look::of_stdout(settings.color);
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        let format = output::format(&args.format);
        let written = match format.name {
            "text" => output::text::paper(&record, look, &mut out),
            _ => {
                let answer =
                    Answer { total: 1, hits: vec![Hit { record, score: 0.0, explanation: Vec::new() }] };
                let results = Results::without_matches(id, answer, Duration::ZERO);
                (format.write)(&results, look, &mut out)
            }
        };
        written.and_then(|()| out.flush().map_err(Into::into)).context("writing the paper")?;
        Ok(Outcome::Done)
    })
}
