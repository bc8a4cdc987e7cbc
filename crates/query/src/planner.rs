//! From tree and filters to plan: analysis, fields, weights.

use analysis::fields::{self, Analysis, DATE, DIGEST_DATE, ID};
use analysis::names::Name;
use analysis::scan::{Compound, Piece, Run, scan};
use analysis::stem::stem;
use analysis::{Analyzer, Field};
use paper::VersionedId;

use crate::highlight::{Mark, What};
use crate::plan::{Clause, Plan, Stream};
use crate::request::{Filters, Sort};
use crate::tree::{Leaf, Node, Occur};

/// The weight of a Han bigram beside that of a word. Words rank; bigrams find what
/// segmentation cut in another way.
const BIGRAM_WEIGHT: f32 = 0.5;

/// The weight of a Han run that a field holds as it was typed.
const RUN_WEIGHT: f32 = 1.0;

/// The weight of the parts of a joined word (`GPT-4.1`) where a paper has all of them,
/// but apart.
const PARTS_WEIGHT: f32 = 0.5;

/// The weight of a paper whose id is in the query: above any sum of words.
const ID_WEIGHT: f32 = 1000.0;

/// Makes a plan. A tree without a word and with filters asks for all papers that pass.
pub fn plan(tree: &Node, filters: &Filters, sort: Sort, analyzer: &Analyzer) -> Plan {
    let mut planner = Planner { analyzer, marks: Vec::new() };
    let filters = filter_clauses(filters);
    if tree.is_empty() {
        let query = match filters.is_empty() {
            true => Clause::any(Vec::new()),
            false => Clause::All,
        };
        return Plan { query, filters, sort: newest_for(sort), marks: Vec::new() };
    }
    let query = planner.node(tree, Occur::Should);
    let mut scores = false;
    query.visit_scoring(&mut |clause| scores |= !matches!(clause, Clause::All | Clause::Days { .. }));
    let sort = if scores { sort } else { newest_for(sort) };
    Plan { query, filters, sort, marks: planner.marks }
}

/// The order where no paper matches better than another.
fn newest_for(sort: Sort) -> Sort {
    match sort {
        Sort::Relevance => Sort::Newest,
        other => other,
    }
}

/// The clauses that filters stand for.
pub(crate) fn filter_clauses(filters: &Filters) -> Vec<Clause> {
    let mut clauses: Vec<Clause> =
        filters.authors.iter().map(|name| Clause::Author { name: name.clone(), weight: 0.0 }).collect();
    for (field, days) in [(&DATE, filters.date), (&DIGEST_DATE, filters.digest_date)] {
        if !days.is_all() {
            clauses.push(Clause::Days { field, days });
        }
    }
    clauses
}

struct Planner<'a> {
    analyzer: &'a Analyzer,
    marks: Vec<Mark>,
}

impl Planner<'_> {
    /// Plans a node. The depth is that of the tree, which the parser limits.
    fn node(&mut self, node: &Node, occur: Occur) -> Clause {
        match node {
            Node::Leaf { field, leaf } => {
                let before = self.marks.len();
                let clause = self.leaf(*field, leaf, occur);
                if occur == Occur::MustNot {
                    self.marks.truncate(before);
                }
                clause
            }
            Node::Group(parts) => {
                let (mut must, mut should, mut must_not) = (Vec::new(), Vec::new(), Vec::new());
                for (own, node) in parts {
                    let before = self.marks.len();
                    // What is required of an excluded group is strict, but not marked.
                    let clause = self.node(
                        node,
                        if occur == Occur::MustNot && *own == Occur::Should { Occur::MustNot } else { *own },
                    );
                    if occur == Occur::MustNot {
                        self.marks.truncate(before);
                    }
                    match own {
                        Occur::Must => must.push(clause),
                        Occur::Should => should.push(clause),
                        Occur::MustNot => must_not.push(clause),
                    }
                }
                // Parts with nothing to search for (`+--`) ask for nothing.
                must.retain(|clause| !is_nothing(clause));
                should.retain(|clause| !is_nothing(clause));
                must_not.retain(|clause| !is_nothing(clause));
                // A required date does not make the words beside it optional.
                if !should.is_empty()
                    && must.iter().all(|clause| matches!(clause, Clause::Days { .. }))
                    && !must.is_empty()
                {
                    must.push(Clause::any(std::mem::take(&mut should)));
                }
                Clause::Group { must, should, must_not }
            }
        }
    }

    fn leaf(&mut self, field: Option<&'static Field>, leaf: &Leaf, occur: Occur) -> Clause {
        match leaf {
            Leaf::Days(days) => Clause::Days { field: field.unwrap_or(&DATE), days: *days },
            Leaf::Word(text) => match field.map(|field| field.analysis) {
                Some(Analysis::Name) => author(text),
                Some(_) if field == Some(&ID) => id(text),
                Some(Analysis::Keyword) => keyword(field, text),
                _ => self.word(field, text, occur),
            },
            Leaf::Phrase(text) => match field.map(|field| field.analysis) {
                Some(Analysis::Name) => author(text),
                Some(_) if field == Some(&ID) => id(text),
                Some(Analysis::Keyword) => keyword(field, text),
                _ => self.phrase(field, text),
            },
            Leaf::Prefix(text) => self.prefix(field, text),
            Leaf::Fuzzy(text) => self.fuzzy(field, text),
        }
    }

    /// A word: each of its pieces. Where the word is wanted, any piece will do; where it
    /// is required or excluded, all must be there.
    fn word(&mut self, field: Option<&'static Field>, text: &str, occur: Occur) -> Clause {
        if field.is_none()
            && let Ok(link) = text.parse::<VersionedId>()
        {
            let found = Clause::Keyword { field: &ID, value: link.id.to_string(), weight: ID_WEIGHT };
            let words = self.pieces(field, text, occur);
            return Clause::any([found].into_iter().chain(words).collect());
        }
        let pieces = self.pieces(field, text, occur);
        match occur {
            Occur::Should => Clause::any(pieces),
            Occur::Must | Occur::MustNot => Clause::all(pieces),
        }
    }

    fn pieces(&mut self, field: Option<&'static Field>, text: &str, occur: Occur) -> Vec<Clause> {
        let mut clauses = Vec::new();
        for piece in scan(text) {
            match piece {
                Piece::Word(compound) => clauses.push(self.compound(field, &compound)),
                Piece::Run(run) if occur == Occur::Should => clauses.extend(self.run(field, &run)),
                Piece::Run(run) => clauses.push(self.strict_run(field, &run, occur)),
            }
        }
        clauses
    }

    /// A word of letters and digits. A joined one matches joined, as a phrase, or, with
    /// less weight, in all its parts.
    fn compound(&mut self, field: Option<&'static Field>, compound: &Compound) -> Clause {
        let whole = compound.whole();
        self.mark(field, What::Stem(stem(&whole.text)));
        let mut clauses = self.stemmed(field, &whole.text, 1.0);
        if compound.parts.len() > 1 {
            let terms: Vec<(u32, String)> = compound
                .parts
                .iter()
                .zip(0..)
                .map(|(part, position)| (position, part.text.clone()))
                .collect();
            self.mark(field, What::Sequence(terms.clone()));
            clauses.extend(text_fields(field).map(|(field, weight)| Clause::Phrase {
                field,
                terms: terms.clone(),
                weight,
            }));
            let parts = compound
                .parts
                .iter()
                .map(|part| Clause::any(self.stemmed(field, &part.text, PARTS_WEIGHT)))
                .collect();
            clauses.push(Clause::all(parts));
        }
        if field.is_none() {
            clauses.extend(author_words(&whole.text));
        }
        Clause::any(clauses)
    }

    /// A stem in each field.
    fn stemmed(&self, field: Option<&'static Field>, word: &str, factor: f32) -> Vec<Clause> {
        let term = stem(word);
        text_fields(field)
            .map(|(field, weight)| Clause::Term {
                field,
                stream: Stream::Words,
                term: term.clone(),
                weight: weight * factor,
            })
            .collect()
    }

    /// A run of Han that is wanted: its words, its bigrams, and the run as a whole.
    fn run(&mut self, field: Option<&'static Field>, run: &Run) -> Vec<Clause> {
        let exact = exact_terms_of_run(run, 0);
        self.mark(field, What::Sequence(exact.clone()));
        let words = if run.han { self.analyzer.segment(&run.text) } else { Vec::new() };
        let mut clauses = Vec::new();
        for word in &words {
            if word.chars().nth(1).is_some() {
                self.mark(field, What::Sequence(exact_terms_of_text(word)));
            }
            clauses.push(Clause::any(
                text_fields(field)
                    .map(|(field, weight)| Clause::Term {
                        field,
                        stream: Stream::Words,
                        term: word.to_string(),
                        weight,
                    })
                    .collect(),
            ));
        }
        for (_, bigram) in &exact {
            let bigram_clauses = text_fields(field)
                .map(|(field, weight)| Clause::Term {
                    field,
                    stream: Stream::Exact,
                    term: bigram.clone(),
                    weight: weight * BIGRAM_WEIGHT,
                })
                .collect();
            clauses.push(Clause::any(bigram_clauses));
        }
        if exact.len() > 1 {
            clauses.push(sequence(field, &exact, RUN_WEIGHT));
        }
        if field.is_none() {
            clauses.extend(author_words(&run.text));
        }
        clauses
    }

    /// A run of Han that is required: as a whole, or all its words. One that is excluded:
    /// as a whole.
    fn strict_run(&mut self, field: Option<&'static Field>, run: &Run, occur: Occur) -> Clause {
        let exact = exact_terms_of_run(run, 0);
        self.mark(field, What::Sequence(exact.clone()));
        let whole = sequence(field, &exact, RUN_WEIGHT);
        if occur == Occur::MustNot || !run.han {
            return whole;
        }
        let words: Vec<Clause> = self
            .analyzer
            .segment(&run.text)
            .into_iter()
            .map(|word| {
                Clause::any(
                    text_fields(field)
                        .map(|(field, weight)| Clause::Term {
                            field,
                            stream: Stream::Words,
                            term: word.to_string(),
                            weight,
                        })
                        .collect(),
                )
            })
            .collect();
        let mut either = vec![Clause::all(words), whole];
        if field.is_none() {
            either.extend(author_words(&run.text));
        }
        Clause::any(either)
    }

    /// Words in just this order.
    fn phrase(&mut self, field: Option<&'static Field>, text: &str) -> Clause {
        let mut terms = Vec::new();
        for piece in scan(text) {
            match piece {
                Piece::Word(compound) => {
                    terms.extend(compound.parts.iter().map(|part| (part.position, part.text.clone())))
                }
                Piece::Run(run) => terms.extend(exact_terms_of_run(&run, run.position)),
            }
        }
        if terms.is_empty() {
            return Clause::any(Vec::new());
        }
        self.mark(field, What::Sequence(terms.clone()));
        let mut either = vec![sequence(field, &terms, RUN_WEIGHT)];
        if field.is_none()
            && let Some(name) = Name::new(text)
        {
            either.push(Clause::Author { name, weight: fields::AUTHOR.boost });
        }
        Clause::any(either)
    }

    /// The beginning of a word; the pieces before it must be there as they are.
    fn prefix(&mut self, field: Option<&'static Field>, text: &str) -> Clause {
        let mut pieces = scan(text);
        let Some(Piece::Word(last)) = pieces.pop() else {
            // Han is found by any part anyway.
            return self.word(field, text, Occur::Must);
        };
        let prefix = last.whole().text.clone();
        self.mark(field, What::Prefix(prefix.clone()));
        let beginnings = text_fields(field).map(|(field, weight)| Clause::Prefix {
            field,
            prefix: prefix.clone(),
            weight,
        });
        let mut all = vec![Clause::any(beginnings.collect())];
        for piece in pieces {
            match piece {
                Piece::Word(compound) => all.push(self.compound(field, &compound)),
                Piece::Run(run) => all.push(self.strict_run(field, &run, Occur::Must)),
            }
        }
        Clause::all(all)
    }

    /// A word that may be misspelt.
    fn fuzzy(&mut self, field: Option<&'static Field>, text: &str) -> Clause {
        let word = analysis::fold::fold_to_string(text);
        self.mark(field, What::Fuzzy(word.clone()));
        Clause::any(
            text_fields(field)
                .map(|(field, weight)| Clause::Fuzzy { field, word: word.clone(), weight })
                .collect(),
        )
    }

    fn mark(&mut self, field: Option<&'static Field>, what: What) {
        let mark = Mark { field, what };
        if !self.marks.contains(&mark) {
            self.marks.push(mark);
        }
    }
}

/// The text fields that a leaf looks in, with their weights.
fn text_fields(field: Option<&'static Field>) -> impl Iterator<Item = (&'static Field, f32)> {
    let named = field.map(|field| (field, 1.0));
    let default = field
        .is_none()
        .then(|| fields::searched_by_default().filter(|field| field.analysis == Analysis::Text));
    named.into_iter().chain(default.into_iter().flatten().map(|field| (field, field.boost)))
}

/// Terms at fixed distances in each field; a single one needs no positions.
fn sequence(field: Option<&'static Field>, terms: &[(u32, String)], factor: f32) -> Clause {
    let first = terms.first().map_or(0, |(position, _)| *position);
    let clauses = text_fields(field).map(|(field, weight)| match terms {
        [(_, term)] => {
            Clause::Term { field, stream: Stream::Exact, term: term.clone(), weight: weight * factor }
        }
        _ => Clause::Phrase {
            field,
            terms: terms.iter().map(|(position, term)| (position - first, term.clone())).collect(),
            weight: weight * factor,
        },
    });
    Clause::any(clauses.collect())
}

/// The bigrams of a run, or its only character, from a position on.
fn exact_terms_of_run(run: &Run, position: u32) -> Vec<(u32, String)> {
    let chars: Vec<char> = run.text.chars().collect();
    match chars.as_slice() {
        [only] => vec![(position, only.to_string())],
        _ => chars
            .windows(2)
            .zip(position..)
            .map(|(pair, position)| (position, String::from_iter(pair)))
            .collect(),
    }
}

fn exact_terms_of_text(text: &str) -> Vec<(u32, String)> {
    scan(text)
        .into_iter()
        .flat_map(|piece| match piece {
            Piece::Run(run) => exact_terms_of_run(&run, run.position),
            Piece::Word(compound) => vec![(compound.parts[0].position, compound.whole().text.clone())],
        })
        .collect()
}

fn author(text: &str) -> Clause {
    match Name::new(text) {
        Some(name) => Clause::Author { name, weight: 1.0 },
        None => Clause::any(Vec::new()),
    }
}

/// An author by a word of a query that names no field.
fn author_words(word: &str) -> Option<Clause> {
    // A single letter would match as an initial.
    word.chars().nth(1)?;
    Name::new(word).map(|name| Clause::Author { name, weight: fields::AUTHOR.boost })
}

fn id(text: &str) -> Clause {
    let value = match text.parse::<VersionedId>() {
        Ok(link) => link.id.to_string(),
        Err(_) => text.to_string(),
    };
    Clause::Keyword { field: &ID, value, weight: 1.0 }
}

fn keyword(field: Option<&'static Field>, text: &str) -> Clause {
    Clause::Keyword { field: field.unwrap_or(&ID), value: text.to_string(), weight: 1.0 }
}

fn is_nothing(clause: &Clause) -> bool {
    matches!(clause, Clause::Group { must, should, must_not } if must.is_empty() && should.is_empty() && must_not.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use paper::NaiveDate;

    fn planned(query: &str) -> Plan {
        let today = NaiveDate::from_ymd_opt(2026, 3, 31).expect("a day");
        let tree = crate::parser::parse(query, today).tree;
        plan(&tree, &Filters::default(), Sort::Relevance, &Analyzer::new())
    }

    #[test]
    fn plans_read_as_queries_mean() {
        for (query, expected) in [
            ("title:decoding", "title:decod"),
            ("+title:LLMs -ti:survey", "(+title:llm -title:survey)"),
            ("title:\"Draft models\"", "title:=\"draft models\""),
            ("title:spec*", "title:spec*"),
            ("title:decodign~", "title:decodign~"),
            ("title:GPT-4.1", "(title:gpt4.1 title:=\"gpt 4 1\" (+title:gpt^0.5 +title:4^0.5 +title:1^0.5))"),
            ("title:C++", "title:c++"),
            ("summary:推测", "(summary:推测 summary:=推测^0.5)"),
            ("+summary:推测解码", "(+((+summary:推测 +summary:解码) summary:=\"推测 测解 解码\"))"),
            ("-summary:推测解码", "(-summary:=\"推测 测解 解码\")"),
            ("summary:推", "(summary:推 summary:=推^0.5)"),
            ("author:\"S. Han\"", "author:\"s han\""),
            ("id:arXiv:2603.00001v2", "id:2603.00001"),
            ("digest:2026-03-17.txt", "digest:2026-03-17.txt"),
            ("date:2026-03", "date:[2026-03-01 TO 2026-03-31]"),
            ("title:a date:2026-03 title:b", "(+date:[2026-03-01 TO 2026-03-31] +(title:a title:b))"),
            ("decode", "(title:decod^2 summary:decod^1.5 abstract:decod author:\"decode\"^0.3)"),
            ("--- ~", "()"),
        ] {
            assert_eq!(planned(query).query.to_string(), expected, "{query}");
        }
    }

    #[test]
    fn without_words_the_newest_come_first() {
        assert_eq!(planned("date:2026").sort, Sort::Newest);
        assert_eq!(planned("a date:2026").sort, Sort::Relevance);
        assert!(planned("").matches_nothing());
    }

    #[test]
    fn what_is_excluded_is_not_marked() {
        assert_eq!(planned("-title:a -(title:b title:c)").marks, []);
        assert_eq!(planned("title:a -title:b").marks.len(), 1);
    }
}
