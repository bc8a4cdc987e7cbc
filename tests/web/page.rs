//! The page as a browser without scripts gets it.

use super::server::Server;
use crate::harness::{Work, paper};

#[test]
fn the_page_says_what_was_found_in_both_languages() {
    let work = Work::with_samples();
    let server = Server::start(&work);
    for (address, accepted, texts) in [
        (
            "/?q=draft",
            "en",
            &[
                "<html lang=\"en\"",
                "papers</strong>",
                "Relevance",
                "<mark>",
                "href=\"/api/v1/export?q=draft&amp;format=bibtex\"",
            ][..],
        ),
        ("/?q=draft", "zh-CN,zh;q=0.9", &["<html lang=\"zh-Hans\"", "篇论文</strong>", "相关度"]),
        ("/?q=draft&lang=zh", "en", &["<html lang=\"zh-Hans\"", "lang=zh"]),
        ("/?q=draft&lang=en", "zh", &["<html lang=\"en\"", "hreflang=\"zh-Hans\""]),
        ("/", "en", &["Newest papers", "44 papers", "autofocus"]),
        ("/?q=zyzzyva", "en", &["No paper found"]),
        ("/?q=decodign", "en", &["Did you mean", "q=decoding"]),
        (
            "/?q=decoding&from=2026-03&author=Ruoshui+Tan",
            "en",
            &["Remove From 2026-03", "Remove Author Ruoshui Tan"],
        ),
        ("/?q=model&limit=5&offset=5", "en", &["rel=\"prev\"", "rel=\"next\"", "6–10"]),
        (
            "/papers/2602.94871",
            "en",
            &["DraftGrove Budget-Aware", "Papers like this one", "article class=\"hit\""],
        ),
        ("/help", "en", &["<kbd>/</kbd>", "+must -without"]),
    ] {
        let answer = server.get_with(address, &[("accept-language", accepted)]);
        let text = answer.text();
        assert_eq!(answer.status, 200, "{address}: {text}");
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        for expected in texts {
            assert!(text.contains(expected), "{address} ({accepted}): no {expected:?} in {text}");
        }
        // No script or style stands in a page itself.
        assert!(
            !text.contains("<style") && !text.contains(" style=") && !text.contains(" onclick"),
            "{address}"
        );
        assert_eq!(text.matches("<script").count(), 1, "{address}");
    }
    for (address, status, text) in [
        ("/?limit=x", 400, "not a whole number"),
        ("/?from=2026-02-30", 400, "is not a date that exists"),
        ("/papers/2602.00001", 404, "there is no paper"),
        ("/nowhere", 404, "nothing at this address"),
        ("/part?sort=best", 400, "relevance, newest or oldest"),
    ] {
        let answer = server.get_with(address, &[("accept-language", "en")]);
        assert_eq!(answer.status, status, "{address}");
        assert!(
            answer.text().contains(text) && answer.header("content-type").starts_with("text/html"),
            "{address}"
        );
    }
}

#[test]
fn what_papers_say_is_text() {
    let work = Work::new();
    let bad = "</title><script>alert(1)</script><img src=x onerror=alert(2)>\u{202e}\u{1b}[2J";
    let papers = [
        paper("2601.00001", &format!("Wombat {bad}"), &format!("Wombat abstract {bad}"))
            .summary(&format!("袋熊 {bad}"))
            .authors(&format!("A {bad}, B\" onclick=\"x"))
            .link("javascript:alert(3)"),
        paper("2601.00002", "Wombat Two", "Wombat.").link("JavaScript:alert(4)"),
        paper("2601.00003", "Wombat Three", "Wombat.").link("data:text/html,<script>alert(5)</script>"),
    ];
    work.digest("d/<b>a&\".txt", "2026-01-06", &papers);
    work.run(["index", "d"]).succeeds();
    let server = Server::start(&work);
    let query = "wombat+%3Cscript%3Ealert(6)%3C%2Fscript%3E%22%3E%3Cimg+src%3Dx%3E";
    let found = server.json("/api/v1/search?q=wombat");
    assert_eq!(found["total"], 3);
    let ids: Vec<String> =
        crate::harness::ids_of(&found).into_iter().map(|id| format!("/papers/{id}")).collect();
    for address in
        [format!("/?q={query}"), format!("/part?q={query}&author={query}"), "/?q=wombat".to_string()]
            .iter()
            .chain(&ids)
    {
        let text = server.get(address).text();
        let scripts = usize::from(!address.starts_with("/part"));
        assert_eq!(text.matches("<script").count(), scripts, "{address}: {text}");
        assert!(!text.contains("<img"), "{address}");
        assert!(!text.to_lowercase().contains("href=\"javascript"), "{address}");
        assert!(!text.contains("href=\"data:") && !text.contains(['\u{202e}', '\u{1b}']), "{address}");
        assert!(!text.contains("\" onclick=\""), "{address}");
    }
}
