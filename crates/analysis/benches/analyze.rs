//! What does it cost to make terms of a text, English and Chinese?
//!
//! `cargo bench -p analysis --bench analyze` takes the abstracts and the summaries of a sample
//! digest, all by one analyzer, as when many are indexed.

use std::hint::black_box;

use analysis::Analyzer;
use analysis::han::is_han;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn analyze(criterion: &mut Criterion) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../samples/2026-03-10.txt");
    let digest = std::fs::read_to_string(path).expect("the sample digest");
    let (chinese, english): (Vec<&str>, Vec<&str>) =
        digest.lines().filter(|line| line.len() > 60).partition(|line| line.chars().any(is_han));
    let analyzer = Analyzer::new();
    let mut group = criterion.benchmark_group("analyze");
    for (name, lines) in [("english", english), ("chinese", chinese)] {
        group.throughput(Throughput::Bytes(lines.iter().map(|line| line.len() as u64).sum()));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                lines.iter().map(|line| analyzer.analyze(black_box(line)).words.len()).sum::<usize>()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, analyze);
criterion_main!(benches);
