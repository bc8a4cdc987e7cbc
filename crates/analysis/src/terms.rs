//! From pieces to the two streams of terms.

use std::ops::Range;

use crate::han::Segmenter;
use crate::scan::{Compound, Piece, Run, Word, scan};
use crate::stem::stem;

/// The longest term, in bytes. What is longer is no word that anyone searches for, and
/// engines drop terms from some length on without a word.
const MAX_TERM_BYTES: usize = 255;

/// A term of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// What is looked up.
    pub text: String,
    /// The bytes of the original text that it stands for.
    pub span: Range<usize>,
    /// The position, from 0; several terms may share one. In the exact stream
    /// neighbouring positions mean neighbouring text.
    pub position: u32,
}

/// The two streams of terms of a text, each in order of position.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Analyzed {
    /// For ranking: English stems, jieba words with the words inside them.
    pub words: Vec<Term>,
    /// For phrases, prefixes and typos: see [`exact_terms`].
    pub exact: Vec<Term>,
}

/// Turns text into terms. Cheap to make; the dictionary words of Chinese text are looked
/// up as it comes, and then kept. Share one.
#[derive(Debug, Default)]
pub struct Analyzer {
    segmenter: Segmenter,
}

impl Analyzer {
    /// Returns an analyzer that has loaded nothing yet.
    pub fn new() -> Analyzer {
        Analyzer::default()
    }

    /// Returns both streams of terms of a text.
    pub fn analyze(&self, text: &str) -> Analyzed {
        let pieces = scan(text);
        Analyzed { words: self.word_terms(&pieces), exact: exact_terms_of(pieces) }
    }

    /// Returns the words of a Han run that a query means; they tile the run.
    pub fn segment<'a>(&self, run: &'a str) -> Vec<&'a str> {
        self.segmenter.words(run)
    }

    /// Returns the words inside a technical word (推测解码), by which an index has it as well,
    /// and none of another word.
    pub fn parts<'a>(&self, word: &'a str) -> Vec<&'a str> {
        self.segmenter.parts(word)
    }

    fn word_terms(&self, pieces: &[Piece]) -> Vec<Term> {
        let mut terms = Vec::with_capacity(pieces.len());
        for piece in pieces {
            match piece {
                Piece::Word(Compound { parts, joined }) if joined.is_empty() => {
                    for word in parts {
                        push(&mut terms, stem(&word.text), word.span.clone(), word.position);
                    }
                }
                Piece::Word(compound) => {
                    for word in in_order(&compound.parts, &compound.joined) {
                        push(&mut terms, stem(&word.text), word.span.clone(), word.position);
                    }
                }
                Piece::Run(run) if run.han => {
                    for word in self.segmenter.words_and_parts(&run.text) {
                        // The words are slices of the run: the offset tells which characters.
                        let offset = word.as_ptr() as usize - run.text.as_ptr() as usize;
                        let first = run.text[..offset].chars().count();
                        let last = first + word.chars().count() - 1;
                        push(
                            &mut terms,
                            word.to_string(),
                            run.spans[first].start..run.spans[last].end,
                            run.position + first as u32,
                        );
                    }
                }
                Piece::Run(run) => terms.extend(characters_and_bigrams(run)),
            }
        }
        terms
    }
}

/// Returns the exact stream of a text: folded words and joined forms, Han characters and
/// their bigrams. A bigram stands at the position of its first character. No dictionary
/// is needed, so this is what marks matches in hits, too.
pub fn exact_terms(text: &str) -> Vec<Term> {
    exact_terms_of(scan(text))
}

fn exact_terms_of(pieces: Vec<Piece>) -> Vec<Term> {
    let mut terms = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match piece {
            Piece::Word(Compound { mut parts, joined }) => {
                if !joined.is_empty() {
                    parts.extend(joined);
                    parts.sort_by_key(|word| word.position);
                }
                for Word { text, span, position } in parts {
                    push(&mut terms, text, span, position);
                }
            }
            Piece::Run(run) => terms.extend(characters_and_bigrams(&run)),
        }
    }
    terms
}

/// Parts and joined forms together, in order of position.
fn in_order<'a>(parts: &'a [Word], joined: &'a [Word]) -> Vec<&'a Word> {
    let mut words: Vec<&Word> = parts.iter().chain(joined).collect();
    words.sort_by_key(|word| word.position);
    words
}

fn characters_and_bigrams(run: &Run) -> Vec<Term> {
    let chars: Vec<char> = run.text.chars().collect();
    let mut terms = Vec::with_capacity(2 * chars.len());
    for (at, span) in run.spans.iter().enumerate() {
        let position = run.position + at as u32;
        push(&mut terms, chars[at].to_string(), span.clone(), position);
        if let (Some(next), Some(next_span)) = (chars.get(at + 1), run.spans.get(at + 1)) {
            push(&mut terms, String::from_iter([chars[at], *next]), span.start..next_span.end, position);
        }
    }
    terms
}

fn push(terms: &mut Vec<Term>, text: String, span: Range<usize>, position: u32) {
    if text.len() <= MAX_TERM_BYTES {
        terms.push(Term { text, span, position });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(terms: &[Term]) -> Vec<String> {
        terms.iter().map(|term| format!("{}@{}", term.text, term.position)).collect()
    }

    #[test]
    fn both_streams_of_mixed_text() {
        let analyzed = Analyzer::new().analyze("LLM推理加速");
        assert_eq!(texts(&analyzed.words), ["llm@0", "推理@1", "加速@3", "推理加速@1"]);
        assert_eq!(
            texts(&analyzed.exact),
            ["llm@0", "推@1", "推理@1", "理@2", "理加@2", "加@3", "加速@3", "速@4"]
        );
    }

    #[test]
    fn parts_of_a_compound_find_it() {
        let words = Analyzer::new().analyze("神经网络").words;
        assert_eq!(texts(&words), ["神经@0", "网络@2", "神经网@0", "神经网络@0"]);
        let words = Analyzer::new().analyze("推测解码").words;
        assert_eq!(texts(&words), ["推测@0", "解码@2", "推测解码@0"]);
        let words = Analyzer::new().analyze("图神经网络").words;
        assert_eq!(texts(&words), ["神经@1", "网络@3", "神经网@1", "神经网络@1", "图神经网络@0"]);
    }

    #[test]
    fn over_long_words_are_no_terms() {
        assert!(exact_terms(&"a".repeat(256)).is_empty());
        assert_eq!(exact_terms(&"a".repeat(255)).len(), 1);
    }

    #[test]
    fn traditional_text_has_the_terms_of_simplified() {
        let analyzer = Analyzer::new();
        for (traditional, simplified) in [
            ("知識蒸餾", "知识蒸馏"),
            ("針對大語言模型的推測解碼", "针对大语言模型的推测解码"),
            ("ＫＶ快取壓縮與後處理", "KV快取压缩与后处理"),
        ] {
            let terms = |text| {
                let analyzed = analyzer.analyze(text);
                (texts(&analyzed.words), texts(&analyzed.exact))
            };
            assert_eq!(terms(traditional), terms(simplified), "{traditional}");
        }
        // What is shown is what was written.
        let text = "用知識蒸餾";
        let term = analyzer.analyze(text).words.into_iter().find(|term| term.text == "蒸馏").expect("a word");
        assert_eq!(&text[term.span], "蒸餾");
    }

    proptest! {
        #[test]
        fn any_two_han_characters_in_a_row_are_a_bigram(text in "[a-c ,推测解码加速測碼識〇々]{0,40}") {
            let terms = exact_terms(&text);
            let chars: Vec<char> = text.chars().collect();
            for pair in chars.windows(2).filter(|pair| pair.iter().all(|ch| crate::han::is_han(*ch))) {
                let bigram = crate::fold::fold_to_string(&String::from_iter(pair));
                prop_assert!(terms.iter().any(|term| term.text == bigram));
            }
        }

        #[test]
        fn terms_keep_to_the_text(text in any::<String>()) {
            let analyzed = Analyzer::new().analyze(&text.replace(crate::han::is_han, "x"));
            for term in analyzed.words.iter().chain(&analyzed.exact) {
                prop_assert!(!term.text.is_empty());
                prop_assert!(term.span.start < term.span.end && term.span.end <= text.len());
            }
            prop_assert!(analyzed.exact.is_sorted_by_key(|term| term.position));
        }
    }
}
