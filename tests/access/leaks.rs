//! No way round the matrix: whatever outsiders ask, of whatever moment, they meet nothing that is not theirs to read.

use domain::grant::Role;
use serde_json::{Value, json};

use super::planted::{Planted, WRITTEN_ON, announce_a_successor, planted, reached, text};
use crate::harness::app::{App, Person};

/// Everything that can be asked of a thing, down to the last text. ON: the elements that are written on.
const FRAGMENTS: &str = "
    fragment R on Rating { id rationale by confidence outcome { ... on NotApplicable { reason } }
        evidence { ...E } supersedes { id rationale by } judged { id } carriedFrom { round { label } } }
    fragment E on Evidence { id title link }
    fragment W on WorkingPapers { rated approval { body paper } evidence { ...E } missing { message }
        answers(subjects: ON) { ...F } history { totalCount nodes { actor act sentence why } } }
    fragment F on Answer { self { ...R } moderated { ...R } agreed { ...R } previous { ...R } difference note
        contest { why answer } }
    fragment A on Assessment { id stage revision respondBy viewerActs { reasons { message } }
        workingPapers { ...W } publishedRatings(subjects: ON) { ...R } own: publishedRatings(basis: SELF, subjects: ON) { ...R }
        reviewed: publishedRatings(basis: MODERATED, subjects: ON) { ...R } }";

/// All answers that somebody gets who asks for these ids and for the system, as of these moments.
async fn crawl(person: &Person<'_>, ids: &[&String], moments: &[Value]) -> String {
    let mut seen = String::new();
    let fragments = FRAGMENTS.replace("ON)", &format!("{WRITTEN_ON:?})"));
    let node = format!(
        "query($id: ID!) {{ node(id: $id) {{ __typename ...A ...R ...E ... on Grant {{ role }} }} }} {fragments}"
    );
    let nodes =
        format!("query($ids: [ID!]!) {{ nodes(ids: $ids) {{ __typename ...A ...R ...E }} }} {fragments}");
    let mut questions: Vec<_> = ids.iter().map(|id| (&node, json!({ "id": id }))).collect();
    questions.extend(ids.chunks(5).map(|ids| (&nodes, json!({ "ids": ids }))));
    let figures = "assessments(first: 10) { totalCount nodes { ...A } edges { cursor } }
        profile(framework: \"sdpt\", asOf: $asOf) { themes { elements { ...F } } }
        unpublished: profile(framework: \"sdpt\", include: SUBMITTED, asOf: $asOf) { themes { elements { ...F } } }
        progression(framework: \"sdpt\", grain: ELEMENT, asOf: $asOf) { lines { points { on } } }";
    let system = format!("query($asOf: AsOf) {{ system(code: \"QWO\") {{ {figures} }} }} {fragments}");
    let systems = format!(
        "query($asOf: AsOf) {{ systems(where: {{ codes: [\"QWO\"] }}, first: 1, asOf: $asOf) {{
            nodes {{ {figures} }} }} }} {fragments}"
    );
    let lists = format!(
        "query {{ assessments(where: {{ codes: [\"QWO\"] }}, first: 10) {{ totalCount nodes {{ ...A }} }}
            viewer {{ workList {{ nodes {{ act assessment {{ id }} organisation {{ id }} }} }} }} }} {fragments}"
    );
    questions.push((&system, json!({})));
    questions.push((&lists, json!({})));
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
    let Planted { stage, superseded, evidence, judged, .. } = of;
    let mut texts = vec!["first thought", "evidence", "link"];
    for (from, what) in [
        ("returned", ["board", "paper", "return", "note"].as_slice()),
        ("moderated", &["first judgement"]),
        ("contested", &["contest"]),
        ("published", &["answer"]),
        ("retracted", &["retraction"]),
    ] {
        texts.extend(what.iter().filter(|_| reached(stage, from)));
    }
    let texts = texts.iter().map(|what| format!("planted {what}, {stage}"));
    let names = reached(stage, "moderated").then(|| format!("Judge, {stage}"));
    let first_judgement = judged.get(1).cloned();
    let ids = [superseded.clone(), evidence.clone(), "Planted Name".to_owned()];
    texts.chain(ids).chain(names).chain(first_judgement).collect()
}

/// What was written about the values that are published, or would be.
fn rationale(of: &Planted) -> Vec<String> {
    let mut texts = vec!["rationale", "reason"];
    texts.extend(reached(of.stage, "moderated").then_some("judgement"));
    texts.extend(reached(of.stage, "published").then_some("correction"));
    texts.iter().map(|what| format!("planted {what}, {}", of.stage)).collect()
}

/// The region's view, which its own people have and the system's only once it is shared.
fn view_of_the_region(of: &Planted) -> Vec<String> {
    let texts = ["judgement", "first judgement"].map(|what| format!("planted {what}, {}", of.stage));
    [of.judged.clone(), texts.to_vec(), vec![format!("Judge, {}", of.stage)]].concat()
}

/// All of it, where nobody may know even that it exists.
fn hidden(of: &Planted) -> Vec<String> {
    [unpublished(of), of.ratings.clone(), of.judged.clone(), rationale(of), vec![of.assessment.clone()]]
        .concat()
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

const PLANTS: [(&str, bool); 9] = [
    ("draft", true),
    ("returned", true),
    ("submitted", true),
    ("moderated", true),
    ("shared", true),
    ("contested", true),
    ("published", false),
    ("openly published", true),
    ("retracted", true),
];

/// An assessment a stage, and the moments after each was planted.
async fn plant(app: &App, insider: &Person<'_>) -> (Vec<Planted>, Vec<Value>) {
    announce_a_successor(app).await;
    let (mut all, mut at) = (Vec::new(), vec![Value::Null, json!({ "on": "2027-09-30" })]);
    for (stage, readers_see) in PLANTS {
        let policy = json!({ "evidenceFrom": null, "readersSeeRationale": readers_see });
        all.push(planted(app, stage, policy).await);
        at.extend(moments(insider).await);
    }
    (all, at)
}

on_both! {
    async fn nobody_meets_what_is_not_theirs_to_read_whatever_they_ask(app: &App) {
        let insider = app.lead_of("QWO").await;
        let (all, at) = plant(app, &insider).await;
        let grants = insider.data("{ viewer { grants { id } } }", json!({})).await;
        let grant = text(&grants["viewer"]["grants"][0]["id"]);
        let mut ids: Vec<_> =
            all.iter().flat_map(|of| [&of.assessment, &of.superseded, &of.evidence]).collect();
        ids.extend(all.iter().flat_map(|of| of.ratings.iter().chain(&of.judged)).chain([&grant]));

        let everything: Vec<_> = all.iter().flat_map(hidden).collect();
        let unshared = view_of_the_region(&all[3]);
        for (who, colleague) in [
            ("the lead", insider),
            ("a contributor", app.contributor_to("QWO").await),
            ("the lead of the successor", app.lead_of("QOQ").await),
        ] {
            let seen = crawl(&colleague, &ids, &at).await;
            assert_absent(&seen, &unshared, who);
            let expected: Vec<_> = everything.iter().filter(|text| !unshared.contains(text)).collect();
            let missed: Vec<_> = expected.into_iter().filter(|text| !seen.contains(text.as_str())).collect();
            assert!(missed.is_empty(), "{who} cannot read {missed:?}");
        }
        let [published, openly, retracted] = [&all[6], &all[7], &all[8]];
        for (who, outsider) in [
            ("a stranger", app.stranger()),
            ("a reader", app.reader().await),
            ("the lead of another system", app.lead_of("QOP").await),
            ("a contributor to the successor", app.contributor_to("QOQ").await),
            ("the reviewer of another region", app.reviewer_of("Y60").await),
        ] {
            let seen = crawl(&outsider, &ids, &at).await;
            for of in &all[..6] {
                assert_absent(&seen, &hidden(of), who);
            }
            assert_absent(
                &seen,
                &[unpublished(published), unpublished(openly), unpublished(retracted)].concat(),
                who,
            );
            assert_absent(&seen, &rationale(published), who);
            assert_absent(&seen, std::slice::from_ref(&grant), who);
            for expected in rationale(openly).iter().chain(&published.ratings).chain(&openly.ratings) {
                assert!(seen.contains(expected), "{who} cannot read {expected}, which is published");
            }
        }
        for (who, seer) in
            [("the reviewer", app.reviewer_of("Y63").await), ("the national team", app.national().await)]
        {
            let seen = crawl(&seer, &ids, &at).await;
            let draft = &all[0];
            let header = |text: &String| *text == draft.assessment || text == "Planted Name";
            let papers: Vec<_> = hidden(draft).into_iter().filter(|text| !header(text)).collect();
            assert_absent(&seen, &papers, who);
            assert!(seen.contains(&draft.assessment), "{who} knows from the start that it exists");
            for expected in all[1..].iter().flat_map(hidden) {
                assert!(seen.contains(&expected), "{who} cannot read {expected}, which was submitted");
            }
        }
    }

    async fn what_the_region_takes_back_before_it_publishes_is_never_shown_to_the_system(app: &App) {
        let of = planted(app, "moderated", json!({ "evidenceFrom": null })).await;
        let reviewer = app.reviewer_of("Y63").await;
        let item = |key: &str, outcome: Value, replaces: &Value| json!({ "element": key, "of": of.ratings[1], "replaces": replaces, "outcome": outcome });
        let cleared = item(WRITTEN_ON[1], json!({ "cleared": true }), &json!(of.judged[0]));
        let input = json!({ "idempotencyKey": "clear", "assessment": of.assessment, "items": [cleared] });
        assert_eq!(reviewer.change("moderateElements", "", input).await["errors"], json!([]));
        assert_eq!(reviewer.publishes(&of.assessment).await["errors"], json!([]));
        let ids: Vec<_> = of.ratings.iter().chain(&of.judged).chain([&of.assessment]).collect();
        let lead = app.lead_of("QWO").await;
        assert_absent(&crawl(&lead, &ids, &[Value::Null]).await, &view_of_the_region(&of), "the lead");

        let thriving = item(WRITTEN_ON[1], json!({ "level": "thriving" }), &Value::Null);
        let revision = reviewer.assessment(&of.assessment).await["revision"].clone();
        let input = json!({ "idempotencyKey": "correct", "assessment": of.assessment, "items": [thriving],
            "expectedRevision": revision, "reason": "a late correction" });
        assert_eq!(reviewer.change("correctRatings", "", input).await["errors"], json!([]));
        let seen = crawl(&lead, &ids, &[Value::Null]).await;
        assert_absent(&seen, &view_of_the_region(&of), "the lead");
        assert!(seen.contains("a late correction"), "a correction is known to the system at once");
        let document = "query($id: ID!) { node(id: $id) { ... on Assessment { workingPapers { answers {
            moderated { outcome { ... on Level { key } } supersedes { id } } difference } } } } }";
        let papers =
            lead.data(document, json!({ "id": of.assessment })).await["node"]["workingPapers"].clone();
        let corrected =
            json!({ "moderated": { "outcome": { "key": "thriving" }, "supersedes": null }, "difference": 1 });
        assert_eq!(papers["answers"][1], corrected);
    }

    async fn as_of_the_time_before_it_was_shared_the_view_of_the_region_stays_unseen(app: &App) {
        let (lead, region) = (app.lead_of("QWO").await, app.reviewer_of("Y63").await);
        let of = planted(app, "moderated", json!({ "evidenceFrom": null })).await;
        let [before, _] = moments(&region).await;
        let revision = region.assessment(&of.assessment).await["revision"].clone();
        let input =
            json!({ "idempotencyKey": "s", "assessment": of.assessment, "expectedRevision": revision });
        assert_eq!(region.change("shareModeration", "", input).await["errors"], json!([]));
        let document =
            "query($asOf: AsOf) { system(code: \"QWO\") { profile(framework: \"sdpt\", include: SUBMITTED,
            asOf: $asOf) { stage themes { elements { element { key } moderated { id } self { id } } } } } }";
        let told = async |person: &Person<'_>, moment: &Value| {
            let data = person.data(document, json!({ "asOf": moment })).await;
            let profile = &data["system"]["profile"];
            let themes = profile["themes"].as_array().unwrap().iter();
            let elements = themes.flat_map(|theme| theme["elements"].as_array().unwrap());
            let judged = elements.into_iter().find(|row| row["element"]["key"] == WRITTEN_ON[1]);
            (text(&profile["stage"]), judged.unwrap()["moderated"]["id"].clone())
        };
        let judged = json!(of.judged[0]);
        assert_eq!(told(&lead, &before).await, ("SUBMITTED".to_owned(), Value::Null));
        assert_eq!(told(&region, &before).await, ("SUBMITTED".to_owned(), judged.clone()));
        assert_eq!(told(&lead, &Value::Null).await, ("MODERATED".to_owned(), judged));
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
            "mutation($id: ID!) { withdrawAssessment(input: { idempotencyKey: \"k\", assessment: $id,
                expectedRevision: 0, reason: \"r\" }) { errors { code } } }",
            "mutation($id: ID!) { returnAssessment(input: { idempotencyKey: \"k\", assessment: $id,
                expectedRevision: 0, reason: \"r\" }) { errors { code } } }",
            "mutation($id: ID!) { moderateElements(input: { idempotencyKey: \"k\", assessment: $id, items: [] }) {
                errors { code } } }",
            "mutation($id: ID!) { shareModeration(input: { idempotencyKey: \"k\", assessment: $id,
                expectedRevision: 0 }) { errors { code } } }",
            "mutation($id: ID!) { contestModeration(input: { idempotencyKey: \"k\", assessment: $id,
                expectedRevision: 0, items: [] }) { errors { code } } }",
            "mutation($id: ID!) { correctRatings(input: { idempotencyKey: \"k\", assessment: $id,
                expectedRevision: 0, reason: \"r\", items: [] }) { errors { code } } }",
            "mutation($id: ID!) { retractPublication(input: { idempotencyKey: \"k\", assessment: $id,
                expectedRevision: 0, reason: \"r\" }) { errors { code } } }",
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
