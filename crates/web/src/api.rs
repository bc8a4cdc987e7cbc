//! The interface for programs: JSON under `/api/v1`.

pub(crate) mod saved;

use archive::{CompletionKind, Stats};
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use results::{PaperObject, ResultObject, Results};
use serde::Serialize;

use crate::address::{SEARCH, SearchParams, number, refuse_others, value};
use crate::app::{App, Reply};
use crate::failure::Failure;
use crate::page::path_of;
use crate::schema::{
    CompletionObject, Completions, ErrorObject, FacetCount, FacetObject, FormatName, MonthCount, Refusals,
    SearchObject,
};

/// How many hits come where nobody says.
const DEFAULT_LIMIT: usize = 10;

/// How many authors and digests are counted where nobody says, and at most.
const DEFAULT_MOST: usize = 10;
const MAX_MOST: usize = 1000;

/// How many completions come where nobody says, and at most.
const DEFAULT_COMPLETIONS: usize = 8;
const MAX_COMPLETIONS: usize = 50;

pub(crate) const JSON: &str = "application/json";

/// An object as a reply.
fn json(object: &impl Serialize) -> Result<Reply, Failure> {
    let mut body = Vec::new();
    results::write_value(object, &mut body).map_err(|_| Failure::Fault)?;
    Ok(Reply::new(JSON, body))
}

/// A failure as programs read it.
pub(crate) fn fail(failure: &Failure) -> Reply {
    json(&ErrorObject { error: failure.to_string() }).unwrap_or_else(|_| Reply::new(JSON, "{}"))
}

/// The answer to a request that is refused before anything is looked for.
fn refused(failure: &Failure) -> Response {
    crate::app::plain(fail(failure).with_status(failure.status()))
}

/// Reads the parameters of a search and `more` of its own.
fn params(query: &str, more: &[&str]) -> Result<SearchParams, Failure> {
    let known: Vec<&str> = SEARCH.iter().chain(more).copied().collect();
    refuse_others(query, &known)?;
    SearchParams::read(query)
}

/// A page of results, with the address of the next one.
pub(crate) fn page_object<'a>(
    results: &'a Results,
    params: &SearchParams,
    path: &str,
    limit: usize,
    offset: usize,
) -> SearchObject<'a> {
    let after = offset + results.hits.len();
    let has_next = !results.hits.is_empty() && after < results.total && after <= archive::MAX_OFFSET;
    let next = has_next.then(|| {
        let next = SearchParams {
            limit: Some(limit.to_string()),
            offset: Some(after.to_string()),
            ..params.clone()
        };
        format!("{path}?{}", next.write(&[]))
    });
    SearchObject { results: ResultObject::of(results), limit, offset, next }
}

/// Ranked search.
#[utoipa::path(get, path = "/api/v1/search", params(SearchParams), responses(
    (status = 200, description = "a page of hits", body = SearchObject<'static>),
    Refusals,
))]
pub(crate) async fn search(
    State(app): State<App>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    let asked = params(&query, &[]).and_then(|params| Ok((params.asked(DEFAULT_LIMIT)?, params)));
    let (asked, params) = match asked {
        Ok(asked) => asked,
        Err(failure) => return refused(&failure),
    };
    let work = move |snapshot: &archive::Snapshot, today| {
        let results = snapshot.search(&asked, today)?;
        let (limit, offset) = (asked.limit.unwrap_or(DEFAULT_LIMIT), asked.offset.unwrap_or(0));
        json(&page_object(&results, &params, "/api/v1/search", limit, offset))
    };
    app.answer(app.asking(&headers, ""), work, fail).await
}

/// The papers that a search finds, as a file of a format.
#[utoipa::path(get, path = "/api/v1/export", params(
    SearchParams,
    ("format" = inline(FormatName), Query, description = "the format"),
), responses(
    (status = 200, description = "the file", content(
        (ResultObject<'static> = "application/json"), (String = "application/jsonl"), (String = "text/csv"),
        (String = "application/x-bibtex"), (String = "application/x-research-info-systems"),
        (String = "text/markdown"), (String = "text/plain"),
    )),
    Refusals,
))]
pub(crate) async fn export(
    State(app): State<App>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    let asked = params(&query, &["format"])
        .and_then(|params| Ok((params.asked(archive::MAX_LIMIT)?, format(&query)?)));
    let (asked, format) = match asked {
        Ok((asked, Some(format))) => (asked, format),
        Ok((_, None)) => return refused(&Failure::asked(formats())),
        Err(failure) => return refused(&failure),
    };
    let work = move |snapshot: &archive::Snapshot, today| {
        written(format, &snapshot.search(&asked, today)?, "papers")
    };
    app.answer(app.asking(&headers, format.name), work, fail).await
}

/// Results as a file.
fn written(format: &'static results::Format, results: &Results, name: &str) -> Result<Reply, Failure> {
    let mut body = Vec::new();
    (format.write)(results, &mut body).map_err(|_| Failure::Fault)?;
    let file = Some(format!("{name}.{}", format.extension));
    Ok(Reply { file, ..Reply::new(format.media_type, body) })
}

/// The format that is asked for, if one is.
fn format(query: &str) -> Result<Option<&'static results::Format>, Failure> {
    match value(query, "format") {
        None => Ok(None),
        Some(name) => match results::format(&name) {
            Some(format) => Ok(Some(format)),
            None => Err(Failure::asked(format!("there is no format `{name}`; {}", formats()))),
        },
    }
}

fn formats() -> String {
    let names: Vec<&str> = results::FORMATS.iter().map(|format| format.name).collect();
    format!("write format={}", names.join(", or "))
}

/// A paper, or papers like it: an id may have a slash in it, and `similar` stands behind it.
pub(crate) async fn paper(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    match id.strip_suffix("/similar") {
        Some(id) => similar(app, id.to_string(), &headers, &query).await,
        None => one_paper(app, id, &headers, &query).await,
    }
}

/// One paper.
#[utoipa::path(get, operation_id = "paper", path = "/api/v1/papers/{id}", params(
    ("id" = String, Path, description = "an arXiv id, with or without version", example = "2603.01234"),
), responses(
    (status = 200, description = "the paper", body = PaperObject<'static>),
    (status = 404, description = "there is no such paper", body = ErrorObject),
    Refusals,
))]
pub(crate) async fn one_paper(app: App, id: String, headers: &HeaderMap, query: &str) -> Response {
    let asked = refuse_others(query, &["format"]).and_then(|()| format(query));
    let format = match asked {
        Ok(format) => format,
        Err(failure) => return refused(&failure),
    };
    let work = move |snapshot: &archive::Snapshot, _| {
        let record = snapshot.record(&id)?.ok_or_else(|| Failure::no_paper(&id))?;
        match format {
            None => json(&PaperObject::of(&record)),
            Some(format) => written(format, &Results::of_record(record), "paper"),
        }
    };
    app.answer(app.asking(headers, format.map_or("", |format| format.name)), work, fail).await
}

/// Papers like a paper.
#[utoipa::path(get, path = "/api/v1/papers/{id}/similar", params(
    ("id" = String, Path, description = "an arXiv id, with or without version", example = "2603.01234"),
    SearchParams,
), responses(
    (status = 200, description = "a page of hits", body = SearchObject<'static>),
    (status = 404, description = "there is no such paper", body = ErrorObject),
    Refusals,
))]
pub(crate) async fn similar(app: App, id: String, headers: &HeaderMap, query: &str) -> Response {
    let asked = params(query, &[]).and_then(|params| match params.q {
        None => Ok((params.asked(DEFAULT_LIMIT)?, params)),
        Some(_) => Err(Failure::asked("papers like a paper take filters, but no q")),
    });
    let (asked, params) = match asked {
        Ok(asked) => asked,
        Err(failure) => return refused(&failure),
    };
    let work = move |snapshot: &archive::Snapshot, today| {
        let alike = snapshot.similar(std::slice::from_ref(&id), &asked, today)?;
        let results = alike.results.ok_or_else(|| Failure::no_paper(&id))?;
        let (limit, offset) = (asked.limit.unwrap_or(DEFAULT_LIMIT), asked.offset.unwrap_or(0));
        json(&page_object(
            &results,
            &params,
            &format!("/api/v1/papers/{}/similar", path_of(&id)),
            limit,
            offset,
        ))
    };
    app.answer(app.asking(headers, ""), work, fail).await
}

/// Counts of all papers that a search finds, by month, author and digest.
#[utoipa::path(get, path = "/api/v1/facets", params(
    SearchParams,
    ("most" = inline(Option<usize>), Query, maximum = 1000, description = "at most so many authors and digests; 10 where nothing is said"),
), responses(
    (status = 200, description = "the counts", body = FacetObject),
    Refusals,
))]
pub(crate) async fn facets(
    State(app): State<App>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    let asked = params(&query, &["most"]).and_then(|params| {
        let most = number("most", value(&query, "most").as_deref())?.unwrap_or(DEFAULT_MOST);
        match most <= MAX_MOST {
            true => Ok((params.asked(0)?, most)),
            false => Err(Failure::asked(format!("most {most} is too much; ask for at most {MAX_MOST}"))),
        }
    });
    let (asked, most) = match asked {
        Ok(asked) => asked,
        Err(failure) => return refused(&failure),
    };
    let work = move |snapshot: &archive::Snapshot, today| {
        let facets = snapshot.facets(&asked, most, today)?;
        let counts = |values: Vec<(String, usize)>| {
            values.into_iter().map(|(value, papers)| FacetCount { value, papers }).collect()
        };
        json(&FacetObject {
            total: facets.total,
            undated: facets.undated,
            months: facets
                .months
                .iter()
                .map(|((year, month), papers)| MonthCount {
                    month: format!("{year:04}-{month:02}"),
                    papers: *papers,
                })
                .collect(),
            authors: counts(facets.authors),
            digests: counts(facets.digests),
        })
    };
    app.answer(app.asking(&headers, ""), work, fail).await
}

/// Completes what someone is typing.
#[utoipa::path(get, path = "/api/v1/suggest", params(
    ("q" = inline(Option<String>), Query, max_length = 4096, description = "what is typed so far"),
    ("limit" = inline(Option<usize>), Query, maximum = 50, description = "at most so many completions; 8 where nothing is said"),
), responses(
    (status = 200, description = "the completions", body = Completions),
    Refusals,
))]
pub(crate) async fn suggest(
    State(app): State<App>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    let asked = refuse_others(&query, &["q", "limit"]).and_then(|()| {
        let limit = number("limit", value(&query, "limit").as_deref())?.unwrap_or(DEFAULT_COMPLETIONS);
        match limit <= MAX_COMPLETIONS {
            true => Ok((value(&query, "q").unwrap_or_default(), limit)),
            false => {
                Err(Failure::asked(format!("limit {limit} is too much; ask for at most {MAX_COMPLETIONS}")))
            }
        }
    });
    let (text, limit) = match asked {
        Ok(asked) => asked,
        Err(failure) => return refused(&failure),
    };
    let work = move |snapshot: &archive::Snapshot, _| {
        let completions = snapshot.suggest(&text, limit)?;
        let completions = completions.into_iter().map(|completion| CompletionObject {
            text: completion.text,
            kind: match completion.kind {
                CompletionKind::Word => "word",
                CompletionKind::Author => "author",
            },
            papers: completion.papers,
        });
        json(&Completions { query: text.clone(), completions: completions.collect() })
    };
    app.answer(app.asking(&headers, ""), work, fail).await
}

/// What the archive holds.
#[utoipa::path(get, path = "/api/v1/stats", responses(
    (status = 200, description = "the figures", body = Stats),
    Refusals,
))]
pub(crate) async fn stats(State(app): State<App>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    if let Err(failure) = refuse_others(&query.unwrap_or_default(), &[]) {
        return refused(&failure);
    }
    app.answer(app.asking(&headers, ""), |snapshot, _| json(snapshot.stats()?), fail).await
}

pub(crate) async fn openapi(State(app): State<App>, headers: HeaderMap) -> Response {
    app.answer(app.asking(&headers, ""), |_, _| json(&crate::schema::document()), fail).await
}
