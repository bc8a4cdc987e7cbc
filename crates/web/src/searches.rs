//! Saved searches as the server has them: what there is, and how many papers are new to each.
//!
//! To count, all papers that a search finds must be read. So each is counted once a commit,
//! when somebody wants to know, and no page waits for more than a few of them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use archive::{Asked, News, Snapshot};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::NaiveDate;
use saved::{SavedError, Search, Shelf, Shelved, Store};
use subtle::ConstantTimeEq;
use xxhash_rust::xxh3::xxh3_64;

use crate::failure::Failure;

/// How long whoever changes a search waits for another process that writes.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long an answer counts before it leaves the rest uncounted.
const COUNT_TIME: Duration = Duration::from_millis(300);

/// A search that finds more papers is counted by itself alone, where nobody waits for others:
/// to read so many takes some 200 ms.
const MANY: usize = 20_000;

/// The saved searches.
pub(crate) struct Searches {
    /// None where there is no place to keep any.
    shelf: Option<Shelf>,
    counts: Mutex<Counts>,
    token: String,
}

/// What was counted, of one commit on one day.
#[derive(Default)]
struct Counts {
    commit: String,
    today: NaiveDate,
    of: Arc<Shelved>,
    /// By name.
    new: HashMap<String, usize>,
}

/// The searches, each with how many papers are new, if that is known.
pub(crate) struct Listed {
    of: Arc<Shelved>,
    new: Vec<Option<usize>>,
}

impl Listed {
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Search, Option<usize>)> {
        self.of.searches.iter().zip(self.new.iter().copied())
    }

    pub(crate) fn len(&self) -> usize {
        self.new.len()
    }
}

impl Searches {
    /// The searches of this store, if there is one. Who changes them must know a token, which
    /// is made here.
    pub(crate) fn new(store: Option<Store>) -> Result<Searches, getrandom::Error> {
        let mut token = [0; 16];
        getrandom::fill(&mut token)?;
        Ok(Searches {
            shelf: store.map(|store| Shelf::new(store.with_patience(PATIENCE))),
            counts: Mutex::default(),
            token: URL_SAFE_NO_PAD.encode(token),
        })
    }

    /// What stands in forms of this server's own pages; no other page can read it there.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// Refuses who does not know the token.
    pub(crate) fn check(&self, token: &str) -> Result<(), Failure> {
        match token.as_bytes().ct_eq(self.token.as_bytes()).into() {
            true => Ok(()),
            false => Err(Failure::Forbidden(
                "this form is of an earlier run of the server; load its page again".to_string(),
            )),
        }
    }

    fn shelf(&self) -> Result<&Shelf, Failure> {
        let none = || {
            Failure::NotFound(
                "there is no home folder to keep saved searches in; `--saved FILE` names a file".into(),
            )
        };
        self.shelf.as_ref().ok_or_else(none)
    }

    /// Where the searches are kept.
    pub(crate) fn store(&self) -> Result<&Store, Failure> {
        Ok(self.shelf()?.store())
    }

    /// Returns the searches as they are now.
    pub(crate) fn look(&self) -> Result<Arc<Shelved>, Failure> {
        Ok(self.shelf()?.look()?)
    }

    /// Returns the searches, with what was counted already.
    pub(crate) fn listed(&self, snapshot: &Snapshot, today: NaiveDate) -> Result<Listed, Failure> {
        let of = self.look()?;
        let new = self.with_counts(&of, snapshot, today, |counts| {
            of.searches.iter().map(|search| counts.get(&search.name).copied()).collect()
        });
        Ok(Listed { of, new })
    }

    /// As [`Searches::listed`], and counts as many more as fit into the time.
    pub(crate) fn counted(&self, snapshot: &Snapshot, today: NaiveDate) -> Result<Listed, Failure> {
        let started = Instant::now();
        let mut listed = self.listed(snapshot, today)?;
        for (search, new) in listed.of.searches.iter().zip(&mut listed.new) {
            if new.is_some() || started.elapsed() > COUNT_TIME {
                continue;
            }
            match self.count_if_few(snapshot, today, &listed.of, search) {
                Ok(counted) => *new = counted,
                // Its own page says what is wrong with it.
                Err(Failure::Asked(_)) => {}
                Err(failure) => return Err(failure),
            }
        }
        Ok(listed)
    }

    /// How many papers are new to a search, unless it finds many.
    fn count_if_few(
        &self,
        snapshot: &Snapshot,
        today: NaiveDate,
        of: &Arc<Shelved>,
        search: &Search,
    ) -> Result<Option<usize>, Failure> {
        let all = Asked { limit: Some(0), ..Asked::from(&search.question) };
        if snapshot.search(&all, today)?.total > MANY {
            return Ok(None);
        }
        let news = self.news(snapshot, today, of, search, 0)?;
        Ok(Some(news.new + news.updated))
    }

    /// Looks what is new to one of the searches, and keeps how many papers that are.
    pub(crate) fn news(
        &self,
        snapshot: &Snapshot,
        today: NaiveDate,
        of: &Arc<Shelved>,
        search: &Search,
        limit: usize,
    ) -> Result<News, Failure> {
        let news = snapshot.news(search, limit, today)?;
        let new = news.new + news.updated;
        self.with_counts(of, snapshot, today, |counts| counts.insert(search.name.clone(), new));
        Ok(news)
    }

    /// Does something with the counts of these searches, of this commit and day.
    fn with_counts<T>(
        &self,
        of: &Arc<Shelved>,
        snapshot: &Snapshot,
        today: NaiveDate,
        work: impl FnOnce(&mut HashMap<String, usize>) -> T,
    ) -> T {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.commit != snapshot.commit() || counts.today != today {
            *counts = Counts { commit: snapshot.commit().to_string(), today, ..Counts::default() };
        }
        if !Arc::ptr_eq(&counts.of, of) {
            // What was counted of a search that has not changed is still so.
            let Counts { of: before, new, .. } = &mut *counts;
            new.retain(
                |name, _| matches!((before.get(name), of.get(name)), (Ok(old), Ok(new)) if old == new),
            );
            counts.of = Arc::clone(of);
        }
        work(&mut counts.new)
    }

    /// What tells an answer that shows searches from one that showed them otherwise.
    pub(crate) fn tag(&self, snapshot: &Snapshot, today: NaiveDate) -> String {
        let state = match self.listed(snapshot, today) {
            Ok(listed) => format!("{} {:?}", listed.of.tag, listed.new),
            Err(failure) => failure.to_string(),
        };
        format!("{:016x}", xxh3_64(format!("{} {state}", self.token).as_bytes()))
    }
}

impl From<SavedError> for Failure {
    fn from(error: SavedError) -> Failure {
        let text = error.to_string();
        match error {
            SavedError::BadName(_) => Failure::Asked(text),
            SavedError::Unknown { .. } => Failure::NotFound(text),
            SavedError::Taken { .. } | SavedError::TooMany(_) => Failure::Conflict(text),
            SavedError::Busy(_) => Failure::Busy,
            SavedError::Damaged { .. }
            | SavedError::OtherVersion { .. }
            | SavedError::TooLarge { .. }
            | SavedError::Io { .. } => Failure::Saved(text),
        }
    }
}
