//! Documents that go. A segment never changes; a file beside it says which of its documents
//! are still there.

use tantivy::directory::TerminatingWrite;
use tantivy::fastfield::write_alive_bitset;
use tantivy::index::SegmentComponent;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{BitSet, DocSet, Index, SegmentMeta, SegmentReader, TERMINATED, Term};

/// Deletes the documents with these ids, in the field for ids, from the segments of a commit
/// that is being made, and leaves out the segments that have no document any more. `opstamp`
/// is the number of that commit.
pub(crate) fn delete(
    index: &Index,
    segments: &mut Vec<SegmentMeta>,
    field: Field,
    ids: &[&str],
    opstamp: u64,
) -> tantivy::Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    for meta in segments.iter_mut() {
        let segment = index.segment(meta.clone());
        let reader = SegmentReader::open(&segment)?;
        let mut alive = BitSet::with_max_value_and_full(reader.max_doc());
        if let Some(known) = reader.alive_bitset() {
            alive.intersect_update(known.bitset());
        }
        let postings_of = reader.inverted_index(field)?;
        for id in ids {
            let term = Term::from_field_text(field, id);
            let Some(mut postings) = postings_of.read_postings(&term, IndexRecordOption::Basic)? else {
                continue;
            };
            while postings.doc() != TERMINATED {
                alive.remove(postings.doc());
                postings.advance();
            }
        }
        let deleted = reader.max_doc() - alive.len() as u32;
        if deleted > meta.num_deleted_docs() {
            let segment = segment.with_delete_meta(deleted, opstamp);
            let mut file = segment.open_write(SegmentComponent::Delete)?;
            write_alive_bitset(&alive, &mut file)?;
            file.terminate()?;
            *meta = segment.meta().clone();
        }
    }
    segments.retain(|segment| segment.num_docs() > 0);
    Ok(())
}
