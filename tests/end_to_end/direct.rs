//! Upstream systems may publish themselves: an array of records straight to the exchange, with an address for receipts.

use futures_util::StreamExt;
use lapin::options::{BasicConsumeOptions, BasicPublishOptions, QueueDeclareOptions};
use lapin::types::FieldTable;
use lapin::uri::AMQPUri;
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties};
use serde_json::{Value, json};

use crate::support::files::{self, ASSESSMENTS};
use crate::support::world::{self, World};

/// A client that is not ours.
async fn client(world: &World) -> (Connection, Channel) {
    let mut uri: AMQPUri = world.vhost.config.amqp_uri.parse().unwrap();
    uri.vhost.clone_from(&world.vhost.config.vhost);
    let connection = Connection::connect_uri(uri, ConnectionProperties::default()).await.unwrap();
    let channel = connection.create_channel().await.unwrap();
    (connection, channel)
}

async fn publish(channel: &Channel, kind: &str, reply: &str, id: &str, body: &Value) {
    let properties = BasicProperties::default()
        .with_type(kind.into())
        .with_message_id(id.into())
        .with_app_id("course-system".into())
        .with_reply_to(reply.into())
        .with_correlation_id(format!("about-{id}").into());
    let body = serde_json::to_vec(body).unwrap();
    let key = format!("in.{ASSESSMENTS}");
    let published =
        channel.basic_publish("renkei".into(), key.as_str().into(), BasicPublishOptions::default(), &body, properties);
    published.await.unwrap().await.unwrap();
}

#[test]
fn a_direct_publisher_gets_receipts() {
    world::run("2026-10-06T09:30:00+09:00", async |world| {
        world.start("consume").await;
        let (connection, channel) = client(world).await;
        let exclusive = QueueDeclareOptions { exclusive: true, ..QueueDeclareOptions::default() };
        channel.queue_declare("receipts".into(), exclusive, FieldTable::default()).await.unwrap();
        let no_ack = BasicConsumeOptions { no_ack: true, ..BasicConsumeOptions::default() };
        let mut receipts = channel.basic_consume("receipts".into(), "test".into(), no_ack, FieldTable::default()).await.unwrap();

        let sound = json!([files::assessment_record("2026-CV-000001", 4_500), files::assessment_record("2026-CV-000002", 6_000)]);
        publish(&channel, "records", "receipts", "m-1", &sound).await;
        publish(&channel, "records", "receipts", "m-1", &sound).await;
        let mut faulty = files::assessment_record("2026-CV-000003", 4_500);
        faulty["amount"] = json!("6,0O0");
        publish(&channel, "records", "receipts", "m-2", &json!([faulty])).await;

        // 受領 and 検証 and 記帳 of the sound one, 検証 of the faulty one; copies may be told of again.
        let mut told = std::collections::BTreeMap::new();
        while told.len() < 4 {
            let receipt = receipts.next().await.unwrap().unwrap();
            let about = receipt.properties.correlation_id().as_ref().unwrap().to_string();
            let body: Value = serde_json::from_slice(&receipt.data).unwrap();
            told.insert((about, body["stage"].as_str().unwrap().to_owned()), body);
        }
        let state = |about: &str, stage: &str| told[&(about.to_owned(), stage.to_owned())]["state"].clone();
        assert_eq!(state("about-m-1", "posted"), "posted");
        assert_eq!(state("about-m-2", "checked"), "rejected");
        assert!(told.contains_key(&("about-m-1".to_owned(), "received".to_owned())));
        assert!(
            told[&("about-m-2".to_owned(), "checked".to_owned())].to_string().contains("6,0O0"),
            "the receipt names the value"
        );

        // A sender who heard nothing asks again, and is told again under the same ids.
        let told_before = told[&("about-m-1".to_owned(), "posted".to_owned())].clone();
        publish(&channel, "records", "receipts", "m-1", &sound).await;
        loop {
            let receipt = receipts.next().await.unwrap().unwrap();
            let body: Value = serde_json::from_slice(&receipt.data).unwrap();
            if body["stage"] == "posted" {
                assert_eq!(body, told_before);
                break;
            }
        }
        // He may hand in, and decide nothing about what was handed in.
        let delivery: String = sqlx::query_scalar("select delivery::text from intake.batch where state = 'posted'")
            .fetch_one(world.pool())
            .await
            .unwrap();
        let order = json!({ "delivery": delivery, "actor": "kacho", "reason": "a mistake" });
        publish(&channel, "cancel", "receipts", "m-3", &order).await;
        world.until_sql("select reason from intake.batch order by id desc limit 1", "MESSAGE_TYPE_FORBIDDEN").await;

        assert_eq!(
            world.number("select sum(debit)::bigint from ledger.line").await,
            10_500,
            "nothing more was posted or reversed"
        );
        assert_eq!(world.number("select count(*) from intake.batch").await, 3);
        connection.close(200, "done".into()).await.unwrap();
    });
}
