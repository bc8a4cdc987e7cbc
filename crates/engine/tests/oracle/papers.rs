//! The papers that both are asked about, all invented: the sample digests, and more with
//! what those lack. The index grows commit by commit, as it does in daily use.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use analysis::fields::{ABSTRACT, Analysis, SUMMARY, TITLE};
use analysis::names::Name;
use analysis::{Analyzer, FIELDS, Field, exact_terms};
use engine::Embedded;
use indexer::Options;
use paper::{DigestRef, Occurrence, Record};
use query::Lexicon;
use query::plan::Stream;

use crate::scan::Scan;

/// Names with accents, hyphens and Han; no date, no link, neither; joined words and
/// signs; twins that only their date or id parts.
const GENERATED: &str = "\
2026-03-20
QuokkaTune Patient Fine-Tuning of LLMs under KV Pressure
提出QuokkaTune,用KV缓存压缩提升大语言模型的微调效率,优于GPT-4.1基线。
Authors: Zoë Żółć-Nguyễn, Jo-A-N Étienne, O’Malley Quill | Date: 2026-03-18
Link: http://arxiv.org/abs/2603.70001v1
Abstract
Fine-tuning LLMs is slow. QuokkaTune is finetuning with a KV cache (KV缓存) written in C++ and C#, and it \
matches GPT-4.1 and GPT4.1 mini on 35.8% of the tasks; an LLM's cache is the same cache again.
Burrow Estimation Without a Calendar
研究无日期条件下的洞穴估计,缓存与微调无关。
Authors: 张小伟, Søren Åberg, S. Åberg
Link: http://arxiv.org/abs/2603.70002v3
Abstract
A paper without a day. The draft model and the model draft are not the same, says GPT 4 1.
Notes Nobody Linked
无链接的论文,讨论推测解码与知识蒸馏。
Authors: Ann Abel, Wei Wei Zhang | Date: 2026-03-19
Abstract
Speculative decoding of notes, with knowledge distillation and C++ templates; decoding speculative notes.
Neither Day nor Link
既無日期也無鏈接,ガイド付き推測與ＫＶ快取。
Authors: Ann Abel, Юрий Йорданов, 王 芳 | Date: unknown
Abstract
русский текст, ガイド and naïve ﬁne-tuning of Straße models.
Twin Marsupials
双胞胎袋鼠研究。
Authors: Kang A. Roo | Date: 2026-03-18
Link: http://arxiv.org/abs/2603.70012v1
Abstract
Twins hop alike.
Twin Marsupials
双胞胎袋鼠研究。
Authors: Kang A. Roo | Date: 2026-03-18
Link: http://arxiv.org/abs/2603.70011v1
Abstract
Twins hop alike.
";

/// A digest without a day, with more twins and a paper that stands elsewhere, too.
const UNDATED: &str = "\
Twin Marsupials
双胞胎袋鼠研究。
Authors: Kang A. Roo | Date: 2026-03-19
Link: http://arxiv.org/abs/2603.70013v1
Abstract
Twins hop alike.
Twin Marsupials
双胞胎袋鼠研究。
Authors: Kang A. Roo
Link: http://arxiv.org/abs/2603.70010v1
Abstract
Twins hop alike.
QuokkaTune Patient Fine-Tuning of LLMs under KV Pressure
提出QuokkaTune,用KV缓存压缩提升大语言模型的微调效率,优于GPT-4.1基线。
Authors: Zoë Żółć-Nguyễn | Date: 2026-03-17
Link: http://arxiv.org/abs/2603.70001v1
Abstract
An earlier text of the same version.
";

/// A digest that is withdrawn: its papers stay in a segment, deleted.
const WITHDRAWN: &str = "\
2026-03-01
Withdrawn Speculative Decoding of Language Models
撤回的论文,讨论推测解码与缓存。
Authors: Ann Withdrawn, Kang A. Roo | Date: 2026-03-18
Link: http://arxiv.org/abs/2603.79999v1
Abstract
Speculative decoding with a KV cache that nobody may find: zyzzyva.
";

/// More misspellings of `wombats` than are searched for. The first `MAX_MISSPELLINGS`
/// stand in two papers, the others in a third.
fn misspelt() -> String {
    let variants = wombat_variants();
    let (frequent, rare) = variants.split_at(query::plan::MAX_MISSPELLINGS);
    let mut digest = "2026-03-21\n".to_string();
    for (id, variants) in [("71001", frequent), ("71002", frequent), ("71003", rare)] {
        digest.push_str(&format!(
            "Typing in the Dark {id}\n黑暗中打字。\nAuthors: Ty Pist | Date: 2026-03-20\n\
             Link: http://arxiv.org/abs/2603.{id}v1\nAbstract\n{}.\n",
            variants.join(" ")
        ));
    }
    digest
}

/// All words that differ from `wombats` in one letter behind the third.
pub(crate) fn wombat_variants() -> Vec<String> {
    let word = "wombats";
    let other_letters = |at: usize| ('a'..='z').filter(move |letter| !word[at..].starts_with(*letter));
    (3..word.len())
        .flat_map(|at| {
            other_letters(at).map(move |letter| format!("{}{letter}{}", &word[..at], &word[at + 1..]))
        })
        .collect()
}

/// What is asked, and what to make questions of.
pub(crate) struct World {
    pub(crate) engine: Embedded,
    pub(crate) scan: Scan,
    pub(crate) analyzer: Analyzer,
    pub(crate) lexicon: Lexicon,
    pub(crate) pools: Pools,
}

/// What occurs in the papers. Where a text or term occurs twice it stands here twice, so
/// that a random one is as frequent as it is in the papers: two random terms that only
/// one paper each has would never meet.
pub(crate) struct Pools {
    /// Each term of each paper.
    pub(crate) terms: Vec<(&'static Field, Stream, String)>,
    /// The running texts.
    pub(crate) texts: Vec<(&'static Field, String)>,
    /// The authors' names, as written.
    pub(crate) authors: Vec<String>,
    /// Values of fields of keywords.
    pub(crate) keywords: Vec<(&'static Field, String)>,
}

/// What some words are called in the other language, and a term that a person added.
fn lexicon() -> Lexicon {
    let table =
        "speculativ\t推测 80 投机 20\ntwin\t双胞胎 90 孪生 10\n孪生\ttwin 100\n推测\tspecul 90 guess 10\n";
    let mut lexicon = Lexicon::from_table(table.to_string());
    lexicon.add("闭门\tnobody linked\n穴日历\twithout a day\tquokka day").expect("terms");
    lexicon
}

/// Returns the one world of all tests.
pub(crate) fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(World::new)
}

impl World {
    fn new() -> World {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let digests = folder.path().join("digests");
        std::fs::create_dir(&digests).expect("a folder for digests");
        let digests = digests.canonicalize().expect("the folder's own name");
        let index = folder.path().join("index");
        let analyzer = Analyzer::new();
        let sample = |name: &str| {
            let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples");
            std::fs::read_to_string(samples.join(name)).expect("a sample digest")
        };
        // One commit a row: several segments, and papers deleted or replaced in some.
        let commits: [&[(&str, Option<String>)]; 6] = [
            &[
                ("2026-03-01.txt", Some(WITHDRAWN.to_string())),
                ("2026-03-02.txt", Some(sample("2026-03-02.txt"))),
            ],
            &[("2026-03-03.txt", Some(sample("2026-03-03.txt")))],
            &[("2026-03-10.txt", Some(sample("2026-03-10.txt")))],
            &[("2026-03-20.txt", Some(GENERATED.to_string())), ("2026-03-21.txt", Some(misspelt()))],
            &[("2026-03-17.txt", Some(sample("2026-03-17.txt"))), ("undated.txt", Some(UNDATED.to_string()))],
            &[("2026-03-01.txt", None)],
        ];
        for changes in commits {
            for (name, text) in changes {
                let path = digests.join(name);
                match text {
                    Some(text) => std::fs::write(path, text).expect("a digest is written"),
                    None => std::fs::remove_file(path).expect("a digest is removed"),
                }
            }
            let paths = [digests.clone()];
            indexer::sync(&index, &paths, Options::default(), &analyzer, &mut |_| {}).expect("an index");
        }
        // What is open stays readable when the folder is gone.
        let engine = Embedded::open(&index).expect("the index opens");
        let records = records(&digests);
        World {
            pools: Pools::new(&records, &analyzer),
            scan: Scan::new(records, &analyzer),
            engine,
            analyzer,
            lexicon: lexicon(),
        }
    }
}

/// Reads the digests in a folder anew: what the index holds is not asked.
fn records(digests: &Path) -> Vec<Record> {
    let entries = std::fs::read_dir(digests).expect("the digests");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("a digest").path()).collect();
    files.sort();
    let mut occurrences: BTreeMap<String, Vec<Occurrence>> = BTreeMap::new();
    for file in files {
        let bytes = std::fs::read(&file).expect("a digest is read");
        let digest = ingest::parse(&bytes).expect("a digest is recognised");
        for (entry, position) in digest.entries.into_iter().zip(1..) {
            let occurrence = Occurrence {
                digest: DigestRef { file: file.to_string_lossy().into_owned(), date: digest.date },
                position,
                paper: entry.paper,
                certain_title: entry.certain,
            };
            occurrences.entry(occurrence.paper.key()).or_default().push(occurrence);
        }
    }
    occurrences.into_iter().filter_map(|(id, all)| Record::new(id, all)).collect()
}

impl Pools {
    fn new(records: &[Record], analyzer: &Analyzer) -> Pools {
        let mut pools =
            Pools { terms: Vec::new(), texts: Vec::new(), authors: Vec::new(), keywords: Vec::new() };
        for record in records {
            let paper = record.paper();
            let texts = [
                (&TITLE, Some(&paper.title)),
                (&SUMMARY, paper.summary.as_ref()),
                (&ABSTRACT, paper.abstract_text.as_ref()),
            ];
            for (field, text) in texts {
                let Some(text) = text.filter(|text| exact_terms(text).len() > 1) else {
                    continue;
                };
                let analyzed = analyzer.analyze(text);
                for (stream, terms) in [(Stream::Words, analyzed.words), (Stream::Exact, analyzed.exact)] {
                    let mut terms: Vec<String> = terms.into_iter().map(|term| term.text).collect();
                    terms.sort_unstable();
                    terms.dedup();
                    pools.terms.extend(terms.into_iter().map(|term| (field, stream, term)));
                }
                pools.texts.push((field, text.clone()));
            }
            pools.authors.extend(paper.authors.iter().filter(|name| Name::new(name).is_some()).cloned());
            for field in FIELDS {
                if let (Analysis::Keyword, analysis::fields::Values::Texts(values)) =
                    (field.analysis, (field.values)(record))
                {
                    pools.keywords.extend(values.into_iter().map(|value| (field, value.into_owned())));
                }
            }
        }
        pools
    }
}
