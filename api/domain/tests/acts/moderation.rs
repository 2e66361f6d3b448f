//! Returning, moderating and sharing.

use domain::assessment::Stage;
use domain::batch::Batch;
use domain::ledger::Event;
use domain::moderation::{ElementsModerated, ModerateItem};
use domain::note::NewNote;
use domain::rating::{Outcome, Value};
use domain::refusal::Why;
use domain::submission::ReturnAssessment;

use crate::act::{mint, refusals, told};
use crate::form::{ASSESSMENT, Form, REVISION, day, judgement, level, own, says, text};

const TODAY: &str = "2026-11-01";

fn submitted() -> Form {
    Form::new(Stage::Submitted)
}

fn moderated(form: &Form, item: ModerateItem) -> ElementsModerated {
    match form.moderate(vec![item], day(TODAY)).expect("it is taken").event {
        Event::ElementsModerated(event) => event,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_an_item_of_a_moderation_is_refused_with() {
    let form = submitted().moderated(1, level(1)).lapsed(2, level(1)).moderated(3, Value::Cleared);
    let form = form.rated(4, Value::NotApplicable);
    let item = |element| form.judges(element);
    let to = |element, key| ModerateItem { outcome: says(key), ..item(element) };
    let because = |item| ModerateItem { reason: Some(text("seen otherwise")), ..item };
    let not_applicable = Outcome::NotApplicable(text("there is none"));
    let stale = |field: &str| vec![format!("STALE_REVISION items.0.{field}")];
    let ok = Vec::new;
    for (items, expected) in [
        (vec![item(0)], ok()),
        (vec![because(to(0, "thriving"))], ok()),
        (vec![to(0, "thriving")], vec!["REASON_REQUIRED items.0.reason".to_owned()]),
        (vec![to(4, "developing")], vec!["REASON_REQUIRED items.0.reason".to_owned()]),
        (vec![because(to(4, "developing"))], ok()),
        (vec![ModerateItem { outcome: not_applicable.clone(), ..item(0) }], ok()),
        (vec![ModerateItem { outcome: Outcome::Cleared, ..item(1) }], ok()),
        (vec![to(0, "perfect")], vec!["UNKNOWN_LEVEL items.0.outcome".to_owned()]),
        (
            vec![ModerateItem { element: "none".into(), ..item(0) }],
            vec!["UNKNOWN_ELEMENT items.0.element".to_owned()],
        ),
        (vec![item(0), item(0)], vec!["INVALID_INPUT items.1.element".to_owned()]),
        (vec![ModerateItem { of: own(9), ..item(0) }], stale("of")),
        (vec![ModerateItem { replaces: Some(judgement(0)), ..item(0) }], stale("replaces")),
        (vec![ModerateItem { replaces: None, ..item(1) }], stale("replaces")),
        // What lapsed or was taken back stands no more.
        (vec![item(2)], ok()),
        (vec![item(3)], ok()),
        (vec![ModerateItem { replaces: Some(judgement(2)), ..item(2) }], stale("replaces")),
        (vec![ModerateItem { replaces: Some(judgement(3)), ..item(3) }], stale("replaces")),
        (vec![], vec!["INVALID_INPUT items".to_owned()]),
        (vec![item(0); 201], vec!["INVALID_INPUT items".to_owned()]),
        (
            vec![ModerateItem { of: own(9), replaces: Some(judgement(0)), ..to(0, "perfect") }],
            vec![
                "STALE_REVISION items.0.of".to_owned(),
                "UNKNOWN_LEVEL items.0.outcome".to_owned(),
                "STALE_REVISION items.0.replaces".to_owned(),
            ],
        ),
    ] {
        assert_eq!(told(form.moderate(items.clone(), day(TODAY))), expected, "{items:?}");
    }
}

#[test]
fn a_judgement_names_what_it_judged_and_supersedes_what_was_judged_before() {
    let form = submitted().moderated(1, level(1)).lapsed(2, level(1));
    for (element, supersedes) in [(0, None), (1, Some(judgement(1))), (2, Some(judgement(2)))] {
        let event = moderated(&form, form.judges(element));
        assert_eq!((event.revision, event.items[0].judged), (REVISION + 1, own(element)));
        assert_eq!(event.items[0].supersedes, supersedes);
    }
}

#[test]
fn a_judgement_counts_while_the_rating_that_it_judged_stands() {
    for (what, form, counts, difference, agreed) in [
        ("none", submitted(), None, None, level(2)),
        ("one", submitted().moderated(0, level(1)), Some(level(1)), Some(-1), level(1)),
        ("a higher one", submitted().moderated(0, level(4)), Some(level(4)), Some(2), level(4)),
        ("one that lapsed", submitted().lapsed(0, level(1)), None, None, level(2)),
        ("one that was taken back", submitted().moderated(0, Value::Cleared), None, None, level(2)),
        (
            "not applicable",
            submitted().moderated(0, Value::NotApplicable),
            Some(Value::NotApplicable),
            None,
            Value::NotApplicable,
        ),
    ] {
        let paper = form.paper();
        assert_eq!(paper.moderation(0).map(|rating| rating.value), counts, "{what}");
        assert_eq!(paper.difference(0), difference, "{what}");
        assert_eq!(paper.agreed(0).map(|rating| rating.value), Some(agreed), "{what}");
    }
}

#[test]
fn once_shared_only_open_contests_are_judged_again() {
    let form =
        Form::new(Stage::Moderated).moderated(0, level(1)).moderated(1, level(1)).moderated(2, level(1));
    let form = form.contested(1, false).contested(2, true);
    for (element, expected) in [
        (0, vec![Why::NotContested.at(["items", "0", "element"])]),
        (1, vec![]),
        (2, vec![Why::NotContested.at(["items", "0", "element"])]),
        (3, vec![Why::NotContested.at(["items", "0", "element"])]),
    ] {
        assert_eq!(refusals(form.moderate(vec![form.judges(element)], day(TODAY))), expected, "{element}");
    }
}

#[test]
fn the_good_items_of_a_batch_are_taken_where_that_is_asked_for() {
    let form = submitted();
    let bad = |element| ModerateItem { outcome: says("perfect"), ..form.judges(element) };
    let items = vec![bad(0), form.judges(1), bad(2)];
    let all = ["UNKNOWN_LEVEL items.0.outcome", "UNKNOWN_LEVEL items.2.outcome"];
    assert_eq!(told(form.moderate_as(Batch::AllOrNothing, items.clone(), day(TODAY))), all);
    let taken = form.moderate_as(Batch::ApplyValid, items, day(TODAY)).expect("one is good").event;
    let Event::ElementsModerated(event) = taken else { panic!("{taken:?}") };
    assert_eq!(event.items.iter().map(|item| item.item).collect::<Vec<_>>(), [1]);
    assert_eq!(event.refused.iter().map(|refused| refused.item).collect::<Vec<_>>(), [0, 2]);
    let nothing_good = form.moderate_as(Batch::ApplyValid, vec![bad(0)], day(TODAY));
    assert_eq!(told(nothing_good), ["UNKNOWN_LEVEL items.0.outcome"]);
}

#[test]
fn something_that_stands_is_shared_and_nothing_else() {
    use domain::access::Action;
    let nothing = Why::Invalid("nothing is moderated: publish the assessment as it is".into());
    let refused = vec![nothing.at::<&str>([])];
    for (what, form, expected) in [
        ("nothing", submitted(), refused.clone()),
        ("what lapsed", submitted().lapsed(0, level(1)), refused.clone()),
        ("what was taken back", submitted().moderated(0, Value::Cleared), refused),
        ("agreement", submitted().moderated(0, level(2)), vec![]),
        ("a difference", submitted().moderated(0, level(1)), vec![]),
    ] {
        assert_eq!(refusals(form.act(Action::ShareModeration, day(TODAY))), expected, "{what}");
    }
}

#[test]
fn the_days_to_respond_are_those_of_the_policy() {
    use domain::access::Action;
    for (days, until) in [(0, "2026-11-01"), (10, "2026-11-11"), (366, "2027-11-02")] {
        let form = submitted().moderated(0, level(1)).policy(|policy| policy.response_days = days);
        let shared = form.act(Action::ShareModeration, day(TODAY)).expect("it is shared").event;
        let Event::ModerationShared(event) = shared else { panic!("{shared:?}") };
        assert_eq!((event.on, event.respond_by), (day(TODAY), day(until)));
    }
}

#[test]
fn a_return_takes_a_note_on_each_element_once() {
    let form = submitted();
    let strange = NewNote { element: "none".into(), text: text("words") };
    for (notes, expected) in [
        (vec![], vec![]),
        (vec![form.note(0), form.note(1)], vec![]),
        (vec![form.note(0), strange], vec!["UNKNOWN_ELEMENT notes.1.element"]),
        (vec![form.note(0), form.note(1), form.note(0)], vec!["INVALID_INPUT notes.2.element"]),
    ] {
        let command = ReturnAssessment {
            assessment: ASSESSMENT,
            expected_revision: REVISION,
            reason: text("why"),
            notes: notes.clone(),
        };
        assert_eq!(told(command.decide(&form.granted(), day(TODAY), &mut mint())), expected, "{notes:?}");
    }
}
