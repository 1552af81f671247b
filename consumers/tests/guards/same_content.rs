//! Other items that look exactly alike: the same content leaves once, unless the order says why again.

use renkei_consumers::outbound::FileState;

use crate::toy::{PAYMENTS, Toy, order, sha};

const COPY: &str = "insert into toy.payment (payee, amount) select payee, amount from toy.payment where id <= 3 order by id";

#[tokio::test]
async fn content_that_left_before_is_not_made_again_without_a_reason() {
    let toy = Toy::new().await;
    let first = toy.released("first").await;
    toy.db.run(COPY).await;
    let dry = order(PAYMENTS, "dry", &[("pay_date", "2026-11-30")]);
    let dry = toy.exporter.dry_run(toy.exporter.topic(PAYMENTS).unwrap(), &dry).await.unwrap();
    assert_eq!(dry.refusals[0].code, "EXPORT_SAME_CONTENT");
    let second = toy.make("second").await;
    assert_eq!((second.state, toy.claims().await), (FileState::Refused, 3));
    let refusal = &toy.exporter.show(second.id).await.unwrap().refusals[0];
    assert_eq!((refusal.code.as_str(), refusal.object_id), ("EXPORT_SAME_CONTENT", Some(first.id)));
    assert_eq!(toy.db.one::<i64>("select count(*) from toy.payment where state = 'approved'").await, 3);

    let reason = [("pay_date", "2026-11-30"), ("same_content_reason", "10月分と同額の支払")];
    let third = toy.try_make(order(PAYMENTS, "third", &reason)).await.unwrap();
    assert_eq!((third.state, sha(&third)), (FileState::Generated, sha(&first)));
    toy.exporter.approve(third.id, "鈴木", &sha(&third)[..12]).await.unwrap();
    assert_eq!(toy.exporter.release(third.id, "佐藤").await.unwrap().state, FileState::Delivered);
}

/// Neither had left when both were made: the database stops the second at its release.
#[tokio::test]
async fn of_two_files_of_the_same_content_that_wait_one_is_released() {
    let toy = Toy::new().await;
    let first = toy.make("first").await;
    toy.db.run(COPY).await;
    let second = toy.make("second").await;
    assert_eq!((second.state, sha(&second)), (FileState::Generated, sha(&first)));
    for file in [&first, &second] {
        toy.exporter.approve(file.id, "鈴木", sha(file)).await.unwrap();
    }
    toy.exporter.release(first.id, "佐藤").await.unwrap();
    let refused = toy.exporter.release(second.id, "佐藤").await.unwrap_err();
    assert_eq!(Toy::rule(&refused), "file_same_content_once");
    assert_eq!((toy.state(second.id).await, toy.outbox().len()), ("approved".into(), 1));
}
