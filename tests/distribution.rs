//! Distributions over time: one point a round, with what they are of.

use serde_json::{Value, json};

use crate::harness::app::{App, Person, code};

const DISTRIBUTIONS: &str = "query($from: Date, $regions: [OdsCode!], $subjects: [String!], $asOf: AsOf) {
    distributions(framework: \"sdpt\", grain: THEME, from: $from, regions: $regions, subjects: $subjects, asOf: $asOf) {
        resolvedAsOf { on position } synthetic citation { text }
        subject { key } area { code } points { on round { label } levelCounts { level { key } count } of without }
    } }";

const GOVERNANCE: &str = "sdpt.capabilities.governance";

async fn told(person: &Person<'_>, variables: Value) -> Value {
    person.data(DISTRIBUTIONS, variables).await["distributions"].clone()
}

/// Of each point: the day, the systems at each level, of how many, and how many without.
fn points(distributions: &Value, area: &Value) -> Vec<Value> {
    let lines = distributions.as_array().unwrap().iter();
    let mut lines =
        lines.filter(|line| line["subject"]["key"] == GOVERNANCE && line["area"]["code"] == *area);
    let points = lines.next().unwrap()["points"].as_array().unwrap().iter();
    assert!(lines.next().is_none());
    points
        .map(|point| {
            let counts = point["levelCounts"].as_array().unwrap().iter().map(|count| &count["count"]);
            json!([point["on"], counts.collect::<Vec<_>>(), point["of"], point["without"]])
        })
        .collect()
}

/// Last year's round and this year's. Frimley closed between them, Thames Valley opened.
async fn two_years(app: &App) {
    let national = app.national().await;
    let policy = json!({ "evidenceFrom": null });
    let before = national.opens_for("2025/26 Q2", "2025-09-30", policy).await;
    let now = national.opens("2026/27 Q2").await;
    for (round, system, level) in [
        (&before, "QNQ", "maturing"),
        (&before, "QWO", "emerging"),
        (&before, "QHM", "developing"),
        (&now, "QWO", "developing"),
        (&now, "S0E4D", "thriving"),
    ] {
        app.published_at(round, system, level).await;
    }
    app.submitted_at(&now, "QHM", "thriving").await;
}

on_both! {
    async fn each_round_counts_the_systems_that_were_open_on_its_day(app: &App) {
        two_years(app).await;
        let others = [app.lead_of("QHM").await, app.reviewer_of("Y63").await, app.national().await];
        let reader = app.reader().await;
        let all = told(&reader, json!({})).await;
        assert_eq!(
            points(&all, &Value::Null),
            [json!(["2025-09-30", [1, 1, 1, 0], 42, 39]), json!(["2026-09-30", [0, 1, 0, 1], 36, 34]),]
        );
        assert_eq!(
            points(&all, &json!("Y63")),
            [json!(["2025-09-30", [1, 1, 0, 0], 4, 2]), json!(["2026-09-30", [0, 1, 0, 0], 4, 3]),]
        );
        assert_eq!(
            points(&all, &json!("Y59")),
            [json!(["2025-09-30", [0, 0, 1, 0], 6, 5]), json!(["2026-09-30", [0, 0, 0, 1], 4, 3]),]
        );
        assert_eq!(all.as_array().unwrap().len(), 6 * 8, "six themes; England and seven regions");
        for person in others {
            assert_eq!(
                told(&person, json!({})).await,
                all,
                "the same for whoever could read what is unpublished"
            );
        }
        let used = &all[0]["resolvedAsOf"];
        let as_of = json!({ "on": used["on"], "position": used["position"] });
        let lead = app.lead_of("QHM").await;
        let waiting = lead.data(
            "{ system(code: \"QHM\") { assessments(stages: [SUBMITTED]) { nodes { id } } } }",
            json!({}),
        );
        let waiting = waiting.await["system"]["assessments"]["nodes"][0]["id"].as_str().unwrap().to_owned();
        app.national().await.publishes(&waiting).await;
        assert_eq!(told(&reader, json!({ "asOf": as_of })).await, all);
        assert_eq!(
            points(&told(&reader, json!({})).await, &json!("Y63"))[1],
            json!(["2026-09-30", [0, 1, 0, 1], 4, 2])
        );
    }

    async fn lines_can_be_chosen_and_what_does_not_exist_is_a_bad_request(app: &App) {
        two_years(app).await;
        let reader = app.reader().await;
        let chosen = json!({ "from": "2026-01-01", "regions": ["Y59"], "subjects": [GOVERNANCE] });
        let chosen = told(&reader, chosen).await;
        assert_eq!(chosen.as_array().unwrap().len(), 2, "England stands beside the region");
        assert_eq!(points(&chosen, &json!("Y59")), [json!(["2026-09-30", [0, 0, 0, 1], 4, 3])]);
        for wrong in [json!({ "regions": ["Y00"] }), json!({ "subjects": ["sdpt"] })] {
            assert_eq!(code(&reader.ask_with(DISTRIBUTIONS, wrong.clone()).await), "BAD_REQUEST", "{wrong}");
        }
        let document = "{ distributions(framework: \"nonsense\") { synthetic } }";
        assert_eq!(reader.data(document, json!({})).await["distributions"], json!([]));
    }
}
