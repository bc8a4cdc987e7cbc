//! The table of fields as tantivy's schema.

use analysis::fields::{Analysis, FIELDS};
use analysis::{ANALYSIS_VERSION, Field};
use tantivy::IndexSettings;
use tantivy::schema::{
    BytesOptions, Field as Handle, IndexRecordOption, NumericOptions, Schema, SchemaBuilder,
    TextFieldIndexing, TextOptions,
};
use tantivy::store::Compressor;

use crate::terms::TERMS;

/// The version of the schema, of what documents hold and of the files beside them. Raise it
/// when one of these changes.
const SCHEMA_VERSION: u32 = 6;

/// tantivy's tokenizer that takes a text for one term, as keywords and names are.
const WHOLE: &str = "raw";

/// The parts of a field in the index.
#[derive(Clone, Copy, Debug)]
struct Handles {
    /// Words, names, keywords, days or the stored record.
    main: Handle,
    /// The exact stream of text.
    exact: Handle,
}

/// tantivy's schema, with the way from our fields to its own.
#[derive(Clone, Debug)]
pub struct IndexSchema {
    schema: Schema,
    handles: [Handles; FIELDS.len()],
}

impl Default for IndexSchema {
    fn default() -> IndexSchema {
        IndexSchema::new()
    }
}

impl IndexSchema {
    /// Builds the schema from the table.
    pub fn new() -> IndexSchema {
        let mut builder = Schema::builder();
        let handles = FIELDS.map(|field| add(&mut builder, field));
        IndexSchema { schema: builder.build(), handles }
    }

    /// How tantivy keeps what documents store: as it is, since each is compressed already, a page
    /// of them together.
    pub(crate) fn settings() -> IndexSettings {
        IndexSettings {
            docstore_compression: Compressor::None,
            docstore_compress_dedicated_thread: false,
            docstore_blocksize: 1 << 12,
            ..IndexSettings::default()
        }
    }

    /// The version of all that makes an index readable by this program.
    pub fn version() -> String {
        format!("{SCHEMA_VERSION}.{ANALYSIS_VERSION}")
    }

    /// Returns tantivy's schema.
    pub fn tantivy(&self) -> &Schema {
        &self.schema
    }

    /// Returns where the field's words, names, keywords, days or stored values are.
    pub fn main(&self, field: &Field) -> Handle {
        self.handles(field).main
    }

    /// Returns where the exact stream of a text field is; for others the same as
    /// [`IndexSchema::main`].
    pub fn exact(&self, field: &Field) -> Handle {
        self.handles(field).exact
    }

    fn handles(&self, field: &Field) -> Handles {
        let at = FIELDS.iter().position(|known| *known == field);
        // A field that is not in the table does not exist: there is no way to make one.
        self.handles[at.unwrap_or_default()]
    }
}

fn add(builder: &mut SchemaBuilder, field: &Field) -> Handles {
    match field.analysis {
        Analysis::Text => Handles {
            main: builder.add_text_field(field.name, terms(TERMS, IndexRecordOption::WithFreqs, true)),
            exact: builder.add_text_field(
                &format!("{}_exact", field.name),
                terms(TERMS, IndexRecordOption::WithFreqsAndPositions, true),
            ),
        },
        Analysis::Name | Analysis::Keyword => {
            let mut options = terms(WHOLE, IndexRecordOption::Basic, false);
            if field.fast {
                options = options.set_fast(WHOLE);
            }
            both(builder.add_text_field(field.name, options))
        }
        Analysis::Day => both(builder.add_i64_field(field.name, NumericOptions::default().set_fast())),
        Analysis::Counted => both(builder.add_text_field(field.name, TextOptions::default().set_fast(WHOLE))),
        Analysis::None => {
            let mut options = BytesOptions::default();
            if field.stored {
                options = options.set_stored();
            }
            both(builder.add_bytes_field(field.name, options))
        }
    }
}

fn terms(tokenizer: &str, record: IndexRecordOption, lengths: bool) -> TextOptions {
    let indexing = TextFieldIndexing::default()
        .set_tokenizer(tokenizer)
        .set_index_option(record)
        .set_fieldnorms(lengths);
    TextOptions::default().set_indexing_options(indexing)
}

fn both(handle: Handle) -> Handles {
    Handles { main: handle, exact: handle }
}
