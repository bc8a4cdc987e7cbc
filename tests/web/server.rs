//! A server that runs beside a test, and what is asked of it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use ureq::Agent;

use crate::harness::{Work, wait};

/// An answer that has not come by then does not come.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server of a folder's index, on a port of its own.
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
    agent: Agent,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Server {
    /// Starts a server and waits until it says where it is.
    pub(crate) fn start(work: &Work) -> Server {
        Server::start_with(work, &["--bind", "127.0.0.1:0"])
    }

    pub(crate) fn start_with(work: &Work, args: &[&str]) -> Server {
        let mut command = work.program(["serve"].iter().chain(args)).into_command();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.strip_prefix("http://").unwrap_or_else(|| panic!("no address: {line:?}"));
        let address = address.strip_suffix('\n').unwrap().parse().unwrap();
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(PATIENCE))
            .build()
            .into();
        Server { child, address, agent }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The whole address of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[])
    }

    /// Where the machine has so much else to do that the server is too busy, it is asked again,
    /// as it says.
    pub(crate) fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let started = Instant::now();
        loop {
            let answer = self.get_once(path, headers);
            if answer.status != 503 || started.elapsed() > PATIENCE {
                return answer;
            }
            let rest = answer.header("retry-after").parse().unwrap();
            std::thread::sleep(Duration::from_secs(rest));
        }
    }

    fn get_once(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.agent.get(self.url(path));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Answer::of(request.call().unwrap_or_else(|error| panic!("{path}: {error}")))
    }

    /// Sends a form.
    pub(crate) fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let started = Instant::now();
        loop {
            let answer = self.agent.post(self.url(path)).send_form(form.iter().copied());
            let answer = Answer::of(answer.unwrap_or_else(|error| panic!("{path}: {error}")));
            if answer.status != 503 || started.elapsed() > PATIENCE {
                return answer;
            }
        }
    }

    /// The answer to a search that goes well.
    pub(crate) fn json(&self, path: &str) -> Value {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    }

    /// Sends bytes as they are, and returns all that comes back until the other side closes.
    pub(crate) fn send(&self, bytes: impl AsRef<[u8]>) -> String {
        let mut stream = self.connect();
        // It may have heard enough before the end.
        let _ = stream.write_all(bytes.as_ref());
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Tells the server to stop.
    #[cfg(unix)]
    pub(crate) fn terminate(&self) {
        let kill = std::process::Command::new("kill").arg(self.child.id().to_string()).status();
        assert!(kill.unwrap().success());
    }

    /// Waits for the server's end.
    pub(crate) fn wait(mut self) -> Option<i32> {
        wait(&mut self.child, "serve")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Answer {
    fn of(mut response: ureq::http::Response<ureq::Body>) -> Answer {
        let headers = response.headers().iter();
        let headers = headers
            .map(|(name, value)| {
                (name.as_str().to_string(), String::from_utf8_lossy(value.as_bytes()).into())
            })
            .collect();
        let body = response.body_mut().with_config().limit(1 << 28).read_to_vec().unwrap();
        Answer { status: response.status().as_u16(), headers, body }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        let header = self.headers.iter().find(|(known, _)| known == name);
        header.map_or("", |(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }
}
