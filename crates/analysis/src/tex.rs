//! Letters with accents as TeX writes them. Authors write `Schr\"odinger` and `Erd\H{o}s` in their abstracts,
//! and nobody searches so.

/// Reads such a letter at the beginning of a text. Returns it without its accent, in the case that it has, and
/// the length of what stands for it, in bytes.
pub(crate) fn letter(text: &str) -> Option<(&str, usize)> {
    if let Some(inner) = text.strip_prefix('{') {
        let (letter, length) = command(inner)?;
        return inner[length..].starts_with('}').then_some((letter, length + 2));
    }
    command(text)
}

/// Reads `\"o`, `\"{o}`, `\H{o}`, `\ss` and the like.
fn command(text: &str) -> Option<(&str, usize)> {
    let name = text.strip_prefix('\\')?;
    let accent = name.chars().next()?;
    let after = name.get(1..)?;
    match accent {
        '\'' | '"' | '`' | '^' | '~' | '=' | '.' => argument(after).or_else(|| in_braces(after)),
        'c' | 'v' | 'H' | 'u' | 'k' | 'r' | 'd' | 'b' => in_braces(after),
        _ => None,
    }
    .map(|(letter, length)| (letter, length + 2))
    .or_else(|| named(text))
}

/// Reads an argument in braces.
fn in_braces(text: &str) -> Option<(&str, usize)> {
    let (letter, length) = argument(text.strip_prefix('{')?)?;
    text[1 + length..].starts_with('}').then_some((letter, length + 2))
}

/// Reads the letter that an accent is put on.
fn argument(text: &str) -> Option<(&str, usize)> {
    match text.bytes().next()? {
        b'a'..=b'z' | b'A'..=b'Z' => Some((&text[..1], 1)),
        _ => text.strip_prefix('\\').filter(|name| name.starts_with(['i', 'j'])).map(|name| (&name[..1], 2)),
    }
}

/// Letters that have a name of their own.
const NAMED: [&str; 14] = ["aa", "AA", "ae", "AE", "oe", "OE", "ss", "o", "O", "l", "L", "i", "j", "dj"];

/// Reads `\o`, whose name may end with `{}`.
fn named(text: &str) -> Option<(&str, usize)> {
    let name = text.strip_prefix('\\')?;
    let end = name.find(|ch: char| !ch.is_ascii_alphabetic()).unwrap_or(name.len());
    let (name, after) = name.split_at(end);
    if !NAMED.contains(&name) {
        return None;
    }
    let braces = if after.starts_with("{}") { 2 } else { 0 };
    let letter = if matches!(name, "aa" | "AA" | "dj") { &name[..1] } else { name };
    Some((letter, 1 + end + braces))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_lose_their_accents() {
        for (text, expected) in [
            ("\\\"odinger", Some(("o", 3))),
            ("\\'{E}", Some(("E", 5))),
            ("{\\\"u}ber", Some(("u", 5))),
            ("{\\'\\i}", Some(("i", 6))),
            ("\\H{o}s", Some(("o", 5))),
            ("\\v{S}", Some(("S", 5))),
            ("\\ss", Some(("ss", 3))),
            ("{\\o}", Some(("o", 4))),
            ("\\o{}rensen", Some(("o", 4))),
            ("\\L ukasiewicz", Some(("L", 2))),
            ("\\aa.", Some(("a", 3))),
            ("\\o 3", Some(("o", 2))),
            // What is no letter with an accent.
            ("\\omega", None),
            ("\\\" o", None),
            ("\\'{ab}", None),
            ("\\v x", None),
            ("{x}", None),
            ("{\\\"o", None),
            ("\\\"ö", None),
            ("\\ö", None),
            ("\\", None),
            ("{", None),
            ("", None),
        ] {
            assert_eq!(letter(text), expected, "{text}");
        }
    }
}
