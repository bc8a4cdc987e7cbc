//! An archive that stays open, shared by many threads.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use std::time::{Duration, Instant};

use analysis::Analyzer;
use chrono::NaiveDate;
use engine::Embedded;
use indexer::{CommitStamp, IndexError};
use paper::Record;
use query::{Engine, Facets, Lexicon};
use results::Results;
use saved::Question;
use thiserror::Error;

use crate::asked::{AskError, Asked, MAX_QUERY_BYTES};
use crate::complete::{Completion, complete};
use crate::found::{Alike, all_papers, kept_id, list, search, similar};
use crate::news::{Found, News, found, news_among};
use crate::stats::{Stats, stats};

/// How long after a commit could not be opened it is tried again.
const PATIENCE: Duration = Duration::from_secs(1);

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum ArchiveError {
    /// What was asked means nothing, or is too much; it says what to ask instead.
    #[error(transparent)]
    Asked(#[from] AskError),
    /// The index could not be read.
    #[error(transparent)]
    Index(#[from] IndexError),
}

/// What reads queries; it does not change with the papers.
#[derive(Debug)]
struct Language {
    analyzer: Analyzer,
    lexicon: Option<Lexicon>,
}

/// An index that is kept open, as its last commit left it.
#[derive(Debug)]
pub struct Archive {
    root: PathBuf,
    language: Arc<Language>,
    last: RwLock<Arc<Snapshot>>,
    /// Who holds it opens the next commit; nobody waits for them.
    looking: Mutex<Looking>,
}

/// What the last look at the index folder saw.
#[derive(Debug)]
struct Looking {
    stamp: CommitStamp,
    failed: Option<(Instant, IndexError)>,
}

/// One commit of the archive. As long as it is held, all answers are of that commit.
#[derive(Debug)]
pub struct Snapshot {
    engine: Embedded,
    commit: String,
    language: Arc<Language>,
    /// Reading all papers takes a while; a commit does not change.
    stats: OnceLock<Stats>,
    /// What the saved search finds that was asked last: who looks at one marks what they saw,
    /// and looks again.
    found: Mutex<Option<(Question, NaiveDate, Found)>>,
}

impl Archive {
    /// Opens the index in a folder. Queries are translated by the lexicon, if there is one.
    pub fn open(root: &Path, lexicon: Option<Lexicon>) -> Result<Archive, IndexError> {
        let language = Arc::new(Language { analyzer: Analyzer::new(), lexicon });
        // First the stamp: a commit that comes between is noticed by the next look.
        let stamp = CommitStamp::look(root)?;
        let last = RwLock::new(Arc::new(Snapshot::open(root, &language)?));
        let looking = Mutex::new(Looking { stamp, failed: None });
        Ok(Archive { root: root.to_path_buf(), language, last, looking })
    }

    /// Returns the last commit. A new one is noticed and opened by whoever asks first;
    /// others get the one before until that is done. A commit that cannot be opened is left
    /// alone, and the one before goes on being served.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        if let Ok(mut looking) = self.looking.try_lock() {
            self.look(&mut looking);
        }
        Arc::clone(&self.last.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns why the last commit could not be opened; `None` where it is the one served.
    pub fn problem(&self) -> Option<String> {
        let looking = self.looking.lock().unwrap_or_else(PoisonError::into_inner);
        looking.failed.as_ref().map(|(_, error)| error.to_string())
    }

    fn look(&self, looking: &mut Looking) {
        if looking.failed.as_ref().is_some_and(|(at, _)| at.elapsed() < PATIENCE) {
            return;
        }
        let opened = CommitStamp::look(&self.root).and_then(|stamp| {
            if stamp == looking.stamp && looking.failed.is_none() {
                return Ok(None);
            }
            Ok(Some((stamp, Snapshot::open(&self.root, &self.language)?)))
        });
        match opened {
            Ok(None) => {}
            Ok(Some((stamp, snapshot))) => {
                *looking = Looking { stamp, failed: None };
                *self.last.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(snapshot);
            }
            Err(error) => looking.failed = Some((Instant::now(), error)),
        }
    }
}

impl Snapshot {
    fn open(root: &Path, language: &Arc<Language>) -> Result<Snapshot, IndexError> {
        let engine = Embedded::open(root)?;
        let commit = engine.index().commit_id();
        Ok(Snapshot {
            engine,
            commit,
            language: Arc::clone(language),
            stats: OnceLock::new(),
            found: Mutex::default(),
        })
    }

    /// Returns the name of the commit: another one has other papers, or may have.
    pub fn commit(&self) -> &str {
        &self.commit
    }

    /// Searches. Who asks for nothing, neither words nor filters, gets all papers, newest
    /// first.
    pub fn search(&self, asked: &Asked, today: NaiveDate) -> Result<Results, ArchiveError> {
        let request = asked.read_bounded(today)?;
        if let Some(plan) = all_papers(&request) {
            return Ok(list(&self.engine, &plan, &request)?);
        }
        let Language { analyzer, lexicon } = &*self.language;
        Ok(search(&self.engine, analyzer, lexicon.as_ref(), &request)?.results)
    }

    /// Finds papers like those that are named by id or address, whatever the query.
    pub fn similar(&self, named: &[String], asked: &Asked, today: NaiveDate) -> Result<Alike, ArchiveError> {
        let request = asked.read_bounded(today)?;
        Ok(similar(&self.engine, &self.language.analyzer, named, &request)?)
    }

    /// Returns the newest papers that pass the filters and match the query, if there is one.
    pub fn recent(&self, asked: &Asked, today: NaiveDate) -> Result<Results, ArchiveError> {
        self.search(&Asked { sort: Some("newest".to_string()), ..asked.clone() }, today)
    }

    /// Returns the paper that is named by id or address.
    pub fn record(&self, named: &str) -> Result<Option<Record>, ArchiveError> {
        Ok(self.engine.record(&kept_id(named))?)
    }

    /// Counts all papers that a search finds by month, and by the `most` most frequent
    /// authors and digests.
    pub fn facets(&self, asked: &Asked, most: usize, today: NaiveDate) -> Result<Facets, ArchiveError> {
        let request = asked.read_bounded(today)?;
        if let Some(plan) = all_papers(&request) {
            return Ok(self.engine.facets(&plan, most)?);
        }
        let Language { analyzer, lexicon } = &*self.language;
        Ok(query::facets::facets(&self.engine, analyzer, lexicon.as_ref(), &request, most)?)
    }

    /// Looks what a saved search finds that was not seen, and returns at most `limit` papers
    /// of it. Nothing is taken as seen by that: see [`saved::Store::mark`].
    pub fn news(&self, search: &saved::Search, limit: usize, today: NaiveDate) -> Result<News, ArchiveError> {
        // A search may have been saved elsewhere, by hand even.
        Asked::from(&search.question).read_bounded(today)?;
        let Language { analyzer, lexicon } = &*self.language;
        let last = || self.found.lock().unwrap_or_else(PoisonError::into_inner);
        news_among(&self.engine, analyzer, lexicon.as_ref(), search, limit, today, |plan| {
            if let Some((question, day, found)) = &*last()
                && (question, *day) == (&search.question, today)
            {
                return Ok(found.clone());
            }
            let found = found(&self.engine, plan)?;
            *last() = Some((search.question.clone(), today, found.clone()));
            Ok(found)
        })
    }

    /// Completes what someone is typing, the most frequent first.
    pub fn suggest(&self, text: &str, most: usize) -> Result<Vec<Completion>, ArchiveError> {
        match text.len() {
            bytes if bytes > MAX_QUERY_BYTES => Err(AskError::LongQuery(bytes).into()),
            _ => Ok(complete(&self.engine, text, most)?),
        }
    }

    /// Returns what the archive holds. The first call of a commit reads all its papers.
    pub fn stats(&self) -> Result<&Stats, ArchiveError> {
        if let Some(stats) = self.stats.get() {
            return Ok(stats);
        }
        let stats = stats(&self.engine)?;
        Ok(self.stats.get_or_init(|| stats))
    }
}
