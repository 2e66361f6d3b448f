//! Requests as fast as they are answered, sent by oha.

use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use tokio::process::Command;

use crate::report::Measured;
use crate::{Options, Result};

/// What is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Body<'a> {
    Same(&'a Path),
    /// A line of this file, drawn anew for every request.
    Lines(&'a Path),
}

/// Installed on the first run; it is no dependency of anything here.
pub(crate) async fn install(options: &Options) -> Result<()> {
    if options.oha.exists() {
        return Ok(());
    }
    let root = options.oha.parent().and_then(Path::parent).ok_or("--oha must be in a folder bin")?;
    let mut cargo = Command::new("cargo");
    let status = cargo.args(["install", "oha", "--locked", "--root"]).arg(root).status().await?;
    if status.success() { Ok(()) } else { Err("oha could not be installed".into()) }
}

/// Everything but the processor time, which is the server's to tell.
pub(crate) async fn requests(options: &Options, url: &str, token: &str, body: Body<'_>) -> Result<Measured> {
    let mut oha = Command::new(&options.oha);
    oha.args([
        "--no-tui",
        "--output-format",
        "json",
        "--disable-compression",
        "--wait-ongoing-requests-after-deadline",
    ]);
    oha.args(["-m", "POST", "-T", "application/json", "-H", "accept: application/json"]);
    oha.args(["-H", &format!("authorization: Bearer {token}")]);
    oha.args(["-z", &format!("{}ms", options.seconds * 1_000.0), "-c", &options.connections.to_string()]);
    match body {
        Body::Same(file) => oha.arg("-D").arg(file),
        Body::Lines(file) => oha.arg("-Z").arg(file),
    };
    let output = oha.arg(url).stdin(Stdio::null()).stderr(Stdio::inherit()).output().await?;
    let told: Value = serde_json::from_slice(&output.stdout)?;
    let statuses = &told["statusCodeDistribution"];
    let all_good = statuses.as_object().is_some_and(|codes| codes.len() == 1 && codes.contains_key("200"));
    if !all_good {
        return Err(format!("{url} did not answer well: {statuses} {}", told["errorDistribution"]).into());
    }
    let number = |value: &Value| value.as_f64().unwrap_or_default();
    Ok(Measured {
        per_second: number(&told["summary"]["requestsPerSec"]),
        p50: number(&told["latencyPercentiles"]["p50"]) * 1_000.0,
        p99: number(&told["latencyPercentiles"]["p99"]) * 1_000.0,
        processor: 0.0,
        bytes: number(&told["summary"]["sizePerRequest"]),
    })
}
