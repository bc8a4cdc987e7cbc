//! Asks a server as much as it can answer, and the same archive without a server before and
//! after, so that the rates are of the same machine at the same time. `make load` runs it.
//!
//! Where others use the machine as well, the rates depend on what they leave; the time that
//! the processors spend on an answer does not, and is compared, too.
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
    println!("in process: {:.0}, then {:.0} queries a second", before.rate, after.rate);
    println!("ratio of the rates: {:.2}", served.rate / f64::midpoint(before.rate, after.rate));
    let cost = f64::midpoint(before.cost, after.cost);
    println!("processor time of an answer: {:.2} ms in process, {:.2} ms served", cost, served.cost);
    println!("ratio of what a processor can answer: {:.2}", cost / served.cost);
}

/// What was measured.
struct Measured {
    /// Answers a second.
    rate: f64,
    /// Milliseconds that processors spent on an answer, on both sides.
    cost: f64,
}

/// The processor time that a process has taken, in milliseconds.
fn processor_time(process: &str) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    // Behind the name, which may hold anything, the 12th and 13th field, in hundredths.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks: f64 = [fields[11], fields[12]].iter().map(|ticks| ticks.parse::<f64>().unwrap()).sum();
    ticks * 10.0
}

/// The rate of the archive by itself, with as many threads as there are cores.
fn alone(index: &Path, queries: &[String]) -> Measured {
    let archive = Archive::open(index, Some(Lexicon::shipped())).unwrap();
    let today = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    let next = AtomicUsize::new(0);
    let before = processor_time("self");
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
    let answers = next.into_inner() as f64;
    Measured {
        rate: answers / started.elapsed().as_secs_f64(),
        cost: (processor_time("self") - before) / answers,
    }
}

/// The rate of a server of its own; prints what its answers were like.
fn served(program: &str, index: &str, queries: &[String], connections: usize, time: Duration) -> Measured {
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
    let spent = || processor_time("self") + processor_time(&server.id().to_string());
    let before = spent();
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
    let measured = Measured {
        rate: times.len() as f64 / started.elapsed().as_secs_f64(),
        cost: (spent() - before) / times.len() as f64,
    };
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    println!("{} answers to {connections} connections, no error: {:.0} a second", times.len(), measured.rate);
    println!("p50 {:.1} ms, p99 {:.1} ms, longest {:.1} ms", at(0.5), at(0.99), at(1.0));
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap_or_default();
    for line in status.lines().filter(|line| line.starts_with("VmHWM") || line.starts_with("RssAnon")) {
        println!("server, {line}");
    }
    server.kill().unwrap();
    server.wait().unwrap();
    measured
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
