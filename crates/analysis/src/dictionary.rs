//! The segmentation dictionary: jieba's words and their frequencies, as a map that lies in
//! the binary and is read in place.
//!
//! To load the whole dictionary takes longer than everything else that a query does. So
//! only the words that occur in a text are looked up, and only their pages of the binary
//! are read. Other words cannot be in the text, and so cannot change how it is cut, but
//! for one thing: a word's probability is its share of all frequencies. One word that no
//! text has therefore carries the frequencies of all words not looked up.
//!
//! `dictionary.fst` is made by `examples/make_dictionary.rs`. Its values are frequencies;
//! that of the empty word is the sum of them all. Tests hold it to the dictionary that
//! comes with jieba-rs.

use fst::Map;
use fst::raw::Output;
use jieba_rs::Jieba;

static BYTES: &[u8] = include_bytes!("dictionary.fst");

/// The word that no text has: jieba never looks up the character NUL.
const NO_WORD: &str = "\0";

/// The part of the dictionary that the texts so far have needed.
pub(crate) struct Excerpt {
    dictionary: Map<&'static [u8]>,
    /// Cuts every text that was learned as it would with the whole dictionary.
    jieba: Jieba,
    /// The frequencies of all words that are not in it.
    rest: usize,
}

impl Excerpt {
    /// Returns the part that no text has needed yet.
    pub(crate) fn empty() -> Excerpt {
        let dictionary = Map::new(BYTES).expect("the file in the binary is a map");
        let rest = dictionary.get("").map_or(0, |total| total as usize);
        Excerpt { dictionary, jieba: Jieba::empty(), rest }
    }

    /// Returns a jieba that knows the dictionary words that are part of `text`.
    pub(crate) fn learn(&mut self, text: &str) -> &Jieba {
        let Excerpt { dictionary, jieba, rest } = self;
        words_in(dictionary, text, |word, frequency| {
            if !jieba.has_word(word) {
                jieba.add_word(word, Some(frequency), None);
                *rest -= frequency;
            }
        });
        jieba.add_word(NO_WORD, Some(*rest), None);
        jieba
    }
}

/// Calls `found` with each dictionary word that is a part of `text`, and its frequency.
fn words_in<'a>(dictionary: &Map<&[u8]>, text: &'a str, mut found: impl FnMut(&'a str, usize)) {
    let map = dictionary.as_fst();
    for (start, _) in text.char_indices() {
        let mut node = map.root();
        let mut value = Output::zero();
        for (at, byte) in text.bytes().enumerate().skip(start) {
            let Some(number) = node.find_input(byte) else { break };
            let transition = node.transition(number);
            value = value.cat(transition.out);
            node = map.node(transition.addr);
            if node.is_final() {
                found(&text[start..=at], value.cat(node.final_output()).value() as usize);
            }
        }
    }
}

/// Returns all words with their frequencies.
#[cfg(test)]
pub(crate) fn all_words() -> Vec<(String, usize)> {
    let words = Excerpt::empty().dictionary.stream().into_str_vec().expect("words are text");
    words.into_iter().filter(|(word, _)| !word.is_empty()).map(|(word, n)| (word, n as usize)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// If this fails, jieba-rs comes with another dictionary: make the file anew.
    #[test]
    fn the_words_and_frequencies_are_those_of_jieba() {
        let theirs = Jieba::new();
        let mut ours = Jieba::empty();
        for (word, frequency) in all_words() {
            assert!(theirs.has_word(&word), "{word}");
            ours.add_word(&word, Some(frequency), None);
        }
        // How many words, and the sum of their frequencies.
        assert_eq!(format!("{ours:?}"), format!("{theirs:?}"));
        // What follows from the word's frequency and those of its parts; jieba does not
        // tell frequencies themselves.
        for (word, _) in all_words() {
            assert_eq!(ours.suggest_freq(&word), theirs.suggest_freq(&word), "{word}");
        }
    }

    #[test]
    fn the_rest_of_the_frequencies_is_never_short() {
        let mut excerpt = Excerpt::empty();
        let words = all_words();
        assert_eq!(excerpt.rest, words.iter().map(|(_, frequency)| frequency).sum::<usize>());
        for (word, _) in &words {
            excerpt.learn(word);
        }
        assert_eq!(excerpt.rest, 0);
    }
}
