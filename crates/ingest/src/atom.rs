//! Atom, as arXiv's API answers (<https://info.arxiv.org/help/api/user-manual.html>): an
//! entry for each paper, whose `summary` is the abstract. There is no one-sentence summary.

use paper::{NaiveDate, Paper};
use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

use crate::fields::{LineCounter, day_of_moment, quote, set_link, some};
use crate::format::{Format, head};
use crate::{Diagnostic, Digest, Entry, Oddity};

/// This format's row in the table.
pub(crate) const FORMAT: Format =
    Format { name: "atom", extensions: &["xml", "atom"], recognise, parse: |text, _| parse(text) };

/// The prefix under which some files have Atom's names.
const PREFIX: &str = "atom:";

/// A text is Atom if its first element is a feed; declarations and comments may stand
/// before it.
fn recognise(text: &str) -> bool {
    let mut rest = head(text).trim_start_matches('\u{feff}').trim_start();
    let before = [("<?", "?>"), ("<!--", "-->"), ("<!", ">")];
    while let Some((open, close)) = before.into_iter().find(|(open, _)| rest.starts_with(open)) {
        rest = rest[open.len()..].split_once(close).map_or("", |(_, after)| after.trim_start());
    }
    begins_element(rest, "feed")
}

/// Whether the text begins with the tag of an element.
fn begins_element(text: &str, name: &str) -> bool {
    let rest = text.strip_prefix('<').map(|rest| rest.strip_prefix(PREFIX).unwrap_or(rest));
    rest.and_then(|rest| rest.strip_prefix(name))
        .is_some_and(|after| after.starts_with(|ch: char| ch.is_whitespace() || matches!(ch, '>' | '/')))
}

/// Cuts the text into entries before it is read as XML, so that damage in one costs the
/// others nothing.
fn parse(text: &str) -> Digest {
    let starts: Vec<usize> = text
        .match_indices('<')
        .map(|(at, _)| at)
        .filter(|&at| begins_element(&text[at..], "entry"))
        .collect();
    let first = starts.first().copied().unwrap_or(text.len());
    let mut digest = Digest { date: Draft::read(&text[..first]).day(), ..Digest::default() };
    let mut counter = LineCounter::new(text);
    for (number, &start) in starts.iter().enumerate() {
        let end = starts.get(number + 1).copied();
        let draft = Draft::read(&text[start..end.unwrap_or(text.len())]);
        add(draft, counter.line_of(start), end.is_none(), &mut digest);
    }
    digest
}

fn add(draft: Draft, line: usize, last: bool, digest: &mut Digest) {
    let mut report = |oddity| digest.diagnostics.push(Diagnostic { line, oddity });
    let Some(title) = some(&draft.title) else {
        let reason = if last && !draft.ended { "the file ends in it" } else { "it has no title" };
        return report(Oddity::Unreadable { entry: "entry", reason: reason.to_string() });
    };
    let mut paper = Paper {
        title,
        abstract_text: some(&draft.summary),
        authors: draft.authors.iter().filter_map(|name| some(name)).collect(),
        date: draft.day(),
        truncated: last && !draft.ended,
        ..Paper::default()
    };
    set_link(&mut paper, &draft.id);
    if paper.id.is_none() && (!paper.truncated || draft.place != Some(Place::Id)) {
        set_link(&mut paper, &draft.link);
    }
    if paper.truncated {
        report(Oddity::CutOff);
    } else if let Some(damage) = draft.damage {
        report(Oddity::Unreadable { entry: "part of an entry", reason: damage });
    }
    if let (Some(written), None, false) = (some(&draft.published), paper.date, paper.truncated) {
        report(Oddity::BadDate(quote(&written)));
    }
    digest.entries.push(Entry { line, paper, confidence: 1.0, certain: true });
}

/// Where text stands that is of interest.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Id,
    Title,
    Summary,
    Published,
    Updated,
    Name,
}

impl Place {
    fn of(name: &str) -> Option<Place> {
        Some(match name.strip_prefix(PREFIX).unwrap_or(name) {
            "id" => Place::Id,
            "title" => Place::Title,
            "summary" => Place::Summary,
            "published" => Place::Published,
            "updated" => Place::Updated,
            "name" => Place::Name,
            _ => return None,
        })
    }
}

/// What the elements of an entry, or of the feed before its entries, say.
#[derive(Default)]
struct Draft {
    id: String,
    title: String,
    summary: String,
    published: String,
    updated: String,
    authors: Vec<String>,
    /// The address of the page, where the id is none.
    link: String,
    /// Where the reader is.
    place: Option<Place>,
    /// Whether the end of the entry was met.
    ended: bool,
    /// What kept the reader from going on.
    damage: Option<String>,
}

impl Draft {
    fn read(text: &str) -> Draft {
        let mut draft = Draft::default();
        let mut reader = Reader::from_str(text);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        while !draft.ended {
            match reader.read_event() {
                Ok(Event::Eof) => break,
                Ok(event) => draft.event(&event),
                Err(error) => {
                    draft.damage = Some(error.to_string());
                    break;
                }
            }
        }
        draft
    }

    fn event(&mut self, event: &Event) {
        match event {
            Event::Start(tag) | Event::Empty(tag) if is_named(tag.name().into_inner(), "link") => {
                self.link(tag)
            }
            Event::Start(tag) => {
                if let Some(place) = Place::of(tag.name().into_inner()) {
                    self.place = Some(place);
                    if place == Place::Name {
                        self.authors.push(String::new());
                    }
                }
            }
            Event::End(tag) => {
                let name = tag.name().into_inner();
                self.ended = is_named(name, "entry");
                if Place::of(name).is_some() {
                    self.place = None;
                }
            }
            Event::Text(text) => self.text(text),
            Event::CData(text) => self.text(text),
            Event::GeneralRef(reference) => self.reference(reference),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        let field = match self.place {
            None => return,
            Some(Place::Id) => &mut self.id,
            Some(Place::Title) => &mut self.title,
            Some(Place::Summary) => &mut self.summary,
            Some(Place::Published) => &mut self.published,
            Some(Place::Updated) => &mut self.updated,
            Some(Place::Name) => match self.authors.last_mut() {
                Some(name) => name,
                None => return,
            },
        };
        field.push_str(text);
    }

    /// Takes `&amp;`, `&#252;`, or a reference that XML does not know, as it stands.
    fn reference(&mut self, reference: &BytesRef) {
        if let Ok(Some(ch)) = reference.resolve_char_ref() {
            return self.text(ch.encode_utf8(&mut [0; 4]));
        }
        match resolve_predefined_entity(reference) {
            Some(text) => self.text(text),
            None => self.text(&format!("&{};", &**reference)),
        }
    }

    /// Takes the address of the page that stands for the entry.
    fn link(&mut self, tag: &BytesStart) {
        let attribute = |name: &str| {
            let mut attributes = tag.attributes();
            // Looking for names that stand twice takes time that grows with their square.
            attributes.with_checks(false).flatten().find(|attribute| attribute.key.into_inner() == name)
        };
        let is_page = attribute("rel").is_none_or(|rel| &*rel.value == "alternate");
        if let Some(address) = attribute("href").filter(|_| is_page && self.link.is_empty()) {
            self.link = address.value.replace("&amp;", "&");
        }
    }

    fn day(&self) -> Option<NaiveDate> {
        day_of_moment(&self.published).or_else(|| day_of_moment(&self.updated))
    }
}

fn is_named(name: &str, local: &str) -> bool {
    name.strip_prefix(PREFIX).unwrap_or(name) == local
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn feed(entries: &str) -> String {
        format!("<?xml version=\"1.0\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n{entries}\n</feed>")
    }

    #[test]
    fn a_feed_is_recognised_behind_what_may_stand_before_it() {
        for (text, expected) in [
            ("<feed>", true),
            ("\u{feff}<?xml version=\"1.0\"?>\n<!-- <html> -->\n<!DOCTYPE feed>\n<feed xmlns=\"x\">", true),
            ("<atom:feed xmlns:atom=\"x\">", true),
            ("<feeder>", false),
            ("<rss><feed>", false),
            ("<!-- <feed>", false),
            ("feed", false),
            ("", false),
        ] {
            assert_eq!(recognise(text), expected, "{text}");
        }
    }

    #[test]
    fn reads_what_entries_say() {
        for (entry, title, id, url) in [
            ("<title>Quokka &amp; Co &lt;3 &#x41;&nbsp;</title>", "Quokka & Co <3 A&nbsp;", None, None),
            ("<title>A & B</title><id>urn:1</id>", "A & B", None, None),
            ("<title type=\"xhtml\">A <b>bold</b> one</title>", "A bold one", None, None),
            (
                "<title>A</title><id>http://arxiv.org/abs/hep-th/9901001v1</id>",
                "A",
                Some("hep-th/9901001"),
                Some("http://arxiv.org/abs/hep-th/9901001v1"),
            ),
            (
                "<title>A</title><id>urn:1</id><link rel='related' href='u://2'/><link href='https://example.org/?a=1&amp;b=2'/>",
                "A",
                None,
                Some("https://example.org/?a=1&b=2"),
            ),
        ] {
            let digest = parse(&feed(&format!("<entry>{entry}</entry>")));
            assert_eq!(digest.diagnostics, [], "{entry}");
            let paper = &digest.entries[0].paper;
            assert_eq!(paper.title, title);
            assert_eq!(paper.id.as_ref().map(|id| id.as_str()), id, "{entry}");
            assert_eq!(paper.url.as_deref(), url, "{entry}");
            assert_eq!(digest.entries[0].line, 3);
        }
    }

    #[test]
    fn damage_costs_one_entry_alone() {
        let text = feed(
            "<entry><title>A</title><published>soon</published></entry>\n<entry><id>x</id></entry>\n\
             <entry><title>B</title><!-- <summary>S</summary></entry>\n<entry><title>C</title></entry>",
        );
        let digest = parse(&text);
        let titles: Vec<&str> = digest.entries.iter().map(|entry| entry.paper.title.as_str()).collect();
        assert_eq!(titles, ["A", "B", "C"]);
        let lines: Vec<usize> = digest.diagnostics.iter().map(|diagnostic| diagnostic.line).collect();
        assert_eq!(lines, [3, 4, 5]);
    }

    #[test]
    fn a_cut_feed_keeps_what_it_has_of_the_last_paper() {
        let whole = feed("<entry><title>Quokka Smiles</title><summary>They smile.</summary></entry>");
        let end = whole.find("</entry>").expect("the end");
        for cut in 0..end {
            let digest = parse(&whole[..cut]);
            for entry in &digest.entries {
                assert!(entry.paper.truncated, "{cut}");
                assert!("Quokka Smiles".starts_with(&entry.paper.title), "{cut}");
                let text = entry.paper.abstract_text.as_deref().unwrap_or_default();
                assert!("They smile.".starts_with(text), "{cut}");
            }
        }
        assert!(!parse(&whole).entries[0].paper.truncated);
    }

    proptest! {
        #[test]
        fn any_text_returns(text in "(</?(feed|entry|title|summary|author|name|link)( href=\"x\")?/?>|<!--|-->|<!\\[CDATA\\[|\\]\\]>|&(amp|#65|x)?;?|[<>a-z研\n]){0,60}") {
            parse(&text);
        }

        #[test]
        fn any_unicode_returns(text in any::<String>()) {
            parse(&text);
        }
    }
}
