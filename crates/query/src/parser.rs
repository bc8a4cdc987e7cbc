//! From text to tree. Parsing never fails: what cannot be read as syntax is searched as
//! plain words, and a [`Warning`] says so.
//!
//! The grammar, loosest first: parts side by side or with `OR` are wanted, `AND` requires
//! both its sides, `+` and `-` (or `NOT`, `!`) belong to the part that follows. A date
//! says nothing of how well a paper matches, so beside other parts it is required,
//! unless an `OR` says otherwise. Nothing here recurses, so that no query is deep enough
//! to exhaust the stack.

use std::fmt;

use analysis::{Field, fields::Analysis};
use paper::NaiveDate;

use crate::date::{self, DateError, Reading, parse_range};
use crate::hyphen::words_behind_lost;
use crate::lexer::{Token, tokens};
use crate::request::Days;
use crate::tree::{Leaf, Node, Occur};

/// The longest query that is read, in bytes: more than any abstract has.
pub const MAX_BYTES: usize = 4096;

/// The most words and phrases of a query that are searched for.
pub const MAX_LEAVES: usize = 256;

/// The deepest parentheses that are read.
pub const MAX_DEPTH: usize = 32;

/// The fewest letters of a word that may be misspelt.
const MIN_FUZZY_LETTERS: usize = 4;

/// A tree, and what could not be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    /// The query as structure.
    pub tree: Node,
    /// What was read otherwise than it was perhaps meant.
    pub warnings: Vec<Warning>,
}

/// A part of a query that was not read as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// Longer than [`MAX_BYTES`].
    TooLong(usize),
    /// More than [`MAX_LEAVES`] words.
    TooManyWords,
    /// Parentheses deeper than [`MAX_DEPTH`].
    TooDeep,
    /// A quote without its partner.
    LoneQuote,
    /// A parenthesis without its partner.
    LoneParenthesis,
    /// An operator with nothing to work on.
    LoneOperator(String),
    /// A name before a colon that is no field.
    UnknownField(String),
    /// A date that cannot be read.
    Date(DateError),
    /// A date that may mean other days than it was read as.
    ReadAs(String, Days),
    /// A range in a field, or in no field, that has none.
    Range(String),
    /// A word too short, or in a script, for misspellings.
    Fuzzy(String),
    /// A beginning without a letter or digit.
    Prefix(String),
    /// What other query languages have: weights, distances, wildcards.
    Unsupported(String),
    /// A word behind a hyphen in running text, which excludes nothing (`the -adic norm`).
    LostHyphen(String),
    /// An author's name that some papers have just so, and more papers in another way.
    WholeName {
        /// The name.
        name: String,
        /// How many papers have it in another way.
        others: usize,
    },
    /// There was something in the query, but nothing in it can be searched for.
    NothingToSearch,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Warning::TooLong(bytes) => {
                write!(f, "the query has {bytes} bytes; only the first {MAX_BYTES} are searched")
            }
            Warning::TooManyWords => write!(f, "only the first {MAX_LEAVES} words of the query are searched"),
            Warning::TooDeep => write!(
                f,
                "parentheses more than {MAX_DEPTH} deep are not read; what is in them is searched as if they were not there"
            ),
            Warning::LoneQuote => {
                f.write_str("a quote is not closed; what follows it is searched as plain words")
            }
            Warning::LoneParenthesis => f.write_str("a parenthesis has no partner and is not read"),
            Warning::LoneOperator(operator) => {
                write!(f, "`{operator}` has nothing on one side and is searched as a plain word")
            }
            Warning::UnknownField(name) => {
                write!(f, "`{name}` is not a field; `{name}:` is searched as a plain word")
            }
            Warning::Date(error) => write!(f, "{error}; it is searched as plain words"),
            Warning::ReadAs(text, days) => {
                write!(f, "the date `{text}` is read as {}", Leaf::Days(*days))
            }
            Warning::Range(text) => write!(
                f,
                "`{text}` is a range, but not behind a field of dates; it is searched as plain words"
            ),
            Warning::Fuzzy(word) => write!(
                f,
                "`{word}~`: only words of {MIN_FUZZY_LETTERS} Latin letters or more can be misspelt; it is searched as it is"
            ),
            Warning::Prefix(text) => write!(f, "`{text}*` has no beginning of a word to search for"),
            Warning::Unsupported(text) => {
                write!(f, "`{text}` is not part of the query language and is searched as plain words")
            }
            Warning::LostHyphen(word) => write!(
                f,
                "`-{word}` stands in running text and is searched as a plain word; `NOT {word}` leaves it out"
            ),
            Warning::WholeName { name, others } => write!(
                f,
                "`{name}` is taken for an author's whole name; in small letters it finds {others} more paper{}",
                if *others == 1 { "" } else { "s" }
            ),
            Warning::NothingToSearch => f.write_str("there is nothing in the query that can be searched for"),
        }
    }
}

/// Parses a query. `today` is the day that the word means in dates.
pub fn parse(query: &str, today: NaiveDate) -> Parsed {
    let mut parser =
        Parser { today, frames: vec![Frame::default()], ignored_depth: 0, leaves: 0, warnings: Vec::new() };
    let mut text = query;
    if query.len() > MAX_BYTES {
        parser.warn(Warning::TooLong(query.len()));
        text = &query[..query.floor_char_boundary(MAX_BYTES)];
    }
    let tokens: Vec<(Token, &str)> = tokens(text).collect();
    let behind_hyphens = words_behind_lost(&tokens);
    let mut rest = tokens.into_iter().peekable();
    while let Some((token, source)) = rest.next() {
        match rest.peek() {
            Some((Token::Word(word), _)) if source == "-" && behind_hyphens.contains(word) => {
                parser.warn(Warning::LostHyphen(word.to_string()));
            }
            _ => parser.token(token, source),
        }
    }
    let tree = parser.finish();
    Parsed { tree, warnings: parser.warnings }
}

/// A group that is being read.
#[derive(Default)]
struct Frame {
    parts: Vec<Part>,
    /// What was read since the last part, and belongs to the next.
    pending: Pending,
    /// What belongs to this group itself, from before its parenthesis.
    own: Pending,
}

#[derive(Clone, Default)]
struct Pending {
    and: bool,
    or: bool,
    sign: Option<Occur>,
    field: Option<&'static Field>,
    /// The operators, as they were written.
    operators: Vec<String>,
}

struct Part {
    occur: Occur,
    node: Node,
    /// Whether `node` is a chain of parts joined by AND, which a further AND extends.
    chain: bool,
    /// Whether the part is required only because it is a date.
    narrows: bool,
}

struct Parser {
    today: NaiveDate,
    /// The open groups, outermost first; never empty.
    frames: Vec<Frame>,
    /// How many parentheses are open beyond the deepest that is read.
    ignored_depth: usize,
    leaves: usize,
    warnings: Vec<Warning>,
}

impl Parser {
    fn warn(&mut self, warning: Warning) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    fn frame(&mut self) -> &mut Frame {
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    fn token(&mut self, token: Token, source: &str) {
        let (depth, ignored) = (self.frames.len(), self.ignored_depth > 0);
        let frame = self.frame();
        let is_first = frame.parts.is_empty();
        let pending = &mut frame.pending;
        match token {
            Token::Open if depth > MAX_DEPTH => {
                self.ignored_depth += 1;
                self.warn(Warning::TooDeep);
            }
            Token::Open => {
                let own = std::mem::take(pending);
                let field = own.field;
                let inner = Pending { field, ..Pending::default() };
                self.frames.push(Frame { own, pending: inner, ..Frame::default() });
            }
            Token::Close if ignored => self.ignored_depth -= 1,
            Token::Close if depth == 1 => self.warn(Warning::LoneParenthesis),
            Token::Close => self.close(),
            // An operator needs a part before it, and no other operator.
            Token::And | Token::Or if is_first || pending.and || pending.or || pending.sign.is_some() => {
                self.warn(Warning::LoneOperator(source.to_string()));
                self.leaf(Leaf::Word(source.to_string()));
            }
            Token::And => {
                pending.and = true;
                pending.operators.push(source.to_string());
            }
            Token::Or => {
                pending.or = true;
                pending.operators.push(source.to_string());
            }
            Token::Not => {
                pending.sign = match pending.sign {
                    Some(Occur::MustNot) => None,
                    _ => Some(Occur::MustNot),
                };
                pending.operators.push(source.to_string());
            }
            Token::Plus => {
                pending.sign = pending.sign.or(Some(Occur::Must));
                pending.operators.push(source.to_string());
            }
            Token::Field(field) => pending.field = Some(field),
            Token::UnknownField(name) => {
                self.warn(Warning::UnknownField(name.to_string()));
                self.leaf(Leaf::Word(name.to_string()));
            }
            Token::LoneQuote => self.warn(Warning::LoneQuote),
            Token::Quoted(text) | Token::Near(text, 0) => self.leaf(Leaf::Phrase(text.to_string())),
            Token::Near(text, slop) => self.leaf(Leaf::Near(text.to_string(), slop)),
            Token::Suffix(text) => {
                self.warn(Warning::Unsupported(text.to_string()));
                self.leaf(Leaf::Word(text[1..].to_string()));
            }
            Token::Range(from, to) => self.range(from, to, source),
            Token::Word(text) => self.word(text),
        }
    }

    fn word(&mut self, text: &str) {
        let has_letters = |text: &str| text.chars().any(char::is_alphanumeric);
        // A weight, as other query languages have it (`title^2`), is no power (`n^2`).
        if let Some((word, number)) = text.rsplit_once('^')
            && word.chars().nth(1).is_some()
            && word.chars().all(char::is_alphanumeric)
            && number.starts_with(|ch: char| ch.is_ascii_digit())
            && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        {
            self.warn(Warning::Unsupported(format!("^{number}")));
        }
        if let Some(at) = text.find('*').filter(|&at| at + 1 < text.len() && has_letters(text)) {
            self.warn(Warning::Unsupported(format!("*{}", if at == 0 { "" } else { "…" })));
            return self.leaf(Leaf::Word(text.to_string()));
        }
        if let Some(beginning) = text.strip_suffix('*') {
            if has_letters(beginning) {
                return self.leaf(Leaf::Prefix(beginning.to_string()));
            }
            return self.warn(Warning::Prefix(beginning.to_string()));
        }
        // A number behind the tilde would be a distance; the distance follows from the length.
        if let Some((word, _)) = text
            .rsplit_once('~')
            .filter(|(word, rest)| has_letters(word) && rest.bytes().all(|byte| byte.is_ascii_digit()))
        {
            let letters = word.chars().count();
            if letters >= MIN_FUZZY_LETTERS
                && word.chars().all(|ch| {
                    ch.is_alphanumeric() && !analysis::han::is_han(ch) && !analysis::han::is_kana(ch)
                })
            {
                return self.leaf(Leaf::Fuzzy(word.to_string()));
            }
            self.warn(Warning::Fuzzy(word.to_string()));
            return self.leaf(Leaf::Word(word.to_string()));
        }
        self.leaf(Leaf::Word(text.to_string()));
    }

    fn range(&mut self, from: &str, to: &str, source: &str) {
        let is_day = self.frame().pending.field.is_some_and(|field| field.analysis == Analysis::Day);
        if !is_day {
            self.warn(Warning::Range(source.to_string()));
            return self.plain_words(source);
        }
        let open = |text: &str| (text != "*").then(|| text.to_string());
        match parse_range(open(from).as_deref(), open(to).as_deref(), self.today) {
            Ok(days) => self.leaf(Leaf::Days(days)),
            Err(error) => {
                self.warn(Warning::Date(error));
                self.plain_words(source);
            }
        }
    }

    /// Searches for a text that has no meaning as syntax.
    fn plain_words(&mut self, text: &str) {
        self.frame().pending.field = None;
        for word in text.split_whitespace() {
            self.leaf(Leaf::Word(word.to_string()));
        }
    }

    /// Adds a leaf with what is pending. In a field of days it is a date.
    fn leaf(&mut self, leaf: Leaf) {
        let field = self.frame().pending.field;
        let leaf = match (field.map(|field| field.analysis), &leaf) {
            (Some(Analysis::Day), Leaf::Word(text) | Leaf::Phrase(text) | Leaf::Near(text, _)) => {
                match self.days(text) {
                    Ok(days) => Leaf::Days(days),
                    Err(error) => {
                        let text = text.clone();
                        self.warn(Warning::Date(error));
                        return self.plain_words(&text);
                    }
                }
            }
            (Some(Analysis::Day), Leaf::Prefix(text) | Leaf::Fuzzy(text)) => {
                let text = text.clone();
                self.warn(Warning::Date(DateError::NotADate(text.clone())));
                return self.plain_words(&text);
            }
            _ => leaf,
        };
        if self.leaves == MAX_LEAVES {
            return self.warn(Warning::TooManyWords);
        }
        self.leaves += 1;
        let inherited = self.frame().own.field;
        let pending =
            std::mem::replace(&mut self.frame().pending, Pending { field: inherited, ..Pending::default() });
        self.add(pending, Node::Leaf { field, leaf });
    }

    /// Reads a date; of an ambiguous one it is told how it was read.
    fn days(&mut self, text: &str) -> Result<Days, DateError> {
        let Reading { days, ambiguous } = date::read(text, self.today)?;
        if ambiguous {
            self.warn(Warning::ReadAs(text.to_string(), days));
        }
        Ok(days)
    }

    /// Adds a part to the innermost group.
    fn add(&mut self, pending: Pending, node: Node) {
        let is_date = matches!(node, Node::Leaf { leaf: Leaf::Days(_), .. });
        let narrows = is_date && pending.sign.is_none() && !pending.or;
        let occur = pending.sign.unwrap_or(if narrows { Occur::Must } else { Occur::Should });
        let parts = &mut self.frame().parts;
        if pending.or
            && let Some(previous) = parts.last_mut().filter(|previous| previous.narrows)
        {
            (previous.occur, previous.narrows) = (Occur::Should, false);
        }
        if pending.and
            && let Some(previous) = parts.last_mut()
        {
            let occur = if occur == Occur::MustNot { Occur::MustNot } else { Occur::Must };
            if let (true, Node::Group(chain)) = (previous.chain, &mut previous.node) {
                chain.push((occur, node));
            } else {
                let before = std::mem::replace(&mut previous.node, Node::Group(Vec::new()));
                let (outer, inner) = match previous.occur {
                    Occur::MustNot => (Occur::Should, Occur::MustNot),
                    other => (other, Occur::Must),
                };
                previous.occur = if previous.narrows { Occur::Should } else { outer };
                previous.narrows = false;
                previous.node = Node::Group(vec![(inner, before), (occur, node)]);
                previous.chain = true;
            }
            return;
        }
        parts.push(Part { occur, node, chain: false, narrows });
    }

    /// Ends the innermost group.
    fn close(&mut self) {
        self.lone_operators();
        if let Some(frame) = self.frames.pop() {
            let own = frame.own.clone();
            let node = group(frame.parts);
            let inherited = self.frame().own.field;
            self.frame().pending.field = inherited;
            if !node.is_empty() {
                self.add(own, node);
            }
        }
    }

    /// Searches operators that nothing follows as plain words.
    fn lone_operators(&mut self) {
        let operators = std::mem::take(&mut self.frame().pending).operators;
        for operator in operators {
            self.warn(Warning::LoneOperator(operator.clone()));
            self.leaf(Leaf::Word(operator));
        }
    }

    fn finish(&mut self) -> Node {
        while self.frames.len() > 1 {
            self.warn(Warning::LoneParenthesis);
            self.close();
        }
        if self.ignored_depth > 0 {
            self.warn(Warning::LoneParenthesis);
        }
        self.lone_operators();
        let parts = std::mem::take(&mut self.frame().parts);
        group(parts)
    }
}

/// Makes one node of parts. A group of a single wanted part is that part.
fn group(mut parts: Vec<Part>) -> Node {
    if let [only] = parts.as_slice()
        && (only.occur == Occur::Should || only.narrows)
    {
        return parts.remove(0).node;
    }
    Node::Group(parts.into_iter().map(|part| (part.occur, part.node)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, 31).expect("a day")
    }

    fn read(query: &str) -> Parsed {
        parse(query, today())
    }

    #[test]
    fn reads_the_language() {
        for (query, tree) in [
            ("speculative decoding", "speculative decoding"),
            ("\"speculative decoding\" LLM推理", "\"speculative decoding\" LLM推理"),
            ("\"a b\"~3 c", "\"a b\"~3 c"),
            ("(-title:“a b”~3)", "-title:\"a b\"~3"),
            ("\"a b\"~0", "\"a b\""),
            ("+a -b c", "+a -b c"),
            ("graph -survey and -review", "graph -survey and -review"),
            ("vitamin A -deficiency", "vitamin A -deficiency"),
            ("the graph !survey of", "the graph -survey of"),
            ("of \"x\" -y (in) -z", "of \"x\" -y in -z"),
            ("-y a z", "-y a z"),
            ("+of -y", "+of -y"),
            ("x -y -of", "x -y -of"),
            ("a AND b c", "(+a +b) c"),
            ("a b AND c AND d", "a (+b +c +d)"),
            ("a AND NOT b", "+a -b"),
            ("NOT a AND b", "-a +b"),
            ("a OR b", "a b"),
            ("a AND (b OR c)", "+a +(b c)"),
            ("-(a b)", "-(a b)"),
            ("+(a)", "+a"),
            ("NOT NOT a", "a"),
            ("(a)", "a"),
            ("PromPru* decodign~ decodign~2", "PromPru* decodign~ decodign~"),
            ("title:a ti:\"b c\" abs:d au:E", "title:a title:\"b c\" abstract:d author:E"),
            ("title:(a b) c", "(title:a title:b) c"),
            ("title：a", "title:a"),
            ("date:2026-03", "date:[2026-03-01 TO 2026-03-31]"),
            ("date:[2026-03-12 TO 2026-03-13]", "date:[2026-03-12 TO 2026-03-13]"),
            ("date:7d.. a", "+date:[2026-03-24 TO *] a"),
            ("date:2026-03..2026-04", "date:[2026-03-01 TO 2026-04-30]"),
            ("a date:最近7天", "a +date:[2026-03-24 TO 2026-03-31]"),
            ("date:本月", "date:[2026-03-01 TO 2026-03-31]"),
            ("date:[* TO yesterday] a", "+date:[* TO 2026-03-30] a"),
            ("a date:2026 OR date:2024", "a date:[2026-01-01 TO 2026-12-31] date:[2024-01-01 TO 2024-12-31]"),
            ("date:2026 AND a", "+date:[2026-01-01 TO 2026-12-31] +a"),
            ("(date:2026 a) b", "(+date:[2026-01-01 TO 2026-12-31] a) b"),
            ("-date:2025 id:2603.00001v1", "-date:[2025-01-01 TO 2025-12-31] id:2603.00001v1"),
            ("LLM: a survey", "LLM: a survey"),
            ("what's new - don't", "what's new - don't"),
            ("title: a", "title:a"),
            ("O(n^2)", "O n^2"),
            ("Schr\\\"odinger {\\\"U}ber", "Schr\\\"odinger {\\\"U}ber"),
            ("\"Schr\\\"odinger x\" y", "\"Schr\\\"odinger x\" y"),
            ("\\\"a b\\\" c", "\\ \"a b\\\" c"),
            ("\"x\\\"y", "\"x\\\" y"),
            ("IT -security", "IT -security"),
            ("what LLMs can do -survey", "what LLMs can do -survey"),
            ("diffusion -video in medicine", "diffusion -video in medicine"),
            ("https://arxiv.org/abs/2603.00001", "https://arxiv.org/abs/2603.00001"),
            ("“a b” （c）", "\"a b\" c"),
            ("", ""),
            ("()", ""),
        ] {
            let parsed = read(query);
            assert_eq!(parsed.tree.to_string(), tree, "{query}");
            assert_eq!(parsed.warnings, [], "{query}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_searched_and_told() {
        use Warning::*;
        for (query, tree, warning) in [
            ("\"speculative decoding", "speculative decoding", LoneQuote),
            ("a AND (b", "+a +b", LoneParenthesis),
            ("a)", "a", LoneParenthesis),
            ("a AND", "a AND", LoneOperator("AND".into())),
            ("OR a", "OR a", LoneOperator("OR".into())),
            ("a AND OR b", "(+a +OR) b", LoneOperator("OR".into())),
            ("a NOT", "a NOT", LoneOperator("NOT".into())),
            ("nofield:a", "nofield a", UnknownField("nofield".into())),
            ("date:soon a", "soon a", Date(DateError::NotADate("soon".into()))),
            ("date:2026-02-30", "2026-02-30", Date(DateError::NoSuchDay("2026-02-30".into()))),
            (
                "date:\"last week\" a",
                "+date:[2026-03-23 TO 2026-03-29] a",
                ReadAs("last week".into(), crate::date::parse_days("last week", today()).expect("days")),
            ),
            ("[a TO b]", "[a TO b]", Range("[a TO b]".into())),
            ("abc~", "abc", Fuzzy("abc".into())),
            ("推测解码~", "推测解码", Fuzzy("推测解码".into())),
            ("*", "", Prefix("".into())),
            ("(a b)~2 c", "(a b) 2 c", Unsupported("~2".into())),
            ("\"a b\"^2 c", "\"a b\" 2 c", Unsupported("^2".into())),
            ("\"a b\"~99999999999 c", "\"a b\" 99999999999 c", Unsupported("~99999999999".into())),
            ("tea^2 b", "tea^2 b", Unsupported("^2".into())),
            ("the -adic norm", "the adic norm", LostHyphen("adic".into())),
            ("On -adic groups", "On adic groups", LostHyphen("adic".into())),
            ("square -functions on", "square functions on", LostHyphen("functions".into())),
            (
                "-adic sums of -adic roots NOT adic",
                "adic sums of adic roots -adic",
                LostHyphen("adic".into()),
            ),
            ("of -adic roots -survey", "of adic roots -survey", LostHyphen("adic".into())),
            ("sp*ec", "sp*ec", Unsupported("*…".into())),
            ("*coding", "*coding", Unsupported("*".into())),
        ] {
            let parsed = read(query);
            assert_eq!(parsed.tree.to_string(), tree, "{query}");
            assert_eq!(parsed.warnings, [warning], "{query}");
        }
    }

    #[test]
    fn limits_hold() {
        for (query, warning) in [
            ("(".repeat(20_000), Warning::TooLong(20_000)),
            ("(".repeat(100), Warning::TooDeep),
            ("a ".repeat(300), Warning::TooManyWords),
            ("a".repeat(100_000), Warning::TooLong(100_000)),
            ("推".repeat(3000), Warning::TooLong(9000)),
        ] {
            assert!(read(&query).warnings.contains(&warning), "{warning}");
        }
        let deep = format!("{}a{}", "(b AND ".repeat(100), ")".repeat(100));
        assert_eq!(read(&deep).warnings, [Warning::TooDeep]);
    }

    proptest! {
        #[test]
        fn any_text_parses(query in any::<String>()) {
            let _ = read(&query).tree.to_string();
        }

        #[test]
        fn any_syntax_parses(query in "(\\(|\\)|\"|AND |OR |NOT |\\+|-|title:|date:|\\[|\\]| TO |\\*|~|a|推 |2026| ){0,80}") {
            let _ = read(&query).tree.to_string();
        }

        /// Every word of a query without syntax is searched for.
        #[test]
        fn no_word_is_lost(words in proptest::collection::vec("[a-z]{1,8}|[推测解码]{1,4}", 0..20)) {
            prop_assert_eq!(read(&words.join(" ")).tree.to_string(), words.join(" "));
        }
    }
}
