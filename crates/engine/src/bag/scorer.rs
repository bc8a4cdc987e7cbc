//! A bag in one segment, a window of papers at a time.

use tantivy::query::Scorer;
use tantivy::{DocId, DocSet, Score, TERMINATED};

use super::{Limits, Role, coverage};
use crate::hint::Hint;
use crate::lists::Lists;
use crate::window::{Flags, Places, WINDOW, Window};

/// What makes papers match, or a rare hint, in a segment.
pub(super) enum LeafScorer {
    Word(Lists),
    Other(Box<dyn Scorer>),
}

/// A part that makes papers match, in a segment.
pub(super) struct PartScorer {
    leaves: Vec<LeafScorer>,
    role: Role,
    /// The bit that stands for it, if it is one of the first 64 words and a hint needs it.
    bit: u64,
    /// It gives no paper more.
    bound: Score,
    /// No paper scores more, hints and all, that has none of the parts before and no rare hint.
    rest: Score,
}

/// A part that adds to the scores of papers that match, in a segment.
pub(super) struct HintScorer {
    pub(super) leaves: Vec<(Hint, Limits)>,
    /// What it counts.
    pub(super) counts: f32,
}

/// What is known of the papers of a window, each at its place; 0 where nothing is. One
/// segment after another uses the same: its 40 kB are new pages otherwise, each a trap into the
/// kernel.
pub(crate) struct Room {
    /// The sum of what a paper scores without hints but rare ones.
    scores: Box<[Score; WINDOW]>,
    /// The share of the words that it has.
    covered: Box<[f32; WINDOW]>,
    /// Which of the first 64 words it has.
    words: Box<[u64; WINDOW]>,
    /// The frequency of the word that is being looked at.
    frequencies: Box<[f32; WINDOW]>,
}

impl Room {
    pub(crate) fn new() -> Room {
        Room {
            scores: Box::new([0.0; WINDOW]),
            covered: Box::new([0.0; WINDOW]),
            words: Box::new([0; WINDOW]),
            frequencies: Box::new([0.0; WINDOW]),
        }
    }

    /// Makes the frequencies of a word, which papers at these places have, into what they score.
    fn score(&mut self, found: &Places, lists: &Lists) {
        let Room { scores, frequencies, .. } = self;
        match is_sparse(found) {
            true => found.for_each(|at| {
                scores[at] += lists.score(frequencies[at]);
                frequencies[at] = 0.0;
            }),
            false => {
                for (score, frequency) in scores.iter_mut().zip(frequencies.iter_mut()) {
                    *score += lists.score(*frequency);
                    *frequency = 0.0;
                }
            }
        }
    }

    /// Forgets the papers at these places, which are all there are.
    fn clear(&mut self, found: &Places) {
        match is_sparse(found) {
            true => found.for_each(|at| {
                self.scores[at] = 0.0;
                self.covered[at] = 0.0;
                self.words[at] = 0;
            }),
            false => {
                self.scores.fill(0.0);
                self.covered.fill(0.0);
                self.words.fill(0);
            }
        }
    }
}

/// Whether it is faster to go through the places than through the window, where the processor
/// takes several places at a time.
fn is_sparse(places: &Places) -> bool {
    places.count() < WINDOW / 8
}

/// Where more papers of a window are wanted, it is faster to score all than to ask of each whether it is.
const MANY_WANTED: usize = WINDOW * 3 / 4;

/// What the parts that give least are gone through with.
struct PartFlags {
    /// Where papers are that may be among the best.
    wanted: Flags,
    /// Where papers are that have a part.
    all: Flags,
}

/// A bag in a segment.
pub(crate) struct BagScorer {
    matching: Vec<PartScorer>,
    /// Hints whose papers are all gone through, as those of words are.
    rare: Vec<LeafScorer>,
    hints: Vec<HintScorer>,
    /// What the hints give at most to any paper.
    all_hints: HintBound,
    /// What the hints give at most to papers with these of the needed words, for those that
    /// came up last.
    bounds: Box<[(u64, HintBound); KNOWN]>,
    window: Window,
    /// Those of the papers of the window that may be among the best. What they score is in `room`.
    wanted: Places,
    /// Where `room` has something.
    known: Places,
    flags: Box<PartFlags>,
    room: Room,
    doc: DocId,
    /// The score of the paper, once somebody asked for it.
    score: Option<Score>,
}

impl LeafScorer {
    /// Moves to the first paper from `target` on, and returns it.
    fn seek(&mut self, target: DocId) -> DocId {
        match self {
            LeafScorer::Word(lists) => lists.seek(target),
            LeafScorer::Other(scorer) if scorer.doc() < target => scorer.seek(target),
            LeafScorer::Other(scorer) => scorer.doc(),
        }
    }

    /// Adds the papers of a window to `found`, and what they score to what is known of them.
    fn collect(&mut self, window: &Window, found: &mut Places, room: &mut Room) {
        match self {
            LeafScorer::Word(lists) => {
                let mut own = Places::none();
                lists.collect(window, &mut own, &mut room.frequencies);
                room.score(&own, lists);
                found.add_all(&own);
            }
            LeafScorer::Other(scorer) => {
                let mut doc = scorer.doc();
                while let Some(at) = window.place(doc) {
                    found.add(at);
                    room.scores[at] += scorer.score();
                    doc = scorer.advance();
                }
            }
        }
    }

    /// As [`LeafScorer::collect`] for the papers that are wanted; of the others it is only told, in `all`,
    /// that they have it.
    fn collect_wanted(
        &mut self,
        window: &Window,
        wanted: &Flags,
        all: &mut Flags,
        found: &mut Places,
        room: &mut Room,
    ) {
        match self {
            LeafScorer::Word(lists) => {
                let mut own = Places::none();
                lists.collect_wanted(window, wanted, all, &mut own, &mut room.frequencies);
                room.score(&own, lists);
                found.add_all(&own);
            }
            LeafScorer::Other(scorer) => {
                let mut doc = scorer.doc();
                while let Some(at) = window.place(doc) {
                    all.add(at);
                    if wanted.has(at) {
                        found.add(at);
                        room.scores[at] += scorer.score();
                    }
                    doc = scorer.advance();
                }
            }
        }
    }
}

impl PartScorer {
    pub(super) fn new(leaves: Vec<LeafScorer>, role: Role, bit: u64, bound: Score) -> PartScorer {
        PartScorer { leaves, role, bit, bound, rest: Score::INFINITY }
    }

    /// Adds the papers of a window that have the part to `found`, and what they score to what is known
    /// of them.
    fn collect(&mut self, window: &Window, found: &mut Places, room: &mut Room) {
        let mut own = Places::none();
        self.leaves.iter_mut().for_each(|leaf| leaf.collect(window, &mut own, room));
        self.count(&own, room);
        found.add_all(&own);
    }

    /// As [`PartScorer::collect`] for the papers that are wanted; of the others it is only told, in `all`,
    /// that they have the part.
    fn collect_wanted(&mut self, window: &Window, wanted: &Flags, all: &mut Flags, room: &mut Room) {
        let mut own = Places::none();
        self.leaves.iter_mut().for_each(|leaf| leaf.collect_wanted(window, wanted, all, &mut own, room));
        self.count(&own, room);
    }

    /// Adds what the part counts to what is known of the papers at these places, which have it.
    fn count(&self, own: &Places, room: &mut Room) {
        if let Role::Word(counts) = self.role {
            own.for_each(|at| room.covered[at] += counts);
            if self.bit != 0 {
                own.for_each(|at| room.words[at] |= self.bit);
            }
        }
    }
}

/// Works out for each part what papers score at most that have none of those before.
fn set_rests(matching: &mut [PartScorer], hints: &[HintScorer]) {
    let (mut bound, mut covered, mut words) = (0.0, 0.0, 0);
    for part in matching.iter_mut().rev() {
        bound += part.bound;
        words |= part.bit;
        if let Role::Word(counts) = part.role {
            covered += counts;
        }
        let hints = bound_of(hints, words);
        part.rest = (bound + hints.score) * coverage(covered + hints.counts) * ROUNDING;
    }
}

impl BagScorer {
    /// Opens a bag with these parts that match, rare hints, and others.
    pub(super) fn new(
        mut matching: Vec<PartScorer>,
        rare: Vec<LeafScorer>,
        hints: Vec<HintScorer>,
        room: Room,
    ) -> BagScorer {
        set_rests(&mut matching, &hints);
        let leaves = hints.iter().flat_map(|hint| &hint.leaves);
        let needed = leaves.fold(0, |needed, (_, limits)| needed | limits.needs);
        matching.iter_mut().for_each(|part| part.bit &= needed);
        let mut scorer = BagScorer {
            matching,
            rare,
            all_hints: bound_of(&hints, needed),
            bounds: Box::new([(0, bound_of(&hints, 0)); KNOWN]),
            hints,
            window: Window::new(),
            wanted: Places::none(),
            known: Places::none(),
            flags: Box::new(PartFlags { wanted: Flags::none(), all: Flags::none() }),
            room,
            doc: 0,
            score: None,
        };
        scorer.doc = scorer.fill(0, Score::NEG_INFINITY);
        scorer
    }

    /// Fills the window that begins with the first match from `target` on, and returns
    /// that match. Papers that cannot score `least` are only found.
    ///
    /// Those that have nothing but the last parts, which can give least, are such, if these parts
    /// give too little even together (Turtle and Flood, Query evaluation: strategies and
    /// optimizations, 1995: max-score). Papers with a rare hint are never such, so that these bounds leave
    /// rare hints out.
    fn fill(&mut self, target: DocId, least: Score) -> DocId {
        let BagScorer { matching, rare, window, wanted, known, flags, room, .. } = self;
        room.clear(known);
        known.clear();
        let leaves = matching.iter_mut().flat_map(|part| &mut part.leaves);
        let start = leaves.map(|leaf| leaf.seek(target)).min().unwrap_or(TERMINATED);
        if start == TERMINATED {
            wanted.clear();
            return TERMINATED;
        }
        window.begin(start);
        let essential = matching.iter().position(|part| part.rest < least).unwrap_or(matching.len());
        let (essential, others) = matching.split_at_mut(essential);
        for leaf in rare {
            leaf.seek(start);
            leaf.collect(window, known, room);
        }
        let mut found = Places::none();
        essential.iter_mut().for_each(|part| part.collect(window, &mut found, room));
        known.add_all(&found);
        if known.count() > MANY_WANTED {
            others.iter_mut().for_each(|part| part.collect(window, &mut found, room));
            known.add_all(&found);
        } else if !others.is_empty() {
            flags.wanted.copy(known);
            let (wanted, all) = (&flags.wanted, &mut flags.all);
            others.iter_mut().for_each(|part| part.collect_wanted(window, wanted, all, room));
            all.move_to(&mut found);
        }
        wanted.clone_from(known);
        wanted.keep_all(&found);
        window.found = found;
        start
    }

    /// What the hints give at most to a paper with these of the needed words.
    #[inline]
    fn bound_of_hints(&mut self, words: u64) -> HintBound {
        let known = &mut self.bounds[(words.wrapping_mul(SCATTER) >> 32) as usize % KNOWN];
        if known.0 != words {
            *known = (words, bound_of(&self.hints, words));
        }
        known.1
    }

    /// More than a paper of the window scores with all hints.
    #[inline]
    fn highest_score(&mut self, at: usize) -> Score {
        let hints = self.bound_of_hints(self.room.words[at]);
        let highest = coverage(self.room.covered[at] + hints.counts);
        (self.room.scores[at] + hints.score) * highest * ROUNDING
    }

    /// The score of a paper of the window with all hints; `None` if it is below `least`. Papers
    /// have to be asked for in order.
    fn whole_score(&mut self, doc: DocId, at: usize, least: Score) -> Option<Score> {
        let (mut score, mut covered) = (self.room.scores[at], self.room.covered[at]);
        let words = self.room.words[at];
        let mut rest = self.bound_of_hints(words);
        let highest = coverage(covered + rest.counts);
        for HintScorer { leaves, counts } in &mut self.hints {
            let mut has = false;
            for (leaf, limits) in leaves.iter_mut().filter(|(_, limits)| limits.allow(words)) {
                if (score + rest.score) * highest * ROUNDING < least {
                    return None;
                }
                let own = leaf.score(doc);
                has |= own > 0.0;
                score += own;
                rest.score -= limits.bound;
            }
            if has {
                covered += *counts;
            }
        }
        Some(score * coverage(covered))
    }

    /// Goes through the papers of the segment that match, without those that `keeps` turns down,
    /// which is asked about each in order. Those that may be among the best are given to `offer`
    /// with their scores; it returns what a paper has to score by now to be among them, and
    /// those that cannot are not given to it. `most` is how many the best are, `least` what a
    /// paper has to score at first, and `factor` what `offer` multiplies scores by at most (and
    /// at least by 1). Returns the number of papers, and what the next segment can use.
    pub(crate) fn best(
        mut self,
        most: usize,
        mut least: Score,
        factor: f32,
        mut keeps: Option<&mut dyn FnMut(DocId) -> bool>,
        mut offer: impl FnMut(DocId, Score) -> Score,
    ) -> (usize, Room) {
        let mut total = 0;
        let mut without_hints: Vec<Score> = Vec::new();
        while self.doc != TERMINATED {
            let start = self.window.start();
            let mut found = self.window.found.clone();
            if let Some(keeps) = &mut keeps {
                found.keep(|at| keeps(start + at as DocId));
            }
            total += found.count();
            found.keep_all(&self.wanted);
            // Nearly all papers fall short by far; only of the others it is asked which hints they may have.
            let BagScorer { room, all_hints, .. } = &self;
            found.keep(|at| {
                let highest = coverage(room.covered[at] + all_hints.counts);
                (room.scores[at] + all_hints.score) * highest * ROUNDING >= least / factor
            });
            if !self.hints.is_empty() && most < WINDOW {
                // Where `most` papers score so much even without hints, no paper is among the
                // best that scores less.
                found.for_each(|at| {
                    let score = self.room.scores[at] * coverage(self.room.covered[at]);
                    if score > least {
                        without_hints.push(score);
                    }
                });
                if without_hints.len() >= most {
                    without_hints.select_nth_unstable_by(most - 1, |a, b| b.total_cmp(a));
                    without_hints.truncate(most);
                    least = least.max(without_hints[most - 1]);
                }
            }
            found.for_each(|at| {
                if self.highest_score(at) >= least / factor {
                    let doc = start + at as DocId;
                    if let Some(score) = self.whole_score(doc, at, least / factor) {
                        least = least.max(offer(doc, score));
                    }
                }
            });
            self.doc = self.fill(self.window.end(), least / factor);
        }
        (total, self.room)
    }
}

/// How many sets of words are kept with what hints give to papers with them, and what
/// scatters the sets over the places (Knuth's multiplicative hashing).
const KNOWN: usize = 1024;
const SCATTER: u64 = 0x9e37_79b9_7f4a_7c15;

/// What hints give at most.
#[derive(Clone, Copy)]
struct HintBound {
    score: Score,
    /// What they count.
    counts: f32,
}

/// What hints give at most to papers with these words.
fn bound_of(hints: &[HintScorer], words: u64) -> HintBound {
    let mut bound = HintBound { score: 0.0, counts: 0.0 };
    for HintScorer { leaves, counts } in hints {
        let allowed = leaves.iter().filter(|(_, limits)| limits.allow(words));
        let own = allowed.fold(None, |sum, (_, limits)| Some(sum.unwrap_or(0.0) + limits.bound));
        if let Some(own) = own {
            bound.score += own;
            bound.counts += counts;
        }
    }
    bound
}

/// Bounds are summed up in another order than scores.
pub(crate) const ROUNDING: f32 = 1.0001;

impl DocSet for BagScorer {
    fn advance(&mut self) -> DocId {
        match self.doc {
            TERMINATED => TERMINATED,
            doc => self.seek(doc + 1),
        }
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc < target {
            self.score = None;
            self.doc = match self.window.seek(target) {
                Ok(doc) => doc,
                Err(behind) => self.fill(behind, Score::NEG_INFINITY),
            };
        }
        self.doc
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        let leaves = self.matching.iter().flat_map(|part| &part.leaves);
        let sizes = leaves.map(|leaf| match leaf {
            LeafScorer::Word(lists) => lists.longest(),
            LeafScorer::Other(scorer) => scorer.size_hint(),
        });
        sizes.max().unwrap_or_default()
    }
}

impl Scorer for BagScorer {
    fn score(&mut self) -> Score {
        let Some(at) = self.window.place(self.doc) else { return 0.0 };
        if self.score.is_none() {
            self.score = self.whole_score(self.doc, at, Score::NEG_INFINITY);
        }
        self.score.unwrap_or_default()
    }
}
