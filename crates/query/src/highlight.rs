//! Which parts of a hit's text match the query.

use std::ops::Range;

use analysis::fold::{continues_character, fold};
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
    let may_have_han = !text.is_ascii() && text.chars().any(|ch| ch >= FIRST_HAN);
    let marks: Vec<(Option<char>, &What)> = plan
        .marks
        .iter()
        .filter(|mark| mark.field.is_none_or(|only| only == field))
        .map(|mark| (mark.what.first(), &mark.what))
        .filter(|(first, _)| may_have_han || !first.is_some_and(is_han))
        .filter(|(_, what)| may_have(text, what))
        .collect();
    let mut found = Vec::new();
    // In most plans each mark is a word, words in a row, or consecutive Han characters: these are found without
    // terms of all that stands between them.
    let (latin, runs): (Vec<_>, Vec<_>) = marks.iter().partition(|(first, _)| !first.is_some_and(is_han));
    let (words, rows): (Vec<_>, Vec<_>) = latin.into_iter().partition(|(_, what)| what.is_word());
    let runs: Option<Vec<Vec<char>>> = runs.iter().map(|(_, what)| what.run()).collect();
    match runs {
        Some(runs) if rows.iter().all(|(_, what)| what.is_row()) => {
            find_runs(text, &runs, &mut found);
            for_each_part(text, &Beginnings::of(&words), |part, may_match| {
                if may_match {
                    find(&terms_of(&text[part.clone()]), &words, part.start, &mut found);
                }
            });
            find_rows(text, &rows, &mut found);
        }
        _ => find(&exact_terms(text), &marks, 0, &mut found),
    }
    merge(found)
}

/// Whether a text may have what is marked, if that is a sequence of words: for each there is one that
/// begins as it does.
fn may_have(text: &str, what: &What) -> bool {
    let What::Sequence(terms) = what else { return true };
    let mut beginnings = terms.iter().map(|(_, term)| ascii_beginning(term, 3)).filter(|own| !own.is_empty());
    // What folding may make a letter of begins as anything.
    beginnings.all(|beginning| has_beginning(text.as_bytes(), beginning)) || !text.chars().all(is_plain)
}

/// Whether a word of a text begins so.
fn has_beginning(text: &[u8], beginning: &[u8]) -> bool {
    let mut last = b' ';
    (0..text.len()).any(|at| {
        let begins = !last.is_ascii_alphanumeric() && text[at].to_ascii_lowercase() == beginning[0];
        last = text[at];
        begins && begins_with(&text[at..], beginning)
    })
}

/// Whether a character is of ASCII, or Han, or a sign that stays one. TeX's commands are letters in part
/// (`\"o`).
fn is_plain(ch: char) -> bool {
    ch.is_ascii() && ch != '\\'
        || parts_words(ch)
        || matches!(ch, '\u{2010}'..='\u{2023}' | '\u{3001}' | '\u{3002}' | '\u{300a}'..='\u{3011}')
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

    /// Whether single words are marked.
    fn is_word(&self) -> bool {
        !matches!(self, What::Sequence(_)) && self.first().is_some()
    }

    /// Whether words in a row are marked, all of which begin in ASCII.
    fn is_row(&self) -> bool {
        let What::Sequence(terms) = self else { return false };
        terms.iter().all(|(_, term)| !ascii_beginning(term, 1).is_empty())
    }

    /// The Han characters that are marked, where that is one or the bigrams of some in a row.
    fn run(&self) -> Option<Vec<char>> {
        let terms = match self {
            What::Stem(text) => return Some(text.chars().collect()).filter(|run: &Vec<char>| run.len() == 1),
            What::Sequence(terms) => terms,
            What::Prefix(_) | What::Fuzzy(_) => return None,
        };
        let mut run: Vec<char> = terms.first()?.1.chars().take(1).collect();
        for (at, (offset, term)) in terms.iter().enumerate() {
            let mut chars = term.chars();
            let pair = (chars.next()?, chars.next()?);
            let follows = *offset as usize == terms[0].0 as usize + at && run.last() == Some(&pair.0);
            if !follows || chars.next().is_some() || !is_han(pair.1) {
                return None;
            }
            run.push(pair.1);
        }
        Some(run)
    }

    /// How each word begins that is marked, or the first of several, in ASCII: a stem that is not short
    /// begins as its word does for three letters, any other for one.
    fn beginning(&self) -> &[u8] {
        let (text, most) = match self {
            What::Stem(stem) if stem.len() > 3 => (stem.as_str(), 3),
            What::Prefix(prefix) => (prefix.as_str(), 3),
            What::Stem(text) | What::Fuzzy(text) => (text.as_str(), 1),
            What::Sequence(terms) => (terms.first().map_or("", |(_, term)| term.as_str()), 3),
        };
        ascii_beginning(text, most)
    }
}

/// The letters and digits of ASCII that a text begins with, so many at most.
fn ascii_beginning(text: &str, most: usize) -> &[u8] {
    let letters = text.bytes().take(most).take_while(u8::is_ascii_alphanumeric).count();
    &text.as_bytes()[..letters]
}

/// Finds Han characters in a row.
fn find_runs(text: &str, runs: &[Vec<char>], found: &mut Vec<Range<usize>>) {
    if runs.is_empty() {
        return;
    }
    let folded = fold(text);
    for at in 0..folded.len() {
        for run in runs.iter().filter(|run| run[0] == folded[at].ch) {
            let chars = folded[at..].iter().map(|folded| folded.ch);
            if run.len() <= folded.len() - at && chars.zip(run).all(|(ch, wanted)| ch == *wanted) {
                found.push(folded[at].start..folded[at + run.len() - 1].end);
            }
        }
    }
}

/// Whether no word goes beyond this character and none is joined to another by it.
fn parts_words(ch: char) -> bool {
    ch.is_ascii_whitespace() || is_han(ch) || matches!(ch, '，' | '。' | '、' | '；' | '：' | '（' | '）')
}

/// Calls `visit` with each part of a text, and whether it may have one of the words: some word of it begins as
/// they do, or is not of ASCII. A part has the terms that it has in the whole text. To make terms of
/// all parts of ten abstracts takes longer than to find them.
fn for_each_part(text: &str, beginnings: &Beginnings, mut visit: impl FnMut(Range<usize>, bool)) {
    if beginnings.all.is_empty() {
        return;
    }
    let bytes = text.as_bytes();
    let (mut start, mut at) = (0, 0);
    let mut may_match = false;
    while let Some(byte) = bytes.get(at) {
        if byte.is_ascii_alphanumeric() {
            may_match |= beginnings.are_at(&bytes[at..]);
            at += bytes[at..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        } else if byte.is_ascii() && !byte.is_ascii_whitespace() {
            may_match |= *byte == b'\\';
            at += 1;
        } else {
            // With the marks that belong to it, a character parts nothing.
            let mut chars = text[at..].chars();
            let ch = chars.next().unwrap_or_default();
            let is_bare = !chars.next().is_some_and(continues_character);
            let behind = at + ch.len_utf8();
            if parts_words(ch) && is_bare {
                visit(start..at, may_match);
                (start, may_match) = (behind, false);
            } else {
                may_match |= !ch.is_ascii();
            }
            at = behind;
        }
    }
    visit(start..text.len(), may_match);
}

/// Finds words in a row: where the first may be, terms are made of as many parts as the row may have.
fn find_rows(text: &str, rows: &[(Option<char>, &What)], found: &mut Vec<Range<usize>>) {
    let mut parts = Vec::new();
    for_each_part(text, &Beginnings::of(rows), |part, may_match| parts.push((part, may_match)));
    let lengths = rows.iter().filter_map(|(_, what)| match what {
        What::Sequence(terms) => Some(terms.last()?.0 - terms.first()?.0),
        _ => None,
    });
    let longest = lengths.max().unwrap_or_default() as usize;
    for (at, (part, _)) in parts.iter().enumerate().filter(|(_, (_, may_match))| *may_match) {
        // A part with a letter of ASCII has a term at least.
        let has_term =
            |part: &&Range<usize>| text[(*part).clone()].bytes().any(|byte| byte.is_ascii_alphanumeric());
        let mut behind = parts[at + 1..].iter().map(|(part, _)| part).filter(has_term);
        let end = match longest {
            0 => part.end,
            _ => behind.nth(longest - 1).map_or(text.len(), |last| last.end),
        };
        find(&exact_terms(&text[part.start..end]), rows, part.start, found);
    }
}

/// Returns the terms of a part. Most are a word of ASCII, and nothing has to be folded.
fn terms_of(part: &str) -> Vec<Term> {
    let behind = part.trim_start_matches(['(', '"']);
    let word = behind.trim_end_matches(['.', ',', ';', ':', ')', '"']);
    if word.is_empty() || word.len() > LONG || !word.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return exact_terms(part);
    }
    let start = part.len() - behind.len();
    vec![Term { text: word.to_ascii_lowercase(), span: start..start + word.len(), position: 0 }]
}

/// Longer words may be no terms.
const LONG: usize = 64;

/// How words begin that are marked.
struct Beginnings<'a> {
    all: Vec<&'a [u8]>,
    /// Whether any begins with this byte, a letter of either case.
    first: [bool; 256],
}

impl Beginnings<'_> {
    fn of<'a>(words: &[(Option<char>, &'a What)]) -> Beginnings<'a> {
        let mut all: Vec<&[u8]> = words.iter().map(|(_, what)| what.beginning()).collect();
        all.sort_unstable();
        all.dedup();
        let mut first = [false; 256];
        for beginning in &all {
            match beginning.first() {
                Some(byte) => {
                    first[usize::from(*byte)] = true;
                    first[usize::from(byte.to_ascii_uppercase())] = true;
                }
                None => first.fill(true),
            }
        }
        Beginnings { all, first }
    }

    /// Whether a text begins as one of the words.
    #[inline]
    fn are_at(&self, text: &[u8]) -> bool {
        let letter = text[0].to_ascii_lowercase();
        let mut alike = self.all.iter().filter(|all| all.first().is_none_or(|first| *first == letter));
        self.first[usize::from(text[0])] && alike.any(|beginning| begins_with(text, beginning))
    }
}

/// Whether a text begins so, but for its case and for marks between its letters (`U.S.`).
fn begins_with(text: &[u8], beginning: &[u8]) -> bool {
    let mut letters = text.iter().filter(|byte| byte.is_ascii_alphanumeric());
    beginning.iter().all(|wanted| letters.next().is_some_and(|byte| byte.to_ascii_lowercase() == *wanted))
}

/// Finds what is marked among the terms of a text that begins at `start`.
fn find(terms: &[Term], marks: &[(Option<char>, &What)], start: usize, found: &mut Vec<Range<usize>>) {
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
            ("eotvos", "[E\\H{o}tv\\\"os] is [Eötvös]"),
            ("\"draft eotvos\"", "a [draft E\\H{o}tv\\\"os]"),
            ("PointNet++", "[PointNet++] and [PointNet]"),
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
            text in "((\\\\[\"'Hco~]|[a-cA-C01'.+#_(){}\"-]){0,6}[ \n\u{301}é–,.，。推测測解㍿ｶﾞ]{0,3}){0,12}",
            query in "(([abc][a-c0-9.-]{0,3}|[推测解株]{1,3})[*~ ]?|\"(a?[推测] ?[解bc]|[abc][a-c]{0,3} [abc]([ -][a-c])?)\"){1,3}",
        ) {
            let plan = plan(&query);
            let marks: Vec<_> = plan.marks.iter().map(|mark| (mark.what.first(), &mark.what)).collect();
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
