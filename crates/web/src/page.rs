//! The page. It works without scripts; the script fetches the part that changes and puts it
//! in place.

mod chips;
mod facets;
mod hits;
pub(crate) mod keep;
mod layout;
mod saved;
mod state;
mod view;
mod words;

use archive::{Asked, AskedFilters, Snapshot};
use axum::extract::{OriginalUri, Path, RawQuery, State as AxumState};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use chrono::NaiveDate;
use maud::{Markup, html};

use crate::address::{SearchParams, value};
use crate::app::{App, Asking, Reply};
use crate::failure::Failure;
use crate::searches::Searches;
pub(crate) use saved::path as saved_path;
use state::State;
use words::Language;

const HTML: &str = "text/html; charset=utf-8";

/// How many hits a page has where nobody says.
const DEFAULT_LIMIT: usize = 20;

/// How many similar papers stand below a paper.
const SIMILAR: usize = 10;

/// Whether an address may be a link: on the web, and without a character that ends it.
/// Others, `javascript:` among them, never become one.
pub(crate) fn is_web_address(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty())
        && !url.contains(|ch: char| {
            ch.is_whitespace() || results::is_obeyed(ch) || matches!(ch, '<' | '>' | '"' | '\\')
        })
}

/// An id as part of an address: what is no plain character of one is escaped, a slash stays.
pub(crate) fn path_of(id: &str) -> String {
    let escape =
        |part: &str| form_urlencoded::byte_serialize(part.as_bytes()).collect::<String>().replace('+', "%20");
    id.split('/').map(escape).collect::<Vec<_>>().join("/")
}

/// Reads the state of a page. Where the search cannot be read, the page says so.
fn state_of(query: &str, headers: &HeaderMap) -> (State, Option<Failure>) {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let given = value(query, "lang");
    let language = Language::choose(given.as_deref(), accepted);
    let chosen = matches!(given.as_deref(), Some("en" | "zh")).then_some(language);
    let (params, failure) = match SearchParams::read(query) {
        Ok(params) => (params, None),
        Err(failure) => (SearchParams::default(), Some(failure)),
    };
    (State { params, language, chosen }, failure)
}

fn reply(page: Markup) -> Reply {
    Reply::new(HTML, page.into_string())
}

/// A page that says what is wrong.
fn failed(state: &State, failure: &Failure) -> Reply {
    let words = state.words();
    let main = html! {
        div #view { main #results tabindex="-1" { (view::failure(state, failure)) } }
    };
    reply(layout::page(state, "/", words.title, main))
}

/// The search page.
pub(crate) async fn search(
    AxumState(app): AxumState<App>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let (state, failure) = state_of(&query.unwrap_or_default(), &headers);
    if let Some(failure) = failure {
        return crate::app::plain(failed(&state, &failure).with_status(failure.status()));
    }
    let asking = asking(&app, &headers, &state);
    let for_failure = state.clone();
    let searches = app.searches.clone();
    let work = move |snapshot: &Snapshot, today| {
        let view = searched(&state, snapshot, &searches, today)?;
        let title = match state.params.q.as_deref() {
            Some(query) => format!("{} · {}", results::plain(query), state.words().title),
            None => state.words().title.to_string(),
        };
        Ok(reply(layout::page(&state, "/", &title, view)))
    };
    app.answer(asking, work, |failure| failed(&for_failure, failure)).await
}

/// What the search page depends on: where nothing is asked, on the saved searches, too.
fn asking(app: &App, headers: &HeaderMap, state: &State) -> Asking {
    let asking = app.asking(headers, state.language.code());
    match state.params == SearchParams::default() {
        true => asking.with_searches(),
        false => asking,
    }
}

/// The part of the search page that changes with the search.
pub(crate) async fn part(
    AxumState(app): AxumState<App>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let (state, failure) = state_of(&query.unwrap_or_default(), &headers);
    let asking = asking(&app, &headers, &state);
    let for_failure = state.clone();
    let searches = app.searches.clone();
    let failed = move |failure: &Failure| {
        let main = view::failure(&for_failure, failure);
        reply(html! { div #view { main #results tabindex="-1" { (main) } } })
    };
    if let Some(failure) = failure {
        return crate::app::plain(failed(&failure).with_status(failure.status()));
    }
    let work = move |snapshot: &Snapshot, today| Ok(reply(searched(&state, snapshot, &searches, today)?));
    app.answer(asking, work, failed).await
}

/// Searches, and draws what was found.
fn searched(
    state: &State,
    snapshot: &Snapshot,
    searches: &Searches,
    today: NaiveDate,
) -> Result<Markup, Failure> {
    let asked = state.params.asked(DEFAULT_LIMIT)?;
    let results = snapshot.search(&asked, today)?;
    let facets = snapshot.facets(&asked, facets::MOST, today)?;
    let days = asked.filters.read(today).map_err(|error| Failure::asked(error.to_string()))?.date;
    let months = match days.is_all() {
        true => facets.clone(),
        false => {
            let filters = AskedFilters { from: None, to: None, since: None, ..asked.filters.clone() };
            snapshot.facets(&Asked { filters, ..asked.clone() }, 0, today)?
        }
    };
    let beside = match state.params == SearchParams::default() {
        true => saved::beside(state, &searches.listed(snapshot, today)),
        false => Markup::default(),
    };
    let aside = html! { (beside) (facets::facets(state, &facets, &months, days)) };
    Ok(view::view(state, &results, &asked, aside))
}

/// The page of a paper, with papers like it.
pub(crate) async fn paper(
    AxumState(app): AxumState<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let (state, _) = state_of(&query.unwrap_or_default(), &headers);
    let state = State { params: SearchParams::default(), ..state };
    let asking = app.asking(&headers, state.language.code());
    let for_failure = state.clone();
    let work = move |snapshot: &Snapshot, today| {
        let record = snapshot.record(&id)?.ok_or_else(|| Failure::no_paper(&id))?;
        let asked = Asked { limit: Some(SIMILAR), ..Asked::default() };
        let alike = snapshot.similar(std::slice::from_ref(&record.id), &asked, today)?.results;
        let title = format!("{} · {}", results::plain(&record.paper().title), state.words().title);
        let path = format!("/papers/{}", path_of(&record.id));
        Ok(reply(layout::page(&state, &path, &title, view::paper(&state, &record, alike.as_ref()))))
    };
    app.answer(asking, work, |failure| failed(&for_failure, failure)).await
}

/// Keys and query language, for browsers without scripts.
pub(crate) async fn help(
    AxumState(app): AxumState<App>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let (state, _) = state_of(&query.unwrap_or_default(), &headers);
    let asking = app.asking(&headers, state.language.code());
    let for_failure = state.clone();
    let work = move |_: &Snapshot, _| {
        let main = html! { div.single { main #results tabindex="-1" { h1 { (state.words().keys) } (layout::help(&state)) } } };
        Ok(reply(layout::page(&state, "/help", state.words().help, main)))
    };
    app.answer(asking, work, |failure| failed(&for_failure, failure)).await
}

/// What is said at any other address.
pub(crate) async fn nothing_here(OriginalUri(uri): OriginalUri, headers: HeaderMap) -> Response {
    let (state, _) = state_of(uri.query().unwrap_or_default(), &headers);
    let failure = Failure::NotFound(state.words().nothing_here.to_string());
    let reply = match uri.path().starts_with("/api/") {
        true => crate::api::fail(&failure),
        false => failed(&State { params: SearchParams::default(), ..state }, &failure),
    };
    crate::app::plain(reply.with_status(failure.status()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_are_links() {
        for (url, is_link) in [
            ("http://arxiv.org/abs/2603.01234v1", true),
            ("https://例子.example/论文", true),
            ("javascript:alert(1)", false),
            ("JaVaScRiPt:alert(1)", false),
            ("data:text/html,x", false),
            ("//evil.example", false),
            ("http://", false),
            (" http://a", false),
            ("http://a b", false),
            ("http://a\u{202e}b", false),
            ("http://a\"onclick=x", false),
            ("ftp://a", false),
            ("", false),
        ] {
            assert_eq!(is_web_address(url), is_link, "{url}");
        }
    }

    #[test]
    fn ids_are_parts_of_addresses() {
        for (id, path) in
            [("2603.01234", "2603.01234"), ("hep-th/9901001", "hep-th/9901001"), ("a b?#%", "a%20b%3F%23%25")]
        {
            assert_eq!(path_of(id), path);
        }
    }
}
