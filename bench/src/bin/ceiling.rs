//! The raw ceiling: a minimal program that writes ready-made terms and values with tantivy, one thread indexing.
//!
//! `ceiling DOCUMENTS OUT [zstd|lz4|none [BLOCK]]`; the last two choose how stored values are compressed, and how
//! many bytes at a time.

use std::path::PathBuf;

use bench::{Value, documents};
use indexer::IndexSchema;
use tantivy::directory::MmapDirectory;
use tantivy::indexer::IndexWriterOptions;
use tantivy::schema::Field;
use tantivy::store::Compressor;
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};
use tantivy::{Index, IndexSettings, IndexWriter, TantivyDocument};

/// As much as the program gives a segment of 100,000 papers.
const MEMORY: usize = 285 << 20;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [from, out, store @ ..] = &arguments[..] else {
        anyhow::bail!("ceiling DOCUMENTS OUT [STORE [BLOCK]]")
    };
    let out = PathBuf::from(out);
    std::fs::create_dir(&out)?;
    let mut settings = IndexSettings::default();
    settings.docstore_compression = match store.first().map(String::as_str) {
        #[cfg(feature = "lz4")]
        Some("lz4") => Compressor::Lz4,
        Some("none") => Compressor::None,
        _ => Compressor::Zstd(Default::default()),
    };
    if let Some(block) = store.get(1) {
        settings.docstore_blocksize = block.parse()?;
    }
    let schema = IndexSchema::new().tantivy().clone();
    let index = Index::create(MmapDirectory::open(&out)?, schema, settings)?;
    index.tokenizers().register("terms", Terms::default());
    let options = IndexWriterOptions::builder()
        .num_worker_threads(1)
        .num_merge_threads(1)
        .memory_budget_per_thread(MEMORY)
        .build();
    let mut writer: IndexWriter = index.writer_with_options(options)?;
    for document in documents(from.as_ref())? {
        let mut to_write = TantivyDocument::default();
        for (field, value) in document?.values {
            let field = Field::from_field_id(field);
            match value {
                Value::Number(number) => to_write.add_i64(field, number),
                Value::Text(text) => to_write.add_text(field, text),
                Value::Terms(terms) => to_write.add_text(field, lines(&terms)),
            }
        }
        writer.add_document(to_write)?;
    }
    writer.commit()?;
    writer.wait_merging_threads()?;
    Ok(())
}

/// A line for each term, its position before it.
fn lines(terms: &[(String, u32)]) -> String {
    let mut text = String::with_capacity(16 * terms.len());
    for (term, position) in terms {
        text.push_str(&position.to_string());
        text.push(' ');
        text.push_str(term);
        text.push('\n');
    }
    text
}

#[derive(Clone, Default)]
struct Terms(Token);

struct Lines<'a>(std::str::Lines<'a>, &'a mut Token);

impl Tokenizer for Terms {
    type TokenStream<'a> = Lines<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Lines<'a> {
        Lines(text.lines(), &mut self.0)
    }
}

impl TokenStream for Lines<'_> {
    fn advance(&mut self) -> bool {
        let Some((position, term)) = self.0.next().and_then(|line| line.split_once(' ')) else {
            return false;
        };
        self.1.position = position.parse().unwrap_or_default();
        self.1.text.clear();
        self.1.text.push_str(term);
        true
    }

    fn token(&self) -> &Token {
        self.1
    }

    fn token_mut(&mut self) -> &mut Token {
        self.1
    }
}
