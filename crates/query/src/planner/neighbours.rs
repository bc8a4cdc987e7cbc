//! Words of letters that stand next to one another in a query.

use analysis::Field;
use analysis::function_words::is_function_word;
use analysis::scan::{Piece, scan};
use analysis::stem::stem;

use super::leaf::{searches_text, sequence};
use super::{Role, Wanted};
use crate::tree::{Leaf, Node, Occur};

/// The weight of two neighbouring words that stand so in a paper, beside what each scores.
const PAIR_WEIGHT: f32 = 0.35;

/// Words whose places differ by more are no neighbours: `heat of composites` are.
const FARTHEST: u32 = 2;

/// Wanted words in a row, in one field.
#[derive(Debug)]
pub(super) struct Row {
    /// The field they are asked for in, if one is named.
    pub(super) field: Option<&'static Field>,
    /// The words, in order.
    pub(super) words: Vec<RowWord>,
}

/// A word of a row.
#[derive(Debug)]
pub(super) struct RowWord {
    /// The stem of all its parts, joined.
    pub(super) stem: String,
    /// Its parts, as they were typed.
    parts: Vec<String>,
}

/// Returns the rows of a group. What is required, excluded or no plain word of a text ends
/// a row, and so does Chinese.
pub(super) fn rows(parts: &[(Occur, Node)]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut open = false;
    for (occur, node) in parts {
        let (field, text) = match (occur, node) {
            (Occur::Should, Node::Leaf { field, leaf: Leaf::Word(text) }) if searches_text(*field) => {
                (field, text)
            }
            _ => {
                open = false;
                continue;
            }
        };
        open &= rows.last().is_some_and(|row| row.field == *field);
        for piece in scan(text) {
            let Piece::Word(compound) = piece else {
                open = false;
                continue;
            };
            if !std::mem::replace(&mut open, true) {
                rows.push(Row { field: *field, words: Vec::new() });
            }
            let word = RowWord {
                stem: stem(&compound.whole().text),
                parts: compound.as_written().map(|part| part.text.clone()).collect(),
            };
            if let Some(row) = rows.last_mut() {
                row.words.push(word);
            }
        }
    }
    rows
}

impl RowWord {
    /// Returns the stem of each of its parts.
    pub(super) fn part_stems(&self) -> impl Iterator<Item = String> {
        self.parts.iter().map(|part| stem(part))
    }
}

impl Row {
    /// Returns what tells papers apart that have the words next to one another: each two
    /// that say something, with one between them at most that says little. The parts of a
    /// joined word are no neighbours: they are searched for as a phrase anyway.
    pub(super) fn pairs(&self) -> Vec<Wanted> {
        let parts = self
            .words
            .iter()
            .enumerate()
            .flat_map(|(word, own)| own.parts.iter().map(move |part| (word, part)));
        let parts = (0..).zip(parts).map(|(at, (word, part))| (at, word, part));
        let telling: Vec<(u32, usize, &String)> =
            parts.filter(|(_, _, part)| !is_function_word(part)).collect();
        let near = telling.windows(2).filter_map(|pair| match pair {
            [(first, word, one), (second, next, other)] if word != next && second - first <= FARTHEST => {
                Some([(*first, one.to_string()), (*second, other.to_string())])
            }
            _ => None,
        });
        near.map(|pair| Wanted { clause: sequence(self.field, &pair, PAIR_WEIGHT), role: Role::Hint })
            .collect()
    }
}
