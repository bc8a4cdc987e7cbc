//! Requests that are slow, large, broken or many: the others are served, and the server
//! stays as it was.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::server::Server;
use crate::harness::Work;

/// The memory that a process has touched, in kibibytes; 0 where that cannot be told.
fn memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kibibytes| kibibytes.parse().ok()).unwrap_or(0)
}

fn with_many_papers() -> Work {
    let work = Work::new();
    work.write("d/a.txt", super::api::many_papers(1000));
    work.run(["index", "d"]).succeeds();
    work
}

fn is_served(server: &Server) {
    assert_eq!(server.json("/api/v1/search?q=wombat+number&limit=1")["total"], 1000);
}

#[test]
fn who_never_ends_their_request_keeps_nobody_waiting() {
    let work = with_many_papers();
    let server = Server::start(&work);
    let slow: Vec<TcpStream> = (0..200)
        .map(|number| {
            let mut stream = server.connect();
            let head = match number % 4 {
                0 => format!(
                    "POST /mcp HTTP/1.1\r\nHost: {}\r\nContent-Length: 100\r\n\r\n{{",
                    server.address()
                ),
                _ => format!("GET / HTTP/1.1\r\nHost: {}\r\nX-{number}: ", server.address()),
            };
            let length = if number % 4 == 0 { head.len() } else { 1 + number % head.len() };
            stream.write_all(&head.as_bytes()[..length]).unwrap();
            stream
        })
        .collect();
    is_served(&server);
    // After a while they are sent away.
    for mut stream in slow {
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
        let answer = String::from_utf8_lossy(&rest);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    }
    is_served(&server);
}

#[test]
fn who_does_not_read_what_they_asked_for_fills_no_memory() {
    let work = with_many_papers();
    let server = Server::start(&work);
    let ask = |stream: &mut TcpStream| {
        let request = format!("GET /api/v1/search?limit=1000 HTTP/1.1\r\nHost: {}\r\n\r\n", server.address());
        stream.write_all(request.as_bytes()).unwrap();
    };
    let length = server.get("/api/v1/search?limit=1000").body.len() as u64;
    let before = memory(server.process());
    let mut greedy: Vec<TcpStream> = (0..150).map(|_| server.connect()).collect();
    greedy.iter_mut().for_each(ask);
    // All that were not told to come again later have their answer in hand.
    let mut first = [0; 12];
    for stream in &mut greedy {
        stream.read_exact(&mut first).unwrap();
        assert!([b"HTTP/1.1 200", b"HTTP/1.1 503"].contains(&&first), "{first:?}");
    }
    let held = memory(server.process()).saturating_sub(before);
    let all = 150 * length / 1024;
    assert!(held < 160 * 1024 && held < all / 2, "{held} KiB are held of {all}");
    is_served(&server);
}

#[test]
fn malformed_and_oversized_requests_are_refused() {
    let work = with_many_papers();
    let server = Server::start(&work);
    let host = server.address();
    let long = |length: usize| "a".repeat(length);
    for (request, statuses) in [
        ("rubbish\r\n\r\n".to_string(), &["400"][..]),
        ("GET / HTTP/9.9\r\n\r\n".to_string(), &["400", "505"]),
        ("GET / HTTP/1.1\r\n\r\n".to_string(), &["400"]),
        (format!("GET / HTTP/1.1\r\nHost: {host}\r\nHost: {host}\r\nConnection: close\r\n\r\n"), &["400"]),
        (format!("GET http://evil.example/ HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"), &["403"]),
        (format!("GET /\0 HTTP/1.1\r\nHost: {host}\r\n\r\n"), &["400"]),
        (format!("GET /?q={} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n", long(9000)), &["414"]),
        (format!("GET /?q={} HTTP/1.1\r\nHost: {host}\r\n\r\n", long(100_000)), &["414", "431"]),
        (format!("GET /?q={} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n", long(5000)), &["400"]),
        (format!("GET / HTTP/1.1\r\nHost: {host}\r\nX: {}\r\n\r\n", long(100_000)), &["431"]),
        (format!("GET / HTTP/1.1\r\nHost: {host}\r\n{}\r\n", "X: y\r\n".repeat(500)), &["431"]),
        (
            format!(
                "GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: 1000000\r\n\r\n{}",
                long(1_000_000)
            ),
            &["413"],
        ),
        (format!("GET / HTTP/1.1\r\nHost: {host}\r\nContent-Length: -1\r\n\r\n"), &["400"]),
        (format!("GET /%ff%fe/%00 HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"), &["404"]),
        (
            format!("GET /static/../../etc/passwd HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"),
            &["404"],
        ),
        (
            format!("GET /static/%2e%2e%2fCargo.toml HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"),
            &["404"],
        ),
    ] {
        let answer = server.send(&request);
        let status = answer.split(' ').nth(1).unwrap_or_default();
        let shown: String = request.chars().take(80).collect();
        assert!(statuses.contains(&status), "{shown:?}: {answer}");
    }
    is_served(&server);
}

#[test]
fn hostile_queries_are_answered_or_refused() {
    let work = with_many_papers();
    let server = Server::start(&work);
    let before = memory(server.process());
    let hostile: Vec<String> = [
        "((((((((((",
        "\"",
        "a*",
        "*",
        "title:",
        "a~~~~",
        "NOT",
        "AND OR NOT",
        "-a",
        "+",
        "\u{0}",
        "\u{202e}x",
        "<script>alert(1)</script>",
        "date:[9999999 TO *]",
        "\u{1f4a9}",
        "a OR b OR c",
    ]
    .iter()
    .flat_map(|query| [query.to_string(), format!("{query} ").repeat(40), format!("{query}{query}")])
    .collect();
    for query in &hostile {
        let query: String = query.bytes().map(|byte| format!("%{byte:02x}")).collect();
        for address in ["/api/v1/search", "/api/v1/facets", "/api/v1/suggest", "/", "/part", "/feed"] {
            let answer = server.get(&format!("{address}?q={query}"));
            assert!([200, 400, 503].contains(&answer.status), "{address} {query}: {}", answer.text());
        }
    }
    is_served(&server);
    let after = memory(server.process());
    assert!(after < before * 2 + 64 * 1024, "{before} KiB, then {after}");
}
