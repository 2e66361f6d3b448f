//! Lists of assessments across systems: each condition, all of them together, order and pages.

use serde_json::{Value, json};

use crate::harness::app::{App, Person, code};
use crate::round::opened;

/// Codes and rounds of what is found, in order.
async fn found(person: &Person<'_>, condition: &str) -> Vec<String> {
    let document = format!(
        "{{ assessments(where: {{ {condition} }}) {{ totalCount nodes {{ round {{ label }} organisation {{ code }} }} }} }}"
    );
    let list = person.data(&document, json!({})).await["assessments"].clone();
    let nodes = list["nodes"].as_array().unwrap();
    assert_eq!(list["totalCount"], nodes.len());
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    nodes
        .iter()
        .map(|node| format!("{} {}", word(&node["organisation"]["code"]), word(&node["round"]["label"])))
        .collect()
}

/// Two rounds: in the earlier QWO is published with corrections two levels up; in the later QOQ and QOP are drafts, QWO is
/// submitted, and QHM was judged one level down, which was shared. Returns the ids of the rounds.
async fn planted(app: &App) -> [String; 2] {
    let (national, region) = (app.national().await, app.reviewer_of("Y63").await);
    let early =
        opened(&national, "early", json!({ "referenceDate": "2026-06-30", "dueOn": "2026-11-23" })).await;
    let late = opened(&national, "late", json!({})).await;
    for (round, system) in [(&early, "QWO"), (&late, "QWO"), (&late, "QHM"), (&late, "QOQ"), (&late, "QOP")] {
        let lead = app.lead_of(system).await;
        let own = lead.starts(round, system).await;
        if ["QOQ", "QOP"].contains(&system) {
            continue;
        }
        lead.rates_all(&own, "developing").await;
        lead.submits(&own).await;
        let answer = region.answers(&own).await[0].clone();
        let item = |level: &str| json!([{ "element": answer["element"]["key"], "of": answer["self"]["id"], "outcome": { "level": level }, "reason": "r" }]);
        if round == &early {
            region.publishes(&own).await;
        }
        let revision = region.assessment(&own).await["revision"].clone();
        let act = async |field: &str, changes: Value| {
            let mut input = changes;
            input["idempotencyKey"] = json!(format!("{field} {own}"));
            input["assessment"] = json!(own);
            assert_eq!(region.change(field, "", input).await["errors"], json!([]), "{field}");
        };
        if round == &early {
            act(
                "correctRatings",
                json!({ "items": item("thriving"), "reason": "r", "expectedRevision": revision }),
            )
            .await;
        } else if system == "QHM" {
            act("moderateElements", json!({ "items": item("emerging") })).await;
            act("shareModeration", json!({ "expectedRevision": 4 })).await;
        }
    }
    [early, late]
}

on_both! {
    async fn each_condition_narrows_the_list_and_all_of_them_add_up(app: &App) {
        let [early, late] = planted(app).await;
        let national = app.national().await;
        // Latest reference date first, then by name: Greater Manchester, Humber, North East, West Yorkshire.
        let all = ["QOP late", "QOQ late", "QHM late", "QWO late", "QWO early"];
        for (condition, expected) in [
            (String::new(), &all[..]),
            ("framework: \"sdpt\"".to_owned(), &all),
            ("framework: \"nonsense\"".to_owned(), &[]),
            (format!("round: \"{early}\""), &["QWO early"]),
            (format!("round: \"{}\"", late.replace(|c: char| c.is_ascii_digit(), "0")), &[]),
            ("regions: [\"Y63\"]".to_owned(), &["QOQ late", "QHM late", "QWO late", "QWO early"]),
            ("regions: [\"Y62\", \"Y99\"]".to_owned(), &["QOP late"]),
            ("regions: []".to_owned(), &[]),
            ("codes: [\"QWO\", \"QOP\"]".to_owned(), &["QOP late", "QWO late", "QWO early"]),
            ("codes: [\"QZZ\"]".to_owned(), &[]),
            ("stages: [DRAFT]".to_owned(), &["QOP late", "QOQ late"]),
            ("stages: [SUBMITTED, MODERATED, PUBLISHED]".to_owned(), &["QHM late", "QWO late", "QWO early"]),
            ("stages: [WITHDRAWN]".to_owned(), &[]),
            ("overdueOn: \"2026-12-01\"".to_owned(), &[]),
            ("overdueOn: \"2026-12-02\"".to_owned(), &["QOP late", "QOQ late"]),
            ("differenceAtLeast: 1".to_owned(), &["QHM late", "QWO early"]),
            ("differenceAtLeast: 2".to_owned(), &["QWO early"]),
            ("differenceAtLeast: 3".to_owned(), &[]),
            ("regions: [\"Y63\"], overdueOn: \"2026-12-02\"".to_owned(), &["QOQ late"]),
            (
                format!(
                    "round: \"{late}\", regions: [\"Y63\"], stages: [MODERATED], codes: [\"QHM\", \"QWO\"],
                framework: \"sdpt\", differenceAtLeast: 1"
                ),
                &["QHM late"],
            ),
        ] {
            assert_eq!(found(&national, &condition).await, expected, "{condition}");
        }
    }

    async fn everybody_finds_what_they_may_know_of(app: &App) {
        planted(app).await;
        for (who, person, all, differing) in [
            ("reader", app.reader().await, &["QWO early"][..], &["QWO early"][..]),
            ("stranger", app.stranger(), &["QWO early"], &["QWO early"]),
            ("QHM's lead", app.lead_of("QHM").await, &["QHM late", "QWO early"], &["QHM late", "QWO early"]),
            ("QOQ's hand", app.contributor_to("QOQ").await, &["QOQ late", "QWO early"], &["QWO early"]),
            (
                "reviewer",
                app.reviewer_of("Y63").await,
                &["QOQ late", "QHM late", "QWO late", "QWO early"],
                &["QHM late", "QWO early"],
            ),
            ("other reviewer", app.reviewer_of("Y62").await, &["QOP late", "QWO early"], &["QWO early"]),
        ] {
            assert_eq!(found(&person, "").await, all, "{who}");
            assert_eq!(found(&person, "differenceAtLeast: 1").await, differing, "{who}");
        }
    }

    async fn more_time_puts_off_what_is_overdue(app: &App) {
        let [_, late] = planted(app).await;
        let region = app.reviewer_of("Y63").await;
        let system = region.data("{ system(code: \"QOQ\") { id } }", json!({})).await["system"]["id"].clone();
        let more = json!({ "idempotencyKey": "x", "round": late, "organisation": system, "until": "2026-12-10", "reason": "r" });
        assert_eq!(region.change("extendDeadline", "", more).await["errors"], json!([]));
        assert_eq!(found(&region, "overdueOn: \"2026-12-10\"").await, Vec::<String>::new());
        assert_eq!(found(&region, "overdueOn: \"2026-12-11\"").await, ["QOQ late"]);
    }

    async fn it_pages_and_a_cursor_belongs_to_its_list(app: &App) {
        planted(app).await;
        let (national, lead) = (app.national().await, app.lead_of("QF7").await);
        let page = async |arguments: &str| {
            let document = format!(
                "{{ assessments({arguments}) {{ totalCount nodes {{ organisation {{ code }} }}
                pageInfo {{ startCursor endCursor hasNextPage hasPreviousPage }} }} }}"
            );
            national.ask(&document).await
        };
        let codes = |answer: &Value| {
            let nodes = answer["data"]["assessments"]["nodes"].as_array().unwrap();
            nodes
                .iter()
                .map(|node| node["organisation"]["code"].as_str().unwrap())
                .collect::<Vec<_>>()
                .join(" ")
        };
        let info = |answer: &Value| answer["data"]["assessments"]["pageInfo"].clone();
        let first = page("first: 2").await;
        assert_eq!((codes(&first).as_str(), &info(&first)["hasNextPage"]), ("QOP QOQ", &json!(true)));
        lead.starts(&opened(&national, "between", json!({ "referenceDate": "2026-10-31" })).await, "QF7")
            .await;
        let after = format!("after: {}", info(&first)["endCursor"]);
        let rest = page(&after).await;
        assert_eq!(
            (codes(&rest).as_str(), &rest["data"]["assessments"]["totalCount"]),
            ("QHM QWO QWO", &json!(5))
        );
        let back = page(&format!("last: 1, before: {}", info(&rest)["startCursor"])).await;
        assert_eq!(codes(&back), "QOQ");
        assert_eq!(codes(&page("first: 100").await), "QF7 QOP QOQ QHM QWO QWO");
        let other = format!("{after}, where: {{ codes: [\"QWO\"] }}");
        for wrong in ["first: 0", "last: 101", "first: 1, last: 1", "after: \"nonsense\"", &other] {
            assert_eq!(code(&page(wrong).await), "BAD_REQUEST", "{wrong}");
        }
    }

    async fn a_condition_that_makes_no_sense_is_a_bad_request(app: &App) {
        let reader = app.reader().await;
        let many = format!("codes: {:?}", vec!["QWO"; 101]);
        for condition in [
            "round: \"garbage\"",
            "round: \"\"",
            "differenceAtLeast: 0",
            "differenceAtLeast: 9",
            "overdueOn: \"2026-02-30\"",
            "codes: [\"qwo\"]",
            &many,
        ] {
            let answer =
                reader.ask(&format!("{{ assessments(where: {{ {condition} }}) {{ totalCount }} }}")).await;
            assert!(
                ["BAD_REQUEST", "GRAPHQL_VALIDATION_FAILED"].contains(&code(&answer)),
                "{condition}: {answer}"
            );
        }
    }
}
