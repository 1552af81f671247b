//! The doors others come in by: their certificates, and whom we believe about where a request comes from.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::verdict::{Classify, Verdict};

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{what} {} cannot be used: {reason}", path.display())]
pub struct TlsError {
    /// `the certificate` or `the key`.
    pub what: &'static str,
    /// The file.
    pub path: PathBuf,
    /// Why not.
    pub reason: String,
}

impl Classify for TlsError {
    fn verdict(&self) -> Verdict {
        Verdict::Bug
    }
}

/// The certificate of a door with its chain, and its key: PEM files. `None` when neither is set: the door speaks plain text.
///
/// TLS 1.3, and 1.2 with its sound suites only. Both files are read once, at the start.
pub fn acceptor(cert: &Path, key: &Path) -> Result<Option<TlsAcceptor>, TlsError> {
    if cert.as_os_str().is_empty() && key.as_os_str().is_empty() {
        return Ok(None);
    }
    let bad = |what, path: &Path, reason: String| TlsError { what, path: path.to_owned(), reason };
    let read = |what, path: &Path| std::fs::read(path).map_err(|error| bad(what, path, error.to_string()));
    let pem = read("the certificate", cert)?;
    let chain: Result<Vec<CertificateDer<'static>>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let chain = chain.map_err(|error| bad("the certificate", cert, error.to_string()))?;
    if chain.is_empty() {
        return Err(bad("the certificate", cert, "it holds no certificate".to_owned()));
    }
    let private = PrivateKeyDer::from_pem_slice(&read("the key", key)?);
    let private = private.map_err(|error| bad("the key", key, error.to_string()))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, private))
        .map_err(|error| bad("the key", key, error.to_string()))?;
    Ok(Some(TlsAcceptor::from(Arc::new(config))))
}

/// What is wrong with a door, one sentence each. `name` is how its settings begin: `console_`, `produce.http.`.
pub fn door_faults(name: &str, listen: SocketAddr, cert: &Path, key: &Path, behind_proxy: bool) -> Vec<String> {
    let (has_cert, has_key) = (!cert.as_os_str().is_empty(), !key.as_os_str().is_empty());
    let mut faults = Vec::new();
    if has_cert != has_key {
        faults.push(format!("{name}tls_cert and {name}tls_key belong together"));
    }
    if !has_cert && !has_key && !behind_proxy && !listen.ip().is_loopback() {
        faults.push(format!(
            "{name}listen is {listen}, which others reach: set {name}tls_cert and {name}tls_key, listen on 127.0.0.1, or say \
             behind_proxy = true where a reverse proxy that does TLS is the only one to reach it"
        ));
    }
    faults
}

/// The reverse proxies whose word about a client's address is taken. Nobody else's is: anybody can send the header.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proxies(Vec<IpAddr>);

impl Proxies {
    /// These addresses.
    pub fn new(trusted: Vec<IpAddr>) -> Proxies {
        Proxies(trusted)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }

    /// Where a request comes from: the peer, or, if that is one of ours, the last address of its `X-Forwarded-For` that is not. What
    /// stands before that was written by the client.
    pub fn client<'h>(&self, peer: IpAddr, forwarded: impl IntoIterator<Item = &'h str>) -> IpAddr {
        let peer = peer.to_canonical();
        if !self.trusts(peer) {
            return peer;
        }
        let named: Vec<&str> = forwarded.into_iter().flat_map(|value| value.split(',')).map(str::trim).collect();
        let mut client = peer;
        for name in named.iter().rev() {
            // What is no address was not written by a proxy of ours: what we know ends here.
            let Ok(address) = name.parse::<IpAddr>() else { break };
            client = address.to_canonical();
            if !self.trusts(client) {
                break;
            }
        }
        client
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn only_our_own_proxy_says_where_somebody_comes_from() {
        let proxies = Proxies::new(vec![ip("10.0.0.1"), ip("10.0.0.2")]);
        let client = |peer: &str, headers: &[&str]| proxies.client(ip(peer), headers.iter().copied()).to_string();
        assert_eq!(client("192.0.2.7", &["198.51.100.1"]), "192.0.2.7", "anybody can send the header");
        assert_eq!(client("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(client("::ffff:10.0.0.1", &["198.51.100.1"]), "198.51.100.1", "an IPv4 address on an IPv6 socket");
        assert_eq!(client("10.0.0.1", &["203.0.113.9, 198.51.100.1"]), "198.51.100.1", "what the client wrote is not believed");
        assert_eq!(client("10.0.0.1", &["203.0.113.9", "198.51.100.1, 10.0.0.2"]), "198.51.100.1", "two proxies in a row");
        assert_eq!(client("10.0.0.1", &["203.0.113.9, not an address"]), "10.0.0.1");
        assert_eq!(client("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(Proxies::default().client(ip("10.0.0.1"), ["198.51.100.1"]).to_string(), "10.0.0.1");
    }

    #[test]
    fn a_door_to_others_has_tls() {
        let faults = |listen: &str, cert: &str, key: &str, behind: bool| {
            let faults = door_faults("console_", listen.parse().expect("an address"), Path::new(cert), Path::new(key), behind);
            faults.len()
        };
        assert_eq!(faults("127.0.0.1:1", "", "", false), 0);
        assert_eq!(faults("[::1]:1", "", "", false), 0);
        assert_eq!(faults("0.0.0.0:1", "", "", false), 1);
        assert_eq!(faults("192.0.2.1:1", "", "", false), 1);
        assert_eq!(faults("192.0.2.1:1", "", "", true), 0);
        assert_eq!(faults("192.0.2.1:1", "c.pem", "k.pem", false), 0);
        assert_eq!(faults("127.0.0.1:1", "c.pem", "", false), 1);
    }

    #[test]
    fn a_certificate_and_its_own_key_make_a_door() {
        let folder = tempfile::tempdir().expect("a folder");
        let put = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).expect("written");
            path
        };
        let (ours, other) = (made(), made());
        let (cert, key) = (put("cert.pem", &ours.0), put("key.pem", &ours.1));
        assert!(acceptor(&cert, &key).expect("they fit").is_some());
        assert!(acceptor(Path::new(""), Path::new("")).expect("plain").is_none());
        let said = |cert: &Path, key: &Path| acceptor(cert, key).err().expect("refused").to_string();
        assert!(said(&cert, &put("other.pem", &other.1)).starts_with("the key"));
        assert!(said(&key, &key).contains("no certificate"));
        assert!(said(&cert, &cert).starts_with("the key"));
        assert!(said(&folder.path().join("gone.pem"), &key).starts_with("the certificate"));
    }

    fn made() -> (String, String) {
        let key = rcgen::KeyPair::generate().expect("a key");
        let params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
        (params.self_signed(&key).expect("signed").pem(), key.serialize_pem())
    }
}
