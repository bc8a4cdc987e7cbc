//! From folded characters to pieces: words, joined forms, and runs of Han.
//!
//! Each word and each Han character has a position, counted from 0 over the whole text;
//! punctuation takes none. A joined form stands at the position of the first part in it:
//! `GPT-4.1` is `gpt` 0, `4` 1, `1` 2, and beside them `gpt4.1` 0 and `4.1` 1, so that
//! `GPT4.1` and `GPT-4.1` find one another, as `finetuning` and `fine-tuning` do.

use std::ops::Range;

use crate::fold::{FoldedChar, fold};
use crate::function_words::is_function_word;
use crate::han::{is_han, is_kana};

/// A part of a text that is searched for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Letters and digits of any script but Han and kana, perhaps joined: `KV`, `GPT-4.1`.
    Word(Compound),
    /// Consecutive Han characters, or consecutive kana.
    Run(Run),
}

/// A word, or words joined by hyphens, underscores or decimal points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compound {
    /// The parts, at consecutive positions; at least one.
    pub parts: Vec<Word>,
    /// The last part with the signs behind it (`c++`), if there are any, and the parts put together, in
    /// every way in which they are written as one word.
    pub joined: Vec<Word>,
}

impl Compound {
    /// Returns the form that stands for the compound as a whole: all parts joined, or
    /// the only part.
    pub fn whole(&self) -> &Word {
        self.joined.last().unwrap_or(&self.parts[0])
    }

    /// Returns the parts, the last with the signs behind it.
    pub fn as_written(&self) -> impl Iterator<Item = &Word> {
        let last = self.joined.first().filter(|word| word.text.ends_with(['+', '#']));
        let before = self.parts.len() - usize::from(last.is_some());
        self.parts[..before].iter().chain(last)
    }

    /// Returns the parts that say something by themselves: those of a joined word, and `PointNet` in
    /// `PointNet++`, but not the `C` of `C++`.
    pub fn telling_parts(&self) -> &[Word] {
        let says_little = |word: &Word| word.text.len() <= SHORT || is_function_word(&word.text);
        match self.parts.as_slice() {
            [only] if self.joined.is_empty() || says_little(only) => &[],
            parts => parts,
        }
    }
}

/// A word of no more bytes says little without the signs behind it.
const SHORT: usize = 2;

/// A folded word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The folded text, never empty.
    pub text: String,
    /// The bytes of the original text.
    pub span: Range<usize>,
    /// The position in the text.
    pub position: u32,
}

/// Consecutive characters of a script without spaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The folded characters, never empty.
    pub text: String,
    /// The bytes of the original text, for each character.
    pub spans: Vec<Range<usize>>,
    /// The position of the first character; the others follow.
    pub position: u32,
    /// Whether the run is Han, not kana.
    pub han: bool,
}

/// Cuts a text into pieces, in order.
pub fn scan(text: &str) -> Vec<Piece> {
    let chars = fold(text);
    let mut scanner = Scanner { chars: &chars, at: 0, position: 0 };
    let mut pieces = Vec::new();
    while let Some(ch) = scanner.peek(0) {
        if is_han(ch) {
            pieces.push(Piece::Run(scanner.run(is_han)));
        } else if is_kana(ch) {
            pieces.push(Piece::Run(scanner.run(is_kana)));
        } else if is_word_char(ch) {
            pieces.push(Piece::Word(scanner.compound()));
        } else {
            scanner.at += 1;
        }
    }
    pieces
}

/// Letters and digits that are separated by spaces.
fn is_word_char(ch: char) -> bool {
    ch.is_alphanumeric() && !is_han(ch) && !is_kana(ch)
}

fn is_hyphen(ch: char) -> bool {
    matches!(ch, '-' | '_' | '\u{2010}'..='\u{2013}')
}

struct Scanner<'a> {
    chars: &'a [FoldedChar],
    at: usize,
    position: u32,
}

impl Scanner<'_> {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).map(|folded| folded.ch)
    }

    fn run(&mut self, belongs: fn(char) -> bool) -> Run {
        let start = self.at;
        while self.peek(0).is_some_and(belongs) {
            self.at += 1;
        }
        let chars = &self.chars[start..self.at];
        let position = self.position;
        self.position += chars.len() as u32;
        Run {
            text: chars.iter().map(|folded| folded.ch).collect(),
            spans: chars.iter().map(|folded| folded.start..folded.end).collect(),
            position,
            han: is_han(chars[0].ch),
        }
    }

    /// Reads a word and whatever is joined to it. Atoms are joined by a single hyphen,
    /// the parts of an atom by a point before a digit.
    fn compound(&mut self) -> Compound {
        let first = self.word();
        // Nearly all words stand alone.
        if self.joint().is_none() && !matches!(self.peek(0), Some('+' | '#')) {
            return Compound { parts: vec![first], joined: Vec::new() };
        }
        let mut atoms: Vec<Vec<Word>> = vec![vec![first]];
        while let Some(point) = self.joint() {
            self.at += 1;
            let word = self.word();
            match atoms.last_mut() {
                Some(atom) if point => atom.push(word),
                _ => atoms.push(vec![word]),
            }
        }
        let last = atoms.last().and_then(|atom| atom.last());
        let signs = last.and_then(|word| self.signs(word, atoms.len() == 1 && atoms[0].len() == 1));
        let with_signs = last.zip(signs).map(|(word, signs)| self.add_signs(word, signs));
        let mut joined: Vec<Word> = with_signs.into_iter().collect();
        let whole: Vec<Word> = atoms.iter().map(|atom| join(atom, ".")).collect();
        joined.extend(
            atoms.iter().zip(&whole).filter(|(atom, _)| atom.len() > 1).map(|(_, word)| word.clone()),
        );
        if whole.len() > 2 {
            joined.extend(whole.windows(2).map(|pair| join(pair, "")));
        }
        if whole.len() > 1 {
            joined.push(join(&whole, ""));
        }
        if let (Some(signs), [.., _, last]) = (signs, joined.as_slice()) {
            joined.push(self.add_signs(last, signs));
        }
        Compound { parts: atoms.into_iter().flatten().collect(), joined }
    }

    /// Whether what follows joins the next word to the last one, and does so by a point.
    fn joint(&self) -> Option<bool> {
        let (joint, next) = (self.peek(0)?, self.peek(1)?);
        let point = joint == '.' && next.is_ascii_digit();
        (point || is_hyphen(joint) && is_word_char(next)).then_some(point)
    }

    /// Reads letters and digits, with the apostrophes inside them; `'s` at the end is
    /// left out (`what's`, `model's`, `LLM's`).
    fn word(&mut self) -> Word {
        let start = self.at;
        let mut text = String::new();
        while let Some(ch) = self.peek(0) {
            if is_word_char(ch) {
                text.push(ch);
            } else if !(matches!(ch, '\'' | '\u{2019}')
                && self.peek(1).is_some_and(char::is_alphabetic)
                && self.peek(1).is_some_and(is_word_char))
            {
                break;
            } else if self.peek(1) == Some('s') && !self.peek(2).is_some_and(is_word_char) {
                let word = self.finish_word(start, self.at, text);
                self.at += 2;
                return word;
            }
            self.at += 1;
        }
        self.finish_word(start, self.at, text)
    }

    fn finish_word(&mut self, start: usize, end: usize, text: String) -> Word {
        let position = self.position;
        self.position += 1;
        Word { text, span: self.chars[start].start..self.chars[end - 1].end, position }
    }

    /// Reads the signs that make another name of a word: `C++`, `PointNet++`, and of one or two letters
    /// that stand alone `C#`.
    fn signs(&mut self, word: &Word, alone: bool) -> Option<&'static str> {
        let signs = match (self.peek(0), self.peek(1)) {
            (Some('+'), Some('+')) => "++",
            (Some('#'), _) if alone && word.text.len() <= SHORT => "#",
            _ => return None,
        };
        let after = self.peek(signs.len());
        if !word.text.starts_with(|ch: char| ch.is_ascii_alphabetic())
            || !word.text.bytes().all(|byte| byte.is_ascii_alphanumeric())
            || after.is_some_and(|ch| ch.is_alphanumeric() && !is_han(ch))
        {
            return None;
        }
        self.at += signs.len();
        Some(signs)
    }

    /// Adds the signs that were read last to a word before them.
    fn add_signs(&self, word: &Word, signs: &str) -> Word {
        Word {
            text: format!("{}{signs}", word.text),
            span: word.span.start..self.chars[self.at - 1].end,
            position: word.position,
        }
    }
}

fn join(words: &[Word], joint: &str) -> Word {
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    Word {
        text: texts.join(joint),
        span: words[0].span.start..words[words.len() - 1].span.end,
        position: words[0].position,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Prints pieces as `text@position`, joined forms in brackets.
    fn show(text: &str) -> String {
        let mut out = Vec::new();
        for piece in scan(text) {
            match piece {
                Piece::Word(compound) => {
                    out.extend(compound.parts.iter().map(|w| format!("{}@{}", w.text, w.position)));
                    out.extend(compound.joined.iter().map(|w| format!("[{}@{}]", w.text, w.position)));
                }
                Piece::Run(run) => out.push(format!("{}@{}", run.text, run.position)),
            }
        }
        out.join(" ")
    }

    #[test]
    fn cuts_text_into_pieces() {
        for (text, pieces) in [
            ("Speculative Decoding", "speculative@0 decoding@1"),
            ("针对LLM推理开销", "针对@0 llm@2 推理开销@3"),
            ("KV缓存,2B视觉", "kv@0 缓存@1 2b@3 视觉@4"),
            ("GPT-4.1", "gpt@0 4@1 1@2 [4.1@1] [gpt4.1@0]"),
            ("GPT4.1.", "gpt4@0 1@1 [gpt4.1@0]"),
            ("Llama-3.1-8B", "llama@0 3@1 1@2 8b@3 [3.1@1] [llama3.1@0] [3.18b@1] [llama3.18b@0]"),
            ("fine-tuning", "fine@0 tuning@1 [finetuning@0]"),
            ("query--document - x", "query@0 document@1 x@2"),
            ("C++ and C#, F#", "c@0 [c++@0] and@1 c@2 [c#@2] f@3 [f#@3]"),
            ("PointNet++, i++j 1++", "pointnet@0 [pointnet++@0] i@1 j@2 1@3"),
            ("Graph-Net++ Net#", "graph@0 net@1 [net++@1] [graphnet@0] [graphnet++@0] net@2"),
            ("KV$ $1.48\\times$", "kv@0 1@1 48@2 [1.48@1] times@3"),
            ("what's LLM's don't rock 'n' roll", "what@0 llm@1 dont@2 rock@3 n@4 roll@5"),
            ("decoding.Speculative", "decoding@0 speculative@1"),
            ("100%的 русский ガイド한국어", "100@0 的@1 русский@2 ガイド@3 한국어@6"),
            ("推测\u{202e}解码", "推测解码@0"),
            ("(){}--- \u{1}", ""),
        ] {
            assert_eq!(show(text), pieces, "{text}");
        }
    }
}
