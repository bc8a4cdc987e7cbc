//! The query language's tokens. What is no syntax is a word.

use analysis::{Field, fields};

/// A token of a query.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token<'a> {
    /// `(`
    Open,
    /// `)`
    Close,
    /// `AND`, `&&`
    And,
    /// `OR`, `||`
    Or,
    /// `NOT`, or `-` or `!` before something
    Not,
    /// `+` before something
    Plus,
    /// A field name with its colon, before something
    Field(&'static Field),
    /// A name with a colon that is no field, before something
    UnknownField(&'a str),
    /// Text in double quotes
    Quoted(&'a str),
    /// Text in double quotes, with a distance behind them: `"a b"~2`
    Near(&'a str, u32),
    /// A double quote that is never closed
    LoneQuote,
    /// `[… TO …]`
    Range(&'a str, &'a str),
    /// `^2` behind a quote or parenthesis, `~2` behind a parenthesis: weights and distances,
    /// which there are not
    Suffix(&'a str),
    /// Anything else up to the next space, quote or parenthesis
    Word(&'a str),
}

/// Cuts a query into tokens with the text of each.
pub(crate) fn tokens(query: &str) -> impl Iterator<Item = (Token<'_>, &str)> {
    let mut rest = query;
    let mut ends_operand = false;
    std::iter::from_fn(move || {
        let glued = ends_operand && !rest.starts_with(char::is_whitespace);
        rest = rest.trim_start();
        let (token, length) = token(rest, glued)?;
        let (text, after) = rest.split_at(length);
        rest = after;
        ends_operand = matches!(token, Token::Close | Token::Quoted(_) | Token::Near(..) | Token::Word(_));
        Some((token, text))
    })
}

/// Reads the token at the beginning of `text`; returns it with its length in bytes. A sign
/// that is `glued` to a word, quote or parenthesis before it is a hyphen and the like, as in
/// `(1+ε)-approximation`.
fn token(text: &str, glued: bool) -> Option<(Token<'_>, usize)> {
    let first = text.chars().next()?;
    let after = &text[first.len_utf8()..];
    let one = first.len_utf8();
    match first {
        '(' | '（' => return Some((Token::Open, one)),
        ')' | '）' => return Some((Token::Close, one)),
        '"' | '“' | '”' => {
            return Some(match closing_quote(after) {
                Some(end) => {
                    let quote = after[end..].chars().next().map_or(1, char::len_utf8);
                    let length = one + end + quote;
                    match distance(&text[length..]) {
                        Some((slop, more)) => (Token::Near(&after[..end], slop), length + more),
                        None => (Token::Quoted(&after[..end]), length),
                    }
                }
                None => (Token::LoneQuote, one),
            });
        }
        '+' if !glued && begins_operand(after) => return Some((Token::Plus, one)),
        '-' | '!' if !glued && begins_operand(after) => return Some((Token::Not, one)),
        '[' => {
            if let Some((from, to, length)) = range(after) {
                return Some((Token::Range(from, to), one + length));
            }
        }
        _ => {}
    }
    if let Some(length) = suffix(text) {
        return Some((Token::Suffix(&text[..length]), length));
    }
    if let Some(found) = field(text) {
        return Some(found);
    }
    let ends = |&(at, ch): &(usize, char)| match ch {
        '(' | ')' | '（' | '）' | '“' | '”' => true,
        '"' => !is_accent(text, at),
        _ => ch.is_whitespace(),
    };
    let end = text.char_indices().find(ends).map_or(text.len(), |(at, _)| at);
    let word = &text[..end];
    let token = match word {
        "AND" | "&&" => Token::And,
        "OR" | "||" => Token::Or,
        "NOT" => Token::Not,
        _ => Token::Word(word),
    };
    Some((token, word.len()))
}

/// Whether the quote at `at` is one of TeX's accents, as in `Schr\"odinger`. One that a word begins with is a
/// quote that was escaped once too often.
fn is_accent(text: &str, at: usize) -> bool {
    let before = text[..at].strip_suffix('\\').and_then(|before| before.chars().next_back());
    let after = text[at..].chars().nth(1);
    before.is_some_and(|ch| !ch.is_whitespace())
        && after.is_some_and(|ch| ch.is_ascii_alphabetic() || ch == '{')
}

/// Returns where the quote is that closes one before `text`. An accent is none, unless there is no other.
fn closing_quote(text: &str) -> Option<usize> {
    let quotes = || text.match_indices(['"', '“', '”']).map(|(at, _)| at);
    quotes().find(|at| !text[*at..].starts_with('"') || !is_accent(text, *at)).or_else(|| quotes().next())
}

/// Whether a sign before `text` belongs to something: `-LLM`, `+"a b"`, not `- LLM` or `--`.
fn begins_operand(text: &str) -> bool {
    text.starts_with(|ch: char| ch.is_alphanumeric() || matches!(ch, '(' | '（' | '"' | '“'))
}

/// Reads the `~2` behind a quote; returns the number and the length.
fn distance(text: &str) -> Option<(u32, usize)> {
    let length = suffix(text).filter(|_| text.starts_with('~'))?;
    Some((text[1..length].parse().ok()?, length))
}

/// Reads `~2` or `^2`, as far as a space or parenthesis.
fn suffix(text: &str) -> Option<usize> {
    let number = text.strip_prefix(['~', '^'])?;
    let end = number.find(|ch: char| !(ch.is_ascii_digit() || ch == '.')).unwrap_or(number.len());
    let ends = number[end..].chars().next().is_none_or(|ch| ch.is_whitespace() || matches!(ch, ')' | '）'));
    (end > 0 && ends).then_some(1 + end)
}

/// Reads `name:`, if something follows the colon. Addresses are no fields.
fn field(text: &str) -> Option<(Token<'_>, usize)> {
    let length = text.find(|ch: char| !(ch.is_ascii_alphanumeric() || ch == '_'))?;
    let (name, rest) = text.split_at(length);
    let (colon, value) = rest
        .strip_prefix(':')
        .map(|value| (1, value))
        .or_else(|| rest.strip_prefix('：').map(|value| (3, value)))?;
    if !name.starts_with(|ch: char| ch.is_ascii_alphabetic())
        || value.trim().is_empty()
        || value.starts_with("//")
    {
        return None;
    }
    let token = match fields::by_name(name) {
        Some(field) => Token::Field(field),
        // `LLM: a survey` is a title.
        None if value.starts_with(char::is_whitespace) => return None,
        None => Token::UnknownField(name),
    };
    Some((token, length + colon))
}

/// Reads `from TO to]`; returns both and the length with the bracket.
fn range(text: &str) -> Option<(&str, &str, usize)> {
    let end = text.find(']')?;
    let (from, to) = text[..end].split_once(" TO ")?;
    Some((from.trim(), to.trim(), end + 1))
}
