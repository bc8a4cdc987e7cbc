//! A saved search: its name, what it asks, what of it was seen.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::seen::Seen;

/// A saved search.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Search {
    /// What it is called.
    pub name: String,
    /// What it asks.
    pub question: Question,
    /// The day on which it was saved.
    pub saved: NaiveDate,
    /// The day on which someone last looked what is new.
    pub looked: NaiveDate,
    /// The papers that were seen.
    #[serde(default)]
    pub seen: Seen,
}

/// What a saved search asks, as typed: `--since 7d` goes with the days.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Question {
    /// The query, in the query language.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub query: String,
    /// Names of authors; a paper must have each of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub author: Vec<String>,
    /// The first day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// A span up to the day of asking.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// The first day of a digest that holds the paper.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest_from: Option<String>,
    /// The last day of a digest that holds the paper.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest_to: Option<String>,
}

impl Search {
    /// A search of which nothing was seen.
    pub fn new(name: String, question: Question, today: NaiveDate) -> Search {
        Search { name, question, saved: today, looked: today, seen: Seen::default() }
    }
}

impl fmt::Display for Question {
    /// Writes what is asked as it is typed behind `query`, for people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if !self.query.is_empty() {
            parts.push(format!("\"{}\"", self.query));
        }
        parts.extend(self.author.iter().map(|name| format!("--author \"{name}\"")));
        for (flag, value) in [
            ("from", &self.from),
            ("to", &self.to),
            ("since", &self.since),
            ("digest-from", &self.digest_from),
            ("digest-to", &self.digest_to),
        ] {
            parts.extend(value.iter().map(|value| format!("--{flag} {value}")));
        }
        f.write_str(&parts.join(" "))
    }
}
