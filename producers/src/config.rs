//! Settings of the producing role. Every field has its unit in its name, a default and a reason.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use renkei_core::tls::door_faults;
use serde::Deserialize;

use crate::medium::MediumConfig;
use crate::pull::PullConfig;

/// `[produce]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProducerConfig {
    /// Watched folders: `<inbox_dir>/<slug>/`, often a file-server share. Default `data/inbox`.
    pub inbox_dir: PathBuf,
    /// Deliveries that came by HTTP or command line, the status of every delivery, the state of the schedule. Local disk,
    /// one per machine. Default `data/spool`.
    pub spool_dir: PathBuf,
    /// The holidays, written by a consuming role from the ledger and read again when they change. Default `data/calendar.json`; on a
    /// machine that only produces, a share or a copy.
    pub calendar_file: PathBuf,
    /// Who may hand in over HTTP, written likewise from the administrator's list. Default `data/senders.json`.
    pub senders_file: PathBuf,
    /// Watch the folders. Default true.
    pub folders: bool,
    /// Order scheduled exports. Default true; more than one process may do it, an instant still makes one export.
    pub schedule: bool,
    /// Milliseconds between two looks at a folder. Default 1,000: shares do not announce changes reliably, and a person who
    /// drops a file does not notice a second.
    pub poll_ms: u64,
    /// Milliseconds in which size and modification time of a file must not change before it is taken. Default 3,000: longer
    /// than the pauses of a copy over a slow line.
    pub settle_ms: u64,
    /// Seconds a file of a watched folder waits for the documents it names, and a document for a file that names it. Default 600:
    /// whoever copies file and documents by hand is done by then.
    pub evidence_wait_s: u64,
    /// Milliseconds before a delivery that could not be carried on (broker or archive down) is tried again. Default 5,000.
    pub retry_ms: u64,
    /// Deliveries carried at once, all topics together; ordered topics carry one at a time. Default 2: validation takes a core.
    pub deliveries_parallel: usize,
    /// Chunks of one delivery handed to the broker and not yet confirmed. Default 16: with chunks of a MiB, 16 MiB.
    pub publish_window: usize,
    /// HTTP intake; absent = none.
    pub http: Option<HttpConfig>,
    /// Topics whose files are fetched, by slug.
    pub pull: BTreeMap<String, PullConfig>,
    /// Media (USB): where they are mounted, and which may be used.
    pub medium: MediumConfig,
}

impl Default for ProducerConfig {
    fn default() -> Self {
        ProducerConfig {
            inbox_dir: "data/inbox".into(),
            spool_dir: "data/spool".into(),
            calendar_file: "data/calendar.json".into(),
            senders_file: "data/senders.json".into(),
            folders: true,
            schedule: true,
            poll_ms: 1_000,
            settle_ms: 3_000,
            evidence_wait_s: 600,
            retry_ms: 5_000,
            deliveries_parallel: 2,
            publish_window: 16,
            http: None,
            pull: BTreeMap::new(),
            medium: MediumConfig::default(),
        }
    }
}

/// `[produce.http]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpConfig {
    /// Address to listen on. Default `127.0.0.1:8080`; one that others reach needs TLS or `behind_proxy`.
    pub listen: SocketAddr,
    /// Certificate with its chain, PEM; empty = plain text.
    pub tls_cert: PathBuf,
    /// Its key, PEM.
    pub tls_key: PathBuf,
    /// A reverse proxy that does TLS is the only one to reach the address. Default false.
    pub behind_proxy: bool,
    /// Who may hand in what besides the administrator's list: names, hashes of tokens, topics, kept by hand. Default `tokens.toml`.
    pub tokens_file: PathBuf,
    /// Uploads received at once; more are answered 503. Default 32.
    pub uploads_max: usize,
    /// Most bytes of a body of `/records`, which is validated in memory. Default 8 MiB; larger belongs in a file.
    pub records_bytes_max: u64,
    /// Seconds a client may take to send its request head. Default 10.
    pub header_timeout_s: u64,
    /// Seconds without a byte after which an upload is given up. Default 30.
    pub idle_timeout_s: u64,
    /// Seconds running uploads get to end at shutdown. Default 20.
    pub drain_s: u64,
}

impl Default for HttpConfig {
    fn default() -> Self {
        HttpConfig {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            tls_cert: PathBuf::new(),
            tls_key: PathBuf::new(),
            behind_proxy: false,
            tokens_file: "tokens.toml".into(),
            uploads_max: 32,
            records_bytes_max: 8 << 20,
            header_timeout_s: 10,
            idle_timeout_s: 30,
            drain_s: 20,
        }
    }
}

impl ProducerConfig {
    /// Every fault of the settings, one sentence each.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut positive = |name: &str, value: u64| {
            if value == 0 {
                faults.push(format!("produce.{name} must be at least 1"));
            }
        };
        positive("poll_ms", self.poll_ms);
        positive("retry_ms", self.retry_ms);
        positive("deliveries_parallel", self.deliveries_parallel as u64);
        positive("publish_window", self.publish_window as u64);
        if let Some(http) = &self.http {
            positive("http.uploads_max", http.uploads_max as u64);
            positive("http.records_bytes_max", http.records_bytes_max);
            positive("http.header_timeout_s", http.header_timeout_s);
            positive("http.idle_timeout_s", http.idle_timeout_s);
            faults.extend(door_faults("produce.http.", http.listen, &http.tls_cert, &http.tls_key, http.behind_proxy));
        }
        for (slug, pull) in &self.pull {
            faults.extend(pull.faults().into_iter().map(|fault| format!("produce.pull.{slug}: {fault}")));
        }
        if self.inbox_dir == self.spool_dir {
            faults.push("produce.inbox_dir and produce.spool_dir must not be the same directory".to_owned());
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_have_no_fault() {
        assert_eq!(ProducerConfig::default().faults(), Vec::<String>::new());
    }

    #[test]
    fn every_fault_is_named() {
        let config =
            ProducerConfig { poll_ms: 0, publish_window: 0, inbox_dir: "x".into(), spool_dir: "x".into(), ..Default::default() };
        assert_eq!(config.faults().len(), 3);
    }

    #[test]
    fn unknown_keys_are_refused() {
        assert!(toml::from_str::<ProducerConfig>("setle_ms = 5").is_err());
        let config: ProducerConfig = toml::from_str("settle_ms = 5\n[http]\nuploads_max = 3").unwrap();
        assert_eq!((config.settle_ms, config.http.unwrap().uploads_max), (5, 3));
    }
}
