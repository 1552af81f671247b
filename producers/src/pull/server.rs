//! A partner on loopback: it answers as a test says and remembers what it was asked.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::response::Response;
use futures_util::stream::{self, StreamExt};
use tokio::net::TcpListener;

use super::config::PullConfig;

/// What a partner was asked.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) path: String,
    pub(super) headers: HeaderMap,
}

impl Asked {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

type Answering = dyn Fn(&Asked) -> Response + Send + Sync;

/// A partner.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    answering: Arc<Mutex<Arc<Answering>>>,
}

impl Server {
    pub(super) async fn start(answering: impl Fn(&Asked) -> Response + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Server::answering(listener.local_addr().unwrap(), answering);
        let app = server.app();
        tokio::spawn(async move { axum::serve(listener, app).await });
        server
    }

    pub(super) fn answering(address: SocketAddr, answering: impl Fn(&Asked) -> Response + Send + Sync + 'static) -> Server {
        Server { address, asked: Arc::default(), answering: Arc::new(Mutex::new(Arc::new(answering))) }
    }

    pub(super) fn app(&self) -> Router {
        let server = self.clone();
        Router::new().fallback(move |request: Request| {
            let server = server.clone();
            async move {
                let asked = Asked { path: request.uri().to_string(), headers: request.headers().clone() };
                server.asked.lock().unwrap_or_else(PoisonError::into_inner).push(asked.clone());
                let answering = server.answering.lock().unwrap_or_else(PoisonError::into_inner).clone();
                answering(&asked)
            }
        })
    }

    /// Answers otherwise from now on.
    pub(super) fn now(&self, answering: impl Fn(&Asked) -> Response + Send + Sync + 'static) {
        *self.answering.lock().unwrap() = Arc::new(answering);
    }

    /// What it was asked since the last time.
    pub(super) fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(super) fn config(&self, path: &str) -> PullConfig {
        PullConfig { retry_s: vec![60, 600], ..PullConfig::new(&self.url(path), "0 6 * * *") }
    }
}

/// An answer without a body.
pub(super) fn status(status: u16, headers: &[(&str, &str)]) -> Response {
    with(status, headers, Body::empty())
}

pub(super) fn with(status: u16, headers: &[(&str, &str)], body: Body) -> Response {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(body).unwrap()
}

/// A server of files as they should be: `If-None-Match`, `Range` with `If-Range`.
pub(super) fn file(asked: &Asked, etag: &str, bytes: &[u8]) -> Response {
    if asked.header("if-none-match") == etag {
        return status(304, &[("etag", etag)]);
    }
    let from = asked.header("range").strip_prefix("bytes=").and_then(|range| range.strip_suffix('-')?.parse::<usize>().ok());
    match from.filter(|from| asked.header("if-range") == etag && *from < bytes.len()) {
        Some(from) => {
            let range = format!("bytes {from}-{}/{}", bytes.len() - 1, bytes.len());
            with(206, &[("etag", etag), ("content-range", &range)], bytes[from..].to_vec().into())
        }
        None => with(200, &[("etag", etag)], bytes.to_vec().into()),
    }
}

/// The first bytes of a file, and then the line breaks.
pub(super) fn broken_off(etag: &str, bytes: &[u8], sent: usize) -> Response {
    let length = bytes.len().to_string();
    let part = Bytes::copy_from_slice(&bytes[..sent]);
    let broken = stream::once(async {
        // What was sent goes out first.
        tokio::time::sleep(Duration::from_millis(100)).await;
        Err(std::io::Error::other("the line broke"))
    });
    let body = stream::once(async { Ok(part) }).chain(broken);
    with(200, &[("etag", etag), ("content-length", &length)], Body::from_stream(body))
}

/// A file block by block.
pub(super) fn in_blocks(etag: &str, bytes: &[u8], block: usize) -> Response {
    let length = bytes.len().to_string();
    let blocks: Vec<std::io::Result<Bytes>> = bytes.chunks(block).map(|block| Ok(Bytes::copy_from_slice(block))).collect();
    with(200, &[("etag", etag), ("content-length", &length)], Body::from_stream(stream::iter(blocks)))
}
