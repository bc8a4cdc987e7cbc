//! Makes `src/simplified.bin` of OpenCC's table of characters, as hanconv comes with it.
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

const MADE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/simplified.bin");

fn main() -> Result<(), Box<dyn Error>> {
    let mut characters = BTreeMap::new();
    // Of several simplified forms the table lists the common one first.
    for (traditional, simplified) in RawDictionary::TSCharacters.iter() {
        let only = |text: &str| {
            let mut characters = text.chars();
            characters.next().filter(|_| characters.next().is_none())
        };
        let (Some(from), Some(to)) = (only(traditional), only(simplified)) else {
            return Err(format!("more than a character for {traditional}").into());
        };
        if from != to {
            characters.insert(u32::from(from), u32::from(to));
        }
    }
    let codes = characters.iter().flat_map(|(from, to)| [from.to_be_bytes(), to.to_be_bytes()]);
    std::fs::write(MADE, codes.flatten().collect::<Vec<u8>>())?;
    println!("{} characters", characters.len());
    Ok(())
}
