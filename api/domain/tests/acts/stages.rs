//! Stage and day: when each act is taken, and with what it is refused otherwise.

use domain::access::Action;
use domain::assessment::Stage;
use domain::refusal::{Refusal, Why};

use crate::act::refusals;
use crate::form::{ACTOR, Form, day, everybody, level};

const STAGES: [Stage; 6] =
    [Stage::Draft, Stage::Submitted, Stage::Returned, Stage::Moderated, Stage::Published, Stage::Withdrawn];

const ACTS: [Action; 11] = [
    Action::Rate,
    Action::RecordEvidence,
    Action::Submit,
    Action::Withdraw,
    Action::Return,
    Action::Moderate,
    Action::ShareModeration,
    Action::Contest,
    Action::Publish,
    Action::Correct,
    Action::Retract,
];

/// `yes`: taken. Else refused with `ROUND_NOT_OPEN`, which names the last day: `closes` (18 December), `moderate` (by 31 January)
/// or `respond` (by 7 February). In every stage that has no line, an act is refused with `WRONG_STAGE`.
const TABLE: &str = "
    act              stage      2026-09-30 2026-10-01 2026-12-18 2026-12-19 2027-01-31 2027-02-01 2027-02-07 2027-02-08
    RATE             DRAFT      closes     yes        yes        closes     closes     closes     closes     closes
    RATE             RETURNED   moderate   yes        yes        yes        yes        moderate   moderate   moderate
    RECORD_EVIDENCE  DRAFT      closes     yes        yes        closes     closes     closes     closes     closes
    RECORD_EVIDENCE  RETURNED   moderate   yes        yes        yes        yes        moderate   moderate   moderate
    SUBMIT           DRAFT      closes     yes        yes        closes     closes     closes     closes     closes
    SUBMIT           RETURNED   moderate   yes        yes        yes        yes        moderate   moderate   moderate
    WITHDRAW         DRAFT      yes        yes        yes        yes        yes        yes        yes        yes
    WITHDRAW         RETURNED   yes        yes        yes        yes        yes        yes        yes        yes
    WITHDRAW         SUBMITTED  yes        yes        yes        yes        yes        yes        yes        yes
    RETURN           SUBMITTED  moderate   yes        yes        yes        yes        moderate   moderate   moderate
    MODERATE         SUBMITTED  moderate   yes        yes        yes        yes        moderate   moderate   moderate
    MODERATE         MODERATED  yes        yes        yes        yes        yes        yes        yes        yes
    SHARE_MODERATION SUBMITTED  yes        yes        yes        yes        yes        yes        yes        yes
    CONTEST          MODERATED  yes        yes        yes        yes        yes        yes        yes        respond
    PUBLISH          SUBMITTED  yes        yes        yes        yes        yes        yes        yes        yes
    PUBLISH          MODERATED  yes        yes        yes        yes        yes        yes        yes        yes
    CORRECT          PUBLISHED  yes        yes        yes        yes        yes        yes        yes        yes
    RETRACT          PUBLISHED  yes        yes        yes        yes        yes        yes        yes        yes
";

/// A form to which only stage and day can stand in the way of the act.
fn ready(action: Action, stage: Stage) -> Form {
    let form = Form::new(stage);
    match (action, stage) {
        (Action::ShareModeration | Action::Contest, _) => form.moderated(0, level(1)),
        (Action::Moderate, Stage::Moderated) => form.moderated(0, level(1)).contested(0, false),
        _ => form,
    }
}

fn expected(cell: &str) -> Option<Why> {
    let (from, to) = match cell {
        "yes" => return None,
        "closes" => ("2026-10-01", "2026-12-18"),
        "moderate" => ("2026-10-01", "2027-01-31"),
        "respond" => ("2027-01-28", "2027-02-07"),
        other => panic!("{other}"),
    };
    Some(Why::RoundNotOpen { from: day(from), to: day(to) })
}

#[test]
fn every_act_is_taken_in_its_stages_on_its_days_and_never_else() {
    let mut lines = TABLE.lines().filter(|line| !line.trim().is_empty());
    let days: Vec<_> = lines.next().expect("a head").split_whitespace().skip(2).map(day).collect();
    let rows: Vec<Vec<_>> = lines.map(|line| line.split_whitespace().collect()).collect();
    let mut used = 0;
    for (action, stage) in ACTS.into_iter().flat_map(|action| STAGES.map(|stage| (action, stage))) {
        let row = rows.iter().find(|row| row[..2] == [action.as_str(), stage.as_str()]);
        used += usize::from(row.is_some());
        for (column, today) in days.iter().enumerate() {
            let form = ready(action, stage);
            let why = row.map_or(Some(Why::WrongStage(stage)), |row| expected(row[column + 2]));
            let path: &[&str] = if action == Action::Publish { &["items", "0", "assessment"] } else { &[] };
            let refused: Vec<Refusal> = why.iter().map(|why| why.clone().at(path)).collect();
            assert_eq!(refusals(form.act(action, *today)), refused, "{action} {stage} on {today}");
            let paper = form.paper();
            let acts = paper.assessment.acts(&everybody(), &paper.round, *today, Some(paper));
            let against = acts.into_iter().find(|(act, _)| *act == action).expect("it is listed").1;
            assert_eq!(against, Vec::from_iter(why), "what stands against it is told before");
        }
    }
    assert_eq!(used, rows.len(), "a line of the table was not read");
}

#[test]
fn more_time_moves_every_last_day_of_the_round_and_none_to_an_earlier_one() {
    let closes = |to: &str| Some(Why::RoundNotOpen { from: day("2026-10-01"), to: day(to) });
    for (action, stage, until, today, why) in [
        (Action::Submit, Stage::Draft, "2027-01-10", "2027-01-10", None),
        (Action::Submit, Stage::Draft, "2027-01-10", "2027-01-11", closes("2027-01-10")),
        (Action::Submit, Stage::Draft, "2026-12-10", "2026-12-18", None),
        (Action::Submit, Stage::Draft, "2026-12-10", "2026-12-19", closes("2026-12-18")),
        (Action::Rate, Stage::Returned, "2027-01-10", "2027-01-31", None),
        (Action::Rate, Stage::Returned, "2027-02-10", "2027-02-10", None),
        (Action::Moderate, Stage::Submitted, "2027-02-10", "2027-02-10", None),
        (Action::Moderate, Stage::Submitted, "2027-02-10", "2027-02-11", closes("2027-02-10")),
        (
            Action::Contest,
            Stage::Moderated,
            "2027-03-01",
            "2027-02-08",
            Some(Why::RoundNotOpen { from: day("2027-01-28"), to: day("2027-02-07") }),
        ),
    ] {
        let form = ready(action, stage).extended(until);
        let refused: Vec<_> = why.map(|why| why.at::<&str>([])).into_iter().collect();
        assert_eq!(refusals(form.act(action, day(today))), refused, "{action} until {until} on {today}");
    }
}

#[test]
fn what_acts_on_the_whole_expects_the_revision_that_is_there() {
    for (action, stage) in [
        (Action::Submit, Stage::Draft),
        (Action::Withdraw, Stage::Draft),
        (Action::Return, Stage::Submitted),
        (Action::ShareModeration, Stage::Submitted),
        (Action::Contest, Stage::Moderated),
        (Action::Publish, Stage::Submitted),
        (Action::Correct, Stage::Published),
        (Action::Retract, Stage::Published),
    ] {
        let form = ready(action, stage).at_revision(6);
        let path = ["items", "0", "expectedRevision"];
        let path = if action == Action::Publish { &path[..] } else { &path[2..] };
        let stale = Why::StaleAssessment { current_revision: 6 }.at(path);
        assert_eq!(refusals(form.act(action, day("2026-11-01"))), [stale], "{action}");
    }
}

#[test]
fn a_retraction_is_final() {
    for action in [Action::Correct, Action::Retract] {
        let form = Form::new(Stage::Published).retracted();
        assert_eq!(refusals(form.act(action, day("2027-03-01"))), [Why::Retracted.at::<&str>([])]);
    }
}

#[test]
fn whoever_submitted_does_not_judge() {
    for (action, stage) in [
        (Action::Moderate, Stage::Submitted),
        (Action::Moderate, Stage::Moderated),
        (Action::ShareModeration, Stage::Submitted),
        (Action::Correct, Stage::Published),
    ] {
        let form = ready(action, stage).submitted_by(ACTOR);
        assert_eq!(refusals(form.act(action, day("2026-11-01"))), [Why::SamePerson.at::<&str>([])]);
    }
    for (action, stage) in [(Action::Return, Stage::Submitted), (Action::Publish, Stage::Submitted)] {
        let form = ready(action, stage).submitted_by(ACTOR);
        assert_eq!(refusals(form.act(action, day("2026-11-01"))), [], "{action} judges nothing");
    }
}
