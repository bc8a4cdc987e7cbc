//! The archive for agents: tools and resources of the Model Context Protocol, over standard
//! input and output, or over HTTP.
//!
//! [`serve_stdio`] answers one client until that goes away; [`router`] is mounted in a server
//! that has its own guards. Nothing here changes anything; nothing here reads the clock or a
//! file, or prints; what must be told goes through a closure. No other crate names the SDK.
//!
//! What papers say is third-party text, and may have been written for an agent to obey. It
//! stands in fields of its own, never in one string with words of ours, without characters
//! that nobody sees, and each answer says that it is quoted.

mod answers;
mod arguments;
mod budget;
mod failure;
mod http;
mod quoted;
mod server;
mod stdio;
mod tools;

use std::sync::Arc;

use chrono::NaiveDate;

pub use http::router;
pub use stdio::{StdioError, serve_stdio};

/// What the server needs of whoever starts it.
#[derive(Clone)]
pub struct Surroundings {
    /// Told what is wrong with the index or this program, a line each.
    pub report: Arc<dyn Fn(&str) + Send + Sync>,
    /// The day that `today` means.
    pub today: fn() -> NaiveDate,
}
