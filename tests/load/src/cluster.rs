//! A PostgreSQL of our own, as durable as it is by default: what is committed has reached the disk.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Result;

/// PostgreSQL refuses to run as root. This is "nobody".
const UNPRIVILEGED: u32 = 65534;
/// Room for the data, and no checkpoint in the middle of a measurement; fsync stays on.
const SETTINGS: &str = "-c shared_buffers=512MB -c max_wal_size=4GB -c checkpoint_timeout=1h -c max_connections=100 \
    -c jit=off -c listen_addresses=127.0.0.1 -c unix_socket_directories=";

/// Stops when it is dropped; its data stays.
#[derive(Debug)]
pub(crate) struct Cluster {
    data: PathBuf,
    binaries: PathBuf,
    as_nobody: bool,
    port: u16,
}

impl Cluster {
    pub(crate) fn start(folder: &Path) -> Result<Self> {
        let folder = folder.join("postgres");
        fs::create_dir_all(&folder)?;
        let as_nobody = fs::metadata("/proc/self")?.uid() == 0;
        if as_nobody {
            chown(&folder, Some(UNPRIVILEGED), Some(UNPRIVILEGED))?;
        }
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let cluster = Self { data: folder.join("data"), binaries: binaries()?, as_nobody, port };
        if !cluster.data.join("PG_VERSION").exists() {
            cluster.run("initdb", &["-N", "-A", "trust", "--locale=C", "-E", "UTF8", "-U", "postgres"])?;
        }
        if cluster.run("pg_ctl", &["status"]).is_ok() {
            return Err("another run uses the databases: wait for it, or give another --folder".into());
        }
        let options = format!("-p {port} {SETTINGS}");
        cluster.run("pg_ctl", &["-w", "-l", "log", "-o", &options, "start"])?;
        Ok(cluster)
    }

    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// The process whose children serve the connections.
    pub(crate) fn postmaster(&self) -> Result<u32> {
        let file = fs::read_to_string(self.data.join("postmaster.pid"))?;
        Ok(file.lines().next().unwrap_or_default().trim().parse()?)
    }

    fn run(&self, tool: &str, arguments: &[&str]) -> Result<()> {
        let mut command = Command::new(if self.as_nobody { "setpriv" } else { "env" });
        if self.as_nobody {
            let (user, group) = (format!("--reuid={UNPRIVILEGED}"), format!("--regid={UNPRIVILEGED}"));
            command.args([&user, &group, "--clear-groups"]);
        }
        command.arg(self.binaries.join(tool)).arg("-D").arg(&self.data).args(arguments);
        command.current_dir(self.data.parent().unwrap_or(&self.data));
        // The server would keep a pipe of ours open.
        let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
        if status.success() { Ok(()) } else { Err(format!("{tool} failed: {status}").into()) }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self.run("pg_ctl", &["-m", "fast", "stop"]);
    }
}

fn binaries() -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).filter_map(|folder| folder.join("initdb").canonicalize().ok());
    let mut folders: Vec<PathBuf> = on_path.filter_map(|initdb| Some(initdb.parent()?.into())).collect();
    let installed = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let versions = installed.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    folders.extend(versions.max().map(|newest| format!("/usr/lib/postgresql/{newest}/bin").into()));
    let found = folders.into_iter().find(|folder| folder.join("pg_ctl").is_file());
    found.ok_or_else(|| {
        "PostgreSQL's server binaries were not found (Debian: apt-get install postgresql)".into()
    })
}
