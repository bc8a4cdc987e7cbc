//! What a search found, as the page shows it: hits in the middle, facets beside them.

use archive::Asked;
use maud::{Markup, html};
use paper::Record;
use results::{FORMATS, Results, plain};

use super::state::State;
use super::words::with_number;
use super::{chips, hits};
use crate::address::SearchParams;
use crate::failure::Failure;

/// How many of the terms that papers are alike by are named.
const TERMS: usize = 8;

/// The part of the page that changes with the search.
pub(crate) fn view(state: &State, results: &Results, asked: &Asked, facets: Markup) -> Markup {
    let words = state.words();
    html! {
        div #view {
            aside aria-label=(words.filters) { (facets) }
            main #results tabindex="-1" {
                (chips::chips(state))
                div.line {
                    (count(state, results))
                    div.ways {
                        (orders(state, results))
                        @if state.params.question().is_some() {
                            a.save href=(state.link("/save", &kept(&state.params))) { (state.words().save_search) }
                        }
                    }
                }
                @for warning in &results.warnings { p.warning role="note" { (plain(warning)) } }
                @if !results.suggestions.is_empty() {
                    p.meant {
                        (words.did_you_mean)
                        @for suggestion in &results.suggestions {
                            " "
                            a data-go href=(state.changed(|params| params.q = Some(suggestion.clone()))) { (plain(suggestion)) }
                        }
                    }
                }
                @if results.hits.is_empty() {
                    div.empty {
                        @if results.total > 0 { p { (words.beyond) } }
                        @else { p { (words.no_paper_hint) } }
                    }
                }
                @for found in &results.hits { (hits::hit(state, found)) }
                (pager(state, results, asked))
                (exports(state, results))
            }
        }
    }
}

/// The search as it can be saved, without its order and page.
fn kept(params: &SearchParams) -> SearchParams {
    SearchParams { sort: None, limit: None, offset: None, ..params.clone() }
}

/// How many papers there are, for the eye and for who listens.
fn count(state: &State, results: &Results) -> Markup {
    let words = state.words();
    let listing = state.params == SearchParams::default();
    let milliseconds = results::milliseconds(results.took);
    html! {
        p.count role="status" aria-live="polite" {
            @if listing { strong { (words.newest_papers) } " · " }
            @match results.total {
                0 => strong { (words.no_paper) },
                1 => strong { (words.one_paper) },
                total => strong { (with_number(words.papers, total)) },
            }
            span.took { " · " (format!("{milliseconds:.1}")) " ms" }
        }
    }
}

/// The orders of hits.
fn orders(state: &State, results: &Results) -> Markup {
    let words = state.words();
    let has_query = state.params.q.is_some();
    // Without words no paper matches better than another: the newest come first.
    let usual = if has_query { "relevance" } else { "newest" };
    let current = match state.params.sort.as_deref() {
        None | Some("relevance") => usual,
        Some(sort) => sort,
    };
    let orders = [("relevance", words.relevance), ("newest", words.newest), ("oldest", words.oldest)];
    html! {
        @if results.total > 1 {
            nav.orders aria-label=(words.sort) {
                @for (order, name) in &orders[usize::from(!has_query)..] {
                    a data-go aria-current=[(*order == current).then_some("true")]
                        href=(state.changed(|params| {
                            params.sort = (*order != usual).then(|| order.to_string());
                        })) { (name) }
                }
            }
        }
    }
}

/// The ways to the pages before and after.
fn pager(state: &State, results: &Results, asked: &Asked) -> Markup {
    let words = state.words();
    let (limit, offset) = (asked.limit.unwrap_or_default(), asked.offset.unwrap_or_default());
    let at = |offset: usize| state.changed(|params| params.offset = (offset > 0).then(|| offset.to_string()));
    let after = offset + results.hits.len();
    let has_next = !results.hits.is_empty() && after < results.total && after <= archive::MAX_OFFSET;
    html! {
        @if offset > 0 || has_next {
            nav.pager aria-label=(words.pages) {
                @if offset > 0 { a data-go rel="prev" href=(at(offset.saturating_sub(limit.max(1)))) { "← " (words.previous) } }
                @if !results.hits.is_empty() {
                    span { (super::words::grouped(offset + 1)) "–" (super::words::grouped(after)) }
                }
                @if has_next { a data-go rel="next" href=(at(after)) { (words.next) " →" } }
            }
        }
    }
}

/// The files that the result set can become, and its feed.
fn exports(state: &State, results: &Results) -> Markup {
    let words = state.words();
    let search = SearchParams { limit: None, offset: None, ..state.params.clone() };
    html! {
        @if results.total > 0 {
            footer.exports {
                span {
                    (words.export)
                    @if results.total > archive::MAX_LIMIT { " (" (words.export_hint) ")" }
                }
                ul {
                    @for format in &FORMATS {
                        li { a href=(format!("/api/v1/export?{}", search.write(&[("format", format.name)]))) download { (format.name) } }
                    }
                }
                a.feed href=(format!("/feed?{}", search.write(&[]))) { (words.feed) }
            }
        }
    }
}

/// A paper, and papers like it.
pub(crate) fn paper(state: &State, record: &Record, alike: Option<&Results>) -> Markup {
    let words = state.words();
    html! {
        div.single {
            main #results tabindex="-1" {
                (hits::paper(state, record))
                section #similar aria-labelledby="similar-title" {
                    h2 #similar-title { (words.similar_to) }
                    @match alike.filter(|alike| !alike.hits.is_empty()) {
                        None => p.note { (words.no_similar) },
                        Some(alike) => {
                            p.note {
                                (words.alike_by) " "
                                @for (at, (term, _)) in alike.terms.iter().take(TERMS).enumerate() {
                                    @if at > 0 { " · " }
                                    (plain(term))
                                }
                            }
                            @for found in &alike.hits { (hits::hit(state, found)) }
                        }
                    }
                }
            }
        }
    }
}

/// What went wrong.
pub(crate) fn failure(state: &State, failure: &Failure) -> Markup {
    html! {
        div.failure role="alert" {
            h1 { (state.words().went_wrong) }
            p { (plain(&failure.to_string())) }
        }
    }
}
