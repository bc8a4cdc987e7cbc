//! Traditional Chinese characters to simplified ones, one for one.
//!
//! Which of several simplified forms is meant (`乾` is `干` or stays) depends on the word.
//! That is left aside: text and query are folded alike, and what is found must not depend
//! on what stands beside it.
//!
//! `simplified.fst` is made by `examples/make_simplified.rs` of OpenCC's table; it is read
//! in place. Tests hold it to the table.

use std::sync::LazyLock;

use fst::Map;

static BYTES: &[u8] = include_bytes!("simplified.fst");

static SIMPLIFIED: LazyLock<Map<&'static [u8]>> =
    LazyLock::new(|| Map::new(BYTES).expect("the file in the binary is a map"));

/// Returns the simplified form of a character; most are their own.
pub(crate) fn simplified(ch: char) -> char {
    if !crate::han::is_han(ch) {
        return ch;
    }
    let found = SIMPLIFIED.get(ch.encode_utf8(&mut [0; 4]));
    found.and_then(|code| char::from_u32(u32::try_from(code).ok()?)).unwrap_or(ch)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hanconv::RawDictionary;

    /// If this fails, hanconv comes with another table: make the file anew.
    #[test]
    fn the_characters_are_those_of_opencc() {
        let mut changed = 0;
        for (traditional, expected) in RawDictionary::TSCharacters.iter() {
            let ch = traditional.chars().next().expect("a character");
            assert_eq!(simplified(ch).to_string(), expected, "{traditional}");
            changed += usize::from(traditional != expected);
        }
        assert_eq!(changed, SIMPLIFIED.len());
    }
}
