//! The heatmap: every open system by name, what each cell rests on, and the distributions beside it.

use serde_json::{Value, json};

use crate::harness::app::{App, Person, code};

const THIS_YEAR: &str = "2026/27 Q2";

const COMPARISON: &str = "query($systems: SystemsWhere, $round: String, $since: Date, $include: Include!, $asOf: AsOf) {
    comparison(framework: \"sdpt\", grain: EDITION, systems: $systems, round: $round, since: $since,
        include: $include, asOf: $asOf) {
        resolvedAsOf { on knownAt position } synthetic citation { text } scale { levels { key } }
        columns { subject { key } distributions { area { code } levelCounts { level { key } count } of without } }
        rows { system { code name } cells {
            subject { key } empty stage standing round { label } rollUp { rated median { key } }
            movement { word since until sentence } } }
    } }";

async fn compared(person: &Person<'_>, mut variables: Value) -> Value {
    if variables["include"] == Value::Null {
        variables["include"] = json!("PUBLISHED");
    }
    person.data(COMPARISON, variables).await["comparison"].clone()
}

/// The one cell of a system.
fn cell<'a>(comparison: &'a Value, system: &str) -> &'a Value {
    let row = comparison["rows"].as_array().unwrap().iter().find(|row| row["system"]["code"] == system);
    &row.unwrap_or_else(|| panic!("{system} has no row"))["cells"][0]
}

/// Systems at emerging, developing, maturing and thriving, of how many, and how many without.
fn counted(comparison: &Value, area: &Value) -> [u64; 6] {
    let distributions = comparison["columns"][0]["distributions"].as_array().unwrap();
    let found = distributions.iter().find(|distribution| distribution["area"]["code"] == *area).unwrap();
    let count = |i: usize| found["levelCounts"][i]["count"].as_u64().unwrap();
    let number = |field: &str| found[field].as_u64().unwrap();
    [count(0), count(1), count(2), count(3), number("of"), number("without")]
}

/// Eight systems at two, four, one and one.
async fn eight_published(app: &App) -> String {
    let round = app.national().await.opens(THIS_YEAR).await;
    for (system, level) in [
        ("QWO", "emerging"),
        ("QHM", "emerging"),
        ("QF7", "developing"),
        ("QOP", "developing"),
        ("QYG", "developing"),
        ("QE1", "developing"),
        ("QHL", "maturing"),
        ("QUA", "thriving"),
    ] {
        app.published_at(&round, system, level).await;
    }
    round
}

on_both! {
    async fn every_open_system_has_a_row_by_name_and_everybody_reads_the_same_figures(app: &App) {
        eight_published(app).await;
        let others =
            [app.lead_of("QWO").await, app.reviewer_of("Y63").await, app.national().await, app.stranger()];
        let reader = compared(&app.reader().await, json!({})).await;
        let rows = reader["rows"].as_array().unwrap();
        let names: Vec<_> = rows.iter().map(|row| row["system"]["name"].as_str().unwrap()).collect();
        assert!(names.is_sorted(), "{names:?}");
        assert_eq!(rows.len(), 36);
        assert_eq!(
            *cell(&reader, "QWO"),
            json!({
            "subject": { "key": "sdpt" }, "empty": null, "stage": "PUBLISHED", "standing": "BELOW_MOST",
            "round": { "label": THIS_YEAR }, "rollUp": { "rated": 24, "median": { "key": "emerging" } },
            "movement": null })
        );
        assert_eq!(
            *cell(&reader, "QKK"),
            json!({
            "subject": { "key": "sdpt" }, "empty": "NOT_PUBLISHED", "stage": null, "standing": null,
            "round": null, "rollUp": null, "movement": null })
        );
        let standings = ["QHM", "QF7", "QHL", "QUA"].map(|system| cell(&reader, system)["standing"].clone());
        assert_eq!(standings, ["BELOW_MOST", "AMONG_MOST", "ABOVE_MOST", "ABOVE_MOST"]);
        assert_eq!(counted(&reader, &Value::Null), [2, 4, 1, 1, 36, 28]);
        assert_eq!(counted(&reader, &json!("Y63")), [2, 1, 0, 0, 4, 1]);
        assert_eq!(counted(&reader, &json!("Y56")), [0, 0, 0, 0, 4, 4]);
        assert_eq!(
            reader["columns"][0]["distributions"].as_array().unwrap().len(),
            8,
            "England and seven regions"
        );
        for person in others {
            assert_eq!(compared(&person, json!({})).await, reader);
        }
        let text = reader["citation"]["text"].as_str().unwrap();
        let position = reader["resolvedAsOf"]["position"].as_str().unwrap();
        assert!(text.contains("edition 2021/22") && text.contains(position), "{text}");
    }

    async fn rows_are_filtered_and_standing_and_distributions_are_not(app: &App) {
        eight_published(app).await;
        let reader = app.reader().await;
        let all = compared(&reader, json!({})).await;
        let two = json!({ "systems": { "codes": ["QF7", "QWO", "Q9Q"] } });
        let two = compared(&reader, two).await;
        assert_eq!(two["rows"].as_array().unwrap().len(), 2);
        assert_eq!((cell(&two, "QWO"), &two["columns"]), (cell(&all, "QWO"), &all["columns"]));
        let level = json!({ "framework": "sdpt", "subject": "sdpt", "atLeast": "maturing" });
        let mature = compared(&reader, json!({ "systems": { "level": level } })).await;
        let codes =
            mature["rows"].as_array().unwrap().iter().map(|row| row["system"]["code"].as_str().unwrap());
        assert_eq!(codes.collect::<Vec<_>>(), ["QHL", "QUA"], "Birmingham and Solihull, Black Country");
        assert_eq!(mature["columns"], all["columns"]);
    }

    async fn fewer_than_eight_have_no_standing(app: &App) {
        let round = app.national().await.opens(THIS_YEAR).await;
        for system in ["QWO", "QHM", "QF7", "QOP", "QYG", "QE1", "QHL"] {
            app.published_at(&round, system, "developing").await;
        }
        let reader = app.reader().await;
        assert_eq!(cell(&compared(&reader, json!({})).await, "QWO")["standing"], Value::Null);
        app.published_at(&round, "QUA", "developing").await;
        assert_eq!(cell(&compared(&reader, json!({})).await, "QWO")["standing"], "AMONG_MOST");
    }

    async fn unpublished_work_changes_own_rows_and_no_distribution_standing_or_citation(app: &App) {
        let round = eight_published(app).await;
        app.submitted_at(&round, "QOQ", "thriving").await;
        let (reviewer, reader) = (app.reviewer_of("Y63").await, app.reader().await);
        let published = compared(&reader, json!({})).await;
        let submitted = json!({ "include": "SUBMITTED" });
        let theirs = compared(&reviewer, submitted.clone()).await;
        let marked = cell(&theirs, "QOQ");
        assert_eq!(
            (&marked["stage"], &marked["rollUp"]["median"]["key"]),
            (&json!("SUBMITTED"), &json!("thriving"))
        );
        assert_eq!((&marked["standing"], &theirs["citation"]), (&Value::Null, &Value::Null));
        assert_eq!(theirs["columns"], published["columns"]);
        for system in ["QWO", "QUA", "QKK"] {
            assert_eq!(cell(&theirs, system), cell(&published, system));
        }
        let others = compared(&reader, submitted).await;
        assert_eq!(others["rows"], published["rows"], "a reader sees no unpublished work");
        assert_eq!(compared(&reviewer, json!({})).await, published);
    }

    async fn a_round_says_who_was_not_open_and_a_cell_which_round_it_is_of(app: &App) {
        let national = app.national().await;
        let policy = json!({ "evidenceFrom": null });
        let before = national.opens_for("2025/26 Q2", "2025-09-30", policy).await;
        let now = national.opens(THIS_YEAR).await;
        app.published_at(&before, "QWO", "emerging").await;
        app.published_at(&now, "QWO", "developing").await;
        app.published_at(&before, "QHM", "emerging").await;
        app.published_at(&now, "S0E4D", "developing").await;
        let reader = app.reader().await;
        let latest = compared(&reader, json!({ "since": "2025-11-22" })).await;
        let told = |comparison: &Value, system: &str| {
            let cell = cell(comparison, system);
            (cell["round"]["label"].clone(), cell["empty"].clone(), cell["movement"].clone())
        };
        let moved = json!({ "word": "ADVANCED", "since": "2025-09-30", "until": "2026-09-30",
            "sentence": "Of 24 elements, 24 advanced between 30 September 2025 and 30 September 2026." });
        assert_eq!(told(&latest, "QWO"), (json!(THIS_YEAR), Value::Null, moved));
        let nothing_new = json!({ "word": "NOT_COMPARABLE", "since": null, "until": "2025-09-30",
            "sentence": "Nothing has been published that describes a day after 22 November 2025." });
        assert_eq!(told(&latest, "QHM"), (json!("2025/26 Q2"), Value::Null, nothing_new));
        let new = json!({ "word": "NOT_COMPARABLE", "since": null, "until": "2026-09-30",
            "sentence": "It opened on 1 April 2026: on 22 November 2025 there was nothing of its own to compare with." });
        assert_eq!(told(&latest, "S0E4D"), (json!(THIS_YEAR), Value::Null, new));

        let then = compared(&reader, json!({ "round": "2025/26 Q2" })).await;
        let rows = ["QWO", "S0E4D", "QKK"].map(|system| told(&then, system));
        assert_eq!(
            rows,
            [
                (json!("2025/26 Q2"), Value::Null, Value::Null),
                (Value::Null, json!("NOT_OPEN"), Value::Null),
                (Value::Null, json!("NOT_PUBLISHED"), Value::Null),
            ]
        );
        let unknown = json!({ "round": "2031/32 Q1", "include": "PUBLISHED" });
        assert_eq!(code(&reader.ask_with(COMPARISON, unknown).await), "BAD_REQUEST");
        let document = "{ comparison(framework: \"nonsense\") { synthetic } }";
        assert_eq!(reader.data(document, json!({})).await["comparison"], Value::Null);
    }

    async fn what_predecessors_published_is_shown_as_theirs_and_counts_nowhere_else(app: &App) {
        let national = app.national().await;
        let before = national.opens_for("2025/26 Q2", "2025-09-30", json!({ "evidenceFrom": null })).await;
        national.opens(THIS_YEAR).await;
        app.published_at(&before, "QNQ", "thriving").await;
        app.published_at(&before, "QU9", "emerging").await;
        let document = "query($boundaries: Boundaries!, $round: String) {
            comparison(framework: \"sdpt\", grain: EDITION, boundaries: $boundaries, round: $round) {
                columns { distributions { of without } }
                rows { system { code } cells { empty round { label } rollUp { rated } standing
                    predecessors { organisation { code } rollUp { median { key } } } } } } }";
        let reader = app.reader().await;
        let asked = async |boundaries: &str, round: Option<&str>| {
            let variables = json!({ "boundaries": boundaries, "round": round });
            reader.data(document, variables).await["comparison"].clone()
        };
        let part = |code: &str, level: &str| json!({ "organisation": { "code": code }, "rollUp": { "median": { "key": level } } });
        let cell_of = |empty: &str, round: Value, predecessors: Value| {
            json!({ "empty": empty, "round": round,
            "rollUp": null, "standing": null, "predecessors": predecessors })
        };
        let round = json!({ "label": "2025/26 Q2" });
        let parts = json!([part("QU9", "emerging"), part("QNQ", "thriving")]);
        let latest = asked("WITH_PREDECESSORS", None).await;
        assert_eq!(*cell(&latest, "S0E4D"), cell_of("NOT_PUBLISHED", round.clone(), parts.clone()));
        assert_eq!(latest["columns"][0]["distributions"][0], json!({ "of": 36, "without": 36 }));
        let then = asked("WITH_PREDECESSORS", Some("2025/26 Q2")).await;
        assert_eq!(*cell(&then, "S0E4D"), cell_of("NOT_OPEN", round, parts));
        let now = asked("WITH_PREDECESSORS", Some(THIS_YEAR)).await;
        assert_eq!(*cell(&now, "S0E4D"), cell_of("NOT_PUBLISHED", Value::Null, Value::Null));
        let reported = asked("AS_REPORTED", None).await;
        assert_eq!(*cell(&reported, "S0E4D"), cell_of("NOT_PUBLISHED", Value::Null, Value::Null));
    }

    async fn a_position_and_a_day_give_the_same_heatmap_for_ever(app: &App) {
        let round = eight_published(app).await;
        let reader = app.reader().await;
        let before = compared(&reader, json!({})).await;
        app.at("2026-11-25T09:00:00Z");
        app.published_at(&round, "QOQ", "thriving").await;
        let used = &before["resolvedAsOf"];
        let as_of = json!({ "on": used["on"], "position": used["position"] });
        assert_eq!(compared(&reader, json!({ "asOf": as_of })).await, before);
        assert_eq!(counted(&compared(&reader, json!({})).await, &Value::Null), [2, 4, 1, 2, 36, 27]);
    }

    async fn the_heatmap_with_movement_and_trends_is_within_the_cost_and_many_of_them_are_not(app: &App) {
        let heatmap = "comparison(framework: \"sdpt\", grain: ELEMENT, since: \"2025-11-22\") {
            resolvedAsOf { on position } scale { levels { key title rank } } citation { text } undecided { name }
            columns { subject { key title } distributions { area { code name } of without
                levelCounts { level { key } count } } }
            rows { system { code name region { code } } cells { subject { key } empty stage standing
                round { label referenceDate } rollUp { rated notRated notApplicable lowest { key title rank }
                    median { key title rank } levelCounts { level { key } count } }
                movement { word sentence since until advanced slipped held unmatched basisChanged }
                trend { verdict n changes statistic pValue sentence } } } }";
        let reader = app.reader().await;
        reader.data(&format!("{{ {heatmap} }}"), json!({})).await;
        let endless = "theme { elements { ".repeat(3) + "key" + &" } }".repeat(3);
        let hostile = format!(
            "{{ comparison(framework: \"sdpt\") {{ rows {{ cells {{ subject {{ ... on Theme {{ elements {{ {endless} }} }} }} }} }} }} }}"
        );
        assert_eq!(code(&reader.ask(&hostile).await), "QUERY_TOO_COSTLY");
        let many: Vec<_> = (0..10).map(|i| format!("a{i}: {heatmap}")).collect();
        let answer = reader.ask(&format!("{{ {} }}", many.join(" "))).await;
        assert_eq!(code(&answer), "QUERY_TOO_COSTLY");
    }

    async fn systems_chosen_by_unpublished_work_are_not_cited(app: &App) {
        let region = app.reviewer_of("Y63").await;
        app.published_at(&app.national().await.opens("2026/27 Q2").await, "QWO", "developing").await;
        let citation = async |include: &str| {
            let level = format!("{{ framework: \"sdpt\", subject: \"sdpt\", atMost: \"thriving\", include: {include} }}");
            let document =
                format!("{{ comparison(framework: \"sdpt\", systems: {{ level: {level} }}) {{ citation {{ text }} }} }}");
            region.data(&document, json!({})).await["comparison"]["citation"].clone()
        };
        assert!(citation("PUBLISHED").await["text"].is_string());
        assert_eq!(citation("SUBMITTED").await, Value::Null, "somebody else would meet other systems");
    }
}
