//! Completeness of a round: region by region, and who is missing, as far as a viewer may know.

use serde_json::{Value, json};

use crate::harness::app::{App, Person};
use crate::round::opened;

async fn progress(person: &Person<'_>, regions: &str) -> Value {
    let document = format!(
        "{{ round(framework: \"sdpt\", label: \"2026/27 Q2\") {{ progress(regions: {regions}) {{ region {{ code }}
            expected started submitted moderated published overdue }} }} }}"
    );
    person.data(&document, json!({})).await["round"]["progress"].clone()
}

async fn missing(person: &Person<'_>) -> Vec<String> {
    let document = "{ round(framework: \"sdpt\", label: \"2026/27 Q2\") { missing { code } } }";
    let data = person.data(document, json!({})).await;
    let missing = data["round"]["missing"].as_array().unwrap().iter();
    missing.map(|system| system["code"].as_str().unwrap().to_owned()).collect()
}

fn row(region: &str, expected: u32, published: u32, work: Option<[u32; 4]>) -> Value {
    let of = |i: usize| work.map(|work| work[i]);
    json!({ "region": { "code": region }, "expected": expected, "started": of(0), "submitted": of(1),
        "moderated": of(2), "published": published, "overdue": of(3) })
}

/// In the North East and Yorkshire one system a stage: QOQ with shared moderation, QHM with a draft, QF7 published, QWO
/// submitted. Nobody started elsewhere, but for a draft in London.
async fn halfway(app: &App) -> Vec<String> {
    let (national, region) = (app.national().await, app.reviewer_of("Y63").await);
    let round = opened(&national, "2026/27 Q2", json!({})).await;
    let mut all = Vec::new();
    for system in ["QOQ", "QHM", "QF7", "QWO"] {
        let lead = app.lead_of(system).await;
        let assessment = lead.starts(&round, system).await;
        if system != "QHM" {
            lead.rates_all(&assessment, "developing").await;
            lead.submits(&assessment).await;
        }
        all.push(assessment);
    }
    let answer = region.answers(&all[0]).await[0].clone();
    let items = json!([{ "element": answer["element"]["key"], "of": answer["self"]["id"], "outcome": { "level": "developing" } }]);
    let input = json!({ "idempotencyKey": "m", "assessment": all[0], "items": items });
    assert_eq!(region.change("moderateElements", "", input).await["errors"], json!([]));
    let input = json!({ "idempotencyKey": "s", "assessment": all[0],
        "expectedRevision": region.assessment(&all[0]).await["revision"] });
    assert_eq!(region.change("shareModeration", "", input).await["errors"], json!([]));
    region.publishes(&all[2]).await;
    app.lead_of("QKK").await.starts(&round, "QKK").await;
    all
}

on_both! {
    async fn regions_stand_by_name_and_say_how_far_their_systems_are(app: &App) {
        halfway(app).await;
        let national = app.national().await;
        let all = progress(&national, "null").await;
        // East of England, London, Midlands, North East and Yorkshire, North West, South East, South West.
        assert_eq!(
            all,
            json!([
                row("Y61", 3, 0, Some([0, 0, 0, 0])),
                row("Y56", 4, 0, Some([1, 0, 0, 0])),
                row("Y60", 11, 0, Some([0, 0, 0, 0])),
                row("Y63", 4, 1, Some([4, 3, 1, 0])),
                row("Y62", 3, 0, Some([0, 0, 0, 0])),
                row("Y59", 4, 0, Some([0, 0, 0, 0])),
                row("Y58", 7, 0, Some([0, 0, 0, 0])),
            ])
        );
        let some = progress(&national, "[\"Y58\", \"Y63\", \"Y99\"]").await;
        assert_eq!(some, json!([all[3], all[6]]));
        assert_eq!(progress(&national, "[]").await, json!([]));
        app.at("2026-12-02T00:00:00Z");
        assert_eq!(
            progress(&national, "[\"Y63\", \"Y56\"]").await,
            json!([row("Y56", 4, 0, Some([1, 0, 0, 4])), row("Y63", 4, 1, Some([4, 3, 1, 1]))])
        );
    }

    async fn work_before_publication_counts_for_those_who_may_know_of_it(app: &App) {
        halfway(app).await;
        let own = row("Y63", 4, 1, Some([4, 3, 1, 0]));
        let outside = row("Y63", 4, 1, None);
        for (who, person, expected) in [
            ("national", app.national().await, &own),
            ("reviewer", app.reviewer_of("Y63").await, &own),
            ("other region", app.reviewer_of("Y60").await, &outside),
            ("lead", app.lead_of("QWO").await, &outside),
            ("contributor", app.contributor_to("QWO").await, &outside),
            ("reader", app.reader().await, &outside),
            ("stranger", app.stranger(), &outside),
        ] {
            assert_eq!(progress(&person, "[\"Y63\"]").await, json!([expected]), "{who}");
        }
        let midlands = row("Y60", 11, 0, None);
        assert_eq!(progress(&app.reviewer_of("Y63").await, "[\"Y60\"]").await, json!([midlands]));
    }

    async fn who_has_not_submitted_is_missing_for_those_whom_it_concerns(app: &App) {
        let all = halfway(app).await;
        let region = app.reviewer_of("Y63").await;
        assert_eq!(missing(&region).await, ["QHM"]);
        assert_eq!(missing(&app.lead_of("QHM").await).await, ["QHM"]);
        assert_eq!(missing(&app.contributor_to("QHM").await).await, ["QHM"]);
        for person in [app.lead_of("QWO").await, app.reader().await, app.stranger()] {
            assert_eq!(missing(&person).await, Vec::<String>::new());
        }
        let national = missing(&app.national().await).await;
        assert_eq!(national.len(), 36 - 3);
        assert!(national.contains(&"QKK".to_owned()), "a draft is missing still");
        let revision = region.assessment(&all[3]).await["revision"].clone();
        let back = json!({ "idempotencyKey": "b", "assessment": all[3], "expectedRevision": revision, "reason": "r" });
        assert_eq!(region.change("returnAssessment", "", back).await["errors"], json!([]));
        assert_eq!(missing(&region).await, ["QHM", "QWO"], "by name, and returned work is missing again");
        let revision = region.assessment(&all[1]).await["revision"].clone();
        let gone = json!({ "idempotencyKey": "w", "assessment": all[1], "expectedRevision": revision, "reason": "r" });
        app.lead_of("QHM").await.change("withdrawAssessment", "", gone).await;
        assert_eq!(progress(&region, "[\"Y63\"]").await, json!([row("Y63", 4, 1, Some([3, 2, 1, 0]))]));
        assert_eq!(missing(&region).await, ["QHM", "QWO"]);
    }

    async fn more_time_and_a_retraction_show_in_the_counts(app: &App) {
        let all = halfway(app).await;
        let (national, region) = (app.national().await, app.reviewer_of("Y63").await);
        let document =
            "{ system(code: \"QHM\") { id } round(framework: \"sdpt\", label: \"2026/27 Q2\") { id } }";
        let ids = region.data(document, json!({})).await;
        let input = json!({ "idempotencyKey": "x", "round": ids["round"]["id"], "organisation": ids["system"]["id"],
            "until": "2026-12-10", "reason": "r" });
        assert_eq!(region.change("extendDeadline", "", input).await["errors"], json!([]));
        app.at("2026-12-02T00:00:00Z");
        assert_eq!(progress(&region, "[\"Y63\"]").await[0]["overdue"], 0);
        app.at("2026-12-11T00:00:00Z");
        assert_eq!(progress(&region, "[\"Y63\"]").await[0]["overdue"], 1);
        let revision = national.assessment(&all[2]).await["revision"].clone();
        let input = json!({ "idempotencyKey": "r", "assessment": all[2], "expectedRevision": revision, "reason": "r" });
        assert_eq!(national.change("retractPublication", "", input).await["errors"], json!([]));
        assert_eq!(progress(&region, "[\"Y63\"]").await, json!([row("Y63", 4, 0, Some([4, 3, 1, 1]))]));
    }

    async fn a_round_expects_whoever_was_open_on_its_day_in_the_region_of_that_day(app: &App) {
        let national = app.national().await;
        let days = json!({ "referenceDate": "2026-03-31" });
        opened(&national, "2026/27 Q2", days).await;
        assert_eq!(
            progress(&national, "[\"Y59\", \"Y61\"]").await,
            json!([row("Y61", 6, 0, Some([0; 4])), row("Y59", 6, 0, Some([0; 4]))])
        );
        assert_eq!(missing(&app.reviewer_of("Y59").await).await, ["QU9", "QNQ", "QRL", "QKS", "QXU", "QNX"]);
        assert_eq!(missing(&app.lead_of("S0E4D").await).await, Vec::<String>::new());
    }
}
