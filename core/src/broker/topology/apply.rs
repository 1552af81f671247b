//! Makes the topology: policies over the management API, then exchanges, queues and bindings over AMQP.

use lapin::Channel;
use lapin::options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable};

use super::wanted::Wanted;
use super::{TopologySpec, check};
use crate::broker::connection::{self, BrokerConfig, BrokerError, REPLY_TIMEOUT, answered};
use crate::broker::management::Management;

/// Makes what is missing and corrects policies; what is there as wanted stays. Refuses an unsafe topology before touching
/// anything. Policies come first, so that no queue exists a moment without its limits and its dead-letter target.
pub async fn apply(config: &BrokerConfig, spec: &TopologySpec) -> Result<(), BrokerError> {
    check(spec)?;
    let wanted = Wanted::of(spec, &config.names);
    let management = Management::new(config)?;
    let existing = management.policies().await?;
    for policy in &wanted.policies {
        if !existing.contains(policy) {
            management.put_policy(policy).await?;
        }
    }
    // A connection of its own: a refused declaration closes the channel, which must not be a working one.
    let link = connection::connect(config, "renkei topology").await?;
    let operation = || "open a channel for the topology".to_owned();
    let channel = answered(REPLY_TIMEOUT, operation, link.connection.create_channel()).await?;
    let declared = declare(&channel, &wanted).await;
    connection::close(&link.connection).await;
    declared
}

async fn declare(channel: &Channel, wanted: &Wanted) -> Result<(), BrokerError> {
    for exchange in &wanted.exchanges {
        let options = ExchangeDeclareOptions { durable: true, ..ExchangeDeclareOptions::default() };
        let declaring =
            channel.exchange_declare(exchange.name.as_str().into(), exchange.kind.clone(), options, FieldTable::default());
        answered(REPLY_TIMEOUT, || format!("declare exchange {}", exchange.name), declaring).await?;
    }
    for queue in &wanted.queues {
        let mut arguments = FieldTable::default();
        arguments.insert("x-queue-type".into(), AMQPValue::LongString("quorum".into()));
        if queue.single_active_consumer {
            arguments.insert("x-single-active-consumer".into(), AMQPValue::Boolean(true));
        }
        let declaring = channel.queue_declare(queue.name.as_str().into(), QueueDeclareOptions::durable(), arguments);
        answered(REPLY_TIMEOUT, || format!("declare queue {}", queue.name), declaring).await?;
    }
    for binding in &wanted.bindings {
        let binding_it = channel.queue_bind(
            binding.queue.as_str().into(),
            binding.exchange.as_str().into(),
            binding.routing_key.as_str().into(),
            QueueBindOptions::default(),
            binding.arguments(),
        );
        answered(REPLY_TIMEOUT, || format!("bind queue {} to {}", binding.queue, binding.exchange), binding_it).await?;
    }
    Ok(())
}
