//! Listening, connections and their limits, and stopping.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use archive::Archive;
use axum::Router;
use chrono::NaiveDate;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use saved::Store;
use tokio::sync::Semaphore;
use tokio_io_timeout::TimeoutStream;

use crate::app::App;
use crate::guard::Guard;
use crate::routes::router;
use crate::searches::Searches;

/// The most connections at once; further ones wait to be accepted.
const CONNECTIONS: usize = 512;

/// How long a request's head may take, and how long a connection may be idle.
const HEAD_TIME: Duration = Duration::from_secs(10);

/// How long whoever asked may take to read the next piece of an answer.
const READ_TIME: Duration = Duration::from_secs(20);

/// The most of a request's head that is read, in bytes; it holds the longest address.
const HEAD_BYTES: usize = 16 * 1024;

/// The most headers of a request.
const HEADERS: usize = 64;

/// How long requests that are on their way may take when the server stops.
const DRAIN_TIME: Duration = Duration::from_secs(10);

/// How long the server rests when it can accept no connection.
const REST: Duration = Duration::from_millis(50);

/// How to serve.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen; port 0 takes any free one.
    pub bind: SocketAddr,
    /// Names by which the server is called besides its address, as behind a proxy.
    pub hosts: Vec<String>,
    /// What whoever asks must know.
    pub token: Option<String>,
    /// The saved searches; none where there is no place to keep any.
    pub saved: Option<Store>,
}

/// What the server needs of whoever starts it.
pub struct Surroundings<'a> {
    /// Called once with the address, when the server is ready.
    pub ready: &'a mut dyn FnMut(SocketAddr) -> io::Result<()>,
    /// Told what is wrong with the index or this program, a line each.
    pub report: Arc<dyn Fn(&str) + Send + Sync>,
    /// The day that `today` means.
    pub today: fn() -> NaiveDate,
}

/// Serves an archive until the process is told to stop (SIGTERM, or Ctrl-C); requests that
/// are on their way are answered first. `mcp` answers under `/mcp`, behind the same guards.
///
/// The threads for this are started here and end here.
pub fn serve(
    options: &Options,
    archive: Arc<Archive>,
    mcp: Option<Router>,
    surroundings: Surroundings<'_>,
) -> io::Result<()> {
    let searches = available_parallelism().map_or(2, usize::from).max(2);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .max_blocking_threads(searches + 2)
        .enable_io()
        .enable_time()
        .build()?;
    let saved = Searches::new(options.saved.clone())?;
    let app = App::new(archive, saved, surroundings.today, surroundings.report, searches, CONNECTIONS);
    let served = runtime.block_on(run(options, app, mcp, surroundings.ready));
    // A search that does not end keeps nobody waiting.
    runtime.shutdown_background();
    served
}

async fn run(
    options: &Options,
    app: App,
    mcp: Option<Router>,
    ready: &mut dyn FnMut(SocketAddr) -> io::Result<()>,
) -> io::Result<()> {
    let listener = TcpListener::bind(options.bind)?;
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let address = listener.local_addr()?;
    let router = router(app, Guard::new(address, &options.hosts, options.token.as_deref()), mcp);
    let mut stop = std::pin::pin!(told_to_stop()?);
    ready(address)?;

    let open = Arc::new(Semaphore::new(CONNECTIONS));
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = async {
            let place = Arc::clone(&open).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            () = &mut stop => break,
            accepted = accepted => accepted,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            // No more files may be open, or the other side went away.
            Err(_) => {
                tokio::time::sleep(REST).await;
                continue;
            }
        };
        // An answer goes out at once.
        let _ = stream.set_nodelay(true);
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(READ_TIME));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIME)
            .max_buf_size(HEAD_BYTES)
            .max_headers(HEADERS)
            .serve_connection(TokioIo::new(Box::pin(stream)), TowerToHyperService::new(router.clone()));
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            let _place = place;
            // Whoever went away is not told.
            let _ = connection.await;
        });
    }
    drop(listener);
    // Whoever is slower is left alone.
    let _ = tokio::time::timeout(DRAIN_TIME, graceful.shutdown()).await;
    Ok(())
}

/// Ends when the process is told to stop.
fn told_to_stop() -> io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    Ok(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    })
}
