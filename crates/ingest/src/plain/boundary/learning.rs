//! What learning the weights needs: the features of labelled lines.

use super::candidates::{candidates, tail_start};
use super::features::{Context, Sink, Tail};

/// A line of which is known where the title begins, as features.
pub struct Example {
    /// For each candidate its features, as template and value.
    pub candidates: Vec<Vec<(String, String)>>,
    /// The byte at which each candidate is.
    pub places: Vec<usize>,
    /// Which candidate is right; `None` if the place is no candidate.
    pub right: Option<usize>,
}

/// Takes a glued line apart. `title` is the byte at which the title begins.
pub fn example(line: &str, title: usize, own_title: &str, summary: &str) -> Example {
    let tail = Tail::new(line, tail_start(line), Context { own_title, summary });
    let all = candidates(line);
    let right = all.iter().position(|candidate| candidate.at == title);
    let features = all.iter().map(|candidate| {
        let mut list = List(Vec::new());
        tail.joint_features(candidate, &mut list);
        for at in tail.token_of(candidate.at) + 1..tail.tokens.len() {
            tail.token_features(at, &mut list);
        }
        list.0
    });
    Example {
        candidates: features.collect(),
        places: all.iter().map(|candidate| candidate.at).collect(),
        right,
    }
}

struct List(Vec<(String, String)>);

impl Sink for List {
    fn feature(&mut self, template: &str, value: &str) {
        self.0.push((template.to_string(), value.to_string()));
    }
}
