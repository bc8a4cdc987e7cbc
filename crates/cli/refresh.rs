//! Bringing an index up to date before it is read.

use analysis::Analyzer;
use anyhow::Result;
use indexer::{Freshness, IndexError, Options, Report};

use crate::messages::Messages;
use crate::settings::Settings;

/// Brings the index up to date if a configuration file names it and its digests, and
/// says so in one line. What keeps it from that, but does not keep it from searching,
/// is a warning.
pub(crate) fn refresh(settings: &Settings, analyzer: &Analyzer, messages: &Messages) -> Result<()> {
    if !settings.keeps_fresh {
        return Ok(());
    }
    let freshness = match indexer::freshness(&settings.index, &settings.digests) {
        Ok(freshness) => freshness,
        Err(error @ IndexError::Find(_)) => {
            messages.warning(&format!("the index was not brought up to date: {error}"));
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    let rebuild = match freshness {
        Freshness::Current => return Ok(()),
        Freshness::Missing | Freshness::Stale(_) => false,
        Freshness::OtherVersion => true,
    };
    let progress = messages.progress();
    let synced = indexer::sync(
        &settings.index,
        &settings.digests,
        Options { rebuild, ..Options::default() },
        analyzer,
        &mut |step| progress.step(step),
    );
    drop(progress);
    match synced {
        Ok(report) => {
            if let Some(line) = one_line(&report, settings) {
                messages.note(&line);
            }
            for notice in report.notices.iter().filter(|notice| notice.is_failure) {
                messages.warning(&notice.to_string());
            }
            Ok(())
        }
        // There is something to search all the same.
        Err(error @ (IndexError::Busy(_) | IndexError::Io { .. } | IndexError::Write { .. }))
            if matches!(freshness, Freshness::Stale(_)) =>
        {
            messages.warning(&format!("the index was not brought up to date: {error}"));
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

/// What was done, unless nothing was: a digest may have been touched and be as before.
fn one_line(report: &Report, settings: &Settings) -> Option<String> {
    let digests = report.digests;
    let read = digests.added + digests.changed;
    if read + digests.removed == 0 {
        return None;
    }
    let mut text =
        format!("{}: read {read} digest{}", settings.index.display(), if read == 1 { "" } else { "s" });
    if digests.removed > 0 {
        text.push_str(&format!(", {} gone", digests.removed));
    }
    text.push_str(&format!("; {} papers in all", report.papers.total));
    let odd = report.notices.iter().filter(|notice| !notice.is_failure).count();
    if odd > 0 {
        let oddities = if odd == 1 { "oddity" } else { "oddities" };
        text.push_str(&format!("; {odd} {oddities}, which `paper-search parse` tells"));
    }
    Some(text)
}
