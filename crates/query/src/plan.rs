//! What an engine is asked to do: clauses over terms that are analyzed already.
//!
//! A plan holds no query language and no engine's type. Any engine that knows terms,
//! phrases, ranges and groups can answer it.

use std::fmt;

use analysis::{Field, names::Name};

use paper::NaiveDate;

use crate::highlight::Mark;
use crate::request::{Days, Sort};

/// A query as an engine sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// What is searched for; its weights make the scores.
    pub query: Clause,
    /// What every hit must pass as well; adds nothing to scores.
    pub filters: Vec<Clause>,
    /// The order of the hits.
    pub sort: Sort,
    /// What to highlight in the hits.
    pub marks: Vec<Mark>,
    /// Whether newer papers score higher.
    pub recency: Option<Recency>,
}

/// A preference for newer papers: the score is multiplied by 1 + [`RECENCY`] × 2^(−age / half
/// life). A paper without a day is as old as can be, one of a later day as young.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recency {
    /// The day that ages are counted from.
    pub today: NaiveDate,
    /// After how many days the preference is half as strong; at least 1.
    pub half_life: u32,
}

/// How much more a paper of today scores than one of long ago. Mild: a paper that matches
/// clearly better stays before a newer one.
pub const RECENCY: f32 = 0.25;

/// How much a paper with all words of a [`Clause::Bag`] gets beside their scores, as a
/// multiple of these; docs/ranking.md has the measurements.
pub const COVERAGE: f32 = 8.0;

/// How much two words count that a paper has next to one another, as a multiple of what the lesser
/// counts by itself; docs/ranking.md has the measurements.
pub const PAIR_COVERAGE: f32 = 0.25;

/// Which terms of a field a clause is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Terms for ranking: stems, jieba words.
    Words,
    /// Terms with positions: folded words, Han characters, bigrams.
    Exact,
}

/// A condition on papers, with the weight of its matches.
///
/// A term, a phrase or words near one another score by BM25 in their field, synonyms by
/// BM25F in theirs, times the weight; prefixes, typos, names and keywords score their
/// weight; days and [`Clause::All`] score nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum Clause {
    /// Every paper.
    All,
    /// Papers with this term in this field.
    Term {
        /// The field.
        field: &'static Field,
        /// Its terms.
        stream: Stream,
        /// The term.
        term: String,
        /// The weight.
        weight: f32,
    },
    /// Papers with a word in any of these fields. Its terms stand for one another: their
    /// frequencies, each times its share, add up to that of one term, and those in the
    /// fields, each times its weight, to that of one field.
    Synonyms {
        /// The fields, each with its weight.
        fields: Vec<(&'static Field, f32)>,
        /// The terms of the words stream, each with its share.
        terms: Vec<(String, f32)>,
        /// The weight.
        weight: f32,
    },
    /// Papers with these terms of the exact stream at just these distances.
    Phrase {
        /// The field.
        field: &'static Field,
        /// Positions, counted from the first term, and terms; at least two.
        terms: Vec<(u32, String)>,
        /// The weight.
        weight: f32,
    },
    /// Papers with these parts in any order and with at most so many other positions
    /// among them.
    Near {
        /// The field.
        field: &'static Field,
        /// The parts; at least two. One that is there twice is wanted twice.
        parts: Vec<NearPart>,
        /// How many positions between the first part and the last may be of no part.
        slop: u32,
        /// The weight.
        weight: f32,
    },
    /// Papers with an exact term that begins so.
    Prefix {
        /// The field.
        field: &'static Field,
        /// The beginning.
        prefix: String,
        /// The weight.
        weight: f32,
    },
    /// Papers with an exact term that is this one or nearly so ([`crate::highlight::edits`]).
    Fuzzy {
        /// The field.
        field: &'static Field,
        /// The folded word.
        word: String,
        /// The weight of an exact match; with each edit it halves.
        weight: f32,
    },
    /// Papers with an author whose name this is, or a part of it.
    Author {
        /// The name.
        name: Name,
        /// Whether the query asks for an author. Then a name that papers have just as it
        /// is written is meant alone ([`Name::whole_term`]), and any other stands for all
        /// its readings ([`Name::readings`]).
        asked: bool,
        /// The weight.
        weight: f32,
    },
    /// Papers with this very value in a field of keywords.
    Keyword {
        /// The field.
        field: &'static Field,
        /// The value.
        value: String,
        /// The weight.
        weight: f32,
    },
    /// Papers with a day in this range.
    Days {
        /// The field.
        field: &'static Field,
        /// The range.
        days: Days,
    },
    /// Papers that match any of the words, or what is evidence of them. The scores add up,
    /// and are multiplied by 1 + [`COVERAGE`] × c², where c is the share of the words that
    /// the paper has, each word counted by its inverse document frequency to the power of 1.25.
    /// A hint that is a phrase of several of the words counts as well, [`PAIR_COVERAGE`] times
    /// what the least of them does; c may be above 1 then.
    Bag {
        /// What a paper should have all of; at least one, or one piece of evidence.
        words: Vec<Clause>,
        /// Other sights of the words, which are not missed where they are not.
        evidence: Vec<Clause>,
        /// What adds to a score, but makes no paper match.
        hints: Vec<Clause>,
    },
    /// Papers that match all of `must`, none of `must_not`, and, if `must` is empty, at
    /// least one of `should`. Scores add up. A group of exclusions alone stands for all
    /// other papers; a group of nothing matches nothing.
    Group {
        /// Required.
        must: Vec<Clause>,
        /// Wanted.
        should: Vec<Clause>,
        /// Excluded.
        must_not: Vec<Clause>,
    },
}

/// A word of a [`Clause::Near`].
#[derive(Clone, Debug, PartialEq)]
pub struct NearPart {
    /// Positions, counted from the first term, and terms of the exact stream; at least one.
    pub terms: Vec<(u32, String)>,
    /// How many positions the part takes.
    pub length: u32,
}

/// How many edits (insertions, deletions, substitutions, swaps of neighbours) a word of
/// so many characters may differ by.
pub fn allowed_edits(length: usize) -> usize {
    if length <= 7 { 1 } else { 2 }
}

/// At most so many misspellings of one word are searched for: those with the fewest
/// edits, then those in most papers, then by alphabet.
pub const MAX_MISSPELLINGS: usize = 50;

impl Plan {
    /// Makes a plan that marks nothing and prefers no day.
    pub fn new(query: Clause, filters: Vec<Clause>, sort: Sort) -> Plan {
        Plan { query, filters, sort, marks: Vec::new(), recency: None }
    }

    /// Whether no paper can match, since there is nothing to search for.
    pub fn matches_nothing(&self) -> bool {
        self.query.is_nothing()
    }
}

impl Clause {
    /// Makes a clause that no paper matches.
    pub fn nothing() -> Clause {
        Clause::any(Vec::new())
    }

    /// Whether there is nothing in the clause that a paper could match.
    pub fn is_nothing(&self) -> bool {
        match self {
            Clause::Group { must, should, must_not } => {
                must.is_empty() && should.is_empty() && must_not.is_empty()
            }
            Clause::Bag { words, evidence, .. } => words.is_empty() && evidence.is_empty(),
            _ => false,
        }
    }

    /// Multiplies the weight of all that is in the clause.
    pub fn weighted(mut self, factor: f32) -> Clause {
        match &mut self {
            Clause::All | Clause::Days { .. } => {}
            Clause::Term { weight, .. }
            | Clause::Synonyms { weight, .. }
            | Clause::Phrase { weight, .. }
            | Clause::Near { weight, .. }
            | Clause::Prefix { weight, .. }
            | Clause::Fuzzy { weight, .. }
            | Clause::Author { weight, .. }
            | Clause::Keyword { weight, .. } => *weight *= factor,
            Clause::Bag { words, evidence, hints } => {
                for clause in words.iter_mut().chain(evidence).chain(hints) {
                    *clause = std::mem::replace(clause, Clause::All).weighted(factor);
                }
            }
            Clause::Group { must, should, .. } => {
                for clause in must.iter_mut().chain(should) {
                    *clause = std::mem::replace(clause, Clause::All).weighted(factor);
                }
            }
        }
        self
    }

    /// Makes a group in which any of the clauses may match. What any part of a clause may
    /// match by itself becomes part of the group: engines answer one wide group faster than
    /// groups of groups.
    pub fn any(clauses: Vec<Clause>) -> Clause {
        let mut should = Vec::with_capacity(clauses.len());
        for clause in clauses {
            match clause {
                Clause::Group { must, should: inner, must_not } if must.is_empty() && must_not.is_empty() => {
                    should.extend(inner);
                }
                other => should.push(other),
            }
        }
        match should.len() {
            1 => should.remove(0),
            _ => Clause::Group { must: Vec::new(), should, must_not: Vec::new() },
        }
    }

    /// Makes a group in which all of the clauses must match.
    pub fn all(mut must: Vec<Clause>) -> Clause {
        match must.len() {
            1 => must.remove(0),
            _ => Clause::Group { must, should: Vec::new(), must_not: Vec::new() },
        }
    }

    /// Calls `visit` for each clause that can score: all leaves but excluded ones.
    pub fn visit_scoring<'a>(&'a self, visit: &mut impl FnMut(&'a Clause)) {
        match self {
            Clause::Group { must, should, .. } => {
                for clause in must.iter().chain(should) {
                    clause.visit_scoring(visit);
                }
            }
            Clause::Bag { words, evidence, hints } => {
                for clause in words.iter().chain(evidence).chain(hints) {
                    clause.visit_scoring(visit);
                }
            }
            leaf => visit(leaf),
        }
    }
}

impl fmt::Display for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Stream::Words => "",
            Stream::Exact => "=",
        })
    }
}

impl fmt::Display for Clause {
    /// Writes clauses as people read queries: `title:specul^2`, `abstract:="draft model"`
    /// (`=` for the exact stream), `+(…)`, `-(…)`; bags in brackets, with `~` before
    /// evidence and `?` before hints.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let weighted = |f: &mut fmt::Formatter<'_>, weight: f32| {
            if weight == 1.0 { Ok(()) } else { write!(f, "^{weight}") }
        };
        match self {
            Clause::All => f.write_str("*"),
            Clause::Term { field, stream, term, weight } => {
                write!(f, "{}:{stream}{term}", field.name)?;
                weighted(f, *weight)
            }
            Clause::Synonyms { fields, terms, weight } => {
                for (at, (field, weight)) in fields.iter().enumerate() {
                    write!(f, "{}{}", if at > 0 { "|" } else { "" }, field.name)?;
                    weighted(f, *weight)?;
                }
                f.write_str(":")?;
                match terms.as_slice() {
                    [(term, 1.0)] => f.write_str(term)?,
                    terms => {
                        f.write_str("{")?;
                        for (at, (term, share)) in terms.iter().enumerate() {
                            write!(f, "{}{term} {share}", if at > 0 { ", " } else { "" })?;
                        }
                        f.write_str("}")?;
                    }
                }
                weighted(f, *weight)
            }
            Clause::Phrase { field, terms, weight } => {
                write!(f, "{}:=\"", field.name)?;
                for (at, (_, term)) in terms.iter().enumerate() {
                    write!(f, "{}{term}", if at > 0 { " " } else { "" })?;
                }
                f.write_str("\"")?;
                weighted(f, *weight)
            }
            Clause::Near { field, parts, slop, weight } => {
                write!(f, "{}:=\"", field.name)?;
                for (at, part) in parts.iter().enumerate() {
                    write!(f, "{}", if at > 0 { " " } else { "" })?;
                    for (at, (_, term)) in part.terms.iter().enumerate() {
                        write!(f, "{}{term}", if at > 0 { "+" } else { "" })?;
                    }
                }
                write!(f, "\"~{slop}")?;
                weighted(f, *weight)
            }
            Clause::Prefix { field, prefix, weight } => {
                write!(f, "{}:{prefix}*", field.name)?;
                weighted(f, *weight)
            }
            Clause::Fuzzy { field, word, weight } => {
                write!(f, "{}:{word}~", field.name)?;
                weighted(f, *weight)
            }
            Clause::Author { name, weight, .. } => {
                write!(f, "author:\"{name}\"")?;
                weighted(f, *weight)
            }
            Clause::Keyword { field, value, weight } => {
                write!(f, "{}:{value}", field.name)?;
                weighted(f, *weight)
            }
            Clause::Days { field, days } => {
                write!(f, "{}:{}", field.name, crate::tree::Leaf::Days(*days))
            }
            Clause::Bag { words, evidence, hints } => {
                signed(f, "[]", [("", words), ("~", evidence), ("?", hints)])
            }
            Clause::Group { must, should, must_not } => {
                signed(f, "()", [("+", must), ("", should), ("-", must_not)])
            }
        }
    }
}

/// Writes clauses in brackets, each with the sign of its list.
fn signed(f: &mut fmt::Formatter<'_>, brackets: &str, lists: [(&str, &Vec<Clause>); 3]) -> fmt::Result {
    let (open, close) = brackets.split_at(1);
    f.write_str(open)?;
    let clauses = lists.iter().flat_map(|(sign, clauses)| clauses.iter().map(move |clause| (sign, clause)));
    for (at, (sign, clause)) in clauses.enumerate() {
        write!(f, "{}{sign}{clause}", if at > 0 { " " } else { "" })?;
    }
    f.write_str(close)
}
