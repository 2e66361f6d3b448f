//! Contesting, publishing and correcting.

use domain::access::Action;
use domain::assessment::Stage;
use domain::ledger::Event;
use domain::moderation::ModerateItem;
use domain::note::NewNote;
use domain::publication::{PublishAssessments, PublishItem};
use domain::rating::{Outcome, Value};
use domain::refusal::Why;

use crate::act::{mint, refusals, told};
use crate::form::{ASSESSMENT, Form, REVISION, day, judgement, level, own, says, text};

const TODAY: &str = "2027-01-30";

/// The first three elements were judged one lower.
fn shared() -> Form {
    let form = Form::new(Stage::Moderated);
    form.moderated(0, level(1)).moderated(1, level(1)).moderated(2, level(1))
}

fn nowhere() -> NewNote {
    NewNote { element: "none".into(), text: text("words") }
}

#[test]
fn only_what_the_region_judged_is_contested_each_once() {
    let form = shared().lapsed(3, level(1)).moderated(4, Value::Cleared).contested(2, false);
    for (items, expected) in [
        (vec![], vec![]),
        (vec![form.note(0), form.note(1)], vec![]),
        (vec![form.note(2)], vec![]),
        (vec![form.note(0), form.note(5)], vec!["INVALID_INPUT items.1.element"]),
        (vec![form.note(3)], vec!["INVALID_INPUT items.0.element"]),
        (vec![form.note(4)], vec!["INVALID_INPUT items.0.element"]),
        (vec![nowhere()], vec!["UNKNOWN_ELEMENT items.0.element"]),
        (vec![form.note(0), form.note(0)], vec!["INVALID_INPUT items.1.element"]),
    ] {
        assert_eq!(told(form.contest(items.clone(), day(TODAY))), expected, "{items:?}");
    }
}

#[test]
fn every_open_contest_is_answered_when_it_is_published_and_nothing_else_is() {
    let form = shared().contested(0, false).contested(1, true).contested(2, false);
    for (answers, expected) in [
        (vec![form.note(2), form.note(0)], vec![]),
        (vec![form.note(0)], vec!["REASON_REQUIRED items.0.answers"]),
        (vec![], vec!["REASON_REQUIRED items.0.answers"]),
        (vec![form.note(0), form.note(2), form.note(1)], vec!["INVALID_INPUT items.0.answers.2.element"]),
        (
            vec![form.note(5), form.note(0)],
            vec!["INVALID_INPUT items.0.answers.0.element", "REASON_REQUIRED items.0.answers"],
        ),
        (vec![form.note(0), nowhere()], vec!["UNKNOWN_ELEMENT items.0.answers.1.element"]),
        (vec![form.note(0), form.note(0)], vec!["INVALID_INPUT items.0.answers.1.element"]),
    ] {
        assert_eq!(told(form.publish(answers.clone(), day(TODAY))), expected, "{answers:?}");
    }
    let unanswered = Why::Unanswered(2).at(["items", "0", "answers"]);
    assert_eq!(refusals(form.publish(Vec::new(), day(TODAY))), [unanswered], "it says how many");
}

#[test]
fn a_moderation_is_shared_before_it_is_published() {
    let submitted = || Form::new(Stage::Submitted);
    let not_shared = vec![Why::NotShared.at(["items", "0", "assessment"])];
    for (what, form, expected) in [
        ("nothing moderated", submitted(), vec![]),
        ("lapsed", submitted().lapsed(0, level(1)), vec![]),
        ("taken back", submitted().moderated(0, Value::Cleared), vec![]),
        ("agreement", submitted().moderated(0, level(2)), not_shared.clone()),
        ("a difference", submitted().moderated(0, level(1)), not_shared),
        ("shared", shared(), vec![]),
    ] {
        assert_eq!(refusals(form.publish(Vec::new(), day(TODAY))), expected, "{what}");
    }
}

#[test]
fn a_batch_to_publish_has_1_to_100_assessments_each_once() {
    let item = || PublishItem { assessment: ASSESSMENT, expected_revision: REVISION, answers: Vec::new() };
    let form = Form::new(Stage::Submitted);
    let twice: Vec<_> = (1..100).map(|i| format!("INVALID_INPUT items.{i}.assessment")).collect();
    for (count, expected) in [
        (0, vec!["INVALID_INPUT items".to_owned()]),
        (1, vec![]),
        (100, twice),
        (101, vec!["INVALID_INPUT items".to_owned()]),
    ] {
        let items = (0..count).map(|_| item()).collect();
        let papers: Vec<_> = (0..count).map(|_| form.granted()).collect();
        let decided = PublishAssessments { items, dry_run: false }.decide(&papers, day(TODAY), &mut mint());
        assert_eq!(told(decided), expected, "{count}");
    }
}

#[test]
fn a_correction_changes_the_published_value() {
    // Moderated: 0 lower, 1 the same. Not moderated: 2. Lapsed: 3.
    let form = Form::new(Stage::Published).moderated(0, level(1)).moderated(1, level(2)).lapsed(3, level(1));
    let item = |element| form.judges(element);
    let to = |element, key| ModerateItem { outcome: says(key), ..item(element) };
    let back = |element| ModerateItem { outcome: Outcome::Cleared, ..item(element) };
    let not_applicable = Outcome::NotApplicable(text("there is none"));
    let same = |item: usize| {
        let item = item.to_string();
        vec![Why::Invalid("this is the published value already".into()).at(["items", &item, "outcome"])]
    };
    for (items, expected) in [
        (vec![to(0, "developing")], vec![]),
        (vec![to(0, "emerging")], same(0)),
        (vec![back(0)], vec![]),
        (vec![to(1, "thriving")], vec![]),
        (vec![to(1, "developing")], same(0)),
        (vec![back(1)], same(0)),
        (vec![to(2, "maturing"), to(0, "emerging")], same(1)),
        (vec![back(2)], same(0)),
        (vec![to(3, "developing")], same(0)),
        (vec![to(3, "emerging")], vec![]),
        (vec![ModerateItem { outcome: not_applicable, ..item(2) }], vec![]),
        (vec![ModerateItem { of: own(9), ..to(2, "maturing") }], vec![stale_of(2)]),
        (vec![to(2, "perfect")], vec![Why::UnknownLevel.at(["items", "0", "outcome"])]),
        (
            vec![to(2, "maturing"), to(2, "thriving")],
            vec![Why::Invalid("this element stands twice in the list".into()).at(["items", "1", "element"])],
        ),
        // Its revision is guarded as a whole.
        (vec![ModerateItem { replaces: Some(judgement(7)), ..to(2, "maturing") }], vec![]),
    ] {
        assert_eq!(refusals(form.correct(items.clone(), day("2027-05-01"))), expected, "{items:?}");
    }
}

fn stale_of(element: usize) -> domain::refusal::Refusal {
    Why::StaleRating { current_revision: REVISION, current: Some(own(element)) }.at(["items", "0", "of"])
}

#[test]
fn the_reason_of_a_correction_stands_for_items_without_one() {
    let form = Form::new(Stage::Published);
    let to = |element, reason| ModerateItem { outcome: says("maturing"), reason, ..form.judges(element) };
    let items = vec![to(0, None), to(1, Some(text("for itself")))];
    let decision = form.correct(items, day("2027-05-01")).expect("it is taken");
    let Event::RatingsCorrected(event) = &decision.event else { panic!("{decision:?}") };
    let words = |id| decision.texts.iter().find(|text| text.item.id == id).map(|text| text.text.as_str());
    let rationale = event.items.iter().map(|item| item.rationale.and_then(|text| words(text.id)));
    assert_eq!(rationale.collect::<Vec<_>>(), [Some("why"), Some("for itself")]);
    assert_eq!(words(event.reason.id), Some("why"));
}

#[test]
fn an_acceptance_is_a_response_without_contests() {
    let accepted = shared().contest(Vec::new(), day(TODAY)).expect("it is taken").event;
    let Event::ModerationContested(event) = accepted else { panic!("{accepted:?}") };
    assert_eq!((event.revision, event.contests), (REVISION + 1, vec![]));
    let contested = shared().act(Action::Contest, day(TODAY)).expect("it is taken").event;
    let Event::ModerationContested(event) = contested else { panic!("{contested:?}") };
    assert_eq!(event.contests.len(), 1);
}
