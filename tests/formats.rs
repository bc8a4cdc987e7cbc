//! Digests in other shapes than plain text, among files that are no digests.

use serde_json::json;

use crate::harness::{Work, json_lines, repository, text_of};

/// The same three papers in each format.
const SAMPLES: [&str; 6] =
    ["sample.txt", "sample.zh.txt", "sample.md", "sample.jsonl", "sample.xml", "sample.bib"];

const IDS: [&str; 3] = ["2601.00003", "2601.00002", "2601.00001"];

fn sample(name: &str) -> String {
    std::fs::read_to_string(repository().join("crates/ingest/tests/data").join(name)).unwrap()
}

#[test]
fn every_format_is_parsed_and_indexed() {
    for name in SAMPLES {
        let work = Work::new();
        let file = work.write(&format!("papers/{name}"), sample(name));
        let outcome = work.run(["parse", file.to_str().unwrap()]).succeeds();
        let papers = json_lines(&outcome.stdout);
        let ids: Vec<&str> = papers.iter().map(|paper| text_of(paper, "id")).collect();
        assert_eq!(ids, IDS, "{name}");
        work.run(["index", "papers"]).succeeds();
        assert_eq!(work.ids(["wombats"]), ["2601.00001"], "{name}");
    }
}

#[test]
fn what_is_no_digest_is_passed_over_in_folders_alone() {
    let work = Work::new();
    work.write_old("papers/a.md", sample("sample.md"));
    work.write_old("papers/README.md", "# Digests\n\nOf marsupials.\n");
    work.write_old("papers/feed.xml", "<rss/>");
    work.write_old("papers/empty.jsonl", "");
    let count = |outcome: crate::harness::Outcome| json_lines(&outcome.stdout)[0]["digests"].clone();
    let counts = |added, unchanged| json!({"added": added, "changed": 0, "removed": 0, "unchanged": unchanged, "failed": 0});
    let index = || count(work.run(["index", "--format", "json", "papers"]).succeeds());
    assert_eq!(index(), counts(1, 0));
    assert_eq!(index(), counts(0, 1));
    assert_eq!(work.run(["parse", "papers"]).succeeds().stdout.lines().count(), 3);
    // A query that keeps the index fresh does not come back to them.
    work.write("paper-search.toml", "index = \"index\"\ndigests = [\"papers\"]\n");
    work.bare(["query", "wombats"]).run().succeeds().says_nothing();
    // Named, or a text file, it should have been one.
    for arguments in [["index", "papers/README.md"], ["parse", "papers/README.md"]] {
        let outcome = work.run(arguments).says(&["README.md", "no digest"]);
        assert_eq!(outcome.code, Some(2), "{outcome:?}");
    }
    work.write_old("papers/notes.txt", "Of marsupials.\n");
    for command in ["index", "parse"] {
        let outcome = work.run([command, "papers"]);
        assert_eq!(outcome.code, Some(2), "{outcome:?}");
        outcome.says(&["notes.txt"]);
    }
}

#[test]
fn the_format_may_be_given() {
    let work = Work::new();
    // A heading and a link: too little to tell.
    work.write("papers/a.txt", "# Wombats\n[PDF](http://arxiv.org/abs/2601.00001v1)\n");
    work.run(["parse", "papers"]).complains(&["a.txt", "no digest"]);
    let outcome = work.run(["parse", "--input-format", "markdown", "papers"]).succeeds();
    assert_eq!(text_of(&json_lines(&outcome.stdout)[0], "title"), "Wombats");
    work.run(["index", "--input-format", "markdown", "papers"]).succeeds();
    assert_eq!(work.ids(["wombats"]), ["2601.00001"]);
    work.run(["parse", "--input-format", "runes", "papers"]).complains(&["runes", "markdown"]);
}
