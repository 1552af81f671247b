//! A file of transfers is asked again when it leaves: days may lie between making and releasing it.

use crate::scratch::Scratch;

/// One order of 2026-10-15 in a file made on 2026-10-06.
async fn file() -> Scratch {
    let db = Scratch::new().await;
    db.run(
        "insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, made_by, state,
                                           approved_by, account_id, paid_on)
         select '2026P00000001', 2026, '01', '0201030212', '05020000', k.creditor, 1100, '2026-10-15', '清掃', 'kakari', 'in_file', 'kacho', k.id, '2026-10-15'
           from ledger.creditor_account k where k.creditor = '0000000101';
         insert into export.file (run, topic, profile, params, release_policy, once, business_date, made_by, ordered_at)
         values (gen_random_uuid(), 'transfers', '', '{}', 'operator', true, '2026-10-06', 'kakari', '2026-10-06 09:00+09');
         insert into export.claim (file_id, topic, seq, object, object_id, yen, live) values (1, 'transfers', 1, 'payment_order', 1, 1100, true)",
    )
    .await;
    db
}

fn leaves_on(day: &str, days_ahead: u8) -> String {
    format!("select ledger.check_transfer_release(1, '{day}', {days_ahead}, '12:00', 'refuse')")
}

#[tokio::test]
async fn a_file_does_not_leave_when_the_bank_cannot_take_it_any_more() {
    let db = file().await;
    db.run(&leaves_on("2026-10-14", 1)).await;
    for (day, days_ahead) in [("2026-10-14", 2), ("2026-10-15", 1), ("2026-10-16", 0)] {
        assert_eq!(db.refused(&leaves_on(day, days_ahead)).await, "transfer_day_passed", "{day} {days_ahead}");
    }
    db.run(&leaves_on("2026-10-15", 0)).await;
}

/// Saturday 2026-10-10 to Monday 2026-10-12, a holiday, the bank is closed: a file of those days reaches it on Tuesday.
#[tokio::test]
async fn a_file_of_a_closed_day_reaches_the_bank_on_the_next_business_day() {
    let db = file().await;
    db.tamper("update ledger.payment_order set pay_date = '2026-10-13', paid_on = '2026-10-13'").await;
    assert_eq!(
        db.refused(&leaves_on("2026-10-10", 1)).await,
        "transfer_day_passed",
        "Friday behind the hour would be refused, too"
    );
    db.run(&leaves_on("2026-10-10", 0)).await;
    db.run(&leaves_on("2026-10-09", 1)).await;
    let ahead = async |from: &str, behind_hour: bool, to: &str| -> i64 {
        db.one(&format!("select ledger.bank_days_ahead('{from}', {behind_hour}, '{to}')")).await
    };
    assert_eq!((ahead("2026-10-09", false, "2026-10-13").await, ahead("2026-10-09", true, "2026-10-13").await), (1, 0));
    assert_eq!((ahead("2026-10-10", false, "2026-10-14").await, ahead("2026-10-10", true, "2026-10-14").await), (1, 1));
    assert_eq!((ahead("2026-10-13", false, "2026-10-13").await, ahead("2026-10-13", true, "2026-10-13").await), (0, -1));
}

/// The bank wants it by noon, so many of its days before the day of the transfers: whoever carries it is told the hour.
#[tokio::test]
async fn the_release_says_by_when_the_bank_must_have_the_file() {
    let db = file().await;
    let by = async |day: &str, pay_date: &str, days_ahead: u8| -> String {
        db.tamper(&format!("update ledger.payment_order set pay_date = '{pay_date}', paid_on = '{pay_date}'")).await;
        let leaves = leaves_on(day, days_ahead);
        db.one(&format!("select export.moment(by.at) from ({leaves} as at) by")).await
    };
    assert_eq!(by("2026-10-06", "2026-10-15", 1).await, "2026-10-14T12:00:00+09:00");
    assert_eq!(by("2026-10-06", "2026-10-13", 1).await, "2026-10-09T12:00:00+09:00", "a week-end and a holiday lie between");
    assert_eq!(by("2026-10-13", "2026-10-13", 0).await, "2026-10-13T12:00:00+09:00");
}

#[tokio::test]
async fn a_file_does_not_leave_with_a_payee_who_cannot_be_paid_any_more() {
    for meanwhile in [
        "update ledger.branch set valid_to = '2026-10-14', end_reason = 'merged' where bank = '0001' and branch = '201'",
        "update ledger.creditor set suspended_from = '2026-10-10' where no = '0000000101'",
        "update ledger.creditor_account set valid_to = '2026-10-09' where creditor = '0000000101'",
    ] {
        let db = file().await;
        db.run(&leaves_on("2026-10-13", 1)).await;
        db.run(meanwhile).await;
        assert_eq!(db.refused(&leaves_on("2026-10-13", 1)).await, "transfer_payee_invalid", "{meanwhile}");
        assert_eq!(db.one::<i64>("select count(*) from ledger.payees_invalid(1, 'refuse')").await, 1, "and its approver is told");
    }
}

#[tokio::test]
async fn a_file_does_not_leave_for_a_day_on_which_banks_are_closed_by_now() {
    let db = file().await;
    let closes = |opens: &str| {
        format!("select ledger.change_own_day('bank', '2026-10-15', {opens}, '臨時休業', '2026-10-06', '銀行の通知', 'kakari')")
    };
    db.run(&leaves_on("2026-10-13", 1)).await;
    db.run(&closes("false")).await;
    assert_eq!(db.refused(&leaves_on("2026-10-13", 1)).await, "transfer_day_closed");
    // Where the bank moves holidays by itself, it moves this one, and it is booked on that day.
    db.run("select ledger.check_transfer_release(1, '2026-10-13', 1, '12:00', 'next')").await;
    db.run(&closes("null")).await;
    db.run(&leaves_on("2026-10-13", 1)).await;
}

/// One side of the banks is set beside that side, though the other left since.
#[tokio::test]
async fn a_file_is_compared_with_the_last_of_its_kind() {
    let db = Scratch::new().await;
    for (day, banks) in [(1, "own"), (2, "other"), (3, "own"), (4, "other")] {
        db.tamper(&format!(
            "insert into export.file (run, topic, profile, params, release_policy, once, business_date, made_by, ordered_at, state, seq_of_day, sha256,
                                      records, count, total, bytes, archive, file_name, integration_digest, generated_at, released_at, released_by,
                                      delivered_at)
             values (gen_random_uuid(), 'transfers', 'pay', '{{\"banks\": \"{banks}\"}}', 'operator', true, '2026-10-0{day}', 'kakari', now(), 'delivered', 1,
                     repeat('{day}', 64), 3, 1, 100, 360, 'a', 'a', '', now(), '2026-10-0{day} 10:00+09', 'kakari', now())"
        ))
        .await;
    }
    let before = async |file: i64, choices: &str| -> i64 {
        db.one(&format!("select coalesce((select id from export.last_that_left({file}, array[{choices}]::text[])), 0)")).await
    };
    assert_eq!((before(4, "'banks'").await, before(3, "'banks'").await), (2, 1));
    assert_eq!(
        (before(4, "").await, before(2, "'banks'").await, before(1, "'banks'").await),
        (3, 1, 0),
        "the last of any, where none is alike"
    );
}
