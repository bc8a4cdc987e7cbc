//! `paper-search`: full-text search over paper digests, in English and Chinese.
//!
//! Exit codes: 0, something was found or done; 1, nothing was found; 2, an error. A
//! closed pipe is no error: whoever reads has read enough.

mod args;
mod commands;
mod failure;
mod faults;
mod lexicon;
mod messages;
mod output;
mod refresh;
mod settings;
mod terminal;

use std::process::ExitCode;

use args::{Command, Invocation};
use commands::Outcome;
use messages::Messages;
use settings::Settings;

fn main() -> ExitCode {
    let invocation = match args::parse() {
        Ok(invocation) => invocation,
        Err(code) => return code,
    };
    let messages = Messages::new(invocation.global.quiet, invocation.global.verbose);
    match faults::caught(|| run(invocation, &messages)) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::NothingFound) => ExitCode::from(1),
        Ok(Outcome::Failed) => ExitCode::from(2),
        Err(error) if failure::is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            messages.error(&failure::tell(&error));
            ExitCode::from(2)
        }
    }
}

fn run(invocation: Invocation, messages: &Messages) -> anyhow::Result<Outcome> {
    let Invocation { global, command } = invocation;
    match command {
        Command::Completions(args) => return commands::completions::run(&args),
        Command::Man => return commands::man::run(),
        Command::Parse(args) => return commands::parse::run(&args, messages),
        _ => {}
    }
    let settings = Settings::resolve(&global)?;
    match command {
        Command::Query(args) => commands::query::run(&args, &settings, messages),
        Command::Index(args) => commands::index::run(&args, &settings, messages),
        Command::Show(args) => commands::show::run(&args, &settings, messages),
        Command::Similar(args) => commands::similar::run(&args, &settings, messages),
        Command::Save(args) => commands::save::run(&args, &settings, messages),
        Command::New(args) => commands::new::run(&args, &settings, messages),
        Command::Saved(args) => commands::saved::run(&args, &settings, messages),
        Command::Stats(args) => commands::stats::run(&args, &settings, messages),
        Command::Serve(args) => commands::serve::run(&args, &settings, messages),
        Command::Mcp => commands::mcp::run(&settings, messages),
        Command::Check => commands::check::run(&settings, messages),
        Command::Completions(_) | Command::Man | Command::Parse(_) => Ok(Outcome::Done),
    }
}
