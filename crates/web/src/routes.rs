//! The table of addresses, and what stands before all of them.

use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http_body::Body as _;
use tokio::time::timeout;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate, SizeAbove};

use crate::app::App;
use crate::guard::{Guard, HEALTH, guard};
use crate::{api, assets, feed, page};

/// The largest body of a request, in bytes.
const MAX_BODY: usize = 64 * 1024;

/// How long the body of a request may take to come.
const BODY_TIME: Duration = Duration::from_secs(10);

/// A smaller answer is not compressed, in bytes: it fits in one packet.
const SMALL: u64 = 1024;

/// Puts the server together.
pub(crate) fn router(app: App, who: Guard, mcp: Option<Router>) -> Router {
    let router = Router::new()
        .route("/", get(page::search))
        .route("/part", get(page::part))
        .route("/papers/{*id}", get(page::paper))
        .route("/help", get(page::help))
        .route("/save", get(page::keep::form))
        .route("/saved", get(page::keep::list).post(page::keep::save))
        .route("/saved/{name}", get(page::keep::one))
        .route("/saved/{name}/seen", post(page::keep::seen))
        .route("/saved/{name}/remove", post(page::keep::remove))
        .route("/feed", get(feed::feed))
        .route("/feed/saved/{name}", get(feed::saved_feed))
        .route(HEALTH, get(health))
        .route("/static/{name}", get(assets::asset))
        .route("/api/v1/search", get(api::search))
        .route("/api/v1/export", get(api::export))
        .route("/api/v1/papers/{*id}", get(api::paper))
        .route("/api/v1/facets", get(api::facets))
        .route("/api/v1/suggest", get(api::suggest))
        .route("/api/v1/stats", get(api::stats))
        .route("/api/v1/saved", get(api::saved::list))
        .route("/api/v1/saved/{name}", get(api::saved::one))
        .route("/api/v1/openapi.json", get(api::openapi))
        .fallback(page::nothing_here)
        .with_state(app);
    let router = match mcp {
        Some(mcp) => router.nest("/mcp", mcp),
        None => router,
    };
    router
        .layer(CompressionLayer::new().compress_when(SizeAbove::new(SMALL).and(DefaultPredicate::new())))
        .layer(from_fn(whole_body))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            (StatusCode::INTERNAL_SERVER_ERROR, "this is a fault in paper-search").into_response()
        }))
        .layer(from_fn_with_state(who, guard))
}

/// Reads the body of a request whole before anything is done for it: a body that is too large,
/// or never ends, costs no more than its connection.
async fn whole_body(request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let large = (StatusCode::PAYLOAD_TOO_LARGE, "the body is too large; at most 64 KiB are read");
    if body.size_hint().lower() > MAX_BODY as u64 {
        return large.into_response();
    }
    match timeout(BODY_TIME, to_bytes(body, MAX_BODY)).await {
        Ok(Ok(body)) => next.run(Request::from_parts(head, Body::from(body))).await,
        Ok(Err(_)) => large.into_response(),
        Err(_) => (StatusCode::REQUEST_TIMEOUT, "the body does not come").into_response(),
    }
}

/// Whether papers are served, and of the last commit.
async fn health(State(app): State<App>) -> Response {
    match app.problem() {
        None => "ok\n".into_response(),
        // What is served is of the commit before; it is served all the same.
        Some(_) => "ok, but the last commit of the index cannot be opened\n".into_response(),
    }
}
