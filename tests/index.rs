//! The life of an index: digests that come, change and go; writers that meet, are
//! killed or may not write; damage, and how it is found and mended.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::{
    Outcome, Paper, Work, digest, ids_of, json_lines, paper, path, sample_papers, samples, text_of,
};

/// The kinds of file that a segment has.
const SEGMENT_FILES: [&str; 6] = ["fast", "fieldnorm", "idx", "pos", "store", "term"];

/// Indexes the paths and returns the report without its time.
fn report<S: AsRef<str>>(work: &Work, args: impl IntoIterator<Item = S>) -> Value {
    let args: Vec<String> = ["index", "--format", "json"]
        .into_iter()
        .map(str::to_string)
        .chain(args.into_iter().map(|arg| arg.as_ref().to_string()))
        .collect();
    let mut report = work.run(&args).succeeds().json();
    let took = report.as_object_mut().unwrap().remove("took_ms").unwrap();
    assert!(took.as_f64().is_some_and(|took| took > 0.0), "{took}");
    report
}

/// A report without warnings: added, changed, removed and unchanged digests; added,
/// updated, removed and all papers.
fn counts(digests: [usize; 4], papers: [usize; 4]) -> Value {
    json!({
        "digests": {
            "added": digests[0],
            "changed": digests[1],
            "removed": digests[2],
            "unchanged": digests[3],
            "failed": 0,
        },
        "papers": {"added": papers[0], "updated": papers[1], "removed": papers[2], "total": papers[3]},
        "warnings": [],
    })
}

/// The paper that shows up in listings as number `number`.
fn numbered(number: u32) -> Paper {
    paper(&format!("2601.{number:05}"), &format!("Quokka Study Number {number}"), "Quokkas smile.")
}

/// All ids of the index.
fn all_ids(work: &Work) -> Vec<String> {
    work.ids(["--to", "2100"])
}

/// The folder of the generation in use, in `index`.
fn generation(work: &Work) -> PathBuf {
    let pointer: Value = serde_json::from_slice(&fs::read(work.path("index/current.json")).unwrap()).unwrap();
    work.path(&format!("index/generation-{}", pointer["generation"]))
}

/// The only file of the generation in use whose name passes.
fn file_of(work: &Work, passes: impl Fn(&str) -> bool) -> PathBuf {
    let entries = fs::read_dir(generation(work)).unwrap().map(|entry| entry.unwrap().path());
    let found: Vec<PathBuf> =
        entries.filter(|path| passes(path.file_name().unwrap().to_str().unwrap())).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].clone()
}

/// The files of the generation in use, one of each kind.
fn data_files(work: &Work) -> Vec<PathBuf> {
    let segment = SEGMENT_FILES.map(|kind| file_of(work, |name| name.ends_with(&format!(".{kind}"))));
    let beside =
        ["digests-", "manifest-", "meta.json"].map(|kind| file_of(work, |name| name.starts_with(kind)));
    segment.into_iter().chain(beside).collect()
}

/// An index of two digests with a little of everything in it.
fn small_index() -> Work {
    let work = Work::new();
    work.write_old("papers/a.txt", digest("2026-01-05", &[numbered(1), numbered(2).authors("Cy Writer")]));
    work.write_old("papers/b.txt", digest("2026-01-06", &[numbered(3).date("2026-01-05")]));
    work.run(["index", "papers"]).succeeds();
    work
}

#[test]
fn digests_come_change_and_go() {
    let work = Work::new();
    work.digest("papers/a.txt", "2026-01-05", &[numbered(1), numbered(2)]);
    assert_eq!(report(&work, ["papers"]), counts([1, 0, 0, 0], [2, 0, 0, 2]), "the first");
    assert_eq!(report(&work, ["papers"]), counts([0, 0, 0, 1], [0, 0, 0, 2]), "again");
    let b = work.digest("papers/deep/b.txt", "2026-01-06", &[numbered(3)]);
    assert_eq!(report(&work, ["papers"]), counts([1, 0, 0, 1], [1, 0, 0, 3]), "a new one");
    let changed = paper("2601.00002", "Quokka Study Number 2", "Quokkas smile twice.");
    work.digest("papers/a.txt", "2026-01-05", &[changed, numbered(4)]);
    assert_eq!(report(&work, ["papers"]), counts([0, 1, 0, 1], [1, 1, 1, 3]), "a changed one");
    assert_eq!(all_ids(&work), ["2601.00002", "2601.00003", "2601.00004"]);
    assert_eq!(work.ids(["twice"]), ["2601.00002"]);
    fs::File::options().append(true).open(&b).unwrap().set_modified(std::time::SystemTime::now()).unwrap();
    assert_eq!(report(&work, ["papers"]), counts([0, 0, 0, 2], [0, 0, 0, 3]), "a touched one");
    fs::rename(&b, work.path("papers/c.txt")).unwrap();
    assert_eq!(report(&work, ["papers"]), counts([1, 0, 1, 1], [0, 1, 0, 3]), "a renamed one");
    assert_eq!(work.ids(["digest:b.txt"]), [""; 0]);
    assert_eq!(work.ids(["digest:c.txt"]), ["2601.00003"]);
    fs::remove_file(work.path("papers/a.txt")).unwrap();
    assert_eq!(report(&work, ["papers"]), counts([0, 0, 1, 1], [0, 0, 2, 1]), "a removed one");
    assert_eq!(all_ids(&work), ["2601.00003"]);
    assert_eq!(report(&work, ["--rebuild", "papers"]), counts([1, 0, 0, 0], [1, 0, 0, 1]), "anew");
    assert_eq!(all_ids(&work), ["2601.00003"]);
    work.run(["check"]).succeeds();
}

#[test]
fn what_is_odd_stands_in_the_report() {
    let work = Work::new();
    let a = work.digest("papers/a.txt", "2026-01-05", &[numbered(1), numbered(2).date("2026-02-30")]);
    assert_eq!(
        report(&work, ["papers"])["warnings"],
        json!([{"file": path(&a), "line": 9, "message": "`2026-02-30` is not a date; the paper is kept without a date"}])
    );
    // What was read before is not told again.
    assert_eq!(report(&work, ["papers"])["warnings"], json!([]));
}

/// Same length, same tick of the clock: only the content tells.
#[test]
fn a_change_that_times_do_not_show_is_seen() {
    let work = Work::new();
    for word in ["wombat", "bilbys", "dingos", "numbat"] {
        work.digest(
            "papers/a.txt",
            "2026-01-05",
            &[paper("2601.00001", "Quokka Smiles", &format!("A {word}."))],
        );
        work.run(["index", "papers"]).succeeds();
        assert_eq!(work.ids([word]), ["2601.00001"], "{word}");
    }
}

#[test]
fn a_folder_has_one_name() {
    let work = small_index();
    let unchanged = counts([0, 0, 0, 2], [0, 0, 0, 3]);
    for name in ["papers/", "./papers", "home/../papers", path(&work.path("papers"))] {
        assert_eq!(report(&work, [name]), unchanged, "{name}");
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(work.path("papers"), work.path("link")).unwrap();
        assert_eq!(report(&work, ["link"]), unchanged, "a link");
        assert_eq!(report(&work, ["link", "papers", "papers/a.txt"]), unchanged, "thrice");
    }
}

#[test]
fn digests_elsewhere_stay() {
    let work = small_index();
    work.digest("others/c.txt", "2026-01-07", &[numbered(4)]);
    assert_eq!(report(&work, ["others"]), counts([1, 0, 0, 0], [1, 0, 0, 4]));
    assert_eq!(report(&work, ["papers/a.txt"]), counts([0, 0, 0, 1], [0, 0, 0, 4]));
    // Made anew, the index holds what is named, and nothing else.
    let anew = report(&work, ["--rebuild", "others"]);
    assert_eq!((&anew["digests"]["added"], &anew["papers"]["total"]), (&json!(1), &json!(1)));
    assert_eq!(all_ids(&work), ["2601.00004"]);
}

#[test]
fn the_highest_version_counts_then_the_latest_digest() {
    let work = Work::new();
    let twin = |version: u32, text: &str| paper(&format!("2601.00001v{version}"), "Quokka Smiles", text);
    let check = |step: &str, version: u32, text: &str, digests: &[&str]| {
        work.run(["index", "papers"]).succeeds();
        let answer = work.run(["query", "quokka", "--format", "json"]).succeeds().json();
        assert_eq!(answer["total"], 1, "{step}");
        let hit = &answer["hits"][0];
        assert_eq!((&hit["version"], text_of(hit, "abstract")), (&json!(version), text), "{step}");
        let files: Vec<PathBuf> =
            hit["digests"].as_array().unwrap().iter().map(|digest| text_of(digest, "file").into()).collect();
        let expected: Vec<PathBuf> =
            digests.iter().map(|name| work.path(&format!("papers/{name}"))).collect();
        assert_eq!(files, expected, "{step}");
    };
    work.digest("papers/new.txt", "2026-01-09", &[twin(1, "Once, late.")]);
    check("alone", 1, "Once, late.", &["new.txt"]);
    work.digest("papers/old.txt", "2026-01-05", &[twin(2, "Twice.")]);
    check("a higher version in an earlier digest", 2, "Twice.", &["old.txt", "new.txt"]);
    work.digest("papers/older.txt", "2026-01-04", &[twin(1, "Once, early.")]);
    check("a third digest", 2, "Twice.", &["old.txt", "new.txt", "older.txt"]);
    fs::remove_file(work.path("papers/old.txt")).unwrap();
    check("the best one is gone", 1, "Once, late.", &["new.txt", "older.txt"]);
    fs::remove_file(work.path("papers/new.txt")).unwrap();
    check("the next one too", 1, "Once, early.", &["older.txt"]);
    work.digest("papers/older.txt", "2026-01-04", &[twin(3, "Thrice.")]);
    check("a changed one", 3, "Thrice.", &["older.txt"]);
}

/// An index that grew and shrank is the one that is made of what is there in the end.
#[test]
fn changes_lead_where_a_rebuild_leads() {
    let work = Work::new();
    let index = || work.run(["index", "papers"]).succeeds();
    let copy = |from: &str, to: &str| {
        fs::create_dir_all(work.path("papers")).unwrap();
        fs::copy(samples().join(from), work.path("papers").join(to)).unwrap();
        index();
    };
    copy("2026-03-17.txt", "d.txt");
    copy("2026-03-02.txt", "a.txt");
    copy("2026-03-10.txt", "c.txt");
    fs::remove_file(work.path("papers/a.txt")).unwrap();
    copy("2026-03-03.txt", "b.txt");
    fs::rename(work.path("papers/c.txt"), work.path("papers/e.txt")).unwrap();
    index();
    // The papers of one digest move to another file and back.
    let text = fs::read_to_string(work.path("papers/b.txt")).unwrap();
    work.digest("papers/b.txt", "2026-03-04", &[numbered(1), numbered(2)]);
    index();
    work.write("papers/b.txt", text.replace("tensor", "numbat"));
    index();
    copy("2026-03-02.txt", "a.txt");
    let other = work.path("other");
    work.bare(["--index", path(&other), "index", "papers"]).run().succeeds();
    for args in [
        &["--to", "2100"][..],
        &["speculative", "decoding"],
        &["numbat"],
        &["推测解码"],
        &["\"KV缓存\""],
        &["author:sample"],
        &["digest_date:2026-03-10"],
        &["quant*"],
        &["tensor"],
        &["date:2026-03 -cache"],
    ] {
        let fixed = ["query", "--format", "json", "--sort", "newest", "-n", "100"];
        let args: Vec<&str> = fixed.iter().chain(args).copied().collect();
        let hits = |outcome: Outcome| {
            let mut answer = outcome.json();
            answer.as_object_mut().unwrap().remove("took_ms");
            answer
        };
        let grown = hits(work.run(&args));
        let made = hits(work.bare(["--index", path(&other)].iter().chain(&args)).run());
        assert_eq!(grown, made, "{args:?}");
        assert!(!ids_of(&made).is_empty() || args.contains(&"tensor"), "{args:?}");
    }
    work.run(["check"]).succeeds();
}

/// Everything that needs an index.
const COMMANDS: [&[&str]; 5] =
    [&["query", "quokka"], &["show", "2601.00001"], &["similar", "2601.00001"], &["stats"], &["check"]];

#[test]
fn an_index_of_another_version_is_made_anew() {
    let work = small_index();
    // As the first version wrote it.
    let age = || fs::write(work.path("index/current.json"), r#"{"version":"0.0","generation":1}"#).unwrap();
    age();
    for args in COMMANDS {
        work.run(args).complains(&["another version", "0.0", "index --rebuild"]);
    }
    work.run(["index", "papers"]).complains(&["another version", "index --rebuild"]);
    assert_eq!(report(&work, ["--rebuild", "papers"]), counts([2, 0, 0, 0], [3, 0, 0, 3]));
    assert_eq!(all_ids(&work).len(), 3);
    work.run(["check"]).succeeds();
    // Where a configuration file names the digests, a query mends it by itself.
    age();
    work.write("paper-search.toml", "index = \"index\"\ndigests = [\"papers\"]\n");
    work.bare(["query", "quokka", "--no-refresh"]).run().complains(&["another version"]);
    let mended = work.bare(["query", "quokka", "--format", "ids"]).run().succeeds();
    assert_eq!((mended.stdout.lines().count(), mended.stderr.lines().count()), (3, 1), "{mended:?}");
    work.bare(["query", "quokka"]).run().succeeds().says_nothing();
}

#[test]
fn what_is_no_index_is_left_alone() {
    let work = small_index();
    work.write("notes/todo.md", "Buy eucalyptus.");
    work.write("file", "Just a file.");
    for name in ["notes", "file"] {
        let before = fs::metadata(work.path(name)).unwrap().modified().unwrap();
        let run = |args: &[&str]| work.bare(["--index", name].iter().chain(args)).run();
        for args in COMMANDS.into_iter().chain([&["index", "papers"][..], &["index", "--rebuild", "papers"]])
        {
            run(args).complains(&[name, "not an index"]);
        }
        assert_eq!(fs::metadata(work.path(name)).unwrap().modified().unwrap(), before, "{name}");
    }
    assert_eq!(work.files("notes").len(), 1);
    // Nothing, or an empty folder: no index yet.
    fs::create_dir(work.path("empty")).unwrap();
    for name in ["empty", "none"] {
        for args in COMMANDS {
            work.bare(["--index", name].iter().chain(args)).run().complains(&[
                name,
                "no index",
                "paper-search index",
            ]);
        }
        work.bare(["--index", name, "index", "papers"]).run().succeeds();
    }
}

#[test]
fn a_missing_path_changes_nothing() {
    let work = small_index();
    let before = work.files("index");
    work.digest("papers/c.txt", "2026-01-07", &[numbered(4)]);
    for args in
        [&["nowhere"][..], &["papers", "nowhere"], &["--rebuild", "papers", "nowhere"], &["papers/d.txt"]]
    {
        let missing = args[args.len() - 1];
        work.run(["index"].iter().chain(args)).complains(&[missing]);
        assert_eq!(work.files("index"), before, "{args:?}");
    }
    work.run(["index"]).complains(&["no digests", "PATH"]);
    // And no index comes of it.
    work.bare(["--index", "new", "index", "nowhere"]).run().complains(&["nowhere"]);
    assert!(!work.path("new").exists());
}

#[test]
fn two_writers_do_not_meet() {
    let work = small_index();
    work.write("paper-search.toml", "index = \"index\"\ndigests = [\"papers\"]\n");
    let lock = fs::File::options().append(true).open(work.path("index/writer.lock")).unwrap();
    lock.try_lock().unwrap();
    work.write_old("papers/c.txt", digest("2026-01-07", &[numbered(4)]));
    for args in [&["index", "papers"][..], &["index", "--rebuild", "papers"]] {
        work.run(args).complains(&["another paper-search is writing", path(&work.path("index"))]);
    }
    // Who searches goes on, and is told where that means an older state.
    for args in COMMANDS {
        work.run(args).succeeds().says_nothing();
    }
    let old = work.bare(["query", "quokka", "--format", "ids"]).run().succeeds();
    assert_eq!((old.stdout.lines().count(), old.stderr.lines().count()), (3, 1), "{old:?}");
    old.says(&["warning", "not brought up to date", "another paper-search"]);
    drop(lock);
    let new = work.bare(["query", "quokka", "--format", "ids"]).run().succeeds();
    assert_eq!(new.stdout.lines().count(), 4, "{new:?}");
}

/// A second writer that waits does its work when the first one is done, on what is there
/// then.
#[test]
fn a_writer_that_waits_has_its_turn() {
    let work = small_index();
    let lock = fs::File::options().append(true).open(work.path("index/writer.lock")).unwrap();
    lock.try_lock().unwrap();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| work.run(["index", "--wait", "papers"]));
        std::thread::sleep(Duration::from_millis(300));
        assert!(!waiting.is_finished());
        work.write_old("papers/c.txt", digest("2026-01-07", &[numbered(4)]));
        drop(lock);
        let done = waiting.join().unwrap().succeeds().says(&["another paper-search", "waiting"]);
        assert!(done.stdout.contains("4 in all"), "{done:?}");
    });
    work.run(["index", "--wait", "papers"]).succeeds().says_nothing();
}

/// Whoever searches meanwhile sees the old state or the new one, nothing between,
/// whatever happens to the process.
#[test]
fn a_killed_writer_leaves_the_old_state_or_the_new_one() {
    let work = Work::new();
    let half = [samples().join("2026-03-02.txt"), samples().join("2026-03-03.txt")];
    let first = || work.run(["index", path(&half[0]), path(&half[1])]).succeeds();
    let count = || {
        work.run(["query", "--to", "2100", "-n", "0", "--format", "json"]).succeeds().json()["total"].clone()
    };
    for (number, delay) in [5, 60, 130, 220].into_iter().enumerate() {
        fs::remove_dir_all(work.path("index")).unwrap_or_default();
        first();
        let rebuild: &[&str] = if number % 2 == 1 { &["--rebuild"] } else { &[] };
        let samples = samples();
        let writer = work.program(["index", path(&samples)].iter().chain(rebuild)).start();
        std::thread::sleep(Duration::from_millis(delay));
        drop(writer);
        let total = count();
        assert!(total == 23 || total == 44, "killed after {delay} ms: {total}");
        work.run(["check"]).succeeds();
        // What it leaves behind does not keep the next one from its work.
        work.run(["index", path(&samples)]).succeeds();
        assert_eq!(count(), 44, "killed after {delay} ms");
        work.run(["check"]).succeeds();
    }
}

#[test]
fn who_searches_while_another_writes_is_not_disturbed() {
    let work = Work::with_samples();
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for _ in 0..2 {
                work.run(["index", "--rebuild", path(&samples())]).succeeds();
            }
        });
        let mut queries = 0;
        while !writer.is_finished() || queries < 10 {
            let outcome =
                work.run(["query", "--to", "2100", "-n", "0", "--format", "json"]).succeeds().says_nothing();
            assert_eq!(outcome.json()["total"], 44);
            queries += 1;
        }
        writer.join().unwrap();
    });
}

#[test]
fn watching_indexes_what_arrives() {
    let work = small_index();
    let mut watcher = work.program(["index", "--watch", "papers"]).start();
    let started = Instant::now();
    let mut arrives = |what: &str, found: &dyn Fn() -> bool| {
        while !found() {
            assert!(started.elapsed() < Duration::from_secs(60), "{what} is not seen");
            assert!(watcher.is_running(), "the watcher has ended");
            std::thread::sleep(Duration::from_millis(100));
        }
    };
    let words = |word: &str| work.ids([word]).len();
    work.digest("papers/c.txt", "2026-01-07", &[paper("2601.00004", "Wombat Grins", "They grin.")]);
    arrives("a new digest", &|| words("wombat") == 1);
    // What is wrong does not end the watch.
    work.write("papers/milk.txt", "milk\n");
    work.digest("papers/c.txt", "2026-01-07", &[paper("2601.00005", "Bilby Burrows", "They dig.")]);
    arrives("a changed digest", &|| words("bilby") == 1 && words("wombat") == 0);
    fs::rename(work.path("papers"), work.path("away")).unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    assert_eq!(words("bilby"), 1, "a folder that is away for a while changes nothing");
    fs::rename(work.path("away"), work.path("papers")).unwrap();
    fs::remove_file(work.path("papers/c.txt")).unwrap();
    arrives("a removed digest", &|| words("bilby") == 0);
    assert_eq!(words("quokka"), 3);
}

/// Copies come slowly, and many at a time; editors write aside and rename; folders come back.
#[test]
fn watching_bears_with_how_digests_come() {
    let work = small_index();
    let mut watcher = work.program(["index", "--watch", "papers"]).start();
    let mut wait_for = |what: &str, word: &str, count: usize| {
        let started = Instant::now();
        while work.ids([word]).len() != count {
            assert!(started.elapsed() < Duration::from_secs(60), "{what} is not seen");
            assert!(watcher.is_running(), "the watcher has ended");
            std::thread::sleep(Duration::from_millis(100));
        }
    };
    // Slowly, in place.
    let text =
        digest("2026-01-07", &[paper("2601.00010", "Wombat Grins", "They grin, and they dig at noon.")]);
    let file = work.write("papers/slow.txt", "");
    for part in 1..=20 {
        fs::write(&file, &text[..text.len() * part / 20]).unwrap();
        std::thread::sleep(Duration::from_millis(100));
    }
    wait_for("a digest that came slowly", "wombat", 1);
    // A burst.
    for number in 20..60 {
        work.digest(&format!("papers/{number}.txt"), "2026-01-08", &[numbered(number).authors("Dee Burst")]);
        std::thread::sleep(Duration::from_millis(30));
    }
    wait_for("a burst", "author:burst", 40);
    // As editors save.
    for word in ["bilby", "dunnart"] {
        let changed = paper("2601.00010", "Wombat Grins", &format!("A {word} digs."));
        work.digest("papers/.slow.txt.swp", "2026-01-07", &[changed]);
        fs::rename(&file, work.path("papers/slow.txt~")).unwrap();
        std::thread::sleep(Duration::from_millis(50));
        fs::rename(work.path("papers/.slow.txt.swp"), &file).unwrap();
        wait_for("a saved digest", word, 1);
    }
    // A folder that comes back with more in it.
    fs::rename(work.path("papers"), work.path("away")).unwrap();
    work.digest("away/back.txt", "2026-01-09", &[paper("2601.00011", "Potoroo Returns", "It is back.")]);
    std::thread::sleep(Duration::from_millis(1500));
    fs::rename(work.path("away"), work.path("papers")).unwrap();
    wait_for("a folder that came back", "potoroo", 1);
    drop(watcher);
    work.run(["check"]).succeeds();
}

#[test]
fn leftovers_are_cleared_away() {
    let work = small_index();
    let generation = generation(&work);
    work.write("index/.tmp-x", "half a file");
    work.write("index/generation-99/meta.json", "{}");
    fs::write(generation.join(".tmp-digests"), "half a file").unwrap();
    work.write("index/README.md", "This is an index.");
    work.run(["index", "papers"]).succeeds();
    for name in ["index/.tmp-x", "index/generation-99"] {
        assert!(!work.path(name).exists(), "{name}");
    }
    assert!(!generation.join(".tmp-digests").exists());
    assert!(work.path("index/README.md").exists(), "who put it there wants it there");
    work.run(["check"]).succeeds();
    work.run(["index", "--rebuild", "papers"]).succeeds();
    assert!(!generation.exists(), "the old generation has no reader");
    assert_eq!(all_ids(&work).len(), 3);
}

#[test]
fn check_reads_all_there_is() {
    let work = Work::with_samples();
    let outcome = work.run(["check"]).succeeds().says_nothing();
    assert!(outcome.stdout.contains("44 papers of 4 digests"), "{outcome:?}");
}

/// Puts a file in another state for as long as `work` runs.
fn with_damage<T>(file: &Path, damaged: Option<&[u8]>, work: impl FnOnce() -> T) -> T {
    let sound = fs::read(file).unwrap();
    match damaged {
        Some(bytes) => fs::write(file, bytes).unwrap(),
        None => fs::remove_file(file).unwrap(),
    }
    let result = work();
    fs::write(file, sound).unwrap();
    result
}

/// What may become of a file: a byte turned over in one of several places, evenly spread
/// from the first to the last; half of it lost, all of it, or the file itself.
fn damages(file: &Path, places: usize) -> Vec<(String, Option<Vec<u8>>)> {
    let name = file.file_name().unwrap().to_str().unwrap();
    let sound = fs::read(file).unwrap();
    let flips = (0..places).map(|place| {
        let mut bytes = sound.clone();
        let at = (bytes.len() - 1) * place / (places - 1);
        bytes[at] ^= 0xff;
        (format!("{name}, byte {at}"), Some(bytes))
    });
    let rest = [
        (format!("half of {name}"), Some(sound[..sound.len() / 2].to_vec())),
        (format!("nothing of {name}"), Some(Vec::new())),
        (format!("no {name}"), None),
    ];
    flips.chain(rest).collect()
}

#[test]
fn check_finds_any_damage() {
    let work = small_index();
    let complains = |what: &str| {
        let outcome = work.run(["check"]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""), "{what}: {outcome:?}");
        // Whoever is told of damage is told what mends it.
        outcome.says(&["error: ", path(&work.path("index")), "index --rebuild"]);
    };
    for file in data_files(&work) {
        for (what, damage) in damages(&file, 7) {
            with_damage(&file, damage.as_deref(), || complains(&what));
        }
        work.run(["check"]).succeeds();
    }
    let pointer = work.path("index/current.json");
    for (what, damage) in damages(&pointer, 61).into_iter().filter(|(_, damage)| damage.is_some()) {
        with_damage(&pointer, damage.as_deref(), || complains(&what));
    }
    with_damage(&pointer, None, || {
        work.run(["check"]).complains(&["no index"]);
    });
}

/// Asserts that a run on a damaged index ended well, or said what is wrong.
fn check_told(what: &str, outcome: &Outcome) {
    assert!(matches!(outcome.code, Some(0..=2)), "{what}: {outcome:?}");
    if outcome.code == Some(2) {
        for text in ["damaged", "index --rebuild"] {
            assert!(outcome.stderr.contains(text), "{what}: {text:?} is not said: {outcome:?}");
        }
    }
}

#[test]
fn a_damaged_index_is_told_and_never_a_crash() {
    let work = small_index();
    // One of each way to read: terms, positions, ranges, all terms, stored papers.
    let queries = "quokka\n\"quokkas smile\"\nsmile*\nqoukka~\nauthor:example\ndate:2026-01\nid:2601.00001\nnumber -title:3\n";
    for file in data_files(&work) {
        for (what, damage) in damages(&file, 7) {
            with_damage(&file, damage.as_deref(), || {
                let batch = ["query", "--batch", "-", "--format", "jsonl", "--explain"];
                check_told(&what, &work.program(batch).stdin(queries).run());
                check_told(&what, &work.run(["show", "2601.00002"]));
                check_told(&what, &work.run(["stats"]));
            });
        }
    }
}

/// Damages each file in each way, a byte in so many places as `places` wants for a file of
/// this name; each time, `run` finds the same index but for the damage, and a digest with
/// a paper that is new and one that has changed.
fn for_each_damage(places: impl Fn(&str) -> usize, run: impl Fn(&Work, &str)) {
    let work = small_index();
    work.write("paper-search.toml", "index = \"index\"\ndigests = [\"papers\"]\n");
    let changed = paper("2601.00001", "Quokka Study Number 1", "Quokkas smile twice.");
    work.write_old("papers/a.txt", digest("2026-01-05", &[changed, numbered(2), numbered(4)]));
    let sound = work.files("index");
    for file in data_files(&work) {
        for (what, damage) in damages(&file, places(path(&file))) {
            match damage {
                Some(bytes) => fs::write(&file, bytes).unwrap(),
                None => fs::remove_file(&file).unwrap(),
            }
            run(&work, &what);
            fs::remove_dir_all(work.path("index")).unwrap();
            for (path, bytes) in &sound {
                work.write(path.strip_prefix(work.root()).unwrap().to_str().unwrap(), bytes);
            }
        }
    }
}

#[test]
fn a_writer_meets_damage_without_a_crash() {
    // Deleting a paper looks its id up, in a small part of the terms, on a thread of the
    // engine's own where nothing catches a panic.
    let places = |name: &str| if name.ends_with(".term") { 61 } else { 7 };
    for_each_damage(places, |work, what| check_told(what, &work.run(["index", "papers"])));
}

#[test]
fn a_query_that_would_refresh_meets_damage_without_a_crash() {
    for_each_damage(|_| 7, |work, what| check_told(what, &work.bare(["query", "quokka"]).run()));
}

/// The digests are the truth: nothing in the index may keep it from being made anew.
#[test]
fn a_rebuild_mends_any_damage() {
    let mends = |work: &Work, what: &str| {
        let outcome = work.run(["index", "--rebuild", "papers"]);
        assert_eq!(outcome.code, Some(0), "{what}: {outcome:?}");
        let checked = work.run(["check"]).succeeds();
        assert!(checked.stdout.contains("4 papers of"), "{what}: {checked:?}");
    };
    for_each_damage(|_| 3, mends);
    let work = small_index();
    work.digest("papers/c.txt", "2026-01-07", &[numbered(4)]);
    work.write("index/current.json", "{");
    mends(&work, "a pointer that cannot be read");
    fs::remove_dir_all(generation(&work)).unwrap();
    mends(&work, "no generation");
}

/// A digest that fails stays in the index as it was, also where all is made anew.
#[test]
fn a_digest_that_fails_stays_as_it_was() {
    let work = small_index();
    work.write_old("papers/a.txt", "milk\nbread\n");
    for args in [&["index", "papers"][..], &["index", "--rebuild", "papers"]] {
        let outcome = work.run(args.iter().chain(&["--format", "json"])).ends_with(2);
        let report = outcome.json();
        assert_eq!(
            (&report["digests"]["failed"], &report["papers"]["total"]),
            (&json!(1), &json!(3)),
            "{args:?}"
        );
        assert_eq!(text_of(&report["warnings"][0], "file"), path(&work.path("papers/a.txt")));
        outcome.says(&["error: ", "papers/a.txt:1: "]);
        assert_eq!(all_ids(&work).len(), 3, "{args:?}");
    }
    // Who searches is told once, not with each query.
    work.write("paper-search.toml", "index = \"index\"\ndigests = [\"papers\"]\n");
    work.write_old("papers/a.txt", "milk\nbread\neggs\n");
    let query = || work.bare(["query", "quokka", "--format", "ids"]).run().succeeds();
    let told = query().says(&["warning: ", "papers/a.txt", "no digest"]);
    assert_eq!((told.stdout.lines().count(), told.stderr.lines().count()), (3, 1), "{told:?}");
    assert_eq!(query().says_nothing().stdout, told.stdout);
}

/// Copies a folder, times of change and all.
fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, copy) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        if path.is_dir() {
            copy_folder(&path, &copy);
            continue;
        }
        fs::copy(&path, &copy).unwrap();
        let modified = fs::metadata(&path).unwrap().modified().unwrap();
        fs::File::options().append(true).open(&copy).unwrap().set_modified(modified).unwrap();
    }
}

/// A copied index has other stamps than its manifest says; its content decides.
#[test]
fn a_copied_index_is_as_good_as_its_content() {
    let work = small_index();
    let copy = work.path("copy");
    copy_folder(&work.path("index"), &copy);
    let run = |args: &[&str]| work.bare(["--index", path(&copy)].iter().chain(args)).run();
    for args in COMMANDS {
        run(args).succeeds().says_nothing();
    }
    let manifest = |index: &str| {
        let (_, bytes) =
            work.files(index).into_iter().find(|(file, _)| path(file).contains("manifest-")).unwrap();
        bytes
    };
    assert_eq!(manifest("copy"), manifest("index"), "reading writes nothing");
    run(&["index", "papers"]).succeeds();
    assert_ne!(manifest("copy"), manifest("index"), "a writer notes the stamps that hold now");
    run(&["check"]).succeeds();
    let stored = file_of(&work, |name| name.ends_with(".store"));
    let mut bytes = fs::read(&stored).unwrap();
    bytes[9] ^= 1;
    fs::write(&stored, bytes).unwrap();
    fs::remove_dir_all(&copy).unwrap();
    copy_folder(&work.path("index"), &copy);
    for args in COMMANDS.into_iter().chain([&["index", "papers"][..]]) {
        assert!(run(args).ends_with(2).says(&["index --rebuild"]).stdout.is_empty(), "{args:?}");
    }
}

/// Damage that leaves size and time as they were is found by who looks at all content.
#[test]
fn check_does_not_trust_times() {
    let work = small_index();
    for file in data_files(&work) {
        let modified = fs::metadata(&file).unwrap().modified().unwrap();
        let sound = fs::read(&file).unwrap();
        let write = |at: usize, flip: u8| {
            let mut bytes = sound.clone();
            bytes[at] ^= flip;
            fs::write(&file, bytes).unwrap();
            fs::File::options().append(true).open(&file).unwrap().set_modified(modified).unwrap();
        };
        for at in [0, sound.len() / 2, sound.len() - 1] {
            write(at, 1);
            assert_eq!(work.run(["check"]).code, Some(2), "{}, byte {at}", file.display());
        }
        write(0, 0);
    }
    work.run(["check"]).succeeds();
}

/// What a killed run left in the generation is gone after the next run, whatever that has
/// to do; and the index folder holds what the commit names, and nothing else.
#[test]
fn nothing_is_left_behind() {
    let work = small_index();
    let before = work.files("index");
    let names = |files: &[(PathBuf, Vec<u8>)]| -> Vec<PathBuf> {
        files.iter().map(|(path, _)| path.strip_prefix(work.path("index")).unwrap().to_path_buf()).collect()
    };
    let generation = generation(&work);
    for name in [
        "0123456789abcdef0123456789abcdef.idx",
        "0123456789abcdef0123456789abcdef.store.temp",
        "digests-0123456789abcdef.json",
        "manifest-0123456789abcdef.json",
        ".tmp-meta.json",
    ] {
        fs::write(generation.join(name), "left over").unwrap();
    }
    work.run(["index", "papers"]).succeeds();
    assert_eq!(names(&work.files("index")), names(&before));
    assert!(before.iter().all(|(path, _)| !path.ends_with(".managed.json")), "{before:?}");
    work.digest("papers/a.txt", "2026-01-05", &[numbered(1), numbered(4)]);
    work.run(["index", "papers"]).succeeds();
    let files = work.files("index");
    let count = |part: &str| files.iter().filter(|(file, _)| path(file).contains(part)).count();
    assert_eq!((count("/digests-"), count("/manifest-"), count("/.tmp")), (1, 1, 0), "{files:?}");
}

#[cfg(unix)]
mod permissions {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::harness::Program;

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    /// Runs as a user whom modes bind; `None` where there is no such user.
    fn bound(program: Program) -> Option<Outcome> {
        match program.without_root().try_run() {
            Ok(outcome) => Some(outcome),
            Err(error) => {
                eprintln!("SKIPPED: the program cannot be started without root's rights: {error}");
                None
            }
        }
    }

    #[test]
    fn a_read_only_index_can_be_searched() {
        let work = small_index();
        work.write("paper-search.toml", "index = \"index\"\ndigests = [\"papers\"]\n");
        work.give_away();
        for (path, _) in work.files("index") {
            set_mode(&path, 0o444);
        }
        let folders = [generation(&work), work.path("index")];
        folders.iter().for_each(|folder| set_mode(folder, 0o555));
        let run = |args: &[&str]| bound(work.program(args));
        for args in COMMANDS {
            let Some(outcome) = run(args) else { return };
            outcome.succeeds().says_nothing();
        }
        if let Some(fresh) = bound(work.bare(["query", "quokka"])) {
            fresh.succeeds().says_nothing();
        }
        // Who would have to write is told, and searches what is there.
        work.write_old("papers/c.txt", digest("2026-01-07", &[numbered(4)]));
        if let Some(stale) = bound(work.bare(["query", "quokka", "--format", "ids"])) {
            let stale = stale.succeeds().says(&["not brought up to date", "ermission denied"]);
            assert_eq!(stale.stdout.lines().count(), 3, "{stale:?}");
        }
        for args in [&["index", "papers"][..], &["index", "--rebuild", "papers"]] {
            if let Some(refused) = run(args) {
                refused.complains(&["index", "ermission denied"]);
            }
        }
        folders.iter().for_each(|folder| set_mode(folder, 0o755));
    }

    /// An index that several people share has the modes that its owner's umask gives.
    #[test]
    fn files_have_the_usual_modes() {
        let work = small_index();
        work.digest("papers/c.txt", "2026-01-07", &[numbered(4)]);
        work.run(["index", "papers"]).succeeds();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        let usual = mode(&work.path("papers/c.txt"));
        for (file, _) in work.files("index") {
            assert_eq!(mode(&file), usual, "{}", file.display());
        }
        // Another user can search it: nothing in it is the owner's alone.
        fs::set_permissions(work.root(), fs::Permissions::from_mode(0o755)).unwrap();
        for args in COMMANDS {
            let Some(outcome) = bound(work.program(args)) else { return };
            outcome.succeeds().says_nothing();
        }
    }

    /// Nor is it damage if the system has no room for another open file.
    #[test]
    fn too_many_open_files_are_told_as_such() {
        let work = small_index();
        let mut told = 0;
        for limit in 4..40 {
            for args in [&["query", "quokka"][..], &["index", "papers"], &["index", "--rebuild", "papers"]] {
                let program = work.program(args).into_command();
                let mut limited = std::process::Command::new("sh");
                limited.arg("-c").arg(format!("ulimit -n {limit}; exec \"$@\"")).arg("sh");
                limited.arg(program.get_program()).args(program.get_args()).current_dir(work.root());
                let outcome = limited.output().unwrap();
                let stderr = String::from_utf8(outcome.stderr).unwrap();
                assert!(!stderr.contains("damaged") && !stderr.contains("panicked"), "{limit}: {stderr}");
                told += usize::from(stderr.contains("Too many open files"));
            }
        }
        assert!(told > 3, "{told}");
        work.run(["check"]).succeeds();
        assert_eq!(all_ids(&work).len(), 3);
    }

    /// Not being allowed to read is not damage: making the index anew would not help.
    #[test]
    fn an_index_that_may_not_be_read_is_told_as_such() {
        let work = small_index();
        work.give_away();
        let store = file_of(&work, |name| name.ends_with(".store"));
        let generation = generation(&work);
        for path in [
            work.path("index"),
            work.path("index/current.json"),
            generation.join("meta.json"),
            generation,
            store,
        ] {
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            set_mode(&path, 0o000);
            for args in [&["query", "quokka"][..], &["stats"]] {
                let Some(outcome) = bound(work.program(args)) else { return };
                let outcome = outcome.complains(&["ermission denied"]);
                assert!(!outcome.stderr.contains("damaged"), "{outcome:?}");
            }
            set_mode(&path, mode);
        }
    }
}

/// Nothing in the first digest tells where the second title begins; another digest lists it.
#[test]
fn one_digest_tells_another_where_a_title_begins() {
    let work = Work::new();
    let title = "2- and 3-Burrows";
    let glued = [
        paper("2601.00001", "Wombats at Scale", "Code is at https://example.org/burrow"),
        paper("2601.00002", title, "They dig."),
    ];
    let titles = |step: &str| {
        let report = report(&work, ["papers"]);
        let hits = work.run(["query", "--to", "2100", "--format", "jsonl", "--sort", "oldest"]).succeeds();
        let hits = json_lines(&hits.stdout);
        let shown =
            ["title", "abstract"].map(|key| hits.iter().map(|hit| text_of(hit, key).to_string()).collect());
        let [titles, texts]: [Vec<String>; 2] = shown;
        assert_eq!(hits.len(), 2, "{step}");
        (titles[1] == title && texts[0] == "Code is at https://example.org/burrow", report)
    };
    work.write_old("papers/a.txt", digest("2026-01-05", &glued));
    let (is_right, first) = titles("alone");
    assert!(!is_right);
    assert!(text_of(&first["warnings"][0], "message").contains("not certain"), "{first}");

    // A later digest has an older version of the paper.
    let text = digest("2026-01-06", &[paper("2601.00002v1", title, "They dig.")]);
    work.write_old("papers/b.txt", text);
    let (is_right, second) = titles("told");
    assert!(is_right, "{second}");
    assert_eq!((&second["warnings"], &second["papers"]["updated"]), (&json!([]), &json!(2)));

    fs::remove_file(work.path("papers/b.txt")).unwrap();
    assert!(!titles("alone again").0);

    let rebuilt = work.run(["index", "--rebuild", "papers"]).succeeds();
    assert!(rebuilt.stdout.ends_with("titles:  1 not certain, see the warning\n"), "{}", rebuilt.stdout);
}

/// The samples in the index are those of the list, whatever way they came in.
#[test]
fn one_digest_at_a_time_is_as_good_as_all_at_once() {
    let work = Work::new();
    for name in ["2026-03-10.txt", "2026-03-17.txt", "2026-03-02.txt", "2026-03-03.txt"] {
        work.run(["index", path(&samples().join(name))]).succeeds();
    }
    let all = Work::with_samples();
    let listed = |work: &Work| {
        json_lines(&work.run(["query", "--to", "2100", "-n", "100", "--format", "jsonl"]).succeeds().stdout)
    };
    assert_eq!(listed(&work), listed(&all));
    assert_eq!(listed(&work).len() + 1, sample_papers().len(), "one paper stands there in two versions");
}
