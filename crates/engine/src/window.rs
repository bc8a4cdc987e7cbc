//! Which papers match, a window of them at a time: what a scorer that goes through many lists
//! together keeps of them.

use tantivy::DocId;

/// How many papers a window holds.
pub(crate) const WINDOW: usize = 2048;

/// Places of a window.
#[derive(Clone, Debug)]
pub(crate) struct Places([u64; WINDOW / 64]);

impl Places {
    /// No place.
    pub(crate) fn none() -> Places {
        Places([0; WINDOW / 64])
    }

    #[inline]
    pub(crate) fn clear(&mut self) {
        self.0.fill(0);
    }

    #[inline]
    pub(crate) fn add(&mut self, at: usize) {
        self.0[at / 64] |= 1 << (at % 64);
    }

    pub(crate) fn add_all(&mut self, others: &Places) {
        self.0.iter_mut().zip(&others.0).for_each(|(own, other)| *own |= other);
    }

    /// Keeps the places that are among others as well.
    pub(crate) fn keep_all(&mut self, others: &Places) {
        self.0.iter_mut().zip(&others.0).for_each(|(own, other)| *own &= other);
    }

    pub(crate) fn keep(&mut self, mut keeps: impl FnMut(usize) -> bool) {
        for (word, bits) in self.0.iter_mut().enumerate() {
            let mut rest = *bits;
            while rest != 0 {
                let bit = rest.trailing_zeros();
                rest &= rest - 1;
                if !keeps(word * 64 + bit as usize) {
                    *bits &= !(1 << bit);
                }
            }
        }
    }

    #[inline]
    pub(crate) fn count(&self) -> usize {
        self.0.iter().map(|bits| bits.count_ones() as usize).sum()
    }

    /// Calls `visit` with each place, in order.
    #[inline]
    pub(crate) fn for_each(&self, mut visit: impl FnMut(usize)) {
        for (word, bits) in self.0.iter().enumerate() {
            let mut rest = *bits;
            while rest != 0 {
                visit(word * 64 + rest.trailing_zeros() as usize);
                rest &= rest - 1;
            }
        }
    }

    /// The first place that is not before `at`.
    fn first_from(&self, at: usize) -> Option<usize> {
        let mut word = at / 64;
        let mut bits = self.0[word] & (!0 << (at % 64));
        while bits == 0 {
            word += 1;
            bits = *self.0.get(word)?;
        }
        Some(word * 64 + bits.trailing_zeros() as usize)
    }
}

/// Places of a window, a byte each: for what is added to, or asked about, with each posting. To add a bit has
/// to wait for the one before; a byte is stored by itself.
pub(crate) struct Flags([u8; WINDOW]);

impl Flags {
    /// No place.
    pub(crate) fn none() -> Flags {
        Flags([0; WINDOW])
    }

    #[inline]
    pub(crate) fn add(&mut self, at: usize) {
        self.0[at] = 1;
    }

    #[inline]
    pub(crate) fn has(&self, at: usize) -> bool {
        self.0[at] != 0
    }

    /// Makes them the same as these places.
    pub(crate) fn copy(&mut self, places: &Places) {
        for (bits, flags) in places.0.iter().zip(self.0.as_chunks_mut::<8>().0.as_chunks_mut::<8>().0) {
            for (at, flags) in flags.iter_mut().enumerate() {
                // Each of eight bits to a byte of its own.
                let eight = bits >> (8 * at) & 0xff;
                let apart = eight.wrapping_mul(0x0101_0101_0101_0101) & 0x8040_2010_0804_0201;
                let ones = apart.wrapping_add(0x7f7f_7f7f_7f7f_7f7f) >> 7 & 0x0101_0101_0101_0101;
                *flags = ones.to_le_bytes();
            }
        }
    }

    /// Adds them to places, and forgets them.
    pub(crate) fn move_to(&mut self, places: &mut Places) {
        for (bits, flags) in places.0.iter_mut().zip(self.0.as_chunks_mut::<8>().0.as_chunks_mut::<8>().0) {
            for (at, flags) in flags.iter_mut().enumerate() {
                // Eight bytes to a bit each: no two of the products' bits meet.
                let eight = u64::from_le_bytes(*flags).wrapping_mul(0x0102_0408_1020_4080) >> 56;
                *bits |= eight << (8 * at);
                *flags = [0; 8];
            }
        }
    }
}

/// A window of consecutive papers.
#[derive(Debug)]
pub(crate) struct Window {
    /// The first paper.
    start: DocId,
    /// The places of the papers that match.
    pub(crate) found: Places,
}

impl Window {
    /// A window that begins with the first paper and in which none matches.
    pub(crate) fn new() -> Window {
        Window { start: 0, found: Places::none() }
    }

    /// Begins anew at a paper; none matches yet.
    pub(crate) fn begin(&mut self, start: DocId) {
        self.start = start;
        self.found.clear();
    }

    /// The first paper.
    pub(crate) fn start(&self) -> DocId {
        self.start
    }

    /// The first paper behind the window.
    pub(crate) fn end(&self) -> DocId {
        self.start + WINDOW as DocId
    }

    /// Returns the place of a paper that is not before the window; `None` if it is behind it,
    /// as the end of every list is.
    #[inline]
    pub(crate) fn place(&self, doc: DocId) -> Option<usize> {
        let at = (doc - self.start) as usize;
        (at < WINDOW).then_some(at)
    }

    /// Returns the first match from `target` on, which is not before the window; or else where
    /// the next window has to be looked for.
    pub(crate) fn seek(&self, target: DocId) -> Result<DocId, DocId> {
        let behind = target.max(self.end());
        let at = self.place(target).ok_or(behind)?;
        let found = self.found.first_from(at).ok_or(behind)?;
        Ok(self.start + found as DocId)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn flags_are_places(
            one in proptest::collection::btree_set(0..WINDOW, 0..40),
            other in proptest::collection::btree_set(0..WINDOW, 0..40),
        ) {
            let (mut places, mut flags) = (Places::none(), Flags::none());
            one.iter().for_each(|at| places.add(*at));
            flags.copy(&places);
            prop_assert!((0..WINDOW).all(|at| flags.has(at) == one.contains(&at)));
            other.iter().for_each(|at| flags.add(*at));
            let mut all = Places::none();
            flags.move_to(&mut all);
            let mut found = Vec::new();
            all.for_each(|at| found.push(at));
            prop_assert_eq!(&found, &one.union(&other).copied().collect::<Vec<_>>());
            prop_assert!((0..WINDOW).all(|at| !flags.has(at)));
        }

        #[test]
        fn matches_are_found_in_order(
            start in 0..10_000_u32,
            places in proptest::collection::btree_set(0..WINDOW, 0..20),
            target in 0..2 * WINDOW,
        ) {
            let mut window = Window::new();
            window.begin(start);
            places.iter().for_each(|at| window.found.add(*at));
            let target = start + target as u32;
            let expected = places.iter().map(|at| start + *at as u32).find(|doc| *doc >= target);
            let behind = target.max(start + WINDOW as u32);
            prop_assert_eq!(window.seek(target), expected.ok_or(behind));
        }

        #[test]
        fn places_are_a_set(
            one in proptest::collection::btree_set(0..WINDOW, 0..40),
            other in proptest::collection::btree_set(0..WINDOW, 0..40),
        ) {
            let (mut places, mut others) = (Places::none(), Places::none());
            one.iter().for_each(|at| places.add(*at));
            other.iter().for_each(|at| others.add(*at));
            places.add_all(&others);
            let mut all = Vec::new();
            places.for_each(|at| all.push(at));
            prop_assert_eq!(places.count(), all.len());
            prop_assert_eq!(&all, &one.union(&other).copied().collect::<Vec<_>>());
            places.keep(|at| one.contains(&at));
            all.clear();
            places.for_each(|at| all.push(at));
            prop_assert_eq!(all, one.into_iter().collect::<Vec<_>>());
        }
    }
}
