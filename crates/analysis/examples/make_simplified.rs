//! Makes `src/simplified.fst` of OpenCC's table of characters, as hanconv comes with it.
//! To be run when it comes with another one, which the tests of this crate tell:
//!
//! ```text
//! cargo run -p analysis --example make_simplified
//! ```
//!
//! Then raise `ANALYSIS_VERSION`. The same table gives the same bytes.

#![allow(clippy::print_stdout, reason = "an example says what it did")]

use std::collections::BTreeMap;
use std::error::Error;

use hanconv::RawDictionary;

const MADE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/simplified.fst");

fn main() -> Result<(), Box<dyn Error>> {
    let mut characters = BTreeMap::new();
    // Of several simplified forms the table lists the common one first.
    for (traditional, simplified) in RawDictionary::TSCharacters.iter() {
        let mut simplified = simplified.chars();
        let (Some(ch), None) = (simplified.next(), simplified.next()) else {
            return Err(format!("more than a character for {traditional}").into());
        };
        if traditional != ch.to_string() {
            characters.insert(traditional, u64::from(ch));
        }
    }
    let count = characters.len();
    let made = fst::Map::from_iter(characters)?;
    std::fs::write(MADE, made.as_fst().as_bytes())?;
    println!("{count} characters, {} bytes", made.as_fst().as_bytes().len());
    Ok(())
}
