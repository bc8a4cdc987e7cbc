//! `similar`: papers like some papers.

use std::io::Write;
use std::time::Instant;

use analysis::Analyzer;
use anyhow::{Context, Result};
use paper::Record;
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
        let mut records: Vec<Record> = Vec::new();
        for named in &args.ids {
            match engine.record(&searching::kept_id(named))? {
                None => messages.note(&format!("there is no paper {named} in the index")),
                Some(record) if records.iter().any(|known| known.id == record.id) => {}
                Some(record) => records.push(record),
            }
        }
        if records.is_empty() {
            return Ok(Outcome::NothingFound);
        }
        let started = Instant::now();
        let like = query::similar::plan(engine, &analyzer, &records, &filters, searching::sort(&args.page))?;
        messages.detail(&format!("searched: {}", like.plan.query));
        let answer = engine.search(&like.plan, page, args.explain)?;
        let ids: Vec<&str> = records.iter().map(|record| record.id.as_str()).collect();
        let mut results =
            Results::new(ids.join(" "), answer, &like.plan, page.offset, Vec::new(), started.elapsed());
        results.terms = like.terms;
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
