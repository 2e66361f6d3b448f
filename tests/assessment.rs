//! Assessments: starting one, what is refused, and finding it again.

mod list;
mod statements;

use domain::grant::Role;
use serde_json::{Value, json};

use crate::harness::app::{App, Person, code};
use crate::round::opened;

async fn starts(person: &Person<'_>, key: &str, round: &str, system: Value) -> Value {
    let input = json!({ "idempotencyKey": key, "round": round, "system": system });
    let fields = "assessment { id stage revision organisation { code } round { label } synthetic }";
    person.change("startAssessment", fields, input).await
}

fn start(round: &str, system: &Value) -> Value {
    json!({ "round": round, "system": system })
}

on_both! {
    async fn a_system_starts_once_in_a_round_by_any_of_its_names(app: &App) {
        let (national, lead) = (app.national().await, app.lead_of("QWO").await);
        let id = lead.data("{ system(code: \"QWO\") { id } }", json!({})).await["system"]["id"].clone();
        for (label, system) in [
            ("code", json!({ "code": "QWO" })),
            ("ons", json!({ "onsCode": "E54000054" })),
            ("id", json!({ "id": id })),
        ] {
            let round = opened(&national, label, json!({})).await;
            let payload = starts(&lead, label, &round, system.clone()).await;
            let started = &payload["assessment"];
            assert_eq!(
                payload,
                json!({ "errors": [], "assessment": { "id": started["id"], "stage": "DRAFT",
                "revision": 1, "organisation": { "code": "QWO" }, "round": { "label": label }, "synthetic": false } })
            );
            assert_eq!(
                starts(&lead, label, &round, system).await,
                payload,
                "the same key answers the same again"
            );
            for person in [&lead, &app.contributor_to("QWO").await] {
                let refusals =
                    app.refusals(person, "startAssessment", start(&round, &json!({ "code": "QWO" }))).await;
                assert_eq!(refusals, ["ALREADY_EXISTS"]);
            }
        }
    }

    async fn what_cannot_be_started_is_refused_at_its_path(app: &App) {
        let (national, lead) = (app.national().await, app.lead_of("QWO").await);
        let round = opened(&national, "2026/27 Q2", json!({})).await;
        let region = lead.data("{ region(code: \"Y63\") { id } }", json!({})).await["region"]["id"].clone();
        let qwo = json!({ "code": "QWO" });
        for (input, expected) in [
            (start("garbage", &qwo), "INVALID_INPUT round"),
            (start(&round.replace("round_", "assessment_"), &qwo), "INVALID_INPUT round"),
            (start(&round.to_uppercase(), &qwo), "INVALID_INPUT round"),
            (start(&round, &json!({ "code": "QZZ" })), "INVALID_INPUT system"),
            (start(&round, &json!({ "code": "Y63" })), "INVALID_INPUT system"),
            (start(&round, &json!({ "id": region })), "INVALID_INPUT system"),
            (start(&round, &json!({ "id": "garbage" })), "INVALID_INPUT system"),
            (start(&round, &json!({ "onsCode": "E99999999" })), "INVALID_INPUT system"),
            (json!({ "round": round, "system": qwo, "idempotencyKey": "" }), "INVALID_INPUT idempotencyKey"),
        ] {
            let shown = input.to_string();
            assert_eq!(app.refusals(&lead, "startAssessment", input).await, [expected], "{shown}");
        }
        for (time, expected) in [
            ("2026-09-30T22:59:59Z", vec!["ROUND_NOT_OPEN"]),
            ("2026-12-19T00:00:00Z", vec!["ROUND_NOT_OPEN"]),
        ] {
            app.at(time);
            assert_eq!(app.refusals(&lead, "startAssessment", start(&round, &qwo)).await, expected, "{time}");
        }
        app.at("2026-12-18T23:59:59Z");
        assert_eq!(starts(&lead, "in time", &round, qwo.clone()).await["errors"], json!([]));
        let elsewhere = opened(&national, "another", json!({ "closesOn": "2027-01-31" })).await;
        assert_eq!(
            app.refusals(
                &lead,
                "startAssessment",
                json!({ "idempotencyKey": "in time", "round": elsewhere, "system": qwo })
            )
            .await,
            ["KEY_REUSED idempotencyKey"]
        );
        let nothing = start(&format!("round_{}", "0".repeat(26)), &qwo);
        let document =
            "mutation($round: ID!) { startAssessment(input: { idempotencyKey: \"k\", round: $round,
            system: { code: \"QWO\" } }) { errors { code } } }";
        assert_eq!(code(&lead.ask_with(document, nothing).await), "NOT_FOUND");
    }

    async fn a_system_takes_part_where_it_was_open_on_the_reference_date(app: &App) {
        let national = app.national().await;
        let after = opened(&national, "after", json!({ "referenceDate": "2026-09-30" })).await;
        let before = opened(&national, "before", json!({ "referenceDate": "2026-03-31" })).await;
        let (closed, successor) = (app.lead_of("QNQ").await, app.lead_of("S0E4D").await);
        for (person, system, round) in [(&closed, "QNQ", &after), (&successor, "S0E4D", &before)] {
            let refusals =
                app.refusals(person, "startAssessment", start(round, &json!({ "code": system }))).await;
            assert_eq!(refusals, ["ORGANISATION_NOT_OPEN"], "{system}");
        }
        let payload = starts(&closed, "k", &before, json!({ "code": "QNQ" })).await;
        assert_eq!(
            (&payload["errors"], &payload["assessment"]["organisation"]["code"]),
            (&json!([]), &json!("QNQ"))
        );
        assert_eq!(starts(&successor, "k", &after, json!({ "code": "S0E4D" })).await["errors"], json!([]));
        let id = payload["assessment"]["id"].as_str().unwrap();
        assert_eq!(
            app.reviewer_of("Y59").await.assessment(id).await["stage"],
            "DRAFT",
            "its region of that day reviews it"
        );
    }

    async fn a_system_lists_its_assessments_latest_first_and_by_stage(app: &App) {
        let (national, lead, reviewer) =
            (app.national().await, app.lead_of("QWO").await, app.reviewer_of("Y63").await);
        for (label, day) in [("b", "2026-06-30"), ("c", "2026-09-30"), ("a", "2026-03-31")] {
            let round = opened(&national, label, json!({ "referenceDate": day })).await;
            let assessment = lead.starts(&round, "QWO").await;
            if label == "b" {
                lead.rates_all(&assessment, "emerging").await;
                lead.submits(&assessment).await;
                reviewer.publishes(&assessment).await;
            }
        }
        let list = async |person: &Person<'_>, arguments: &str| {
            let document = format!(
                "{{ system(code: \"QWO\") {{ assessments{arguments} {{
                totalCount nodes {{ round {{ label }} }} pageInfo {{ endCursor }} }} }} }}"
            );
            person.data(&document, json!({})).await["system"]["assessments"].clone()
        };
        let labels = |list: &Value| {
            let nodes = list["nodes"].as_array().unwrap();
            nodes.iter().map(|node| node["round"]["label"].as_str().unwrap()).collect::<String>()
        };
        assert_eq!(labels(&list(&lead, "").await), "cba");
        assert_eq!(labels(&list(&lead, "(stages: [DRAFT])").await), "ca");
        assert_eq!(labels(&list(&lead, "(stages: [])").await), "");
        assert_eq!(
            labels(&list(&lead, "(framework: \"sdpt\", stages: [PUBLISHED, DRAFT], last: 2)").await),
            "ba"
        );
        assert_eq!(labels(&list(&lead, "(framework: \"nonsense\")").await), "");
        let first = list(&lead, "(first: 1)").await;
        let rest = list(&lead, &format!("(first: 5, after: {})", first["pageInfo"]["endCursor"])).await;
        assert_eq!((labels(&first) + &labels(&rest), &rest["totalCount"]), ("cba".to_owned(), &json!(3)));
        let reader = list(&app.reader().await, "").await;
        assert_eq!((labels(&reader), &reader["totalCount"]), ("b".to_owned(), &json!(1)));
    }

    async fn ids_are_taken_as_they_were_given_and_nothing_else_is(app: &App) {
        let lead = app.lead_of("QWO").await;
        let round = app.national().await.opens("2026/27 Q2").await;
        let id = lead.starts(&round, "QWO").await;
        let ask = async |id: &str| {
            lead.ask_with("query($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await
        };
        assert_eq!(ask(&id).await["data"]["node"]["id"], json!(id));
        let shouted = format!("assessment_{}", id["assessment_".len()..].to_uppercase());
        let nothing = [id.replace("assessment_", "rating_"), format!("assessment_{}", "0".repeat(26))];
        for id in nothing {
            assert_eq!(ask(&id).await, json!({ "data": { "node": null } }), "{id}");
        }
        let [of_nothing, of_nobody] = ["nonsense_", "person_"].map(|noun| id.replace("assessment_", noun));
        let longer = format!("{id}0");
        for id in ["", "garbage", "assessment_", "assessment_0", &shouted, &longer, &of_nothing, &of_nobody] {
            let answer = ask(id).await;
            assert_eq!(
                (code(&answer), &answer["data"]["node"]),
                ("BAD_REQUEST", &Value::Null),
                "{id}: {answer}"
            );
        }
    }

    async fn a_key_belongs_to_whoever_used_it(app: &App) {
        let national = app.national().await;
        let round = opened(&national, "2026/27 Q2", json!({})).await;
        for (who, system) in [("one", "QWO"), ("another", "QHM")] {
            let lead = app.somebody(Role::SystemLead, Some(system), Some(who)).await;
            assert_eq!(
                starts(&lead, "the same key", &round, json!({ "code": system })).await["errors"],
                json!([])
            );
        }
    }
}
