//! `saved`: the saved searches themselves.

use std::io::{self, Read, Write};
use std::path::Path;

use analysis::Analyzer;
use anyhow::{Context, Result};
use results::{plain, write_value};
use saved::{SavedObject, Search, Store};
use serde::Serialize;

use super::{Outcome, searching};
use crate::args::{ImportArgs, ReportFormat, SavedArgs, SavedCommand};
use crate::failure;
use crate::lexicon;
use crate::messages::Messages;
use crate::settings::Settings;

/// The room for a name in the list.
const NAME_COLUMNS: usize = 16;

/// All searches, as scripts read them.
#[derive(Serialize)]
struct ListJson<'a> {
    searches: Vec<SavedObject<'a>>,
}

pub(crate) fn run(args: &SavedArgs, settings: &Settings, messages: &Messages) -> Result<Outcome> {
    let store = Store::new(settings.saved()?.to_path_buf());
    match &args.command {
        None => list(&store, args.format, settings, messages),
        Some(SavedCommand::Remove { names }) => {
            store.remove(names)?;
            messages.note(&format!("removed {}", names.join(", ")));
            Ok(Outcome::Done)
        }
        Some(SavedCommand::Export) => {
            let mut out = io::stdout().lock();
            out.write_all(&saved::export(&store)?)
                .and_then(|()| out.flush())
                .context("writing the export")?;
            Ok(Outcome::Done)
        }
        Some(SavedCommand::Import(args)) => import(&store, args, messages),
    }
}

fn list(store: &Store, format: ReportFormat, settings: &Settings, messages: &Messages) -> Result<Outcome> {
    let searches = store.list()?;
    let news = match searches.is_empty() {
        true => Vec::new(),
        false => counted(&searches, settings).unwrap_or_else(|error| {
            messages.warning(&format!("what is new cannot be told: {}", failure::tell(&error)));
            vec![None; searches.len()]
        }),
    };
    let mut out = io::BufWriter::new(io::stdout().lock());
    let written = match format {
        ReportFormat::Json => {
            let searches = searches.iter().zip(&news).map(|(search, new)| SavedObject::of(search, *new));
            write_value(&ListJson { searches: searches.collect() }, &mut out)
        }
        ReportFormat::Text => text(&searches, &news, &mut out),
    };
    written.and_then(|()| out.flush()).context("writing the searches")?;
    if searches.is_empty() {
        messages.note("no search is saved yet; `paper-search save NAME QUERY` saves one");
        return Ok(Outcome::NothingFound);
    }
    Ok(Outcome::Done)
}

/// How many papers are new to each search; `None` where it cannot be asked any more.
fn counted(searches: &[Search], settings: &Settings) -> Result<Vec<Option<usize>>> {
    let (lexicon, analyzer) = (lexicon::load(settings)?, Analyzer::new());
    let today = searching::today();
    searching::with_engine(&settings.index, |engine| {
        let count = |search| match archive::news(engine, &analyzer, Some(&lexicon), search, 0, today) {
            Ok(news) => Ok(Some(news.new + news.updated)),
            Err(archive::ArchiveError::Asked(_)) => Ok(None),
            Err(error) => Err(error.into()),
        };
        searches.iter().map(count).collect()
    })
}

fn text(searches: &[Search], news: &[Option<usize>], out: &mut dyn Write) -> io::Result<()> {
    for (search, new) in searches.iter().zip(news) {
        let new = new.map_or("?".to_string(), |new| new.to_string());
        let question = search.question.to_string();
        // Chinese characters take two columns.
        let room = " ".repeat(NAME_COLUMNS.saturating_sub(textwrap::core::display_width(&search.name)));
        let looked = search.looked;
        writeln!(out, "{}{room} {new:>5} new  {looked}  {}", plain(&search.name), plain(&question))?;
    }
    Ok(())
}

fn import(store: &Store, args: &ImportArgs, messages: &Messages) -> Result<Outcome> {
    let mut bytes = Vec::new();
    match args.file == Path::new("-") {
        true => io::stdin().read_to_end(&mut bytes).context("reading standard input")?,
        false => std::fs::File::open(&args.file)
            .and_then(|mut file| file.read_to_end(&mut bytes))
            .with_context(|| format!("cannot read {}", args.file.display()))?,
    };
    let imported = saved::import(store, &args.file, &bytes, args.replace)?;
    let mut any = false;
    for (what, names) in
        [("added", imported.added), ("merged", imported.merged), ("replaced", imported.replaced)]
    {
        if !names.is_empty() {
            any = true;
            messages.note(&format!("{what} {}", names.join(", ")));
        }
    }
    Ok(if any { Outcome::Done } else { Outcome::NothingFound })
}
