//! Completing what someone is typing: its last word, from the words and names that papers
//! have.

use std::collections::HashMap;

use analysis::fields::{AUTHOR, SUMMARY, TITLE};
use analysis::fold::fold_to_string;
use analysis::function_words::is_function_word;
use analysis::han::is_han;
use analysis::names::{Name, first_word};
use engine::Embedded;
use indexer::IndexError;
use query::plan::{Clause, Plan, Stream};
use query::{Engine, Page, Sort};

/// A shorter beginning stands for too many words, in letters.
const MIN_LETTERS: usize = 2;

/// What is typed may become this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// The text with its last word completed, or the name of an author.
    pub text: String,
    /// What it is.
    pub kind: CompletionKind,
    /// How many papers have the word in the title (of Chinese, in the summary), or the
    /// author; papers that are gone may count.
    pub papers: usize,
}

/// What a completion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompletionKind {
    /// A word of papers.
    Word,
    /// An author.
    Author,
}

/// Completes a text, with at most `most` completions: words first, then authors, each
/// sort by how many papers have it.
pub(crate) fn complete(engine: &Embedded, text: &str, most: usize) -> Result<Vec<Completion>, IndexError> {
    let text = text.trim_start();
    let (before, last) = last_word(text);
    let folded = fold_to_string(last);
    let is_long = folded.chars().count() >= MIN_LETTERS || folded.chars().any(is_han);
    let words = if is_long { words(engine, &folded)? } else { Vec::new() };
    let completed = words.into_iter().take(most).map(|(word, papers)| Completion {
        text: format!("{before}{word}"),
        kind: CompletionKind::Word,
        papers,
    });
    let mut all: Vec<Completion> = completed.collect();
    // A name is looked for by all that was typed, and stands for it.
    let names = authors(engine, text, most.div_ceil(2))?;
    all.truncate(most.saturating_sub(names.len()));
    all.extend(names);
    Ok(all)
}

/// Parts a text before its last word, which begins behind a space or a sign, or where Han
/// characters and letters meet.
fn last_word(text: &str) -> (&str, &str) {
    let mut start = text.len();
    let mut han = None;
    for (at, ch) in text.char_indices().rev() {
        let is_word = ch.is_alphanumeric() || ch == '-';
        if !is_word || *han.get_or_insert(is_han(ch)) != is_han(ch) {
            break;
        }
        start = at;
    }
    text.split_at(start)
}

/// The words that begin so, the most frequent first.
fn words(engine: &Embedded, beginning: &str) -> Result<Vec<(String, usize)>, IndexError> {
    // Exact terms of Chinese are single characters and pairs.
    let (field, stream) = match beginning.chars().any(is_han) {
        true => (&SUMMARY, Stream::Words),
        false => (&TITLE, Stream::Exact),
    };
    let mut counts: HashMap<String, usize> = HashMap::new();
    engine.for_each_term(field, stream, beginning, &mut |term, papers| {
        if term.len() > beginning.len() && !is_function_word(term) {
            *counts.entry(term.to_string()).or_default() += papers as usize;
        }
    })?;
    let mut words: Vec<(String, usize)> = counts.into_iter().collect();
    words.sort_by(|(word, papers), (other, others)| others.cmp(papers).then_with(|| word.cmp(other)));
    Ok(words)
}

/// The authors one of whose words begins so, or two of whose words do as typed, the most
/// frequent first, as they write themselves.
fn authors(engine: &Embedded, text: &str, most: usize) -> Result<Vec<Completion>, IndexError> {
    let typed = fold_to_string(text.trim_end());
    if typed.chars().count() < MIN_LETTERS {
        return Ok(Vec::new());
    }
    let (first, rest) = typed.split_once(' ').unwrap_or((&typed, ""));
    // By name, with one of its rotations.
    let mut counts: HashMap<String, (usize, String)> = HashMap::new();
    engine.for_each_term(&AUTHOR, Stream::Words, first, &mut |rotation, papers| {
        let word = first_word(rotation);
        let name = &rotation[word.len()..];
        let name = name.trim_start_matches(char::is_control);
        let mut others = name.split(' ').filter(|other| *other != word);
        if rest.is_empty() || (word == first && others.any(|other| other.starts_with(rest))) {
            let counted = counts.entry(name.to_string()).or_insert_with(|| (0, rotation.to_string()));
            // A hyphenated name has several rotations that begin alike.
            counted.0 = counted.0.max(papers as usize);
        }
    })?;
    let mut names: Vec<(String, (usize, String))> = counts.into_iter().collect();
    names.sort_by(|(name, (papers, _)), (other, (others, _))| {
        others.cmp(papers).then_with(|| name.cmp(other))
    });
    let mut authors = Vec::new();
    for (name, (papers, rotation)) in names.into_iter().take(most) {
        if let Some(text) = as_written(engine, &name, rotation)? {
            authors.push(Completion { text, kind: CompletionKind::Author, papers });
        }
    }
    Ok(authors)
}

/// A name as its author writes it, looked up in a paper that is found by its rotation.
fn as_written(engine: &Embedded, folded: &str, rotation: String) -> Result<Option<String>, IndexError> {
    let Some(name) = Name::new(folded) else { return Ok(None) };
    let query = Clause::Keyword { field: &AUTHOR, value: rotation, weight: 0.0 };
    let plan = Plan::new(query, Vec::new(), Sort::Newest);
    let answer = engine.search(&plan, Page { limit: 1, offset: 0 }, false)?;
    let authors = answer.hits.into_iter().flat_map(|hit| hit.record.paper().authors.clone());
    Ok(authors.into_iter().find(|author| Name::new(author).is_some_and(|author| name.matches(&author))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_is_completed() {
        for (text, before, last) in [
            ("spec", "", "spec"),
            ("speculative dec", "speculative ", "dec"),
            ("title:dec", "title:", "dec"),
            ("\"draft mo", "\"draft ", "mo"),
            ("LLM推", "LLM", "推"),
            ("推理LL", "推理", "LL"),
            ("done ", "done ", ""),
            ("", "", ""),
        ] {
            assert_eq!(last_word(text), (before, last), "{text}");
        }
    }
}
