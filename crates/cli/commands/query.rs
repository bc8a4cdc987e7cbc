//! `query`: ranked search, one query or many.

use std::io::{BufRead, Read, Write};
use std::path::Path;

use analysis::Analyzer;
use anyhow::{Context, Result, bail};
use chrono::NaiveDate;
use engine::Embedded;
use query::{Filters, Lexicon, Request};
use results::Results;
use serde::Deserialize;

use super::{Outcome, searching};
use crate::args::{FilterArgs, QueryArgs};
use crate::lexicon;
use crate::messages::Messages;
use crate::output::{self, Format};
use crate::refresh::refresh;
use crate::settings::Settings;
use crate::terminal::Look;

pub(crate) fn run(args: &QueryArgs, settings: &Settings, messages: &Messages) -> Result<Outcome> {
    let today = searching::today();
    let format = output::format(&args.page.format);
    // Mistakes are told before anything is read or written.
    let filters = searching::filters(&args.filters, today)?;
    let text = args.query.join(" ");
    if args.batch.is_none() && text.trim().is_empty() && filters == Filters::default() {
        bail!("there is nothing to search for; give words, or a filter such as --author NAME or --from DATE");
    }
    if args.batch.is_some() && !format.for_batch() {
        bail!(
            "--format {} cannot tell the queries of a batch apart; use jsonl, trec, ids or text",
            format.name()
        );
    }
    let recency = archive::half_life(args.recency.as_deref().or(settings.recency.as_deref()), today)?;
    let lexicon = match args.no_translate {
        true => None,
        false => Some(lexicon::load(settings)?),
    };
    let analyzer = Analyzer::new();
    if !args.no_refresh {
        refresh(settings, &analyzer, messages)?;
    }
    let look = Look::of_stdout(settings.color);
    let open = if args.batch.is_some() { Embedded::open } else { Embedded::open_briefly };
    searching::with_opened(&settings.index, open, |engine| {
        let lexicon = lexicon.as_ref();
        let search =
            Search { args, engine, analyzer: &analyzer, lexicon, recency, today, format, look, messages };
        match &args.batch {
            None => search.one(text, filters),
            Some(file) => search.batch(file),
        }
    })
}

/// A line of a batch that is a JSON object.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BatchLine {
    /// Read before the rest, so that an answer has it whatever else is wrong.
    #[serde(rename = "id")]
    _id: Option<serde_json::Value>,
    #[serde(default)]
    query: String,
    #[serde(default)]
    author: Vec<String>,
    from: Option<String>,
    to: Option<String>,
    limit: Option<usize>,
}

struct Search<'a> {
    args: &'a QueryArgs,
    engine: &'a Embedded,
    analyzer: &'a Analyzer,
    lexicon: Option<&'a Lexicon>,
    recency: Option<u32>,
    today: NaiveDate,
    format: Format,
    look: Look,
    messages: &'a Messages,
}

impl Search<'_> {
    fn one(&self, text: String, filters: Filters) -> Result<Outcome> {
        let results = self.search(text, filters, self.args.page.limit)?;
        for warning in &results.warnings {
            self.messages.warning(warning);
        }
        for suggestion in &results.suggestions {
            self.messages.note(&format!("did you mean: {suggestion}"));
        }
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        self.format
            .write(&results, self.look, &mut out)
            .and_then(|()| out.flush())
            .context("writing the results")?;
        Ok(match results.total {
            0 => Outcome::NothingFound,
            _ => Outcome::Done,
        })
    }

    fn search(&self, text: String, filters: Filters, limit: usize) -> Result<Results> {
        let mut page = searching::page(&self.args.page);
        page.limit = limit;
        let request = Request {
            query: text,
            filters,
            sort: searching::sort(&self.args.page),
            page,
            marks: self.format.shows_matches(),
            recency: self.recency,
            explain: self.args.explain,
            today: self.today,
        };
        let searched = archive::search(self.engine, self.analyzer, self.lexicon, &request)?;
        self.messages.detail(&format!("read as: {}", searched.tree));
        self.messages.detail(&format!("searched: {}", searched.plan.query));
        Ok(searched.results)
    }

    /// Answers a file of queries in its order. A line that cannot be understood is told
    /// and gets an answer that says so; the others are answered.
    fn batch(&self, file: &Path) -> Result<Outcome> {
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        let (mut found, mut failed) = (false, false);
        let mut input = open(file)?;
        let mut bytes = Vec::new();
        for number in 1.. {
            bytes.clear();
            if input.read_until(b'\n', &mut bytes).with_context(|| format!("reading {}", file.display()))?
                == 0
            {
                break;
            }
            let line = String::from_utf8_lossy(&bytes);
            let line = line.trim().trim_start_matches('\u{feff}');
            if line.is_empty() {
                continue;
            }
            let object: Option<serde_json::Value> =
                serde_json::from_str(line).ok().filter(|_| line.starts_with('{'));
            let id = match object.as_ref().and_then(|object| object.get("id")) {
                None => number.to_string(),
                Some(serde_json::Value::String(id)) => id.clone(),
                Some(other) => other.to_string(),
            };
            let mut results = self.line(line).unwrap_or_else(|error| {
                failed = true;
                let message = crate::failure::tell(&error);
                self.messages.error(&format!("{}:{number}: {message}", file.display()));
                Results::failed(line.to_string(), message)
            });
            results.query_id = Some(id);
            for warning in &results.warnings {
                self.messages.warning(&format!("{}:{number}: {warning}", file.display()));
            }
            for suggestion in &results.suggestions {
                self.messages.note(&format!("{}:{number}: did you mean: {suggestion}", file.display()));
            }
            found |= results.total > 0;
            self.format.write(&results, self.look, &mut out).context("writing the results")?;
        }
        out.flush().context("writing the results")?;
        Ok(match (failed, found) {
            (true, _) => Outcome::Failed,
            (false, true) => Outcome::Done,
            (false, false) => Outcome::NothingFound,
        })
    }

    fn line(&self, line: &str) -> Result<Results> {
        let given = match line.starts_with('{') {
            true => serde_json::from_str(line).context(
                "this is no JSON object with \"id\", \"query\", \"author\", \"from\", \"to\", \"limit\"",
            )?,
            false => BatchLine {
                _id: None,
                query: line.to_string(),
                author: Vec::new(),
                from: None,
                to: None,
                limit: None,
            },
        };
        let common = &self.args.filters;
        let filters = FilterArgs {
            author: common.author.iter().chain(&given.author).cloned().collect(),
            from: given.from.or_else(|| common.from.clone()),
            to: given.to.or_else(|| common.to.clone()),
            ..common.clone()
        };
        let filters = searching::filters(&filters, self.today)?;
        if given.query.trim().is_empty() && filters == Filters::default() {
            bail!("there is nothing to search for: neither words nor a filter");
        }
        self.search(given.query, filters, given.limit.unwrap_or(self.args.page.limit))
    }
}

/// Opens a batch; `-` is standard input.
fn open(file: &Path) -> Result<Box<dyn BufRead>> {
    let reader: Box<dyn Read> = match file == Path::new("-") {
        true => Box::new(std::io::stdin()),
        false => Box::new(
            std::fs::File::open(file).with_context(|| format!("cannot open the batch {}", file.display()))?,
        ),
    };
    Ok(Box::new(std::io::BufReader::new(reader)))
}
