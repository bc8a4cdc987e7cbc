//! What ARCHITECTURE.md says of the crates and files, held against the tree.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::repository;

/// Which of our crates a crate may name.
const ARROWS: [(&str, &[&str]); 11] = [
    ("paper", &[]),
    ("analysis", &["paper"]),
    ("ingest", &["paper"]),
    ("query", &["analysis", "paper"]),
    ("indexer", &["analysis", "ingest", "paper"]),
    ("engine", &["analysis", "indexer", "paper", "query"]),
    ("results", &["analysis", "paper", "query"]),
    ("archive", &["analysis", "engine", "indexer", "paper", "query", "results", "saved"]),
    ("saved", &[]),
    ("mcp", &["archive", "paper", "query", "results"]),
    ("web", &["archive", "paper", "query", "results", "saved"]),
];

/// The crates that may name the search engine.
const KNOW_TANTIVY: [&str; 2] = ["indexer", "engine"];

/// The names under `[dependencies]` of a manifest.
fn dependencies(manifest: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(manifest).unwrap();
    let mut section = "";
    let mut names = BTreeSet::new();
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        if line.starts_with('[') {
            section = line;
        } else if section == "[dependencies]"
            && let Some((name, _)) = line.split_once(['.', '=', ' '])
        {
            names.insert(name.to_string());
        } else {
            // Another way to write them would slip through.
            assert!(!section.contains("dependencies."), "{}: {section}", manifest.display());
        }
    }
    names
}

#[test]
fn arrows_between_crates_go_one_way() {
    let crates: BTreeSet<String> = fs::read_dir(repository().join("crates"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("Cargo.toml").exists())
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_string())
        .collect();
    assert_eq!(crates, ARROWS.iter().map(|(name, _)| name.to_string()).collect(), "a crate without a rule");
    for (name, allowed) in ARROWS {
        let named = dependencies(&repository().join(format!("crates/{name}/Cargo.toml")));
        let ours: Vec<&String> = named.iter().filter(|name| crates.contains(*name)).collect();
        assert!(ours.iter().all(|other| allowed.contains(&other.as_str())), "{name} names {ours:?}");
        let tantivy = named.iter().any(|other| other.starts_with("tantivy"));
        assert!(!tantivy || KNOW_TANTIVY.contains(&name), "{name} names tantivy");
        assert!(!named.contains("rmcp") || name == "mcp", "{name} names the SDK of mcp");
    }
    let program = dependencies(&repository().join("Cargo.toml"));
    assert!(
        program.contains("engine") && !program.contains("tantivy") && !program.contains("rmcp"),
        "{program:?}"
    );
}

/// Code that names the engine must stand in a crate that may: a re-export would not show
/// in the manifests.
#[test]
fn only_two_crates_speak_of_the_engine() {
    for (name, _) in ARROWS.into_iter().filter(|(name, _)| !KNOW_TANTIVY.contains(name)) {
        for file in rust_files(&repository().join(format!("crates/{name}/src"))) {
            let text = fs::read_to_string(&file).unwrap();
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            assert!(code.into_iter().all(|line| !line.contains("tantivy")), "{}", file.display());
        }
    }
}

/// All Rust files below a folder.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files.extend(rust_files(&path)),
            false if path.extension().is_some_and(|extension| extension == "rs") => files.push(path),
            false => {}
        }
    }
    files.sort();
    files
}

/// What stands between backticks in a text.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// Whether a word is meant as a path in this repository.
fn looks_like_a_path(word: &str) -> bool {
    const ENDINGS: [&str; 6] = [".rs", ".md", ".toml", ".jsonl", ".sh", ".yml"];
    let elsewhere = word.starts_with(['~', '/', '-', '$']) || word.contains("://");
    let plain = word.chars().all(|ch| ch.is_ascii_alphanumeric() || "_-./*".contains(ch));
    plain
        && !elsewhere
        && (word.contains('/')
            || ENDINGS.iter().any(|ending| word.len() > ending.len() && word.ends_with(ending)))
}

/// The folder that the files under a heading of the table stand in.
fn folder_of(heading: &str) -> PathBuf {
    let folder = repository().join(heading);
    let source = folder.join("src");
    if source.is_dir() { source } else { folder }
}

/// The table of files: each word that is a path, with the folder it is relative to.
fn table_of_files() -> Vec<(PathBuf, String)> {
    let text = fs::read_to_string(repository().join("ARCHITECTURE.md")).unwrap();
    let (_, table) = text.split_once("\n## Where everything is\n").unwrap();
    let table = table.split("\n## ").next().unwrap();
    let mut folder = repository().to_path_buf();
    let mut found = Vec::new();
    for row in table.lines().filter(|line| line.starts_with("| ")) {
        if let Some(heading) = row.strip_prefix("| **").and_then(|row| row.split("**").next()) {
            folder = folder_of(heading);
            assert!(folder.is_dir(), "ARCHITECTURE.md names a folder that is not there: {row}");
        }
        found.extend(
            quoted(row).filter(|word| looks_like_a_path(word)).map(|word| (folder.clone(), word.to_string())),
        );
    }
    assert!(found.len() > 40, "{}", found.len());
    found
}

/// The files that a path, perhaps with a star for a name, stands for.
fn files_at(folder: &Path, word: &str) -> Vec<PathBuf> {
    match word.strip_suffix("/*.rs") {
        Some(below) if folder.join(below).is_dir() => rust_files(&folder.join(below)),
        Some(_) => Vec::new(),
        None => [folder.join(word)].into_iter().filter(|path| path.exists()).collect(),
    }
}

#[test]
fn the_table_of_files_is_true() {
    for (folder, word) in table_of_files() {
        let files = files_at(&folder, &word);
        assert!(
            !files.is_empty(),
            "ARCHITECTURE.md names {word} in {}, which is not there",
            folder.display()
        );
    }
}

#[test]
fn the_table_of_files_is_complete() {
    let named: BTreeSet<PathBuf> =
        table_of_files().iter().flat_map(|(folder, word)| files_at(folder, word)).collect();
    let folders =
        ARROWS.iter().map(|(name, _)| format!("crates/{name}/src")).chain(["crates/cli".to_string()]);
    let missing: Vec<PathBuf> = folders
        .flat_map(|folder| rust_files(&repository().join(folder)))
        .filter(|file| !named.contains(file))
        .collect();
    assert!(missing.is_empty(), "ARCHITECTURE.md does not name {missing:#?}");
}

/// Paths in documents rot.
#[test]
fn paths_in_documents_lead_somewhere() {
    let sources = rust_files(&repository().join("crates"));
    for document in [
        "README.md",
        "README.zh-CN.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "docs/ranking.md",
        "docs/reliability.md",
        "docs/agents.md",
        "docs/web.md",
        "samples/README.md",
    ] {
        let Ok(text) = fs::read_to_string(repository().join(document)) else {
            // Not all of them need to be there.
            assert_ne!(document, "README.md");
            continue;
        };
        // What stands in a block of code is an example of something else.
        let prose: String = text.split("```").step_by(2).collect();
        let links = prose.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link);
        let links = links.filter(|link| !link.contains("://") && !link.starts_with('#'));
        let folder = repository().join(document);
        let folders = [repository(), folder.parent().unwrap(), &repository().join("crates")];
        for word in quoted(&prose).filter(|word| looks_like_a_path(word)).chain(links) {
            let path = word.split('#').next().unwrap_or(word);
            // A source file or folder may be named without the folders above it.
            let mut places = sources.iter().flat_map(|source| source.ancestors().take(2));
            let source = places.any(|place| place.ends_with(path.trim_end_matches("/*.rs")));
            let there = source || folders.iter().any(|folder| !files_at(folder, path).is_empty());
            assert!(there, "{document} names {word}, which is not there");
        }
    }
}
