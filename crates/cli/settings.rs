//! What is meant: flags, environment, configuration files and defaults, looked up once,
//! in this order.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use etcetera::BaseStrategy;
use etcetera::base_strategy::Xdg;
use serde::Deserialize;

use crate::args::{Color, Global};

const PROJECT_FILE: &str = "paper-search.toml";
const USER_FILE: &str = "paper-search/config.toml";
const DEFAULT_INDEX: &str = "paper-search/index";
const DEFAULT_SAVED: &str = "paper-search/saved.jsonl";

/// Where the index and the digests are.
#[derive(Debug)]
pub(crate) struct Settings {
    /// The index folder.
    pub(crate) index: PathBuf,
    /// The digests, files or folders; perhaps none are known.
    pub(crate) digests: Vec<PathBuf>,
    /// Whether both are given by a configuration file, so that a query may bring the
    /// index up to date.
    pub(crate) keeps_fresh: bool,
    /// A person's own terms in both languages.
    pub(crate) lexicon: Option<PathBuf>,
    /// A learned lexicon in place of the shipped one.
    pub(crate) learned_lexicon: Option<PathBuf>,
    /// The file of saved searches; none where there is no home folder to keep it in.
    pub(crate) saved: Option<PathBuf>,
    /// The half life of the preference for newer papers, as a span; `None`: no such preference.
    pub(crate) recency: Option<String>,
    /// When to use colour.
    pub(crate) color: Color,
}

/// A configuration file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ConfigFile {
    index: Option<PathBuf>,
    #[serde(default)]
    digests: Vec<PathBuf>,
    lexicon: Option<PathBuf>,
    learned_lexicon: Option<PathBuf>,
    saved: Option<PathBuf>,
    recency: Option<String>,
}

/// The places where a setting may stand, the first that has it wins.
struct Layers {
    flags: ConfigFile,
    environment: ConfigFile,
    files: Vec<ConfigFile>,
}

impl Settings {
    /// Looks everything up.
    pub(crate) fn resolve(global: &Global) -> Result<Settings> {
        let here = std::env::current_dir().context("the working directory cannot be read")?;
        let project_file = match &global.config {
            Some(path) => Some(path.clone()),
            None => here.ancestors().map(|folder| folder.join(PROJECT_FILE)).find(|path| path.is_file()),
        };
        // Without a home folder there is no user's file and no default index.
        let xdg = Xdg::new().ok();
        let user_file =
            xdg.as_ref().map(|xdg| xdg.config_dir().join(USER_FILE)).filter(|path| path.is_file());
        let files = project_file.iter().chain(&user_file).map(|path| read(path)).collect::<Result<_>>()?;
        let environment = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let layers = Layers {
            flags: ConfigFile {
                index: global.index.clone(),
                digests: global.digests.clone(),
                saved: global.saved.clone(),
                ..ConfigFile::default()
            },
            environment: ConfigFile {
                index: environment("PAPER_SEARCH_INDEX").map(PathBuf::from),
                digests: environment("PAPER_SEARCH_DIGESTS").iter().flat_map(std::env::split_paths).collect(),
                saved: environment("PAPER_SEARCH_SAVED").map(PathBuf::from),
                ..ConfigFile::default()
            },
            files,
        };
        let data = xdg.map(|xdg| xdg.data_dir());
        layers.resolve(data.as_deref(), global.color)
    }

    /// Returns the file of saved searches.
    pub(crate) fn saved(&self) -> Result<&Path> {
        match &self.saved {
            Some(path) => Ok(path),
            None => bail!("there is no home folder to keep saved searches in; name a file with --saved FILE"),
        }
    }
}

impl Layers {
    /// Works out what is meant; what no layer says is in the folder for data.
    fn resolve(self, data: Option<&Path>, color: Color) -> Result<Settings> {
        let direct = [&self.flags, &self.environment];
        let given_index = direct.iter().find_map(|layer| layer.index.clone());
        let given_digests = direct.iter().map(|layer| &layer.digests).find(|digests| !digests.is_empty());
        let file_index = self.files.iter().find_map(|file| file.index.clone());
        let file_digests = self.files.iter().map(|file| &file.digests).find(|digests| !digests.is_empty());
        let keeps_fresh = given_index.is_none()
            && given_digests.is_none()
            && file_index.is_some()
            && file_digests.is_some();
        let Some(index) = given_index.or(file_index).or(data.map(|data| data.join(DEFAULT_INDEX))) else {
            bail!("there is no home folder to keep the index in; name a folder with --index DIR");
        };
        let digests = given_digests.or(file_digests).cloned().unwrap_or_default();
        let lexicon = self.files.iter().find_map(|file| file.lexicon.clone());
        let learned_lexicon = self.files.iter().find_map(|file| file.learned_lexicon.clone());
        let saved = direct.into_iter().chain(&self.files).find_map(|layer| layer.saved.clone());
        let saved = saved.or(data.map(|data| data.join(DEFAULT_SAVED)));
        let recency = self.files.iter().find_map(|file| file.recency.clone());
        Ok(Settings { saved, index, digests, keeps_fresh, lexicon, learned_lexicon, recency, color })
    }
}

/// Reads a configuration file. Relative paths in it are relative to its folder; `~` is
/// the home folder.
fn read(path: &Path) -> Result<ConfigFile> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the configuration file {}", path.display()))?;
    let mut file: ConfigFile = toml::from_str(&text).map_err(|error| {
        let line = error.span().map_or(1, |span| 1 + text[..span.start].matches('\n').count());
        let message = error.message().replace('\n', " ");
        anyhow::anyhow!(
            "{}:{line}: {message}; a configuration file has `index = \"DIR\"`, `digests = [\"PATH\"]`, `lexicon = \"FILE\"`, `saved = \"FILE\"` and `recency = \"6m\"`",
            path.display()
        )
    })?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let own = [&mut file.index, &mut file.lexicon, &mut file.learned_lexicon, &mut file.saved];
    let own = own.into_iter().flatten();
    for path in own.chain(&mut file.digests) {
        // A shell is not there to do it.
        *path = match (path.strip_prefix("~"), etcetera::home_dir()) {
            (Ok(rest), Ok(home)) => home.join(rest),
            _ => folder.join(&path),
        };
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(index: Option<&str>, digests: &[&str]) -> ConfigFile {
        ConfigFile {
            index: index.map(PathBuf::from),
            digests: digests.iter().map(PathBuf::from).collect(),
            ..ConfigFile::default()
        }
    }

    #[test]
    fn the_first_layer_that_has_a_setting_wins() {
        let none = || file(None, &[]);
        for (flags, environment, files, index, digests, keeps_fresh) in [
            (
                file(Some("f"), &[]),
                file(Some("e"), &["d"]),
                vec![file(Some("p"), &["q"])],
                "f",
                vec!["d"],
                false,
            ),
            (none(), file(Some("e"), &[]), vec![file(Some("p"), &["q"])], "e", vec!["q"], false),
            (none(), none(), vec![file(Some("p"), &["q"]), file(Some("u"), &["v"])], "p", vec!["q"], true),
            (none(), none(), vec![file(None, &["q"]), file(Some("u"), &[])], "u", vec!["q"], true),
            (file(None, &["d"]), none(), vec![file(Some("p"), &["q"])], "p", vec!["d"], false),
            (none(), none(), vec![file(None, &["q"])], "data/paper-search/index", vec!["q"], false),
            (none(), none(), vec![], "data/paper-search/index", vec![], false),
        ] {
            let layers = Layers { flags, environment, files };
            let settings = layers.resolve(Some(Path::new("data")), Color::Auto).expect("an index");
            let shown: Vec<&str> = settings.digests.iter().filter_map(|path| path.to_str()).collect();
            assert_eq!(
                (settings.index.to_str(), shown, settings.keeps_fresh),
                (Some(index), digests, keeps_fresh)
            );
        }
    }
}
