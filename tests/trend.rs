//! Trends and checklists: what is judged of many rounds, and what is only counted.

use api::catalogue::parse_definition;
use api::store::Actor;
use domain::command::Command;
use domain::framework::LoadEdition;
use domain::ledger::Via;
use serde_json::{Value, json};

use crate::harness::app::App;
use crate::harness::publication::{LEVELS, rated};

const WEST_YORKSHIRE: (&str, &str) = ("QWO", "Y63");

const QUARTERS: [&str; 8] = [
    "2024-06-30",
    "2024-09-30",
    "2024-12-31",
    "2025-03-31",
    "2025-06-30",
    "2025-09-30",
    "2025-12-31",
    "2026-03-31",
];

const TREND: &str = "query($grain: Grain!, $from: Date, $subjects: [String!]) { system(code: \"QWO\") {
    progression(framework: \"sdpt\", grain: $grain, from: $from, subjects: $subjects) {
        lines { trend { verdict n changes statistic pValue method sentence kendall { s tau } } } } } }";

async fn trend(app: &App, asked: Value) -> Value {
    let data = app.reader().await.data(TREND, asked).await;
    data["system"]["progression"]["lines"][0]["trend"].clone()
}

fn judged(trend: &Value) -> [&Value; 5] {
    ["verdict", "n", "changes", "statistic", "pValue"].map(|field| &trend[field])
}

/// Three deliverables: two due at the end of September 2022, one on 1 November.
const LIST: &str = r#"
key = "list"
title = "A list"
kind = "CHECKLIST"
issuer = "Nobody"
label = "1"
source = "A test"
assesses = ["SYSTEM"]
[scale]
title = "Steps"
provisional = false
[[scale.level]]
key = "not-started"
title = "Not started"
description = "Nothing is done."
[[scale.level]]
key = "complete"
title = "Complete"
description = "All is done."
[policy]
rationale = "NEVER"
approvals = ["BOARD"]
confirm_carried_forward = false
response_days = 0
readers_see_rationale = false
[[group]]
key = "list.all"
title = "All"
[[group.theme]]
key = "list.all.it"
title = "It"
summary = "All there is."
[[group.theme.element]]
key = "list.all.it.one"
title = "One"
description = "The first."
origin = "NAMED"
due_on = 2022-09-29
[[group.theme.element]]
key = "list.all.it.two"
title = "Two"
description = "The second."
origin = "NAMED"
due_on = 2022-09-29
[[group.theme.element]]
key = "list.all.it.three"
title = "Three"
description = "The third."
origin = "NAMED"
due_on = 2022-11-01
"#;

on_both! {
    async fn a_trend_rests_on_changes_after_enough_rounds(app: &App) {
        // One more element has left the first level in each quarter but the second, in which all was carried forward.
        let risen = [0, 0, 1, 2, 3, 4, 5, 6];
        for (index, quarter) in QUARTERS.iter().enumerate() {
            let round = app.round_of("sdpt", quarter).await;
            let up = risen[index];
            app.publication_of(&round, WEST_YORKSHIRE, |element| rated(LEVELS[usize::from(element < up)]))
                .await;
            let so_far = trend(app, json!({ "grain": "EDITION" })).await;
            let (n, changes) = (json!(index + 1), json!(up));
            let (verdict, p) = match index {
                0..=3 => ("TOO_FEW_POINTS", Value::Null),
                4..=6 => ("TOO_FEW_CHANGES", Value::Null),
                _ => ("RISING", json!(0.03125)),
            };
            assert_eq!(judged(&so_far), [&json!(verdict), &n, &changes, &changes, &p], "{quarter}");
            assert_eq!(so_far["kendall"], Value::Null, "several elements");
        }
        let whole = trend(app, json!({ "grain": "EDITION" })).await;
        assert_eq!(
            whole["sentence"],
            "Rising: over 8 points, 6 of them changed on the one before, moves add up to 6 levels up; moves without \
             direction come as far in 3.1% of cases."
        );
        assert!(whole["method"].as_str().unwrap().starts_with("Exact two-sided sign-flip test"));
        let fewer = trend(app, json!({ "grain": "EDITION", "from": "2025-06-30" })).await;
        assert_eq!(
            judged(&fewer)[..3],
            [&json!("TOO_FEW_POINTS"), &json!(4), &json!(3)],
            "of the points shown"
        );
        let first = json!({ "grain": "ELEMENT", "subjects": ["sdpt.functions.transformation.priorities"] });
        let one = trend(app, first).await;
        assert_eq!(judged(&one), [&json!("TOO_FEW_CHANGES"), &json!(8), &json!(1), &json!(1), &Value::Null]);
        assert_eq!(one["kendall"]["s"], 12, "two points at the first level before six at the second");
        let tau = one["kendall"]["tau"].as_f64().unwrap();
        assert!((tau - 12.0 / (28.0_f64 * 12.0).sqrt()).abs() < 1e-12, "{tau}");
        assert!(one["sentence"].as_str().unwrap().ends_with("Read its movement instead."));
    }

    async fn what_does_not_apply_makes_no_point(app: &App) {
        for (quarter, level) in QUARTERS.iter().zip(["developing", "not applicable", "thriving"]) {
            let round = app.round_of("sdpt", quarter).await;
            app.publication_of(&round, WEST_YORKSHIRE, |element| {
                rated(if element == 0 { level } else { "developing" })
            })
            .await;
        }
        let first = json!({ "grain": "ELEMENT", "subjects": ["sdpt.functions.transformation.priorities"] });
        let of_one = trend(app, first).await;
        assert_eq!(
            judged(&of_one),
            [&json!("TOO_FEW_POINTS"), &json!(2), &json!(1), &json!(2), &Value::Null]
        );
        let of_all = trend(app, json!({ "grain": "EDITION" })).await;
        assert_eq!(
            judged(&of_all),
            [&json!("TOO_FEW_POINTS"), &json!(3), &json!(0), &json!(0), &Value::Null],
            "no two neighbours rate it"
        );
    }

    async fn a_checklist_counts_what_is_complete_and_overdue_and_judges_nothing(app: &App) {
        let definition = parse_definition("list.toml", LIST).unwrap();
        let command = Command::LoadEdition(Box::new(LoadEdition { definition }));
        let answer = app.store.write(Actor::Installation, Via::CommandLine, command).await;
        answer.outcome.unwrap();
        app.store.snapshot_at(answer.head).await;
        for (quarter, levels) in [
            ("2022-09-30", ["not-started", "not-started", "not-started"]),
            ("2022-12-31", ["complete", "not applicable", "not-started"]),
        ] {
            let round = app.round_of("list", quarter).await;
            app.publication_of(&round, WEST_YORKSHIRE, |element| rated(levels[element])).await;
        }
        let document = "query($asOf: AsOf) { system(code: \"QWO\") {
            profile(framework: \"list\", asOf: $asOf) { whole { complete overdue rated notApplicable median { key } } }
            progression(framework: \"list\", grain: EDITION) { lines { trend { verdict } movement { word advanced }
                points { rollUp { complete overdue median { key } levelCounts { count } } } } } } }";
        let data = app.reader().await.data(document, json!({})).await;
        let whole = json!({ "complete": 1, "overdue": 1, "rated": 2, "notApplicable": 1, "median": null });
        assert_eq!(data["system"]["profile"]["whole"], whole);
        let line = &data["system"]["progression"]["lines"][0];
        let point = |complete: u32, overdue: u32, counts: [u32; 2]| {
            json!({ "rollUp": { "complete": complete, "overdue": overdue, "median": null,
                "levelCounts": counts.map(|count| json!({ "count": count })) } })
        };
        assert_eq!(line["points"], json!([point(0, 2, [3, 0]), point(1, 1, [1, 1])]), "each on its own day");
        assert_eq!((&line["trend"], &line["movement"]["word"]), (&Value::Null, &json!("ADVANCED")));
        for (on, overdue) in [("2022-10-31", 2), ("2022-11-01", 2), ("2022-11-02", 3)] {
            let then = app.reader().await.data(document, json!({ "asOf": { "on": on } })).await;
            assert_eq!(
                then["system"]["profile"]["whole"]["overdue"], overdue,
                "{on}: by what was published first"
            );
        }
    }
}
