//! Papers as a page shows them.

use maud::{Markup, PreEscaped, html};
use paper::Record;
use query::snippet::Snippet;
use results::{Found, plain};

use super::state::State;
use super::words::with_number;
use super::{is_web_address, path_of};

/// How many authors are named with a hit.
const AUTHORS: usize = 6;

/// The length of an abstract's snippet, in characters.
const SNIPPET_CHARS: usize = 260;

/// A hit in a list.
pub(crate) fn hit(state: &State, found: &Found) -> Markup {
    let paper = found.record.paper();
    let words = state.words();
    let own = state.plain_link(&format!("/papers/{}", path_of(&found.record.id)));
    html! {
        article.hit tabindex="-1" data-id=(found.record.id) aria-label=(plain(&paper.title)) {
            h2 { a.title href=(own) lang="en" { (whole(&paper.title, &found.title_matches)) } }
            @if let Some(summary) = &paper.summary {
                p.summary lang="zh-Hans" { (whole(summary, &found.summary_matches)) }
            }
            (about(state, &found.record))
            @if let Some(text) = &paper.abstract_text {
                details.abstract {
                    summary {
                        span.what { (words.abstract_text) }
                        " "
                        span.snippet lang="en" {
                            (marked(&Snippet::best(text, &found.abstract_matches, SNIPPET_CHARS)))
                        }
                    }
                    p lang="en" { (whole(text, &found.abstract_matches)) }
                    @if paper.truncated { p.note { (words.cut_off) } }
                }
            }
            p.actions {
                a.similar href=(format!("{own}#similar")) { (words.similar) }
                a.bibtex href=(bibtex(&found.record)) download { (words.bibtex) }
            }
        }
    }
}

/// A paper on a page of its own.
pub(crate) fn paper(state: &State, record: &Record) -> Markup {
    let paper = record.paper();
    let words = state.words();
    html! {
        article.paper data-id=(record.id) {
            h1 lang="en" { (plain(&paper.title)) }
            @if let Some(summary) = &paper.summary { p.summary lang="zh-Hans" { (plain(summary)) } }
            (about(state, record))
            @if let Some(text) = &paper.abstract_text {
                h2 { (words.abstract_text) }
                p.text lang="en" { (plain(text)) }
                @if paper.truncated { p.note { (words.cut_off) } }
            }
            p.digests {
                (words.stands_in)
                @for digest in record.digests() {
                    " "
                    a href=(state.changed(|params| {
                        *params = Default::default();
                        params.digest = Some(digest.file.clone());
                    })) { (plain(name_of(&digest.file))) }
                }
            }
            p.actions { a.bibtex href=(bibtex(record)) download { (words.bibtex) } }
        }
    }
}

/// Authors, day and id.
fn about(state: &State, record: &Record) -> Markup {
    let paper = record.paper();
    let version = paper.version.map_or(String::new(), |version| format!("v{version}"));
    let id = format!("{}{version}", record.id);
    let link = paper.url.as_deref().filter(|url| is_web_address(url));
    let more = paper.authors.len().saturating_sub(AUTHORS);
    html! {
        p.about {
            @if !paper.authors.is_empty() {
                span.authors {
                    @for (at, author) in paper.authors.iter().take(AUTHORS).enumerate() {
                        @if at > 0 { ", " }
                        a data-go href=(state.changed(|params| {
                            if !params.author.contains(author) { params.author.push(author.clone()); }
                        })) { (plain(author)) }
                    }
                    @if more > 0 { " " span { (with_number(state.words().more_authors, more)) } }
                }
            }
            @if let Some(date) = paper.date { time datetime=(date) { (date) } }
            @match link {
                Some(url) => a.id href=(url) rel="noreferrer noopener" { (plain(&id)) },
                None => span.id { (plain(&id)) },
            }
        }
    }
}

/// Where a paper's BibTeX is.
fn bibtex(record: &Record) -> String {
    format!("/api/v1/papers/{}?format=bibtex", path_of(&record.id))
}

/// The name of a digest's file.
pub(crate) fn name_of(file: &str) -> &str {
    file.rsplit(['/', '\\']).next().unwrap_or(file)
}

/// A whole text with its matches.
fn whole(text: &str, matches: &[std::ops::Range<usize>]) -> Markup {
    marked(&Snippet::whole(text, matches))
}

/// A snippet with its matches. It escapes all else; what a layout of text obeys would stay.
fn marked(snippet: &Snippet) -> Markup {
    PreEscaped(plain(&snippet.to_html()).into_owned())
}
