//! Filling in the form: rating, confirming, citing, and what a submission lacks.

use domain::assessment::{Missing, MissingKind, Stage};
use domain::ledger::Event;
use domain::policy::{ApprovalKind, Requirement};
use domain::rating::{RateItem, RatedItem, RatedValue, Rating, Value};
use domain::refusal::Why;

use crate::act::{evidence, refusals, told};
use crate::form::{EVIDENCE, Form, day, level, own, says, text};

const TODAY: &str = "2026-11-01";

fn draft() -> Form {
    Form::new(Stage::Draft)
}

#[test]
fn what_an_item_of_a_rating_is_refused_with() {
    let form = draft().unrated(1).carried(2, level(3));
    let item = |element| form.rates(element);
    let confirm = |element| RateItem { outcome: None, ..item(element) };
    let strange = domain::id::EvidenceId(uuid::Uuid::nil());
    let cites = |evidence| RateItem { evidence: vec![evidence], ..item(0) };
    for (items, expected) in [
        (vec![item(0)], vec![]),
        (vec![item(1)], vec![]),
        (vec![item(2)], vec![]),
        (vec![confirm(2)], vec![]),
        (vec![cites(EVIDENCE)], vec![]),
        (vec![], vec!["INVALID_INPUT items"]),
        (vec![item(0); 201], vec!["INVALID_INPUT items"]),
        (vec![RateItem { element: "none".into(), ..item(0) }], vec!["UNKNOWN_ELEMENT items.0.element"]),
        (vec![item(0), item(1), item(0)], vec!["INVALID_INPUT items.2.element"]),
        (vec![RateItem { replaces: None, ..item(0) }], vec!["STALE_REVISION items.0.replaces"]),
        (vec![RateItem { replaces: Some(own(9)), ..item(1) }], vec!["STALE_REVISION items.0.replaces"]),
        (vec![RateItem { outcome: Some(says("perfect")), ..item(0) }], vec!["UNKNOWN_LEVEL items.0.outcome"]),
        (vec![confirm(0)], vec!["INVALID_INPUT items.0.outcome"]),
        (vec![confirm(1)], vec!["INVALID_INPUT items.0.outcome"]),
        (vec![cites(strange)], vec!["EVIDENCE_INVALID items.0.evidence"]),
        (
            vec![RateItem { replaces: None, evidence: vec![strange], ..confirm(0) }],
            vec![
                "STALE_REVISION items.0.replaces",
                "INVALID_INPUT items.0.outcome",
                "EVIDENCE_INVALID items.0.evidence",
            ],
        ),
    ] {
        assert_eq!(told(form.rate(items.clone(), day(TODAY))), expected, "{items:?}");
    }
}

/// The first of the items that came of it.
fn rated(form: &Form, item: RateItem) -> RatedItem {
    match form.rate(vec![item], day(TODAY)).expect("it is taken").event {
        Event::ElementsRated(mut event) => event.items.remove(0),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_confirmation_keeps_the_value_the_words_and_where_it_came_from() {
    let confirm = |form: &Form| RateItem { outcome: None, ..form.rates(0) };
    let form = draft().carried(0, level(3));
    let confirmed = rated(&form, confirm(&form));
    assert_eq!(confirmed.value, RatedValue::Level("maturing".into()));
    assert_eq!((confirmed.keeps_rationale, confirmed.rationale), (true, None));
    assert_eq!((confirmed.supersedes, confirmed.carried_from.is_some()), (Some(own(0)), true));

    let reworded = rated(&form, RateItem { rationale: Some(text("still so")), ..confirm(&form) });
    assert_eq!((reworded.keeps_rationale, reworded.rationale.is_some()), (false, true));

    let form = draft().carried(0, Value::NotApplicable);
    assert_eq!(rated(&form, confirm(&form)).value, RatedValue::StillNotApplicable);

    let form = draft().carried(0, level(3));
    let afresh = rated(&form, form.rates(0));
    assert_eq!((afresh.keeps_rationale, afresh.carried_from), (false, None), "rated afresh");
}

#[test]
fn what_recording_evidence_is_refused_with() {
    let form = draft();
    let today = day(TODAY);
    for (elements, observed_on, review_by, expected) in [
        (vec![form.key(0), form.key(1)], None, None, vec![]),
        (vec![form.key(0)], Some(TODAY), Some(TODAY), vec![]),
        (vec![], None, None, vec!["INVALID_INPUT elements"]),
        (vec![form.key(0), "none".into()], None, None, vec!["UNKNOWN_ELEMENT elements.1"]),
        (vec![form.key(0)], Some("2026-11-02"), None, vec!["INVALID_INPUT observedOn"]),
        (vec![form.key(0)], None, Some("2026-10-31"), vec!["INVALID_INPUT reviewBy"]),
    ] {
        let mut command = evidence(elements);
        (command.observed_on, command.review_by) = (observed_on.map(day), review_by.map(day));
        let decided = command.decide(&form.granted(), today, &mut crate::act::mint());
        assert_eq!(told(decided), expected, "{observed_on:?} {review_by:?}");
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "the table of what can be missing, one line a case")]
fn what_a_submission_lacks_is_told_completely_and_by_the_policy_of_the_round() {
    use MissingKind::{Approval, Evidence, NotConfirmed, NotRated, Rationale};
    let board = Some(ApprovalKind::Board);
    let silent = |form: Form, element: usize, value| {
        form.with(element, |rating| Rating { value, has_rationale: false, ..rating })
    };
    let when_changed = |form: Form| form.policy(|policy| policy.rationale = Requirement::WhenChanged);
    let never = |form: Form| form.policy(|policy| policy.rationale = Requirement::Never);
    for (what, form, approval, lacks) in [
        ("complete", draft(), board, vec![]),
        ("unrated", draft().unrated(3), board, vec![(Some(3), NotRated)]),
        ("cleared", draft().rated(3, Value::Cleared), board, vec![(Some(3), NotRated)]),
        ("carried", draft().carried(3, level(2)), board, vec![(Some(3), NotConfirmed)]),
        (
            "carried, and the policy takes it",
            draft().carried(3, level(2)).policy(|policy| policy.confirm_carried_forward = false),
            board,
            vec![],
        ),
        ("without words", silent(draft(), 3, level(2)), board, vec![(Some(3), Rationale)]),
        ("not applicable has its reason", silent(draft(), 3, Value::NotApplicable), board, vec![]),
        ("nobody asks for words", never(silent(draft(), 3, level(2))), board, vec![]),
        ("unchanged", when_changed(silent(draft(), 3, level(2))).previous(3, level(2)), board, vec![]),
        (
            "changed",
            when_changed(silent(draft(), 3, level(2))).previous(3, level(1)),
            board,
            vec![(Some(3), Rationale)],
        ),
        ("new", when_changed(silent(draft(), 3, level(2))), board, vec![(Some(3), Rationale)]),
        ("high", draft().rated(3, level(3)), board, vec![(Some(3), Evidence)]),
        ("high and cited", draft().rated(3, level(3)).cited(3), board, vec![]),
        ("high, the next one cited", draft().rated(3, level(4)).cited(4), board, vec![(Some(3), Evidence)]),
        (
            "high, and nobody asks",
            draft().rated(3, level(4)).policy(|policy| policy.evidence_from = None),
            board,
            vec![],
        ),
        ("not approved", draft(), None, vec![(None, Approval)]),
        ("approved by the wrong body", draft(), Some(ApprovalKind::Executive), vec![(None, Approval)]),
        ("no approval asked for", draft().policy(|policy| policy.approvals.clear()), None, vec![]),
        (
            "all at once",
            silent(draft().unrated(0).carried(1, level(2)), 2, level(4)),
            None,
            vec![
                (Some(0), NotRated),
                (Some(1), NotConfirmed),
                (Some(2), Rationale),
                (Some(2), Evidence),
                (None, Approval),
            ],
        ),
    ] {
        let missing = |(element, kind): (Option<usize>, _)| Missing {
            element: element.map(|element| form.paper().edition.elements[element].id),
            kind,
        };
        let missing: Vec<_> = lacks.into_iter().map(missing).collect();
        assert_eq!(form.paper().missing(approval), missing, "{what}");
        let refused: Vec<_> = Some(missing)
            .filter(|missing| !missing.is_empty())
            .map(|all| Why::Incomplete(all).at::<&str>([]))
            .into_iter()
            .collect();
        let approval = approval.map(|kind| (kind, day(TODAY)));
        assert_eq!(refusals(form.submit(approval, day(TODAY))), refused, "{what}");
    }
}

#[test]
fn an_approval_is_not_of_tomorrow() {
    let tomorrow = Some((ApprovalKind::Board, day("2026-11-02")));
    assert_eq!(told(draft().submit(tomorrow, day(TODAY))), ["INVALID_INPUT approval.on"]);
}
