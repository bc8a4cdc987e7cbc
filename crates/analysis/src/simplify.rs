//! Traditional Chinese characters to simplified ones, one for one.
//!
//! Which of several simplified forms is meant (`乾` is `干` or stays) depends on the word.
//! That is left aside: text and query are folded alike, and what is found must not depend
//! on what stands beside it.
//!
//! `simplified.bin` is made by `examples/make_simplified.rs` of OpenCC's table; it is read
//! in place. Tests hold it to the table.

/// Pairs of characters, by the first one: a traditional one and its simplified form, as code points
/// of four bytes, the highest first.
static SIMPLIFIED: &[u8] = include_bytes!("simplified.bin");

/// Returns the simplified form of a character; most are their own.
pub(crate) fn simplified(ch: char) -> char {
    if !crate::han::is_han(ch) {
        return ch;
    }
    let code = u32::from(ch).to_be_bytes();
    let (pairs, _) = SIMPLIFIED.as_chunks::<8>();
    let found = pairs.binary_search_by(|pair| pair[..4].cmp(&code)).ok();
    let simplified = found.and_then(|at| pairs[at].last_chunk().copied()).map(u32::from_be_bytes);
    simplified.and_then(char::from_u32).unwrap_or(ch)
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
        assert_eq!(8 * changed, SIMPLIFIED.len());
    }
}
