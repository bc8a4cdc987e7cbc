//! "Did you mean …": for a query that finds little, the same query with words that the
//! papers have in place of words that they lack.
//!
//! Words of Latin letters are compared letter by letter, as misspellings are. Of Chinese,
//! which is mistyped by choosing another word of the same sound, words of the same sound
//! are looked for, then longer ones in which one character differs. What is suggested was
//! asked and found more; it is never searched in place of the query.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use analysis::fields::{self, Analysis, SUMMARY};
use analysis::function_words::is_function_word;
use analysis::han::is_han;
use analysis::pinyin::sound_alike;
use analysis::scan::{Piece, scan};
use analysis::stem::stem;
use analysis::{Analyzer, Field};

use crate::highlight::edits;
use crate::lexicon::Lexicon;
use crate::plan::Stream;
use crate::request::{Page, Request};
use crate::tree::{Leaf, Node, Occur};
use crate::{Engine, parser, planner};

/// A query that finds fewer papers finds little.
pub const FEW_PAPERS: usize = 3;

/// At most so many suggestions.
const MAX_SUGGESTIONS: usize = 3;

/// At most so many words of a query are looked at.
const MAX_WORDS: usize = 8;

/// A word that is there is a misspelling only of one in so many times as many papers.
const TIMES_MORE: u64 = 10;

/// The fewest letters of a word that may be misspelt.
const MIN_LETTERS: usize = 4;

/// The longest Chinese word that another may stand for, in characters.
const MAX_CHARACTERS: usize = 4;

/// The most Chinese words that are tried in one run.
const MAX_TRIED: usize = 30;

/// Returns queries that find more papers than the `found` ones of this query, best first.
pub fn suggest<E: Engine>(
    engine: &E,
    analyzer: &Analyzer,
    lexicon: Option<&Lexicon>,
    request: &Request,
    tree: &Node,
    found: usize,
) -> Result<Vec<String>, E::Error> {
    let mut words = Vec::new();
    wanted_words(tree, &mut words);
    words.truncate(MAX_WORDS);
    let mut choices: Vec<(String, Vec<String>)> = Vec::new();
    for (field, word) in words {
        let better = match word.chars().all(is_han) {
            true => chinese(engine, field.unwrap_or(&SUMMARY), &word)?,
            false => misspelt(engine, field, &word)?,
        };
        if !better.is_empty() {
            choices.push((word, better));
        }
    }
    let mut suggestions = Vec::new();
    for rank in 0..MAX_SUGGESTIONS {
        if choices.iter().all(|(_, better)| better.len() <= rank) {
            break;
        }
        let replaced: HashMap<&str, &str> = choices
            .iter()
            .map(|(word, better)| (word.as_str(), better[rank.min(better.len() - 1)].as_str()))
            .collect();
        let query = replace(&request.query, &replaced);
        let tree = parser::parse(&query, request.today).tree;
        let plan = planner::plan(&tree, &request.filters, request.sort, analyzer, lexicon);
        if engine.search(&plan, Page { limit: 0, offset: 0 }, false)?.total > found {
            suggestions.push(query);
        }
    }
    Ok(suggestions)
}

/// The words that may be misspelt: Latin ones and runs of Han that are wanted in running
/// text, folded.
fn wanted_words(node: &Node, words: &mut Vec<(Option<&'static Field>, String)>) {
    match node {
        Node::Group(parts) => {
            for (_, node) in parts.iter().filter(|(occur, _)| *occur != Occur::MustNot) {
                wanted_words(node, words);
            }
        }
        Node::Leaf { field, leaf: Leaf::Word(text) | Leaf::Phrase(text) | Leaf::Near(text, _) }
            if field.is_none_or(|field| field.analysis == Analysis::Text) =>
        {
            for word in scan(text).iter().filter_map(misspellable) {
                if !words.iter().any(|(_, known)| known == word) {
                    words.push((*field, word.to_string()));
                }
            }
        }
        Node::Leaf { .. } => {}
    }
}

fn misspellable(piece: &Piece) -> Option<&str> {
    match piece {
        Piece::Word(compound) => {
            let word = compound.whole().text.as_str();
            let letters = word.chars().all(char::is_alphabetic) && word.chars().count() >= MIN_LETTERS;
            (compound.parts.len() == 1 && letters && !is_function_word(word)).then_some(word)
        }
        Piece::Run(run) => (run.han && run.spans.len() > 1).then_some(run.text.as_str()),
    }
}

/// Words of the papers that differ from this one in few letters, the likeliest first.
fn misspelt<E: Engine>(
    engine: &E,
    field: Option<&'static Field>,
    word: &str,
) -> Result<Vec<String>, E::Error> {
    let stemmed = stem(word);
    let first: String = word.chars().take(1).collect();
    let mut known = 0;
    let mut near: BTreeMap<String, (usize, u64)> = BTreeMap::new();
    for field in looked_in(field) {
        known = engine.document_frequency(field, &stemmed)?.max(known);
        engine.for_each_term(field, Stream::Exact, &first, &mut |term, papers| {
            if let Some(edits) = edits(word, term).filter(|edits| *edits > 0) {
                near.entry(term.to_string()).or_insert((edits, 0)).1 += papers;
            }
        })?;
    }
    let mut better: Vec<(usize, Reverse<u64>, String)> = near
        .into_iter()
        .filter(|(term, (_, papers))| *papers > known * TIMES_MORE && stem(term) != stemmed)
        .map(|(term, (edits, papers))| (edits, Reverse(papers), term))
        .collect();
    better.sort_unstable();
    better.truncate(MAX_SUGGESTIONS);
    Ok(better.into_iter().map(|(_, _, term)| term).collect())
}

fn looked_in(field: Option<&'static Field>) -> impl Iterator<Item = &'static Field> {
    let default = fields::searched_by_default().filter(move |_| field.is_none());
    field.into_iter().chain(default).filter(|field| field.analysis == Analysis::Text)
}

/// Runs of Han that papers may have, with another word where this one has characters that
/// stand nowhere side by side.
fn chinese<E: Engine>(engine: &E, field: &'static Field, run: &str) -> Result<Vec<String>, E::Error> {
    let chars: Vec<char> = run.chars().collect();
    let mut unknown = Vec::new();
    for (at, pair) in chars.windows(2).enumerate() {
        if !is_pair(engine, field, pair)? {
            unknown.push(at);
        }
    }
    let (Some(first), Some(last)) = (unknown.first(), unknown.last()) else {
        return Ok(Vec::new());
    };
    // A word must touch each unknown pair to mend it.
    let windows: Vec<(usize, &[char])> = (2..=MAX_CHARACTERS)
        .flat_map(|length| chars.windows(length).enumerate())
        .filter(|(at, window)| *at <= first + 1 && at + window.len() > *last)
        .collect();
    let mut better: BTreeMap<(usize, String), (usize, u64)> = BTreeMap::new();
    engine.for_each_term(field, Stream::Words, "", &mut |term, papers| {
        let word: Vec<char> = term.chars().collect();
        if !word.iter().copied().all(is_han) {
            return;
        }
        for (at, window) in windows.iter().filter(|(_, window)| window.len() == word.len()) {
            if let Some(cost) = unlikeness(window, &word) {
                better.entry((*at, term.to_string())).or_insert((cost, 0)).1 += papers;
            }
        }
    })?;
    let mut better: Vec<_> = better
        .into_iter()
        .map(|((at, word), (cost, papers))| (cost, Reverse(word.chars().count()), Reverse(papers), at, word))
        .collect();
    better.sort_unstable();
    let mut mended = Vec::new();
    for (_, Reverse(length), _, at, word) in better.into_iter().take(MAX_TRIED) {
        let run: Vec<char> = chars[..at]
            .iter()
            .copied()
            .chain(word.chars())
            .chain(chars[at + length..].iter().copied())
            .collect();
        let mut whole = true;
        for pair in run.windows(2) {
            whole = whole && is_pair(engine, field, pair)?;
        }
        let run = String::from_iter(run);
        if whole && !mended.contains(&run) {
            mended.push(run);
        }
        if mended.len() == MAX_SUGGESTIONS {
            break;
        }
    }
    Ok(mended)
}

/// Whether two characters stand side by side in some paper.
fn is_pair<E: Engine>(engine: &E, field: &'static Field, pair: &[char]) -> Result<bool, E::Error> {
    let mut found = false;
    engine.for_each_term(field, Stream::Exact, &String::from_iter(pair), &mut |_, papers| {
        found |= papers > 0;
    })?;
    Ok(found)
}

/// How unlike two words of the same length are: 0 if they sound alike, 1 if one character
/// of three or more differs; `None` if one is hardly typed for the other.
fn unlikeness(typed: &[char], word: &[char]) -> Option<usize> {
    let pairs = || typed.iter().zip(word);
    let differing = pairs().filter(|(a, b)| a != b).count();
    match differing {
        0 => None,
        _ if pairs().all(|(a, b)| a == b || sound_alike(*a, *b)) => Some(0),
        1 if typed.len() > 2 => Some(1),
        _ => None,
    }
}

/// Replaces words of a query, as it was typed.
fn replace(query: &str, replaced: &HashMap<&str, &str>) -> String {
    let mut text = query.to_string();
    for piece in scan(query).iter().rev() {
        let Some(better) = misspellable(piece).and_then(|word| replaced.get(word)) else { continue };
        let span = match piece {
            Piece::Word(compound) => compound.whole().span.clone(),
            Piece::Run(run) => run.spans[0].start..run.spans[run.spans.len() - 1].end,
        };
        text.replace_range(span, better);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_replaced_where_they_stand() {
        let replaced = HashMap::from([("decodign", "decoding"), ("知识正溜", "知识蒸馏")]);
        for (query, expected) in [
            ("+title:Decodign -x", "+title:decoding -x"),
            ("\"fast decodign\"~3 知識正溜，decodign", "\"fast decoding\"~3 知识蒸馏，decoding"),
            ("fast-decodign", "fast-decodign"),
        ] {
            assert_eq!(replace(query, &replaced), expected);
        }
    }

    #[test]
    fn chinese_words_are_alike_in_sound_or_characters() {
        let chars = |text: &str| -> Vec<char> { text.chars().collect() };
        for (typed, word, expected) in [
            ("正溜", "蒸馏", Some(0)),
            ("蒸馏", "蒸馏", None),
            ("注意刀", "注意力", Some(1)),
            ("知道", "知识", None),
            ("注意刀", "注重刀", Some(1)),
            ("神京往", "神经网", Some(0)),
        ] {
            assert_eq!(unlikeness(&chars(typed), &chars(word)), expected, "{typed} {word}");
        }
    }
}
