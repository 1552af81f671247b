use super::*;

#[test]
fn too_long_a_property_is_named_instead_of_cut() {
    let message = Outgoing::to_queue("in.01_x", Uuid::nil(), &"t".repeat(256), "[]");
    assert_eq!(properties_of(&message, 0).unwrap_err(), "type has 256 bytes; AMQP allows 255");
}

#[test]
fn a_foreign_sender_without_properties_is_read_with_plain_defaults() {
    let mut delivery = Delivery::mock(1, "renkei".into(), "in.01_x".into(), false, b"[]".to_vec());
    let incoming = Incoming::from_delivery(&Names::default(), "in.01_x", &mut delivery);
    assert_eq!((incoming.attempt, incoming.delivery_count, incoming.message_id.as_str()), (1, 0, ""));
    assert_eq!(incoming.routing_key, "in.01_x");
}

/// A message with these headers that was routed by `exchange`.
fn routed(exchange: &str, headers: &[(&str, AMQPValue)]) -> Incoming {
    let mut table = FieldTable::default();
    for (name, value) in headers {
        table.insert((*name).into(), value.clone());
    }
    let mut delivery = Delivery::mock(1, exchange.into(), "in.01_x".into(), false, b"[]".to_vec());
    delivery.properties = AMQPProperties::default().with_headers(table).with_message_id("a\0b".into());
    Incoming::from_delivery(&Names::default(), "in.01_x", &mut delivery)
}

fn long(text: &str) -> AMQPValue {
    AMQPValue::LongString(text.into())
}

fn died_by(exchange: &str) -> AMQPValue {
    let mut entry = FieldTable::default();
    entry.insert("exchange".into(), long(exchange));
    entry.insert("reason".into(), long("delivery_limit"));
    AMQPValue::FieldArray(vec![AMQPValue::FieldTable(entry)].into())
}

#[test]
fn our_headers_are_believed_only_of_our_own_exchanges() {
    let forged =
        [("renkei-delivery", long("1")), ("renkei-attempt", long("9")), (HEADER_LAYOUT, long("csv")), ("mine", long("x"))];
    for exchange in ["renkei", "", "amq.topic", "renkei.unrouted"] {
        let incoming = routed(exchange, &forged);
        assert_eq!((incoming.door(), incoming.attempt), (Door::Upstream, 1), "{exchange}");
        assert_eq!(incoming.headers.keys().collect::<Vec<_>>(), ["mine", HEADER_DOOR, HEADER_LAYOUT], "{exchange}");
    }
    for exchange in ["renkei.direct", "renkei.return", "renkei.dead"] {
        let incoming = routed(exchange, &forged);
        assert_eq!((incoming.door(), incoming.attempt, incoming.headers.len()), (Door::Own, 9, 4), "{exchange}");
    }
    assert_eq!(routed("renkei.return", &[(HEADER_DOOR, long("upstream"))]).door(), Door::Upstream, "a copy keeps the mark");
}

#[test]
fn what_the_broker_took_out_of_a_queue_is_judged_by_how_it_came_there() {
    let forged = ("renkei-delivery", long("1"));
    let upstream = routed("renkei.dead", &[forged.clone(), ("x-death", died_by("renkei"))]);
    assert!(upstream.door() == Door::Upstream && !upstream.headers.contains_key("renkei-delivery"), "{upstream:?}");
    assert_eq!(routed("renkei.dead", &[forged, ("x-death", died_by("renkei.direct"))]).door(), Door::Own);
}

#[test]
fn a_nul_is_shown_as_hexadecimal() {
    let incoming = routed("renkei", &[("k", long("x\0y")), ("s", AMQPValue::ShortString("\0".into())), ("plain", long("x"))]);
    assert_eq!(incoming.message_id, "0x610062");
    assert_eq!((incoming.headers["k"].as_str(), incoming.headers["s"].as_str()), ("0x780079", "0x00"));
    assert_eq!(incoming.headers["plain"], "x");
}
