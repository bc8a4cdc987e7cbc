//! Bytes to papers, in the format they look like and in every other.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = ingest::parse(bytes);
    for format in &ingest::FORMATS {
        let _ = ingest::parse_as(bytes, Some(format), &ingest::KnownTitles::default());
    }
});
