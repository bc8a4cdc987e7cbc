//! How long the fields of all papers are together, in tokens.
//!
//! Scores depend on the average length of a field. The engine's own sums still hold what
//! was deleted, until segments merge; these are kept with each commit and are those of an
//! index that is made anew.

use serde::{Deserialize, Serialize};
use tantivy::schema::Field as Handle;

/// The number of tokens in each field of the engine, by its number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Lengths(Vec<u64>);

impl Lengths {
    /// Returns the number of tokens in a field.
    pub fn of(&self, field: Handle) -> u64 {
        self.0.get(place(field)).copied().unwrap_or(0)
    }

    /// Adds tokens of a field.
    pub(crate) fn add(&mut self, field: Handle, tokens: usize) {
        if self.0.len() <= place(field) {
            self.0.resize(place(field) + 1, 0);
        }
        self.0[place(field)] += tokens as u64;
    }

    /// Adds the lengths of a document.
    pub(crate) fn gain(&mut self, document: &Lengths) {
        self.0.resize(self.0.len().max(document.0.len()), 0);
        for (sum, tokens) in self.0.iter_mut().zip(&document.0) {
            *sum += tokens;
        }
    }

    /// Takes away the lengths of a document that was added before.
    pub(crate) fn lose(&mut self, document: &Lengths) {
        for (sum, tokens) in self.0.iter_mut().zip(&document.0) {
            *sum = sum.saturating_sub(*tokens);
        }
    }
}

fn place(field: Handle) -> usize {
    field.field_id() as usize
}
