//! What does it cost to split a day's digest?
//!
//! `cargo bench -p ingest --bench parse`; `split` tells how that grows with the size.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn parse(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("split");
    for name in ["2026-03-03", "2026-03-10"] {
        let path = format!("{}/../../samples/{name}.txt", env!("CARGO_MANIFEST_DIR"));
        let digest = std::fs::read(path).expect("the sample digest");
        group.throughput(Throughput::Bytes(digest.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| ingest::parse(black_box(&digest)).expect("a digest").entries.len());
        });
    }
    group.finish();
}

criterion_group!(benches, parse);
criterion_main!(benches);
