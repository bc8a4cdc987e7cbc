//! Papers enough for several windows: those that cannot reach the first page are not scored then, and the
//! first page has to be what it is where all papers are.

use std::fmt::Write;
use std::path::Path;

use analysis::Analyzer;
use engine::Embedded;
use indexer::Options;
use paper::NaiveDate;
use query::request::{Filters, Page, Request, Sort};
use query::{Lexicon, Response};

const PAPERS: usize = 6_000;
const A_DIGEST: usize = 100;
/// More hits than a window has papers: until there are so many, all papers are scored.
const MOST: usize = 2_100;

/// Words of either language, the first the most frequent.
const ENGLISH: [&str; 24] = [
    "burrow",
    "marsupial",
    "model",
    "draft",
    "quokka",
    "speculative",
    "cache",
    "numbat",
    "decoding",
    "smile",
    "graph",
    "wombat",
    "sparse",
    "layer-wise",
    "PointNet++",
    "LLM",
    "calendar",
    "shovel",
    "tunnel",
    "patience",
    "distillation",
    "kangaroo",
    "eucalyptus",
    "zephyr",
];
const CHINESE: [&str; 12] =
    ["洞穴", "模型", "草稿", "推测解码", "缓存", "微笑", "知识", "蒸馏", "袋鼠", "桉树", "日历", "铲子"];

/// Numbers that look random and are always the same (Knuth's linear congruential generator).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    /// One of the words; the later, the rarer.
    fn word<'a>(&mut self, words: &[&'a str]) -> &'a str {
        let most = 1 + self.below(words.len());
        words[self.below(most)]
    }

    fn text(&mut self, words: &[&str], count: usize, joint: &str) -> String {
        (0..count).map(|_| self.word(words)).collect::<Vec<_>>().join(joint)
    }
}

/// Writes the digests.
fn write_digests(folder: &Path) {
    let mut numbers = Numbers(7);
    for digest in 0..PAPERS / A_DIGEST {
        let mut text = "2026-03-20\n".to_string();
        for paper in 0..A_DIGEST {
            let (number, day) = (digest * A_DIGEST + paper, 1 + numbers.below(28));
            let (title, summary) = (numbers.text(&ENGLISH, 4, " "), numbers.text(&CHINESE, 5, ""));
            let length = 5 + numbers.below(30);
            let body = numbers.text(&ENGLISH, length, " ");
            writeln!(
                text,
                "Paper {title}\n研究{summary}。\nAuthors: Ann Abel | Date: 2026-03-{day:02}\n\
                 Link: http://arxiv.org/abs/2603.{number:05}v1\nAbstract\nOn {body}.\n"
            )
            .expect("a string takes all");
        }
        std::fs::write(folder.join(format!("{digest:03}.txt")), text).expect("a digest is written");
    }
}

#[test]
fn the_first_page_is_the_beginning_of_all() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let digests = folder.path().join("digests");
    std::fs::create_dir(&digests).expect("a folder for digests");
    write_digests(&digests);
    let (index, analyzer) = (folder.path().join("index"), Analyzer::new());
    indexer::sync(&index, &[digests], Options::default(), &analyzer, &mut |_| {}).expect("an index");
    let engine = Embedded::open(&index).expect("the index opens");
    let lexicon =
        Lexicon::from_table("burrow\t洞穴 90\n推测\tspecul 90 guess 10\n蒸馏\tdistil 100\n".to_string());
    let answer = |query: &str, recency: Option<u32>, page: Page| -> Response {
        let request = Request {
            query: query.to_string(),
            filters: Filters::default(),
            sort: Sort::Relevance,
            page,
            recency,
            marks: false,
            explain: false,
            today: NaiveDate::from_ymd_opt(2026, 3, 31).expect("a day"),
        };
        query::search(&engine, &analyzer, Some(&lexicon), &request).expect("an answer")
    };
    let queries = [
        "burrow",
        "zephyr",
        "burrow zephyr",
        "speculative decoding of burrow model",
        "eucalyptus kangaroo burrow marsupial model draft quokka cache",
        "layer-wise PointNet++ LLM tunnel",
        "\"draft model\" zephyr burrow",
        "zeph* burrow numbta~",
        "推测解码",
        "洞穴模型草稿袋鼠",
        "桉树洞穴的知识蒸馏与缓存微笑",
        "burrow 模型 zephyr 桉树 distillation",
        "+model burrow zephyr",
        "burrow eucalyptus -quokka",
        "date:[2026-03-05 TO 2026-03-20] burrow zephyr 桉树",
        "(burrow zephyr) (draft (model 桉树))",
    ];
    for (at, query) in queries.into_iter().enumerate() {
        for recency in [None, Some(7)].into_iter().take(if at % 4 == 2 { 2 } else { 1 }) {
            let all = answer(query, recency, Page { limit: MOST, offset: 0 }).answer;
            assert!(all.total > 20, "{query}: {}", all.total);
            for (limit, offset) in [(10, 0), (1, 0), (7, 9)] {
                let page = answer(query, recency, Page { limit, offset }).answer;
                assert_eq!(page.total, all.total, "{query}");
                assert_eq!(page.hits, all.hits[offset..offset + limit], "{query}: {limit} from {offset}");
            }
        }
    }
}
