//! The main job, end to end: open a round, start, rate, submit, publish, and see the progress.

use serde_json::json;

use crate::harness::app::App;

const FIGURES: &str = "query($asOf: AsOf) { system(code: \"QWO\") {
    profile(framework: \"sdpt\", asOf: $asOf) { round { label } whole { rated notRated lowest { key } median { key } } }
    progression(framework: \"sdpt\", grain: EDITION, asOf: $asOf) {
        resolvedAsOf { on knownAt position }
        lines { points { on round { label } rollUp { median { key } } assessedAfresh } movement { word advanced sentence } }
    } } }";

on_both! {
    async fn the_progression_shows_a_published_round_at_once_and_not_before_it_was_known(app: &App) {
        let (national, lead, reviewer) =
            (app.national().await, app.lead_of("QWO").await, app.reviewer_of("Y63").await);
        let round = national.opens("2026/27 Q2").await;
        let assessment = lead.starts(&round, "QWO").await;
        lead.rates_all(&assessment, "developing").await;
        let submitted = lead.submits(&assessment).await;
        assert_eq!(submitted["errors"], json!([]));
        assert_eq!(submitted["assessment"]["stage"], "SUBMITTED");

        let reader = app.reader().await;
        let before = reader.data(FIGURES, json!({})).await["system"].clone();
        assert_eq!(before["profile"], json!(null));
        assert_eq!(before["progression"]["lines"], json!([]));

        app.at("2026-11-23T09:00:00Z");
        let published = reviewer.publishes(&assessment).await;
        assert_eq!(published["errors"], json!([]));
        assert_eq!(published["results"][0]["assessment"]["stage"], "PUBLISHED");

        let after = reader.data(FIGURES, json!({})).await["system"].clone();
        assert_eq!(after["profile"]["whole"], json!({
            "rated": 24, "notRated": 0, "lowest": { "key": "developing" }, "median": { "key": "developing" } }));
        let line = &after["progression"]["lines"][0];
        assert_eq!(line["points"], json!([{ "on": "2026-09-30", "round": { "label": "2026/27 Q2" },
            "rollUp": { "median": { "key": "developing" } }, "assessedAfresh": 24 }]));
        assert_eq!(line["movement"]["word"], "NOT_COMPARABLE");

        let known_before = json!({ "asOf": { "knownAt": "2026-11-23T08:59:59Z" } });
        let then = reader.data(FIGURES, known_before).await["system"].clone();
        assert_eq!(then["profile"], json!(null));
        assert_eq!(then["progression"]["lines"], json!([]));
        let position = &before["progression"]["resolvedAsOf"]["position"];
        let at_position = json!({ "asOf": { "on": "2026-11-22", "position": position } });
        let again = reader.data(FIGURES, at_position).await["system"].clone();
        assert_eq!(again, before, "a position and a day give the same answer for ever");
        let before_reference = json!({ "asOf": { "on": "2026-09-29" } });
        assert_eq!(reader.data(FIGURES, before_reference).await["system"]["profile"], json!(null));
    }
}
