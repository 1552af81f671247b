//! The doors of the tour. It has a folder, a port and a token of its own, so that it neither meets files that lie in the real
//! inbox nor hands anything to roles that run on today's date.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use renkei_producers::http::tokens;
use renkei_producers::{HttpConfig, ProducerConfig};

use crate::config::Config;

/// Longest wait until the HTTP intake takes connections.
const HTTP_WAIT: Duration = Duration::from_secs(20);

/// Where the tour hands in.
#[derive(Debug)]
pub(super) struct Doors {
    /// Everything the tour keeps: inbox, spool, the notices it made.
    pub(super) folder: PathBuf,
    http: SocketAddr,
    token: String,
}

impl Doors {
    /// Makes the folder, a token, and finds a free port.
    pub(super) fn open(folder: &Path) -> anyhow::Result<Doors> {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let made = tokens::make("tour", &["16_invoices".to_owned()]).map_err(anyhow::Error::msg)?;
        let doors = Doors { folder: folder.to_owned(), http: free_port()?, token: made.token };
        write_whole(&doors.tokens_file(), made.entry.as_bytes())?;
        Ok(doors)
    }

    fn tokens_file(&self) -> PathBuf {
        self.folder.join("tokens.toml")
    }

    /// The settings with these doors in place of the installation's.
    pub(super) fn settings(&self, mut config: Config) -> Config {
        config.metrics_listen.clear();
        config.produce = ProducerConfig {
            inbox_dir: self.folder.join("inbox"),
            spool_dir: self.folder.join("spool"),
            folders: true,
            schedule: false,
            // Nobody copies over a slow line here.
            poll_ms: 50,
            settle_ms: 100,
            http: Some(HttpConfig { listen: self.http, tokens_file: self.tokens_file(), ..HttpConfig::default() }),
            ..config.produce
        };
        config
    }

    /// Puts a file into a topic's watched folder in one step, as a person's copy ends.
    pub(super) fn drop_file(&self, slug: &str, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let inbox = self.folder.join("inbox").join(slug);
        std::fs::create_dir_all(&inbox).with_context(|| format!("cannot make {}", inbox.display()))?;
        write_whole(&inbox.join(name), bytes)
    }

    /// Hands records in as an upstream system does; gives the delivery id of the answer.
    pub(super) async fn post_records(&self, slug: &str, name: &str, body: Vec<u8>) -> anyhow::Result<String> {
        let client = reqwest::Client::builder().no_proxy().timeout(HTTP_WAIT).build()?;
        let url = format!("http://{}/v1/topics/{slug}/records", self.http);
        let begun = Instant::now();
        let answer = loop {
            let request = client.post(&url).bearer_auth(&self.token).header("content-type", "application/json");
            match request.header("x-file-name", name).body(body.clone()).send().await {
                Err(refused) if refused.is_connect() && begun.elapsed() < HTTP_WAIT => {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                answered => break answered.with_context(|| format!("cannot post {name}"))?,
            }
        };
        let status = answer.status();
        let text = answer.text().await?;
        if status.as_u16() != 202 {
            bail!("the HTTP intake answered {status} to {name}: {text}");
        }
        let answer: serde_json::Value = serde_json::from_str(&text)?;
        Ok(answer["delivery"].as_str().context("a 202 names its delivery")?.to_owned())
    }
}

/// A file is there whole or not at all; the name in between begins with a dot, which watched folders ignore.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let hidden = path.with_file_name(format!(".{name}.copying"));
    std::fs::write(&hidden, bytes)
        .and_then(|()| std::fs::rename(&hidden, path))
        .with_context(|| format!("cannot write {}", path.display()))
}

fn free_port() -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("no free port on loopback")?;
    Ok(listener.local_addr()?)
}
