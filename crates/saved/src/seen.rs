//! Which papers were seen, kept small.
//!
//! A paper is eight bytes: 48 bits of a hash of its id, and its version. Of a quarter of a
//! million papers that were seen, a new one is taken for one of them with a chance of one in
//! a thousand million.

use std::collections::{HashMap, HashSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use xxhash_rust::xxh3::xxh3_64;

/// The most papers that one search remembers, unless it finds more now. Those that it finds
/// no more are forgotten first, the longest gone first.
pub const MAX_SEEN: usize = 1 << 18;

/// The bits of a version; a higher one counts as the highest.
const VERSION_BITS: u32 = 16;

/// A paper as a search found it: by id and version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sighting(u64);

/// What a paper is to who looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Novelty {
    /// It was seen, in this version or a later one.
    Seen,
    /// An earlier version was seen.
    NewVersion,
    /// It was never seen.
    New,
}

/// The papers of a search that were seen: each once, in the highest version, those that the
/// search has not found for longest first. They may come back: digests are moved, an index is
/// made anew piece by piece.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen(Vec<Sighting>);

impl Sighting {
    /// A paper by its id, as the index keeps it, and its version, if it has one.
    pub fn new(id: &str, version: Option<u32>) -> Sighting {
        let most = (1 << VERSION_BITS) - 1;
        let version = u64::from(version.unwrap_or(0)).min(most);
        Sighting(xxh3_64(id.as_bytes()) & !most | version)
    }

    /// What tells the paper from others, whatever its version.
    fn paper(self) -> u64 {
        self.0 >> VERSION_BITS
    }
}

impl Seen {
    /// How many papers are remembered.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing was seen.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Says of each paper that a search finds what it is, in their order.
    pub fn novelties(&self, now: &[Sighting]) -> Vec<Novelty> {
        let known: HashMap<u64, Sighting> = self.0.iter().map(|seen| (seen.paper(), *seen)).collect();
        let novelty = |sighting: &Sighting| match known.get(&sighting.paper()) {
            None => Novelty::New,
            Some(seen) if seen < sighting => Novelty::NewVersion,
            Some(_) => Novelty::Seen,
        };
        now.iter().map(novelty).collect()
    }

    /// Takes papers as seen. `now` is all that the search finds: what was seen before and is
    /// not among it is the first to be forgotten when there is too much.
    pub fn look(&mut self, now: &[Sighting], seen: &[Sighting]) {
        let now: HashSet<u64> = now.iter().map(|sighting| sighting.paper()).collect();
        let all = latest(self.0.iter().chain(seen));
        let (mut found, mut gone): (Vec<Sighting>, Vec<Sighting>) =
            all.into_iter().partition(|sighting| now.contains(&sighting.paper()));
        found.sort_unstable();
        let over = (found.len() + gone.len()).saturating_sub(MAX_SEEN).min(gone.len());
        gone.drain(..over);
        gone.append(&mut found);
        self.0 = gone;
    }

    /// Takes over what was seen elsewhere.
    pub fn merge(&mut self, other: &Seen) {
        let mut all = latest(other.0.iter().chain(&self.0));
        all.drain(..all.len().saturating_sub(MAX_SEEN));
        self.0 = all;
    }
}

/// Each paper once, where it stands last, in its highest version.
fn latest<'a>(sightings: impl DoubleEndedIterator<Item = &'a Sighting> + Clone) -> Vec<Sighting> {
    let mut highest: HashMap<u64, Sighting> = HashMap::new();
    for sighting in sightings.clone() {
        let known = highest.entry(sighting.paper()).or_insert(*sighting);
        *known = (*known).max(*sighting);
    }
    let mut all: Vec<Sighting> =
        sightings.rev().filter_map(|sighting| highest.remove(&sighting.paper())).collect();
    all.reverse();
    all
}

/// Writes sightings as text: the bytes of all, in base64.
pub fn pack(sightings: &[Sighting]) -> String {
    let bytes: Vec<u8> = sightings.iter().flat_map(|sighting| sighting.0.to_be_bytes()).collect();
    STANDARD_NO_PAD.encode(bytes)
}

/// Reads what [`pack`] wrote; `None` where it did not.
pub fn unpack(text: &str) -> Option<Vec<Sighting>> {
    let bytes = STANDARD_NO_PAD.decode(text).ok()?;
    let (whole, rest) = bytes.as_chunks();
    let sightings = whole.iter().map(|bytes| Sighting(u64::from_be_bytes(*bytes))).collect();
    rest.is_empty().then_some(sightings)
}

/// As it is written: all sightings, packed.
impl Serialize for Seen {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        pack(&self.0).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Seen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Seen, D::Error> {
        let text = String::deserialize(deserializer)?;
        match unpack(&text) {
            // Whoever mended a line by hand may have put a paper there twice.
            Some(sightings) => Ok(Seen(latest(sightings.iter()))),
            None => Err(D::Error::custom("what was seen is not what was written")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn sighting(paper: u32, version: u32) -> Sighting {
        Sighting::new(&format!("2603.{paper:05}"), Some(version))
    }

    #[test]
    fn papers_are_known_by_id_and_version() {
        let mut seen = Seen::default();
        let first = [sighting(1, 1), sighting(2, 3)];
        assert_eq!(seen.novelties(&first), [Novelty::New, Novelty::New]);
        seen.look(&first, &first);
        let next = [sighting(1, 2), sighting(2, 3), sighting(3, 1), sighting(2, 1)];
        let expected = [Novelty::NewVersion, Novelty::Seen, Novelty::New, Novelty::Seen];
        assert_eq!(seen.novelties(&next), expected);
        // Not all that is new was shown.
        seen.look(&next, &[sighting(3, 1)]);
        assert_eq!(seen.novelties(&next)[..3], [Novelty::NewVersion, Novelty::Seen, Novelty::Seen]);
        // A paper without version, and one with more versions than fit.
        let odd = [Sighting::new("x", None), Sighting::new("y", Some(u32::MAX))];
        seen.look(&odd, &odd);
        assert_eq!(seen.novelties(&odd), [Novelty::Seen; 2]);
        assert_eq!(seen.novelties(&[Sighting::new("x", Some(1))]), [Novelty::NewVersion]);
    }

    #[test]
    fn what_is_gone_longest_is_forgotten_first() {
        let mut seen = Seen::default();
        let all: Vec<Sighting> = (0..MAX_SEEN as u32 + 10).map(|paper| sighting(paper, 1)).collect();
        let (first, rest) = all.split_at(20);
        seen.look(first, first);
        seen.look(rest, rest);
        // 10 more than are remembered: of the 20 that are gone, 10 are forgotten.
        assert_eq!(seen.len(), MAX_SEEN);
        let novelties = seen.novelties(first);
        assert_eq!(novelties.iter().filter(|novelty| **novelty == Novelty::New).count(), 10);
        // What a search finds now is remembered however much it is.
        seen.look(&all, &all);
        assert_eq!(seen.len(), MAX_SEEN + 10);
    }

    #[test]
    fn damage_is_noticed() {
        for text in ["\"AAAA\"", "\"!\"", "\"AAAAAAAAAAAA\"", "7", "[]"] {
            assert!(serde_json::from_str::<Seen>(text).is_err(), "{text}");
        }
    }

    /// What happens between two looks: what the search finds now, and how many of the new
    /// ones are shown.
    fn looks() -> impl Strategy<Value = Vec<(Vec<(u32, u32)>, usize)>> {
        let now = proptest::collection::btree_map(0..30u32, 1..4u32, 0..20);
        let now = now.prop_map(|papers| papers.into_iter().collect());
        proptest::collection::vec((now, 0..25usize), 1..20)
    }

    proptest! {
        /// Whatever comes, goes and comes back, nothing is shown twice in one version and
        /// nothing new is kept back.
        #[test]
        fn seen_is_what_was_shown(looks in looks(), rebuild in any::<bool>()) {
            let mut seen = Seen::default();
            let mut shown: BTreeMap<u32, u32> = BTreeMap::new();
            for (papers, limit) in looks {
                let now: Vec<Sighting> = papers.iter().map(|(paper, version)| sighting(*paper, *version)).collect();
                let novelties = seen.novelties(&now);
                for ((paper, version), novelty) in papers.iter().zip(&novelties) {
                    let expected = match shown.get(paper) {
                        None => Novelty::New,
                        Some(known) if known < version => Novelty::NewVersion,
                        Some(_) => Novelty::Seen,
                    };
                    prop_assert_eq!(*novelty, expected);
                }
                let news = papers.iter().zip(&novelties).filter(|(_, novelty)| **novelty != Novelty::Seen);
                let news: Vec<(u32, u32)> = news.map(|(paper, _)| *paper).take(limit).collect();
                shown.extend(news.iter().copied());
                let news: Vec<Sighting> = news.iter().map(|(paper, version)| sighting(*paper, *version)).collect();
                seen.look(&now, &news);
                prop_assert_eq!(seen.len(), shown.len());
                if rebuild {
                    // While an index is made anew, someone may look at an empty one.
                    seen.look(&[], &[]);
                }
                let written = serde_json::to_string(&seen).expect("JSON");
                prop_assert_eq!(&serde_json::from_str::<Seen>(&written).expect("as written"), &seen);
            }
        }

        #[test]
        fn what_was_seen_in_two_places_was_seen(here in looks(), there in looks()) {
            let after = |looks: &[(Vec<(u32, u32)>, usize)]| {
                let mut seen = Seen::default();
                for (papers, limit) in looks {
                    let now: Vec<Sighting> = papers.iter().map(|(paper, version)| sighting(*paper, *version)).collect();
                    seen.look(&now, &now[..now.len().min(*limit)]);
                }
                seen
            };
            let (here, there) = (after(&here), after(&there));
            let mut both = here.clone();
            both.merge(&there);
            for paper in 0..30 {
                for version in 1..4 {
                    let one = [sighting(paper, version)];
                    let apart = [here.novelties(&one)[0], there.novelties(&one)[0]];
                    let expected = match () {
                        () if apart.contains(&Novelty::Seen) => Novelty::Seen,
                        () if apart.contains(&Novelty::NewVersion) => Novelty::NewVersion,
                        () => Novelty::New,
                    };
                    prop_assert_eq!(both.novelties(&one)[0], expected);
                }
            }
            let written = serde_json::to_string(&both).expect("JSON");
            prop_assert_eq!(&serde_json::from_str::<Seen>(&written).expect("as written"), &both);
            let mut twice = both.clone();
            twice.merge(&there);
            prop_assert_eq!(twice.len(), both.len());
        }
    }
}
