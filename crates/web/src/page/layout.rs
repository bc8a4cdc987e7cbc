//! What stands around every page: head, search box, foot.

use maud::{DOCTYPE, Markup, html};

use super::state::State;
use crate::assets::address;

/// What a page says of itself.
pub(crate) struct Frame<'a> {
    /// Its own address without the state.
    pub(crate) path: &'a str,
    pub(crate) title: &'a str,
    /// Where its feed is.
    pub(crate) feed: String,
    /// Whether it has a form that changes something: browsers then tell where that comes from,
    /// but nobody else.
    pub(crate) changes: bool,
}

/// A whole page that changes nothing. `path` is its own address without the state.
pub(crate) fn page(state: &State, path: &str, title: &str, main: Markup) -> Markup {
    let feed = state.link("/feed", &state.params);
    framed(state, &Frame { path, title, feed, changes: false }, main)
}

/// A whole page.
pub(crate) fn framed(state: &State, frame: &Frame<'_>, main: Markup) -> Markup {
    let words = state.words();
    let Frame { path, title, feed, changes } = frame;
    html! {
        (DOCTYPE)
        html lang=(state.language.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                @if *changes { meta name="referrer" content="same-origin"; }
                title { (title) }
                link rel="icon" href=(address("icon.svg")) type="image/svg+xml";
                link rel="stylesheet" href=(address("style.css"));
                link rel="alternate" type="application/atom+xml" href=(feed) title=(words.feed);
                script src=(address("app.js")) defer {}
            }
            body data-copied=(words.copied) data-not-copied=(words.not_copied)
                data-unreachable=(words.unreachable) data-new-papers=(words.new_papers) {
                a.skip href="#results" { (words.skip) }
                (header(state, path))
                (main)
                (help_dialog(state))
            }
        }
    }
}

/// The name, the search box and the language.
fn header(state: &State, path: &str) -> Markup {
    let words = state.words();
    let params = &state.params;
    html! {
        header.top {
            div.bar {
                a.name href=(state.plain_link("/")) { span.mark aria-hidden="true" {} "paper-search" }
                form.search action="/" method="get" role="search" {
                    label.hidden for="q" { (words.search) }
                    input #q name="q" type="search" value=(params.q.as_deref().unwrap_or_default())
                        placeholder=(words.placeholder) autocomplete="off" autocapitalize="off"
                        spellcheck="false" enterkeyhint="search" maxlength="1024"
                        autofocus[path == "/" && params == &Default::default()];
                    @for author in &params.author { input type="hidden" name="author" value=(author); }
                    @for (name, value) in [
                        ("from", &params.from), ("to", &params.to), ("since", &params.since),
                        ("digest_from", &params.digest_from), ("digest_to", &params.digest_to),
                        ("digest", &params.digest), ("sort", &params.sort),
                    ] {
                        @if let Some(value) = value { input type="hidden" name=(name) value=(value); }
                    }
                    @if let Some(language) = state.chosen {
                        input type="hidden" name="lang" value=(language.code());
                    }
                    button type="submit" { (words.search) }
                }
                nav.tools aria-label=(words.tools) {
                    a.saved href=(state.plain_link("/saved")) { (words.saved) }
                    a.help href=(state.plain_link("/help")) title=(words.keys) aria-label=(words.keys) { "?" }
                    a.language href=(state.in_other_language(path)) hreflang=(state.language.other().tag())
                        lang=(state.language.other().tag()) { (words.other_language) }
                }
            }
            div #completions aria-live="off" {}
        }
    }
}

/// Keys and query language, over the page.
fn help_dialog(state: &State) -> Markup {
    let words = state.words();
    html! {
        dialog #help aria-labelledby="help-title" closedby="any" {
            h2 #help-title tabindex="-1" autofocus { (words.keys) }
            (help(state))
            form method="dialog" { button { (words.close) } }
        }
        div #toast role="status" aria-live="polite" {}
    }
}

/// Keys and query language.
pub(crate) fn help(state: &State) -> Markup {
    let words = state.words();
    html! {
        dl.keys {
            @for (keys, what) in &words.key_table {
                dt { @for key in *keys { kbd { (key) } " " } }
                dd { (what) }
            }
        }
        h3 { (words.syntax) }
        dl.syntax {
            @for (query, what) in &words.syntax_table {
                dt { code { (query) } }
                dd { (what) }
            }
        }
        p { a href="/api/v1/openapi.json" { (words.interface) } }
    }
}
