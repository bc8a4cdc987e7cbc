//! The JSON object of a result, as scripts read it. It has its own types, so that a change
//! inside the program cannot change what scripts read.

use chrono::NaiveDate;
use paper::Record;
use query::snippet::Snippet;
use serde::Serialize;

use super::{Found, Results, milliseconds};

/// The length of an abstract's snippet, in characters.
const SNIPPET_CHARS: usize = 240;

/// What a query found.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ResultObject<'a> {
    /// Which query of a batch this answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query_id: Option<&'a str>,
    /// The query as typed.
    pub query: &'a str,
    /// How many papers match, exactly.
    pub total: usize,
    /// How long the search took, in milliseconds.
    pub took_ms: f64,
    /// What was not read as written.
    pub warnings: &'a [String],
    /// Queries that find more, where this one finds little.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub suggestions: &'a [String],
    /// What stands for the papers that others are to be like.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub terms: Vec<TermObject<'a>>,
    /// How the query was understood; only where asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub understood: Option<UnderstoodObject<'a>>,
    /// Why there is no answer to a line of a batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<&'a str>,
    /// The page of hits, in order.
    pub hits: Vec<HitObject<'a>>,
}

/// A term that stands for papers.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TermObject<'a> {
    /// The term.
    pub term: &'a str,
    /// How much it counts, up to 1.
    pub weight: f32,
}

/// A paper that matches.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct HitObject<'a> {
    /// The place in the whole list, from 1 up.
    pub rank: usize,
    /// How well it matches; 0 where the order is not by relevance.
    pub score: f32,
    /// The paper.
    #[serde(flatten)]
    pub entry: EntryObject<'a>,
    /// The texts with their matches: HTML in which matches are marked and all else escaped.
    pub snippets: SnippetsObject,
    /// What the score is made of; only where asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub explanation: Vec<ScorePartObject<'a>>,
    /// What these parts were multiplied by, as it is in them already; only where asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub factors: Vec<ScoreFactorObject>,
}

/// A paper by itself.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PaperObject<'a> {
    /// The paper.
    #[serde(flatten)]
    pub entry: EntryObject<'a>,
    /// Whether the digest ends inside the abstract.
    pub truncated: bool,
}

/// What the digests say of a paper.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct EntryObject<'a> {
    /// The arXiv id without version, or one made from title and authors.
    pub id: &'a str,
    /// The version, from 1 up.
    pub version: Option<u32>,
    /// The English title.
    pub title: &'a str,
    /// The one-sentence summary, usually Chinese.
    pub summary: Option<&'a str>,
    /// The authors in order.
    pub authors: &'a [String],
    /// The paper's own day.
    pub date: Option<NaiveDate>,
    /// The link as it stands in the digest; it may be anything.
    pub url: Option<&'a str>,
    /// The abstract.
    #[serde(rename = "abstract")]
    pub abstract_text: Option<&'a str>,
    /// The digests that hold the paper, best first.
    pub digests: Vec<DigestObject<'a>>,
}

/// A digest that holds a paper.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct DigestObject<'a> {
    /// The digest's path, as the index knows it.
    pub file: &'a str,
    /// The digest's own day.
    pub date: Option<NaiveDate>,
}

/// Texts in which matches stand between `<mark>` and `</mark>`; all else is HTML-escaped.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SnippetsObject {
    /// The whole title.
    pub title: String,
    /// The whole summary.
    pub summary: String,
    /// The part of the abstract that matches best.
    #[serde(rename = "abstract")]
    pub abstract_text: String,
}

/// What a term in a field gave a hit, or a clause that is not about one.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ScorePartObject<'a> {
    /// The clause, as text.
    pub clause: &'a str,
    /// The field; absent where the clause is about several as one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<&'a str>,
    /// The term; absent where the clause is about several as one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub term: Option<&'a str>,
    /// Its share of the score.
    pub score: f32,
}

/// What a score was multiplied by.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ScoreFactorObject {
    /// Why: `coverage` of the query's words, or `recency`.
    pub name: &'static str,
    /// The factor, at least 1.
    pub value: f32,
}

/// How a query was understood.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct UnderstoodObject<'a> {
    /// The query as structure.
    pub tree: &'a str,
    /// The clauses that were searched for, over analyzed terms and their translations.
    pub plan: &'a str,
}

impl<'a> ResultObject<'a> {
    /// Makes the object of results.
    pub fn of(results: &'a Results) -> ResultObject<'a> {
        ResultObject {
            query_id: results.query_id.as_deref(),
            query: &results.query,
            total: results.total,
            took_ms: milliseconds(results.took),
            warnings: &results.warnings,
            suggestions: &results.suggestions,
            terms: results.terms.iter().map(|(term, weight)| TermObject { term, weight: *weight }).collect(),
            understood: results
                .understood
                .as_ref()
                .map(|understood| UnderstoodObject { tree: &understood.tree, plan: &understood.plan }),
            error: results.error.as_deref(),
            hits: results.hits.iter().map(HitObject::of).collect(),
        }
    }
}

impl<'a> PaperObject<'a> {
    /// Makes the object of a record.
    pub fn of(record: &'a Record) -> PaperObject<'a> {
        PaperObject { entry: EntryObject::of(record), truncated: record.paper().truncated }
    }
}

impl<'a> EntryObject<'a> {
    fn of(record: &'a Record) -> EntryObject<'a> {
        let paper = record.paper();
        let digests = record.digests().map(|digest| DigestObject { file: &digest.file, date: digest.date });
        EntryObject {
            id: &record.id,
            version: paper.version,
            title: &paper.title,
            summary: paper.summary.as_deref(),
            authors: &paper.authors,
            date: paper.date,
            url: paper.url.as_deref(),
            abstract_text: paper.abstract_text.as_deref(),
            digests: digests.collect(),
        }
    }
}

impl<'a> HitObject<'a> {
    /// Makes the object of a hit.
    pub fn of(found: &'a Found) -> HitObject<'a> {
        let paper = found.record.paper();
        let whole = |text: &Option<String>, matches| {
            text.as_deref().map_or_else(String::new, |text| Snippet::whole(text, matches).to_html())
        };
        let abstract_text = paper.abstract_text.as_deref().unwrap_or_default();
        HitObject {
            rank: found.rank,
            score: found.score,
            entry: EntryObject::of(&found.record),
            snippets: SnippetsObject {
                title: Snippet::whole(&paper.title, &found.title_matches).to_html(),
                summary: whole(&paper.summary, &found.summary_matches),
                abstract_text: Snippet::best(abstract_text, &found.abstract_matches, SNIPPET_CHARS).to_html(),
            },
            explanation: found
                .explanation
                .iter()
                .map(|part| ScorePartObject {
                    clause: &part.clause,
                    field: part.field,
                    term: part.term.as_deref(),
                    score: part.score,
                })
                .collect(),
            factors: found
                .factors
                .iter()
                .map(|factor| ScoreFactorObject { name: factor.name, value: factor.value })
                .collect(),
        }
    }
}
