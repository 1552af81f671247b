//! Lists that people work through: each row has what its columns say.

use renkei_consumers::ledger::Worklist;

use crate::orders::orders;

#[tokio::test]
async fn every_worklist_has_a_cell_for_each_column() {
    let db = orders(&[]).await;
    db.run("update ledger.branch set valid_to = '2026-10-31', end_reason = 'merged', successor_bank = '0001', successor_branch = '110' where branch = '201'")
        .await;
    let moving = Worklist::PayeesToMove.rows(&db.pool, 10).await.unwrap();
    assert_eq!(moving.len(), 1);
    assert_eq!(moving[0].len(), Worklist::PayeesToMove.columns().len());
    assert_eq!(moving[0].last().unwrap().as_deref(), Some("0001-110"));
    for list in [Worklist::Overpayments, Worklist::Unallocated, Worklist::Slips] {
        assert_eq!(list.rows(&db.pool, 10).await.unwrap(), Vec::<Vec<Option<String>>>::new(), "{list:?}");
    }
}
