//! Saved searches on the page, for programs, and as feeds.

use std::fs;

use serde_json::json;

use super::server::Server;
use crate::harness::{Work, ids_of, paper};

const FILE: &str = "home/.local/share/paper-search/saved.jsonl";

/// An index of one digest, and a search that finds both its papers and has seen them.
fn with_wombats() -> Work {
    let work = Work::new();
    add(&work, "a.txt", &["2601.00001", "2601.00002"]);
    work.run(["save", "digging", "wombat"]).succeeds();
    work
}

fn add(work: &Work, file: &str, ids: &[&str]) {
    let papers: Vec<_> = ids.iter().map(|id| paper(id, &format!("Wombat of {id}"), "It digs.")).collect();
    work.digest(&format!("d/{file}"), "2026-01-05", &papers);
    work.run(["index", "d"]).succeeds();
}

/// The value of a hidden field of a page.
fn field(page: &str, name: &str) -> String {
    let (_, rest) =
        page.split_once(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("{name}: {page}"));
    rest.split('"').next().unwrap().to_string()
}

/// What `new` finds, and leaves as it is.
fn new(work: &Work, name: &str) -> Vec<String> {
    let outcome = work.run(["new", name, "--keep", "--format", "ids"]);
    outcome.stdout.lines().map(str::to_string).collect()
}

#[test]
fn what_came_is_shown_and_marked_as_seen() {
    let work = with_wombats();
    let server = Server::start(&work);
    let begin = server.get("/");
    assert!(begin.text().contains("href=\"/saved/digging\" data-saved=\"digging\""), "{}", begin.text());
    assert!(server.get("/saved/digging").text().contains("Nothing new"));
    add(&work, "b.txt", &["2601.00003"]);
    add(&work, "c.txt", &["2601.00001v2"]);

    // To count takes a while: nobody waits for it who does not ask.
    assert!(!server.get("/").text().contains(" new</span>"));
    let list = server.json("/api/v1/saved");
    assert_eq!((&list["searches"][0]["name"], &list["searches"][0]["new"]), (&json!("digging"), &json!(2)));
    let counted = server.get("/");
    assert!(counted.text().contains("<span class=\"new\">2 new</span>"), "{}", counted.text());
    assert_ne!(counted.header("etag"), begin.header("etag"));
    let list = server.get_with("/saved", &[("accept-language", "zh")]).text();
    assert!(list.contains("保存的检索") && list.contains("2 篇新论文"), "{list}");

    let page = server.get("/saved/digging").text();
    for text in
        ["1 new", "1 in a new version", "all 3 that it finds", "Mark these 2 as seen", "Wombat of 2601.00003"]
    {
        assert!(page.contains(text), "no {text:?} in {page}");
    }
    assert!(!page.contains("Wombat of 2601.00002"), "{page}");
    // What comes before the button is pressed was not shown.
    add(&work, "d.txt", &["2601.00004"]);
    let form = [("token", field(&page, "token")), ("shown", field(&page, "shown"))];
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    for _ in 0..2 {
        let marked = server.post("/saved/digging/seen", &form);
        assert_eq!((marked.status, marked.header("location")), (303, "/saved/digging"), "{}", marked.text());
        assert_eq!(new(&work, "digging"), ["2601.00004"]);
    }
    let page = server.get("/saved/digging").text();
    assert!(page.contains("Wombat of 2601.00004") && page.contains(">Mark as seen<"), "{page}");

    // The interface for programs, and what a page leaves out.
    add(&work, "e.txt", &["2601.00005"]);
    let found = server.json("/api/v1/saved/digging?limit=1");
    assert_eq!(ids_of(&found).len(), 1);
    for (key, value) in [("new", 2), ("updated", 0), ("found", 5), ("total", 2), ("limit", 1)] {
        assert_eq!(found[key], value, "{key}: {found}");
    }
    let page = server.get("/saved/digging?limit=1").text();
    assert!(page.contains("1 more new, which are not seen until they are shown."), "{page}");
    let form =
        [("token", field(&page, "token")), ("shown", field(&page, "shown")), ("lang", "zh".to_string())];
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(server.post("/saved/digging/seen", &form).header("location"), "/saved/digging?lang=zh");
    assert_eq!(new(&work, "digging").len(), 1);
}

#[test]
fn searches_are_saved_and_removed_on_the_page() {
    let work = with_wombats();
    let server = Server::start(&work);
    let found = server.get("/?q=wombat&author=Ann+Example&sort=oldest&offset=1").text();
    assert!(found.contains("href=\"/save?q=wombat&amp;author=Ann+Example\""), "{found}");
    assert!(!server.get("/").text().contains("href=\"/save?"));
    assert!(!server.get("/?digest=a.txt").text().contains("href=\"/save?"));
    let page = server.get("/save?q=wombat&author=Ann+Example").text();
    let token = field(&page, "token");
    assert_eq!((field(&page, "q"), field(&page, "author")), ("wombat".into(), "Ann Example".into()));
    let save = |name: &str| {
        server
            .post("/saved", &[("token", &token), ("name", name), ("q", "wombat"), ("author", "Ann Example")])
    };
    let saved = save(" 袋熊 ");
    assert_eq!(
        (saved.status, saved.header("location")),
        (303, "/saved/%E8%A2%8B%E7%86%8A"),
        "{}",
        saved.text()
    );
    let list = work.run(["saved", "--format", "json"]).succeeds().json();
    let search = &list["searches"][1];
    assert_eq!((&search["name"], &search["author"]), (&json!("袋熊"), &json!(["Ann Example"])));
    assert_eq!((&search["seen"], &search["new"]), (&json!(2), &json!(0)));
    assert!(server.get("/saved/%E8%A2%8B%E7%86%8A").text().contains("<h1>袋熊</h1>"));
    // What is wrong with a name is told above it.
    for (name, status, text) in [
        ("袋熊", 409, "`袋熊` already"),
        ("a/b", 400, "`a/b` is no name"),
        ("\"><script>", 400, "is no name"),
        ("", 400, "is no name"),
    ] {
        let refused = save(name);
        assert_eq!(refused.status, status, "{name}");
        let page = refused.text();
        assert!(page.contains(text) && field(&page, "q") == "wombat", "{name}: {page}");
        assert_eq!(page.matches("<script").count(), 1, "{page}");
    }
    let removed = server.post("/saved/%E8%A2%8B%E7%86%8A/remove", &[("token", &token)]);
    assert_eq!((removed.status, removed.header("location")), (303, "/saved"));
    assert_eq!(server.get("/saved/%E8%A2%8B%E7%86%8A").status, 404);
    assert!(server.get("/saved").text().contains("digging"));
}

#[test]
fn feeds_of_saved_searches_mark_nothing_as_seen() {
    let work = with_wombats();
    work.run(["save", "袋熊", "wombat", "--author", "Ann Example"]).succeeds();
    let server = Server::start(&work);
    add(&work, "b.txt", &["2601.00003"]);
    for _ in 0..2 {
        let answer = server.get("/feed/saved/%E8%A2%8B%E7%86%8A");
        assert_eq!(answer.header("content-type"), "application/atom+xml; charset=utf-8");
        let text = answer.text();
        assert_eq!(text.matches("<entry>").count(), 3, "{text}");
        let own = format!("http://{}/feed/saved/%E8%A2%8B%E7%86%8A", server.address());
        assert!(
            text.contains(&format!("<id>{own}</id>")) && text.contains("<title>袋熊 · paper-search</title>"),
            "{text}"
        );
        assert!(text.contains("marks none as seen"), "{text}");
        assert_eq!(new(&work, "袋熊"), ["2601.00003"]);
    }
    assert_eq!(server.get("/feed/saved/digging?limit=1").text().matches("<entry>").count(), 1);
    // It follows the search.
    let before = server.get("/feed/saved/digging");
    assert_eq!(server.json("/api/v1/saved/digging")["found"], 3);
    work.run(["save", "digging", "quokka", "--replace"]).succeeds();
    let after = server.get_with("/feed/saved/digging", &[("if-none-match", before.header("etag"))]);
    assert_eq!((after.status, after.text().matches("<entry>").count()), (200, 0));
    assert_eq!(server.json("/api/v1/saved/digging")["found"], 0);
}

#[test]
fn nothing_is_changed_but_by_forms_of_this_server() {
    let work = with_wombats();
    add(&work, "b.txt", &["2601.00003"]);
    let server = Server::start(&work);
    let page = server.get("/saved/digging").text();
    assert!(page.contains("<meta name=\"referrer\" content=\"same-origin\">"), "{page}");
    let (token, shown) = (field(&page, "token"), field(&page, "shown"));
    let before = fs::read_to_string(work.path(FILE)).unwrap();
    let long = "x".repeat(5000);
    for (path, form, status) in [
        ("/saved/digging/seen", &[("shown", shown.as_str())][..], 403),
        ("/saved/digging/seen", &[("shown", &shown), ("token", "")], 403),
        ("/saved/digging/seen", &[("shown", &shown), ("token", "0123456789abcdef012345")], 403),
        ("/saved/digging/seen", &[("shown", "no base64!"), ("token", &token)], 400),
        ("/saved/digging/seen", &[("shown", "AAAA"), ("token", &token)], 400),
        ("/saved/dig/seen", &[("shown", &shown), ("token", &token)], 404),
        ("/saved/digging/remove", &[], 403),
        ("/saved/dig/remove", &[("token", &token)], 404),
        ("/saved", &[("name", "a"), ("q", "b")], 403),
        ("/saved", &[("name", "a"), ("token", &token)], 400),
        ("/saved", &[("name", "a"), ("token", &token), ("digest", "a.txt"), ("q", "b")], 400),
        ("/saved", &[("name", "a"), ("token", &token), ("from", "2026-02-30")], 400),
        ("/saved", &[("name", "a"), ("token", &token), ("q", &long)], 400),
        ("/save", &[("name", "a"), ("q", "b"), ("token", &token)], 405),
        ("/api/v1/saved", &[("name", "a"), ("q", "b"), ("token", &token)], 405),
    ] {
        assert_eq!(server.post(path, form).status, status, "{path} {:.80}", format!("{form:?}"));
    }
    // A form of another page, even if that knew the token.
    let body = format!("token={token}&shown={}", shown.replace('+', "%2B"));
    for (origin, status) in
        [("http://evil.example", "403"), ("null", "403"), (&format!("http://{}", server.address()), "303")]
    {
        assert_eq!(fs::read_to_string(work.path(FILE)).unwrap(), before, "before {origin}");
        let answer = server.send(format!(
            "POST /saved/digging/seen HTTP/1.1\r\nHost: {}\r\nOrigin: {origin}\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            server.address(),
            body.len()
        ));
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{origin}: {answer}");
    }
    assert_ne!(fs::read_to_string(work.path(FILE)).unwrap(), before);
    // Papers that a search does not find are not marked, whatever a form says.
    let other = server.post("/saved/digging/seen", &[("token", &token), ("shown", "AAAAAAAAAAAAAAAAAAAAAA")]);
    assert!([303, 400].contains(&other.status));
    let list = work.run(["saved", "--format", "json"]).succeeds().json();
    assert_eq!(list["searches"][0]["seen"], 3);
    for path in ["/saved/digging/seen", "/saved/digging/remove"] {
        assert_eq!(server.get(path).status, 405);
    }
    for (path, status) in [
        ("/saved/dig", 404),
        ("/saved/a%2Fb", 404),
        ("/saved/%1b%5b2J", 404),
        ("/api/v1/saved/dig", 404),
        ("/feed/saved/dig", 404),
        ("/saved/digging?limit=1001", 400),
        ("/api/v1/saved/digging?limit=x", 400),
        ("/api/v1/saved/digging?offset=1", 400),
        ("/api/v1/saved?limit=1", 400),
        ("/feed/saved/digging?limit=1001", 400),
        ("/save", 400),
        ("/save?digest=a.txt", 400),
        ("/save?limit=x", 400),
    ] {
        let answer = server.get(path);
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
        assert!(!answer.text().contains('\u{1b}'), "{path}");
    }
    let page = server.get("/saved/dig").text();
    assert!(page.contains("there are digging") && page.contains("href=\"/saved\""), "{page}");
}

#[test]
fn a_store_that_is_missing_or_broken_breaks_nothing_else() {
    let work = Work::new();
    add(&work, "a.txt", &["2601.00001"]);
    let server = Server::start(&work);
    assert!(!server.get("/").text().contains("Saved searches"));
    assert!(server.get("/saved").text().contains("No search is saved yet"));
    assert_eq!(server.json("/api/v1/saved"), json!({"searches": []}));
    work.run(["save", "digging", "wombat"]).succeeds();
    let good = fs::read_to_string(work.path(FILE)).unwrap();
    let long = good.replace("\"query\":\"wombat\"", &format!("\"query\":\"{}\"", "x ".repeat(3000)));
    assert!(server.get("/").text().contains("href=\"/saved/digging\""));

    for bad in [
        "rubbish".to_string(),
        String::new(),
        good.replace("digging", "../<script>"),
        good.replace("\"version\":1", "\"version\":9"),
    ] {
        fs::write(work.path(FILE), &bad).unwrap();
        let begin = server.get("/");
        assert_eq!(begin.status, 200, "{bad}");
        assert!(begin.text().contains("They cannot be read") && begin.text().contains("Wombat of"), "{bad}");
        assert_eq!(server.json("/api/v1/search?q=wombat")["total"], 1);
        for path in
            ["/saved", "/saved/digging", "/api/v1/saved", "/api/v1/saved/digging", "/feed/saved/digging"]
        {
            let answer = server.get(path);
            assert_eq!(answer.status, 500, "{path} {bad}");
            let text = answer.text();
            assert!(text.contains("saved.jsonl"), "{path}: {text}");
            assert!(!path.starts_with("/saved") || !text.contains("<script>"), "{path}: {text}");
        }
        assert_eq!(fs::read_to_string(work.path(FILE)).unwrap(), bad, "it is left alone");
    }
    // A question that means nothing, or is too long for a stranger, is told on its own page.
    for (bad, text) in
        [(good.replace("\"wombat\"", "\"wombat\",\"since\":\"soon\""), "`soon`"), (long, "at most 4096")]
    {
        fs::write(work.path(FILE), bad).unwrap();
        assert!(server.get("/").text().contains("href=\"/saved/digging\""));
        assert_eq!(server.json("/api/v1/saved")["searches"][0]["new"], json!(null));
        let page = server.get("/saved/digging");
        assert!(page.status == 400 && page.text().contains(text), "{}", page.text());
        assert_eq!(server.get("/saved").status, 200);
    }
    fs::write(work.path(FILE), &good).unwrap();
    assert!(server.get("/saved/digging").text().contains("Nothing new"));
}

#[test]
fn what_searches_are_called_and_ask_is_text() {
    let work = with_wombats();
    let bad = "wombat <img src=x onerror=alert(1)> \"><script>alert(2)</script> \u{202e}";
    work.run(["save", "ひどい", bad, "--author", "Ann \" onclick=\"x"]).succeeds();
    let server = Server::start(&work);
    for path in
        ["/", "/saved", "/saved/%E3%81%B2%E3%81%A9%E3%81%84", "/save?q=%3Cscript%3E%22%3E%3Cimg+src%3Dx%3E"]
    {
        let text = server.get(path).text();
        assert_eq!(text.matches("<script").count(), 1, "{path}: {text}");
        assert!(
            !text.contains("<img") && !text.contains("\" onclick=\"") && !text.contains('\u{202e}'),
            "{path}"
        );
    }
    let feed = server.get("/feed/saved/%E3%81%B2%E3%81%A9%E3%81%84").text();
    assert!(feed.contains("<title>ひどい · paper-search</title>"), "{feed}");
}
