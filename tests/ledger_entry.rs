//! The history of an assessment in words: what was done, by whom and why, in order, and for whom it tells of moderation.

use serde_json::{Value, json};

use crate::harness::app::{App, Person, code};
use crate::round::opened;

const ELEMENTS: [&str; 5] = [
    "sdpt.functions.transformation.priorities",
    "sdpt.functions.transformation.plan-delivery",
    "sdpt.functions.transformation.enablers",
    "sdpt.functions.transformation.enabler-delivery",
    "sdpt.functions.quality.culture",
];

const ENTRIES: &str =
    "query($id: ID!) { node(id: $id) { ... on Assessment { workingPapers { history { totalCount nodes {
    position recordedAt actor act sentence why } } } } } }";

async fn history(person: &Person<'_>, assessment: &str) -> Vec<Value> {
    let data = person.data(ENTRIES, json!({ "id": assessment })).await;
    let history = &data["node"]["workingPapers"]["history"];
    let entries = history["nodes"].as_array().unwrap().clone();
    assert_eq!(history["totalCount"], entries.len());
    entries
}

fn each<'a>(entries: &'a [Value], field: &str) -> Vec<&'a str> {
    entries.iter().map(|entry| entry[field].as_str().unwrap_or("null")).collect()
}

async fn sentences(person: &Person<'_>, assessment: &str) -> Vec<String> {
    each(&history(person, assessment).await, "sentence").into_iter().map(str::to_owned).collect()
}

/// One assessment on its way.
struct Path {
    assessment: String,
    titles: Vec<String>,
}

impl Path {
    async fn start(app: &App, round: &str) -> Self {
        let lead = app.lead_of("QWO").await;
        let input = json!({ "idempotencyKey": format!("start {round}"), "round": round, "system": { "code": "QWO" },
            "carryForward": true });
        let started = lead.change("startAssessment", "assessment { id }", input).await;
        let assessment = started["assessment"]["id"].as_str().unwrap().to_owned();
        let document =
            "{ framework(key: \"sdpt\") { edition { groups { themes { elements { key title } } } } } }";
        let data = lead.data(document, json!({})).await;
        let groups = data["framework"]["edition"]["groups"].as_array().unwrap().iter();
        let themes = groups.flat_map(|group| group["themes"].as_array().unwrap());
        let elements: Vec<_> = themes.flat_map(|theme| theme["elements"].as_array().unwrap()).collect();
        let title = |key: &&str| {
            let found = elements.iter().find(|element| element["key"] == **key).unwrap();
            found["title"].as_str().unwrap().to_owned()
        };
        let titles = ELEMENTS.iter().map(title).collect();
        Self { assessment, titles }
    }

    /// A change that must be taken, at the present revision.
    async fn does(&self, person: &Person<'_>, field: &str, mut input: Value) {
        let revision = person.assessment(&self.assessment).await["revision"].clone();
        input["idempotencyKey"] =
            json!(format!("{field} {input} {revision}").chars().take(200).collect::<String>());
        input["assessment"] = json!(self.assessment);
        if !["rateElements", "moderateElements", "recordEvidence"].contains(&field) {
            input["expectedRevision"] = revision;
        }
        assert_eq!(person.change(field, "", input).await["errors"], json!([]), "{field}");
    }

    /// Rates elements, each by its number and what to say; null confirms.
    async fn rates(&self, person: &Person<'_>, items: &[(usize, Value)]) {
        let answers = person.answers(&self.assessment).await;
        let current = |key: &str| {
            answers.iter().find(|answer| answer["element"]["key"] == key).unwrap()["self"]["id"].clone()
        };
        let items: Vec<_> = items.iter().map(|(i, outcome)| {
            json!({ "element": ELEMENTS[*i], "replaces": current(ELEMENTS[*i]), "outcome": outcome })
        }).collect();
        self.does(person, "rateElements", json!({ "items": items })).await;
    }

    async fn judgement(&self, person: &Person<'_>, i: usize, level: &str) -> Value {
        let answers = person.answers(&self.assessment).await;
        let own = answers.iter().find(|answer| answer["element"]["key"] == ELEMENTS[i]).unwrap();
        json!([{ "element": ELEMENTS[i], "of": own["self"]["id"], "outcome": { "level": level }, "reason": "an item's own" }])
    }
}

fn level(key: &str) -> Value {
    json!({ "level": key })
}

async fn round(app: &App, label: &str, day: &str) -> String {
    let policy = json!({ "evidenceFrom": null, "rationale": "NEVER", "confirmCarriedForward": false });
    opened(&app.national().await, label, json!({ "referenceDate": day, "policy": policy })).await
}

fn approval(kind: &str) -> Value {
    json!({ "approval": { "kind": kind, "body": "b", "on": "2026-11-02" } })
}

/// From the first rating to the retraction, published together with another one of QHM.
async fn play(app: &App, path: &Path, round: &str) {
    let (lead, region, national) =
        (app.lead_of("QWO").await, app.reviewer_of("Y63").await, app.national().await);
    let other = app.lead_of("QHM").await;
    path.rates(&lead, &[(0, level("emerging")), (1, json!({ "notApplicable": "n" }))]).await;
    path.rates(&lead, &[(0, json!({ "cleared": true }))]).await;
    path.does(
        &lead,
        "recordEvidence",
        json!({ "title": "t", "kind": "DATA", "elements": [ELEMENTS[0], ELEMENTS[2]] }),
    )
    .await;
    let system = lead.data("{ system(code: \"QWO\") { id } }", json!({})).await["system"]["id"].clone();
    let more = json!({ "idempotencyKey": "x", "round": round, "organisation": system, "until": "2026-12-10", "reason": "late data" });
    assert_eq!(region.change("extendDeadline", "", more).await["errors"], json!([]));
    lead.rates_all(&path.assessment, "developing").await;
    path.does(&lead, "submitAssessment", approval("CHAIR_ACTION")).await;
    let notes = json!([{ "element": ELEMENTS[1], "note": "n" }]);
    path.does(&region, "returnAssessment", json!({ "reason": "please amend", "notes": notes })).await;
    path.does(&lead, "submitAssessment", approval("BOARD")).await;
    path.does(&region, "returnAssessment", json!({ "reason": "once more" })).await;
    path.does(&lead, "submitAssessment", approval("COMMITTEE")).await;
    path.does(&region, "moderateElements", json!({ "items": path.judgement(&region, 0, "maturing").await }))
        .await;
    path.does(&region, "shareModeration", json!({})).await;
    path.does(&lead, "contestModeration", json!({ "items": [] })).await;
    path.does(&lead, "contestModeration", json!({ "items": [{ "element": ELEMENTS[0], "note": "n" }] }))
        .await;
    let theirs = other.starts(round, "QHM").await;
    other.rates_all(&theirs, "developing").await;
    other.submits(&theirs).await;
    let revision = async |id: &str| region.assessment(id).await["revision"].clone();
    let items = json!([{ "assessment": theirs, "expectedRevision": revision(&theirs).await },
        { "assessment": path.assessment, "expectedRevision": revision(&path.assessment).await,
            "answers": [{ "element": ELEMENTS[0], "note": "n" }] }]);
    let published =
        region.change("publishAssessments", "", json!({ "idempotencyKey": "p", "items": items })).await;
    assert_eq!(published["errors"], json!([]));
    let correction = json!({ "items": path.judgement(&region, 2, "thriving").await, "reason": "a slip" });
    path.does(&region, "correctRatings", correction).await;
    path.does(&national, "retractPublication", json!({ "reason": "all wrong" })).await;
}

on_both! {
    #[expect(clippy::too_many_lines, reason = "a sentence an entry")]
    async fn a_whole_path_is_told_in_sentences_with_actors_and_reasons(app: &App) {
        let (lead, other) = (app.lead_of("QWO").await, app.lead_of("QHM").await);
        let first = round(app, "a", "2026-09-30").await;
        let path = Path::start(app, &first).await;
        let [a, b, c, ..] = &path.titles[..] else { panic!("five titles") };
        play(app, &path, &first).await;

        let entries = history(&lead, &path.assessment).await;
        assert_eq!(
            each(&entries, "sentence"),
            [
                "Started the assessment.".to_owned(),
                format!("Rated 2 elements: {a} at Emerging and {b} as not applicable."),
                format!("Rated 1 element: {a} taken back."),
                format!("Recorded evidence for 2 elements: {a} and {c}."),
                "Gave more time, until 10 December 2026.".to_owned(),
                format!(
                    "Rated 24 elements: {a} at Developing, {b} at Developing, {c} at Developing, {} at Developing and 20 more.",
                    path.titles[3]
                ),
                "Submitted it, approved by the chair's action, on 2 November 2026.".to_owned(),
                format!("Returned it to the system, with notes on 1 element: {b}."),
                "Submitted it, approved by the board, on 2 November 2026.".to_owned(),
                "Returned it to the system.".to_owned(),
                "Submitted it, approved by a committee, on 2 November 2026.".to_owned(),
                format!("Judged 1 element: {a} at Maturing."),
                "Shared the region's view; the system can contest it until 2 December 2026.".to_owned(),
                "Accepted the region's view.".to_owned(),
                format!("Contested the region's view of 1 element: {a}."),
                format!(
                    "Published it together with 1 other, and answered what was contested of 1 element: {a}."
                ),
                format!("Corrected 1 element: {c} at Thriving."),
                "Retracted the publication.".to_owned(),
            ]
        );
        let whys: Vec<_> = each(&entries, "why").into_iter().filter(|why| *why != "null").collect();
        assert_eq!(whys, ["late data", "please amend", "once more", "a slip", "all wrong"]);
        let (ours, theirs) = ("local SYSTEM_LEAD of QWO", "local REGIONAL_REVIEWER of Y63");
        assert_eq!(
            each(&entries, "actor"),
            [
                ours,
                ours,
                ours,
                ours,
                theirs,
                ours,
                ours,
                theirs,
                ours,
                theirs,
                ours,
                theirs,
                theirs,
                ours,
                ours,
                theirs,
                theirs,
                "local NATIONAL_TEAM of England",
            ]
        );
        let acts = each(&entries, "act");
        assert_eq!(
            (acts[0], acts[4], acts[11], acts[17]),
            ("assessment.start", "deadline.extend", "elements.moderate", "publication.retract")
        );
        let positions = each(&entries, "position");
        assert!(positions.is_sorted() && each(&entries, "recordedAt").is_sorted());
        let plain = history(&other, &other_of(&other).await).await;
        assert_eq!(each(&plain, "sentence").last(), Some(&"Published it together with 1 other."));
    }

    async fn carrying_confirming_and_giving_up_are_told_as_such(app: &App) {
        let (lead, region) = (app.lead_of("QWO").await, app.reviewer_of("Y63").await);
        let first = lead.starts(&round(app, "a", "2026-06-30").await, "QWO").await;
        lead.rates_all(&first, "developing").await;
        lead.submits(&first).await;
        region.publishes(&first).await;
        let path = Path::start(app, &round(app, "b", "2026-09-30").await).await;
        let [one, two, three, four, five] = &path.titles[..] else { panic!("five titles") };
        path.rates(&lead, &[(0, Value::Null)]).await;
        path.rates(
            &lead,
            &[(1, Value::Null), (2, level("thriving")), (3, Value::Null), (4, level("emerging"))],
        )
        .await;
        path.does(&lead, "withdrawAssessment", json!({ "reason": "begun too early" })).await;
        assert_eq!(
            sentences(&lead, &path.assessment).await,
            [
                "Started the assessment and carried 24 elements forward.".to_owned(),
                format!("Confirmed 1 element: {one}."),
                format!(
                    "Rated 2 elements: {three} at Thriving and {five} at Emerging, and confirmed 2 elements: {two} and {four}."
                ),
                "Withdrew it.".to_owned(),
            ]
        );
        assert_eq!(history(&lead, &path.assessment).await[3]["why"], "begun too early");
        assert_eq!(sentences(&region, &first).await.last().unwrap(), "Published it.");
    }

    async fn where_no_approval_is_asked_for_none_is_told(app: &App) {
        let lead = app.lead_of("QWO").await;
        let policy = json!({ "evidenceFrom": null, "approvals": [] });
        let open = opened(&app.national().await, "a", json!({ "policy": policy })).await;
        let path = Path::start(app, &open).await;
        lead.rates_all(&path.assessment, "developing").await;
        path.does(&lead, "submitAssessment", json!({})).await;
        assert_eq!(sentences(&lead, &path.assessment).await[2], "Submitted it.");
    }

    async fn what_the_region_judges_is_told_to_the_system_once_it_is_shared(app: &App) {
        let (lead, region) = (app.lead_of("QWO").await, app.reviewer_of("Y63").await);
        let path = Path::start(app, &round(app, "a", "2026-09-30").await).await;
        lead.rates_all(&path.assessment, "developing").await;
        path.does(&lead, "submitAssessment", approval("BOARD")).await;
        let before = sentences(&lead, &path.assessment).await;
        path.does(
            &region,
            "moderateElements",
            json!({ "items": path.judgement(&region, 0, "maturing").await }),
        )
        .await;
        let judged = format!("Judged 1 element: {} at Maturing.", path.titles[0]);
        for person in [&lead, &app.contributor_to("QWO").await] {
            assert_eq!(sentences(person, &path.assessment).await, before);
        }
        for person in [&region, &app.national().await] {
            assert_eq!(sentences(person, &path.assessment).await.last(), Some(&judged));
        }
        path.does(&region, "shareModeration", json!({})).await;
        let shared = sentences(&lead, &path.assessment).await;
        assert_eq!((shared.len(), &shared[before.len()]), (before.len() + 2, &judged));
        assert_eq!(shared, sentences(&region, &path.assessment).await);
    }

    async fn it_pages_in_both_directions_and_a_change_between_two_pages_moves_nothing(app: &App) {
        let lead = app.lead_of("QWO").await;
        let path = Path::start(app, &round(app, "a", "2026-09-30").await).await;
        for key in ["emerging", "developing", "maturing", "thriving"] {
            path.rates(&lead, &[(0, level(key))]).await;
        }
        let page = async |arguments: &str| {
            let document = format!(
                "query($id: ID!) {{ node(id: $id) {{ ... on Assessment {{ workingPapers {{
                history({arguments}) {{ totalCount nodes {{ sentence }}
                    pageInfo {{ startCursor endCursor hasNextPage hasPreviousPage }} }} }} }} }} }}"
            );
            lead.ask_with(&document, json!({ "id": path.assessment })).await
        };
        let history = |answer: &Value| answer["data"]["node"]["workingPapers"]["history"].clone();
        let told = |answer: &Value| {
            let nodes = history(answer)["nodes"].as_array().unwrap().clone();
            nodes
                .iter()
                .map(|node| node["sentence"].as_str().unwrap().rsplit(' ').next().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        let first = page("first: 2").await;
        assert_eq!(told(&first), ["assessment.", "Emerging."]);
        path.rates(&lead, &[(1, level("emerging"))]).await;
        let after = format!("after: {}", history(&first)["pageInfo"]["endCursor"]);
        let rest = page(&after).await;
        assert_eq!(
            (told(&rest), &history(&rest)["totalCount"]),
            (vec!["Developing.".to_owned(), "Maturing.".to_owned(), "Thriving.".to_owned()], &json!(5))
        );
        let back = page(&format!("last: 1, before: {}", history(&rest)["pageInfo"]["startCursor"])).await;
        assert_eq!(told(&back), ["Emerging."]);
        assert_eq!(told(&page("last: 1").await), ["Emerging."]);
        let other = Path::start(app, &round(app, "b", "2026-10-31").await).await;
        let foreign = format!(
            "query($id: ID!) {{ node(id: $id) {{ ... on Assessment {{ workingPapers {{
            history({after}) {{ totalCount }} }} }} }} }}"
        );
        let foreign = lead.ask_with(&foreign, json!({ "id": other.assessment })).await;
        assert_eq!(code(&foreign), "BAD_REQUEST", "{foreign}");
        for wrong in ["first: 0", "first: 101", "first: 1, last: 1", "after: \"nonsense\""] {
            assert_eq!(code(&page(wrong).await), "BAD_REQUEST", "{wrong}");
        }
    }
}

/// The id of the one assessment that a lead of QHM has.
async fn other_of(person: &Person<'_>) -> String {
    let document = "{ system(code: \"QHM\") { assessments { nodes { id } } } }";
    let data = person.data(document, json!({})).await;
    data["system"]["assessments"]["nodes"][0]["id"].as_str().unwrap().to_owned()
}
