//! SeekStorm: `seek PAPERS INDEX QUERIES` makes an index of papers (JSON, one a line), with one thread, and answers
//! the queries of a batch: any word may match, ten hits with all their fields. Prints the seconds that indexing took
//! and the queries a second.

use std::collections::HashSet;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use seekstorm::commit::Commit;
use seekstorm::index::{
    AccessType, Clustering, DocumentCompression, FrequentwordType, IndexDocuments, IndexMetaObject,
    LexicalSimilarity, NgramSet, StemmerType, StopwordType, TokenizerType, create_index,
};
use seekstorm::search::{QueryRewriting, QueryType, ResultType, Search, SearchMode};
use seekstorm::vector::Inference;

const SCHEMA: &str = r#"[
    {"field":"id","field_type":"String16","store":true,"index_lexical":false},
    {"field":"title","field_type":"Text","store":true,"index_lexical":true,"boost":3.0},
    {"field":"summary","field_type":"Text","store":true,"index_lexical":true,"boost":1.5},
    {"field":"abstract","field_type":"Text","store":true,"index_lexical":true,"longest":true},
    {"field":"authors","field_type":"Text","store":true,"index_lexical":true,"boost":0.2}
]"#;

/// How many papers are handed over at a time.
const BATCH: usize = 1_000;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [papers, folder, queries] = &arguments[..] else { anyhow::bail!("seek PAPERS INDEX QUERIES") };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(run(papers, folder, queries))
}

async fn run(papers: &str, folder: &str, queries: &str) -> anyhow::Result<()> {
    let meta = IndexMetaObject {
        id: 0,
        name: "papers".into(),
        lexical_similarity: LexicalSimilarity::Bm25f,
        tokenizer: TokenizerType::UnicodeAlphanumericZH,
        stemmer: StemmerType::English,
        stop_words: StopwordType::None,
        frequent_words: FrequentwordType::None,
        ngram_indexing: NgramSet::SingleTerm as u8,
        document_compression: DocumentCompression::Snappy,
        access_type: AccessType::Mmap,
        spelling_correction: None,
        query_completion: None,
        clustering: Clustering::None,
        inference: Inference::None,
        segment_number_bits: 11,
    };
    let schema = serde_json::from_str(SCHEMA)?;
    let failed = |what: String| anyhow::anyhow!(what);
    let index =
        create_index(Path::new(folder), meta, &schema, &Vec::new(), false, Some(1)).await.map_err(failed)?;
    let text = fs::read_to_string(papers)?;
    let started = Instant::now();
    let lines: Vec<&str> = text.lines().collect();
    for batch in lines.chunks(BATCH) {
        index.index_documents(serde_json::from_str(&format!("[{}]", batch.join(",")))?).await;
    }
    index.commit().await;
    let indexing = started.elapsed().as_secs_f64();
    let batch = fs::read_to_string(queries)?;
    let (mut count, mut fields) = (0, 0);
    let started = Instant::now();
    for query in batch.lines() {
        let (vector, page) = (None, (0, 10));
        let found = index
            .search(
                query.to_string(),
                vector,
                QueryType::Union,
                SearchMode::Lexical,
                false,
                page.0,
                page.1,
                ResultType::TopkCount,
                false,
                Vec::new(),
                Vec::new(),
                Vec::new(),
                Vec::new(),
                QueryRewriting::SearchOnly,
            )
            .await;
        for hit in &found.results {
            let document =
                index.read().await.get_document(hit.doc_id, false, &None, &HashSet::new(), &[]).await;
            fields += document.map_err(failed)?.len();
        }
        count += 1;
    }
    let took = started.elapsed().as_secs_f64();
    writeln!(std::io::stdout(), "{indexing} {} {fields}", f64::from(count) / took)?;
    Ok(())
}
