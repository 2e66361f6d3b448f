//! The rounds of the demonstration: one for each financial quarter.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, Utc, Weekday};
use domain::round::Dates;

const FIRST_OPENING: NaiveDate = NaiveDate::from_ymd_opt(2022, 10, 1).expect("a date");
const ROUNDS: u32 = 17;

/// A round by its quarter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Quarter {
    pub(super) label: String,
    pub(super) dates: Dates,
}

pub(super) fn quarters() -> Vec<Quarter> {
    let mut quarters: Vec<_> =
        (0..ROUNDS).map(|n| Quarter::that_opens(FIRST_OPENING + Months::new(3 * n))).collect();
    if let Some(last) = quarters.last_mut() {
        last.dates = last_dates(&last.dates);
    }
    quarters
}

/// The last round keeps clear of Christmas, and is open when the demonstration ends.
fn last_dates(usual: &Dates) -> Dates {
    let day = |month, day| NaiveDate::from_ymd_opt(usual.opens.year(), month, day).expect("a date");
    let january = |day| NaiveDate::from_ymd_opt(usual.opens.year() + 1, 1, day).expect("a date");
    Dates {
        due: day(11, 27),
        closes: day(12, 18),
        moderate_by: Some(january(29)),
        publish_on: Some(january(15)),
        ..usual.clone()
    }
}

impl Quarter {
    /// A round opens on the day after its quarter.
    fn that_opens(opens: NaiveDate) -> Self {
        let begins = opens - Months::new(3);
        let year = begins.year() - i32::from(begins.month() < 4);
        let number = (begins.month() + 8) % 12 / 3 + 1;
        Self {
            label: format!("{year}/{:02} Q{number}", (year + 1) % 100),
            dates: Dates {
                reference: opens - Days::new(1),
                opens,
                due: opens + Days::new(6 * 7),
                closes: opens + Days::new(10 * 7),
                moderate_by: Some(opens + Days::new(14 * 7)),
                publish_on: Some(opens + Days::new(13 * 7)),
            },
        }
    }

    /// The working day on or after a day of the round, counted from its opening.
    pub(super) fn working_day(&self, after_opening: u64) -> NaiveDate {
        let day = self.dates.opens + Days::new(after_opening);
        match day.weekday() {
            Weekday::Sat => day + Days::new(2),
            Weekday::Sun => day + Days::new(1),
            _ => day,
        }
    }
}

pub(super) fn instant(day: NaiveDate, hour: u32) -> DateTime<Utc> {
    day.and_time(NaiveTime::from_hms_opt(hour, 0, 0).expect("an hour")).and_utc()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_follow_the_financial_quarters() {
        let quarters = quarters();
        assert_eq!(quarters.len(), 17);
        let told = |n: usize| {
            let Quarter { label, dates } = &quarters[n];
            format!("{label}: {} {} {} {}", dates.reference, dates.opens, dates.due, dates.closes)
        };
        assert_eq!(told(0), "2022/23 Q2: 2022-09-30 2022-10-01 2022-11-12 2022-12-10");
        assert_eq!(told(2), "2022/23 Q4: 2023-03-31 2023-04-01 2023-05-13 2023-06-10");
        assert_eq!(told(14), "2025/26 Q4: 2026-03-31 2026-04-01 2026-05-13 2026-06-10");
        assert_eq!(told(15), "2026/27 Q1: 2026-06-30 2026-07-01 2026-08-12 2026-09-09");
        assert_eq!(told(16), "2026/27 Q2: 2026-09-30 2026-10-01 2026-11-27 2026-12-18");
        let moderated = |n: usize| quarters[n].dates.moderate_by.map(|day| day.to_string());
        assert_eq!(moderated(0).as_deref(), Some("2023-01-07"));
        assert_eq!(moderated(16).as_deref(), Some("2027-01-29"));
    }

    #[test]
    fn nobody_works_at_the_weekend() {
        let first = &quarters()[0];
        assert_eq!(first.dates.opens.weekday(), Weekday::Sat);
        let days: Vec<_> = (0..4).map(|n| first.working_day(n).to_string()).collect();
        assert_eq!(days, ["2022-10-03", "2022-10-03", "2022-10-03", "2022-10-04"]);
    }
}
