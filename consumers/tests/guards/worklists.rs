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

#[tokio::test]
async fn an_account_prepared_for_a_day_to_come_is_no_orphan_before_it() {
    let db = orders(&[]).await;
    let account = |login: &str, staff: &str, from: &str| {
        format!(
            "insert into ledger.staff (staff_no, name, kana, staff_type, status, status_since, hired)
             values ('{staff}', '新規', 'シンキ', '01', 'in_service', current_date + 30, current_date + 30);
             insert into ledger.user_account (login_id, staff_no, display_name, family_name, given_name, active, valid_from, version, last_modified, content, source, batch_id, line)
             values ('{login}', '{staff}', '新規', '新', '規', true, {from}, 1, now(), '{{}}', 'csv', 1, 1)"
        )
    };
    db.run(&account("prepared", "07000001", "current_date + 30")).await;
    db.run(&account("too-early", "07000002", "current_date")).await;
    let orphans: String = db.one("select string_agg(login_id, ' ') from ledger.orphaned_account").await;
    assert_eq!(orphans, "too-early");
}
