//! The oracle: a scan over all papers, too simple to be wrong.
//!
//! It shares the analysis with the engine, since only the engine is on trial, and nothing
//! else: no dictionary of terms, no postings, no rotations, no scores.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use analysis::fields::{AUTHOR, Analysis, Values};
use analysis::names::{Name, first_word};
use analysis::{Analyzer, FIELDS, Field};
use chrono::Datelike;
use paper::{NaiveDate, Record};
use query::highlight::edits;
use query::plan::{Clause, MAX_MISSPELLINGS, NearPart, Stream};
use query::{Answer, Engine, Facets, Hit, Page, Plan, Sort};

/// What a paper has in a field.
#[derive(Default)]
struct Terms {
    /// The terms for ranking; in a field of names or keywords, all its terms.
    words: BTreeSet<String>,
    /// The exact terms with their positions; in a field of names or keywords, all its
    /// terms without any.
    exact: BTreeMap<String, BTreeSet<u32>>,
    /// The names of a field of names.
    names: Vec<Name>,
    /// The days of a field of days.
    days: Vec<NaiveDate>,
}

/// All papers, each with its terms, field by field.
pub(crate) struct Scan {
    records: Vec<Record>,
    /// For each record, by the name of the field.
    terms: Vec<BTreeMap<&'static str, Terms>>,
}

impl Scan {
    /// Analyzes all papers.
    pub(crate) fn new(records: Vec<Record>, analyzer: &Analyzer) -> Scan {
        let terms = records
            .iter()
            .map(|record| {
                let of_field = |field: &&'static Field| (field.name, terms(field, record, analyzer));
                FIELDS.iter().map(of_field).collect()
            })
            .collect();
        Scan { records, terms }
    }

    pub(crate) fn records(&self) -> &[Record] {
        &self.records
    }

    /// The papers that match a plan.
    fn found(&self, plan: &Plan) -> Vec<&Record> {
        let mut found = self.matching(&plan.query);
        for filter in &plan.filters {
            for (matches, passes) in found.iter_mut().zip(self.matching(filter)) {
                *matches &= passes;
            }
        }
        self.records.iter().zip(found).filter_map(|(record, matches)| matches.then_some(record)).collect()
    }

    /// Says of each paper whether it matches.
    fn matching(&self, clause: &Clause) -> Vec<bool> {
        match clause {
            Clause::All => vec![true; self.records.len()],
            Clause::Term { field, stream, term, .. } => self.having(field, |terms| match stream {
                Stream::Words => terms.words.contains(term),
                Stream::Exact => terms.exact.contains_key(term),
            }),
            Clause::Synonyms { fields, terms, .. } => {
                let has = |own: &Terms| terms.iter().any(|(term, _)| own.words.contains(term));
                let mut matching = vec![false; self.records.len()];
                for (field, _) in fields {
                    matching.iter_mut().zip(self.having(field, has)).for_each(|(any, own)| *any |= own);
                }
                matching
            }
            Clause::Phrase { field, terms, .. } => self.having(field, |own| own.has_phrase(terms)),
            Clause::Near { field, parts, slop, .. } => self.having(field, |own| own.has_near(parts, *slop)),
            Clause::Prefix { field, prefix, .. } => {
                self.having(field, |terms| terms.exact.keys().any(|term| term.starts_with(prefix.as_str())))
            }
            Clause::Fuzzy { field, word, .. } => {
                let wanted = self.misspellings(field, word);
                self.having(field, |terms| wanted.iter().any(|term| terms.exact.contains_key(*term)))
            }
            Clause::Author { name, asked, .. } => self.by_author(name, *asked),
            Clause::Keyword { field, value, .. } => self.having(field, |terms| terms.words.contains(value)),
            Clause::Days { field, days } => {
                self.having(field, |terms| terms.days.iter().any(|day| days.contains(*day)))
            }
            Clause::Bag { words, evidence, .. } => {
                let mut matching = vec![false; self.records.len()];
                for part in words.iter().chain(evidence) {
                    matching.iter_mut().zip(self.matching(part)).for_each(|(any, own)| *any |= own);
                }
                matching
            }
            Clause::Group { must, should, must_not } => self.matching_group(must, should, must_not),
        }
    }

    fn matching_group(&self, must: &[Clause], should: &[Clause], must_not: &[Clause]) -> Vec<bool> {
        let all = |clauses: &[Clause]| -> Vec<Vec<bool>> {
            clauses.iter().map(|clause| self.matching(clause)).collect()
        };
        let nothing = must.is_empty() && should.is_empty() && must_not.is_empty();
        let exclusions_alone = must.is_empty() && should.is_empty();
        let (must, should, must_not) = (all(must), all(should), all(must_not));
        (0..self.records.len())
            .map(|paper| {
                let wanted = match must.as_slice() {
                    [] => exclusions_alone || should.iter().any(|matches| matches[paper]),
                    required => required.iter().all(|matches| matches[paper]),
                };
                wanted && !nothing && !must_not.iter().any(|matches| matches[paper])
            })
            .collect()
    }

    /// Says of each paper whether its terms in a field are such.
    fn having(&self, field: &Field, such: impl Fn(&Terms) -> bool) -> Vec<bool> {
        let papers = self.terms.iter();
        papers.map(|fields| fields.get(field.name).is_some_and(&such)).collect()
    }

    fn by_author(&self, name: &Name, asked: bool) -> Vec<bool> {
        let matching =
            |such: &dyn Fn(&Name) -> bool| self.having(&AUTHOR, |terms| terms.names.iter().any(such));
        let whole_term = name.whole_term();
        let whole = matching(&|author| whole_term.is_some() && author.whole_term() == whole_term);
        match asked {
            false => matching(&|author| name.matches(author)),
            true if whole.contains(&true) => whole,
            true => matching(&|author| name.readings().iter().any(|reading| reading.matches(author))),
        }
    }

    /// The misspellings of a word that are searched for, of all the terms of a field; of
    /// names, the words.
    fn misspellings(&self, field: &Field, word: &str) -> BTreeSet<&str> {
        let mut papers: BTreeMap<&str, usize> = BTreeMap::new();
        for terms in self.terms.iter().filter_map(|fields| fields.get(field.name)) {
            for term in terms.exact.keys() {
                *papers.entry(term).or_default() += 1;
            }
        }
        let mut found: Vec<(usize, std::cmp::Reverse<usize>, &str)> = papers
            .into_iter()
            .filter_map(|(term, papers)| {
                edits(word, first_word(term)).map(|edits| (edits, std::cmp::Reverse(papers), term))
            })
            .collect();
        found.sort_unstable();
        found.into_iter().map(|(_, _, term)| term).take(MAX_MISSPELLINGS).collect()
    }
}

impl Terms {
    /// Whether some stretch that is no longer than parts and slop together holds all parts.
    fn has_near(&self, parts: &[NearPart], slop: u32) -> bool {
        let lengths: u32 = parts.iter().map(|part| part.length).sum();
        let last = self.exact.values().flatten().max().copied().unwrap_or_default();
        (0..=last).any(|from| {
            parts.iter().all(|part| {
                let wanted = parts.iter().filter(|other| *other == part).count();
                let (mut at, mut found) = (from, 0);
                while at + part.length <= from + lengths + slop {
                    let stands = part.terms.iter().all(|(offset, term)| {
                        self.exact.get(term).is_some_and(|positions| positions.contains(&(at + offset)))
                    });
                    found += usize::from(stands);
                    at += if stands { part.length } else { 1 };
                }
                found >= wanted
            })
        })
    }

    /// Whether the exact terms stand somewhere at just these distances.
    fn has_phrase(&self, phrase: &[(u32, String)]) -> bool {
        let stands = |term: &String, position: u32| {
            self.exact.get(term).is_some_and(|positions| positions.contains(&position))
        };
        let Some((first_offset, first)) = phrase.first() else {
            return false;
        };
        let starts = self.exact.get(first).into_iter().flatten();
        starts
            .into_iter()
            .any(|start| phrase.iter().all(|(offset, term)| stands(term, start + (offset - first_offset))))
    }
}

/// Analyzes a record in a field, as the table of fields says.
fn terms(field: &Field, record: &Record, analyzer: &Analyzer) -> Terms {
    let mut terms = Terms::default();
    match (field.values)(record) {
        Values::Days(days) => terms.days = days,
        Values::Texts(texts) => {
            for text in texts {
                match field.analysis {
                    Analysis::Text => {
                        let analyzed = analyzer.analyze(&text);
                        terms.words.extend(analyzed.words.into_iter().map(|term| term.text));
                        for term in analyzed.exact {
                            terms.exact.entry(term.text).or_default().insert(term.position);
                        }
                    }
                    Analysis::Name => {
                        let name = Name::new(&text);
                        terms.words.extend(name.iter().flat_map(Name::terms));
                        terms.names.extend(name);
                    }
                    _ => {
                        terms.words.insert(text.into_owned());
                    }
                }
            }
            if field.analysis != Analysis::Text {
                terms.exact = terms.words.iter().map(|term| (term.clone(), BTreeSet::new())).collect();
            }
        }
        Values::Record => {}
    }
    terms
}

/// The `most` values with the highest counts, then by name.
fn most_frequent(counts: BTreeMap<String, usize>, most: usize) -> Vec<(String, usize)> {
    let mut counts: Vec<(String, usize)> = counts.into_iter().collect();
    counts.sort_by(|(name, papers), (other, others)| others.cmp(papers).then_with(|| name.cmp(other)));
    counts.truncate(most);
    counts
}

impl Engine for Scan {
    type Error = Infallible;

    /// Scores nothing: where the order is by relevance, the newest come first.
    fn search(&self, plan: &Plan, page: Page, _explain: bool) -> Result<Answer, Infallible> {
        let mut records = self.found(plan);
        records.sort_by(|a, b| {
            let (first, second) = (a.paper().date, b.paper().date);
            let by_date = match plan.sort {
                Sort::Oldest => first.cmp(&second),
                Sort::Newest | Sort::Relevance => second.cmp(&first),
            };
            let without_date = first.is_none().cmp(&second.is_none());
            without_date.then(by_date).then_with(|| a.id.cmp(&b.id))
        });
        let hits = records.iter().skip(page.offset).take(page.limit).map(|record| Hit {
            record: (*record).clone(),
            score: 0.0,
            explanation: Vec::new(),
            factors: Vec::new(),
        });
        Ok(Answer { total: records.len(), hits: hits.collect() })
    }

    fn facets(&self, plan: &Plan, most: usize) -> Result<Facets, Infallible> {
        let found = self.found(plan);
        let mut months = BTreeMap::new();
        let (mut authors, mut digests) = (BTreeMap::new(), BTreeMap::new());
        for record in &found {
            if let Some(date) = record.paper().date {
                *months.entry((date.year(), date.month())).or_default() += 1;
            }
            for author in record.paper().authors.iter().collect::<BTreeSet<_>>() {
                *authors.entry(author.clone()).or_default() += 1;
            }
            for digest in record.digests() {
                *digests.entry(digest.file.clone()).or_default() += 1;
            }
        }
        Ok(Facets {
            total: found.len(),
            months: months.into_iter().collect(),
            undated: found.iter().filter(|record| record.paper().date.is_none()).count(),
            authors: most_frequent(authors, most),
            digests: most_frequent(digests, most),
        })
    }

    fn record(&self, id: &str) -> Result<Option<Record>, Infallible> {
        Ok(self.records.iter().find(|record| record.id == id).cloned())
    }

    fn paper_count(&self) -> Result<u64, Infallible> {
        Ok(self.records.len() as u64)
    }

    fn document_frequency(&self, field: &'static Field, term: &str) -> Result<u64, Infallible> {
        let having = self.having(field, |terms| terms.words.contains(term));
        Ok(having.into_iter().filter(|has| *has).count() as u64)
    }

    fn for_each_term(
        &self,
        field: &'static Field,
        stream: Stream,
        prefix: &str,
        visit: &mut dyn FnMut(&str, u64),
    ) -> Result<(), Infallible> {
        for terms in self.terms.iter().filter_map(|fields| fields.get(field.name)) {
            let all: Vec<&String> = match stream {
                Stream::Words => terms.words.iter().collect(),
                Stream::Exact => terms.exact.keys().collect(),
            };
            all.into_iter().filter(|term| term.starts_with(prefix)).for_each(|term| visit(term, 1));
        }
        Ok(())
    }
}
