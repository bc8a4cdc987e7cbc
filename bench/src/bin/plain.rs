//! Plain files: `plain FOLDER BYTES...` writes a file of each size and syncs it, then the folder: what it takes to
//! keep that much, without an index.

use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().unwrap_or_default());
    fs::create_dir(&folder)?;
    for (number, bytes) in arguments.enumerate() {
        let mut file = File::create(folder.join(number.to_string()))?;
        file.write_all(&vec![b'x'; bytes.parse()?])?;
        file.sync_data()?;
    }
    Ok(File::open(&folder)?.sync_all()?)
}
