//! English words that hold sentences together and say little alone.

/// In nearly every abstract, whatever it is about. Not among them: words that name a
/// thing in some titles (`all`, `more`, `one`).
const FUNCTION_WORDS: [&str; 48] = [
    "a", "an", "and", "are", "as", "at", "be", "been", "between", "by", "can", "do", "does", "for", "from",
    "has", "have", "how", "in", "into", "is", "it", "its", "of", "on", "or", "our", "over", "such", "than",
    "that", "the", "their", "these", "this", "through", "to", "under", "using", "via", "was", "we", "were",
    "what", "when", "which", "with", "within",
];

/// Whether a folded word is one of them.
pub fn is_function_word(word: &str) -> bool {
    FUNCTION_WORDS.binary_search(&word).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted() {
        assert!(FUNCTION_WORDS.is_sorted());
        assert!(is_function_word("of") && is_function_word("a") && !is_function_word("attention"));
    }
}
