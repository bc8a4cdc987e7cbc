//! What is asked.

use analysis::names::Name;
use paper::NaiveDate;

/// A search as asked: text, filters, order and page.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The query, in the query language. Empty: all papers that pass the filters.
    pub query: String,
    /// What every hit must pass.
    pub filters: Filters,
    /// The order. Without a word in the query, relevance means newest first.
    pub sort: Sort,
    /// Which hits are wanted.
    pub page: Page,
    /// After how many days the preference for newer papers is half as strong; `None`: no such
    /// preference.
    pub recency: Option<u32>,
    /// Whether it shall be told where the hits match; that takes longer than to find them.
    pub marks: bool,
    /// Whether each hit shall say what its score is made of.
    pub explain: bool,
    /// The day that `today` means in the query.
    pub today: NaiveDate,
}

/// Conditions beside the query. They do not change scores.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filters {
    /// Names of authors; the paper must have each of them.
    pub authors: Vec<Name>,
    /// The paper's day.
    pub date: Days,
    /// The day of a digest that holds the paper.
    pub digest_date: Days,
    /// The path or name of a digest that holds the paper.
    pub digest: Option<String>,
    /// Ids of papers that are not to come.
    pub exclude: Vec<String>,
}

/// A range of days; both ends belong to it, a missing end is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Days {
    /// The first day.
    pub from: Option<NaiveDate>,
    /// The last day.
    pub to: Option<NaiveDate>,
}

impl Days {
    /// Whether every day is in the range.
    pub fn is_all(&self) -> bool {
        self.from.is_none() && self.to.is_none()
    }

    /// Whether the range holds this day.
    pub fn contains(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }
}

/// The order of hits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// Best match first.
    #[default]
    Relevance,
    /// Latest paper first.
    Newest,
    /// Earliest paper first.
    Oldest,
}

/// A page of hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// At most so many hits.
    pub limit: usize,
    /// So many hits are skipped first.
    pub offset: usize,
}
