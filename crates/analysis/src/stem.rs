//! English stems.

use std::cell::RefCell;
use std::collections::HashMap;

use frostem::{Algorithm, Stemmer};

/// Returns the stem of a folded word: the Snowball English stem, after the plural s of
/// an acronym is off (`llms` and `gpus` are one with `llm` and `gpu`, which Snowball
/// keeps apart). Words with a letter beyond ASCII stay as they are.
pub fn stem(word: &str) -> String {
    if !word.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return word.to_string();
    }
    let word = without_acronym_plural(word);
    STEMS.with_borrow_mut(|stems| match stems.get(word) {
        Some(stem) => stem.to_string(),
        None => {
            if stems.len() == MOST_STEMS {
                stems.clear();
            }
            // The stemmer is a function pointer; making one costs nothing.
            let stem = Stemmer::new(Algorithm::English).stem(word).into_owned();
            stems.insert(word.into(), stem.as_str().into());
            stem
        }
    })
}

/// How many stems a thread keeps: the words of a language, and some megabytes.
const MOST_STEMS: usize = 1 << 16;

thread_local! {
    /// The stems that a thread has worked out: texts have the same words over and over, and
    /// working one out takes ten times as long as looking it up.
    static STEMS: RefCell<HashMap<Box<str>, Box<str>>> = RefCell::default();
}

/// Drops the s of a lower-case acronym's plural.
///
/// Snowball's step 1a deletes a final s only if a vowel stands before the letter that
/// precedes it. Where none does, in four letters or more, the word is nearly always an
/// acronym (`llms`, `vlms`, `cnns`, `gpus`); the few others (`plus`, `thus`) lose their
/// s on both sides and still find themselves.
fn without_acronym_plural(word: &str) -> &str {
    let is_vowel = |byte: u8| matches!(byte, b'a' | b'e' | b'i' | b'o' | b'u' | b'y');
    match word.as_bytes() {
        [head @ .., last, b's']
            if head.len() >= 2
                && *last != b's'
                && last.is_ascii_alphabetic()
                && !head.iter().copied().any(is_vowel) =>
        {
            &word[..word.len() - 1]
        }
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_with_one_meaning_share_a_stem() {
        for group in [
            &["decode", "decoding", "decoded", "decodes"][..],
            &["model", "models", "modeling"],
            &["llm", "llms"],
            &["gpu", "gpus"],
            &["vlm", "vlms"],
            &["dnn", "dnns"],
            &["gan", "gans"],
            &["api", "apis"],
        ] {
            for word in group {
                assert_eq!(stem(word), stem(group[0]), "{word}");
            }
        }
    }

    #[test]
    fn words_with_several_meanings_do_not() {
        for (a, b) in [
            ("universal", "university"),
            ("organize", "organic"),
            ("news", "new"),
            ("bus", "bu"),
            ("loss", "los"),
        ] {
            assert_ne!(stem(a), stem(b));
        }
    }
}
