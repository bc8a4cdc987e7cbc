//! Why there is no answer, and what it is called in HTTP.

use archive::{ArchiveError, TurnError};
use axum::http::StatusCode;
use thiserror::Error;

/// Why there is no answer. The text is for whoever asked.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    /// What was asked means nothing, or is too much.
    #[error("{0}")]
    Asked(String),
    /// Whoever asks may not change anything.
    #[error("{0}")]
    Forbidden(String),
    /// What is to be changed is otherwise than whoever asks thinks.
    #[error("{0}")]
    Conflict(String),
    /// The saved searches cannot be read or written. They are those of whoever asks.
    #[error("{0}")]
    Saved(String),
    /// There is no such paper or page.
    #[error("{0}")]
    NotFound(String),
    /// Too many ask at once, or one search takes too long.
    #[error("the server is busy; try again in a moment, or ask for less")]
    Busy,
    /// The index cannot be read. What is wrong is for whoever keeps it.
    #[error("the index cannot be read just now; whoever runs the server is told why")]
    Index(String),
    /// A fault of this program.
    #[error("this is a fault in paper-search; whoever runs the server is told")]
    Fault,
}

impl Failure {
    pub(crate) fn asked(text: impl Into<String>) -> Failure {
        Failure::Asked(text.into())
    }

    /// There is no paper of this id.
    pub(crate) fn no_paper(id: &str) -> Failure {
        Failure::NotFound(format!("there is no paper `{id}` in the index"))
    }

    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Failure::Asked(_) => StatusCode::BAD_REQUEST,
            Failure::Forbidden(_) => StatusCode::FORBIDDEN,
            Failure::NotFound(_) => StatusCode::NOT_FOUND,
            Failure::Conflict(_) => StatusCode::CONFLICT,
            Failure::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Failure::Saved(_) | Failure::Index(_) | Failure::Fault => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl From<TurnError> for Failure {
    fn from(error: TurnError) -> Failure {
        match error {
            TurnError::Busy => Failure::Busy,
            TurnError::Fault => Failure::Fault,
        }
    }
}

impl From<ArchiveError> for Failure {
    fn from(error: ArchiveError) -> Failure {
        match error {
            ArchiveError::Asked(error) => Failure::Asked(error.to_string()),
            ArchiveError::Index(error) => Failure::Index(error.to_string()),
        }
    }
}
