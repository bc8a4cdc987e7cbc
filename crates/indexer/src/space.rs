//! What each field of an index costs on the disk.

use std::collections::BTreeMap;

use analysis::fields::RECORD;
use tantivy::space_usage::PerFieldSpaceUsage;

use crate::error::IndexError;
use crate::open::OpenIndex;

/// The bytes of a field of the engine, by what they hold. A text field of ours is two of
/// them: its words and, with `_exact` at the end of the name, its exact stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldSpace {
    /// The name of the field.
    pub field: String,
    /// The terms themselves.
    pub terms: u64,
    /// Which papers have them, and how often.
    pub postings: u64,
    /// Where in the text.
    pub positions: u64,
    /// The length of the field in each paper.
    pub lengths: u64,
    /// The values that can be sorted by.
    pub columns: u64,
    /// The values as they are.
    pub stored: u64,
}

impl FieldSpace {
    /// Returns all bytes together.
    pub fn total(&self) -> u64 {
        let FieldSpace { field: _, terms, postings, positions, lengths, columns, stored } = self;
        terms + postings + positions + lengths + columns + stored
    }
}

impl OpenIndex {
    /// Returns what each field costs in all segments, the dearest first. Deleted papers
    /// count until segments merge.
    pub fn space(&self) -> Result<Vec<FieldSpace>, IndexError> {
        let usage = self.searcher().space_usage().map_err(|error| self.reading(&error.into()))?;
        let mut fields: BTreeMap<String, FieldSpace> = BTreeMap::new();
        let mut add = |of: &PerFieldSpaceUsage, part: fn(&mut FieldSpace) -> &mut u64| {
            for field in of.fields() {
                *part(fields.entry(field.field_name().to_string()).or_default()) += field.total().get_bytes();
            }
        };
        let mut stored = 0;
        for segment in usage.segments() {
            add(segment.termdict(), |space| &mut space.terms);
            add(segment.postings(), |space| &mut space.postings);
            add(segment.positions(), |space| &mut space.positions);
            add(segment.fieldnorms(), |space| &mut space.lengths);
            add(segment.fast_fields(), |space| &mut space.columns);
            stored += segment.store().total().get_bytes();
        }
        fields.entry(RECORD.name.to_string()).or_default().stored = stored;
        let named = fields.into_iter().map(|(field, space)| FieldSpace { field, ..space });
        let mut spaces: Vec<FieldSpace> = named.filter(|space| space.total() > 0).collect();
        spaces.sort_by_key(|space| std::cmp::Reverse(space.total()));
        Ok(spaces)
    }
}
