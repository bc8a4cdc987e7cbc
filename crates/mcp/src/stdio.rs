//! One client, over standard input and output.

use std::io;
use std::sync::Arc;

use archive::Archive;
use rmcp::service::ServerInitializeError;
use rmcp::transport::async_rw::AsyncRwTransport;
use rmcp::transport::stdio_pipes;
use rmcp::{RoleServer, ServiceExt};
use thiserror::Error;

use crate::Surroundings;
use crate::server::{LIMITS, Server};

/// The longest message of a client, in bytes; a longer one is passed over.
const MAX_LINE: usize = 1 << 20;

/// Threads beside those of searches, where standard input and output are no pipes.
const STREAMS: usize = 2;

/// Why a client cannot be served.
#[derive(Debug, Error)]
pub enum StdioError {
    /// The threads for it could not be started.
    #[error("cannot start: {0}")]
    Start(#[from] io::Error),
    /// The client does not speak the protocol.
    #[error("whoever started this does not speak the Model Context Protocol: {0}")]
    Protocol(String),
}

/// Answers the client at standard input and output until it goes away. Standard output has
/// nothing but the protocol.
///
/// The threads for this are started here and end here.
pub fn serve_stdio(archive: Arc<Archive>, surroundings: Surroundings) -> Result<(), StdioError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .max_blocking_threads(LIMITS.at_once + STREAMS)
        .enable_io()
        .enable_time()
        .build()?;
    let served = runtime.block_on(async {
        let (input, output) = stdio_pipes();
        let transport = AsyncRwTransport::<RoleServer, _, _>::new_server(input, output);
        match Server::new(archive, surroundings).serve(transport.with_max_line_length(MAX_LINE)).await {
            Ok(running) => {
                // However the client went, it is gone.
                let _ = running.waiting().await;
                Ok(())
            }
            Err(ServerInitializeError::ConnectionClosed(_)) => Ok(()),
            Err(error) => Err(StdioError::Protocol(error.to_string())),
        }
    });
    // A search that does not end keeps nobody waiting.
    runtime.shutdown_background();
    served
}
