//! Where files go and who we are there. All of it is true of the installation: trial and real system of a partner differ in
//! address and certificate. What is true of the topic (once only, who releases, http or bucket) is in `queues.toml`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use renkei_core::bucket;
use renkei_core::partner::{Access, address};
use renkei_core::registry::{DeliveryTarget, Direction, Registry};
use serde::Deserialize;

/// How a file is pushed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// To an address that takes files.
    #[default]
    Post,
    /// To an address of its own: `url` then names the file.
    Put,
}

/// `[deliver.<slug>]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeliverConfig {
    /// `https://…` (http on loopback), with `{file_name}` where it names the file; or `s3://bucket/prefix`.
    pub url: String,
    /// `POST` or `PUT`. Default `POST`.
    #[serde(default)]
    pub method: Method,
    /// Media type stated; empty = by the ending of the file's name. Default empty.
    #[serde(default)]
    pub content_type: String,
    /// User name of basic authentication, or key id of the bucket; empty = the secret is a bearer token. Default empty.
    #[serde(default)]
    pub user: String,
    /// Environment variable with the password, token or secret key; empty = none. Default empty.
    #[serde(default)]
    pub secret_env: String,
    /// File with it, instead; read at each delivery. Default empty.
    #[serde(default)]
    pub secret_file: PathBuf,
    /// Client certificate with its chain, PEM; empty = none. Default empty.
    #[serde(default)]
    pub client_cert_file: PathBuf,
    /// Its private key, PEM. Default empty.
    #[serde(default)]
    pub client_key_file: PathBuf,
    /// Certificates of the only authorities believed, PEM (bucket: beside those of the system); empty = those of the system.
    /// Default empty.
    #[serde(default)]
    pub ca_file: PathBuf,
    /// Bucket: address of the S3-compatible store; empty = AWS. Default empty.
    #[serde(default)]
    pub endpoint: String,
    /// Bucket: its region; empty = from the environment. Default empty.
    #[serde(default)]
    pub region: String,
    /// Seconds to reach the server. Default 10.
    #[serde(default = "seconds::<10>")]
    pub connect_timeout_s: u64,
    /// Seconds for one delivery as a whole, until the partner's answer. Default 300.
    #[serde(default = "seconds::<300>")]
    pub whole_timeout_s: u64,
}

fn seconds<const S: u64>() -> u64 {
    S
}

impl DeliverConfig {
    /// An address with everything else by default.
    pub fn new(url: &str) -> DeliverConfig {
        DeliverConfig {
            url: url.to_owned(),
            method: Method::default(),
            content_type: String::new(),
            user: String::new(),
            secret_env: String::new(),
            secret_file: PathBuf::new(),
            client_cert_file: PathBuf::new(),
            client_key_file: PathBuf::new(),
            ca_file: PathBuf::new(),
            endpoint: String::new(),
            region: String::new(),
            connect_timeout_s: seconds::<10>(),
            whole_timeout_s: seconds::<300>(),
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

    fn target(&self) -> DeliveryTarget {
        if self.url.starts_with("s3://") { DeliveryTarget::ObjectStorage } else { DeliveryTarget::Http }
    }

    /// Every fault, one sentence each, without the name of the table.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = self.access().faults();
        match self.target() {
            DeliveryTarget::ObjectStorage => self.bucket_faults(&mut faults),
            _ => self.http_faults(&mut faults),
        }
        for (name, value) in [("connect_timeout_s", self.connect_timeout_s), ("whole_timeout_s", self.whole_timeout_s)] {
            if value == 0 {
                faults.push(format!("{name} must be at least 1"));
            }
        }
        faults
    }

    fn http_faults(&self, faults: &mut Vec<String>) {
        let example = self.url.replace("{file_name}", "file.csv");
        if example.contains(['{', '}']) {
            faults.push(format!("url {:?} may hold {{file_name}} only", self.url));
        } else if let Err(sentence) = address::checked(&example) {
            faults.push(format!("url {sentence}"));
        }
        if self.method == Method::Put && !self.url.contains("{file_name}") {
            faults.push("method PUT needs an address for each file: {file_name} in url".to_owned());
        }
        for (name, value) in [("endpoint", &self.endpoint), ("region", &self.region)] {
            if !value.is_empty() {
                faults.push(format!("{name} is for a bucket (s3://…)"));
            }
        }
    }

    fn bucket_faults(&self, faults: &mut Vec<String>) {
        if let Err(sentence) = bucket::named(&self.url) {
            faults.push(format!("url {sentence}"));
        }
        if !self.endpoint.is_empty()
            && let Err(sentence) = address::checked(&self.endpoint)
        {
            faults.push(format!("endpoint {sentence}"));
        }
        if !self.content_type.is_empty() || self.method != Method::default() || !self.client_cert_file.as_os_str().is_empty() {
            faults.push("method, content_type and client certificates are for http".to_owned());
        }
        if self.user.is_empty() && (!self.secret_env.is_empty() || !self.secret_file.as_os_str().is_empty()) {
            faults.push("a secret key needs its key id: user".to_owned());
        }
    }
}

/// The addresses of an installation, by slug.
#[derive(Debug, Clone, Default)]
pub struct Destinations(BTreeMap<String, DeliverConfig>);

impl Destinations {
    /// Takes the tables of the settings; refuses, with every fault, what does not fit the topics.
    pub fn new(tables: BTreeMap<String, DeliverConfig>, registry: &Registry) -> Result<Destinations, String> {
        let mut faults = Vec::new();
        for (slug, config) in &tables {
            let mut add = |sentence: String| faults.push(format!("[deliver.{slug}] {sentence}"));
            match registry.topic(slug) {
                Some(topic) if topic.slug.as_str() == slug && topic.direction == Direction::Out => {
                    if topic.delivery != config.target() {
                        let (stated, is) = (topic.delivery.as_str(), config.target().as_str());
                        add(format!("has the address of {is}, but queues.toml says delivery = \"{stated}\""));
                    }
                }
                _ => add("is no outbound topic".to_owned()),
            }
            config.faults().into_iter().for_each(add);
        }
        if faults.is_empty() { Ok(Destinations(tables)) } else { Err(faults.join("\n")) }
    }

    /// Where files of a topic go; `None`: into the outbox.
    pub fn of(&self, slug: &str) -> Option<&DeliverConfig> {
        self.0.get(slug)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_named() {
        for sound in ["https://portal.example/progress", "http://127.0.0.1:8080/in", "s3://bucket/prefix"] {
            assert_eq!(DeliverConfig::new(sound).faults(), Vec::<String>::new(), "{sound}");
        }
        let http = DeliverConfig {
            method: Method::Put,
            user: "ward".into(),
            region: "x".into(),
            whole_timeout_s: 0,
            ..DeliverConfig::new("http://portal.example/{day}")
        };
        assert_eq!(http.faults().len(), 5, "{:?}", http.faults());
        let bucket = DeliverConfig {
            secret_env: "KEY".into(),
            method: Method::Put,
            endpoint: "http://store.example".into(),
            ..DeliverConfig::new("s3:///prefix")
        };
        assert_eq!(bucket.faults().len(), 4, "{:?}", bucket.faults());
    }

    #[test]
    fn secrets_do_not_stand_in_the_settings() {
        for key in ["token", "password", "secret"] {
            assert!(toml::from_str::<DeliverConfig>(&format!("url='https://a'\n{key}='x'")).is_err());
        }
    }
}
