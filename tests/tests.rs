//! Whole-program tests: one file a matter, all in one binary.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test that fails should say where; a test that cannot run should say so"
)]

mod architecture;
mod bad_input;
mod config;
mod faults;
mod formats;
mod harness;
mod index;
mod mcp;
mod output;
mod query;
mod relevance;
mod samples;
mod saved;
mod shared;
mod translation;
mod web;

/// A file that nobody lists is never compiled, and its tests never run.
#[test]
fn every_file_is_listed() {
    let listed = include_str!("tests.rs");
    for entry in std::fs::read_dir(harness::repository().join("tests")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        if path.extension().is_some_and(|extension| extension == "rs") && name != "tests" {
            assert!(
                listed.contains(&format!("\nmod {name};\n")),
                "tests/{name}.rs is not listed in tests/tests.rs"
            );
        }
    }
}
