//! Any number of clients, over HTTP.

use std::sync::Arc;

use archive::Archive;
use axum::Router;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};

use crate::Surroundings;
use crate::server::Server;

/// The largest request, in bytes.
const MAX_BODY: usize = 64 * 1024;

/// Makes what answers the protocol (streamable HTTP) at the place where it is mounted.
///
/// Who may ask is for whoever mounts it to say: Host, Origin and tokens are not looked at.
/// Each request stands by itself: there are no sessions that could pile up, and none to lose
/// when the server is started anew.
pub fn router(archive: Arc<Archive>, surroundings: Surroundings) -> Router {
    let server = Server::new(archive, surroundings);
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_max_request_body_bytes(MAX_BODY)
        .disable_allowed_hosts();
    let sessions = Arc::new(NeverSessionManager::default());
    let service = StreamableHttpService::new(move || Ok(server.clone()), sessions, config);
    Router::new().route_service("/", service)
}
