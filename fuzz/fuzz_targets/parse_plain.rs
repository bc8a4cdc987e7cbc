//! Text to papers, as a plain digest.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let format = ingest::Format::named("plain").expect("the plain format");
    let digest = (format.parse)(text);
    for entry in &digest.entries {
        assert!(text.contains(&entry.paper.title), "a title that is not in the digest");
    }
});
