//! What the archive holds.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use engine::Embedded;
use indexer::IndexError;
use serde::Serialize;

/// How many authors are named.
const TOP_AUTHORS: usize = 10;

/// The figures, as scripts read them.
#[derive(Clone, Debug, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Stats {
    /// The index folder.
    pub index: String,
    /// How many papers there are.
    pub papers: usize,
    /// How many digests.
    pub digests: usize,
    /// First and last day of the papers.
    pub dates: Option<(NaiveDate, NaiveDate)>,
    /// First and last day of the digests.
    pub digest_dates: Option<(NaiveDate, NaiveDate)>,
    /// How many papers have no day.
    pub undated: usize,
    /// How many authors there are, each spelling one.
    pub authors: usize,
    /// The authors with the most papers.
    pub top_authors: Vec<AuthorCount>,
    /// How many segments the index has.
    pub segments: usize,
    /// The size of the index, in bytes.
    pub index_bytes: u64,
}

/// An author, and how many papers they have.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct AuthorCount {
    /// The name as it is written.
    pub author: String,
    /// How many papers.
    pub papers: usize,
}

/// Reads all papers, and counts.
pub fn stats(engine: &Embedded) -> Result<Stats, IndexError> {
    let index = engine.index();
    let state = index.state()?;
    let mut stats = Stats {
        index: index.root().display().to_string(),
        digests: state.digests.len(),
        digest_dates: range(state.digests.values().filter_map(|digest| digest.date)),
        segments: index.segment_count(),
        index_bytes: index.size_in_bytes(),
        ..Stats::default()
    };
    let mut dates = Vec::new();
    let mut authors: BTreeMap<String, usize> = BTreeMap::new();
    index.for_each_record(&mut |record| {
        stats.papers += 1;
        match record.paper().date {
            Some(date) => dates.push(date),
            None => stats.undated += 1,
        }
        for author in &record.paper().authors {
            *authors.entry(author.clone()).or_default() += 1;
        }
    })?;
    stats.dates = range(dates.into_iter());
    stats.authors = authors.len();
    let mut counts: Vec<(String, usize)> = authors.into_iter().collect();
    counts.sort_by_key(|(_, papers)| std::cmp::Reverse(*papers));
    stats.top_authors =
        counts.into_iter().take(TOP_AUTHORS).map(|(author, papers)| AuthorCount { author, papers }).collect();
    Ok(stats)
}

fn range(days: impl Iterator<Item = NaiveDate> + Clone) -> Option<(NaiveDate, NaiveDate)> {
    Some((days.clone().min()?, days.max()?))
}
