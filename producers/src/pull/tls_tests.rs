//! Certificates made for the test: an authority of our own is believed, a stranger's is not, and a partner may ask who we are.

use std::net::SocketAddr;
use std::path::PathBuf;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::server::{Server, file};
use super::*;
use crate::testing::{Memory, TOY, Toy, good_csv};

/// An authority and what it vouches for, as files.
struct Authority {
    folder: tempfile::TempDir,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Authority {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        Authority { folder: tempfile::tempdir().unwrap(), issuer }
    }

    fn put(&self, name: &str, pem: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, pem).unwrap();
        path
    }

    fn ca_file(&self) -> PathBuf {
        self.put("ca.pem", &self.issuer.pem())
    }

    /// A certificate of a name, and its key.
    fn certified(&self, name: &str) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &self.issuer).unwrap();
        (certificate, key)
    }
}

/// A listener that speaks TLS.
struct Encrypted(TcpListener, TlsAcceptor);

impl axum::serve::Listener for Encrypted {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (line, address) = self.0.accept().await.unwrap();
            // A client that does not believe us goes away.
            if let Ok(line) = self.1.accept(line).await {
                return (line, address);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.0.local_addr()
    }
}

/// A partner with a certificate of `authority`, who admits only clients of `admits`.
async fn partner(authority: &Authority, admits: Option<&Authority>) -> Server {
    let (certificate, key) = authority.certified("localhost");
    let chain = vec![certificate.der().clone()];
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions().unwrap();
    let builder = match admits {
        None => builder.with_no_client_auth(),
        Some(admits) => {
            let mut roots = RootCertStore::empty();
            roots.add(CertificateDer::from(admits.issuer.der().to_vec())).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
            builder.with_client_cert_verifier(verifier)
        }
    };
    let config = builder.with_single_cert(chain, key).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = Server::answering(listener.local_addr().unwrap(), |asked| file(asked, "\"v1\"", good_csv().as_bytes()));
    let app = server.app();
    let listener = Encrypted(listener, TlsAcceptor::from(Arc::new(config)));
    tokio::spawn(async move { axum::serve(listener, app).await });
    server
}

async fn pulled(server: &Server, change: impl FnOnce(PullConfig) -> PullConfig) -> Last {
    let (toy, url) = (Toy::new(), format!("https://localhost:{}/a.csv", server.address.port()));
    let config = change(PullConfig::new(&url, "0 6 * * *"));
    let settings = crate::ProducerConfig { pull: [(TOY.to_owned(), config)].into(), ..toy.config() };
    let archive = renkei_core::archive::Archive::open(toy.dir.join("archive").to_str().unwrap()).unwrap();
    let intake = Intake::open(settings, toy.registry.clone(), archive, Memory::new(), Default::default()).unwrap();
    Puller::of(&intake, &toy.topic(TOY), Arc::default()).unwrap().unwrap().now(None, false).await.unwrap()
}

#[tokio::test]
async fn only_a_certificate_of_the_authority_that_is_set_is_believed() {
    let (ours, strange) = (Authority::new(), Authority::new());
    let server = partner(&ours, None).await;
    let good = pulled(&server, |config| PullConfig { ca_file: ours.ca_file(), ..config }).await;
    assert_eq!(good.outcome(), "handed_in", "{good:?}");
    server.asked();
    for ca_file in [strange.ca_file(), PathBuf::new()] {
        let last = pulled(&server, |config| PullConfig { ca_file, ..config }).await;
        assert_eq!(last.fault.as_ref().map(|fault| fault.code.as_str()), Some("PULL_UNREACHABLE"), "{last:?}");
        assert!(format!("{:?}", last.fault).to_lowercase().contains("certificate"), "{last:?}");
    }
    let broken = ours.put("broken.pem", "no certificate");
    let last = pulled(&server, |config| PullConfig { ca_file: broken, ..config }).await;
    assert_eq!(last.fault.map(|fault| fault.code), Some("PULL_SETTING".to_owned()));
    assert!(server.asked().is_empty(), "nothing was said to a stranger");
}

#[tokio::test]
async fn a_partner_may_ask_who_we_are() {
    let (theirs, ours) = (Authority::new(), Authority::new());
    let server = partner(&theirs, Some(&ours)).await;
    let (certificate, key) = ours.certified("ward");
    let (cert, key) = (ours.put("client.pem", &certificate.pem()), ours.put("client.key", &key.serialize_pem()));
    let known = pulled(&server, |config| PullConfig {
        ca_file: theirs.ca_file(),
        client_cert_file: cert,
        client_key_file: key,
        ..config
    });
    assert_eq!(known.await.outcome(), "handed_in");
    let unknown = pulled(&server, |config| PullConfig { ca_file: theirs.ca_file(), ..config }).await;
    assert_eq!(unknown.outcome(), "retry", "{unknown:?}");
}
