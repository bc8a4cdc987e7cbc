//! Folding: characters that readers take for the same become the same.
//!
//! NFKC (so `ＬＬＭ` is `LLM` and `②` is `2`), then Unicode case folding, then accents off
//! Latin letters (TeX's `\"o`, too) and traditional Chinese characters to simplified ones, character by
//! character, so that each folded character still knows which bytes of the original it
//! came from. Folding a whole string at once would break
//! every highlight.

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{decompose_canonical, is_combining_mark};

use crate::simplify::simplified;
use crate::tex;

/// A folded character and where it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FoldedChar {
    /// The folded character.
    pub ch: char,
    /// The first byte, in the original text, of what was folded.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
    /// Whether the original character was upper case.
    pub upper: bool,
}

/// Folds `text`. The spans are in order and on character boundaries of `text`;
/// characters without a look of their own (soft hyphen, zero-width and bidi controls)
/// are left out.
pub fn fold(text: &str) -> Vec<FoldedChar> {
    let mut folded = Vec::with_capacity(text.len());
    let mut rest = text.char_indices().peekable();
    while let Some((start, ch)) = rest.next() {
        let mut end = start + ch.len_utf8();
        if matches!(ch, '\\' | '{')
            && let Some((letter, length)) = tex::letter(&text[start..])
        {
            end = start + length;
            while rest.next_if(|(at, _)| *at < end).is_some() {}
            fold_character(letter, start, end, &mut folded);
            continue;
        }
        let mut single = true;
        while let Some(&(at, next)) = rest.peek() {
            if !continues_character(next) {
                break;
            }
            end = at + next.len_utf8();
            single = false;
            rest.next();
        }
        if ch.is_ascii() && single {
            folded.push(FoldedChar {
                ch: ch.to_ascii_lowercase(),
                start,
                end,
                upper: ch.is_ascii_uppercase(),
            });
        } else if is_plain_han(ch) && single {
            folded.push(FoldedChar { ch: simplified(ch), start, end, upper: false });
        } else {
            fold_character(&text[start..end], start, end, &mut folded);
        }
    }
    folded
}

/// Folds `text` to a string, without the way back.
pub fn fold_to_string(text: &str) -> String {
    fold(text).into_iter().map(|folded| folded.ch).collect()
}

/// Whether `ch` belongs to the character before it: a combining mark, a vowel or final
/// consonant of a decomposed Hangul syllable, or a voicing mark of half-width kana.
pub fn continues_character(ch: char) -> bool {
    !ch.is_ascii()
        && !is_plain_han(ch)
        && (is_combining_mark(ch) || matches!(ch, '\u{1160}'..='\u{11ff}' | '\u{ff9e}' | '\u{ff9f}'))
}

/// Han characters that fold to nothing but their simplified form, as nearly all do: Unicode has no
/// other form of any of these blocks.
fn is_plain_han(ch: char) -> bool {
    matches!(ch, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}')
}

/// Folds one character with its marks, which stands from `start` to `end`.
fn fold_character(character: &str, start: usize, end: usize, folded: &mut Vec<FoldedChar>) {
    let upper = character.chars().next().is_some_and(char::is_uppercase);
    let mut after_latin = false;
    let mut push = |ch: char| folded.push(FoldedChar { ch, start, end, upper });
    for ch in character.nfkc().default_case_fold().nfkc() {
        if is_invisible(ch) || (after_latin && is_combining_mark(ch)) {
            continue;
        }
        after_latin = is_latin_letter(ch);
        if !after_latin || ch.is_ascii() {
            push(simplified(ch));
        } else if let Some(plain) = letter_without_accent(ch) {
            plain.chars().for_each(&mut push);
        } else {
            decompose_canonical(ch, |part| {
                if !is_combining_mark(part) {
                    push(part);
                }
            });
        }
    }
}

/// Latin letters with marks, in the blocks Latin-1 Supplement to Latin Extended-B and
/// Latin Extended Additional.
fn is_latin_letter(ch: char) -> bool {
    ch.is_ascii_alphabetic()
        || (matches!(ch, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}') && ch.is_alphabetic())
}

/// Folded letters whose stroke or ligature is no combining mark to Unicode; the
/// replacements are those of Lucene's ASCIIFoldingFilter.
fn letter_without_accent(ch: char) -> Option<&'static str> {
    Some(match ch {
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'ı' => "i",
        'ŋ' => "n",
        'ŧ' => "t",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        _ => return None,
    })
}

/// Characters that show nothing and must not part a word: soft hyphen, zero-width
/// characters, marks and controls of bidirectional text, variation selectors.
fn is_invisible(ch: char) -> bool {
    matches!(ch, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn folds_what_readers_take_for_the_same() {
        for (text, folded) in [
            ("LLM", "llm"),
            ("ＬＬＭ，２０２６", "llm,2026"),
            ("②", "2"),
            ("Böck", "bock"),
            ("Bo\u{308}ck", "bock"),
            ("naïve", "naive"),
            ("HÖSS Höß", "hoss hoss"),
            ("Łukasz Ørsted Æther", "lukasz orsted aether"),
            ("Straße ﬁne", "strasse fine"),
            ("Schr\\\"odinger, Erd\\H{o}s, {\\O}re", "schrodinger, erdos, ore"),
            ("Gau\\ss{} \\alpha {x}", "gauss \\alpha {x}"),
            ("Йй", "йй"),
            ("ΑΣ", "ας".replace('ς', "σ").as_str()),
            ("知識蒸餾與後處理", "知识蒸馏与后处理"),
            ("知识", "知识"),
            ("\u{f9b4}", "领"),
            ("ｶﾞ", "ガ"),
            ("\u{1112}\u{1161}\u{11ab}", "한"),
            ("spec\u{ad}ulative\u{200b}", "speculative"),
            ("研究\u{202e}矮", "研究矮"),
        ] {
            assert_eq!(fold_to_string(text), folded, "{text}");
        }
    }

    #[test]
    fn plain_han_has_no_other_form() {
        for ch in ('\u{3400}'..='\u{9fff}').filter(|ch| is_plain_han(*ch)) {
            assert!(!is_combining_mark(ch));
            let mut whole = Vec::new();
            fold_character(&ch.to_string(), 0, ch.len_utf8(), &mut whole);
            assert_eq!(fold(&ch.to_string()), whole);
        }
    }

    #[test]
    fn spans_lead_back_to_the_original() {
        let text = "A\u{308}ß ②x\\'{E}t";
        let spans: Vec<(char, &str)> = fold(text).iter().map(|f| (f.ch, &text[f.start..f.end])).collect();
        let expected = [('a', "A\u{308}"), ('s', "ß"), ('s', "ß"), (' ', " "), ('2', "②"), ('x', "x")];
        assert_eq!(spans[..6], expected);
        assert_eq!(spans[6..], [('e', "\\'{E}"), ('t', "t")]);
    }

    proptest! {
        #[test]
        fn spans_are_in_order_and_on_boundaries(text in "(.|[\\\\{}'\"a-zö ]){0,30}") {
            let mut last = 0;
            for folded in fold(&text) {
                prop_assert!(folded.start >= last && folded.start < folded.end);
                prop_assert!(text.get(folded.start..folded.end).is_some());
                last = folded.start;
            }
        }

        #[test]
        fn composed_and_decomposed_text_fold_alike(text in "[a-zA-Zà-öø-ÿ ]{0,30}") {
            let nfd: String = text.nfd().collect();
            prop_assert_eq!(fold_to_string(&text), fold_to_string(&nfd));
        }
    }
}
