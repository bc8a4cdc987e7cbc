//! The interface for programs, by a table of requests.

use serde_json::{Value, json};

use super::server::Server;
use crate::harness::{Work, digest, ids_of, paper};

/// What an answer must be.
enum Is {
    /// 200, with as many hits in all, and these first.
    Found(usize, &'static [&'static str]),
    /// The status, and a text in the error.
    Refused(u16, &'static str),
}
use Is::{Found, Refused};

#[test]
fn search_answers_as_query_does() {
    let work = Work::with_samples();
    let server = Server::start(&work);
    for (address, expected) in [
        ("q=speculative+decoding", Found(9, &[])),
        ("q=%E6%8E%A8%E6%B5%8B%E8%A7%A3%E7%A0%81", Found(9, &["2603.05720"])),
        ("q=draftgrove", Found(1, &["2602.94871"])),
        ("author=Ruoshui+Tan", Found(1, &["2602.94871"])),
        ("author=Tan,+R.&author=xue", Found(1, &["2602.94871"])),
        ("author=Ruoshui+Tan&author=Nobody", Found(0, &[])),
        ("q=decoding&from=2026-02&to=2026-02", Found(2, &[])),
        ("q=decoding&from=2026-03", Found(7, &[])),
        ("q=decoding&digest_from=2026-03-17", Found(3, &[])),
        ("q=decoding&digest=2026-03-17.txt", Found(3, &[])),
        ("q=decoding&since=1d", Found(0, &[])),
        ("q=decoding&limit=0", Found(9, &[])),
        ("q=decoding&offset=100", Found(9, &[])),
        ("", Found(44, &[])),
        ("q=&from=&author=", Found(44, &[])),
        ("q=zyzzyva", Found(0, &[])),
        ("limit=ten", Refused(400, "limit `ten` is not a whole number")),
        ("limit=-1", Refused(400, "limit `-1`")),
        ("limit=1001", Refused(400, "at most 1000")),
        ("offset=100001", Refused(400, "at most 100000")),
        ("limit=", Refused(400, "limit `` is not a whole number")),
        ("sort=", Refused(400, "relevance, newest or oldest")),
        ("sort=best", Refused(400, "relevance, newest or oldest")),
        ("from=2026-02-30", Refused(400, "`2026-02-30` is not a date that exists")),
        ("from=2026-03&to=2026-02", Refused(400, "ends before it begins")),
        ("from=2026&since=7d", Refused(400, "give one of them")),
        ("since=soon", Refused(400, "7d, 2w, 3m or 1y")),
        ("author=%3F%3F", Refused(400, "has no letter in it")),
        ("autor=Tan", Refused(400, "there is no parameter `autor`")),
    ] {
        let answer = server.get(&format!("/api/v1/search?{address}"));
        let object = answer.json();
        match expected {
            Found(total, first) => {
                assert_eq!((answer.status, &object["total"]), (200, &json!(total)), "{address}");
                assert!(ids_of(&object).starts_with(first), "{address}: {object}");
            }
            Refused(status, text) => {
                assert_eq!(answer.status, status, "{address}");
                assert!(object["error"].as_str().unwrap().contains(text), "{address}: {object}");
            }
        }
        assert_eq!(answer.header("content-type"), "application/json", "{address}");
    }
    // The contract's object, with the way to the next page.
    let mut object = server.json("/api/v1/search?q=draft&limit=2");
    let mut printed = work.run(["query", "draft", "--limit", "2", "--format", "json"]).succeeds().json();
    assert_eq!(object["next"], "/api/v1/search?q=draft&limit=2&offset=2");
    for (object, more) in
        [(&mut object, ["took_ms", "next", "limit", "offset"]), (&mut printed, ["took_ms"; 4])]
    {
        more.iter().for_each(|key| drop(object.as_object_mut().unwrap().remove(*key)));
    }
    assert_eq!(object, printed);
}

#[test]
fn pages_lead_through_the_whole_list() {
    let work = Work::with_samples();
    let server = Server::start(&work);
    let mut next = "/api/v1/search?q=model&sort=oldest&limit=7".to_string();
    let mut ids = Vec::new();
    let total = loop {
        let page = server.json(&next);
        ids.extend(ids_of(&page).into_iter().map(str::to_string));
        match page["next"].as_str() {
            Some(address) => next = address.to_string(),
            None => break page["total"].as_u64().unwrap(),
        }
    };
    let all = server.json("/api/v1/search?q=model&sort=oldest&limit=1000");
    assert_eq!(ids, ids_of(&all));
    assert_eq!(total, ids.len() as u64);
}

#[test]
fn papers_and_their_kin() {
    let work = Work::with_samples();
    let old = paper("hep-th/9901001", "Quokkas of Old", "An old paper of quokkas.");
    work.run(["index", work.digest("old.txt", "2026-01-05", &[old]).to_str().unwrap()]).succeeds();
    let server = Server::start(&work);
    for id in ["2602.94871", "2602.94871v1", "hep-th/9901001", "hep-th%2F9901001"] {
        let object = server.json(&format!("/api/v1/papers/{id}"));
        assert!(object["title"].as_str().is_some_and(|title| !title.is_empty()), "{id}: {object}");
        assert_eq!(object["truncated"], false);
    }
    let alike = server.json("/api/v1/papers/2602.94871/similar?limit=3&from=2026-03");
    assert_eq!(ids_of(&alike).len(), 3);
    assert!(!alike["terms"].as_array().unwrap().is_empty());
    let printed =
        work.run(["similar", "2602.94871", "--limit", "3", "--from", "2026-03", "--format", "json"]).json();
    assert_eq!(ids_of(&alike), ids_of(&printed));
    assert!(
        alike["next"].as_str().unwrap().starts_with("/api/v1/papers/2602.94871/similar?from=2026-03&limit=3")
    );
    let old = server.get("/api/v1/papers/hep-th/9901001/similar");
    assert_eq!(old.status, 200, "{}", old.text());
    for (address, status) in [
        ("/api/v1/papers/2602.00001", 404),
        ("/api/v1/papers/2602.00001/similar", 404),
        ("/api/v1/papers/2602.94871/similar?q=x", 400),
        ("/api/v1/papers/2602.94871?format=docx", 400),
        ("/api/v1/papers/2602.94871?limit=1", 400),
        ("/api/v1/nothing", 404),
        ("/api/v1/facets?most=1001", 400),
        ("/api/v1/suggest?limit=51", 400),
        ("/api/v1/stats?q=1", 400),
        ("/api/v1/export?q=a", 400),
        ("/api/v1/export?q=a&format=pdf", 400),
    ] {
        let answer = server.get(address);
        assert_eq!(answer.status, status, "{address}");
        assert!(answer.json()["error"].is_string(), "{address}");
    }
}

#[test]
fn counts_completions_and_figures() {
    let work = Work::with_samples();
    let server = Server::start(&work);
    let facets = server.json("/api/v1/facets?q=decoding&most=2");
    assert_eq!(facets["total"], 9);
    assert_eq!(
        facets["months"],
        json!([{"month": "2026-02", "papers": 2}, {"month": "2026-03", "papers": 7}])
    );
    assert_eq!(facets["authors"].as_array().unwrap().len(), 2);
    assert_eq!(facets["digests"][0]["papers"], 3);
    let narrowed = server.json("/api/v1/facets?q=decoding&from=2026-03");
    assert_eq!(narrowed["total"], 7);

    let texts = |address: &str| -> Vec<String> {
        let completions = server.json(address);
        let list = completions["completions"].as_array().unwrap().iter();
        list.map(|completion| completion["text"].as_str().unwrap().to_string()).collect()
    };
    assert_eq!(texts("/api/v1/suggest?q=dec")[0], "decoding");
    assert_eq!(texts("/api/v1/suggest?q=speculative+dec&limit=1"), ["speculative decoding"]);
    assert_eq!(texts("/api/v1/suggest?q=ruosh"), ["Ruoshui Tan"]);
    assert!(texts("/api/v1/suggest").is_empty());

    let stats = server.json("/api/v1/stats");
    let mut printed = work.run(["stats", "--format", "json"]).succeeds().json();
    printed["index"] = stats["index"].clone();
    assert_eq!(stats, printed);
}

#[test]
fn results_are_exported_in_every_format() {
    let work = Work::with_samples();
    let server = Server::start(&work);
    for format in ["json", "jsonl", "csv", "bibtex", "ris", "markdown", "ids", "trec"] {
        let answer = server.get(&format!("/api/v1/export?q=draft&format={format}"));
        let printed = work.run(["query", "draft", "--limit", "1000", "--format", format]).succeeds().stdout;
        let without_time = |text: &str| match serde_json::from_str::<Value>(text) {
            Ok(Value::Object(mut object)) => {
                object.remove("took_ms");
                Value::Object(object).to_string()
            }
            _ => text.to_string(),
        };
        assert_eq!(without_time(&answer.text()), without_time(&printed), "{format}");
        assert!(
            answer.header("content-disposition").starts_with("attachment; filename=\"papers."),
            "{format}"
        );
    }
    let bibtex = server.get("/api/v1/papers/2602.94871?format=bibtex").text();
    assert!(bibtex.starts_with("@misc{arxiv-2602.94871,"), "{bibtex}");
}

#[test]
fn whoever_has_the_answer_is_told_so() {
    let work = Work::with_samples();
    let server = Server::start(&work);
    for address in ["/api/v1/search?q=draft", "/?q=draft", "/feed?q=draft", "/part?q=draft", "/static/app.js"]
    {
        let first = server.get(address);
        let tag = first.header("etag").to_string();
        assert!(!tag.is_empty(), "{address}");
        let again = server.get_with(address, &[("if-none-match", &tag)]);
        assert_eq!((again.status, again.body.len()), (304, 0), "{address}");
        assert_eq!(server.get_with(address, &[("if-none-match", "W/\"other\"")]).status, 200, "{address}");
    }
    let tag =
        |language| server.get_with("/?q=draft", &[("accept-language", language)]).header("etag").to_string();
    assert_ne!(tag("en"), tag("zh"));
}

#[test]
fn answers_are_compressed_for_who_can_read_that() {
    let work = Work::with_samples();
    let server = Server::start(&work);
    let whole = server.get("/api/v1/search?limit=40");
    for encoding in ["gzip", "br"] {
        let answer = server.get_with("/api/v1/search?limit=40", &[("accept-encoding", encoding)]);
        assert_eq!(answer.header("content-encoding"), encoding);
        assert!(answer.header("vary").contains("accept-encoding"));
        assert!(answer.body.len() * 2 < whole.body.len(), "{encoding}: {}", answer.body.len());
    }
    let mut text = String::new();
    let gzip = server.get_with("/api/v1/search?limit=40", &[("accept-encoding", "gzip")]);
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&gzip.body[..]), &mut text).unwrap();
    let unpacked: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(ids_of(&unpacked), ids_of(&whole.json()));
}

#[test]
fn any_search_is_a_feed() {
    let work = Work::new();
    let papers = [
        paper("2601.00001", "Wombats & <Quokkas>", "Draft \u{1b}[31m \u{202e} \u{fffe} <script>x</script>"),
        paper("2601.00002", "A Later Wombat", "Another draft.").date("2026-01-05"),
        paper("2601.00003", "A Wombat Without a Web", "No draft.").link("javascript:alert(1)"),
    ];
    work.digest("d/a.txt", "2026-01-06", &papers);
    work.run(["index", "d"]).succeeds();
    let server = Server::start(&work);
    let answer = server.get("/feed?q=wombat");
    assert_eq!(answer.header("content-type"), "application/atom+xml; charset=utf-8");
    let text = answer.text();
    let at = |needle: &str| text.find(needle).unwrap_or_else(|| panic!("{needle}: {text}"));
    assert!(at("A Later Wombat") < at("Wombats &amp; &lt;Quokkas&gt;"));
    assert!(!text.contains("javascript:") && !text.contains(['\u{1b}', '\u{202e}', '\u{fffe}']), "{text}");
    assert!(text.contains(&format!("<id>http://{}/feed?q=wombat</id>", server.address())), "{text}");
    // It reads as what it is: the program reads Atom as well.
    work.write("feed.xml", &answer.body);
    let read = work.run(["parse", "feed.xml"]).stdout;
    assert_eq!(read.lines().count(), 3, "{read}");
    assert_eq!(server.get("/feed?limit=x").status, 400);
}

#[test]
fn the_description_is_served() {
    let work = Work::with_samples();
    let server = Server::start(&work);
    let document = server.json("/api/v1/openapi.json");
    let paths: Vec<&String> = document["paths"].as_object().unwrap().keys().collect();
    for path in ["search", "export", "papers/{id}", "papers/{id}/similar", "facets", "suggest", "stats"] {
        assert!(paths.iter().any(|known| **known == format!("/api/v1/{path}")), "{path}: {paths:?}");
    }
    let schemas = &document["components"]["schemas"];
    assert!(
        schemas["SearchObject"].is_object() && schemas["EntryObject"]["properties"]["abstract"].is_object()
    );
}

/// A digest of many papers, for answers that are large.
pub(super) fn many_papers(count: usize) -> String {
    let papers: Vec<_> = (0..count)
        .map(|number| {
            let text = format!("Wombat number {number} digs. ").repeat(30);
            paper(&format!("2601.{number:05}"), &format!("Wombat {number}"), &text)
        })
        .collect();
    digest("2026-01-06", &papers)
}
