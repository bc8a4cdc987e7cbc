//! Newer papers before older ones, mildly: a score times a factor that falls with age.

use analysis::fields::DATE;
use indexer::day_number;
use query::plan::{RECENCY, Recency};
use tantivy::columnar::Column;
use tantivy::query::{EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::{DocId, DocSet, Score, SegmentReader, TantivyError};

/// A query whose papers score higher the newer they are.
#[derive(Debug)]
pub(crate) struct RecentQuery {
    pub(crate) query: Box<dyn Query>,
    pub(crate) recency: Recency,
}

/// What the score of a paper of a day is multiplied by; days as the index numbers them.
pub(crate) fn factor(recency: Recency, day: Option<i64>) -> f32 {
    let Some(day) = day else { return 1.0 };
    let age = (day_number(recency.today) - day).max(0) as f32;
    1.0 + RECENCY * (-age / recency.half_life.max(1) as f32).exp2()
}

/// Returns the days of the papers of a segment.
pub(crate) fn days(reader: &SegmentReader) -> Result<Column<i64>, TantivyError> {
    reader.fast_fields().i64(DATE.name)
}

impl Clone for RecentQuery {
    fn clone(&self) -> RecentQuery {
        RecentQuery { query: self.query.box_clone(), recency: self.recency }
    }
}

impl Query for RecentQuery {
    fn weight(&self, scoring: EnableScoring<'_>) -> Result<Box<dyn Weight>, TantivyError> {
        Ok(Box::new(RecentWeight { weight: self.query.weight(scoring)?, recency: self.recency }))
    }
}

struct RecentWeight {
    weight: Box<dyn Weight>,
    recency: Recency,
}

impl Weight for RecentWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> Result<Box<dyn Scorer>, TantivyError> {
        let scorer = self.weight.scorer(reader, boost)?;
        Ok(Box::new(RecentScorer { scorer, days: days(reader)?, recency: self.recency }))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> Result<Explanation, TantivyError> {
        let mut explanation = Explanation::new("recency", factor(self.recency, days(reader)?.first(doc)));
        explanation.add_detail(self.weight.explain(reader, doc)?);
        Ok(explanation)
    }
}

struct RecentScorer {
    scorer: Box<dyn Scorer>,
    days: Column<i64>,
    recency: Recency,
}

impl DocSet for RecentScorer {
    fn advance(&mut self) -> DocId {
        self.scorer.advance()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        self.scorer.seek(target)
    }

    fn doc(&self) -> DocId {
        self.scorer.doc()
    }

    fn size_hint(&self) -> u32 {
        self.scorer.size_hint()
    }
}

impl Scorer for RecentScorer {
    fn score(&mut self) -> Score {
        let day = self.days.first(self.scorer.doc());
        self.scorer.score() * factor(self.recency, day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use paper::NaiveDate;

    #[test]
    fn newer_papers_score_more_and_old_ones_no_less() {
        let today = NaiveDate::from_ymd_opt(2026, 3, 31).expect("a day");
        let now = day_number(today);
        let recency = Recency { today, half_life: 100 };
        for (day, expected) in [
            (Some(now), 1.25),
            (Some(now - 100), 1.125),
            (Some(now - 200), 1.0625),
            (Some(now + 30), 1.25),
            (Some(now - 1_000_000), 1.0),
            (None, 1.0),
        ] {
            assert_eq!(factor(recency, day), expected, "{day:?}");
        }
        assert!(factor(Recency { today, half_life: 0 }, Some(now - 1)).is_finite());
    }
}
