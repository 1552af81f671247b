//! Settings of one fetched topic. All of it is true of the installation: who it is to the partner, which of the partner's
//! systems it asks (trial or real), through which network. What is true of the topic (due time, layouts) is in `queues.toml`.

use std::path::PathBuf;

use renkei_core::partner::Access;
use renkei_core::schedule::Clockwork;
use serde::Deserialize;

use super::address;

/// `[produce.pull.<slug>]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PullConfig {
    /// Where the file is. `{yyyy}`, `{mm}` and `{dd}` are the day of the run. https, or http on loopback.
    pub url: String,
    /// When it is asked for: cron, Asia/Tokyo.
    pub schedule: String,
    /// The answer is a JSON list of files, not the file. Default false.
    #[serde(default)]
    pub list: bool,
    /// Ending of the address that has the file's SHA-256 (`.sha256`); empty = none. Default empty.
    #[serde(default)]
    pub sha256_suffix: String,
    /// User name of basic authentication; empty = the secret is a bearer token. Default empty.
    #[serde(default)]
    pub user: String,
    /// Environment variable with the password or token; empty = none. Default empty.
    #[serde(default)]
    pub secret_env: String,
    /// File with the password or token, instead; read anew at each run. Default empty.
    #[serde(default)]
    pub secret_file: PathBuf,
    /// Client certificate with its chain, PEM; empty = none. Default empty.
    #[serde(default)]
    pub client_cert_file: PathBuf,
    /// Its private key, PEM. Default empty.
    #[serde(default)]
    pub client_key_file: PathBuf,
    /// Certificates of the only authorities believed, PEM; empty = those of the system. Default empty.
    #[serde(default)]
    pub ca_file: PathBuf,
    /// Other hosts that a redirect or a list may lead to, without credentials. Default none.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// A file that is not there (404) has not been made yet: it is asked for again. Default false: an operator is told.
    #[serde(default)]
    pub missing_is_early: bool,
    /// Seconds to reach the server. Default 10.
    #[serde(default = "seconds::<10>")]
    pub connect_timeout_s: u64,
    /// Seconds without a byte after which an answer is given up. Default 60.
    #[serde(default = "seconds::<60>")]
    pub idle_timeout_s: u64,
    /// Seconds for one answer as a whole. Default 3,600: what is cut off goes on where it was.
    #[serde(default = "seconds::<3600>")]
    pub whole_timeout_s: u64,
    /// Seconds between tries of one run; the last is repeated until the day ends. Default 1 min, 5 min, 15 min, 1 h.
    #[serde(default = "ladder")]
    pub retry_s: Vec<u64>,
}

const fn seconds<const S: u64>() -> u64 {
    S
}

fn ladder() -> Vec<u64> {
    vec![60, 300, 900, 3600]
}

impl PullConfig {
    /// The defaults around an address and a schedule.
    pub fn new(url: &str, schedule: &str) -> PullConfig {
        PullConfig {
            url: url.to_owned(),
            schedule: schedule.to_owned(),
            list: false,
            sha256_suffix: String::new(),
            user: String::new(),
            secret_env: String::new(),
            secret_file: PathBuf::new(),
            client_cert_file: PathBuf::new(),
            client_key_file: PathBuf::new(),
            ca_file: PathBuf::new(),
            hosts: Vec::new(),
            missing_is_early: false,
            connect_timeout_s: seconds::<10>(),
            idle_timeout_s: seconds::<60>(),
            whole_timeout_s: seconds::<3600>(),
            retry_s: ladder(),
        }
    }

    /// Who we are to the partner.
    pub(super) fn access(&self) -> Access<'_> {
        Access {
            user: &self.user,
            secret_env: &self.secret_env,
            secret_file: &self.secret_file,
            client_cert_file: &self.client_cert_file,
            client_key_file: &self.client_key_file,
            ca_file: &self.ca_file,
        }
    }

    /// Every fault, one sentence each, without the name of the table.
    pub(crate) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let example = address::expanded(&self.url, jiff::civil::date(2026, 10, 5));
        if let Err(sentence) = example.and_then(|url| address::checked(&url)) {
            faults.push(format!("url {sentence}"));
        }
        if let Err(error) = Clockwork::parse(&self.schedule) {
            faults.push(format!("schedule {:?} is no cron expression: {error}", self.schedule));
        }
        faults.extend(self.access().faults());
        let times = [
            ("connect_timeout_s", self.connect_timeout_s),
            ("idle_timeout_s", self.idle_timeout_s),
            ("whole_timeout_s", self.whole_timeout_s),
        ];
        faults.extend(times.iter().filter(|(_, s)| *s == 0).map(|(name, _)| format!("{name} must be at least 1")));
        if self.retry_s.is_empty() || self.retry_s.contains(&0) || !self.retry_s.is_sorted() {
            faults.push("retry_s must hold rising numbers of seconds".to_owned());
        }
        faults.extend(
            self.hosts
                .iter()
                .filter(|host| host.contains(['/', ':', '@']))
                .map(|host| format!("hosts: {host:?} must be the name of a host alone")),
        );
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_named() {
        let sound = PullConfig::new("https://partner.example/v/{yyyy}{mm}{dd}.csv", "0 6 * * *");
        assert_eq!(sound.faults(), Vec::<String>::new());
        let wrong = PullConfig {
            url: "http://partner.example/v.csv".into(),
            schedule: "daily".into(),
            user: "ward".into(),
            client_key_file: "key.pem".into(),
            retry_s: vec![60, 0],
            idle_timeout_s: 0,
            hosts: vec!["https://other.example".into()],
            ..sound
        };
        assert_eq!(wrong.faults().len(), 7, "{:?}", wrong.faults());
    }

    #[test]
    fn secrets_do_not_stand_in_the_settings() {
        for key in ["token", "password", "secret"] {
            assert!(toml::from_str::<PullConfig>(&format!("url='https://a'\nschedule='0 6 * * *'\n{key}='x'")).is_err());
        }
        let with_user = PullConfig::new("https://ward:secret@partner.example/", "0 6 * * *");
        assert!(with_user.faults()[0].contains("user name"), "{:?}", with_user.faults());
    }
}
