//! The places on a glued line at which a title may begin.

/// The longest title that is looked for, in bytes.
const LONGEST: usize = 320;

/// The shortest, in bytes.
const SHORTEST: usize = 4;

/// A place at which a title may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// The byte of the line.
    pub(crate) at: usize,
}

/// Returns where the part of a line begins in which candidates are.
pub(crate) fn tail_start(line: &str) -> usize {
    line.floor_char_boundary(line.len().saturating_sub(LONGEST))
}

/// Returns the candidates: places with no space on either side, since a glued title has
/// none, but not inside a plain word or number. A title that begins in lower case is
/// only recognised after a sign.
pub(crate) fn candidates(line: &str) -> Vec<Candidate> {
    let start = tail_start(line);
    let mut found = Vec::new();
    let mut last = line[..start].chars().next_back();
    for (offset, ch) in line[start..].char_indices() {
        let at = start + offset;
        if last.is_some_and(|last| is_joint(last, ch)) && line.len() - at >= SHORTEST {
            found.push(Candidate { at });
        }
        last = Some(ch);
    }
    found
}

fn is_joint(last: char, next: char) -> bool {
    if last.is_whitespace() || next.is_whitespace() {
        return false;
    }
    // No title begins with a closing sign; with a hyphen only if a formula before it is lost.
    if matches!(next, '.' | ',' | ';' | ':' | '!' | '?' | ')' | ']' | '}' | '%' | '’' | '”' | '/')
        || (next == '-' && !matches!(last, '.' | '!' | '?' | ')' | '$' | '}'))
    {
        return false;
    }
    let letter = |ch: char| ch.is_alphabetic();
    let inside_word = letter(last) && next.is_lowercase();
    let inside_number = last.is_ascii_digit() && (next.is_ascii_digit() || next.is_lowercase());
    !inside_word && !inside_number
}
