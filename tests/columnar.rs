//! The columnar forms tell what the objects tell, value by value.

use serde_json::{Value, json};

use crate::harness::app::App;

/// Last year's round and this year's. Frimley closed between them, and Thames Valley opened.
async fn two_years(app: &App) {
    let national = app.national().await;
    let before = national.opens_for("2025/26 Q2", "2025-09-30", json!({ "evidenceFrom": null })).await;
    let now = national.opens("2026/27 Q2").await;
    for (round, system, level) in [
        (&before, "QNQ", "maturing"),
        (&before, "QWO", "emerging"),
        (&before, "QHM", "developing"),
        (&now, "QWO", "developing"),
        (&now, "QHM", "developing"),
        (&now, "QF7", "emerging"),
        (&now, "QOP", "developing"),
        (&now, "QYG", "developing"),
        (&now, "QE1", "developing"),
        (&now, "QHL", "maturing"),
        (&now, "QUA", "thriving"),
    ] {
        app.published_at(round, system, level).await;
    }
}

/// What a path leads to in every element of a list.
fn each(list: &Value, path: &str) -> Value {
    let found = list.as_array().unwrap().iter();
    found.map(|one| one.pointer(path).cloned().unwrap_or_default()).collect()
}

/// The same in every element of every list of a list.
fn each_of_each(lists: &Value, inner: &str, path: &str) -> Value {
    lists.as_array().unwrap().iter().map(|one| each(&one[inner], path)).collect()
}

/// Counts without the names of their levels.
fn counts(mut of: Value) -> Value {
    match &mut of {
        Value::Array(list) if list.iter().all(|one| one.get("count").is_some()) && !list.is_empty() => {
            list.iter().map(|one| one["count"].clone()).collect()
        }
        Value::Array(list) => list.drain(..).map(counts).collect(),
        _ => of,
    }
}

const ROLL_UP: &str = "rollUp { levelCounts { count } rated notRated notApplicable lowest { rank } median { rank } complete overdue }";
const FIGURES: &str = "levelCounts rated notRated notApplicable lowest median complete overdue";

/// Columns of roll-ups, and where the objects have them.
const ROLLED_UP: [(&str, &str); 8] = [
    ("levelCounts", "/levelCounts"),
    ("rated", "/rated"),
    ("notRated", "/notRated"),
    ("notApplicable", "/notApplicable"),
    ("lowest", "/lowest/rank"),
    ("median", "/median/rank"),
    ("complete", "/complete"),
    ("overdue", "/overdue"),
];

/// Columns of cells, and where the objects have them.
const CELLS: [(&str, &str); 17] = [
    ("empty", "/empty"),
    ("standings", "/standing"),
    ("movements", "/movement/word"),
    ("since", "/movement/since"),
    ("until", "/movement/until"),
    ("movementCoverage", "/movement/coverage"),
    ("trendCoverage", "/trend/coverage"),
    ("advanced", "/movement/advanced"),
    ("slipped", "/movement/slipped"),
    ("held", "/movement/held"),
    ("unmatched", "/movement/unmatched"),
    ("basisChanged", "/movement/basisChanged"),
    ("verdicts", "/trend/verdict"),
    ("n", "/trend/n"),
    ("changes", "/trend/changes"),
    ("statistics", "/trend/statistic"),
    ("pValues", "/trend/pValue"),
];

/// Columns of lines.
const LINES: [(&str, &str); 16] = [
    ("subjects", "/subject/key"),
    ("titles", "/subject/title"),
    ("movements", "/movement/word"),
    ("since", "/movement/since"),
    ("until", "/movement/until"),
    ("advanced", "/movement/advanced"),
    ("slipped", "/movement/slipped"),
    ("held", "/movement/held"),
    ("unmatched", "/movement/unmatched"),
    ("basisChanged", "/movement/basisChanged"),
    ("verdicts", "/trend/verdict"),
    ("n", "/trend/n"),
    ("changes", "/trend/changes"),
    ("statistics", "/trend/statistic"),
    ("pValues", "/trend/pValue"),
    ("tau", "/trend/kendall/tau"),
];

on_both! {
    async fn a_comparison_as_arrays_is_the_same_comparison(app: &App) {
        two_years(app).await;
        let asked = format!("{{ comparison(framework: \"sdpt\", since: \"2025-12-31\", boundaries: WITH_PREDECESSORS) {{
            columns {{ subject {{ key title }} distributions {{ area {{ code name }} of without levelCounts {{ count }} }} }}
            rows {{ system {{ code name region {{ code }} }} cells {{ empty stage standing round {{ label referenceDate }} {ROLL_UP}
                movement {{ word since until advanced slipped held unmatched basisChanged coverage {{ equal of }} }}
                trend {{ verdict n changes statistic pValue coverage {{ equal of }} }} }} }}
            scale {{ levels {{ key }} }}
            columnar {{ systems names regions subjects titles levels rounds on stages empty {FIGURES} standings
                movements advanced slipped held unmatched basisChanged verdicts n changes statistics pValues
                areas areaNames distributions distributionOf distributionWithout
                since until editions movementCoverage {{ equal of }} trendCoverage {{ equal of }} }} }} }}");
        let found = app.reader().await.data(&asked, json!({})).await["comparison"].clone();
        let (arrays, rows, columns) = (&found["columnar"], &found["rows"], &found["columns"]);
        for (column, path) in CELLS {
            assert_eq!(arrays[column], each_of_each(rows, "cells", path), "{column}");
        }
        for (column, path) in ROLLED_UP {
            assert_eq!(arrays[column], counts(each_of_each(rows, "cells", &format!("/rollUp{path}"))), "{column}");
        }
        for (column, path) in [
            ("systems", "/system/code"),
            ("names", "/system/name"),
            ("regions", "/system/region/code"),
            ("stages", "/cells/0/stage"),
        ] {
            assert_eq!(arrays[column], each(rows, path), "{column}");
        }
        // A cell whose value is a predecessor's has that one's round; the arrays have the system's own.
        let own = |path: &str| -> Value {
            let cells = rows.as_array().unwrap().iter().map(|row| &row["cells"][0]);
            cells.map(|cell| if cell["empty"].is_null() { cell["round"][path].clone() } else { Value::Null }).collect()
        };
        assert_eq!((&arrays["rounds"], &arrays["on"]), (&own("label"), &own("referenceDate")));
        for (column, path) in [("subjects", "/subject/key"), ("titles", "/subject/title")] {
            assert_eq!(arrays[column], each(columns, path), "{column}");
        }
        assert_eq!(arrays["levels"], each(&found["scale"]["levels"], "/key"));
        assert_eq!(arrays["distributions"], counts(each_of_each(columns, "distributions", "/levelCounts")));
        assert_eq!(arrays["distributionOf"], each_of_each(columns, "distributions", "/of"));
        assert_eq!(arrays["distributionWithout"], each_of_each(columns, "distributions", "/without"));
        assert_eq!(arrays["areas"], each(&columns[0]["distributions"], "/area/code"));
        assert_eq!((&arrays["areas"][0], &arrays["areaNames"][0]), (&Value::Null, &json!("England")));
        let names: Vec<_> = arrays["names"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        assert!(names.is_sorted(), "by name, never by level: {names:?}");
        let filled = rows.as_array().unwrap().iter().filter(|row| row["cells"][0]["standing"].is_string());
        assert_eq!(filled.count(), 8, "there was something to compare");
    }

    async fn a_progression_as_arrays_is_the_same_progression(app: &App) {
        two_years(app).await;
        let asked = format!("query($code: OdsCode!) {{ system(code: $code) {{
            progression(framework: \"sdpt\", boundaries: WITH_PREDECESSORS) {{
            lines {{ subject {{ key title }} movement {{ word since until advanced slipped held unmatched basisChanged }}
                trend {{ verdict n changes statistic pValue kendall {{ tau }} }}
                points {{ on round {{ label }} stage synthetic assessedAfresh {ROLL_UP}
                    organisations {{ organisation {{ code }} share stage assessedAfresh {ROLL_UP} }} }} }}
            scale {{ levels {{ key }} }}
            columnar {{ subjects titles levels on rounds movements since until advanced slipped held unmatched basisChanged
                verdicts n changes statistics pValues tau
                bodies {{ organisation {{ code }} share stages synthetic {FIGURES} assessedAfresh }} }} }} }} }}");
        for (system, bodies, own) in [("QWO", 1, 2), ("S0E4D", 3, 0), ("QF7", 1, 1)] {
            let found = app.reader().await.data(&asked, json!({ "code": system })).await["system"]["progression"].clone();
            let (arrays, lines) = (&found["columnar"], &found["lines"]);
            if lines.as_array().unwrap().is_empty() {
                assert_eq!((&arrays["subjects"], &arrays["on"]), (&json!([]), &json!([])), "{system}");
                continue;
            }
            for (column, path) in LINES {
                assert_eq!(arrays[column], each(lines, path), "{system} {column}");
            }
            let points = &lines[0]["points"];
            assert_eq!((&arrays["on"], &arrays["rounds"]), (&each(points, "/on"), &each(points, "/round/label")));
            assert_eq!(arrays["levels"], each(&found["scale"]["levels"], "/key"));
            let body = &arrays["bodies"][0];
            for (column, path) in ROLLED_UP {
                let told = counts(each_of_each(lines, "points", &format!("/rollUp{path}")));
                assert_eq!(body[column], told, "{system} {column}");
            }
            assert_eq!(arrays["bodies"].as_array().unwrap().len(), bodies, "{system}");
            let shown = body["stages"].as_array().unwrap().iter().filter(|stage| **stage == "PUBLISHED");
            assert_eq!(shown.count(), own, "{system}");
            // Buckinghamshire was open and published nothing; Frimley comes after it by name.
            for (place, code) in ["QU9", "QNQ"].iter().enumerate().take(bodies - 1) {
                let body = &arrays["bodies"][place + 1];
                assert_eq!(body["organisation"]["code"], *code);
                let part = |path: &str| counts(each_of_each(lines, "points", &format!("/organisations/{place}{path}")));
                assert_eq!(body["share"], points[0]["organisations"][place]["share"]);
                for (column, path) in ROLLED_UP {
                    assert_eq!(body[column], part(&format!("/rollUp{path}")), "{code} {column}");
                }
                assert_eq!(body["assessedAfresh"], part("/assessedAfresh"));
                assert_eq!(body["rated"][0][0].is_null(), *code == "QU9");
            }
        }
    }

    async fn distributions_as_arrays_are_the_same_distributions(app: &App) {
        two_years(app).await;
        let of = "framework: \"sdpt\", grain: GROUP, regions: [\"Y63\", \"Y59\"], from: \"2025-01-01\"";
        let asked = format!("{{ distributions({of}) {{ subject {{ key title }} area {{ code name }} synthetic citation {{ text }}
                points {{ on round {{ label }} of without levelCounts {{ count }} }} }}
            distributionsColumnar({of}) {{ resolvedAsOf {{ on }} synthetic citation {{ text }}
                subjects titles areas areaNames on rounds levels levelCounts of without }}
            none: distributionsColumnar(framework: \"nothing\") {{ on }} }}");
        let found = app.reader().await.data(&asked, json!({})).await;
        let (lines, arrays) = (&found["distributions"], &found["distributionsColumnar"]);
        let by_area: Value = lines.as_array().unwrap().chunks(3).map(|areas| json!({ "areas": areas })).collect();
        for (column, path) in [("levelCounts", "/levelCounts"), ("of", "/of"), ("without", "/without")] {
            let areas = by_area.as_array().unwrap().iter();
            let told: Value = areas.map(|of| counts(each_of_each(&of["areas"], "points", path))).collect();
            assert_eq!(arrays[column], told, "{column}");
        }
        assert_eq!(arrays["subjects"], each(&by_area, "/areas/0/subject/key"));
        assert_eq!(arrays["titles"], each(&by_area, "/areas/0/subject/title"));
        assert_eq!(arrays["areas"], each(&by_area[0]["areas"], "/area/code"));
        assert_eq!(arrays["areaNames"][1], by_area[0]["areas"][1]["area"]["name"]);
        assert_eq!(arrays["on"], each(&lines[0]["points"], "/on"));
        assert_eq!(arrays["rounds"], each(&lines[0]["points"], "/round/label"));
        assert_eq!(arrays["citation"], lines[0]["citation"]);
        assert_eq!((arrays["on"].as_array().unwrap().len(), &found["none"]), (2, &Value::Null));
    }
}
