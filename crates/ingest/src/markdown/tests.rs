//! The Markdown digest as a whole.

use paper::NaiveDate;
use proptest::prelude::*;

use super::*;

const WHOLE: &str = include_str!("../../tests/data/sample.md");

fn told(digest: &Digest) -> Vec<(usize, &Oddity)> {
    digest.diagnostics.iter().map(|diagnostic| (diagnostic.line, &diagnostic.oddity)).collect()
}

fn one(text: &str) -> Paper {
    let mut digest = parse(text);
    assert_eq!(digest.entries.len(), 1, "{text}");
    digest.entries.remove(0).paper
}

#[test]
fn the_day_stands_in_front_matter_heading_or_preface() {
    let paper = "\n## Quokka Smiles\n**Authors:** Ann\n**Date:** 2026-01-01\n";
    let day = NaiveDate::from_ymd_opt(2026, 1, 5);
    for (head, expected) in [
        ("---\ntitle: x\ndate: 2026-01-05\n---\n# Daily 2025-01-01\n", day),
        ("---\ndate: \"2026-01-05T08:00:00\"\n---\n", day),
        ("# 2026-01-05\n", day),
        ("# Daily (2026年1月5日)\n", day),
        ("## 2026-01-05\n", day),
        ("# Daily\n\n**Date:** 2026-01-05\n", day),
        ("# Daily\n日期：2026-01-05\n## cs.CL\n", day),
        ("# Daily\n", None),
        ("---\ndate: 2026-01-05\n", day),
    ] {
        let digest = parse(&format!("{head}{paper}"));
        assert_eq!(digest.date, expected, "{head}");
        assert_eq!(digest.entries.len(), 1, "{head}");
        assert_eq!(digest.entries[0].paper.date, NaiveDate::from_ymd_opt(2026, 1, 1), "{head}");
    }
}

#[test]
fn texts_find_their_fields() {
    // The lines below authors, the summary, the abstract.
    for (lines, summary, text) in [
        ("**TL;DR:** 微笑\n**Abstract:** They smile.", Some("微笑"), Some("They smile.")),
        ("**Abstract:** They\nsmile.\n\nAt night.", None, Some("They smile. At night.")),
        ("**摘要**：微笑", Some("微笑"), None),
        ("**摘要：** They smile.", None, Some("They smile.")),
        ("**一句话总结**：微笑\n**摘要**：它们微笑。", Some("微笑"), Some("它们微笑。")),
        ("> 微笑\n\nThey smile.\n\nAt night.", Some("微笑"), Some("They smile. At night.")),
        ("### 摘要\n\n微笑\n\n### Abstract\n\nThey smile.", Some("微笑"), Some("They smile.")),
        ("- **Summary**: **微笑**\n- **Code**: u\n- **Abstract**: a|b", Some("微笑"), Some("a|b")),
        ("*Summary:* 微笑\n**Comments:** 12 pages\n", Some("微笑"), None),
        ("**Abstract**\n\n- They smile;\n- often.", None, Some("- They smile; - often.")),
        ("<details>\n<summary>Abstract</summary>\n\nThey smile.\n\n</details>", None, Some("They smile.")),
    ] {
        let paper = one(&format!("## Quokka Smiles\n**Authors:** Ann,\nBo and Cy\n{lines}\n"));
        assert_eq!(paper.title, "Quokka Smiles");
        assert_eq!(paper.authors, ["Ann", "Bo", "Cy"], "{lines}");
        assert_eq!((paper.summary.as_deref(), paper.abstract_text.as_deref()), (summary, text), "{lines}");
    }
}

#[test]
fn links_stand_anywhere() {
    for (heading, lines, id, url) in [
        (
            "T",
            "**Link:** <http://arxiv.org/abs/2601.00001v1>",
            Some("2601.00001"),
            Some("http://arxiv.org/abs/2601.00001v1"),
        ),
        (
            "T",
            "链接：[论文](http://arxiv.org/abs/2601.00001)",
            Some("2601.00001"),
            Some("http://arxiv.org/abs/2601.00001"),
        ),
        ("T", "**arXiv:** 2601.00001", Some("2601.00001"), None),
        (
            "T",
            "https://arxiv.org/abs/2601.00001",
            Some("2601.00001"),
            Some("https://arxiv.org/abs/2601.00001"),
        ),
        (
            "[T](https://example.org/t)",
            "[PDF](https://arxiv.org/pdf/2601.00001v3)",
            Some("2601.00001"),
            Some("https://arxiv.org/pdf/2601.00001v3"),
        ),
        ("[T](https://example.org/t)", "", None, Some("https://example.org/t")),
        ("T", "- **DOI**: https://doi.org/10.1000/t", None, Some("https://doi.org/10.1000/t")),
        ("T", "", None, None),
    ] {
        let paper = one(&format!("# {heading}\n**Authors:** Ann\n{lines}\n"));
        assert_eq!(paper.title, "T");
        assert_eq!((paper.id.as_ref().map(|id| id.as_str()), paper.url.as_deref()), (id, url), "{lines}");
    }
}

#[test]
fn what_is_no_paper_is_told_or_structure() {
    let text = "# Daily\n\n35 papers today.\n\n## Contents\n- [A](#a)\n\n## cs.CL\n\n### A\n**Authors:** Ann\n**Date:** soon\n\n\
                **Abstract:** They smile.\n\n```bibtex\n@misc{a}\n```\n\n### B\n**Authors:** Bo\n\n**Abstract:** They dig.\n\n## Notes\n\nMade by hand.\n";
    let digest = parse(text);
    let titles: Vec<&str> = digest.entries.iter().map(|entry| entry.paper.title.as_str()).collect();
    assert_eq!(titles, ["A", "B"]);
    assert_eq!(
        told(&digest),
        [
            (3, &Oddity::Stray("35 papers today.".into())),
            (16, &Oddity::Stray("```bibtex".into())),
            (12, &Oddity::BadDate("soon".into())),
            (27, &Oddity::Stray("Made by hand.".into())),
        ]
    );
}

#[test]
fn a_cut_loses_only_what_is_behind_it() {
    let whole = parse(WHOLE);
    let starts: Vec<usize> = ["### 1.", "### [98", "### 3."].map(|text| WHOLE.find(text).expect(text)).into();
    for cut in (starts[1]..WHOLE.len()).filter(|&cut| WHOLE.is_char_boundary(cut)) {
        let digest = parse(&WHOLE[..cut]);
        let shown = &WHOLE[starts[1]..cut];
        let complete = starts.iter().filter(|&&start| start <= cut).count() - 1;
        assert!((complete..=complete + 1).contains(&digest.entries.len()), "{shown}");
        for (at, (entry, expected)) in digest.entries.iter().zip(&whole.entries).enumerate() {
            let (paper, expected) = (&entry.paper, &expected.paper);
            if at < complete {
                assert_eq!(paper, expected, "{shown}");
                continue;
            }
            assert!(expected.title.starts_with(&paper.title), "{shown}");
            assert!(paper.id.is_none() || paper.id == expected.id, "{shown}");
            assert!(paper.date.is_none() || paper.date == expected.date, "{shown}");
            for (text, expected) in
                [(&paper.summary, &expected.summary), (&paper.abstract_text, &expected.abstract_text)]
            {
                let (text, expected) =
                    (text.as_deref().unwrap_or_default(), expected.as_deref().unwrap_or_default());
                assert!(expected.starts_with(text), "{shown}");
            }
            assert!(paper.truncated || paper.abstract_text.is_some(), "{shown}");
        }
    }
}

#[test]
fn only_papers_under_headings_are_recognised() {
    for (text, expected) in [
        (WHOLE, true),
        ("2026-01-05\n\n## T\n\n**Authors:** Ann\n", true),
        ("## T\nAuthors: Ann | Date: 2026-01-04\nLink: u\n", true),
        ("# A\n[PDF](http://arxiv.org/abs/2601.00001)\n# B\n[PDF](http://arxiv.org/abs/2601.00002)\n", true),
        ("# A Repository\n[Paper](http://arxiv.org/abs/2601.00001)\n", false),
        ("2026-01-05\nT\n## 研究\nAuthors: Ann | Date: 2026-01-04\nLink: u\nAbstract\nText.", false),
        ("**Authors:** Ann\n**Abstract:** They smile.", false),
        ("# Usage\n\n```\n## T\n**Authors:** Ann\n```\n", false),
        ("#include <quokka>\nAuthors: Ann", false),
        ("", false),
    ] {
        assert_eq!(recognise(text), expected, "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_returns(text in "(#{1,3} |\\*\\*|Authors|摘要|Link|[:：|\\[\\]()<>*`\\\\-]|```|<summary>|http://|2026-01-05|[a-z研 \n]){0,60}") {
        let digest = parse(&text);
        prop_assert!(digest.entries.len() <= text.matches('#').count());
        recognise(&text);
    }

    #[test]
    fn any_unicode_returns(text in any::<String>()) {
        parse(&text);
        recognise(&text);
    }
}
