//! From bytes to text, in whatever encoding a digest was saved.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};
use thiserror::Error;

use crate::{Diagnostic, Oddity};

/// How many valid multi-byte characters speak for each invalid byte sequence before a
/// file counts as damaged UTF-8 rather than as another encoding. Chinese text in GB18030
/// or Big5 that is read as UTF-8 is nearly all invalid.
const VALID_FOR_EACH_INVALID: usize = 3;

/// At most this many damaged lines are told one by one.
const MAX_DAMAGED_LINES: usize = 20;

/// Bytes that are no text in any encoding that digests come in.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the text is neither UTF-8 nor UTF-16, GB18030 or Big5; save the file as UTF-8")]
pub struct Undecodable {
    /// The first line that is not UTF-8, from 1 up.
    pub line: usize,
}

/// Text and what was odd about its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The text, without a byte order mark.
    pub text: String,
    /// The encoding, where it is not UTF-8, and the places where the bytes are damaged.
    pub diagnostics: Vec<Diagnostic>,
}

/// Decodes a file: by its byte order mark; as UTF-16 without one; as UTF-8, damaged in
/// places perhaps; or as GB18030 or Big5, whichever the statistics of its bytes speak for
/// and reads it without a fault.
pub fn decode(bytes: &[u8]) -> Result<Decoded, Undecodable> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let body = &bytes[mark..];
        return Ok(if encoding == UTF_8 { utf8(body) } else { other(encoding, body) });
    }
    if let Some(encoding) = utf16_without_mark(bytes) {
        return Ok(other(encoding, bytes));
    }
    let (valid, invalid) = count_multibyte(bytes);
    if invalid == 0 || valid >= VALID_FOR_EACH_INVALID * invalid {
        return Ok(utf8(bytes));
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let guess = detector.guess(None, Utf8Detection::Deny);
    let encoding = if guess == GBK { GB18030 } else { guess };
    if (encoding == GB18030 || encoding == BIG5)
        && encoding.decode_without_bom_handling_and_without_replacement(bytes).is_some()
    {
        return Ok(other(encoding, bytes));
    }
    let valid_up_to = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
    Err(Undecodable { line: line_of(&bytes[..valid_up_to]) })
}

/// UTF-16 has a zero byte in each character of Latin text, always on the same side.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(4096)];
    let zeros = |side: usize| head.iter().skip(side).step_by(2).filter(|byte| **byte == 0).count();
    let (first, second) = (zeros(0), zeros(1));
    let many = head.len() / 5;
    match (first, second) {
        (0, n) if n > many && n > 1 => Some(UTF_16LE),
        (n, 0) if n > many && n > 1 => Some(UTF_16BE),
        _ => None,
    }
}

/// Counts valid characters beyond ASCII and invalid sequences, as UTF-8.
fn count_multibyte(bytes: &[u8]) -> (usize, usize) {
    let (mut valid, mut invalid) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        valid += chunk.valid().chars().filter(|ch| !ch.is_ascii()).count();
        invalid += usize::from(!chunk.invalid().is_empty());
    }
    (valid, invalid)
}

/// Decodes UTF-8; where it is damaged, U+FFFD stands and the line is told.
fn utf8(bytes: &[u8]) -> Decoded {
    let mut text = String::with_capacity(bytes.len());
    let mut damaged: Vec<(usize, usize)> = Vec::new();
    let mut line = 1;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            line += chunk.valid().matches('\n').count();
            text.push(char::REPLACEMENT_CHARACTER);
            match damaged.last_mut() {
                Some((last, count)) if *last == line => *count += 1,
                _ => damaged.push((line, 1)),
            }
        }
    }
    // Beyond the limit the last entry stands for all the rest.
    if damaged.len() > MAX_DAMAGED_LINES {
        let rest = damaged.split_off(MAX_DAMAGED_LINES);
        damaged.push((rest[0].0, rest.iter().map(|(_, count)| count).sum()));
    }
    let diagnostics = damaged
        .into_iter()
        .map(|(line, count)| Diagnostic {
            line,
            oddity: Oddity::InvalidBytes { encoding: UTF_8.name(), count },
        })
        .collect();
    Decoded { text, diagnostics }
}

/// Decodes another encoding, and tells which.
fn other(encoding: &'static Encoding, bytes: &[u8]) -> Decoded {
    let (text, faulty) = encoding.decode_without_bom_handling(bytes);
    let mut diagnostics = vec![Diagnostic { line: 1, oddity: Oddity::Encoding(encoding.name()) }];
    if faulty {
        let count = text.matches(char::REPLACEMENT_CHARACTER).count();
        let before = text.find(char::REPLACEMENT_CHARACTER).unwrap_or(0);
        diagnostics.push(Diagnostic {
            line: line_of(&text.as_bytes()[..before]),
            oddity: Oddity::InvalidBytes { encoding: encoding.name(), count },
        });
    }
    Decoded { text: text.into_owned(), diagnostics }
}

/// The line on which the byte after `before` stands.
fn line_of(before: &[u8]) -> usize {
    1 + before.iter().filter(|byte| **byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "2026-01-05\nA Study of Quokka Smiles\n研究短尾矮袋鼠的微笑,提出新的方法并取得显著提升\nAuthors: Ann Example | Date: 2026-01-04\n";
    const TRADITIONAL: &str = "2026-01-05\nA Study of Quokka Smiles\n研究短尾矮袋鼠的微笑,並提出新的方法與模型,顯著提升學習效率與準確性\nAuthors: Ann Example | Date: 2026-01-04\n";

    fn utf16(text: &str, mark: bool, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        let mark = mark.then_some(0xfeff);
        mark.into_iter().chain(text.encode_utf16()).flat_map(bytes).collect()
    }

    #[test]
    fn reads_every_encoding() {
        let with_mark = [&b"\xef\xbb\xbf"[..], TEXT.as_bytes()].concat();
        for (name, bytes, text) in [
            ("UTF-8", TEXT.as_bytes().to_vec(), TEXT),
            ("UTF-8", with_mark, TEXT),
            ("UTF-16LE", utf16(TEXT, true, u16::to_le_bytes), TEXT),
            ("UTF-16BE", utf16(TEXT, true, u16::to_be_bytes), TEXT),
            ("UTF-16LE", utf16(TEXT, false, u16::to_le_bytes), TEXT),
            ("UTF-16BE", utf16(TEXT, false, u16::to_be_bytes), TEXT),
            ("gb18030", GB18030.encode(TEXT).0.into_owned(), TEXT),
            ("Big5", BIG5.encode(TRADITIONAL).0.into_owned(), TRADITIONAL),
        ] {
            let decoded = decode(&bytes).expect(name);
            assert_eq!(decoded.text, text, "{name}");
            let told: Vec<Oddity> =
                decoded.diagnostics.into_iter().map(|diagnostic| diagnostic.oddity).collect();
            let expected = if name == "UTF-8" { vec![] } else { vec![Oddity::Encoding(name)] };
            assert_eq!(told, expected, "{name}");
        }
    }

    #[test]
    fn damaged_utf8_is_read_and_told() {
        let mut bytes = TEXT.as_bytes().to_vec();
        let at = TEXT.find("Quokka").expect("the word");
        bytes[at] = 0xff;
        let decoded = decode(&bytes).expect("damaged in one place");
        assert!(decoded.text.contains("\u{fffd}uokka"));
        assert_eq!(
            decoded.diagnostics,
            [Diagnostic { line: 2, oddity: Oddity::InvalidBytes { encoding: "UTF-8", count: 1 } }]
        );
    }

    #[test]
    fn what_is_no_text_is_refused_with_its_line() {
        let bytes: Vec<u8> = (0..=255).cycle().take(5120).collect();
        assert!(decode(&bytes).is_err());
        assert_eq!(decode(b"plain\nB\xf6ck").err(), Some(Undecodable { line: 2 }));
    }
}
