//! The sample digests, and the checkout as a newcomer finds it.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::harness::{Work, json_lines, path, repository, sample_papers, samples, text_of};

/// The last component of a path in JSON.
fn base_name(value: &Value) -> Value {
    json!(Path::new(value.as_str().unwrap()).file_name().unwrap().to_str())
}

#[test]
fn parse_gives_every_field_of_every_paper() {
    let outcome = Work::new().run(["parse", path(&samples())]).succeeds();
    let mut papers = json_lines(&outcome.stdout);
    for paper in &mut papers {
        paper["file"] = base_name(&paper["file"]);
    }
    let expected = sample_papers();
    for (paper, expected) in papers.iter().zip(&expected) {
        // More may be said of a paper than the list knows.
        for (field, value) in expected.as_object().unwrap() {
            assert_eq!(&paper[field], value, "{field} of {}", expected["id"]);
        }
    }
    assert_eq!(papers.len(), expected.len());
    // The samples hold one oddity, on purpose.
    assert_eq!(outcome.stderr.lines().count(), 1, "{outcome:?}");
    outcome.says(&["2026-03-17.txt:58: ", "ends inside"]);
}

/// A copy of what a checkout holds, its digests old enough to trust their times, or new.
fn checkout(old: bool) -> Work {
    let work = Work::new();
    for entry in fs::read_dir(samples()).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("samples/{}", path.file_name().unwrap().to_str().unwrap());
        let content = fs::read(&path).unwrap();
        match old {
            true => work.write_old(&name, content),
            false => work.write(&name, content),
        };
    }
    work.write("paper-search.toml", fs::read(repository().join("paper-search.toml")).unwrap());
    // In the repository the index folder is there, with a file that says what it is.
    for name in ["index/README.md", "index/.gitignore"] {
        if let Ok(content) = fs::read(repository().join(name)) {
            work.write(name, content);
        }
    }
    work
}

/// The first query makes the index and says so in one line; the second only answers.
fn check_first_and_second_query(old: bool) {
    let work = checkout(old);
    let query = ["query", "speculative", "decoding", "--format", "ids"];
    let first = work.bare(query).run().succeeds().says(&["44 papers"]);
    assert_eq!(first.stderr.lines().count(), 1, "{first:?}");
    let second = work.bare(query).run().succeeds().says_nothing();
    assert_eq!(second.stdout, first.stdout);
}

#[test]
fn a_checkout_works_as_it_stands() {
    check_first_and_second_query(true);
}

/// Right after `git clone` the digests are a second old.
#[test]
fn a_checkout_of_this_moment_works_as_well() {
    check_first_and_second_query(false);
}

#[test]
fn the_index_holds_the_best_of_every_paper() {
    let work = Work::with_samples();
    let outcome = work.run(["query", "--from", "2026", "-n", "100", "--format", "jsonl"]).succeeds();
    // The highest version of a paper counts; the samples hold one in two versions, the
    // higher one later.
    let best: HashMap<String, Value> =
        sample_papers().into_iter().map(|paper| (text_of(&paper, "id").to_string(), paper)).collect();
    let hits = json_lines(&outcome.stdout);
    assert_eq!(hits.len(), best.len());
    for hit in &hits {
        let paper = &best[text_of(hit, "id")];
        for field in ["version", "title", "summary", "authors", "date", "url", "abstract"] {
            assert_eq!(hit[field], paper[field], "{field} of {}", paper["id"]);
        }
        let digests = hit["digests"].as_array().unwrap();
        assert_eq!(digests.len(), if paper["version"] == 2 { 2 } else { 1 }, "{hit}");
        assert_eq!(base_name(&digests[0]["file"]), paper["file"], "{hit}");
        assert_eq!(digests[0]["date"], paper["digest_date"], "{hit}");
    }
}
