//! From prefixes, typos and names to the terms that the index has.

use std::collections::{BTreeMap, BTreeSet};

use analysis::names::{Name, first_word};
use query::highlight::edits;
use query::plan::MAX_MISSPELLINGS;
use tantivy::schema::Field as Handle;
use tantivy::{Searcher, TantivyError, Term};

use crate::statistics::document_frequency;

/// Returns the misspellings of a word among the terms of a field, with their edits: the
/// nearest first, then the most frequent, then by alphabet. Of names, the words count.
pub(crate) fn misspellings(
    searcher: &Searcher,
    handle: Handle,
    word: &str,
) -> Result<Vec<(String, usize)>, TantivyError> {
    let Some(first) = word.chars().next() else {
        return Ok(Vec::new());
    };
    let mut near: BTreeMap<String, usize> = BTreeMap::new();
    for_each_term(searcher, handle, &first.to_string(), |term, _| {
        if let Some(edits) = edits(word, first_word(term)) {
            near.insert(term.to_string(), edits);
        }
    })?;
    let mut found: Vec<(String, (usize, u64))> = Vec::with_capacity(near.len());
    for (term, edits) in near {
        // A segment keeps the terms of deleted papers, too.
        match document_frequency(searcher, &Term::from_field_text(handle, &term))? {
            0 => {}
            papers => found.push((term, (edits, papers))),
        }
    }
    found.sort_by_key(|(_, (edits, papers))| (*edits, std::cmp::Reverse(*papers)));
    found.truncate(MAX_MISSPELLINGS);
    Ok(found.into_iter().map(|(term, (edits, _))| (term, edits)).collect())
}

/// Returns the terms in a field that belong to a name. Where an author is asked for, a
/// name that papers have just as it was typed is meant alone; any other stands for all
/// that it may be read as.
pub(crate) fn names(
    searcher: &Searcher,
    handle: Handle,
    name: &Name,
    asked: bool,
) -> Result<BTreeSet<String>, TantivyError> {
    if let Some(whole) = name.whole_term().filter(|_| asked)
        && document_frequency(searcher, &Term::from_field_text(handle, &whole))? > 0
    {
        return Ok(BTreeSet::from([whole]));
    }
    let readings = match asked {
        true => name.readings(),
        false => vec![name.clone()],
    };
    let mut found = BTreeSet::new();
    for reading in readings {
        for prefix in reading.rotation_prefixes() {
            for_each_term(searcher, handle, &prefix, |term, _| {
                if reading.matches_rotation(term) {
                    found.insert(term.to_string());
                }
            })?;
        }
    }
    Ok(found)
}

/// The first text, in byte order, after all that begin with `prefix`.
pub(crate) fn after_prefix(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        // The next character; the gap of the surrogates is none.
        if let Some(next) = (last..=char::MAX).nth(1) {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

/// Calls `visit` with each term of a field that begins with `prefix` and the number of its
/// papers, once a segment, the deleted ones among them.
pub(crate) fn for_each_term(
    searcher: &Searcher,
    handle: Handle,
    prefix: &str,
    mut visit: impl FnMut(&str, u64),
) -> Result<(), TantivyError> {
    for segment in searcher.segment_readers() {
        let index = segment.inverted_index(handle)?;
        let mut range = index.terms().range().ge(prefix);
        if let Some(end) = after_prefix(prefix) {
            range = range.lt(end);
        }
        let mut stream = range.into_stream()?;
        while let Some((term, info)) = stream.next() {
            if let Ok(term) = std::str::from_utf8(term) {
                visit(term, u64::from(info.doc_freq));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_after_a_prefix() {
        for (prefix, after) in [
            ("spec", Some("sped")),
            ("推", Some("掩")),
            ("a\u{10ffff}", Some("b")),
            ("\u{d7ff}", Some("\u{e000}")),
            ("", None),
        ] {
            assert_eq!(after_prefix(prefix).as_deref(), after, "{prefix}");
        }
    }
}
