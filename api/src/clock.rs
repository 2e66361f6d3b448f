//! The only place that asks what time it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Europe::London;
use domain::ledger::RecordedAt;
use domain::lens::Now;

/// The wall clock, or one that is moved by hand: by the demonstration and by tests.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    by_hand: Option<Arc<AtomicI64>>,
}

impl Clock {
    pub fn by_hand(start: DateTime<Utc>) -> Self {
        Self { by_hand: Some(Arc::new(AtomicI64::new(start.timestamp_micros()))) }
    }

    /// Moves a clock that is moved by hand; the wall clock stays as it is.
    pub fn set(&self, to: DateTime<Utc>) {
        if let Some(micros) = &self.by_hand {
            micros.store(to.timestamp_micros(), Ordering::SeqCst);
        }
    }

    #[expect(clippy::disallowed_methods, reason = "this is where the time comes from")]
    pub fn instant(&self) -> RecordedAt {
        match &self.by_hand {
            Some(micros) => RecordedAt(micros.load(Ordering::SeqCst)),
            None => RecordedAt(Utc::now().timestamp_micros()),
        }
    }

    pub fn now(&self) -> Now {
        let instant = self.instant();
        Now { instant, today: today(instant) }
    }
}

/// The date in Europe/London at an instant.
pub fn today(instant: RecordedAt) -> NaiveDate {
    instant.to_utc().with_timezone(&London).date_naive()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn today_is_the_date_in_london() {
        let at = |text: &str| RecordedAt(text.parse::<DateTime<Utc>>().unwrap().timestamp_micros());
        assert_eq!(today(at("2026-07-01T23:30:00Z")).to_string(), "2026-07-02", "British Summer Time");
        assert_eq!(today(at("2026-12-01T23:30:00Z")).to_string(), "2026-12-01");
    }
}
