//! Saved searches for programs: which there are, and what is new to one. Nothing is taken as
//! seen by that.

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use results::ResultObject;
use saved::SavedObject;

use super::{fail, json, refused};
use crate::address::{number, refuse_others, value};
use crate::app::App;
use crate::failure::Failure;
use crate::schema::{ErrorObject, NewsObject, Refusals, SavedSearches};

/// How many new papers come where nobody says.
pub(crate) const DEFAULT_LIMIT: usize = 50;

/// How many new papers are asked for.
pub(crate) fn limit(query: &str) -> Result<usize, Failure> {
    match number("limit", value(query, "limit").as_deref())?.unwrap_or(DEFAULT_LIMIT) {
        limit if limit <= archive::MAX_LIMIT => Ok(limit),
        limit => Err(Failure::asked(format!(
            "limit {limit} is too much at once; ask for at most {}",
            archive::MAX_LIMIT
        ))),
    }
}

/// All saved searches, with how many papers are new to each.
#[utoipa::path(get, operation_id = "saved_searches", path = "/api/v1/saved", responses(
    (status = 200, description = "the searches", body = SavedSearches<'static>),
    (status = 500, description = "the file of saved searches cannot be read", body = ErrorObject),
    Refusals,
))]
pub(crate) async fn list(State(app): State<App>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    if let Err(failure) = refuse_others(&query.unwrap_or_default(), &[]) {
        return refused(&failure);
    }
    let searches = app.searches.clone();
    let work = move |snapshot: &archive::Snapshot, today| {
        let listed = searches.counted(snapshot, today)?;
        json(&SavedSearches {
            searches: listed.iter().map(|(search, new)| SavedObject::of(search, new)).collect(),
        })
    };
    app.answer(app.asking(&headers, "").with_searches(), work, fail).await
}

/// What a saved search finds that was not seen.
#[utoipa::path(get, operation_id = "saved_search", path = "/api/v1/saved/{name}", params(
    ("name" = String, Path, description = "the name of a saved search", example = "kv-cache"),
    ("limit" = inline(Option<usize>), Query, maximum = 1000, description = "at most so many papers; 50 where nothing is said"),
), responses(
    (status = 200, description = "the new papers", body = NewsObject<'static>),
    (status = 404, description = "there is no such search", body = ErrorObject),
    (status = 500, description = "the file of saved searches cannot be read", body = ErrorObject),
    Refusals,
))]
pub(crate) async fn one(
    State(app): State<App>,
    Path(name): Path<String>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    let limit = match refuse_others(&query, &["limit"]).and_then(|()| limit(&query)) {
        Ok(limit) => limit,
        Err(failure) => return refused(&failure),
    };
    let searches = app.searches.clone();
    let work = move |snapshot: &archive::Snapshot, today| {
        let shelved = searches.look()?;
        let search = shelved.get(&name)?;
        let news = searches.news(snapshot, today, &shelved, search, limit)?;
        json(&NewsObject {
            name: &search.name,
            new: news.new,
            updated: news.updated,
            found: news.found.len(),
            limit,
            results: ResultObject::of(&news.results),
        })
    };
    app.answer(app.asking(&headers, "").with_searches(), work, fail).await
}
