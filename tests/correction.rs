//! Corrections: published at once, on record with their reason, and what was known before stays readable.

use serde_json::{Value, json};

use crate::harness::app::{App, Person, code};

const FIRST: &str = "sdpt.functions.transformation.priorities";
const SECOND: &str = "sdpt.functions.transformation.plan-delivery";

/// QWO's, published with the first element moderated from developing to emerging, and its region's reviewer.
async fn published(app: &App) -> (String, Person<'_>) {
    let (lead, assessment) = app.draft("QWO").await;
    lead.rates_all(&assessment, "developing").await;
    assert_eq!(lead.submits(&assessment).await["errors"], json!([]));
    let reviewer = app.reviewer_of("Y63").await;
    reviewer.moderates(&assessment, &[(FIRST, "emerging")]).await;
    reviewer.shares(&assessment).await;
    assert_eq!(reviewer.publishes(&assessment).await["errors"], json!([]));
    (assessment, reviewer)
}

/// `self / agreed / its judge` of the first two elements as figures show them, and the moment of the answer.
async fn figures(person: &Person<'_>, as_of: Value) -> ([String; 2], Value) {
    let document = "query($asOf: AsOf) { system(code: \"QWO\") { profile(framework: \"sdpt\", asOf: $asOf) {
        resolvedAsOf { position } themes { elements { self { outcome { ... on Level { key } } }
            agreed { basis outcome { ... on Level { key } } } } } } } }";
    let profile = person.data(document, json!({ "asOf": as_of })).await["system"]["profile"].clone();
    let elements = &profile["themes"][0]["elements"];
    let row = |i: usize| {
        let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let (own, agreed) = (&elements[i]["self"], &elements[i]["agreed"]);
        let [own, level] = [own, agreed].map(|rating| word(&rating["outcome"]["key"]));
        format!("{own} / {level} / {}", word(&agreed["basis"]))
    };
    ([row(0), row(1)], profile["resolvedAsOf"]["position"].clone())
}

on_both! {
    async fn a_correction_is_published_at_once_and_what_was_known_before_stays_readable(app: &App) {
        let (assessment, reviewer) = published(app).await;
        let reader = app.reader().await;
        let (before, position) = figures(&reader, Value::Null).await;
        assert_eq!(before, ["developing / emerging / MODERATED", "developing / developing / SELF"]);
        app.at("2027-03-01T09:00:00Z");
        let corrected = reviewer.corrects(&assessment, &[(FIRST, "maturing"), (SECOND, "thriving")]).await;
        assert_eq!((&corrected["stage"], &corrected["revision"]), (&json!("PUBLISHED"), &json!(7)));
        let now = ["developing / maturing / MODERATED", "developing / thriving / MODERATED"];
        for person in [&reader, &app.lead_of("QWO").await, &reviewer, &app.stranger()] {
            assert_eq!(figures(person, Value::Null).await.0, now);
            for moment in [
                json!({ "position": position }),
                json!({ "knownAt": "2027-03-01T08:59:59Z" }),
                json!({ "on": "2026-11-22", "knownAt": "2026-11-22T10:00:10Z" }),
            ] {
                assert_eq!(figures(person, json!(moment)).await.0, before, "{moment}");
            }
            assert_eq!(
                figures(person, json!({ "on": "2026-11-22" })).await.0,
                now,
                "the day, as known today"
            );
        }
        let told = app.lead_of("QWO").await.history(&assessment).await;
        let last = told.last().unwrap();
        assert!(
            last.starts_with("Corrected 2 elements: ") && last.ends_with("Why: an error of the region."),
            "{last}"
        );
    }

    async fn a_correction_answers_with_its_ratings_which_give_its_reason(app: &App) {
        let (assessment, reviewer) = published(app).await;
        let mut items = reviewer.judgements(&assessment, &[(FIRST, "maturing"), (SECOND, "thriving")]).await;
        items[1].as_object_mut().unwrap().remove("reason");
        let input = json!({ "items": items, "reason": "the annex was overlooked" });
        let input = reviewer.input("correctRatings", &assessment, input).await;
        let fields = "results { rating { basis rationale supersedes { rationale } } errors { code } }";
        let payload = reviewer.change("correctRatings", fields, input.clone()).await;
        let superseded = json!({ "rationale": "the region sees emerging" });
        let rating = |rationale: &str, supersedes: Value| {
            let rating = json!({ "basis": "MODERATED", "rationale": rationale, "supersedes": supersedes });
            json!({ "rating": rating, "errors": [] })
        };
        let first = rating("the region sees maturing", superseded);
        assert_eq!(payload["results"], json!([first, rating("the annex was overlooked", Value::Null)]));
        let again = reviewer.change("correctRatings", fields, input).await;
        assert_eq!(again, payload, "the same key answers the same again");
    }

    async fn taking_a_moderation_back_publishes_the_systems_own_value(app: &App) {
        let (assessment, reviewer) = published(app).await;
        reviewer.corrects(&assessment, &[(FIRST, "cleared")]).await;
        let (now, _) = figures(&app.reader().await, Value::Null).await;
        assert_eq!(now[0], "developing / developing / SELF");
        let row = reviewer.form(&assessment).await[0].clone();
        assert_eq!((&row["moderated"], &row["difference"]), (&Value::Null, &Value::Null));
        reviewer.corrects(&assessment, &[(FIRST, "emerging")]).await;
        let (now, _) = figures(&app.reader().await, Value::Null).await;
        assert_eq!(now[0], "developing / emerging / MODERATED", "and it can be judged again");
    }

    async fn a_correction_that_is_wrong_is_refused_as_a_whole(app: &App) {
        let (assessment, reviewer) = published(app).await;
        let to = async |element: &str, level: &str| {
            reviewer.judgements(&assessment, &[(element, level)]).await[0].clone()
        };
        let (good, mut stale) = (to(SECOND, "maturing").await, to(FIRST, "maturing").await);
        stale["of"] = good["of"].clone();
        for (items, expected) in [
            (json!([]), vec!["INVALID_INPUT items"]),
            (json!([good, to(FIRST, "emerging").await]), vec!["INVALID_INPUT items.1.outcome"]),
            (json!([to(SECOND, "developing").await]), vec!["INVALID_INPUT items.0.outcome"]),
            (json!([to(SECOND, "cleared").await]), vec!["INVALID_INPUT items.0.outcome"]),
            (json!([to(SECOND, "perfect").await]), vec!["UNKNOWN_LEVEL items.0.outcome"]),
            (json!([stale]), vec!["STALE_REVISION items.0.of"]),
            (json!([good, good]), vec!["INVALID_INPUT items.1.element"]),
        ] {
            let input = json!({ "items": items, "reason": "r" });
            let input = reviewer.input("correctRatings", &assessment, input).await;
            assert_eq!(app.refusals(&reviewer, "correctRatings", input).await, expected);
        }
        let input =
            reviewer.input("correctRatings", &assessment, json!({ "items": [good], "reason": " " })).await;
        assert_eq!(
            app.refusals(&reviewer, "correctRatings", input.clone()).await,
            ["REASON_REQUIRED reason"]
        );
        let mut stale = input;
        (stale["reason"], stale["expectedRevision"]) = (json!("r"), json!(5));
        assert_eq!(
            app.refusals(&reviewer, "correctRatings", stale).await,
            ["STALE_REVISION expectedRevision"]
        );
    }

    async fn the_region_corrects_what_is_published_and_nobody_of_the_system_does(app: &App) {
        let (assessment, reviewer) = published(app).await;
        let items = reviewer.judgements(&assessment, &[(SECOND, "maturing")]).await;
        let more = json!({ "items": items, "reason": "r" });
        let input = reviewer.input("correctRatings", &assessment, more.clone()).await;
        let document =
            "mutation($input: CorrectRatingsInput!) { correctRatings(input: $input) { errors { code } } }";
        for person in [app.lead_of("QWO").await, app.reader().await, app.reviewer_of("Y60").await] {
            assert_eq!(code(&person.ask_with(document, json!({ "input": input })).await), "FORBIDDEN");
        }
        let (_, draft) = app.draft("QHM").await;
        let early = reviewer.input("correctRatings", &draft, more).await;
        assert_eq!(app.refusals(&reviewer, "correctRatings", early).await, ["WRONG_STAGE"]);
        app.national().await.corrects(&assessment, &[(SECOND, "maturing")]).await;
    }
}
