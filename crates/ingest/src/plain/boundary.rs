//! Where, on one line without a break, does the abstract end and the next title begin?
//!
//! This is the only place that knows. Every place on the line at which a title may begin
//! ([`candidates`]) gets a score: the sum of the weights of its [`features`], which are
//! evidence of all kinds, from the characters at the joint to the words of the title and
//! the names in its summary. The best score wins, and how much better it is than the
//! others is the confidence. The weights ([`model`]) are learned from papers.

mod candidates;
mod features;
mod model;

#[cfg(feature = "learn")]
pub mod learning;

pub(crate) use features::Context;

use candidates::{candidates, tail_start};
use features::Tail;
use model::Model;

/// How sure the rule must be of a title that nothing else confirms.
pub(crate) const SURE: f32 = 0.9;

/// Where a title begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Boundary {
    /// The byte in the line at which the title begins.
    pub(crate) title: usize,
    /// The probability, by the model, that it begins there, from 0 to 1.
    pub(crate) confidence: f32,
    /// The next best place.
    pub(crate) runner_up: Option<usize>,
}

/// Returns all places on a line at which a title may begin.
pub(crate) fn places(line: &str) -> impl Iterator<Item = usize> {
    candidates(line).into_iter().map(|candidate| candidate.at)
}

/// Finds where the title begins on a line that holds the end of an abstract and a title.
/// Where no place is possible, the whole line is the title.
pub(crate) fn find(line: &str, context: Context) -> Boundary {
    let candidates = candidates(line);
    let scores = scores(line, context, &candidates);
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]).then(b.cmp(&a)));
    let Some(&best) = order.first() else {
        return Boundary { title: 0, confidence: 0.0, runner_up: None };
    };
    let sum: f32 = scores.iter().map(|score| (score - scores[best]).exp()).sum();
    Boundary {
        title: candidates[best].at,
        confidence: 1.0 / sum,
        runner_up: order.get(1).map(|&at| candidates[at].at),
    }
}

/// Finds where a title begins on a line of a digest that is cut off inside that title or
/// soon after it: right before the likeliest title a sentence ends, and the line does not
/// end as abstracts do. (Questions are titles, too.)
pub(crate) fn find_cut_title(line: &str, context: Context) -> Option<usize> {
    if super::ends_sentence(line) && !line.ends_with(['?', '!']) {
        return None;
    }
    let found = find(line, context);
    let before = line[..found.title].trim_end_matches([')', ']', '}', '"', '\'', '”', '’', '$']);
    (found.confidence > SURE && before.ends_with(['.', '!', '?'])).then_some(found.title)
}

fn scores(line: &str, context: Context, candidates: &[candidates::Candidate]) -> Vec<f32> {
    let model = Model::shipped();
    let tail = Tail::new(line, tail_start(line), context);
    // What the tokens from each on give, as part of a title.
    let mut from = vec![0.0; tail.tokens.len() + 1];
    for at in (0..tail.tokens.len()).rev() {
        from[at] = from[at + 1] + model.score(|sink| tail.token_features(at, sink));
    }
    candidates
        .iter()
        .map(|candidate| {
            from[tail.token_of(candidate.at) + 1] + model.score(|sink| tail.joint_features(candidate, sink))
        })
        .collect()
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
            "Project page: https://example.org/burrow/|Unified Marsupial Compression at Scale",
            "Code is at https://github.com/Quokka/SmileAndGrin.|Flash-Smile A Training-Free Framework",
            "Code is at https://github.com/quokka/smiles|Joint Digging in Bandwidth-Constrained Burrows",
            "Does it smile?|Grins at Scale",
            "We reach speeds of up to $9.85\\times$.|GPT-4.1 and the Smiling of Quokkas",
            "and is robust (see the last burrow.)|Learning from Wombats and Wallabies at Scale",
            "and it holds in general.|pBurrow A Library for Digging",
        ] {
            let at = case.find('|').expect("a bar");
            let line = case.replace('|', "");
            assert_eq!(&line[find(&line, Context::default()).title..], &case[at + 1..], "{case}");
        }
    }

    #[test]
    fn names_in_the_summary_are_evidence() {
        let line = "The code is available at https://github.com/burrow/DeepBurrowDIVE Digging in Varied Environments";
        let sure = |summary| {
            let found = find(line, Context { own_title: "", summary });
            if line[found.title..].starts_with("DIVE") { found.confidence } else { 1.0 - found.confidence }
        };
        assert!(sure("针对多变环境,提出DIVE挖掘方法") > sure("针对多变环境,提出挖掘方法"));
    }

    #[test]
    fn a_line_without_a_joint_is_all_title() {
        let found = find("Nothing but a title", Context::default());
        assert_eq!((found.title, found.confidence, found.runner_up), (0, 0.0, None));
    }

    #[test]
    fn a_cut_title_needs_a_joint_and_an_open_end() {
        let place = |line| find_cut_title(line, Context::default());
        assert_eq!(
            place("The method is robust and it holds in general.Learning to Smile with Quokkas at"),
            Some(45)
        );
        assert_eq!(place("It holds in general.Quokkas smile at night."), None);
        assert_eq!(place("It holds in general. Quokkas smile at"), None);
    }
}
