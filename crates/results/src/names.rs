//! Names as catalogues part them.

/// Words behind a name that are no part of it.
const SUFFIXES: [&str; 7] = ["Jr.", "Jr", "Sr.", "Sr", "II", "III", "IV"];

/// A name in parts.
#[derive(Debug, PartialEq)]
pub(super) struct Parts {
    /// The given names; empty where the name is one word.
    pub(super) given: String,
    /// The family name: the last word, with the words in lower case before it.
    pub(super) family: String,
    /// `Jr.` and the like.
    pub(super) suffix: Option<String>,
}

/// Takes a name apart. A name that has a comma is parted already: it is all family name.
pub(super) fn parts(name: &str) -> Parts {
    let (name, suffix) = match name.rsplit_once([' ', ',']) {
        Some((rest, last)) if SUFFIXES.contains(&last) => {
            (rest.trim_end_matches([',', ' ']), Some(last.to_string()))
        }
        _ => (name, None),
    };
    if name.contains(',') {
        return Parts { given: String::new(), family: name.to_string(), suffix };
    }
    let words: Vec<&str> = name.split(' ').collect();
    let particles =
        words.iter().rev().skip(1).take_while(|word| word.starts_with(char::is_lowercase)).count();
    let (given, family) = words.split_at(words.len().saturating_sub(1 + particles));
    Parts { given: given.join(" "), family: family.join(" "), suffix }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fall_into_parts() {
        for (name, given, family, suffix) in [
            ("Ann Example", "Ann", "Example", None),
            ("Pieter van der Wombat", "Pieter", "van der Wombat", None),
            ("Pat Q. Sample Jr.", "Pat Q.", "Sample", Some("Jr.")),
            ("C. D. Writer, Jr.", "C. D.", "Writer", Some("Jr.")),
            ("Quokka", "", "Quokka", None),
            ("Kanani, Alish", "", "Kanani, Alish", None),
            ("袋熊", "", "袋熊", None),
        ] {
            let expected = Parts {
                given: given.to_string(),
                family: family.to_string(),
                suffix: suffix.map(str::to_string),
            };
            assert_eq!(parts(name), expected, "{name}");
        }
    }
}
