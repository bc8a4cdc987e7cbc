//! Makes `src/technical.fst` of Chinese summaries: the technical words that they have and
//! jieba's dictionary has not, such as 推测解码, with their frequencies.
//!
//! ```console
//! $ cargo run --release -p analysis --example find_technical_words -- \
//!       PAPERS.jsonl.gz crates/analysis/src/technical.fst [even|odd] > technical.tsv
//! ```
//!
//! PAPERS holds one JSON object a line with `id` and `zh` (the summary). With `even` or
//! `odd` only papers whose id ends so are looked at. What is printed is for people: the
//! parts of a word, how many summaries have it, its log-likelihood ratio, how many times
//! as often as by chance its parts meet, and how free its two ends are. Then raise
//! `ANALYSIS_VERSION` and learn the lexicon anew. The same papers give the same bytes.
//!
//! Summaries are cut into words of the dictionary and single characters. Neighbours are one
//! word if they meet far more often than chance has it, wherever one parts them in two
//! (Dunning's log-likelihood ratio, and the ratio of the numbers), and if what stands
//! before and behind them is free (branching entropy: Jin and Tanaka-Ishii, Unsupervised
//! segmentation of Chinese text by use of branching entropy, 2006): 视觉语言 is none, since
//! 模型 nearly always follows. What numbers do not tell, that 提升性能 is a phrase, a list of
//! the words tells that all summaries are written with.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{BufRead, BufReader, Write};

use analysis::scan::{Piece, scan};
use flate2::read::MultiGzDecoder;
use jieba_rs::Jieba;
use serde::Deserialize;

/// What is in fewer summaries is no word yet.
const MIN_PAPERS: usize = 5;
/// Words have at most so many characters.
const MAX_CHARS: usize = 6;
/// What chance gives once in 20 million pairs; there are 500,000 places to look at.
const MIN_LLR: f64 = 30.0;
/// The parts of a word meet at least so many times as often as by chance.
const MIN_LIFT: f64 = 5.0;
/// The least entropy, in nats, of the characters before a word, and of those behind it:
/// somewhat more than that of three equally likely ones.
const MIN_FREEDOM: f64 = 1.2;

/// Characters that hold sentences together: no word has one for a part.
const PARTICLES: &str = "的了和与及在对为以等将被是有并而但从中上下该本其且或由于个种类来用能会让使得把向比更最很较仅\
                         只也都还又再仍需应当若如每各某此这那不未已约达至即所一地出呈间型倍差新极张远";
/// Characters that a word has for a part, but does not begin or end with: 端到端.
const INNER: &str = "到";
/// Words that act on what stands behind them, such as 处理长文本: no word begins with one.
const OPENING: &str = "处理 提取 保留 整合 选择 统一 优先 加速 识别 保护";
/// Words that all summaries are written with: no technical word has one for a part. Some
/// have (推理能力), and are lost for it.
const COMMON: &str = "\
    一个 一些 一种 一类 一般 三个 三种 不仅 不佳 不同 不足 专门 两个 两种 两类 严重 主要 之间 五个 产生 仅需 \
    介绍 仍然 从而 代替 以上 以下 以内 以及 任何 任务 优于 优势 优异 优越性 传统 低于 作为 作者 使用 例如 依赖 \
    促进 保持 保证 借助 允许 充分 先进 克服 全面 关于 关注 关键 其中 其他 具体 具有 准确 减少 出色 分别 分析 \
    创新 利用 包含 包括 即可 原始 发现 取代 取得 受到 可以 可能 可行性 各种 合适 同时 同样 启发 四个 因此 围绕 \
    场景 基于 多个 多种 大幅 大量 媲美 存在 它们 完全 定义 实现 实验 审视 容易 宽泛 对于 导致 少量 尤其 局限性 \
    展示 工作 左右 带来 平均 并且 应用 建立 开发 引入 强大 当前 影响 往往 得到 性能 总结 情况 成功 成立 成长 \
    或者 所有 打破 扩大 按照 挑战 探索 探讨 接近 推动 推导 推广 提供 提出 提升 提高 揭示 支持 改变 改善 改进 \
    效果 效率 方案 方法 方面 无法 无需 旨在 明确 是否 显示 显著 更低 更好 更强 更高 替代 最低 最佳 最新 最高 \
    有助于 有效 有效性 未来 本文 机制 来自 构建 某些 根据 框架 模拟 比较 满足 潜力 特别 特定 独特 现有 现象 用于 \
    由于 目标是 相关 相应 相当 相比 研究 研究者 确保 端的 策略 类似 精确 系统性 经过 结合 结果 给出 维持 综合 \
    缓解 缺乏 考察 而且 联系 胜过 能力 能够 自身 良好 获得 表明 表现 要求 解决 讨论 许多 论文 设计 证明 评估 \
    起来 超越 超过 足够 达到 这些 进一步 进行 适用 通常 通过 造成 避免 采用 重新 重点 重要 针对 问题 降低 难以 \
    集中 需要 面临 面向 领先 领域 额外 首个 首次 高效 高质量";

/// Stands between the parts of a word.
const JOINT: char = '\u{1f}';

#[derive(Deserialize)]
struct Source {
    id: String,
    zh: Option<String>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (papers, output, rest) = match arguments.as_slice() {
        [papers, output] => (papers, output, None),
        [papers, output, half] if half == "even" => (papers, output, Some(0)),
        [papers, output, half] if half == "odd" => (papers, output, Some(1)),
        _ => return Err("usage: find_technical_words PAPERS.jsonl.gz WORDS.fst [even|odd]".into()),
    };
    let mut jieba = Jieba::new();
    let mut summaries = Vec::new();
    for line in BufReader::new(MultiGzDecoder::new(std::fs::File::open(papers)?)).lines() {
        let source: Source = serde_json::from_str(&line?)?;
        let last = source.id.bytes().last().unwrap_or_default();
        let (Some(summary), true) = (source.zh, rest.is_none_or(|rest| last % 2 == rest)) else { continue };
        summaries.push(runs(&summary, &jieba));
    }
    let mut words = technical_words(&summaries);
    // What jieba has and cuts apart nevertheless is rarer there than its parts together.
    words.retain(|word| !jieba.has_word(&word.text));

    // A word of the frequency that jieba suggests is just as likely as its parts together.
    // Those inside others come before them, so that they count among the parts.
    let mut frequencies = BTreeMap::new();
    words.sort_by_key(|word| (word.text.chars().count(), word.text.clone()));
    for Found { text, .. } in &words {
        let frequency = jieba.suggest_freq(text);
        jieba.add_word(text, Some(frequency), None);
        frequencies.insert(text.as_str(), frequency as u64);
    }
    frequencies.insert("", frequencies.values().sum());
    let made = fst::Map::from_iter(frequencies)?;
    std::fs::write(output, made.as_fst().as_bytes())?;

    words.sort_by(|a, b| b.ratio.total_cmp(&a.ratio).then_with(|| a.text.cmp(&b.text)));
    let mut out = std::io::BufWriter::new(std::io::stdout());
    for Found { parts, papers, ratio, lift, freedom: [before, behind], .. } in &words {
        writeln!(out, "{parts}\t{papers}\t{ratio:.0}\t{lift:.1}\t{before:.1}\t{behind:.1}")?;
    }
    out.flush()?;
    let size = made.as_fst().as_bytes().len();
    writeln!(std::io::stderr(), "{} summaries: {} words, {size} bytes", summaries.len(), words.len())?;
    Ok(())
}

/// The Han runs of a text, cut into words of the dictionary and single characters.
fn runs(text: &str, jieba: &Jieba) -> Vec<Vec<String>> {
    let pieces = scan(text).into_iter();
    let runs = pieces.filter_map(|piece| match piece {
        Piece::Run(run) if run.han => Some(run.text),
        _ => None,
    });
    runs.map(|run| jieba.cut(&run, false).into_iter().map(|token| token.word.to_string()).collect()).collect()
}

/// Neighbours that are one word.
struct Found {
    text: String,
    parts: String,
    papers: usize,
    /// The log-likelihood ratio of its two halves, and how many times as often as by chance
    /// they meet, where these are smallest.
    ratio: f64,
    lift: f64,
    /// The entropy of what stands before it, and behind it.
    freedom: [f64; 2],
}

/// Neighbours that may be one word.
#[derive(Default)]
struct Candidate {
    papers: usize,
    last_paper: Option<usize>,
    /// What stands before it, and behind it; a run's end is something else each time.
    neighbours: [HashMap<char, usize>; 2],
    ends: [usize; 2],
}

fn technical_words(summaries: &[Vec<Vec<String>>]) -> Vec<Found> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    let mut all = 0;
    for run in summaries.iter().flatten() {
        all += run.len();
        let sequences = sequences(run, 1);
        sequences.for_each(|(first, length)| *counts.entry(joined(run, first, length)).or_default() += 1);
    }
    let common: HashSet<&str> = COMMON.split_ascii_whitespace().collect();
    let opening: HashSet<&str> = OPENING.split_ascii_whitespace().collect();
    let is_common = |part: &String| match part.chars().nth(1) {
        None => PARTICLES.contains(part.as_str()),
        Some(_) => common.contains(part.as_str()),
    };
    let is_phrase = |parts: &[String]| {
        let (first, last) = (&parts[0], &parts[parts.len() - 1]);
        let open = INNER.contains(first.as_str()) || INNER.contains(last.as_str());
        open || opening.contains(first.as_str()) || parts.iter().any(is_common)
    };
    let mut candidates: HashMap<String, Candidate> = HashMap::new();
    for (paper, runs) in summaries.iter().enumerate() {
        for run in runs {
            for (first, length) in sequences(run, 2) {
                let name = joined(run, first, length);
                let parts = &run[first..first + length];
                if counts[&name] < MIN_PAPERS || is_phrase(parts) {
                    continue;
                }
                let candidate = candidates.entry(name).or_default();
                candidate.papers += usize::from(candidate.last_paper.replace(paper) != Some(paper));
                let before = first.checked_sub(1).and_then(|at| run[at].chars().last());
                let behind = run.get(first + length).and_then(|part| part.chars().next());
                for (side, neighbour) in [before, behind].into_iter().enumerate() {
                    match neighbour {
                        Some(ch) => *candidate.neighbours[side].entry(ch).or_default() += 1,
                        None => candidate.ends[side] += 1,
                    }
                }
            }
        }
    }
    let of_enough = candidates.into_iter().filter(|(_, candidate)| candidate.papers >= MIN_PAPERS);
    let rated = of_enough.map(|(name, candidate)| {
        let count = |name: &str| counts[name] as f64;
        let (both, all) = (count(&name), all as f64);
        let halves = name.match_indices(JOINT).map(|(at, _)| (count(&name[..at]), count(&name[at + 1..])));
        let (mut ratio, mut lift) = (f64::INFINITY, f64::INFINITY);
        for (one, other) in halves {
            ratio = ratio.min(log_likelihood_ratio(both, one, other, all));
            lift = lift.min(both * all / (one * other));
        }
        let freedom = [0, 1].map(|side| entropy(&candidate.neighbours[side], candidate.ends[side]));
        let text = name.replace(JOINT, "");
        Found { text, parts: name.replace(JOINT, "/"), papers: candidate.papers, ratio, lift, freedom }
    });
    rated
        .filter(|word| {
            word.ratio >= MIN_LLR
                && word.lift >= MIN_LIFT
                && word.freedom.iter().all(|freedom| *freedom >= MIN_FREEDOM)
        })
        .collect()
}

/// The places and lengths of neighbours, from some number of parts on, that are short
/// enough for a word.
fn sequences(run: &[String], least: usize) -> impl Iterator<Item = (usize, usize)> {
    let chars = |first: usize, length: usize| {
        run[first..first + length].iter().map(|part| part.chars().count()).sum::<usize>()
    };
    (0..run.len()).flat_map(move |first| {
        (least..=run.len() - first)
            .take_while(move |&length| chars(first, length) <= MAX_CHARS)
            .map(move |length| (first, length))
    })
}

fn joined(run: &[String], first: usize, length: usize) -> String {
    run[first..first + length].join(JOINT.encode_utf8(&mut [0; 4]))
}

fn entropy(neighbours: &HashMap<char, usize>, ends: usize) -> f64 {
    let mut numbers: Vec<usize> = neighbours.values().copied().collect();
    // In order, so that sums do not depend on that of the map.
    numbers.sort_unstable();
    numbers.extend(std::iter::repeat_n(1, ends));
    let all = numbers.iter().sum::<usize>() as f64;
    numbers.into_iter().map(|number| number as f64 / all).map(|share| -share * share.ln()).sum()
}

/// Dunning, Accurate methods for the statistics of surprise and coincidence, 1993: at `all`
/// places are `one` of the one, `other` of the other, and `both` of both in a row.
fn log_likelihood_ratio(both: f64, one: f64, other: f64, all: f64) -> f64 {
    let term = |found: f64, row: f64, column: f64| match found > 0.0 {
        true => found * (found * all / (row * column)).ln(),
        false => 0.0,
    };
    2.0 * (term(both, one, other)
        + term(one - both, one, all - other)
        + term(other - both, all - one, other)
        + term(all - one - other + both, all - one, all - other))
}
