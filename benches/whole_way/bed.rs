//! What a measurement runs on: a database, a virtual host and a folder of its own, and the roles as processes.

#![allow(dead_code, reason = "each bench uses its part of this")]

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, bail};
use renkei_consumers::db::{self, PgPool};
use renkei_core::broker::BrokerConfig;
use renkei_core::broker::management::Management;
use renkei_core::broker::topology::Names;
use renkei_core::registry::Registry;
use sqlx::AssertSqlSafe;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

const PREFIX: &str = "renkei_bench_";
const READY_MAX: Duration = Duration::from_secs(60);
const STOP_MAX: Duration = Duration::from_secs(60);
/// Number of the topic whose file is measured.
const TOPIC: u8 = 12;

/// A part of renkei that runs as a process.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Role {
    Produce,
    Consume,
    Console,
}

/// The measuring bench.
pub(crate) struct Bed {
    /// Database of this run.
    pub(crate) pool: PgPool,
    /// Slug of the measured topic.
    pub(crate) topic: String,
    /// Where the HTTP intake listens.
    pub(crate) http: String,
    /// Where the console listens.
    pub(crate) console: String,
    /// Token of the HTTP intake.
    pub(crate) token: String,
    admin: PgPool,
    name: String,
    broker: BrokerConfig,
    folder: tempfile::TempDir,
}

impl Bed {
    pub(crate) async fn open() -> anyhow::Result<Bed> {
        let admin = db::connect(&setting("RENKEI_DATABASE_URL")?, 1).await?;
        let name = format!("{PREFIX}{}", std::process::id());
        let broker = BrokerConfig {
            amqp_uri: setting("RENKEI_AMQP_URI")?,
            management_uri: setting("RENKEI_AMQP_MANAGEMENT")?,
            vhost: name.clone(),
            ca_file: None,
            names: Names::default(),
        };
        sweep(&admin, &broker).await?;
        Management::new(&broker)?.create_vhost().await?;
        let pool = database(&admin, &name).await?;
        let topic = Registry::load()?.topics.iter().find(|topic| topic.number == TOPIC).map(|topic| topic.slug.to_string());
        let folder = tempfile::tempdir()?;
        let http = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let console = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let made = renkei_producers::http::tokens::make("bench", &["*".to_owned()]).map_err(anyhow::Error::msg)?;
        std::fs::write(folder.path().join("tokens.toml"), &made.entry)?;
        std::fs::write(folder.path().join("renkei.toml"), "metrics_listen = \"\"\nconsole_codes_for = []\n")?;
        let topic = topic.context("queues.toml has no topic 12")?;
        Ok(Bed { pool, topic, http, console, token: made.token, admin, name, broker, folder })
    }

    /// Removes all of it.
    pub(crate) async fn close(self) -> anyhow::Result<()> {
        self.pool.close().await;
        drop_database(&self.admin, &self.name).await?;
        drop_database(&self.admin, &twin(&self.name)).await?;
        Ok(Management::new(&self.broker)?.delete_vhost().await?)
    }

    /// Folder of this run.
    pub(crate) fn data(&self) -> &Path {
        self.folder.path()
    }

    /// Watched folder of the topic.
    pub(crate) fn inbox(&self) -> PathBuf {
        self.data().join("inbox").join(&self.topic)
    }

    /// A second database with the schema and nothing else in it.
    pub(crate) async fn second_database(&self) -> anyhow::Result<PgPool> {
        database(&self.admin, &twin(&self.name)).await
    }

    /// A command of renkei on this bed.
    pub(crate) fn command(&self, arguments: &[&str]) -> anyhow::Result<Command> {
        // Another build can be measured with the same bench, to compare the two.
        let program = std::env::var_os("RENKEI_BENCH_PROGRAM").unwrap_or_else(|| env!("CARGO_BIN_EXE_renkei").into());
        let mut command = Command::new(program);
        command
            .arg("--config")
            .arg(self.data().join("renkei.toml"))
            .args(arguments)
            .env("RENKEI_DATABASE_URL", url_of(&self.name)?)
            .env("RENKEI_AMQP_VHOST", &self.name)
            .env("RENKEI_DATA", self.data())
            .env("RENKEI_HTTP_LISTEN", &self.http)
            .env("RENKEI_CONSOLE_LISTEN", &self.console)
            .env("RENKEI_TOKENS", self.data().join("tokens.toml"))
            .env("RENKEI_METRICS_LISTEN", "")
            .env("RENKEI_ACTOR", "bench")
            .kill_on_drop(true);
        Ok(command)
    }

    /// Starts a role and waits until it says that it is ready.
    pub(crate) async fn start(&self, role: Role) -> anyhow::Result<Running> {
        let name = match role {
            Role::Produce => "produce",
            Role::Consume => "consume",
            Role::Console => "console",
        };
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.data().join(format!("{name}.log")))?;
        let mut child = self.command(&[name])?.stdout(Stdio::piped()).stderr(log).spawn()?;
        let out = child.stdout.take().context("the output is piped")?;
        let mut lines = BufReader::new(out).lines();
        let ready = async {
            while let Some(line) = lines.next_line().await? {
                if line == "ready" {
                    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
                    return Ok(());
                }
            }
            bail!("renkei {name} ended before it was ready:\n{}", self.log(name))
        };
        tokio::time::timeout(READY_MAX, ready).await.with_context(|| format!("renkei {name} does not get ready"))??;
        Ok(Running { child, name })
    }

    /// The last lines a role logged.
    pub(crate) fn log(&self, name: &str) -> String {
        let text = std::fs::read_to_string(self.data().join(format!("{name}.log"))).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

/// A role at work.
pub(crate) struct Running {
    child: Child,
    name: &'static str,
}

impl Running {
    /// The most memory it has held, in KiB.
    pub(crate) fn peak_kib(&self) -> anyhow::Result<u64> {
        let id = self.child.id().with_context(|| format!("renkei {} has ended", self.name))?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix("kB")?.trim().parse().ok());
        peak.context("/proc does not tell the peak memory")
    }

    /// Asks it to stop and waits.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        if let Some(id) = self.child.id() {
            Command::new("kill").arg(id.to_string()).status().await?;
        }
        let ended: ExitStatus = tokio::time::timeout(STOP_MAX, self.child.wait()).await.context("a role does not stop")??;
        if ended.success() { Ok(()) } else { bail!("renkei {} ended with {ended}", self.name) }
    }
}

fn setting(name: &str) -> anyhow::Result<String> {
    std::env::var(name).with_context(|| format!("{name} is not set: run `make bench`, which starts private servers"))
}

fn url_of(name: &str) -> anyhow::Result<String> {
    let url = setting("RENKEI_DATABASE_URL")?;
    let (server, _) = url.rsplit_once('/').context("RENKEI_DATABASE_URL ends in /database")?;
    Ok(format!("{server}/{name}"))
}

fn twin(name: &str) -> String {
    format!("{name}_copy")
}

async fn database(admin: &PgPool, name: &str) -> anyhow::Result<PgPool> {
    sqlx::raw_sql(AssertSqlSafe(format!("create database {name}"))).execute(admin).await?;
    let pool = db::connect(&url_of(name)?, 4).await?;
    db::migrate(&pool).await?;
    Ok(pool)
}

async fn drop_database(admin: &PgPool, name: &str) -> anyhow::Result<()> {
    sqlx::raw_sql(AssertSqlSafe(format!("drop database if exists {name} with (force)"))).execute(admin).await?;
    Ok(())
}

/// Removes what a killed run left behind.
async fn sweep(admin: &PgPool, broker: &BrokerConfig) -> anyhow::Result<()> {
    let names: Vec<String> = sqlx::query_scalar("select datname from pg_database").fetch_all(admin).await?;
    for name in names {
        let process = name.strip_prefix(PREFIX).and_then(|rest| rest.split('_').next());
        if process.is_some_and(|id| !Path::new("/proc").join(id).exists()) {
            drop_database(admin, &name).await?;
            let dead = BrokerConfig { vhost: name, ..broker.clone() };
            // The twin's name has no virtual host; the other may be gone already.
            let _ = Management::new(&dead)?.delete_vhost().await;
        }
    }
    Ok(())
}
