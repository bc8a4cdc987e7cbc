//! Words and what they are abbreviated to: who writes `AI` does not write `artificial
//! intelligence`, and a paper with the one has what a query for the other wants.

use std::collections::HashMap;

use analysis::Field;
use analysis::function_words::is_function_word;
use analysis::scan::{Piece, scan};

use super::Planner;
use super::leaf::{sequence, text_fields};
use super::neighbours::Row;
use crate::highlight::What;
use crate::plan::{Clause, Stream};

/// The weight of the words that an abbreviation stands for, beside it.
const LONG_WEIGHT: f32 = 0.3;

/// The weight of an abbreviation beside the words that it stands for, shared out among them.
const SHORT_WEIGHT: f32 = 0.5;

/// How many words an abbreviation stands for at most.
const LONGEST: usize = 6;

/// The abbreviations of words of a query, by the stem of each word, with their weights.
pub(super) type ShortForms = HashMap<String, Vec<(String, f32)>>;

impl Planner<'_> {
    /// Returns which words of these rows are abbreviated together, and to what.
    pub(super) fn short_forms_in(&self, rows: &[Row]) -> ShortForms {
        let mut found = ShortForms::new();
        let Some(lexicon) = self.lexicon else { return found };
        for row in rows {
            let words = row.words.iter().map(|word| (word, word.part_stems()));
            let parts: Vec<_> = words.flat_map(|(word, stems)| stems.map(move |stem| (word, stem))).collect();
            for first in 0..parts.len() {
                for span in (2..=LONGEST).filter_map(|length| parts.get(first..first + length)) {
                    let stems: Vec<&str> = span.iter().map(|(_, stem)| stem.as_str()).collect();
                    let Some(short) = lexicon.other_form(&stems.join(" ")) else { continue };
                    let mut words: Vec<&String> = span.iter().map(|(word, _)| &word.stem).collect();
                    words.retain(|word| !is_function_word(word));
                    words.dedup();
                    let weight = SHORT_WEIGHT / words.len() as f32;
                    for word in words {
                        found.entry(word.clone()).or_default().push((short.to_string(), weight));
                    }
                }
            }
        }
        found
    }

    /// Returns what stands for a word where a paper writes it longer, or shorter. These are no
    /// names of the word alone: what it counts among those of the query is told by its own.
    pub(super) fn other_forms(&mut self, field: Option<&'static Field>, word: &str) -> Vec<Clause> {
        let mut clauses = Vec::new();
        if let Some(long) = self.lexicon.and_then(|lexicon| lexicon.other_form(word)) {
            let words = scan(long).into_iter().filter_map(|piece| match piece {
                Piece::Word(compound) => Some(compound.whole().text.clone()),
                Piece::Run(_) => None,
            });
            let terms: Vec<(u32, String)> = (0..).zip(words).collect();
            clauses.push(sequence(field, &terms, LONG_WEIGHT));
            self.mark(field, What::Sequence(terms));
        }
        for (short, weight) in self.short_forms.get(word).cloned().unwrap_or_default() {
            clauses.extend(text_fields(field).map(|(field, boost)| Clause::Term {
                field,
                stream: Stream::Words,
                term: short.clone(),
                weight: boost * weight,
            }));
            self.mark(field, What::Stem(short));
        }
        clauses
    }
}
