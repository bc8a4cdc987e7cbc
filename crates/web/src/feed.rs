//! Any search as an Atom feed, newest papers first
//! (<https://www.rfc-editor.org/rfc/rfc4287>).

use std::io;

use archive::Snapshot;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use chrono::{Datelike, NaiveDate};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use results::{Found, Results, plain};

use crate::address::{SEARCH, SearchParams, refuse_others};
use crate::app::{App, Reply};
use crate::failure::Failure;
use crate::page::is_web_address;

const ATOM: &str = "application/atom+xml; charset=utf-8";

/// How many papers a feed has where nobody says.
const DEFAULT_LIMIT: usize = 50;

pub(crate) async fn feed(State(app): State<App>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let base = format!("http://{host}");
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
        let mut body = Vec::new();
        write(&results, &params, &base, today, &mut body).map_err(|_| Failure::Fault)?;
        Ok(Reply::new(ATOM, body))
    };
    app.answer(app.asking(&headers, "feed"), work, fail).await
}

fn fail(failure: &Failure) -> Reply {
    Reply::new("text/plain; charset=utf-8", failure.to_string())
}

/// Writes the feed. A paper has no time of day; it is of noon.
fn write(
    results: &Results,
    params: &SearchParams,
    base: &str,
    today: NaiveDate,
    out: &mut Vec<u8>,
) -> io::Result<()> {
    let mut xml = Writer::new_with_indent(out, b' ', 1);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    let state = params.write(&[]);
    let newest = results.hits.iter().filter_map(|found| found.record.paper().date).max();
    let title = match results.query.trim() {
        "" => "paper-search".to_string(),
        query => format!("{query} · paper-search"),
    };
    xml.create_element("feed").with_attribute(("xmlns", "http://www.w3.org/2005/Atom")).write_inner_content(
        |xml| {
            text(xml, "id", &format!("{base}/feed?{state}"))?;
            text(xml, "title", &title)?;
            text(xml, "updated", &time(newest.unwrap_or(today)))?;
            for (rel, path) in [("self", "/feed"), ("alternate", "/")] {
                let href = format!("{base}{path}?{state}");
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
