//! Work lists: what waits for whom at each stage, in which order, and only what may be done.

use serde_json::{Value, json};

use crate::harness::app::{App, Person, code};
use crate::round::opened;

const LIST: &str = "{ viewer { workList { totalCount nodes { act dueOn overdue missing round { id label
    viewerActs { act allowed } } organisation { ... on System { code } }
    assessment { id viewerActs { act allowed } } } } } }";

/// What waits for somebody, each as `ACT system round, due day`. Each must be an act that is allowed.
async fn work(person: &Person<'_>) -> Vec<String> {
    let data = person.data(LIST, json!({})).await;
    let list = &data["viewer"]["workList"];
    let nodes = list["nodes"].as_array().unwrap();
    assert_eq!(list["totalCount"], nodes.len());
    let told = |item: &Value| {
        let on = if item["assessment"].is_null() { &item["round"] } else { &item["assessment"] };
        let acts = on["viewerActs"].as_array().unwrap();
        let allowed = json!({ "act": item["act"], "allowed": true });
        assert!(acts.contains(&allowed), "{} waits and is not allowed", item["act"]);
        let word = |value: &Value| value.as_str().unwrap_or("never").to_owned();
        let (act, system, round) =
            (word(&item["act"]), word(&item["organisation"]["code"]), word(&item["round"]["label"]));
        let lacks =
            item["missing"].as_u64().map(|missing| format!(", {missing} missing")).unwrap_or_default();
        let late = if item["overdue"] == true { ", overdue" } else { "" };
        format!("{act} {system} {round}, due {}{late}{lacks}", word(&item["dueOn"]))
    };
    nodes.iter().map(told).collect()
}

/// An act on the whole at its present revision, which must be taken.
async fn act(person: &Person<'_>, field: &str, assessment: &str, mut input: Value) {
    let revision = person.assessment(assessment).await["revision"].clone();
    input["idempotencyKey"] = json!(format!("{field} {assessment} {revision}"));
    input["assessment"] = json!(assessment);
    input["expectedRevision"] = revision;
    assert_eq!(person.change(field, "", input).await["errors"], json!([]), "{field}");
}

/// Judges the first element as the system does.
async fn judges(person: &Person<'_>, assessment: &str) {
    let answer = person.answers(assessment).await[0].clone();
    let items = json!([{ "element": answer["element"]["key"], "of": answer["self"]["id"], "outcome": { "level": "developing" } }]);
    let input =
        json!({ "idempotencyKey": format!("judge {assessment}"), "assessment": assessment, "items": items });
    assert_eq!(person.change("moderateElements", "", input).await["errors"], json!([]));
}

const NOTHING: [&str; 0] = [];

fn note() -> Value {
    json!([{ "element": "sdpt.functions.transformation.priorities", "note": "n" }])
}

/// Everybody who may have something to do for QWO.
struct Everybody<'a> {
    contributor: Person<'a>,
    lead: Person<'a>,
    region: Person<'a>,
    national: Person<'a>,
}

impl<'a> Everybody<'a> {
    async fn of(app: &'a App) -> Self {
        Self {
            contributor: app.contributor_to("QWO").await,
            lead: app.lead_of("QWO").await,
            region: app.reviewer_of("Y63").await,
            national: app.national().await,
        }
    }

    /// The lists of contributor, lead, reviewer and national team.
    async fn work(&self) -> [Vec<String>; 4] {
        [
            work(&self.contributor).await,
            work(&self.lead).await,
            work(&self.region).await,
            work(&self.national).await,
        ]
    }
}

fn lists(contributor: &str, lead: &str, region: &str, national: &str) -> [Vec<String>; 4] {
    [contributor, lead, region, national].map(|item| {
        let item = (!item.is_empty()).then(|| item.replacen(' ', " QWO a, ", 1));
        item.into_iter().collect()
    })
}

on_both! {
    async fn each_stage_waits_for_whoever_brings_it_on(app: &App) {
        let all = Everybody::of(app).await;
        let Everybody { lead, region, .. } = &all;
        let round =
            opened(&all.national, "a", json!({ "moderateBy": "2027-01-31", "publishOn": "2027-02-15" }))
                .await;
        let start = "START due 2026-12-01";
        assert_eq!(all.work().await, lists(start, start, "", ""));
        let own = lead.starts(&round, "QWO").await;
        let rate = "RATE due 2026-12-01, 24 missing";
        assert_eq!(all.work().await, lists(rate, rate, "", ""));
        lead.rates_all(&own, "developing").await;
        let submit = "SUBMIT due 2026-12-01, 0 missing";
        assert_eq!(all.work().await, lists("", submit, "", ""));
        lead.submits(&own).await;
        let moderate = "MODERATE due 2027-01-31";
        assert_eq!(all.work().await, lists("", "", moderate, moderate));
        act(region, "returnAssessment", &own, json!({ "reason": "r" })).await;
        let (amend, again) = ("RATE due 2027-01-31, 0 missing", "SUBMIT due 2027-01-31, 0 missing");
        assert_eq!(all.work().await, lists(amend, again, "", ""));
        lead.submits(&own).await;
        judges(region, &own).await;
        let share = "SHARE_MODERATION due 2027-01-31";
        assert_eq!(all.work().await, lists("", "", share, share));
        act(region, "shareModeration", &own, json!({})).await;
        assert_eq!(all.work().await, lists("", "CONTEST due 2026-12-02", "", ""));
        act(lead, "contestModeration", &own, json!({ "items": note() })).await;
        let publish = "PUBLISH due 2027-02-15";
        assert_eq!(all.work().await, lists("", "", publish, publish));
        let input = json!({ "idempotencyKey": "p", "items": [{ "assessment": own, "answers": note(),
            "expectedRevision": region.assessment(&own).await["revision"] }] });
        assert_eq!(region.change("publishAssessments", "", input).await["errors"], json!([]));
        assert_eq!(all.work().await, lists("", "", "", ""));
    }

    async fn what_is_accepted_or_left_unanswered_waits_to_be_published(app: &App) {
        let all = Everybody::of(app).await;
        let Everybody { lead, region, national, .. } = &all;
        for (label, accepts) in [("a", true), ("b", false)] {
            let round = opened(national, label, json!({ "moderateBy": "2027-01-31" })).await;
            let own = lead.starts(&round, "QWO").await;
            lead.rates_all(&own, "developing").await;
            lead.submits(&own).await;
            judges(region, &own).await;
            act(region, "shareModeration", &own, json!({})).await;
            if accepts {
                act(lead, "contestModeration", &own, json!({ "items": [] })).await;
            }
        }
        assert_eq!(work(region).await, ["PUBLISH QWO a, due 2027-01-31"]);
        app.at("2026-12-02T23:59:59Z");
        assert_eq!(work(lead).await, ["CONTEST QWO b, due 2026-12-02"]);
        app.at("2026-12-03T00:00:00Z");
        assert_eq!(work(lead).await, NOTHING, "the ten days are over");
        assert_eq!(work(region).await, ["PUBLISH QWO a, due 2027-01-31", "PUBLISH QWO b, due 2027-01-31"]);
    }

    async fn what_is_late_says_so_until_the_round_takes_it_no_more(app: &App) {
        let all = Everybody::of(app).await;
        let Everybody { lead, region, national, .. } = &all;
        let round = opened(national, "a", json!({ "moderateBy": "2026-12-31" })).await;
        app.at("2026-12-02T00:00:00Z");
        let start = "START due 2026-12-01, overdue";
        assert_eq!(all.work().await, lists(start, start, "", ""));
        let own = lead.starts(&round, "QWO").await;
        let rate = "RATE due 2026-12-01, overdue, 24 missing";
        assert_eq!(all.work().await, lists(rate, rate, "", ""));
        let system =
            national.data("{ system(code: \"QWO\") { id } }", json!({})).await["system"]["id"].clone();
        let more = json!({ "idempotencyKey": "x", "round": round, "organisation": system, "until": "2026-12-20", "reason": "r" });
        assert_eq!(region.change("extendDeadline", "", more).await["errors"], json!([]));
        lead.rates_all(&own, "developing").await;
        let submit = "SUBMIT due 2026-12-20, 0 missing";
        assert_eq!(all.work().await, lists("", submit, "", ""));
        app.at("2026-12-21T00:00:00Z");
        assert_eq!(all.work().await, lists("", "", "", ""), "nobody can do anything about it");
        app.at("2026-12-20T10:00:00Z");
        lead.submits(&own).await;
        app.at("2027-01-01T10:00:00Z");
        let publish = "PUBLISH due 2026-12-31, overdue";
        assert_eq!(all.work().await, lists("", "", publish, publish), "the time to moderate is over");
    }

    async fn it_stands_in_order_of_due_date_and_what_has_none_comes_last(app: &App) {
        let all = Everybody::of(app).await;
        let Everybody { lead, region, national, .. } = &all;
        for (label, reference, due) in [
            ("a", "2026-09-30", "2026-12-10"),
            ("b", "2026-06-30", "2026-12-01"),
            ("c", "2026-05-31", "2026-12-10"),
        ] {
            opened(national, label, json!({ "referenceDate": reference, "dueOn": due })).await;
        }
        assert_eq!(
            work(lead).await,
            ["START QWO b, due 2026-12-01", "START QWO c, due 2026-12-10", "START QWO a, due 2026-12-10",]
        );
        let unplanned = opened(national, "d", json!({ "closesOn": "2026-12-05" })).await;
        for system in ["QWO", "QHM", "QOQ"] {
            let person = app.lead_of(system).await;
            let own = person.starts(&unplanned, system).await;
            person.rates_all(&own, "developing").await;
            person.submits(&own).await;
        }
        app.at("2026-12-06T10:00:00Z");
        let publish = ["PUBLISH QOQ d, due never", "PUBLISH QHM d, due never", "PUBLISH QWO d, due never"];
        assert_eq!(work(region).await, publish, "by name");
        app.at("2026-12-05T10:00:00Z");
        let draft = lead.starts(&opened(national, "e", json!({ "dueOn": "2026-12-03" })).await, "QWO").await;
        lead.rates_all(&draft, "developing").await;
        lead.submits(&draft).await;
        let first = &work(region).await[0];
        assert_eq!(first, "MODERATE QOQ d, due 2026-12-05");
    }

    async fn readers_strangers_and_other_systems_have_nothing_to_do(app: &App) {
        let all = Everybody::of(app).await;
        let round = opened(&all.national, "a", json!({})).await;
        let own = all.lead.starts(&round, "QWO").await;
        all.lead.rates_all(&own, "developing").await;
        all.lead.submits(&own).await;
        for person in [app.reader().await, app.stranger(), app.reviewer_of("Y60").await] {
            assert_eq!(work(&person).await, NOTHING);
        }
        assert_eq!(work(&app.lead_of("QOP").await).await, ["START QOP a, due 2026-12-01"]);
        assert_eq!(work(&app.lead_of("QNQ").await).await, NOTHING, "it was closed on the day");
    }

    async fn it_pages_and_a_change_between_two_pages_moves_nothing(app: &App) {
        let (national, lead) = (app.national().await, app.lead_of("QWO").await);
        for label in ["a", "b", "c"] {
            opened(&national, label, json!({})).await;
        }
        let page = async |person: &Person<'_>, arguments: &str| {
            let document = format!(
                "{{ viewer {{ workList({arguments}) {{ totalCount nodes {{ round {{ label }} }}
                pageInfo {{ endCursor hasNextPage }} }} }} }}"
            );
            person.ask(&document).await
        };
        let labels = |answer: &Value| {
            let nodes = answer["data"]["viewer"]["workList"]["nodes"].as_array().unwrap();
            nodes.iter().map(|node| node["round"]["label"].as_str().unwrap()).collect::<String>()
        };
        let first = page(&lead, "first: 2").await;
        assert_eq!(labels(&first), "ab");
        opened(&national, "d", json!({ "dueOn": "2026-11-25" })).await;
        let after = format!("after: {}", first["data"]["viewer"]["workList"]["pageInfo"]["endCursor"]);
        let rest = page(&lead, &after).await;
        assert_eq!(
            (labels(&rest).as_str(), &rest["data"]["viewer"]["workList"]["totalCount"]),
            ("c", &json!(3))
        );
        assert_eq!(labels(&page(&lead, "first: 9").await), "dabc");
        let of_another = page(&app.contributor_to("QWO").await, &after).await;
        assert_eq!(code(&of_another), "BAD_REQUEST", "a cursor belongs to whoever was given it");
        for wrong in ["first: 0", "first: 101", "first: 1, last: 1", "after: \"nonsense\""] {
            assert_eq!(code(&page(&lead, wrong).await), "BAD_REQUEST", "{wrong}");
        }
    }
}
