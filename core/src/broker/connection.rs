//! Opening a connection: heartbeat, time limits, a name an operator recognises, and errors as sentences.
//!
//! The client library's own recovery stays off. It hides which deliveries were lost, leaves consumers pending for ever after
//! a channel error, and gives up after a number of tries; our supervisors rebuild everything instead.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use lapin::tcp::OwnedTLSConfig;
use lapin::uri::AMQPUri;
use lapin::{Connection, ConnectionProperties, Event};

use crate::broker::topology::Names;
use crate::verdict::{Classify, Verdict};

/// Both sides send a sign of life at half of this; two missed ones end the connection.
pub const HEARTBEAT_S: u16 = 20;
/// Longest wait for a connection, the handshake included. The client library has no limit of its own.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// Longest wait for an answer of the broker to a declaration, a subscription or an acknowledgement.
pub const REPLY_TIMEOUT: Duration = Duration::from_secs(15);
/// Longest wait for a polite goodbye; a broker under an alarm may never answer one.
pub const CLOSE_TIMEOUT: Duration = Duration::from_secs(3);

/// Where the broker is.
#[derive(Clone, PartialEq, Eq)]
pub struct BrokerConfig {
    /// `amqp://user:password@host:port`, or `amqps://` for TLS; a virtual host in it is ignored in favour of `vhost`.
    pub amqp_uri: String,
    /// `http://host:port` or `https://host:port` of the management API; user and password are taken from here, or else from `amqp_uri`.
    pub management_uri: String,
    /// Virtual host, unescaped: `/` or `renkei`.
    pub vhost: String,
    /// PEM with the authorities of the broker's certificates, if they are not among the system's.
    pub ca_file: Option<PathBuf>,
    /// Names of exchanges and shared queues.
    pub names: Names,
}

impl fmt::Debug for BrokerConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BrokerConfig")
            .field("amqp_uri", &without_password(&self.amqp_uri))
            .field("management_uri", &without_password(&self.management_uri))
            .field("vhost", &self.vhost)
            .field("exchange", &self.names.exchange)
            .finish()
    }
}

impl BrokerConfig {
    /// The parsed AMQP address with our virtual host and heartbeat.
    pub(super) fn uri(&self) -> Result<AMQPUri, BrokerError> {
        let mut uri: AMQPUri = self
            .amqp_uri
            .parse()
            .map_err(|reason: String| BrokerError::Address { uri: without_password(&self.amqp_uri), reason })?;
        uri.vhost.clone_from(&self.vhost);
        uri.query.heartbeat.get_or_insert(HEARTBEAT_S);
        Ok(uri)
    }

    /// The authorities of `ca_file`.
    pub(super) fn authorities(&self) -> Result<Option<Vec<u8>>, BrokerError> {
        let read = |path: &PathBuf| {
            std::fs::read(path).map_err(|error| BrokerError::Address {
                uri: without_password(&self.amqp_uri),
                reason: format!("its authorities {} cannot be read: {error}", path.display()),
            })
        };
        self.ca_file.as_ref().map(read).transpose()
    }

    fn tls(&self) -> Result<OwnedTLSConfig, BrokerError> {
        let pem = self.authorities()?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        Ok(OwnedTLSConfig { identity: None, cert_chain: pem })
    }
}

/// An address fit for a log.
pub(super) fn without_password(uri: &str) -> String {
    let Some((scheme, rest)) = uri.split_once("://") else { return uri.to_owned() };
    match rest.rsplit_once('@') {
        Some((user, host)) => format!("{scheme}://{}:***@{host}", user.split(':').next().unwrap_or_default()),
        None => uri.to_owned(),
    }
}

/// What can go wrong between us and the broker.
#[derive(Debug, thiserror::Error)]
pub enum BrokerError {
    /// The configured address cannot be read.
    #[error("the broker address {uri} cannot be read: {reason}")]
    Address {
        /// The address without its password.
        uri: String,
        /// Why.
        reason: String,
    },
    /// An operation was refused or interrupted by the broker or the network.
    #[error("{operation}")]
    Amqp {
        /// What was being done, and to what.
        operation: String,
        /// The client library's error.
        source: AmqpCause,
    },
    /// The broker did not answer in time.
    #[error("{operation}: no answer from the broker in {waited:?}")]
    Timeout {
        /// What was being done, and to what.
        operation: String,
        /// How long we waited.
        waited: Duration,
    },
    /// The management API could not be reached or read.
    #[error("{operation}")]
    Http {
        /// What was being done, and to what.
        operation: String,
        /// The HTTP client's error.
        source: reqwest::Error,
    },
    /// The management API refused.
    #[error("{operation}: the management API answered {status}: {body}")]
    Refused {
        /// What was being done, and to what.
        operation: String,
        /// HTTP status.
        status: u16,
        /// What it said, shortened.
        body: String,
    },
    /// The wanted topology could lose or block messages; nothing was changed.
    #[error("the topology is unsafe: {}", .0.join("; "))]
    Unsafe(Vec<String>),
}

/// What the client library said. It repeats its own cause in its sentence, so a chain of causes ends here.
#[derive(Debug)]
pub struct AmqpCause(Box<lapin::Error>);

impl AmqpCause {
    /// Whether the broker closed the channel only.
    pub(super) fn costs_the_channel(&self) -> bool {
        self.0.is_amqp_soft_error()
    }
}

impl fmt::Display for AmqpCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for AmqpCause {}

/// An error with its causes, on one line: for a log line, and for what is remembered as text.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

impl Classify for BrokerError {
    fn verdict(&self) -> Verdict {
        match self {
            BrokerError::Address { .. } | BrokerError::Unsafe(_) => Verdict::Bug,
            BrokerError::Amqp { .. } | BrokerError::Timeout { .. } | BrokerError::Http { .. } | BrokerError::Refused { .. } => {
                Verdict::Retry
            }
        }
    }
}

/// A connection and its only listener of events: two listeners would share the events between them.
pub(super) struct Link {
    /// The connection.
    pub(super) connection: Connection,
    /// Blocked, unblocked, errors.
    pub(super) events: std::pin::Pin<Box<dyn Stream<Item = Event> + Send>>,
}

/// Opens a connection named `name`.
pub(super) async fn connect(config: &BrokerConfig, name: &str) -> Result<Link, BrokerError> {
    let uri = config.uri()?;
    let operation = || format!("connect {name} to {}", without_password(&config.amqp_uri));
    let properties = ConnectionProperties::default().with_connection_name(name.into());
    let tls = config.tls()?;
    let connecting =
        async { Connection::connect_uri_with_config(uri, properties, tls, lapin::runtime::default_runtime()?).await };
    let connection = answered(CONNECT_TIMEOUT, operation, connecting).await?;
    let events = connection.events_listener().boxed();
    Ok(Link { connection, events })
}

/// Waits for an answer of the broker, but not for ever.
pub(super) async fn answered<T>(
    limit: Duration,
    operation: impl FnOnce() -> String,
    future: impl Future<Output = lapin::Result<T>>,
) -> Result<T, BrokerError> {
    match tokio::time::timeout(limit, future).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(source)) => Err(BrokerError::Amqp { operation: operation(), source: AmqpCause(Box::new(source)) }),
        Err(_) => Err(BrokerError::Timeout { operation: operation(), waited: limit }),
    }
}

/// Closes politely. A connection that is already gone, or whose channels are closing, is closed enough.
pub(super) async fn close(connection: &Connection) {
    let closing = connection.close(200, "closed by renkei".into());
    if let Err(error) = answered(CLOSE_TIMEOUT, || "close a connection".to_owned(), closing).await {
        tracing::debug!(error = %chain(&error), "connection was not closed cleanly");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_cause_is_said_once() {
        let down = std::io::Error::other("connection refused");
        let failed = answered(REPLY_TIMEOUT, || "declare queue in.12".to_owned(), async { Err::<(), _>(down.into()) }).await;
        let failed = failed.expect_err("it was refused");
        assert_eq!(failed.to_string(), "declare queue in.12");
        let whole = chain(&failed);
        assert_eq!(whole.matches("connection refused").count(), 1, "{whole}");
    }

    #[test]
    fn a_password_never_shows() {
        let config = BrokerConfig {
            amqp_uri: "amqp://renkei:s@cret@127.0.0.1:5672".to_owned(),
            management_uri: "http://admin:s3cret@127.0.0.1:15672".to_owned(),
            vhost: "/".to_owned(),
            ca_file: None,
            names: Names::default(),
        };
        let shown = format!("{config:?}");
        assert!(!shown.contains("cret"), "{shown}");
    }

    /// A broker that speaks TLS with a certificate of its own authority, as far as the protocol header.
    #[tokio::test]
    async fn an_encrypted_address_is_spoken_to_in_tls_and_only_with_a_believed_certificate() {
        use tokio::io::AsyncReadExt;
        let folder = tempfile::tempdir().unwrap();
        let key = rcgen::KeyPair::generate().unwrap();
        let cert = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
        let (cert_file, key_file) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
        std::fs::write(&cert_file, cert.pem()).unwrap();
        std::fs::write(&key_file, key.serialize_pem()).unwrap();
        let acceptor = crate::tls::acceptor(&cert_file, &key_file).unwrap().unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = tokio::spawn(async move {
            loop {
                let (line, _) = listener.accept().await.unwrap();
                // Who does not believe the certificate ends the handshake.
                let Ok(mut line) = acceptor.accept(line).await else { continue };
                let mut header = [0; 8];
                line.read_exact(&mut header).await.unwrap();
                return header;
            }
        });
        let config = |ca_file| BrokerConfig {
            amqp_uri: format!("amqps://u:p@localhost:{port}"),
            management_uri: String::new(),
            vhost: "/".to_owned(),
            ca_file,
            names: Names::default(),
        };
        assert!(connect(&config(None), "test").await.is_err());
        assert!(!heard.is_finished(), "nothing is said to whom nobody vouches for");
        assert!(connect(&config(Some(cert_file)), "test").await.is_err(), "nobody answers behind the header");
        assert_eq!(&heard.await.unwrap(), b"AMQP\0\0\x09\x01");
    }

    #[test]
    fn the_virtual_host_and_heartbeat_are_ours() {
        let config = BrokerConfig {
            amqp_uri: "amqp://u:p@127.0.0.1:5672/other".to_owned(),
            management_uri: String::new(),
            vhost: "renkei".to_owned(),
            ca_file: None,
            names: Names::default(),
        };
        let uri = config.uri().unwrap();
        assert_eq!((uri.vhost.as_str(), uri.query.heartbeat), ("renkei", Some(HEARTBEAT_S)));
    }
}
