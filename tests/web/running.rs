//! Starting, stopping, who is served, and what is indexed meanwhile.

use std::io::{Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::server::Server;
use crate::harness::{Work, paper, path};

fn with_wombats() -> Work {
    let work = Work::new();
    work.digest("d/a.txt", "2026-01-05", &[paper("2601.00001", "First Wombat", "It digs.")]);
    work.run(["index", "d"]).succeeds();
    work
}

#[test]
fn a_new_commit_is_served_and_nobody_sees_an_error() {
    let work = with_wombats();
    let server = Server::start(&work);
    let tag = server.get("/api/v1/search?q=wombat").header("etag").to_string();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let mut last = 0;
                while !done.load(Ordering::Relaxed) {
                    for address in ["/api/v1/search?q=wombat", "/api/v1/facets?q=wombat", "/?q=wombat"] {
                        let answer = server.get(address);
                        assert_eq!(answer.status, 200, "{}", answer.text());
                        if address.contains("search") {
                            let total = answer.json()["total"].as_u64().unwrap();
                            assert!(total >= last, "{total} after {last}");
                            last = total;
                        }
                    }
                }
            });
        }
        for number in 2..8 {
            let wombat = paper(&format!("2601.0000{number}"), &format!("Wombat {number}"), "It digs.");
            work.digest(&format!("d/{number}.txt"), "2026-01-06", &[wombat]);
            let rebuild: &[&str] = if number % 3 == 0 { &["--rebuild"] } else { &[] };
            work.run(["index", "d"].iter().chain(rebuild)).succeeds();
            // Whoever notices it first opens it; others have the one before until then.
            let noticed = std::time::Instant::now();
            while server.json("/api/v1/search?q=wombat")["total"] != number {
                assert!(noticed.elapsed() < Duration::from_secs(60), "commit {number} is not served");
            }
        }
        done.store(true, Ordering::Relaxed);
    });
    assert_ne!(server.get("/api/v1/search?q=wombat").header("etag"), tag);
    assert_eq!(server.get("/healthz").text(), "ok\n");
}

#[test]
fn an_index_that_breaks_is_served_on_and_told() {
    let work = with_wombats();
    let server = Server::start(&work);
    work.write("index/current.json", "rubbish");
    assert_eq!(server.json("/api/v1/search?q=wombat")["total"], 1);
    let health = server.get("/healthz");
    assert_eq!(health.status, 200);
    assert!(health.text().contains("cannot be opened"), "{}", health.text());
}

#[test]
fn what_cannot_be_served_is_told() {
    let work = with_wombats();
    let server = Server::start(&work);
    let taken = server.address().to_string();
    work.run(["serve", "--bind", &taken]).complains(&["cannot serve at", "--bind"]);
    work.run(["serve", "--bind", "0.0.0.0:0"]).complains(&["a token is needed", "--token-file"]);
    work.write("short", "abc");
    work.run(["serve", "--bind", "0.0.0.0:0", "--token-file", "short"])
        .complains(&["at least 16 characters"]);
    work.run(["serve", "--bind", "127.0.0.1:0", "--token-file", "none"])
        .complains(&["cannot read the token"]);
    work.program(["serve"]).env("PAPER_SEARCH_TOKEN", "short").run().complains(&["at least 16 characters"]);
    work.run(["serve", "--bind", "nonsense"]).complains(&["nonsense"]);
    let empty = Work::new();
    empty.run(["serve", "--bind", "127.0.0.1:0"]).complains(&["there is no index"]);
}

#[test]
fn beyond_this_machine_a_token_is_needed() {
    let work = with_wombats();
    work.write("token", "0123456789abcdef0123\n");
    let server = Server::start_with(&work, &["--bind", "0.0.0.0:0", "--token-file", "token"]);
    let port = server.address().port();
    let ask = |path: &str, authorization: &str| {
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n{authorization}\r\n"
        );
        let answer = server.send(head);
        answer.split(' ').nth(1).unwrap().to_string()
    };
    assert_eq!(ask("/", ""), "401");
    assert_eq!(ask("/api/v1/search?q=wombat", ""), "401");
    assert_eq!(ask("/api/v1/search?q=wombat", "Authorization: Bearer 0123456789abcdef0123\r\n"), "200");
    assert_eq!(ask("/api/v1/search?q=wombat", "Authorization: Bearer 0123456789abcdef0124\r\n"), "401");
    // `reader:0123456789abcdef0123`, as a browser or feed reader sends it.
    assert_eq!(ask("/feed", "Authorization: Basic cmVhZGVyOjAxMjM0NTY3ODlhYmNkZWYwMTIz\r\n"), "200");
    assert_eq!(ask("/healthz", ""), "200");
}

#[test]
fn other_pages_in_the_browser_may_not_ask() {
    let work = with_wombats();
    let server = Server::start_with(&work, &["--bind", "127.0.0.1:0", "--host", "papers.example"]);
    let own = server.address().to_string();
    let port = server.address().port();
    for (host, origin, status) in [
        (own.clone(), None, "200"),
        (format!("localhost:{port}"), None, "200"),
        (format!("[::1]:{port}"), None, "200"),
        ("papers.example".to_string(), None, "200"),
        ("evil.example".to_string(), None, "403"),
        (format!("evil.example:{port}"), None, "403"),
        (format!("127.0.0.1:{}", port ^ 1), None, "403"),
        (own.clone(), Some(format!("http://{own}")), "200"),
        (own.clone(), Some("http://evil.example".to_string()), "403"),
        (own.clone(), Some("null".to_string()), "403"),
        (own.clone(), Some(format!("http://localhost:{port}")), "403"),
        ("papers.example".to_string(), Some("https://papers.example".to_string()), "200"),
    ] {
        for path in ["/", "/api/v1/search?q=wombat", "/static/app.js", "/nothing"] {
            let origin_line = origin.as_ref().map_or(String::new(), |origin| format!("Origin: {origin}\r\n"));
            let answer = server.send(format!(
                "GET {path} HTTP/1.1\r\nHost: {host}\r\n{origin_line}Connection: close\r\n\r\n"
            ));
            let status = if status == "200" && path == "/nothing" { "404" } else { status };
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{host} {origin:?} {path}: {answer}");
            let head = answer.split("\r\n\r\n").next().unwrap();
            assert!(head.contains("content-security-policy: default-src 'none'"), "{head}");
            assert!(head.contains("x-content-type-options: nosniff"), "{head}");
            assert!(!head.contains("access-control-allow"), "{head}");
        }
    }
    // Nothing can be changed here.
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"] {
        let answer = server
            .send(format!("{method} /api/v1/search HTTP/1.1\r\nHost: {own}\r\nConnection: close\r\n\r\n"));
        assert!(answer.starts_with("HTTP/1.1 405 "), "{method}: {answer}");
    }
}

#[cfg(unix)]
#[test]
fn a_server_that_is_told_to_stop_answers_first() {
    let work = Work::new();
    work.write("d/a.txt", super::api::many_papers(400));
    work.run(["index", "d"]).succeeds();
    let server = Server::start(&work);
    let address = server.address();
    // An answer that is too large for the buffers of the system is on its way.
    let mut slow = server.connect();
    write!(slow, "GET /api/v1/search?limit=400 HTTP/1.1\r\nHost: {address}\r\n\r\n").unwrap();
    let mut first = [0; 64];
    slow.read_exact(&mut first).unwrap();
    let idle = server.connect();
    server.terminate();
    let told = std::time::Instant::now();
    while std::net::TcpStream::connect(address).is_ok() {
        assert!(told.elapsed() < Duration::from_secs(60), "connections are still taken");
        std::thread::sleep(Duration::from_millis(10));
    }
    let mut rest = Vec::new();
    slow.read_to_end(&mut rest).unwrap();
    let text = String::from_utf8_lossy(&rest).into_owned();
    assert!(text.contains("\"total\":400") && text.trim_end().ends_with('}'), "{} bytes", text.len());
    drop(idle);
    assert_eq!(server.wait(), Some(0));
}

#[test]
fn a_configured_index_is_brought_up_to_date_first() {
    let work = Work::new();
    work.digest("d/a.txt", "2026-01-05", &[paper("2601.00001", "First Wombat", "It digs.")]);
    work.write("paper-search.toml", "index = \"own\"\ndigests = [\"d\"]\n");
    let config = work.path("paper-search.toml");
    let mut command = work.bare(["--config", path(&config), "serve", "--bind", "127.0.0.1:0"]).into_command();
    let mut child =
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stdout.take().unwrap()), &mut line)
        .unwrap();
    let text = ureq::get(format!("{}/api/v1/search?q=wombat", line.trim()))
        .call()
        .unwrap()
        .body_mut()
        .read_to_string();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(text.unwrap().contains("\"total\":1"));
}
