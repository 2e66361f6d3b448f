//! A whole round as its people live it, from the opening to the correction a season later.

use domain::grant::Role;
use serde_json::{Value, json};

use crate::harness::app::{App, Person};
use crate::harness::ledger::at_once;
use crate::harness::refusal::told;
use crate::harness::round::noted;
use crate::round::opened;

const FIRST: &str = "sdpt.functions.transformation.priorities";
const SECOND: &str = "sdpt.functions.transformation.plan-delivery";
/// Birmingham and Solihull, whose round it is.
const OURS: &str = "QHL";
const REGION: &str = "Y60";
const OTHERS: [&str; 9] = ["QGH", "QJ2", "QJM", "QK1", "QNC", "QOC", "QPM", "QT1", "QUA"];

/// Publishes a round of the quarter before, all developing, so that there is something to carry forward.
async fn the_quarter_before(app: &App) {
    let (national, lead) = (app.national().await, app.lead_of(OURS).await);
    let round = opened(&national, "2026/27 Q1", json!({ "referenceDate": "2026-06-30" })).await;
    let assessment = lead.starts(&round, OURS).await;
    lead.rates_all(&assessment, "developing").await;
    assert_eq!(lead.submits(&assessment).await["errors"], json!([]));
    assert_eq!(app.reviewer_of(REGION).await.publishes(&assessment).await["errors"], json!([]));
}

/// Starts with what was agreed the quarter before. Returns the assessment.
async fn carries_forward(lead: &Person<'_>, round: &str) -> String {
    let input = json!({ "idempotencyKey": "start", "round": round, "system": { "code": OURS }, "carryForward": true });
    let payload = lead.change("startAssessment", "assessment { ...A id }", input).await;
    assert_eq!(payload["errors"], json!([]));
    assert_eq!(payload["assessment"]["workingPapers"]["rated"], 24);
    payload["assessment"]["id"].as_str().unwrap().to_owned()
}

async fn lacks(person: &Person<'_>, assessment: &str) -> Vec<String> {
    let document =
        "query($id: ID!) { node(id: $id) { ... on Assessment { workingPapers { missing { kind } } } } }";
    let node = person.data(document, json!({ "id": assessment })).await["node"].clone();
    let missing = node["workingPapers"]["missing"].as_array().unwrap().clone();
    missing.iter().map(|missing| missing["kind"].as_str().unwrap().to_owned()).collect()
}

/// Each of six people confirms three elements and raises one, all at once; then all change one and the same.
async fn six_edit_at_once(app: &App, assessment: &str) {
    let mut people = vec![app.lead_of(OURS).await];
    for name in ["finance", "quality", "people", "digital", "estates"] {
        people.push(app.somebody(Role::Contributor, Some(OURS), Some(name)).await);
    }
    let form = people[0].form(assessment).await;
    let item = |row: &Value, changed: bool| {
        let mut item = json!({ "element": row["element"]["key"], "replaces": row["self"]["id"] });
        if changed {
            item["outcome"] = json!({ "level": "maturing" });
            item["rationale"] = json!("the new plan works");
        }
        item
    };
    let shares = form.chunks(4).map(|rows| {
        let items: Vec<_> = rows.iter().enumerate().map(|(i, row)| item(row, i == 0)).collect();
        json!({ "idempotencyKey": "my share", "assessment": assessment, "items": items })
    });
    let edits = people.iter().zip(shares).map(|(person, input)| person.change("rateElements", "", input));
    for payload in at_once(edits).await {
        assert_eq!(payload["errors"], json!([]), "nobody is in the way of another");
    }
    let row = people[0].form(assessment).await.swap_remove(0);
    let same =
        json!({ "idempotencyKey": "all of us", "assessment": assessment, "items": [item(&row, true)] });
    let edits = people.iter().map(|person| person.change("rateElements", "", same.clone()));
    let mut told: Vec<_> = at_once(edits).await.iter().map(|payload| told(&payload["errors"])).collect();
    told.sort_unstable();
    assert_eq!(told[0], Vec::<String>::new(), "one is the first");
    assert_eq!(
        told[1..],
        vec![vec!["STALE_REVISION items.0.replaces".to_owned()]; 5],
        "the others look again"
    );
}

async fn submits_with_the_chairs_action(lead: &Person<'_>, assessment: &str) {
    let approval = json!({ "kind": "CHAIR_ACTION", "body": "Chair of the board", "on": "2026-11-20" });
    let submitted = lead.acts("submitAssessment", assessment, json!({ "approval": approval })).await;
    assert_eq!(submitted["stage"], "SUBMITTED");
}

/// Reads the note and answers it.
async fn amends(lead: &Person<'_>, assessment: &str) {
    let row = lead.form(assessment).await.swap_remove(1);
    assert_eq!(row["note"], "which plan is meant?");
    let amended = json!({ "element": SECOND, "replaces": row["self"]["id"], "outcome": { "level": "developing" },
        "rationale": "the plan of June" });
    let input = json!({ "idempotencyKey": "amend", "assessment": assessment, "items": [amended] });
    assert_eq!(lead.change("rateElements", "", input).await["errors"], json!([]));
}

fn the_history_tells_it_all(told: &[String]) {
    let words: Vec<_> = told.iter().map(|told| told.split_whitespace().next().unwrap()).collect();
    let path = "Started Rated Rated Rated Rated Rated Rated Rated Submitted Returned Rated Submitted \
        Judged Shared Contested Published Corrected";
    assert_eq!(words, path.split(' ').collect::<Vec<_>>());
    assert!(told[8].contains("approved by the chair's action"), "{}", told[8]);
    assert!(told[15].starts_with("Published it together with 9 others, and answered"), "{}", told[15]);
    assert!(told[16].ends_with("Why: an error of the region."), "{}", told[16]);
}

/// Nine more systems of the region, submitted.
async fn the_others(app: &App, round: &str) -> Vec<String> {
    let mut submitted = Vec::new();
    for system in OTHERS {
        let lead = app.lead_of(system).await;
        let assessment = lead.starts(round, system).await;
        lead.rates_all(&assessment, "emerging").await;
        assert_eq!(lead.submits(&assessment).await["errors"], json!([]));
        submitted.push(assessment);
    }
    submitted
}

/// What the board sees of its system: the counts of levels, round by round, and the movement between them.
async fn board_figure(reader: &Person<'_>, as_of: Value) -> Value {
    let document = "query($asOf: AsOf) { system(code: \"QHL\") {
        profile(framework: \"sdpt\", asOf: $asOf) { round { label } themes { elements {
            element { key } agreed { basis outcome { ... on Level { key } } } } } }
        progression(framework: \"sdpt\", grain: EDITION, asOf: $asOf) { lines {
            points { on assessedAfresh rollUp { levelCounts { count } median { key } } }
            movement { word advanced slipped held basisChanged sentence } } } } }";
    reader.data(document, json!({ "asOf": as_of })).await["system"].clone()
}

fn counts(figure: &Value) -> Vec<u64> {
    let points = figure["progression"]["lines"][0]["points"].as_array().unwrap();
    let counts = points.last().unwrap()["rollUp"]["levelCounts"].as_array().unwrap();
    counts.iter().map(|count| count["count"].as_u64().unwrap()).collect()
}

on_both! {
    async fn a_whole_round_from_its_opening_to_a_correction_a_season_later(app: &App) {
        the_quarter_before(app).await;
        let (national, lead) = (app.national().await, app.lead_of(OURS).await);
        let (reviewer, reader) = (app.reviewer_of(REGION).await, app.reader().await);
        let round = national.opens("2026/27 Q2").await;

        let ours = carries_forward(&lead, &round).await;
        assert_eq!(lacks(&lead, &ours).await[..2], ["NOT_CONFIRMED", "NOT_CONFIRMED"]);
        assert_eq!(lacks(&lead, &ours).await.len(), 25, "24 to confirm, and the approval");
        six_edit_at_once(app, &ours).await;
        assert_eq!(lacks(&lead, &ours).await, ["APPROVAL"]);
        submits_with_the_chairs_action(&lead, &ours).await;

        app.at("2026-12-20T10:00:00Z");
        reviewer.returns(&ours, &[(SECOND, "which plan is meant?")]).await;
        amends(&lead, &ours).await;
        submits_with_the_chairs_action(&lead, &ours).await;

        app.at("2027-01-15T10:00:00Z");
        reviewer.moderates(&ours, &[(FIRST, "developing"), (SECOND, "emerging")]).await;
        assert_eq!(lead.form(&ours).await[0]["moderated"], Value::Null, "not shared yet");
        reviewer.shares(&ours).await;
        assert_eq!(lead.form(&ours).await[0]["difference"], -1);
        lead.contests(&ours, &[(FIRST, "the audit says otherwise")]).await;
        let revision = reviewer.assessment(&ours).await["revision"].clone();
        let answers = noted(&[(FIRST, "the audit is of last year")]);
        let mut items = vec![json!({ "assessment": ours, "expectedRevision": revision, "answers": answers })];
        app.at("2026-12-01T10:00:00Z");
        for other in the_others(app, &round).await {
            items.push(json!({ "assessment": other, "expectedRevision": 3 }));
        }

        app.at("2027-02-01T09:00:00Z");
        let before = board_figure(&reader, Value::Null).await;
        assert_eq!(counts(&before), [0, 24, 0, 0], "of the quarter before");
        let publish = json!({ "idempotencyKey": "the region", "items": items });
        let published =
            reviewer.change("publishAssessments", "results { assessment { stage } }", publish).await;
        assert_eq!(published["results"], json!(vec![json!({ "assessment": { "stage": "PUBLISHED" } }); 10]));
        let first_day = board_figure(&reader, Value::Null).await;
        assert_eq!(counts(&first_day), [1, 18, 5, 0]);
        let line = &first_day["progression"]["lines"][0];
        assert_eq!(
            (&line["movement"]["word"], &line["movement"]["advanced"]),
            (&json!("ADVANCED"), &json!(5))
        );
        assert_eq!(line["movement"]["basisChanged"], 2, "what changed its judge is no movement");
        assert_eq!(line["points"][1]["assessedAfresh"], 7, "the others were confirmed");
        let contest = json!({ "why": "the audit says otherwise", "answer": "the audit is of last year" });
        assert_eq!(lead.form(&ours).await[0]["contest"], contest);

        app.at("2027-05-10T09:00:00Z");
        reviewer.corrects(&ours, &[(FIRST, "maturing")]).await;
        let corrected = board_figure(&reader, Value::Null).await;
        assert_eq!(counts(&corrected), [1, 17, 6, 0]);
        for person in [&reader, &lead, &national] {
            let then =
                board_figure(person, json!({ "on": "2027-02-01", "knownAt": "2027-02-01T17:00:00Z" })).await;
            assert_eq!(then, first_day, "the board's figure of the first day, found again");
        }
        the_history_tells_it_all(&lead.history(&ours).await);
    }
}
