//! Answers that are no longer than whoever asks can take. Lengths are those of the answer as
//! JSON, in characters.

use paper::Record;
use serde::Serialize;

use crate::answers::{Hit, HitsAnswer, PaperAnswer};
use crate::quoted::quoted;

/// The most that a field of one paper takes beside its abstract, in characters.
const FIELD_CHARS: usize = 400;

/// The most days of digests that are told of one paper.
const DAYS: usize = 5;

/// The most of a title that leaves too little room for the abstract, in characters.
const SHORT_TITLE: usize = 80;

/// Adds hits to an answer, of which `offset` others come before, as long as there is room.
/// The first always has, in short.
pub(crate) fn add_hits(answer: &mut HitsAnswer, hits: Vec<Hit>, offset: usize, max_chars: usize) {
    let asked_for = hits.len();
    // The figures at their widest.
    answer.returned = asked_for;
    answer.next_offset = Some(offset + asked_for);
    if chars(answer) > max_chars / 2 {
        // The person who asks for little wants hits.
        answer.suggestions.clear();
        answer.missing.clear();
        answer.warnings.truncate(1);
    }
    let mut used = chars(answer) + NULL;
    for hit in hits {
        let room = max_chars.saturating_sub(used + COMMA);
        let fitting = match answer.hits.is_empty() {
            true => first_that_fits(hit, room),
            false => Some(hit).filter(|hit| chars(hit) <= room),
        };
        let Some(hit) = fitting else { break };
        used += chars(&hit) + COMMA;
        answer.hits.push(hit);
    }
    answer.returned = answer.hits.len();
    answer.truncated = answer.returned < asked_for;
    let next = offset + answer.returned;
    answer.next_offset = (answer.returned > 0 && next < answer.total).then_some(next);
}

/// A hit, shortened until there is room for it.
fn first_that_fits(mut hit: Hit, room: usize) -> Option<Hit> {
    while chars(&hit) > room {
        hit = hit.shorter()?;
    }
    Some(hit)
}

/// Tells of one paper what there is room for: what is short first, then authors up to half,
/// then the abstract from a character on, which always has a quarter of the room, so that
/// each answer leads on.
pub(crate) fn paper(record: &Record, offset: usize, max_chars: usize) -> PaperAnswer {
    let mut answer = PaperAnswer::new(record);
    let whole = record.paper();
    let text = quoted(whole.abstract_text.as_deref().unwrap_or_default(), usize::MAX);
    answer.total = text.chars().count();
    // The figures at their widest.
    answer.next_offset = Some(answer.total);
    let room = max_chars / 4 * 3;
    let fits = |answer: &PaperAnswer| chars(answer) + NULL <= room;
    if !fits(&answer) {
        answer.paper.title = quoted(&whole.title, SHORT_TITLE);
    }
    answer.paper.summary = whole.summary.as_deref().map(|summary| quoted(summary, FIELD_CHARS));
    if !fits(&answer) {
        answer.paper.summary = None;
    }
    answer.paper.url = whole.url.as_deref().map(|url| quoted(url, FIELD_CHARS));
    if !fits(&answer) {
        answer.paper.url = None;
    }
    let mut days: Vec<_> = record.digests().filter_map(|digest| digest.date).collect();
    days.dedup();
    days.truncate(DAYS);
    answer.paper.digest_dates = days;
    if !fits(&answer) {
        answer.paper.digest_dates.clear();
    }
    let mut used = chars(&answer) + NULL;
    for author in &whole.authors {
        let author = quoted(author, FIELD_CHARS);
        let cost = chars(&author) + COMMA;
        if used + cost > max_chars / 2 && !answer.paper.authors.is_empty() || used + cost > room {
            answer.truncated = true;
            break;
        }
        used += cost;
        answer.paper.authors.push(author);
        answer.paper.more_authors -= 1;
    }
    let mut rest = text.chars().skip(offset);
    let mut at = offset.min(answer.total);
    for ch in rest.by_ref() {
        used += if matches!(ch, '"' | '\\') { 2 } else { 1 };
        if used > max_chars {
            break;
        }
        answer.paper.abstract_text.push(ch);
        at += 1;
    }
    answer.next_offset = (at < answer.total).then_some(at);
    answer.truncated |= answer.next_offset.is_some();
    answer
}

/// The comma between two values.
const COMMA: usize = 1;

/// How much wider `null` may be than a figure.
const NULL: usize = 4;

fn chars(value: &impl Serialize) -> usize {
    // What is told here has nothing that JSON cannot say; what could not be told has no room.
    serde_json::to_string(value).map_or(usize::MAX, |json| json.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::{MAX_CHARS, MIN_CHARS};
    use ::paper::{DigestRef, Occurrence, Paper, Record};
    use proptest::prelude::*;
    use query::{Answer, Hit as Found};
    use results::Results;

    fn alone(id: String, paper: Paper) -> Record {
        let digest = DigestRef { file: "2026-03-16.txt".to_string(), date: None };
        let occurrence = Occurrence { digest, position: 1, paper, certain_title: true };
        Record::new(id, vec![occurrence]).expect("a record")
    }

    fn text(most: usize) -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            4 => "[a-z ]{1,20}",
            2 => "[\"\\\\]{1,40}",
            2 => "[推测解码袋鼠]{1,20}",
            1 => "[\u{0}-\u{1f}\u{7f}-\u{9f}\u{202e}\u{e0041}]{1,10}",
            1 => any::<String>(),
        ];
        proptest::collection::vec(piece, 0..most).prop_map(|pieces| pieces.concat())
    }

    fn record() -> impl Strategy<Value = Record> {
        let authors = proptest::collection::vec(text(4), 0..15);
        let parts = ("[0-9]{4}\\.[0-9]{5}", text(40), proptest::option::of(text(30)), authors, text(60));
        parts.prop_map(|(id, title, summary, authors, text)| {
            let paper = Paper { title, summary, authors, abstract_text: Some(text), ..Paper::default() };
            alone(id, paper)
        })
    }

    fn max_chars() -> impl Strategy<Value = usize> {
        prop_oneof![Just(MIN_CHARS), MIN_CHARS..3000, MIN_CHARS..=MAX_CHARS]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn hits_are_told_as_far_as_there_is_room(
            records in proptest::collection::vec(record(), 0..6),
            more in 0..100usize,
            offset in 0..100_000usize,
            remarks in proptest::collection::vec(text(40), 0..6),
            max_chars in max_chars(),
        ) {
            let found = records.iter().map(|record| Found { record: record.clone(), score: 0.0, explanation: Vec::new(), factors: Vec::new() });
            let answer = Answer { total: offset + records.len() + more, hits: found.collect() };
            let mut results = Results::without_matches(String::new(), answer, std::time::Duration::ZERO);
            results.warnings = remarks.clone();
            results.suggestions = remarks.clone();
            let mut answer = HitsAnswer::new(&results, &remarks);
            let hits: Vec<Hit> = results.hits.iter().map(Hit::of).collect();
            add_hits(&mut answer, hits, offset, max_chars);
            prop_assert!(chars(&answer) <= max_chars, "{} of {max_chars}", chars(&answer));
            prop_assert_eq!(answer.hits.is_empty(), records.is_empty());
            prop_assert_eq!(answer.returned, answer.hits.len());
            prop_assert_eq!(answer.truncated, answer.returned < records.len());
            let next = offset + answer.returned;
            prop_assert_eq!(answer.next_offset, (answer.returned > 0 && next < answer.total).then_some(next));
            for (hit, record) in answer.hits.iter().zip(&records) {
                prop_assert_eq!(&hit.id, &record.id);
            }
        }

        #[test]
        fn a_paper_is_told_piece_by_piece(record in record(), max_chars in max_chars()) {
            let text = quoted(record.paper().abstract_text.as_deref().unwrap_or_default(), usize::MAX);
            let mut told = String::new();
            let mut offset = Some(0);
            while let Some(at) = offset {
                let answer = paper(&record, at, max_chars);
                prop_assert!(chars(&answer) <= max_chars, "{} of {max_chars}", chars(&answer));
                prop_assert_eq!(answer.paper.authors.len() + answer.paper.more_authors, record.paper().authors.len());
                prop_assert!(answer.next_offset.is_none_or(|next| next > at), "no step forward");
                told.push_str(&answer.paper.abstract_text);
                offset = answer.next_offset;
            }
            prop_assert_eq!(told, text);
        }
    }

    #[test]
    fn fields_that_are_long_in_json_leave_room_for_the_abstract() {
        let long = "\"\\".repeat(300);
        for length in [100, 250, 600] {
            let text = "They smile. ".repeat(length);
            let paper_of_quotes = Paper {
                title: long.clone(),
                summary: Some(long[..length].to_string()),
                url: Some(long[..length].to_string()),
                authors: vec![long.clone(); 3],
                abstract_text: Some(text.clone()),
                ..Paper::default()
            };
            let answer = paper(&alone("2603.00001".to_string(), paper_of_quotes), 0, MIN_CHARS);
            assert!(chars(&answer) <= MIN_CHARS);
            assert!(answer.next_offset.is_some_and(|next| next >= MIN_CHARS / 5), "{:?}", answer.next_offset);
        }
    }

    #[test]
    fn behind_the_end_there_is_nothing() {
        let abstract_text = Some("They smile.".to_string());
        let record = alone("2603.00001".to_string(), Paper { abstract_text, ..Paper::default() });
        let answer = paper(&record, 5000, MIN_CHARS);
        assert_eq!((answer.paper.abstract_text.as_str(), answer.next_offset, answer.total), ("", None, 11));
    }
}
