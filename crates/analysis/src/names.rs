//! Author names: what two spellings of a name have in common.
//!
//! A name is a list of words without case, accents or points. A query matches a name if
//! each of its words is another word of the name, in any order; a single letter stands
//! for any word that it begins. `A. Kanani`, `KANANI, Alish` and `alish kanani` are one
//! person, `Alish Sun` is not Alish Kanani with Miao Sun.
//!
//! To find names by any of their words, an index holds each name's *rotations*, one for
//! each word (Manning, Raghavan, Schütze: Introduction to Information Retrieval, 3.2.1,
//! permuterm indexes): the word, a separator, the whole name.

use crate::fold::fold_to_string;

/// Parts a rotation's word from the name. No folded word holds it.
const SEPARATOR: char = '\u{1f}';

/// At most this many words of a name are looked at.
const MAX_WORDS: usize = 16;

/// A name, folded and cut into words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The words in order; hyphenated ones (`hao-cong`) keep their hyphens.
    words: Vec<String>,
}

impl Name {
    /// Reads a name as written. `None` if there is no letter or digit in it.
    pub fn new(text: &str) -> Option<Name> {
        let folded = fold_to_string(text).replace(['\'', '\u{2019}'], "");
        let words: Vec<String> = folded
            .split(|ch: char| !(ch.is_alphanumeric() || is_hyphen(ch)))
            .map(|word| word.replace(is_hyphen, "-").trim_matches('-').to_string())
            .filter(|word| !word.is_empty())
            .take(MAX_WORDS)
            .collect();
        let words = join_han(words);
        (!words.is_empty()).then_some(Name { words })
    }

    /// Whether there are only initials in it.
    pub fn is_initials(&self) -> bool {
        self.words.iter().all(|word| word.split('-').all(is_initial))
    }

    /// Returns the words under which the name is found: each word, and of hyphenated ones
    /// the parts and the joined form.
    pub fn keys(&self) -> Vec<String> {
        let mut keys: Vec<String> = Vec::new();
        for word in &self.words {
            keys.extend(word.split('-').filter(|part| !part.is_empty()).map(str::to_string));
            keys.push(word.replace('-', ""));
        }
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// Returns the terms that an index holds for the name.
    pub fn rotations(&self) -> Vec<String> {
        let name = self.words.join(" ");
        self.keys().into_iter().map(|key| format!("{key}{SEPARATOR}{name}")).collect()
    }

    /// Returns the prefix that the rotations of every name matched by this query share:
    /// one rotation at least of each such name begins with it.
    pub fn rotation_prefix(&self) -> String {
        // Of equally long words the first, which `matches` gives the first choice, too.
        let longest =
            self.words.iter().rev().map(|word| word.replace('-', "")).max_by_key(|word| word.chars().count());
        match longest {
            Some(word) if is_initial(&word) => word,
            Some(word) => format!("{word}{SEPARATOR}"),
            None => String::new(),
        }
    }

    /// Whether this query, a name or a part of one, matches the name in a rotation.
    pub fn matches_rotation(&self, rotation: &str) -> bool {
        rotation.split_once(SEPARATOR).is_some_and(|(_, name)| {
            let words = name.split(' ').map(str::to_string).collect();
            self.matches(&Name { words })
        })
    }

    /// Whether this query, a name or a part of one, matches `name`: each word of the
    /// query takes a word of the name, or parts of a hyphenated one, that no other takes.
    pub fn matches(&self, name: &Name) -> bool {
        let mut free: Vec<Vec<&str>> =
            name.words.iter().map(|word| word.split('-').filter(|part| !part.is_empty()).collect()).collect();
        // Whole words first: an initial must not take the word that only they match.
        let mut wanted: Vec<String> = self.words.iter().map(|word| word.replace('-', "")).collect();
        wanted.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
        assign(&wanted, &mut free)
    }
}

/// Returns the word that a rotation begins with; a term that is none is returned whole.
pub fn first_word(rotation: &str) -> &str {
    rotation.split_once(SEPARATOR).map_or(rotation, |(word, _)| word)
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.words.join(" "))
    }
}

/// Puts Chinese words together: `王 芳` is `王芳`.
fn join_han(words: Vec<String>) -> Vec<String> {
    let is_han = |word: &str| word.chars().all(crate::han::is_han);
    let mut joined: Vec<String> = Vec::new();
    for word in words {
        match joined.last_mut() {
            Some(last) if is_han(last) && is_han(&word) => last.push_str(&word),
            _ => joined.push(word),
        }
    }
    joined
}

/// Finds for each wanted word a place of its own among the free parts.
fn assign(wanted: &[String], free: &mut Vec<Vec<&str>>) -> bool {
    let Some((word, rest)) = wanted.split_first() else {
        return true;
    };
    for at in 0..free.len() {
        let parts = free[at].clone();
        // All that is left of the word, or one part of it.
        if !parts.is_empty() && fits(word, &parts.concat()) {
            free[at].clear();
            if assign(rest, free) {
                return true;
            }
            free[at].clone_from(&parts);
        }
        if parts.len() > 1 {
            for part in 0..parts.len() {
                if fits(word, parts[part]) {
                    free[at].remove(part);
                    if assign(rest, free) {
                        return true;
                    }
                    free[at].clone_from(&parts);
                }
            }
        }
    }
    false
}

fn fits(wanted: &str, word: &str) -> bool {
    wanted == word || (is_initial(wanted) && word.starts_with(wanted))
}

/// A single letter of a script in which names have initials.
fn is_initial(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(|ch| !crate::han::is_han(ch)) && chars.next().is_none()
}

fn is_hyphen(ch: char) -> bool {
    matches!(ch, '-' | '\u{2010}'..='\u{2013}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(query: &str, name: &str) -> bool {
        let query = Name::new(query).expect("a query");
        let name = Name::new(name).expect("a name");
        let found = name.rotations().iter().any(|rotation| {
            rotation.starts_with(&query.rotation_prefix()) && query.matches_rotation(rotation)
        });
        assert_eq!(found, query.matches(&name), "rotations of {name} and {query}");
        found
    }

    #[test]
    fn one_person() {
        for (query, name) in [
            ("Alish Kanani", "Alish Kanani"),
            ("kanani", "Alish Kanani"),
            ("Kanani Alish", "Alish Kanani"),
            ("KANANI, A", "Alish Kanani"),
            ("A. Kanani", "Alish Kanani"),
            ("Gunter Klambauer", "Günter Klambauer"),
            ("Günter", "Gu\u{308}nter Klambauer"),
            ("Umit Ogras", "Umit Y. Ogras"),
            ("U. Y. Ogras", "Umit Y. Ogras"),
            ("Hao-Cong Wu", "Hao-Cong Wu"),
            ("Haocong Wu", "Hao-Cong Wu"),
            ("Hao Cong Wu", "Hao-Cong Wu"),
            ("H.-C. Wu", "Hao-Cong Wu"),
            ("Cong", "Hao-Cong Wu"),
            ("O'Brien", "Pat O’Brien"),
            ("a a", "Ann Abel"),
            ("Jo An", "Jo-A-N Étienne"),
            ("张伟", "张伟"),
            ("王芳", "王 芳"),
            ("王 芳", "王芳"),
        ] {
            assert!(matches(query, name), "{query} ~ {name}");
        }
    }

    #[test]
    fn another_person() {
        for (query, name) in [
            ("Alish Sun", "Alish Kanani"),
            ("Kana", "Alish Kanani"),
            ("Wei Wei", "Wei Zhang"),
            ("A. A. Kanani", "Alish Kanani"),
            ("Alish Kanani Sun", "Alish Kanani"),
            ("Song", "Songtao Li"),
            ("Haocong Haocong", "Hao-Cong Wu"),
        ] {
            assert!(!matches(query, name), "{query} ~ {name}");
        }
    }

    #[test]
    fn no_name_without_a_letter() {
        assert_eq!(Name::new(" -., "), None);
    }
}
