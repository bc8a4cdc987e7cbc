//! What a run of the indexer did.

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// What became of the digests.
    pub digests: DigestCounts,
    /// What became of the papers.
    pub papers: PaperCounts,
    /// What was odd, and which digests could not be read.
    pub notices: Vec<Notice>,
}

/// Counts of digests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DigestCounts {
    /// New ones.
    pub added: usize,
    /// With other content than before.
    pub changed: usize,
    /// Gone from their folder.
    pub removed: usize,
    /// As before.
    pub unchanged: usize,
    /// Not readable, or no digests; they stay in the index as they were.
    pub failed: usize,
}

/// Counts of papers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PaperCounts {
    /// New ones.
    pub added: usize,
    /// Shown otherwise, or standing in other digests than before.
    pub updated: usize,
    /// In no digest any more.
    pub removed: usize,
    /// In the index now.
    pub total: usize,
}

/// Something that a person should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The file or folder.
    pub file: String,
    /// The line, from 1 up.
    pub line: Option<usize>,
    /// What the matter is.
    pub message: String,
    /// Whether the file could not be read for it.
    pub is_failure: bool,
    /// Whether it is that nothing tells for certain where a title begins.
    pub is_open_title: bool,
}

impl std::fmt::Display for Notice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}
