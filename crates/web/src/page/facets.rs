//! What narrows a search: the months, authors and digests of what it found.

use chrono::{Datelike, NaiveDate};
use maud::{Markup, html};
use query::Facets;
use query::request::Days;
use results::plain;

use super::hits::name_of;
use super::state::State;
use super::words::{Words, grouped, with_number};

/// How many authors and digests are shown.
pub(crate) const MOST: usize = 8;

/// Fewer months are shown with those before them: a few broad bars look like nothing.
const FEWEST_MONTHS: i64 = 12;

/// More months are shown as years.
const MOST_MONTHS: i64 = 48;

/// More years are not shown, but the last ones.
const MOST_YEARS: i64 = 60;

/// The size of the histogram: that of a bar with its gap, and the height of the highest.
const BAR: i64 = 8;
const HEIGHT: usize = 56;

/// The facets beside the hits. `months` are those of the same search at any time: who has
/// chosen some may choose others.
pub(crate) fn facets(state: &State, facets: &Facets, months: &Facets, days: Days) -> Markup {
    let words = state.words();
    html! {
        details.facets open {
            summary { (words.filters) }
            section {
                h2 { (words.dates) }
                (histogram(state, months, days))
                ul.spans {
                    @for (span, name) in &words.spans {
                        @let chosen = state.params.since.as_deref() == Some(*span);
                        li { a data-go aria-current=[chosen.then_some("true")] href=(state.changed(|params| {
                            params.since = (!chosen).then(|| span.to_string());
                            params.from = None;
                            params.to = None;
                        })) { (name) } }
                    }
                }
                (days_form(state))
            }
            (values(words.authors, &facets.authors, |author| author.to_string(), |author| {
                let chosen = state.params.author.iter().any(|known| known == author);
                (chosen, state.changed(|params| {
                    match chosen {
                        true => params.author.retain(|known| known != author),
                        false => params.author.push(author.to_string()),
                    }
                }))
            }))
            (values(words.digests, &facets.digests, |file| name_of(file).to_string(), |file| {
                let chosen = state.params.digest.as_deref() == Some(file);
                (chosen, state.changed(|params| params.digest = (!chosen).then(|| file.to_string())))
            }))
        }
    }
}

/// Values with their counts. `link` says whether one is chosen, and where to choose or leave
/// it.
fn values(
    title: &str,
    counts: &[(String, usize)],
    name: impl Fn(&str) -> String,
    link: impl Fn(&str) -> (bool, String),
) -> Markup {
    html! {
        @if !counts.is_empty() {
            section {
                h2 { (title) }
                ul.values {
                    @for (value, papers) in counts {
                        @let (chosen, address) = link(value);
                        li { a data-go href=(address) aria-current=[chosen.then_some("true")] title=(plain(value)) {
                            span.value { (plain(&name(value))) }
                            " "
                            span.count { (grouped(*papers)) }
                        } }
                    }
                }
            }
        }
    }
}

/// First and last day, to be typed.
fn days_form(state: &State) -> Markup {
    let words = state.words();
    let params = &state.params;
    html! {
        form.days action="/" method="get" data-go {
            label { span { (words.from) } input name="from" value=(params.from.as_deref().unwrap_or_default())
                placeholder=(words.dates_hint) size="10" autocomplete="off"; }
            label { span { (words.to) } input name="to" value=(params.to.as_deref().unwrap_or_default())
                placeholder=(words.dates_hint) size="10" autocomplete="off"; }
            @for (name, value) in [
                ("q", &params.q), ("digest_from", &params.digest_from), ("digest_to", &params.digest_to),
                ("digest", &params.digest), ("sort", &params.sort),
            ] {
                @if let Some(value) = value { input type="hidden" name=(name) value=(value); }
            }
            @for author in &params.author { input type="hidden" name="author" value=(author); }
            @if let Some(language) = state.chosen { input type="hidden" name="lang" value=(language.code()); }
            button type="submit" { (words.apply) }
        }
    }
}

/// A bar of the histogram.
struct Bar {
    /// As an address writes it: `2026` or `2026-03`.
    name: String,
    first: NaiveDate,
    last: NaiveDate,
    papers: usize,
}

/// How many papers are of each month, or year; each bar chooses its own.
fn histogram(state: &State, facets: &Facets, days: Days) -> Markup {
    let words = state.words();
    let bars = bars(facets);
    let (Some(first), Some(last)) = (bars.first(), bars.last()) else {
        return html! { @if facets.undated > 0 { p.note { (with_number(words.undated, facets.undated)) } } };
    };
    let highest = bars.iter().map(|bar| bar.papers).max().unwrap_or(1).max(1);
    let width = BAR * bars.len() as i64;
    let is_chosen =
        |bar: &Bar| days.from.is_none_or(|from| from <= bar.last) && days.to.is_none_or(|to| bar.first <= to);
    let all = days.is_all();
    html! {
        div.histogram {
            svg viewBox=(format!("0 0 {width} {HEIGHT}")) preserveAspectRatio="none" role="group"
                aria-label=(words.dates) {
                @for (at, bar) in bars.iter().enumerate() {
                    // What there is can be seen, however little.
                    @let height = (bar.papers * HEIGHT / highest).max(usize::from(bar.papers > 0) * 2);
                    @let x = BAR * at as i64;
                    a data-bar data-from=(bar.name) data-to=(bar.name) class=[(!all && is_chosen(bar)).then_some("chosen")]
                        href=(state.changed(|params| {
                            params.from = Some(bar.name.clone());
                            params.to = Some(bar.name.clone());
                            params.since = None;
                        })) aria-label=(label(words, bar)) {
                        title { (label(words, bar)) }
                        rect.room x=(x) y="0" width=(BAR) height=(HEIGHT) {}
                        rect.bar x=(x) y=(HEIGHT - height) width=(BAR - 1) height=(height) {}
                    }
                }
            }
            p.axis { span { (first.name) } @if bars.len() > 1 { span { (last.name) } } }
            @if facets.undated > 0 { p.note { (with_number(words.undated, facets.undated)) } }
        }
    }
}

fn label(words: &Words, bar: &Bar) -> String {
    let papers = match bar.papers {
        1 => words.one_paper.to_string(),
        papers => with_number(words.papers, papers),
    };
    format!("{}: {papers}", bar.name)
}

/// The bars, without a gap between the first and the last month that has a paper.
fn bars(facets: &Facets) -> Vec<Bar> {
    let number = |(year, month): (i32, u32)| i64::from(year) * 12 + i64::from(month) - 1;
    let (Some((first, _)), Some((last, _))) = (facets.months.first(), facets.months.last()) else {
        return Vec::new();
    };
    let papers_of = |such: &dyn Fn(i64) -> bool| {
        facets.months.iter().filter(|(month, _)| such(number(*month))).map(|(_, papers)| papers).sum()
    };
    let last = number(*last);
    let first = number(*first).min(last - FEWEST_MONTHS + 1);
    if last - first < MOST_MONTHS {
        let months = (first..=last).filter_map(|month| {
            let day = NaiveDate::from_ymd_opt(
                i32::try_from(month.div_euclid(12)).ok()?,
                u32::try_from(month.rem_euclid(12)).ok()? + 1,
                1,
            )?;
            Some(Bar {
                name: day.format("%Y-%m").to_string(),
                first: day,
                last: day.checked_add_months(chrono::Months::new(1))?.pred_opt()?,
                papers: papers_of(&|known| known == month),
            })
        });
        return months.collect();
    }
    let years = (first.div_euclid(12)..=last.div_euclid(12)).rev().take(MOST_YEARS as usize);
    let mut bars: Vec<Bar> = years
        .filter_map(|year| {
            let day = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, 1, 1)?;
            Some(Bar {
                name: day.format("%Y").to_string(),
                first: day,
                last: day.with_month(12)?.with_day(31)?,
                papers: papers_of(&|known| known.div_euclid(12) == year),
            })
        })
        .collect();
    bars.reverse();
    bars
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(months: &[(i32, u32)]) -> Vec<(String, usize)> {
        let months = months.iter().map(|month| (*month, 1)).collect();
        bars(&Facets { months, ..Facets::default() }).into_iter().map(|bar| (bar.name, bar.papers)).collect()
    }

    #[test]
    fn months_have_bars_and_many_of_them_years() {
        let bar = |name: &str, papers| (name.to_string(), papers);
        assert_eq!(names(&[]), []);
        let one = names(&[(2026, 3)]);
        assert_eq!((one.len(), &one[0], &one[11]), (12, &bar("2025-04", 0), &bar("2026-03", 1)));
        assert_eq!(names(&[(2025, 3), (2026, 3)])[..2], [bar("2025-03", 1), bar("2025-04", 0)]);
        assert_eq!(names(&[(2021, 12), (2022, 1), (2022, 2), (2026, 1)]).len(), 6);
        assert_eq!(
            names(&[(2021, 12), (2022, 1), (2022, 2), (2026, 1)])[..2],
            [bar("2021", 1), bar("2022", 2)]
        );
        assert_eq!(names(&[(1, 1), (2026, 1)]).len(), MOST_YEARS as usize);
    }
}
