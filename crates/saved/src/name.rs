//! What a saved search may be called. A name is typed in a shell and stands in addresses.

use crate::error::SavedError;

/// The longest name, in characters.
const MAX_NAME: usize = 64;

/// Accepts letters and digits of any language, and `-`, `_` and `.` behind the first.
pub fn check_name(name: &str) -> Result<(), SavedError> {
    let is_first = |ch: char| ch.is_alphanumeric();
    let is_next = |ch: char| ch.is_alphanumeric() || matches!(ch, '-' | '_' | '.');
    let fits = name.chars().next().is_some_and(is_first)
        && name.chars().all(is_next)
        && name.chars().count() <= MAX_NAME;
    match fits {
        true => Ok(()),
        false => Err(SavedError::BadName(name.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_shells_and_addresses() {
        for (name, fits) in [
            ("kv", true),
            ("kv-cache_2.1", true),
            ("推测解码", true),
            ("2026", true),
            ("", false),
            ("-n", false),
            (".hidden", false),
            ("two words", false),
            ("a/b", false),
            ("a\u{1b}[2J", false),
            ("a\u{202e}b", false),
        ] {
            assert_eq!(check_name(name).is_ok(), fits, "{name:?}");
        }
        assert!(check_name(&"x".repeat(64)).is_ok());
        assert!(check_name(&"x".repeat(65)).is_err());
    }
}
