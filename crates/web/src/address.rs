//! What stands in an address behind `?`: the state of a search, for pages and programs
//! alike.

use archive::{Asked, AskedFilters};
use saved::Question;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::failure::Failure;

/// A search in an address. A parameter without a value is as one that is not there: forms
/// send all their fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct SearchParams {
    /// The query, in the query language; none: all papers that pass the filters. At most
    /// 4,096 bytes.
    #[param(max_length = 4096, example = "speculative decoding")]
    pub(crate) q: Option<String>,
    /// Only papers with this author; repeatable up to 32 times, all must match.
    #[param(max_items = 32)]
    pub(crate) author: Vec<String>,
    /// Only papers from this day on: `2026-03-13`, `2026-03`, `2026`, `today`, `yesterday`.
    pub(crate) from: Option<String>,
    /// Only papers up to this day.
    pub(crate) to: Option<String>,
    /// Only papers of the last `7d`, `2w`, `3m` or `1y`; in place of `from`.
    pub(crate) since: Option<String>,
    /// Only papers in digests from this day on.
    pub(crate) digest_from: Option<String>,
    /// Only papers in digests up to this day.
    pub(crate) digest_to: Option<String>,
    /// Only papers in the digest of this path or name.
    pub(crate) digest: Option<String>,
    /// The order of the hits.
    #[param(value_type = Option<Order>, inline)]
    pub(crate) sort: Option<String>,
    /// At most so many hits; 10 where nothing is said.
    #[param(value_type = Option<usize>, minimum = 0, maximum = 1000)]
    pub(crate) limit: Option<String>,
    /// So many hits are skipped first.
    #[param(value_type = Option<usize>, minimum = 0, maximum = 100_000)]
    pub(crate) offset: Option<String>,
}

/// The order of hits.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "it describes what `sort` may be; the archive reads it")]
pub(crate) enum Order {
    Relevance,
    Newest,
    Oldest,
}

impl SearchParams {
    /// Reads what stands behind the `?`.
    pub(crate) fn read(query: &str) -> Result<SearchParams, Failure> {
        let read: SearchParams =
            serde_html_form::from_str(query).map_err(|error| Failure::asked(error.to_string()))?;
        let given = |value: Option<String>| value.filter(|value| !value.trim().is_empty());
        Ok(SearchParams {
            q: given(read.q),
            author: read.author.into_iter().filter(|name| !name.trim().is_empty()).collect(),
            from: given(read.from),
            to: given(read.to),
            since: given(read.since),
            digest_from: given(read.digest_from),
            digest_to: given(read.digest_to),
            digest: given(read.digest),
            // No form sends these empty.
            ..read
        })
    }

    /// What is asked. `limit` holds where the address says nothing.
    pub(crate) fn asked(&self, limit: usize) -> Result<Asked, Failure> {
        Ok(Asked {
            query: self.q.clone().unwrap_or_default(),
            filters: AskedFilters {
                author: self.author.clone(),
                from: self.from.clone(),
                to: self.to.clone(),
                since: self.since.clone(),
                digest_from: self.digest_from.clone(),
                digest_to: self.digest_to.clone(),
                digest: self.digest.clone(),
                exclude: Vec::new(),
            },
            sort: self.sort.clone(),
            limit: Some(number("limit", self.limit.as_deref())?.unwrap_or(limit)),
            offset: number("offset", self.offset.as_deref())?,
            recency: None,
            explain: false,
        })
    }

    /// The search as it can be saved; `None` where it asks for nothing, or for a digest: that
    /// has no more papers tomorrow.
    pub(crate) fn question(&self) -> Option<Question> {
        let SearchParams { q, author, from, to, since, digest_from, digest_to, digest, .. } = self.clone();
        let query = q.unwrap_or_default();
        let question = Question { query, author, from, to, since, digest_from, digest_to };
        (digest.is_none() && question != Question::default()).then_some(question)
    }

    /// Writes the search as it stands behind a `?`, with more parameters behind it.
    pub(crate) fn write(&self, more: &[(&str, &str)]) -> String {
        let mut text = form_urlencoded::Serializer::new(String::new());
        let mut write = |name: &str, value: &Option<String>| {
            if let Some(value) = value {
                text.append_pair(name, value);
            }
        };
        write("q", &self.q);
        write("from", &self.from);
        write("to", &self.to);
        write("since", &self.since);
        write("digest_from", &self.digest_from);
        write("digest_to", &self.digest_to);
        write("digest", &self.digest);
        write("sort", &self.sort);
        write("limit", &self.limit);
        write("offset", &self.offset);
        for name in &self.author {
            text.append_pair("author", name);
        }
        for (name, value) in more {
            text.append_pair(name, value);
        }
        text.finish()
    }
}

impl From<&Question> for SearchParams {
    fn from(question: &Question) -> SearchParams {
        let Question { query, author, from, to, since, digest_from, digest_to } = question.clone();
        let q = (!query.is_empty()).then_some(query);
        SearchParams { q, author, from, to, since, digest_from, digest_to, ..SearchParams::default() }
    }
}

/// A number in an address.
pub(crate) fn number(name: &str, text: Option<&str>) -> Result<Option<usize>, Failure> {
    let Some(text) = text else { return Ok(None) };
    match text.trim().parse() {
        Ok(number) => Ok(Some(number)),
        Err(_) => Err(Failure::asked(format!("{name} `{text}` is not a whole number; write one such as 10"))),
    }
}

/// Refuses parameters that mean nothing: a misspelt filter would filter nothing, and nobody
/// would be told.
pub(crate) fn refuse_others(query: &str, known: &[&str]) -> Result<(), Failure> {
    match form_urlencoded::parse(query.as_bytes()).find(|(name, _)| !known.contains(&name.as_ref())) {
        Some((name, _)) => Err(Failure::asked(format!(
            "there is no parameter `{name}` here; there are {}",
            known.join(", ")
        ))),
        None => Ok(()),
    }
}

/// The first value of a parameter.
pub(crate) fn value(query: &str, name: &str) -> Option<String> {
    form_urlencoded::parse(query.as_bytes())
        .find(|(known, value)| known == name && !value.is_empty())
        .map(|(_, value)| value.into_owned())
}

/// The names of the parameters of a search.
pub(crate) const SEARCH: [&str; 11] =
    ["q", "author", "from", "to", "since", "digest_from", "digest_to", "digest", "sort", "limit", "offset"];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that fails should say where")]

    use super::*;

    #[test]
    fn the_names_are_those_that_are_described() {
        let described: Vec<String> =
            SearchParams::into_params(|| None).into_iter().map(|parameter| parameter.name).collect();
        assert_eq!(described, SEARCH);
    }

    #[test]
    fn addresses_are_read_and_written() {
        for query in [
            "q=speculative+decoding&author=Ann+Example&author=Bo",
            "q=%E6%8E%A8%E6%B5%8B&from=2026-03&to=today&sort=newest&limit=5&offset=10",
            "since=7d&digest=a%2Fb.txt",
            "digest_from=2026&digest_to=2026-03",
            "",
        ] {
            let read = SearchParams::read(query).unwrap();
            assert_eq!(SearchParams::read(&read.write(&[])).unwrap(), read, "{query}");
        }
        let read = SearchParams::read("q=a&from=&author=&author=B&other=x").unwrap();
        assert_eq!(read.write(&[("lang", "zh")]), "q=a&author=B&lang=zh");
    }

    #[test]
    fn searches_can_be_saved_unless_they_ask_for_nothing() {
        for (query, can) in [
            ("q=kv+cache&author=Ann&since=3m", true),
            ("digest_from=2026&digest_to=2026-03&from=2025&to=2026", true),
            ("author=Ann", true),
            ("q=a&digest=a.txt", false),
            ("sort=oldest&offset=10", false),
        ] {
            let read = SearchParams::read(query).unwrap();
            let back = read.question().map(|question| SearchParams::from(&question));
            assert_eq!(back, can.then_some(read), "{query}");
        }
    }

    #[test]
    fn mistakes_are_told() {
        let told = |query: &str| SearchParams::read(query).and_then(|read| read.asked(10)).unwrap_err();
        assert!(told("limit=-1").to_string().contains("limit `-1` is not a whole number"));
        assert!(told("offset=1e3").to_string().contains("offset `1e3`"));
        let told = refuse_others("q=a&autor=b", &SEARCH).unwrap_err().to_string();
        assert!(told.contains("no parameter `autor`") && told.contains("author"), "{told}");
    }
}
