//! The table of addresses, and what stands before all of them.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate, SizeAbove};
use tower_http::limit::RequestBodyLimitLayer;

use crate::app::App;
use crate::guard::{Guard, HEALTH, guard};
use crate::{api, assets, feed, page};

/// The largest body of a request, in bytes.
const MAX_BODY: usize = 64 * 1024;

/// A smaller answer is not compressed, in bytes: it fits in one packet.
const SMALL: u64 = 1024;

/// Puts the server together.
pub(crate) fn router(app: App, who: Guard, mcp: Option<Router>) -> Router {
    let router = Router::new()
        .route("/", get(page::search))
        .route("/part", get(page::part))
        .route("/papers/{*id}", get(page::paper))
        .route("/help", get(page::help))
        .route("/feed", get(feed::feed))
        .route(HEALTH, get(health))
        .route("/static/{name}", get(assets::asset))
        .route("/api/v1/search", get(api::search))
        .route("/api/v1/export", get(api::export))
        .route("/api/v1/papers/{*id}", get(api::paper))
        .route("/api/v1/facets", get(api::facets))
        .route("/api/v1/suggest", get(api::suggest))
        .route("/api/v1/stats", get(api::stats))
        .route("/api/v1/openapi.json", get(api::openapi))
        .fallback(page::nothing_here)
        .with_state(app);
    let router = match mcp {
        Some(mcp) => router.nest("/mcp", mcp),
        None => router,
    };
    router
        .layer(CompressionLayer::new().compress_when(SizeAbove::new(SMALL).and(DefaultPredicate::new())))
        .layer(RequestBodyLimitLayer::new(MAX_BODY))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            (StatusCode::INTERNAL_SERVER_ERROR, "this is a fault in paper-search").into_response()
        }))
        .layer(from_fn_with_state(who, guard))
}

/// Whether papers are served, and of the last commit.
async fn health(State(app): State<App>) -> Response {
    match app.problem() {
        None => "ok\n".into_response(),
        // What is served is of the commit before; it is served all the same.
        Some(_) => "ok, but the last commit of the index cannot be opened\n".into_response(),
    }
}
