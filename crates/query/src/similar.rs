//! Papers like a paper: its most telling terms as a query.

use std::collections::HashMap;

use analysis::fields::{ABSTRACT, ID, SUMMARY, TITLE, Values};
use analysis::{Analyzer, Field};
use paper::Record;

use crate::plan::{Clause, Plan, Stream};
use crate::request::{Filters, Sort};
use crate::{Engine, planner};

/// How many terms stand for a paper.
const MAX_TERMS: usize = 25;

/// How often a term counts for each time it stands in a field: what a title says once
/// says more than what an abstract does.
const FIELDS: [(&Field, f32); 3] = [(&TITLE, 3.0), (&SUMMARY, 2.0), (&ABSTRACT, 1.0)];

/// Makes a plan that finds papers like this one, never the paper itself: the terms with
/// the highest tf-idf over its fields, each searched in all of them.
pub fn plan<E: Engine>(
    engine: &E,
    analyzer: &Analyzer,
    record: &Record,
    filters: &Filters,
    sort: Sort,
) -> Result<Plan, E::Error> {
    let mut frequencies: HashMap<String, f32> = HashMap::new();
    for (field, factor) in FIELDS {
        if let Values::Texts(texts) = (field.values)(record) {
            for term in texts.iter().flat_map(|text| analyzer.analyze(text).words) {
                *frequencies.entry(term.text).or_default() += factor;
            }
        }
    }
    let papers = engine.paper_count()? as f32;
    let mut weighed = Vec::with_capacity(frequencies.len());
    for (term, frequency) in frequencies {
        if term.chars().nth(1).is_none() {
            continue;
        }
        let mut in_papers = 0;
        for (field, _) in FIELDS {
            in_papers = engine.document_frequency(field, &term)?.max(in_papers);
        }
        // A term of this paper alone finds no other.
        if in_papers > 1 {
            let weight = (1.0 + frequency.ln()) * (1.0 + papers / in_papers as f32).ln();
            weighed.push((term, weight));
        }
    }
    weighed.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    weighed.truncate(MAX_TERMS);
    let highest = weighed.first().map_or(1.0, |(_, weight)| *weight);
    let should = weighed
        .into_iter()
        .map(|(term, weight)| {
            let in_fields = FIELDS.map(|(field, _)| Clause::Term {
                field,
                stream: Stream::Words,
                term: term.clone(),
                weight: field.boost * weight / highest,
            });
            Clause::any(in_fields.to_vec())
        })
        .collect();
    let itself = Clause::Keyword { field: &ID, value: record.id.clone(), weight: 0.0 };
    Ok(Plan {
        query: Clause::Group { must: vec![Clause::any(should)], should: Vec::new(), must_not: vec![itself] },
        filters: planner::filter_clauses(filters),
        sort,
        marks: Vec::new(),
    })
}
