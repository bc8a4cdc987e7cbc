//! Makes `src/dictionary.fst` of jieba's dictionary. To be run when jieba-rs comes with
//! another one, which the tests of this crate tell:
//!
//! ```text
//! cargo run --release -p analysis --example make_dictionary -- \
//!     ~/.cargo/registry/src/*/jieba-rs-0.11.0/src/data/dict.txt
//! ```
//!
//! Then raise `ANALYSIS_VERSION`. The same dictionary gives the same bytes.

#![allow(clippy::print_stdout, reason = "an example says what it did")]

use std::collections::BTreeMap;
use std::error::Error;

const MADE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/dictionary.fst");

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("which dictionary? Lines of: word frequency tag")?;
    let text = std::fs::read_to_string(path)?;
    let mut words = BTreeMap::new();
    for line in text.lines() {
        let mut columns = line.split_ascii_whitespace();
        let (Some(word), Some(frequency)) = (columns.next(), columns.next()) else {
            return Err(format!("no word and frequency: {line}").into());
        };
        if words.insert(word, frequency.parse()?).is_some() {
            return Err(format!("listed twice: {word}").into());
        }
    }
    let count = words.len();
    let total = words.values().sum::<u64>();
    words.insert("", total);
    let made = fst::Map::from_iter(words)?;
    std::fs::write(MADE, made.as_fst().as_bytes())?;
    println!("{count} words, total frequency {total}, {} bytes", made.as_fst().as_bytes().len());
    Ok(())
}
