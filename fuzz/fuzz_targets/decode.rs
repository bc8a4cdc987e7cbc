//! Bytes to text. What is UTF-8 stays as it is.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(decoded) = ingest::decode(bytes)
        && decoded.diagnostics.is_empty()
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        assert_eq!(decoded.text, text.strip_prefix('\u{feff}').unwrap_or(text));
    }
});
