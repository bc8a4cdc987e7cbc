//! Hyphens that lost the formula before them, as in `the -adic norm` for `the p-adic norm`.
//!
//! Titles are pasted from pages and lists that leave formulas out. Their hyphen looks as the sign of an
//! exclusion does, and would leave out the very paper that has the title. But an exclusion has no place
//! behind `the` or `of`, nor before `of` or `on`, which hold running text together.

use analysis::function_words::is_function_word;

use crate::lexer::Token;

/// Returns the words behind a hyphen in running text. One that stands so somewhere does so in the whole query.
pub(crate) fn words_behind_lost<'a>(tokens: &[(Token<'a>, &'a str)]) -> Vec<&'a str> {
    let mut words = Vec::new();
    for (at, pair) in tokens.windows(2).enumerate() {
        if let [(Token::Not, "-"), (Token::Word(word), _)] = pair
            && (follows_text(&tokens[..at]) || precedes_text(&tokens[at + 2..]))
        {
            words.push(*word);
        }
    }
    words
}

/// Whether the last token is a word that wants another one behind it, and no operator of its own.
/// Capitals make a name of a word (`vitamin A`), unless the query begins with it.
fn follows_text(before: &[(Token<'_>, &str)]) -> bool {
    match before {
        [(Token::Word(word), _)] => joins_text(&word.to_lowercase()),
        [.., (Token::Word(_), _), (Token::Word(word), _)] => joins_text(word),
        _ => false,
    }
}

/// Whether the first token is a word that wants another one before it.
fn precedes_text(after: &[(Token<'_>, &str)]) -> bool {
    matches!(after, [(Token::Word(word), _), ..] if joins_text(word) && !matches!(*word, "a" | "an" | "the"))
}

/// Whether a word holds running text together. `and` and `or` do not here: `-survey and -review` are
/// exclusions.
fn joins_text(word: &str) -> bool {
    is_function_word(word) && !matches!(word, "and" | "or")
}
