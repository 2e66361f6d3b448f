//! Frameworks: those that ship, and that a published edition never changes.

use api::catalogue::parse_definition;
use api::store::Actor;
use domain::command::Command;
use domain::framework::LoadEdition;
use domain::ledger::Via;
use serde_json::{Value, json};

use crate::harness::app::App;
use crate::round::opened;

const SDPT: &str = include_str!("../api/src/catalogue/frameworks/sdpt.toml");

/// Loads the framework file that ships, with some of its text replaced. The reason where it is refused.
pub(crate) async fn load(app: &App, replacements: &[(&str, &str)]) -> Result<(), String> {
    let mut text = SDPT.to_owned();
    for (from, to) in replacements {
        assert!(text.contains(from), "{from} is not in the file");
        text = text.replace(from, to);
    }
    let definition = parse_definition("sdpt.toml", &text).unwrap();
    let command = Command::LoadEdition(Box::new(LoadEdition { definition }));
    let answer = app.store.write(Actor::Installation, Via::CommandLine, command).await;
    app.store.snapshot_at(answer.head).await;
    answer.outcome.map(drop).map_err(|error| error.explain())
}

on_both! {
    async fn the_framework_that_ships_is_complete_and_says_what_is_assumed(app: &App) {
        let document = "{ frameworks { key } none: framework(key: \"nonsense\") { key }
            framework(key: \"sdpt\") { title kind issuer edition { key label assesses contentHash publishedOn
                provisional { what why } scale { title provisional levels { key rank title description } }
                groups { key title themes { key title summary elements { key title description origin dueOn
                    theme { key } } } } } editions { label } } }";
        let data = app.reader().await.data(document, json!({})).await;
        let keys = ["board-development", "ccpl", "icb-ceo", "people-communities", "people-functions",
            "provider-collaboratives", "readiness", "sdpt", "wgll"];
        let keys = keys.map(|key| json!({ "key": key }));
        assert_eq!((&data["frameworks"], &data["none"]), (&json!(keys), &Value::Null));
        let framework = &data["framework"];
        assert_eq!(
            (&framework["kind"], &framework["editions"]),
            (&json!("MATURITY"), &json!([{ "label": "2021/22" }]))
        );
        let edition = &framework["edition"];
        assert_eq!((&edition["assesses"], &edition["publishedOn"]), (&json!(["SYSTEM"]), &Value::Null));
        assert_eq!(edition["contentHash"].as_str().unwrap().len(), 64);
        assert!(!edition["provisional"].as_array().unwrap().is_empty());
        assert_eq!(edition["scale"]["provisional"], true);
        let levels = edition["scale"]["levels"].as_array().unwrap();
        let levels: Vec<_> = levels
            .iter()
            .map(|level| (level["key"].as_str().unwrap(), level["rank"].as_u64().unwrap()))
            .collect();
        assert_eq!(levels, [("emerging", 1), ("developing", 2), ("maturing", 3), ("thriving", 4)]);
        let groups = edition["groups"].as_array().unwrap();
        let themes: Vec<_> = groups.iter().flat_map(|group| group["themes"].as_array().unwrap()).collect();
        assert_eq!((groups.len(), themes.len()), (2, 6));
        let mut keys = std::collections::BTreeSet::new();
        for theme in themes {
            for element in theme["elements"].as_array().unwrap() {
                assert_eq!(element["theme"]["key"], theme["key"]);
                assert!(["NAMED", "DERIVED", "INFERRED"].contains(&element["origin"].as_str().unwrap()));
                assert!(
                    !element["title"].as_str().unwrap().is_empty()
                        && !element["description"].as_str().unwrap().is_empty()
                );
                keys.insert(element["key"].as_str().unwrap());
            }
        }
        assert_eq!(keys.len(), 24);
    }

    async fn each_part_of_a_framework_is_found_by_its_id(app: &App) {
        let reader = app.reader().await;
        let document = "{ framework(key: \"sdpt\") { id edition { id
            groups { id themes { id elements { id } } } } } }";
        let data = reader.data(document, json!({})).await;
        let (framework, edition) = (&data["framework"], &data["framework"]["edition"]);
        let (group, theme) = (&edition["groups"][1], &edition["groups"][1]["themes"][2]);
        let element = &theme["elements"][0];
        let ids = [framework, edition, group, theme, element].map(|part| part["id"].clone());
        let document = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Subject { key } } }";
        let nodes = reader.data(document, json!({ "ids": ids })).await["nodes"].clone();
        assert_eq!(
            nodes,
            json!([
                { "__typename": "Framework", "id": ids[0] },
                { "__typename": "Edition", "id": ids[1], "key": "sdpt" },
                { "__typename": "Group", "id": ids[2], "key": "sdpt.capabilities" },
                { "__typename": "Theme", "id": ids[3], "key": "sdpt.capabilities.governance" },
                { "__typename": "Element", "id": ids[4], "key": "sdpt.capabilities.governance.leadership" },
            ])
        );
        // The same number as another noun is nothing.
        let confused =
            ids.map(|id| id.as_str().unwrap().replace("framework_", "edition_").replace("group_", "theme_"));
        let nodes =
            reader.data(document, json!({ "ids": [confused[0], confused[2]] })).await["nodes"].clone();
        assert_eq!(nodes, json!([null, null]));
    }

    async fn a_published_edition_never_changes(app: &App) {
        let before = app.store.snapshot().history.head();
        assert_eq!(load(app, &[]).await, Ok(()), "the same again is nothing new");
        for (from, to, named) in [
            ("title = \"Maturing\"", "title = \"Mature\"", "\"Maturing\" there and \"Mature\" in the file"),
            (
                "response_days = 10",
                "response_days = 11",
                "policy.response_days is 10 there and 11 in the file",
            ),
            ("assesses = [\"SYSTEM\"]", "assesses = [\"SYSTEM\", \"PLACE\"]", "assesses[1]"),
        ] {
            let why = load(app, &[(from, to)]).await.unwrap_err();
            assert!(
                why.contains("edition 2021/22 of sdpt is published and never changes") && why.contains(named),
                "{why}"
            );
        }
        assert_eq!(app.store.snapshot().history.head(), before);
    }

    async fn a_new_label_is_a_new_edition_and_rounds_keep_theirs(app: &App) {
        let (national, lead) = (app.national().await, app.lead_of("QWO").await);
        let old = opened(&national, "old", json!({})).await;
        let replacements = [("label = \"2021/22\"", "label = \"2026/27\""), ("\"thriving\"", "\"leading\"")];
        assert_eq!(load(app, &replacements).await, Ok(()));
        let new = opened(&national, "new", json!({})).await;
        let document = "{ framework(key: \"sdpt\") { edition { label } editions { label } }
            rounds { nodes { label edition { label } } } }";
        let data = national.data(document, json!({})).await;
        assert_eq!(
            data["framework"],
            json!({ "edition": { "label": "2026/27" },
            "editions": [{ "label": "2021/22" }, { "label": "2026/27" }] })
        );
        assert_eq!(
            data["rounds"]["nodes"],
            json!([{ "label": "old", "edition": { "label": "2021/22" } },
            { "label": "new", "edition": { "label": "2026/27" } }])
        );
        for (round, level, of_the_other) in [(old, "thriving", "leading"), (new, "leading", "thriving")] {
            let assessment = lead.starts(&round, "QWO").await;
            let item =
                json!({ "element": "sdpt.functions.quality.culture", "outcome": { "level": of_the_other } });
            let input = json!({ "assessment": assessment, "items": [item] });
            assert_eq!(app.refusals(&lead, "rateElements", input).await, ["UNKNOWN_LEVEL items.0.outcome"]);
            lead.rates_all(&assessment, level).await;
        }
        let policy = json!({ "policy": { "evidenceFrom": "thriving" } });
        let refusals = app.refusals(&national, "openRound", crate::round::input("newer", &policy)).await;
        assert_eq!(refusals, ["UNKNOWN_LEVEL policy.evidenceFrom"]);
    }

    async fn each_framework_is_read_with_its_kind_scale_sources_and_assumptions(app: &App) {
        let document = "{ frameworks { key kind issuer edition { source assesses role roundsFrom publishedOn
            policy { evidenceFrom { key } } provisional { what } scale { levels { key rank } }
            groups { themes { summary elements { key source dueOn descriptors { key } } } } } } }";
        let data = app.reader().await.data(document, json!({})).await;
        let of = |key: &str| {
            let all = data["frameworks"].as_array().unwrap();
            all.iter().find(|framework| framework["key"] == key).unwrap()["edition"].clone()
        };
        let elements = |edition: &Value| -> Vec<Value> {
            let groups = edition["groups"].as_array().unwrap();
            let themes = groups.iter().flat_map(|group| group["themes"].as_array().unwrap());
            themes.flat_map(|theme| theme["elements"].as_array().unwrap()).cloned().collect()
        };
        let count = |key: &str| elements(&of(key)).len();
        let keys = ["wgll", "people-functions", "people-communities", "ccpl", "readiness",
            "provider-collaboratives", "icb-ceo"];
        assert_eq!(keys.map(count), [7, 10, 10, 5, 40, 11, 26]);

        let wgll = of("wgll");
        assert_eq!((&wgll["publishedOn"], &wgll["roundsFrom"]), (&json!("2021-08-31"), &Value::Null));
        assert_eq!(wgll["scale"]["levels"][4], json!({ "key": "5", "rank": 5 }));
        assert_eq!(wgll["groups"][0]["themes"][0]["summary"], Value::Null, "its element says it all");
        let readiness = of("readiness");
        assert_eq!(readiness["roundsFrom"], "2022-07-01");
        assert_eq!(readiness["policy"]["evidenceFrom"]["key"], "complete");
        let deliverables = elements(&readiness);
        let recruited = deliverables.iter().find(|element| element["key"] == "readiness.governance.1").unwrap();
        assert_eq!(recruited["dueOn"], "2022-03-31");
        assert_eq!(recruited["source"], "Functions and governance of the ICB: before April 2022");
        assert_eq!(deliverables.iter().filter(|element| element["dueOn"].is_null()).count(), 6);
        assert_eq!(of("provider-collaboratives")["assesses"], json!(["PROVIDER_COLLABORATIVE"]));
        let matrix = of("icb-ceo");
        assert_eq!((&matrix["role"], &matrix["scale"]), (&json!("ICB chief executive"), &Value::Null));
        assert_eq!(elements(&matrix)[0]["descriptors"], json!([]), "nothing is rated");
    }

    async fn rounds_begin_when_the_edition_says_and_a_reference_has_none(app: &App) {
        let national = app.national().await;
        let asked = |framework: &str, day: &str| {
            let changes = json!({ "framework": framework, "referenceDate": day, "policy": Value::Null });
            crate::round::input(&format!("{framework} {day}"), &changes)
        };
        for (framework, day, expected) in [
            ("readiness", "2022-06-30", "INVALID_INPUT referenceDate"),
            ("icb-ceo", "2026-09-30", "INVALID_INPUT framework"),
            ("board-development", "2026-09-30", "INVALID_INPUT framework"),
        ] {
            assert_eq!(app.refusals(&national, "openRound", asked(framework, day)).await, [expected]);
        }
        let opens = async |framework, day| {
            let payload = national.change("openRound", "round { id }", asked(framework, day)).await;
            assert_eq!(payload["errors"], json!([]));
            payload["round"]["id"].clone()
        };
        opens("readiness", "2022-07-01").await;
        // Collaboratives are not recorded yet, and a system is none.
        let round = opens("provider-collaboratives", "2026-09-30").await;
        let input = json!({ "round": round, "system": { "code": "QWO" } });
        let refusals = app.refusals(&app.lead_of("QWO").await, "startAssessment", input).await;
        assert_eq!(refusals.len(), 1);
        assert!(refusals[0].starts_with("ORGANISATION_NOT_OPEN"), "{refusals:?}");
    }

    async fn a_flat_framework_is_rated_theme_by_theme_on_its_own_scale(app: &App) {
        let (national, lead) = (app.national().await, app.lead_of("QWO").await);
        let changes = json!({ "framework": "wgll" });
        let round = opened(&national, "digital", changes).await;
        let assessment = lead.starts(&round, "QWO").await;
        let item = json!({ "element": "wgll.safe-practice", "outcome": { "level": "maturing" } });
        let input = json!({ "assessment": assessment, "items": [item] });
        assert_eq!(app.refusals(&lead, "rateElements", input).await, ["UNKNOWN_LEVEL items.0.outcome"]);
        lead.rates_all(&assessment, "3").await;
        assert_eq!(lead.submits(&assessment).await["errors"], json!([]));
        assert_eq!(app.reviewer_of("Y63").await.publishes(&assessment).await["errors"], json!([]));
        let document = "{ system(code: \"QWO\") { profile(framework: \"wgll\") { themes {
            theme { title } rollUp { rated median { key } } } } } }";
        let data = app.reader().await.data(document, json!({})).await;
        let themes = data["system"]["profile"]["themes"].as_array().unwrap();
        assert_eq!(themes.len(), 7);
        assert_eq!(
            themes[2],
            json!({ "theme": { "title": "Safe practice" }, "rollUp": { "rated": 1, "median": { "key": "3" } } })
        );
    }

    async fn an_element_says_what_levels_mean_for_it_where_the_edition_does(app: &App) {
        let own = "origin = \"NAMED\"\ndescriptor = [{ level = \"thriving\", description = \"Learning spreads by itself.\" }]";
        let learning = "and data is shared under an agreed approach.\"\norigin = \"NAMED\"";
        let with_own = learning.replace("origin = \"NAMED\"", own);
        assert_eq!(load(app, &[("2021/22", "2026/27"), (learning, &with_own)]).await, Ok(()));
        let document = "{ framework(key: \"sdpt\") { edition { scale { levels { key description } }
            groups { themes { elements { key descriptors { key rank description } } } } } } }";
        let data = app.reader().await.data(document, json!({})).await;
        let edition = &data["framework"]["edition"];
        let elements = edition["groups"][0]["themes"][2]["elements"].as_array().unwrap();
        let described = |key: &str| {
            let element = elements.iter().find(|element| element["key"] == key).unwrap();
            let levels = element["descriptors"].as_array().unwrap().clone();
            levels.into_iter().map(|level| level["description"].clone()).collect::<Vec<_>>()
        };
        let levels = edition["scale"]["levels"].as_array().unwrap();
        let mut of_scale: Vec<_> = levels.iter().map(|level| level["description"].clone()).collect();
        assert_eq!(described("sdpt.functions.quality.culture"), of_scale);
        of_scale[3] = json!("Learning spreads by itself.");
        assert_eq!(described("sdpt.functions.quality.learning"), of_scale);
    }
}
