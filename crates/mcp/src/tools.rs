//! The table of tools. A new one is a row, with what it takes in `arguments` and what it
//! answers in `answers`.

use archive::Snapshot;
use chrono::NaiveDate;
use results::Results;
use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::answers::{Hit, HitsAnswer, PaperAnswer, StatsAnswer};
use crate::arguments::{
    PaperArguments, RecentArguments, SearchArguments, SimilarArguments, StatsArguments, Wanted, budget, read,
};
use crate::budget;
use crate::failure::Failure;

/// A hit is never shorter, in characters: more of them than fit need not be looked up.
const SHORTEST_HIT: usize = 80;

/// What a call does once its arguments are read, over one commit.
pub(crate) type Work = Box<dyn FnOnce(&Snapshot, NaiveDate) -> Result<Told, Failure> + Send>;

/// An answer: as a value, and as the text of that value, its fields in order.
pub(crate) struct Told {
    pub(crate) value: Value,
    pub(crate) text: String,
}

/// A tool.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    title: &'static str,
    description: &'static str,
    schemas: fn(Tool) -> Tool,
    /// Reads the arguments of a call.
    pub(crate) prepare: fn(JsonObject) -> Result<Work, Failure>,
}

/// All tools.
pub(crate) static TOOLS: [Row; 5] = [
    Row {
        name: "search_papers",
        title: "Search papers",
        description: "Searches the person's own archive of paper digests (titles, one-sentence summaries, \
            abstracts and authors, in English and Chinese; a question in one language also finds papers in \
            the other). Returns short hits, best first: id, title, summary, date, first authors and the part \
            of the abstract that matches. Use few telling words rather than a sentence. Read one paper with \
            get_paper. Go on with offset = next_offset, or ask anew with exclude = the ids that are known.",
        schemas: |tool| tool.with_input_schema::<SearchArguments>().with_output_schema::<HitsAnswer>(),
        prepare: |arguments| prepare(arguments, search),
    },
    Row {
        name: "get_paper",
        title: "Get one paper",
        description: "Returns one paper of the archive in full: title, summary, all authors, date, address, \
            abstract. Takes an id as search_papers returns it, or an arXiv id or address. The archive has \
            abstracts, not the texts of papers.",
        schemas: |tool| tool.with_input_schema::<PaperArguments>().with_output_schema::<PaperAnswer>(),
        prepare: |arguments| prepare(arguments, paper),
    },
    Row {
        name: "similar_papers",
        title: "Find similar papers",
        description: "Finds papers of the archive like one paper, or like several, by the words that tell \
            them from others; never the papers themselves. Returns short hits as search_papers does.",
        schemas: |tool| tool.with_input_schema::<SimilarArguments>().with_output_schema::<HitsAnswer>(),
        prepare: |arguments| prepare(arguments, similar),
    },
    Row {
        name: "recent_papers",
        title: "List recent papers",
        description: "Lists the newest papers of the archive, all or those that match a query and filters, \
            the latest first. Returns short hits as search_papers does.",
        schemas: |tool| tool.with_input_schema::<RecentArguments>().with_output_schema::<HitsAnswer>(),
        prepare: |arguments| {
            prepare(arguments, |recent: RecentArguments, snapshot, today| {
                search(recent.into(), snapshot, today)
            })
        },
    },
    Row {
        name: "archive_stats",
        title: "Describe the archive",
        description: "Tells what the archive holds: how many papers and digests, from which days, and the \
            authors with the most papers. Ask it first to know what can be found.",
        schemas: |tool| tool.with_input_schema::<StatsArguments>().with_output_schema::<StatsAnswer>(),
        prepare: |arguments| {
            prepare(arguments, |_: StatsArguments, snapshot, _| Ok(StatsAnswer::of(snapshot.stats()?)))
        },
    },
];

impl Row {
    /// The tool as it is described to clients.
    pub(crate) fn tool(&self) -> Tool {
        let reads = ToolAnnotations::with_title(self.title)
            .read_only(true)
            .destructive(false)
            .idempotent(true)
            .open_world(false);
        let tool = Tool::new(self.name, self.description, JsonObject::new());
        (self.schemas)(tool.with_title(self.title).with_annotations(reads))
    }
}

/// Reads arguments now, and answers later.
fn prepare<A, T>(
    arguments: JsonObject,
    answer: fn(A, &Snapshot, NaiveDate) -> Result<T, Failure>,
) -> Result<Work, Failure>
where
    A: DeserializeOwned + Send + 'static,
    T: Serialize + 'static,
{
    let arguments: A = read(arguments)?;
    Ok(Box::new(move |snapshot, today| {
        let answer = answer(arguments, snapshot, today)?;
        let value = serde_json::to_value(&answer).map_err(|_| Failure::Fault)?;
        let text = serde_json::to_string(&answer).map_err(|_| Failure::Fault)?;
        Ok(Told { value, text })
    }))
}

fn search(arguments: SearchArguments, snapshot: &Snapshot, today: NaiveDate) -> Result<HitsAnswer, Failure> {
    let wanted = short(arguments.wanted()?);
    let results = snapshot.search(&wanted.asked, today)?;
    Ok(hits(&results, &[], &wanted))
}

fn similar(
    arguments: SimilarArguments,
    snapshot: &Snapshot,
    today: NaiveDate,
) -> Result<HitsAnswer, Failure> {
    let (named, rest) = arguments.parts();
    if named.is_empty() {
        return Err(Failure::Asked("`id` names no paper; give one id or several".to_string()));
    }
    let wanted = short(rest.wanted()?);
    let alike = snapshot.similar(&named, &wanted.asked, today)?;
    match alike.results {
        Some(results) => Ok(hits(&results, &alike.missing, &wanted)),
        None => Err(Failure::NoPaper(named.join(", "))),
    }
}

fn paper(arguments: PaperArguments, snapshot: &Snapshot, _: NaiveDate) -> Result<PaperAnswer, Failure> {
    let max_chars = budget(arguments.max_chars)?;
    match snapshot.record(&arguments.id)? {
        Some(record) => Ok(budget::paper(&record, arguments.offset.unwrap_or(0), max_chars)),
        None => Err(Failure::NoPaper(arguments.id)),
    }
}

/// Asks for no more hits than there may be room for, and one that tells that there are more.
fn short(wanted: Wanted) -> Wanted {
    let Wanted { mut asked, max_chars } = wanted;
    asked.limit = asked.limit.map(|limit| limit.min(max_chars / SHORTEST_HIT + 1));
    Wanted { asked, max_chars }
}

fn hits(results: &Results, missing: &[String], wanted: &Wanted) -> HitsAnswer {
    let mut answer = HitsAnswer::new(results, missing);
    let hits = results.hits.iter().map(Hit::of).collect();
    budget::add_hits(&mut answer, hits, wanted.asked.offset.unwrap_or(0), wanted.max_chars);
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tool_and_argument_is_described() {
        for row in &TOOLS {
            let tool = row.tool();
            assert!(tool.description.as_deref().is_some_and(|text| text.ends_with('.')), "{}", row.name);
            assert_eq!(tool.annotations.and_then(|hints| hints.read_only_hint), Some(true));
            for (what, schema) in
                [("input", Some(&tool.input_schema)), ("output", tool.output_schema.as_ref())]
            {
                let schema = schema.unwrap_or_else(|| panic!("{} has no {what} schema", row.name));
                assert_eq!(schema.get("type"), Some(&"object".into()), "{}", row.name);
                let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
                    assert_eq!((row.name, what), ("archive_stats", "input"));
                    continue;
                };
                for (name, property) in properties {
                    assert!(
                        property.get("description").is_some_and(Value::is_string),
                        "{what} `{name}` of {}: {property}",
                        row.name
                    );
                }
            }
        }
    }
}
