//! Small JSON files that carry a checksum over themselves, as their last key.

use serde::Serialize;
use serde::de::DeserializeOwned;
use xxhash_rust::xxh3::xxh3_64;

const KEY: &str = ",\"checksum\":\"";
const END: &str = "\"}\n";

/// Serializes a struct, with the checksum.
pub(crate) fn seal(value: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut text = serde_json::to_string(value)?;
    text.pop();
    let checksum = xxh3_64(text.as_bytes());
    text.push_str(&format!("{KEY}{checksum:016x}{END}"));
    Ok(text.into_bytes())
}

/// Reads what was sealed; nothing if a single byte is another.
pub(crate) fn unseal<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (sealed, checksum) = text.strip_suffix(END)?.rsplit_once(KEY)?;
    (checksum == format!("{:016x}", xxh3_64(sealed.as_bytes()))).then_some(())?;
    serde_json::from_str(&format!("{sealed}}}")).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that fails should say where")]

    use serde::{Deserialize, Serialize};

    use super::*;

    #[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
    struct Small {
        name: String,
        number: u64,
    }

    #[test]
    fn no_byte_can_change_unseen() {
        let small = Small { name: "quokka, \"checksum\":\"".to_string(), number: 7 };
        let sealed = seal(&small).unwrap();
        assert_eq!(unseal::<Small>(&sealed), Some(small));
        assert!(serde_json::from_slice::<serde_json::Value>(&sealed).unwrap().is_object());
        for at in 0..sealed.len() {
            for flip in [0x01, 0x20, 0xff] {
                let mut damaged = sealed.clone();
                damaged[at] ^= flip;
                assert_eq!(unseal::<Small>(&damaged), None, "byte {at}");
            }
            assert_eq!(unseal::<Small>(&sealed[..at]), None, "{at} bytes");
        }
        assert_eq!(unseal::<Small>(&[&sealed[..], b"\n"].concat()), None);
    }
}
