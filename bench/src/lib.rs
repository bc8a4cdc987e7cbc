//! Papers as the peers take them: terms and values, ready-made, so that a peer neither reads digests nor
//! cuts words.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

/// A paper as tantivy takes it.
#[derive(Serialize, Deserialize)]
pub struct Document {
    /// The values of its fields, by tantivy's number.
    pub values: Vec<(u32, Value)>,
}

/// A value of a field.
#[derive(Serialize, Deserialize)]
pub enum Value {
    /// Terms and their positions.
    Terms(Vec<(String, u32)>),
    /// A text that is one term, or stored.
    Text(String),
    /// A number.
    Number(i64),
}

/// Writes documents one after another, each with its size before it.
pub struct Documents(BufWriter<File>);

impl Documents {
    pub fn create(path: &Path) -> io::Result<Documents> {
        Ok(Documents(BufWriter::new(File::create(path)?)))
    }

    pub fn push(&mut self, document: &Document) -> anyhow::Result<()> {
        let bytes = postcard::to_stdvec(document)?;
        self.0.write_all(&u32::try_from(bytes.len())?.to_le_bytes())?;
        Ok(self.0.write_all(&bytes)?)
    }
}

/// Reads documents one after another.
pub fn documents(path: &Path) -> anyhow::Result<impl Iterator<Item = anyhow::Result<Document>>> {
    let mut file = BufReader::with_capacity(1 << 20, File::open(path)?);
    Ok(std::iter::from_fn(move || {
        let mut length = [0; 4];
        file.read_exact(&mut length).ok()?;
        let mut bytes = vec![0; u32::from_le_bytes(length) as usize];
        Some(file.read_exact(&mut bytes).map_err(Into::into).and_then(|()| Ok(postcard::from_bytes(&bytes)?)))
    }))
}

/// The folder in an index of the program where tantivy's index is.
pub fn generation(index: &Path) -> anyhow::Result<std::path::PathBuf> {
    let pointer: serde_json::Value = serde_json::from_slice(&std::fs::read(index.join("current.json"))?)?;
    Ok(index.join(format!("generation-{}", pointer["generation"])))
}
