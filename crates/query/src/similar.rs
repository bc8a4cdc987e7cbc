//! Papers like some papers: their most telling terms as a query.

use std::collections::{BTreeMap, HashMap};

use analysis::fields::{ABSTRACT, ID, SUMMARY, TITLE, Values};
use analysis::{Analyzer, Field};
use paper::Record;

use crate::plan::{Clause, Plan, Stream};
use crate::request::{Filters, Sort};
use crate::{Engine, planner};

/// How many terms stand for the papers.
const MAX_TERMS: usize = 25;

/// How often a term counts for each time it stands in a field: what a title says once
/// says more than what an abstract does.
const FIELDS: [(&Field, f32); 3] = [(&TITLE, 3.0), (&SUMMARY, 2.0), (&ABSTRACT, 1.0)];

/// What finds papers like some papers.
#[derive(Debug)]
pub struct Likeness {
    /// The terms that stand for the papers, the most telling first, with weights up to 1.
    pub terms: Vec<(String, f32)>,
    /// The terms, each searched in all fields.
    pub plan: Plan,
}

/// Makes a plan that finds papers like these, never one of them: the terms with the
/// highest tf-idf over a paper's fields, and of several papers those with the highest sum
/// of it, no paper counting more than another.
pub fn plan<E: Engine>(
    engine: &E,
    analyzer: &Analyzer,
    records: &[Record],
    filters: &Filters,
    sort: Sort,
) -> Result<Likeness, E::Error> {
    let frequencies: Vec<HashMap<String, f32>> =
        records.iter().map(|record| frequencies(record, analyzer)).collect();
    let papers = engine.paper_count()? as f32;
    let mut sums: BTreeMap<&str, f32> = BTreeMap::new();
    for of_paper in &frequencies {
        let mut weighed = Vec::with_capacity(of_paper.len());
        for (term, frequency) in of_paper {
            let mut in_papers = 0;
            for (field, _) in FIELDS {
                in_papers = engine.document_frequency(field, term)?.max(in_papers);
            }
            // A term of these papers alone finds no other.
            let own = frequencies.iter().filter(|other| other.contains_key(term)).count();
            if in_papers > own as u64 {
                weighed.push((term, (1.0 + frequency.ln()) * (1.0 + papers / in_papers as f32).ln()));
            }
        }
        let highest = weighed.iter().map(|(_, weight)| *weight).fold(0.0, f32::max);
        for (term, weight) in weighed {
            *sums.entry(term).or_default() += weight / highest;
        }
    }
    let mut terms: Vec<(String, f32)> = sums.into_iter().map(|(term, sum)| (term.to_string(), sum)).collect();
    terms.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    terms.truncate(MAX_TERMS);
    let highest = terms.first().map_or(1.0, |(_, sum)| *sum);
    terms.iter_mut().for_each(|(_, weight)| *weight /= highest);
    let should = terms
        .iter()
        .map(|(term, weight)| {
            let in_fields = FIELDS.map(|(field, _)| Clause::Term {
                field,
                stream: Stream::Words,
                term: term.clone(),
                weight: field.boost * weight,
            });
            Clause::any(in_fields.to_vec())
        })
        .collect();
    let themselves =
        records.iter().map(|record| Clause::Keyword { field: &ID, value: record.id.clone(), weight: 0.0 });
    let query =
        Clause::Group { must: vec![Clause::any(should)], should: Vec::new(), must_not: themselves.collect() };
    let plan = Plan::new(query, planner::filter_clauses(filters), sort);
    Ok(Likeness { terms, plan })
}

/// The terms of a paper, but for single letters and characters, and how much each counts.
fn frequencies(record: &Record, analyzer: &Analyzer) -> HashMap<String, f32> {
    let mut frequencies = HashMap::new();
    for (field, factor) in FIELDS {
        if let Values::Texts(texts) = (field.values)(record) {
            let terms = texts.iter().flat_map(|text| analyzer.analyze(text).words);
            for term in terms.filter(|term| term.text.chars().nth(1).is_some()) {
                *frequencies.entry(term.text).or_default() += factor;
            }
        }
    }
    frequencies
}
