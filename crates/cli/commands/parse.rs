//! `parse`: split digests into papers and print them.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use chrono::NaiveDate;
use ingest::{Digest, Format, KnownTitles};
use paper::Paper;
use serde::Serialize;

use super::Outcome;
use crate::args::ParseArgs;
use crate::messages::Messages;

/// A paper as scripts read it.
#[derive(Serialize)]
struct PaperJson<'a> {
    file: &'a str,
    position: usize,
    digest_date: Option<NaiveDate>,
    id: Option<&'a str>,
    version: Option<u32>,
    title: &'a str,
    summary: Option<&'a str>,
    authors: &'a [String],
    date: Option<NaiveDate>,
    url: Option<&'a str>,
    #[serde(rename = "abstract")]
    abstract_text: Option<&'a str>,
    truncated: bool,
    confidence: f32,
}

pub(crate) fn run(args: &ParseArgs, messages: &Messages) -> Result<Outcome> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let (mut papers, mut failed) = (0, false);
    let format = Format::named(&args.input_format);
    let mut parse = |name: &str, bytes: Result<Vec<u8>, ingest::ReadError>, may_be_other| -> Result<()> {
        let digest = match bytes {
            Ok(bytes) => match ingest::parse_as(&bytes, format, &KnownTitles::default()) {
                Err(_) if may_be_other => return Ok(()),
                parsed => parsed.map_err(|error| match error.line() {
                    Some(line) => format!("{name}:{line}: {error}"),
                    None => format!("{name}: {error}"),
                }),
            },
            Err(error) => Err(error.to_string()),
        };
        match digest {
            Ok(digest) => {
                for diagnostic in &digest.diagnostics {
                    messages.warning(&format!("{name}:{}: {}", diagnostic.line, diagnostic.oddity));
                }
                papers += digest.entries.len();
                print(name, &digest, &mut out).context("writing the papers")
            }
            Err(message) => {
                failed = true;
                messages.error(&message);
                Ok(())
            }
        }
    };
    let (stdin, paths): (Vec<PathBuf>, Vec<PathBuf>) =
        args.paths.iter().cloned().partition(|path| path == Path::new("-"));
    let found = ingest::find(&paths)?;
    if !stdin.is_empty() {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).context("reading standard input")?;
        parse("-", Ok(bytes), false)?;
    }
    for file in &found.files {
        parse(&file.path.to_string_lossy(), ingest::read(&file.path), file.may_be_other())?;
    }
    for problem in &found.problems {
        failed = true;
        messages.error(&format!("{}: {}", problem.path.display(), problem.message));
    }
    if found.files.is_empty() && found.problems.is_empty() && stdin.is_empty() {
        messages.warning(super::NO_DIGESTS);
    }
    out.flush().context("writing the papers")?;
    Ok(match (failed, papers) {
        (true, _) => Outcome::Failed,
        (false, 0) => Outcome::NothingFound,
        (false, _) => Outcome::Done,
    })
}

fn print(file: &str, digest: &Digest, out: &mut dyn Write) -> Result<()> {
    for (entry, position) in digest.entries.iter().zip(1..) {
        let Paper { id, version, title, summary, authors, date, url, abstract_text, truncated } =
            &entry.paper;
        let paper = PaperJson {
            file,
            position,
            digest_date: digest.date,
            id: id.as_ref().map(|id| id.as_str()),
            version: *version,
            title,
            summary: summary.as_deref(),
            authors,
            date: *date,
            url: url.as_deref(),
            abstract_text: abstract_text.as_deref(),
            truncated: *truncated,
            confidence: (entry.confidence * 1e4).round() / 1e4,
        };
        results::write_value(&paper, out)?;
    }
    Ok(())
}
