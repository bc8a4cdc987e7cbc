//! Chinese characters, and their segmentation into words.

use std::sync::OnceLock;

use jieba_rs::Jieba;

/// Whether `ch` is a Han character: the unified ideographs with all their extensions,
/// the compatibility ideographs, and the marks that stand for one (々, 〇).
pub fn is_han(ch: char) -> bool {
    matches!(ch,
        '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{2fa1f}' | '\u{30000}'..='\u{323af}' | '々' | '〇')
}

/// Whether `ch` is Japanese kana, which is written without spaces as well.
pub fn is_kana(ch: char) -> bool {
    matches!(ch, '\u{3041}'..='\u{309f}' | '\u{30a1}'..='\u{30fa}' | '\u{30fc}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}')
}

/// Cuts Han runs into words. The dictionary is loaded at the first run, not before: it
/// takes longer than everything else that an English query does.
#[derive(Default)]
pub struct Segmenter {
    jieba: OnceLock<Jieba>,
}

impl Segmenter {
    /// Returns the words of a Han run, as a query means them: they tile the run.
    pub fn words<'a>(&self, run: &'a str) -> Vec<&'a str> {
        if run.chars().nth(1).is_none() {
            return vec![run];
        }
        self.jieba().cut(run, true).into_iter().map(|token| token.word).collect()
    }

    /// Returns the words of a Han run and the dictionary words inside the longer ones, as
    /// an index holds them, so that a part of a compound finds it.
    pub fn words_and_parts<'a>(&self, run: &'a str) -> Vec<&'a str> {
        if run.chars().nth(1).is_none() {
            return vec![run];
        }
        self.jieba().cut_for_search(run, true).into_iter().map(|token| token.word).collect()
    }

    fn jieba(&self) -> &Jieba {
        self.jieba.get_or_init(Jieba::new)
    }
}

impl std::fmt::Debug for Segmenter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let loaded = self.jieba.get().is_some();
        f.debug_struct("Segmenter").field("loaded", &loaded).finish()
    }
}
