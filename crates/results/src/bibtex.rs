//! BibTeX, for papers that cite.

use std::io::{self, Write};

use biblatex::{Chunk, Chunks, Entry, EntryType, Spanned};
use paper::Record;

use super::Results;
use super::names::{Parts, parts};
use crate::harmless::plain;

/// Prints an entry for each hit.
pub(crate) fn write(results: &Results, out: &mut dyn Write) -> io::Result<()> {
    for found in &results.hits {
        writeln!(out, "{}\n", print(&found.record))?;
    }
    Ok(())
}

/// Signs that the library escapes by a backslash, which makes an accent of `^` and `~` and
/// a line break of `\\`: the character that stands for each on the way through the
/// library, and the command that prints it.
const SIGNS: [(char, char, &str); 3] = [
    ('\\', '\u{e000}', "{\\textbackslash}"),
    ('^', '\u{e001}', "{\\textasciicircum}"),
    ('~', '\u{e002}', "{\\textasciitilde}"),
];

fn print(record: &Record) -> String {
    let printed = entry(record).to_biblatex_string();
    SIGNS.iter().fold(printed, |printed, (_, stand_in, command)| printed.replace(*stand_in, command))
}

/// The fields of arXiv's own export, and the summary as a note. The abstract is left out:
/// no bibliography prints it, and its LaTeX need not compile in another document.
fn entry(record: &Record) -> Entry {
    let paper = record.paper();
    let key = match paper.id {
        Some(_) => format!("arxiv-{}", record.id.replace('/', "-")),
        None => record.id.clone(),
    };
    let mut entry = Entry::new(key, EntryType::Misc);
    let mut set = |name: &str, chunks: Chunks| {
        if !chunks.is_empty() {
            entry.set(name, chunks);
        }
    };
    set("title", title(&paper.title));
    let authors: Vec<String> = paper.authors.iter().map(|name| author(name)).collect();
    set("author", text(&authors.join(" and ")));
    if let Some(date) = paper.date {
        set("year", text(&date.format("%Y").to_string()));
    }
    if paper.id.is_some() {
        set("eprint", text(&record.id));
        set("archiveprefix", text("arXiv"));
    }
    set("url", text(paper.url.as_deref().unwrap_or_default()));
    set("note", text(paper.summary.as_deref().unwrap_or_default()));
    entry
}

/// A name as BibTeX takes it: a suffix stands between commas, behind the family name.
fn author(name: &str) -> String {
    match parts(name) {
        Parts { given, family, suffix: Some(suffix) } => format!("{family}, {suffix}, {given}"),
        _ => name.to_string(),
    }
}

/// A title: words with capitals inside (`LLM`, `xLSTM`) are kept from becoming lower case.
fn title(title: &str) -> Chunks {
    let mut chunks = Chunks::new();
    for (at, word) in plain(title).split(' ').enumerate() {
        if at > 0 {
            chunks.push(chunk(Chunk::Normal(" ".to_string())));
        }
        let keeps_case = word.chars().skip(1).any(char::is_uppercase)
            && word.chars().all(|ch| ch.is_alphanumeric() || ch == '-');
        match keeps_case {
            true => chunks.push(chunk(Chunk::Verbatim(word.to_string()))),
            false => chunks.extend(text(word)),
        }
    }
    chunks
}

/// Text that TeX prints as it is.
fn text(text: &str) -> Chunks {
    let text = plain(text);
    // Nothing in a paper may pass for a stand-in.
    let mut text = text.replace(SIGNS.map(|(_, stand_in, _)| stand_in), "\u{fffd}");
    for (sign, stand_in, _) in SIGNS {
        text = text.replace(sign, &stand_in.to_string());
    }
    match text.is_empty() {
        true => Chunks::new(),
        false => vec![chunk(Chunk::Normal(text))],
    }
}

fn chunk(chunk: Chunk) -> Spanned<Chunk> {
    Spanned::detached(chunk)
}

#[cfg(test)]
mod tests {
    use super::*;
    use paper::{DigestRef, Occurrence, Paper};

    fn printed(title: &str) -> String {
        let paper = Paper { title: title.to_string(), ..Paper::default() };
        let digest = DigestRef { file: "a.txt".to_string(), date: None };
        let occurrences = vec![Occurrence { digest, position: 1, paper, certain_title: true }];
        let record = Record::new("local-1".to_string(), occurrences).expect("an occurrence");
        print(&record)
    }

    #[test]
    fn titles_stay_as_they_are_in_tex() {
        for (title, expected) in [
            ("Smiles of LLM Quokkas", "Smiles of {LLM} Quokkas"),
            ("100% & more_of #1", "100\\% \\& more\\_of \\#1"),
            (
                "x^2 ~ \\write18{rm}",
                "x{\\textasciicircum}2 {\\textasciitilde} {\\textbackslash}write18\\{rm\\}",
            ),
        ] {
            let printed = printed(title);
            assert!(printed.contains(&format!("title = {{{expected}}}")), "{printed}");
        }
    }
}
