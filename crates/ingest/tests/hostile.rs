//! What no digest should look like: arbitrary bytes, and digests of every format with
//! pieces deleted, doubled, swapped and put in. Reading returns, whatever there is, and
//! makes up nothing: what it gives stands in the input.

use std::time::{Duration, Instant};

use ingest::{Digest, FORMATS, Format, KnownTitles};
use proptest::prelude::*;

/// A digest of each format, and what is telling in it.
const SAMPLES: [(&str, &str); 6] = [
    ("atom", include_str!("data/sample.xml")),
    ("bibtex", include_str!("data/sample.bib")),
    ("jsonl", include_str!("data/sample.jsonl")),
    ("markdown", include_str!("data/sample.md")),
    ("plain", include_str!("data/sample.txt")),
    ("plain", include_str!("data/sample.zh.txt")),
];

/// Pieces that mean something in one format or another.
const PIECES: [&str; 24] = [
    "\n",
    "\r",
    "{",
    "}",
    "\"",
    "\\",
    "<",
    ">",
    "&",
    "<!--",
    "<![CDATA[",
    "](",
    "**",
    "```",
    "---",
    "#",
    "@misc{",
    "|",
    "Authors:",
    "作者：",
    "Abstract",
    "\u{feff}",
    "\u{0}",
    "\u{202e}",
];

/// Far more than any of the texts here takes, in a build without optimisation.
const PATIENCE: Duration = Duration::from_secs(5);

/// One change of a digest. Places are in thousandths of its length.
#[derive(Clone, Debug)]
enum Change {
    Delete(usize, usize),
    Double(usize, usize),
    Swap(usize, usize, usize),
    Insert(usize, Vec<u8>),
}

fn place() -> impl Strategy<Value = usize> {
    0..1000usize
}

fn change() -> impl Strategy<Value = Change> {
    let piece = prop_oneof![
        proptest::sample::select(&PIECES[..]).prop_map(|piece| piece.as_bytes().to_vec()),
        proptest::collection::vec(any::<u8>(), 0..8),
    ];
    prop_oneof![
        (place(), place()).prop_map(|(from, to)| Change::Delete(from, to)),
        (place(), place()).prop_map(|(from, to)| Change::Double(from, to)),
        (place(), place(), place()).prop_map(|(from, middle, to)| Change::Swap(from, middle, to)),
        (place(), piece).prop_map(|(at, piece)| Change::Insert(at, piece)),
    ]
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    let at = |place: usize| place * bytes.len() / 1000;
    match change {
        Change::Delete(from, to) => {
            let (from, to) = sorted(at(*from), at(*to));
            bytes.drain(from..to);
        }
        Change::Double(from, to) => {
            let (from, to) = sorted(at(*from), at(*to));
            let piece = bytes[from..to].to_vec();
            bytes.splice(to..to, piece);
        }
        Change::Swap(from, middle, to) => {
            let mut places = [at(*from), at(*middle), at(*to)];
            places.sort_unstable();
            bytes[places[0]..places[2]].rotate_left(places[1] - places[0]);
        }
        Change::Insert(place, piece) => {
            let at = at(*place);
            bytes.splice(at..at, piece.iter().copied());
        }
    }
}

fn sorted(a: usize, b: usize) -> (usize, usize) {
    (a.min(b), a.max(b))
}

/// Reads the bytes as each format and as what they look like, and holds what comes back
/// against them.
fn check(bytes: &[u8]) {
    let started = Instant::now();
    let read = std::iter::once(ingest::parse(bytes))
        .chain(FORMATS.iter().map(|format| ingest::parse_as(bytes, Some(format), &KnownTitles::default())));
    for digest in read.flatten() {
        check_digest(bytes, &digest);
    }
    assert!(started.elapsed() < PATIENCE, "{} bytes took {:?}", bytes.len(), started.elapsed());
}

fn check_digest(bytes: &[u8], digest: &Digest) {
    let lines =
        1 + String::from_utf8_lossy(bytes).matches(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']).count();
    for entry in &digest.entries {
        let paper = &entry.paper;
        assert!((1..=lines).contains(&entry.line) || bytes.contains(&0), "line {} of {lines}", entry.line);
        let texts = [Some(&paper.title), paper.summary.as_ref(), paper.abstract_text.as_ref()];
        for text in texts.into_iter().flatten() {
            assert!(stands_in(text, bytes), "{text:?}");
        }
        assert!(paper.abstract_text.as_ref().is_none_or(|text| !text.is_empty()));
        assert!(paper.authors.iter().all(|name| !name.trim().is_empty()), "{:?}", paper.authors);
    }
    for diagnostic in &digest.diagnostics {
        assert!(!diagnostic.oddity.to_string().is_empty());
    }
}

/// Whether the letters and digits of a text stand in the bytes, in this order. They stand
/// for the text: marks may have been escaped, and letters with accents composed. The
/// samples escape no ASCII letter.
fn stands_in(text: &str, bytes: &[u8]) -> bool {
    let mut rest = bytes.iter();
    text.bytes().filter(u8::is_ascii_alphanumeric).all(|byte| rest.any(|other| *other == byte))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn changed_digests_are_read(
        sample in proptest::sample::select(&SAMPLES[..]),
        changes in proptest::collection::vec(change(), 1..6)
    ) {
        let mut bytes = sample.1.as_bytes().to_vec();
        for change in &changes {
            apply(&mut bytes, change);
        }
        check(&bytes);
    }

    #[test]
    fn spliced_digests_are_read(
        first in proptest::sample::select(&SAMPLES[..]),
        second in proptest::sample::select(&SAMPLES[..]),
        places in (place(), place())
    ) {
        let cut = |text: &str, place: usize| place * text.len() / 1000;
        let head = &first.1.as_bytes()[..cut(first.1, places.0)];
        let tail = &second.1.as_bytes()[cut(second.1, places.1)..];
        check(&[head, tail].concat());
    }

    #[test]
    fn arbitrary_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        check(&bytes);
    }

    #[test]
    fn arbitrary_pieces_are_read(pieces in proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..80)) {
        check(pieces.concat().as_bytes());
    }
}

/// What is repeated many times takes time in proportion: here a doubled length may take
/// at most some three times as long.
#[test]
fn time_grows_with_length_alone() {
    let repeated = [
        "[",
        "](",
        "[a](",
        "`",
        "```\n",
        "**",
        "# ",
        "## a\n",
        "|",
        "| [",
        "<",
        "<!--",
        "<entry>",
        "<entry><!--",
        "<entry><title>",
        "<a b='",
        "&",
        "{",
        "{\"title\":",
        "{\"title\":\"a\"}\n",
        "[[[[{",
        "\\",
        "\"",
        "@misc{",
        "@misc{a,\n",
        "@misc{a,title={",
        "{\\a",
        "$",
        "Authors: A\n",
        "Authors: A | Date: b\nLink: c\n",
        "- a\n",
        "\n",
        "a. B",
        "2026-",
        "**Authors:** A\n",
        "### 摘要\n\na\n\n",
        "and ",
        ", ",
    ];
    let heads = [
        "",
        "<feed><entry><title>",
        "@misc{a,title={",
        "@misc{a,author={",
        "{\"title\":\"",
        "# a\n**Authors:** A\n",
        "2026-01-05\nTable of Contents\n",
        "2026-01-05\nAuthors: A | Date: 2026-01-05\nLink: c\nAbstract\n",
    ];
    let time = |format: &Format, text: &str| {
        let started = Instant::now();
        let _ = (format.recognise)(text);
        let _ = (format.parse)(text, &KnownTitles::default());
        started.elapsed()
    };
    for format in &FORMATS {
        for head in heads {
            for piece in repeated {
                let text = |length: usize| format!("{head}{}", piece.repeat(length / piece.len()));
                let (short, long) = (text(2_000), text(16_000));
                // Eight times the length takes 64 times as long where time grows with its
                // square; what takes no time at all says nothing. What else the machine does
                // may slow down some tries, the square slows down all of them.
                let grows_slowly = || {
                    let limit = (24 * time(format, &short)).max(Duration::from_millis(200));
                    time(format, &long) < limit
                };
                let told = (0..10).any(|_| grows_slowly());
                assert!(told, "{}: {head:?} and {piece:?}", format.name);
            }
        }
    }
}
