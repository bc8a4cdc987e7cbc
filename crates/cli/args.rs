//! What may be typed. What it means is worked out in `settings` and in the commands.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use analysis::FIELDS;
use clap::builder::PossibleValuesParser;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::output;

/// Full-text search over paper digests, in English and Chinese.
///
/// A digest is a text file of papers, usually one a day: for each an English title, a
/// Chinese sentence, authors, date, link and abstract. paper-search splits digests into
/// papers, keeps an index of them, and finds them again.
#[derive(Debug, Parser)]
#[command(name = "paper-search", version, disable_help_subcommand = true)]
pub(crate) struct Invocation {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// The index folder [env: PAPER_SEARCH_INDEX; or `index` in a configuration file]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) index: Option<PathBuf>,
    /// A digest or a folder of them; repeatable [env: PAPER_SEARCH_DIGESTS; or `digests` in a configuration file]
    #[arg(long, global = true, value_name = "PATH")]
    pub(crate) digests: Vec<PathBuf>,
    /// The file of saved searches [env: PAPER_SEARCH_SAVED; or `saved` in a configuration file]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) saved: Option<PathBuf>,
    /// A configuration file to use instead of the nearest paper-search.toml
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// When to use colour
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub(crate) color: Color,
    /// Say nothing but results and errors
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Say more about what is done
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub(crate) verbose: bool,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    Always,
    Never,
}

// Only the command that is called is made in full.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum Command {
    /// Search for papers, best first
    Query(QueryArgs),
    /// Save a search under a name, to be told what is new
    #[command(after_long_help = SAVE_HELP)]
    Save(SaveArgs),
    /// Tell what saved searches find that was not seen
    #[command(after_long_help = NEW_HELP)]
    New(NewArgs),
    /// List saved searches; remove, export and import them
    #[command(after_long_help = SAVED_HELP)]
    Saved(SavedArgs),
    /// Make the index match the digests
    #[command(after_long_help = INDEX_HELP)]
    Index(IndexArgs),
    /// Split digests into papers and print them as JSON, one a line
    #[command(after_long_help = PARSE_HELP)]
    Parse(ParseArgs),
    /// Show one paper in full
    #[command(after_long_help = SHOW_HELP)]
    Show(ShowArgs),
    /// Find papers like a paper, or like several
    #[command(after_long_help = SIMILAR_HELP)]
    Similar(SimilarArgs),
    /// Say what the index holds
    #[command(after_long_help = STATS_HELP)]
    Stats(StatsArgs),
    /// Serve a page for browsers, an interface for programs and feeds
    #[command(after_long_help = SERVE_HELP)]
    Serve(ServeArgs),
    /// Answer an agent over standard input and output (Model Context Protocol)
    #[command(after_long_help = MCP_HELP)]
    Mcp,
    /// Read the whole index back and say whether it is sound
    #[command(after_long_help = CHECK_HELP)]
    Check,
    /// Print the completion script of a shell
    #[command(after_long_help = COMPLETIONS_HELP)]
    Completions(CompletionsArgs),
    /// Print the manual page
    #[command(after_long_help = MAN_HELP)]
    Man,
}

#[derive(Args, Debug)]
#[command(after_long_help = query_help())]
pub(crate) struct QueryArgs {
    /// Words, phrases and operators; several need no quotes
    pub(crate) query: Vec<String>,
    #[command(flatten)]
    pub(crate) filters: FilterArgs,
    #[command(flatten)]
    pub(crate) page: PageArgs,
    /// Say why each hit ranks where it does
    #[arg(long)]
    pub(crate) explain: bool,
    /// Let newer papers score up to a quarter more, half as much for each SPAN of age (such as 6m); off: do not
    #[arg(long, value_name = "SPAN")]
    pub(crate) recency: Option<String>,
    /// Search for the words as they are, not for what they are called in the other language
    #[arg(long)]
    pub(crate) no_translate: bool,
    /// Answer many queries, one a line: a query, or a JSON object with "id", "query", "author", "from", "to", "limit"; - reads standard input
    #[arg(long, value_name = "FILE", conflicts_with = "query")]
    pub(crate) batch: Option<PathBuf>,
    /// Search the index as it is, even where digests are newer
    #[arg(long)]
    pub(crate) no_refresh: bool,
}

#[derive(Args, Clone, Debug, Default)]
pub(crate) struct FilterArgs {
    /// Only papers with this author; repeatable, all must match
    #[arg(long, value_name = "NAME")]
    pub(crate) author: Vec<String>,
    /// Only papers from this day on (2026-03-13, 2026-03, 2026, today, yesterday)
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    pub(crate) from: Option<String>,
    /// Only papers up to this day
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    pub(crate) to: Option<String>,
    /// Only papers of the last 7d, 2w, 3m or 1y
    #[arg(long, value_name = "SPAN", allow_hyphen_values = true, conflicts_with = "from")]
    pub(crate) since: Option<String>,
    /// Only papers in digests from this day on
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    pub(crate) digest_from: Option<String>,
    /// Only papers in digests up to this day
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    pub(crate) digest_to: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct PageArgs {
    /// The order of the hits
    #[arg(long, value_enum, default_value_t, value_name = "ORDER")]
    pub(crate) sort: SortArg,
    /// At most so many hits
    #[arg(short = 'n', long, default_value_t = 10, value_name = "N")]
    pub(crate) limit: usize,
    /// Skip so many hits first
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub(crate) offset: usize,
    /// How to print the hits
    #[arg(long, default_value = "text", value_parser = PossibleValuesParser::new(output::format_names()), value_name = "FORMAT")]
    pub(crate) format: String,
}

/// The order of hits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum SortArg {
    #[default]
    Relevance,
    Newest,
    Oldest,
}

#[derive(Args, Debug)]
pub(crate) struct SaveArgs {
    /// What the search is called: letters and digits, with - _ . among them
    pub(crate) name: String,
    /// Words, phrases and operators; several need no quotes
    pub(crate) query: Vec<String>,
    #[command(flatten)]
    pub(crate) filters: FilterArgs,
    /// Take nothing as seen: what is found now is new
    #[arg(long)]
    pub(crate) unseen: bool,
    /// Replace the saved search of this name, and what of it was seen
    #[arg(long)]
    pub(crate) replace: bool,
}

#[derive(Args, Debug)]
pub(crate) struct NewArgs {
    /// The saved search [default: all of them]
    pub(crate) name: Option<String>,
    /// Do not take what is shown as seen
    #[arg(long)]
    pub(crate) keep: bool,
    /// At most so many hits of each search; the rest stays new
    #[arg(short = 'n', long, value_name = "N")]
    pub(crate) limit: Option<usize>,
    /// How to print the hits
    #[arg(long, default_value = "text", value_parser = PossibleValuesParser::new(output::format_names()), value_name = "FORMAT")]
    pub(crate) format: String,
    /// Search the index as it is, even where digests are newer
    #[arg(long)]
    pub(crate) no_refresh: bool,
}

#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct SavedArgs {
    /// How to print the list
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: ReportFormat,
    #[command(subcommand)]
    pub(crate) command: Option<SavedCommand>,
}

// What can be done with saved searches. As documentation it would replace that of `saved`.
#[derive(Debug, Subcommand)]
pub(crate) enum SavedCommand {
    /// Remove saved searches, and what of them was seen
    Remove {
        /// What they are called
        #[arg(required = true, value_name = "NAME")]
        names: Vec<String>,
    },
    /// Print all saved searches, with what was seen, as they can be imported elsewhere
    Export,
    /// Add the searches of an export; of those that are here as well, what was seen here or there was seen
    Import(ImportArgs),
}

#[derive(Args, Debug)]
pub(crate) struct ImportArgs {
    /// The export; - reads standard input
    pub(crate) file: PathBuf,
    /// Replace searches of the same name that ask something else
    #[arg(long)]
    pub(crate) replace: bool,
}

#[derive(Args, Debug)]
pub(crate) struct IndexArgs {
    /// Digests and folders of digests [default: the configured digests]
    pub(crate) paths: Vec<PathBuf>,
    /// Make the index anew from these digests, and from nothing else
    #[arg(long)]
    pub(crate) rebuild: bool,
    /// Stay, and index what arrives
    #[arg(long)]
    pub(crate) watch: bool,
    /// Where another paper-search is writing to the index, wait until it is done
    #[arg(long)]
    pub(crate) wait: bool,
    /// The format of the digests that are read; auto tells it by their content
    #[arg(long, default_value = AUTO, value_parser = PossibleValuesParser::new(input_format_names()), value_name = "FORMAT")]
    pub(crate) input_format: String,
    /// How to print the report
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: ReportFormat,
}

/// How to print a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    #[default]
    Text,
    Json,
}

#[derive(Args, Debug)]
pub(crate) struct ParseArgs {
    /// Digests and folders of digests; - reads one digest from standard input
    #[arg(required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// The format of the digests; auto tells it by their content
    #[arg(long, default_value = AUTO, value_parser = PossibleValuesParser::new(input_format_names()), value_name = "FORMAT")]
    pub(crate) input_format: String,
}

/// What `--input-format` is called where it names no format.
const AUTO: &str = "auto";

fn input_format_names() -> Vec<&'static str> {
    std::iter::once(AUTO).chain(ingest::FORMATS.iter().map(|format| format.name)).collect()
}

#[derive(Args, Debug)]
pub(crate) struct ShowArgs {
    /// An arXiv id or address, with or without version
    pub(crate) id: String,
    /// How to print the paper
    #[arg(long, default_value = "text", value_parser = PossibleValuesParser::new(output::format_names()), value_name = "FORMAT")]
    pub(crate) format: String,
}

#[derive(Args, Debug)]
pub(crate) struct SimilarArgs {
    /// arXiv ids or addresses, with or without version
    #[arg(required = true, value_name = "ID")]
    pub(crate) ids: Vec<String>,
    #[command(flatten)]
    pub(crate) filters: FilterArgs,
    #[command(flatten)]
    pub(crate) page: PageArgs,
    /// Say why each hit ranks where it does
    #[arg(long)]
    pub(crate) explain: bool,
}

#[derive(Args, Debug)]
pub(crate) struct StatsArgs {
    /// Say what each field costs on the disk
    #[arg(long)]
    pub(crate) fields: bool,
    /// How to print the figures
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: ReportFormat,
}

#[derive(Args, Debug)]
pub(crate) struct ServeArgs {
    /// The address to listen at; port 0 takes any free one
    #[arg(long, default_value = "127.0.0.1:7878", value_name = "ADDRESS:PORT")]
    pub(crate) bind: SocketAddr,
    /// A name by which the server is called besides its address, as behind a proxy; repeatable
    #[arg(long, value_name = "NAME")]
    pub(crate) host: Vec<String>,
    /// A file with the token that whoever asks must give [env: PAPER_SEARCH_TOKEN holds the token itself]
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub(crate) shell: Shell,
}

/// Returns the program's command line, for help, completions and manual.
pub(crate) fn command() -> clap::Command {
    Invocation::command()
}

/// Parses the command line. Help goes to standard output; an error goes to standard
/// error in a line or two.
pub(crate) fn parse() -> Result<Invocation, ExitCode> {
    let parsed = command().try_get_matches().and_then(|matches| Invocation::from_arg_matches(&matches));
    parsed.map_err(|error| {
        if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
            return match write!(std::io::stdout(), "{error}") {
                Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                    let _ = writeln!(std::io::stderr(), "error: writing the help: {error}");
                    ExitCode::from(2)
                }
                // A closed pipe is no error.
                _ => ExitCode::SUCCESS,
            };
        }
        let _ = writeln!(std::io::stderr(), "{}", brief(&error));
        ExitCode::from(2)
    })
}

/// What is wrong, and what might have been meant.
fn brief(error: &clap::Error) -> String {
    let rendered = error.render().to_string();
    let paragraphs: Vec<String> = rendered
        .split("\n\n")
        .map(|paragraph| paragraph.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|paragraph| {
            !["Usage:", "For more information"].iter().any(|start| paragraph.starts_with(start))
                && !paragraph.is_empty()
        })
        .collect();
    let typed: Vec<String> = std::env::args().skip(1).collect();
    let command = command();
    let subcommand = typed
        .iter()
        .find_map(|word| command.get_subcommands().map(clap::Command::get_name).find(|name| word == name));
    let what = match error.kind() {
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            "error: a command is missing, such as `paper-search query \"speculative decoding\"`".to_string()
        }
        // A word to leave out looks like an option.
        ErrorKind::UnknownArgument
            if matches!(subcommand, Some("query" | "save")) && is_excluded_word(error) =>
        {
            let before = if subcommand == Some("save") { "save NAME" } else { "query" };
            let what = paragraphs.first().map_or("", String::as_str);
            format!("{what}; to leave out a word, quote the query: paper-search {before} 'decoding -tree'")
        }
        _ => paragraphs.join("; "),
    };
    let help = subcommand.map_or(String::new(), |name| format!(" {name}"));
    format!("{}\nTry `paper-search{help} --help`.", results::plain(&what))
}

/// Whether an unknown option begins with one hyphen, as an excluded word does.
fn is_excluded_word(error: &clap::Error) -> bool {
    let argument = error.get(ContextKind::InvalidArg);
    matches!(argument, Some(ContextValue::String(text)) if !text.starts_with("--"))
}

/// The query language and the fields, for `query --help`.
fn query_help() -> String {
    let mut help = String::from(QUERY_LANGUAGE);
    help.push_str("\nFields:\n");
    for field in FIELDS.iter().filter(|field| !field.example.is_empty()) {
        let mut names = format!("{}:", field.name);
        for alias in field.aliases {
            names.push_str(&format!(" {alias}:"));
        }
        help.push_str(&format!("  {names:<24} {}\n  {:<24} {}\n", field.description, "", field.example));
    }
    help.push_str(QUERY_EXAMPLES);
    help
}

const QUERY_LANGUAGE: &str = "\
The query language:
  speculative decoding       any of the words; papers with all of them rank higher
  \"speculative decoding\"     just these words in this order
  \"draft model\"~3            these words in any order, at most 3 others among them
  +must -without             required, excluded
  a AND (b OR c) NOT d       the same with words
  spec*  decodign~           the beginning of a word; a word that may be misspelt
  LLM推理 知识蒸馏            Chinese and English mix freely
  推测解码                   also finds papers that say it in English, and the reverse;
                             +words, \"phrases\", prefix* and typo~ are not translated
  pruning date:2026-03       a date narrows what the words find; also date:2026-03..2026-04,
                             date:7d.., date:\"last week\", date:上周, date:最近7天
What cannot be read is searched as plain words, and a warning says which.
";

const QUERY_EXAMPLES: &str = "
Without words, a filter lists all papers that pass it, newest first.

Examples:
  paper-search query speculative decoding
  paper-search query '推测解码 -MMSpec' --since 3m
  paper-search query --author 'S. Han' --from 2026-03 --sort newest
  paper-search query 'title:pruning AND date:2026-03' --format bibtex
  paper-search query --batch questions.txt --format jsonl
";

const SAVE_HELP: &str = "\
What the search finds now is taken as seen; `paper-search new` tells what comes after. A
span such as --since 1m goes with the days. Saved searches are kept in a file beside no
index, and know papers by id and version: an index may be made anew at any time.

Examples:
  paper-search save kv 'key-value cache' --since 3m
  paper-search save han --author 'S. Han'
  paper-search save 推测 推测解码 --unseen
";

const NEW_HELP: &str = "\
A paper is new if no version of it, or only an earlier one, was seen before. What is shown
is taken as seen. The exit code is 1 where nothing is new.

Examples:
  paper-search new
  paper-search new kv --format bibtex >> new.bib
  paper-search new --keep --format ids
";

const SAVED_HELP: &str = "\
The list says of each search how many papers are new, when someone last looked, and what it
asks.

Examples:
  paper-search saved
  paper-search saved --format json
  paper-search saved remove kv
  paper-search saved export > searches.jsonl
  paper-search saved import searches.jsonl
";

const INDEX_HELP: &str = "\
New and changed digests are read, unchanged ones are not, and digests that are gone from
a folder leave the index. All of it is one commit. A digest that cannot be read is named
and stays in the index as it was; the exit code is then 2.

Examples:
  paper-search index ~/digests
  paper-search index --rebuild
  paper-search index --watch ~/digests
  paper-search index --input-format jsonl ~/archive/2026-03-16.jsonl
";

const PARSE_HELP: &str = "\
Examples:
  paper-search parse 2026-03-16.txt
  paper-search parse ~/digests | jq -r .title
  cat 2026-03-16.txt | paper-search parse -
  paper-search parse --input-format markdown notes.txt
";

const SHOW_HELP: &str = "\
Examples:
  paper-search show 2603.01234
  paper-search show https://arxiv.org/abs/2603.01234v2 --format bibtex
";

const SIMILAR_HELP: &str = "\
Examples:
  paper-search similar 2603.01234
  paper-search similar 2603.01234 2603.02345 --explain
  paper-search similar 2603.01234 --since 1m --format ids
";

const STATS_HELP: &str = "\
Examples:
  paper-search stats
  paper-search stats --fields
  paper-search stats --format json
";

const SERVE_HELP: &str = "\
The page is at the address that is printed when the server is ready, the interface for
programs under /api/v1 (described at /api/v1/openapi.json), and any search is a feed at
/feed?q=QUERY. Only this machine is answered unless another address is given, and then
only who has the token, as a password or as `Authorization: Bearer TOKEN`. What is indexed
meanwhile is served at once.

Examples:
  paper-search serve
  paper-search serve --bind 0.0.0.0:7878 --token-file ~/.config/paper-search/token
";

const MCP_HELP: &str = "\
An agent's program starts this by itself, once it is told of it, as with
  {\"mcpServers\": {\"paper-search\": {\"command\": \"paper-search\", \"args\": [\"mcp\"]}}}
Its tools search, read and list papers, and change nothing. What is indexed meanwhile is
found at once. `paper-search serve` answers agents as well, at /mcp.

Example:
  paper-search mcp --index ~/papers/index
";

const CHECK_HELP: &str = "\
Every file is compared with its checksum and every paper is read. If something is wrong,
it is named and the exit code is 2; `paper-search index --rebuild` mends it.

Example:
  paper-search check
";

const COMPLETIONS_HELP: &str = "\
Example:
  paper-search completions bash > ~/.local/share/bash-completion/completions/paper-search
";

const MAN_HELP: &str = "\
Example:
  paper-search man > ~/.local/share/man/man1/paper-search.1
";

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_consistent() {
        super::command().debug_assert();
    }
}
