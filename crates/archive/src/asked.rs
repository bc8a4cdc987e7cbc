//! What is asked, as typed, and what it means.

use analysis::names::Name;
use chrono::NaiveDate;
use query::date::{DateError, parse_range, parse_since};
use query::{Filters, Page, Request, Sort};
use thiserror::Error;

use crate::found::kept_id;

/// The longest query that a stranger may ask, in bytes.
pub const MAX_QUERY_BYTES: usize = 4096;

/// The most hits that a stranger may ask for at once.
pub const MAX_LIMIT: usize = 1000;

/// The most hits that a stranger may skip.
pub const MAX_OFFSET: usize = 100_000;

/// The most papers that a stranger may exclude.
pub const MAX_EXCLUDED: usize = 1000;

/// The most authors that a stranger may ask for at once: each is looked for among all names.
pub const MAX_AUTHORS: usize = 32;

/// How many hits come where nobody says.
const DEFAULT_LIMIT: usize = 10;

/// A search as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The query, in the query language. Empty: all papers that pass the filters.
    pub query: String,
    /// What every hit must pass.
    pub filters: AskedFilters,
    /// `relevance`, `newest` or `oldest`; relevance where nothing is said.
    pub sort: Option<String>,
    /// At most so many hits; 10 where nothing is said.
    pub limit: Option<usize>,
    /// So many hits are skipped first.
    pub offset: Option<usize>,
    /// The half life of the preference for newer papers, such as `6m`; `off`, or nothing: no
    /// such preference.
    pub recency: Option<String>,
    /// Whether each hit shall say what its score is made of.
    pub explain: bool,
}

/// Filters as typed: names, and days such as `2026-03-13`, `2026-03`, `2026`, `today`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AskedFilters {
    /// Names of authors; the paper must have each of them.
    pub author: Vec<String>,
    /// The first day.
    pub from: Option<String>,
    /// The last day.
    pub to: Option<String>,
    /// A span up to today, such as `7d`, `2w`, `3m`, `1y`; in place of `from`.
    pub since: Option<String>,
    /// The first day of a digest that holds the paper.
    pub digest_from: Option<String>,
    /// The last day of a digest that holds the paper.
    pub digest_to: Option<String>,
    /// The path or name of a digest that holds the paper.
    pub digest: Option<String>,
    /// Ids or addresses of papers that are not to come, such as those seen already.
    pub exclude: Vec<String>,
}

/// What was typed and means nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AskError {
    /// A name without a letter.
    #[error("author `{0}` has no letter in it; write a name or part of one, such as `S. Han`")]
    NoLetter(String),
    /// A day, range or span.
    #[error(transparent)]
    Date(#[from] DateError),
    /// Two beginnings.
    #[error("`since` and `from` both say where the range begins; give one of them")]
    TwoBeginnings,
    /// A span whose end lies before it.
    #[error("the range from {from} (since {since}) to {to} ends before it begins")]
    EndsBeforeSince {
        /// The span as typed.
        since: String,
        /// Its first day.
        from: NaiveDate,
        /// The last day that was asked for.
        to: NaiveDate,
    },
    /// No order of hits.
    #[error("there is no order `{0}`; write relevance, newest or oldest")]
    NoSuchSort(String),
    /// More text than a query needs.
    #[error("the query has {0} bytes; at most {MAX_QUERY_BYTES} are read")]
    LongQuery(usize),
    /// More hits than are given at once.
    #[error("limit {0} is too much at once; ask for at most {MAX_LIMIT}, and for the rest with offset")]
    LargeLimit(usize),
    /// Further down than anyone reads.
    #[error("offset {0} is too far; at most {MAX_OFFSET} hits are skipped, narrow the query instead")]
    LargeOffset(usize),
    /// More authors than wrote together what anyone looks for.
    #[error("{0} authors are too many; name at most {MAX_AUTHORS}")]
    ManyAuthors(usize),
    /// More papers than anyone has seen.
    #[error("{0} papers are too many to exclude; name at most {MAX_EXCLUDED}, the last that were seen")]
    ManyExcluded(usize),
}

impl AskedFilters {
    /// Works out what the filters mean.
    pub fn read(&self, today: NaiveDate) -> Result<Filters, AskError> {
        let mut authors = Vec::new();
        for text in &self.author {
            authors.push(Name::new(text).ok_or_else(|| AskError::NoLetter(text.clone()))?);
        }
        if self.since.is_some() && self.from.is_some() {
            return Err(AskError::TwoBeginnings);
        }
        let mut date = parse_range(self.from.as_deref(), self.to.as_deref(), today)?;
        if let Some(since) = &self.since {
            let from = parse_since(since, today)?;
            if let Some(to) = date.to.filter(|to| *to < from) {
                return Err(AskError::EndsBeforeSince { since: since.clone(), from, to });
            }
            date.from = Some(from);
            date.to = date.to.or(Some(today));
        }
        let digest_date = parse_range(self.digest_from.as_deref(), self.digest_to.as_deref(), today)?;
        let exclude = self.exclude.iter().map(|named| kept_id(named)).collect();
        Ok(Filters { authors, date, digest_date, digest: self.digest.clone(), exclude })
    }
}

/// Works out the half life of a preference for newer papers, in days; `off` is none.
pub fn half_life(span: Option<&str>, today: NaiveDate) -> Result<Option<u32>, AskError> {
    let Some(span) = span.filter(|span| *span != "off") else { return Ok(None) };
    let days = (today - parse_since(span, today)?).num_days();
    Ok(Some(u32::try_from(days).unwrap_or(u32::MAX).max(1)))
}

impl Asked {
    /// Works out what is asked. How much is asked is not looked at.
    pub fn read(&self, today: NaiveDate) -> Result<Request, AskError> {
        Ok(Request {
            query: self.query.clone(),
            filters: self.filters.read(today)?,
            sort: self.sort()?,
            page: self.page(),
            marks: true,
            recency: half_life(self.recency.as_deref(), today)?,
            explain: self.explain,
            today,
        })
    }

    /// As [`Asked::read`], for a stranger: whoever asks for more than can be answered at
    /// once is told so.
    pub fn read_bounded(&self, today: NaiveDate) -> Result<Request, AskError> {
        let page = self.page();
        match self.query.len() {
            bytes if bytes > MAX_QUERY_BYTES => Err(AskError::LongQuery(bytes)),
            _ if page.limit > MAX_LIMIT => Err(AskError::LargeLimit(page.limit)),
            _ if page.offset > MAX_OFFSET => Err(AskError::LargeOffset(page.offset)),
            _ if self.filters.author.len() > MAX_AUTHORS => {
                Err(AskError::ManyAuthors(self.filters.author.len()))
            }
            _ if self.filters.exclude.len() > MAX_EXCLUDED => {
                Err(AskError::ManyExcluded(self.filters.exclude.len()))
            }
            _ => self.read(today),
        }
    }

    /// The order of hits.
    fn sort(&self) -> Result<Sort, AskError> {
        match self.sort.as_deref() {
            None | Some("relevance") => Ok(Sort::Relevance),
            Some("newest") => Ok(Sort::Newest),
            Some("oldest") => Ok(Sort::Oldest),
            Some(other) => Err(AskError::NoSuchSort(other.to_string())),
        }
    }

    fn page(&self) -> Page {
        Page { limit: self.limit.unwrap_or(DEFAULT_LIMIT), offset: self.offset.unwrap_or(0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, 20).expect("a day")
    }

    #[test]
    fn filters_mean_days_and_names() {
        let filters = AskedFilters {
            author: vec!["S. Han".to_string()],
            since: Some("7d".to_string()),
            exclude: vec!["http://arxiv.org/abs/2603.00001v2".to_string()],
            ..AskedFilters::default()
        };
        let read = filters.read(today()).expect("filters");
        assert_eq!(read.authors.len(), 1);
        assert_eq!(read.exclude, ["2603.00001"]);
        assert_eq!((read.date.from, read.date.to), (NaiveDate::from_ymd_opt(2026, 3, 13), Some(today())));
    }

    #[test]
    fn mistakes_are_told() {
        let some = |text: &str| Some(text.to_string());
        let filters = AskedFilters::default;
        let asked = |filters| Asked { filters, ..Asked::default() };
        for (asked, expected) in [
            (asked(AskedFilters { author: vec!["…".into()], ..filters() }), "author `…` has no letter in it"),
            (
                asked(AskedFilters { from: some("2026-02-30"), ..filters() }),
                "`2026-02-30` is not a date that exists",
            ),
            (asked(AskedFilters { since: some("7d"), from: some("2026"), ..filters() }), "give one of them"),
            (
                asked(AskedFilters { since: some("7d"), to: some("2026-03-01"), ..filters() }),
                "(since 7d) to 2026-03-01 ends",
            ),
            (asked(AskedFilters { since: some("soon"), ..filters() }), "`soon` is not a span of time"),
            (Asked { sort: some("best"), ..Asked::default() }, "write relevance, newest or oldest"),
            (Asked { query: "a".repeat(4097), ..Asked::default() }, "4097 bytes; at most 4096"),
            (Asked { limit: Some(1001), ..Asked::default() }, "ask for at most 1000"),
            (Asked { offset: Some(100_001), ..Asked::default() }, "at most 100000 hits are skipped"),
            (asked(AskedFilters { author: vec!["a".into(); 33], ..filters() }), "name at most 32"),
            (asked(AskedFilters { exclude: vec![String::new(); 1001], ..filters() }), "name at most 1000"),
        ] {
            let error = asked.read_bounded(today()).expect_err(expected).to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
