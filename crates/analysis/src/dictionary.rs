//! The segmentation dictionary: jieba's words, technical ones, and their frequencies, as maps
//! that lie in the binary and are read in place.
//!
//! To load the whole dictionary takes longer than everything else that a query does. So
//! only the words that occur in a text are looked up, and only their pages of the binary
//! are read. Other words cannot be in the text, and so cannot change how it is cut, but
//! for one thing: a word's probability is its share of all frequencies. One word that no
//! text has therefore carries the frequencies of all words not looked up.
//!
//! `dictionary.fst` is made by `examples/make_dictionary.rs`, and holds the dictionary that
//! comes with jieba-rs. `technical.fst` is made by `examples/find_technical_words.rs`: words
//! that papers have and jieba cuts apart, such as 推测解码. The values of both are
//! frequencies; that of the empty word is the sum of them all. Tests hold the two to a
//! jieba with its own dictionary to which the others were added.

use fst::Map;
use fst::raw::Output;
use jieba_rs::Jieba;

static JIEBA: &[u8] = include_bytes!("dictionary.fst");
static TECHNICAL: &[u8] = include_bytes!("technical.fst");

/// The word that no text has: jieba never looks up the character NUL.
const NO_WORD: &str = "\0";

/// The part of the dictionary that the texts so far have needed.
pub(crate) struct Excerpt {
    dictionaries: [Map<&'static [u8]>; 2],
    /// Cuts every text that was learned as it would with the whole dictionary.
    jieba: Jieba,
    /// The frequencies of all words that are not in it.
    rest: usize,
}

impl Excerpt {
    /// Returns the part that no text has needed yet.
    pub(crate) fn empty() -> Excerpt {
        let dictionaries = [map(JIEBA), map(TECHNICAL)];
        let totals = dictionaries.iter().filter_map(|dictionary| dictionary.get(""));
        let rest = totals.sum::<u64>() as usize;
        Excerpt { dictionaries, jieba: Jieba::empty(), rest }
    }

    /// Returns a jieba that knows the dictionary words that are part of `text`.
    pub(crate) fn learn(&mut self, text: &str) -> &Jieba {
        let Excerpt { dictionaries, jieba, rest } = self;
        for dictionary in dictionaries {
            words_in(dictionary, text, |word, frequency| {
                if !jieba.has_word(word) {
                    jieba.add_word(word, Some(frequency), None);
                    *rest -= frequency;
                }
            });
        }
        jieba.add_word(NO_WORD, Some(*rest), None);
        jieba
    }
}

/// Whether a word is technical: one that jieba would cut apart.
pub(crate) fn is_technical(word: &str) -> bool {
    !word.is_empty() && map(TECHNICAL).contains_key(word)
}

fn map(bytes: &'static [u8]) -> Map<&'static [u8]> {
    Map::new(bytes).expect("the file in the binary is a map")
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

/// Returns jieba's words and the technical ones, with their frequencies.
#[cfg(test)]
pub(crate) fn all_words() -> [Vec<(String, usize)>; 2] {
    Excerpt::empty().dictionaries.map(|dictionary| {
        let words = dictionary.stream().into_str_vec().expect("words are text").into_iter();
        words.filter(|(word, _)| !word.is_empty()).map(|(word, n)| (word, n as usize)).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// If this fails, jieba-rs comes with another dictionary: make the file anew.
    #[test]
    fn the_words_and_frequencies_are_those_of_jieba() {
        let theirs = Jieba::new();
        let mut ours = Jieba::empty();
        let [words, _] = all_words();
        for (word, frequency) in &words {
            assert!(theirs.has_word(word), "{word}");
            ours.add_word(word, Some(*frequency), None);
        }
        // How many words, and the sum of their frequencies.
        assert_eq!(format!("{ours:?}"), format!("{theirs:?}"));
        // What follows from the word's frequency and those of its parts; jieba does not
        // tell frequencies themselves.
        for (word, _) in &words {
            assert_eq!(ours.suggest_freq(word), theirs.suggest_freq(word), "{word}");
        }
    }

    /// If this fails, jieba-rs comes with another dictionary: find the technical words anew.
    #[test]
    fn technical_words_are_those_that_jieba_cuts_apart() {
        let jieba = Jieba::new();
        let [_, technical] = all_words();
        assert!(technical.len() > 1_000, "{}", technical.len());
        for (word, frequency) in technical {
            assert!(!jieba.has_word(&word), "{word}");
            assert!(frequency > 0, "{word}");
            assert!((2..=6).contains(&word.chars().count()), "{word}");
            assert!(word.chars().all(crate::han::is_han), "{word}");
            assert!(is_technical(&word), "{word}");
        }
        for word in ["神经网络", "推测", "", "解码推测"] {
            assert!(!is_technical(word), "{word}");
        }
    }

    #[test]
    fn the_rest_of_the_frequencies_is_never_short() {
        let mut excerpt = Excerpt::empty();
        let words = all_words().concat();
        assert_eq!(excerpt.rest, words.iter().map(|(_, frequency)| frequency).sum::<usize>());
        for (word, _) in &words {
            excerpt.learn(word);
        }
        assert_eq!(excerpt.rest, 0);
    }
}
