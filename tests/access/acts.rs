//! `viewerActs` is as good as its word: what it allows is taken, and what it does not allow is refused with its reason.

use api::local::LocalPerson;
use api::store::Actor;
use domain::grant::Role;
use domain::id::OrganisationId;
use domain::ledger::Via;
use serde_json::{Value, json};

use crate::harness::app::{App, Person, code};
use crate::harness::ledger::grant_to;
use crate::round::opened;

const BEFORE: &str = "2026-09-30T10:00:00Z";
const OPEN: &str = "2026-11-22T10:00:00Z";
/// The round is closed; what was returned and moderation have until the end of January.
const CLOSED: &str = "2026-12-19T10:00:00Z";
const AFTER: &str = "2027-02-01T10:00:00Z";
pub(super) const MODERATE_BY: Option<&str> = Some("2027-01-31");
const ACTS: &str = "viewerActs { act allowed reasons { code message } }";
pub(super) const STAGES: [&str; 10] = [
    "incomplete",
    "complete",
    "submitted",
    "returned",
    "moderated",
    "shared",
    "contested",
    "published",
    "retracted",
    "withdrawn",
];

/// A thing to act on: an assessment of QWO at a stage, or a round in which nobody has started.
pub(super) struct Thing<'a> {
    app: &'a App,
    stage: &'static str,
    id: String,
    /// Another one with every thing that was used up.
    number: usize,
    /// What the round's policy says of moderation.
    moderate_by: Option<&'static str>,
}

impl<'a> Thing<'a> {
    /// Made while the round is open, whatever the clock says.
    pub(super) async fn make(
        app: &'a App,
        stage: &'static str,
        number: usize,
        moderate_by: Option<&'static str>,
    ) -> Self {
        app.at(OPEN);
        let national = app.national().await;
        let policy = json!({ "moderateBy": moderate_by });
        let round = opened(&national, &format!("{stage} {number}"), policy).await;
        if stage == "not started" {
            return Self { app, stage, id: round, number, moderate_by };
        }
        let (lead, reviewer) = (app.lead_of("QWO").await, app.reviewer_of("Y63").await);
        let thing = Self { app, stage, id: lead.starts(&round, "QWO").await, number, moderate_by };
        if stage != "incomplete" {
            lead.rates_all(&thing.id, "developing").await;
        }
        let path: &[(&Person<'_>, &str)] = match stage {
            "submitted" => &[(&lead, "SUBMIT")],
            "returned" => &[(&lead, "SUBMIT"), (&reviewer, "RETURN")],
            "moderated" => &[(&lead, "SUBMIT"), (&reviewer, "MODERATE")],
            "shared" => &[(&lead, "SUBMIT"), (&reviewer, "MODERATE"), (&reviewer, "SHARE_MODERATION")],
            "contested" => &[
                (&lead, "SUBMIT"),
                (&reviewer, "MODERATE"),
                (&reviewer, "SHARE_MODERATION"),
                (&lead, "CONTEST"),
            ],
            "published" => &[(&lead, "SUBMIT"), (&reviewer, "PUBLISH")],
            "retracted" => &[(&lead, "SUBMIT"), (&reviewer, "PUBLISH"), (&national, "RETRACT")],
            "withdrawn" => &[(&lead, "WITHDRAW")],
            _ => &[],
        };
        for (person, act) in path {
            assert_eq!(thing.attempt(person, act, false, "on the way").await, None, "{stage}: {act}");
        }
        thing
    }

    /// The input of an act that nothing but a rule stands against.
    async fn input(&self, person: &Person<'_>, act: &str, dry_run: bool) -> (&'static str, Value) {
        let document = "query($id: ID!) { node(id: $id) { ... on Assessment { revision workingPapers {
            answers { element { key } self { id } moderated { id } contest { answer } } } } } }";
        let node = person.data(document, json!({ "id": self.id })).await["node"].clone();
        let answer = &node["workingPapers"]["answers"][0];
        let element = answer["element"]["key"].as_str().unwrap_or("sdpt.functions.transformation.priorities");
        let nothing = format!("rating_{}", "0".repeat(26));
        let of = answer["self"]["id"].as_str().unwrap_or(&nothing);
        let revision = node["revision"].as_u64().unwrap_or(0);
        let note = json!([{ "element": element, "note": "n" }]);
        let item = json!({ "element": element, "of": of, "replaces": answer["moderated"]["id"],
            "outcome": { "level": "thriving" }, "reason": "r" });
        let is_open = answer["contest"].is_object() && answer["contest"]["answer"].is_null();
        let publish = json!({ "assessment": self.id, "expectedRevision": revision,
            "answers": if is_open { note.clone() } else { json!([]) } });
        let (field, mut input) = match act {
            "RATE" => (
                "rateElements",
                json!({ "dryRun": true, "items": [{ "element": element,
                "replaces": answer["self"]["id"], "outcome": { "level": "maturing" } }] }),
            ),
            "RECORD_EVIDENCE" => {
                ("recordEvidence", json!({ "title": "t", "kind": "DATA", "elements": [element] }))
            }
            "MODERATE" => ("moderateElements", json!({ "dryRun": dry_run, "items": [item] })),
            "PUBLISH" => return ("publishAssessments", json!({ "dryRun": dry_run, "items": [publish] })),
            "SUBMIT" => (
                "submitAssessment",
                json!({ "expectedRevision": revision,
                "approval": { "kind": "BOARD", "body": "b", "on": "2026-09-30" } }),
            ),
            "WITHDRAW" => ("withdrawAssessment", json!({ "expectedRevision": revision, "reason": "r" })),
            "RETURN" => ("returnAssessment", json!({ "expectedRevision": revision, "reason": "r" })),
            "SHARE_MODERATION" => ("shareModeration", json!({ "expectedRevision": revision })),
            "CONTEST" => ("contestModeration", json!({ "expectedRevision": revision, "items": note })),
            "CORRECT" => {
                ("correctRatings", json!({ "expectedRevision": revision, "reason": "r", "items": [item] }))
            }
            "RETRACT" => ("retractPublication", json!({ "expectedRevision": revision, "reason": "r" })),
            other => panic!("how does one try {other}?"),
        };
        input["assessment"] = json!(self.id);
        (field, input)
    }

    /// What came of trying: `None` where it was taken, else the code. The case makes the key another one each time.
    async fn attempt(&self, person: &Person<'_>, act: &str, dry_run: bool, case: &str) -> Option<String> {
        let (field, mut input) = match act {
            "START" => {
                let at_home = [("other lead", "QOP"), ("successor", "QOQ")];
                let code = at_home.iter().find(|(who, _)| case.contains(who)).map_or("QWO", |(_, code)| code);
                ("startAssessment", json!({ "round": self.id, "system": { "code": code } }))
            }
            "EXTEND_DEADLINE" => {
                // Whoever may extend may for somebody in their reach: the reviewer of Y60 for QOC.
                let code = if case.contains("other region") { "QOC" } else { "QHM" };
                let document = format!("{{ system(code: \"{code}\") {{ id }} }}");
                let system = person.data(&document, json!({})).await["system"]["id"].clone();
                let until = if case.contains("national") { "2027-04-02" } else { "2027-04-01" };
                (
                    "extendDeadline",
                    json!({ "round": self.id, "organisation": system, "until": until, "reason": "r" }),
                )
            }
            _ => self.input(person, act, dry_run).await,
        };
        input["idempotencyKey"] = json!(format!("{act} {} {} {case}", self.stage, self.number));
        let kind = format!("{}{}Input", field[..1].to_uppercase(), &field[1..]);
        let document =
            format!("mutation($input: {kind}!) {{ {field}(input: $input) {{ errors {{ code }} }} }}");
        let answer = person.ask_with(&document, json!({ "input": input })).await;
        if answer["errors"] != Value::Null {
            return Some(code(&answer).to_owned());
        }
        answer["data"][field]["errors"][0]["code"].as_str().map(str::to_owned)
    }

    async fn acts(&self, person: &Person<'_>) -> Option<Vec<Value>> {
        let document = format!(
            "query($id: ID!) {{ node(id: $id) {{ ... on Assessment {{ {ACTS} }} ... on Round {{ {ACTS} }} }} }}"
        );
        let node = person.data(&document, json!({ "id": self.id })).await["node"].clone();
        node["viewerActs"].as_array().cloned()
    }

    /// Tries every act, compares, and says which were allowed. What was used up is made anew.
    pub(super) async fn compare(&mut self, person: &Person<'_>, time: &str, case: &str) -> Vec<String> {
        let hidden = self.acts(person).await.is_none();
        let all = self.acts(&self.app.national().await).await.unwrap();
        let mut allowed = Vec::new();
        for act in all.iter().map(|told| told["act"].as_str().unwrap()) {
            let told =
                self.acts(person).await.unwrap_or_default().into_iter().find(|told| told["act"] == act);
            let came_of_it = self.attempt(person, act, true, case).await;
            if hidden {
                assert_eq!(came_of_it.as_deref(), Some("NOT_FOUND"), "{case}: {act}");
                continue;
            }
            let told = told.unwrap();
            assert_eq!(
                told["allowed"],
                json!(came_of_it.is_none()),
                "{case}: {act}: {told} but {came_of_it:?}"
            );
            assert_eq!(told["reasons"][0]["code"].as_str(), came_of_it.as_deref(), "{case}: {act}");
            let messages = told["reasons"].as_array().unwrap().iter().map(|reason| &reason["message"]);
            assert!(
                messages.into_iter().all(|message| !message.as_str().unwrap().is_empty()),
                "{case}: {act}"
            );
            if came_of_it.is_none() {
                allowed.push(act.to_owned());
                if !["RATE", "MODERATE", "PUBLISH"].contains(&act) {
                    *self = Self::make(self.app, self.stage, self.number + 1, self.moderate_by).await;
                    self.app.at(time);
                }
            }
        }
        allowed
    }
}

pub(super) async fn everybody(app: &App) -> [(&'static str, Person<'_>); 7] {
    [
        ("stranger", app.stranger()),
        ("reader", app.reader().await),
        ("other region", app.reviewer_of("Y60").await),
        ("region", app.reviewer_of("Y63").await),
        ("national", app.national().await),
        ("contributor", app.contributor_to("QWO").await),
        ("lead", app.lead_of("QWO").await),
    ]
}

/// What everybody may do at these stages on a day, as `stage, who: acts`. Whoever may do nothing is left out.
async fn allowed(app: &App, stages: &[&'static str], time: &str, number: usize) -> Vec<String> {
    let mut all = Vec::new();
    for stage in stages {
        let mut thing = Thing::make(app, stage, number, MODERATE_BY).await;
        app.at(time);
        for (who, person) in everybody(app).await {
            let acts = thing.compare(&person, time, &format!("{stage}, {who}")).await;
            if !acts.is_empty() {
                all.push(format!("{stage}, {who}: {}", acts.join(" ")));
            }
        }
    }
    all
}

/// A lead of QWO, and another one who reviews for its region as well.
async fn with_two_roles(app: &App) -> (Person<'_>, Person<'_>) {
    let both = LocalPerson { role: Role::SystemLead, on: Some("QWO"), called: Some("Both") };
    let person = both.record(&app.store, Via::CommandLine, "2022-07-01".parse().unwrap()).await.unwrap();
    let region = app.reader().await.data("{ region(code: \"Y63\") { id } }", json!({})).await;
    let organisation = region["region"]["id"].as_str().unwrap().parse::<OrganisationId>().ok();
    let grant = grant_to(person, Role::RegionalReviewer, organisation);
    app.store.write(Actor::Installation, Via::CommandLine, grant).await.outcome.unwrap();
    (app.lead_of("QWO").await, app.bearer(&both.subject()))
}

on_both! {
    async fn before_a_round_opens_only_what_needs_no_day_is_allowed(app: &App) {
        assert_eq!(
            allowed(app, &STAGES, BEFORE, 0).await,
            [
                "incomplete, lead: WITHDRAW",
                "complete, lead: WITHDRAW",
                "submitted, region: PUBLISH",
                "submitted, national: PUBLISH",
                "submitted, lead: WITHDRAW",
                "returned, lead: WITHDRAW",
                "moderated, region: SHARE_MODERATION",
                "moderated, national: SHARE_MODERATION",
                "moderated, lead: WITHDRAW",
                "shared, region: PUBLISH",
                "shared, national: PUBLISH",
                "shared, lead: CONTEST",
                "contested, region: MODERATE PUBLISH",
                "contested, national: MODERATE PUBLISH",
                "contested, lead: CONTEST",
                "published, region: CORRECT",
                "published, national: CORRECT RETRACT",
            ]
        );
    }

    async fn an_act_on_an_assessment_is_allowed_exactly_when_it_is_taken(app: &App) {
        assert_eq!(
            allowed(app, &STAGES, OPEN, 0).await,
            [
                "incomplete, contributor: RATE RECORD_EVIDENCE",
                "incomplete, lead: RATE RECORD_EVIDENCE WITHDRAW",
                "complete, contributor: RATE RECORD_EVIDENCE",
                "complete, lead: RATE RECORD_EVIDENCE SUBMIT WITHDRAW",
                "submitted, region: RETURN MODERATE PUBLISH",
                "submitted, national: RETURN MODERATE PUBLISH",
                "submitted, lead: WITHDRAW",
                "returned, contributor: RATE RECORD_EVIDENCE",
                "returned, lead: RATE RECORD_EVIDENCE SUBMIT WITHDRAW",
                "moderated, region: RETURN MODERATE SHARE_MODERATION",
                "moderated, national: RETURN MODERATE SHARE_MODERATION",
                "moderated, lead: WITHDRAW",
                "shared, region: PUBLISH",
                "shared, national: PUBLISH",
                "shared, lead: CONTEST",
                "contested, region: MODERATE PUBLISH",
                "contested, national: MODERATE PUBLISH",
                "contested, lead: CONTEST",
                "published, region: CORRECT",
                "published, national: CORRECT RETRACT",
            ]
        );
    }

    async fn after_a_round_closed_returned_work_and_moderation_go_on(app: &App) {
        let stages = ["complete", "submitted", "returned", "moderated", "contested"];
        assert_eq!(
            allowed(app, &stages, CLOSED, 0).await,
            [
                "complete, lead: WITHDRAW",
                "submitted, region: RETURN MODERATE PUBLISH",
                "submitted, national: RETURN MODERATE PUBLISH",
                "submitted, lead: WITHDRAW",
                "returned, contributor: RATE RECORD_EVIDENCE",
                "returned, lead: RATE RECORD_EVIDENCE SUBMIT WITHDRAW",
                "moderated, region: RETURN MODERATE SHARE_MODERATION",
                "moderated, national: RETURN MODERATE SHARE_MODERATION",
                "moderated, lead: WITHDRAW",
                "contested, region: MODERATE PUBLISH",
                "contested, national: MODERATE PUBLISH",
            ]
        );
        assert_eq!(
            allowed(app, &["returned", "moderated", "contested", "published"], AFTER, 100).await,
            [
                "returned, lead: WITHDRAW",
                "moderated, region: SHARE_MODERATION",
                "moderated, national: SHARE_MODERATION",
                "moderated, lead: WITHDRAW",
                "contested, region: MODERATE PUBLISH",
                "contested, national: MODERATE PUBLISH",
                "published, region: CORRECT",
                "published, national: CORRECT RETRACT",
            ]
        );
    }

    async fn starting_and_giving_time_are_allowed_exactly_when_they_are_taken(app: &App) {
        let extend =
            ["other region", "region", "national"].map(|who| format!("not started, {who}: EXTEND_DEADLINE"));
        let start = ["contributor", "lead"].map(|who| format!("not started, {who}: START"));
        assert_eq!(allowed(app, &["not started"], BEFORE, 0).await, extend);
        assert_eq!(allowed(app, &["not started"], CLOSED, 100).await, extend);
        assert_eq!(allowed(app, &["not started"], OPEN, 200).await, [extend.as_slice(), &start].concat());
    }

    async fn whoever_submitted_is_told_that_a_colleague_has_to_moderate(app: &App) {
        let (lead, both) = with_two_roles(app).await;
        let colleague = Thing::make(app, "moderated", 0, MODERATE_BY).await;
        let round = app.national().await.opens("own").await;
        let own = Thing { app, stage: "own", id: both.starts(&round, "QWO").await, number: 0, moderate_by: MODERATE_BY };
        both.rates_all(&own.id, "developing").await;
        assert_eq!(own.attempt(&both, "SUBMIT", false, "own").await, None);
        for (thing, expected) in [
            (&colleague, ["RETURN", "MODERATE", "SHARE_MODERATION"].as_slice()),
            (&own, ["RETURN", "PUBLISH"].as_slice()),
        ] {
            let acts = thing.acts(&both).await.unwrap();
            let reviews = |told: &&Value| told["allowed"] == true && told["act"] != "WITHDRAW";
            let allowed: Vec<_> =
                acts.iter().filter(reviews).map(|told| told["act"].as_str().unwrap()).collect();
            assert_eq!(allowed, expected);
            for told in acts.iter().filter(|told| told["act"] == "MODERATE") {
                let came_of_it = thing.attempt(&both, "MODERATE", true, "both").await;
                assert_eq!(told["reasons"][0]["code"].as_str(), came_of_it.as_deref());
            }
        }
        assert_eq!(own.attempt(&lead, "MODERATE", true, "lead").await.as_deref(), Some("FORBIDDEN"));
    }
}
