//! `similar`: papers like a paper.

use std::io::Write;
use std::time::Instant;

use analysis::Analyzer;
use anyhow::{Context, Result};
use query::Engine;

use super::{Outcome, searching};
use crate::args::SimilarArgs;
use crate::messages::Messages;
use crate::output::{self, Results};
use crate::refresh::refresh;
use crate::settings::Settings;
use crate::terminal::Look;

pub(crate) fn run(args: &SimilarArgs, settings: &Settings, messages: &Messages) -> Result<Outcome> {
    let filters = searching::filters(&args.filters, searching::today())?;
    let format = output::format(&args.page.format);
    let page = searching::page(&args.page);
    let analyzer = Analyzer::new();
    refresh(settings, &analyzer, messages)?;
    searching::with_engine(&settings.index, |engine| {
        let id = searching::kept_id(&args.id);
        let Some(record) = engine.record(&id)? else {
            messages.note(&format!("there is no paper {} in the index", args.id));
            return Ok(Outcome::NothingFound);
        };
        let started = Instant::now();
        let plan = query::similar::plan(engine, &analyzer, &record, &filters, searching::sort(&args.page))?;
        messages.detail(&format!("searched: {}", plan.query));
        let answer = engine.search(&plan, page, args.explain)?;
        let results = Results::new(id, answer, &plan, page.offset, Vec::new(), started.elapsed());
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        (format.write)(&results, Look::of_stdout(settings.color), &mut out)
            .and_then(|()| out.flush().map_err(Into::into))
            .context("writing the results")?;
        Ok(match results.total {
            0 => Outcome::NothingFound,
            _ => Outcome::Done,
        })
    })
}
