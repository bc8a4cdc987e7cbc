//! From words to what they are called in the other language.

use analysis::Field;

use super::leaf::{any_name, sequence};
use super::{Planner, Role, Wanted};
use crate::highlight::What;
use crate::plan::Clause;

/// The weight of a word's translations beside the word itself.
const WORD_WEIGHT: f32 = 1.0;

/// The weight of what several words mean together (`知识蒸馏`) beside what each means.
const SPAN_WEIGHT: f32 = 0.4;

impl Planner<'_> {
    /// Returns what a word is called in the other language, in each field.
    pub(super) fn word_translations(&mut self, field: Option<&'static Field>, term: &str) -> Vec<Clause> {
        self.translations(field, term, WORD_WEIGHT)
    }

    /// Returns what neighbouring words are called together. They make a paper match, but
    /// a paper with all words of the query need not have them.
    pub(super) fn span_translations(
        &mut self,
        field: Option<&'static Field>,
        words: &[String],
        joint: &str,
    ) -> Vec<Wanted> {
        let longest = self.lexicon.map_or(0, |lexicon| lexicon.longest());
        let mut wanted = Vec::new();
        for first in 0..words.len() {
            for span in (2..=longest).filter_map(|length| words.get(first..first + length)) {
                let clauses = self.translations(field, &span.join(joint), SPAN_WEIGHT);
                wanted.extend(clauses.into_iter().map(|clause| Wanted { clause, role: Role::Evidence }));
            }
        }
        wanted
    }

    fn translations(&mut self, field: Option<&'static Field>, term: &str, factor: f32) -> Vec<Clause> {
        let Some(lexicon) = self.lexicon else {
            return Vec::new();
        };
        let translations = lexicon.translations(term);
        let mut clauses = Vec::new();
        if !translations.words.is_empty() {
            for (word, _) in &translations.words {
                self.mark(field, What::of_term(word));
            }
            clauses.push(any_name(field, translations.words.clone(), factor));
        }
        for phrase in translations.phrases {
            clauses.push(sequence(field, &phrase, factor));
            self.mark(field, What::Sequence(phrase));
        }
        clauses
    }
}
