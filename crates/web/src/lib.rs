//! The archive for browsers and programs: a page, an interface in JSON and feeds, over HTTP.
//!
//! [`serve`] is handed an open archive and serves it until it is told to stop. Nothing here
//! reads the clock or prints, or any file but that of the saved searches, which alone can be
//! changed; what must be told goes through a closure.

mod address;
mod api;
mod app;
mod assets;
mod body;
mod failure;
mod feed;
mod guard;
mod page;
mod routes;
mod schema;
mod searches;
mod server;

pub use schema::document;
pub use server::{Options, Surroundings, serve};
