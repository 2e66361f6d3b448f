//! The rows of the matrix: every entrance, at every stage where it matters.

use super::held::Held;
use super::planted::{FIRST, Planted};

/// One entrance with an input that whoever may enter would be taken at, or be refused at by rule and not by access.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) document: String,
    /// Where in `data` to look.
    pub(super) pointer: String,
}

fn query(name: &str, pointer: &str, fields: &str) -> Row {
    Row { name: name.to_owned(), document: format!("{{ {fields} }}"), pointer: pointer.to_owned() }
}

/// What the whole service is asked.
fn queries() -> Vec<Row> {
    vec![
        query("Query.assessments", "assessments/totalCount", "assessments { totalCount }"),
        query(
            "Query.assessments (where)",
            "assessments/totalCount",
            "assessments(where: { codes: [\"QWO\"], differenceAtLeast: 1, stages: [SUBMITTED, MODERATED] }) { totalCount }",
        ),
        query("Query.competencyMatrices", "competencyMatrices", "competencyMatrices { role }"),
        query(
            "Query.competencyMatrix",
            "competencyMatrix",
            "competencyMatrix(role: \"ICB chief executive\", system: \"QWO\") { role }",
        ),
        query(
            "Query.comparison",
            "comparison/rows/0",
            "comparison(framework: \"sdpt\") { rows { system { id } } }",
        ),
        query(
            "Query.distributions",
            "distributions/0",
            "distributions(framework: \"sdpt\") { points { of } }",
        ),
        query(
            "Query.distributionsColumnar",
            "distributionsColumnar/of/0",
            "distributionsColumnar(framework: \"sdpt\") { of }",
        ),
        query("Query.gap", "gap/lines/0", "gap(framework: \"sdpt\") { lines { pairs } }"),
        query(
            "Query.movements",
            "movements/groups/0",
            "movements(framework: \"sdpt\", since: \"2026-01-01\") { groups { count } }",
        ),
        query("Query.framework", "framework", "framework(key: \"sdpt\") { id }"),
        query("Query.frameworks", "frameworks", "frameworks { id }"),
        query("Query.region", "region", "region(code: \"Y63\") { id }"),
        query("Query.regions", "regions", "regions { id }"),
        query("Query.round", "round", "round(framework: \"sdpt\", label: \"draft\") { id }"),
        query("Query.rounds", "rounds/totalCount", "rounds { totalCount }"),
        query("Query.system", "system", "system(code: \"QWO\") { id }"),
        query("Query.systemByOnsCode", "systemByOnsCode", "systemByOnsCode(onsCode: \"E54000054\") { id }"),
        query("Query.systems", "systems/totalCount", "systems { totalCount }"),
        query("Query.viewer", "viewer", "viewer { name }"),
        query("Query.viewer (work list)", "viewer/workList/totalCount", "viewer { workList { totalCount } }"),
        query(
            "System.assessments",
            "system/assessments/totalCount",
            "system(code: \"QWO\") { assessments { totalCount } }",
        ),
    ]
}

pub(super) fn rows(all: &[Planted], held: &Held) -> Vec<Row> {
    let mut rows = queries();
    rows.push(Row {
        name: "Subscription.ledgerHead".to_owned(),
        document: "subscription { ledgerHead { position } }".to_owned(),
        pointer: "ledgerHead".to_owned(),
    });
    rows.extend(on_grants(held));
    rows.extend(all.iter().map(unpublished_figures));
    rows.extend(all.iter().flat_map(nodes));
    rows.extend(all.iter().flat_map(working_papers));
    rows.extend(all.iter().flat_map(texts_of_ratings));
    rows.extend(on_rounds(&all[0], &held.system));
    rows.extend(all.iter().flat_map(mutations));
    rows.sort_by_key(|row| !row.name.starts_with("Query"));
    rows
}

fn on_grants(held: &Held) -> Vec<Row> {
    let Held { system, region, .. } = held;
    let node = |what: &str, id: &str| {
        query(&format!("Query.node (grant of {what})"), "node", &format!("node(id: \"{id}\") {{ id }}"))
    };
    let on_system = format!("grants(organisation: \"{system}\") {{ totalCount }}");
    let mut rows = vec![
        node("the contributor", &held.contributor),
        node("the lead", &held.lead),
        node("the national team", &held.national),
        query("Query.grants", "grants/totalCount", "grants { totalCount }"),
        query("Query.grants (on QWO)", "grants/totalCount", &on_system),
    ];
    // Whom the probes would give a role holds it already.
    for (role, on, holder) in [
        ("CONTRIBUTOR", Some(system), "local:CONTRIBUTOR:QWO"),
        ("SYSTEM_LEAD", Some(system), "local:SYSTEM_LEAD:QWO"),
        ("REGIONAL_REVIEWER", Some(region), "local:REGIONAL_REVIEWER:Y63"),
        ("NATIONAL_TEAM", None, "local:NATIONAL_TEAM:ENGLAND"),
        ("READER", None, "local:READER:ENGLAND"),
    ] {
        let on = on.map(|on| format!("organisation: \"{on}\", ")).unwrap_or_default();
        let input =
            format!("subject: \"{holder}\", role: {role}, {on}validFrom: \"2026-11-22\", reason: \"r\"");
        rows.push(mutation("grantRole", role, &input));
    }
    for (role, grant) in &held.taken_back {
        rows.push(mutation("revokeRole", role, &format!("grant: \"{grant}\", reason: \"r\"")));
        rows.push(node(&format!("a former {role}"), grant));
    }
    if held.taken_back.is_empty() {
        rows.push(mutation("revokeRole", "", "grant: \"\", reason: \"r\""));
    }
    rows
}

fn nodes(of: &Planted) -> Vec<Row> {
    let things = [
        ("", &of.assessment),
        (" rating", &of.ratings[0]),
        (" superseded rating", &of.superseded),
        (" evidence", &of.evidence),
    ];
    let judged = [" judgement", " first judgement"].into_iter().zip(&of.judged);
    let node = |(what, id): (&str, &String)| {
        let name = |field: &str| format!("Query.{field} ({}{what})", of.stage);
        query(&name("node"), "node", &format!("node(id: \"{id}\") {{ id }}"))
    };
    let fields = format!("nodes(ids: [\"{}\"]) {{ id }}", of.assessment);
    let nodes = query(&format!("Query.nodes ({})", of.stage), "nodes/0", &fields);
    things.into_iter().chain(judged).map(node).chain([nodes]).collect()
}

fn unpublished_figures(of: &Planted) -> Row {
    let fields = format!(
        "comparison(framework: \"sdpt\", systems: {{ codes: [\"QWO\"] }}, round: \"{}\", include: SUBMITTED) \
         {{ rows {{ cells {{ stage }} }} }}",
        of.stage
    );
    query(
        &format!("Query.comparison (unpublished, {})", of.stage),
        "comparison/rows/0/cells/0/stage",
        &fields,
    )
}

fn working_papers(of: &Planted) -> Vec<Row> {
    let fields = [
        ("answers", "answers { self { id } }"),
        ("approval", "approval { body }"),
        ("evidence", "evidence { id }"),
        ("history/totalCount", "history { totalCount }"),
        ("missing", "missing { message }"),
        ("of", "of"),
        ("rated", "rated"),
    ];
    let row = |(field, selection): (&str, &str)| {
        let entrance = field.split('/').next().unwrap_or(field);
        let fields = format!(
            "node(id: \"{}\") {{ ... on Assessment {{ workingPapers {{ {selection} }} }} }}",
            of.assessment
        );
        query(
            &format!("WorkingPapers.{entrance} ({})", of.stage),
            &format!("node/workingPapers/{field}"),
            &fields,
        )
    };
    let judgement = format!(
        "node(id: \"{}\") {{ ... on Assessment {{ workingPapers {{ answers {{ moderated {{ id }} contest {{ why }} }} }} }} }}",
        of.assessment
    );
    let answer = |field: &str| {
        let name = format!("WorkingPapers.answers {field} ({})", of.stage);
        query(&name, &format!("node/workingPapers/answers/1/{field}"), &judgement)
    };
    fields.into_iter().map(row).chain(["moderated", "contest"].map(answer)).collect()
}

fn texts_of_ratings(of: &Planted) -> Vec<Row> {
    let fields = [("rationale", ""), ("by", ""), ("evidence", "{ id }"), ("supersedes", "{ id }")];
    let row = |(field, selection): (&str, &str)| {
        let fields = format!("node(id: \"{}\") {{ ... on Rating {{ {field} {selection} }} }}", of.ratings[0]);
        query(&format!("Rating.{field} ({})", of.stage), &format!("node/{field}"), &fields)
    };
    let judged = of.judged.first().map(|id| {
        let fields = format!("node(id: \"{id}\") {{ ... on Rating {{ judged {{ id }} }} }}");
        query(&format!("Rating.judged ({})", of.stage), "node/judged", &fields)
    });
    fields.into_iter().map(row).chain(judged).collect()
}

fn on_rounds(of: &Planted, system: &str) -> Vec<Row> {
    let days = "referenceDate: \"2026-09-30\", opensOn: \"2026-10-01\", dueOn: \"2026-12-01\", \
        closesOn: \"2026-12-18\"";
    vec![
        mutation(
            "openRound",
            "label taken",
            &format!("framework: \"sdpt\", label: \"{}\", {days}", of.stage),
        ),
        mutation(
            "startAssessment",
            "started already",
            &format!("round: \"{}\", system: {{ code: \"QWO\" }}", of.round),
        ),
        mutation(
            "extendDeadline",
            "to a day that has passed",
            &format!(
                "round: \"{}\", organisation: \"{system}\", until: \"2026-11-21\", reason: \"r\"",
                of.round
            ),
        ),
        mutation(
            "recordSuccession",
            "dry run",
            "dryRun: true, on: \"2027-04-01\", kind: MERGER, from: [{ code: \"QOP\" }], to: [], reason: \"r\"",
        ),
        query(
            "Query.rehearseEdition",
            "rehearseEdition",
            "rehearseEdition(framework: \"sdpt\", edition: \"\") { unchanged }",
        ),
        mutation(
            "recordRebaseline",
            "of what is not rated",
            "framework: \"icb-ceo\", on: \"2026-04-01\", reason: \"r\"",
        ),
        mutation(
            "withdrawRebaseline",
            "what is not there",
            &format!("rebaseline: \"rebaseline_{}\", reason: \"r\"", "0".repeat(26)),
        ),
    ]
}

fn mutations(of: &Planted) -> Vec<Row> {
    let Planted { stage, assessment, revision, ratings, .. } = of;
    let publish =
        format!("dryRun: true, items: [{{ assessment: \"{assessment}\", expectedRevision: {revision} }}]");
    let rate = format!(
        "dryRun: true, assessment: \"{assessment}\", items: [{{ element: \"{FIRST}\", replaces: \"{}\", \
         outcome: {{ cleared: true }} }}]",
        ratings[0]
    );
    let cited_by_none = format!("assessment: \"{assessment}\", title: \"t\", kind: DATA, elements: []");
    let at_revision_0 = format!("assessment: \"{assessment}\", expectedRevision: 0");
    let for_a_reason = format!("{at_revision_0}, reason: \"r\"");
    let moderate = format!(
        "dryRun: true, assessment: \"{assessment}\", items: [{{ element: \"{FIRST}\", of: \"{}\", \
         outcome: {{ level: \"thriving\" }}, reason: \"r\" }}]",
        ratings[0]
    );
    vec![
        mutation("publishAssessments", stage, &publish),
        mutation("rateElements", stage, &rate),
        mutation("recordEvidence", stage, &cited_by_none),
        mutation("submitAssessment", stage, &at_revision_0),
        mutation("withdrawAssessment", stage, &for_a_reason),
        mutation("returnAssessment", stage, &for_a_reason),
        mutation("moderateElements", stage, &moderate),
        mutation("shareModeration", stage, &at_revision_0),
        mutation("contestModeration", stage, &format!("{at_revision_0}, items: []")),
        mutation("correctRatings", stage, &format!("{for_a_reason}, items: []")),
        mutation("retractPublication", stage, &for_a_reason),
    ]
}

fn mutation(field: &str, suffix: &str, input: &str) -> Row {
    let input = format!("idempotencyKey: \"probe\", {input}");
    Row {
        name: format!("Mutation.{field} ({suffix})"),
        document: format!("mutation {{ {field}(input: {{ {input} }}) {{ errors {{ code }} }} }}"),
        pointer: field.to_owned(),
    }
}
