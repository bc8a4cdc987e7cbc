//! A fresh folder, a cleared environment and the program, for each test.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// A program that has not ended by then hangs. Nothing here takes a tenth of it.
const PATIENCE: Duration = Duration::from_secs(120);

/// How often the harness looks whether the program has ended.
const LOOK: Duration = Duration::from_millis(1);

/// The user that runs the program where root's rights would hide what permissions do:
/// by convention nobody.
#[cfg(unix)]
const NOBODY: u32 = 65534;

/// The repository.
pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The sample digests.
pub(crate) fn samples() -> PathBuf {
    repository().join("samples")
}

/// What the sample digests hold, an object for each entry, in the order of files.
pub(crate) fn sample_papers() -> Vec<Value> {
    json_lines(&fs::read_to_string(repository().join("tests/data/samples.jsonl")).unwrap())
}

/// Reads JSON, one value a line.
pub(crate) fn json_lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}")))
        .collect()
}

/// The string under a key; empty for null.
pub(crate) fn text_of<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// An invented paper.
#[derive(Clone, Debug)]
pub(crate) struct Paper {
    title: String,
    summary: String,
    authors: String,
    date: String,
    link: Option<String>,
    text: String,
}

/// Makes a paper of arXiv id (with version, or `v1`), title and abstract. Its summary has
/// the one Han character that makes it a summary; two would load the segmentation
/// dictionary, which takes longer than the rest of a small test.
pub(crate) fn paper(id: &str, title: &str, text: &str) -> Paper {
    let version = if id.contains('v') { "" } else { "v1" };
    Paper {
        title: title.to_string(),
        summary: "Of smiles (笑)".to_string(),
        authors: "Ann Example, Bo Tester".to_string(),
        date: "2026-01-04".to_string(),
        link: Some(format!("http://arxiv.org/abs/{id}{version}")),
        text: text.to_string(),
    }
}

impl Paper {
    pub(crate) fn summary(self, summary: &str) -> Paper {
        Paper { summary: summary.to_string(), ..self }
    }

    pub(crate) fn authors(self, authors: &str) -> Paper {
        Paper { authors: authors.to_string(), ..self }
    }

    pub(crate) fn date(self, date: &str) -> Paper {
        Paper { date: date.to_string(), ..self }
    }

    pub(crate) fn link(self, link: &str) -> Paper {
        Paper { link: Some(link.to_string()), ..self }
    }

    pub(crate) fn without_link(self) -> Paper {
        Paper { link: None, ..self }
    }
}

/// Renders a digest as they come: nothing parts an abstract from the title after it.
pub(crate) fn digest(day: &str, papers: &[Paper]) -> String {
    let mut text = format!("{day}\n");
    for paper in papers {
        let link = paper.link.as_ref().map_or(String::new(), |link| format!("Link: {link}\n"));
        text.push_str(&format!(
            "{}\n{}\nAuthors: {} | Date: {}\n{link}Abstract\n{}",
            paper.title, paper.summary, paper.authors, paper.date, paper.text
        ));
    }
    text
}

/// A folder of its own for a test; gone when the test is over.
pub(crate) struct Work {
    folder: TempDir,
    root: PathBuf,
}

impl Work {
    pub(crate) fn new() -> Work {
        let folder = tempfile::Builder::new().prefix("paper-search-").tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        fs::create_dir(root.join("home")).unwrap();
        Work { folder, root }
    }

    /// A folder whose `index` holds the sample digests.
    pub(crate) fn with_samples() -> Work {
        let work = Work::new();
        work.run(["index", path(&samples())]).succeeds();
        work
    }

    /// The folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The path of a file or folder in here.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Writes a file and the folders above it.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// Writes a digest.
    pub(crate) fn digest(&self, name: &str, day: &str, papers: &[Paper]) -> PathBuf {
        self.write(name, digest(day, papers))
    }

    /// Writes a file that was last changed a minute ago: what changed within the last two
    /// seconds may change again within the same tick of the file system's clock, so the
    /// program does not trust its time.
    pub(crate) fn write_old(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.write(name, content);
        let minute_ago = std::time::SystemTime::now() - Duration::from_secs(60);
        fs::File::options().append(true).open(&path).unwrap().set_modified(minute_ago).unwrap();
        path
    }

    /// The names of all files below a folder, with what they hold.
    pub(crate) fn files(&self, folder: &str) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        let mut folders = vec![self.path(folder)];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                match path.is_dir() {
                    true => folders.push(path),
                    false => files.push((path.clone(), fs::read(&path).unwrap())),
                }
            }
        }
        files.sort();
        files
    }

    /// Runs the program here on the index `index`.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Outcome {
        self.program(args).run()
    }

    /// Prepares a run on the index `index`.
    pub(crate) fn program<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Program {
        let index = [OsStr::new("--index").to_os_string(), self.path("index").into_os_string()];
        self.bare(index.into_iter().chain(args.into_iter().map(|arg| arg.as_ref().to_os_string())))
    }

    /// Prepares a run that no flag tells where the index is.
    pub(crate) fn bare<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Program {
        let mut command = Command::new(env!("CARGO_BIN_EXE_paper-search"));
        command.args(args).current_dir(&self.root).env_clear();
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command.env("HOME", self.path("home")).env("LANG", "C.UTF-8").env("COLUMNS", "80");
        Program { command, stdin: Vec::new() }
    }

    /// The ids that a query finds, in order.
    pub(crate) fn ids<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Vec<String> {
        let fixed = ["query", "--format", "ids", "--limit", "1000"].map(OsString::from);
        let args = fixed.into_iter().chain(args.into_iter().map(|arg| arg.as_ref().to_os_string()));
        let outcome = self.run(args);
        let ids: Vec<String> = outcome.stdout.lines().map(str::to_string).collect();
        outcome.ends_with(i32::from(ids.is_empty()));
        ids
    }

    /// The answers to many queries in one process, in order.
    pub(crate) fn batch<S: AsRef<str>>(&self, lines: impl IntoIterator<Item = S>) -> Vec<Value> {
        let lines: Vec<String> = lines.into_iter().map(|line| line.as_ref().to_string()).collect();
        let outcome = self
            .program(["query", "--batch", "-", "--format", "jsonl", "--limit", "1000"])
            .stdin(lines.join("\n"))
            .run();
        assert!(matches!(outcome.code, Some(0 | 1)), "{outcome:?}");
        let answers = json_lines(&outcome.stdout);
        assert_eq!(answers.len(), lines.len(), "{outcome:?}");
        answers
    }

    /// Makes everything in here readable by the user that [`Program::without_root`] takes.
    #[cfg(unix)]
    pub(crate) fn give_away(&self) {
        use std::os::unix::fs::{PermissionsExt, chown};
        if !is_root() {
            return;
        }
        let mut paths = vec![self.root.clone()];
        while let Some(path) = paths.pop() {
            chown(&path, Some(NOBODY), Some(NOBODY)).unwrap();
            if path.is_dir() {
                paths.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            }
        }
        fs::set_permissions(self.folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    }
}

/// Whether the tests run with root's rights.
#[cfg(unix)]
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    let probe = tempfile::tempfile().unwrap();
    probe.metadata().unwrap().uid() == 0
}

/// A path as an argument.
pub(crate) fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The ids of the hits of a result.
pub(crate) fn ids_of(result: &Value) -> Vec<&str> {
    result["hits"].as_array().unwrap().iter().map(|hit| text_of(hit, "id")).collect()
}

/// A run to come.
pub(crate) struct Program {
    command: Command,
    stdin: Vec<u8>,
}

impl Program {
    pub(crate) fn stdin(mut self, content: impl Into<Vec<u8>>) -> Program {
        self.stdin = content.into();
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Program {
        self.command.env(name, value);
        self
    }

    pub(crate) fn without_env(mut self, name: &str) -> Program {
        self.command.env_remove(name);
        self
    }

    pub(crate) fn current_dir(mut self, folder: &Path) -> Program {
        self.command.current_dir(folder);
        self
    }

    /// Runs the program without root's rights. Whether that can be done here is for the
    /// caller to find out.
    #[cfg(unix)]
    pub(crate) fn without_root(mut self) -> Program {
        use std::os::unix::process::CommandExt;
        if is_root() {
            self.command.uid(NOBODY).gid(NOBODY);
        }
        self
    }

    /// Starts the program and lets it run. Nobody reads what it says.
    pub(crate) fn start(mut self) -> Beside {
        let command = self.command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Beside(command.spawn().unwrap())
    }

    /// The command itself, for what the harness has no word for.
    pub(crate) fn into_command(self) -> Command {
        self.command
    }

    pub(crate) fn run(self) -> Outcome {
        let shown = format!("{:?}", self.command);
        self.try_run().unwrap_or_else(|error| panic!("{shown}: {error}"))
    }

    /// Runs the program; an error if it cannot be started.
    pub(crate) fn try_run(mut self) -> std::io::Result<Outcome> {
        let shown: String =
            format!("{:?}", self.command.get_args().collect::<Vec<_>>()).chars().take(400).collect();
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn()?;
        let mut stdin = child.stdin.take().unwrap();
        let content = self.stdin;
        // All three streams at once, or a full pipe would stop the program. A program
        // that does not read its input closes the pipe, which is its right.
        let writing = std::thread::spawn(move || drop(stdin.write_all(&content)));
        let stdout = read_all(child.stdout.take().unwrap());
        let stderr = read_all(child.stderr.take().unwrap());
        let code = wait(&mut child, &shown);
        writing.join().unwrap();
        let text =
            |bytes: Vec<u8>| String::from_utf8(bytes).unwrap_or_else(|_| panic!("no UTF-8 from {shown}"));
        let outcome = Outcome {
            stdout: text(stdout.join().unwrap()),
            stderr: text(stderr.join().unwrap()),
            code,
            shown: shown.clone(),
        };
        assert!(
            !outcome.stdout.contains("panicked") && !outcome.stderr.contains("panicked"),
            "a panic, {outcome:?}"
        );
        Ok(outcome)
    }
}

fn read_all(mut stream: impl Read + Send + 'static) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        bytes
    })
}

/// A program that runs beside the test, and not longer.
pub(crate) struct Beside(Child);

impl Beside {
    /// Whether it still runs.
    pub(crate) fn is_running(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits for the program; ends it if it hangs.
pub(crate) fn wait(child: &mut Child, shown: &str) -> Option<i32> {
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if started.elapsed() > PATIENCE {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("does not end: {shown}");
        }
        std::thread::sleep(LOOK);
    }
}

/// What became of a run.
pub(crate) struct Outcome {
    /// The exit code; none if a signal ended the program.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    shown: String,
}

impl std::fmt::Debug for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let cut = |text: &str| text.chars().take(2000).collect::<String>();
        write!(
            f,
            "{}\nexit code {:?}\n--- stdout\n{}\n--- stderr\n{}",
            self.shown,
            self.code,
            cut(&self.stdout),
            cut(&self.stderr)
        )
    }
}

impl Outcome {
    /// Takes note of a run, and that it did not panic.
    pub(crate) fn new(code: Option<i32>, stdout: String, stderr: String, shown: String) -> Outcome {
        let outcome = Outcome { code, stdout, stderr, shown };
        let panicked = [&outcome.stdout, &outcome.stderr].iter().any(|text| text.contains("panicked"));
        assert!(!panicked, "a panic: {outcome:?}");
        outcome
    }

    /// Asserts the exit code.
    pub(crate) fn ends_with(self, code: i32) -> Outcome {
        assert_eq!(self.code, Some(code), "{self:?}");
        self
    }

    /// Asserts that all went well.
    pub(crate) fn succeeds(self) -> Outcome {
        self.ends_with(0)
    }

    /// Asserts an error as people should see it: exit code 2, nothing on standard
    /// output, one or two lines on standard error that name the matter.
    pub(crate) fn complains(self, about: &[&str]) -> Outcome {
        assert_eq!(self.stdout, "", "{self:?}");
        assert!((1..=2).contains(&self.stderr.lines().count()), "{self:?}");
        self.ends_with(2).says(about)
    }

    /// Asserts that standard error holds all of these.
    pub(crate) fn says(self, texts: &[&str]) -> Outcome {
        for text in texts {
            assert!(self.stderr.contains(text), "{text:?} is not said: {self:?}");
        }
        self
    }

    /// Asserts that nothing is said beside the results.
    pub(crate) fn says_nothing(self) -> Outcome {
        assert_eq!(self.stderr, "", "{self:?}");
        self
    }

    /// Standard output as one JSON value.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}
