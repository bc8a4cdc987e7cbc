//! The engine against an oracle: the same plans answered by a scan over all papers must
//! have the same papers in them, and in the same order where the order is not the
//! engine's own.

mod facets;
mod papers;
mod scan;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use analysis::fields::{ABSTRACT, AUTHOR, DATE, DIGEST_DATE, SUMMARY, TITLE, Values};
use analysis::han::is_han;
use analysis::names::Name;
use analysis::{Field, exact_terms};
use paper::{NaiveDate, Record};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use query::plan::{COVERAGE, Clause, MAX_MISSPELLINGS, NearPart, PAIR_COVERAGE, RECENCY, Recency, Stream};
use query::request::Days;
use query::{Answer, Engine, Filters, Hit, Page, Plan, Request, Sort};
use tantivy::fieldnorm::FieldNormReader;

use papers::{wombat_variants, world};

/// A page that holds all papers.
const EVERYTHING: Page = Page { limit: 1000, offset: 0 };

/// Seeds of failures are not kept: what they stand for changes with the papers.
fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) }
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a day")
}

/// Asks for one page; an error fails the test.
fn ask<E: Engine<Error: Debug>>(engine: &E, plan: &Plan, page: Page) -> Result<Answer, TestCaseError> {
    let answer = engine.search(plan, page, false);
    answer.map_err(|error| TestCaseError::fail(format!("{}: {error:?}", plan.query)))
}

fn ids(answer: &Answer) -> Vec<&str> {
    answer.hits.iter().map(|hit| hit.record.id.as_str()).collect()
}

/// Both answers have the same papers, whatever their order.
fn assert_same_papers(engine: &Answer, oracle: &Answer, plan: &Plan) -> Result<(), TestCaseError> {
    let set = |answer| -> BTreeSet<String> { ids(answer).into_iter().map(str::to_string).collect() };
    prop_assert_eq!(set(engine), set(oracle), "{}", plan.query);
    prop_assert_eq!(engine.total, oracle.total, "{}", plan.query);
    prop_assert_eq!(engine.total, engine.hits.len(), "{}", plan.query);
    Ok(())
}

// Random clauses.

fn letter() -> impl Strategy<Value = char> {
    select(vec!['a', 'e', 's', 't', '1', 'é', '解', '缓'])
}

/// What occurs in no paper, or in none that is left.
fn absent() -> impl Strategy<Value = String> {
    select(vec!["zyzzyva", "quux", "犇犇", "a\u{1f}b", "", "\u{10ffff}"]).prop_map(str::to_string)
}

fn weight() -> impl Strategy<Value = f32> {
    select(vec![0.3, 0.5, 1.0, 1.5, 2.0, 1000.0])
}

/// Now and then another field than the one that a term was taken from.
fn another_field() -> impl Strategy<Value = Option<&'static Field>> {
    proptest::option::weighted(0.2, select(vec![&TITLE, &SUMMARY, &ABSTRACT]))
}

fn any_term() -> impl Strategy<Value = (&'static Field, Stream, String)> {
    any::<Index>().prop_map(|at| at.get(&world().pools.terms).clone())
}

fn any_text() -> impl Strategy<Value = (&'static Field, String)> {
    any::<Index>().prop_map(|at| at.get(&world().pools.texts).clone())
}

fn term() -> impl Strategy<Value = Clause> {
    let stream = proptest::option::weighted(0.1, select(vec![Stream::Words, Stream::Exact]));
    let other = (another_field(), stream, proptest::option::weighted(0.05, absent()));
    (any_term(), other, weight()).prop_map(|((field, stream, term), other, weight)| Clause::Term {
        field: other.0.unwrap_or(field),
        stream: other.1.unwrap_or(stream),
        term: other.2.unwrap_or(term),
        weight,
    })
}

/// Terms of any paper, of any stream, one of them twice at times.
fn synonyms() -> impl Strategy<Value = Clause> {
    let share = || select(vec![0.02, 0.25, 0.5, 1.0]);
    let first = (any_term(), share());
    let others = proptest::collection::vec(
        (prop_oneof![6 => any_term().prop_map(|term| term.2), 1 => absent()], share()),
        0..8,
    );
    (first, another_field(), others, weight()).prop_map(
        |(((field, _, term), share), other, mut terms, weight)| {
            terms.push((term, share));
            let fields = [Some(field), other].into_iter().flatten().map(|field| (field, weight));
            Clause::Synonyms { fields: fields.collect(), terms, weight }
        },
    )
}

/// What may be wrong with a phrase.
#[derive(Clone, Copy, Debug)]
enum Fault {
    None,
    /// The last term stands one further.
    Apart,
    /// The first two terms have changed places.
    Swapped,
    /// The last term is another paper's.
    Foreign,
}

/// Terms of a text at their distances, neighbours or not, perhaps at one position.
fn phrase() -> impl Strategy<Value = Clause> {
    let fault = prop_oneof![
        4 => Just(Fault::None),
        1 => select(vec![Fault::Apart, Fault::Swapped, Fault::Foreign]),
    ];
    let steps = proptest::collection::vec(1..4_usize, 1..5);
    (any_text(), any::<Index>(), steps, fault, any_term(), weight()).prop_map(
        |((field, text), start, steps, fault, foreign, weight)| {
            let all = exact_terms(&text);
            // A start at the very end has no second term.
            let mut at = start.index(all.len() - 1);
            let first = all[at].position;
            let mut terms = vec![(0, all[at].text.clone())];
            for step in steps {
                at = (at + step).min(all.len() - 1);
                terms.push((all[at].position - first, all[at].text.clone()));
            }
            let last = terms.len() - 1;
            match fault {
                Fault::None => {}
                Fault::Apart => terms[last].0 += 1,
                Fault::Swapped => {
                    let second = std::mem::take(&mut terms[1].1);
                    terms[1].1 = std::mem::replace(&mut terms[0].1, second);
                }
                Fault::Foreign => terms[last].1 = foreign.2,
            }
            Clause::Phrase { field, terms, weight }
        },
    )
}

/// Words of a text, in whatever order, perhaps one twice or another paper's.
fn near() -> impl Strategy<Value = Clause> {
    let part = (any::<Index>(), 1..3_usize);
    let foreign = proptest::option::weighted(0.1, any_term());
    (any_text(), any::<Index>(), proptest::collection::vec(part, 2..5), 0..12_u32, foreign, weight())
        .prop_map(|((field, text), start, picked, slop, foreign, weight)| {
            let all = exact_terms(&text);
            let start = start.index(all.len());
            let close = &all[start..all.len().min(start + 16)];
            let mut parts: Vec<NearPart> = picked
                .into_iter()
                .map(|(at, count)| {
                    let at = at.index(close.len());
                    let words = &close[at..close.len().min(at + count)];
                    let offset = |term: &analysis::Term| term.position - words[0].position;
                    let terms: Vec<(u32, String)> =
                        words.iter().map(|term| (offset(term), term.text.clone())).collect();
                    NearPart { length: terms.iter().map(|(offset, _)| offset + 1).max().unwrap_or(1), terms }
                })
                .collect();
            if let Some((_, _, term)) = foreign {
                parts.push(NearPart { terms: vec![(0, term)], length: 1 });
            }
            Clause::Near { field, parts, slop, weight }
        })
}

fn prefix() -> impl Strategy<Value = Clause> {
    let of_term = (any_term(), 1..6_usize, another_field())
        .prop_map(|((field, _, term), length, other)| (other.unwrap_or(field), beginning(&term, length)));
    let of_author = (author(), 1..6_usize).prop_map(|(name, length)| {
        let folded = analysis::fold::fold_to_string(&name);
        (&AUTHOR, beginning(&folded, length))
    });
    let of_nothing = absent().prop_map(|prefix| (&TITLE, prefix));
    (prop_oneof![12 => of_term, 2 => of_author, 1 => of_nothing], weight())
        .prop_map(|((field, prefix), weight)| Clause::Prefix { field, prefix, weight })
}

fn beginning(text: &str, length: usize) -> String {
    text.chars().take(length).collect()
}

/// Edits at random places: insert, delete, substitute, swap.
fn typos() -> impl Strategy<Value = Vec<(u8, Index, char)>> {
    proptest::collection::vec((0..4_u8, any::<Index>(), letter()), 0..4)
}

fn misspell(word: &str, typos: &[(u8, Index, char)]) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    for (edit, at, letter) in typos {
        if letters.is_empty() {
            break;
        }
        let at = at.index(letters.len());
        match edit {
            0 => letters.insert(at, *letter),
            1 => drop(letters.remove(at)),
            2 => letters[at] = *letter,
            _ => letters.swap(at, at.saturating_sub(1)),
        }
    }
    letters.into_iter().collect()
}

fn fuzzy() -> impl Strategy<Value = Clause> {
    (any_term(), typos(), another_field(), weight()).prop_map(|((field, _, term), typos, other, weight)| {
        Clause::Fuzzy { field: other.unwrap_or(field), word: misspell(&term, &typos), weight }
    })
}

/// A name as people write it who know the author, or not quite.
fn author() -> impl Strategy<Value = String> {
    let any_name = || any::<Index>().prop_map(|at| at.get(&world().pools.authors).clone());
    let words = |name: &str| -> Vec<String> { name.split_whitespace().map(str::to_string).collect() };
    prop_oneof![
        any_name(),
        any_name().prop_map(|name| name.to_lowercase()),
        (any_name(), any::<Index>()).prop_map(move |(name, at)| at.get(&words(&name)).clone()),
        any_name().prop_map(move |name| words(&name).into_iter().rev().collect::<Vec<_>>().join(" ")),
        any_name().prop_map(move |name| {
            let mut words = words(&name);
            words[0] = beginning(&words[0], 1) + ".";
            words.join(" ")
        }),
        (any_name(), any_name()).prop_map(move |(one, two)| {
            let (one, two) = (words(&one), words(&two));
            format!("{} {}", one[0], two[two.len() - 1])
        }),
        (any_name(), 1..5_usize).prop_map(|(name, length)| beginning(&name, length)),
        letter().prop_map(String::from),
    ]
}

fn name() -> impl Strategy<Value = Name> {
    author().prop_filter_map("no letter", |text| Name::new(&text))
}

/// Ranges about the papers' days; open, and, rarely, ending before they begin.
fn days() -> impl Strategy<Value = Days> {
    let near = || {
        let first = day(2026, 2, 20);
        proptest::option::weighted(0.8, (0..35_u64).prop_map(move |later| first + chrono::Days::new(later)))
    };
    prop_oneof![
        1 => near().prop_map(|day| Days { from: day, to: day }),
        3 => (near(), near()).prop_map(|(from, to)| Days { from, to }),
    ]
}

fn leaf() -> impl Strategy<Value = Clause> {
    let author = (name(), any::<bool>(), weight()).prop_map(|(name, asked, weight)| Clause::Author {
        name,
        asked,
        weight,
    });
    let keyword = (any::<Index>(), proptest::option::weighted(0.2, absent()), weight()).prop_map(
        |(at, absent, weight)| {
            let (field, value) = at.get(&world().pools.keywords).clone();
            Clause::Keyword { field, value: absent.unwrap_or(value), weight }
        },
    );
    let days =
        (select(vec![&DATE, &DIGEST_DATE]), days()).prop_map(|(field, days)| Clause::Days { field, days });
    prop_oneof![
        6 => term(),
        3 => phrase(),
        2 => near(),
        3 => synonyms(),
        2 => prefix(),
        2 => fuzzy(),
        2 => author,
        1 => keyword,
        1 => days,
        1 => Just(Clause::All),
    ]
}

fn clause() -> impl Strategy<Value = Clause> {
    leaf().prop_recursive(3, 24, 5, |inner| {
        let some = |most| proptest::collection::vec(inner.clone(), 0..=most);
        // Much that is required at random is nowhere all together.
        let must = prop_oneof![3 => some(0), 2 => some(1), 1 => some(2)];
        let group = (must, some(5), some(2)).prop_map(|(must, should, must_not)| Clause::Group {
            must,
            should,
            must_not,
        });
        let bag = (some(4), some(2), some(2)).prop_map(|(words, evidence, hints)| Clause::Bag {
            words,
            evidence,
            hints,
        });
        prop_oneof![3 => group, 2 => bag]
    })
}

fn plans(sort: impl Strategy<Value = Sort>) -> impl Strategy<Value = Plan> {
    let filters = prop_oneof![
        6 => Just(Vec::new()),
        1 => proptest::collection::vec(leaf(), 1..3),
    ];
    let today = day(2026, 3, 31);
    let recency = (1..400_u32).prop_map(move |half_life| Recency { today, half_life });
    let recency = proptest::option::weighted(0.2, recency);
    (clause(), filters, sort, recency)
        .prop_map(|(query, filters, sort, recency)| Plan { recency, ..Plan::new(query, filters, sort) })
}

fn any_sort() -> impl Strategy<Value = Sort> {
    select(vec![Sort::Relevance, Sort::Newest, Sort::Oldest])
}

// Random query text.

/// Neighbouring words of a text, as they stand there.
fn words(most: usize) -> impl Strategy<Value = String> {
    (any_text(), any::<Index>(), 1..=most).prop_map(|((_, text), start, count)| {
        let words: Vec<&str> = text.split_whitespace().collect();
        let start = start.index(words.len());
        words[start..words.len().min(start + count)].join(" ")
    })
}

/// Neighbouring characters of a text: of a Chinese one, words and parts of words.
fn characters(most: usize) -> impl Strategy<Value = String> {
    (any_text(), any::<Index>(), 1..=most).prop_map(|((_, text), start, count)| {
        let start = start.index(text.chars().count());
        text.chars().skip(start).take(count).collect()
    })
}

fn date_text() -> impl Strategy<Value = String> {
    let text =
        || select(vec!["2026", "2026-02", "2026-03", "2026-03-05", "2026-03-17", "today", "*", "2026-02-30"]);
    prop_oneof![
        text().prop_map(str::to_string),
        (text(), text()).prop_map(|(from, to)| format!("[{from} TO {to}]")),
    ]
}

fn atom() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => words(1),
        4 => characters(8),
        2 => words(5).prop_map(|text| format!("\"{text}\"")),
        2 => characters(8).prop_map(|text| format!("“{text}”")),
        1 => (words(4), 0..6_u32).prop_map(|(text, slop)| format!("\"{text}\"~{slop}")),
        1 => (characters(8), 0..6_u32).prop_map(|(text, slop)| format!("\"{text}\"~{slop}")),
        2 => (words(1), 1..6_usize).prop_map(|(word, length)| beginning(&word, length) + "*"),
        1 => characters(4).prop_map(|text| text + "*"),
        2 => (any_term(), typos()).prop_map(|((_, _, term), typos)| misspell(&term, &typos) + "~"),
        2 => author(),
        1 => author().prop_map(|name| format!("\"{name}\"")),
        1 => author().prop_map(|name| name + "*"),
        1 => date_text(),
        1 => any::<Index>().prop_map(|at| at.get(&world().pools.keywords).1.clone()),
        1 => "\\PC{0,6}",
    ]
}

/// Names and aliases of fields, in any case, and what is none.
const FIELD_NAMES: &str =
    "title ti summary zh abstract abs author AU id arxiv date digest_date digest file nofield";

/// A query as it is typed, or mistyped.
fn query_text() -> impl Strategy<Value = String> {
    let field = || select(FIELD_NAMES.split(' ').collect::<Vec<_>>());
    let days = (select(vec!["date", "digest_date"]), date_text());
    let part = prop_oneof![
        6 => atom(),
        2 => (field(), atom()).prop_map(|(field, atom)| format!("{field}:{atom}")),
        1 => days.prop_map(|(field, date)| format!("{field}:{date}")),
    ];
    let sign = || {
        prop_oneof![
            8 => Just(""),
            3 => select(vec!["+", "-", "!", "NOT "]),
        ]
    };
    let joint = || {
        prop_oneof![
            8 => Just(" "),
            4 => select(vec![" AND ", " OR ", " && ", " || ", " NOT ", " ) "]),
        ]
    };
    let part = (sign(), part).prop_map(|(sign, part)| format!("{sign}{part}"));
    part.prop_recursive(3, 12, 4, move |inner| {
        let parts = proptest::collection::vec((inner, joint()), 1..5);
        let around = prop_oneof![
            3 => Just(String::new()),
            2 => sign().prop_map(|sign| format!("{sign}(")),
            1 => field().prop_map(|field| format!("{field}:(")),
        ];
        (parts, around).prop_map(|(parts, around)| {
            let mut text = around.clone();
            let last = parts.len() - 1;
            for (at, (part, joint)) in parts.into_iter().enumerate() {
                text.push_str(&part);
                text.push_str(if at < last { joint } else { "" });
            }
            text.push_str(if around.is_empty() { "" } else { ")" });
            text
        })
    })
}

fn filters() -> impl Strategy<Value = Filters> {
    let days = || prop_oneof![8 => Just(Days::default()), 1 => days()];
    let authors = prop_oneof![8 => Just(Vec::new()), 1 => proptest::collection::vec(name(), 1..3)];
    let digest = proptest::option::weighted(0.1, select(vec!["2026-03-02.txt", "nowhere.txt"]));
    let excluded = select(vec!["2603.70001", "2603.70010", "nowhere"]).prop_map(str::to_string);
    let exclude = prop_oneof![8 => Just(Vec::new()), 1 => proptest::collection::vec(excluded, 1..3)];
    let all = (authors, days(), days(), digest, exclude);
    all.prop_map(|(authors, date, digest_date, digest, exclude)| Filters {
        authors,
        date,
        digest_date,
        digest: digest.map(str::to_string),
        exclude,
    })
}

fn requests() -> impl Strategy<Value = Request> {
    (query_text(), filters(), any_sort()).prop_map(|(query, filters, sort)| Request {
        filters,
        sort,
        ..request(&query)
    })
}

fn request(query: &str) -> Request {
    Request {
        query: query.to_string(),
        filters: Filters::default(),
        sort: Sort::Newest,
        page: EVERYTHING,
        marks: true,
        recency: None,
        explain: false,
        today: day(2026, 3, 17),
    }
}

fn respond<E: Engine<Error: Debug>>(engine: &E, request: &Request) -> Result<query::Response, TestCaseError> {
    let response = query::search(engine, &world().analyzer, Some(&world().lexicon), request);
    response.map_err(|error| TestCaseError::fail(format!("{:?}: {error:?}", request.query)))
}

// The order of hits.

/// What orders papers that match equally well.
fn newest_first(record: &Record) -> (bool, Reverse<Option<NaiveDate>>, &str) {
    let date = record.paper().date;
    (date.is_none(), Reverse(date), &record.id)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn plans_find_the_same_papers(plan in plans(any_sort())) {
        let engine = ask(&world().engine, &plan, EVERYTHING)?;
        let oracle = ask(&world().scan, &plan, EVERYTHING)?;
        assert_same_papers(&engine, &oracle, &plan)?;
    }

    #[test]
    fn queries_find_the_same_papers(request in requests()) {
        let engine = respond(&world().engine, &request)?;
        let oracle = respond(&world().scan, &request)?;
        assert_same_papers(&engine.answer, &oracle.answer, &engine.plan)?;
    }

    #[test]
    fn dates_order_alike(plan in plans(select(vec![Sort::Newest, Sort::Oldest])), offset in 0..60_usize) {
        for page in [EVERYTHING, Page { limit: 10, offset }] {
            let engine = ask(&world().engine, &plan, page)?;
            let oracle = ask(&world().scan, &plan, page)?;
            prop_assert_eq!(ids(&engine), ids(&oracle), "{}", plan.query);
            prop_assert_eq!(engine.total, oracle.total, "{}", plan.query);
        }
    }

    #[test]
    fn relevance_orders_all_and_pages_are_parts_of_it(plan in plans(Just(Sort::Relevance)), limit in 1..30_usize) {
        let all = ask(&world().engine, &plan, EVERYTHING)?;
        for pair in all.hits.windows(2) {
            let by_score = pair[0].score.total_cmp(&pair[1].score).reverse();
            let by_date = newest_first(&pair[0].record).cmp(&newest_first(&pair[1].record));
            prop_assert!(by_score.then(by_date).is_lt(), "{}: {:?}", plan.query, ids(&all));
        }
        let mut pages = Vec::new();
        for offset in (0..=all.total).step_by(limit) {
            let page = ask(&world().engine, &plan, Page { limit, offset })?;
            prop_assert_eq!(page.total, all.total, "{}", plan.query);
            prop_assert_eq!(page.hits.len(), limit.min(all.total - offset), "{}", plan.query);
            pages.extend(page.hits);
        }
        prop_assert_eq!(pages, all.hits, "{}", plan.query);
        let none = ask(&world().engine, &plan, Page { limit: 0, offset: 0 })?;
        prop_assert_eq!((none.total, none.hits.len()), (all.total, 0), "{}", plan.query);
    }
}

/// Whether the parts of a score make the score.
fn adds_up(hit: &Hit) -> bool {
    let parts: f32 = hit.explanation.iter().map(|part| part.score).sum();
    (parts - hit.score).abs() <= 1e-4 * hit.score.max(1.0)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn explanations_add_up(plan in plans(Just(Sort::Relevance))) {
        let page = Page { limit: 5, offset: 0 };
        for hit in world().engine.search(&plan, page, true).expect("an answer").hits {
            prop_assert!(adds_up(&hit), "{}: {} of {:?}", plan.query, hit.score, hit.explanation);
        }
    }
}

/// What a clause gives each paper that it finds, exactly.
fn scores(clause: Clause) -> Vec<(String, f32)> {
    let plan = Plan::new(clause, Vec::new(), Sort::Relevance);
    let answer = world().engine.search(&plan, EVERYTHING, true).expect("an answer");
    answer.hits.iter().for_each(|hit| assert!(adds_up(hit), "{}: {:?}", plan.query, hit.explanation));
    answer.hits.into_iter().map(|hit| (hit.record.id, hit.score)).collect()
}

#[test]
fn a_bag_scores_by_the_words_that_a_paper_has() {
    let word = |term: &str, weight| Clause::Synonyms {
        fields: vec![(&TITLE, 3.0), (&SUMMARY, 1.5), (&ABSTRACT, 1.0)],
        terms: vec![(term.to_string(), 1.0)],
        weight,
    };
    let words =
        [word("model", 1.0), word("draft", 2.0), word("cach", 1.0), word("犇犇", 1.0), word("qqqq", 1.0)];
    let pair = Clause::Phrase {
        field: &ABSTRACT,
        terms: vec![(0, "draft".to_string()), (1, "model".to_string())],
        weight: 0.4,
    };
    let (evidence, hints) = ([word("decod", 0.5)], [word("the", 0.2), pair, word("of", 0.2)]);
    let papers = world().scan.records().len() as f32;
    let of = |clause: &Clause| -> BTreeMap<String, f32> { scores(clause.clone()).into_iter().collect() };
    let scored = |clauses: &[Clause]| -> Vec<BTreeMap<String, f32>> { clauses.iter().map(of).collect() };
    let (word_scores, evidence_scores, hint_scores) = (scored(&words), scored(&evidence), scored(&hints));
    // The words weigh the same in all fields: the field where most papers have one counts.
    let counts: Vec<f32> = words
        .iter()
        .map(|word| {
            let Clause::Synonyms { fields, terms, .. } = word else { unreachable!("words are synonyms") };
            let with = fields.iter().map(|(field, _)| {
                let only =
                    Clause::Synonyms { fields: vec![(*field, 1.0)], terms: terms.clone(), weight: 1.0 };
                of(&only).len() as f32
            });
            let with = with.fold(0.0, f32::max);
            let idf = (1.0 + (papers - with + 0.5) / (with + 0.5)).ln();
            // What no paper has counts next to nothing, unless it is Chinese.
            let idf = if with > 0.0 || terms[0].0 == "犇犇" { idf } else { 0.1 };
            idf.max(0.1).powf(1.25)
        })
        .collect();
    let bag = Clause::Bag { words: words.to_vec(), evidence: evidence.to_vec(), hints: hints.to_vec() };
    let found = of(&bag);
    let matching: BTreeSet<&String> =
        word_scores.iter().chain(&evidence_scores).flat_map(BTreeMap::keys).collect();
    assert!(matching.len() > 3 && matching == found.keys().collect(), "{matching:?}");
    let mut pairs = 0;
    for (id, score) in &found {
        let sum =
            |scores: &[BTreeMap<String, f32>]| -> f32 { scores.iter().filter_map(|own| own.get(id)).sum() };
        let has = word_scores.iter().zip(&counts).filter(|(own, _)| own.contains_key(id));
        let mut covered: f32 = has.map(|(_, counts)| counts).sum();
        if hint_scores[1].contains_key(id) {
            covered += PAIR_COVERAGE * counts[0].min(counts[1]);
            pairs += 1;
        }
        let share = covered / counts.iter().sum::<f32>();
        let all = sum(&word_scores) + sum(&evidence_scores) + sum(&hint_scores);
        let expected = all * (1.0 + COVERAGE * share * share);
        assert!((score - expected).abs() <= 1e-4 * expected, "{id}: {score}, not {expected}");
    }
    assert!(0 < pairs && pairs < found.len(), "{pairs} pairs");
}

#[test]
fn newer_papers_score_higher_where_that_is_asked_for() {
    let word = Clause::Synonyms {
        fields: vec![(&ABSTRACT, 1.0)],
        terms: vec![("model".to_string(), 1.0)],
        weight: 1.0,
    };
    let plain = Plan::new(word, Vec::new(), Sort::Relevance);
    let today = day(2026, 3, 31);
    let recent = Plan { recency: Some(Recency { today, half_life: 10 }), ..plain.clone() };
    let all = |plan: &Plan| world().engine.search(plan, EVERYTHING, true).expect("an answer");
    let (before, after) = (all(&plain), all(&recent));
    assert_eq!(before.total, after.total);
    let mut raised = 0;
    for hit in &after.hits {
        let same = before.hits.iter().find(|other| other.record.id == hit.record.id).expect("the same paper");
        let age = hit.record.paper().date.map(|day| (today - day).num_days().max(0) as f32);
        let factor = age.map_or(1.0, |age| 1.0 + RECENCY * (-age / 10.0).exp2());
        assert!((hit.score - same.score * factor).abs() <= 1e-5 * hit.score, "{}", hit.record.id);
        assert_eq!(hit.factors.last().map(|factor| factor.name), Some("recency"));
        raised += usize::from(factor > 1.01);
    }
    assert!(raised > 1);
}

/// What BM25F gives each paper for a word of the field and term shares given, by a count
/// of all tokens. Lengths are rounded as the engine keeps them.
fn by_formula(
    fields: &[(&'static Field, f32)],
    terms: &[(String, f32)],
    weight: f32,
) -> BTreeMap<String, f32> {
    const K1: f32 = 8.0;
    const B: f32 = 0.85;
    let records = world().scan.records();
    let tokens = |field: &Field, record: &Record| -> Vec<String> {
        let Values::Texts(texts) = (field.values)(record) else { return Vec::new() };
        let words = texts.iter().flat_map(|text| world().analyzer.analyze(text).words);
        words.map(|term| term.text).collect()
    };
    let (mut frequencies, mut most) = (vec![0.0; records.len()], 0.0_f32);
    for (field, weight) in fields {
        let all: Vec<Vec<String>> = records.iter().map(|record| tokens(field, record)).collect();
        let mean = all.iter().map(Vec::len).sum::<usize>() as f32 / all.len() as f32;
        let papers = |term: &String| all.iter().filter(|tokens| tokens.contains(term)).count() as f32;
        most = most.max(terms.iter().map(|(term, share)| share * papers(term)).sum());
        for (tokens, sum) in all.iter().zip(&mut frequencies) {
            let count = |wanted: &String| tokens.iter().filter(|token| *token == wanted).count() as f32;
            let frequency: f32 = terms.iter().map(|(term, share)| share * count(term)).sum();
            let kept =
                FieldNormReader::id_to_fieldnorm(FieldNormReader::fieldnorm_to_id(tokens.len() as u32));
            *sum += weight * frequency / (1.0 - B + B * kept as f32 / mean);
        }
    }
    let papers = records.len() as f32;
    let most = most.min(papers);
    let idf = (1.0 + (papers - most + 0.5) / (most + 0.5)).ln();
    let scored = records.iter().zip(frequencies).filter(|(_, frequency)| *frequency > 0.0);
    scored
        .map(|(record, frequency)| {
            (record.id.clone(), weight * idf * (1.0 + K1) * frequency / (frequency + K1))
        })
        .collect()
}

#[test]
fn words_score_by_the_formula() {
    let terms = |terms: &[(&str, f32)]| -> Vec<(String, f32)> {
        terms.iter().map(|(term, share)| (term.to_string(), *share)).collect()
    };
    for (fields, terms) in [
        (&[(&TITLE, 1.0)][..], terms(&[("decod", 1.0)])),
        (&[(&TITLE, 3.0), (&SUMMARY, 1.5), (&ABSTRACT, 1.0)], terms(&[("model", 1.0)])),
        (
            &[(&TITLE, 3.0), (&SUMMARY, 1.5), (&ABSTRACT, 1.0)],
            terms(&[("model", 0.5), ("推测", 0.3), ("the", 0.2), ("犇犇", 1.0)]),
        ),
        (&[(&ABSTRACT, 1.0)], terms(&[("the", 1.0), ("model", 1.0), ("of", 1.0)])),
    ] {
        let clause = Clause::Synonyms { fields: fields.to_vec(), terms: terms.clone(), weight: 1.5 };
        let wanted = by_formula(fields, &terms, 1.5);
        let found = scores(clause.clone());
        assert!(!wanted.is_empty() && found.len() == wanted.len(), "{clause}: {} papers", found.len());
        for (id, score) in found {
            assert!(
                (wanted[&id] - score).abs() <= 1e-4 * score,
                "{clause}: {id}: {score}, not {}",
                wanted[&id]
            );
        }
    }
}

/// What is wanted beside something required may be missing, and what stands alone may not.
#[test]
fn days_beside_words_filter_or_let_them_be_missing() {
    let word = |term: &str| Clause::Synonyms {
        fields: vec![(&TITLE, 3.0), (&ABSTRACT, 1.0)],
        terms: vec![(term.to_string(), 1.0)],
        weight: 1.0,
    };
    let bag = || Clause::Bag { words: vec![word("draft"), word("model")], evidence: vec![], hints: vec![] };
    let days = || Clause::Days { field: &DATE, days: Days { from: Some(day(2026, 3, 1)), to: None } };
    let group = |must, should, must_not| Clause::Group { must, should, must_not };
    for (clause, wants_words) in [
        (group(vec![days()], vec![bag()], vec![]), false),
        (group(vec![days(), days()], vec![bag()], vec![word("cach")]), false),
        (group(vec![days(), bag()], vec![], vec![]), true),
        (group(vec![days(), bag()], vec![], vec![word("cach")]), true),
        (group(vec![], vec![bag()], vec![word("cach")]), true),
        (group(vec![], vec![group(vec![days(), bag()], vec![], vec![])], vec![]), true),
    ] {
        let plan = Plan::new(clause, Vec::new(), Sort::Relevance);
        let engine = ask(&world().engine, &plan, EVERYTHING).expect("an answer");
        let oracle = ask(&world().scan, &plan, EVERYTHING).expect("an answer");
        assert_same_papers(&engine, &oracle, &plan).expect("the same papers");
        assert!(engine.total > 0, "{}", plan.query);
        assert_eq!(engine.hits.iter().all(|hit| hit.score > 0.0), wants_words, "{}", plan.query);
    }
}

/// Oracle and engine might be wrong alike: what some queries mean, without either. Papers
/// of the generated digests are called by the first word of their titles.
#[test]
fn queries_find_what_they_mean() {
    for (query, expected) in [
        // Phrases: order and distance count, joints and case do not.
        ("\"draft model\"", &["Burrow"][..]),
        ("\"gpt 4 1\"", &["Burrow", "QuokkaTune"]),
        ("abstract:GPT-4.1", &["Burrow", "QuokkaTune"]),
        ("abstract:GPT4.1", &["QuokkaTune"]),
        ("abstract:\"speculative decoding of\"", &["Notes"]),
        ("title:\"fine tuning\" title:finetuning", &["QuokkaTune"]),
        ("abstract:\"KV缓存\"", &["QuokkaTune"]),
        // Near: any order, with so many words among them.
        ("abstract:\"model draft\"~0", &["Burrow"]),
        ("abstract:\"model paper\"~4", &[]),
        ("abstract:\"model paper\"~5", &["Burrow"]),
        ("abstract:\"paper day model\"~4", &["Burrow"]),
        ("abstract:\"paper paper\"~30", &[]),
        ("abstract:\"notes notes\"~7", &[]),
        ("abstract:\"notes notes\"~8", &["Notes"]),
        ("summary:\"蒸馏 讨论\"~7", &["Notes"]),
        ("summary:\"推测蒸馏\"~4", &[]),
        ("summary:\"推测蒸馏\"~5", &["Notes"]),
        ("summary:\"存压缩\"", &["QuokkaTune"]),
        ("summary:\"推测。\"", &["Neither", "Notes"]),
        ("summary:\"推測\"", &["Neither", "Notes"]),
        ("summary:無鏈接", &["Neither", "Notes"]),
        ("summary:\"KV快取\"", &["Neither"]),
        ("abstract:ガイド", &["Neither"]),
        ("abstract:c++ -abstract:c#", &["Notes"]),
        ("+abstract:naive +abstract:strasse", &["Neither"]),
        // Beginnings, misspellings.
        ("title:marsup*", &["Twin", "Twin", "Twin", "Twin"]),
        ("title:marsuipals~", &["Twin", "Twin", "Twin", "Twin"]),
        ("title:arsupials~", &[]),
        ("abstract:zyzz*", &[]),
        // Names.
        ("author:\"Zoe Zolc-Nguyen\"", &["QuokkaTune"]),
        ("author:zolc", &["QuokkaTune"]),
        ("author:omalley", &["QuokkaTune"]),
        ("author:\"S. Aberg\"", &["Burrow"]),
        ("author:小伟", &[]),
        ("author:张小伟", &["Burrow"]),
        ("author:王芳", &["Neither"]),
        ("author:\"Wei Wei\"", &["Notes"]),
        ("author:\"Kang A. Roo\"", &["Twin", "Twin", "Twin", "Twin"]),
        ("+author:ann -author:wei", &["Neither"]),
        // Days: a paper without one is in no range, and in all but one.
        ("+title:twin +date:2026-03", &["Twin", "Twin", "Twin"]),
        ("+title:twin -date:[* TO *]", &["Twin"]),
        ("+title:quokkatune +digest_date:2026-03-20", &["QuokkaTune"]),
        ("+title:twin -digest_date:[* TO *]", &["Twin", "Twin"]),
        // Keywords.
        ("id:2603.70001v7", &["QuokkaTune"]),
        ("+digest:undated.txt +title:quokkatune", &["QuokkaTune"]),
        ("digest:2026-03-01.txt", &[]),
        // What a word is called in the other language; not what is required, quoted or excluded.
        ("summary:twins", &["Twin", "Twin", "Twin", "Twin"]),
        ("abstract:孪生", &["Twin", "Twin", "Twin", "Twin"]),
        ("abstract:\"孪生\"", &[]),
        ("+abstract:孪生", &[]),
        ("+title:twin -abstract:孪生", &["Twin", "Twin", "Twin", "Twin"]),
        ("abstract:穴日历", &["Burrow"]),
        ("title:闭门", &["Notes"]),
        // Groups.
        ("title:(quokkatune burrow)", &["Burrow", "QuokkaTune"]),
        ("+title:(+quokkatune +burrow)", &[]),
        ("+title:twin -abstract:hop", &[]),
        ("()", &[]),
        ("--", &[]),
    ] {
        let found = |response: Result<query::Response, TestCaseError>| -> Vec<String> {
            let answer = response.expect("an answer").answer;
            let hits = answer.hits.iter().filter(|hit| is_generated(&hit.record));
            let mut titles: Vec<String> = hits.map(|hit| first_word(&hit.record)).collect();
            titles.sort();
            titles
        };
        let request = request(query);
        assert_eq!(found(respond(&world().scan, &request)), expected, "the oracle on {query}");
        assert_eq!(found(respond(&world().engine, &request)), expected, "the engine on {query}");
    }
}

fn is_generated(record: &Record) -> bool {
    let generated = ["2026-03-20.txt", "2026-03-21.txt", "undated.txt"];
    record.digests().any(|digest| generated.iter().any(|name| digest.file.ends_with(name)))
}

fn first_word(record: &Record) -> String {
    let mut words = record.paper().title.split(' ');
    words.next().unwrap_or_default().to_string()
}

/// Whatever is excluded, engine and oracle find the rest: no kind of query is too odd to
/// stand behind a `-`.
#[test]
fn anything_may_be_excluded() {
    for query in [
        "-title:quokkatune",
        "-title:\"600 kilobytes\"",
        "model -\"draft model\"",
        "model -\"model draft\"~3",
        "-\"paper model\"~9 -title:twin",
        "+model -title:(\"draft model\" \"600 kilobytes\")",
        "-author:abel",
        "-title:marsup*",
        "-title:marsuipals~",
        "-id:2603.70001",
        "-date:[2026-03-05 TO 2026-03-18]",
        "-(date:2026-03 -title:marsup*)",
        "-(+date:2026-03 +\"draft model\")",
        "-(-\"draft model\")",
        "-(-date:2026-03)",
    ] {
        assert_answered_alike(query);
    }
}

/// Each level of parentheses is planned and compiled once, not twice for each that it stands in.
#[test]
fn deep_queries_are_answered() {
    let deep = format!("{}draft model{}", "(".repeat(30), " cache) paper".repeat(30));
    assert_answered_alike(&deep);
}

/// In a field of names or keywords, too, any kind of word is answered, not refused.
#[test]
fn any_field_takes_any_kind_of_word() {
    for field in ["title", "summary", "abstract", "author", "id", "digest", "date", "digest_date"] {
        for word in [
            "draft",
            "\"draft model\"",
            "\"model draft\"~3",
            "\"张小伟\"~3",
            "draft*",
            "draft~",
            "fine-tuning",
            "fine-tun*",
            "fine-tuning/no*",
            "2026-03-17.t*",
            "2026-03*",
            "张小伟",
            "\"张小伟\"",
            "张小伟*",
            "张小伟x*",
            "ガイド*",
            "C++*",
            "-",
        ] {
            assert_answered_alike(&format!("{field}:{word}"));
        }
    }
}

/// Any part of a name finds it, however the parts are joined.
#[test]
fn any_part_of_a_name_finds_it() {
    for query in ["Étienne", "Jo-A-N", "joan", "j. étienne", "étienne jo an", "jo an", "an jo", "a jo n"] {
        assert_answered_alike(&format!("author:\"{query}\""));
    }
}

fn assert_answered_alike(query: &str) {
    let engine = respond(&world().engine, &request(query)).expect("the engine's answer");
    let oracle = respond(&world().scan, &request(query)).expect("the oracle's answer");
    assert_eq!(ids(&engine.answer), ids(&oracle.answer), "{query}");
    assert_eq!(engine.answer.total, oracle.answer.total, "{query}");
}

/// The tests below and above are worth what the papers are worth.
#[test]
fn the_papers_have_what_is_asked_about() {
    let records = world().scan.records();
    let count = |such: &dyn Fn(&Record) -> bool| records.iter().filter(|record| such(record)).count();
    assert_eq!(records.len(), 44 + 6 + 3 + 2, "papers");
    assert!(count(&|record| record.paper().date.is_none()) >= 3, "without a date");
    assert!(count(&|record| record.paper().url.is_none()) >= 2, "without a link");
    assert!(count(&|record| record.occurrences().len() > 1) >= 2, "in two digests");
    assert!(count(&|record| record.digests().all(|digest| digest.date.is_none())) >= 2, "undated digest");
    assert!(world().engine.index().segment_count() > 2, "segments");
}

#[test]
fn both_hold_the_same_papers() {
    let (engine, scan) = (&world().engine, &world().scan);
    assert_eq!(engine.paper_count().ok(), scan.paper_count().ok());
    let ids = scan.records().iter().map(|record| record.id.as_str());
    for id in ids.chain(["2603.79999", "nothing", ""]) {
        assert_eq!(engine.record(id).ok(), scan.record(id).ok(), "{id}");
    }
    for (field, _, term) in world().pools.terms.iter().filter(|(_, stream, _)| *stream == Stream::Words) {
        let known = engine.document_frequency(field, term).expect("a frequency");
        let counted = scan.document_frequency(field, term).expect("a frequency");
        // The engine counts papers that are deleted or replaced until segments are merged.
        assert!(known >= counted, "{term}: {known} < {counted}");
    }
}

/// Segmentation may cut a text in another way than a query, so words alone would miss
/// some; bigrams must miss none, and find nothing that is not there. Traditional and
/// simplified characters are one.
#[test]
fn every_run_of_han_finds_its_papers() {
    let records = world().scan.records();
    let texts: Vec<(String, String)> = records
        .iter()
        .map(|record| {
            let paper = record.paper();
            let texts = [Some(&paper.title), paper.summary.as_ref(), paper.abstract_text.as_ref()];
            let texts: Vec<String> = texts
                .into_iter()
                .flatten()
                .chain(&paper.authors)
                .map(|text| analysis::fold::fold_to_string(text))
                .collect();
            (record.id.clone(), texts.join("\n"))
        })
        .collect();
    let mut runs: BTreeSet<String> = BTreeSet::new();
    for record in records {
        let summary: Vec<char> = record.paper().summary.iter().flat_map(|text| text.chars()).collect();
        for length in 2..=summary.len() {
            let all_han = summary.windows(length).filter(|run| run.iter().all(|ch| is_han(*ch)));
            runs.extend(all_han.map(String::from_iter));
        }
    }
    assert!(runs.len() > 4000, "{} runs", runs.len());
    for run in runs {
        let folded = analysis::fold::fold_to_string(&run);
        for run in BTreeSet::from([&run, &folded]) {
            let response = respond(&world().engine, &request(&format!("\"{run}\""))).expect("an answer");
            let found: BTreeSet<&str> = ids(&response.answer).into_iter().collect();
            let holding = texts.iter().filter(|(_, text)| text.contains(&folded));
            assert_eq!(found, holding.map(|(id, _)| id.as_str()).collect(), "{run}");
        }
    }
}

/// Of too many misspellings those in most papers are searched for.
#[test]
fn the_most_frequent_misspellings_are_found() {
    let variants = wombat_variants();
    let (frequent, rare) = variants.split_at(MAX_MISSPELLINGS);
    for (query, expected) in [
        ("wombats~".to_string(), &["2603.71001", "2603.71002"][..]),
        (frequent[0].clone(), &["2603.71001", "2603.71002"]),
        (rare[0].clone(), &["2603.71003"]),
    ] {
        for response in [respond(&world().engine, &request(&query)), respond(&world().scan, &request(&query))]
        {
            let answer = response.expect("an answer").answer;
            assert_eq!(ids(&answer), expected, "{query}");
        }
    }
}
