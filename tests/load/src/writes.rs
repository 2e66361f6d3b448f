//! Rating 24 elements of an assessment, over and over: every request is about an assessment that nobody has rated yet.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use reqwest::Client;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::Result;
use crate::fill::WRITES;
use crate::report::Measured;

/// A request and whose token it is sent with.
#[derive(Clone, Debug)]
pub(crate) struct Write {
    pub(crate) token: String,
    pub(crate) body: String,
}

pub(crate) async fn ask(client: &Client, url: &str, token: &str, body: String) -> Result<Value> {
    let request = client.post(url).bearer_auth(token).header("content-type", "application/json").body(body);
    let answer: Value = request.send().await?.json().await?;
    answer.get("errors").map_or_else(|| Ok(answer["data"].clone()), |errors| Err(errors.to_string().into()))
}

/// Everything that waits to be rated; `token` makes the token of the lead of a system.
pub(crate) async fn waiting(
    client: &Client,
    url: &str,
    national: &str,
    token: impl Fn(&str) -> Result<String>,
) -> Result<Vec<Write>> {
    let codes = "query($after: String) { systems(first: 100, after: $after) { nodes { code } } }";
    let body = json!({ "query": codes, "variables": {} }).to_string();
    let systems = ask(client, url, national, body).await?;
    let (items, mut writes) = (items()?, Vec::new());
    for system in systems["systems"]["nodes"].as_array().into_iter().flatten() {
        let code = system["code"].as_str().unwrap_or_default();
        let token = token(code)?;
        of_system(client, url, code, &token, &items, &mut writes).await?;
    }
    Ok(writes)
}

async fn of_system(
    client: &Client,
    url: &str,
    code: &str,
    token: &str,
    items: &[Value],
    writes: &mut Vec<Write>,
) -> Result<()> {
    let list = "query($where: AssessmentsWhere!, $after: String) { assessments(where: $where, first: 100, after: $after) {
        pageInfo { hasNextPage endCursor } nodes { id revision } } }";
    let mut after = Value::Null;
    loop {
        let filter = json!({ "framework": WRITES, "codes": [code], "stages": ["DRAFT"] });
        let variables = json!({ "where": filter, "after": after });
        let body = json!({ "query": list, "variables": variables }).to_string();
        let page = ask(client, url, token, body).await?;
        let page = &page["assessments"];
        let fresh = page["nodes"].as_array().into_iter().flatten().filter(|node| node["revision"] == 1);
        for node in fresh {
            writes.push(Write { token: token.to_owned(), body: rating(&node["id"], items) });
        }
        if page["pageInfo"]["hasNextPage"] != true {
            return Ok(());
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

/// A rating of every element.
fn items() -> Result<Vec<Value>> {
    let definition = api::catalogue::definitions()?.into_iter().find(|definition| definition.key == "sdpt");
    let definition = definition.ok_or("there is no framework sdpt")?;
    let levels: Vec<_> =
        definition.scale.iter().flat_map(|scale| &scale.levels).map(|level| &level.key).collect();
    let themes = definition.groups.iter().flat_map(|group| &group.themes);
    let items = themes.flat_map(|theme| &theme.elements).zip(0..).map(|(element, number)| {
        let level = levels[number % levels.len()];
        json!({ "element": element.key, "outcome": { "level": level },
            "rationale": "Synthetic: two sentences of ordinary length say why the element is at this level. This is the second." })
    });
    Ok(items.collect())
}

fn rating(assessment: &Value, items: &[Value]) -> String {
    let document =
        "mutation($input: RateElementsInput!) { rateElements(input: $input) { position errors { code } } }";
    let input =
        json!({ "idempotencyKey": format!("load {assessment}"), "assessment": assessment, "items": items });
    json!({ "query": document, "variables": { "input": input } }).to_string()
}

/// Sends all of these over as many connections.
pub(crate) async fn send(
    client: &Client,
    url: &str,
    connections: usize,
    writes: Vec<Write>,
) -> Result<Measured> {
    let count = u32::try_from(writes.len())?;
    let queue = Arc::new(Mutex::new(VecDeque::from(writes)));
    let started = Instant::now();
    let senders = (0..connections).map(|_| {
        let (client, url, queue) = (client.clone(), url.to_owned(), queue.clone());
        tokio::spawn(async move {
            let mut took = Vec::new();
            while let Some(Write { token, body }) = { queue.lock().await.pop_front() } {
                let sent = Instant::now();
                let answer = ask(&client, &url, &token, body).await?;
                let errors = &answer["rateElements"]["errors"];
                if errors.as_array().is_some_and(|errors| !errors.is_empty()) {
                    return Err(format!("refused: {errors}").into());
                }
                took.push(sent.elapsed().as_secs_f64() * 1_000.0);
            }
            Result::Ok(took)
        })
    });
    let senders: Vec<_> = senders.collect();
    let mut took = Vec::new();
    for sender in senders {
        took.extend(sender.await??);
    }
    let all = started.elapsed().as_secs_f64();
    took.sort_by(f64::total_cmp);
    let at = |per_cent: usize| took.get(took.len() * per_cent / 100).copied().unwrap_or_default();
    Ok(Measured { per_second: f64::from(count) / all, p50: at(50), p99: at(99), processor: 0.0, bytes: 0.0 })
}
