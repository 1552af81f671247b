//! The body of a request, block by block: never too large, never silent for too long.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures_util::StreamExt;

use super::problem::Problem;

/// Blocks of a body.
pub(super) struct Blocks {
    stream: BodyDataStream,
    bytes: u64,
    bytes_max: u64,
    idle: Duration,
}

impl Blocks {
    pub(super) fn new(body: Body, bytes_max: u64, idle: Duration) -> Blocks {
        Blocks { stream: body.into_data_stream(), bytes: 0, bytes_max, idle }
    }

    /// The next block; `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        let block = match tokio::time::timeout(self.idle, self.stream.next()).await {
            Err(_) => return Err(Problem::timeout()),
            Ok(None) => return Ok(None),
            Ok(Some(Err(error))) => return Err(Problem::bad_request(format!("the body ended early: {error}"))),
            Ok(Some(Ok(block))) => block,
        };
        self.bytes += block.len() as u64;
        if self.bytes > self.bytes_max {
            return Err(Problem::too_large(self.bytes_max));
        }
        Ok(Some(block))
    }
}
