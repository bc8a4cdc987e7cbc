//! What is done with saved searches on the page: they are shown, saved, marked as seen and
//! removed. Nothing else can be changed here; whoever changes something sends the token that
//! stands in the forms.

use std::sync::Arc;

use archive::Snapshot;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State as AxumState};
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::NaiveDate;
use saved::{Search, unpack};

use super::layout::Frame;
use super::state::State;
use super::{failed, layout, reply, saved as markup, state_of};
use crate::address::{SearchParams, value};
use crate::api;
use crate::app::{App, Reply, plain};
use crate::failure::Failure;
use crate::searches::Searches;

/// A page of saved searches, with forms that change something.
fn page(state: &State, path: &str, title: &str, feed: &str, main: maud::Markup) -> Reply {
    let title = format!("{title} · {}", state.words().title);
    reply(layout::framed(state, &Frame { path, title: &title, feed: feed.to_string(), changes: true }, main))
}

/// A page that says what is wrong with one search.
fn failed_one(state: &State, failure: &Failure) -> Reply {
    reply(layout::page(state, "/saved", state.words().title, markup::failure(state, failure)))
}

/// The state of a page that shows no search of its address.
fn own_state(query: &str, headers: &HeaderMap) -> State {
    State { params: SearchParams::default(), ..state_of(query, headers).0 }
}

/// All searches.
pub(crate) async fn list(
    AxumState(app): AxumState<App>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let state = own_state(&query.unwrap_or_default(), &headers);
    let for_failure = state.clone();
    let searches = Arc::clone(&app.searches);
    let work = move |snapshot: &Snapshot, today| {
        let listed = searches.counted(snapshot, today)?;
        Ok(page(&state, "/saved", state.words().saved_searches, "/feed", markup::all(&state, &listed)))
    };
    let asking = app.asking(&headers, for_failure.language.code()).with_searches();
    app.answer(asking, work, |failure| failed(&for_failure, failure)).await
}

/// One search, and what is new to it.
pub(crate) async fn one(
    AxumState(app): AxumState<App>,
    Path(name): Path<String>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    let state = own_state(&query, &headers);
    let limit = match api::saved::limit(&query) {
        Ok(limit) => limit,
        Err(failure) => return plain(failed_one(&state, &failure).with_status(failure.status())),
    };
    let for_failure = state.clone();
    let searches = Arc::clone(&app.searches);
    let work = move |snapshot: &Snapshot, today| {
        let shelved = searches.look()?;
        let search = shelved.get(&name)?;
        let news = searches.news(snapshot, today, &shelved, search, limit)?;
        let (path, main) = (markup::path(&search.name), markup::one(&state, search, &news, searches.token()));
        Ok(page(&state, &path, &results::plain(&search.name), &format!("/feed{path}"), main))
    };
    let asking = app.asking(&headers, for_failure.language.code()).with_searches();
    app.answer(asking, work, |failure| failed_one(&for_failure, failure)).await
}

/// The form to save the search in the address.
pub(crate) async fn form(
    AxumState(app): AxumState<App>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let (state, failure) = state_of(&query.unwrap_or_default(), &headers);
    let for_failure = State { params: SearchParams::default(), ..state.clone() };
    if let Some(failure) = failure {
        return plain(failed(&for_failure, &failure).with_status(failure.status()));
    }
    let searches = Arc::clone(&app.searches);
    let work = move |_: &Snapshot, _| {
        // Where nothing can be kept, nobody need find a name.
        searches.store()?;
        Ok(save_form(&state, &searches, "", None))
    };
    let asking = app.asking(&headers, for_failure.language.code()).with_searches();
    app.answer(asking, work, |failure| failed(&for_failure, failure)).await
}

/// The page with the form to save a search; a page that says so where it asks for nothing.
fn save_form(state: &State, searches: &Searches, name: &str, wrong: Option<&Failure>) -> Reply {
    match state.params.question() {
        None => {
            let failure = nothing_to_save();
            failed(state, &failure).with_status(failure.status())
        }
        Some(asks) => {
            let main = markup::save(state, &asks, name, searches.token(), wrong);
            page(state, "/save", state.words().save_search, "/feed", main)
        }
    }
}

fn nothing_to_save() -> Failure {
    Failure::asked("there is nothing to save; search for words, an author or days first")
}

/// What a form sent.
struct Sent {
    text: String,
    state: State,
}

impl Sent {
    fn read(body: &Bytes, headers: &HeaderMap) -> Sent {
        let text = String::from_utf8_lossy(body).into_owned();
        let state = own_state(&text, headers);
        Sent { text, state }
    }

    fn value(&self, name: &str) -> String {
        value(&self.text, name).unwrap_or_default()
    }
}

/// Saves a search. What it finds now counts as seen.
pub(crate) async fn save(AxumState(app): AxumState<App>, headers: HeaderMap, body: Bytes) -> Response {
    let sent = Sent::read(&body, &headers);
    let (name, token) = (sent.value("name").trim().to_string(), sent.value("token"));
    let (searches, for_form) = (Arc::clone(&app.searches), Arc::clone(&app.searches));
    let params = SearchParams::read(&sent.text).unwrap_or_default();
    let state = State { params, ..sent.state.clone() };
    let (asks, named) = (state.params.question(), name.clone());
    let work = move |snapshot: &Snapshot, today: NaiveDate| {
        searches.check(&token)?;
        saved::check_name(&named)?;
        let question = asks.ok_or_else(nothing_to_save)?;
        let store = searches.store()?;
        let mut search = Search::new(named, question, today);
        let news = snapshot.news(&search, 0, today)?;
        search.seen.look(&news.found, &news.found);
        let address = sent.state.plain_link(&markup::path(&search.name));
        store.save(search, false)?;
        Ok(address)
    };
    let failed_form = move |failure: &Failure| match failure {
        Failure::Asked(_) | Failure::Conflict(_) => save_form(&state, &for_form, &name, Some(failure)),
        _ => failed(&State { params: SearchParams::default(), ..state }, failure),
    };
    app.change(work, failed_form).await
}

/// Marks papers of a search as seen: those that were shown, and that it still finds.
pub(crate) async fn seen(
    AxumState(app): AxumState<App>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let sent = Sent::read(&body, &headers);
    let searches = Arc::clone(&app.searches);
    let state = sent.state.clone();
    let work = move |snapshot: &Snapshot, today: NaiveDate| {
        searches.check(&sent.value("token"))?;
        let nonsense = || Failure::asked("this form does not say which papers were shown");
        let mut shown = unpack(&sent.value("shown")).ok_or_else(nonsense)?;
        let shelved = searches.look()?;
        let search = shelved.get(&name)?;
        let mut found = snapshot.news(search, 0, today)?.found.to_vec();
        found.sort_unstable();
        shown.retain(|sighting| found.binary_search(sighting).is_ok());
        searches.store()?.mark(search, &found, &shown, today)?;
        Ok(sent.state.plain_link(&markup::path(&search.name)))
    };
    app.change(work, |failure| failed_one(&state, failure)).await
}

/// Removes a search, and what of it was seen.
pub(crate) async fn remove(
    AxumState(app): AxumState<App>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let sent = Sent::read(&body, &headers);
    let searches = Arc::clone(&app.searches);
    let state = sent.state.clone();
    let work = move |_: &Snapshot, _| {
        searches.check(&sent.value("token"))?;
        searches.store()?.remove(std::slice::from_ref(&name))?;
        Ok(sent.state.plain_link("/saved"))
    };
    app.change(work, |failure| failed_one(&state, failure)).await
}
