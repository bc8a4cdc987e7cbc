//! Hyphens that lost the formula before them, as in `the -adic norm` for `the p-adic norm`.
//!
//! Titles are pasted from pages and lists that leave formulas out. Their hyphen looks as the sign of an
//! exclusion does, and would leave out the very paper that has the title. But an exclusion has no place
//! behind `the` or `of`, nor before `of` or `on`.

use crate::lexer::Token;

/// Articles and prepositions, which want another word behind them.
const BEFORE: [&str; 19] = [
    "a", "an", "as", "at", "between", "by", "for", "from", "in", "into", "of", "on", "over", "the",
    "through", "to", "under", "via", "with",
];

/// Prepositions that hang on the word before them. Not among them: `in` and `for`, before which an
/// exclusion may have been put (`diffusion -video in medicine`).
const BEHIND: [&str; 4] = ["at", "of", "on", "over"];

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

/// Whether the last token is a word that wants another one behind it, and has no operator of its own. Capitals
/// make a name of a word (`vitamin A`), but for that of the query's first.
fn follows_text(before: &[(Token<'_>, &str)]) -> bool {
    match before {
        [(Token::Word(word), _)] => {
            BEFORE.iter().any(|other| word.get(1..) == other.get(1..) && word.eq_ignore_ascii_case(other))
        }
        [.., (Token::Word(_), _), (Token::Word(word), _)] => BEFORE.contains(word),
        _ => false,
    }
}

/// Whether the first token is a word that hangs on one before it.
fn precedes_text(after: &[(Token<'_>, &str)]) -> bool {
    matches!(after, [(Token::Word(word), _), ..] if BEHIND.contains(word))
}
