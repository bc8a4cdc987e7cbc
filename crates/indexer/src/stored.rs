//! A record as the index stores it. Each is compressed by itself, so that a hit costs no more than
//! its own text; that it is small all the same is due to a dictionary of the phrases that papers
//! have, which lies in the program.

use std::cell::RefCell;
use std::io;
use std::sync::LazyLock;

use paper::{Occurrence, Record};
use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};
use zstd::zstd_safe::get_frame_content_size;

use crate::lengths::Lengths;

/// The phrases, as `tools/make_phrases.py` makes them. What was stored with others cannot be read
/// with these: whoever makes them anew raises the version of the schema.
static PHRASES: &[u8] = include_bytes!("phrases.zdict");

/// How hard zstd tries, from 1 to 22: at 6 a paper is 5 % smaller, and takes three times as long.
const LEVEL: i32 = 3;

static TO_PACK: LazyLock<Option<EncoderDictionary<'static>>> =
    LazyLock::new(|| EncoderDictionary::try_new(PHRASES, LEVEL).ok());
static TO_UNPACK: LazyLock<Option<DecoderDictionary<'static>>> =
    LazyLock::new(|| DecoderDictionary::try_new(PHRASES).ok());

thread_local! {
    static PACKER: RefCell<Option<Compressor<'static>>> =
        RefCell::new(TO_PACK.as_ref().and_then(|phrases| Compressor::with_prepared_dictionary(phrases).ok()));
    static UNPACKER: RefCell<Option<Decompressor<'static>>> =
        RefCell::new(TO_UNPACK.as_ref().and_then(|phrases| Decompressor::with_prepared_dictionary(phrases).ok()));
}

/// What is stored of a record: its id, all occurrences, and the lengths of the document's fields,
/// so that whoever replaces it need not work them out.
type Stored = (String, Vec<Occurrence>, Lengths);

/// Returns a record and the lengths of its document's fields as they are stored.
pub(crate) fn pack(record: &Record, lengths: &Lengths) -> io::Result<Vec<u8>> {
    let stored = (&record.id, record.occurrences(), lengths);
    let bytes = postcard::to_stdvec(&stored).map_err(io::Error::other)?;
    PACKER.with_borrow_mut(|packer| packer.as_mut().ok_or_else(no_phrases)?.compress(&bytes))
}

/// Reads what [`pack`] returned; `Err` says what is wrong with it.
pub(crate) fn unpack(packed: &[u8]) -> Result<(Record, Lengths), String> {
    let bytes = unpacked(packed).map_err(|error| format!("a paper that cannot be unpacked: {error}"))?;
    let (id, occurrences, lengths): Stored =
        postcard::from_bytes(&bytes).map_err(|error| format!("a paper that cannot be read: {error}"))?;
    let record = Record::new(id, occurrences).ok_or("a record without a paper")?;
    Ok((record, lengths))
}

fn unpacked(packed: &[u8]) -> io::Result<Vec<u8>> {
    let length = get_frame_content_size(packed).ok().flatten();
    let length = length.and_then(|length| usize::try_from(length).ok());
    let length = length.ok_or_else(|| io::Error::other("it does not say how long it is"))?;
    let mut bytes = Vec::new();
    // What is damaged may claim any length.
    bytes.try_reserve_exact(length).map_err(io::Error::other)?;
    UNPACKER.with_borrow_mut(|unpacker| {
        unpacker.as_mut().ok_or_else(no_phrases)?.decompress_to_buffer(packed, &mut bytes)
    })?;
    Ok(bytes)
}

fn no_phrases() -> io::Error {
    io::Error::other("zstd does not take the dictionary of phrases")
}

#[cfg(test)]
mod tests {
    use super::*;
    use paper::{DigestRef, NaiveDate, Paper};
    use proptest::prelude::*;

    fn record(title: String, text: String, position: u32) -> Record {
        let paper = Paper { title, abstract_text: Some(text), ..Paper::default() };
        let digest = DigestRef { file: "a.txt".to_string(), date: NaiveDate::from_ymd_opt(2026, 3, 1) };
        let occurrence = Occurrence { digest, position, paper, certain_title: true };
        Record::new("2603.00001".to_string(), vec![occurrence]).expect("an occurrence")
    }

    #[test]
    fn phrases_that_papers_have_cost_little() {
        let text = "In this paper, we propose a novel framework for large language models (LLMs). Extensive \
                    experiments demonstrate that our method outperforms existing state-of-the-art methods.";
        let packed = pack(&record(String::new(), text.to_string(), 1), &Lengths::default()).expect("packed");
        assert!(packed.len() < text.len() / 2, "{}", packed.len());
    }

    proptest! {
        #[test]
        fn a_record_comes_back_as_it_was(title: String, text: String, position: u32, times in 1..200_usize) {
            let record = record(title, text.repeat(times), position);
            let packed = pack(&record, &Lengths::default()).expect("packed");
            prop_assert_eq!(unpack(&packed), Ok((record, Lengths::default())));
        }

        #[test]
        fn what_is_damaged_is_told(
            at in any::<prop::sample::Index>(), by in 1..=255_u8, cut in any::<prop::sample::Index>()
        ) {
            let record = record("A title".to_string(), "What is said of it. ".repeat(20), 7);
            let mut packed = pack(&record, &Lengths::default()).expect("packed");
            let end = cut.index(packed.len());
            prop_assert!(unpack(&packed[..end]).is_err());
            // A byte that was changed may still be text, but never anything worse.
            let at = at.index(packed.len());
            packed[at] ^= by;
            let _ = unpack(&packed);
        }
    }
}
