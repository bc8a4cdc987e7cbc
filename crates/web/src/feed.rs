//! Any search as an Atom feed, newest papers first; a saved one by its name
//! (<https://www.rfc-editor.org/rfc/rfc4287>).

use std::io;

use archive::{Asked, Snapshot};
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use chrono::{Datelike, NaiveDate};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use results::{Found, Results, plain};

use crate::address::{SEARCH, SearchParams, refuse_others};
use crate::api::saved::limit;
use crate::app::{App, Reply};
use crate::failure::Failure;
use crate::page::{is_web_address, saved_path};

const ATOM: &str = "application/atom+xml; charset=utf-8";

/// How many papers a feed has where nobody says.
const DEFAULT_LIMIT: usize = 50;

/// What whoever reads the feed of a saved search should know.
const OF_SAVED: &str =
    "The newest papers that this saved search finds, seen or not; reading them here marks none as seen.";

/// What a feed says of itself.
struct Channel {
    /// The server's own address.
    base: String,
    /// Where the feed and its page are.
    own: String,
    page: String,
    title: String,
    subtitle: Option<&'static str>,
}

/// The address by which whoever asks knows the server.
fn base_of(headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    format!("http://{host}")
}

pub(crate) async fn feed(State(app): State<App>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let base = base_of(&headers);
    let asked = refuse_others(&query, &SEARCH)
        .and_then(|()| SearchParams::read(&query))
        .and_then(|params| Ok((params.asked(DEFAULT_LIMIT)?, params)));
    let (mut asked, params) = match asked {
        Ok(asked) => asked,
        Err(failure) => return crate::app::plain(fail(&failure).with_status(failure.status())),
    };
    asked.sort.get_or_insert_with(|| "newest".to_string());
    let work = move |snapshot: &Snapshot, today| {
        let results = snapshot.search(&asked, today)?;
        let state = params.write(&[]);
        let title = match results.query.trim() {
            "" => "paper-search".to_string(),
            query => format!("{query} · paper-search"),
        };
        let (own, page) = (format!("/feed?{state}"), format!("/?{state}"));
        written(&results, &Channel { base, own, page, title, subtitle: None }, today)
    };
    app.answer(app.asking(&headers, "feed"), work, fail).await
}

/// The newest papers that a saved search finds. A feed's reader keeps track of what it has
/// shown by itself, so nothing is taken as seen.
pub(crate) async fn saved_feed(
    State(app): State<App>,
    Path(name): Path<String>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    let limit = match refuse_others(&query, &["limit"]).and_then(|()| limit(&query)) {
        Ok(limit) => limit,
        Err(failure) => return crate::app::plain(fail(&failure).with_status(failure.status())),
    };
    let base = base_of(&headers);
    let searches = app.searches.clone();
    let work = move |snapshot: &Snapshot, today| {
        let shelved = searches.look()?;
        let search = shelved.get(&name)?;
        let sort = Some("newest".to_string());
        let asked = Asked { sort, limit: Some(limit), ..Asked::from(&search.question) };
        let results = snapshot.search(&asked, today)?;
        let page = saved_path(&search.name);
        let (own, title) = (format!("/feed{page}"), format!("{} · paper-search", search.name));
        written(&results, &Channel { base, own, page, title, subtitle: Some(OF_SAVED) }, today)
    };
    app.answer(app.asking(&headers, "feed").with_searches(), work, fail).await
}

fn fail(failure: &Failure) -> Reply {
    Reply::new("text/plain; charset=utf-8", plain(&failure.to_string()).into_owned())
}

/// Results as a feed.
fn written(results: &Results, channel: &Channel, today: NaiveDate) -> Result<Reply, Failure> {
    let mut body = Vec::new();
    write(results, channel, today, &mut body).map_err(|_| Failure::Fault)?;
    Ok(Reply::new(ATOM, body))
}

/// Writes the feed. A paper has no time of day; it is of noon.
fn write(results: &Results, channel: &Channel, today: NaiveDate, out: &mut Vec<u8>) -> io::Result<()> {
    let Channel { base, own, page, title, subtitle } = channel;
    let mut xml = Writer::new_with_indent(out, b' ', 1);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    let newest = results.hits.iter().filter_map(|found| found.record.paper().date).max();
    xml.create_element("feed").with_attribute(("xmlns", "http://www.w3.org/2005/Atom")).write_inner_content(
        |xml| {
            text(xml, "id", &format!("{base}{own}"))?;
            text(xml, "title", title)?;
            if let Some(subtitle) = subtitle {
                text(xml, "subtitle", subtitle)?;
            }
            text(xml, "updated", &time(newest.unwrap_or(today)))?;
            for (rel, path) in [("self", own), ("alternate", page)] {
                let href = format!("{base}{path}");
                xml.create_element("link")
                    .with_attributes([("rel", rel), ("href", href.as_str())])
                    .write_empty()?;
            }
            text(xml, "generator", "paper-search")?;
            for found in &results.hits {
                entry(xml, found, base, today)?;
            }
            Ok(())
        },
    )?;
    Ok(())
}

fn entry(xml: &mut Writer<&mut Vec<u8>>, found: &Found, base: &str, today: NaiveDate) -> io::Result<()> {
    let paper = found.record.paper();
    let own = format!("{base}/papers/{}", crate::page::path_of(&found.record.id));
    xml.create_element("entry").write_inner_content(|xml| {
        text(xml, "id", &format!("urn:paper-search:{}", crate::page::path_of(&found.record.id)))?;
        text(xml, "title", &paper.title)?;
        let first = found.record.digests().filter_map(|digest| digest.date).max();
        text(xml, "updated", &time(paper.date.or(first).unwrap_or(today)))?;
        for author in &paper.authors {
            xml.create_element("author").write_inner_content(|xml| text(xml, "name", author))?;
        }
        // Readers want an author of every entry.
        if paper.authors.is_empty() {
            xml.create_element("author").write_inner_content(|xml| text(xml, "name", "unknown"))?;
        }
        let link = paper.url.as_deref().filter(|url| is_web_address(url)).unwrap_or(&own);
        xml.create_element("link")
            .with_attributes([("rel", "alternate"), ("href", clean(link).as_str())])
            .write_empty()?;
        if let Some(summary) = &paper.summary {
            text(xml, "summary", summary)?;
        }
        if let Some(abstract_text) = &paper.abstract_text {
            xml.create_element("content")
                .with_attribute(("type", "text"))
                .write_text_content(BytesText::new(&clean(abstract_text)))?;
        }
        Ok(())
    })?;
    Ok(())
}

fn text(xml: &mut Writer<&mut Vec<u8>>, name: &str, text: &str) -> io::Result<()> {
    xml.create_element(name).write_text_content(BytesText::new(&clean(text)))?;
    Ok(())
}

/// Text with nothing in it that XML has no way to write.
fn clean(text: &str) -> String {
    plain(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

fn time(day: NaiveDate) -> String {
    // RFC 3339 knows four digits of a year.
    match (0..=9999).contains(&day.year()) {
        true => format!("{}T12:00:00Z", day.format("%Y-%m-%d")),
        false => "1970-01-01T12:00:00Z".to_string(),
    }
}
