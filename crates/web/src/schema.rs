//! What programs read, and the document that describes it, made from the code.

use results::ResultObject;
use saved::SavedObject;
use serde::Serialize;
use utoipa::openapi::{OpenApi as Document, RefOr};
use utoipa::{IntoResponses, OpenApi, ToSchema};

use crate::api;

/// A page of what a search found.
#[derive(Serialize, ToSchema)]
pub(crate) struct SearchObject<'a> {
    #[serde(flatten)]
    pub(crate) results: ResultObject<'a>,
    /// At most so many hits were asked for.
    pub(crate) limit: usize,
    /// So many hits were skipped.
    pub(crate) offset: usize,
    /// The address of the next page; null on the last one.
    pub(crate) next: Option<String>,
}

/// All saved searches.
#[derive(Serialize, ToSchema)]
pub(crate) struct SavedSearches<'a> {
    /// The searches, in the order in which they were saved. Where counting takes long, `new` is
    /// null; ask for that one.
    pub(crate) searches: Vec<SavedObject<'a>>,
}

/// What a saved search finds that was not seen: the best matches first.
#[derive(Serialize, ToSchema)]
pub(crate) struct NewsObject<'a> {
    /// What the search is called.
    pub(crate) name: &'a str,
    /// How many papers are new, but for those of which an earlier version was seen.
    pub(crate) new: usize,
    /// Of how many papers an earlier version was seen.
    pub(crate) updated: usize,
    /// How many papers the search finds, new or not.
    pub(crate) found: usize,
    /// At most so many papers were asked for.
    pub(crate) limit: usize,
    #[serde(flatten)]
    pub(crate) results: ResultObject<'a>,
}

/// Counts of all papers that a search finds.
#[derive(Serialize, ToSchema)]
pub(crate) struct FacetObject {
    /// How many papers match, exactly.
    pub(crate) total: usize,
    /// How many of them have no day.
    pub(crate) undated: usize,
    /// Each month that has a paper, in order.
    pub(crate) months: Vec<MonthCount>,
    /// The most frequent authors.
    pub(crate) authors: Vec<FacetCount>,
    /// The digests that hold most of the papers.
    pub(crate) digests: Vec<FacetCount>,
}

/// A month, and how many papers are of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct MonthCount {
    /// Such as `2026-03`.
    pub(crate) month: String,
    /// How many papers.
    pub(crate) papers: usize,
}

/// An author or a digest, and how many papers have it.
#[derive(Serialize, ToSchema)]
pub(crate) struct FacetCount {
    /// The author as written, or the digest's path.
    pub(crate) value: String,
    /// How many papers.
    pub(crate) papers: usize,
}

/// What may be meant by what is typed so far.
#[derive(Serialize, ToSchema)]
pub(crate) struct Completions {
    /// What is typed.
    pub(crate) query: String,
    /// The most frequent first; words, then authors.
    pub(crate) completions: Vec<CompletionObject>,
}

/// What is typed may become this.
#[derive(Serialize, ToSchema)]
pub(crate) struct CompletionObject {
    /// The whole text, or the author's name.
    pub(crate) text: String,
    /// `word` or `author`.
    #[schema(pattern = "^(word|author)$")]
    pub(crate) kind: &'static str,
    /// How many papers have it, about.
    pub(crate) papers: usize,
}

/// Why there is no answer.
#[derive(Serialize, ToSchema)]
pub(crate) struct ErrorObject {
    /// What is wrong, and what to do about it.
    pub(crate) error: String,
}

/// What may be answered to any request instead.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "it is described, not made")]
pub(crate) enum Refusals {
    /// As before.
    #[response(status = 304)]
    AsBefore,
    /// A parameter means nothing, or asks for too much.
    #[response(status = 400)]
    Mistake(#[to_schema] ErrorObject),
    /// The address is too long.
    #[response(status = 414, content_type = "text/plain")]
    LongAddress(String),
    /// The head of the request is too long.
    #[response(status = 431)]
    LongHead,
    /// Too many ask at once.
    #[response(status = 503)]
    Busy(#[to_schema] ErrorObject),
}

/// Makes the document that describes the interface.
pub fn document() -> Document {
    let mut document = Interface::openapi();
    // Papers like a paper are not looked for by words.
    let path = document.paths.paths.get_mut("/api/v1/papers/{id}/similar");
    let parameters = path.and_then(|path| path.get.as_mut()).and_then(|get| get.parameters.as_mut());
    if let Some(parameters) = parameters {
        parameters.retain(|parameter| !matches!(parameter, RefOr::T(parameter) if parameter.name == "q"));
    }
    document
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "paper-search",
        description = "Full-text search over digests of papers, in English and Chinese.\n\nEvery answer carries an `ETag` of the index's last commit; ask with `If-None-Match`, and 304 says that nothing has changed. A server that listens beyond its own machine wants a token, as `Authorization: Bearer TOKEN` or as the password of any user."
    ),
    paths(
        api::search,
        api::export,
        api::one_paper,
        api::similar,
        api::facets,
        api::suggest,
        api::stats,
        api::saved::list,
        api::saved::one
    ),
    components(schemas(ErrorObject))
)]
struct Interface;

/// A format that papers are written in.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "it describes the names of the table of formats")]
pub(crate) enum FormatName {
    Json,
    Jsonl,
    Csv,
    Bibtex,
    Ris,
    Markdown,
    Ids,
    Trec,
}

#[cfg(test)]
mod tests {
    use utoipa::PartialSchema;

    use super::*;

    #[test]
    fn all_formats_are_described() {
        let text = serde_json::to_string(&FormatName::schema()).expect("JSON");
        for format in &results::FORMATS {
            assert!(text.contains(&format!("\"{}\"", format.name)), "{text}");
        }
    }
}
