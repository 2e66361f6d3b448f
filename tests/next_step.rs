//! What a system could do next: the elements that hold it back, and who has taken that step.

use serde_json::{Value, json};

use crate::harness::app::{App, Person, code};

const STEPS: &str = "query($subjects: [String!], $asOf: AsOf) { system(code: \"QWO\") {
    nextSteps(framework: \"sdpt\", subjects: $subjects, asOf: $asOf) {
        element { key } current { key } next { key } round { label } synthetic holdsBack { key }
        pathfinders { system { code } from { label } to { label } synthetic } } } }";

const PRIORITIES: &str = "sdpt.functions.transformation.priorities";
const GOVERNANCE: &str = "sdpt.capabilities.governance";

async fn steps(person: &Person<'_>, variables: Value) -> Vec<Value> {
    let data = person.data(STEPS, variables).await;
    data["system"]["nextSteps"].as_array().unwrap().clone()
}

fn of<'a>(steps: &'a [Value], element: &str) -> &'a Value {
    steps.iter().find(|step| step["element"]["key"] == element).unwrap_or(&Value::Null)
}

fn path(system: &str, from: &str, to: &str) -> Value {
    json!({ "system": { "code": system }, "from": { "label": from }, "to": { "label": to }, "synthetic": false })
}

/// Publishes an assessment of a system with its first element at one level and the others at another.
async fn published(app: &App, round: &str, system: &str, others: &str, first: &str) {
    let region = if system == "QWO" { "Y63" } else { "Y60" };
    let level = |element: usize| json!({ "level": if element == 0 { first } else { others } });
    app.publication_of(round, (system, region), level).await;
}

async fn rounds(app: &App) -> [String; 3] {
    let [first, second, third] =
        ["2025-09-30", "2026-06-30", "2026-09-30"].map(|day| app.round_of("sdpt", day));
    [first.await, second.await, third.await]
}

on_both! {
    async fn the_lowest_elements_of_each_theme_hold_it_back_and_the_top_of_the_scale_nothing(app: &App) {
        let reader = app.reader().await;
        let [_, _, round] = rounds(app).await;
        assert_eq!(steps(&reader, json!({})).await, Vec::<Value>::new(), "nothing is published");
        published(app, &round, "QWO", "thriving", "emerging").await;
        let told = steps(&reader, json!({})).await;
        assert_eq!(told.len(), 1, "all others are at the top");
        let expected = json!({ "element": { "key": PRIORITIES }, "current": { "key": "emerging" },
            "next": { "key": "developing" }, "round": { "label": "2026-09-30" }, "synthetic": false, "pathfinders": [],
            "holdsBack": [{ "key": "sdpt.functions.transformation" }, { "key": "sdpt.functions" }, { "key": "sdpt" }] });
        assert_eq!(told[0], expected);
        for (subjects, steps_of) in [(vec![GOVERNANCE], 0), (vec![GOVERNANCE, PRIORITIES], 1), (vec![], 0)] {
            assert_eq!(steps(&reader, json!({ "subjects": subjects })).await.len(), steps_of, "{subjects:?}");
        }
        let unknown = reader.ask_with(STEPS, json!({ "subjects": ["sdpt.nothing"] })).await;
        assert_eq!(code(&unknown), "BAD_REQUEST");
    }

    async fn an_element_above_the_lowest_of_its_theme_is_no_next_step(app: &App) {
        let [_, _, round] = rounds(app).await;
        published(app, &round, "QWO", "developing", "maturing").await;
        let told = steps(&app.reader().await, json!({})).await;
        assert_eq!(told.len(), 23);
        assert_eq!(of(&told, PRIORITIES), &Value::Null);
        for step in &told {
            assert_eq!(step["holdsBack"].as_array().unwrap().len(), 3, "the whole is at developing: {step}");
        }
    }

    async fn pathfinders_have_climbed_over_the_step_between_two_publications(app: &App) {
        let [first, second, third] = rounds(app).await;
        published(app, &third, "QWO", "developing", "developing").await;
        for (system, levels) in [
            // Over the step, and once more later: the latest counts.
            ("QUA", ["developing", "emerging", "maturing"]),
            ("QHM", ["emerging", "maturing", "thriving"]),
            // Down, unmoved, too low, too high.
            ("QOP", ["maturing", "developing", "emerging"]),
            ("QF7", ["developing", "developing", "developing"]),
            ("QOQ", ["emerging", "developing", "developing"]),
            ("QE1", ["maturing", "thriving", "thriving"]),
        ] {
            for (round, level) in [&first, &second, &third].into_iter().zip(levels) {
                app.published_at(round, system, level).await;
            }
        }
        let told = steps(&app.reader().await, json!({})).await;
        let found = &of(&told, PRIORITIES)["pathfinders"];
        let names = found.as_array().unwrap().iter().map(|path| path["system"]["code"].as_str().unwrap());
        let names: Vec<_> = names.collect();
        let by_name = [path("QUA", "2026-06-30", "2026-09-30"), path("QHM", "2025-09-30", "2026-06-30")];
        assert_eq!(names, ["QUA", "QHM"], "Black Country, North East: by name");
        assert_eq!(found, &json!(by_name));
        let before = json!({ "asOf": { "on": "2026-07-31" } });
        assert_eq!(steps(&app.reader().await, before).await, Vec::<Value>::new());
    }

    async fn a_step_over_a_break_or_to_another_judge_makes_no_pathfinder(app: &App) {
        let [first, second, third] = rounds(app).await;
        published(app, &third, "QWO", "developing", "developing").await;
        for (system, judged) in [("QHM", false), ("QUA", true)] {
            app.published_at(&first, system, "emerging").await;
            let level = if judged { "emerging" } else { "maturing" };
            let assessment = app.submitted_at(&second, system, level).await;
            let national = app.national().await;
            if judged {
                national.moderates(&assessment, &[(PRIORITIES, "maturing")]).await;
                national.shares(&assessment).await;
            }
            assert_eq!(national.publishes(&assessment).await["errors"], json!([]));
        }
        let told = steps(&app.reader().await, json!({})).await;
        let names = |told: &[Value]| of(told, PRIORITIES)["pathfinders"].as_array().unwrap().len();
        assert_eq!(names(&told), 1, "the region's own view is no climb");
        let input = json!({ "idempotencyKey": "part", "on": "2026-01-01", "kind": "ACQUISITION", "reason": "r",
            "from": [{ "code": "QOP" }], "to": [{ "code": "QOP" }, { "code": "QHM" }] });
        let recorded = app.national().await.change("recordSuccession", "", input).await;
        assert_eq!(recorded["errors"], json!([]));
        assert_eq!(names(&steps(&app.reader().await, json!({})).await), 0, "QHM is not what it was");
    }
}
