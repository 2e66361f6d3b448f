//! What to try on the demonstration: people to sign in as, and a query for each question they come with.

use domain::grant::Role;

use crate::local::LocalPerson;

/// One of each role around one system, and the reviewer of a region that moderates routinely.
pub const PEOPLE: [LocalPerson<'static>; 6] = [
    LocalPerson { role: Role::Reader, on: None, called: None },
    LocalPerson { role: Role::Contributor, on: Some("QWO"), called: None },
    LocalPerson { role: Role::SystemLead, on: Some("QWO"), called: None },
    LocalPerson { role: Role::RegionalReviewer, on: Some("Y63"), called: None },
    LocalPerson { role: Role::NationalTeam, on: None, called: None },
    LocalPerson { role: Role::RegionalReviewer, on: Some("Y60"), called: None },
];

/// What somebody wants to know, and the query that tells it.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    pub title: &'static str,
    /// Index in `PEOPLE`.
    pub by: usize,
    pub query: &'static str,
}

pub const QUERIES: [Question; 8] = [
    Question {
        title: "A dashboard: where does every system of the South East stand, theme by theme, and beside England?",
        by: 0,
        query: r#"{ comparison(framework: "sdpt", systems: { regions: ["Y59"] }) { synthetic
          columns { subject { title } }
          rows { system { name } cells { rollUp { median { title } } standing } } } }"#,
    },
    Question {
        title: "A reader: how has West Yorkshire moved in a year, is that a trend, and what do other frameworks say?",
        by: 0,
        query: r#"{ system(code: "QWO") { name
          themes: progression(framework: "sdpt", since: "2025-06-30") { synthetic
            lines { subject { title } movement { word sentence } } }
          whole: progression(framework: "sdpt", grain: EDITION) { lines { trend { verdict sentence } } }
          digital: progression(framework: "wgll", grain: EDITION) {
            lines { points { round { label } rollUp { median { title } } } } }
          readiness: profile(framework: "readiness") { round { label } whole { rated complete overdue } } } }"#,
    },
    Question {
        title: "A leader of Thames Valley, formed in 2026: where did what it was formed from stand before?",
        by: 0,
        query: r#"{ system(code: "S0E4D") { name
          progression(framework: "sdpt", subjects: ["sdpt.functions.quality"], from: "2025-12-31",
            boundaries: WITH_PREDECESSORS) { synthetic breaks { on cause detail }
            lines { points { on rollUp { median { title } } range { lowest { title } highest { title } }
              organisations { organisation { name } share rollUp { median { title } } } } } } } }"#,
    },
    Question {
        title: "The lead of West Yorkshire: what waits for me, what does it lack, and what may I do?",
        by: 2,
        query: r"{ viewer { name workList { nodes { act organisation { code } dueOn missing assessment {
          synthetic stage revision round { label dueOn }
          workingPapers { rated of missing { kind message } } viewerActs { act allowed } } } } } }",
    },
    Question {
        title: "The lead of West Yorkshire: where the region judged us differently, what happened, and what did the board see on the first day?",
        by: 2,
        query: r#"{ assessments(where: { framework: "sdpt", codes: ["QWO"], stages: [PUBLISHED], differenceAtLeast: 1 },
            first: 1) { nodes { synthetic round { label }
            workingPapers { history(first: 20) { nodes { recordedAt sentence why } } } } }
          system(code: "QWO") {
            firstDay: progression(framework: "sdpt", subjects: ["sdpt.capabilities.governance"],
              from: "2025-09-30", asOf: { on: "2025-09-30", knownAt: "2025-12-23T00:00:00Z" }) { ...Levels }
            today: progression(framework: "sdpt", subjects: ["sdpt.capabilities.governance"],
              from: "2025-09-30", asOf: { on: "2025-09-30" }) { ...Levels } } }
          fragment Levels on Progression { resolvedAsOf { knownAt }
            lines { points { on rollUp { levelCounts { level { title } count } } } } }"#,
    },
    Question {
        title: "A reviewer of the Midlands: what waits for me, who is late, and where do we differ from the systems?",
        by: 5,
        query: r#"{ viewer { workList { nodes { act organisation { name } dueOn } } }
          round(framework: "sdpt", label: "2026/27 Q2") { dueOn missing { name }
            progress(regions: ["Y60"]) { expected started submitted moderated published overdue } }
          assessments(where: { framework: "sdpt", regions: ["Y60"], stages: [SUBMITTED, MODERATED],
            differenceAtLeast: 1 }) { nodes { organisation { name } stage respondBy } }
          gap(framework: "sdpt", grain: EDITION, round: "2026/27 Q1", systems: { regions: ["Y60"] }) {
            synthetic lines { pairs agreement kappa counts { difference count } } } }"#,
    },
    Question {
        title: "A regional team: who in the Midlands moved since last year in governance, and who is below Maturing there?",
        by: 5,
        query: r#"{ movements(framework: "sdpt", since: "2025-06-30", subject: "sdpt.capabilities.governance",
            systems: { regions: ["Y60"] }) { synthetic
            groups { word systems { system { code } movement { sentence } } } undecided { name } }
          systems(where: { regions: ["Y60"], level: { framework: "sdpt", measure: MEDIAN, atMost: "developing",
            subject: "sdpt.capabilities.governance" } }) { totalCount nodes { code name } undecided { name } } }"#,
    },
    Question {
        title: "The national team: how far has each region come in this round, and which systems are missing?",
        by: 4,
        query: r#"{ round(framework: "sdpt", label: "2026/27 Q2") { dueOn closesOn
          progress { region { name } expected started submitted moderated published overdue }
          missing { ... on System { code name } } } }"#,
    },
];
