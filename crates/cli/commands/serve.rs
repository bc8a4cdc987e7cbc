//! `serve`: the archive for browsers and programs.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use analysis::Analyzer;
use anyhow::{Context, Result, bail};
use archive::Archive;
use saved::Store;
use web::{Options, Surroundings};

use super::{Outcome, searching};
use crate::args::ServeArgs;
use crate::lexicon;
use crate::messages::Messages;
use crate::refresh::refresh;
use crate::settings::Settings;

/// The environment variable that holds the token.
const TOKEN: &str = "PAPER_SEARCH_TOKEN";

/// A shorter token is soon guessed, in characters.
const MIN_TOKEN: usize = 16;

pub(crate) fn run(args: &ServeArgs, settings: &Settings, messages: &Messages) -> Result<Outcome> {
    let token = token(args.token_file.as_deref())?;
    if !args.bind.ip().is_loopback() {
        if token.is_none() {
            bail!(
                "{} is open to other machines, so a token is needed; write one to a file \
                 (`openssl rand -hex 16 > token`) and give it with --token-file token",
                args.bind
            );
        }
        messages
            .warning(&format!("{} is open to other machines, and what is sent is not encrypted", args.bind));
    }
    let lexicon = lexicon::load(settings)?;
    refresh(settings, &Analyzer::new(), messages)?;
    let archive = Arc::new(Archive::open(&settings.index, Some(lexicon))?);
    let saved = settings.saved.clone().map(Store::new);
    let options = Options { bind: args.bind, hosts: args.host.clone(), token, saved };
    let mcp = super::mcp::surroundings(messages);
    let surroundings =
        Surroundings { ready: &mut ready, report: Arc::clone(&mcp.report), today: searching::today };
    let mcp = mcp::router(Arc::clone(&archive), mcp);
    web::serve(&options, archive, Some(mcp), surroundings).with_context(|| {
        format!("cannot serve at {}; another address can be given with --bind", args.bind)
    })?;
    Ok(Outcome::Done)
}

/// Says where the server is. Whoever started it may not read on.
fn ready(address: SocketAddr) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match writeln!(out, "http://{address}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

/// The token of the file or the environment, if there is one.
fn token(file: Option<&Path>) -> Result<Option<String>> {
    let token = match file {
        Some(file) => std::fs::read_to_string(file)
            .with_context(|| format!("cannot read the token in {}", file.display()))?,
        None => match std::env::var(TOKEN) {
            Ok(token) if !token.is_empty() => token,
            _ => return Ok(None),
        },
    };
    let token = token.trim();
    if token.len() < MIN_TOKEN || token.contains(|ch: char| ch.is_whitespace() || ch.is_control()) {
        bail!("a token has at least {MIN_TOKEN} characters and no space; `openssl rand -hex 16` makes one");
    }
    Ok(Some(token.to_string()))
}
