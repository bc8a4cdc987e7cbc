//! `index`: make the index match the digests.

use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use analysis::Analyzer;
use anyhow::{Context, Result, bail};
use indexer::{Freshness, IndexError, Options, Report};
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
    let analyzer = Analyzer::new();
    let outcome = once(args, paths, settings, &analyzer, args.rebuild, messages)?;
    if args.watch {
        watch(args, paths, settings, &analyzer, messages)?;
    }
    Ok(outcome)
}

fn once(
    args: &IndexArgs,
    paths: &[PathBuf],
    settings: &Settings,
    analyzer: &Analyzer,
    rebuild: bool,
    messages: &Messages,
) -> Result<Outcome> {
    let started = Instant::now();
    let progress = messages.progress();
    let report = indexer::sync(&settings.index, paths, Options { rebuild }, analyzer, &mut |step| {
        progress.step(step)
    })?;
    drop(progress);
    for notice in &report.notices {
        match notice.is_failure {
            true => messages.error(&notice.to_string()),
            false => messages.warning(&notice.to_string()),
        }
    }
    let mut out = std::io::stdout().lock();
    let took = started.elapsed();
    let written = match args.format {
        ReportFormat::Json => json::write_line(&ReportJson::new(&report, took), &mut out),
        ReportFormat::Text if messages.is_quiet() => Ok(()),
        ReportFormat::Text => writeln!(out, "{}", text(&report, took)).map_err(Into::into),
    };
    written.context("writing the report")?;
    if report.digests == Default::default() {
        messages.warning("no digests were found; a folder is searched for files that end in .txt");
    }
    Ok(match report.digests.failed {
        0 => Outcome::Done,
        _ => Outcome::Failed,
    })
}

/// Indexes what arrives, until the process is ended. A folder that is away for a while
/// changes nothing.
fn watch(
    args: &IndexArgs,
    paths: &[PathBuf],
    settings: &Settings,
    analyzer: &Analyzer,
    messages: &Messages,
) -> Result<()> {
    messages.note("watching for new digests; end with Ctrl-C");
    let mut told = String::new();
    // What failed once is not told each second: only a change brings a new run.
    let mut last = None;
    loop {
        std::thread::sleep(WATCH_INTERVAL);
        let state = indexer::freshness(&settings.index, paths);
        let problem = match state {
            Ok(Freshness::Current) => None,
            Ok(freshness) if last == Some(freshness) => None,
            Ok(freshness) => {
                let run =
                    once(args, paths, settings, analyzer, freshness == Freshness::OtherVersion, messages);
                last = indexer::freshness(&settings.index, paths).ok();
                match run {
                    Ok(_) => None,
                    Err(error) if crate::failure::is_closed_pipe(&error) => return Err(error),
                    Err(error) => Some(crate::failure::tell(&error)),
                }
            }
            Err(error @ (IndexError::Find(_) | IndexError::Busy(_))) => Some(error.to_string()),
            Err(error) => return Err(error.into()),
        };
        let problem = problem.unwrap_or_default();
        if problem != told && !problem.is_empty() {
            messages.warning(&problem);
        }
        told = problem;
    }
}

fn text(report: &Report, took: Duration) -> String {
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
    format!(
        "digests: {}\npapers:  {} ({} in all)\n{:.2} s",
        count(&[
            (digests.added, "added"),
            (digests.changed, "changed"),
            (digests.removed, "removed"),
            (digests.unchanged, "unchanged"),
            (digests.failed, "failed"),
        ]),
        count(&[(papers.added, "added"), (papers.updated, "updated"), (papers.removed, "removed")]),
        papers.total,
        took.as_secs_f64()
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
