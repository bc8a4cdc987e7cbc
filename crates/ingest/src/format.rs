//! The table of digest formats. A new format is a file of its own and a row here.

use crate::{Digest, KnownTitles, atom, bibtex, jsonl, markdown, plain};

/// A shape that digests come in.
#[derive(Debug)]
pub struct Format {
    /// What people call it.
    pub name: &'static str,
    /// The file name endings under which folders are searched for it, without the dot.
    pub extensions: &'static [&'static str],
    /// Whether a text is of this format, judged by its content alone. Formats with a head
    /// of their own look at the first few kilobytes.
    pub recognise: fn(&str) -> bool,
    /// Splits a text of this format; whatever it holds, this returns. What other digests
    /// know of its papers may help where the text itself does not tell.
    pub parse: fn(&str, &KnownTitles) -> Digest,
}

/// All formats, the most telling first.
pub static FORMATS: [Format; 5] =
    [atom::FORMAT, bibtex::FORMAT, jsonl::FORMAT, markdown::FORMAT, plain::FORMAT];

/// How much of a text a format with a head of its own looks at, in bytes.
const HEAD: usize = 32 << 10;

impl Format {
    /// Returns the format of this name.
    pub fn named(name: &str) -> Option<&'static Format> {
        FORMATS.iter().find(|format| format.name == name)
    }

    /// Returns the first format that recognises the text.
    pub(crate) fn of(text: &str) -> Option<&'static Format> {
        FORMATS.iter().find(|format| (format.recognise)(text))
    }
}

/// Whether files with this ending are digests of some format.
pub(crate) fn is_digest_extension(extension: &str) -> bool {
    FORMATS.iter().flat_map(|format| format.extensions).any(|known| known.eq_ignore_ascii_case(extension))
}

/// Returns the beginning of a text, by which a format is recognised.
pub(crate) fn head(text: &str) -> &str {
    &text[..text.floor_char_boundary(HEAD)]
}

#[cfg(test)]
mod tests {
    use paper::NaiveDate;

    use super::*;

    /// The same papers in each format.
    const SAMPLES: [(&str, &str); 6] = [
        ("atom", include_str!("../tests/data/sample.xml")),
        ("bibtex", include_str!("../tests/data/sample.bib")),
        ("jsonl", include_str!("../tests/data/sample.jsonl")),
        ("markdown", include_str!("../tests/data/sample.md")),
        ("plain", include_str!("../tests/data/sample.txt")),
        ("plain", include_str!("../tests/data/sample.zh.txt")),
    ];

    #[test]
    fn every_format_reads_the_same_papers() {
        let digests = SAMPLES.map(|(name, sample)| (name, crate::parse(sample.as_bytes()).expect(name)));
        let (_, expected) = &digests[4];
        assert_eq!(expected.entries.len(), 3);
        let day = NaiveDate::from_ymd_opt(2026, 1, 5);
        for (name, digest) in &digests {
            assert_eq!(digest.diagnostics, [], "{name}");
            let gives_day = !["bibtex", "jsonl"].contains(name);
            assert_eq!(digest.date, day.filter(|_| gives_day), "{name}");
            assert_eq!(digest.entries.len(), expected.entries.len(), "{name}");
            for (entry, expected) in digest.entries.iter().zip(&expected.entries) {
                let mut expected = expected.paper.clone();
                if ["atom", "bibtex"].contains(name) {
                    expected.summary = None;
                }
                assert_eq!(entry.paper, expected, "{name}");
            }
        }
    }

    #[test]
    fn every_format_is_recognised_and_no_other() {
        for format in &FORMATS {
            assert!(SAMPLES.iter().any(|(name, _)| *name == format.name), "{}", format.name);
        }
        for (name, sample) in SAMPLES {
            let found: Vec<&str> = FORMATS
                .iter()
                .filter(|format| (format.recognise)(sample))
                .map(|format| format.name)
                .collect();
            assert_eq!(found, [name]);
            assert_eq!(Format::named(name).map(|format| format.name), Some(name));
        }
        assert!(Format::named("auto").is_none());
    }

    #[test]
    fn the_sample_digests_are_plain() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../samples");
        let mut seen = 0;
        for entry in std::fs::read_dir(folder).expect("the sample digests") {
            let path = entry.expect("an entry").path();
            let text = std::fs::read_to_string(&path).expect("a text");
            let format = Format::of(&text).map(|format| format.name);
            let is_digest = path.extension().is_some_and(|extension| extension == "txt");
            assert_eq!(format, is_digest.then_some("plain"), "{}", path.display());
            seen += usize::from(is_digest);
        }
        assert!(seen > 0);
    }

    #[test]
    fn documents_about_digests_are_none() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
        for name in ["README.md", "README.zh-CN.md", "ARCHITECTURE.md"] {
            let text = std::fs::read_to_string(format!("{folder}/{name}")).expect(name);
            assert!(Format::of(&text).is_none(), "{name}");
        }
        for text in [
            "# Shopping\n\n- milk\n- bread\n",
            "# A Repository\n\nSee [the paper](https://arxiv.org/abs/2601.00001).\n",
            "{\"name\": \"quokka\", \"version\": \"1.0\"}\n",
            "<html><body>quokka</body></html>",
            "<feed-list/>",
            "@quokka said hello\n",
            "",
        ] {
            assert!(Format::of(text).is_none(), "{text}");
        }
    }
}
