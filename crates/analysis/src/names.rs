//! Author names: what two spellings of a name have in common.
//!
//! A name is a list of words without case, accents or points. A query matches a name if
//! each of its words is another word of the name, in any order; a single letter stands
//! for any word that it begins. `A. Kanani`, `KANANI, Alish` and `alish kanani` are one
//! person, `Alish Sun` is not Alish Kanani with Miao Sun. Words that are joined in one
//! spelling and apart in the other are one (`Xiaoming`, `Xiao-Ming`, `Xiao Ming`; `van
//! Noord`, `VanNoord`). A suffix (`Jr.`, `III`) may be missing, but not be another.
//!
//! Who asks for an author may mean one name alone ([`Name::whole_term`]), or type Chinese
//! characters for a name in Latin letters ([`Name::readings`]).
//!
//! To find names by any of their words, an index holds each name's *rotations*, one for
//! each word (Manning, Raghavan, Schütze: Introduction to Information Retrieval, 3.2.1,
//! permuterm indexes): the word, a separator, the whole name.

use unicode_normalization::UnicodeNormalization;

use crate::fold::fold_to_string;
use crate::pinyin;

/// Parts a rotation's word from the name, and begins the term of a name as it is written.
/// No folded word holds it.
const SEPARATOR: char = '\u{1f}';

/// At most this many words of a name are looked at.
const MAX_WORDS: usize = 16;

/// The longest name, in bytes, that is found as it is written.
const MAX_WRITTEN_BYTES: usize = 200;

/// What stands behind a name to tell it from a relative's.
const SUFFIXES: [&str; 5] = ["jr", "sr", "ii", "iii", "iv"];

/// Words before a family name that some write together with it.
const PARTICLES: [&str; 21] = [
    "al", "bin", "da", "de", "del", "dela", "della", "den", "der", "di", "do", "dos", "du", "el", "la", "le",
    "ter", "van", "von", "zu", "zur",
];

/// The fewest letters of a family name behind a particle.
const MIN_AFTER_PARTICLE: usize = 4;

/// A name, folded and cut into words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The words in order; hyphenated ones (`hao-cong`) keep their hyphens.
    words: Vec<String>,
    /// As it was written, but for spaces; empty of other ways to read a name.
    written: String,
    /// Whether parts of hyphenated words do not count as words.
    whole_words: bool,
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
        let written = text.split_whitespace().collect::<Vec<_>>().join(" ").nfc().collect();
        (!words.is_empty()).then_some(Name { words, written, whole_words: false })
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

    /// Returns the terms that an index holds for the name: its rotations, and the name as
    /// it is written.
    pub fn terms(&self) -> Vec<String> {
        let name = self.words.join(" ");
        let rotations = self.keys().into_iter().map(|key| format!("{key}{SEPARATOR}{name}"));
        rotations.chain(self.whole_term()).collect()
    }

    /// Returns the term of all names that are written just so, in case, accents and order.
    /// `None` without a capital letter: who types a name carelessly means no spelling.
    pub fn whole_term(&self) -> Option<String> {
        let is_name = self.written.contains(char::is_uppercase) && self.written.len() <= MAX_WRITTEN_BYTES;
        is_name.then(|| format!("{SEPARATOR}{}", self.written))
    }

    /// Returns the name as it was written, but for spaces.
    pub fn written(&self) -> &str {
        &self.written
    }

    /// Returns the names that a person who types this one may be looking for: itself, with
    /// words joined or parted, and of a Chinese name its readings.
    pub fn readings(&self) -> Vec<Name> {
        let other = |words: Vec<String>, whole_words| Name { words, written: String::new(), whole_words };
        let mut all = vec![self.clone()];
        match self.words.as_slice() {
            [only] if only.chars().all(crate::han::is_han) => {
                all.extend(pinyin::readings(only).into_iter().map(|words| other(words, true)));
            }
            [only] => {
                let parted = PARTICLES.iter().filter_map(|particle| {
                    let name = only.strip_prefix(particle)?;
                    let long = name.chars().count() >= MIN_AFTER_PARTICLE && !name.starts_with('-');
                    long.then(|| other(vec![particle.to_string(), name.to_string()], true))
                });
                all.extend(parted);
            }
            words => {
                for (length, at) in
                    [2, 3].into_iter().flat_map(|length| (0..words.len()).map(move |at| (length, at)))
                {
                    let Some(joined) = words.get(at..at + length) else { continue };
                    // All words joined are another name, but for a particle and its noun.
                    if words.len() > length || PARTICLES.contains(&joined[0].as_str()) {
                        let joined = vec![joined.concat()];
                        all.push(other([&words[..at], &joined, &words[at + length..]].concat(), true));
                    }
                }
            }
        }
        // ü is `u` when accents are off; some write `v` or `yu`.
        let lower = self.written.to_lowercase();
        if lower.contains("lü") || lower.contains("nü") {
            for vowel in ["v", "yu"] {
                all.extend(Name::new(&lower.replace('ü', vowel)).map(|name| other(name.words, true)));
            }
        }
        all
    }

    /// Returns prefixes of rotations: of each name that is matched by this query, one
    /// rotation at least begins with one of them.
    pub fn rotation_prefixes(&self) -> Vec<String> {
        let wanted = self.wanted();
        let mut long: Vec<&String> = wanted.iter().filter(|word| !is_initial(word)).collect();
        if long.is_empty() {
            return wanted.into_iter().take(1).collect();
        }
        // A word that takes several of the name is the beginning of no rotation.
        long.truncate(2);
        long.into_iter().map(|word| format!("{word}{SEPARATOR}")).collect()
    }

    /// Whether this query, a name or a part of one, matches the name in a rotation.
    pub fn matches_rotation(&self, rotation: &str) -> bool {
        rotation.split_once(SEPARATOR).is_some_and(|(word, name)| {
            let words = name.split(' ').map(str::to_string).collect();
            !word.is_empty() && self.matches(&Name { words, written: String::new(), whole_words: false })
        })
    }

    /// Whether this query, a name or a part of one, matches `name`: each word of the
    /// query takes a word of the name, parts of a hyphenated one, or, once, several
    /// neighbouring words, that no other takes.
    pub fn matches(&self, name: &Name) -> bool {
        let (own, other) = (self.suffix(), name.suffix());
        if own.is_some() && other.is_some() && own != other {
            return false;
        }
        let mut free: Vec<Vec<&str>> = name
            .words
            .iter()
            .map(|word| match self.whole_words {
                true => vec![word.as_str()],
                false => word.split('-').filter(|part| !part.is_empty()).collect(),
            })
            .collect();
        let wanted = self.wanted();
        // One word at least must be a word of the name, for its rotation to be found.
        let may_join = wanted.iter().filter(|word| !is_initial(word)).count() > 1;
        assign(&wanted, &mut free, may_join)
    }

    /// The words that must be there, the longest first: an initial must not take the word
    /// that only they match.
    fn wanted(&self) -> Vec<String> {
        let count = self.words.len() - usize::from(self.suffix().is_some());
        let mut wanted: Vec<String> = self.words[..count].iter().map(|word| word.replace('-', "")).collect();
        wanted.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
        wanted
    }

    fn suffix(&self) -> Option<&str> {
        let [_, .., last] = self.words.as_slice() else { return None };
        SUFFIXES.contains(&last.as_str()).then_some(last)
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
fn assign(wanted: &[String], free: &mut Vec<Vec<&str>>, may_join: bool) -> bool {
    let Some((word, rest)) = wanted.split_first() else {
        return true;
    };
    for at in 0..free.len() {
        let parts = free[at].clone();
        // All that is left of the word, or one part of it.
        if !parts.is_empty() && fits(word, &parts.concat().replace('-', "")) {
            free[at].clear();
            if assign(rest, free, may_join) {
                return true;
            }
            free[at].clone_from(&parts);
        }
        if parts.len() > 1 {
            for part in 0..parts.len() {
                if fits(word, parts[part]) {
                    free[at].remove(part);
                    if assign(rest, free, may_join) {
                        return true;
                    }
                    free[at].clone_from(&parts);
                }
            }
        }
    }
    may_join && !is_initial(word) && assign_joined(word, rest, free)
}

/// Finds for a word several neighbouring words that it is when they are joined.
fn assign_joined(word: &str, rest: &[String], free: &mut Vec<Vec<&str>>) -> bool {
    for first in 0..free.len() {
        let mut joined = String::new();
        for last in first..free.len() {
            if free[last].is_empty() {
                break;
            }
            joined.push_str(&free[last].concat().replace('-', ""));
            if !word.starts_with(&joined) {
                break;
            }
            if last > first && joined == word {
                let taken: Vec<Vec<&str>> = free[first..=last].iter_mut().map(std::mem::take).collect();
                if assign(rest, free, false) {
                    return true;
                }
                free[first..=last].clone_from_slice(&taken);
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

    /// Whether a person who asks for `query` finds `name`, by its rotations.
    fn matches(query: &str, name: &str) -> bool {
        let query = Name::new(query).expect("a query");
        let name = Name::new(name).expect("a name");
        let terms = name.terms();
        query.readings().iter().any(|reading| {
            let prefixes = reading.rotation_prefixes();
            let found = terms.iter().any(|term| {
                prefixes.iter().any(|prefix| term.starts_with(prefix)) && reading.matches_rotation(term)
            });
            assert_eq!(found, reading.matches(&name), "rotations of {name} and {reading}");
            found
        })
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
            ("Xiao-Ming Wu", "Xiaoming Wu"),
            ("Xiaoming Wu", "Xiao-Ming Wu"),
            ("Xiao Ming Wu", "Xiaoming Wu"),
            ("Xiaoming Wu", "Xiao Ming Wu"),
            ("Xiao-Ming Wu", "Wu Xiao Ming"),
            ("Nanne van Noord", "Nanne Vannoord"),
            ("van Noord", "Nanne VanNoord"),
            ("vannoord", "Nanne van Noord"),
            ("Noord", "Nanne van Noord"),
            ("Ana Delacruz", "Ana de la Cruz"),
            ("Ana de la Cruz", "Ana Delacruz"),
            ("James Ghawaly Jr.", "James M Ghawaly"),
            ("James Ghawaly", "James M Ghawaly Jr"),
            ("Ghawaly, Jr.", "James M Ghawaly Jr"),
            ("Song Han", "Han, Song"),
            ("韩松", "Song Han"),
            ("韩松", "Han Song"),
            ("韩 松", "Song Han"),
            ("吴晓明", "Xiao-Ming Wu"),
            ("吴晓明", "Xiaoming Wu"),
            ("吴晓明", "Wu Xiao Ming"),
            ("欧阳明", "Ming Ouyang"),
            ("欧阳明", "Ming Ou-Yang"),
            ("欧阳", "Ming Ouyang"),
            ("吕平", "Ping Lu"),
            ("吕平", "Ping Lv"),
            ("吕平", "Ping Lyu"),
            ("吕平", "Ping Lü"),
            ("Ping Lü", "Ping Lv"),
            ("Ping Lü", "Ping Lyu"),
            ("Ping Lu", "Ping Lü"),
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
            ("Hal Daume Jr", "Hal Daumé III"),
            ("Li Na", "Lina Wang"),
            ("Xiaoming Wu", "Xiao Wu"),
            ("韩松", "Yu-Han Song"),
            ("韩松", "Song-Han Lee"),
            ("韩松", "Hansong Wu"),
            ("晓明", "Xiao-Ming Wu"),
            ("欧阳", "Ou Yang"),
        ] {
            assert!(!matches(query, name), "{query} ~ {name}");
        }
    }

    #[test]
    fn a_name_is_found_as_it_is_written() {
        let term = |text: &str| Name::new(text).and_then(|name| name.whole_term());
        assert_eq!(term("Song  Han "), term("Song Han"));
        assert_eq!(term("Gu\u{308}nter"), term("Günter"));
        assert_eq!(term("song han"), None);
        assert_eq!(term("韩松"), None);
        for other in ["SONG HAN", "Han Song", "Song Hán", "Song-Han", "Song H."] {
            assert_ne!(term(other), term("Song Han"), "{other}");
        }
        assert_eq!(term(&"X".repeat(70_000)), None);
    }

    #[test]
    fn no_name_without_a_letter() {
        assert_eq!(Name::new(" -., "), None);
    }
}
