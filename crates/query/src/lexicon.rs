//! The bridge between two languages: what a term is called in the other one.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashMap;

use analysis::function_words::is_function_word;
use analysis::scan::{Piece, scan};
use analysis::stem::stem;

use crate::planner::characters;

/// Terms and numbers, learned by `examples/learn_lexicon`; its head says how.
const SHIPPED: &str = include_str!("lexicon.tsv");

/// How many words the longest learned term has.
const LEARNED_WORDS: usize = 3;

/// What a line begins with that has an abbreviation, or the words it stands for.
const ABBREVIATED: char = '=';

/// Terms of either language, and what they are called in the other.
///
/// The learned part is a table in text: a line for each term, in the order of bytes; the
/// term, a tab, and its translations, each with its share in hundredths, the likeliest
/// first. A term is a Chinese word or several, or one or two English stems; a translation
/// is a term of the index's words. Lines that begin with `=` have an abbreviation's
/// stem and the words that it stands for, or the stems of words and their abbreviation. The
/// table is searched where it lies.
#[derive(Clone, Debug)]
pub struct Lexicon {
    learned: Cow<'static, str>,
    own: HashMap<String, Translations>,
    /// What was learned from the papers at hand.
    at_hand: HashMap<String, Translations>,
    longest: usize,
}

/// What a term is called in the other language.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Translations {
    /// Terms of the index's words, each with its share of the meaning.
    pub words: Vec<(String, f32)>,
    /// Terms of the exact stream that stand in a row, with their positions.
    pub phrases: Vec<Vec<(u32, String)>>,
}

impl Translations {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.phrases.is_empty()
    }
}

/// A line of a person's own terms that says nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: `{text}` is not a term, a tab, and what it is called in the other language")]
pub struct OwnTermError {
    /// The line, from 1.
    pub line: usize,
    /// What stands there.
    pub text: String,
}

impl Lexicon {
    /// Returns the lexicon that comes with the program.
    pub fn shipped() -> Lexicon {
        Lexicon::of(Cow::Borrowed(SHIPPED))
    }

    /// Makes a lexicon of a table as `examples/learn_lexicon` writes it.
    pub fn from_table(table: String) -> Lexicon {
        Lexicon::of(Cow::Owned(table))
    }

    fn of(learned: Cow<'static, str>) -> Lexicon {
        Lexicon { learned, own: HashMap::new(), at_hand: HashMap::new(), longest: LEARNED_WORDS }
    }

    /// Adds a person's own terms: a line for each, the term and what it is called in the
    /// other language, with tabs between; `#` begins a remark. They are read both ways.
    pub fn add(&mut self, text: &str) -> Result<(), OwnTermError> {
        for (line, text) in (1..).zip(text.lines()) {
            let text = text.trim_start_matches('\u{feff}').trim();
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            let terms: Vec<Own> = text.split('\t').filter_map(Own::new).collect();
            let Some((first, others @ [_, ..])) = terms.split_first() else {
                return Err(OwnTermError { line, text: text.to_string() });
            };
            for other in others {
                self.add_one(first, other);
                self.add_one(other, first);
            }
        }
        Ok(())
    }

    fn add_one(&mut self, from: &Own, to: &Own) {
        self.longest = self.longest.max(from.length);
        let translations = self.own.entry(from.key.clone()).or_default();
        match &to.word {
            Some(word) => translations.words.push((word.clone(), 1.0)),
            None => translations.phrases.push(to.sequence.clone()),
        }
    }

    /// Returns the lexicon with what was learned from the papers at hand of terms that it
    /// does not know.
    pub(crate) fn with_learned(&self, at_hand: HashMap<String, Translations>) -> Lexicon {
        Lexicon { at_hand, ..self.clone() }
    }

    /// How many words the longest term may have.
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// Returns the translations of a term: Han characters, or stems with spaces between.
    /// A person's own come first.
    pub fn translations(&self, term: &str) -> Translations {
        let mut translations = self.own.get(term).cloned().unwrap_or_default();
        let Some(line) = self.line(term) else {
            if let (true, Some(learned)) = (translations.is_empty(), self.at_hand.get(term)) {
                translations = learned.clone();
            }
            return translations;
        };
        let mut parts = line.split(' ');
        while let (Some(word), Some(share)) = (parts.next(), parts.next()) {
            if let Ok(hundredths) = share.parse::<f32>()
                && !translations.words.iter().any(|(known, _)| known == word)
            {
                translations.words.push((word.to_string(), hundredths / 100.0));
            }
        }
        translations
    }

    /// Returns the words that an abbreviation mostly stands for, as they are written, or the
    /// abbreviation of words. Both are looked up by stems, with spaces between.
    pub fn other_form(&self, term: &str) -> Option<&str> {
        self.line(&format!("{ABBREVIATED}{term}"))
    }

    /// Returns what stands behind a term, by binary search over the lines.
    fn line(&self, term: &str) -> Option<&str> {
        let mut rest = &*self.learned;
        while !rest.is_empty() {
            let middle = rest.floor_char_boundary(rest.len() / 2);
            let start = rest[..middle].rfind('\n').map_or(0, |newline| newline + 1);
            let end = rest[start..].find('\n').map_or(rest.len(), |length| start + length);
            let (own, translations) = rest[start..end].split_once('\t')?;
            match own.cmp(term) {
                Ordering::Equal => return Some(translations),
                Ordering::Less => rest = rest.get(end + 1..).unwrap_or_default(),
                Ordering::Greater => rest = &rest[..start],
            }
        }
        None
    }
}

/// A term that a person wrote.
struct Own {
    /// What queries look it up by.
    key: String,
    /// How many words that may be.
    length: usize,
    /// The index's word that it is, if it is one.
    word: Option<String>,
    /// Its terms of the exact stream.
    sequence: Vec<(u32, String)>,
}

impl Own {
    fn new(text: &str) -> Option<Own> {
        let (mut keys, mut length, mut sequence) = (Vec::new(), 0, Vec::new());
        let pieces = scan(text);
        for piece in &pieces {
            match piece {
                Piece::Word(compound) => {
                    keys.push(stem(&compound.whole().text));
                    length += 1;
                    let parts = compound.as_written();
                    sequence.extend(parts.map(|part| (part.position, part.text.clone())));
                }
                Piece::Run(run) => {
                    keys.push(run.text.clone());
                    length += run.spans.len();
                    sequence.extend(characters(&run.text, run.position));
                }
            }
        }
        let word = match pieces.as_slice() {
            [] => return None,
            [Piece::Word(compound)] if is_function_word(&compound.whole().text) => return None,
            [Piece::Word(_)] => keys.first().cloned(),
            _ => None,
        };
        Some(Own { key: keys.join(" "), length, word, sequence })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(lexicon: &Lexicon, term: &str) -> String {
        let words = lexicon.translations(term).words;
        words.iter().map(|(word, share)| format!("{word} {share}")).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn each_line_of_a_table_is_found_and_nothing_else() {
        let table = "a\tx 100\nab\ty 60 z 40\nzebra\tu 1\n推测\tspecul 90 guess 7\n推测解码\tspecul 50\n";
        for table in [table, table.trim_end()] {
            let lexicon = Lexicon::from_table(table.to_string());
            for (term, expected) in [
                ("a", "x 1"),
                ("ab", "y 0.6, z 0.4"),
                ("zebra", "u 0.01"),
                ("推测", "specul 0.9, guess 0.07"),
                ("推测解码", "specul 0.5"),
                ("", ""),
                ("aa", ""),
                ("推", ""),
                ("龘", ""),
            ] {
                assert_eq!(words(&lexicon, term), expected, "{term}");
            }
        }
        assert_eq!(words(&Lexicon::from_table(String::new()), "a"), "");
        assert_eq!(words(&Lexicon::from_table("no tab\nno tab\n".into()), "no tab"), "");
    }

    #[test]
    fn the_shipped_table_is_in_order_and_small() {
        assert!(SHIPPED.len() <= 3_000_000, "{}", SHIPPED.len());
        assert!(SHIPPED.lines().is_sorted_by(|a, b| a.split('\t').next() < b.split('\t').next()));
        let lexicon = Lexicon::shipped();
        for line in SHIPPED.lines() {
            let (term, other) = line.split_once('\t').expect("a tab");
            if let Some(term) = term.strip_prefix(ABBREVIATED) {
                assert_eq!(lexicon.other_form(term), Some(other), "{term}");
                continue;
            }
            let translations = lexicon.translations(term).words;
            assert!(!translations.is_empty(), "{term}");
            let sum: f32 = translations.iter().map(|(_, share)| share).sum();
            assert!((0.0..1.1).contains(&sum), "{term}: {sum}");
        }
    }

    #[test]
    fn abbreviations_are_no_translations() {
        let lexicon = Lexicon::from_table("=ai\tartificial intelligence\nai\t人工智能 100\n".to_string());
        assert_eq!(lexicon.other_form("ai"), Some("artificial intelligence"));
        assert_eq!(lexicon.other_form("artifici intellig"), None);
        assert_eq!(words(&lexicon, "ai"), "人工智能 1");
    }

    #[test]
    fn own_terms_are_read_both_ways() {
        let mut lexicon = Lexicon::from_table("wombat\t动物 80\n".to_string());
        let own = "# mine\n\n袋熊\twombats\t wombat burrow \r\nWombat Burrows\t熊洞\n";
        assert_eq!(lexicon.add(own), Ok(()));
        assert_eq!(words(&lexicon, "袋熊"), "wombat 1");
        let phrases = |term: &str| lexicon.translations(term).phrases;
        let expected = vec![(0, "wombat".to_string()), (1, "burrow".to_string())];
        assert_eq!(phrases("袋熊"), [expected]);
        assert_eq!(words(&lexicon, "wombat"), "动物 0.8");
        assert_eq!(phrases("wombat"), [vec![(0, "袋熊".to_string())]]);
        assert_eq!(phrases("wombat burrow").len(), 2);
    }

    #[test]
    fn a_line_without_two_terms_is_told() {
        for (text, line) in [("袋熊", 1), ("a b\tc\n\nx\t", 3), ("the\t这", 1), ("...\t点", 1)] {
            let mut lexicon = Lexicon::from_table(String::new());
            assert_eq!(lexicon.add(text).map_err(|error| error.line), Err(line), "{text}");
        }
    }
}
