//! Chinese characters, and their segmentation into words.

use std::sync::{Mutex, PoisonError};

use jieba_rs::{Jieba, Token};

use crate::dictionary::Excerpt;

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

/// Cuts Han runs into words, as jieba does with its whole dictionary. Cheap to make; it
/// looks up the words of each run and keeps them.
#[derive(Default)]
pub struct Segmenter {
    /// Made for the first run and kept: with one for all runs, a run takes 3 µs, with one
    /// for each 17. With the whole dictionary it takes 1 µs, but loading that takes 150 ms
    /// or more, which some 80,000 runs (of 16,000 summaries) do not save.
    excerpt: Mutex<Option<Excerpt>>,
}

impl Segmenter {
    /// Returns the words of a Han run, as a query means them: they tile the run.
    pub fn words<'a>(&self, run: &'a str) -> Vec<&'a str> {
        self.cut(run, |jieba| jieba.cut(run, true))
    }

    /// Returns the words of a Han run and the dictionary words inside the longer ones, as
    /// an index holds them, so that a part of a compound finds it.
    pub fn words_and_parts<'a>(&self, run: &'a str) -> Vec<&'a str> {
        self.cut(run, |jieba| jieba.cut_for_search(run, true))
    }

    fn cut<'a>(&self, run: &'a str, how: impl FnOnce(&Jieba) -> Vec<Token<'a>>) -> Vec<&'a str> {
        if run.chars().nth(1).is_none() {
            return vec![run];
        }
        // What a panic elsewhere left is sound: words are added one by one.
        let mut excerpt = self.excerpt.lock().unwrap_or_else(PoisonError::into_inner);
        let jieba = excerpt.get_or_insert_with(Excerpt::empty).learn(run);
        how(jieba).into_iter().map(|token| token.word).collect()
    }
}

impl std::fmt::Debug for Segmenter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Segmenter").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dictionary::all_words;
    use proptest::prelude::*;
    use std::io::{BufRead, BufReader};
    use std::path::Path;
    use std::sync::LazyLock;

    static WHOLE: LazyLock<Jieba> = LazyLock::new(Jieba::new);
    static WORDS: LazyLock<Vec<(String, usize)>> = LazyLock::new(all_words);
    /// One for many runs; a new one for each is tried as well.
    static SHARED: LazyLock<Segmenter> = LazyLock::new(Segmenter::default);

    fn cut_as_with_the_whole_dictionary(segmenter: &Segmenter, run: &str) {
        let words =
            |tokens: Vec<Token<'_>>| tokens.iter().map(|token| token.word.to_string()).collect::<Vec<_>>();
        assert_eq!(segmenter.words(run), words(WHOLE.cut(run, true)), "{run}");
        assert_eq!(segmenter.words_and_parts(run), words(WHOLE.cut_for_search(run, true)), "{run}");
    }

    /// Dictionary words one after another, some with their beginning or end cut off.
    fn run_of_words() -> impl Strategy<Value = String> {
        let word = (any::<prop::sample::Index>(), 0_usize..6).prop_map(|(index, cut)| {
            let word: Vec<char> = index.get(&WORDS).0.chars().collect();
            match cut {
                1 => word[1..].iter().collect(),
                2 => word[..word.len() - 1].iter().collect(),
                _ => word.iter().collect::<String>(),
            }
        });
        prop::collection::vec(word, 1..30).prop_map(|words| words.concat())
    }

    proptest! {
        #[test]
        fn an_excerpt_cuts_like_the_whole(
            run in prop_oneof![
                run_of_words(),
                "[的一是不在人有我他这中大来上国推测解码神经网络性能模型器化]{1,60}",
                "[\u{4e00}-\u{9fff}]{1,40}",
                "[\u{3400}-\u{9fff}\u{f900}-\u{faff}\u{20000}-\u{323af}々〇]{1,20}",
                "[一-十 a-cA-C0-9.&+#%\\-\r\n·，。]{1,30}",
                any::<String>(),
            ].prop_filter("no text", |run| !run.is_empty())
        ) {
            cut_as_with_the_whole_dictionary(&Segmenter::default(), &run);
            cut_as_with_the_whole_dictionary(&SHARED, &run);
        }
    }

    #[test]
    fn long_runs_are_cut_like_with_the_whole() {
        for run in ["推测解码".repeat(5_000), "一".repeat(20_000), "中华人民共和国".repeat(2_000)]
        {
            cut_as_with_the_whole_dictionary(&Segmenter::default(), &run);
        }
    }

    #[test]
    #[allow(clippy::print_stderr, reason = "a skipped test says so")]
    fn real_summaries_are_cut_like_with_the_whole() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/papers-dev.jsonl.gz");
        let Ok(file) = std::fs::File::open(&path) else {
            eprintln!("SKIPPED: no real summaries at {}", path.display());
            return;
        };
        let mut count = 0;
        for line in BufReader::new(flate2::read::GzDecoder::new(file)).lines() {
            let paper: serde_json::Value = serde_json::from_str(&line.expect("text")).expect("JSON");
            let Some(summary) = paper["zh"].as_str() else { continue };
            count += 1;
            cut_as_with_the_whole_dictionary(&Segmenter::default(), summary);
            for run in summary.split(|ch| !is_han(ch)).filter(|run| !run.is_empty()) {
                cut_as_with_the_whole_dictionary(&SHARED, run);
            }
        }
        assert!(count > 10_000, "{count} summaries");
    }
}
