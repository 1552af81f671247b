//! The one thing this role needs of the broker: a message is handed over, and the answer comes when it is stored.

use futures_util::future::BoxFuture;
use renkei_core::broker::{Outgoing, PublishError, Publisher};

/// Publishes messages. The future resolves when the broker has stored the message in a queue.
pub trait Publish: Send + Sync + 'static {
    /// Publishes one message.
    fn publish(&self, message: Outgoing) -> BoxFuture<'_, Result<(), PublishError>>;
}

impl Publish for Publisher {
    fn publish(&self, message: Outgoing) -> BoxFuture<'_, Result<(), PublishError>> {
        Box::pin(Publisher::publish(self, message))
    }
}
