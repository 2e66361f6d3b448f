//! The rounds of the demonstration, by framework: each opens on the day after the period it describes.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, Utc, Weekday};
use domain::round::Dates;

/// A round that will be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Occasion {
    pub(super) label: String,
    pub(super) dates: Dates,
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a date")
}

/// The financial quarters from 2022/23 Q2 to 2026/27 Q2.
pub(super) fn quarters() -> Vec<Occasion> {
    let mut quarters: Vec<_> = (0..17).map(|n| quarter(day(2022, 10, 1) + Months::new(3 * n))).collect();
    if let Some(last) = quarters.last_mut() {
        last.dates = last_dates(&last.dates);
    }
    quarters
}

/// The last round keeps clear of Christmas, and is open when the demonstration ends.
fn last_dates(usual: &Dates) -> Dates {
    let year = usual.opens.year();
    Dates {
        due: day(year, 11, 13),
        closes: day(year, 12, 18),
        moderate_by: Some(day(year + 1, 1, 29)),
        publish_on: Some(day(year + 1, 1, 15)),
        ..usual.clone()
    }
}

/// The financial years from 2022/23 to 2025/26.
pub(super) fn years() -> Vec<Occasion> {
    let year = |opens: NaiveDate| Occasion::new(financial_year(opens - Days::new(1)), opens);
    (0..4).map(|n| year(day(2023, 4, 1) + Months::new(12 * n))).collect()
}

/// The halves of financial years from 2024/25 H1 to 2025/26 H2.
pub(super) fn half_years() -> Vec<Occasion> {
    let half = |opens: NaiveDate| {
        let ends = opens - Days::new(1);
        let number = if ends.month() == 9 { 1 } else { 2 };
        Occasion::new(format!("{} H{number}", financial_year(ends)), opens)
    };
    (0..4).map(|n| half(day(2024, 10, 1) + Months::new(6 * n))).collect()
}

/// The day on which boards took office, and the end of that year.
pub(super) fn first_days() -> Vec<Occasion> {
    let first = Occasion::new("July 2022".to_owned(), day(2022, 7, 2));
    let second = Occasion::new("December 2022".to_owned(), day(2023, 1, 1));
    vec![first, second]
}

fn quarter(opens: NaiveDate) -> Occasion {
    let ends = opens - Days::new(1);
    let number = (ends.month() + 8) % 12 / 3 + 1;
    Occasion::new(format!("{} Q{number}", financial_year(ends)), opens)
}

/// Such as 2025/26.
fn financial_year(day: NaiveDate) -> String {
    let year = day.year() - i32::from(day.month() < 4);
    format!("{year}/{:02}", (year + 1) % 100)
}

impl Occasion {
    fn new(label: String, opens: NaiveDate) -> Self {
        let dates = Dates {
            reference: opens - Days::new(1),
            opens,
            due: opens + Days::new(6 * 7),
            closes: opens + Days::new(10 * 7),
            moderate_by: Some(opens + Days::new(14 * 7)),
            publish_on: Some(opens + Days::new(13 * 7)),
        };
        Self { label, dates }
    }

    /// Whether it is still under way when the demonstration ends.
    pub(super) fn is_last(&self) -> bool {
        self.dates.closes > super::end().date_naive()
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
            let Occasion { label, dates } = &quarters[n];
            format!("{label}: {} {} {} {}", dates.reference, dates.opens, dates.due, dates.closes)
        };
        assert_eq!(told(0), "2022/23 Q2: 2022-09-30 2022-10-01 2022-11-12 2022-12-10");
        assert_eq!(told(2), "2022/23 Q4: 2023-03-31 2023-04-01 2023-05-13 2023-06-10");
        assert_eq!(told(14), "2025/26 Q4: 2026-03-31 2026-04-01 2026-05-13 2026-06-10");
        assert_eq!(told(15), "2026/27 Q1: 2026-06-30 2026-07-01 2026-08-12 2026-09-09");
        assert_eq!(told(16), "2026/27 Q2: 2026-09-30 2026-10-01 2026-11-13 2026-12-18");
        let moderated = |n: usize| quarters[n].dates.moderate_by.map(|day| day.to_string());
        assert_eq!(moderated(0).as_deref(), Some("2023-01-07"));
        assert_eq!(moderated(16).as_deref(), Some("2027-01-29"));
    }

    #[test]
    fn other_frameworks_are_assessed_by_year_and_half_year_and_once_more_at_the_start() {
        let told = |occasions: Vec<Occasion>| {
            let told = |occasion: Occasion| format!("{}: {}", occasion.label, occasion.dates.reference);
            occasions.into_iter().map(told).collect::<Vec<_>>()
        };
        assert_eq!(told(years())[..2], ["2022/23: 2023-03-31", "2023/24: 2024-03-31"]);
        assert_eq!(told(half_years())[..2], ["2024/25 H1: 2024-09-30", "2024/25 H2: 2025-03-31"]);
        assert_eq!(told(first_days()), ["July 2022: 2022-07-01", "December 2022: 2022-12-31"]);
        let under_way =
            |occasions: Vec<Occasion>| occasions.iter().filter(|occasion| occasion.is_last()).count();
        assert_eq!([quarters(), years(), half_years(), first_days()].map(under_way), [1, 0, 0, 0]);
    }

    #[test]
    fn nobody_works_at_the_weekend() {
        let first = &quarters()[0];
        assert_eq!(first.dates.opens.weekday(), Weekday::Sat);
        let days: Vec<_> = (0..4).map(|n| first.working_day(n).to_string()).collect();
        assert_eq!(days, ["2022-10-03", "2022-10-03", "2022-10-03", "2022-10-04"]);
    }
}
