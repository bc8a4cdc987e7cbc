//! Which digests there are, and which of those that the index knows are gone.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::ffi::OsStr;
use std::ops::Bound;
use std::path::{Path, PathBuf};

use ingest::{DigestFile, FindError, Found};

use crate::error::IndexError;
use crate::state::State;

/// Finds the digests under canonical paths, so that the state knows each by one name.
pub(crate) fn find(paths: &[PathBuf]) -> Result<(Vec<PathBuf>, Found), IndexError> {
    let canonical =
        |path: &PathBuf| path.canonicalize().map_err(|source| FindError { path: path.clone(), source });
    let roots: Vec<PathBuf> = paths.iter().map(canonical).collect::<Result<_, _>>()?;
    let found = ingest::find(&roots)?;
    Ok((roots, found))
}

/// Returns the known digests under the roots that are there no more. What could not be
/// looked at is not gone.
pub(crate) fn gone(state: &State, roots: &[PathBuf], found: &Found) -> Vec<String> {
    let known = |file: &&DigestFile| state.digests.contains_key(&*name(&file.path));
    if found.files.iter().filter(known).count() == state.digests.len() {
        return Vec::new();
    }
    // Paths are compared part by part, texts at once; this is asked for thousands of them.
    let there: HashSet<&OsStr> = found.files.iter().map(|file| file.path.as_os_str()).collect();
    let is_gone = |name: &str, root: &Path| {
        let path = Path::new(name);
        !there.contains(path.as_os_str()) && path.starts_with(root) && !unseen(found, path)
    };
    let mut gone = BTreeSet::new();
    for root in roots {
        let begins = name(root);
        let below = state
            .digests
            .range::<str, _>((Bound::Included(&*begins), Bound::Unbounded))
            .map(|(name, _)| name);
        let below = below.take_while(|name| name.starts_with(&*begins));
        gone.extend(below.filter(|name| is_gone(name, root)).cloned());
    }
    gone.into_iter().collect()
}

/// Whether something keeps the place of a digest from being looked at.
pub(crate) fn unseen(found: &Found, path: &Path) -> bool {
    found.problems.iter().any(|problem| path.starts_with(&problem.path))
}

/// The name of a digest in the index. Found files have Unicode paths.
pub(crate) fn name(path: &Path) -> Cow<'_, str> {
    path.to_str().map_or_else(|| path.to_string_lossy(), Cow::Borrowed)
}
