//! What speaks for and against a candidate: named features, which the model weighs.
//!
//! A candidate's features are those of its joint and those of every whole token of the
//! title that it begins; the latter are shared by all candidates before the token. A
//! feature is a template and a value, such as `joint` `.A` (a full stop, then a capital)
//! or `word` `learning` (the word in a title).

use super::candidates::Candidate;

/// Called with each feature: template, value.
pub(crate) trait Sink {
    fn feature(&mut self, template: &str, value: &str);
}

/// The longest value of a feature, in bytes; longer words share one value.
const MAX_VALUE: usize = 20;

/// What is known beside the line itself.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Context<'a> {
    /// The title of the paper whose abstract ends on the line.
    pub(crate) own_title: &'a str,
    /// The summary of the paper whose title ends the line.
    pub(crate) summary: &'a str,
}

/// A token of the tail: characters between white space.
#[derive(Clone, Debug)]
pub(crate) struct Token<'a> {
    pub(crate) start: usize,
    pub(crate) text: &'a str,
    shape: Shape,
}

/// The end of a line, in which all candidates are, taken apart once for all of them.
#[derive(Debug)]
pub(crate) struct Tail<'a> {
    line: &'a str,
    context: Context<'a>,
    pub(crate) tokens: Vec<Token<'a>>,
    /// Signs that are open where the tail begins.
    open: Open,
    tail_start: usize,
    /// Latin words of the summary: names and acronyms that the title is likely to hold.
    summary_words: Vec<&'a str>,
}

/// Counts of signs that come in pairs.
#[derive(Clone, Copy, Debug, Default)]
struct Open {
    dollars: usize,
    quotes: usize,
    parentheses: i32,
}

impl Open {
    fn count(&mut self, text: &str) {
        // LaTeX opens quotes with two backticks.
        self.quotes += text.matches("``").count();
        for byte in text.bytes() {
            match byte {
                b'$' => self.dollars += 1,
                b'"' => self.quotes += 1,
                b'(' => self.parentheses += 1,
                b')' => self.parentheses -= 1,
                _ => {}
            }
        }
    }
}

/// How a token is written: the class of its letters, and the mark at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shape {
    class: char,
    mark: char,
}

impl<'a> Tail<'a> {
    pub(crate) fn new(line: &'a str, tail_start: usize, context: Context<'a>) -> Tail<'a> {
        let mut open = Open::default();
        open.count(&line[..tail_start]);
        let tokens = tokens(line, tail_start);
        let summary_words = latin_words(context.summary);
        Tail { line, context, tokens, open, tail_start, summary_words }
    }

    /// Returns the place of the token that holds the byte.
    pub(crate) fn token_of(&self, at: usize) -> usize {
        self.tokens.partition_point(|token| token.start <= at).saturating_sub(1)
    }

    /// The features of a whole token of a title, other than the first.
    pub(crate) fn token_features(&self, at: usize, sink: &mut impl Sink) {
        let token = &self.tokens[at];
        lowered(token.text, |word| sink.feature("word", word));
        if let Some(after) = self.tokens.get(at + 1) {
            shapes(token.shape, after.shape, sink);
        } else {
            last_shape(token.shape, sink);
        }
    }

    /// The features of a joint, and of the part of its token that begins the title.
    pub(crate) fn joint_features(&self, candidate: &Candidate, sink: &mut impl Sink) {
        let at = candidate.at;
        let token = &self.tokens[self.token_of(at)];
        let before = &self.line[..at];
        let (head, first) = token.text.split_at(at - token.start);
        let title = &self.line[at..];
        self.characters(head, before, first, sink);
        self.address(head, first, sink);
        self.length(title, sink);
        self.pairs(at, title, sink);
        self.names(at, title, sink);
        // The abstract's last word and the title's first.
        lowered(head, |word| sink.feature("end", word));
        lowered(first, |word| sink.feature("first", word));
        let shape = Shape::of(first);
        sink.feature("first-shape", shape.text(&mut [0; 8]));
        match self.tokens.get(self.token_of(at) + 1) {
            Some(after) => shapes(shape, after.shape, sink),
            None => last_shape(shape, sink),
        }
    }

    /// The characters on both sides.
    fn characters(&self, head: &str, before: &str, first: &str, sink: &mut impl Sink) {
        let mut back = before.chars().rev();
        let (last, second_last, third_last) =
            (class_of(back.next()), class_of(back.next()), class_of(back.next()));
        let mut forth = first.chars();
        let (next, second) = (class_of(forth.next()), class_of(forth.next()));
        let address = is_address(head);
        let template = if address { "address-joint" } else { "joint" };
        sink.feature(template, &String::from_iter([last, next]));
        sink.feature("before", &String::from_iter([third_last, second_last, last, next]));
        sink.feature("joint4", &String::from_iter([second_last, last, next, second]));
        if !address && is_abbreviation(head) {
            sink.feature("joint", "abbreviation");
        }
    }

    /// Where in an address the joint is.
    fn address(&self, head: &str, first: &str, sink: &mut impl Sink) {
        if !is_address(head) {
            return;
        }
        let path = head.split_once("://").map_or(head, |(_, rest)| rest);
        let (host, path) = path.split_once('/').unwrap_or((path, ""));
        let host = ["github", "gitlab", "huggingface", "arxiv", "doi", "zenodo"]
            .into_iter()
            .find(|known| host.contains(known))
            .unwrap_or("other");
        let depth =
            char::from(b'0' + path.split('/').filter(|segment| !segment.is_empty()).count().min(9) as u8);
        sink.feature("address-depth", &format!("{host}{depth}"));
        let segment = head.rsplit('/').next().unwrap_or(head);
        if let Some((_, ending)) = segment.trim_end_matches('.').rsplit_once('.') {
            lowered(ending, |ending| sink.feature("address-ending", ending));
        }
        // Code is often named after its paper.
        let name = segment.trim_end_matches(['.', '/']).trim_end_matches(".git");
        if name.len() > 2 {
            let named =
                has_word(self.context.own_title, name) || has_word(&self.line[..self.tail_start], name);
            sink.feature("address-name", if named { "known" } else { "other" });
        } else {
            sink.feature("address-name", "short");
        }
        if let Some(sign) = first.chars().find(|ch| matches!(ch, '/' | '.' | '_' | '=' | '?' | '#')) {
            sink.feature("address-rest", sign.encode_utf8(&mut [0; 4]));
        }
    }

    fn length(&self, title: &str, sink: &mut impl Sink) {
        let words = title.split_whitespace().count();
        let bucket = match words {
            0..=14 => words,
            15..=17 => 15,
            18..=20 => 18,
            21..=25 => 21,
            _ => 26,
        };
        sink.feature("words", &bucket.to_string());
        let bytes = (title.len() / 20).min(15);
        sink.feature("bytes", &bytes.to_string());
    }

    /// Signs that come in pairs: none is open at a boundary.
    fn pairs(&self, at: usize, title: &str, sink: &mut impl Sink) {
        let mut open = self.open;
        open.count(&self.line[self.tail_start..at]);
        if open.dollars % 2 == 1 {
            sink.feature("open", "$");
        }
        if open.quotes % 2 == 1 {
            sink.feature("open", "\"");
        }
        if open.parentheses > 0 {
            sink.feature("open", "(");
        }
        let mut own = Open::default();
        own.count(title);
        if own.parentheses < 0 {
            sink.feature("title-open", ")");
        }
        if own.dollars % 2 == 1 {
            sink.feature("title-open", "$");
        }
        if own.quotes % 2 == 1 {
            sink.feature("title-open", "\"");
        }
        if title.contains("://") {
            sink.feature("title-has", "address");
        }
        if title.contains('\\') {
            sink.feature("title-has", "command");
        }
    }

    /// Names that the summary has: those of the title.
    fn names(&self, at: usize, title: &str, sink: &mut impl Sink) {
        for name in &self.summary_words {
            if starts_with_word(title, name) {
                sink.feature("name", "first");
            } else if has_word(title, name) {
                sink.feature("name", "inside");
            } else if has_word(&self.line[self.tail_start..at], name) {
                sink.feature("name", "before");
            }
        }
    }
}

impl Shape {
    fn of(token: &str) -> Shape {
        let marks = ['.', ',', ';', '?', '!', ':'];
        let mark = token.chars().next_back().filter(|ch| marks.contains(ch)).unwrap_or(' ');
        let core = token.trim_matches(|ch: char| !ch.is_alphanumeric());
        let mut letters = core.chars();
        let first = letters.next();
        let (mut upper, mut lower, mut other) = (0, 0, 0);
        for ch in core.chars() {
            match ch {
                ch if ch.is_uppercase() => upper += 1,
                ch if ch.is_lowercase() => lower += 1,
                _ => other += 1,
            }
        }
        let class = match first {
            None => 'p',
            Some(_) if core.contains(['\\', '{', '}', '^', '$']) => 'm',
            Some(first) if first.is_ascii_digit() => '0',
            Some(first) if first.is_uppercase() && core.contains('-') => 'H',
            Some(first) if first.is_uppercase() && lower == 0 && upper + other > 1 => 'A',
            Some(first) if first.is_uppercase() && upper > 1 => 'M',
            Some(first) if first.is_uppercase() => 'C',
            Some(_) if upper > 0 => 'x',
            // Short words are lower case in titles as well.
            Some(_) if core.len() <= 3 => 'l',
            Some(_) => 'w',
        };
        Shape { class, mark }
    }

    fn text(self, buffer: &mut [u8; 8]) -> &str {
        let length = self.class.encode_utf8(buffer).len();
        let mark = self.mark.encode_utf8(&mut buffer[length..]).len();
        std::str::from_utf8(&buffer[..length + mark]).unwrap_or_default()
    }
}

/// Two neighbours in a title.
fn shapes(shape: Shape, after: Shape, sink: &mut impl Sink) {
    sink.feature("shapes", &String::from_iter([shape.class, shape.mark, after.class]));
}

/// The end of the title is the end of the line for all candidates; what it looks like
/// tells nothing but to those whose first word it is.
fn last_shape(shape: Shape, sink: &mut impl Sink) {
    sink.feature("shapes", &String::from_iter([shape.class, shape.mark, '$']));
}

fn class_of(ch: Option<char>) -> char {
    match ch {
        None => '^',
        Some(ch) if ch.is_whitespace() => ' ',
        Some(ch) if ch.is_ascii_punctuation() => ch,
        Some(ch) if ch.is_uppercase() => 'A',
        Some(ch) if ch.is_lowercase() => 'a',
        Some(ch) if ch.is_numeric() => '0',
        Some(_) => 'o',
    }
}

/// Whether a token, as far as it goes, is an address.
pub(crate) fn is_address(head: &str) -> bool {
    head.contains("://")
        || head.contains("www.")
        || head.contains(".com/")
        || head.contains(".io/")
        || head.contains(".org/")
}

/// `e.g.`, `i.e.`, `U.S.`, `vs.`, `et al.` and the like.
fn is_abbreviation(head: &str) -> bool {
    let head = head.trim_start_matches(['(', '[', '"']);
    let Some(word) = head.strip_suffix('.') else { return false };
    matches!(word, "vs" | "al" | "cf" | "etc" | "resp" | "Fig" | "Eq" | "Sec" | "Dr" | "St" | "approx")
        || word.split('.').all(|part| part.chars().count() == 1 && part.chars().all(char::is_alphabetic))
}

/// Calls with the token in lower case, without the signs around it, if any letter is left.
fn lowered(token: &str, mut call: impl FnMut(&str)) {
    let core = token.trim_matches(|ch: char| !ch.is_alphanumeric());
    if core.is_empty() {
        return;
    }
    if core.len() > MAX_VALUE {
        return call("<long>");
    }
    if core.bytes().all(|byte| byte.is_ascii_digit()) {
        return call("<number>");
    }
    if core.is_ascii() {
        let mut buffer = [0; MAX_VALUE];
        let buffer = &mut buffer[..core.len()];
        buffer.copy_from_slice(core.as_bytes());
        buffer.make_ascii_lowercase();
        call(std::str::from_utf8(buffer).unwrap_or_default());
    } else {
        call(&core.to_lowercase());
    }
}

fn tokens(line: &str, tail_start: usize) -> Vec<Token<'_>> {
    let begin = line[..tail_start].rfind(char::is_whitespace).map_or(0, |at| at + 1);
    let mut tokens = Vec::new();
    let mut start = begin;
    for part in line[begin..].split(char::is_whitespace) {
        if !part.is_empty() {
            tokens.push(Token { start, text: part, shape: Shape::of(part) });
        }
        start += part.len();
        start += line[start..].chars().next().map_or(0, char::len_utf8);
    }
    tokens
}

/// The Latin words of a summary that are names: with a capital or a digit.
fn latin_words(summary: &str) -> Vec<&str> {
    summary
        .split(|ch: char| !(ch.is_ascii_alphanumeric() || ch == '-'))
        .map(|word| word.trim_matches('-'))
        .filter(|word| {
            word.len() >= 2 && word.bytes().any(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        })
        .collect()
}

/// Whether a text begins with a word, in any case, and the word ends there.
fn starts_with_word(text: &str, word: &str) -> bool {
    text.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
        && !text[word.len()..].starts_with(|ch: char| ch.is_ascii_lowercase())
}

/// Whether a text has a word, in any case.
fn has_word(text: &str, word: &str) -> bool {
    let Some(&first) = word.as_bytes().first() else { return false };
    let ends = [first.to_ascii_lowercase(), first.to_ascii_uppercase()];
    text.bytes().enumerate().any(|(at, byte)| {
        ends.contains(&byte)
            && text.is_char_boundary(at)
            && !text[..at].ends_with(|ch: char| ch.is_ascii_alphanumeric())
            && starts_with_word(&text[at..], word)
    })
}
