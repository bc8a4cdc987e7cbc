//! What people and programs get to see: every format, help, messages, and output that
//! nobody takes. Whoever changes one of these texts sees it in the difference.

use std::fs;
use std::process::Stdio;

use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use crate::harness::{Outcome, Paper, Work, ids_of, json_lines, paper, path, text_of, wait};

/// Three papers with what formats trip over: markup, signs, wide characters, a title that
/// a spreadsheet would run, and one without a link.
fn papers() -> [Paper; 3] {
    [
        paper(
            "2601.00001v2",
            "QuokkaNet {Smiling} & <b>Grinning</b> at 98% of the $Cost_1$",
            "Quokkas smile more than 40% of the day, but nobody has asked why. We train QuokkaNet on 1,200 hours \
             of quokka faces and find that a smile costs less than a frown [1]. Our code is at \
             https://example.org/quokka_net and runs on a phone. In a study with twelve keepers, smiles that \
             QuokkaNet predicted came true in nine of ten cases, which is better than the keepers did.",
        )
        .summary("提出QuokkaNet微笑网络,用1200小时的面部录像研究短尾矮袋鼠为何微笑,预测准确率达到九成,超过饲养员。")
        .authors("Ann Example, Günter Höß, Li-Na Wu, C. D. Writer, Bo Tester, Zoë Åkerlund"),
        paper("2601.00002", "=SUM(A1) Burrows without a Shovel", "Burrows are dug. Quokkas dig none.")
            .summary("研究无铲挖掘")
            .authors("Bo Tester")
            .date("2026-01-03"),
        paper("", "A Note on Burrows", "Nothing is known.").summary("关于洞穴的笔记").authors("Cy Burrow").without_link(),
    ]
}

/// An index of them; the first stands in two digests.
fn indexed() -> Work {
    let work = Work::new();
    let [quokka, shovel, note] = papers();
    work.digest("papers/a.txt", "2026-01-05", &[quokka.clone(), shovel]);
    work.digest("papers/b.txt", "2026-01-06", &[note.date("2026-01-02"), quokka]);
    work.run(["index", "papers"]).succeeds();
    work
}

/// Output as a snapshot shows it: times, sizes, scores and the test's folder left out,
/// what cannot be seen made visible, and its end marked.
fn shown(work: &Work, text: &str) -> String {
    let mut text = text.replace(path(work.root()), "[work]").replace('\u{1b}', "␛").replace('\r', "␍");
    for before in ["\"took_ms\":", "\"score\":", "\"index_bytes\":"] {
        text = without_numbers(&text, before, &[",", "}"]);
    }
    without_numbers(&text, "(", &[" ms)", " s)", " kB"]) + "[end]"
}

/// Puts `[…]` in the place of each number that stands between `before` and one of `after`.
fn without_numbers(text: &str, before: &str, after: &[&str]) -> String {
    let mut pieces = text.split(before);
    let mut result = pieces.next().unwrap_or_default().to_string();
    for piece in pieces {
        let rest = piece.trim_start_matches(|ch: char| ch.is_ascii_digit() || ch == '.');
        let is_number = rest.len() < piece.len() && after.iter().any(|after| rest.starts_with(after));
        result.push_str(before);
        result.push_str(if is_number { "[…]" } else { "" });
        result.push_str(if is_number { rest } else { piece });
    }
    result
}

/// What a run prints, if it says nothing else.
fn printed(work: &Work, args: &[&str]) -> String {
    shown(work, &work.run(args).succeeds().says_nothing().stdout)
}

#[test]
fn text_for_people() {
    let work = indexed();
    insta::assert_snapshot!(printed(&work, &["query", "quokka", "burrows"]), @r"
    1. =SUM(A1) Burrows without a Shovel
       研究无铲挖掘
       2601.00002v1 · 2026-01-03 · Bo Tester
       Burrows are dug. Quokkas dig none.

    2. A Note on Burrows
       关于洞穴的笔记
       local-ae2873747231cddb · 2026-01-02 · Cy Burrow

    3. QuokkaNet {Smiling} & <b>Grinning</b> at 98% of the $Cost_1$
       提出QuokkaNet微笑网络,用1200小时的面部录像研究短尾矮袋鼠为何微笑,预测准确率达
       到九成,超过饲养员。
       2601.00001v2 · 2026-01-04 · Ann Example, Günter Höß, Li-Na Wu, C. D. Writer
       and 2 more
       Quokkas smile more than 40% of the day, but nobody has asked why. We train
       QuokkaNet on 1,200 hours of quokka faces and find that a smile costs less
       than a frown [1]. Our code is at https://example.org/quokka_net and runs on
       a…

    3 papers ([…] ms)
    [end]
    ");
    insta::assert_snapshot!(printed(&work, &["query", "quokka", "burrows", "-n", "1", "--offset", "1"]), @r"
    2. A Note on Burrows
       关于洞穴的笔记
       local-ae2873747231cddb · 2026-01-02 · Cy Burrow

    2 to 2 of 3 papers ([…] ms)
    [end]
    ");
    insta::assert_snapshot!(printed(&work, &["query", "burrows", "-n", "0"]), @r"
    2 papers, none of them on this page ([…] ms)
    [end]
    ");
    insta::assert_snapshot!(shown(&work, &work.run(["query", "wombat"]).ends_with(1).stdout), @r"
    no paper found ([…] ms)
    [end]
    ");
}

#[test]
fn narrow_text_and_wide_characters() {
    let work = indexed();
    let narrow = work.program(["query", "面部录像 quokka"]).env("COLUMNS", "40").run().succeeds();
    insta::assert_snapshot!(shown(&work, &narrow.stdout), @r"
    1. QuokkaNet {Smiling} & <b>Grinning</b>
       at 98% of the $Cost_1$
       提出QuokkaNet微笑网络,用1200小时的面
       部录像研究短尾矮袋鼠为何微笑,预测准确
       率达到九成,超过饲养员。
       2601.00001v2 · 2026-01-04 · Ann
       Example, Günter Höß, Li-Na Wu, C. D.
       Writer and 2 more
       …quokka faces and find that a smile
       costs less than a frown [1]. Our code
       is at https://example.org/quokka_net…

    2. =SUM(A1) Burrows without a Shovel
       研究无铲挖掘
       2601.00002v1 · 2026-01-03 · Bo Tester
       Burrows are dug. Quokkas dig none.

    2 papers ([…] ms)
    [end]
    ");
    for columns in [30, 40, 61, 80, 110] {
        for args in [&["query", "面部录像 quokka burrows", "--to", "2100"][..], &["show", "2601.00001"]] {
            let outcome = work.program(args).env("COLUMNS", columns.to_string()).run().succeeds();
            for line in outcome.stdout.lines() {
                // Addresses and paths stand as they are.
                assert!(line.width() <= columns || line.contains('/'), "{columns} columns: {line}");
            }
        }
    }
    for columns in ["", "0", "-1", "many"] {
        work.program(["query", "quokka"]).env("COLUMNS", columns).run().succeeds();
    }
}

#[test]
fn colour_where_it_is_wanted() {
    let work = indexed();
    insta::assert_snapshot!(printed(&work, &["query", "shovel", "--color", "always"]), @r"
    1. ␛[1m=SUM(A1) Burrows without a ␛[0m␛[1m␛[31mShovel␛[0m
       研究无铲挖掘
       ␛[36m2601.00002v1␛[0m · 2026-01-03 · Bo Tester

    ␛[2m1 paper ([…] ms)␛[0m
    [end]
    ");
    let coloured = |args: &[&str], env: Option<(&str, &str)>| {
        let program = work.program(["query", "shovel"].iter().chain(args));
        let program = match env {
            Some((name, value)) => program.env(name, value),
            None => program,
        };
        program.run().succeeds().stdout.contains('\u{1b}')
    };
    for (args, env, expected) in [
        (&[][..], None, false),
        (&["--color", "auto"], None, false),
        (&["--color", "auto"], Some(("NO_COLOR", "1")), false),
        (&["--color", "never"], None, false),
        // What is asked for by name counts.
        (&["--color", "always"], Some(("NO_COLOR", "1")), true),
    ] {
        assert_eq!(coloured(args, env), expected, "{args:?} {env:?}");
    }
    // Programs never get any.
    for format in ["json", "jsonl", "csv", "bibtex", "ris", "markdown", "ids", "trec"] {
        assert!(!coloured(&["--color", "always", "--format", format], None), "{format}");
    }
}

#[test]
fn explained_text() {
    let work = indexed();
    let text = printed(&work, &["query", "+shovel", "--explain"]);
    // The numbers may change, the clauses are the plan's.
    let clauses: Vec<&str> = text
        .lines()
        .skip_while(|line| !line.trim_start().starts_with("score "))
        .skip(1)
        .map_while(|line| line.trim().split_once("  ").map(|(_, clause)| clause))
        .collect();
    assert_eq!(clauses, ["title:shovel  of title^3|summary^1.5|abstract:shovel"], "{text}");
    // How the query was read stands before the hits.
    assert!(text.starts_with("read as: +shovel\nsearched: (+(title^3|"), "{text}");
}

#[test]
fn json_for_programs() {
    let work = indexed();
    insta::assert_snapshot!(printed(&work, &["query", "smile", "shovel)", "--format", "json", "-q"]), @r#"
    {"query":"smile shovel)","total":2,"took_ms":[…],"warnings":["a parenthesis has no partner and is not read"],"hits":[{"rank":1,"score":[…],"id":"2601.00002","version":1,"title":"=SUM(A1) Burrows without a Shovel","summary":"研究无铲挖掘","authors":["Bo Tester"],"date":"2026-01-03","url":"http://arxiv.org/abs/2601.00002v1","abstract":"Burrows are dug. Quokkas dig none.","digests":[{"file":"[work]/papers/a.txt","date":"2026-01-05"}],"snippets":{"title":"=SUM(A1) Burrows without a <mark>Shovel</mark>","summary":"研究无铲挖掘","abstract":"Burrows are dug. Quokkas dig none."}},{"rank":2,"score":[…],"id":"2601.00001","version":2,"title":"QuokkaNet {Smiling} & <b>Grinning</b> at 98% of the $Cost_1$","summary":"提出QuokkaNet微笑网络,用1200小时的面部录像研究短尾矮袋鼠为何微笑,预测准确率达到九成,超过饲养员。","authors":["Ann Example","Günter Höß","Li-Na Wu","C. D. Writer","Bo Tester","Zoë Åkerlund"],"date":"2026-01-04","url":"http://arxiv.org/abs/2601.00001v2","abstract":"Quokkas smile more than 40% of the day, but nobody has asked why. We train QuokkaNet on 1,200 hours of quokka faces and find that a smile costs less than a frown [1]. Our code is at https://example.org/quokka_net and runs on a phone. In a study with twelve keepers, smiles that QuokkaNet predicted came true in nine of ten cases, which is better than the keepers did.","digests":[{"file":"[work]/papers/b.txt","date":"2026-01-06"},{"file":"[work]/papers/a.txt","date":"2026-01-05"}],"snippets":{"title":"QuokkaNet {<mark>Smiling</mark>} &amp; &lt;b&gt;Grinning&lt;/b&gt; at 98% of the $Cost_1$","summary":"提出QuokkaNet微笑网络,用1200小时的面部录像研究短尾矮袋鼠为何微笑,预测准确率达到九成,超过饲养员。","abstract":"…of quokka faces and find that a <mark>smile</mark> costs less than a frown [1]. Our code is at https://example.org/quokka_net and runs on a phone. In a study with twelve keepers, <mark>smiles</mark> that QuokkaNet predicted came true in nine of ten cases, which is…"}}]}
    [end]
    "#);
    let answer = work.run(["query", "quokka", "--format", "json"]).succeeds().json();
    let lines = work.run(["query", "quokka", "--format", "jsonl"]).succeeds().stdout;
    assert_eq!(answer["hits"].as_array().unwrap(), &json_lines(&lines));
    let nothing = work.run(["query", "wombat", "--format", "json"]).ends_with(1);
    insta::assert_snapshot!(shown(&work, &nothing.stdout), @r#"
    {"query":"wombat","total":0,"took_ms":[…],"warnings":[],"hits":[]}
    [end]
    "#);
    assert_eq!(work.run(["query", "wombat", "--format", "jsonl"]).ends_with(1).stdout, "");
}

/// A match is marked, everything else is escaped.
#[test]
fn snippets_are_html() {
    let work = indexed();
    let answer = work.run(["query", "grinning", "面部录像", "keepers", "--format", "json"]).succeeds().json();
    let snippets = &answer["hits"][0]["snippets"];
    assert_eq!(
        text_of(snippets, "title"),
        "QuokkaNet {Smiling} &amp; &lt;b&gt;<mark>Grinning</mark>&lt;/b&gt; at 98% of the $Cost_1$"
    );
    assert!(text_of(snippets, "summary").contains("的<mark>面部录像</mark>研究"), "{snippets}");
    let text = text_of(snippets, "abstract");
    assert!(text.contains("twelve <mark>keepers</mark>, smiles") && text.starts_with('…'), "{snippets}");
}

#[test]
fn csv_for_spreadsheets() {
    let work = indexed();
    insta::assert_snapshot!(printed(&work, &["query", "--to", "2026-01-03", "--format", "csv"]), @r"
    rank,score,id,version,title,summary,authors,date,url,abstract
    1,0,2601.00002,1,'=SUM(A1) Burrows without a Shovel,研究无铲挖掘,Bo Tester,2026-01-03,http://arxiv.org/abs/2601.00002v1,Burrows are dug. Quokkas dig none.
    2,0,local-ae2873747231cddb,,A Note on Burrows,关于洞穴的笔记,Cy Burrow,2026-01-02,,Nothing is known.
    [end]
    ");
    let nothing = work.run(["query", "wombat", "--format", "csv"]).ends_with(1).stdout;
    insta::assert_snapshot!(shown(&work, &nothing), @r"
    rank,score,id,version,title,summary,authors,date,url,abstract
    [end]
    ");
}

#[test]
fn bibtex_for_papers() {
    let work = indexed();
    insta::assert_snapshot!(printed(&work, &["query", "--to", "2100", "--format", "bibtex"]), @r"
    @misc{arxiv-2601.00001,
    archiveprefix = {arXiv},
    author = {Ann Example and Günter Höß and Li-Na Wu and C. D. Writer and Bo Tester and Zoë Åkerlund},
    eprint = {2601.00001},
    note = {提出QuokkaNet微笑网络,用1200小时的面部录像研究短尾矮袋鼠为何微笑,预测准确率达到九成,超过饲养员。},
    title = {{QuokkaNet} \{Smiling\} \& <b>Grinning</b> at 98\% of the \$Cost\_1\$},
    url = {http://arxiv.org/abs/2601.00001v2},
    year = {2026},
    }

    @misc{arxiv-2601.00002,
    archiveprefix = {arXiv},
    author = {Bo Tester},
    eprint = {2601.00002},
    note = {研究无铲挖掘},
    title = {=SUM(A1) Burrows without a Shovel},
    url = {http://arxiv.org/abs/2601.00002v1},
    year = {2026},
    }

    @misc{local-ae2873747231cddb,
    author = {Cy Burrow},
    note = {关于洞穴的笔记},
    title = {A Note on Burrows},
    year = {2026},
    }

    [end]
    ");
}

#[test]
fn ris_for_reference_managers() {
    let work = indexed();
    insta::assert_snapshot!(printed(&work, &["query", "--to", "2100", "--format", "ris"]), @r"
    TY  - UNPB␍
    TI  - QuokkaNet {Smiling} & <b>Grinning</b> at 98% of the $Cost_1$␍
    AU  - Example, Ann␍
    AU  - Höß, Günter␍
    AU  - Wu, Li-Na␍
    AU  - Writer, C. D.␍
    AU  - Tester, Bo␍
    AU  - Åkerlund, Zoë␍
    PY  - 2026␍
    DA  - 2026/01/04/␍
    AB  - Quokkas smile more than 40% of the day, but nobody has asked why. We train QuokkaNet on 1,200 hours of quokka faces and find that a smile costs less than a frown [1]. Our code is at https://example.org/quokka_net and runs on a phone. In a study with twelve keepers, smiles that QuokkaNet predicted came true in nine of ten cases, which is better than the keepers did.␍
    N1  - 提出QuokkaNet微笑网络,用1200小时的面部录像研究短尾矮袋鼠为何微笑,预测准确率达到九成,超过饲养员。␍
    UR  - http://arxiv.org/abs/2601.00001v2␍
    ID  - 2601.00001␍
    ER  - ␍
    ␍
    TY  - UNPB␍
    TI  - =SUM(A1) Burrows without a Shovel␍
    AU  - Tester, Bo␍
    PY  - 2026␍
    DA  - 2026/01/03/␍
    AB  - Burrows are dug. Quokkas dig none.␍
    N1  - 研究无铲挖掘␍
    UR  - http://arxiv.org/abs/2601.00002v1␍
    ID  - 2601.00002␍
    ER  - ␍
    ␍
    TY  - UNPB␍
    TI  - A Note on Burrows␍
    AU  - Burrow, Cy␍
    PY  - 2026␍
    DA  - 2026/01/02/␍
    AB  - Nothing is known.␍
    N1  - 关于洞穴的笔记␍
    ID  - local-ae2873747231cddb␍
    ER  - ␍
    ␍
    [end]
    ");
}

/// Where a name is parted for a catalogue, its suffix stays what it is.
#[test]
fn names_for_catalogues() {
    let work = Work::new();
    let names = "Ann Example, Renzo Sample Jr., C. D. Writer, Jr., Abel P. Tester III, Pieter van der Wombat, Quokka, 袋熊";
    work.digest(
        "papers/a.txt",
        "2026-01-05",
        &[paper("2601.00001", "Quokka Smiles", "They smile.").authors(names)],
    );
    work.run(["index", "papers"]).succeeds();
    let ris = work.run(["query", "quokka", "--format", "ris"]).succeeds().stdout;
    let authors: Vec<&str> = ris.lines().filter_map(|line| line.strip_prefix("AU  - ")).collect();
    assert_eq!(
        authors,
        [
            "Example, Ann",
            "Sample, Renzo, Jr.",
            "Writer, C. D., Jr.",
            "Tester, Abel P., III",
            "van der Wombat, Pieter",
            "Quokka",
            "袋熊"
        ]
    );
    // BibTeX takes what stands before a comma for the family name, and knows particles.
    let bibtex = work.run(["query", "quokka", "--format", "bibtex"]).succeeds().stdout;
    let authors = bibtex.lines().find_map(|line| line.strip_prefix("author = {")).unwrap();
    let authors: Vec<&str> = authors.trim_end_matches("},").split(" and ").collect();
    assert_eq!(
        authors,
        [
            "Ann Example",
            "Sample, Jr., Renzo",
            "Writer, Jr., C. D.",
            "Tester, III, Abel P.",
            "Pieter van der Wombat",
            "Quokka",
            "袋熊"
        ]
    );
}

#[test]
fn markdown_for_notes() {
    let work = indexed();
    insta::assert_snapshot!(printed(&work, &["query", "--to", "2100", "--format", "markdown"]), @r"
    ## QuokkaNet {Smiling} \& \<b\>Grinning\</b\> at 98% of the \$Cost\_1\$

    提出QuokkaNet微笑网络,用1200小时的面部录像研究短尾矮袋鼠为何微笑,预测准确率达到九成,超过饲养员。

    Ann Example, Günter Höß, Li-Na Wu, C. D. Writer, Bo Tester, Zoë Åkerlund · 2026-01-04 · [2601.00001v2](<http://arxiv.org/abs/2601.00001v2>)

    Quokkas smile more than 40% of the day, but nobody has asked why. We train QuokkaNet on 1,200 hours of quokka faces and find that a smile costs less than a frown \[1\]. Our code is at https://example.org/quokka\_net and runs on a phone. In a study with twelve keepers, smiles that QuokkaNet predicted came true in nine of ten cases, which is better than the keepers did.

    ## =SUM(A1) Burrows without a Shovel

    研究无铲挖掘

    Bo Tester · 2026-01-03 · [2601.00002v1](<http://arxiv.org/abs/2601.00002v1>)

    Burrows are dug. Quokkas dig none.

    ## A Note on Burrows

    关于洞穴的笔记

    Cy Burrow · 2026-01-02 · local-ae2873747231cddb

    Nothing is known.

    [end]
    ");
}

#[test]
fn a_line_a_hit() {
    let work = indexed();
    insta::assert_snapshot!(printed(&work, &["query", "--to", "2100", "--format", "ids"]), @r"
    2601.00001
    2601.00002
    local-ae2873747231cddb
    [end]
    ");
    insta::assert_snapshot!(printed(&work, &["query", "--to", "2100", "--format", "trec"]), @r"
    1 Q0 2601.00001 1 0 paper-search
    1 Q0 2601.00002 2 0 paper-search
    1 Q0 local-ae2873747231cddb 3 0 paper-search
    [end]
    ");
    let ranked = work.run(["query", "burrows", "--format", "trec"]).succeeds().stdout;
    let scores: Vec<f64> =
        ranked.lines().map(|line| line.split(' ').nth(4).unwrap().parse().unwrap()).collect();
    assert!(scores.is_sorted_by(|a, b| a >= b) && scores[0] > 0.0, "{ranked}");
}

#[test]
fn batches_in_text() {
    let work = indexed();
    let batch = work
        .program(["query", "--batch", "-"])
        .stdin("shovel\n\n{\"id\":\"none\",\"query\":\"wombat\"}\n{\n");
    let outcome = batch.run().ends_with(2);
    insta::assert_snapshot!(shown(&work, &outcome.stdout), @r#"
    ── 1: shovel
    1. =SUM(A1) Burrows without a Shovel
       研究无铲挖掘
       2601.00002v1 · 2026-01-03 · Bo Tester

    1 paper ([…] ms)
    ── none: wombat
    no paper found ([…] ms)
    ── 4: {
    this is no JSON object with "id", "query", "author", "from", "to", "limit": EOF while parsing an object at line 1 column 1

    [end]
    "#);
    insta::assert_snapshot!(shown(&work, &outcome.stderr), @r#"
    error: -:4: this is no JSON object with "id", "query", "author", "from", "to", "limit": EOF while parsing an object at line 1 column 1
    [end]
    "#);
}

#[test]
fn one_paper_in_full() {
    let work = indexed();
    insta::assert_snapshot!(printed(&work, &["show", "http://arxiv.org/abs/2601.00001v2"]), @r"
    QuokkaNet {Smiling} & <b>Grinning</b> at 98% of the $Cost_1$
    提出QuokkaNet微笑网络,用1200小时的面部录像研究短尾矮袋鼠为何微笑,预测准确率达到
    九成,超过饲养员。
    Ann Example, Günter Höß, Li-Na Wu, C. D. Writer, Bo Tester, Zoë Åkerlund
    2601.00001v2 · 2026-01-04
    http://arxiv.org/abs/2601.00001v2
    2026-01-06  [work]/papers/b.txt
    2026-01-05  [work]/papers/a.txt

    Quokkas smile more than 40% of the day, but nobody has asked why. We train
    QuokkaNet on 1,200 hours of quokka faces and find that a smile costs less than a
    frown [1]. Our code is at https://example.org/quokka_net and runs on a phone. In
    a study with twelve keepers, smiles that QuokkaNet predicted came true in nine
    of ten cases, which is better than the keepers did.
    [end]
    ");
    insta::assert_snapshot!(printed(&work, &["show", "arXiv:2601.00002", "--format", "ids"]), @r"
    2601.00002
    [end]
    ");
    let missing = work.run(["show", "arXiv:2601.09999"]).ends_with(1);
    insta::assert_snapshot!(shown(&work, &(missing.stdout + &missing.stderr)), @r"
    there is no paper arXiv:2601.09999 in the index
    [end]
    ");
    // Another version than the one that was asked for is shown, and said to be.
    let other = work.run(["show", "2601.00001v1", "--format", "ids"]).succeeds();
    insta::assert_snapshot!(shown(&work, &(other.stdout + &other.stderr)), @r"
    2601.00001
    the digests have another version of 2601.00001 than v1; this is it
    [end]
    ");
}

#[test]
fn papers_like_a_paper() {
    let work = Work::with_samples();
    let similar = |args: &[&str]| {
        work.run(["similar", "2602.94871", "--format", "json"].iter().chain(args)).succeeds().json()
    };
    let found = similar(&[]);
    let ids = ids_of(&found);
    assert!(!ids.contains(&"2602.94871"), "a paper is not like itself: {ids:?}");
    for id in ["2603.01042", "2603.05720", "2603.09764"] {
        assert!(ids[..4].contains(&id), "{id}: {ids:?}");
    }
    // Filters, order and page as with `query`.
    let late = similar(&["--from", "2026-03-16", "-n", "1"]);
    assert_eq!(ids_of(&late), ["2603.09764"]);
    let newest = similar(&["--sort", "newest", "-n", "100"]);
    let dates: Vec<&str> =
        newest["hits"].as_array().unwrap().iter().map(|hit| text_of(hit, "date")).collect();
    assert!(dates.is_sorted_by(|a, b| a >= b), "{dates:?}");
    let by_author = similar(&["--author", "Ruolan Jiang", "--explain"]);
    assert_eq!(ids_of(&by_author), ["2603.05720"]);
    assert!(!by_author["hits"][0]["explanation"].as_array().unwrap().is_empty());
    // The terms that stand for it, the most telling first.
    let weights: Vec<f64> =
        found["terms"].as_array().unwrap().iter().map(|term| term["weight"].as_f64().unwrap()).collect();
    assert!(weights[0] == 1.0 && weights.is_sorted_by(|a, b| a >= b), "{weights:?}");
    let terms: Vec<&str> =
        found["terms"].as_array().unwrap().iter().map(|term| text_of(term, "term")).collect();
    assert!(terms.contains(&"specul") && terms.contains(&"推测"), "{terms:?}");
    let explained = work.run(["similar", "2602.94871", "--explain"]).succeeds().stdout;
    assert!(explained.starts_with("alike by: ") && explained.contains("specul"), "{explained}");
    let text = work.run(["similar", "https://arxiv.org/abs/2602.94871v1"]).succeeds().says_nothing().stdout;
    assert!(text.starts_with("1. "), "{text}");
}

/// Like several: papers of both kinds come, neither of the papers themselves.
#[test]
fn papers_like_several_papers() {
    let work = Work::with_samples();
    let (drafting, distilling) = ("2602.94871", "2602.93987");
    let similar = |ids: &[&str]| {
        let answer = work.run(["similar", "--format", "json"].iter().chain(ids)).succeeds().json();
        ids_of(&answer).into_iter().map(str::to_string).collect::<Vec<_>>()
    };
    let both = similar(&[drafting, distilling]);
    assert_eq!(both, similar(&[distilling, drafting, distilling]), "order and repetition do not matter");
    for own in [drafting, distilling] {
        assert!(!both.contains(&own.to_string()), "{both:?}");
        let alone = similar(&[own]);
        let best = alone.iter().find(|id| ![drafting, distilling].contains(&id.as_str())).unwrap();
        assert!(both[..5].contains(best), "{best}: {both:?}");
    }
    // Who is not there is told; the others do.
    let outcome = work.run(["similar", drafting, "2603.99999", "--format", "ids"]).succeeds();
    assert_eq!(outcome.stdout.lines().collect::<Vec<_>>(), similar(&[drafting]));
    outcome.says(&["2603.99999"]);
    work.run(["similar"]).complains(&["ID"]);
}

#[test]
fn what_the_index_holds() {
    let work = indexed();
    insta::assert_snapshot!(printed(&work, &["stats"]), @r"
    index    [work]/index ([…] kB, 1 segment)
    papers   3 (2026-01-02 to 2026-01-04)
    digests  2 (2026-01-05 to 2026-01-06)
    authors  7
                2  Bo Tester
                1  Ann Example
                1  C. D. Writer
                1  Cy Burrow
                1  Günter Höß
                1  Li-Na Wu
                1  Zoë Åkerlund
    [end]
    ");
    insta::assert_snapshot!(printed(&work, &["stats", "--format", "json"]), @r#"
    {"index":"[work]/index","papers":3,"digests":2,"dates":["2026-01-02","2026-01-04"],"digest_dates":["2026-01-05","2026-01-06"],"undated":0,"authors":7,"top_authors":[{"author":"Bo Tester","papers":2},{"author":"Ann Example","papers":1},{"author":"C. D. Writer","papers":1},{"author":"Cy Burrow","papers":1},{"author":"Günter Höß","papers":1},{"author":"Li-Na Wu","papers":1},{"author":"Zoë Åkerlund","papers":1}],"segments":1,"index_bytes":[…]}
    [end]
    "#);
    insta::assert_snapshot!(printed(&work, &["check"]), @r"
    sound: 3 papers of 2 digests read, 7 files compared with their checksums
    [end]
    ");
    let empty = Work::new();
    empty.write("papers/.keep", "");
    empty.run(["index", "papers"]).succeeds();
    insta::assert_snapshot!(printed(&empty, &["stats"]), @r"
    index    [work]/index ([…] kB, 0 segments)
    papers   0 (no dates)
    digests  0 (no dates)
    authors  0
    [end]
    ");
    empty.run(["check"]).succeeds();
}

#[test]
fn what_each_field_costs() {
    let work = indexed();
    let stats: Value =
        serde_json::from_str(&work.run(["stats", "--fields", "--format", "json"]).succeeds().stdout).unwrap();
    let fields = stats["fields"].as_array().unwrap();
    let bytes = |field: &Value, part: &str| field[part].as_u64().unwrap();
    let parts = ["terms", "postings", "positions", "lengths", "columns", "stored"];
    let mut all = 0;
    for field in fields {
        let sum: u64 = parts.iter().map(|part| bytes(field, part)).sum();
        assert_eq!(bytes(field, "total"), sum, "{field}");
        assert!(sum > 0, "{field}");
        all += sum;
    }
    assert!(fields.is_sorted_by_key(|field| std::cmp::Reverse(bytes(field, "total"))));
    assert!(all < bytes(&stats, "index_bytes"), "{all}");
    let of = |name: &str| fields.iter().find(|field| field["field"] == name).unwrap();
    for (name, has, has_not) in [
        ("title", "postings", "positions"),
        ("abstract_exact", "positions", "stored"),
        ("author", "terms", "lengths"),
        ("date", "columns", "postings"),
        ("id", "columns", "positions"),
        ("record", "stored", "terms"),
    ] {
        assert!(bytes(of(name), has) > 0 && bytes(of(name), has_not) == 0, "{}", of(name));
    }
    let text = work.run(["stats", "--fields"]).succeeds().stdout;
    let table: Vec<&str> = text.lines().skip_while(|line| !line.starts_with("fields, in kB")).collect();
    assert_eq!(table.len(), 1 + fields.len(), "{text}");
    for (line, field) in table[1..].iter().zip(fields) {
        assert!(line.starts_with(text_of(field, "field")), "{line}");
    }
}

#[test]
fn what_was_indexed() {
    let work = indexed();
    let [quokka, ..] = papers();
    work.digest("papers/c.txt", "2026-01-07", &[quokka.date("soon")]);
    work.write("papers/milk.txt", "milk\n");
    fs::remove_file(work.path("papers/b.txt")).unwrap();
    let outcome = work.run(["index", "papers"]).ends_with(2);
    insta::assert_snapshot!(shown(&work, &outcome.stdout), @r"
    index:   [work]/index ([…] s)
    digests: 1 added, 1 removed, 1 unchanged, 1 failed
    papers:  1 updated, 1 removed (2 in all)
    [end]
    ");
    insta::assert_snapshot!(shown(&work, &outcome.stderr), @r"
    warning: [work]/papers/c.txt:4: `soon` is not a date; the paper is kept without a date
    error: [work]/papers/milk.txt:1: this is no digest: there is neither a date on the first line nor an `Authors:` line anywhere, and it is no Markdown, JSON lines, Atom or BibTeX with papers either
    [end]
    ");
}

const COMMANDS: [&str; 9] =
    ["query", "index", "parse", "show", "similar", "stats", "check", "completions", "man"];

#[test]
fn help_of_every_command_has_an_example() {
    let work = Work::new();
    for command in COMMANDS {
        let outcome = work.bare([command, "--help"]).run().succeeds().says_nothing();
        assert!(outcome.stdout.contains("Example"), "{outcome:?}");
        assert!(outcome.stdout.contains(&format!("\n  paper-search {command}")), "{outcome:?}");
        assert!(outcome.stdout.lines().all(|line| line.width() <= 100), "{outcome:?}");
        let brief = work.bare([command, "-h"]).run().succeeds().says_nothing();
        assert!(brief.stdout.len() < outcome.stdout.len(), "{brief:?}");
    }
    let help = work.bare(["--help"]).run().succeeds().says_nothing().stdout;
    assert!(COMMANDS.iter().all(|command| help.contains(&format!("\n  {command} "))), "{help}");
    let version = work.bare(["--version"]).run().succeeds().says_nothing().stdout;
    assert_eq!(version, format!("paper-search {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn completions_and_manual_begin_as_they_should() {
    let work = Work::new();
    for (shell, beginning) in [
        ("bash", "_paper__search() {"),
        ("zsh", "#compdef paper-search"),
        ("fish", "# Print an optspec"),
        ("elvish", "\nuse builtin;"),
        ("powershell", "\nusing namespace System.Management.Automation"),
    ] {
        let script = work.bare(["completions", shell]).run().succeeds().says_nothing().stdout;
        assert!(script.starts_with(beginning), "{shell}: {}", &script[..200]);
        assert!(COMMANDS.iter().all(|command| script.contains(command)), "{shell}");
        assert!(script.contains("digest-from"), "{shell}");
    }
    work.bare(["completions", "sash"]).run().complains(&["sash", "bash"]);
    let manual = work.bare(["man"]).run().succeeds().says_nothing().stdout;
    assert!(manual.starts_with(".ie \\n(.g .ds Aq \\(aq\n"), "{}", &manual[..200]);
    assert!(manual.contains("\n.TH paper-search 1 "), "{}", &manual[..200]);
    // One page for all of it.
    for text in COMMANDS.into_iter().chain(["\\-\\-digest\\-from", "\\-\\-rebuild", "\\-\\-batch"]) {
        assert!(manual.contains(text), "{text}");
    }
}

#[test]
fn mistakes_on_the_command_line() {
    let work = indexed();
    let mut all = String::new();
    for args in [
        &[][..],
        &["qurey", "x"],
        &["query", "x", "--colour-me", "red"],
        &["query", "x", "--colour", "always"],
        &["query", "x", "--format", "jsn"],
        &["query", "x", "--limit"],
        &["query", "-x"],
        &["query"],
        &["query", "x", "--from", "2026-02-30"],
        &["query", "x", "--from", "2026-03-17", "--to", "2026-03-12"],
        &["query", "x", "--since", "week"],
        &["query", "x", "--author", "?"],
        &["query", "--batch", "nowhere.txt"],
        &["-q", "-v", "stats"],
        &["show"],
        &["parse"],
        &["parse", "nowhere.txt"],
        &["index"],
        &["index", "nowhere"],
        &["--index", "nowhere", "stats"],
        &["--index", "papers", "stats"],
        &["--config", "nowhere.toml", "stats"],
    ] {
        let named = args.first().is_some_and(|first| first.starts_with("--"));
        let outcome = if named { work.bare(args).run() } else { work.run(args) }.complains(&["error: "]);
        all.push_str(&format!("$ paper-search {}\n{}\n", args.join(" "), outcome.stderr));
    }
    insta::assert_snapshot!(shown(&work, &all), @r#"
    $ paper-search 
    error: a command is missing, such as `paper-search query "speculative decoding"`
    Try `paper-search --help`.

    $ paper-search qurey x
    error: unrecognized subcommand 'qurey'; tip: a similar subcommand exists: 'query'
    Try `paper-search --help`.

    $ paper-search query x --colour-me red
    error: unexpected argument '--colour-me' found; tip: a similar argument exists: '--color'
    Try `paper-search query --help`.

    $ paper-search query x --colour always
    error: unexpected argument '--colour' found; tip: a similar argument exists: '--color'
    Try `paper-search query --help`.

    $ paper-search query x --format jsn
    error: invalid value 'jsn' for '--format <FORMAT>' [possible values: text, json, jsonl, csv, bibtex, ris, markdown, ids, trec]; tip: a similar value exists: 'json'
    Try `paper-search query --help`.

    $ paper-search query x --limit
    error: a value is required for '--limit <N>' but none was supplied
    Try `paper-search query --help`.

    $ paper-search query -x
    error: unexpected argument '-x' found; to leave out a word, quote the query: paper-search query 'decoding -tree'
    Try `paper-search query --help`.

    $ paper-search query
    error: there is nothing to search for; give words, or a filter such as --author NAME or --from DATE

    $ paper-search query x --from 2026-02-30
    error: `2026-02-30` is not a date that exists

    $ paper-search query x --from 2026-03-17 --to 2026-03-12
    error: the range from 2026-03-17 to 2026-03-12 ends before it begins

    $ paper-search query x --since week
    error: `week` is not a span of time; write 7d, 2w, 3m or 1y

    $ paper-search query x --author ?
    error: --author `?` has no letter in it

    $ paper-search query --batch nowhere.txt
    error: cannot open the batch nowhere.txt: No such file or directory (os error 2)

    $ paper-search -q -v stats
    error: the argument '--quiet' cannot be used with '--verbose'
    Try `paper-search stats --help`.

    $ paper-search show
    error: the following required arguments were not provided: <ID>
    Try `paper-search show --help`.

    $ paper-search parse
    error: the following required arguments were not provided: <PATHS>...
    Try `paper-search parse --help`.

    $ paper-search parse nowhere.txt
    error: cannot open nowhere.txt: No such file or directory (os error 2)

    $ paper-search index
    error: no digests are named; give a PATH, or `digests = ["PATH"]` in paper-search.toml

    $ paper-search index nowhere
    error: cannot open nowhere: No such file or directory (os error 2)

    $ paper-search --index nowhere stats
    error: there is no index at nowhere; `paper-search index PATH` makes one from digests

    $ paper-search --index papers stats
    error: papers is not an index; name another folder, or an empty one to make an index in

    $ paper-search --config nowhere.toml stats
    error: cannot read the configuration file nowhere.toml: No such file or directory (os error 2)

    [end]
    "#);
}

/// Every way to print something.
const PRINTING: [&[&str]; 19] = [
    &["query", "quokka"],
    &["query", "quokka", "--format", "json"],
    &["query", "quokka", "--format", "jsonl"],
    &["query", "quokka", "--format", "csv"],
    &["query", "quokka", "--format", "bibtex"],
    &["query", "quokka", "--format", "ris"],
    &["query", "quokka", "--format", "markdown"],
    &["query", "quokka", "--format", "ids"],
    &["query", "quokka", "--format", "trec"],
    &["query", "--batch", "questions.txt", "--format", "jsonl"],
    &["show", "2601.00001"],
    &["similar", "2601.00001"],
    &["stats"],
    &["check"],
    &["parse", "papers"],
    &["index", "papers"],
    &["completions", "bash"],
    &["man"],
    &["--help"],
];

/// Runs with standard output going elsewhere.
fn run_into(work: &Work, args: &[&str], output: Stdio) -> Outcome {
    let mut command = work.program(args).into_command();
    let errors = work.path("stderr.txt");
    command.stdin(Stdio::null()).stdout(output).stderr(fs::File::create(&errors).unwrap());
    let mut child = command.spawn().unwrap();
    // The command keeps its end of a pipe open.
    drop(command);
    let code = wait(&mut child, &args.join(" "));
    Outcome::new(code, String::new(), fs::read_to_string(&errors).unwrap(), args.join(" "))
}

#[test]
fn a_closed_pipe_is_no_error() {
    let work = indexed();
    work.write("questions.txt", "quokka\nburrows\n");
    for args in PRINTING {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let outcome = run_into(&work, args, writer.into()).succeeds();
        assert!(!outcome.stderr.contains("error"), "{outcome:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let work = indexed();
    work.write("questions.txt", "quokka\nburrows\n");
    for args in PRINTING {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        run_into(&work, args, full.into()).ends_with(2).says(&["error: ", "o space left"]);
    }
}
