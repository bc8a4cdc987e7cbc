//! A record as tantivy's document, and back.

use analysis::Analyzer;
use analysis::fields::{Analysis, FIELDS, RECORD, Values};
use analysis::names::Name;
use chrono::NaiveDate;
use paper::{Occurrence, Record};
use serde::{Deserialize, Serialize};
use tantivy::TantivyDocument;
use tantivy::schema::Value;

use crate::lengths::Lengths;
use crate::schema::IndexSchema;
use crate::terms::encode;

/// A record as it is stored.
#[derive(Serialize, Deserialize)]
struct Stored {
    id: String,
    occurrences: Vec<Occurrence>,
    /// The lengths of the document's fields: whoever replaces it need not work them out.
    lengths: Lengths,
}

/// Makes a document: the terms of each field, and the record itself. Returns the lengths
/// of its fields as well.
pub(crate) fn to_document(
    record: &Record,
    analyzer: &Analyzer,
    schema: &IndexSchema,
) -> Result<(TantivyDocument, Lengths), serde_json::Error> {
    let mut document = TantivyDocument::default();
    let mut lengths = Lengths::default();
    for field in FIELDS {
        let main = schema.main(field);
        match (field.values)(record) {
            Values::Texts(texts) => {
                for text in texts {
                    match field.analysis {
                        Analysis::Text => {
                            let analyzed = analyzer.analyze(&text);
                            let streams = [(main, &analyzed.words), (schema.exact(field), &analyzed.exact)];
                            for (handle, terms) in streams {
                                lengths.add(handle, terms.len());
                                document.add_text(handle, encode(terms));
                            }
                        }
                        Analysis::Name => {
                            for term in Name::new(&text).iter().flat_map(Name::terms) {
                                document.add_text(main, term);
                            }
                        }
                        _ => document.add_text(main, text),
                    }
                }
            }
            Values::Days(days) => {
                for day in days {
                    document.add_i64(main, day_number(day));
                }
            }
            Values::Record => {}
        }
    }
    let (id, occurrences) = (record.id.clone(), record.occurrences().to_vec());
    let stored = Stored { id, occurrences, lengths };
    document.add_text(schema.main(&RECORD), serde_json::to_string(&stored)?);
    Ok((document, stored.lengths))
}

/// Reads the record that a document stores, and the lengths of its fields; `Err` says what is
/// wrong with it.
pub(crate) fn from_document(
    document: &TantivyDocument,
    schema: &IndexSchema,
) -> Result<(Record, Lengths), String> {
    let stored =
        document.get_first(schema.main(&RECORD)).and_then(|value| value.as_str().map(str::to_string));
    let stored = stored.ok_or("a document without its record")?;
    let stored: Stored =
        serde_json::from_str(&stored).map_err(|error| format!("a record that cannot be read: {error}"))?;
    let record = Record::new(stored.id, stored.occurrences).ok_or("a record without a paper")?;
    Ok((record, stored.lengths))
}

/// The number that stands for a day in the index: days since 1970-01-01.
pub fn day_number(day: NaiveDate) -> i64 {
    i64::from(day.to_epoch_days())
}
