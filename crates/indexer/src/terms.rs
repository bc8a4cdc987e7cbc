//! Terms on their way to tantivy: a text that its tokenizer takes apart again.
//!
//! tantivy has a type for tokens that are ready-made, but a document keeps it as JSON, which
//! took longer than all else. So a stream of terms is handed over as one text: for each term
//! its length and its position, as numbers in ASCII, and then the term.

use analysis::Term;
use tantivy::Index;
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

/// The name of the tokenizer in the schema.
pub(crate) const TERMS: &str = "terms";

/// How many bits of a number a byte holds, and the bit that says that more follow. Together
/// they are ASCII, so that the text is a text.
const BITS: u32 = 6;
const MORE: u8 = 1 << BITS;

/// Returns a stream of terms as the text that stands for it.
pub(crate) fn encode(terms: &[Term]) -> String {
    let mut text = String::with_capacity(terms.iter().map(|term| term.text.len() + 3).sum());
    for term in terms {
        push_number(&mut text, term.text.len());
        push_number(&mut text, term.position as usize);
        text.push_str(&term.text);
    }
    text
}

fn push_number(text: &mut String, mut number: usize) {
    while number >= usize::from(MORE) {
        text.push(char::from(MORE | (number % usize::from(MORE)) as u8));
        number >>= BITS;
    }
    text.push(char::from(number as u8));
}

/// Makes the tokenizer known to an index that will be written to. tantivy keeps names of
/// tokenizers only, and an unknown one fails a commit.
pub(crate) fn register(index: &Index) {
    index.tokenizers().register(TERMS, Terms::default());
}

/// Takes the text of a stream of terms apart.
#[derive(Clone, Default)]
struct Terms {
    token: Token,
}

impl Tokenizer for Terms {
    type TokenStream<'a> = TermStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> TermStream<'a> {
        TermStream { rest: text, token: &mut self.token }
    }
}

struct TermStream<'a> {
    rest: &'a str,
    token: &'a mut Token,
}

impl TermStream<'_> {
    fn number(&mut self) -> Option<usize> {
        let (mut number, mut shift) = (0, 0);
        for (at, byte) in self.rest.bytes().enumerate() {
            number |= usize::from(byte & (MORE - 1)) << shift;
            shift += BITS;
            if byte & MORE == 0 {
                self.rest = &self.rest[at + 1..];
                return Some(number);
            }
        }
        None
    }

    /// Takes the next term; `None` at the end.
    fn next(&mut self) -> Option<()> {
        let (length, position) = (self.number()?, self.number()?);
        let (term, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        self.token.position = position;
        self.token.text.clear();
        self.token.text.push_str(term);
        Some(())
    }
}

impl TokenStream for TermStream<'_> {
    fn advance(&mut self) -> bool {
        self.next().is_some()
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn terms_come_back_as_they_were(
            terms in prop::collection::vec((any::<String>(), prop_oneof![0_u32..200, any::<u32>()]), 0..20)
        ) {
            let terms: Vec<Term> = terms
                .into_iter()
                .map(|(text, position)| Term { text, span: 0..0, position })
                .collect();
            let text = encode(&terms);
            let mut tokenizer = Terms::default();
            let mut stream = tokenizer.token_stream(&text);
            let mut back = Vec::new();
            while stream.advance() {
                let token = stream.token();
                back.push(Term { text: token.text.clone(), span: 0..0, position: token.position as u32 });
            }
            prop_assert_eq!(back, terms);
        }
    }
}
