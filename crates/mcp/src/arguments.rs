//! What tools take. The comments of the fields are what a model reads of them.

use archive::{Asked, AskedFilters};
use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use crate::failure::Failure;
use crate::quoted::quoted;

/// How long an answer is where nobody says, in characters.
const DEFAULT_CHARS: usize = 8_000;

/// A shorter answer would not hold one hit.
pub(crate) const MIN_CHARS: usize = 1_000;

/// A longer answer is more than agents take.
pub(crate) const MAX_CHARS: usize = 100_000;

/// How many hits come where nobody says.
const DEFAULT_LIMIT: usize = 10;

/// The most hits that can be asked for at once.
const MAX_LIMIT: usize = 100;

/// How much of a mistake is told back, in characters.
const TOLD_BACK: usize = 400;

/// Declares what a tool takes that answers with hits: what is its own, before and behind what
/// all of them take.
macro_rules! arguments_for_hits {
    ($(#[$about:meta])* $name:ident { $($first:tt)* } { $($last:tt)* }) => {
        $(#[$about])*
        #[derive(Clone, Debug, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct $name {
            $($first)*
            /// Only papers with this author; of several, all must have written it. Parts of a
            /// name, initials, and Chinese names in characters will do: "S. Han", "韩松".
            #[serde(default, deserialize_with = "one_or_many")]
            pub(crate) author: Vec<String>,
            /// Only papers from this day on: 2026-03-13, 2026-03, 2026, today or yesterday.
            pub(crate) from: Option<String>,
            /// Only papers up to this day, which is included.
            pub(crate) to: Option<String>,
            /// Only papers of the last 7d, 2w, 3m or 1y; in place of `from`.
            pub(crate) since: Option<String>,
            /// At most so many hits.
            #[schemars(range(min = 1, max = 100))]
            pub(crate) limit: Option<usize>,
            /// Skip so many hits first; give `next_offset` of the answer before to go on from
            /// there.
            #[schemars(range(max = 100_000))]
            pub(crate) offset: Option<usize>,
            /// Ids of papers that are known already and are not to come again, such as all of
            /// the answers before.
            #[serde(default, deserialize_with = "one_or_many")]
            pub(crate) exclude: Vec<String>,
            /// How long the answer may be, in characters.
            #[schemars(range(min = 1_000, max = 100_000), extend("default" = 8_000))]
            pub(crate) max_chars: Option<usize>,
            $($last)*
        }
    };
}

arguments_for_hits! {
    /// What `search_papers` takes.
    SearchArguments {
        /// Words in English or Chinese; any of them may match, and papers with all of them come
        /// first. Also "an exact phrase", +required, -excluded, prefix*, typo~, title:word,
        /// date:2026-03. Left out: all papers that pass the filters, newest first.
        pub(crate) query: Option<String>,
    } {
        /// The order of the hits; best match first if left out.
        pub(crate) sort: Option<SortArgument>,
    }
}

arguments_for_hits! {
    /// What `recent_papers` takes.
    RecentArguments {
        /// Words in English or Chinese, and the signs that search_papers knows; any of the words
        /// may match. Left out: all papers that pass the filters.
        pub(crate) query: Option<String>,
    } {}
}

arguments_for_hits! {
    /// What `similar_papers` takes.
    SimilarArguments {
        /// The paper's id as search_papers returns it, or its arXiv address; of several, papers
        /// like all of them are found.
        #[serde(alias = "ids", deserialize_with = "one_or_many")]
        #[schemars(with = "OneOrMany")]
        pub(crate) id: Vec<String>,
    } {
        /// The order of the hits; best match first if left out.
        pub(crate) sort: Option<SortArgument>,
    }
}

/// What `get_paper` takes.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PaperArguments {
    /// The paper's id as search_papers returns it (2603.01234), with or without version, or
    /// its arXiv address.
    pub(crate) id: String,
    /// Skip so many characters of the abstract; give `next_offset` of the answer before to go
    /// on from there.
    pub(crate) offset: Option<usize>,
    /// How long the answer may be, in characters.
    #[schemars(range(min = 1_000, max = 100_000), extend("default" = 8_000))]
    pub(crate) max_chars: Option<usize>,
}

/// What `archive_stats` takes.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct StatsArguments {}

/// An order of hits.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SortArgument {
    Relevance,
    Newest,
    Oldest,
}

/// How several things may be given.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

/// Models give one thing as itself or as a list, whatever a schema says.
fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let given = Option::<OneOrMany>::deserialize(deserializer)
        .map_err(|_| serde::de::Error::custom("expected a string or a list of strings"))?;
    Ok(match given {
        None => Vec::new(),
        Some(OneOrMany::One(text)) if text.trim().is_empty() => Vec::new(),
        Some(OneOrMany::One(text)) => vec![text],
        Some(OneOrMany::Many(texts)) => texts,
    })
}

/// Reads arguments. What is wrong is told with the argument's name.
pub(crate) fn read<A: DeserializeOwned>(arguments: JsonObject) -> Result<A, Failure> {
    serde_path_to_error::deserialize(serde_json::Value::Object(arguments)).map_err(|error| {
        let (path, what) = (error.path().to_string(), error.inner().to_string());
        let text = match path.as_str() {
            "." => what,
            path => format!("`{path}`: {what}"),
        };
        Failure::Asked(format!("these arguments cannot be read: {}", quoted(&text, TOLD_BACK)))
    })
}

/// How long an answer may be, in characters.
pub(crate) fn budget(max_chars: Option<usize>) -> Result<usize, Failure> {
    match max_chars.unwrap_or(DEFAULT_CHARS) {
        chars @ MIN_CHARS..=MAX_CHARS => Ok(chars),
        other => Err(Failure::Asked(format!(
            "max_chars {other} is no length of an answer; give a number from {MIN_CHARS} to {MAX_CHARS}, \
             or leave it out for {DEFAULT_CHARS}"
        ))),
    }
}

/// The page and length that a tool is asked for.
pub(crate) struct Wanted {
    pub(crate) asked: Asked,
    pub(crate) max_chars: usize,
}

impl SearchArguments {
    pub(crate) fn wanted(self) -> Result<Wanted, Failure> {
        let max_chars = budget(self.max_chars)?;
        let sort = self.sort.map(|sort| sort.name().to_string());
        let asked = Asked {
            query: self.query.unwrap_or_default(),
            filters: AskedFilters {
                author: self.author,
                from: given(self.from),
                to: given(self.to),
                since: given(self.since),
                exclude: self.exclude,
                ..AskedFilters::default()
            },
            sort,
            limit: Some(limit(self.limit)?),
            offset: self.offset,
            recency: None,
            explain: false,
        };
        Ok(Wanted { asked, max_chars })
    }
}

impl From<RecentArguments> for SearchArguments {
    fn from(recent: RecentArguments) -> SearchArguments {
        let RecentArguments { query, author, from, to, since, limit, offset, exclude, max_chars } = recent;
        let sort = Some(SortArgument::Newest);
        SearchArguments { query, author, from, to, since, sort, limit, offset, exclude, max_chars }
    }
}

impl SimilarArguments {
    /// The papers that others are to be like, and the rest as a search without words.
    pub(crate) fn parts(self) -> (Vec<String>, SearchArguments) {
        let SimilarArguments { id, author, from, to, since, sort, limit, offset, exclude, max_chars } = self;
        let query = None;
        (id, SearchArguments { query, author, from, to, since, sort, limit, offset, exclude, max_chars })
    }
}

impl SortArgument {
    fn name(self) -> &'static str {
        match self {
            SortArgument::Relevance => "relevance",
            SortArgument::Newest => "newest",
            SortArgument::Oldest => "oldest",
        }
    }
}

fn limit(limit: Option<usize>) -> Result<usize, Failure> {
    match limit.unwrap_or(DEFAULT_LIMIT) {
        limit @ 1..=MAX_LIMIT => Ok(limit),
        other => Err(Failure::Asked(format!(
            "limit {other} is no number of hits; give one from 1 to {MAX_LIMIT}, and go on with offset"
        ))),
    }
}

/// Models fill in what they have nothing for.
fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn wanted(arguments: Value) -> Result<Wanted, Failure> {
        let Value::Object(arguments) = arguments else { panic!("no object: {arguments}") };
        read::<SearchArguments>(arguments)?.wanted()
    }

    #[test]
    fn arguments_are_read_as_models_write_them() {
        let all = wanted(json!({
            "query": "推测解码", "author": ["S. Han", "Bo"], "from": "2026-03", "to": "", "sort": "newest",
            "limit": 3, "offset": 6, "exclude": "2603.00001", "max_chars": 1000
        }));
        let Ok(Wanted { asked, max_chars }) = all else { panic!("{:?}", all.err()) };
        let filters = AskedFilters {
            author: vec!["S. Han".to_string(), "Bo".to_string()],
            from: Some("2026-03".to_string()),
            exclude: vec!["2603.00001".to_string()],
            ..AskedFilters::default()
        };
        let expected = Asked {
            query: "推测解码".to_string(),
            filters,
            sort: Some("newest".to_string()),
            limit: Some(3),
            offset: Some(6),
            recency: None,
            explain: false,
        };
        assert_eq!((asked, max_chars), (expected, 1000));
        let nothing = wanted(json!({ "author": null, "query": null, "exclude": [] }));
        assert_eq!(nothing.map(|wanted| (wanted.asked.limit, wanted.max_chars)), Ok((Some(10), 8000)));
    }

    #[test]
    fn mistakes_are_told_with_the_argument() {
        for (arguments, expected) in [
            (json!({ "query": 7 }), "`query`: invalid type: integer `7`, expected a string"),
            (json!({ "autor": "Han" }), "unknown field `autor`, expected one of `query`, `author`"),
            (json!({ "author": [1] }), "`author`: expected a string or a list of strings"),
            (
                json!({ "sort": "best" }),
                "`sort`: unknown variant `best`, expected one of `relevance`, `newest`",
            ),
            (json!({ "limit": -1 }), "`limit`: invalid value: integer `-1`"),
            (json!({ "limit": 0 }), "give one from 1 to 100"),
            (json!({ "limit": 101 }), "go on with offset"),
            (json!({ "max_chars": 999 }), "give a number from 1000 to 100000"),
            (json!({ "offset": "ten" }), "`offset`: invalid type: string \"ten\""),
        ] {
            let failure = wanted(arguments.clone()).err();
            let text = failure.map_or_else(|| panic!("{arguments}"), |failure| failure.to_string());
            assert!(text.contains(expected), "{arguments}: {text}");
        }
    }
}
