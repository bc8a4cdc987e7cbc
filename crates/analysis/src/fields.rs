//! The table of fields. Schema, query parser, help and documents are built from it: a
//! new field is a new row.

use std::borrow::Cow;

use paper::{NaiveDate, Record, searched};

/// How the values of a field become terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Analysis {
    /// Running text: words and exact stream.
    Text,
    /// An author's name: its words, and its rotations.
    Name,
    /// One term, as it is.
    Keyword,
    /// A day: a number that ranges and sorting work on.
    Day,
    /// Nothing to search for: values that are counted, as they are.
    Counted,
    /// Nothing to search for.
    None,
}

/// The values of a record in a field.
#[derive(Debug, PartialEq)]
pub enum Values<'a> {
    /// For text, names and keywords.
    Texts(Vec<Cow<'a, str>>),
    /// For days.
    Days(Vec<NaiveDate>),
    /// The record as a whole.
    Record,
}

/// A named part of a document.
#[derive(Debug)]
pub struct Field {
    /// The name, in queries and in the index.
    pub name: &'static str,
    /// Other names that queries may use.
    pub aliases: &'static [&'static str],
    /// How values become terms.
    pub analysis: Analysis,
    /// Whether the index keeps the value itself.
    pub stored: bool,
    /// Whether values can be sorted by.
    pub fast: bool,
    /// The weight of a match in a query that names no field; 0 if such a query does not
    /// look here.
    pub boost: f32,
    /// One line for help texts.
    pub description: &'static str,
    /// A query that uses the field; empty if queries cannot.
    pub example: &'static str,
    /// What a record has in this field.
    pub values: fn(&Record) -> Values<'_>,
}

impl PartialEq for Field {
    fn eq(&self, other: &Field) -> bool {
        self.name == other.name
    }
}

/// Where the paper's id is kept.
pub static ID: Field = Field {
    name: "id",
    aliases: &["arxiv"],
    analysis: Analysis::Keyword,
    stored: false,
    fast: true,
    boost: 0.0,
    description: "arXiv id, with or without version",
    example: "id:2603.01234",
    values: |record| Values::Texts(vec![Cow::Borrowed(&record.id)]),
};

/// The English title.
pub static TITLE: Field = Field {
    name: "title",
    aliases: &["ti"],
    analysis: Analysis::Text,
    stored: false,
    fast: false,
    boost: 3.0,
    description: "title",
    example: "title:distillation",
    values: |record| Values::Texts(vec![Cow::Borrowed(searched(&record.paper().title))]),
};

/// The Chinese sentence.
pub static SUMMARY: Field = Field {
    name: "summary",
    aliases: &["zh"],
    analysis: Analysis::Text,
    stored: false,
    fast: false,
    boost: 1.5,
    description: "one-sentence summary, usually Chinese",
    example: "summary:知识蒸馏",
    values: |record| optional(record.paper().summary.as_deref()),
};

/// The abstract.
pub static ABSTRACT: Field = Field {
    name: "abstract",
    aliases: &["abs"],
    analysis: Analysis::Text,
    stored: false,
    fast: false,
    boost: 1.0,
    description: "abstract",
    example: "abstract:\"draft model\"",
    values: |record| optional(record.paper().abstract_text.as_deref()),
};

/// The authors.
pub static AUTHOR: Field = Field {
    name: "author",
    aliases: &["au", "authors"],
    analysis: Analysis::Name,
    stored: false,
    fast: false,
    // Names are often words (Long, Song, Rush): a name that is meant is rarely met
    // elsewhere and wins even so.
    boost: 0.2,
    description: "an author's name or part of it; initials will do",
    example: "author:\"A. Example\"",
    values: |record| {
        Values::Texts(record.paper().authors.iter().map(|name| Cow::Borrowed(name.as_str())).collect())
    },
};

/// The paper's own day.
pub static DATE: Field = Field {
    name: "date",
    aliases: &[],
    analysis: Analysis::Day,
    stored: false,
    fast: true,
    boost: 0.0,
    description: "the paper's day, month, year or range",
    example: "date:[2026-03-01 TO 2026-03-15]",
    values: |record| Values::Days(record.paper().date.into_iter().collect()),
};

/// The days of the digests that hold the paper.
pub static DIGEST_DATE: Field = Field {
    name: "digest_date",
    aliases: &[],
    analysis: Analysis::Day,
    stored: false,
    fast: true,
    boost: 0.0,
    description: "the day of a digest that holds the paper",
    example: "digest_date:2026-03",
    values: |record| Values::Days(record.digests().filter_map(|digest| digest.date).collect()),
};

/// The digests that hold the paper.
pub static DIGEST: Field = Field {
    name: "digest",
    aliases: &["file"],
    analysis: Analysis::Keyword,
    stored: false,
    fast: false,
    boost: 0.0,
    description: "path or name of a digest that holds the paper",
    example: "digest:2026-03-17.txt",
    values: |record| {
        let mut values = Vec::new();
        for digest in record.digests() {
            values.push(Cow::Borrowed(digest.file.as_str()));
            if let Some((_, name)) = digest.file.rsplit_once(['/', '\\']) {
                values.push(Cow::Borrowed(name));
            }
        }
        Values::Texts(values)
    },
};

/// The authors as they are written, to be counted.
pub static AUTHOR_NAME: Field = Field {
    name: "author_name",
    aliases: &[],
    analysis: Analysis::Counted,
    stored: false,
    fast: true,
    boost: 0.0,
    description: "the authors as they are written",
    example: "",
    values: |record| {
        let names = record.paper().authors.iter();
        Values::Texts(names.map(|name| Cow::Borrowed(counted(name))).collect())
    },
};

/// The paths of the digests that hold the paper, to be counted.
pub static DIGEST_FILE: Field = Field {
    name: "digest_file",
    aliases: &[],
    analysis: Analysis::Counted,
    stored: false,
    fast: true,
    boost: 0.0,
    description: "the paths of the digests that hold the paper",
    example: "",
    values: |record| {
        Values::Texts(record.digests().map(|digest| Cow::Borrowed(counted(&digest.file))).collect())
    },
};

/// The whole record, every occurrence of the paper.
pub static RECORD: Field = Field {
    name: "record",
    aliases: &[],
    analysis: Analysis::None,
    stored: true,
    fast: false,
    boost: 0.0,
    description: "the paper as every digest has it",
    example: "",
    values: |_| Values::Record,
};

/// All fields. The order is that of help texts, and of the schema.
pub static FIELDS: [&Field; 11] = [
    &TITLE,
    &SUMMARY,
    &ABSTRACT,
    &AUTHOR,
    &ID,
    &DATE,
    &DIGEST_DATE,
    &DIGEST,
    &AUTHOR_NAME,
    &DIGEST_FILE,
    &RECORD,
];

/// The longest value that is counted, in bytes; what is longer counts as its beginning.
/// Longer than any path, and than any name of a person.
const MAX_COUNTED_BYTES: usize = 4096;

fn counted(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_COUNTED_BYTES)]
}

/// Returns the field that queries call `name`, itself or by an alias, in any case.
pub fn by_name(name: &str) -> Option<&'static Field> {
    FIELDS.into_iter().filter(|field| !field.example.is_empty()).find(|field| {
        field.name.eq_ignore_ascii_case(name)
            || field.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(name))
    })
}

/// Returns the fields that a query without a field looks in.
pub fn searched_by_default() -> impl Iterator<Item = &'static Field> {
    FIELDS.into_iter().filter(|field| field.boost > 0.0)
}

fn optional(text: Option<&str>) -> Values<'_> {
    Values::Texts(text.map(|text| Cow::Borrowed(searched(text))).into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_aliases_are_unique() {
        let mut names: Vec<&str> = FIELDS
            .iter()
            .flat_map(|field| std::iter::once(field.name).chain(field.aliases.iter().copied()))
            .collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn finds_fields_as_queries_call_them() {
        assert_eq!(by_name("ti"), Some(&TITLE));
        assert_eq!(by_name("AU"), Some(&AUTHOR));
        assert_eq!(by_name("record"), None);
        assert_eq!(by_name("nofield"), None);
    }
}
