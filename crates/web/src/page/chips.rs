//! The filters of a search, each with the way to be rid of it.

use maud::{Markup, html};
use results::plain;

use super::state::State;

/// The filters as chips.
pub(crate) fn chips(state: &State) -> Markup {
    let words = state.words();
    let params = &state.params;
    let mut chips: Vec<(&str, &str, String)> = Vec::new();
    for author in &params.author {
        let without = state.changed(|params| params.author.retain(|known| known != author));
        chips.push((words.author, author, without));
    }
    for (name, value, without) in [
        (words.from, &params.from, state.changed(|params| params.from = None)),
        (words.to, &params.to, state.changed(|params| params.to = None)),
        (words.since, &params.since, state.changed(|params| params.since = None)),
        (words.digest, &params.digest, state.changed(|params| params.digest = None)),
        (words.digest_from, &params.digest_from, state.changed(|params| params.digest_from = None)),
        (words.digest_to, &params.digest_to, state.changed(|params| params.digest_to = None)),
    ] {
        if let Some(value) = value {
            chips.push((name, value, without));
        }
    }
    html! {
        @if !chips.is_empty() {
            ul.chips aria-label=(words.filters) {
                @for (name, value, without) in &chips {
                    li { a data-go href=(without) aria-label=(format!("{} {name} {}", words.remove, plain(value))) {
                        span.name { (name) } " " (plain(value)) span.cross aria-hidden="true" { "×" }
                    } }
                }
                @if chips.len() > 1 {
                    li { a.clear data-go href=(state.changed(|params| {
                        *params = crate::address::SearchParams {
                            q: params.q.clone(), sort: params.sort.clone(), ..Default::default()
                        };
                    })) { (words.clear) } }
                }
            }
        }
    }
}
