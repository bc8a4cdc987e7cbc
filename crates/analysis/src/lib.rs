//! From text to terms, the same way for indexing and for searching.
//!
//! Text is folded ([`fold`]), cut into pieces ([`scan`]), and the pieces become two
//! streams of [`Term`]s: *words* for ranking (English stems, Chinese words) and *exact*
//! for phrases, prefixes and typos (folded words, Han characters and their bigrams).
//! Rank by words, find by bigrams: segmentation depends on context, so words alone lose
//! matches; bigrams lose none.
//!
//! ```
//! use analysis::Analyzer;
//!
//! let analyzer = Analyzer::new();
//! let terms = analyzer.analyze("LLMs推理 with GPT-4.1");
//! let words: Vec<&str> = terms.words.iter().map(|term| term.text.as_str()).collect();
//! assert_eq!(words, ["llm", "推理", "with", "gpt", "gpt4.1", "4", "4.1", "1"]);
//! ```

mod dictionary;
pub mod fields;
pub mod fold;
pub mod function_words;
pub mod han;
pub mod names;
pub mod pinyin;
pub mod scan;
mod simplify;
pub mod stem;
mod terms;
mod tex;

pub use fields::{FIELDS, Field};
pub use terms::{Analyzed, Analyzer, Term, exact_terms};

/// The version of everything in this crate that decides which terms a text has.
///
/// An index holds the terms of one version; raise this number whenever a text may get
/// other terms than before, a new release of jieba-rs with another dictionary and other
/// technical words included.
pub const ANALYSIS_VERSION: u32 = 5;
