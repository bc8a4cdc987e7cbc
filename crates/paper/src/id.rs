//! arXiv ids in every spelling that people and digests use.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use xxhash_rust::xxh3::xxh3_64;

/// An arXiv id without its version: `2603.13213`, or old style `hep-th/9901001`.
///
/// The scheme is arXiv's: `YYMM.NNNN` from April 2007, `YYMM.NNNNN` from January 2015,
/// before that `archive(.XX)/YYMMNNN` (<https://info.arxiv.org/help/arxiv_identifier.html>).
/// Test collections number their documents from `0001` on, so the month is not checked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct ArxivId(String);

/// An arXiv id with the version that stood behind it, if one did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionedId {
    /// The id proper.
    pub id: ArxivId,
    /// The number after `v`, from 1 up.
    pub version: Option<u32>,
}

/// A text that is no arXiv id.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` is not an arXiv id such as `2603.13213` or `hep-th/9901001`")]
pub struct NotAnArxivId(pub String);

impl ArxivId {
    /// Returns the id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ArxivId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<ArxivId> for String {
    fn from(id: ArxivId) -> String {
        id.0
    }
}

impl TryFrom<String> for ArxivId {
    type Error = NotAnArxivId;

    fn try_from(text: String) -> Result<ArxivId, NotAnArxivId> {
        match text.parse::<VersionedId>() {
            Ok(VersionedId { id, version: None }) => Ok(id),
            _ => Err(NotAnArxivId(text)),
        }
    }
}

impl FromStr for VersionedId {
    type Err = NotAnArxivId;

    /// Reads an id as typed or linked: `2603.13213`, `2603.13213v2`, `arXiv:2603.13213`,
    /// `http://arxiv.org/abs/2603.13213v1`, `https://www.arxiv.org/pdf/2603.13213v1.pdf`,
    /// `hep-th/9901001`, `https://doi.org/10.48550/arXiv.2603.13213`.
    fn from_str(text: &str) -> Result<VersionedId, NotAnArxivId> {
        let error = || NotAnArxivId(text.to_string());
        let bare = strip_address(text.trim()).ok_or_else(error)?;
        let (id, version) = split_version(bare);
        let version = match version {
            None => None,
            Some(digits) => match digits.parse::<u32>() {
                Ok(number) if number > 0 => Some(number),
                _ => return Err(error()),
            },
        };
        if !(is_new_style(id) || is_old_style(id)) {
            return Err(error());
        }
        Ok(VersionedId { id: ArxivId(id.to_string()), version })
    }
}

/// Removes `arXiv:`, or scheme, host and folder of an arXiv address; `None` for an
/// address elsewhere.
fn strip_address(text: &str) -> Option<&str> {
    if let Some(rest) = strip_prefix_ignoring_case(text, "arxiv:") {
        return Some(rest.trim_start());
    }
    if let Some(doi) = doi(text) {
        // The DOIs that arXiv gives (<https://info.arxiv.org/help/doi.html>).
        return strip_prefix_ignoring_case(doi, "10.48550/arxiv.");
    }
    let after_scheme =
        ["https://", "http://"].iter().find_map(|scheme| strip_prefix_ignoring_case(text, scheme));
    let has_scheme = after_scheme.is_some();
    let rest = after_scheme.unwrap_or(text);
    let path = ["www.arxiv.org/", "export.arxiv.org/", "arxiv.org/"]
        .iter()
        .find_map(|host| strip_prefix_ignoring_case(rest, host));
    match path {
        None if has_scheme => None,
        None => Some(text),
        Some(path) => {
            let path = path.split(['?', '#']).next().unwrap_or(path);
            let id = ["abs/", "pdf/", "html/"].iter().find_map(|folder| path.strip_prefix(folder))?;
            Some(id.strip_suffix(".pdf").unwrap_or(id).trim_end_matches('/'))
        }
    }
}

/// Returns the DOI in a text that is one, bare or as an address: `10.1000/xyz`,
/// `doi:10.1000/xyz`, `https://doi.org/10.1000/xyz`.
pub fn doi(text: &str) -> Option<&str> {
    let text = text.trim();
    let after = |text, prefixes: &[&str]| {
        prefixes.iter().find_map(|prefix| strip_prefix_ignoring_case(text, prefix)).unwrap_or(text)
    };
    let rest = after(text, &["https://", "http://"]);
    let rest = after(rest, &["doi.org/", "dx.doi.org/", "www.doi.org/", "doi:"]).trim_start();
    let (registrant, name) = rest.strip_prefix("10.")?.split_once('/')?;
    let is_doi = (4..=9).contains(&registrant.len())
        && registrant.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        && !name.is_empty()
        && !name.contains(char::is_whitespace);
    is_doi.then_some(rest)
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

/// Splits `2603.13213v2` into `2603.13213` and `2`.
fn split_version(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once('v') {
        Some((id, digits))
            if !digits.is_empty() && all_digits(digits) && id.ends_with(|c: char| c.is_ascii_digit()) =>
        {
            (id, Some(digits))
        }
        _ => (text, None),
    }
}

fn is_new_style(text: &str) -> bool {
    text.split_once('.').is_some_and(|(month, number)| {
        month.len() == 4
            && all_digits(month)
            && all_digits(number)
            // Four digits until 2014, five since.
            && (number.len() == 5 || (number.len() == 4 && ("0704".."1501").contains(&month)))
    })
}

fn is_old_style(text: &str) -> bool {
    text.split_once('/').is_some_and(|(archive, number)| {
        let (archive, class) = match archive.split_once('.') {
            Some((archive, class)) => (archive, Some(class)),
            None => (archive, None),
        };
        let letters =
            |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-');
        number.len() == 7
            && all_digits(number)
            && archive.len() <= 16
            && letters(archive)
            && class.is_none_or(|class| class.len() <= 4 && letters(class))
    })
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

/// Returns a stable id for a paper that has no arXiv id: `local-` and 16 hexadecimal
/// digits that depend on the words of its title and authors, not on their spacing or case.
pub fn local_id(title: &str, authors: &[String]) -> String {
    let mut text = String::new();
    for part in std::iter::once(title).chain(authors.iter().map(String::as_str)) {
        for word in part.split_whitespace() {
            text.push_str(&word.to_lowercase());
            text.push(' ');
        }
        text.push('\n');
    }
    format!("local-{:016x}", xxh3_64(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_spelling() {
        for (text, id, version) in [
            ("2603.13213", "2603.13213", None),
            ("2603.13213v1", "2603.13213", Some(1)),
            (" arXiv:2603.13213v12 ", "2603.13213", Some(12)),
            ("http://arxiv.org/abs/2603.13213v1", "2603.13213", Some(1)),
            ("https://www.arxiv.org/pdf/2603.13213v3.pdf", "2603.13213", Some(3)),
            ("https://export.arxiv.org/abs/2603.13213?context=cs", "2603.13213", None),
            ("arxiv.org/abs/2603.13213", "2603.13213", None),
            ("0704.0001", "0704.0001", None),
            ("hep-th/9901001v2", "hep-th/9901001", Some(2)),
            ("https://arxiv.org/abs/math.AG/0309136", "math.AG/0309136", None),
            ("0001.00017", "0001.00017", None),
            ("https://arxiv.org/pdf/hep-th/9901001v3", "hep-th/9901001", Some(3)),
            ("http://arxiv.org/html/2603.13213v2", "2603.13213", Some(2)),
            ("https://doi.org/10.48550/arXiv.2603.13213", "2603.13213", None),
            ("http://dx.doi.org/10.48550/ARXIV.2603.13213v2", "2603.13213", Some(2)),
            ("10.48550/arXiv.2603.13213", "2603.13213", None),
            ("doi:10.48550/arXiv.hep-th/9901001", "hep-th/9901001", None),
        ] {
            let read: VersionedId = text.parse().expect(text);
            assert_eq!((read.id.as_str(), read.version), (id, version), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_id() {
        for text in [
            "",
            "2603",
            "2603.1321",
            "2603.132134",
            "2603.13213v",
            "2603.13213v0",
            "2603.13213v99999999999",
            "x2603.13213",
            "https://example.org/abs/2603.13213",
            "https://arxiv.org/list/cs",
            "hep-th/99",
            "/9901001",
            "é/9901001",
            "２６０３.13213",
            "https://doi.org/10.1000/xyz",
            "10.48550/arXiv.",
            "10.48550/2603.13213",
        ] {
            assert!(text.parse::<VersionedId>().is_err(), "{text}");
        }
    }

    #[test]
    fn knows_dois() {
        for (text, expected) in [
            ("10.1000/xyz", Some("10.1000/xyz")),
            (" doi: 10.1000/xyz(1)", Some("10.1000/xyz(1)")),
            ("https://doi.org/10.1000.10/x/y", Some("10.1000.10/x/y")),
            ("http://DX.DOI.org/10.1145/123.456", Some("10.1145/123.456")),
            ("https://example.org/10.1000/xyz", None),
            ("10.1000/", None),
            ("10.10/xyz", None),
            ("10.1000/x yz", None),
            ("https://doi.org/", None),
            ("", None),
        ] {
            assert_eq!(doi(text), expected, "{text}");
        }
    }

    #[test]
    fn local_ids_depend_on_words_alone() {
        let authors = vec!["Ann Example".to_string()];
        let id = local_id("A  Study of Quokkas", &authors);
        assert_eq!(id, local_id("a study OF quokkas ", &authors));
        assert_ne!(id, local_id("a study of quokkas", &[]));
        assert_eq!(id.len(), "local-".len() + 16);
    }
}
