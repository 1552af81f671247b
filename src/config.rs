//! What one installation sets: where the services are, which folders are watched, where files go.
//!
//! One TOML file (`--config`, else `RENKEI_CONFIG`, else `renkei.toml` if it is there), every key with a default, and over it
//! the environment (`RENKEI_DATABASE_URL` …). Unknown keys are refused. Secrets belong in the environment or in files
//! (`RENKEI_DATABASE_URL_FILE` names one that holds the value), not in the TOML. `renkei.example.toml` shows every key with its default and is read by a test.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use renkei_console::access::Role;
use renkei_console::access::oidc::OidcConfig;
use renkei_console::access::password::Known;
use renkei_consumers::accounts::Orphans;
use renkei_consumers::outbound::DeliverConfig;
use renkei_core::broker::BrokerConfig;
use renkei_core::broker::topology::Names;
use renkei_core::registry::Registry;
use renkei_core::tls::door_faults;
use renkei_producers::{HttpConfig, ProducerConfig};
use serde::Deserialize;

/// Variables with a password in them: each may also be the name of a file, with `_FILE` behind it.
const SECRET: [&str; 3] = ["RENKEI_AMQP_URI", "RENKEI_AMQP_MANAGEMENT", "RENKEI_DATABASE_URL"];

/// The settings.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    /// `amqp://user:password@host:port`, or `amqps://…` for TLS. Environment: `RENKEI_AMQP_URI`.
    pub(crate) amqp_uri: String,
    /// `http://user:password@host:port` or `https://…` of the management API. Environment: `RENKEI_AMQP_MANAGEMENT`.
    pub(crate) amqp_management: String,
    /// Virtual host. Environment: `RENKEI_AMQP_VHOST`.
    pub(crate) amqp_vhost: String,
    /// `postgres://user:password@host:port/database`. Environment: `RENKEI_DATABASE_URL`.
    pub(crate) database_url: String,
    /// The database as the console reaches it, with the rights of `renkei_console`; empty = `database_url`. Environment:
    /// `RENKEI_CONSOLE_DATABASE_URL`.
    pub(crate) console_database_url: String,
    /// PEM with the authorities of the database's certificate: set, the connection is encrypted and the server checked
    /// (`sslmode=verify-full`), unless the address says otherwise.
    pub(crate) database_ca_file: PathBuf,
    /// PEM with the authorities of the broker's certificates, for amqps and https, if they are not among the system's.
    pub(crate) amqp_ca_file: PathBuf,
    /// Connections to Postgres a consuming process opens at most.
    pub(crate) database_connections_max: u32,
    /// Folder of everything that is a file: inbox, work, outbox, archive. Environment: `RENKEI_DATA`.
    pub(crate) data: PathBuf,
    /// Archive: empty = `<data>/archive`; or `s3://bucket/prefix`. Environment: `RENKEI_ARCHIVE`.
    pub(crate) archive: String,
    /// Address of `/metrics`; empty = off. Environment: `RENKEI_METRICS_LISTEN`.
    pub(crate) metrics_listen: String,
    /// What is done about active accounts whose person is not in service: `list` or `lock`.
    pub(crate) orphan_accounts: Orphans,
    /// Font of printed slips, TrueType or OpenType with Japanese characters; empty = the first of `renkei_core::slip::FONTS` that is
    /// there. Environment: `RENKEI_SLIP_FONT`.
    pub(crate) slip_font: PathBuf,
    /// Address of the operators' console; empty = off. Environment: `RENKEI_CONSOLE_LISTEN`.
    pub(crate) console_listen: String,
    /// Commands take the name of who acts (`--as`, `RENKEI_ACTOR`) until the first administrator is there, and with `--break-glass`
    /// from then on; false: never, only the session of `renkei login` counts.
    pub(crate) actor_by_name: bool,
    /// Certificate of the console with its chain, PEM; empty = plain text.
    pub(crate) console_tls_cert: PathBuf,
    /// Its key, PEM.
    pub(crate) console_tls_key: PathBuf,
    /// A reverse proxy that does TLS is the only one to reach the console.
    pub(crate) console_behind_proxy: bool,
    /// Addresses of that proxy: only from them is `X-Forwarded-For` read.
    pub(crate) console_trusted_proxies: Vec<IpAddr>,
    /// Roles of which one-time codes are demanded: who has one of them sets codes up before anything else.
    pub(crate) console_codes_for: Vec<Role>,
    /// Passwords that nobody may choose, one a line; empty = no list.
    pub(crate) console_known_passwords: PathBuf,
    /// Signing in with an OpenID provider; absent = passwords only.
    pub(crate) console_oidc: Option<OidcConfig>,
    /// The producing role: watched folders, HTTP intake, fetched files, schedule. `inbox_dir`, `spool_dir`,
    /// `calendar_file` and `senders_file` lie in `data` unless set.
    /// Environment: `RENKEI_HTTP_LISTEN` (turns the HTTP intake on), `RENKEI_TOKENS`.
    pub(crate) produce: ProducerConfig,
    /// Where files of topics with delivery = "http" or "object_storage" go, by slug; without an address into the outbox.
    pub(crate) deliver: BTreeMap<String, DeliverConfig>,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            amqp_uri: "amqp://127.0.0.1:5672".to_owned(),
            amqp_management: "http://127.0.0.1:15672".to_owned(),
            amqp_vhost: "renkei".to_owned(),
            database_url: "postgres://127.0.0.1:5432/renkei".to_owned(),
            console_database_url: String::new(),
            database_ca_file: PathBuf::new(),
            amqp_ca_file: PathBuf::new(),
            database_connections_max: 16,
            data: PathBuf::from("data"),
            archive: String::new(),
            metrics_listen: "127.0.0.1:25609".to_owned(),
            orphan_accounts: Orphans::default(),
            slip_font: PathBuf::new(),
            console_listen: "127.0.0.1:25607".to_owned(),
            actor_by_name: true,
            console_tls_cert: PathBuf::new(),
            console_tls_key: PathBuf::new(),
            console_behind_proxy: false,
            console_trusted_proxies: Vec::new(),
            console_codes_for: vec![Role::Approver, Role::Administrator],
            console_known_passwords: PathBuf::new(),
            console_oidc: None,
            produce: ProducerConfig::default(),
            deliver: BTreeMap::new(),
        }
    }
}

impl Config {
    /// Reads the file and the environment.
    pub(crate) fn load(file: Option<&Path>) -> anyhow::Result<Config> {
        let named = file.map(Path::to_owned).or_else(|| std::env::var_os("RENKEI_CONFIG").map(PathBuf::from));
        let mut config = match named {
            Some(path) => Self::read(&path)?,
            None if Path::new("renkei.toml").exists() => Self::read(Path::new("renkei.toml"))?,
            None => Config::default(),
        };
        config.apply(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))?;
        config.check()?;
        config.encrypt_the_database();
        Ok(config)
    }

    fn read(path: &Path) -> anyhow::Result<Config> {
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the configuration {}", path.display()))?;
        toml::from_str(&text).with_context(|| format!("the configuration {} is not valid", path.display()))
    }

    fn apply(&mut self, get: impl Fn(&str) -> Option<String>) -> anyhow::Result<()> {
        let texts: [(&str, &mut String); 8] = [
            ("RENKEI_AMQP_URI", &mut self.amqp_uri),
            ("RENKEI_AMQP_MANAGEMENT", &mut self.amqp_management),
            ("RENKEI_AMQP_VHOST", &mut self.amqp_vhost),
            ("RENKEI_DATABASE_URL", &mut self.database_url),
            ("RENKEI_CONSOLE_DATABASE_URL", &mut self.console_database_url),
            ("RENKEI_ARCHIVE", &mut self.archive),
            ("RENKEI_METRICS_LISTEN", &mut self.metrics_listen),
            ("RENKEI_CONSOLE_LISTEN", &mut self.console_listen),
        ];
        for (name, target) in texts {
            match (get(name), get(&format!("{name}_FILE")).filter(|_| SECRET.contains(&name))) {
                (Some(value), None) => *target = value,
                (None, Some(file)) => *target = secret_of(name, Path::new(&file))?,
                (Some(_), Some(_)) => bail!("{name} and {name}_FILE are both set: only one of them can be meant"),
                (None, None) => {}
            }
        }
        if let Some(value) = get("RENKEI_DATA") {
            self.data = PathBuf::from(value);
        }
        if let Some(value) = get("RENKEI_SLIP_FONT") {
            self.slip_font = PathBuf::from(value);
        }
        let unset = ProducerConfig::default();
        if self.produce.inbox_dir == unset.inbox_dir {
            self.produce.inbox_dir = self.data.join("inbox");
        }
        if self.produce.spool_dir == unset.spool_dir {
            self.produce.spool_dir = self.data.join("spool");
        }
        if self.produce.calendar_file == unset.calendar_file {
            self.produce.calendar_file = self.data.join("calendar.json");
        }
        if self.produce.senders_file == unset.senders_file {
            self.produce.senders_file = self.data.join("senders.json");
        }
        if let Some(value) = get("RENKEI_HTTP_LISTEN") {
            let http = self.produce.http.get_or_insert_with(HttpConfig::default);
            http.listen = value.parse().with_context(|| format!("RENKEI_HTTP_LISTEN must be address:port, not {value:?}"))?;
        }
        if let Some(http) = &mut self.produce.http {
            if http.tokens_file == HttpConfig::default().tokens_file {
                http.tokens_file = self.data.join("tokens.toml");
            }
            if let Some(value) = get("RENKEI_TOKENS") {
                http.tokens_file = PathBuf::from(value);
            }
        }
        Ok(())
    }

    /// Every fault at once, before the first message.
    fn check(&self) -> anyhow::Result<()> {
        let mut faults = Vec::new();
        let mut begins = |name: &str, value: &str, ways: [&str; 2]| {
            if !ways.iter().any(|way| value.starts_with(way)) {
                faults.push(format!("{name} must begin with {} or {}", ways[0], ways[1]));
            }
        };
        begins("amqp_uri", &self.amqp_uri, ["amqp://", "amqps://"]);
        begins("amqp_management", &self.amqp_management, ["http://", "https://"]);
        begins("database_url", &self.database_url, ["postgres://", "postgresql://"]);
        if !self.console_database_url.is_empty() {
            begins("console_database_url", &self.console_database_url, ["postgres://", "postgresql://"]);
        }
        if self.database_connections_max < 2 {
            faults.push("database_connections_max must be at least 2: one posts while another stages".to_owned());
        }
        if !self.metrics_listen.is_empty() && self.metrics_listen.parse::<std::net::SocketAddr>().is_err() {
            faults.push(format!(
                "metrics_listen must be an address and port such as 127.0.0.1:25609, not {:?}",
                self.metrics_listen
            ));
        }
        faults.extend(self.console_faults());
        faults.extend(self.produce.faults());
        for (slug, deliver) in &self.deliver {
            faults.extend(deliver.faults().into_iter().map(|fault| format!("[deliver.{slug}] {fault}")));
        }
        if faults.is_empty() { Ok(()) } else { bail!("the configuration has faults:\n{}", faults.join("\n")) }
    }

    fn console_faults(&self) -> Vec<String> {
        if self.console_listen.is_empty() {
            return Vec::new();
        }
        let Ok(listen) = self.console_listen.parse() else {
            let listen = &self.console_listen;
            return vec![format!("console_listen must be an address and port such as 127.0.0.1:25607, not {listen:?}")];
        };
        let (cert, key) = (&self.console_tls_cert, &self.console_tls_key);
        let mut faults = door_faults("console_", listen, cert, key, self.console_behind_proxy);
        if self.console_behind_proxy && self.console_trusted_proxies.is_empty() {
            // All would seem to come from one address, and wrong passwords of one would lock all out.
            faults.push("console_behind_proxy needs the proxy's address in console_trusted_proxies".to_owned());
        }
        let oidc = self.console_oidc.iter().flat_map(OidcConfig::faults);
        faults.extend(oidc.map(|fault| format!("[console_oidc] {fault}")));
        faults
    }

    /// With authorities for the database, its server is checked, unless its address says how.
    fn encrypt_the_database(&mut self) {
        let Some(ca_file) = self.database_ca_file.to_str().filter(|path| !path.is_empty()) else { return };
        for address in [&mut self.database_url, &mut self.console_database_url] {
            let Ok(mut url) = reqwest::Url::parse(address) else { continue };
            if !url.query_pairs().any(|(name, _)| name == "sslmode") {
                url.query_pairs_mut().append_pair("sslmode", "verify-full").append_pair("sslrootcert", ca_file);
                *address = url.into();
            }
        }
    }

    /// The database as the console reaches it.
    pub(crate) fn console_database(&self) -> &str {
        if self.console_database_url.is_empty() { &self.database_url } else { &self.console_database_url }
    }

    /// Passwords that nobody may choose.
    pub(crate) fn known_passwords(&self) -> anyhow::Result<Known> {
        let file = &self.console_known_passwords;
        if file.as_os_str().is_empty() {
            return Ok(Known::default());
        }
        Known::read(file).with_context(|| format!("cannot read console_known_passwords {}", file.display()))
    }

    /// Where the broker is, and what its exchanges are called.
    pub(crate) fn broker(&self, registry: &Registry) -> BrokerConfig {
        BrokerConfig {
            amqp_uri: self.amqp_uri.clone(),
            management_uri: self.amqp_management.clone(),
            vhost: self.amqp_vhost.clone(),
            ca_file: Some(self.amqp_ca_file.clone()).filter(|path| !path.as_os_str().is_empty()),
            names: Names::of(&registry.settings.exchange),
        }
    }

    /// Folder of released files.
    pub(crate) fn outbox(&self) -> PathBuf {
        self.data.join("outbox")
    }

    /// Tokens kept by hand; where the HTTP intake is off here, the file it would read.
    pub(crate) fn tokens_file(&self) -> PathBuf {
        self.produce.http.as_ref().map_or_else(|| self.data.join("tokens.toml"), |http| http.tokens_file.clone())
    }

    /// Address of the archive.
    pub(crate) fn archive(&self) -> String {
        if self.archive.is_empty() { self.data.join("archive").to_string_lossy().into_owned() } else { self.archive.clone() }
    }
}

/// The value that a file holds, without the line break that editors leave.
fn secret_of(name: &str, file: &Path) -> anyhow::Result<String> {
    let value =
        std::fs::read_to_string(file).with_context(|| format!("cannot read the file {} of {name}_FILE", file.display()))?;
    let value = value.trim();
    if value.is_empty() { bail!("the file {} of {name}_FILE is empty", file.display()) } else { Ok(value.to_owned()) }
}

#[cfg(test)]
mod tests;
