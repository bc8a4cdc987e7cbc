//! Saved searches: what came since someone last looked.

use std::fs;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::harness::{Work, ids_of, json_lines, paper, path};

/// A folder with an index of one digest, and a search that finds both its papers.
fn with_wombats() -> Work {
    let work = Work::new();
    let papers =
        [paper("2601.00001", "Wombat One", "It digs."), paper("2601.00002", "Wombat Two", "It digs.")];
    work.digest("d/a.txt", "2026-01-05", &papers);
    work.run(["index", "d"]).succeeds();
    work.run(["save", "digging", "wombat"]).succeeds();
    work
}

/// The ids that are new, in order.
fn new(work: &Work, args: &[&str]) -> Vec<String> {
    let outcome = work.run(["new", "digging", "--format", "ids"].iter().chain(args));
    let ids: Vec<String> = outcome.stdout.lines().map(str::to_string).collect();
    outcome.ends_with(i32::from(ids.is_empty()));
    ids
}

fn add(work: &Work, file: &str, papers: &[(&str, &str)]) {
    let papers: Vec<_> = papers.iter().map(|(id, title)| paper(id, title, "It digs.")).collect();
    work.digest(&format!("d/{file}"), "2026-01-06", &papers);
    work.run(["index", "d"]).succeeds();
}

#[test]
fn what_came_is_new_once() {
    let work = with_wombats();
    assert_eq!(new(&work, &[]), [""; 0]);
    add(&work, "b.txt", &[("2601.00003", "Wombat Three"), ("2601.00004", "Quokka Smiles")]);
    assert_eq!(new(&work, &["--keep"]), ["2601.00003"]);
    assert_eq!(new(&work, &[]), ["2601.00003"]);
    assert_eq!(new(&work, &[]), [""; 0]);
    // A paper whose own day is long past is new all the same.
    work.digest(
        "d/c.txt",
        "2026-01-07",
        &[paper("1901.00005", "Wombat Five", "It digs.").date("2019-01-01")],
    );
    work.run(["index", "d"]).succeeds();
    assert_eq!(new(&work, &[]), ["1901.00005"]);
    // And so is a new version, but not an old one in another digest.
    add(&work, "d.txt", &[("2601.00001v2", "Wombat One"), ("2601.00003v1", "Wombat Three")]);
    let outcome = work.run(["new", "digging"]).succeeds();
    outcome.says(&["digging: 0 new, 1 in a new version, of 4 papers"]);
    assert_eq!(new(&work, &[]), [""; 0]);
}

#[test]
fn what_was_seen_survives_the_index() {
    let work = with_wombats();
    for rebuild in [&["index", "d", "--rebuild"][..], &["index", "d"]] {
        fs::remove_dir_all(work.path("index")).unwrap();
        work.run(rebuild).succeeds();
        assert_eq!(new(&work, &[]), [""; 0]);
    }
    // Digests that are gone for a while, even while someone looks, are not new when back.
    fs::rename(work.path("d/a.txt"), work.path("a.txt")).unwrap();
    add(&work, "b.txt", &[("2601.00003", "Wombat Three")]);
    assert_eq!(new(&work, &[]), ["2601.00003"]);
    fs::rename(work.path("a.txt"), work.path("d/a.txt")).unwrap();
    work.run(["index", "d"]).succeeds();
    assert_eq!(new(&work, &[]), [""; 0]);
    // Without an index nothing is told, and nothing is forgotten.
    fs::remove_dir_all(work.path("index")).unwrap();
    work.run(["new"]).complains(&["no index"]);
    work.run(["index", "d"]).succeeds();
    assert_eq!(new(&work, &[]), [""; 0]);
}

#[test]
fn what_is_not_shown_stays_new() {
    let work = with_wombats();
    add(&work, "b.txt", &[("2601.00003", "Wombat"), ("2601.00004", "Wombat"), ("2601.00005", "Wombat")]);
    let outcome = work.run(["new", "digging", "-n", "2", "--format", "ids"]).succeeds();
    assert_eq!(outcome.stdout.lines().count(), 2, "{outcome:?}");
    let shown: Vec<String> = outcome.stdout.lines().map(str::to_string).collect();
    outcome.says(&["digging: 3 new, of 5 papers; 1 more with a larger --limit"]);
    assert_eq!(work.run(["new", "digging", "-n", "0", "--format", "ids"]).succeeds().stdout, "");
    let rest = new(&work, &[]);
    assert_eq!(rest.len(), 1);
    assert!(!shown.contains(&rest[0]), "{shown:?} {rest:?}");
}

#[test]
fn people_read_what_is_new() {
    let work = with_wombats();
    work.run(["save", "微笑", "quokka", "--author", "Ann Example", "--from", "2026"]).succeeds();
    work.run(["save", "all", "--from", "2026-01", "--unseen"]).succeeds();
    add(&work, "b.txt", &[("2601.00003", "Quokka Smiles")]);
    let outcome = work.run(["new", "--keep"]).succeeds();
    let text = format!("{}\n--- beside\n{}", outcome.stdout, outcome.stderr);
    assert_snapshot!(strip_times(&text), @r#"
── 微笑: quokka
1. Quokka Smiles
   Of smiles (笑)
   2601.00003v1 · 2026-01-04 · Ann Example, Bo Tester

1 paper
── all: --from 2026-01
1. Wombat One
   Of smiles (笑)
   2601.00001v1 · 2026-01-04 · Ann Example, Bo Tester

2. Wombat Two
   Of smiles (笑)
   2601.00002v1 · 2026-01-04 · Ann Example, Bo Tester

3. Quokka Smiles
   Of smiles (笑)
   2601.00003v1 · 2026-01-04 · Ann Example, Bo Tester

3 papers

--- beside
digging: nothing new of 2 papers
微笑: 1 new, of 1 paper
all: 3 new, of 3 papers
"#);
    let list = work.run(["saved"]).succeeds().stdout;
    let today = list.lines().next().unwrap().split_whitespace().nth(3).unwrap().to_string();
    assert_snapshot!(list.replace(&today, "<today>"), @r#"
digging              0 new  <today>  "wombat"
微笑                 1 new  <today>  "quokka" --author "Ann Example" --from 2026
all                  3 new  <today>  --from 2026-01
"#);
}

/// The text without how long searches took.
fn strip_times(text: &str) -> String {
    let line = |line: &str| match line.rsplit_once(" (") {
        Some((before, time)) if time.ends_with(" ms)") => before.to_string(),
        _ => line.to_string(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn programs_read_what_is_new() {
    let work = with_wombats();
    work.run(["save", "quokkas", "quokka"]).succeeds();
    add(&work, "b.txt", &[("2601.00003", "Wombat Three"), ("2601.00004", "Quokka Smiles")]);
    let one = work.run(["new", "digging", "--keep", "--format", "json"]).succeeds().json();
    assert_eq!((ids_of(&one), &one["total"]), (vec!["2601.00003"], &json!(1)));
    assert_eq!(one.get("query_id"), None);
    let all = work.run(["new", "--keep", "--format", "json"]).succeeds();
    let all: Vec<(Value, Value)> = json_lines(&all.stdout)
        .into_iter()
        .map(|one| (one["query_id"].clone(), one["total"].clone()))
        .collect();
    assert_eq!(all, [(json!("digging"), json!(1)), (json!("quokkas"), json!(1))]);
    let list = work.run(["saved", "--format", "json"]).succeeds().json();
    let first = &list["searches"][0];
    assert_eq!(
        (&first["name"], &first["query"], &first["seen"], &first["new"]),
        (&json!("digging"), &json!("wombat"), &json!(2), &json!(1))
    );
    let bibtex = work.run(["new", "quokkas", "--format", "bibtex"]).succeeds();
    assert!(bibtex.stdout.contains("Quokka Smiles"), "{bibtex:?}");
    // The other search was not looked at by that.
    assert_eq!(new(&work, &[]), ["2601.00003"]);
}

#[test]
fn searches_move_to_another_machine() {
    let (here, there) = (with_wombats(), with_wombats());
    here.run(["save", "推测", "推测解码", "--since", "3m"]).succeeds();
    add(&here, "b.txt", &[("2601.00003", "Wombat Three")]);
    add(&there, "b.txt", &[("2601.00003", "Wombat Three")]);
    assert_eq!(new(&here, &[]), ["2601.00003"]);
    let exported = here.run(["saved", "export"]).succeeds().stdout;
    let file = there.write("export.jsonl", &exported);
    there.run(["saved", "import", path(&file)]).succeeds().says(&["added 推测", "merged digging"]);
    assert_eq!(new(&there, &[]), [""; 0]);
    let through_stdin = there.program(["saved", "import", "-"]).stdin(exported.clone()).run();
    through_stdin.succeeds().says(&["merged digging, 推测"]);
    assert_eq!(there.run(["saved", "export"]).succeeds().stdout.lines().count(), 3);
    there.run(["save", "digging", "other", "--replace"]).succeeds();
    there.run(["saved", "import", path(&file)]).complains(&["`digging` already, for \"other\"", "--replace"]);
    there.run(["saved", "import", path(&file), "--replace"]).succeeds().says(&["replaced digging"]);
    there.run(["saved", "remove", "digging", "推测"]).succeeds();
    assert_eq!(there.run(["saved"]).ends_with(1).stdout, "");
}

#[test]
fn mistakes_are_told() {
    let work = with_wombats();
    for (args, named) in [
        (&["save", "two words", "x"][..], &["`two words` is no name for a search"][..]),
        (&["save", "x"], &["nothing to search for"]),
        (&["save", "x", "decoding", "-tree"], &["paper-search save NAME 'decoding -tree'", "save --help"]),
        (&["save", "digging", "x"], &["`digging` already, for \"wombat\"", "--replace"]),
        (&["save", "x", "y", "--from", "2026-02-30"], &["2026-02-30"]),
        (&["save", "x", "y", "--since", "soon"], &["`soon`"]),
        (&["new", "dig"], &["no saved search `dig`; there are digging"]),
        (&["new", "--format", "bibtex"], &["cannot tell saved searches apart; name one"]),
        (&["saved", "remove", "digging", "dig"], &["no saved search `dig`"]),
        (&["saved", "import", "none.jsonl"], &["none.jsonl"]),
        (&["saved", "import", "d/a.txt"], &["a.txt:1: this is no file of saved searches"]),
    ] {
        work.run(args).complains(named);
    }
    assert_eq!(work.run(["saved", "export"]).succeeds().stdout.lines().count(), 2);
    let empty = Work::new();
    empty.run(["new"]).ends_with(1).says(&["no search is saved yet"]);
    empty.run(["saved"]).ends_with(1).says(&["no search is saved yet"]);
}

#[test]
fn a_damaged_file_is_told_and_left_alone() {
    let work = with_wombats();
    let file = work.path("home/.local/share/paper-search/saved.jsonl");
    let good = fs::read_to_string(&file).unwrap();
    let bad = good.replace("\"name\"", "\"nam");
    fs::write(&file, &bad).unwrap();
    for args in
        [&["saved"][..], &["new"], &["save", "x", "y"], &["saved", "export"], &["saved", "remove", "digging"]]
    {
        work.run(args).complains(&["saved.jsonl:2: ", "mend the line, or move the file away"]);
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), bad);
    fs::write(&file, good).unwrap();
    work.run(["saved"]).succeeds();
}

/// Flag, environment, the nearest file, the user's file, the folder for data.
#[test]
fn the_file_is_where_the_first_layer_says() {
    let work = with_wombats();
    let all = |work: &Work| {
        let mut found: Vec<String> = ["flag", "environment", "near", "home/.config/paper-search/user"]
            .iter()
            .filter(|name| work.path(name).exists())
            .map(ToString::to_string)
            .collect();
        found.push(String::from("default"));
        found
    };
    assert_eq!(all(&work), ["default"]);
    work.write("home/.config/paper-search/config.toml", "saved = \"user\"\n");
    let save = |args: &[&str], environment: bool| {
        let mut program = work.program(["save", "x", "wombat"].iter().chain(args));
        if environment {
            program = program.env("PAPER_SEARCH_SAVED", work.path("environment"));
        }
        program.run().succeeds();
    };
    save(&[], false);
    assert_eq!(all(&work), ["home/.config/paper-search/user", "default"]);
    work.write("paper-search.toml", "saved = \"near\"\n");
    save(&[], false);
    save(&[], true);
    save(&["--saved", "flag"], true);
    assert_eq!(all(&work).len(), 5);
    assert!(fs::read_to_string(work.path("near")).unwrap().contains("\"x\""));
}
