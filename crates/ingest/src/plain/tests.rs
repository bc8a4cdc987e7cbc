//! The plain digest as a whole: rendered from invented papers, cut, bent and damaged.

use paper::{ArxivId, NaiveDate};
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

use super::*;

fn parse(text: &str) -> Digest {
    super::parse(text, &KnownTitles::default())
}

/// Title, summary, authors, date, id, version, abstract.
const PAPERS: [(&str, &str, &str, &str, &str, u32, &str); 3] = [
    (
        "QuokkaNet Smiling Networks for Marsupial Vision",
        "针对有袋类视觉问题,提出QuokkaNet微笑网络。",
        "Ann Example, Bo Tester",
        "2026-01-04",
        "2601.00003",
        1,
        "Quokkas smile. We show that GPT-4.1 and vs. baselines they smile 35.8% more (see Table 2).",
    ),
    (
        "98 Faster Burrows Without a Shovel",
        "提出无铲挖掘方法,实现98倍加速",
        "Günter Höß",
        "2026-01-03",
        "2601.00002",
        2,
        "We dig. Code is available at https://example.org/dig/Burrow.",
    ),
    (
        "Wombats at Scale",
        "研究大规模袋熊",
        "C. D. Writer, Jr., Li-Na Wu",
        "2026-01-02",
        "2601.00001",
        1,
        "Wombats are measured. They grow.",
    ),
];

struct Style {
    contents: bool,
    between: &'static str,
    newline: &'static str,
}

fn render(style: &Style) -> String {
    let mut out = String::from("2026-01-05\n");
    if style.contents {
        out.push_str("Table of Contents\n");
        for paper in PAPERS {
            out.push_str(&format!("- {}\n", paper.0));
        }
    }
    for (at, (title, summary, authors, date, id, version, text)) in PAPERS.into_iter().enumerate() {
        let separator = if at == 0 { "" } else { style.between };
        out.push_str(&format!(
            "{separator}{title}\n{summary}\nAuthors: {authors} | Date: {date}\nLink: http://arxiv.org/abs/{id}v{version}\nAbstract\n{text}"
        ));
    }
    out.replace('\n', style.newline)
}

fn styles() -> impl Iterator<Item = Style> {
    [true, false].into_iter().flat_map(|contents| {
        ["", "\n", "\n\n"].into_iter().flat_map(move |between| {
            ["\n", "\r\n", "\r", "\n\n"].into_iter().map(move |newline| Style { contents, between, newline })
        })
    })
}

#[test]
fn every_style_splits_exactly() {
    for style in styles() {
        let digest = parse(&render(&style));
        let name =
            format!("contents {}, between {:?}, newline {:?}", style.contents, style.between, style.newline);
        assert_eq!(digest.date, NaiveDate::from_ymd_opt(2026, 1, 5), "{name}");
        assert_eq!(digest.diagnostics, [], "{name}");
        assert_eq!(digest.entries.len(), PAPERS.len(), "{name}");
        for (entry, (title, summary, authors, day, id, version, text)) in digest.entries.iter().zip(PAPERS) {
            let paper = &entry.paper;
            assert_eq!(paper.title, title, "{name}");
            assert_eq!(paper.summary.as_deref(), Some(summary), "{name}");
            assert_eq!(paper.authors.join(", "), authors, "{name}");
            assert_eq!(paper.date, date(day), "{name}");
            assert_eq!(paper.id.as_ref().map(|id| id.as_str()), Some(id), "{name}");
            assert_eq!(paper.version, Some(version), "{name}");
            assert_eq!(paper.abstract_text.as_deref(), Some(text), "{name}");
            assert!(!paper.truncated, "{name}");
        }
    }
}

#[test]
fn a_cut_loses_only_what_is_behind_it() {
    for style in styles().filter(|style| style.newline == "\n") {
        let whole = render(&style);
        // After the abstract of the first paper, all cuts leave that paper whole.
        let first_ends = whole.find(PAPERS[0].6).expect("the abstract") + PAPERS[0].6.len();
        for cut in (first_ends..whole.len()).filter(|&cut| whole.is_char_boundary(cut)) {
            let digest = parse(&whole[..cut]);
            let shown = &whole[first_ends..cut];
            let paper = &digest.entries[0].paper;
            // A beginning of the next title that nothing gives away stays with the abstract.
            let text = paper.abstract_text.as_deref().unwrap_or_default();
            assert_eq!(paper.title, PAPERS[0].0, "{shown}");
            assert!(text.starts_with(PAPERS[0].6), "{shown}");
            assert!(
                digest.entries.len() > 1 || shown.len() <= style.between.len() + PAPERS[1].0.len() + 1,
                "{shown}"
            );
            if digest.entries.len() > 1 {
                assert_eq!(text, PAPERS[0].6, "{shown}");
                let last = &digest.entries[digest.entries.len() - 1].paper;
                assert!(last.truncated || cut == whole.len() || last.abstract_text.is_some(), "{shown}");
            }
            for (entry, expected) in digest.entries.iter().zip(PAPERS).skip(1) {
                let paper = &entry.paper;
                assert!(expected.0.starts_with(&paper.title), "{shown}");
                assert!(
                    paper.summary.as_deref().is_none_or(|summary| expected.1.starts_with(summary)),
                    "{shown}"
                );
                assert!(expected.2.starts_with(&paper.authors.join(", ")), "{shown}");
                assert!(paper.date.is_none() || paper.date == date(expected.3), "{shown}");
                assert!(paper.id.as_ref().is_none_or(|id| id.as_str() == expected.4), "{shown}");
                assert!(paper.url.as_deref().is_none_or(|url| url.contains(expected.4)), "{shown}");
            }
        }
    }
}

#[test]
fn oddities_are_told_with_their_lines() {
    let text = "2026-01-05\n\
        stray text\n\
        Quokka Smiles\n\
        研究微笑\n\
        Authors: Ann Example | Date: 2026-02-30\n\
        Link: https://example.org/quokka\n\
        Abstract\n\
        Quokkas smile.No Summary Here\n\
        Authors: Bo Tester | Date: 2026-01-04\n\
        Abstract\n\
        Nothing.";
    let digest = parse(text);
    let told: Vec<(usize, Oddity)> =
        digest.diagnostics.into_iter().map(|diagnostic| (diagnostic.line, diagnostic.oddity)).collect();
    assert_eq!(
        told,
        [
            (2, Oddity::Stray("stray text".into())),
            (5, Oddity::BadDate("2026-02-30".into())),
            (8, Oddity::NoSummary),
        ]
    );
    let titles: Vec<&str> = digest.entries.iter().map(|entry| entry.paper.title.as_str()).collect();
    assert_eq!(titles, ["Quokka Smiles", "No Summary Here"]);
    assert_eq!(digest.entries[0].paper.date, None);
}

/// Accents in two characters are kept as they are, and change nothing.
#[test]
fn decomposed_text_splits_alike() {
    for style in styles() {
        let text: String = render(&style).nfd().collect();
        let digest = parse(&text);
        assert_eq!(digest.diagnostics, []);
        let titles: Vec<String> = PAPERS.iter().map(|paper| paper.0.nfd().collect()).collect();
        let found: Vec<&str> = digest.entries.iter().map(|entry| entry.paper.title.as_str()).collect();
        assert_eq!(found, titles);
        assert_eq!(digest.entries[1].paper.authors, ["Gu\u{308}nter Ho\u{308}ß"]);
    }
}

/// Lists drop what file names may not hold; the title is that of the body.
#[test]
fn a_contents_list_may_differ_a_little() {
    let style = Style { contents: true, between: "", newline: "\n" };
    let text = render(&style)
        .replace("- 98 Faster Burrows", "- 98x Faster Burrows")
        .replace("- Wombats at Scale", "- Wombats at Scales");
    let digest = parse(&text);
    assert_eq!(digest.diagnostics, []);
    for (entry, expected) in digest.entries.iter().zip(PAPERS) {
        assert_eq!(entry.paper.title, expected.0);
        assert_eq!(entry.paper.abstract_text.as_deref(), Some(expected.6));
    }
}

#[test]
fn what_is_no_digest_is_not_recognised() {
    for text in ["milk\nbread\n", "", "2026-02-30\nmilk"] {
        assert!(!recognise(text), "{text}");
    }
    for text in ["2026-01-05", "２０２６-01-05\n", "Authors: A | Date: 2026-01-04"] {
        assert!(recognise(text), "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_returns(text in "(Authors:|Link:|Abstract|Table of Contents|\n|\r|- |\\| Date: |2026-01-05|[a-zA-Z.。研究 ]){0,60}") {
        let digest = parse(&text);
        prop_assert!(digest.entries.len() <= text.matches("Authors").count() + 1);
    }

    #[test]
    fn any_unicode_returns(text in any::<String>()) {
        parse(&text);
    }

    /// Splitting what was rendered gives the papers back, whatever their words, as long
    /// as the contents list is there.
    #[test]
    fn split_undoes_render(
        papers in proptest::collection::vec(("[A-Z][a-z]{2,8}( [A-Za-z0-9.,-]{1,9}){1,8}[a-z]", "[a-z推测解]{0,5}[研究提出][推测解码,A-Z]{1,20}", "[A-Za-z]([A-Za-z0-9 .,$(){}/:]{0,80})[a-z.)]"), 1..8)
    ) {
        let mut text = String::from("2026-01-05\nTable of Contents\n");
        for (title, _, _) in &papers {
            text.push_str(&format!("- {title}\n"));
        }
        for (at, (title, summary, abstract_text)) in papers.iter().enumerate() {
            text.push_str(&format!(
                "{title}\n{summary}\nAuthors: A B | Date: 2026-01-04\nLink: http://arxiv.org/abs/2601.{at:05}v1\nAbstract\n{abstract_text}"
            ));
        }
        let digest = parse(&text);
        prop_assert_eq!(digest.entries.len(), papers.len());
        for (entry, (title, summary, abstract_text)) in digest.entries.iter().zip(&papers) {
            prop_assert_eq!(&entry.paper.title, title);
            prop_assert_eq!(entry.paper.summary.as_ref(), Some(summary));
            prop_assert_eq!(entry.paper.abstract_text.as_deref(), Some(abstract_text.trim()));
        }
    }
}

#[test]
fn what_other_digests_know_settles_a_title() {
    let (title, [.., last]) = ("2- and 3-Burrows", PAPERS);
    let render = |contents: &str| {
        let header = |id: &str| {
            format!("研究洞穴\nAuthors: A | Date: 2026-01-04\nLink: http://arxiv.org/abs/{id}v1\nAbstract\n")
        };
        format!(
            "2026-01-05\n{contents}Wombats at Scale\n{}Code is at https://example.org/burrow{title}\n{}They dig.",
            header("2601.00001"),
            header("2601.00002")
        )
    };
    let glued = render("");
    let known = |id: &str, title: &str| {
        let mut known = KnownTitles::default();
        known.add(ArxivId::try_from(id.to_string()).expect("an id"), title.to_string());
        known
    };
    let alone = parse(&glued);
    assert_ne!(alone.entries[1].paper.title, title);
    assert_eq!(alone.entries.iter().map(|entry| entry.certain).collect::<Vec<_>>(), [true, false]);
    assert!(alone.diagnostics.iter().any(|it| matches!(it.oddity, Oddity::UncertainTitle { .. })));

    let settled = super::parse(&glued, &known("2601.00002", title));
    assert_eq!(settled.entries[1].paper.title, title);
    assert_eq!(
        settled.entries[0].paper.abstract_text.as_deref(),
        Some("Code is at https://example.org/burrow")
    );
    assert_eq!(settled.diagnostics, []);
    // Others rely on what a digest knows of itself, not on what it was told.
    assert_eq!((settled.entries[1].confidence, settled.entries[1].certain), (1.0, false));

    // Another paper's title, or one that the line does not end with, changes nothing.
    for known in [known("2601.00001", title), known("2601.00002", last.0)] {
        assert_eq!(super::parse(&glued, &known), alone);
    }
    // The digest's own contents list comes first.
    let listed = render(&format!("Table of Contents\n- Wombats at Scale\n- {title}\n"));
    assert_eq!(super::parse(&listed, &known("2601.00002", "3-Burrows")), parse(&listed));
    assert!(parse(&listed).entries[1].certain);
}
