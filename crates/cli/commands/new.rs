//! `new`: what saved searches find that was not seen.

use std::io::Write;

use analysis::Analyzer;
use anyhow::{Context, Result, bail};
use archive::News;
use saved::{Search, Store};

use super::{Outcome, searching};
use crate::args::NewArgs;
use crate::failure;
use crate::lexicon;
use crate::messages::Messages;
use crate::output;
use crate::refresh::refresh;
use crate::settings::Settings;
use crate::terminal::Look;

pub(crate) fn run(args: &NewArgs, settings: &Settings, messages: &Messages) -> Result<Outcome> {
    let today = searching::today();
    let format = output::format(&args.format);
    let store = Store::new(settings.saved()?.to_path_buf());
    let searches = match &args.name {
        Some(name) => vec![store.get(name)?],
        None => store.list()?,
    };
    if searches.is_empty() {
        messages.note("no search is saved yet; `paper-search save NAME QUERY` saves one");
        return Ok(Outcome::NothingFound);
    }
    if args.name.is_none() && !format.for_batch() {
        bail!(
            "--format {} cannot tell saved searches apart; name one, or use jsonl, ids or text",
            format.name()
        );
    }
    let lexicon = lexicon::load(settings)?;
    let analyzer = Analyzer::new();
    if !args.no_refresh {
        refresh(settings, &analyzer, messages)?;
    }
    let look = Look::of_stdout(settings.color);
    let limit = args.limit.unwrap_or(usize::MAX);
    searching::with_engine(&settings.index, |engine| {
        let (mut any, mut failed) = (false, false);
        for search in &searches {
            let news = archive::news(engine, &analyzer, Some(&lexicon), search, limit, today);
            let mut news = match news {
                Ok(news) => news,
                Err(archive::ArchiveError::Asked(error)) => {
                    failed = true;
                    messages.error(&format!("{}: {}", search.name, failure::tell(&error.into())));
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            for warning in &news.results.warnings {
                messages.warning(&format!("{}: {warning}", search.name));
            }
            messages.note(&told(search, &news));
            if news.results.total > 0 {
                any = true;
                news.results.query_id = args.name.is_none().then(|| search.name.clone());
                let mut out = std::io::BufWriter::new(std::io::stdout().lock());
                // What could not be shown was not seen.
                format
                    .write(&news.results, look, &mut out)
                    .and_then(|()| out.flush())
                    .context("writing the results")?;
            }
            if !args.keep {
                store.mark(search, &news.found, &news.shown, today)?;
            }
        }
        Ok(match (failed, any) {
            (true, _) => Outcome::Failed,
            (false, true) => Outcome::Done,
            (false, false) => Outcome::NothingFound,
        })
    })
}

/// How many papers are new.
fn told(search: &Search, news: &News) -> String {
    let name = &search.name;
    let all = news.found.len();
    let of = format!("of {all} paper{}", if all == 1 { "" } else { "s" });
    if news.new + news.updated == 0 {
        return format!("{name}: nothing new {of}");
    }
    let mut text = format!("{name}: {} new", news.new);
    if news.updated > 0 {
        text.push_str(&format!(", {} in a new version", news.updated));
    }
    text.push_str(&format!(", {of}"));
    match (news.new + news.updated).saturating_sub(news.shown.len()) {
        0 => {}
        more => text.push_str(&format!("; {more} more with a larger --limit")),
    }
    text
}
