//! Counts by month, author and digest.

use proptest::prelude::*;
use query::plan::{Clause, Plan};
use query::{Engine, Sort};

use super::papers::world;
use super::{any_sort, config, plans};

/// Both count alike.
fn counted_alike(plan: &Plan, most: usize) -> Result<(), TestCaseError> {
    let world = world();
    let engine = world.engine.facets(plan, most);
    let engine = engine.map_err(|error| TestCaseError::fail(format!("{}: {error:?}", plan.query)))?;
    let Ok(oracle) = world.scan.facets(plan, most);
    prop_assert_eq!(engine, oracle, "{}", plan.query);
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn facets_count_what_is_found(plan in plans(any_sort()), most in prop_oneof![0..4_usize, Just(1000)]) {
        counted_alike(&plan, most)?;
    }
}

#[test]
fn facets_of_all_papers_count_all() {
    let plan = Plan::new(Clause::All, Vec::new(), Sort::Newest);
    for most in [0, 1, 2, 3, 5, 10, 1000] {
        counted_alike(&plan, most).expect("the same counts");
    }
    let facets = world().engine.facets(&plan, 1000).expect("counts");
    let dated: usize = facets.months.iter().map(|(_, papers)| papers).sum();
    assert_eq!(dated + facets.undated, facets.total);
    assert!(facets.undated > 0 && facets.months.len() > 1, "{facets:?}");
    assert!(facets.authors[0].1 > 1 && facets.authors.iter().any(|(_, papers)| *papers == 1));
}
