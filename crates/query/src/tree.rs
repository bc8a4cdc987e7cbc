//! A query as structure.

use std::fmt;

use analysis::Field;

use crate::request::Days;

/// A query, or a part of one.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// Something to search for, in a field or in all that are searched by default.
    Leaf {
        /// The field that was named.
        field: Option<&'static Field>,
        /// What is searched for.
        leaf: Leaf,
    },
    /// Several parts. A paper must match all that are required, none that are excluded,
    /// and, where nothing is required, at least one of the others.
    Group(Vec<(Occur, Node)>),
}

/// Something to search for, as it was typed.
#[derive(Clone, Debug, PartialEq)]
pub enum Leaf {
    /// A word, or characters without spaces: `decoding`, `LLM推理`.
    Word(String),
    /// Words in just this order: `"speculative decoding"`.
    Phrase(String),
    /// Words near one another, in any order, with at most so many others among them:
    /// `"draft model"~3`.
    Near(String, u32),
    /// The beginning of a word: `spec*`.
    Prefix(String),
    /// A word that may be misspelt: `decodign~`.
    Fuzzy(String),
    /// A range of days, in a field of days.
    Days(Days),
}

/// What a part means for the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occur {
    /// Required.
    Must,
    /// Wanted.
    Should,
    /// Excluded.
    MustNot,
}

impl Node {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        matches!(self, Node::Group(parts) if parts.is_empty())
    }
}

impl fmt::Display for Node {
    /// Writes the query with all that is implied: `+(…)` for required parts, `-(…)` for
    /// excluded ones. The tree is never deeper than the parser allows.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Node::Leaf { field, leaf } => {
                if let Some(field) = field {
                    write!(f, "{}:", field.name)?;
                }
                write!(f, "{leaf}")
            }
            Node::Group(parts) => {
                for (at, (occur, node)) in parts.iter().enumerate() {
                    let sign = match occur {
                        Occur::Must => "+",
                        Occur::Should => "",
                        Occur::MustNot => "-",
                    };
                    let space = if at > 0 { " " } else { "" };
                    match node {
                        Node::Group(_) => write!(f, "{space}{sign}({node})")?,
                        Node::Leaf { .. } => write!(f, "{space}{sign}{node}")?,
                    }
                }
                Ok(())
            }
        }
    }
}

impl fmt::Display for Leaf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Leaf::Word(text) => f.write_str(text),
            Leaf::Phrase(text) => write!(f, "\"{text}\""),
            Leaf::Near(text, slop) => write!(f, "\"{text}\"~{slop}"),
            Leaf::Prefix(text) => write!(f, "{text}*"),
            Leaf::Fuzzy(text) => write!(f, "{text}~"),
            Leaf::Days(days) => {
                let end = |day: Option<_>| {
                    day.map_or_else(|| "*".to_string(), |day: paper::NaiveDate| day.to_string())
                };
                write!(f, "[{} TO {}]", end(days.from), end(days.to))
            }
        }
    }
}
