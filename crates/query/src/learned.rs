//! Words that the lexicon does not know, learned from the papers at hand.
//!
//! Each paper says the same in two languages. Where a word of a query is in some papers and
//! not in the lexicon, the words of the other language are looked for that these papers
//! have and others have not. They are learned when they are asked for, from the papers that
//! are there then: nothing has to be kept up to date, and an index answers the same however
//! it came to be.

use std::collections::{BTreeSet, HashMap};

use analysis::fields::{ABSTRACT, SUMMARY, TITLE};
use analysis::function_words::is_function_word;
use analysis::han::is_han;
use analysis::scan::{Compound, Piece, scan};
use analysis::stem::stem;
use analysis::{Analyzer, Field};
use paper::Record;

use crate::Engine;
use crate::lexicon::{Lexicon, Translations};
use crate::plan::{Clause, Plan};
use crate::planner::sequence_in;
use crate::request::{Page, Sort};
use crate::tree::{Leaf, Node, Occur};

/// At most so many papers that have a word are looked at, the newest.
const PAPERS: usize = 8;
/// What is in fewer papers may stand beside anything by chance.
const FEWEST: usize = 3;
/// What is in more papers than this, and in a larger share of all, says too little.
const MANY: usize = 24;
const MOST: f32 = 0.1;
/// At most so many words of a query are learned, and none of a query with more words in all:
/// that hangs on no single one, and to learn one takes as long as to search for several.
const WORDS: usize = 8;
const ALL_WORDS: usize = 24;
/// The longest run of Chinese characters that may be one word. Longer ones are words that the
/// dictionary has.
const RUN: usize = 3;
/// The share of the papers with a word that a translation stands in, at least.
const TOGETHER: f32 = 0.4;
/// Log-likelihood ratio at which one in a thousand pairs would be there by chance.
const MIN_RATIO: f32 = 10.8;
/// At most so many translations a word, and none with a smaller share.
const TRANSLATIONS: usize = 4;
const MIN_SHARE: f32 = 0.1;

/// Returns the words of a query that the lexicon does not know with what they are called in
/// the other language, by what queries look them up by.
pub(crate) fn learn<E: Engine>(
    engine: &E,
    analyzer: &Analyzer,
    lexicon: &Lexicon,
    tree: &Node,
) -> Result<HashMap<String, Translations>, E::Error> {
    let mut terms = BTreeSet::new();
    terms_in(tree, analyzer, &mut terms);
    let mut learned = HashMap::new();
    if terms.len() > ALL_WORDS {
        return Ok(learned);
    }
    // Who writes Chinese leaves in Latin letters what Chinese papers write so as well.
    let is_chinese = |term: &String| term.chars().all(is_han);
    if terms.iter().any(is_chinese) {
        terms.retain(is_chinese);
    }
    terms.retain(|term| lexicon.translations(term).is_empty());
    if terms.is_empty() {
        return Ok(learned);
    }
    let papers = engine.paper_count()? as f32;
    for term in terms.into_iter().take(WORDS) {
        let words = translations(engine, analyzer, &term, papers)?;
        if !words.is_empty() {
            learned.insert(term, Translations { words, phrases: Vec::new() });
        }
    }
    Ok(learned)
}

/// Collects what would be translated.
fn terms_in(node: &Node, analyzer: &Analyzer, terms: &mut BTreeSet<String>) {
    let parts = match node {
        Node::Group(parts) => parts,
        Node::Leaf { leaf: Leaf::Word(text), .. } => {
            terms.extend(scan(text).iter().flat_map(|piece| terms_of(piece, analyzer)));
            return;
        }
        Node::Leaf { .. } => return,
    };
    for (_, node) in parts.iter().filter(|(occur, _)| *occur == Occur::Should) {
        terms_in(node, analyzer, terms);
    }
}

/// The terms that a piece of a query is looked up by in the lexicon: of a short run of
/// several words, which may be one that the dictionary lacks, the run as well.
fn terms_of(piece: &Piece, analyzer: &Analyzer) -> Vec<String> {
    match piece {
        Piece::Word(compound) => telling_stem(compound).into_iter().collect(),
        Piece::Run(run) if run.han => {
            let mut words = analyzer.segment(&run.text);
            if words.len() > 1 && run.text.chars().count() <= RUN {
                words.push(&run.text);
            }
            words.into_iter().filter(|word| word.chars().nth(1).is_some()).map(str::to_string).collect()
        }
        Piece::Run(_) => Vec::new(),
    }
}

/// The stem of a word that says something.
fn telling_stem(compound: &Compound) -> Option<String> {
    let word = &compound.whole().text;
    let telling = word.len() > 1 && word.chars().any(char::is_alphabetic) && !is_function_word(word);
    telling.then(|| stem(word))
}

/// The words of the other language that papers with a term have and others have not, each
/// with its share: log-likelihood ratio (Dunning 1993) times Dice coefficient.
fn translations<E: Engine>(
    engine: &E,
    analyzer: &Analyzer,
    term: &str,
    papers: f32,
) -> Result<Vec<(String, f32)>, E::Error> {
    let from_chinese = term.chars().all(is_han);
    if !from_chinese {
        // Most words are told by two numbers already, and no paper has to be looked at.
        let own = [engine.document_frequency(&TITLE, term)?, engine.document_frequency(&ABSTRACT, term)?];
        let (all, most) = (own[0] + own[1], own[0].max(own[1]));
        if all < FEWEST as u64 || most > MANY as u64 && most as f32 > MOST * papers {
            return Ok(Vec::new());
        }
    }
    let (having, fields): (Clause, &[&'static Field]) = match from_chinese {
        true => (sequence_in(&SUMMARY, term), &[&TITLE, &ABSTRACT]),
        false => {
            let fields = vec![(&TITLE, 1.0), (&ABSTRACT, 1.0)];
            let terms = vec![(term.to_string(), 1.0)];
            (Clause::Synonyms { fields, terms, weight: 1.0 }, &[&SUMMARY])
        }
    };
    let plan = Plan::new(having, Vec::new(), Sort::Newest);
    let found = engine.search(&plan, Page { limit: PAPERS, offset: 0 }, false)?;
    let own = found.hits.len() as f32;
    let frequent = found.total > MANY && found.total as f32 > MOST * papers;
    if found.hits.len() < FEWEST || frequent {
        return Ok(Vec::new());
    }
    // For each word, in how many of the papers it is, and the last of them.
    let mut together: HashMap<String, (f32, usize)> = HashMap::new();
    for (paper, hit) in (1..).zip(&found.hits) {
        for word in words(&hit.record, from_chinese, analyzer) {
            let (both, last) = together.entry(word).or_default();
            if *last != paper {
                (*both, *last) = (*both + 1.0, paper);
            }
        }
    }
    let mut rated = Vec::new();
    for (word, (both, _)) in together {
        if both < 2.0 || both < TOGETHER * own {
            continue;
        }
        let mut other = both;
        for field in fields {
            other = f32::max(other, engine.document_frequency(field, &word)? as f32);
        }
        let ratio = log_likelihood_ratio(both, own, other, papers);
        if ratio > MIN_RATIO && both * papers > own * other {
            rated.push((word, ratio * 2.0 * both / (own + other)));
        }
    }
    rated.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    rated.truncate(TRANSLATIONS);
    let sum: f32 = rated.iter().map(|(_, rating)| rating).sum();
    rated.iter_mut().for_each(|(_, rating)| *rating /= sum);
    rated.retain(|(_, share)| *share >= MIN_SHARE);
    Ok(rated)
}

/// The words that a paper has in the other language.
fn words(record: &Record, english: bool, analyzer: &Analyzer) -> Vec<String> {
    let paper = record.paper();
    match english {
        true => {
            let text = format!("{}\n{}", paper.title, paper.abstract_text.as_deref().unwrap_or_default());
            let pieces = scan(paper::searched(&text));
            let stems = pieces.iter().filter_map(|piece| match piece {
                Piece::Word(compound) => telling_stem(compound),
                Piece::Run(_) => None,
            });
            stems.collect()
        }
        false => {
            let text = paper::searched(paper.summary.as_deref().unwrap_or_default());
            let words = analyzer.analyze(text).words.into_iter().map(|term| term.text);
            words.filter(|word| word.chars().nth(1).is_some() && word.chars().all(is_han)).collect()
        }
    }
}

/// Dunning, Accurate methods for the statistics of surprise and coincidence, 1993: of `all`
/// papers `one` have the one, `other` the other, and `both` both.
fn log_likelihood_ratio(both: f32, one: f32, other: f32, all: f32) -> f32 {
    let term = |found: f32, row: f32, column: f32| match found > 0.0 {
        true => found * (found * all / (row * column)).ln(),
        false => 0.0,
    };
    2.0 * (term(both, one, other)
        + term(one - both, one, all - other)
        + term(other - both, all - one, other)
        + term(all - one - other + both, all - one, all - other))
}
