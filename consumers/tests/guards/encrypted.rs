//! The line to the database, encrypted. The private server has no certificate: a proxy before it does the TLS and nothing without.

use renkei_consumers::db;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::scratch::Scratch;

/// What a client sends first that wants TLS: eight bytes long, code 80877103.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

/// Listens, and hands on what comes encrypted; the port.
async fn proxy(tls: TlsAcceptor, server: String) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (mut line, _) = listener.accept().await.unwrap();
            let (tls, server) = (tls.clone(), server.clone());
            tokio::spawn(async move {
                let mut first = [0; 8];
                if line.read_exact(&mut first).await.is_err() || first != SSL_REQUEST {
                    return;
                }
                line.write_all(b"S").await.unwrap();
                let Ok(mut line) = tls.accept(line).await else { return };
                let mut onward = TcpStream::connect(server).await.unwrap();
                let _ = copy_bidirectional(&mut line, &mut onward).await;
            });
        }
    });
    port
}

#[tokio::test]
async fn the_database_is_reached_over_tls_and_only_where_its_certificate_is_believed() {
    let db = Scratch::new().await;
    let folder = tempfile::tempdir().unwrap();
    let made = || {
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        (params.self_signed(&key).unwrap().pem(), key.serialize_pem())
    };
    let put = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let ((cert, key), (stranger, _)) = (made(), made());
    let (cert, stranger) = (put("cert.pem", &cert), put("stranger.pem", &stranger));
    let tls = renkei_core::tls::acceptor(&cert, &put("key.pem", &key)).unwrap().unwrap();
    let mut url = reqwest::Url::parse(&db.url).unwrap();
    let server = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
    url.set_port(Some(proxy(tls, server).await)).unwrap();
    let mut reached = async |host: &str, query: &str| {
        url.set_host(Some(host)).unwrap();
        url.set_query(Some(query));
        let pool = match db::connect(url.as_str(), 1).await {
            Ok(pool) => pool,
            Err(_) => return None,
        };
        let found: i32 = sqlx::query_scalar("select 42").fetch_one(&pool).await.unwrap();
        pool.close().await;
        Some(found)
    };
    let checked = |ca: &std::path::Path| format!("sslmode=verify-full&sslrootcert={}", ca.display());
    assert_eq!(reached("localhost", &checked(&cert)).await, Some(42));
    assert_eq!(reached("localhost", &checked(&stranger)).await, None, "nobody vouches for this certificate");
    assert_eq!(reached("127.0.0.1", &checked(&cert)).await, None, "it is another server's");
    assert_eq!(reached("localhost", "sslmode=require").await, Some(42), "encrypted, and not checked");
    assert_eq!(reached("localhost", "sslmode=disable").await, None);
}
