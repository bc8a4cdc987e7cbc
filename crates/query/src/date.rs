//! The dates and spans of time that a person types.

use chrono::{Datelike, Days as Count, Months};
use paper::NaiveDate;
use thiserror::Error;

use crate::request::Days;

/// A text that names no day.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DateError {
    /// It has the shape of a date, but there is no such day.
    #[error("`{0}` is not a date that exists")]
    NoSuchDay(String),
    /// It has another shape.
    #[error("`{0}` is not a date; write 2026-03-13, 2026-03, 2026, today, 7d.. or \"last week\"")]
    NotADate(String),
    /// It is no span of time.
    #[error("`{0}` is not a span of time; write 7d, 2w, 3m or 1y")]
    NotASpan(String),
    /// The range is empty.
    #[error("the range from {from} to {to} ends before it begins")]
    Backwards {
        /// The first day.
        from: NaiveDate,
        /// The last day.
        to: NaiveDate,
    },
}

/// What a text that names days was read as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The days.
    pub days: Days,
    /// Whether a person may well have meant other days.
    pub ambiguous: bool,
}

impl Reading {
    fn sure(days: Days) -> Reading {
        Reading { days, ambiguous: false }
    }
}

/// Reads what stands behind `date:`: whatever [`parse_days`] reads, the last `7d`, or a
/// range of two, or one, of them, `2026-03..2026-04`, `7d..`.
pub fn read(text: &str, today: NaiveDate) -> Result<Reading, DateError> {
    let text = text.trim();
    let not_a_date = || DateError::NotADate(text.to_string());
    let Some((from, to)) = text.split_once("..") else {
        return match parse_since(text, today) {
            Ok(from) => Ok(Reading::sure(Days { from: Some(from), to: Some(today) })),
            Err(_) => one(text, today),
        };
    };
    // At an end of a range, `7d` is the day of so many days ago.
    let end = |text: &str| match (text.trim(), parse_since(text, today)) {
        ("", _) => Ok(None),
        (_, Ok(day)) => Ok(Some(Reading::sure(Days { from: Some(day), to: Some(day) }))),
        (text, Err(_)) => one(text, today).map(Some),
    };
    let (first, last) = (end(from)?, end(to)?);
    if first.is_none() && last.is_none() {
        return Err(not_a_date());
    }
    let ambiguous = first.iter().chain(&last).any(|reading| reading.ambiguous);
    let days = Days {
        from: first.and_then(|reading| reading.days.from),
        to: last.and_then(|reading| reading.days.to),
    };
    Ok(Reading { days: forwards(days)?, ambiguous })
}

/// Reads a day, week, month or year as the range of its days: `2026-03-13`, `2026-03`,
/// `2026`, `2026/3/13`, `2026年3月`, `March 2026`, `today`, `last week`, `上周`, `本月`,
/// `last 7 days`, `最近7天`. Years have four digits; weeks begin on Monday.
pub fn parse_days(text: &str, today: NaiveDate) -> Result<Days, DateError> {
    one(text.trim(), today).map(|reading| reading.days)
}

fn one(text: &str, today: NaiveDate) -> Result<Reading, DateError> {
    let not_a_date = || DateError::NotADate(text.to_string());
    let lower = text.to_lowercase().replace(['_', ' '], "-");
    if let Some(reading) = relative(&lower, today).or_else(|| recent(&lower, today)) {
        return Ok(reading);
    }
    if let Some(days) = iso(text) {
        return days.map(Reading::sure).ok_or_else(|| DateError::NoSuchDay(text.to_string()));
    }
    let (numbers, ambiguous) =
        written(&lower, today).or_else(|| named_month(&lower, today)).ok_or_else(not_a_date)?;
    let days = calendar(&numbers).ok_or_else(|| DateError::NoSuchDay(text.to_string()))?;
    Ok(Reading { days, ambiguous })
}

/// Days that are counted from today. Of a last week, month or year, some mean the last
/// seven days, thirty days or twelve months.
fn relative(text: &str, today: NaiveDate) -> Option<Reading> {
    let ago = |days| today.checked_sub_days(Count::new(days));
    let day = |day: Option<NaiveDate>| Some((day?, day?));
    let week = |weeks: u64| {
        let monday = today.checked_sub_days(Count::new(today.weekday().num_days_from_monday().into()))?;
        let monday = monday.checked_sub_days(Count::new(7 * weeks))?;
        Some((monday, monday.checked_add_days(Count::new(6))?))
    };
    let month = |months: u32| {
        let first = today.with_day(1)?.checked_sub_months(Months::new(months))?;
        Some((first, first.checked_add_months(Months::new(1))?.pred_opt()?))
    };
    let year = |years: i32| {
        let year = today.year().checked_sub(years)?;
        Some((NaiveDate::from_ymd_opt(year, 1, 1)?, NaiveDate::from_ymd_opt(year, 12, 31)?))
    };
    let (span, ambiguous) = match text {
        "today" | "今天" | "今日" => (day(Some(today)), false),
        "yesterday" | "昨天" | "昨日" => (day(ago(1)), false),
        "前天" => (day(ago(2)), false),
        "this-week" | "本周" | "这周" | "这星期" | "这个星期" | "本星期" => (week(0), false),
        "last-week" | "上周" | "上星期" | "上个星期" | "上礼拜" => (week(1), true),
        "上上周" => (week(2), false),
        "this-month" | "本月" | "这个月" => (month(0), false),
        "last-month" | "上月" | "上个月" => (month(1), true),
        "this-year" | "今年" | "本年" => (year(0), false),
        "last-year" => (year(1), true),
        "去年" => (year(1), false),
        "前年" => (year(2), false),
        _ => return None,
    };
    let (from, to) = span?;
    Some(Reading { days: Days { from: Some(from), to: Some(to) }, ambiguous })
}

/// `last 7 days`, `past 2 weeks`, `最近7天`, `近三个月`: so long ago up to today.
fn recent(text: &str, today: NaiveDate) -> Option<Reading> {
    let rest =
        ["last-", "past-", "最近", "过去", "近"].iter().find_map(|before| text.strip_prefix(before))?;
    let units = [
        ("d", &["-days", "-day", "天", "日"][..]),
        ("w", &["-weeks", "-week", "个星期", "个礼拜", "星期", "周"]),
        ("m", &["-months", "-month", "个月", "月"]),
        ("y", &["-years", "-year", "年"]),
    ];
    if rest == "半年" {
        let from = parse_since("6m", today).ok()?;
        return Some(Reading::sure(Days { from: Some(from), to: Some(today) }));
    }
    units.iter().find_map(|(unit, names)| {
        let count = names.iter().find_map(|name| rest.strip_suffix(name))?;
        let from = parse_since(&format!("{}{unit}", number(count)?), today).ok()?;
        Some(Reading::sure(Days { from: Some(from), to: Some(today) }))
    })
}

/// A number in digits, or up to ten in Chinese.
fn number(text: &str) -> Option<u32> {
    const CHINESE: [&str; 11] = ["一", "两", "三", "四", "五", "六", "七", "八", "九", "十", "二"];
    match CHINESE.iter().position(|word| *word == text) {
        Some(10) => Some(2),
        Some(at) => u32::try_from(at + 1).ok(),
        None if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok(),
        None => None,
    }
}

/// `2026-03-13`, `2026-03`, `2026`. `None` if it has another shape, `Some(None)` if there
/// is no such day.
fn iso(text: &str) -> Option<Option<Days>> {
    let mut numbers = Vec::new();
    for (at, part) in text.split('-').enumerate() {
        let digits = if at == 0 { 4 } else { 2 };
        if at > 2 || part.len() != digits || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        numbers.push(part.parse::<u32>().ok()?);
    }
    Some(calendar(&numbers))
}

/// `2026/3/13`, `2026年3月13日`, `3月13日`, `3/13/2026`: the numbers from the year down, and
/// whether they may be others.
fn written(text: &str, today: NaiveDate) -> Option<(Vec<u32>, bool)> {
    let numbers = |separators: &[char]| -> Option<Vec<u32>> {
        let text = text.trim_end_matches(['年', '月', '日', '号']);
        let parts = text.split(separators);
        parts.map(|part| (!part.is_empty() && part.len() <= 4).then(|| part.parse().ok()).flatten()).collect()
    };
    if text.contains(['年', '月']) {
        let found = numbers(&['年', '月'])?;
        return match (text.contains('年'), found.as_slice()) {
            (true, [1000..=9999, ..]) if found.len() <= 3 => Some((found, false)),
            (false, [month]) => Some((vec![latest_year(*month, 1, today)?, *month], true)),
            (false, [month, day]) => Some((vec![latest_year(*month, *day, today)?, *month, *day], true)),
            _ => None,
        };
    }
    let found = numbers(&['/', '.'])?;
    match found.as_slice() {
        [1000..=9999, _] | [1000..=9999, _, _] => Some((found, false)),
        [first @ 1..=12, second, year @ 1000..=9999] => {
            Some((vec![*year, *first, *second], (1..=12).contains(second) && first != second))
        }
        [day, month, year @ 1000..=9999] => Some((vec![*year, *month, *day], false)),
        _ => None,
    }
}

/// `March 2026`, `mar 2026`, `march`.
fn named_month(text: &str, today: NaiveDate) -> Option<(Vec<u32>, bool)> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let (name, year) = text.split_once('-').map_or((text, None), |(name, year)| (name, Some(year)));
    let is_named = |month: &str| month == name || (name.len() == 3 && month.starts_with(name));
    let month = u32::try_from(MONTHS.iter().position(|month| is_named(month))? + 1).ok()?;
    match year {
        Some(year) if year.len() == 4 => Some((vec![year.parse().ok()?, month], false)),
        Some(_) => None,
        None => Some((vec![latest_year(month, 1, today)?, month], true)),
    }
}

/// The latest year in which this month and day have come.
fn latest_year(month: u32, day: u32, today: NaiveDate) -> Option<u32> {
    let year = if (month, day) > (today.month(), today.day()) { today.year() - 1 } else { today.year() };
    u32::try_from(year).ok()
}

/// The days of a year, of one of its months, or one day; `None` if there are none such.
fn calendar(numbers: &[u32]) -> Option<Days> {
    let (first, last) = match *numbers {
        [year] => (date(year, 1, 1)?, date(year, 12, 31)?),
        [year, month] => (date(year, month, 1)?, last_of_month(year, month)?),
        [year, month, day] => (date(year, month, day)?, date(year, month, day)?),
        _ => return None,
    };
    Some(Days { from: Some(first), to: Some(last) })
}

fn forwards(days: Days) -> Result<Days, DateError> {
    match (days.from, days.to) {
        (Some(from), Some(to)) if from > to => Err(DateError::Backwards { from, to }),
        _ => Ok(days),
    }
}

/// Makes a range of the first day of `from` and the last of `to`.
pub fn parse_range(from: Option<&str>, to: Option<&str>, today: NaiveDate) -> Result<Days, DateError> {
    let from = from.map(|text| parse_days(text, today)).transpose()?.and_then(|days| days.from);
    let to = to.map(|text| parse_days(text, today)).transpose()?.and_then(|days| days.to);
    forwards(Days { from, to })
}

/// Returns the first day of the last `7d`, `2w`, `3m` or `1y` up to today.
pub fn parse_since(text: &str, today: NaiveDate) -> Result<NaiveDate, DateError> {
    let error = || DateError::NotASpan(text.to_string());
    let text = text.trim();
    let unit = text.chars().next_back().ok_or_else(error)?;
    let count: u32 = text[..text.len() - unit.len_utf8()].parse().map_err(|_| error())?;
    let first = match unit.to_ascii_lowercase() {
        'd' => today.checked_sub_days(Count::new(count.into())),
        'w' => today.checked_sub_days(Count::new(u64::from(count) * 7)),
        'm' => today.checked_sub_months(Months::new(count)),
        'y' => count.checked_mul(12).and_then(|months| today.checked_sub_months(Months::new(months))),
        _ => return Err(error()),
    };
    first.filter(|day| day.year() >= 0).ok_or_else(error)
}

fn date(year: u32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

fn last_of_month(year: u32, month: u32) -> Option<NaiveDate> {
    date(year, month, 1)?.checked_add_months(Months::new(1))?.pred_opt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn today() -> NaiveDate {
        date(2026, 3, 31).expect("a day")
    }

    #[test]
    fn reads_days_months_and_years() {
        for (text, from, to) in [
            ("2026-03-13", (2026, 3, 13), (2026, 3, 13)),
            ("2026-02", (2026, 2, 1), (2026, 2, 28)),
            ("2024-02", (2024, 2, 1), (2024, 2, 29)),
            ("2026-12", (2026, 12, 1), (2026, 12, 31)),
            ("2026", (2026, 1, 1), (2026, 12, 31)),
            ("today", (2026, 3, 31), (2026, 3, 31)),
            ("Yesterday", (2026, 3, 30), (2026, 3, 30)),
        ] {
            let days = Days { from: date(from.0, from.1, from.2), to: date(to.0, to.1, to.2) };
            assert_eq!(parse_days(text, today()), Ok(days), "{text}");
        }
    }

    #[test]
    fn reads_what_people_type() {
        // 2026-03-31 is a Tuesday.
        for (text, from, to, ambiguous) in [
            ("2026-03-13", "2026-03-13", "2026-03-13", false),
            ("7d", "2026-03-24", "2026-03-31", false),
            ("7d..", "2026-03-24", "", false),
            ("..7d", "", "2026-03-24", false),
            ("2w..yesterday", "2026-03-17", "2026-03-30", false),
            ("2026-02..2026-03", "2026-02-01", "2026-03-31", false),
            ("2025..", "2025-01-01", "", false),
            ("..2026-02", "", "2026-02-28", false),
            ("上月..今天", "2026-02-01", "2026-03-31", true),
            ("this week", "2026-03-30", "2026-04-05", false),
            ("last week", "2026-03-23", "2026-03-29", true),
            ("Last_Week", "2026-03-23", "2026-03-29", true),
            ("上周", "2026-03-23", "2026-03-29", true),
            ("本月", "2026-03-01", "2026-03-31", false),
            ("last month", "2026-02-01", "2026-02-28", true),
            ("去年", "2025-01-01", "2025-12-31", false),
            ("前天", "2026-03-29", "2026-03-29", false),
            ("last 7 days", "2026-03-24", "2026-03-31", false),
            ("past-2-weeks", "2026-03-17", "2026-03-31", false),
            ("最近7天", "2026-03-24", "2026-03-31", false),
            ("最近一周", "2026-03-24", "2026-03-31", false),
            ("近三个月", "2025-12-31", "2026-03-31", false),
            ("最近半年", "2025-09-30", "2026-03-31", false),
            ("2026年3月", "2026-03-01", "2026-03-31", false),
            ("2026年3月5日", "2026-03-05", "2026-03-05", false),
            ("2025年", "2025-01-01", "2025-12-31", false),
            ("3月", "2026-03-01", "2026-03-31", true),
            ("4月5日", "2025-04-05", "2025-04-05", true),
            ("2026/3/5", "2026-03-05", "2026-03-05", false),
            ("2026.03", "2026-03-01", "2026-03-31", false),
            ("3/4/2026", "2026-03-04", "2026-03-04", true),
            ("13/3/2026", "2026-03-13", "2026-03-13", false),
            ("March 2026", "2026-03-01", "2026-03-31", false),
            ("dec", "2025-12-01", "2025-12-31", true),
        ] {
            let end = |text: &str| (!text.is_empty()).then(|| text.parse().expect("a day"));
            let days = Days { from: end(from), to: end(to) };
            assert_eq!(read(text, today()), Ok(Reading { days, ambiguous }), "{text}");
        }
        for text in [
            "..",
            "soon..",
            "7x",
            "2026-03..soon",
            "最近",
            "最近天",
            "月",
            "3.5",
            "last",
            "2026//3",
            "最近十二天",
        ] {
            assert!(
                matches!(read(text, today()), Err(DateError::NotADate(_))),
                "{text}: {:?}",
                read(text, today())
            );
        }
        for text in ["2026/13/40", "2月30日", "2026年13月"] {
            assert!(matches!(read(text, today()), Err(DateError::NoSuchDay(_))), "{text}");
        }
        assert!(matches!(read("2026-04..2026-03", today()), Err(DateError::Backwards { .. })));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in any::<String>()) {
            let _ = read(&text, today());
        }

        #[test]
        fn what_looks_like_a_date_is_read_or_refused(text in "[0-9年月日/.\\-a-c最近天d]{0,14}") {
            let _ = read(&text, today());
        }
    }

    #[test]
    fn says_what_is_wrong() {
        for text in ["2026-02-30", "2026-13", "2026-00-01"] {
            assert_eq!(parse_days(text, today()), Err(DateError::NoSuchDay(text.into())), "{text}");
        }
        for text in ["yesterdy", "", "2026-3-1", "26", "2026-03-01-02", "2026-03-", "+026", "２０２６"] {
            assert_eq!(parse_days(text, today()), Err(DateError::NotADate(text.into())), "{text}");
        }
        assert!(matches!(
            parse_range(Some("2026-03-17"), Some("2026-03-12"), today()),
            Err(DateError::Backwards { .. })
        ));
    }

    #[test]
    fn spans_count_back_from_today() {
        for (text, expected) in [
            ("7d", (2026, 3, 24)),
            ("2w", (2026, 3, 17)),
            ("1m", (2026, 2, 28)),
            ("1Y", (2025, 3, 31)),
            ("0d", (2026, 3, 31)),
        ] {
            assert_eq!(parse_since(text, today()).ok(), date(expected.0, expected.1, expected.2), "{text}");
        }
        for text in ["", "d", "7", "7x", "-7d", "99999999999d", "4294967295y", "天"] {
            assert_eq!(parse_since(text, today()), Err(DateError::NotASpan(text.into())), "{text}");
        }
    }
}
