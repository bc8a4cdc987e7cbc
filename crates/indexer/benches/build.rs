//! What does it cost to make an index of some digests?
//!
//! `cargo bench -p indexer --bench build` takes the samples; most of it is what a commit costs.
//! `add` tells how a commit grows with the index.

use std::path::PathBuf;

use analysis::Analyzer;
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use indexer::Options;

fn build(criterion: &mut Criterion) {
    let samples = [PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../samples"))];
    let analyzer = Analyzer::new();
    let mut group = criterion.benchmark_group("build");
    group.sample_size(20).bench_function("samples", |bencher| {
        bencher.iter_batched(
            || tempfile::tempdir().expect("a temporary folder"),
            |folder| {
                let options = Options::default();
                let built = indexer::sync(folder.path(), &samples, options, &analyzer, &mut |_| ());
                (built.expect("an index").papers.total, folder)
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

criterion_group!(benches, build);
criterion_main!(benches);
