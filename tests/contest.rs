//! Contests: what a system says against a shared moderation, until when, and the answer that stays beside it.

use serde_json::{Value, json};

use crate::harness::app::{App, Person, code};
use crate::harness::round::noted;

const FIRST: &str = "sdpt.functions.transformation.priorities";
const SECOND: &str = "sdpt.functions.transformation.plan-delivery";
const THIRD: &str = "sdpt.functions.transformation.enablers";

/// QWO's, with the first two elements judged one lower and shared on 22 November; its lead and its region's reviewer.
async fn shared(app: &App) -> (String, Person<'_>, Person<'_>) {
    let (lead, assessment) = app.draft("QWO").await;
    lead.rates_all(&assessment, "developing").await;
    assert_eq!(lead.submits(&assessment).await["errors"], json!([]));
    let reviewer = app.reviewer_of("Y63").await;
    reviewer.moderates(&assessment, &[(FIRST, "emerging"), (SECOND, "emerging")]).await;
    reviewer.shares(&assessment).await;
    (assessment, lead, reviewer)
}

async fn against(person: &Person<'_>, assessment: &str, items: &[(&str, &str)]) -> Value {
    person.input("contestModeration", assessment, json!({ "items": noted(items) })).await
}

on_both! {
    async fn a_moderation_is_contested_until_the_end_of_its_last_day_in_london(app: &App) {
        let (assessment, lead, _) = shared(app).await;
        let respond_by = "query($id: ID!) { node(id: $id) { ... on Assessment { respondBy } } }";
        let answer = lead.data(respond_by, json!({ "id": assessment })).await;
        assert_eq!(answer["node"]["respondBy"], "2026-12-02", "ten days after");
        let input = against(&lead, &assessment, &[(FIRST, "we have proof")]).await;
        app.at("2026-12-03T00:00:00Z");
        assert_eq!(app.refusals(&lead, "contestModeration", input.clone()).await, ["ROUND_NOT_OPEN"]);
        app.at("2026-12-02T23:59:59Z");
        let contested = lead.change("contestModeration", "assessment { stage revision }", input).await;
        assert_eq!(contested, json!({ "assessment": { "stage": "MODERATED", "revision": 6 }, "errors": [] }));
    }

    async fn a_round_may_give_no_days_to_respond_but_the_one_of_the_sharing(app: &App) {
        let policy = json!({ "evidenceFrom": null, "responseDays": 0 });
        let round = app.national().await.opens_with("2026/27 Q2", policy).await;
        let (lead, reviewer) = (app.lead_of("QWO").await, app.reviewer_of("Y63").await);
        let assessment = lead.starts(&round, "QWO").await;
        lead.rates_all(&assessment, "developing").await;
        assert_eq!(lead.submits(&assessment).await["errors"], json!([]));
        reviewer.moderates(&assessment, &[(FIRST, "emerging")]).await;
        reviewer.shares(&assessment).await;
        let input = against(&lead, &assessment, &[]).await;
        app.at("2026-11-23T00:00:00Z");
        assert_eq!(app.refusals(&lead, "contestModeration", input).await, ["ROUND_NOT_OPEN"]);
        app.at("2026-11-22T23:59:59Z");
        lead.contests(&assessment, &[]).await;
    }

    async fn a_contest_that_is_wrong_is_refused_at_its_path(app: &App) {
        let (assessment, lead, reviewer) = shared(app).await;
        let long = "x".repeat(2001);
        for (items, expected) in [
            (vec![(THIRD, "not moderated")], vec!["INVALID_INPUT items.0.element"]),
            (vec![("none", "why")], vec!["UNKNOWN_ELEMENT items.0.element"]),
            (vec![(FIRST, "why"), (SECOND, "why"), (FIRST, "again")], vec!["INVALID_INPUT items.2.element"]),
            (vec![(FIRST, " ")], vec!["REASON_REQUIRED items.0.note"]),
            (vec![(FIRST, "why"), (SECOND, &long)], vec!["INVALID_INPUT items.1.note"]),
        ] {
            let input = against(&lead, &assessment, &items).await;
            assert_eq!(app.refusals(&lead, "contestModeration", input).await, expected, "{items:.200?}");
        }
        let mut stale = against(&lead, &assessment, &[(FIRST, "why")]).await;
        stale["expectedRevision"] = json!(3);
        assert_eq!(
            app.refusals(&lead, "contestModeration", stale).await,
            ["STALE_REVISION expectedRevision"]
        );
        let document = "mutation($input: ContestModerationInput!) { contestModeration(input: $input) { errors { code } } }";
        let input = against(&lead, &assessment, &[(FIRST, "why")]).await;
        for person in [&reviewer, &app.contributor_to("QWO").await] {
            assert_eq!(code(&person.ask_with(document, json!({ "input": input })).await), "FORBIDDEN");
        }
    }

    async fn only_what_was_shared_is_contested(app: &App) {
        let (lead, assessment) = app.draft("QWO").await;
        let draft = against(&lead, &assessment, &[]).await;
        assert_eq!(app.refusals(&lead, "contestModeration", draft).await, ["WRONG_STAGE"]);
        lead.rates_all(&assessment, "developing").await;
        assert_eq!(lead.submits(&assessment).await["errors"], json!([]));
        app.reviewer_of("Y63").await.moderates(&assessment, &[(FIRST, "emerging")]).await;
        for items in [&[][..], &[(FIRST, "why")], &[(SECOND, "why")]] {
            let input = against(&lead, &assessment, items).await;
            let refusals = app.refusals(&lead, "contestModeration", input).await;
            assert_eq!(refusals, ["WRONG_STAGE"], "whatever is contested, so that nothing can be found out");
        }
    }

    async fn an_acceptance_is_on_record_and_nothing_waits_for_an_answer(app: &App) {
        let (assessment, lead, reviewer) = shared(app).await;
        lead.contests(&assessment, &[]).await;
        assert_eq!(lead.history(&assessment).await.last().unwrap(), "Accepted the region's view.");
        assert_eq!(lead.form(&assessment).await[0]["contest"], Value::Null);
        assert_eq!(reviewer.publishes(&assessment).await["errors"], json!([]));
    }

    async fn contests_are_answered_when_it_is_published_and_both_stay(app: &App) {
        let (assessment, lead, reviewer) = shared(app).await;
        lead.contests(&assessment, &[(FIRST, "no, look at the plan")]).await;
        lead.contests(&assessment, &[(FIRST, "we have proof"), (SECOND, "and here")]).await;
        for (answers, expected) in [
            (vec![], vec!["REASON_REQUIRED items.0.answers"]),
            (vec![(FIRST, "seen")], vec!["REASON_REQUIRED items.0.answers"]),
            (vec![(FIRST, "seen"), (SECOND, "")], vec!["REASON_REQUIRED items.0.answers.1.note"]),
            (
                vec![(FIRST, "a"), (SECOND, "b"), (THIRD, "c")],
                vec!["INVALID_INPUT items.0.answers.2.element"],
            ),
            (
                vec![(FIRST, "a"), (THIRD, "c")],
                vec!["INVALID_INPUT items.0.answers.1.element", "REASON_REQUIRED items.0.answers"],
            ),
            (vec![("none", "a")], vec!["UNKNOWN_ELEMENT items.0.answers.0.element"]),
        ] {
            let item = json!({ "assessment": assessment, "expectedRevision": 7, "answers": noted(&answers) });
            let refusals = app.refusals(&reviewer, "publishAssessments", json!({ "items": [item] })).await;
            assert_eq!(refusals, expected, "{answers:?}");
        }
        reviewer.moderates(&assessment, &[(SECOND, "cleared")]).await;
        let answers = [(FIRST, "it is of last year"), (SECOND, "taken back")];
        assert_eq!(reviewer.publishes_answering(&assessment, &answers).await["errors"], json!([]));
        for person in [&lead, &reviewer, &app.contributor_to("QWO").await] {
            let form = person.form(&assessment).await;
            let contests = [0, 1, 2].map(|i| form[i]["contest"].clone());
            let contest = |why: &str, answer: &str| json!({ "why": why, "answer": answer });
            assert_eq!(contests[0], contest("we have proof", "it is of last year"), "the latest words");
            assert_eq!(contests[1], contest("and here", "taken back"));
            assert_eq!(contests[2], Value::Null);
            let agreed = [0, 1].map(|i| form[i]["agreed"]["basis"].clone());
            assert_eq!(agreed, ["MODERATED", "SELF"]);
        }
        let history = lead.history(&assessment).await;
        assert!(history.iter().any(|told| told.starts_with("Contested the region's view of 2 elements: ")));
    }
}
