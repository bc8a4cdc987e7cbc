//! `save`: a search to ask again.

use std::io::Write;

use analysis::Analyzer;
use anyhow::{Context, Result, bail};
use query::Filters;
use saved::{Question, Search, Store};

use super::{Outcome, searching};
use crate::args::SaveArgs;
use crate::lexicon;
use crate::messages::Messages;
use crate::refresh::refresh;
use crate::settings::Settings;

pub(crate) fn run(args: &SaveArgs, settings: &Settings, messages: &Messages) -> Result<Outcome> {
    let today = searching::today();
    // Mistakes are told before anything is read or written.
    saved::check_name(&args.name)?;
    let filters = searching::filters(&args.filters, today)?;
    let query = args.query.join(" ");
    if query.trim().is_empty() && filters == Filters::default() {
        bail!(
            "there is nothing to search for; give words behind the name, or a filter such as --author NAME"
        );
    }
    let store = Store::new(settings.saved()?.to_path_buf());
    let lexicon = lexicon::load(settings)?;
    let analyzer = Analyzer::new();
    refresh(settings, &analyzer, messages)?;
    let given = args.filters.clone();
    let question = Question {
        query,
        author: given.author,
        from: given.from,
        to: given.to,
        since: given.since,
        digest_from: given.digest_from,
        digest_to: given.digest_to,
    };
    let mut search = Search::new(args.name.clone(), question, today);
    let news = searching::with_engine(&settings.index, |engine| {
        Ok(archive::news(engine, &analyzer, Some(&lexicon), &search, 0, today)?)
    })?;
    for warning in &news.results.warnings {
        messages.warning(warning);
    }
    if !args.unseen {
        search.seen.look(&news.found, &news.found);
    }
    store.save(search, args.replace)?;
    let papers = if news.found.len() == 1 { "paper" } else { "papers" };
    let seen = if args.unseen { "new to you" } else { "taken as seen" };
    let mut out = std::io::stdout().lock();
    writeln!(out, "saved {}: it finds {} {papers} now, {seen}", args.name, news.found.len())
        .context("writing the report")?;
    Ok(Outcome::Done)
}
