//! The lexicon that a query is translated with.

use std::path::Path;

use anyhow::{Context, Result};
use query::Lexicon;

use crate::settings::Settings;

/// Puts together the shipped lexicon, or the learned one that is configured in its place,
/// and a person's own terms.
pub(crate) fn load(settings: &Settings) -> Result<Lexicon> {
    let mut lexicon = match &settings.learned_lexicon {
        Some(path) => Lexicon::from_table(read(path)?),
        None => Lexicon::shipped(),
    };
    if let Some(path) = &settings.lexicon {
        lexicon.add(&read(path)?).with_context(|| format!("cannot use the lexicon {}", path.display()))?;
    }
    Ok(lexicon)
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read the lexicon {}", path.display()))
}
