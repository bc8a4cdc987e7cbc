//! `similar`: papers like some papers.

use std::io::Write;

use analysis::Analyzer;
use anyhow::{Context, Result};
use query::Request;

use super::{Outcome, searching};
use crate::args::SimilarArgs;
use crate::messages::Messages;
use crate::output;
use crate::refresh::refresh;
use crate::settings::Settings;
use crate::terminal::Look;

pub(crate) fn run(args: &SimilarArgs, settings: &Settings, messages: &Messages) -> Result<Outcome> {
    let today = searching::today();
    let filters = searching::filters(&args.filters, today)?;
    let format = output::format(&args.page.format);
    let analyzer = Analyzer::new();
    refresh(settings, &analyzer, messages)?;
    let request = Request {
        query: String::new(),
        filters,
        sort: searching::sort(&args.page),
        page: searching::page(&args.page),
        marks: format.shows_matches(),
        recency: None,
        explain: args.explain,
        today,
    };
    searching::with_engine(&settings.index, |engine| {
        let alike = archive::similar(engine, &analyzer, &args.ids, &request)?;
        for named in &alike.missing {
            messages.note(&format!("there is no paper {named} in the index"));
        }
        let (Some(results), Some(plan)) = (alike.results, alike.plan) else {
            return Ok(Outcome::NothingFound);
        };
        messages.detail(&format!("searched: {}", plan.query));
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        format
            .write(&results, Look::of_stdout(settings.color), &mut out)
            .and_then(|()| out.flush())
            .context("writing the results")?;
        Ok(match results.total {
            0 => Outcome::NothingFound,
            _ => Outcome::Done,
        })
    })
}
