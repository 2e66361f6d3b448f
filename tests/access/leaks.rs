//! No way round the matrix: whatever outsiders ask, of whatever moment, they meet nothing that is not theirs to read.

use domain::grant::Role;
use serde_json::{Value, json};

use super::{Planted, planted, text};
use crate::harness::app::{App, Person};

/// Everything that can be asked of a thing, down to the last text.
const FRAGMENTS: &str = "
    fragment R on Rating { id rationale by confidence outcome { ... on NotApplicable { reason } }
        evidence { ...E } supersedes { id rationale by } }
    fragment E on Evidence { id title link }
    fragment W on WorkingPapers { rated approval { body paper } evidence { ...E } missing { message }
        answers { ...F } }
    fragment F on Answer { self { ...R } agreed { ...R } previous { ...R } }
    fragment A on Assessment { id stage revision viewerActs { reasons { message } } workingPapers { ...W }
        publishedRatings { ...R } }";

/// All answers that somebody gets who asks for these ids and for the system, as of these moments.
async fn crawl(person: &Person<'_>, ids: &[&String], moments: &[Value]) -> String {
    let mut seen = String::new();
    let node = format!(
        "query($id: ID!) {{ node(id: $id) {{ __typename ...A ...R ...E ... on Grant {{ role }} }} }} {FRAGMENTS}"
    );
    let nodes =
        format!("query($ids: [ID!]!) {{ nodes(ids: $ids) {{ __typename ...A ...R ...E }} }} {FRAGMENTS}");
    let mut questions: Vec<_> = ids.iter().map(|id| (&node, json!({ "id": id }))).collect();
    questions.push((&nodes, json!({ "ids": ids })));
    let figures = "assessments(first: 10) { totalCount nodes { ...A } edges { cursor } }
        profile(framework: \"sdpt\", asOf: $asOf) { themes { elements { ...F } } }
        unpublished: profile(framework: \"sdpt\", include: SUBMITTED, asOf: $asOf) { themes { elements { ...F } } }
        progression(framework: \"sdpt\", grain: ELEMENT, asOf: $asOf) { lines { points { on } } }";
    let system = format!("query($asOf: AsOf) {{ system(code: \"QWO\") {{ {figures} }} }} {FRAGMENTS}");
    let systems = format!(
        "query($asOf: AsOf) {{ systems(where: {{ codes: [\"QWO\"] }}, first: 1, asOf: $asOf) {{
            nodes {{ {figures} }} }} }} {FRAGMENTS}"
    );
    questions.push((&system, json!({})));
    questions.extend(moments.iter().map(|moment| (&systems, json!({ "asOf": moment }))));
    for (document, asked) in questions {
        let answer = person.ask_with(document, asked).await;
        assert_eq!(answer["errors"], Value::Null, "{answer:#}");
        seen += &answer.to_string();
    }
    seen
}

/// Everything of an assessment that only working papers show.
fn unpublished(of: &Planted) -> Vec<String> {
    let Planted { stage, superseded, evidence, .. } = of;
    let texts = ["first thought", "evidence", "link", "board", "paper"];
    let texts = texts.iter().map(|what| format!("planted {what}, {stage}"));
    texts.chain([superseded.clone(), evidence.clone(), "Planted Name".to_owned()]).collect()
}

fn rationale(of: &Planted) -> [String; 2] {
    ["rationale", "reason"].map(|what| format!("planted {what}, {}", of.stage))
}

/// All of it, where nobody may know even that it exists.
fn hidden(of: &Planted) -> Vec<String> {
    [unpublished(of), of.ratings.clone(), rationale(of).to_vec(), vec![of.assessment.clone()]].concat()
}

fn assert_absent(seen: &str, forbidden: &[String], who: &str) {
    let found: Vec<_> = forbidden.iter().filter(|text| seen.contains(text.as_str())).collect();
    assert!(found.is_empty(), "{who} met {found:?}");
}

/// Where the ledger stands, as a moment to ask about.
async fn moments(person: &Person<'_>) -> [Value; 2] {
    let document = "{ system(code: \"QWO\") { progression(framework: \"sdpt\") {
        resolvedAsOf { position knownAt } } } }";
    let data = person.data(document, json!({})).await;
    let used = &data["system"]["progression"]["resolvedAsOf"];
    [json!({ "position": used["position"] }), json!({ "knownAt": used["knownAt"] })]
}

on_both! {
    async fn nobody_meets_what_is_not_theirs_to_read_whatever_they_ask(app: &App) {
        let insider = app.lead_of("QWO").await;
        let mut at = vec![Value::Null, json!({ "on": "2027-09-30" })];
        let mut all = Vec::new();
        for (stage, readers_see) in
            [("draft", true), ("submitted", true), ("published", false), ("openly published", true)]
        {
            let policy = json!({ "evidenceFrom": null, "readersSeeRationale": readers_see });
            all.push(planted(app, stage, policy).await);
            at.extend(moments(&insider).await);
        }
        let grants = insider.data("{ viewer { grants { id } } }", json!({})).await;
        let grant = text(&grants["viewer"]["grants"][0]["id"]);
        let mut ids: Vec<_> =
            all.iter().flat_map(|of| [&of.assessment, &of.superseded, &of.evidence]).collect();
        ids.extend(all.iter().flat_map(|of| &of.ratings[..2]).chain([&grant]));

        let seen = crawl(&insider, &ids, &at).await;
        for expected in all.iter().flat_map(hidden) {
            let of_submission = ["planted board, draft", "planted paper, draft"].contains(&expected.as_str());
            assert!(
                of_submission || seen.contains(&expected),
                "the crawl misses {expected} even for the lead"
            );
        }
        let [draft, submitted, published, openly] = all.as_slice() else { panic!("four were planted") };
        let outsiders = [
            ("a stranger", app.stranger()),
            ("a reader", app.reader().await),
            ("the lead of another system", app.lead_of("QOP").await),
            ("the reviewer of another region", app.reviewer_of("Y60").await),
        ];
        for (who, outsider) in &outsiders {
            let seen = crawl(outsider, &ids, &at).await;
            assert_absent(&seen, &[hidden(draft), hidden(submitted)].concat(), who);
            assert_absent(&seen, &[unpublished(published), unpublished(openly)].concat(), who);
            assert_absent(&seen, &rationale(published), who);
            assert_absent(&seen, std::slice::from_ref(&grant), who);
            for expected in rationale(openly).iter().chain(&published.ratings).chain(&openly.ratings) {
                assert!(seen.contains(expected), "{who} cannot read {expected}, which is published");
            }
        }
        let seers =
            [("the reviewer", app.reviewer_of("Y63").await), ("the national team", app.national().await)];
        for (who, seer) in &seers {
            let seen = crawl(seer, &ids, &at).await;
            let header = |text: &String| *text == draft.assessment || text == "Planted Name";
            let papers: Vec<_> = hidden(draft).into_iter().filter(|text| !header(text)).collect();
            assert_absent(&seen, &papers, who);
            assert!(seen.contains(&draft.assessment), "{who} knows from the start that it exists");
            for expected in hidden(submitted) {
                assert!(seen.contains(&expected), "{who} cannot read {expected}, which was submitted");
            }
        }
    }

    async fn what_may_not_be_seen_answers_like_what_does_not_exist(app: &App) {
        let draft = planted(app, "draft", json!({ "evidenceFrom": null })).await;
        let nothing = format!("assessment_{}", "0".repeat(26));
        let reader = app.reader().await;
        for document in [
            "mutation($id: ID!) { rateElements(input: { idempotencyKey: \"k\", assessment: $id, items: [] }) {
                errors { code } } }",
            "mutation($id: ID!) { recordEvidence(input: { idempotencyKey: \"k\", assessment: $id, title: \"t\",
                kind: DATA, elements: [] }) { errors { code } } }",
            "mutation($id: ID!) { submitAssessment(input: { idempotencyKey: \"k\", assessment: $id,
                expectedRevision: 0 }) { errors { code } } }",
            "mutation($id: ID!) { publishAssessments(input: { idempotencyKey: \"k\",
                items: [{ assessment: $id, expectedRevision: 0 }] }) { errors { code } } }",
            "query($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } }",
        ] {
            for person in [&reader, &app.stranger(), &app.lead_of("QOP").await, &app.reviewer_of("Y60").await] {
                let hidden = person.ask_with(document, json!({ "id": draft.assessment })).await;
                let missing = person.ask_with(document, json!({ "id": nothing })).await;
                assert_eq!(hidden, missing, "{document}");
            }
        }
    }

    async fn names_and_evidence_are_never_for_readers_and_a_grant_that_ended_opens_nothing(app: &App) {
        let published =
            planted(app, "openly published", json!({ "evidenceFrom": null, "readersSeeRationale": true }))
                .await;
        let document = "query($id: ID!) { node(id: $id) { ... on Rating {
            rationale by evidence { id } supersedes { id } } } }";
        let asked = json!({ "id": published.ratings[0] });
        let reader = app.reader().await;
        let read = reader.data(document, asked.clone()).await["node"].clone();
        assert_eq!(
            read,
            json!({ "rationale": "planted rationale, openly published", "by": null,
            "evidence": null, "supersedes": null })
        );
        let early = app.somebody(Role::Contributor, Some("QWO"), Some("Early")).await;
        assert_ne!(early.data(document, asked.clone()).await["node"]["by"], Value::Null);
        app.at("2022-06-30T12:00:00Z");
        assert_eq!(
            early.data(document, asked).await["node"]["by"],
            Value::Null,
            "the grant began a day later"
        );
    }
}
