//! What answers requests: searches take turns, one commit each, and are told apart from those
//! asked before by their commit.

use std::sync::Arc;
use std::time::Duration;

use archive::{Archive, Limits, Snapshot, Turns};
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use chrono::NaiveDate;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use crate::assets::VERSION;
use crate::body::Held;
use crate::failure::Failure;
use crate::searches::Searches;

/// How long an answer may take, from the request to the first byte: waiting for a turn, the
/// search, and room for what it found. No search takes a tenth of it on 100,000 papers; what
/// reads all of them, once a commit, takes half of it.
const ANSWER_TIME: Duration = Duration::from_secs(2);

/// How much of large answers may wait to be read, in kibibytes: who asks for much and reads
/// slowly must not fill the memory.
const HELD_KIBIBYTES: usize = 64 * 1024;

/// A smaller answer is not counted, in bytes.
const SMALL: usize = 64 * 1024;

/// What all requests share.
#[derive(Clone)]
pub(crate) struct App {
    archive: Arc<Archive>,
    pub(crate) searches: Arc<Searches>,
    today: fn() -> NaiveDate,
    report: Arc<dyn Fn(&str) + Send + Sync>,
    turns: Turns,
    held: Arc<Semaphore>,
}

/// What is answered.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) media_type: &'static str,
    pub(crate) body: Vec<u8>,
    /// The name of the file that the answer becomes.
    pub(crate) file: Option<String>,
}

impl Reply {
    pub(crate) fn new(media_type: &'static str, body: impl Into<Vec<u8>>) -> Reply {
        Reply { status: StatusCode::OK, media_type, body: body.into(), file: None }
    }

    pub(crate) fn with_status(self, status: StatusCode) -> Reply {
        Reply { status, ..self }
    }
}

/// What an answer depends on beside its address and the commit: `today`, a language, perhaps
/// the saved searches.
pub(crate) struct Asking {
    pub(crate) today: NaiveDate,
    if_none_match: Option<HeaderValue>,
    variant: &'static str,
    shows_searches: bool,
}

impl Asking {
    /// The same, for an answer that also depends on the saved searches.
    pub(crate) fn with_searches(self) -> Asking {
        Asking { shows_searches: true, ..self }
    }
}

impl App {
    /// Makes the app; at most `threads` searches run at once, and `waiting` wait.
    pub(crate) fn new(
        archive: Arc<Archive>,
        searches: Searches,
        today: fn() -> NaiveDate,
        report: Arc<dyn Fn(&str) + Send + Sync>,
        threads: usize,
        waiting: usize,
    ) -> App {
        let turns = Turns::new(Limits { at_once: threads, waiting, whole: ANSWER_TIME, search: ANSWER_TIME });
        let searches = Arc::new(searches);
        App { archive, searches, today, report, turns, held: Arc::new(Semaphore::new(HELD_KIBIBYTES)) }
    }

    /// Reads what an answer may depend on.
    pub(crate) fn asking(&self, headers: &HeaderMap, variant: &'static str) -> Asking {
        let if_none_match = headers.get(header::IF_NONE_MATCH).cloned();
        Asking { today: (self.today)(), if_none_match, variant, shows_searches: false }
    }

    /// Why the last commit is not served, if it is not.
    pub(crate) fn problem(&self) -> Option<String> {
        self.archive.snapshot();
        self.archive.problem()
    }

    /// Answers by `work`, which runs on a thread where it may take its time, over one commit.
    /// Who has the answer already is told so, without a search. A failure is answered by
    /// `fail`.
    pub(crate) async fn answer(
        &self,
        asking: Asking,
        work: impl FnOnce(&Snapshot, NaiveDate) -> Result<Reply, Failure> + Send + 'static,
        fail: impl FnOnce(&Failure) -> Reply,
    ) -> Response {
        match self.try_answer(asking, work).await {
            Ok(response) => response,
            Err(failure) => self.failed(&failure, fail),
        }
    }

    /// Changes something by `work`, and leads whoever asked on to the address that it returns.
    pub(crate) async fn change(
        &self,
        work: impl FnOnce(&Snapshot, NaiveDate) -> Result<String, Failure> + Send + 'static,
        fail: impl FnOnce(&Failure) -> Reply,
    ) -> Response {
        let (archive, today) = (Arc::clone(&self.archive), (self.today)());
        match self.turns.take(move || work(&archive.snapshot(), today)).await {
            Ok(address) => Redirect::to(&address).into_response(),
            Err(failure) => self.failed(&failure, fail),
        }
    }

    /// The answer to who gets none; what they cannot mend is reported.
    fn failed(&self, failure: &Failure, fail: impl FnOnce(&Failure) -> Reply) -> Response {
        match failure {
            Failure::Index(error) => (self.report)(error),
            Failure::Fault => (self.report)("a request failed by a fault in paper-search"),
            _ => {}
        }
        let mut response = plain(fail(failure).with_status(failure.status()));
        if matches!(failure, Failure::Busy) {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }

    async fn try_answer(
        &self,
        asking: Asking,
        work: impl FnOnce(&Snapshot, NaiveDate) -> Result<Reply, Failure> + Send + 'static,
    ) -> Result<Response, Failure> {
        let end = Instant::now() + ANSWER_TIME;
        let (archive, searches) = (Arc::clone(&self.archive), Arc::clone(&self.searches));
        let job = move || {
            let snapshot = archive.snapshot();
            let Asking { today, variant, .. } = asking;
            let shown = match asking.shows_searches {
                true => searches.tag(&snapshot, today),
                false => String::new(),
            };
            let tag = format!("W/\"{}-{today}-{variant}{shown}-{}\"", snapshot.commit(), *VERSION);
            let known = asking.if_none_match.is_some_and(|tags| lists(&tags, &tag));
            let reply = if known { None } else { Some(work(&snapshot, today)?) };
            Ok::<_, Failure>((tag, reply))
        };
        let (tag, reply) = self.turns.take(job).await?;
        let mut response = match reply {
            Some(reply) => self.send(reply, end).await?,
            None => {
                let mut response = Response::new(Body::empty());
                *response.status_mut() = StatusCode::NOT_MODIFIED;
                for_caches(response.headers_mut());
                response
            }
        };
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            response.headers_mut().insert(header::ETAG, tag);
        }
        Ok(response)
    }

    /// Sends a reply; a large one waits until not too much is on its way.
    async fn send(&self, reply: Reply, end: Instant) -> Result<Response, Failure> {
        if reply.body.len() <= SMALL {
            return Ok(plain(reply));
        }
        let kibibytes = reply.body.len().div_ceil(1024).min(HELD_KIBIBYTES);
        let room = Arc::clone(&self.held).acquire_many_owned(u32::try_from(kibibytes).unwrap_or(u32::MAX));
        let room = timeout_at(end, room).await.ok().and_then(Result::ok).ok_or(Failure::Busy)?;
        Ok(respond(reply, Some(room)))
    }
}

/// A response whose body nobody counts.
pub(crate) fn plain(reply: Reply) -> Response {
    respond(reply, None)
}

fn respond(reply: Reply, room: Option<OwnedSemaphorePermit>) -> Response {
    let body = match room {
        None => Body::from(reply.body),
        Some(room) => Body::new(Held::new(reply.body, room)),
    };
    let mut response = Response::new(body);
    *response.status_mut() = reply.status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(reply.media_type));
    for_caches(headers);
    if let Some(file) = reply.file
        && let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"{file}\""))
    {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}

/// A browser asks each time whether there is a newer commit.
fn for_caches(headers: &mut HeaderMap) {
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-language, accept-encoding"));
}

/// Whether a list of tags has this one (<https://www.rfc-editor.org/rfc/rfc9110#name-if-none-match>).
fn lists(tags: &HeaderValue, tag: &str) -> bool {
    let weak = |tag: &str| tag.trim().trim_start_matches("W/").to_string();
    tags.to_str().is_ok_and(|tags| tags.trim() == "*" || tags.split(',').any(|one| weak(one) == weak(tag)))
}
