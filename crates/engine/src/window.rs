//! Which papers match, a window of them at a time: what a scorer that goes through many lists
//! together keeps of them.

use tantivy::DocId;

/// How many papers a window holds.
pub(crate) const WINDOW: usize = 4096;

/// A window of consecutive papers.
#[derive(Debug)]
pub(crate) struct Window {
    /// The first paper.
    start: DocId,
    /// A bit for each paper that matches.
    found: [u64; WINDOW / 64],
}

impl Window {
    /// A window that begins with the first paper and in which none matches.
    pub(crate) fn new() -> Window {
        Window { start: 0, found: [0; WINDOW / 64] }
    }

    /// Begins anew at a paper; none matches yet.
    pub(crate) fn begin(&mut self, start: DocId) {
        self.start = start;
        self.found.fill(0);
    }

    /// Returns the place of a paper that is not before the window; `None` if it is behind it,
    /// as the end of every list is.
    pub(crate) fn place(&self, doc: DocId) -> Option<usize> {
        let at = (doc - self.start) as usize;
        (at < WINDOW).then_some(at)
    }

    /// Notes that the paper at a place matches.
    pub(crate) fn note(&mut self, at: usize) {
        self.found[at / 64] |= 1 << (at % 64);
    }

    /// Returns the first match from `target` on, which is not before the window; or else where
    /// the next window has to be looked for.
    pub(crate) fn seek(&self, target: DocId) -> Result<DocId, DocId> {
        let behind = target.max(self.start + WINDOW as u32);
        let Some(at) = self.place(target) else { return Err(behind) };
        let mut word = at / 64;
        let mut bits = self.found[word] & (!0 << (at % 64));
        while bits == 0 {
            word += 1;
            bits = *self.found.get(word).ok_or(behind)?;
        }
        Ok(self.start + (word * 64) as u32 + bits.trailing_zeros())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn matches_are_found_in_order(
            start in 0..10_000_u32,
            places in proptest::collection::btree_set(0..WINDOW, 0..20),
            target in 0..2 * WINDOW,
        ) {
            let mut window = Window::new();
            window.begin(start);
            places.iter().for_each(|at| window.note(*at));
            let target = start + target as u32;
            let expected = places.iter().map(|at| start + *at as u32).find(|doc| *doc >= target);
            let behind = target.max(start + WINDOW as u32);
            prop_assert_eq!(window.seek(target), expected.ok_or(behind));
        }
    }
}
