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
use crate::settings::Settings;

/// How often `--watch` looks.
const WATCH_INTERVAL: Duration = Duration::from_secs(1);

/// How many looks in a row may see digests that still change before they are indexed all
/// the same.
const PATIENCE: usize = 10;

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
        let options = Options { rebuild, format, wait: self.args.wait, ..Options::default() };
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
            ReportFormat::Json => results::write_value(&ReportJson::new(report, took), &mut out),
            ReportFormat::Text if self.messages.is_quiet() => Ok(()),
            ReportFormat::Text => writeln!(out, "{}", text(report, self.settings, took)),
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
    fn watch(&self, last: Report) -> Result<()> {
        self.messages.note("watching for new digests; end with Ctrl-C");
        let mut watched = Watched { last, seen: Freshness::Current, looks: 0 };
        let mut told = String::new();
        loop {
            std::thread::sleep(WATCH_INTERVAL);
            let problem = match self.look(&mut watched) {
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

    /// Looks once, and indexes what is new and was the same at the last look: a digest may
    /// be on its way, half of it or many of them, or be away while an editor saves it.
    fn look(&self, watched: &mut Watched) -> Result<()> {
        let freshness = indexer::freshness(&self.settings.index, self.paths)?;
        watched.looks += 1;
        if freshness == Freshness::Current || watched.seen == Freshness::Current {
            watched.looks = 0;
        }
        let is_settled = freshness == watched.seen || watched.looks == PATIENCE;
        watched.seen = freshness;
        let rebuild = match freshness {
            Freshness::Current => return Ok(()),
            Freshness::OtherVersion => true,
            Freshness::Missing | Freshness::Stale(_) => false,
        };
        if !is_settled {
            return Ok(());
        }
        watched.looks = 0;
        let started = Instant::now();
        let report = self.sync(rebuild)?;
        let counts = report.digests;
        let same_failures = report.notices.iter().all(|notice| watched.last.notices.contains(notice));
        if counts.added + counts.changed + counts.removed > 0 || !same_failures {
            self.tell(&report, started.elapsed())?;
        }
        watched.last = report;
        Ok(())
    }
}

/// What a watcher knows.
struct Watched {
    /// The last report.
    last: Report,
    /// What the last look saw.
    seen: Freshness,
    /// How many looks have seen digests that still change.
    looks: usize,
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
        results::plain(&settings.index.to_string_lossy()),
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
            took_ms: results::milliseconds(took),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that fails should say where")]

    use std::fs;
    use std::path::Path;

    use clap::Parser;

    use super::*;
    use crate::args::{Command, Invocation};

    /// Makes an index of one digest, then does something before each look of a watcher;
    /// returns how many digests the index had after each.
    fn watch(changes: &[&dyn Fn(&Path)]) -> Vec<usize> {
        let folder = tempfile::tempdir().unwrap();
        let digests = vec![folder.path().join("digests")];
        fs::create_dir(&digests[0]).unwrap();
        write(&digests[0].join("a.txt"), "2026-01-05");
        let index = folder.path().join("index");
        let color = crate::args::Color::Never;
        let settings = Settings {
            index: index.clone(),
            digests: digests.clone(),
            keeps_fresh: false,
            lexicon: None,
            learned_lexicon: None,
            saved: None,
            recency: None,
            color,
        };
        let invocation = Invocation::try_parse_from(["paper-search", "index", "--watch"]).unwrap();
        let Command::Index(args) = &invocation.command else { panic!("{invocation:?}") };
        let messages = Messages::new(true, false);
        let run = Run {
            args,
            paths: &digests,
            settings: &settings,
            analyzer: Analyzer::new(),
            messages: &messages,
        };
        let last = run.sync(false).unwrap();
        let mut watched = Watched { last, seen: Freshness::Current, looks: 0 };
        let look = |change: &&dyn Fn(&Path)| {
            change(&digests[0]);
            // What a look cannot do is told, and done by another.
            let _ = run.look(&mut watched);
            indexer::OpenIndex::open(&index).unwrap().state().unwrap().digests.len()
        };
        changes.iter().map(look).collect()
    }

    /// Writes a digest without papers; its times are not those of just now.
    fn write(path: &Path, text: &str) {
        fs::write(path, text).unwrap();
        let before = std::time::SystemTime::now() - Duration::from_secs(60);
        fs::File::options().append(true).open(path).unwrap().set_modified(before).unwrap();
    }

    #[test]
    fn a_watcher_waits_until_digests_stay_as_they_are() {
        let nothing = |_: &Path| {};
        let more = |folder: &Path| {
            let text = fs::read_to_string(folder.join("b.txt")).unwrap_or("2026-01-06\n".to_string());
            write(&folder.join("b.txt"), &format!("{text}\n"));
        };
        let burst = |folder: &Path| write(&folder.join("c.txt"), "2026-01-07\n");
        assert_eq!(watch(&[&nothing, &more, &nothing, &nothing]), [1, 1, 2, 2], "a new digest");
        assert_eq!(watch(&[&more, &more, &burst, &nothing]), [1, 1, 1, 3], "while more comes");
        let restless: Vec<&dyn Fn(&Path)> = vec![&more; PATIENCE + 1];
        let counts = watch(&restless);
        assert_eq!((counts[PATIENCE - 1], counts[PATIENCE]), (1, 2), "it never ends: {counts:?}");
    }

    #[test]
    fn what_is_away_for_a_moment_stays() {
        let nothing = |_: &Path| {};
        let away = |folder: &Path| fs::rename(folder.join("a.txt"), folder.join("a.txt~")).unwrap();
        let back = |folder: &Path| fs::rename(folder.join("a.txt~"), folder.join("a.txt")).unwrap();
        assert_eq!(watch(&[&away, &back, &nothing]), [1, 1, 1], "while an editor saves it");
        assert_eq!(watch(&[&away, &nothing, &back, &nothing]), [1, 0, 0, 1], "for longer");
        let no_folder = |folder: &Path| {
            fs::rename(folder, folder.with_extension("away")).unwrap();
        };
        let folder = |folder: &Path| {
            fs::rename(folder.with_extension("away"), folder).unwrap();
        };
        assert_eq!(watch(&[&no_folder, &nothing, &nothing, &folder, &nothing]), [1; 5], "with its folder");
    }
}
