//! Input that is not as it should be: each piece of it gets a clear answer, and what
//! lies beside it is not lost.

use std::collections::BTreeSet;
use std::fs;

use encoding_rs::{BIG5, Encoding, GB18030};
use serde_json::{Value, json};

use crate::harness::{Outcome, Paper, Work, digest, ids_of, json_lines, paper, path, text_of};

/// The paper that must not get lost.
fn neighbour() -> Paper {
    paper("2601.00001", "Quokka Smiles", "Quokkas smile at speculative decoding.")
}

/// Indexes the folder `papers`, in which the neighbour lies among other things, and makes
/// sure that it can be found.
fn index_with_neighbour(work: &Work, code: i32) -> (Outcome, Value) {
    work.digest("papers/good.txt", "2026-01-05", &[neighbour()]);
    let outcome = work.run(["index", "--format", "json", "papers"]).ends_with(code);
    assert_eq!(work.ids(["\"smile at speculative\""]), ["2601.00001"]);
    let report = outcome.json();
    (outcome, report)
}

/// The warnings of a report for a file: their lines and messages.
fn warnings<'a>(report: &'a Value, name: &str) -> Vec<(Option<u64>, &'a str)> {
    report["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|warning| text_of(warning, "file").ends_with(&format!("/{name}")))
        .map(|warning| (warning["line"].as_u64(), text_of(warning, "message")))
        .collect()
}

#[test]
fn what_is_no_digest_is_named_with_its_line() {
    let binary: Vec<u8> = (0..=255).cycle().take(5120).collect();
    let cases: [(&str, &[u8], Option<u64>, &str); 8] = [
        ("shopping.txt", b"milk\nbread\n", Some(1), "no digest"),
        ("page.txt", b"<!DOCTYPE html>\n<title>Authors</title>\n", Some(1), "no digest"),
        ("empty.txt", b"", None, "empty"),
        ("blank.txt", b" \r\n\t\n", None, "empty"),
        ("nul.txt", &[0; 1000], Some(1), "no digest"),
        ("binary.txt", &binary, Some(2), "neither UTF-8"),
        ("latin.txt", b"Milk\nBread\nB\xf6ck\n", Some(3), "neither UTF-8"),
        ("utf-16.txt", b"\xff\xfem\0i\0l\0k\0", Some(1), "no digest"),
    ];
    let work = Work::new();
    for (name, bytes, line, reason) in cases {
        let file = work.write(&format!("papers/{name}"), bytes);
        let outcome = work.run(["parse", path(&file)]).complains(&[name, reason]);
        assert!(line.is_none_or(|line| outcome.stderr.contains(&line.to_string())), "{outcome:?}");
    }
    let (outcome, report) = index_with_neighbour(&work, 2);
    let digests = &report["digests"];
    assert_eq!((&digests["added"], &digests["failed"]), (&json!(1), &json!(cases.len())), "{report}");
    for (name, _, line, reason) in cases {
        let told = warnings(&report, name);
        assert_eq!(told.len(), 1, "{name}: {told:?}");
        assert!(told[0].1.contains(reason), "{name}: {told:?}");
        assert_eq!(told[0].0, line, "{name}: {told:?}");
    }
    outcome.says(&cases.map(|(name, ..)| name));
    // The digests that can be parsed are, whatever lies beside them.
    let outcome = work.run(["parse", "papers"]).ends_with(2);
    assert_eq!(json_lines(&outcome.stdout).len(), 1, "{outcome:?}");
}

#[test]
fn a_folder_without_a_digest_is_told() {
    let work = Work::new();
    work.write("papers/notes.log", "No digests yet.");
    work.write("papers/.hidden.txt", digest("2026-01-05", &[neighbour()]));
    let outcome = work.run(["index", "--format", "json", "papers"]).succeeds().says(&["no digests", ".txt"]);
    assert_eq!(outcome.json()["papers"]["total"], 0);
    work.run(["query", "quokka"]).ends_with(1);
    let parsed = work.run(["parse", "papers"]).ends_with(1);
    assert_eq!(parsed.stdout, "");
    // An exit code alone leaves people guessing.
    parsed.says(&["no digests"]);
}

#[test]
fn names_and_places_of_digests() {
    let work = Work::new();
    for (name, id) in [
        ("papers/UPPER.TXT", "2601.00002"),
        ("papers/folder.txt/inner.txt", "2601.00003"),
        ("papers/论文 日报.txt", "2601.00004"),
        ("papers/deep/er/x.y.txt", "2601.00005"),
    ] {
        work.digest(name, "2026-01-05", &[paper(id, "Quokka Grins", "They grin.")]);
    }
    // A file that is named is taken, whatever it is called.
    let named = work.digest("digest.md", "2026-01-05", &[paper("2601.00006", "Quokka Grins", "They grin.")]);
    work.run(["index", "papers", path(&named)]).succeeds();
    assert_eq!(work.ids(["grins"]).len(), 5);
}

#[cfg(unix)]
mod files_of_other_kinds {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::process::Command;

    use super::*;

    #[test]
    fn a_loop_of_links_is_told() {
        let work = Work::new();
        fs::create_dir_all(work.path("papers/deep")).unwrap();
        symlink(work.path("papers"), work.path("papers/deep/again")).unwrap();
        let (outcome, report) = index_with_neighbour(&work, 2);
        assert_eq!(report["digests"]["failed"], 1, "{report}");
        assert_eq!(warnings(&report, "again").len(), 1, "{report}");
        outcome.says(&["papers/deep/again", "symbolic link"]);
    }

    #[test]
    fn a_link_to_nowhere_is_told() {
        let work = Work::new();
        fs::create_dir_all(work.path("papers")).unwrap();
        symlink("nowhere", work.path("papers/gone.txt")).unwrap();
        let (outcome, report) = index_with_neighbour(&work, 2);
        assert_eq!(report["digests"]["failed"], 1, "{report}");
        outcome.says(&["papers/gone.txt"]);
    }

    /// Opening a pipe would wait for a writer that never comes.
    #[test]
    fn a_pipe_does_not_stop_the_rest() {
        let work = Work::new();
        fs::create_dir_all(work.path("papers")).unwrap();
        let pipe = work.path("papers/x.txt");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let (outcome, report) = index_with_neighbour(&work, 2);
        assert_eq!(warnings(&report, "x.txt").len(), 1, "{report}");
        outcome.says(&["papers/x.txt", "not a regular file"]);
        work.run(["parse", path(&pipe)]).complains(&["x.txt", "not a regular file"]);
        work.run(["index", path(&pipe)]).ends_with(2).says(&["x.txt", "not a regular file"]);
    }

    #[test]
    fn a_name_that_is_no_text_is_told() {
        let work = Work::new();
        fs::create_dir_all(work.path("papers")).unwrap();
        let name = std::ffi::OsStr::from_bytes(b"caf\xe9.txt");
        fs::write(work.path("papers").join(name), digest("2026-01-05", &[neighbour()])).unwrap();
        let (outcome, report) = index_with_neighbour(&work, 2);
        assert_eq!(report["digests"]["failed"], 1, "{report}");
        outcome.says(&["papers/caf", "not Unicode"]);
    }

    #[test]
    fn what_may_not_be_read_is_told_and_kept() {
        let work = Work::new();
        work.digest("papers/good.txt", "2026-01-05", &[neighbour()]);
        let file =
            work.digest("papers/closed.txt", "2026-01-05", &[paper("2601.00002", "Wombat Grins", "Grin.")]);
        work.digest("papers/closed/x.txt", "2026-01-05", &[paper("2601.00003", "Bilby Burrows", "Dig.")]);
        work.run(["index", "papers"]).succeeds();
        work.give_away();
        let folder = work.path("papers/closed");
        for path in [&file, &folder] {
            fs::set_permissions(path, fs::Permissions::from_mode(0o000)).unwrap();
        }
        for args in [&["index", "papers"][..], &["index", "--rebuild", "papers"]] {
            let outcome = match work.program(args).without_root().try_run() {
                Ok(outcome) => outcome.ends_with(2),
                Err(error) => {
                    eprintln!("SKIPPED: the program cannot be started without root's rights: {error}");
                    break;
                }
            };
            let told = outcome.stderr.lines().filter(|line| line.contains("ermission denied")).count();
            assert!(told >= 1, "{outcome:?}");
            outcome.says(&["papers/closed: "]);
            // What the index had of them stays.
            assert_eq!(work.ids(["--to", "2100"]).len(), 3, "{args:?}");
        }
        let parsed = work.program(["parse", "papers"]).without_root().try_run();
        if let Ok(parsed) = parsed {
            let parsed = parsed.ends_with(2).says(&["papers/closed: ", "papers/closed.txt: "]);
            assert_eq!(json_lines(&parsed.stdout).len(), 1, "{parsed:?}");
        }
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

/// Enough text for the statistics of its bytes to speak.
fn in_chinese(id: &str, summary: &str) -> String {
    let papers = [
        paper(id, "Quokka Smiles at Scale", "Quokkas smile.").summary(summary),
        paper("2601.00099", "Wombat Grins", "Wombats grin.").summary(summary),
    ];
    digest("2026-01-05", &papers)
}

#[test]
fn every_encoding_is_read_and_told() {
    const SIMPLIFIED: &str = "针对短尾矮袋鼠的微笑问题,提出新的学习方法与模型,显著提升识别的准确性";
    const TRADITIONAL: &str = "針對短尾矮袋鼠的微笑問題,提出新的學習方法與模型,顯著提升識別的準確性";
    let encoded = |encoding: &'static Encoding, text: &str| {
        let (bytes, _, faulty) = encoding.encode(text);
        assert!(!faulty);
        bytes.into_owned()
    };
    let utf16 =
        |text: &str, unit: fn(u16) -> [u8; 2]| -> Vec<u8> { text.encode_utf16().flat_map(unit).collect() };
    let texts: Vec<String> =
        (1..=8).map(|number| in_chinese(&format!("2601.{number:05}"), SIMPLIFIED)).collect();
    let traditional = in_chinese("2601.00002", TRADITIONAL);
    let cases: [(&str, Vec<u8>, Option<&str>); 8] = [
        ("gb18030.txt", encoded(GB18030, &texts[0]), Some("gb18030")),
        ("big5.txt", encoded(BIG5, &traditional), Some("Big5")),
        ("le-bom.txt", utf16(&format!("\u{feff}{}", texts[2]), u16::to_le_bytes), Some("UTF-16LE")),
        ("be-bom.txt", utf16(&format!("\u{feff}{}", texts[3]), u16::to_be_bytes), Some("UTF-16BE")),
        ("le.txt", utf16(&texts[4], u16::to_le_bytes), Some("UTF-16LE")),
        ("be.txt", utf16(&texts[5], u16::to_be_bytes), Some("UTF-16BE")),
        ("utf-8-bom.txt", format!("\u{feff}{}", texts[6]).into_bytes(), None),
        ("utf-8-crlf.txt", texts[7].replace('\n', "\r\n").into_bytes(), None),
    ];
    let work = Work::new();
    for (name, bytes, told) in &cases {
        let file = work.write(&format!("papers/{name}"), bytes);
        let outcome = work.run(["parse", path(&file)]).succeeds();
        match told {
            Some(encoding) => {
                assert_eq!(outcome.stderr.lines().count(), 1, "{outcome:?}");
                assert!(outcome.stderr.contains(&format!("{name}:1: ")), "{outcome:?}");
                assert!(outcome.stderr.contains(encoding), "{outcome:?}");
            }
            None => assert_eq!(outcome.stderr, "", "{outcome:?}"),
        }
        let papers = json_lines(&outcome.stdout);
        assert_eq!(papers.len(), 2, "{outcome:?}");
        let summary = if *name == "big5.txt" { TRADITIONAL } else { SIMPLIFIED };
        assert_eq!(text_of(&papers[0], "summary"), summary, "{name}");
        assert_eq!(text_of(&papers[0], "abstract"), "Quokkas smile.", "{name}");
        assert_eq!(text_of(&papers[1], "digest_date"), "2026-01-05", "{name}");
    }
    let (_, report) = index_with_neighbour(&work, 0);
    for (name, _, told) in &cases {
        let told: Vec<_> = told.iter().map(|_| Some(1)).collect();
        let lines: Vec<_> = warnings(&report, name).iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, told, "{name}");
    }
    // Traditional or simplified, the question is one.
    for question in ["\"微笑問題\"", "\"微笑问题\""] {
        assert_eq!(work.ids([question]).len(), 8, "{question}");
    }
}

#[test]
fn damaged_text_is_read_and_its_line_told() {
    let work = Work::new();
    let text = in_chinese("2601.00002", "研究短尾矮袋鼠的微笑").replacen("Quokka", "Q\u{1}okka", 1);
    let mut bytes = text.into_bytes();
    let at = bytes.iter().position(|byte| *byte == 1).unwrap();
    bytes[at] = 0xff;
    work.write("papers/odd.txt", bytes);
    let (outcome, report) = index_with_neighbour(&work, 0);
    assert_eq!(
        warnings(&report, "odd.txt"),
        [(Some(2), "a byte sequence that is not UTF-8; it was replaced")]
    );
    outcome.says(&["odd.txt:2: "]);
    let outcome = work.run(["parse", "papers/odd.txt"]).succeeds().says(&["odd.txt:2: "]);
    assert_eq!(text_of(&json_lines(&outcome.stdout)[0], "title"), "Q\u{fffd}okka Smiles at Scale");
    assert_eq!(work.ids(["smiles scale"]).len(), 2);
}

#[test]
fn zero_bytes_in_a_digest_hide_nothing() {
    let work = Work::new();
    let odd = paper("2601.00002", "Wombat\0 Grins", "Wombats\0 grin\0.").authors("Cy\0 Writer");
    work.write("papers/odd.txt", digest("2026-01-05", &[odd]) + "\0\0");
    let (outcome, _) = index_with_neighbour(&work, 0);
    outcome.says(&["odd.txt:2: "]);
    assert_eq!(work.ids(["wombat", "grins"]), ["2601.00002"]);
    assert!(!work.run(["show", "2601.00002"]).succeeds().stdout.contains('\0'));
}

/// One line of 50 MB is read; an index keeps one of 5 MB whole, and searches its beginning.
#[test]
fn a_line_of_any_length_is_read() {
    let work = Work::new();
    let long = |bytes: usize| {
        let words = "quokkas smile at burrows ".repeat(bytes / 25);
        digest("2026-01-05", &[paper("2601.00002", "Long Smiles", &format!("{words}daily."))])
    };
    let outcome = work.program(["parse", "-"]).stdin(long(50_000_000)).run().succeeds();
    let outcome = outcome.says(&["-:2: ", "only the first"]);
    assert!(outcome.stdout.len() > 50_000_000);
    assert!(outcome.stdout.contains("burrows daily.\",\"truncated\":false"));
    work.write("papers/long.txt", long(5_000_000));
    let (_, report) = index_with_neighbour(&work, 0);
    assert_eq!(warnings(&report, "long.txt").len(), 1, "{report}");
    for query in ["burrows", "\"smile at burrows\""] {
        let outcome = work.run(["query", query]).succeeds();
        assert!(outcome.stdout.contains("burrows") && outcome.stdout.len() < 2000, "{outcome:?}");
    }
    assert!(work.run(["show", "2601.00002"]).succeeds().stdout.contains("daily."));
}

#[test]
fn days_that_do_not_exist_are_told_and_left_out() {
    let work = Work::new();
    let dates = ["2026-02-30", "2026-13-01", "0000-00-00", "2026-3-1", "soon", "2025-02-29"];
    let papers: Vec<Paper> = dates
        .iter()
        .zip(2..)
        .map(|(date, number)| paper(&format!("2601.{number:05}"), "Wombat Grins", "Wombats grin.").date(date))
        .collect();
    work.digest("papers/odd.txt", "2026-01-05", &papers);
    let (_, report) = index_with_neighbour(&work, 0);
    let told = warnings(&report, "odd.txt");
    // A paper takes six lines, the last of which holds the next title; the first begins
    // on line 2, and its date stands on the third of its lines.
    let expected: Vec<(Option<u64>, String)> = dates
        .iter()
        .zip(0..)
        .map(|(date, number)| {
            (Some(4 + 5 * number), format!("`{date}` is not a date; the paper is kept without a date"))
        })
        .collect();
    let told: Vec<(Option<u64>, String)> =
        told.into_iter().map(|(line, message)| (line, message.to_string())).collect();
    assert_eq!(told, expected);
    assert_eq!(work.ids(["wombat"]).len(), dates.len());
    // A paper without a day is in no range of days, and comes last.
    assert_eq!(work.ids(["--from", "0001"]), ["2601.00001"]);
    for order in ["newest", "oldest"] {
        assert_eq!(work.ids(["smile", "grin", "--sort", order])[0], "2601.00001", "{order}");
    }
    // The digest's own day.
    work.digest("papers/odd.txt", "2026-02-30", &papers[..1]);
    let (_, report) = index_with_neighbour(&work, 0);
    assert!(warnings(&report, "odd.txt").iter().any(|(line, _)| *line == Some(1)), "{report}");
    let hit = &work.run(["query", "wombat", "--format", "json"]).succeeds().json()["hits"][0];
    assert_eq!(hit["digests"][0]["date"], Value::Null);
    assert_eq!(text_of(hit, "title"), "Wombat Grins");
}

#[test]
fn an_id_twice_in_a_digest_is_one_paper() {
    let work = Work::new();
    let twice = [
        paper("2601.00002v1", "Wombat Grins", "Wombats grin once."),
        paper("2601.00003", "Bilby Burrows", "Bilbies dig."),
        paper("2601.00002v2", "Wombat Grins", "Wombats grin twice."),
    ];
    let odd = work.digest("papers/odd.txt", "2026-01-05", &twice);
    let (_, report) = index_with_neighbour(&work, 0);
    let told = warnings(&report, "odd.txt");
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].0, Some(12));
    assert!(told[0].1.contains("2601.00002") && told[0].1.contains("line 2"), "{told:?}");
    assert_eq!(report["papers"]["total"], 3);
    let answer = work.run(["query", "wombat", "--format", "json"]).succeeds().json();
    assert_eq!((ids_of(&answer).len(), &answer["hits"][0]["version"]), (1, &json!(2)));
    assert_eq!(work.ids(["once"]), [""; 0]);
    work.run(["check"]).succeeds();
    // `parse` gives what stands there.
    assert_eq!(json_lines(&work.run(["parse", path(&odd)]).succeeds().stdout).len(), 3);
}

#[test]
fn a_paper_without_a_link_has_an_id_that_stays() {
    let papers = [
        paper("", "Wombat Grins", "Wombats grin.").without_link(),
        paper("", "Bilby Burrows", "Bilbies dig.").link("https://example.org/bilby"),
    ];
    let ids: BTreeSet<Vec<String>> = ["a.txt", "b.txt"]
        .iter()
        .map(|name| {
            let work = Work::new();
            work.digest(&format!("papers/{name}"), "2026-01-05", &papers);
            let (_, report) = index_with_neighbour(&work, 0);
            let told: Vec<_> = warnings(&report, name).iter().map(|(line, _)| *line).collect();
            assert_eq!(told, [Some(2), Some(6)], "{report}");
            let ids = work.ids(["wombats bilbies"]);
            work.run(["index", "--rebuild", "papers"]).succeeds();
            assert_eq!(work.ids(["wombats bilbies"]), ids);
            ids
        })
        .collect();
    assert_eq!(ids.len(), 1, "the same in every index: {ids:?}");
    let work = Work::new();
    work.digest("papers/odd.txt", "2026-01-05", &papers);
    index_with_neighbour(&work, 0);
    for id in ids.first().unwrap() {
        assert!(id.starts_with("local-"), "{id}");
        work.run(["show", id]).succeeds();
        assert_eq!(work.ids([&format!("id:{id}")]), [id.as_str()]);
    }
    // What `parse` knows is what stands there: no id.
    let outcome = work.run(["parse", "papers/odd.txt"]).succeeds();
    let parsed = json_lines(&outcome.stdout);
    assert_eq!((&parsed[0]["id"], &parsed[0]["url"]), (&Value::Null, &Value::Null));
    assert_eq!((&parsed[1]["id"], text_of(&parsed[1], "url")), (&Value::Null, "https://example.org/bilby"));
}

/// All that a terminal, or the layout of text, would obey, but for line breaks and tab:
/// the controls (ISO 6429) and Unicode's Bidi_Control characters.
fn controls() -> String {
    let controls = ('\0'..='\u{9f}').filter(|ch| ch.is_control() && !"\t\n\r\u{85}".contains(*ch));
    let bidi =
        "\u{61c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}";
    controls.chain(bidi.chars()).collect()
}

/// Asserts that a text holds nothing to obey but the line breaks it is made of.
fn check_harmless(what: &str, text: &str) {
    let obeyed: String = text.chars().filter(|ch| controls().contains(*ch)).collect();
    assert!(obeyed.is_empty(), "{what} holds {}", obeyed.escape_unicode());
}

#[test]
fn control_characters_never_reach_a_terminal() {
    let evil = controls();
    let name = "papers/e\u{1b}]0;vil\u{7}\u{202e}.txt";
    let work = Work::new();
    let papers = [
        paper("2601.00002", &format!("Wombat Grins {evil} and Smiles"), &format!("Wombats {evil} grin."))
            .summary(&format!("袋熊{evil}笑"))
            .authors(&format!("Cy {evil} Writer, \u{1b}[31mRed")),
        paper("", "Wombat Burrows \u{1b}[2J", "Wombats dig.").link("https://example.org/\u{1b}[31m"),
    ];
    work.digest(name, "2026-01-05", &papers);
    let (outcome, report) = index_with_neighbour(&work, 0);
    check_harmless("the report", &outcome.stdout);
    check_harmless("what index says", &outcome.stderr);
    assert_eq!(text_of(&report["warnings"][0], "file"), path(&work.path(name)), "escaped, not changed");
    for format in ["text", "ids", "csv", "markdown", "bibtex", "ris", "trec", "json", "jsonl"] {
        let outcome = work.run(["query", "wombats", "--explain", "--format", format]).succeeds();
        check_harmless(format, &outcome.stdout.replace("\r\n", "\n"));
        let outcome = work.run(["show", "2601.00002", "--format", format]).succeeds();
        check_harmless(&format!("show as {format}"), &outcome.stdout.replace("\r\n", "\n"));
    }
    // In JSON all of it is there, escaped.
    let answer = work.run(["query", "smiles", "--format", "json"]).succeeds().json();
    let hit =
        answer["hits"].as_array().unwrap().iter().find(|hit| text_of(hit, "id") == "2601.00002").unwrap();
    assert!(text_of(hit, "title").contains(&evil));
    assert!(text_of(hit, "abstract").contains(&evil));
    let parsed = work.run(["parse", "papers"]).succeeds();
    check_harmless("parse", &parsed.stdout);
    check_harmless("what parse says", &parsed.stderr);
    assert!(json_lines(&parsed.stdout).iter().any(|paper| text_of(paper, "title").contains(&evil)));
    for args in [&["stats"][..], &["stats", "--format", "json"], &["similar", "2601.00002"], &["check"]] {
        let outcome = work.run(args);
        check_harmless(&format!("{args:?}"), &outcome.stdout);
    }
    // Colour is the only thing to obey where it is asked for.
    let coloured = work.run(["query", "wombats", "--color", "always"]).succeeds().stdout;
    let mut plain = String::new();
    for (number, piece) in coloured.split("\u{1b}[").enumerate() {
        let style = piece.find(|ch: char| !(ch.is_ascii_digit() || ch == ';'));
        match style.filter(|end| number > 0 && piece[*end..].starts_with('m')) {
            Some(end) => plain.push_str(&piece[end + 1..]),
            None => plain.push_str(piece),
        }
    }
    check_harmless("text in colour", &plain);
    assert!(!coloured.contains("\u{1b}[31mRed"));
}

#[test]
fn what_is_typed_never_reaches_a_terminal_raw() {
    let work = Work::new();
    index_with_neighbour(&work, 0);
    let evil: String = controls().chars().filter(|ch| *ch != '\0').collect();
    let query = format!("quokka [{evil} TO b] nofield:{evil} \"{evil}");
    let index = work.path(&evil);
    let named = format!("--{evil}");
    let date = format!("2026{evil}");
    for args in [
        &["query", &query][..],
        &["query", &query, "--format", "json"],
        &["-v", "query", &query],
        &["query", "x", "--from", &date],
        &["query", "x", "--author", &evil],
        &["query", "x", &named],
        &["query", "x", "--format", &evil],
        &["show", &evil],
        &["similar", &evil],
        &["parse", &evil],
        &["index", &evil],
        &[&evil],
        &["--config", &evil, "stats"],
        &["query", "--batch", &evil],
    ] {
        let outcome = work.run(args);
        check_harmless("standard output", &outcome.stdout);
        check_harmless("standard error", &outcome.stderr);
        assert!(outcome.code.is_some(), "{outcome:?}");
    }
    for outcome in [
        work.bare(["--index", path(&index), "stats"]).run(),
        work.bare(["stats"]).env("PAPER_SEARCH_INDEX", &index).run(),
        work.program(["query", "--batch", "-"]).stdin(format!("{query}\n{{\"id\":\"{evil}\"}}")).run(),
        work.program(["parse", "-"]).stdin(evil.clone()).run(),
    ] {
        check_harmless("standard output", &outcome.stdout);
        check_harmless("standard error", &outcome.stderr);
    }
}

#[test]
fn a_query_of_any_size_is_answered() {
    let work = Work::new();
    index_with_neighbour(&work, 0);
    let long: [(&str, String, Option<&str>); 12] = [
        ("100 KB of a word", "a".repeat(100_000), Some("100000 bytes")),
        ("100 KB of words", "quokka ".repeat(14_000), Some("bytes")),
        ("100 KB of Chinese", "微笑".repeat(16_000), Some("bytes")),
        ("20,000 parentheses", "(".repeat(20_000), Some("bytes")),
        ("as many of both", format!("{}quokka{}", "(".repeat(10_000), ")".repeat(10_000)), Some("bytes")),
        ("5,000 NOTs", format!("{}quokka", "NOT ".repeat(5_000)), Some("bytes")),
        ("4 KB of parentheses", format!("{}quokka", "(".repeat(4_000)), Some("parenthes")),
        ("4 KB of groups", "(a OR b) AND ".repeat(300), Some("AND")),
        ("4 KB of NOTs", format!("{}quokka", "NOT ".repeat(1_000)), None),
        ("4 KB of beginnings", "q* ".repeat(1_300), Some("256")),
        ("4 KB of misspellings", "qoukka~ ".repeat(500), Some("256")),
        ("4 KB of quotes", "\"".repeat(4_001), Some("quote")),
    ];
    for (what, query, told) in &long {
        let outcome = work.run(["query", "--format", "json", "--", query]);
        assert!(matches!(outcome.code, Some(0 | 1)), "{what}: {outcome:?}");
        let warnings = outcome.json()["warnings"].to_string();
        assert!(told.is_none_or(|told| warnings.contains(told)), "{what}: {warnings}");
        assert_eq!(told.is_some(), !outcome.stderr.is_empty(), "{what}: {outcome:?}");
    }
    let lines: Vec<&str> = long.iter().map(|(_, query, _)| query.as_str()).chain(["quokka"]).collect();
    let answers = work.batch(lines);
    assert_eq!(ids_of(answers.last().unwrap()), ["2601.00001"]);
}
