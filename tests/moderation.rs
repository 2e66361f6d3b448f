//! Moderation: the region's judgement beside the system's own, and that nobody of the system meets it before it is shared.

use api::local::LocalPerson;
use api::store::Actor;
use domain::grant::Role;
use domain::ledger::Via;
use serde_json::{Value, json};

use crate::harness::app::{App, Person, code};
use crate::harness::ledger::grant_to;
use crate::harness::refusal::told;

const FIRST: &str = "sdpt.functions.transformation.priorities";
const SECOND: &str = "sdpt.functions.transformation.plan-delivery";
const THIRD: &str = "sdpt.functions.transformation.enablers";

/// QWO's, submitted with all elements developing; its lead; the reviewer of its region.
async fn submitted(app: &App) -> (String, Person<'_>, Person<'_>) {
    let (lead, assessment) = app.draft("QWO").await;
    lead.rates_all(&assessment, "developing").await;
    assert_eq!(lead.submits(&assessment).await["errors"], json!([]));
    (assessment, lead, app.reviewer_of("Y63").await)
}

/// `level of self / level of the region / difference` of an element.
async fn row(person: &Person<'_>, assessment: &str, element: &str) -> String {
    let form = person.form(assessment).await;
    let row = form.iter().find(|row| row["element"]["key"] == element).unwrap();
    let level = |field: &str| row[field]["outcome"]["key"].as_str().unwrap_or("-").to_owned();
    format!("{} / {} / {}", level("self"), level("moderated"), row["difference"])
}

fn items(assessment: &str, items: &Value) -> Value {
    json!({ "assessment": assessment, "items": items })
}

/// All that somebody can come to see of an assessment, and of a rating by its id.
async fn everything(person: &Person<'_>, assessment: &str, rating: &Value) -> Value {
    let document = "query($id: ID!, $rating: ID!) {
        node(id: $id) { ... on Assessment { stage respondBy publishedRatings { id }
            viewerActs { act allowed reasons { code } }
            workingPapers { rated missing { kind } history { totalCount nodes { act sentence } }
                answers { self { id } moderated { id } agreed { id } previous { id } difference note
                    contest { why } } } } }
        rating: node(id: $rating) { id }
        ratings: nodes(ids: [$rating]) { id }
        differing: assessments(where: { differenceAtLeast: 1 }) { totalCount nodes { id } }
        system(code: \"QWO\") {
            profile(framework: \"sdpt\", include: SUBMITTED) { whole { levelCounts { level { key } count } }
                themes { elements { moderated { id } difference } } }
            agreed: progression(framework: \"sdpt\", grain: EDITION, include: SUBMITTED) {
                lines { points { rollUp { levelCounts { level { key } count } } } } } }
        compared: comparison(framework: \"sdpt\", grain: EDITION, systems: { codes: [\"QWO\"] }, include: SUBMITTED) {
            rows { cells { empty stage rollUp { levelCounts { count } lowest { key } } } } }
        moderated: comparison(framework: \"sdpt\", grain: EDITION, systems: { codes: [\"QWO\"] }, basis: MODERATED,
            include: SUBMITTED) { rows { cells { empty rollUp { rated } } } }
        gap(framework: \"sdpt\", grain: EDITION, systems: { codes: [\"QWO\"] }, include: SUBMITTED) {
            lines { pairs counts { difference count } } }
        viewer { workList { nodes { act } } }
    }";
    person.data(document, json!({ "id": assessment, "rating": rating })).await
}

on_both! {
    async fn the_region_judges_beside_the_system(app: &App) {
        let (assessment, _, reviewer) = submitted(app).await;
        reviewer
            .moderates(&assessment, &[(FIRST, "emerging"), (SECOND, "developing"), (THIRD, "thriving")])
            .await;
        for (element, expected) in [
            (FIRST, "developing / emerging / -1"),
            (SECOND, "developing / developing / 0"),
            (THIRD, "developing / thriving / 2"),
            ("sdpt.functions.quality.culture", "developing / - / null"),
        ] {
            assert_eq!(row(&reviewer, &assessment, element).await, expected);
        }
        let rating = reviewer.form(&assessment).await[0]["moderated"]["id"].clone();
        let document =
            "query($id: ID!) { node(id: $id) { ... on Rating { basis rationale judged { basis outcome {
            ... on Level { key } } } supersedes { id } } } }";
        assert_eq!(
            reviewer.data(document, json!({ "id": rating })).await["node"],
            json!({ "basis": "MODERATED", "rationale": "the region sees emerging", "supersedes": null,
                "judged": { "basis": "SELF", "outcome": { "key": "developing" } } })
        );
        reviewer.moderates(&assessment, &[(FIRST, "maturing"), (THIRD, "cleared")]).await;
        assert_eq!(row(&reviewer, &assessment, FIRST).await, "developing / maturing / 1");
        assert_eq!(row(&reviewer, &assessment, THIRD).await, "developing / - / null");
        let again = reviewer.form(&assessment).await[0]["moderated"]["id"].clone();
        let node = reviewer.data(document, json!({ "id": again })).await["node"].clone();
        assert_eq!(node["supersedes"]["id"], rating);
    }

    async fn a_judgement_that_is_wrong_is_refused_at_its_path(app: &App) {
        let (assessment, _, reviewer) = submitted(app).await;
        reviewer.moderates(&assessment, &[(SECOND, "emerging")]).await;
        let form = reviewer.form(&assessment).await;
        let good = json!({ "element": FIRST, "of": form[0]["self"]["id"], "outcome": { "level": "emerging" },
            "reason": "r" });
        let second =
            json!({ "element": SECOND, "of": form[1]["self"]["id"], "replaces": form[1]["moderated"]["id"] });
        for (base, changes, expected) in [
            (&good, json!({ "reason": null }), vec!["REASON_REQUIRED items.0.reason"]),
            (&good, json!({ "reason": "" }), vec!["INVALID_INPUT items.0.reason"]),
            (&good, json!({ "reason": "x".repeat(4001) }), vec!["INVALID_INPUT items.0.reason"]),
            (&good, json!({ "of": form[1]["self"]["id"] }), vec!["STALE_REVISION items.0.of"]),
            (&good, json!({ "of": "garbage" }), vec!["INVALID_INPUT items.0.of"]),
            (&good, json!({ "of": assessment }), vec!["INVALID_INPUT items.0.of"]),
            (
                &good,
                json!({ "replaces": form[1]["moderated"]["id"] }),
                vec!["STALE_REVISION items.0.replaces"],
            ),
            (
                &second,
                json!({ "replaces": null, "outcome": { "cleared": true } }),
                vec!["STALE_REVISION items.0.replaces"],
            ),
            (&second, json!({ "outcome": { "cleared": false } }), vec!["INVALID_INPUT items.0.outcome"]),
            (&good, json!({ "outcome": { "level": "perfect" } }), vec!["UNKNOWN_LEVEL items.0.outcome"]),
            (&good, json!({ "outcome": { "notApplicable": " " } }), vec!["REASON_REQUIRED items.0.outcome"]),
            (&good, json!({ "element": "none" }), vec!["UNKNOWN_ELEMENT items.0.element"]),
        ] {
            let mut item = base.clone();
            item.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
            let refusals =
                app.refusals(&reviewer, "moderateElements", items(&assessment, &json!([item]))).await;
            assert_eq!(refusals, expected, "{changes:.200}");
        }
        let stale =
            json!({ "element": SECOND, "of": form[1]["self"]["id"], "outcome": { "level": "developing" } });
        let mut input = items(&assessment, &json!([stale]));
        input["idempotencyKey"] = json!("stale");
        let error = reviewer.change("moderateElements", "", input).await["errors"][0].clone();
        assert_eq!(error["current"]["id"], form[1]["moderated"]["id"], "it shows what stands");
    }

    async fn a_batch_of_judgements_is_tried_before_and_its_good_items_are_taken(app: &App) {
        let (assessment, _, reviewer) = submitted(app).await;
        let mut judged = reviewer.judgements(&assessment, &[(FIRST, "emerging"), (SECOND, "perfect")]).await;
        let mut input = items(&assessment, &judged);
        (input["batch"], input["dryRun"]) = (json!("APPLY_VALID"), json!(true));
        let expected = ["UNKNOWN_LEVEL items.1.outcome"];
        assert_eq!(app.refusals(&reviewer, "moderateElements", input.clone()).await, expected);
        (input["dryRun"], input["idempotencyKey"]) = (json!(false), json!("k"));
        let fields = "assessment { ...A } results { rating { basis } errors { ...E } }";
        let payload = reviewer.change("moderateElements", fields, input).await;
        assert_eq!(told(&payload["errors"]), expected);
        assert_eq!(payload["results"][0], json!({ "rating": { "basis": "MODERATED" }, "errors": [] }));
        assert_eq!(payload["results"][1]["rating"], Value::Null);
        assert_eq!(row(&reviewer, &assessment, FIRST).await, "developing / emerging / -1");
        judged[1]["outcome"] = json!({ "level": "thriving" });
        let mut dry = items(&assessment, &json!([judged[1]]));
        dry["dryRun"] = json!(true);
        assert_eq!(app.refusals(&reviewer, "moderateElements", dry).await, Vec::<String>::new());
    }

    async fn whoever_submitted_does_not_moderate_share_or_correct(app: &App) {
        let both = LocalPerson { role: Role::SystemLead, on: Some("QWO"), called: Some("both") };
        let valid_from = "2022-07-01".parse().unwrap();
        let person = both.record(&app.store, Via::CommandLine, valid_from).await.unwrap();
        let grant = grant_to(person, Role::NationalTeam, None);
        app.store.write(Actor::Installation, Via::CommandLine, grant).await.outcome.unwrap();
        let (both, reviewer) = (app.bearer(&both.subject()), app.reviewer_of("Y63").await);
        let (_, assessment) = app.draft("QWO").await;
        both.rates_all(&assessment, "developing").await;
        assert_eq!(both.submits(&assessment).await["errors"], json!([]));
        let judged = items(&assessment, &both.judgements(&assessment, &[(FIRST, "emerging")]).await);
        assert_eq!(app.refusals(&both, "moderateElements", judged.clone()).await, ["SAME_PERSON"]);
        reviewer.moderates(&assessment, &[(FIRST, "emerging")]).await;
        let share = both.input("shareModeration", &assessment, json!({})).await;
        assert_eq!(app.refusals(&both, "shareModeration", share).await, ["SAME_PERSON"]);
        reviewer.shares(&assessment).await;
        assert_eq!(reviewer.publishes(&assessment).await["errors"], json!([]));
        let items = both.judgements(&assessment, &[(FIRST, "thriving")]).await;
        let correct =
            both.input("correctRatings", &assessment, json!({ "items": items, "reason": "r" })).await;
        assert_eq!(app.refusals(&both, "correctRatings", correct).await, ["SAME_PERSON"]);
        let acts =
            "query($id: ID!) { node(id: $id) { ... on Assessment { viewerActs { act reasons { code } } } } }";
        let acts = both.data(acts, json!({ "id": assessment })).await["node"]["viewerActs"].clone();
        let correct = acts.as_array().unwrap().iter().find(|act| act["act"] == "CORRECT").unwrap().clone();
        assert_eq!(correct["reasons"], json!([{ "code": "SAME_PERSON" }]), "it is told before");
    }

    async fn the_system_meets_nothing_of_a_moderation_before_it_is_shared(app: &App) {
        let (assessment, lead, reviewer) = submitted(app).await;
        let contributor = app.contributor_to("QWO").await;
        let own = lead.form(&assessment).await[0]["self"]["id"].clone();
        let before =
            [everything(&lead, &assessment, &own).await, everything(&contributor, &assessment, &own).await];
        reviewer.moderates(&assessment, &[(FIRST, "emerging"), (SECOND, "thriving")]).await;
        let draft = reviewer.form(&assessment).await[0]["moderated"]["id"].clone();
        reviewer.moderates(&assessment, &[(FIRST, "maturing")]).await;
        let rating = reviewer.form(&assessment).await[0]["moderated"]["id"].clone();
        for (person, before) in [&lead, &contributor].into_iter().zip(&before) {
            assert_eq!(&everything(person, &assessment, &own).await, before, "nothing has changed for them");
            for id in [&draft, &rating] {
                let seen = everything(person, &assessment, id).await;
                assert_eq!((&seen["rating"], &seen["ratings"]), (&Value::Null, &json!([null])));
                let stale = json!({ "element": FIRST, "replaces": id, "outcome": { "level": "emerging" } });
                let input = json!({ "idempotencyKey": "k", "assessment": assessment, "items": [stale] });
                let error = person.change("rateElements", "", input).await["errors"].to_string();
                assert!(!error.contains(id.as_str().unwrap()), "{error}");
            }
        }
        let seen = everything(&reviewer, &assessment, &rating).await;
        assert_eq!((&seen["rating"]["id"], &seen["differing"]["totalCount"]), (&rating, &json!(1)));

        reviewer.shares(&assessment).await;
        for person in [&lead, &contributor] {
            let seen = everything(person, &assessment, &rating).await;
            assert_eq!((&seen["rating"]["id"], &seen["ratings"][0]["id"]), (&rating, &rating));
            assert_eq!(seen["differing"]["totalCount"], 1);
            assert_eq!(row(person, &assessment, FIRST).await, "developing / maturing / 1");
            let counts = &seen["system"]["agreed"]["lines"][0]["points"][0]["rollUp"]["levelCounts"];
            let counts: Vec<_> =
                counts.as_array().unwrap().iter().map(|count| count["count"].as_u64()).collect();
            assert_eq!(counts, [0, 22, 1, 1].map(Some), "as it would be published now");
            let cell = |answer: &str| seen[answer]["rows"][0]["cells"][0]["rollUp"].clone();
            assert_eq!(cell("moderated")["rated"], 2);
            assert_eq!(cell("compared")["levelCounts"][3]["count"], 1);
            assert_eq!(seen["gap"]["lines"][0]["pairs"], 2);
        }
        assert_eq!(everything(&app.reader().await, &assessment, &rating).await["rating"], Value::Null);
    }

    async fn a_return_leaves_the_judgements_unseen_and_those_of_what_is_rated_anew_lapse(app: &App) {
        let (assessment, lead, reviewer) = submitted(app).await;
        reviewer.moderates(&assessment, &[(FIRST, "emerging"), (SECOND, "emerging")]).await;
        let judged = reviewer.form(&assessment).await[0]["moderated"]["id"].clone();
        reviewer.returns(&assessment, &[(FIRST, "say more")]).await;
        for element in [FIRST, SECOND] {
            assert_eq!(row(&lead, &assessment, element).await, "developing / - / null");
        }
        let replaces = lead.form(&assessment).await[0]["self"]["id"].clone();
        let item = json!({ "element": FIRST, "replaces": replaces, "outcome": { "level": "maturing" }, "rationale": "more" });
        let input = json!({ "idempotencyKey": "more", "assessment": assessment, "items": [item] });
        assert_eq!(lead.change("rateElements", "", input).await["errors"], json!([]));
        assert_eq!(lead.submits(&assessment).await["errors"], json!([]));
        assert_eq!(row(&reviewer, &assessment, FIRST).await, "maturing / - / null", "it lapsed");
        assert_eq!(row(&reviewer, &assessment, SECOND).await, "developing / emerging / -1", "it stands");
        let mut stale = reviewer.judgements(&assessment, &[(FIRST, "emerging")]).await;
        stale[0]["replaces"] = judged;
        assert_eq!(
            app.refusals(&reviewer, "moderateElements", items(&assessment, &stale)).await,
            ["STALE_REVISION items.0.replaces"]
        );
        reviewer.shares(&assessment).await;
        assert_eq!(reviewer.publishes(&assessment).await["errors"], json!([]));
        let agreed = reviewer.form(&assessment).await;
        assert_eq!(
            (&agreed[0]["agreed"]["basis"], &agreed[1]["agreed"]["basis"]),
            (&json!("SELF"), &json!("MODERATED"))
        );
    }

    async fn once_it_is_shared_only_what_is_contested_is_judged_again(app: &App) {
        let (assessment, lead, reviewer) = submitted(app).await;
        reviewer.moderates(&assessment, &[(FIRST, "emerging"), (SECOND, "emerging")]).await;
        assert_eq!(reviewer.shares(&assessment).await["stage"], "MODERATED");
        lead.contests(&assessment, &[(FIRST, "we have proof")]).await;
        for element in [SECOND, THIRD] {
            let judged = reviewer.judgements(&assessment, &[(element, "maturing")]).await;
            let refusals = app.refusals(&reviewer, "moderateElements", items(&assessment, &judged)).await;
            assert_eq!(refusals, ["WRONG_STAGE items.0.element"]);
        }
        reviewer.moderates(&assessment, &[(FIRST, "maturing")]).await;
        assert_eq!(
            row(&lead, &assessment, FIRST).await,
            "developing / maturing / 1",
            "the system sees it at once"
        );
    }

    async fn moderation_runs_to_its_last_day(app: &App) {
        let (assessment, lead, reviewer) = submitted(app).await;
        let judged = items(&assessment, &reviewer.judgements(&assessment, &[(FIRST, "emerging")]).await);
        app.at("2027-02-01T00:00:00Z");
        assert_eq!(app.refusals(&reviewer, "moderateElements", judged).await, ["ROUND_NOT_OPEN"]);
        app.at("2027-01-31T23:59:59Z");
        reviewer.moderates(&assessment, &[(FIRST, "emerging")]).await;
        app.at("2027-02-01T00:00:00Z");
        reviewer.shares(&assessment).await;
        let answer = lead
            .data(
                "query($id: ID!) { node(id: $id) { ... on Assessment { respondBy } } }",
                json!({ "id": assessment }),
            )
            .await;
        assert_eq!(answer["node"]["respondBy"], "2027-02-11", "what was judged in time is shared late");
    }

    async fn sharing_expects_the_revision_and_something_to_share(app: &App) {
        let (assessment, lead, reviewer) = submitted(app).await;
        let share = reviewer.input("shareModeration", &assessment, json!({})).await;
        assert_eq!(app.refusals(&reviewer, "shareModeration", share.clone()).await, ["INVALID_INPUT"]);
        reviewer.moderates(&assessment, &[(FIRST, "emerging")]).await;
        assert_eq!(
            app.refusals(&reviewer, "shareModeration", share).await,
            ["STALE_REVISION expectedRevision"]
        );
        let document =
            "mutation($input: ShareModerationInput!) { shareModeration(input: $input) { errors { code } } }";
        let input = reviewer.input("shareModeration", &assessment, json!({})).await;
        assert_eq!(code(&lead.ask_with(document, json!({ "input": input })).await), "FORBIDDEN");
        let elsewhere = app.reviewer_of("Y60").await;
        assert_eq!(code(&elsewhere.ask_with(document, json!({ "input": input })).await), "NOT_FOUND");
        reviewer.shares(&assessment).await;
        let again = reviewer.input("shareModeration", &assessment, json!({})).await;
        assert_eq!(app.refusals(&reviewer, "shareModeration", again).await, ["WRONG_STAGE"]);
    }
}
