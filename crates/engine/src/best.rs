//! The best papers, in an order in which no two are equal: by score, then the newest first,
//! then by id.

use std::cell::OnceCell;
use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::rc::Rc;

use analysis::fields::{DATE, ID};
use tantivy::columnar::{Column, StrColumn};
use tantivy::fastfield::FastFieldReaders;
use tantivy::{DocAddress, DocId, Score, SegmentReader};

/// As many papers as are wanted, of those that were offered.
pub(crate) struct Best {
    most: usize,
    /// The last of them on top.
    heap: BinaryHeap<Offered>,
}

/// What tells papers of a segment apart that score alike.
///
/// Columns are opened where one is looked at. One that cannot be read is none: such a file tells of
/// itself when the paper is read.
pub(crate) struct Keys {
    columns: FastFieldReaders,
    days: OnceCell<Option<Column<i64>>>,
    ids: OnceCell<Option<StrColumn>>,
}

struct Offered {
    score: Score,
    /// Looked up where the score does not tell, and the id where the day does not, either.
    day: OnceCell<Option<i64>>,
    id: OnceCell<String>,
    address: DocAddress,
    keys: Rc<Keys>,
}

impl Keys {
    pub(crate) fn of(reader: &SegmentReader) -> Rc<Keys> {
        let columns = reader.fast_fields().clone();
        Rc::new(Keys { columns, days: OnceCell::new(), ids: OnceCell::new() })
    }

    /// The ids of papers.
    fn ids(&self) -> Option<&StrColumn> {
        self.ids.get_or_init(|| self.columns.str(ID.name).ok().flatten()).as_ref()
    }

    /// The day of a paper, as the index numbers days.
    pub(crate) fn day(&self, doc: DocId) -> Option<i64> {
        self.days.get_or_init(|| self.columns.i64(DATE.name).ok()).as_ref()?.first(doc)
    }
}

impl Best {
    pub(crate) fn new(most: usize) -> Best {
        Best { most, heap: BinaryHeap::new() }
    }

    /// How many papers are wanted.
    pub(crate) fn most(&self) -> usize {
        self.most
    }

    /// Takes a paper if it is among the best. Returns what a paper has to score at least to
    /// be so.
    pub(crate) fn offer(&mut self, score: Score, address: DocAddress, keys: &Rc<Keys>) -> Score {
        if score >= self.least() {
            let (day, id) = (OnceCell::new(), OnceCell::new());
            self.heap.push(Offered { score, day, id, address, keys: keys.clone() });
            if self.heap.len() > self.most {
                self.heap.pop();
            }
        }
        self.least()
    }

    /// What a paper has to score to be among the best.
    pub(crate) fn least(&self) -> Score {
        match self.heap.peek() {
            Some(last) if self.heap.len() == self.most => last.score,
            _ => Score::NEG_INFINITY,
        }
    }

    /// Returns the best, in order.
    pub(crate) fn in_order(self) -> Vec<(Score, DocAddress)> {
        self.heap.into_sorted_vec().into_iter().map(|offered| (offered.score, offered.address)).collect()
    }
}

impl Offered {
    fn day(&self) -> Option<i64> {
        *self.day.get_or_init(|| self.keys.day(self.address.doc_id))
    }

    fn id(&self) -> &str {
        self.id.get_or_init(|| {
            let mut id = String::new();
            if let Some(ids) = self.keys.ids()
                && let Some(ordinal) = ids.term_ords(self.address.doc_id).next()
            {
                let _ = ids.ord_to_str(ordinal, &mut id);
            }
            id
        })
    }
}

impl Ord for Offered {
    /// Whoever comes first is less.
    fn cmp(&self, other: &Offered) -> Ordering {
        let by_score = other.score.total_cmp(&self.score);
        let by_day = || other.day().cmp(&self.day());
        by_score.then_with(by_day).then_with(|| self.id().cmp(other.id()))
    }
}

impl PartialOrd for Offered {
    fn partial_cmp(&self, other: &Offered) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Offered {
    fn eq(&self, other: &Offered) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Offered {}
