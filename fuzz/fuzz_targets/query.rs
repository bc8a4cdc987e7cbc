//! Query text to tree. Parsing never fails.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let today = paper::NaiveDate::from_ymd_opt(2026, 3, 16).expect("a day");
    let _ = query::parser::parse(text, today);
});
