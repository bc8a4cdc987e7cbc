//! Counting what matches: by month, author and digest, over columns of the index.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;

use analysis::Field;
use analysis::fields::{AUTHOR_NAME, DATE, DIGEST_FILE};
use chrono::Datelike;
use indexer::{IndexError, OpenIndex};
use paper::NaiveDate;
use query::{Facets, Plan};
use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader, TantivyError};

use crate::compile::{self, Context};
use crate::statistics::Statistics;

/// Counts the papers that match a plan.
pub(crate) fn facets(index: &OpenIndex, plan: &Plan, most: usize) -> Result<Facets, IndexError> {
    let reading = |error: TantivyError| index.reading(&error);
    let searcher = index.searcher();
    let statistics = Statistics::of(index);
    let compiled = compile::plan(plan, Context::of(index, &statistics)).map_err(reading)?;
    let segments = searcher.search(&compiled, &Count).map_err(reading)?;
    let damaged = |error: io::Error| reading(TantivyError::from(error));
    let mut facets = Facets {
        total: segments.iter().map(|segment| segment.total).sum(),
        undated: segments.iter().map(|segment| segment.undated).sum(),
        authors: most_frequent(segments.iter().map(|segment| &segment.authors), most).map_err(damaged)?,
        digests: most_frequent(segments.iter().map(|segment| &segment.digests), most).map_err(damaged)?,
        months: Vec::new(),
    };
    let mut months: BTreeMap<(i32, u32), usize> = BTreeMap::new();
    for (day, papers) in segments.iter().flat_map(|segment| &segment.days) {
        match month(*day) {
            Some(month) => *months.entry(month).or_default() += papers,
            None => facets.undated += papers,
        }
    }
    facets.months = months.into_iter().collect();
    Ok(facets)
}

/// The month of a day as the index keeps it.
fn month(day: i64) -> Option<(i32, u32)> {
    let day = NaiveDate::from_epoch_days(i32::try_from(day).ok()?)?;
    Some((day.year(), day.month()))
}

/// Counts the papers of each segment.
struct Count;

/// What was counted in one segment.
struct Counted {
    column: Column<i64>,
    total: usize,
    undated: usize,
    days: HashMap<i64, usize>,
    authors: Values,
    digests: Values,
}

impl Collector for Count {
    type Fruit = Vec<Counted>;
    type Child = Counted;

    fn for_segment(&self, _: SegmentOrdinal, segment: &SegmentReader) -> tantivy::Result<Counted> {
        Ok(Counted {
            column: segment.fast_fields().i64(DATE.name)?,
            total: 0,
            undated: 0,
            days: HashMap::new(),
            authors: Values::of(segment, &AUTHOR_NAME)?,
            digests: Values::of(segment, &DIGEST_FILE)?,
        })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, segments: Vec<Counted>) -> tantivy::Result<Vec<Counted>> {
        Ok(segments)
    }
}

impl SegmentCollector for Counted {
    type Fruit = Counted;

    fn collect(&mut self, doc: DocId, _: Score) {
        self.total += 1;
        match self.column.first(doc) {
            Some(day) => *self.days.entry(day).or_default() += 1,
            None => self.undated += 1,
        }
        self.authors.count(doc);
        self.digests.count(doc);
    }

    fn harvest(self) -> Counted {
        self
    }
}

/// How many papers of a segment have each value of a column.
struct Values {
    /// None where no paper of the segment has a value.
    column: Option<StrColumn>,
    /// By the value's number in the segment, which is that of its place among all values.
    papers: Vec<u32>,
    /// The values of the paper at hand that were counted already: one may stand twice.
    seen: Vec<u64>,
}

impl Values {
    fn of(segment: &SegmentReader, field: &Field) -> tantivy::Result<Values> {
        let column = segment.fast_fields().str(field.name)?;
        let papers = vec![0; column.as_ref().map_or(0, |column| column.num_terms())];
        Ok(Values { column, papers, seen: Vec::new() })
    }

    fn count(&mut self, doc: DocId) {
        let Some(column) = &self.column else { return };
        self.seen.clear();
        for value in column.term_ords(doc) {
            if !self.seen.contains(&value)
                && let Some(papers) = self.papers.get_mut(value as usize)
            {
                *papers += 1;
                self.seen.push(value);
            }
        }
    }

    /// The highest `most`th count, or the least there is.
    fn lower_bound(&self, most: usize) -> u32 {
        let mut counts: Vec<u32> = self.papers.iter().copied().filter(|papers| *papers > 0).collect();
        match counts.len() < most {
            true => 1,
            false => *counts.select_nth_unstable_by(most - 1, |a, b| b.cmp(a)).1,
        }
    }

    /// Adds the names of all values that at least so many papers have.
    fn names(&self, at_least: u32, names: &mut BTreeSet<String>) -> io::Result<()> {
        let Some(column) = &self.column else { return Ok(()) };
        let numbers: Vec<u64> =
            (0..).zip(&self.papers).filter(|(_, papers)| **papers >= at_least).map(|(at, _)| at).collect();
        column.dictionary().sorted_ords_to_term_cb(&numbers, |name| {
            names.insert(String::from_utf8_lossy(name).into_owned());
        })?;
        Ok(())
    }

    /// How many papers have the value of this name.
    fn papers_with(&self, name: &str) -> io::Result<usize> {
        let Some(column) = &self.column else { return Ok(0) };
        let number = column.dictionary().term_ord(name)?;
        let papers = number.and_then(|number| self.papers.get(usize::try_from(number).ok()?));
        Ok(papers.map_or(0, |papers| *papers as usize))
    }
}

/// The `most` most frequent values of all segments together, then by name.
///
/// Values have other numbers in other segments, and comparing all by name takes longer than
/// to count. A value that is among the most frequent has at least as many papers as the
/// `most`th of any one segment, and of these at least its share in some segment.
fn most_frequent<'a>(
    segments: impl Iterator<Item = &'a Values> + Clone,
    most: usize,
) -> io::Result<Vec<(String, usize)>> {
    if most == 0 {
        return Ok(Vec::new());
    }
    let bound = segments.clone().map(|values| values.lower_bound(most)).max().unwrap_or(1);
    let share = bound.div_ceil(segments.clone().count().max(1) as u32);
    let mut names = BTreeSet::new();
    for values in segments.clone() {
        values.names(share.max(1), &mut names)?;
    }
    let mut counts = Vec::with_capacity(names.len());
    for name in names {
        let mut papers = 0;
        for values in segments.clone() {
            papers += values.papers_with(&name)?;
        }
        counts.push((name, papers));
    }
    // The sort is stable, and the names are in order.
    counts.sort_by_key(|(_, papers)| std::cmp::Reverse(*papers));
    counts.truncate(most);
    Ok(counts)
}
