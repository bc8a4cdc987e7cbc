//! Asks a server as much as it can answer, and the same archive without a server before and
//! after, so that the rates are of the same machine at the same time. `make load` runs it.
//!
//! `load PROGRAM INDEX QUERIES CONNECTIONS SECONDS`: a file with a query a line is asked
//! over and over, ten hits each, by so many connections at once.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a program for developers")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{available_parallelism, scope};
use std::time::{Duration, Instant};

use archive::{Archive, Asked};
use chrono::NaiveDate;
use query::Lexicon;
use results::ResultObject;

/// How long the archive is asked without a server, each time.
const ALONE: Duration = Duration::from_secs(10);

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [program, index, queries, connections, seconds] = args.as_slice() else {
        panic!("load PROGRAM INDEX QUERIES CONNECTIONS SECONDS");
    };
    let queries: Vec<String> =
        std::fs::read_to_string(queries).unwrap().lines().map(str::to_string).collect();
    let before = alone(Path::new(index), &queries);
    let served = served(
        program,
        index,
        &queries,
        connections.parse().unwrap(),
        Duration::from_secs(seconds.parse().unwrap()),
    );
    let after = alone(Path::new(index), &queries);
    let alone = f64::midpoint(before, after);
    println!("in process: {before:.0}, then {after:.0} queries a second");
    println!("ratio: {:.2}", served / alone);
}

/// The rate of the archive by itself, with as many threads as there are cores.
fn alone(index: &Path, queries: &[String]) -> f64 {
    let archive = Archive::open(index, Some(Lexicon::shipped())).unwrap();
    let today = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    let next = AtomicUsize::new(0);
    let started = Instant::now();
    scope(|scope| {
        for _ in 0..available_parallelism().unwrap().get() {
            scope.spawn(|| {
                while started.elapsed() < ALONE {
                    let query = &queries[next.fetch_add(1, Ordering::Relaxed) % queries.len()];
                    let asked = Asked { query: query.clone(), limit: Some(10), ..Asked::default() };
                    let results = archive.snapshot().search(&asked, today).unwrap();
                    let mut body = Vec::new();
                    results::write_value(&ResultObject::of(&results), &mut body).unwrap();
                    assert!(!body.is_empty());
                }
            });
        }
    });
    next.into_inner() as f64 / started.elapsed().as_secs_f64()
}

/// The rate of a server of its own; prints what its answers were like.
fn served(program: &str, index: &str, queries: &[String], connections: usize, time: Duration) -> f64 {
    let mut command = Command::new(program);
    command.args(["--index", index, "serve", "--bind", "127.0.0.1:0"]).env_remove("PAPER_SEARCH_TOKEN");
    let mut server = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut address = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut address).unwrap();
    let address = address.trim().trim_start_matches("http://").to_string();
    let requests: Vec<Vec<u8>> = queries
        .iter()
        .map(|query| {
            let query: String =
                form_urlencoded::Serializer::new(String::new()).append_pair("q", query).finish();
            format!("GET /api/v1/search?{query}&limit=10 HTTP/1.1\r\nHost: {address}\r\n\r\n").into_bytes()
        })
        .collect();
    let next = AtomicUsize::new(0);
    let started = Instant::now();
    let mut times: Vec<Duration> = scope(|scope| {
        let asking: Vec<_> = (0..connections)
            .map(|_| {
                scope.spawn(|| {
                    let mut stream = BufReader::new(TcpStream::connect(&address).unwrap());
                    stream.get_ref().set_nodelay(true).unwrap();
                    let mut times = Vec::new();
                    while started.elapsed() < time {
                        let request = &requests[next.fetch_add(1, Ordering::Relaxed) % requests.len()];
                        let asked = Instant::now();
                        stream.get_mut().write_all(request).unwrap();
                        let status = answer(&mut stream);
                        // One error is too many.
                        assert!(status.starts_with("HTTP/1.1 200"), "{status}");
                        times.push(asked.elapsed());
                    }
                    times
                })
            })
            .collect();
        asking.into_iter().flat_map(|asking| asking.join().unwrap()).collect()
    });
    let rate = times.len() as f64 / started.elapsed().as_secs_f64();
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    println!("{} answers to {connections} connections, no error: {rate:.0} a second", times.len());
    println!("p50 {:.1} ms, p99 {:.1} ms, longest {:.1} ms", at(0.5), at(0.99), at(1.0));
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap_or_default();
    for line in status.lines().filter(|line| line.starts_with("VmHWM") || line.starts_with("RssAnon")) {
        println!("server, {line}");
    }
    server.kill().unwrap();
    server.wait().unwrap();
    rate
}

/// Reads an answer whole, and returns its first line.
fn answer(stream: &mut BufReader<TcpStream>) -> String {
    let (mut status, mut line, mut length) = (String::new(), String::new(), 0);
    stream.read_line(&mut status).unwrap();
    while line != "\r\n" {
        line.clear();
        assert!(stream.read_line(&mut line).unwrap() > 0, "closed after {status}");
        if let Some(given) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = given.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    status
}
