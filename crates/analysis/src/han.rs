//! Chinese characters, and their segmentation into words.

use std::sync::{Mutex, PoisonError};

use jieba_rs::{Jieba, Token};

use crate::dictionary::{Excerpt, is_technical};

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

/// Inside longer words jieba looks for words of two characters and of so many.
const JIEBA_PART_CHARS: usize = 3;

/// Cuts Han runs into words, as jieba does with its whole dictionary and the technical
/// words added to it. Cheap to make; it looks up the words of each run and keeps them.
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
        self.cut(run, |jieba| jieba.cut(run, true).into_iter().map(|token| token.word).collect())
    }

    /// Returns the words of a Han run and the dictionary words inside the longer ones, as
    /// an index holds them, so that a part of a compound finds it.
    pub fn words_and_parts<'a>(&self, run: &'a str) -> Vec<&'a str> {
        self.cut(run, |jieba| {
            let mut words = Vec::new();
            for Token { word, .. } in jieba.cut_for_search(run, true) {
                words.extend(longer_parts(word, jieba));
                words.push(word);
            }
            words
        })
    }

    /// Returns the dictionary words inside a technical word, as an index holds them, and
    /// none of another word.
    pub fn parts<'a>(&self, word: &'a str) -> Vec<&'a str> {
        if !is_technical(word) {
            return Vec::new();
        }
        let mut parts = self.words_and_parts(word);
        parts.retain(|part| *part != word);
        parts
    }

    fn cut<'a>(&self, run: &'a str, how: impl FnOnce(&Jieba) -> Vec<&'a str>) -> Vec<&'a str> {
        if run.chars().nth(1).is_none() {
            return vec![run];
        }
        // What a panic elsewhere left is sound: words are added one by one.
        let mut excerpt = self.excerpt.lock().unwrap_or_else(PoisonError::into_inner);
        how(excerpt.get_or_insert_with(Excerpt::empty).learn(run))
    }
}

/// Returns the dictionary words inside a technical word that are too long for jieba to look
/// for them: what 图神经网络 is about is 神经网络 as well.
fn longer_parts<'a>(word: &'a str, jieba: &Jieba) -> Vec<&'a str> {
    let borders: Vec<usize> = word.char_indices().map(|(at, _)| at).chain([word.len()]).collect();
    let least = JIEBA_PART_CHARS + 1;
    if borders.len() <= least + 1 || !is_technical(word) {
        return Vec::new();
    }
    let parts = (0..borders.len()).flat_map(|first| {
        let ends = borders.iter().skip(first + least);
        let borders = &borders;
        ends.map(move |end| &word[borders[first]..*end])
    });
    parts.filter(|part| part.len() < word.len() && jieba.has_word(part)).collect()
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
    use std::collections::HashSet;
    use std::io::{BufRead, BufReader};
    use std::path::Path;
    use std::sync::LazyLock;

    /// The dictionary of jieba itself, and the technical words added to it.
    static WHOLE: LazyLock<Jieba> = LazyLock::new(|| {
        let mut jieba = Jieba::new();
        let [_, technical] = all_words();
        for (word, frequency) in technical {
            jieba.add_word(&word, Some(frequency), None);
        }
        jieba
    });
    static WORDS: LazyLock<[Vec<(String, usize)>; 2]> = LazyLock::new(all_words);
    static TECHNICAL: LazyLock<HashSet<String>> =
        LazyLock::new(|| WORDS[1].iter().map(|(word, _)| word.clone()).collect());
    /// One for many runs; a new one for each is tried as well.
    static SHARED: LazyLock<Segmenter> = LazyLock::new(Segmenter::default);

    fn cut_as_with_the_whole_dictionary(segmenter: &Segmenter, run: &str) {
        let words =
            |tokens: Vec<Token<'_>>| tokens.iter().map(|token| token.word.to_string()).collect::<Vec<_>>();
        assert_eq!(segmenter.words(run), words(WHOLE.cut(run, true)), "{run}");
        let theirs = with_long_parts(words(WHOLE.cut_for_search(run, true)));
        assert_eq!(segmenter.words_and_parts(run), theirs, "{run}");
    }

    /// Puts before each technical word all words of the whole dictionary that are inside it and
    /// have four characters or more.
    fn with_long_parts(words: Vec<String>) -> Vec<String> {
        let mut with = Vec::new();
        for word in words {
            let chars: Vec<char> = word.chars().collect();
            if TECHNICAL.contains(&word) {
                for first in 0..chars.len() {
                    for end in first + 4..=chars.len() {
                        let part = String::from_iter(&chars[first..end]);
                        if part != word && WHOLE.has_word(&part) {
                            with.push(part);
                        }
                    }
                }
            }
            with.push(word);
        }
        with
    }

    /// Dictionary words one after another, some with their beginning or end cut off; every
    /// other one is technical.
    fn run_of_words() -> impl Strategy<Value = String> {
        let word = (any::<prop::sample::Index>(), 0_usize..2, 0_usize..6).prop_map(|(index, which, cut)| {
            let word: Vec<char> = index.get(&WORDS[which]).0.chars().collect();
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
    fn technical_words_stay_whole() {
        let segmenter = Segmenter::default();
        for (run, words, parts) in [
            ("推测解码", "推测解码", "推测 解码"),
            ("大模型", "大模型", "模型"),
            ("知识蒸馏", "知识蒸馏", "知识 蒸馏"),
            ("智能体", "智能体", "智能"),
            ("多智能体", "多智能体", "智能 智能体"),
            ("大语言模型", "大语言模型", "语言 模型 语言模型"),
            ("图神经网络", "图神经网络", "神经 网络 神经网 神经网络"),
            ("端到端", "端到端", ""),
            ("词元", "词元", ""),
            ("面向大模型的知识蒸馏方法", "面向 大模型 的 知识蒸馏 方法", ""),
            ("用推测解码加速大语言模型推理", "用 推测解码 加速 大语言模型 推理", ""),
            ("网页智能体自行判断规划深度", "网页 智能体 自行 判断 规划 深度", ""),
            // Words of jieba's own are asked for whole.
            ("神经网络", "神经网络", ""),
            ("推测", "推测", ""),
            ("解码推测", "解码 推测", ""),
        ] {
            assert_eq!(segmenter.words(run).join(" "), words);
            assert_eq!(segmenter.parts(run).join(" "), parts, "{run}");
        }
        for (word, _) in &WORDS[1] {
            assert_eq!(segmenter.words(word), [word], "cut apart");
            let mut inside = segmenter.parts(word);
            inside.push(word);
            let mut indexed = segmenter.words_and_parts(word);
            inside.sort_unstable();
            indexed.sort_unstable();
            assert_eq!(inside, indexed);
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
