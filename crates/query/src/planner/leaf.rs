//! From the leaves of a tree to clauses: analysis, fields, weights.

use analysis::Field;
use analysis::fields::{self, AUTHOR, Analysis, DATE, ID, SUMMARY};
use analysis::function_words::is_function_word;
use analysis::names::Name;
use analysis::scan::{Compound, Piece, Run, Word, scan};
use analysis::stem::stem;
use paper::VersionedId;

use super::{Planner, Role, Wanted};
use crate::highlight::{Mark, What};
use crate::plan::{Clause, NearPart, Stream};
use crate::tree::{Leaf, Occur};

/// The weight of a word that says little by itself, such as `of`.
const FUNCTION_WEIGHT: f32 = 0.2;

/// The weight of a Han word's characters as they stand, beside that of the word as
/// segmentation cuts it. Words rank; characters find what was cut in another way.
const CHARACTERS_WEIGHT: f32 = 0.4;

/// The weight of a Han word of one character, which may mean much (`铌`) or little.
const CHARACTER_WEIGHT: f32 = 0.3;

/// The weight of each word inside a technical one (解码 in 推测解码), and of what it is called,
/// beside the whole.
const INSIDE_WEIGHT: f32 = 0.6;

/// The weight of two neighbouring characters that belong to two words.
const PAIR_WEIGHT: f32 = 0.7;

/// The weight of a run of several Han words that a field holds as it was typed.
const RUN_WEIGHT: f32 = 0.67;

/// The weight of the parts of a joined word (`GPT-4.1`) that stand as they were typed, joined
/// or not.
const JOINED_WEIGHT: f32 = 0.67;

/// The weight of each part of a joined word (`layer-wise`) by itself.
const PART_WEIGHT: f32 = 0.6;

/// The weight of a word in the form in which it was typed, beside that of its stem: `Adams`
/// is not `Adam`.
const FORM_WEIGHT: f32 = 0.25;

/// The weight of all parts of a joined word together, apart. A paper with them has the
/// word; what it scores comes from the parts.
const APART_WEIGHT: f32 = 0.01;

/// The weight of the parts of a joined word that is required, where a paper has all of
/// them, but apart.
const PARTS_WEIGHT: f32 = 0.5;

/// The weight of a paper whose id is in the query: above any sum of words.
const ID_WEIGHT: f32 = 1000.0;

impl Planner<'_> {
    /// Plans a leaf that is wanted.
    pub(super) fn wanted_leaf(&mut self, field: Option<&'static Field>, leaf: &Leaf) -> Vec<Wanted> {
        let text = match leaf {
            Leaf::Word(text) if searches_text(field) => text,
            // Han is found by any part of it anyway: its star is a footnote's, or does no harm.
            Leaf::Prefix(text)
                if searches_text(field) && matches!(scan(text).last(), Some(Piece::Run(_))) =>
            {
                text
            }
            _ => return vec![Wanted { clause: self.leaf(field, leaf, Occur::Should), role: Role::Word }],
        };
        let mut wanted = Vec::new();
        if let (None, Ok(link)) = (field, text.parse::<VersionedId>()) {
            let clause = Clause::Keyword { field: &ID, value: link.id.to_string(), weight: ID_WEIGHT };
            wanted.push(Wanted { clause, role: Role::Evidence });
        }
        for piece in scan(text) {
            match piece {
                Piece::Word(compound) => wanted.extend(self.wanted_compound(field, &compound)),
                Piece::Run(run) => wanted.extend(self.wanted_run(field, &run)),
            }
        }
        wanted
    }

    /// Plans a leaf whole: all that is in it must match.
    pub(super) fn leaf(&mut self, field: Option<&'static Field>, leaf: &Leaf, occur: Occur) -> Clause {
        match leaf {
            Leaf::Days(days) => Clause::Days { field: field.unwrap_or(&DATE), days: *days },
            Leaf::Word(text) | Leaf::Phrase(text) | Leaf::Near(text, _) if !searches_text(field) => {
                value(field, text)
            }
            Leaf::Word(text) => self.whole_word(field, text, occur),
            Leaf::Phrase(text) => self.phrase(field, text),
            Leaf::Near(text, slop) => self.near(field, text, *slop),
            Leaf::Prefix(text) if !searches_text(field) => value_prefix(field, text),
            Leaf::Prefix(text) => self.prefix(field, text),
            Leaf::Fuzzy(text) => self.fuzzy(field, text),
        }
    }

    /// A word of letters and digits that is wanted, and the parts of a joined one.
    fn wanted_compound(&mut self, field: Option<&'static Field>, compound: &Compound) -> Vec<Wanted> {
        if is_function_word(&compound.whole().text) {
            return vec![function_word(self.compound(field, compound))];
        }
        let mut either = self.compound_as_typed(field, compound);
        let parts = compound.telling_parts();
        if let [only] = parts {
            self.mark(field, What::Stem(stem(&only.text)));
        }
        either.extend(parts_apart(field, parts.iter(), APART_WEIGHT));
        let word = stem(&compound.whole().text);
        either.extend(self.other_forms(field, &word));
        either.extend(self.word_translations(field, &word));
        let mut wanted = vec![Wanted { clause: Clause::any(either), role: Role::Word }];
        wanted.extend(form_as_typed(field, &compound.whole().text));
        wanted.extend(parts.iter().map(|part| {
            let clause = stemmed(field, &part.text, PART_WEIGHT);
            match is_function_word(&part.text) {
                true => function_word(clause),
                false => Wanted { clause, role: Role::Hint },
            }
        }));
        wanted
    }

    /// A run of Han that is wanted: its words, the run as a whole, and the pairs of
    /// characters between its words.
    fn wanted_run(&mut self, field: Option<&'static Field>, run: &Run) -> Vec<Wanted> {
        let exact = characters(&run.text, 0);
        self.mark(field, What::Sequence(exact.clone()));
        let mut wanted = Vec::new();
        let mut inside = Vec::new();
        for (first, word) in self.han_words(run) {
            let length = word.chars().count() as u32;
            inside.extend(first..first + length - 1);
            self.mark(field, What::Sequence(characters_of(&exact, first, length)));
            let mut either = vec![self.han_word(field, &exact, first, &word)];
            either.extend(self.word_translations(field, &word));
            wanted.push(Wanted { clause: Clause::any(either), role: Role::Word });
            wanted.extend(self.words_inside(field, &word));
        }
        if exact.len() > 1 {
            let single = self.tiles(run).into_iter().filter(|(_, word)| word.chars().nth(1).is_none());
            wanted.extend(single.map(|(_, word)| Wanted {
                clause: any_name(field, vec![(word, 1.0)], CHARACTER_WEIGHT),
                role: Role::Hint,
            }));
        }
        for (at, pair) in exact.iter().filter(|(at, _)| exact.len() > 1 && !inside.contains(at)) {
            let clause = sequence(field, &[(*at, pair.clone())], PAIR_WEIGHT);
            wanted.push(Wanted { clause, role: Role::Hint });
        }
        let is_one_word = exact.len() == inside.len();
        if !is_one_word {
            // A run without a word of two characters is searched for as it stands.
            let role = if inside.is_empty() { Role::Word } else { Role::Evidence };
            wanted.push(Wanted { clause: sequence(field, &exact, RUN_WEIGHT), role });
        }
        if run.han && self.lexicon.is_some() {
            let tiles: Vec<String> = self.tiles(run).into_iter().map(|(_, word)| word).collect();
            wanted.extend(self.span_translations(field, &tiles, ""));
        }
        if field.is_none() {
            let authors = author_words(&run.text).map(|clause| Wanted { clause, role: Role::Evidence });
            wanted.extend(authors);
        }
        wanted
    }

    /// The words inside a technical word, which find papers that have them apart.
    fn words_inside(&mut self, field: Option<&'static Field>, word: &str) -> Vec<Wanted> {
        let mut wanted = Vec::new();
        for part in self.analyzer.parts(word) {
            self.mark(field, What::of_term(part));
            let mut either = vec![any_name(field, vec![(part.to_string(), 1.0)], 1.0)];
            either.extend(self.word_translations(field, part));
            let clause = Clause::any(either).weighted(INSIDE_WEIGHT);
            wanted.push(Wanted { clause, role: Role::Evidence });
        }
        wanted
    }

    /// A run of Han that is required: as a whole, or all its words. One that is excluded:
    /// as a whole.
    fn strict_run(&mut self, field: Option<&'static Field>, run: &Run, occur: Occur) -> Clause {
        let exact = characters(&run.text, 0);
        self.mark(field, What::Sequence(exact.clone()));
        let mut either = vec![sequence(field, &exact, RUN_WEIGHT)];
        if occur != Occur::MustNot {
            let words = self.han_words(run);
            let words: Vec<Clause> =
                words.iter().map(|(first, word)| self.han_word(field, &exact, *first, word)).collect();
            either.push(Clause::all(words));
            if field.is_none() {
                either.extend(author_words(&run.text));
            }
        }
        either.retain(|clause| !clause.is_nothing());
        Clause::any(either)
    }

    /// The words of a run that have two characters or more, with the place of the first.
    /// Single characters are in too many words to mean one.
    fn han_words(&self, run: &Run) -> Vec<(u32, String)> {
        self.tiles(run).into_iter().filter(|(_, word)| word.chars().nth(1).is_some()).collect()
    }

    /// All words of a Han run, with the place of the first character.
    fn tiles(&self, run: &Run) -> Vec<(u32, String)> {
        if !run.han {
            return Vec::new();
        }
        let mut first = 0;
        let mut words = Vec::new();
        for word in self.analyzer.segment(&run.text) {
            words.push((first, word.to_string()));
            first += word.chars().count() as u32;
        }
        words
    }

    /// A Han word, as segmentation has it or as its characters stand.
    fn han_word(
        &self,
        field: Option<&'static Field>,
        exact: &[(u32, String)],
        first: u32,
        word: &str,
    ) -> Clause {
        let mut either = vec![any_name(field, vec![(word.to_string(), 1.0)], 1.0)];
        let length = word.chars().count() as u32;
        either.push(sequence(field, &characters_of(exact, first, length), CHARACTERS_WEIGHT));
        Clause::any(either)
    }

    /// A word of which all pieces must be there.
    fn whole_word(&mut self, field: Option<&'static Field>, text: &str, occur: Occur) -> Clause {
        let mut all = Vec::new();
        for piece in scan(text) {
            match piece {
                Piece::Word(compound) => all.push(self.compound(field, &compound)),
                Piece::Run(run) => all.push(self.strict_run(field, &run, occur)),
            }
        }
        let words = Clause::all(all);
        match (field, text.parse::<VersionedId>()) {
            (None, Ok(link)) => {
                let id = Clause::Keyword { field: &ID, value: link.id.to_string(), weight: ID_WEIGHT };
                Clause::any(vec![id, words])
            }
            _ => words,
        }
    }

    /// A word of letters and digits. A joined one matches joined, as a phrase, or, with
    /// less weight, in all its parts.
    fn compound(&mut self, field: Option<&'static Field>, compound: &Compound) -> Clause {
        let mut either = self.compound_as_typed(field, compound);
        if compound.parts.len() > 1 {
            either.extend(parts_apart(field, compound.as_written(), PARTS_WEIGHT));
        }
        Clause::any(either)
    }

    /// The ways in which a word of letters and digits stands whole in a paper: joined, as a
    /// phrase, as a name.
    fn compound_as_typed(&mut self, field: Option<&'static Field>, compound: &Compound) -> Vec<Clause> {
        let whole = compound.whole();
        self.mark(field, What::Stem(stem(&whole.text)));
        let mut either = vec![stemmed(field, &whole.text, 1.0)];
        if compound.parts.len() > 1 {
            let terms = compound.as_written().map(|part| part.text.clone());
            let terms: Vec<(u32, String)> = (0..).zip(terms).collect();
            self.mark(field, What::Sequence(terms.clone()));
            either.push(sequence(field, &terms, JOINED_WEIGHT));
        }
        if field.is_none() {
            either.extend(author_words(&whole.text));
        }
        either
    }

    /// Words in just this order.
    fn phrase(&mut self, field: Option<&'static Field>, text: &str) -> Clause {
        let mut terms = Vec::new();
        for piece in scan(text) {
            match piece {
                Piece::Word(compound) => {
                    terms.extend(compound.as_written().map(|part| (part.position, part.text.clone())))
                }
                Piece::Run(run) => terms.extend(characters(&run.text, run.position)),
            }
        }
        if terms.is_empty() {
            return Clause::nothing();
        }
        self.mark(field, What::Sequence(terms.clone()));
        let mut either = vec![sequence(field, &terms, 1.0)];
        if field.is_none() {
            either.extend(Name::new(text).map(|name| Clause::Author {
                name,
                asked: false,
                weight: AUTHOR.boost,
            }));
        }
        Clause::any(either)
    }

    /// Words in any order, with at most so many others among them. Chinese is parted into
    /// its words; their characters keep together.
    fn near(&mut self, field: Option<&'static Field>, text: &str, slop: u32) -> Clause {
        let mut parts: Vec<NearPart> = Vec::new();
        for piece in scan(text) {
            match piece {
                Piece::Word(compound) => {
                    let words = compound.as_written().map(|part| part.text.clone());
                    let terms: Vec<(u32, String)> = (0..).zip(words).collect();
                    parts.push(NearPart { length: terms.len() as u32, terms });
                }
                Piece::Run(run) => {
                    let words =
                        if run.han { self.analyzer.segment(&run.text) } else { vec![run.text.as_str()] };
                    parts.extend(words.into_iter().map(|word| NearPart {
                        terms: characters(word, 0),
                        length: word.chars().count() as u32,
                    }));
                }
            }
        }
        for part in &parts {
            self.mark(field, What::Sequence(part.terms.clone()));
        }
        match parts.as_slice() {
            [] => Clause::nothing(),
            [only] => sequence(field, &only.terms, 1.0),
            _ => Clause::any(
                text_fields(field)
                    .map(|(field, weight)| Clause::Near { field, parts: parts.clone(), slop, weight })
                    .collect(),
            ),
        }
    }

    /// The beginning of a word; the pieces before it must be there as they are.
    fn prefix(&mut self, field: Option<&'static Field>, text: &str) -> Clause {
        let mut pieces = scan(text);
        let Some(Piece::Word(last)) = pieces.pop() else {
            // Han is found by any part anyway.
            return self.whole_word(field, text, Occur::Must);
        };
        let prefix = last.whole().text.clone();
        self.mark(field, What::Prefix(prefix.clone()));
        let beginnings = text_fields(field).map(|(field, weight)| Clause::Prefix {
            field,
            prefix: prefix.clone(),
            weight,
        });
        let mut all = vec![Clause::any(beginnings.collect())];
        for piece in pieces {
            match piece {
                Piece::Word(compound) => all.push(self.compound(field, &compound)),
                Piece::Run(run) => all.push(self.strict_run(field, &run, Occur::Must)),
            }
        }
        Clause::all(all)
    }

    /// A word that may be misspelt.
    fn fuzzy(&mut self, field: Option<&'static Field>, text: &str) -> Clause {
        let word = analysis::fold::fold_to_string(text);
        self.mark(field, What::Fuzzy(word.clone()));
        Clause::any(
            text_fields(field)
                .map(|(field, weight)| Clause::Fuzzy { field, word: word.clone(), weight })
                .collect(),
        )
    }

    pub(super) fn mark(&mut self, field: Option<&'static Field>, what: What) {
        let mark = Mark { field, what };
        if !self.marks.contains(&mark) {
            self.marks.push(mark);
        }
    }
}

/// All parts of a joined word, wherever they stand.
fn parts_apart<'a>(
    field: Option<&'static Field>,
    parts: impl Iterator<Item = &'a Word>,
    weight: f32,
) -> Option<Clause> {
    let all: Vec<Clause> = parts.map(|part| stemmed(field, &part.text, weight)).collect();
    (!all.is_empty()).then(|| Clause::all(all))
}

/// A word in the form in which it was typed, where that is not its stem. Summaries are no
/// English, and their words have no forms.
fn form_as_typed(field: Option<&'static Field>, word: &str) -> Option<Wanted> {
    let english = text_fields(field).filter(|(own, _)| field.is_some() || **own != SUMMARY);
    let forms = english.map(|(field, weight)| Clause::Term {
        field,
        stream: Stream::Exact,
        term: word.to_string(),
        weight: weight * FORM_WEIGHT,
    });
    (stem(word) != word).then(|| Wanted { clause: Clause::any(forms.collect()), role: Role::Hint })
}

/// A word that says little by itself.
fn function_word(clause: Clause) -> Wanted {
    Wanted { clause: clause.weighted(FUNCTION_WEIGHT), role: Role::Hint }
}

/// Whether words in this field are running text, not a value.
pub(super) fn searches_text(field: Option<&'static Field>) -> bool {
    field.is_none_or(|field| field.analysis == Analysis::Text)
}

/// A name, id or keyword.
fn value(field: Option<&'static Field>, text: &str) -> Clause {
    let field = field.unwrap_or(&ID);
    if field.analysis == Analysis::Name {
        return Name::new(text).map_or_else(Clause::nothing, |name| Clause::Author {
            name,
            asked: true,
            weight: 1.0,
        });
    }
    let value = match text.parse::<VersionedId>() {
        Ok(link) if *field == ID => link.id.to_string(),
        _ => text.to_string(),
    };
    Clause::Keyword { field, value, weight: 1.0 }
}

/// The beginning of a name's word, an id or a keyword.
fn value_prefix(field: Option<&'static Field>, text: &str) -> Clause {
    let field = field.unwrap_or(&ID);
    let prefix = match field.analysis {
        Analysis::Name => analysis::fold::fold_to_string(text),
        _ => text.to_string(),
    };
    Clause::Prefix { field, prefix, weight: 1.0 }
}

/// The fields that a leaf looks in, with their weights.
pub(super) fn text_fields(field: Option<&'static Field>) -> impl Iterator<Item = (&'static Field, f32)> {
    let default = fields::searched_by_default().filter(|field| field.analysis == Analysis::Text);
    let named = field.map(|field| (field, 1.0));
    let default = default.map(|field| (field, field.boost)).filter(move |_| field.is_none());
    named.into_iter().chain(default)
}

/// A stem, in whichever field.
fn stemmed(field: Option<&'static Field>, word: &str, factor: f32) -> Clause {
    any_name(field, vec![(stem(word), 1.0)], factor)
}

/// A word by all its names, in whichever field.
pub(super) fn any_name(field: Option<&'static Field>, terms: Vec<(String, f32)>, factor: f32) -> Clause {
    Clause::Synonyms { fields: text_fields(field).collect(), terms, weight: factor }
}

/// Terms at fixed distances in each field; a single one needs no positions.
pub(super) fn sequence(field: Option<&'static Field>, terms: &[(u32, String)], factor: f32) -> Clause {
    let first = terms.first().map_or(0, |(position, _)| *position);
    let clauses = text_fields(field).map(|(field, weight)| match terms {
        [(_, term)] => {
            Clause::Term { field, stream: Stream::Exact, term: term.clone(), weight: weight * factor }
        }
        _ => Clause::Phrase {
            field,
            terms: terms.iter().map(|(position, term)| (position - first, term.clone())).collect(),
            weight: weight * factor,
        },
    });
    Clause::any(clauses.collect())
}

/// A run of Han in one field, as it stands.
pub(crate) fn sequence_in(field: &'static Field, run: &str) -> Clause {
    sequence(Some(field), &characters(run, 0), 1.0)
}

/// The bigrams of a run, or its only character, from a position on.
pub(crate) fn characters(run: &str, position: u32) -> Vec<(u32, String)> {
    let chars: Vec<char> = run.chars().collect();
    match chars.as_slice() {
        [only] => vec![(position, only.to_string())],
        _ => (position..).zip(chars.windows(2)).map(|(at, pair)| (at, String::from_iter(pair))).collect(),
    }
}

/// The bigrams of a part of a run.
fn characters_of(exact: &[(u32, String)], first: u32, length: u32) -> Vec<(u32, String)> {
    exact.iter().filter(|(at, _)| (first..first + length - 1).contains(at)).cloned().collect()
}

/// An author by a word of a query that names no field. A single letter would match as an
/// initial, and find half of all papers.
fn author_words(word: &str) -> Option<Clause> {
    let name = Name::new(word).filter(|name| !name.is_initials())?;
    Some(Clause::Author { name, asked: false, weight: AUTHOR.boost })
}
