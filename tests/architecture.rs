//! The walls between the layers. Each check says what to do about what it finds.

use std::fs;
use std::path::{Path, PathBuf};

/// Long enough for a noun, short enough to be read in one sitting.
const MOST_LINES: usize = 400;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Every Rust file in these files and folders of the workspace, as a path in it and its text.
fn sources(places: &[&str]) -> Vec<(String, String)> {
    let mut waiting: Vec<PathBuf> = places.iter().map(|place| root().join(place)).collect();
    let mut sources = Vec::new();
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
            sources.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
    assert!(!sources.is_empty(), "there is no source in {places:?}");
    sources.sort();
    sources
}

const EVERYTHING: [&str; 5] = ["api/src", "api/domain", "entity/src", "migration/src", "tests"];

/// Where code names one of these words, as `file:line`. Comments may.
fn naming(sources: &[(String, String)], words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for (file, text) in sources {
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
        let naming = lines.filter(|(_, line)| words.iter().any(|word| line.contains(word)));
        found.extend(naming.map(|(number, line)| format!("{file}:{}: {}", number + 1, line.trim())));
    }
    found
}

#[test]
fn each_layer_knows_only_those_below_it() {
    for (places, words, cure) in [
        (
            &["api/src/graphql", "api/src/http", "api/src/auth"][..],
            &["sea_orm", "sqlx", "entity::"][..],
            "the contract asks the store, which alone knows tables: put the statement into api/src/store",
        ),
        (
            &["api/src/store"],
            &["async_graphql", "crate::graphql", "axum"],
            "the store answers with domain types: shape them in api/src/graphql",
        ),
        (
            &["migration/src"],
            &["entity::", "domain::"],
            "a migration is the record of what the schema was: write its tables out, entities change",
        ),
        (
            &["entity/src"],
            &["async_graphql", "domain::", "serde::"],
            "a table is no contract: convert it in api/src/store",
        ),
        (
            &["api/domain/src"],
            &["async fn", ".await", "std::fs", "std::env", "std::time", "Utc::now", "println!"],
            "rules are pure: pass in the time, the ids and what was loaded",
        ),
    ] {
        let found = naming(&sources(places), words);
        assert!(found.is_empty(), "{cure}.\n{}", found.join("\n"));
    }
}

#[test]
fn the_domain_depends_on_nothing_that_does_io() {
    let allowed = [
        "chrono",
        "data-encoding",
        "serde",
        "serde_json",
        "sha2",
        "thiserror",
        "unicode-normalization",
        "uuid",
    ];
    let manifest = fs::read_to_string(root().join("api/domain/Cargo.toml")).unwrap();
    let (_, dependencies) = manifest.split_once("[dependencies]").unwrap();
    let dependencies = dependencies.split("\n[").next().unwrap().lines();
    let names =
        dependencies.filter_map(|line| line.split(['.', '=', ' ']).next()).filter(|name| !name.is_empty());
    let foreign: Vec<_> = names.filter(|name| !allowed.contains(name)).collect();
    assert!(
        foreign.is_empty(),
        "domain is the rules and nothing else: move what needs {foreign:?} to api/src, or allow it here and say why"
    );
}

#[test]
fn no_file_is_too_long_to_read() {
    let sources = sources(&EVERYTHING);
    assert!(sources.len() > 80, "most of the workspace was not read");
    let long = sources.iter().map(|(file, text)| (file, text.lines().count()));
    let long: Vec<_> = long.filter(|(_, lines)| *lines > MOST_LINES).collect();
    assert!(
        long.is_empty(),
        "over {MOST_LINES} lines; make the noun a folder and split it by question: {long:?}"
    );
}

#[test]
fn only_the_policy_knows_roles() {
    let allowed = [
        "api/domain/src/access.rs",
        "api/domain/src/grant.rs",
        "api/src/local.rs",
        "api/src/main.rs",
        "api/src/demo/",
        "api/src/graphql/viewer.rs",
    ];
    let mut sources = sources(&["api/src", "api/domain/src"]);
    sources.retain(|(file, _)| !allowed.iter().any(|allowed| file.starts_with(allowed)));
    let found = naming(&sources, &["Role::"]);
    assert!(
        found.is_empty(),
        "ask whether the viewer may do an act; which role may is decided in api/domain/src/access.rs.\n{}",
        found.join("\n")
    );
}

#[test]
fn a_noun_has_the_same_file_name_in_every_layer() {
    for noun in ["assessment", "evidence", "framework", "organisation", "rating", "round"] {
        for folder in ["api/domain/src", "api/src/store", "api/src/graphql", "entity/src", "tests"] {
            let (file, split) = (format!("{folder}/{noun}.rs"), format!("{folder}/{noun}"));
            assert!(
                root().join(&file).exists() || root().join(split).exists(),
                "{file} is gone: the same noun has the same file name in every layer; rename it everywhere or nowhere"
            );
        }
    }
}
