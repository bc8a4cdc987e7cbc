//! Which parts of a hit's text match the query.

use std::ops::Range;

use analysis::han::is_han;
use analysis::stem::stem;
use analysis::{Field, Term, exact_terms};
use paper::searched;

use crate::plan::{Plan, allowed_edits};

/// Something to mark in hits.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// The only field in which it is marked; `None`: in all.
    pub field: Option<&'static Field>,
    /// What is marked.
    pub what: What,
}

/// What is marked.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// Words with this stem.
    Stem(String),
    /// Exact terms at these distances, as one.
    Sequence(Vec<(u32, String)>),
    /// Words that begin so.
    Prefix(String),
    /// Words that are this one or nearly so.
    Fuzzy(String),
}

impl What {
    /// What a term of the words stream stands for in a text.
    pub fn of_term(term: &str) -> What {
        let chars: Vec<char> = term.chars().collect();
        match chars.as_slice() {
            [_, _, ..] if chars.iter().all(|ch| is_han(*ch)) => What::Sequence(
                (0..).zip(chars.windows(2)).map(|(at, pair)| (at, String::from_iter(pair))).collect(),
            ),
            _ => What::Stem(term.to_string()),
        }
    }
}

/// Returns the byte ranges of `text`, which stands in `field`, that match: in order, on
/// character boundaries, without overlaps; ranges that touch are one.
pub fn ranges(text: &str, field: &Field, plan: &Plan) -> Vec<Range<usize>> {
    let text = searched(text);
    let may_have_han = text.chars().any(|ch| ch >= FIRST_HAN);
    let marks: Vec<&What> = plan
        .marks
        .iter()
        .filter(|mark| mark.field.is_none_or(|only| only == field))
        .map(|mark| &mark.what)
        .filter(|what| may_have_han || !what.first().is_some_and(is_han))
        .collect();
    if marks.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let is_word = |what: &&What| !matches!(what, What::Sequence(_)) && what.first().is_some();
    if marks.iter().all(is_word) && can_be_parted(text) {
        let beginnings = Beginnings::of(&marks);
        let mut start = 0;
        for part in text.split_inclusive(|ch: char| ch.is_ascii_whitespace()) {
            if beginnings.may_match(part) {
                find(&exact_terms(part), &marks, start, &mut found);
            }
            start += part.len();
        }
    } else {
        find(&exact_terms(text), &marks, 0, &mut found);
    }
    merge(found)
}

/// Nothing before this character becomes a Han character by folding: the first of the
/// radicals.
const FIRST_HAN: char = '\u{2e80}';

impl What {
    /// The first character of what is marked.
    fn first(&self) -> Option<char> {
        match self {
            What::Stem(text) | What::Prefix(text) | What::Fuzzy(text) => text.chars().next(),
            What::Sequence(terms) => terms.first().and_then(|(_, term)| term.chars().next()),
        }
    }

    /// How each word begins that is marked, in ASCII: a stem that is not short begins as its
    /// word does for three letters, any other for one.
    fn beginning(&self) -> &[u8] {
        let (text, most) = match self {
            What::Stem(stem) if stem.len() > 3 => (stem.as_str(), 3),
            What::Prefix(prefix) => (prefix.as_str(), 3),
            What::Stem(text) | What::Fuzzy(text) => (text.as_str(), 1),
            What::Sequence(_) => ("", 0),
        };
        let letters = text.bytes().take(most).take_while(u8::is_ascii_alphanumeric).count();
        &text.as_bytes()[..letters]
    }
}

/// Whether each word between spaces has the terms that it has in the text: no mark that
/// belongs to a space begins one.
fn can_be_parted(text: &str) -> bool {
    let begins_none = |ch: char| {
        matches!(ch, '\0'..='\u{2ff}' | '\u{370}'..='\u{3ff}' | '\u{2010}'..='\u{206f}' | '\u{2100}'..='\u{23ff}')
            || is_han(ch)
    };
    let mut after_space = false;
    text.chars().all(|ch| {
        let fine = !after_space || begins_none(ch);
        after_space = ch.is_ascii_whitespace();
        fine
    })
}

/// How words begin that are marked.
struct Beginnings<'a> {
    all: Vec<&'a [u8]>,
    /// Whether any begins with this byte.
    first: [bool; 256],
}

impl Beginnings<'_> {
    fn of<'a>(marks: &[&'a What]) -> Beginnings<'a> {
        let all: Vec<&[u8]> = marks.iter().map(|what| what.beginning()).collect();
        let mut first = [false; 256];
        for beginning in &all {
            match beginning.first() {
                Some(byte) => first[usize::from(*byte)] = true,
                None => first.fill(true),
            }
        }
        Beginnings { all, first }
    }

    /// Whether a part of a text may have one of the words: some word of it begins as they do. To
    /// make terms of all parts of ten abstracts takes longer than to find them.
    fn may_match(&self, part: &str) -> bool {
        let bytes = part.as_bytes();
        let mut in_word = false;
        !part.is_ascii()
            || (0..bytes.len()).any(|at| {
                let begins = !in_word && bytes[at].is_ascii_alphanumeric();
                in_word = bytes[at].is_ascii_alphanumeric();
                begins
                    && self.first[usize::from(bytes[at].to_ascii_lowercase())]
                    && self.all.iter().any(|beginning| begins_with(&bytes[at..], beginning))
            })
    }
}

/// Whether a text begins so, but for its case and for marks between its letters (`U.S.`).
fn begins_with(text: &[u8], beginning: &[u8]) -> bool {
    let mut letters = text.iter().filter(|byte| byte.is_ascii_alphanumeric());
    beginning.iter().all(|wanted| letters.next().is_some_and(|byte| byte.to_ascii_lowercase() == *wanted))
}

/// Finds what is marked among the terms of a text that begins at `start`.
fn find(terms: &[Term], marks: &[&What], start: usize, found: &mut Vec<Range<usize>>) {
    let marks: Vec<(Option<char>, &What)> = marks.iter().map(|what| (what.first(), *what)).collect();
    for (at, term) in terms.iter().enumerate() {
        let first = term.text.chars().next();
        let mut own_stem = None;
        let mut add = |span: Range<usize>| found.push(start + span.start..start + span.end);
        // A stem begins as its word does.
        for (_, what) in marks.iter().filter(|(own, _)| *own == first) {
            match what {
                What::Stem(wanted) if own_stem.get_or_insert_with(|| stem(&term.text)) == wanted => {
                    add(term.span.clone());
                }
                What::Prefix(prefix) if term.text.starts_with(prefix) => add(term.span.clone()),
                What::Fuzzy(word) if edits(word, &term.text).is_some() => add(term.span.clone()),
                What::Sequence(sequence) => sequence_at(terms, at, sequence).into_iter().for_each(&mut add),
                _ => {}
            }
        }
    }
}

/// Returns how many edits part a term from a word that may be misspelt; `None` if it is
/// no misspelling of it. The first letter is taken to be right.
pub fn edits(word: &str, term: &str) -> Option<usize> {
    if word.chars().next() != term.chars().next() {
        return None;
    }
    let edits = strsim::osa_distance(word, term);
    (edits <= allowed_edits(word.chars().count())).then_some(edits)
}

/// Returns the range of a sequence whose first term stands at `at`.
fn sequence_at(terms: &[Term], at: usize, sequence: &[(u32, String)]) -> Option<Range<usize>> {
    let ((first_offset, first), rest) = sequence.split_first()?;
    if terms[at].text != *first {
        return None;
    }
    let mut span = terms[at].span.clone();
    let mut from = at;
    for (offset, wanted) in rest {
        let position = terms[at].position + (offset - first_offset);
        let next = (from..terms.len())
            .take_while(|&next| terms[next].position <= position)
            .find(|&next| terms[next].position == position && terms[next].text == *wanted)?;
        span.end = span.end.max(terms[next].span.end);
        from = next;
    }
    Some(span)
}

fn merge(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut merged: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{Filters, Sort};
    use analysis::Analyzer;
    use analysis::fields::{ABSTRACT, TITLE};
    use paper::NaiveDate;
    use proptest::prelude::*;

    fn plan(query: &str) -> Plan {
        let today = NaiveDate::from_ymd_opt(2026, 3, 31).expect("a day");
        let tree = crate::parser::parse(query, today).tree;
        crate::planner::plan(&tree, &Filters::default(), Sort::Relevance, &Analyzer::new(), None)
    }

    fn marked(query: &str, text: &str) -> String {
        with_marks(text, &plan(query))
    }

    fn with_marks(text: &str, plan: &Plan) -> String {
        let mut out = text.to_string();
        for range in ranges(text, &ABSTRACT, plan).into_iter().rev() {
            out.insert(range.end, ']');
            out.insert(range.start, '[');
        }
        out
    }

    #[test]
    fn marks_what_matches() {
        for (query, expected) in [
            ("speculative decode", "[Speculative] [decoding] of spectacles"),
            ("\"speculative decoding\"", "[Speculative decoding], decoding speculative"),
            ("推测解码", "提出[推测解码]方法"),
            ("推测解码", "[解码]与[推测]"),
            ("自适应", "层[自适应]幅度"),
            ("llms", "[LLMs] and one [LLM]"),
            ("fine-tuning", "[Fine-tuning] or [finetuning], fine [fine tuning]"),
            ("gpt-4.1", "[GPT-4.1] or [GPT 4.1] or [gpt4.1]"),
            ("spec*", "[Special] [specs] aspect"),
            ("decodign~", "[decoding] d"),
            ("LLM推理", "针对[LLM推理]开销"),
            ("-decoding a", "decoding [a]"),
            ("title:decoding", "decoding"),
            ("Bock", "[Böck] is [Bock]"),
        ] {
            let plain = expected.replace(['[', ']'], "");
            assert_eq!(marked(query, &plain), expected, "{query}");
        }
        assert_eq!(ranges("decoding", &TITLE, &plan("title:decoding")), vec![0.."decoding".len()]);
    }

    #[test]
    fn marks_what_words_are_called() {
        let table = "decod\t解码 90 编码 5\n推测\tspecul 90 guess 5\n";
        let lexicon = crate::Lexicon::from_table(table.to_string());
        for (query, expected) in [
            ("推测", "[Speculative] [guessing] of [推测]"),
            ("decoding", "[解码]与[编码], [decoded]"),
            ("\"推测\"", "speculative [推测]"),
        ] {
            let tree = crate::parser::parse(query, NaiveDate::default()).tree;
            let filters = Filters::default();
            let plan =
                crate::planner::plan(&tree, &filters, Sort::Relevance, &Analyzer::new(), Some(&lexicon));
            let plain = expected.replace(['[', ']'], "");
            assert_eq!(with_marks(&plain, &plan), expected, "{query}");
        }
    }

    proptest! {
        #[test]
        fn a_stem_begins_as_its_word(
            word in "[a-z0-9]{1,12}|[a-z]{1,7}(e|ed|ing|s|ies|ied|y|ying|ly|ational|iviti|ness|ful){1,2}",
            other in any::<String>(),
        ) {
            let own = stem(&word);
            let alike = if own.len() > 3 { 3 } else { 1 };
            prop_assert_eq!(own.get(..alike), word.get(..alike));
            for term in exact_terms(&other) {
                prop_assert_eq!(stem(&term.text).chars().next(), term.text.chars().next());
            }
        }

        #[test]
        fn words_are_found_one_by_one_as_in_the_whole(
            text in "([a-cA-C01'.+#_-]{0,6}[ \n\u{301}é–,.推]{0,2}){0,12}",
            query in "([abc][a-c0-9.-]{0,3}[*~ ]?){1,3}",
        ) {
            let plan = plan(&query);
            let marks: Vec<&What> = plan.marks.iter().map(|mark| &mark.what).collect();
            let mut whole = Vec::new();
            find(&exact_terms(&text), &marks, 0, &mut whole);
            prop_assert_eq!(ranges(&text, &ABSTRACT, &plan), merge(whole));
        }

        #[test]
        fn ranges_are_in_order_and_on_boundaries(query in any::<String>(), text in any::<String>()) {
            let mut last = 0;
            for range in ranges(&text, &ABSTRACT, &plan(&query.replace(analysis::han::is_han, "x"))) {
                prop_assert!(range.start >= last && range.start < range.end);
                prop_assert!(text.get(range.clone()).is_some());
                last = range.end;
            }
        }
    }
}
