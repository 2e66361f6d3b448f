//! Frameworks: the one that ships, and that a published edition never changes.

use api::catalogue::parse_definition;
use api::store::Actor;
use domain::command::Command;
use domain::framework::LoadEdition;
use domain::ledger::Via;
use serde_json::{Value, json};

use crate::harness::app::App;
use crate::round::opened;

const SDPT: &str = include_str!("../api/src/catalogue/sdpt.toml");

/// Loads the framework file that ships, with some of its text replaced. The reason where it is refused.
async fn load(app: &App, replacements: &[(&str, &str)]) -> Result<(), String> {
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
        assert_eq!((&data["frameworks"], &data["none"]), (&json!([{ "key": "sdpt" }]), &Value::Null));
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
}
