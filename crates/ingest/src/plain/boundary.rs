//! Where, on one line without a break, does the abstract end and the next title begin?
//!
//! This is the only place that knows. Without a contents list, the rule looks at the
//! *joints* of the line: places with no space on either side at which a sentence, an
//! address or at least a word seems to end and another to begin. Joints come in classes;
//! the last joint of the most telling class wins.

/// The shortest title, in bytes.
const SHORTEST: usize = 8;

/// The longest title, in bytes; joints further from the end are not looked at.
const LONGEST: usize = 300;

/// Where a title begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Boundary {
    /// The byte in the line at which the title begins.
    pub(crate) title: usize,
    /// Whether the evidence is good.
    pub(crate) certain: bool,
}

/// How telling a joint is; the first is the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    /// A final mark, with closing brackets or quotes perhaps, then the beginning of a word.
    Sentence,
    /// The slash that ends an address, then a capital letter.
    Address,
    /// A capital letter inside the last word of an address.
    InAddress,
    /// A closing bracket, digit, sign or small letter, then a capital letter.
    Word,
}

/// Finds where the title begins on a line that holds the end of an abstract and a title.
/// Where nothing speaks for any place, the whole line is the title.
pub(crate) fn find(line: &str) -> Boundary {
    let best = joints(line).min_by_key(|&(at, class)| (class, std::cmp::Reverse(at)));
    match best {
        Some((title, class)) => Boundary { title, certain: class == Class::Sentence },
        None => Boundary { title: 0, certain: false },
    }
}

/// Finds where a title begins on the last line of a digest that may be cut off inside
/// that title: at a sentence's joint, and only if the line does not end as a sentence.
pub(crate) fn find_cut_title(line: &str) -> Option<usize> {
    if super::ends_sentence(line) {
        return None;
    }
    joints(line)
        .filter(|&(at, class)| class == Class::Sentence && line[at..].starts_with(char::is_uppercase))
        .map(|(at, _)| at)
        .max()
}

/// All joints near enough to the end of the line.
fn joints(line: &str) -> impl Iterator<Item = (usize, Class)> {
    let earliest = line.len().saturating_sub(LONGEST);
    line.char_indices()
        .filter(move |&(at, _)| at >= earliest && at > 0 && line.len() - at >= SHORTEST)
        .filter_map(move |(at, ch)| class(line, at, ch).map(|class| (at, class)))
}

/// Judges the joint before the character `ch` at byte `at`.
fn class(line: &str, at: usize, ch: char) -> Option<Class> {
    let before = &line[..at];
    let last = before.chars().next_back()?;
    if last.is_whitespace() || ch.is_whitespace() {
        return None;
    }
    let token = before.rsplit(char::is_whitespace).next().unwrap_or(before);
    let capital = ch.is_uppercase() || matches!(ch, '"' | '“' | '$');
    let is_address = token.contains("://") || token.contains("www.");
    let inner = before.trim_end_matches([')', ']', '}', '"', '\'', '”', '’', '$']);
    if inner.ends_with(['.', '!', '?', '…']) {
        let marks = before.len() - inner.len();
        let decimal = marks == 0
            && ch.is_ascii_digit()
            && inner[..inner.len() - 1].ends_with(|c: char| c.is_ascii_digit());
        let initials = is_initials(token);
        if !decimal
            && !initials
            && (capital
                || ch.is_ascii_digit()
                || (ch.is_lowercase()
                    && !is_address
                    && marks == 0
                    && !token[..token.len() - 1].contains('.')))
        {
            return Some(Class::Sentence);
        }
        return None;
    }
    if !capital {
        return None;
    }
    if is_address {
        return match last {
            '/' => may_end_address(token).then_some(Class::Address),
            _ => (last.is_lowercase() || last.is_ascii_digit()).then_some(Class::InAddress),
        };
    }
    (last.is_lowercase() || matches!(last, ')' | ']' | '%' | '$')).then_some(Class::Word)
}

/// Whether an address may end with the slash at its end. Addresses on code and model
/// hosts name an owner and a project at least.
fn may_end_address(address: &str) -> bool {
    let segments = address.matches('/').count();
    let project_host =
        ["github.com/", "gitlab.com/", "huggingface.co/"].iter().any(|host| address.contains(host));
    segments >= if project_host { 5 } else { 3 }
}

/// Whether a token consists of letters with points: `U.S.`, `i.e.`, `e.g.`.
fn is_initials(token: &str) -> bool {
    let token = token.trim_start_matches(['(', '[', '"']);
    let mut parts = token.split_terminator('.');
    token.matches('.').count() > 1
        && parts.all(|part| part.chars().count() == 1 && part.chars().all(char::is_alphabetic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_title() {
        // The bar stands where the title begins.
        for case in [
            "We gain 12% over all baselines.|QuokkaNet Smiling Networks for Marsupial Vision",
            "It costs 35.8 percent less (17,212 vs. 34,330).|98 Faster Burrows Without a Shovel",
            "Project page: https://example.org/burrow/|BiSmile Unified Marsupial Compression",
            "Code is at https://example.org/Quokka/SmileAndGrin.|Flash-Smile A Training-Free Framework",
            "Code is at https://github.com/Quokka/smiles|Joint Digging in Bandwidth-Constrained Burrows",
            "Does it smile?|Grins at Scale",
            "Speeds of up to $9.85\\times$.|GPT-4.1 and the Smiling of Quokkas",
            "as said in \"the last burrow.\"|Wombats, Wallabies and the Rest",
            "and it holds in general.|pBurrow A Library for Digging",
        ] {
            let at = case.find('|').expect("a bar");
            let line = case.replace('|', "");
            assert_eq!(&line[find(&line).title..], &case[at + 1..], "{case}");
        }
    }

    #[test]
    fn a_line_without_a_joint_is_all_title() {
        assert_eq!(find("Nothing but a title"), Boundary { title: 0, certain: false });
    }

    #[test]
    fn a_cut_title_needs_a_joint_and_an_open_end() {
        assert_eq!(find_cut_title("It holds.Quokka Smiles at"), Some("It holds.".len()));
        assert_eq!(find_cut_title("It holds.Quokkas smile at night."), None);
        assert_eq!(find_cut_title("It holds. Quokkas smile at"), None);
    }
}
