//! `index`: make the index match the digests.

use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use analysis::Analyzer;
use anyhow::{Context, Result, bail};
use indexer::{Freshness, IndexError, Options, Report, Step};
use ingest::Format;
use serde::Serialize;

use super::Outcome;
use crate::args::{IndexArgs, ReportFormat};
use crate::messages::Messages;
use crate::output::json;
use crate::settings::Settings;

/// How often `--watch` looks.
const WATCH_INTERVAL: Duration = Duration::from_secs(1);

pub(crate) fn run(args: &IndexArgs, settings: &Settings, messages: &Messages) -> Result<Outcome> {
    let paths = match args.paths.is_empty() {
        true => &settings.digests,
        false => &args.paths,
    };
    if paths.is_empty() {
        bail!("no digests are named; give a PATH, or `digests = [\"PATH\"]` in paper-search.toml");
    }
    let run = Run { args, paths, settings, analyzer: Analyzer::new(), messages };
    let started = Instant::now();
    let report = run.sync(args.rebuild)?;
    let outcome = run.tell(&report, started.elapsed())?;
    if args.watch {
        run.watch(report)?;
    }
    Ok(outcome)
}

/// What a run of the indexer needs.
struct Run<'a> {
    args: &'a IndexArgs,
    paths: &'a [PathBuf],
    settings: &'a Settings,
    analyzer: Analyzer,
    messages: &'a Messages,
}

impl Run<'_> {
    fn sync(&self, rebuild: bool) -> Result<Report, IndexError> {
        let progress = self.messages.progress();
        let format = Format::named(&self.args.input_format);
        let options = Options { rebuild, format, wait: self.args.wait };
        indexer::sync(&self.settings.index, self.paths, options, &self.analyzer, &mut |step| match step {
            Step::Waiting => {
                self.messages.note("another paper-search is writing to the index; waiting for it")
            }
            step => progress.step(step),
        })
    }

    fn tell(&self, report: &Report, took: Duration) -> Result<Outcome> {
        for notice in &report.notices {
            match notice.is_failure {
                true => self.messages.error(&notice.to_string()),
                false => self.messages.warning(&notice.to_string()),
            }
        }
        let mut out = std::io::stdout().lock();
        let written = match self.args.format {
            ReportFormat::Json => json::write_line(&ReportJson::new(report, took), &mut out),
            ReportFormat::Text if self.messages.is_quiet() => Ok(()),
            ReportFormat::Text => writeln!(out, "{}", text(report, self.settings, took)).map_err(Into::into),
        };
        written.context("writing the report")?;
        if report.digests == Default::default() {
            self.messages.warning(super::NO_DIGESTS);
        }
        Ok(match report.digests.failed {
            0 => Outcome::Done,
            _ => Outcome::Failed,
        })
    }

    /// Indexes what arrives, until the process is ended. Only news is told; a folder that
    /// is away for a while changes nothing.
    fn watch(&self, mut last: Report) -> Result<()> {
        self.messages.note("watching for new digests; end with Ctrl-C");
        let mut told = String::new();
        loop {
            std::thread::sleep(WATCH_INTERVAL);
            let problem = match self.look(&mut last) {
                Ok(()) => String::new(),
                Err(error) if crate::failure::is_closed_pipe(&error) => return Err(error),
                Err(error) => crate::failure::tell(&error),
            };
            if problem != told && !problem.is_empty() {
                self.messages.warning(&problem);
            }
            told = problem;
        }
    }

    /// Looks once, and indexes what is new.
    fn look(&self, last: &mut Report) -> Result<()> {
        let rebuild = match indexer::freshness(&self.settings.index, self.paths)? {
            Freshness::Current => return Ok(()),
            Freshness::OtherVersion => true,
            Freshness::Missing | Freshness::Stale(_) => false,
        };
        let started = Instant::now();
        let report = self.sync(rebuild)?;
        let counts = report.digests;
        let same_failures = report.notices.iter().all(|notice| last.notices.contains(notice));
        if counts.added + counts.changed + counts.removed > 0 || !same_failures {
            self.tell(&report, started.elapsed())?;
        }
        *last = report;
        Ok(())
    }
}

fn text(report: &Report, settings: &Settings, took: Duration) -> String {
    let (digests, papers) = (report.digests, report.papers);
    let count = |parts: &[(usize, &str)]| {
        let named: Vec<String> = parts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        match named.is_empty() {
            true => "no change".to_string(),
            false => named.join(", "),
        }
    };
    let open_titles = match report.notices.iter().filter(|notice| notice.is_open_title).count() {
        0 => String::new(),
        1 => "\ntitles:  1 not certain, see the warning".to_string(),
        count => format!("\ntitles:  {count} not certain, see the warnings"),
    };
    format!(
        "index:   {} ({:.2} s)\ndigests: {}\npapers:  {} ({} in all){open_titles}",
        crate::terminal::plain(&settings.index.to_string_lossy()),
        took.as_secs_f64(),
        count(&[
            (digests.added, "added"),
            (digests.changed, "changed"),
            (digests.removed, "removed"),
            (digests.unchanged, "unchanged"),
            (digests.failed, "failed"),
        ]),
        count(&[(papers.added, "added"), (papers.updated, "updated"), (papers.removed, "removed")]),
        papers.total,
    )
}

/// The report as scripts read it.
#[derive(Serialize)]
struct ReportJson {
    digests: DigestsJson,
    papers: PapersJson,
    warnings: Vec<WarningJson>,
    took_ms: f64,
}

#[derive(Serialize)]
struct DigestsJson {
    added: usize,
    changed: usize,
    removed: usize,
    unchanged: usize,
    failed: usize,
}

#[derive(Serialize)]
struct PapersJson {
    added: usize,
    updated: usize,
    removed: usize,
    total: usize,
}

#[derive(Serialize)]
struct WarningJson {
    file: String,
    line: Option<usize>,
    message: String,
}

impl ReportJson {
    fn new(report: &Report, took: Duration) -> ReportJson {
        let (digests, papers) = (report.digests, report.papers);
        ReportJson {
            digests: DigestsJson {
                added: digests.added,
                changed: digests.changed,
                removed: digests.removed,
                unchanged: digests.unchanged,
                failed: digests.failed,
            },
            papers: PapersJson {
                added: papers.added,
                updated: papers.updated,
                removed: papers.removed,
                total: papers.total,
            },
            warnings: report
                .notices
                .iter()
                .map(|notice| WarningJson {
                    file: notice.file.clone(),
                    line: notice.line,
                    message: notice.message.clone(),
                })
                .collect(),
            took_ms: json::milliseconds(took),
        }
    }
}
