//! Random lives of an index against a model: whatever digests come, change, move and go,
//! and in whatever order they are indexed, the index holds what a look at all of them at
//! once gives, and answers as one that is made anew.
//!
//! `SEQUENCES=100000 cargo test -p engine --test sequences` tries more of them.

mod world;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use analysis::Analyzer;
use engine::Embedded;
use indexer::Options;
use paper::NaiveDate;
use proptest::prelude::*;
use query::{Filters, Page, Request, Sort};

use world::{Draft, World, held};

/// How many digests there may be.
const SLOTS: usize = 5;

/// What is asked of an index that grew and of one that is made anew.
const QUERIES: [&str; 8] = [
    "cache compression",
    "burrow smile numbat",
    "quokkas OR wombats",
    "缓存压缩",
    "袋熊 draft",
    "\"smiles at scale\" cache",
    "numb* -smile",
    "compresion~ cach~",
];

/// An index that grows keeps no paper in memory that it reads, one that is made anew all.
const PUTS_ASIDE: Options = Options { rebuild: false, format: None, wait: false, kept_in_memory: 0 };

static ANALYZER: LazyLock<Analyzer> = LazyLock::new(Analyzer::new);

#[derive(Clone, Debug)]
enum Step {
    Write(usize, Draft),
    Remove(usize),
    Rename(usize, usize),
    /// Index the folder.
    IndexAll,
    /// Index one digest.
    IndexOne(usize),
    Rebuild,
}

fn draft() -> impl Strategy<Value = Draft> {
    let papers = proptest::collection::vec((0..8_usize, 0..3_usize), 1..5);
    (1..29_u32, any::<bool>(), papers).prop_map(|(day, contents, papers)| Draft { day, contents, papers })
}

fn step() -> impl Strategy<Value = Step> {
    let slot = 0..SLOTS;
    prop_oneof![
        5 => (slot.clone(), draft()).prop_map(|(slot, draft)| Step::Write(slot, draft)),
        2 => slot.clone().prop_map(Step::Remove),
        2 => (slot.clone(), slot.clone()).prop_map(|(from, to)| Step::Rename(from, to)),
        5 => Just(Step::IndexAll),
        3 => slot.prop_map(Step::IndexOne),
        1 => Just(Step::Rebuild),
    ]
}

fn config(share: f64) -> ProptestConfig {
    let sequences = std::env::var("SEQUENCES").ok().and_then(|number| number.parse().ok()).unwrap_or(1_000.0);
    let cases = (sequences * share).ceil() as u32;
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases) }
}

fn sync(index: &Path, path: PathBuf, options: Options) {
    let report = indexer::sync(index, std::slice::from_ref(&path), options, &ANALYZER, &mut |_| ());
    let report = report.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert_eq!(report.digests.failed, 0, "{:?}", report.notices);
}

/// Does a step, and notes in the model which digest the index has as what.
fn go(world: &mut World, model: &mut BTreeMap<PathBuf, String>, step: &Step) {
    match step {
        Step::Write(slot, draft) => world.write(*slot, draft),
        Step::Remove(slot) => drop(fs::remove_file(world.digest(*slot))),
        Step::Rename(from, to) => drop(fs::rename(world.digest(*from), world.digest(*to))),
        Step::IndexAll | Step::Rebuild => {
            let rebuild = matches!(step, Step::Rebuild);
            sync(&world.index(), world.papers(), Options { rebuild, ..PUTS_ASIDE });
            *model = world.lying();
        }
        Step::IndexOne(slot) => {
            let path = world.digest(*slot);
            if let Some(text) = world.lying().remove(&path) {
                sync(&world.index(), path.clone(), PUTS_ASIDE);
                model.insert(path, text);
            }
        }
    }
}

/// The hits of a query, with their scores.
fn hits(index: &Path, query: &str) -> Vec<(String, f32)> {
    let engine = Embedded::open(index).expect("an index");
    let request = Request {
        query: query.to_string(),
        filters: Filters::default(),
        sort: Sort::Relevance,
        page: Page { limit: 100, offset: 0 },
        marks: true,
        recency: None,
        explain: false,
        today: NaiveDate::default(),
    };
    let response = query::search(&engine, &ANALYZER, None, &request).expect("an answer");
    response.answer.hits.into_iter().map(|hit| (hit.record.id, hit.score)).collect()
}

/// Lives one life, and compares what the index holds with the model: after each run, and
/// in the end with an index that is made anew as well.
fn live(steps: &[Step]) -> Result<(), TestCaseError> {
    let mut world = World::new();
    let mut model = BTreeMap::new();
    for step in steps {
        go(&mut world, &mut model, step);
        // A digest that has changed since can only be split again when it is indexed.
        let lying = world.lying();
        if world.index().exists() && model.iter().all(|(path, text)| lying.get(path) == Some(text)) {
            prop_assert_eq!(held(&world.index()), World::records(&model));
        }
    }
    go(&mut world, &mut model, &Step::IndexAll);
    prop_assert_eq!(held(&world.index()), World::records(&model));
    let report = indexer::check(&world.index()).expect("an index");
    prop_assert_eq!(report.problems, Vec::<String>::new());

    let anew = world.index().with_extension("anew");
    sync(&anew, world.papers(), Options::default());
    for query in QUERIES {
        prop_assert_eq!(hits(&world.index(), query), hits(&anew, query), "{}", query);
    }
    Ok(())
}

proptest! {
    #![proptest_config(config(0.75))]

    #[test]
    fn an_index_that_lived_shortly_is_as_one_made_anew(steps in proptest::collection::vec(step(), 1..10)) {
        live(&steps)?;
    }
}

proptest! {
    #![proptest_config(config(0.25))]

    #[test]
    fn an_index_that_lived_long_is_as_one_made_anew(steps in proptest::collection::vec(step(), 15..30)) {
        live(&steps)?;
    }
}
