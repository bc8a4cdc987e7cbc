//! What other digests know of the papers of a digest.

use std::collections::{BTreeMap, BTreeSet};

use paper::ArxivId;

/// The shortest title that is looked for at the end of a line, in bytes. A shorter one
/// may stand there by chance.
const SHORTEST: usize = 4;

/// Titles of which some digest is certain ([`crate::Entry::certain`]), by paper. A paper
/// may have had several.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownTitles {
    titles: BTreeMap<ArxivId, BTreeSet<String>>,
}

impl KnownTitles {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.titles.is_empty()
    }

    /// Adds a title of a paper.
    pub fn add(&mut self, id: ArxivId, title: String) {
        self.titles.entry(id).or_default().insert(title);
    }

    /// Returns where in `line` a title of the paper begins that ends with the line and is
    /// glued to what stands before it; of several the longest.
    pub(crate) fn title_at_end(&self, id: &ArxivId, line: &str) -> Option<usize> {
        let places = self.titles.get(id)?.iter().filter_map(|title| {
            let before = line.strip_suffix(title.as_str()).filter(|_| title.len() >= SHORTEST)?;
            (!before.ends_with(char::is_whitespace)).then_some(before.len())
        });
        places.min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_title_is_found_where_it_is_glued_to_the_end_of_a_line() {
        let id = |text: &str| ArxivId::try_from(text.to_string()).expect(text);
        let mut known = KnownTitles::default();
        assert!(known.is_empty());
        for title in ["Smiles at Scale", "Quokka Smiles at Scale", "Now"] {
            known.add(id("2601.00001"), title.to_string());
        }
        // The bar stands where the title begins.
        for case in
            ["See example.org/burrow|Smiles at Scale", "It holds.|Quokka Smiles at Scale", "|Smiles at Scale"]
        {
            let line = case.replace('|', "");
            assert_eq!(known.title_at_end(&id("2601.00001"), &line), case.find('|'), "{case}");
            assert_eq!(known.title_at_end(&id("2601.00002"), &line), None, "{case}");
        }
        for line in ["It holds. Smiles at Scale", "It holds.Smiles at Scale!", "It holds.Now", ""] {
            assert_eq!(known.title_at_end(&id("2601.00001"), line), None, "{line}");
        }
    }
}
