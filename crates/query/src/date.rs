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
    #[error("`{0}` is not a date; write 2026-03-13, 2026-03, 2026, today or yesterday")]
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

/// Reads a day, month or year as the range of its days: `2026-03-13`, `2026-03`, `2026`,
/// `today`, `yesterday`. Years have four digits.
pub fn parse_days(text: &str, today: NaiveDate) -> Result<Days, DateError> {
    let text = text.trim();
    let day = |day: NaiveDate| Days { from: Some(day), to: Some(day) };
    match text.to_ascii_lowercase().as_str() {
        "today" => return Ok(day(today)),
        "yesterday" => return Ok(day(today.pred_opt().unwrap_or(today))),
        _ => {}
    }
    let not_a_date = || DateError::NotADate(text.to_string());
    let mut numbers = Vec::new();
    for (part, digits) in text.split('-').zip([4, 2, 2]) {
        if part.len() != digits || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(not_a_date());
        }
        numbers.push(part.parse::<u32>().map_err(|_| not_a_date())?);
    }
    if text.split('-').count() > 3 {
        return Err(not_a_date());
    }
    let (first, last) = match numbers[..] {
        [year] => (date(year, 1, 1), date(year, 12, 31)),
        [year, month] => (date(year, month, 1), last_of_month(year, month)),
        [year, month, day] => (date(year, month, day), date(year, month, day)),
        _ => return Err(not_a_date()),
    };
    match (first, last) {
        (Some(_), Some(_)) => Ok(Days { from: first, to: last }),
        _ => Err(DateError::NoSuchDay(text.to_string())),
    }
}

/// Makes a range of the first day of `from` and the last of `to`.
pub fn parse_range(from: Option<&str>, to: Option<&str>, today: NaiveDate) -> Result<Days, DateError> {
    let from = from.map(|text| parse_days(text, today)).transpose()?.and_then(|days| days.from);
    let to = to.map(|text| parse_days(text, today)).transpose()?.and_then(|days| days.to);
    match (from, to) {
        (Some(from), Some(to)) if from > to => Err(DateError::Backwards { from, to }),
        _ => Ok(Days { from, to }),
    }
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
