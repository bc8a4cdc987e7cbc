//! A record as tantivy's document, and back.

use std::io;

use analysis::Analyzer;
use analysis::fields::{Analysis, FIELDS, RECORD, Values};
use analysis::names::Name;
use chrono::NaiveDate;
use paper::Record;
use tantivy::TantivyDocument;

use crate::lengths::Lengths;
use crate::schema::IndexSchema;
use crate::stored::{pack, unpack};
use crate::terms::encode;

/// Makes a document: the terms of each field, and the record itself. Returns the lengths
/// of its fields as well.
pub(crate) fn to_document(
    record: &Record,
    analyzer: &Analyzer,
    schema: &IndexSchema,
) -> io::Result<(TantivyDocument, Lengths)> {
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
    document.add_bytes(schema.main(&RECORD), &pack(record, &lengths)?);
    Ok((document, lengths))
}

/// Reads the record that a document stores, and the lengths of its fields, from the bytes that
/// tantivy keeps of it; `Err` says what is wrong with it.
pub(crate) fn from_stored(document: &[u8]) -> Result<(Record, Lengths), String> {
    unpack(only_value(document).ok_or("a document without its record")?)
}

/// Returns the one value of a document, which is bytes, as tantivy keeps it: the number of values, the
/// field, the kind of value, its length, itself. tantivy's own way takes the bytes one by one, which
/// is a twentieth of all that a query does.
fn only_value(document: &[u8]) -> Option<&[u8]> {
    // Seven bits a byte, the lowest first; the last byte has the eighth bit.
    const LAST: u8 = 1 << 7;
    const ONE: u8 = 1 | LAST;
    const BYTES: u8 = 4;
    let ([ONE, _, _, _, _, BYTES], rest) = document.split_first_chunk()? else { return None };
    let digits = rest.iter().position(|digit| digit & LAST != 0)? + 1;
    let (length, value) = rest.split_at(digits);
    let length = length.iter().rev().try_fold(0_usize, |length, digit| {
        length.checked_mul(usize::from(LAST))?.checked_add(usize::from(digit & !LAST))
    });
    (length? == value.len()).then_some(value)
}

/// The number that stands for a day in the index: days since 1970-01-01.
pub fn day_number(day: NaiveDate) -> i64 {
    i64::from(day.to_epoch_days())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_of_a_document_is_found() {
        let long = [&[0x81, 7, 0, 0, 0, 4, 0x48, 0x81][..], &[9; 200]].concat();
        for (document, expected) in [
            (&[0x81, 7, 0, 0, 0, 4, 0x83, 1, 2, 3][..], Some(&[1, 2, 3][..])),
            (&[0x81, 7, 0, 0, 0, 4, 0x80], Some(&[])),
            (&long, Some(&[9; 200])),
            (&long[..207], None),
            (&[0x82, 7, 0, 0, 0, 4, 0x83, 1, 2, 3], None),
            (&[0x81, 7, 0, 0, 0, 0, 0x83, 1, 2, 3], None),
            (&[0x81, 7, 0, 0, 0, 4, 0x03, 1, 2, 3], None),
            (&[0x81, 7, 0], None),
            (&[], None),
        ] {
            assert_eq!(only_value(document), expected, "{document:?}");
        }
    }
}
