//! What `select.sql` may say, what it may not, and the messages that order a run.

use renkei_consumers::outbound::handler::ExportHandler;
use renkei_consumers::outbound::{FileState, ListFilter, OutboundError};
use renkei_core::broker::{Handler, Incoming, Outcome};
use renkei_core::catalogue::Lang;

use crate::toy::{PAYMENTS, STATUS, Toy, exporter, order};

#[tokio::test]
async fn items_that_cannot_go_are_listed_and_left_out() {
    let toy = Toy::new().await;
    toy.db.run("insert into toy.payment (amount) values (7)").await;
    let file = toy.make("a").await;
    assert_eq!((file.count, file.total), (Some(3), Some(321_000)));
    let refusals = toy.exporter.show(file.id).await.unwrap().refusals;
    let listed: Vec<_> =
        refusals.iter().map(|r| (r.object.as_deref(), r.object_id, r.code.as_str(), r.severity.as_str())).collect();
    assert_eq!(listed, [(Some("payment"), Some(4), "PAYEE_WITHOUT_ACCOUNT", "item")]);
}

#[tokio::test]
async fn a_stop_refuses_the_run_and_changes_nothing() {
    let toy = Toy::new().await;
    let file = toy.try_make(order(PAYMENTS, "a", &[])).await.unwrap();
    assert_eq!((file.state, toy.claims().await), (FileState::Refused, 0));
    assert_eq!(toy.exporter.show(file.id).await.unwrap().refusals[0].code, "TRANSFER_DATE_MISSING");
    assert_eq!(toy.db.one::<i64>("select count(*) from toy.payment where state = 'approved'").await, 3);
}

#[tokio::test]
async fn a_value_the_layout_refuses_stops_the_run_and_names_the_item() {
    let toy = Toy::new().await;
    toy.db.run("insert into toy.payment (payee, amount) values ('絵文字😀', 5)").await;
    let file = toy.make("a").await;
    assert_eq!((file.state, toy.claims().await), (FileState::Refused, 0));
    let refusal = &toy.exporter.show(file.id).await.unwrap().refusals[0];
    assert_eq!((refusal.object.as_deref(), refusal.object_id, refusal.severity.as_str()), (Some("payment"), Some(4), "stop"));
    assert_eq!(refusal.detail["field_id"], "payee");
    let problem = &file.problem.as_ref().unwrap().0;
    assert!(problem.said.contains("payee"));
    // People read the name that the layout gives the field.
    let (text, _) = problem.words(Lang::Ja).unwrap();
    assert!(text.contains(refusal.detail["field"].as_str().unwrap()) && !text.contains("payee"), "{text}");
    assert_eq!(toy.db.one::<i64>("select count(*) from toy.payment where state = 'approved'").await, 4);
}

/// SQL that would let an item leave twice, or leaves the hops unbalanced, is a bug and makes nothing.
#[tokio::test]
async fn sql_that_breaks_the_contract_makes_nothing() {
    let toy = Toy::new().await;
    toy.make("first").await;
    toy.db.run("insert into toy.payment (payee, amount) values ('あとから', 5)").await;
    let path = toy.folder.path().join("integrations/91_toy_payments/select.sql");
    let sound = std::fs::read_to_string(&path).unwrap();
    for (name, broken, says) in [
        (
            "twice",
            sound
                .replace("and not exists (select from export.live_claim c where c.object = 'payment' and c.object_id = p.id)", "")
                .replace("and p.state = 'approved'", ""),
            "another live file carries",
        ),
        ("unbalanced", sound.replace("amount as yen from payable", "amount + 1 as yen from payable"), "claims 6 yen"),
        (
            "uncovered",
            sound.replace(
                "amount as yen from payable",
                "amount as yen from payable where false union all select 99, 'payment', 0, 5",
            ),
            "carries no claim",
        ),
        ("unclaimed", sound.replace("create temp table claim", "create temp table other"), "makes no table claim"),
        (
            "misspelt",
            sound.replace("select seq, payee, amount", "select seq, payee as paye, amount"),
            "paye is no field of record kind payment",
        ),
        ("unordered", sound.replace("select seq, payee, amount", "select payee, amount"), "no column seq"),
        ("failing", format!("{sound}; select 1/0"), "division by zero"),
    ] {
        std::fs::write(&path, broken).unwrap();
        let exporter = exporter(toy.db.pool.clone(), toy.folder.path());
        let order = order(PAYMENTS, name, &[("pay_date", "2026-11-30")]);
        let error = exporter.make(exporter.topic(PAYMENTS).unwrap(), &order).await.unwrap_err();
        assert!(error.to_string().contains(says), "{name}: {error}");
        let file = exporter.find_run(order.run).await.unwrap().unwrap();
        assert_eq!((file.state, file.sha256), (FileState::Failed, None), "{name}");
        assert_eq!(toy.claims().await, 3, "{name}");
        // Mended, the same run goes through.
        if name == "failing" {
            std::fs::write(&path, &sound).unwrap();
            assert_eq!(toy.try_make(order).await.unwrap().count, Some(1));
        }
    }
}

#[tokio::test]
async fn a_dry_run_shows_the_file_and_leaves_nothing() {
    let toy = Toy::new().await;
    let topic = toy.exporter.topic(PAYMENTS).unwrap();
    let strange = order(PAYMENTS, "a", &[("pay_dat", "2026-11-30")]);
    let refused = toy.exporter.dry_run(topic, &strange).await.unwrap_err();
    assert_eq!(refused.code(), "EXPORT_PARAM_UNKNOWN");
    assert_eq!(
        refused.to_string(),
        "the order is not understood: there is no parameter `pay_dat`; known: pay_date, gate, same_content_reason; parameter `pay_date` is missing: 2026-11-30"
    );
    let order = order(PAYMENTS, "a", &[("pay_date", "2026-11-30")]);
    let dry = toy.exporter.dry_run(topic, &order).await.unwrap();
    // What its approver would see, counted on claims that are gone again.
    assert_eq!((dry.reviews[0].rows[0].count, dry.reviews[0].rows[0].yen), (3, 321_000));
    assert_eq!(toy.db.one::<i64>("select count(*) from export.claim").await, 0);
    let summary = dry.files.into_iter().next().unwrap();
    assert_eq!((summary.count, summary.yen, dry.rows, dry.problem), (3, 321_000, 3, None));
    assert!(dry.head.starts_with(b"1,20261130\r\n2,"));
    assert!(toy.exporter.list(&ListFilter::default()).await.unwrap().is_empty());
    assert_eq!(toy.db.one::<i64>("select count(*) from toy.payment where state = 'approved'").await, 3);
    assert_eq!(toy.make("a").await.sha256, Some(summary.sha256));
}

#[tokio::test]
async fn an_automatic_topic_delivers_by_itself_and_again_with_the_same_message() {
    let toy = Toy::new().await;
    let handler = ExportHandler::new(toy.exporter.clone());
    let body = serde_json::to_vec(&order(STATUS, "a", &[])).unwrap();
    for _ in 0..2 {
        assert_eq!(handler.handle(Incoming::plain("out.92_toy_status", "export", body.clone())).await, Outcome::Done);
    }
    let files = toy.exporter.list(&ListFilter { topic: Some(STATUS.to_owned()), ..ListFilter::default() }).await.unwrap();
    assert_eq!((files.len(), files[0].state), (1, FileState::Delivered));
    let path = toy.folder.path().join("outbox/92_toy_status/20261125-001/92_toy_status_20261125_001.csv");
    assert_eq!(std::fs::read_to_string(path).unwrap(), "項目,件数\nopen,3\n");
}

#[tokio::test]
async fn a_topic_that_wants_a_file_anyway_gets_an_empty_one() {
    let toy = Toy::new().await;
    toy.db.run("delete from toy.payment").await;
    let file = toy.exporter.make(toy.exporter.topic(STATUS).unwrap(), &order(STATUS, "a", &[])).await.unwrap();
    assert_eq!((file.state, file.count), (FileState::Generated, Some(0)));
}

#[tokio::test]
async fn messages_that_are_no_orders_are_parked_with_a_reason() {
    let toy = Toy::new().await;
    let handler = ExportHandler::new(toy.exporter.clone());
    let unknown =
        serde_json::to_vec(&renkei_core::message::ExportOrder { variant: "nobody".into(), ..order(PAYMENTS, "a", &[]) }).unwrap();
    for (kind, body, expected) in [
        ("export", b"{}".to_vec(), "EXPORT_ORDER_NOT_UNDERSTOOD"),
        ("records", b"[]".to_vec(), "EXPORT_PROPERTIES_NOT_UNDERSTOOD"),
        ("export", unknown, "EXPORT_ORDER_NOT_UNDERSTOOD"),
    ] {
        let outcome = handler.handle(Incoming::plain("out.91_toy_payments", kind, body)).await;
        assert!(matches!(&outcome, Outcome::Park { code, .. } if code == expected), "{outcome:?}");
    }
    assert!(handler.ready().await);
    toy.db.pool.close().await;
    let body = serde_json::to_vec(&order(PAYMENTS, "b", &[("pay_date", "2026-11-30")])).unwrap();
    let outcome = handler.handle(Incoming::plain("out.91_toy_payments", "export", body)).await;
    assert!(matches!(outcome, Outcome::Unavailable { .. }), "{outcome:?}");
    let error = toy.exporter.list(&ListFilter::default()).await.unwrap_err();
    assert!(matches!(error, OutboundError::Database { .. }));
}
