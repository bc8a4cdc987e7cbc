//! What a search found, with where it matches.

use std::time::Duration;

use analysis::fields::{ABSTRACT, SUMMARY, TITLE};
use paper::Record;
use query::highlight::ranges;
use query::{Answer, Hit, Plan, ScoreFactor, ScorePart};

/// What a query found, as formats see it.
#[derive(Debug)]
pub struct Results {
    /// The query as typed.
    pub query: String,
    /// Which query of a batch this answers.
    pub query_id: Option<String>,
    /// How many papers match.
    pub total: usize,
    /// How long the search took.
    pub took: Duration,
    /// What was not read as written.
    pub warnings: Vec<String>,
    /// Queries that find more, where this one finds little.
    pub suggestions: Vec<String>,
    /// What stands for the papers that others are to be like, the most telling first, with
    /// weights up to 1; empty of other queries.
    pub terms: Vec<(String, f32)>,
    /// How the query was understood; `None` unless asked for.
    pub understood: Option<Understood>,
    /// Why there is no answer.
    pub error: Option<String>,
    /// The page of hits.
    pub hits: Vec<Found>,
}

/// How a query was understood.
#[derive(Debug)]
pub struct Understood {
    /// The query as structure.
    pub tree: String,
    /// The clauses that were searched for.
    pub plan: String,
}

/// A hit, with where its texts match.
#[derive(Debug)]
pub struct Found {
    /// The place in the whole list, from 1 up.
    pub rank: usize,
    /// How well it matches, from 0 up.
    pub score: f32,
    /// The paper.
    pub record: Record,
    /// Where the title matches.
    pub title_matches: Matches,
    /// Where the summary matches.
    pub summary_matches: Matches,
    /// Where the abstract matches.
    pub abstract_matches: Matches,
    /// What the score is made of; empty unless asked for.
    pub explanation: Vec<ScorePart>,
    /// What that was multiplied by; empty unless asked for.
    pub factors: Vec<ScoreFactor>,
}

/// Byte ranges of a text that match.
pub type Matches = Vec<std::ops::Range<usize>>;

impl Results {
    /// Looks where the hits of an answer match its plan.
    pub fn new(
        query: String,
        answer: Answer,
        plan: &Plan,
        offset: usize,
        warnings: Vec<String>,
        took: Duration,
    ) -> Results {
        let mut results = Results::without_matches(query, answer, took);
        results.warnings = warnings;
        for found in &mut results.hits {
            found.rank += offset;
            let paper = found.record.paper();
            let optional =
                |text: Option<&String>, field| text.map_or_else(Vec::new, |text| ranges(text, field, plan));
            found.title_matches = ranges(&paper.title, &TITLE, plan);
            found.summary_matches = optional(paper.summary.as_ref(), &SUMMARY);
            found.abstract_matches = optional(paper.abstract_text.as_ref(), &ABSTRACT);
        }
        results
    }

    /// Results in which nothing is highlighted.
    pub fn without_matches(query: String, answer: Answer, took: Duration) -> Results {
        let hits = answer.hits.into_iter().zip(1..).map(|(hit, rank)| Found {
            rank,
            score: hit.score,
            record: hit.record,
            title_matches: Vec::new(),
            summary_matches: Vec::new(),
            abstract_matches: Vec::new(),
            explanation: hit.explanation,
            factors: hit.factors,
        });
        Results {
            query,
            query_id: None,
            total: answer.total,
            took,
            warnings: Vec::new(),
            suggestions: Vec::new(),
            terms: Vec::new(),
            understood: None,
            error: None,
            hits: hits.collect(),
        }
    }

    /// One paper, that was asked for by its id.
    pub fn of_record(record: Record) -> Results {
        let query = record.id.clone();
        let hits = vec![Hit { record, score: 0.0, explanation: Vec::new(), factors: Vec::new() }];
        Results::without_matches(query, Answer { total: 1, hits }, Duration::ZERO)
    }

    /// The answer to a line of a batch that could not be understood.
    pub fn failed(query: String, error: String) -> Results {
        Results {
            query,
            query_id: None,
            total: 0,
            took: Duration::ZERO,
            warnings: Vec::new(),
            suggestions: Vec::new(),
            terms: Vec::new(),
            understood: None,
            error: Some(error),
            hits: Vec::new(),
        }
    }
}
