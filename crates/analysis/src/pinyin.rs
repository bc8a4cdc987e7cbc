//! How Chinese sounds: names as they are written in Latin letters, and characters that
//! sound alike.
//!
//! Hanyu Pinyin without tones; the family name is the first character, or the first two
//! of a compound surname. ü is written `u`, `v` or `yu`, as passports and papers have it.

use pinyin::ToPinyinMulti;

/// The longest name that is read, in characters.
const MAX_CHARACTERS: usize = 5;

/// The most ways to read one name.
const MAX_READINGS: usize = 48;

/// Family names of two characters.
const COMPOUND_SURNAMES: [&str; 48] = [
    "欧阳", "太史", "端木", "上官", "司马", "东方", "独孤", "南宫", "万俟", "闻人", "夏侯", "诸葛", "尉迟",
    "公羊", "赫连", "澹台", "皇甫", "宗政", "濮阳", "公冶", "太叔", "申屠", "公孙", "慕容", "仲孙", "钟离",
    "长孙", "宇文", "司徒", "鲜于", "司空", "闾丘", "子车", "亓官", "司寇", "巫马", "公西", "颛孙", "壤驷",
    "公良", "漆雕", "乐正", "宰父", "谷梁", "拓跋", "令狐", "呼延", "轩辕",
];

/// Family names that are read otherwise than the characters commonly are.
const SURNAME_READINGS: [(&str, &[&str]); 30] = [
    ("单", &["shan"]),
    ("仇", &["qiu"]),
    ("解", &["xie"]),
    ("查", &["zha"]),
    ("曾", &["zeng"]),
    ("任", &["ren"]),
    ("区", &["ou"]),
    ("盖", &["ge", "gai"]),
    ("翟", &["zhai", "di"]),
    ("朴", &["piao", "park", "pu"]),
    ("乐", &["yue", "le"]),
    ("覃", &["qin", "tan"]),
    ("缪", &["miao"]),
    ("种", &["chong"]),
    ("繁", &["po"]),
    ("员", &["yun"]),
    ("召", &["shao"]),
    ("折", &["she"]),
    ("隗", &["wei", "kui"]),
    ("谌", &["chen", "shen"]),
    ("贾", &["jia"]),
    ("石", &["shi"]),
    ("沈", &["shen"]),
    ("冼", &["xian"]),
    ("洗", &["xian"]),
    ("褚", &["chu"]),
    ("尉迟", &["yuchi"]),
    ("长孙", &["zhangsun"]),
    ("万俟", &["moqi"]),
    ("澹台", &["tantai"]),
];

/// Returns the ways to write a simplified Chinese name, as the words that a name in
/// Latin letters has: the family name, and the given name whole or, of two characters,
/// in two. A family name alone is one word.
pub(crate) fn readings(name: &str) -> Vec<Vec<String>> {
    let chars: Vec<char> = name.chars().collect();
    if chars.len() > MAX_CHARACTERS {
        return Vec::new();
    }
    let mut all: Vec<Vec<String>> = Vec::new();
    for length in [2, 1] {
        let Some((surname, given)) = chars.split_at_checked(length) else { continue };
        let surname = String::from_iter(surname);
        if length == 2 && !COMPOUND_SURNAMES.contains(&surname.as_str()) {
            continue;
        }
        let surnames = surname_readings(&surname);
        let given: Vec<Vec<String>> = given.iter().map(|ch| syllables(*ch)).collect();
        for surname in &surnames {
            for given in product(&given) {
                let joined = Some(given.concat()).filter(|given| !given.is_empty());
                all.push(std::iter::once(surname.clone()).chain(joined).collect());
                if given.len() == 2 {
                    all.push(std::iter::once(surname.clone()).chain(given).collect());
                }
            }
        }
        // A compound surname is no surname of one character and a given name of another.
        if length == 2 && !all.is_empty() {
            break;
        }
    }
    all.truncate(MAX_READINGS);
    all
}

/// Whether two characters have a reading in common, tones aside.
pub fn sound_alike(a: char, b: char) -> bool {
    let readings = |ch: char| ch.to_pinyin_multi().into_iter().flatten();
    readings(a).any(|one| readings(b).any(|other| one.plain() == other.plain()))
}

fn surname_readings(surname: &str) -> Vec<String> {
    if let Some((_, readings)) = SURNAME_READINGS.iter().find(|(known, _)| *known == surname) {
        return readings.iter().map(|reading| reading.to_string()).collect();
    }
    // The first reading is the common one; others of single surnames are in the table.
    let syllables: Vec<Vec<String>> = surname.chars().map(first_syllable).collect();
    product(&syllables).into_iter().map(|syllables| syllables.concat()).collect()
}

/// The common reading of a character, in each way to write its ü.
fn first_syllable(ch: char) -> Vec<String> {
    let first = ch.to_pinyin_multi().and_then(|readings| readings.get_opt(0));
    first.map_or_else(Vec::new, |syllable| spellings(syllable.plain()))
}

/// The readings of a character.
fn syllables(ch: char) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for syllable in ch.to_pinyin_multi().into_iter().flatten() {
        for spelling in spellings(syllable.plain()) {
            if !all.contains(&spelling) {
                all.push(spelling);
            }
        }
    }
    all
}

/// A syllable in the ways in which its ü is written.
fn spellings(syllable: &str) -> Vec<String> {
    match syllable.contains('ü') {
        true => ["u", "v", "yu"].iter().map(|vowel| syllable.replace('ü', vowel)).collect(),
        false => vec![syllable.to_string()],
    }
}

/// One of each, in every way; nothing if there is nothing to choose from somewhere.
fn product(choices: &[Vec<String>]) -> Vec<Vec<String>> {
    let mut all = vec![Vec::new()];
    for choice in choices {
        all = all
            .iter()
            .flat_map(|chosen: &Vec<String>| {
                choice.iter().map(move |next| [chosen.as_slice(), std::slice::from_ref(next)].concat())
            })
            .take(MAX_READINGS)
            .collect();
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_with_the_family_name_first() {
        for (name, expected) in [
            ("韩松", &["han song"][..]),
            ("欧阳修", &["ouyang xiu"]),
            ("欧阳", &["ouyang"]),
            ("王", &["wang"]),
            ("吴晓明", &["wu xiaoming", "wu xiao ming"]),
            ("吕平", &["lu ping", "lv ping", "lyu ping"]),
            ("曾立", &["zeng li"]),
            ("长孙明", &["zhangsun ming"]),
        ] {
            let readings: Vec<String> = readings(name).iter().map(|words| words.join(" ")).collect();
            for reading in expected {
                assert!(readings.iter().any(|own| own == reading), "{name}: {readings:?}");
            }
        }
        // A character with several readings in a given name: any may be meant.
        let readings = readings("王朝");
        assert!(readings.contains(&vec!["wang".into(), "chao".into()]), "{readings:?}");
        assert!(readings.contains(&vec!["wang".into(), "zhao".into()]), "{readings:?}");
    }

    #[test]
    fn what_is_no_name_has_no_reading() {
        assert_eq!(readings("知识蒸馏方法的研究"), Vec::<Vec<String>>::new());
        assert_eq!(readings(""), Vec::<Vec<String>>::new());
        assert_eq!(readings("〇々"), Vec::<Vec<String>>::new());
    }
}
