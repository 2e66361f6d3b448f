//! `viewerActs` is as good as its word for roles, stages, policies and days drawn by chance, the same ones in each run.

use proptest::prelude::Strategy;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::acts::{MODERATE_BY, STAGES, Thing, everybody};
use super::planted::announce_a_successor;
use crate::harness::app::App;

const CASES: usize = 90;

/// Days on which something begins or ends in the rounds of these tests, and their neighbours: the first day, the due day,
/// the last day, the last day for moderation, and what the policy gives for a response to it.
const DAYS: [&str; 15] = [
    "2026-09-30",
    "2026-10-01",
    "2026-10-02",
    "2026-11-30",
    "2026-12-01",
    "2026-12-02",
    "2026-12-17",
    "2026-12-18",
    "2026-12-19",
    "2027-01-30",
    "2027-01-31",
    "2027-02-01",
    "2026-11-22",
    "2027-06-30",
    "2028-01-01",
];

/// London is on Greenwich time on all of these days but the first in a half-year of summer time.
const HOURS: [&str; 4] = ["00:00:00", "11:59:59", "22:59:59", "23:59:59"];

on_both! {
    async fn whoever_it_is_whatever_the_stage_and_the_day_an_act_is_allowed_when_it_succeeds(app: &App) {
        announce_a_successor(app).await;
        let mut people = everybody(app).await.to_vec();
        people.push(("other lead", app.lead_of("QOP").await));
        people.push(("successor's lead", app.lead_of("QOQ").await));
        people.push(("successor's contributor", app.contributor_to("QOQ").await));
        let stages = [STAGES.as_slice(), &["not started"]].concat();
        let cases = (select(stages), 0..people.len(), select(DAYS.to_vec()), select(HOURS.to_vec()), select(vec![None, MODERATE_BY]));
        let mut chance = TestRunner::deterministic();
        for case in 0..CASES {
            let (stage, who, day, hour, moderate_by) = cases.new_tree(&mut chance).unwrap().current();
            let (who, person) = &people[who];
            let mut thing = Thing::make(app, stage, 1_000 * (case + 1), moderate_by).await;
            let time = format!("{day}T{hour}Z");
            app.at(&time);
            thing.compare(person, &time, &format!("case {case}: {stage}, {who}, {time}, {moderate_by:?}")).await;
        }
    }
}
