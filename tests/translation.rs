//! One question for both languages, from configuration to what is printed.

use serde_json::json;

use crate::harness::{Work, digest, ids_of, paper, path, text_of};

/// Papers with a text in one language each, and a word that no lexicon knows.
fn wombats() -> Work {
    let work = Work::new();
    let papers = [
        paper("2603.00001", "Wombat Burrows", "Speculative decoding under ground.\n"),
        paper("2603.00002", "Untitled", "Nothing.\n").summary("袋熊的推测解码。"),
    ];
    let file = work.write("2026-03-17.txt", digest("2026-03-17", &papers));
    work.run(["index", path(&file)]).succeeds();
    work
}

#[test]
fn a_question_finds_papers_in_the_other_language() {
    let work = wombats();
    for (query, translated, as_it_stands) in [
        ("推测解码", vec!["2603.00001", "2603.00002"], vec!["2603.00002"]),
        ("speculative decoding", vec!["2603.00001", "2603.00002"], vec!["2603.00001"]),
        ("\"推测解码\"", vec!["2603.00002"], vec!["2603.00002"]),
        ("+推测解码", vec!["2603.00002"], vec!["2603.00002"]),
    ] {
        // Two papers say nothing of the order.
        let mut found = work.ids(["query", query]);
        found.sort();
        assert_eq!(found, translated, "{query}");
        assert_eq!(work.ids(["query", query, "--no-translate"]), as_it_stands, "{query}");
    }
}

#[test]
fn translations_are_explained_and_marked() {
    let work = wombats();
    let answer = work.run(["query", "推测解码", "--explain", "--format", "json"]).succeeds().json();
    let hit = &answer["hits"][1];
    let marked = "<mark>Speculative</mark>";
    assert!(text_of(&hit["snippets"], "abstract").contains(marked), "{hit}");
    let explained = hit.to_string();
    assert!(explained.contains("abstract:{specul "), "{hit}");
    let plain = work.run(["query", "推测解码", "--explain", "--no-translate"]).succeeds();
    assert!(!plain.stdout.contains('{'), "{plain:?}");
}

#[test]
fn own_terms_are_added_and_a_learned_lexicon_takes_the_place_of_the_shipped() {
    let work = wombats();
    work.write("mine.tsv", "# my animals\n袋熊\twombat\t wombat burrows\n");
    work.write("learned.tsv", "burrow\t袋熊 100\n");
    for (config, wombats, burrows, decoding) in [
        ("", json!(["2603.00002"]), json!(["2603.00001"]), 2),
        ("lexicon = \"mine.tsv\"\n", json!(["2603.00001", "2603.00002"]), json!(["2603.00001"]), 2),
        (
            "learned-lexicon = \"learned.tsv\"\n",
            json!(["2603.00002"]),
            json!(["2603.00001", "2603.00002"]),
            1,
        ),
    ] {
        let config = path(&work.write("my.toml", config)).to_string();
        let asked = |query: &str| {
            let answer =
                work.run(["--config", &config, "query", query, "--format", "json"]).succeeds().json();
            let mut ids: Vec<String> = ids_of(&answer).into_iter().map(str::to_string).collect();
            ids.sort();
            ids
        };
        assert_eq!(json!(asked("袋熊")), wombats, "{config}");
        assert_eq!(json!(asked("burrows")), burrows, "{config}");
        assert_eq!(asked("decoding").len(), decoding, "{config}");
    }
}

#[test]
fn a_lexicon_that_cannot_be_used_is_told() {
    let work = wombats();
    let config = path(&work.write("my.toml", "lexicon = \"mine.tsv\"\n")).to_string();
    let ask = || work.run(["--config", &config, "query", "x"]).ends_with(2);
    ask().says(&["mine.tsv", "cannot read the lexicon"]);
    work.write("mine.tsv", "袋熊\twombat\n\nkoala\n");
    ask().says(&["mine.tsv", "line 3", "`koala`"]);
    // What is not needed is not read.
    let untranslated = work.run(["--config", &config, "query", "wombat", "--no-translate"]);
    untranslated.succeeds();
}

#[test]
fn what_no_lexicon_knows_is_learned_from_the_archive_itself() {
    let work = Work::new();
    let animals = [("wombat", "袋熊"), ("quokka", "短尾袋鼠"), ("numbat", "袋食蚁兽")];
    let mut papers = Vec::new();
    for (number, (english, chinese)) in (0..48).zip(animals.iter().cycle()) {
        let id = format!("2603.{:05}", number + 1);
        let text = format!("We watch the {english} at night, number {number}.\n");
        papers.push(paper(&id, "A Night in the Field", &text).summary(&format!("夜里观察{chinese}。")));
    }
    papers.push(paper("2603.00100", "Wombat Burrows", "Under ground.\n").summary("地下。"));
    papers.push(paper("2603.00101", "Untitled", "Nothing.\n").summary("袋熊的洞。"));
    let file = work.write("2026-03-17.txt", digest("2026-03-17", &papers));
    work.run(["index", path(&file)]).succeeds();
    for (query, other, learned) in
        [("袋熊", "2603.00100", "abstract:wombat"), ("wombat", "2603.00101", "abstract:袋熊")]
    {
        let found = work.ids(["query", query]);
        assert_eq!(found.len(), 18, "{query}: {found:?}");
        assert!(found.contains(&other.to_string()), "{query}: {found:?}");
        let explained = work.run(["query", query, "-n", "1", "--explain"]).succeeds().stdout;
        assert!(explained.contains(learned), "{explained}");
        // Required as it stands, it is not translated, and without the bridge neither.
        assert_eq!(work.ids(["query", &format!("+{query}")]).len(), 17, "{query}");
        assert_eq!(work.ids(["query", query, "--no-translate"]).len(), 17, "{query}");
    }
    // What hardly any paper has is not learned.
    assert_eq!(work.ids(["query", "burrows"]), ["2603.00100"]);
}
