//! Pages of assessments with all that hangs on them: as many statements for fifty as for five.

use serde_json::json;

use crate::harness::app::App;

/// Twenty-five of those that are open today.
const SYSTEMS: [&str; 25] = [
    "QE1", "QF7", "QGH", "QHL", "QHM", "QJ2", "QJK", "QJM", "QK1", "QKK", "QKS", "QMF", "QNC", "QOC", "QOP",
    "QOQ", "QOX", "QPM", "QR1", "QRL", "QSL", "QT1", "QT6", "QUA", "QUY",
];

const RATINGS: &str = "publishedRatings { element { key title } outcome { ... on Level { key } } by rationale
    evidence { title link } }";
const PAPERS: &str = "workingPapers { rated missing { kind } approval { body paper } evidence { title }
    answers { note contest { why } self { rationale evidence { title } } agreed { rationale by } previous { rationale }
    moderated { rationale } } }";

/// Two rounds, in each a published assessment of every system.
async fn planted(app: &App) {
    let national = app.national().await;
    let policy = || json!({ "evidenceFrom": null });
    let rounds = [
        national.opens_for("first", "2026-06-30", policy()).await,
        national.opens_for("second", "2026-09-30", policy()).await,
    ];
    for system in SYSTEMS {
        let lead = app.lead_of(system).await;
        for round in &rounds {
            let own = lead.starts(round, system).await;
            lead.rates_all(&own, "developing").await;
            let input = json!({ "idempotencyKey": format!("evidence {own}"), "assessment": own, "title": "Plan 2026",
                "link": "https://example.org/paper 7", "kind": "PLAN", "elements": ["sdpt.capabilities.governance.governance"] });
            assert_eq!(lead.change("recordEvidence", "", input).await["errors"], json!([]));
            lead.submits(&own).await;
            national.publishes(&own).await;
        }
    }
}

on_both! {
    async fn fifty_assessments_cost_as_many_statements_as_five(app: &App) {
        planted(app).await;
        let national = app.national().await;
        let lead = app.lead_of("QE1").await;
        // The most that each may take: what a page shows is fetched together.
        for (fields, at_most) in [("id stage organisation { name }", 0), (RATINGS, 5), (PAPERS, 15)] {
            let mut statements = Vec::new();
            for first in [5, 50] {
                let document = format!("{{ assessments(first: {first}) {{ nodes {{ {fields} }} }} }}");
                let before = app.store.statements();
                // Asked once: `data` asks in several ways.
                let answer = national.ask_in_order(&document).await.into_json().unwrap();
                assert_eq!(answer["data"]["assessments"]["nodes"].as_array().map(Vec::len), Some(first.min(50)));
                statements.push(app.store.statements() - before);
            }
            assert_eq!(statements[0], statements[1], "{fields}");
            assert!(statements[1] <= at_most, "{statements:?} for {fields}");
        }
        let before = app.store.statements();
        lead.data("{ system(code: \"QE1\") { assessments { nodes { publishedRatings { rationale } } } } }", json!({})).await;
        assert!(app.store.statements() > before, "what people wrote is not in memory");
    }
}
