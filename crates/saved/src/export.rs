//! Saved searches as lines of text: in their file, and on the way to another machine.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::SavedError;
use crate::search::Search;
use crate::store::{MAX_SEARCHES, Store};

/// The version of the lines. Raise it when what they hold changes.
const VERSION: u32 = 1;

/// What the first line calls the others.
const KIND: &str = "paper-search saved searches";

/// The first line.
#[derive(Serialize, Deserialize)]
struct Head {
    kind: String,
    version: u32,
}

/// What an import did, by names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Searches that were not there.
    pub added: Vec<String>,
    /// Searches that were there and ask the same: what was seen here or there was seen.
    pub merged: Vec<String>,
    /// Searches that were there, asked something else, and were replaced.
    pub replaced: Vec<String>,
}

/// Returns all searches of a store as text.
pub fn export(store: &Store) -> Result<Vec<u8>, SavedError> {
    Ok(write_lines(&store.list()?))
}

/// Adds the searches of an export, all or none. `path` is where it was read, for messages. A
/// search of the same name that asks something else is replaced if `replace` says so.
pub fn import(store: &Store, path: &Path, bytes: &[u8], replace: bool) -> Result<Imported, SavedError> {
    let searches = read_lines(path, bytes)?;
    store.change(|all| {
        let mut imported = Imported::default();
        for search in searches {
            let name = search.name.clone();
            let count = all.len();
            match all.iter_mut().find(|known| known.name == name) {
                Some(known) if known.question == search.question => {
                    known.seen.merge(&search.seen);
                    known.saved = known.saved.min(search.saved);
                    known.looked = known.looked.max(search.looked);
                    imported.merged.push(name);
                }
                Some(known) if replace => {
                    *known = search;
                    imported.replaced.push(name);
                }
                Some(known) => {
                    return Err(SavedError::Taken { name, question: known.question.to_string() });
                }
                None if count >= MAX_SEARCHES => return Err(SavedError::TooMany(count)),
                None => {
                    all.push(search);
                    imported.added.push(name);
                }
            }
        }
        Ok(imported)
    })
}

/// Writes searches, a line each.
pub(crate) fn write_lines(searches: &[Search]) -> Vec<u8> {
    let head = Head { kind: KIND.to_string(), version: VERSION };
    let head = serde_json::to_string(&head);
    let lines = std::iter::once(head).chain(searches.iter().map(serde_json::to_string));
    // There is nothing in a search that JSON cannot say.
    lines.flatten().flat_map(|line| format!("{line}\n").into_bytes()).collect()
}

/// Reads searches. `path` is where they were read, for messages.
pub(crate) fn read_lines(path: &Path, bytes: &[u8]) -> Result<Vec<Search>, SavedError> {
    let damaged = |line, what| SavedError::Damaged { path: path.to_path_buf(), line, what };
    let no_head = || damaged(1, "this is no file of saved searches".to_string());
    let mut lines = (1..).zip(bytes.split(|byte| *byte == b'\n'));
    let head = lines.next().and_then(|(_, line)| serde_json::from_slice::<Head>(line).ok());
    let head = head.filter(|head| head.kind == KIND).ok_or_else(no_head)?;
    if head.version != VERSION {
        return Err(SavedError::OtherVersion {
            path: path.to_path_buf(),
            found: head.version,
            expected: VERSION,
        });
    }
    let mut searches: Vec<Search> = Vec::new();
    for (number, line) in lines.filter(|(_, line)| !line.trim_ascii().is_empty()) {
        let search: Search = serde_json::from_slice(line).map_err(|error| {
            // The error's own line is that of the piece it was given.
            let what = error.to_string();
            damaged(number, what.split(" at line ").next().unwrap_or(&what).to_string())
        })?;
        crate::check_name(&search.name).map_err(|error| damaged(number, error.to_string()))?;
        if searches.iter().any(|known| known.name == search.name) {
            return Err(damaged(number, format!("the name `{}` stands twice", search.name)));
        }
        if searches.len() >= MAX_SEARCHES {
            return Err(damaged(number, format!("there are more than {MAX_SEARCHES} searches")));
        }
        searches.push(search);
    }
    Ok(searches)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that fails should say where")]

    use super::*;
    use crate::search::Question;
    use crate::seen::{Novelty, Sighting};
    use chrono::NaiveDate;
    use proptest::prelude::*;

    fn store(folder: &tempfile::TempDir, name: &str) -> Store {
        Store::new(folder.path().join(name))
    }

    fn searches() -> impl Strategy<Value = Vec<Search>> {
        let text = || proptest::option::of(any::<String>());
        let question =
            (any::<String>(), proptest::collection::vec(any::<String>(), 0..3), text(), text(), text());
        let question = question.prop_map(|(query, author, from, since, digest_to)| Question {
            query,
            author,
            from,
            since,
            digest_to,
            ..Question::default()
        });
        let papers = proptest::collection::vec((0..50u32, 1..4u32), 0..30);
        let search = (question, papers, 0..1000u64).prop_map(|(question, papers, days)| {
            let day = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + chrono::Days::new(days);
            let mut search = Search::new(String::new(), question, day);
            let papers: Vec<Sighting> = papers
                .iter()
                .map(|(paper, version)| Sighting::new(&paper.to_string(), Some(*version)))
                .collect();
            search.seen.look(&papers, &papers);
            search
        });
        proptest::collection::btree_map("[a-z推测][a-z0-9._-]{0,8}", search, 0..5).prop_map(|searches| {
            searches.into_iter().map(|(name, search)| Search { name, ..search }).collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn what_is_exported_is_imported(searches in searches()) {
            let folder = tempfile::tempdir().unwrap();
            let (here, there) = (store(&folder, "here"), store(&folder, "there"));
            for search in &searches {
                here.save(search.clone(), false).unwrap();
            }
            prop_assert_eq!(&here.list().unwrap(), &searches);
            let exported = export(&here).unwrap();
            let imported = import(&there, Path::new("export"), &exported, false).unwrap();
            prop_assert_eq!(imported.added.len(), searches.len());
            prop_assert_eq!(&there.list().unwrap(), &searches);
            // Once more changes nothing.
            let again = import(&there, Path::new("export"), &exported, false).unwrap();
            prop_assert_eq!(again.merged.len(), searches.len());
            prop_assert_eq!(export(&there).unwrap(), exported);
        }

        #[test]
        fn no_file_makes_it_fail_otherwise_than_by_an_error(bytes in any::<Vec<u8>>(), at in 0..200usize) {
            let mut file = write_lines(&[Search::new("a".into(), Question::default(), NaiveDate::MIN)]);
            let at = at.min(file.len());
            file.splice(at..(at + bytes.len()).min(file.len()), bytes);
            let _ = read_lines(Path::new("export"), &file);
        }
    }

    #[test]
    fn an_import_is_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let (here, there) = (store(&folder, "here"), store(&folder, "there"));
        let today = NaiveDate::from_ymd_opt(2026, 3, 16).unwrap();
        let search = |name: &str, query: &str, paper: &str| {
            let question = Question { query: query.to_string(), ..Question::default() };
            let mut search = Search::new(name.to_string(), question, today);
            let paper = [Sighting::new(paper, Some(1))];
            search.seen.look(&paper, &paper);
            search
        };
        here.save(search("new", "n", "1"), false).unwrap();
        here.save(search("same", "s", "2"), false).unwrap();
        here.save(search("other", "o", "3"), false).unwrap();
        there.save(search("same", "s", "4"), false).unwrap();
        there.save(search("other", "p", "5"), false).unwrap();
        let exported = export(&here).unwrap();
        let before = there.list().unwrap();
        let refused = import(&there, Path::new("export"), &exported, false).unwrap_err().to_string();
        assert!(refused.contains("`other` already, for \"p\""), "{refused}");
        assert_eq!(there.list().unwrap(), before);
        let imported = import(&there, Path::new("export"), &exported, true).unwrap();
        let names = |name: &str| vec![name.to_string()];
        let expected = Imported { added: names("new"), merged: names("same"), replaced: names("other") };
        assert_eq!(imported, expected);
        let seen = there.get("same").unwrap().seen;
        let both = [Sighting::new("2", Some(1)), Sighting::new("4", Some(1))];
        assert_eq!(seen.novelties(&both), [Novelty::Seen; 2]);
        assert_eq!(there.get("other").unwrap().question.query, "o");
    }
}
