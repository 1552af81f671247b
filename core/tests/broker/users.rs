//! A publisher's user reaches one topic, and by one way.

use lapin::options::{BasicGetOptions, BasicPublishOptions, ConfirmSelectOptions, QueueDeclareOptions};
use lapin::types::FieldTable;
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties};
use renkei_core::broker::topology::{Names, NewUser, QueueSpec, TopologySpec, apply, apply_users, user_name};
use uuid::Uuid;

use crate::harness::Broker;

const OWN: &str = "in.12_civic_assessments";
const OTHER: &str = "in.09_bank_transfers";
const OUT: &str = "out.09_bank_transfers";

/// A channel of a user, or why there is none. Whatever is refused ends it: one for each try.
async fn channel(broker: &Broker, user: &NewUser) -> lapin::Result<(Connection, Channel)> {
    let (_, host) = broker.config.amqp_uri.rsplit_once('@').unwrap();
    let uri = format!("amqp://{}:{}@{}/{}", user.name, user.password, host.split('/').next().unwrap(), broker.config.vhost);
    let connection = Connection::connect(&uri, ConnectionProperties::default()).await?;
    let channel = connection.create_channel().await?;
    channel.confirm_select(ConfirmSelectOptions::default()).await?;
    Ok((connection, channel))
}

/// Publishes, and waits for the broker's word about it.
async fn publish(broker: &Broker, user: &NewUser, exchange: &str, key: &str) -> Result<(), String> {
    let told = |error: lapin::Error| error.to_string();
    let (connection, channel) = channel(broker, user).await.map_err(told)?;
    let options = BasicPublishOptions::default();
    let sent = channel.basic_publish(exchange.into(), key.into(), options, b"x", BasicProperties::default()).await;
    let outcome = match sent {
        Ok(confirm) => confirm.await.map(|_| ()).map_err(told),
        Err(error) => Err(told(error)),
    };
    let _ = connection.close(200, "".into()).await;
    outcome
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publisher_reaches_its_own_topic_and_nothing_else() {
    let mut broker = Broker::start().await;
    // Users belong to the whole broker: names of this test's own.
    broker.config.names = Names::of(&format!("t{}", Uuid::new_v4().simple()));
    let spec = TopologySpec::new([OWN, OTHER, OUT].map(|name| QueueSpec::new(name, false)).to_vec());
    apply(&broker.config, &spec).await.unwrap();
    let made = apply_users(&broker.config, &spec, false).await.unwrap();
    assert_eq!(made.iter().map(|user| user.routing_key.as_str()).collect::<Vec<_>>(), [OWN, OTHER], "none for what goes out");
    assert_eq!(apply_users(&broker.config, &spec, false).await.unwrap(), [], "who is there keeps the password");
    let (user, names) = (&made[0], &broker.config.names);
    assert_eq!(user.name, user_name(&broker.config, OWN));
    publish(&broker, user, &names.exchange, OWN).await.unwrap();
    assert_eq!(broker.ready(OWN).await, 1);
    for (exchange, key) in [
        (names.exchange.as_str(), OTHER),
        (&names.exchange, OUT),
        (&names.exchange, "in.12_civic_assessments.more"),
        (&names.exchange, "inX12_civic_assessments"),
        (&names.direct, OWN),
        (&names.retry, OWN),
        (&names.back, OWN),
        (&names.dead, ""),
        ("", OWN),
    ] {
        let refused = publish(&broker, user, exchange, key).await.expect_err(key);
        assert!(refused.contains("ACCESS_REFUSED"), "{exchange} {key}: {refused}");
    }
    let (reading, channel_of) = channel(&broker, user).await.unwrap();
    let read = channel_of.basic_get(OWN.into(), BasicGetOptions::default()).await;
    assert!(read.unwrap_err().to_string().contains("ACCESS_REFUSED"), "it reads nothing");
    let (declaring, channel_of) = channel(&broker, user).await.unwrap();
    let declared = channel_of.queue_declare("mine".into(), QueueDeclareOptions::durable(), FieldTable::default()).await;
    assert!(declared.unwrap_err().to_string().contains("ACCESS_REFUSED"), "it declares nothing");
    assert_eq!(broker.ready(OTHER).await + broker.ready(OUT).await, 0);
    // New passwords end the old ones.
    let renewed = apply_users(&broker.config, &spec, true).await.unwrap();
    assert_eq!(renewed.len(), 2);
    assert!(publish(&broker, user, &names.exchange, OWN).await.is_err());
    publish(&broker, &renewed[0], &names.exchange, OWN).await.unwrap();
    for connection in [reading, declaring] {
        let _ = connection.close(200, "".into()).await;
    }
    for user in &made {
        broker.management.delete_user(&user.name).await.unwrap();
    }
}
