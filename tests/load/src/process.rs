//! What processes took up, as the kernel counts it.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::Result;

/// Ticks of the kernel's accounting in a second, on every Linux that we know.
const TICKS: f64 = 100.0;

/// A server that we started; it is told to stop when this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
}

impl Server {
    /// Waits until it answers at `health`.
    pub(crate) async fn start(mut command: Command, url: String, health: &str) -> Result<Self> {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?;
        let mut server = Self { child, url };
        let address = format!("{}{health}", server.url);
        for _ in 0..2_400 {
            if let Some(status) = server.child.try_wait()? {
                return Err(format!("{command:?} stopped: {status}").into());
            }
            if reqwest::get(&address).await.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(server);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err(format!("{address} does not answer").into())
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

/// Seconds of processor time that a process has used; with those of its children, living and dead, where it is PostgreSQL's.
pub(crate) fn seconds(process: u32, with_children: bool) -> f64 {
    let own = ticks(process).unwrap_or_default();
    if !with_children {
        return (own[0] + own[1]) / TICKS;
    }
    let all = fs::read_dir("/proc").into_iter().flatten().flatten();
    let processes = all.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let children =
        processes.filter_map(ticks).filter(|known| known[4].to_bits() == f64::from(process).to_bits());
    let living: f64 = children.map(|known| known[0] + known[1]).sum();
    (own.iter().take(4).sum::<f64>() + living) / TICKS
}

/// User, system, children's user, children's system, and the parent.
fn ticks(process: u32) -> Option<[f64; 5]> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, after_name) = stat.rsplit_once(") ")?;
    let words: Vec<_> = after_name.split(' ').collect();
    let number = |index: usize| words.get(index)?.parse::<f64>().ok();
    Some([number(11)?, number(12)?, number(13)?, number(14)?, number(1)?])
}

/// Megabytes in memory now, and at most so far.
pub(crate) fn memory(process: u32) -> (u64, u64) {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name))?;
        line.split_whitespace().nth(1)?.parse::<u64>().ok()
    };
    (line("VmRSS:").unwrap_or_default() / 1024, line("VmHWM:").unwrap_or_default() / 1024)
}
