//! Organisations: what was open, called and placed how on which day, who followed whom, and lists that page.

use std::collections::BTreeSet;

use domain::ledger::Via;
use serde_json::{Value, json};

use crate::harness::app::{App, Person, code};

/// A page of systems: their codes, and the page's frame.
struct Page {
    codes: Vec<String>,
    total: u64,
    start: String,
    end: String,
    /// Whether there is more before and after.
    more: (bool, bool),
}

async fn page(person: &Person<'_>, arguments: &str) -> Page {
    let document = format!(
        "{{ systems{arguments} {{ totalCount edges {{ cursor node {{ code }} }} nodes {{ code }}
            pageInfo {{ startCursor endCursor hasPreviousPage hasNextPage }} }} }}"
    );
    let page = person.data(&document, json!({})).await["systems"].clone();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let nodes: Vec<_> = page["nodes"].as_array().unwrap().iter().map(|node| text(&node["code"])).collect();
    let edges = page["edges"].as_array().unwrap();
    assert!(edges.iter().map(|edge| text(&edge["node"]["code"])).eq(nodes.iter().cloned()));
    let info = &page["pageInfo"];
    assert_eq!(
        text(&info["startCursor"]),
        edges.first().map(|edge| text(&edge["cursor"])).unwrap_or_default()
    );
    assert_eq!(text(&info["endCursor"]), edges.last().map(|edge| text(&edge["cursor"])).unwrap_or_default());
    Page {
        codes: nodes,
        total: page["totalCount"].as_u64().unwrap(),
        start: text(&info["startCursor"]),
        end: text(&info["endCursor"]),
        more: (info["hasPreviousPage"] == true, info["hasNextPage"] == true),
    }
}

fn codes(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|system| system["code"].as_str().unwrap()).collect()
}

on_both! {
    async fn there_were_forty_two_systems_and_are_thirty_six(app: &App) {
        let reader = app.reader().await;
        for (on, systems, regions) in [
            ("2022-06-30", 0, 0),
            ("2022-07-01", 42, 7),
            ("2023-01-01", 42, 7),
            ("2026-03-31", 42, 7),
            ("2026-04-01", 36, 7),
            ("2026-11-01", 36, 7),
        ] {
            let document = format!(
                "{{ systems(asOf: {{ on: \"{on}\" }}) {{ totalCount nodes {{ code }} }}
                regions(on: \"{on}\") {{ code systems {{ code }} }} }}"
            );
            let data = reader.data(&document, json!({})).await;
            assert_eq!(data["systems"]["totalCount"], systems, "{on}");
            let listed = data["regions"].as_array().unwrap();
            assert_eq!(listed.len(), regions, "{on}");
            let in_regions: BTreeSet<_> =
                listed.iter().flat_map(|region| codes(&region["systems"])).collect();
            assert_eq!(in_regions, codes(&data["systems"]["nodes"]).into_iter().collect(), "{on}");
        }
    }

    async fn nothing_was_known_before_it_was_recorded(app: &App) {
        let reader = app.reader().await;
        let before = page(&reader, "(asOf: { on: \"2023-01-01\", knownAt: \"2020-01-01T00:00:00Z\" })").await;
        assert_eq!((before.total, before.codes.len(), before.more), (0, 0, (false, false)));
        app.at("2026-11-22T10:00:01Z");
        let now = page(&reader, "(asOf: { on: \"2023-01-01\", knownAt: \"2026-11-22T10:00:01Z\" })").await;
        assert_eq!(now.total, 42);
        for as_of in [
            "knownAt: \"2026-11-22T10:00:02Z\"",
            "position: \"nonsense\"",
            "position: \"\"",
            "knownAt: \"2020-01-01T00:00:00Z\", position: \"nonsense\"",
        ] {
            let answer = reader.ask(&format!("{{ systems(asOf: {{ {as_of} }}) {{ totalCount }} }}")).await;
            assert_eq!(code(&answer), "BAD_REQUEST", "{as_of}: {answer}");
        }
    }

    async fn a_closed_system_names_its_successors_and_they_name_it(app: &App) {
        let reader = app.reader().await;
        let document = "{ closed: system(code: \"QNQ\") { name openedOn closedOn region { code }
            then: region(on: \"2026-03-31\") { code }
            predecessors { kind } successors { on kind share predecessor { code } successor { code } } }
            merged: system(code: \"S0E4D\") { openedOn closedOn successors { kind }
                predecessors { kind predecessor { code } } }
            kept: system(code: \"QRL\") { openedOn closedOn predecessors { kind predecessor { code } } } }";
        let data = reader.data(document, json!({})).await;
        let link = |kind: &str, successor: &str| {
            json!({ "on": "2026-04-01", "kind": kind, "share": null,
            "predecessor": { "code": "QNQ" }, "successor": { "code": successor } })
        };
        assert_eq!(
            data["closed"],
            json!({ "name": "NHS Frimley Integrated Care Board", "openedOn": "2022-07-01",
            "closedOn": "2026-03-31", "region": null, "then": { "code": "Y59" }, "predecessors": [],
            // By name: Hampshire and Isle of Wight, Surrey and Sussex, Thames Valley.
            "successors": [link("ACQUISITION", "QRL"), link("SPLIT", "S9B9J"), link("SPLIT", "S0E4D")] })
        );
        let from = |kind: &str, code: &str| json!({ "kind": kind, "predecessor": { "code": code } });
        assert_eq!(
            data["merged"],
            json!({ "openedOn": "2026-04-01", "closedOn": null, "successors": [],
            "predecessors": [from("MERGER", "QU9"), from("SPLIT", "QNQ")] })
        );
        assert_eq!(
            data["kept"],
            json!({ "openedOn": "2022-07-01", "closedOn": null,
            "predecessors": [from("ACQUISITION", "QNQ")] })
        );
    }

    async fn an_ons_code_means_a_system_on_a_day(app: &App) {
        let reader = app.reader().await;
        for (ons, on, expected) in [
            ("E54000053", "\"2022-12-31\"", json!({ "code": "QNX" })),
            ("E54000053", "\"2023-03-31\"", json!({ "code": "QNX" })),
            ("E54000053", "\"2023-04-01\"", Value::Null),
            ("E54000053", "null", Value::Null),
            ("E54000064", "\"2023-04-01\"", json!({ "code": "QNX" })),
            ("E54000054", "null", json!({ "code": "QWO" })),
            ("E54000054", "\"2022-06-30\"", Value::Null),
            ("E40000012", "null", Value::Null),
        ] {
            let document = format!("{{ systemByOnsCode(onsCode: \"{ons}\", on: {on}) {{ code }} }}");
            assert_eq!(reader.data(&document, json!({})).await["systemByOnsCode"], expected, "{ons} on {on}");
        }
        let document = "{ system(code: \"QRL\") { code now: onsCode before: onsCode(on: \"2026-03-31\")
            after: onsCode(on: \"2026-04-01\") never: onsCode(on: \"2020-01-01\") } }";
        assert_eq!(
            reader.data(document, json!({})).await["system"],
            json!({ "code": "QRL", "now": "E54000067",
            "before": "E54000042", "after": "E54000067", "never": "E54000042" }),
            "outside its life the nearest"
        );
    }

    async fn regions_and_clusters_have_their_systems_of_the_day_by_name(app: &App) {
        let reader = app.reader().await;
        let document = "{ region(code: \"Y59\") { name before: systems(on: \"2026-03-31\") { code }
            after: systems(on: \"2026-04-01\") { code } systems { code } }
            regions { code name } none: region(code: \"QWO\") { code } unknown: system(code: \"Y63\") { code }
            system(code: \"QJ2\") { cluster { key title systems { code }
                early: systems(on: \"2026-03-31\") { code } } before: cluster(on: \"2026-03-31\") { key } }
            alone: system(code: \"QWO\") { cluster { key } region { code }
                early: region(on: \"2022-06-30\") { code } } }";
        let data = reader.data(document, json!({})).await;
        let south_east = &data["region"];
        assert_eq!(codes(&south_east["before"]), ["QU9", "QNQ", "QRL", "QKS", "QXU", "QNX"]);
        assert_eq!(codes(&south_east["after"]), ["QRL", "QKS", "S9B9J", "S0E4D"]);
        assert_eq!(south_east["systems"], south_east["after"]);
        assert_eq!(codes(&data["regions"]), ["Y61", "Y56", "Y60", "Y63", "Y62", "Y59", "Y58"]);
        assert_eq!((&data["none"], &data["unknown"]), (&Value::Null, &Value::Null));
        let cluster = &data["system"]["cluster"];
        assert_eq!(
            (&cluster["key"], &cluster["title"]),
            (&json!("derby-lincolnshire-and-nottingham"), &json!("Derby, Lincolnshire and Nottingham"))
        );
        assert_eq!(codes(&cluster["systems"]), ["QJ2", "QJM", "QT1"]);
        assert_eq!((&cluster["early"], &data["system"]["before"]), (&json!([]), &Value::Null));
        assert_eq!(data["alone"], json!({ "cluster": null, "region": { "code": "Y63" }, "early": null }));
    }

    async fn filters_add_up(app: &App) {
        let reader = app.reader().await;
        for (filter, expected) in [
            ("codes: [\"QWO\", \"QOP\", \"QNQ\", \"QZZ\"]", vec!["QOP", "QWO"]),
            ("codes: []", vec![]),
            ("regions: [\"Y63\"]", vec!["QOQ", "QHM", "QF7", "QWO"]),
            ("regions: [\"Y63\"], codes: [\"QWO\", \"QOP\"]", vec!["QWO"]),
            ("regions: [\"Y99\"]", vec![]),
            ("cluster: \"cornwall-and-devon\"", vec!["QT6", "QJK"]),
            ("cluster: \"cornwall-and-devon\", regions: [\"Y58\"], codes: [\"QJK\"]", vec!["QJK"]),
            ("cluster: \"cornwall-and-devon\", regions: [\"Y63\"]", vec![]),
            ("cluster: \"nonsense\"", vec![]),
        ] {
            let page = page(&reader, &format!("(where: {{ {filter} }})")).await;
            assert_eq!(
                (page.total, page.codes),
                (expected.len() as u64, expected.iter().map(ToString::to_string).collect()),
                "{filter}"
            );
        }
        let then =
            page(&reader, "(where: { codes: [\"QWO\", \"QNQ\"] }, asOf: { on: \"2026-03-31\" })").await;
        assert_eq!(then.codes, ["QNQ", "QWO"]);
        let early =
            page(&reader, "(where: { cluster: \"cornwall-and-devon\" }, asOf: { on: \"2026-03-31\" })").await;
        assert_eq!(early.total, 0);
        let many = format!("{{ systems(where: {{ codes: {:?} }}) {{ totalCount }} }}", vec!["QWO"; 101]);
        assert_eq!(code(&reader.ask(&many).await), "BAD_REQUEST");
        for document in [
            "{ system(code: \"qwo\") { id } }",
            "{ system(code: \"QWOX\") { id } }",
            "{ system(code: \"\") { id } }",
            "{ systemByOnsCode(onsCode: \"54000054\") { id } }",
            "{ regions(on: \"2026-02-30\") { id } }",
            "{ regions(on: \"2026-2-3\") { id } }",
        ] {
            assert_eq!(code(&reader.ask(document).await), "BAD_REQUEST", "{document}");
        }
    }

    async fn pages_forward_and_back_give_each_system_once(app: &App) {
        let reader = app.reader().await;
        let all = page(&reader, "").await;
        assert_eq!((all.codes.len(), all.total, all.more), (36, 36, (false, false)));
        let (mut forward, mut after) = (Vec::new(), String::from("null"));
        loop {
            let page = page(&reader, &format!("(first: 10, after: {after})")).await;
            assert_eq!((page.total, page.more.0), (36, !forward.is_empty()));
            forward.extend(page.codes);
            if !page.more.1 {
                break;
            }
            after = format!("{:?}", page.end);
        }
        assert_eq!(forward, all.codes);
        let (mut back, mut before) = (Vec::new(), String::from("null"));
        loop {
            let page = page(&reader, &format!("(last: 10, before: {before})")).await;
            assert_eq!(page.more.1, !back.is_empty());
            back = [page.codes, back].concat();
            if !page.more.0 {
                break;
            }
            before = format!("{:?}", page.start);
        }
        assert_eq!(back, all.codes);
        let between = page(&reader, &format!("(after: {:?}, before: {:?})", all.start, all.end)).await;
        assert_eq!(between.codes, all.codes[1..35]);
        let beyond = page(&reader, &format!("(first: 1, after: {:?})", all.end)).await;
        assert_eq!((beyond.codes.len(), beyond.more), (0, (true, false)));
    }

    async fn a_cursor_holds_its_list_filter_day_and_position(app: &App) {
        let reader = app.reader().await;
        let first = page(&reader, "(first: 2, where: { regions: [\"Y63\"] })").await;
        let after = format!("first: 9, after: {:?}", first.end);
        app.national().await.opens("a write between two pages").await;
        let rest = page(&reader, &format!("({after}, where: {{ regions: [\"Y63\"] }})")).await;
        assert_eq!([first.codes, rest.codes].concat(), ["QOQ", "QHM", "QF7", "QWO"]);
        for arguments in [
            &after,
            &format!("{after}, where: {{ regions: [\"Y60\"] }}"),
            &format!("{after}, where: {{ regions: [\"Y63\"] }}, asOf: {{ on: \"2026-11-21\" }}"),
            &format!(
                "{after}, where: {{ regions: [\"Y63\"] }}, asOf: {{ knownAt: \"2026-11-22T10:00:00Z\" }}"
            ),
            "after: \"nonsense\"",
            "before: \"\"",
            "first: 0",
            "first: -1",
            "first: 101",
            "last: 0",
            "last: 101",
            "first: 1, last: 1",
        ] {
            let answer = reader.ask(&format!("{{ systems({arguments}) {{ totalCount }} }}")).await;
            assert_eq!(
                (code(&answer), &answer["data"]),
                ("BAD_REQUEST", &Value::Null),
                "{arguments}: {answer}"
            );
        }
        assert_eq!(page(&reader, "(first: 100)").await.codes.len(), 36);
    }

    async fn loading_the_catalogue_again_changes_nothing(app: &App) {
        let before = app.store.snapshot();
        api::start::load_catalogue(&app.store, Via::CommandLine).await.unwrap();
        assert_eq!(app.store.snapshot().history.head(), before.history.head());
        assert!(*app.store.snapshot() == *before);
    }

    async fn a_size_of_a_page_that_is_declared_and_not_sent_is_left_out(app: &App) {
        let reader = app.reader().await;
        let document = "query($first: Int, $last: Int, $unused: String) {
            systems(first: $first, last: $last, after: $unused) { totalCount nodes { id } } }";
        for (variables, nodes) in [(json!({}), 36), (json!({ "first": 3 }), 3), (json!({ "last": 2 }), 2)] {
            let systems = reader.data(document, variables.clone()).await["systems"].clone();
            assert_eq!(systems["nodes"].as_array().unwrap().len(), nodes, "{variables}");
        }
    }
}
