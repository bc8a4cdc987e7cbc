//! An archive that stays open while digests come and go.
#![allow(clippy::unwrap_used, reason = "a test that fails should say where")]

use std::fs;
use std::path::{Path, PathBuf};

use analysis::Analyzer;
use archive::{Archive, ArchiveError, Asked, CompletionKind, Snapshot};
use chrono::NaiveDate;
use indexer::{IndexError, Options};
use tempfile::TempDir;

const FIRST: &str = "\
2026-03-02
Quokkas Draft Tokens for Patient Wombats
提出短尾矮袋鼠草稿模型,用推测解码加速袋熊的推理。
Authors: Ann Example, Bo Tester | Date: 2026-02-27
Link: http://arxiv.org/abs/2602.11111v1
Abstract
Speculative decoding for wombats, drafted by quokkas.
";

const SECOND: &str = "\
2026-03-03
Wombats Verify What Quokkas Draft
研究袋熊如何验证短尾矮袋鼠的草稿。
Authors: Bo Tester | Date: 2026-03-01
Link: http://arxiv.org/abs/2603.22222v1
Abstract
Verification in speculative decoding, by wombats.
";

struct World {
    folder: TempDir,
}

impl World {
    fn new() -> World {
        let world = World { folder: TempDir::new().unwrap() };
        fs::create_dir(world.digests()).unwrap();
        world.index(&[("a.txt", FIRST)], false);
        world
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("index")
    }

    fn digests(&self) -> PathBuf {
        self.folder.path().join("digests")
    }

    /// Writes digests and brings the index up to date.
    fn index(&self, digests: &[(&str, &str)], rebuild: bool) {
        for (name, text) in digests {
            fs::write(self.digests().join(name), text).unwrap();
        }
        let options = Options { rebuild, ..Options::default() };
        indexer::sync(&self.root(), &[self.digests()], options, &Analyzer::new(), &mut |_| {}).unwrap();
    }
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 20).unwrap()
}

fn asked(query: &str) -> Asked {
    Asked { query: query.to_string(), ..Asked::default() }
}

fn ids(snapshot: &Snapshot, query: &str) -> Vec<String> {
    let results = snapshot.search(&asked(query), today()).unwrap();
    results.hits.into_iter().map(|found| found.record.id).collect()
}

#[test]
fn a_new_commit_is_noticed_and_the_old_one_stays_readable() {
    let world = World::new();
    let archive = Archive::open(&world.root(), None).unwrap();
    let before = archive.snapshot();
    assert_eq!(archive.snapshot().commit(), before.commit(), "nothing was committed");
    for rebuild in [false, true] {
        let last = archive.snapshot();
        world.index(&[("b.txt", SECOND)], rebuild);
        let after = archive.snapshot();
        // Nothing new came with the second run, but it was a rebuild.
        assert_ne!(after.commit(), last.commit());
        assert_eq!(ids(&after, "wombats").len(), 2);
        assert_eq!(archive.problem(), None);
    }
    assert_eq!(ids(&before, "wombats"), ["2602.11111"]);
    assert_eq!(before.stats().unwrap().papers, 1);
}

#[test]
fn an_index_that_goes_away_is_served_on() {
    let world = World::new();
    let archive = Archive::open(&world.root(), None).unwrap();
    fs::rename(world.root(), world.folder.path().join("elsewhere")).unwrap();
    assert_eq!(ids(&archive.snapshot(), "wombats"), ["2602.11111"]);
    assert!(archive.problem().unwrap().contains("there is no index"), "{:?}", archive.problem());
}

#[test]
fn there_must_be_an_index_to_open() {
    let error = Archive::open(Path::new("nowhere"), None).expect_err("nothing is there");
    assert!(matches!(error, IndexError::Missing(_)), "{error}");
}

#[test]
fn the_archive_answers_whatever_surfaces_ask() {
    let world = World::new();
    world.index(&[("b.txt", SECOND)], false);
    let snapshot = Archive::open(&world.root(), Some(query::Lexicon::shipped())).unwrap().snapshot();
    assert_eq!(ids(&snapshot, "推测解码").len(), 2);
    let recent = snapshot.recent(&asked(""), today()).unwrap();
    assert_eq!(recent.hits[0].record.id, "2603.22222");
    let record = snapshot.record("https://arxiv.org/abs/2602.11111v1").unwrap().unwrap();
    assert!(record.paper().title.starts_with("Quokkas"));
    assert!(snapshot.record("2602.99999").unwrap().is_none());

    let named = ["2602.11111".to_string(), "2602.99999".to_string()];
    let alike = snapshot.similar(&named, &Asked::default(), today()).unwrap();
    assert_eq!(alike.missing, ["2602.99999"]);
    assert_eq!(alike.results.unwrap().hits[0].record.id, "2603.22222");

    let facets = snapshot.facets(&asked("wombats"), 10, today()).unwrap();
    assert_eq!(facets.months, [((2026, 2), 1), ((2026, 3), 1)]);
    assert_eq!(facets.authors, [("Bo Tester".to_string(), 2), ("Ann Example".to_string(), 1)]);

    let mut only_b = asked("wombats");
    only_b.filters.digest = Some("b.txt".to_string());
    assert_eq!(snapshot.search(&only_b, today()).unwrap().total, 1);

    let error = snapshot.search(&Asked { limit: Some(5000), ..asked("x") }, today()).expect_err("too many");
    assert!(matches!(error, ArchiveError::Asked(_)), "{error}");
}

#[test]
fn what_is_typed_is_completed() {
    let world = World::new();
    let snapshot = Archive::open(&world.root(), None).unwrap().snapshot();
    for (typed, expected) in [
        ("quok", Some(("quokkas", CompletionKind::Word))),
        ("patient WOM", Some(("patient wombats", CompletionKind::Word))),
        ("推测", Some(("推测解码", CompletionKind::Word))),
        ("推测解码", None),
        ("exam", Some(("Ann Example", CompletionKind::Author))),
        ("example a", Some(("Ann Example", CompletionKind::Author))),
        ("example b", None),
        ("q", None),
        ("", None),
    ] {
        let found = snapshot.suggest(typed, 5).unwrap();
        let first = found.first().map(|completion| (completion.text.as_str(), completion.kind));
        assert_eq!(first, expected, "{typed}");
    }
    assert_eq!(snapshot.suggest("袋", 5).unwrap()[0].text, "袋熊");
}
