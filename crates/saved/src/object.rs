//! A saved search as programs read it.

use chrono::NaiveDate;
use serde::Serialize;

use crate::search::Search;

/// A saved search, as programs read it: what it asks, as typed, and how much of it was seen.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SavedObject<'a> {
    /// What it is called.
    pub name: &'a str,
    /// The query, in the query language; left out where there is none.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub query: &'a str,
    /// Names of authors; a paper must have each of them.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub author: &'a [String],
    /// The first day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<&'a str>,
    /// The last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<&'a str>,
    /// A span up to the day of asking.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<&'a str>,
    /// The first day of a digest that holds the paper.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest_from: Option<&'a str>,
    /// The last day of a digest that holds the paper.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest_to: Option<&'a str>,
    /// The day on which it was saved.
    pub saved: NaiveDate,
    /// The day on which someone last looked what is new.
    pub looked: NaiveDate,
    /// How many papers were seen.
    pub seen: usize,
    /// How many papers are new, in a new version or altogether; null where that is not known.
    pub new: Option<usize>,
}

impl<'a> SavedObject<'a> {
    /// The search, with how many papers are new, if that is known.
    pub fn of(search: &'a Search, new: Option<usize>) -> SavedObject<'a> {
        let question = &search.question;
        SavedObject {
            name: &search.name,
            query: &question.query,
            author: &question.author,
            from: question.from.as_deref(),
            to: question.to.as_deref(),
            since: question.since.as_deref(),
            digest_from: question.digest_from.as_deref(),
            digest_to: question.digest_to.as_deref(),
            saved: search.saved,
            looked: search.looked,
            seen: search.seen.len(),
            new,
        }
    }
}
