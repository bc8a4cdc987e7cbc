//! paper-search
fn main() {}
