//! Saved searches as the page shows them: in a list, one with its new papers, and the form to
//! save another one.

use archive::News;
use maud::{Markup, html};
use results::plain;
use saved::{Question, Search};

use super::state::State;
use super::words::with_number;
use super::{hits, path_of, view};
use crate::address::SearchParams;
use crate::failure::Failure;
use crate::searches::Listed;

/// How many searches stand beside the newest papers; all are on a page of their own.
const BESIDE: usize = 8;

/// How much of what a search asks is shown, in characters.
const QUESTION_CHARS: usize = 200;

/// With so many new papers, what marks them as seen stands below them as well.
const MANY: usize = 4;

/// The address of a search's own page.
pub(crate) fn path(name: &str) -> String {
    format!("/saved/{}", path_of(name))
}

/// The searches beside the newest papers.
pub(crate) fn beside(state: &State, listed: &Result<Listed, Failure>) -> Markup {
    let words = state.words();
    let listed = match listed {
        Ok(listed) if listed.len() == 0 => return Markup::default(),
        Ok(listed) => listed,
        // There is no place for them; nobody misses them.
        Err(Failure::NotFound(_)) => return Markup::default(),
        Err(_) => {
            return html! {
                section.saved {
                    h2 { (words.saved_searches) }
                    p.note { a href=(state.plain_link("/saved")) { (words.not_readable) } }
                }
            };
        }
    };
    html! {
        section.saved {
            h2 { (words.saved_searches) }
            ul.values {
                @for (search, new) in listed.iter().take(BESIDE) { li { (link(state, search, new)) } }
                @if listed.len() > BESIDE {
                    li { a.all href=(state.plain_link("/saved")) { (with_number(words.all_saved, listed.len())) } }
                }
            }
        }
    }
}

/// The name of a search, with how many papers are new; the script fills in what is not known.
fn link(state: &State, search: &Search, new: Option<usize>) -> Markup {
    html! {
        a href=(state.plain_link(&path(&search.name))) data-saved=(search.name) data-known=[new.map(|_| "")] {
            span.value { (plain(&search.name)) }
            " "
            span.new { @if let Some(new) = new.filter(|new| *new > 0) { (with_number(state.words().new_papers, new)) } }
        }
    }
}

/// All searches.
pub(crate) fn all(state: &State, listed: &Listed) -> Markup {
    let words = state.words();
    html! {
        div.single {
            main #results tabindex="-1" {
                h1 { (words.saved_searches) }
                @if listed.len() == 0 {
                    p.empty { (words.none_saved) }
                }
                ul.searches {
                    @for (search, new) in listed.iter() {
                        li {
                            (link(state, search, new))
                            (question(state, &search.question))
                            p.note { (words.looked) " " time datetime=(search.looked) { (search.looked) } }
                        }
                    }
                }
            }
        }
    }
}

/// What a search asks, as people read it.
fn question(state: &State, question: &Question) -> Markup {
    let words = state.words();
    let mut parts: Vec<String> = Vec::new();
    parts.extend((!question.query.is_empty()).then(|| question.query.clone()));
    parts.extend(question.author.iter().map(|author| format!("{} {author}", words.author)));
    for (name, value) in [
        (words.from, &question.from),
        (words.to, &question.to),
        (words.since, &question.since),
        (words.digest_from, &question.digest_from),
        (words.digest_to, &question.digest_to),
    ] {
        parts.extend(value.iter().map(|value| format!("{name} {value}")));
    }
    let text = parts.join(" · ");
    let shown: String = text.chars().take(QUESTION_CHARS).collect();
    html! { p.question { (plain(&shown)) @if shown.len() < text.len() { "…" } } }
}

/// One search, and what is new to it. `token` is what a form must know.
pub(crate) fn one(state: &State, search: &Search, news: &News, token: &str) -> Markup {
    let words = state.words();
    let shown = news.results.hits.len();
    let more = (news.new + news.updated).saturating_sub(shown);
    let found = state.link("/", &SearchParams::from(&search.question));
    html! {
        div.single {
            main.news #results tabindex="-1" {
                h1 { (plain(&search.name)) }
                (question(state, &search.question))
                @for warning in &news.results.warnings { p.warning role="note" { (plain(warning)) } }
                div.line {
                    p.count role="status" {
                        @if news.new > 0 { strong { (with_number(words.new_papers, news.new)) } }
                        @if news.updated > 0 {
                            @if news.new > 0 { " · " }
                            strong { (with_number(words.updated_papers, news.updated)) }
                        }
                        @if news.new + news.updated == 0 { strong { (words.nothing_new) } }
                        " · " a href=(found) { (with_number(words.all_found, news.found.len())) }
                        " · " (words.looked) " " time datetime=(search.looked) { (search.looked) }
                    }
                    @if shown > 0 { (mark(state, search, news, token)) }
                }
                @for hit in &news.results.hits { (hits::hit(state, hit)) }
                @if more > 0 {
                    p.more {
                        (with_number(words.more_new, more)) " "
                        @if shown < archive::MAX_LIMIT {
                            a href=(format!("{}?limit={}", path(&search.name), archive::MAX_LIMIT)) {
                                (words.show_more)
                            }
                        }
                    }
                }
                @if shown >= MANY { (mark(state, search, news, token)) }
                footer.exports {
                    details.remove {
                        summary { (words.remove_search) }
                        (form(state, &format!("{}/remove", path(&search.name)), token, &html! {
                            p.note { (words.remove_note) }
                            button.quiet type="submit" { (words.remove) }
                        }))
                    }
                    a.feed href=(format!("/feed{}", path(&search.name))) { (words.feed) }
                }
            }
        }
    }
}

/// What went wrong, and the way to what there is.
pub(crate) fn failure(state: &State, failure: &Failure) -> Markup {
    html! {
        div.single {
            main #results tabindex="-1" {
                (view::failure(state, failure))
                @if matches!(failure, Failure::NotFound(_)) {
                    p { a href=(state.plain_link("/saved")) { (state.words().saved_searches) } }
                }
            }
        }
    }
}

/// The form that marks the papers that are shown as seen, and no others: one that came
/// meanwhile was not.
fn mark(state: &State, search: &Search, news: &News, token: &str) -> Markup {
    let words = state.words();
    let text = match news.shown.len() {
        1 => words.mark_one.to_string(),
        shown => with_number(words.mark, shown),
    };
    form(
        state,
        &format!("{}/seen", path(&search.name)),
        token,
        &html! {
            input type="hidden" name="shown" value=(saved::pack(&news.shown));
            button.quiet type="submit" { (text) }
        },
    )
}

/// A form that changes something.
fn form(state: &State, action: &str, token: &str, inside: &Markup) -> Markup {
    html! {
        form.change method="post" action=(action) {
            input type="hidden" name="token" value=(token);
            @if let Some(language) = state.chosen { input type="hidden" name="lang" value=(language.code()); }
            (inside)
        }
    }
}

/// The form to save the search of the state under a name, with what is wrong with the name.
pub(crate) fn save(
    state: &State,
    asks: &Question,
    name: &str,
    token: &str,
    wrong: Option<&Failure>,
) -> Markup {
    let words = state.words();
    let params = SearchParams::from(asks);
    html! {
        div.single {
            main #results tabindex="-1" {
                h1 { (words.save_search) }
                (question(state, asks))
                @if let Some(wrong) = wrong { p.warning role="alert" #wrong { (plain(&wrong.to_string())) } }
                (form(state, "/saved", token, &html! {
                    label {
                        span { (words.name) }
                        input name="name" value=(name) required autofocus maxlength="64" autocomplete="off"
                            autocapitalize="off" spellcheck="false" aria-describedby="name-note"
                            aria-invalid=[wrong.map(|_| "true")];
                    }
                    p.note #name-note { (words.name_note) }
                    (hidden(&params))
                    button type="submit" { (words.save) }
                }))
            }
        }
    }
}

/// A search as fields that nobody sees.
fn hidden(params: &SearchParams) -> Markup {
    html! {
        @for (name, value) in form_urlencoded::parse(params.write(&[]).as_bytes()) {
            input type="hidden" name=(name) value=(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_parts_of_addresses() {
        assert_eq!(path("kv-cache_2.1"), "/saved/kv-cache_2.1");
        assert_eq!(path("推测"), "/saved/%E6%8E%A8%E6%B5%8B");
    }
}
