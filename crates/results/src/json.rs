//! JSON, for programs: one object, or one a line.

use std::io::{self, Write};
use std::time::Duration;

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter};

use super::Results;
use super::object::{HitObject, ResultObject};
use crate::harmless::{is_obeyed, may_be_obeyed};

/// Prints the results as one object; those of a batch on a line each.
pub(crate) fn write(results: &Results, out: &mut dyn Write) -> io::Result<()> {
    write_value(&ResultObject::of(results), out)
}

/// Prints one hit a line; of a batch, one result object a line.
pub(crate) fn write_lines(results: &Results, out: &mut dyn Write) -> io::Result<()> {
    if results.query_id.is_some() {
        return write(results, out);
    }
    results.hits.iter().try_for_each(|found| write_value(&HitObject::of(found), out))
}

/// Prints a value as JSON on a line of its own. What a terminal would obey is escaped,
/// also where JSON does not ask for it.
pub fn write_value(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut *out, Harmless(CompactFormatter)))?;
    writeln!(out)?;
    Ok(())
}

/// A duration as JSON gives it: milliseconds, to the microsecond.
pub fn milliseconds(took: Duration) -> f64 {
    (took.as_secs_f64() * 1e6).round() / 1e3
}

/// Compact JSON in which characters that a terminal obeys are escaped.
struct Harmless(CompactFormatter);

impl Formatter for Harmless {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        if !may_be_obeyed(rest) {
            return self.0.write_string_fragment(out, rest);
        }
        while let Some((at, ch)) = rest.char_indices().find(|(_, ch)| is_obeyed(*ch)) {
            self.0.write_string_fragment(out, &rest[..at])?;
            // All of them are below U+10000.
            write!(out, "\\u{:04x}", u32::from(ch))?;
            rest = &rest[at + ch.len_utf8()..];
        }
        self.0.write_string_fragment(out, rest)
    }
}
