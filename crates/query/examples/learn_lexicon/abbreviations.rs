//! Abbreviations that papers explain: `large language models (LLMs)`.
//!
//! Schwartz and Hearst, A simple algorithm for identifying abbreviation definitions in
//! biomedical text, 2003: the letters of the abbreviation, from the last to the first, are
//! looked for in the words before it; the first begins a word.

use std::collections::{BTreeMap, BTreeSet};

use analysis::function_words::is_function_word;
use analysis::scan::{Piece, scan};
use analysis::stem::stem;

/// An abbreviation has so many letters, and stands for so many words.
const LETTERS: std::ops::RangeInclusive<usize> = 2..=10;
const WORDS: std::ops::RangeInclusive<usize> = 2..=6;
/// At least so many papers explain it, and this share of all that do explain it so.
const MIN_PAPERS: usize = 2;
const MIN_SHARE: f64 = 0.5;
/// Words with one of these among them are no name.
const NO_NAME: [char; 8] = ['.', ',', ';', ':', '(', ')', '$', '\\'];

/// How many papers explain which abbreviation, and how.
#[derive(Default)]
pub(crate) struct Abbreviations {
    /// By the abbreviation's stem, then by those of the words: the words as they are written, each
    /// with its papers.
    papers: BTreeMap<String, BTreeMap<String, BTreeMap<String, usize>>>,
}

impl Abbreviations {
    /// Adds what a paper explains.
    pub(crate) fn add(&mut self, text: &str) {
        for (short, stems, words) in explained(text) {
            *self.papers.entry(short).or_default().entry(stems).or_default().entry(words).or_default() += 1;
        }
    }

    /// Returns what abbreviations stand for, as it is mostly written, and what words, by their
    /// stems, are mostly abbreviated to.
    pub(crate) fn both_ways(&self) -> BTreeMap<String, String> {
        let (mut long_forms, mut short_forms) =
            (BTreeMap::new(), BTreeMap::<&String, (usize, &String)>::new());
        for (short, meanings) in &self.papers {
            let count = |forms: &BTreeMap<String, usize>| forms.values().sum::<usize>();
            let all: usize = meanings.values().map(count).sum();
            let Some((stems, forms)) = meanings.iter().max_by_key(|(_, forms)| count(forms)) else {
                continue;
            };
            let papers = count(forms);
            if papers < MIN_PAPERS || (papers as f64) < MIN_SHARE * all as f64 {
                continue;
            }
            if let Some((words, _)) = forms.iter().max_by_key(|(_, papers)| **papers) {
                long_forms.insert(short.clone(), words.clone());
            }
            let shortest = short_forms.entry(stems).or_insert((papers, short));
            *shortest = (*shortest).max((papers, short));
        }
        let short_forms = short_forms.into_iter().map(|(stems, (_, short))| (stems.clone(), short.clone()));
        long_forms.into_iter().chain(short_forms).collect()
    }
}

/// The abbreviations that a text explains, each once: its stem, the stems of the words that it
/// stands for, and these words.
fn explained(text: &str) -> BTreeSet<(String, String, String)> {
    let mut found = BTreeSet::new();
    for (open, _) in text.match_indices('(') {
        let inside = &text[open + 1..];
        let short = inside.split([')', ';', ',']).next().unwrap_or_default().trim();
        let short = match short.strip_suffix('s') {
            Some(single) if single.ends_with(char::is_uppercase) => single,
            _ => short,
        };
        let [Piece::Word(abbreviation)] = &scan(short)[..] else { continue };
        let word = &abbreviation.whole().text;
        let short_enough = LETTERS.contains(&short.chars().count());
        if !short_enough || !short.contains(char::is_uppercase) || is_function_word(word) {
            continue;
        }
        let Some(long) = words_of(short, &text[..open]) else { continue };
        let words: Vec<String> = scan(long)
            .into_iter()
            .flat_map(|piece| match piece {
                Piece::Word(compound) => compound.parts,
                Piece::Run(_) => Vec::new(),
            })
            .map(|part| part.text)
            .collect();
        if WORDS.contains(&words.len()) && !long.contains(NO_NAME) {
            let stems: Vec<String> = words.iter().map(|word| stem(word)).collect();
            found.insert((stem(word), stems.join(" "), words.join(" ")));
        }
    }
    found
}

/// The words at the end of `before` that have the letters of an abbreviation.
fn words_of<'a>(short: &str, before: &'a str) -> Option<&'a str> {
    let letters = short.chars().count();
    let before = before.trim_end();
    let words: Vec<&str> = before.split_whitespace().rev().take((letters + 5).min(2 * letters)).collect();
    let first = words.last()?.as_ptr() as usize - before.as_ptr() as usize;
    let mut rest = &before[first..];
    let mut wanted = short.chars().rev().filter(|ch| ch.is_alphanumeric()).peekable();
    while let Some(letter) = wanted.next() {
        let begins_word = wanted.peek().is_none();
        let (at, _) = rest.char_indices().rev().find(|(at, ch)| {
            let inside_word = || rest[..*at].ends_with(char::is_alphanumeric);
            ch.to_lowercase().eq(letter.to_lowercase()) && !(begins_word && inside_word())
        })?;
        rest = &rest[..at];
    }
    Some(&before[first + rest.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_explain_abbreviations() {
        for (text, expected) in [
            ("large language models (LLMs)", "llm: large language models"),
            ("We use Retrieval-Augmented Generation (RAG; see below)", "rag: retrieval augmented generation"),
            ("the mean squared error (MSE)", "mse: mean squared error"),
            ("of many models (see Section 2)", ""),
            ("a transformer (ViT)", ""),
            ("an area theorem (AT)", ""),
        ] {
            let found: Vec<String> =
                explained(text).into_iter().map(|(short, _, words)| format!("{short}: {words}")).collect();
            assert_eq!(found.join("; "), expected, "{text}");
        }
    }
}
