//! A partner on loopback: takes whole requests, answers as a test says, breaks the line or keeps silent, and remembers what came.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// A request.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

/// What the partner does about it.
pub(crate) enum Reply {
    /// Status line, header lines, body.
    Answer(u16, Vec<(String, String)>, Vec<u8>),
    /// Closes the line without a word.
    BreakOff,
    /// Never answers.
    Silence,
}

impl Reply {
    pub(crate) fn status(status: u16, text: &str) -> Reply {
        Reply::Answer(status, Vec::new(), text.into())
    }
}

type Answering = dyn Fn(&Asked) -> Reply + Send + Sync;

/// A partner.
#[derive(Clone)]
pub(crate) struct Partner {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    answering: Arc<Mutex<Arc<Answering>>>,
}

impl Partner {
    pub(crate) async fn start(answering: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Partner {
        Partner::start_tls(None, answering).await
    }

    /// One that speaks TLS.
    pub(crate) async fn start_tls(
        tls: Option<TlsAcceptor>,
        answering: impl Fn(&Asked) -> Reply + Send + Sync + 'static,
    ) -> Partner {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let partner = Partner {
            address: listener.local_addr().unwrap(),
            asked: Arc::default(),
            answering: Arc::new(Mutex::new(Arc::new(answering))),
        };
        let served = partner.clone();
        tokio::spawn(async move {
            while let Ok((line, _)) = listener.accept().await {
                let (partner, tls) = (served.clone(), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => partner.serve(line).await,
                        Some(tls) => {
                            // A client that does not believe us goes away.
                            if let Ok(line) = tls.accept(line).await {
                                partner.serve(line).await;
                            }
                        }
                    }
                });
            }
        });
        partner
    }

    /// Answers otherwise from now on.
    pub(crate) fn now(&self, answering: impl Fn(&Asked) -> Reply + Send + Sync + 'static) {
        *self.answering.lock().unwrap() = Arc::new(answering);
    }

    /// What came since the last time.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    async fn serve<L: AsyncRead + AsyncWrite + Unpin>(&self, mut line: L) {
        while let Some(asked) = request(&mut line).await {
            let answering = self.answering.lock().unwrap().clone();
            let reply = answering(&asked);
            self.asked.lock().unwrap().push(asked);
            match reply {
                Reply::BreakOff => return,
                Reply::Silence => return std::future::pending().await,
                Reply::Answer(status, headers, body) => {
                    let mut head = format!("HTTP/1.1 {status} Answer\r\n");
                    let measured = headers.iter().any(|(name, _)| name == "content-length");
                    headers.iter().for_each(|(name, value)| head.push_str(&format!("{name}: {value}\r\n")));
                    if !measured {
                        head.push_str(&format!("content-length: {}\r\n", body.len()));
                    }
                    head.push_str("\r\n");
                    if line.write_all(head.as_bytes()).await.is_err() || line.write_all(&body).await.is_err() {
                        return;
                    }
                    let _ = line.flush().await;
                }
            }
        }
    }
}

/// One whole request; `None` when the line ends.
async fn request<L: AsyncRead + Unpin>(line: &mut L) -> Option<Asked> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(line.read_u8().await.ok()?);
    }
    let text = String::from_utf8(head).unwrap();
    let mut lines = text.lines();
    let mut first = lines.next()?.split(' ').map(str::to_owned);
    let (method, path) = (first.next()?, first.next()?);
    let headers: Vec<(String, String)> =
        lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    let length = headers.iter().find(|(name, _)| name == "content-length").map_or(0, |(_, value)| value.parse().unwrap());
    let mut body = vec![0; length];
    line.read_exact(&mut body).await.ok()?;
    Some(Asked { method, path, headers, body })
}
