//! Searching the samples: the query language, filters, order, pages, batches, and the
//! index that is brought up to date first.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::{Work, digest, ids_of, json_lines, paper, path, sample_papers, samples, text_of};

/// What a query is expected to find.
enum Finds {
    /// These papers and no others, in whatever order.
    Only(&'static [&'static str]),
    /// These papers before all others.
    First(&'static [&'static str]),
    /// No paper.
    Nothing,
}
use Finds::{First, Nothing, Only};

/// Holds what was found against what is expected.
fn check(query: &str, found: &[&str], expected: &Finds) {
    let set = |ids: &[&'_ str]| ids.iter().map(|id| id.to_string()).collect::<BTreeSet<_>>();
    match expected {
        Only(ids) => assert_eq!(set(found), set(ids), "{query}"),
        First(ids) => {
            assert_eq!(set(&found[..ids.len().min(found.len())]), set(ids), "{query}: {found:?}");
        }
        Nothing => assert!(found.is_empty(), "{query}: {found:?}"),
    }
}

/// The samples as searching sees them: of a paper in two digests the later version.
fn papers() -> Vec<Value> {
    let all = sample_papers();
    let is_best = |at: &usize| !all[at + 1..].iter().any(|later| later["id"] == all[*at]["id"]);
    (0..all.len()).filter(is_best).map(|at| all[at].clone()).collect()
}

/// The ids of the papers that pass, as a set.
fn ids_where(passes: impl Fn(&Value) -> bool) -> BTreeSet<String> {
    papers().iter().filter(|paper| passes(paper)).map(|paper| text_of(paper, "id").to_string()).collect()
}

#[test]
fn the_language_end_to_end() {
    const SPECULATIVE: &[&str] = &["2602.94871", "2603.01042", "2603.05720", "2603.09764"];
    let cases: &[(&str, Finds)] = &[
        // Words, in any form and case; all of them rank higher.
        ("speculative decoding", First(SPECULATIVE)),
        ("SPECULATIVE decode", First(SPECULATIVE)),
        ("ＳＰＥＣＵＬＡＴＩＶＥ decoding", First(SPECULATIVE)),
        ("EmberCache", Only(&["2603.05931"])),
        ("C++ code generation", First(&["2603.00763"])),
        ("Qwen2.5-7B pruning", First(&["2602.95014"])),
        ("xyzzyplugh", Nothing),
        // Chinese, and both.
        ("推测解码", First(SPECULATIVE)),
        ("知识蒸馏", First(&["2602.93987", "2603.04033", "2603.09764"])),
        ("LLM推理", First(&["2602.92344"])),
        ("知識蒸餾", First(&["2602.93987", "2603.04033", "2603.09764"])),
        ("推測解碼", First(SPECULATIVE)),
        ("餾", Only(&["2602.93987", "2603.04033", "2603.09764"])),
        ("\"ＫＶ緩存\"", Only(&["2602.94533", "2603.05931"])),
        ("截止时间 eddyServe", First(&["2602.92344"])),
        ("量子纠错 compiler", First(&["2603.08456"])),
        // Phrases.
        (
            "\"speculative decoding\"",
            Only(&["2602.94871", "2603.01042", "2603.04260", "2603.05720", "2603.09764"]),
        ),
        ("\"decoding speculative\"", Nothing),
        ("“speculative decoding” +推测解码", Only(SPECULATIVE)),
        ("\"decoding speculative\"~1 +推测解码", Only(SPECULATIVE)),
        ("\"KV缓存\"", Only(&["2602.94533", "2603.05931"])),
        // Required, excluded, combined.
        ("+speculative +serving", Only(&["2603.05720", "2603.09764"])),
        ("\"speculative decoding\" -serving", Only(&["2602.94871", "2603.01042", "2603.04260"])),
        ("speculative AND serving", Only(&["2603.05720", "2603.09764"])),
        (
            "distillation OR federated",
            Only(&["2602.93415", "2602.93987", "2603.04033", "2603.05069", "2603.09764"]),
        ),
        (
            "(distillation OR federated) AND NOT (hospitals OR 推测解码)",
            Only(&["2602.93415", "2602.93987", "2603.04033"]),
        ),
        ("+知识蒸馏 -推测解码", Only(&["2602.93987", "2603.04033"])),
        ("speculative AND xyzzyplugh", Nothing),
        // Beginnings and misspellings.
        ("PebbleW*", Only(&["2602.92780"])),
        ("ember*", Only(&["2603.05931"])),
        ("quantizatoin~", Only(&["2602.94533", "2603.01188", "2603.05217", "2603.09521"])),
        ("speculativ~ decodign~", First(&["2602.94871", "2603.01042", "2603.05720", "2603.09764"])),
        // Fields.
        ("title:EmberCache", Only(&["2603.05931"])),
        ("ti:perpetua", Only(&["2603.00127"])),
        ("author:perpetua", Only(&["2603.05931"])),
        ("au:\"P. Nakimuli\"", Only(&["2603.05931"])),
        ("perpetua", Only(&["2603.00127", "2603.05931"])),
        ("summary:知识蒸馏", Only(&["2602.93987", "2603.04033", "2603.09764"])),
        // A word brings along what it is called in the other language; not if it is quoted or required.
        ("title:知识蒸馏", Only(&["2602.93987", "2603.04033", "2603.09764"])),
        ("title:\"知识蒸馏\"", Nothing),
        ("+title:知识蒸馏", Nothing),
        ("title:量化", Only(&["2603.01188", "2603.09521"])),
        ("abstract:rekindling", Only(&["2603.05931"])),
        ("abs:\"rekindling step\"", Only(&["2603.05931"])),
        ("title:rekindling", Nothing),
        ("title:(federated hospitals)", Only(&["2602.93415", "2603.05069"])),
        // Dates.
        ("date:2026-03-16", Only(&["2603.09040", "2603.09288", "2603.09521", "2603.09764"])),
        (
            "date:[2026-03-12 TO 2026-03-13]",
            Only(&["2603.05931", "2603.07985", "2603.08192", "2603.08456", "2603.08733"]),
        ),
        ("+speculative date:2026-02", Only(&["2602.94871"])),
        ("+speculative date:[2026-03-03 TO *]", Only(&["2603.04260", "2603.05720", "2603.09764"])),
        // A version that a later one replaced is not found any more.
        ("\"attention sinks deserve\"", Nothing),
    ];
    let answers = Work::with_samples().batch(cases.iter().map(|(query, _)| query));
    for ((query, expected), answer) in cases.iter().zip(&answers) {
        assert_eq!(answer["warnings"], json!([]), "{query}");
        assert_eq!(answer["total"], ids_of(answer).len(), "{query}");
        check(query, &ids_of(answer), expected);
    }
}

/// What jieba alone would cut into 推测 and 解码, 智能 and 体 is a word, in papers and queries;
/// its parts find it, and it finds papers that have them apart, after those that have it.
#[test]
fn technical_words_are_words() {
    let work = Work::new();
    let summaries = [
        ("2603.00001", "提出推测解码,加速推理。"),
        ("2603.00002", "先推测草稿,再并行解码。"),
        ("2603.00003", "研究智能体的规划。"),
        ("2603.00004", "研究智能家居的规划。"),
    ];
    let papers = summaries.map(|(id, summary)| paper(id, "Untitled", "Nothing.\n").summary(summary));
    let file = work.write("2026-03-17.txt", digest("2026-03-17", &papers));
    work.run(["index", path(&file)]).succeeds();
    for (query, expected) in [
        ("推测解码", vec!["2603.00001", "2603.00002"]),
        ("推测", vec!["2603.00001", "2603.00002"]),
        ("解码", vec!["2603.00001", "2603.00002"]),
        ("测解", vec!["2603.00001"]),
        ("\"推测解码\"", vec!["2603.00001"]),
        ("+推测解码", vec!["2603.00001"]),
        ("推测 -推测解码", vec!["2603.00002"]),
        ("智能体", vec!["2603.00003", "2603.00004"]),
        ("智能", vec!["2603.00003", "2603.00004"]),
        ("+智能体", vec!["2603.00003"]),
        ("智能 -智能体", vec!["2603.00004"]),
    ] {
        let mut found = work.ids(["query", query, "--no-translate"]);
        if ["推测", "解码", "智能"].contains(&query) {
            // The word itself is in both.
            found.sort();
        }
        assert_eq!(found, expected, "{query}");
    }
}

#[test]
fn an_id_finds_its_paper_however_it_is_pasted() {
    let queries = [
        "2603.05931",
        "2603.05931v1",
        "arXiv:2603.05931v2",
        "arxiv.org/abs/2603.05931",
        "http://arxiv.org/abs/2603.05931v1",
        "https://arxiv.org/abs/2603.05931?context=cs.CL",
        "https://www.arxiv.org/pdf/2603.05931v2.pdf",
        "id:2603.05931",
        "id:2603.05931v9",
        "id:\"arXiv:2603.05931\"",
        "speculative decoding 2603.05931",
    ];
    let answers = Work::with_samples().batch(queries);
    for (query, answer) in queries.iter().zip(&answers) {
        check(query, &ids_of(answer), &First(&["2603.05931"]));
    }
}

#[test]
fn every_title_and_summary_finds_its_paper_first() {
    let papers = papers();
    let queries: Vec<(&str, &str)> = papers
        .iter()
        .flat_map(|paper| ["title", "summary"].map(|field| (text_of(paper, "id"), text_of(paper, field))))
        .collect();
    let lines = queries.iter().map(|(_, query)| json!({"query": query, "limit": 1}).to_string());
    let answers = Work::with_samples().batch(lines);
    for ((id, query), answer) in queries.iter().zip(&answers) {
        assert_eq!(ids_of(answer), [*id], "{query}");
    }
}

/// Chinese text may be cut anywhere: what segmentation makes of it must not matter.
#[test]
fn han_phrases_find_what_a_scan_finds() {
    let papers = papers();
    let mut pieces = BTreeSet::new();
    for paper in &papers {
        for run in text_of(paper, "summary").split(|ch: char| !('\u{4e00}'..='\u{9fff}').contains(&ch)) {
            let run: Vec<char> = run.chars().collect();
            for length in 2..=4 {
                pieces.extend(run.windows(length).map(|piece| piece.iter().collect::<String>()));
            }
        }
    }
    let pieces: Vec<String> = pieces.into_iter().step_by(11).collect();
    assert!(pieces.len() > 150, "{}", pieces.len());
    let answers = Work::with_samples().batch(pieces.iter().map(|piece| format!("\"{piece}\"")));
    for (piece, answer) in pieces.iter().zip(&answers) {
        let found: BTreeSet<String> = ids_of(answer).into_iter().map(str::to_string).collect();
        assert_eq!(found, ids_where(|paper| text_of(paper, "summary").contains(piece)), "{piece}");
    }
}

#[test]
fn english_phrases_find_what_a_scan_finds() {
    let papers = papers();
    // Words as a reader cuts them: hyphens and points part them.
    let words = |text: &str| {
        let text = text.to_lowercase();
        let words = text.split(|ch: char| !ch.is_alphanumeric()).filter(|word| !word.is_empty());
        format!(" {} ", words.collect::<Vec<_>>().join(" "))
    };
    let mut phrases = Vec::new();
    for paper in &papers {
        let text = text_of(paper, "abstract");
        let spaced: Vec<&str> = text.split(' ').collect();
        let plain = |phrase: &&[&str]| {
            phrase.iter().all(|word| word.chars().all(|ch| ch.is_ascii_lowercase()) && word.len() > 1)
        };
        phrases.extend(spaced.windows(3).filter(plain).map(|phrase| phrase.join(" ")));
    }
    let phrases: Vec<String> = phrases.into_iter().step_by(9).collect();
    assert!(phrases.len() > 100, "{}", phrases.len());
    let answers = Work::with_samples().batch(phrases.iter().map(|phrase| format!("\"{phrase}\"")));
    for (phrase, answer) in phrases.iter().zip(&answers) {
        let found: BTreeSet<String> = ids_of(answer).into_iter().map(str::to_string).collect();
        let spaced = format!(" {phrase} ");
        let expected = ids_where(|paper| {
            ["title", "summary", "abstract"]
                .iter()
                .any(|field| words(text_of(paper, field)).contains(&spaced))
        });
        assert_eq!(found, expected, "{phrase}");
    }
}

#[test]
fn authors_in_any_order_with_initials_and_without_accents() {
    let work = Work::with_samples();
    for (names, expected) in [
        (&["Jürgen Höß"][..], Only(&["2602.94533"])),
        (&["höß"], Only(&["2602.94533"])),
        (&["Jurgen Hoss"], Only(&["2602.94533"])),
        (&["HÖSS, JÜRGEN"], Only(&["2602.94533"])),
        (&["J. Hoss"], Only(&["2602.94533"])),
        (&["hoss j"], Only(&["2602.94533"])),
        (&["Thorbjornsen"], Only(&["2603.00341"])),
        (&["Yildirimoglu, E."], Only(&["2603.05488"])),
        (&["ohanrahan"], Only(&["2603.04033"])),
        (&["Maeve O’Hanrahan"], Only(&["2603.04033"])),
        (&["Imogen Wirth"], Only(&["2602.94120"])),
        (&["Castellanos Wirth"], Only(&["2602.94120"])),
        (&["Bora Yoon"], Only(&["2602.93415"])),
        (&["van der Zwaan"], Only(&["2602.93415"])),
        (&["O Braonain"], Only(&["2602.94120"])),
        (&["A. P. Quince"], Only(&["2603.00341"])),
        (&["Sample"], Only(&["2602.94871", "2603.05931"])),
        (&["Sample", "Ruoshui Tan"], Only(&["2602.94871"])),
        (&["Yiheng Mo", "Shen, Qiaolin"], Only(&["2602.94533"])),
        // The words of one author, not of several.
        (&["Yiheng Shen"], Nothing),
        (&["Sample", "Nobody"], Nothing),
        // A part of a word is no name, and a word counts once.
        (&["Hanrah"], Nothing),
        (&["Sample Sample"], Nothing),
    ] {
        let found = work.ids(names.iter().flat_map(|name| ["--author", name]));
        check(&format!("{names:?}"), &found.iter().map(String::as_str).collect::<Vec<_>>(), &expected);
    }
}

#[test]
fn dates_in_the_query() {
    let work = Work::with_samples();
    for (date, first, last) in [
        ("2026-03-05..2026-03-06", "2026-03-05", "2026-03-06"),
        ("2026-02..", "2026-02-01", "9999"),
        ("..2026-02", "0000", "2026-02-28"),
        ("2026年3月", "2026-03-01", "2026-03-31"),
        ("\"March 2026\"", "2026-03-01", "2026-03-31"),
        ("2026/3/5", "2026-03-05", "2026-03-05"),
    ] {
        let query = format!("date:{date}");
        let outcome = work.run(["query", &query, "--format", "ids", "-n", "100"]).says_nothing();
        let found: BTreeSet<String> = outcome.stdout.lines().map(str::to_string).collect();
        let expected = ids_where(|paper| (first..=last).contains(&text_of(paper, "date")));
        assert!(!expected.is_empty(), "{date}");
        assert_eq!(found, expected, "{date}");
    }
    // What may mean several days is told; what means none is searched as it stands.
    work.run(["query", "cache date:3/4/2026"]).says(&["3/4/2026", "[2026-03-04 TO 2026-03-04]"]);
    for (date, told) in [("上周", "`上周`"), ("\"last week\"", "`last week`"), ("..soon", "`soon`")] {
        let query = format!("cache date:{date}");
        work.run(["query", &query]).says(&["warning: ", told]);
    }
    for date in ["7d..", "本月", "最近7天", "today"] {
        let query = format!("xyzzyplugh date:{date}");
        work.run(["query", &query]).ends_with(1).says_nothing();
    }
}

#[test]
fn a_name_as_it_is_written_is_meant_alone() {
    let work = Work::new();
    let by = |number: u32, authors: &str| {
        paper(&format!("2601.0000{number}"), "Quokka Smiles", "They smile.").authors(authors)
    };
    work.digest(
        "papers/a.txt",
        "2026-01-05",
        &[
            by(1, "Wei Li"),
            by(2, "Li Wei, Bo Tester"),
            by(3, "Wei Q. Li"),
            by(4, "Li, Ann Example"),
            by(5, "Xiao-Ming Ouyang"),
            by(6, "Xiaoming Ou-Yang"),
            by(7, "Ping Lv"),
            by(8, "Ping Lü, 吕平"),
        ],
    );
    work.run(["index", path(&work.path("papers"))]).succeeds();
    for (name, expected, others) in [
        ("Wei Li", &["1"][..], Some("2 more papers")),
        ("wei li", &["1", "2", "3"], None),
        ("W. Li", &["1", "2", "3"], None),
        ("Li", &["4"], Some("3 more papers")),
        ("li", &["1", "2", "3", "4"], None),
        ("李伟", &["1", "2", "3"], None),
        ("欧阳晓明", &["5", "6"], None),
        ("ouyang xiaoming", &["5", "6"], None),
        ("Xiao-Ming Ouyang", &["5"], Some("1 more paper")),
        ("吕平", &["7", "8"], None),
        ("ping lü", &["7", "8"], None),
    ] {
        let outcome = work.run(["query", "--author", name, "--format", "ids", "--sort", "newest"]);
        let found: BTreeSet<&str> = outcome.stdout.lines().collect();
        let expected: Vec<String> = expected.iter().map(|number| format!("2601.0000{number}")).collect();
        assert_eq!(found, expected.iter().map(String::as_str).collect(), "{name}");
        match others {
            Some(others) => drop(outcome.says(&["warning: ", name, others])),
            None => drop(outcome.says_nothing()),
        }
        let field = format!("author:\"{name}\"");
        assert_eq!(work.ids([field.as_str()]).len(), expected.len(), "{field}");
    }
}

#[test]
fn dates_from_and_to_with_both_ends() {
    let work = Work::with_samples();
    for (args, first, last) in [
        (&["--from", "2026-03-16"][..], "2026-03-16", "9999"),
        (&["--to", "2026-02-26"], "0000", "2026-02-26"),
        (&["--from", "2026-03-05", "--to", "2026-03-06"], "2026-03-05", "2026-03-06"),
        (&["--from", "2026-03"], "2026-03-01", "9999"),
        (&["--to", "2026-02"], "0000", "2026-02-28"),
        (&["--from", "2026", "--to", "2026"], "2026-01-01", "2026-12-31"),
        (&["--from", "2027"], "2027-01-01", "9999"),
        (&["--to", "2025"], "0000", "2025-12-31"),
    ] {
        let found: BTreeSet<String> = work.ids(args).into_iter().collect();
        let expected = ids_where(|paper| (first..=last).contains(&text_of(paper, "date")));
        assert_eq!(found, expected, "{args:?}");
    }
    for (args, first, last) in [
        (&["--digest-from", "2026-03-17"][..], "2026-03-17", "9999"),
        (&["--digest-to", "2026-03-03"], "0000", "2026-03-03"),
        (&["--digest-from", "2026-03-03", "--digest-to", "2026-03-10"], "2026-03-03", "2026-03-10"),
        // A paper of both the 10th and the 17th is of no digest between them.
        (&["--digest-from", "2026-03-11", "--digest-to", "2026-03-16"], "2026-03-11", "2026-03-16"),
    ] {
        let found: BTreeSet<String> = work.ids(args).into_iter().collect();
        let expected: BTreeSet<String> = sample_papers()
            .iter()
            .filter(|paper| (first..=last).contains(&text_of(paper, "digest_date")))
            .map(|paper| text_of(paper, "id").to_string())
            .collect();
        assert_eq!(found, expected, "{args:?}");
    }
    // All of them at once, and with words.
    let args = ["speculative", "--author", "jiang", "--from", "2026-03", "--digest-to", "2026-03-10"];
    assert_eq!(work.ids(args), ["2603.05720"]);
}

/// Days that depend on the clock keep two days' distance from its midnight.
#[test]
fn since_today_and_yesterday() {
    let work = Work::new();
    let day = |days: i64| (chrono::Local::now().date_naive() + chrono::TimeDelta::days(days)).to_string();
    let papers: Vec<_> = [("2601.00001", -400), ("2601.00002", -45), ("2601.00003", -4), ("2601.00004", 3)]
        .iter()
        .map(|(id, days)| paper(id, "Quokka Smiles", "They smile.").date(&day(*days)))
        .collect();
    let digests = work.digest("papers/a.txt", &day(0), &papers);
    work.run(["index", path(&digests)]).succeeds();
    for (args, expected) in [
        (&["--since", "7d"][..], &["2601.00003"][..]),
        (&["--since", "1w"], &["2601.00003"]),
        (&["--since", "2m"], &["2601.00003", "2601.00002"]),
        (&["--since", "3y"], &["2601.00003", "2601.00002", "2601.00001"]),
        (&["--since", "3y", "--to", &day(-10)], &["2601.00002", "2601.00001"]),
        (&["--from", "today"], &["2601.00004"]),
        (&["--from", "yesterday"], &["2601.00004"]),
        (&["--to", "yesterday", "--sort", "oldest"], &["2601.00001", "2601.00002", "2601.00003"]),
        (&["date:[today TO *]"], &["2601.00004"]),
    ] {
        assert_eq!(work.ids(args), expected, "{args:?}");
    }
}

#[test]
fn wrong_filters_are_errors_that_name_them() {
    let work = Work::with_samples();
    for (args, named) in [
        (&["--from", "2026-02-30"][..], &["2026-02-30"][..]),
        (&["--to", "2026-13"], &["2026-13"]),
        (&["--from", "yesterdy"], &["yesterdy"]),
        (&["--to", "2026-3-1"], &["2026-3-1"]),
        (&["--digest-from", "soon"], &["soon"]),
        (&["--digest-to", "2025-02-29"], &["2025-02-29"]),
        (&["--since", "7x"], &["7x"]),
        (&["--since", "-7d"], &["-7d"]),
        (&["--since", ""], &["span"]),
        (&["--from", "2026-03-17", "--to", "2026-03-12"], &["2026-03-17", "2026-03-12"]),
        (&["--digest-from", "2026-04", "--digest-to", "2026-03"], &["2026-04-01", "2026-03-31"]),
        (&["--since", "1d", "--to", "2020"], &["--since 1d", "2020-12-31"]),
        (&["--since", "1d", "--from", "2020"], &["--since", "--from"]),
        (&["--author", "..."], &["--author", "..."]),
        (&["--limit", "-1"], &["-1"]),
        (&["--limit", "many"], &["many"]),
        (&["--offset", "1.5"], &["1.5"]),
        (&["--sort", "best"], &["best", "relevance"]),
        (&["--format", "xml"], &["xml", "bibtex"]),
    ] {
        work.run(["query", "speculative"].iter().chain(args)).complains(named);
    }
    work.run(["query"]).complains(&["nothing to search for"]);
    work.run(["query", "  "]).complains(&["nothing to search for"]);
}

#[test]
fn the_order_is_total() {
    let work = Work::with_samples();
    let key = |hit: &Value| (text_of(hit, "date").to_string(), text_of(hit, "id").to_string());
    let hits = |args: &[&str]| {
        let fixed = ["query", "--format", "jsonl", "-n", "1000"];
        json_lines(&work.run(fixed.iter().chain(args)).succeeds().stdout)
    };
    // No words but a filter: newest first.
    for args in [&["models", "--sort", "newest"][..], &["--from", "2026"], &["date:2026"]] {
        let found: Vec<_> = hits(args).iter().map(key).collect();
        let mut sorted = found.clone();
        sorted.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        assert_eq!(found, sorted, "{args:?}");
    }
    let found: Vec<_> = hits(&["models", "--sort", "oldest"]).iter().map(key).collect();
    assert!(found.is_sorted(), "{found:?}");
    assert!(found.len() > 20, "{found:?}");
    let scores: Vec<f64> = hits(&["models"]).iter().map(|hit| hit["score"].as_f64().unwrap()).collect();
    assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
}

#[test]
fn equal_scores_come_newest_first_then_by_id() {
    let work = Work::new();
    let twin = |id: &str, date: &str| paper(id, "Quokka Smiles", "They smile.").date(date);
    // Two digests and two commits: neither the order of files nor that of commits counts.
    work.digest(
        "papers/b.txt",
        "2026-01-05",
        &[twin("2601.00004", "2026-01-03"), twin("2601.00001", "2026-01-02")],
    );
    work.run(["index", path(&work.path("papers"))]).succeeds();
    work.digest(
        "papers/a.txt",
        "2026-01-06",
        &[twin("2601.00003", "2026-01-03"), twin("2601.00002", "2026-01-04")],
    );
    work.run(["index", path(&work.path("papers"))]).succeeds();
    assert_eq!(work.ids(["quokka"]), ["2601.00002", "2601.00003", "2601.00004", "2601.00001"]);
}

#[test]
fn pages_add_up_to_the_whole() {
    let work = Work::with_samples();
    let page = |limit: &str, offset: &str| {
        work.run(["query", "models", "--format", "json", "-n", limit, "--offset", offset]).succeeds().json()
    };
    let whole = page("1000", "0");
    let all = ids_of(&whole);
    let total = all.len();
    assert!(total > 20, "{total}");
    assert_eq!(whole["total"], total);
    let mut paged: Vec<String> = Vec::new();
    while paged.len() < total {
        let page = page("7", &paged.len().to_string());
        assert_eq!(page["total"], total);
        assert_eq!(page["hits"][0]["rank"], paged.len() + 1);
        paged.extend(ids_of(&page).iter().map(|id| id.to_string()));
    }
    assert_eq!(paged, all);
    // Nothing on the page is not nothing found.
    let largest = usize::MAX.to_string();
    for (limit, offset) in [("0", "0"), ("10", "1000"), ("0", "1000"), (&largest, &largest)] {
        let page = page(limit, offset);
        assert_eq!((&page["total"], &page["hits"]), (&json!(total), &json!([])), "{limit} {offset}");
    }
    assert_eq!(ids_of(&page(&largest, "0")), all);
}

#[test]
fn explanations_add_up_to_the_score() {
    let work = Work::with_samples();
    let queries = [
        "speculative decoding",
        "推测解码 LLM",
        "\"speculative decoding\" -serving",
        "+speculative (serving OR drafter)",
        "specul* decodign~",
        "title:distillation AND summary:知识蒸馏",
        "Qwen2.5-7B",
        "2603.05931 cache",
        "perpetua",
        "+cache date:2026-03",
    ];
    let outcome = work
        .program(["query", "--batch", "-", "--format", "jsonl", "--explain"])
        .stdin(queries.join("\n"))
        .run()
        .succeeds();
    for (query, answer) in queries.iter().zip(json_lines(&outcome.stdout)) {
        let hits = answer["hits"].as_array().unwrap();
        assert!(!hits.is_empty(), "{query}");
        for hit in hits {
            let score = hit["score"].as_f64().unwrap();
            let parts = hit["explanation"].as_array().unwrap();
            let sum: f64 = parts.iter().map(|part| part["score"].as_f64().unwrap()).sum();
            assert!((sum - score).abs() <= score * 1e-4, "{query}: {sum} is not {score}: {parts:?}");
            assert!(parts.iter().all(|part| !text_of(part, "clause").is_empty()), "{query}: {parts:?}");
        }
    }
    assert_eq!(work.run(["query", "cache", "--format", "json"]).json()["hits"][0].get("explanation"), None);
    let text = work.run(["query", "cache", "--explain"]).succeeds().stdout;
    assert!(text.contains("score ") && text.contains("abstract:cach"), "{text}");
}

#[test]
fn exit_codes_say_what_was_found() {
    let work = Work::with_samples();
    for (args, code) in [
        (&["query", "speculative"][..], 0),
        (&["query", "speculative", "--offset", "100"], 0),
        (&["query", "xyzzyplugh"], 1),
        (&["query", "speculative", "--from", "2027"], 1),
        (&["query", "!!!"], 1),
        (&["query", "speculative", "--from", "never"], 2),
        (&["query", "speculative", "--batch", "questions.txt"], 2),
        (&["show", "2603.05931"], 0),
        (&["show", "2603.99999"], 1),
        (&["similar", "2603.05931"], 0),
        (&["similar", "2603.99999"], 1),
        (&["similar", "2603.05931", "--from", "2027"], 1),
        (&["stats"], 0),
        (&["check"], 0),
    ] {
        let outcome = work.run(args).ends_with(code);
        // Who finds nothing is told so, where the format has words for it.
        assert!(!outcome.stdout.is_empty() || !outcome.stderr.is_empty(), "{outcome:?}");
    }
}

#[test]
fn malformed_queries_are_searched_and_told() {
    let work = Work::with_samples();
    for (query, told) in [
        ("\"speculative decoding", "quote"),
        ("title:\"speculative decoding", "quote"),
        ("speculative AND (decoding", "parenthesis"),
        ("speculative decoding)", "parenthesis"),
        ("speculative decoding AND", "`AND`"),
        ("OR speculative decoding", "`OR`"),
        ("speculative OR OR decoding", "`OR`"),
        ("speculative decoding NOT", "`NOT`"),
        ("nofield:speculative", "`nofield`"),
        ("date:2026-02-30 speculative decoding", "2026-02-30"),
        ("date:[2026-03-17 TO 2026-03-12] speculative decoding", "2026-03-17"),
        ("[a TO b] speculative decoding", "[a TO b]"),
        ("title:[a TO b] speculative decoding", "[a TO b]"),
        ("llm~ speculative decoding", "`llm~`"),
        ("推测~ speculative decoding", "`推测~`"),
        ("* speculative decoding", "`*`"),
    ] {
        let outcome = work.run(["query", query, "--format", "json", "-n", "50"]).succeeds();
        let answer = outcome.json();
        assert!(ids_of(&answer).contains(&"2602.94871"), "{query}: {:?}", ids_of(&answer));
        let warnings: Vec<&str> =
            answer["warnings"].as_array().unwrap().iter().map(|warning| warning.as_str().unwrap()).collect();
        assert!(warnings.iter().any(|warning| warning.contains(told)), "{query}: {warnings:?}");
        let said: Vec<String> = warnings.iter().map(|warning| format!("warning: {warning}\n")).collect();
        assert_eq!(outcome.stderr, said.concat(), "{query}");
    }
    // Quiet silences standard error, not the answer.
    let outcome = work.run(["-q", "query", "speculative)", "--format", "json"]).succeeds().says_nothing();
    assert_eq!(outcome.json()["warnings"].as_array().unwrap().len(), 1);
}

#[test]
fn a_batch_answers_each_line() {
    let work = Work::with_samples();
    let lines = [
        "speculative decoding",
        "",
        r#"{"id":"names","query":"","author":["Nakimuli"]}"#,
        r#"{"id":41,"query":"federated","limit":1}"#,
        r#"{"query":"distillation","from":"2026-03-01","to":"2026-03-09"}"#,
        "推测解码)\r",
        "xyzzyplugh",
    ];
    let run = |lines: &[&str], args: &[&str]| {
        let fixed = ["query", "--batch", "-"];
        work.program(fixed.iter().chain(args)).stdin(lines.join("\n")).run()
    };
    for format in ["json", "jsonl"] {
        let outcome = run(&lines, &["--format", format, "-n", "4"]).succeeds();
        let answers = json_lines(&outcome.stdout);
        let shown: Vec<(&str, usize)> =
            answers.iter().map(|answer| (text_of(answer, "query_id"), ids_of(answer).len())).collect();
        assert_eq!(shown, [("1", 4), ("names", 1), ("41", 1), ("5", 1), ("6", 4), ("7", 0)]);
        assert_eq!(answers[2]["total"], 2, "the limit does not change the total");
        assert_eq!(ids_of(&answers[3]), ["2603.04033"]);
        assert_eq!(outcome.stderr.lines().count(), 1, "{outcome:?}");
        outcome.says(&["-:6: ", "parenthesis"]);
    }
    // Filters on the command line hold for every line.
    let outcome = run(&lines, &["--format", "jsonl", "--from", "2026-03-16"]).succeeds();
    let answers = json_lines(&outcome.stdout);
    assert_eq!(ids_of(&answers[0])[0], "2603.09764");
    assert_eq!(ids_of(&answers[1]), [""; 0]);
    // What the line itself says goes before.
    assert_eq!(ids_of(&answers[3]), ["2603.04033"]);
    let outcome = run(&lines, &["--format", "trec", "-n", "2"]).succeeds();
    let ids: Vec<&str> = outcome.stdout.lines().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(ids, ["1", "1", "names", "41", "5", "6", "6"]);
    run(&["xyzzyplugh"], &["--format", "jsonl"]).ends_with(1);
    // A file does as well as standard input, with a byte order mark or without.
    let file = work.write("questions.txt", "\u{feff}{\"id\":\"a\",\"query\":\"EmberCache\"}\r\n\r\n");
    let outcome = work.run(["query", "--batch", path(&file), "--format", "jsonl"]).succeeds();
    assert_eq!(text_of(&outcome.json(), "query_id"), "a");
}

#[test]
fn a_query_that_finds_little_is_told_what_may_be_meant() {
    let work = Work::with_samples();
    for (query, suggestions) in [
        ("speculatve", &["speculative"][..]),
        ("\"speculatve decodign\"", &["\"speculative decoding\""]),
        ("+title:Speculatve -quokka", &["+title:speculative -quokka"]),
        ("\"知识正溜\"", &["\"知识蒸馏\""]),
        ("正溜", &["蒸馏"]),
        ("\"推侧解码\"", &["\"推测解码\""]),
        // What is found, excluded or like nothing in the papers.
        ("speculative decodign", &[]),
        ("EmberCache", &[]),
        ("EmberCache -speculatve", &[]),
        ("xyzzyplugh", &[]),
        ("犇猋骉", &[]),
        ("!!!", &[]),
    ] {
        let outcome = work.run(["query", query, "--format", "json"]);
        let answer = outcome.json();
        let found: Vec<&str> = match answer.get("suggestions") {
            Some(found) => found.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect(),
            None => Vec::new(),
        };
        assert_eq!(found, suggestions, "{query}");
        let said: Vec<&str> =
            outcome.stderr.lines().filter_map(|line| line.strip_prefix("did you mean: ")).collect();
        assert_eq!(said, suggestions, "{query}");
        // What is suggested is not searched, but would find more.
        for suggestion in suggestions {
            let total = work.run(["query", suggestion, "--format", "json"]).json()["total"].as_u64();
            assert!(total > answer["total"].as_u64(), "{query}: {total:?}");
        }
    }
    work.run(["-q", "query", "speculatve"]).ends_with(1).says_nothing();
    let batch = work.program(["query", "--batch", "-", "--format", "ids"]).stdin("cache\nspeculatve").run();
    batch.says(&["-:2: did you mean: speculative"]);
}

#[test]
fn a_bad_line_of_a_batch_is_told_and_the_rest_answered() {
    let work = Work::with_samples();
    let lines = [
        r#"{"query":"#,
        r#"{"id":"day","query":"cache","from":"2026-02-30"}"#,
        r#"{"id":"key","qeury":"cache"}"#,
        r#"{"id":"none"}"#,
        r#"{"id":"names","query":"cache","author":"Mo"}"#,
        "EmberCache",
    ];
    let outcome = work.program(["query", "--batch", "-", "--format", "jsonl"]).stdin(lines.join("\n")).run();
    let outcome = outcome.ends_with(2).says(&[
        "error: -:1: ",
        "error: -:2: `2026-02-30`",
        "error: -:3: ",
        "`qeury`",
        "error: -:4: ",
        "error: -:5: ",
    ]);
    assert_eq!(outcome.stderr.lines().count(), 5, "{outcome:?}");
    let answers = json_lines(&outcome.stdout);
    assert_eq!(answers.len(), lines.len());
    for answer in &answers[..5] {
        assert!(!text_of(answer, "error").is_empty(), "{answer}");
        assert_eq!((&answer["total"], &answer["hits"]), (&json!(0), &json!([])));
    }
    assert_eq!(ids_of(&answers[5]), ["2603.05931"]);
    // The id of a line is its id, whatever else is wrong with the line.
    let ids: Vec<&str> = answers.iter().map(|answer| text_of(answer, "query_id")).collect();
    assert_eq!(ids, ["1", "day", "key", "none", "names", "6"]);
}

#[test]
fn a_batch_that_cannot_be_answered_is_an_error() {
    let work = Work::with_samples();
    work.run(["query", "--batch", "nowhere.txt"]).complains(&["nowhere.txt"]);
    for format in ["csv", "bibtex", "ris", "markdown"] {
        work.run(["query", "--batch", "-", "--format", format]).complains(&[format]);
    }
    work.run(["query", "--batch", "-", "cache"]).complains(&["--batch"]);
}

#[test]
fn a_stale_index_is_brought_up_to_date_unless_it_is_not_to_be() {
    let work = Work::new();
    work.write("paper-search.toml", "index = \"index\"\ndigests = [\"papers\"]\n");
    let query = |args: &[&str]| {
        let fixed = ["query", "--format", "ids"];
        work.bare(fixed.iter().chain(args)).run()
    };
    let write = |name: &str, id: &str, title: &str| {
        work.write_old(name, digest("2026-01-05", &[paper(id, title, "They smile.")]));
    };
    write("papers/a.txt", "2601.00001", "Quokka Smiles");
    query(&["quokka", "--no-refresh"]).complains(&["no index"]);
    let made = query(&["quokka"]).succeeds().says(&["read 1 digest;", "1 papers in all"]);
    assert_eq!((made.stdout.as_str(), made.stderr.lines().count()), ("2601.00001\n", 1));
    query(&["quokka"]).succeeds().says_nothing();
    // New, changed and gone digests, each told in one line.
    write("papers/b.txt", "2601.00002", "Wombat Grins");
    query(&["wombat", "--no-refresh"]).ends_with(1).says_nothing();
    let added = query(&["wombat"]).succeeds();
    assert_eq!((added.stdout.as_str(), added.stderr.lines().count()), ("2601.00002\n", 1));
    write("papers/b.txt", "2601.00003", "Wallaby Jumps and Jumps");
    let changed = query(&["wallaby"]).succeeds();
    assert_eq!((changed.stdout.as_str(), changed.stderr.lines().count()), ("2601.00003\n", 1));
    std::fs::remove_file(work.path("papers/b.txt")).unwrap();
    let gone = query(&["wallaby"]).ends_with(1).says(&["1 gone"]);
    assert_eq!(gone.stderr.lines().count(), 1);
    // Quiet means quiet.
    write("papers/b.txt", "2601.00002", "Wombat Grins");
    query(&["wombat", "-q"]).succeeds().says_nothing();
    // An index that is named is searched as it is.
    write("papers/c.txt", "2601.00004", "Bilby Burrows");
    let index = work.path("index");
    work.bare(["--index", path(&index), "query", "bilby"]).run().ends_with(1).says_nothing();
    work.bare(["query", "bilby"]).env("PAPER_SEARCH_INDEX", &index).run().ends_with(1).says_nothing();
    // Digests that are away for a while do not keep from searching.
    std::fs::rename(work.path("papers"), work.path("away")).unwrap();
    let away = query(&["quokka"]).succeeds().says(&["papers", "not brought up to date"]);
    assert_eq!(away.stdout, "2601.00001\n");
}

#[test]
fn the_samples_are_named_by_the_digest_that_holds_them() {
    let work = Work::with_samples();
    let found = work.ids(["digest:2026-03-17.txt", "--sort", "newest"]);
    assert_eq!(found.len(), 10);
    let whole = format!("digest:\"{}\"", path(&samples().join("2026-03-17.txt")));
    assert_eq!(work.ids([whole.as_str(), "--sort", "newest"]), found);
}
