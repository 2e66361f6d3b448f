//! Links: accountabilities, guidance and related subjects of themes, and the competency matrix of a role.

use std::collections::BTreeMap;

use api::catalogue::{definitions, parse_definition, parse_links};
use api::start::load_catalogue;
use api::store::{Actor, Written};
use domain::command::Command;
use domain::framework::LoadEdition;
use domain::ledger::Via;
use domain::link::LoadLinks;
use serde_json::{Value, json};

use crate::harness::app::App;

const LINKS: &str = include_str!("../api/src/catalogue/links.toml");
const MATRIX: &str = include_str!("../api/src/catalogue/frameworks/icb-ceo.toml");

/// The chair's matrix: the chief executive's file with other keys, and the role and a title changed.
fn of_the_chair() -> String {
    let text = MATRIX.replace("icb-ceo", "icb-chair").replace("ICB chief executive\"", "ICB chair\"");
    text.replace("title = \"Budget\"", "title = \"Stewardship\"")
}

async fn write(app: &App, command: Command) -> Written {
    let answer = app.store.write(Actor::Installation, Via::CommandLine, command).await;
    app.store.snapshot_at(answer.head).await;
    answer.outcome.unwrap()
}

/// Loads a file of links beside the frameworks that ship and the chair's.
async fn load_links(app: &App, text: &str) -> Written {
    let mut all = definitions().unwrap();
    all.push(parse_definition("icb-chair.toml", &of_the_chair()).unwrap());
    let links = parse_links("links.toml", text, &all).unwrap();
    write(app, Command::LoadLinks(Box::new(LoadLinks { links }))).await
}

fn texts(values: &Value, field: &str) -> Vec<String> {
    let values = values.as_array().unwrap().iter();
    values.map(|value| value[field].as_str().unwrap().to_owned()).collect()
}

/// What a field of the SDPT's themes says, by the end of the theme's key.
async fn of_themes(app: &App, field: &str) -> BTreeMap<String, Value> {
    let document =
        format!("{{ framework(key: \"sdpt\") {{ edition {{ groups {{ themes {{ key {field} }} }} }} }} }}");
    let data = app.reader().await.data(&document, json!({})).await;
    let groups = data["framework"]["edition"]["groups"].as_array().unwrap().clone();
    let themes = groups.iter().flat_map(|group| group["themes"].as_array().unwrap().clone());
    themes
        .map(|theme| {
            let key = theme["key"].as_str().unwrap().rsplit('.').next().unwrap().to_owned();
            (key, theme[field.split_whitespace().next().unwrap()].clone())
        })
        .collect()
}

/// A matrix in short: each accountability with the themes it is linked to and where a system stands in them.
fn in_short(matrix: &Value) -> BTreeMap<String, Vec<(String, Value)>> {
    let competencies = matrix["competencies"].as_array().unwrap().iter();
    let all = competencies.flat_map(|competency| competency["accountabilities"].as_array().unwrap());
    all.map(|accountability| {
        let themes = accountability["themes"].as_array().unwrap().iter();
        let themes = themes.map(|linked| {
            assert_eq!(linked["ours"], true);
            (linked["theme"]["key"].as_str().unwrap().to_owned(), linked["rollUp"]["median"]["key"].clone())
        });
        (accountability["key"].as_str().unwrap().to_owned(), themes.collect())
    })
    .collect()
}

const COMPETENCIES: &str =
    "role system { code } resolvedAsOf { position } edition { key provisional { what } }
    competencies { key title accountabilities { key role competency title description source
    themes { ours synthetic theme { key } rollUp { median { key } } round { label } } } }";

on_both! {
    async fn themes_say_what_a_chief_executive_answers_for_in_them(app: &App) {
        let told = of_themes(app, "accountabilities { key role competency title description source }").await;
        let keys = |theme: &str| {
            let keys = texts(&told[theme], "key");
            keys.iter().map(|key| key.strip_prefix("icb-ceo.").unwrap().to_owned()).collect::<Vec<_>>()
        };
        let strategy = ["strategy.1", "strategy.2", "strategy.3", "strategy.4"];
        assert_eq!(keys("transformation"), [&strategy[..], &["key.4"]].concat());
        assert_eq!(keys("digital"), strategy);
        let (relationships, culture) =
            (["relationships.1", "relationships.2", "relationships.3"], ["culture.1", "culture.2", "culture.3", "culture.4"]);
        assert_eq!(keys("people"), [&relationships[..], &culture, &["key.5"]].concat());
        let (justice, outcomes) = (["social-justice.1", "social-justice.2", "social-justice.3"],
            ["outcomes.1", "outcomes.2", "outcomes.3"]);
        assert_eq!(keys("quality"), [&justice[..], &outcomes, &["key.3"]].concat());
        let governance = ["governance.1", "governance.2", "key.3", "key.6"];
        assert_eq!(keys("governance"), [&relationships[..], &governance].concat());
        assert_eq!(
            told["finance"],
            json!([{ "key": "icb-ceo.key.2", "role": "ICB chief executive", "competency": "Key accountabilities",
                "title": "Budget", "source": "Role specification, key accountability 2",
                "description": "Allocates the NHS budget, keeps it in balance and secures value." }])
        );
    }

    async fn themes_say_what_to_read_on_them_with_day_and_address_where_known(app: &App) {
        let told = of_themes(app, "guidance { title chapter publishedOn url }").await;
        assert_eq!(
            told["transformation"],
            json!([
                { "title": "What Good Looks Like framework", "chapter": "Data and Digital Standards and Requirements",
                    "publishedOn": "2021-08-31", "url": null },
                { "title": "ICS design framework", "chapter": "Other support offers", "publishedOn": null, "url": null },
                { "title": "System Development Progression Tool", "chapter": "Other support offers",
                    "publishedOn": null, "url": null },
            ])
        );
        let provider = "Working together at scale: guidance on provider collaboratives";
        let found = told["people"].as_array().unwrap().iter().find(|guidance| guidance["title"] == provider);
        assert_eq!(
            found.unwrap()["url"],
            "https://www.england.nhs.uk/publication/integrated-care-systems-guidance"
        );
        assert!(told.values().all(|guidance| !guidance.as_array().unwrap().is_empty()));
    }

    async fn what_is_related_is_seen_from_either_end(app: &App) {
        let document = "{ frameworks { edition { ...S related { ...S } groups { themes { ...S related { ...S }
            elements { ...S related { ...S } } } } } } } fragment S on Subject { __typename key }";
        let data = app.reader().await.data(document, json!({})).await;
        let mut related = BTreeMap::new();
        let mut note = |subject: &Value| {
            let ends = texts(&subject["related"], "key");
            if !ends.is_empty() {
                related.insert(subject["key"].as_str().unwrap().to_owned(), ends);
            }
        };
        for framework in data["frameworks"].as_array().unwrap() {
            note(&framework["edition"]);
            let groups = framework["edition"]["groups"].as_array().unwrap();
            for theme in groups.iter().flat_map(|group| group["themes"].as_array().unwrap()) {
                note(theme);
                theme["elements"].as_array().unwrap().iter().for_each(&mut note);
            }
        }
        let functions: Vec<_> = (1..=10).map(|number| format!("people-functions.{number}")).collect();
        assert_eq!(related["sdpt.functions.people"], functions);
        assert_eq!(related["people-functions.10"], ["sdpt.functions.people"]);
        assert_eq!(related["readiness.people.4"], ["sdpt"]);
        assert_eq!(related["sdpt"], ["readiness.people.4", "board-development.outcomes.1"]);
        assert_eq!(related["people-functions"], ["readiness.people.5"]);
        assert_eq!(related.len(), 16);
        for (end, others) in &related {
            assert!(others.iter().all(|other| related[other].contains(end)), "{end} is related one way");
        }
    }

    async fn the_matrix_of_a_role_shows_where_a_system_stands_and_stood(app: &App) {
        let reader = app.reader().await;
        let document = format!(
            "query($role: String!, $system: OdsCode, $asOf: AsOf) {{
                competencyMatrix(role: $role, system: $system, asOf: $asOf) {{ {COMPETENCIES} }} }}"
        );
        let ask = async |role: &str, system: Value, as_of: Value| {
            let variables = json!({ "role": role, "system": system, "asOf": as_of });
            reader.data(&document, variables).await["competencyMatrix"].clone()
        };
        let role = "ICB chief executive";
        let before = ask(role, Value::Null, Value::Null).await;
        assert_eq!((&before["system"], &before["edition"]["key"]), (&Value::Null, &json!("icb-ceo")));
        let titles = texts(&before["competencies"], "title");
        assert_eq!((titles.len(), titles[2].as_str()), (7, "Leading for social justice and health equality"));
        assert_eq!(before["competencies"][0]["accountabilities"][3]["source"], "Matrix of key roles, chief executive example, row 3");
        let linked = in_short(&before);
        let theme = |end: &str, level: Value| (format!("sdpt.{end}"), level);
        assert_eq!(linked.len(), 26);
        assert_eq!(linked["icb-ceo.key.3"], [theme("functions.quality", Value::Null), theme("capabilities.governance", Value::Null)]);
        assert_eq!(linked["icb-ceo.key.7"], [], "no theme of ours is about emergencies");

        app.published().await;
        let now = ask(role, json!("QWO"), Value::Null).await;
        assert_eq!(now["system"]["code"], "QWO");
        let stands = in_short(&now);
        assert_eq!(stands["icb-ceo.key.2"], [theme("capabilities.finance", json!("maturing"))]);
        let first = &now["competencies"][0]["accountabilities"][0]["themes"][0];
        assert_eq!((&first["round"]["label"], &first["synthetic"]), (&json!("2026/27 Q2"), &json!(false)));
        let as_of = json!({ "position": before["resolvedAsOf"]["position"] });
        assert_eq!(in_short(&ask(role, json!("QWO"), as_of).await), linked, "nothing was published then");
        assert_eq!(in_short(&ask(role, json!("QOP"), Value::Null).await), linked, "another has published nothing");
        for (role, system) in [("ICB chair", json!("QWO")), (role, json!("QQQ")), (role, json!("Y63"))] {
            assert_eq!(ask(role, system, Value::Null).await, Value::Null);
        }
    }

    async fn another_role_is_a_data_file(app: &App) {
        let definition = parse_definition("icb-chair.toml", &of_the_chair()).unwrap();
        write(app, Command::LoadEdition(Box::new(LoadEdition { definition }))).await;
        let before = app.head().await;
        let link = "\n[[accountability]]\naccountability = \"icb-chair.key.2\"\n\
                    themes = [\"sdpt.capabilities.finance\", \"wgll.measures.well-led\"]\nours = true\n";
        load_links(app, &(LINKS.to_owned() + link)).await;
        let reader = app.reader().await;
        let document = format!("{{ competencyMatrices {{ {COMPETENCIES} }} }}");
        let data = reader.data(&document, json!({})).await;
        assert_eq!(texts(&data["competencyMatrices"], "role"), ["ICB chair", "ICB chief executive"]);
        let linked = in_short(&data["competencyMatrices"][0]);
        let keys: Vec<_> = linked["icb-chair.key.2"].iter().map(|(theme, _)| theme.as_str()).collect();
        assert_eq!(keys, ["sdpt.capabilities.finance", "wgll.measures.well-led"]);
        let finance = of_themes(app, "accountabilities { role title }").await["finance"].clone();
        assert_eq!(
            finance,
            json!([{ "role": "ICB chief executive", "title": "Budget" },
                { "role": "ICB chair", "title": "Stewardship" }])
        );
        // Links are replaced as a whole, a moment before them keeps its own, and the catalogue's are put back.
        load_links(app, link).await;
        assert_eq!(of_themes(app, "related { key }").await["people"], json!([]));
        let position = before.to_text(app.store.ledger());
        let document = format!(
            "query($asOf: AsOf) {{ competencyMatrix(role: \"ICB chair\", asOf: $asOf) {{ {COMPETENCIES} }}
                ceo: competencyMatrix(role: \"ICB chief executive\", asOf: $asOf) {{ {COMPETENCIES} }} }}"
        );
        let then = reader.data(&document, json!({ "asOf": { "position": position } })).await;
        assert_eq!(in_short(&then["competencyMatrix"])["icb-chair.key.2"], []);
        assert_eq!(in_short(&then["ceo"])["icb-ceo.key.2"].len(), 1);
        let now = reader.data(&document, json!({})).await;
        assert_eq!(in_short(&now["ceo"])["icb-ceo.key.2"], []);
        assert!(matches!(load_links(app, link).await, Written::Already));
        load_catalogue(&app.store, Via::CommandLine).await.unwrap();
        assert_eq!(texts(&of_themes(app, "related { key }").await["people"], "key").len(), 10);
        let head = app.head().await;
        load_catalogue(&app.store, Via::CommandLine).await.unwrap();
        assert_eq!(app.head().await, head, "the same catalogue again is nothing new");
    }
}
