//! The server: the page, the interface for programs, feeds, and who is served.

mod abuse;
mod api;
mod browser;
mod chromium;
mod page;
mod running;
mod saved;
pub(crate) mod server;
