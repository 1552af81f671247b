//! What came back: paid once more once, never while it may still be paid, and given up by a second person.

use renkei_consumers::ledger::Worklist;
use renkei_consumers::payments;
use renkei_core::registry::Registry;

use crate::scratch::Scratch;

/// Three orders of kakari in one delivered file of 2026-10-15; the first came back on the 16th, its account is closed.
async fn sent() -> Scratch {
    let db = Scratch::new().await;
    db.run(
        "insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, commitment, amount, pay_date, memo, made_by)
         select '2026P' || lpad((900 + n)::text, 8, '0'), 2026, '01', '0201030212', '05020000', '0000000101', '2026F0000101', 100000 + n, '2026-10-15',
                '清掃', 'kakari' from generate_series(1, 3) n;
         select ledger.approve_payment_orders(array[1, 2, 3], 'kacho', '2026-10-06');
         insert into export.file (run, topic, profile, params, release_policy, once, business_date, made_by, ordered_at)
         values (gen_random_uuid(), 'transfers', '', '{}', 'operator', true, '2026-10-06', 'kakari', '2026-10-06 09:00+09');
         insert into export.claim (file_id, topic, seq, object, object_id, yen, live)
         select 1, 'transfers', id, 'payment_order', id, amount, true from ledger.payment_order;
         update ledger.payment_order p set state = 'in_file', account_id = k.id from ledger.creditor_account k where k.creditor = p.creditor;
         update ledger.payment_order set state = 'released', paid_on = '2026-10-15';
         insert into ledger.transfer_file (file_id, paid_on) values (1, '2026-10-15')",
    )
    .await;
    db.tamper(
        "update export.file set state = 'delivered', seq_of_day = 1, sha256 = repeat('0', 64), records = 6, count = 3, total = 300006, bytes = 732,
                archive = 'a', file_name = 'a', integration_digest = '', generated_at = now(), released_at = now(), released_by = 'kakari',
                delivered_at = now()",
    )
    .await;
    db.run(
        "update ledger.payment_order set state = 'returned' where id = 1;
         update ledger.creditor_account set unpayable_reason = '05', unpayable_since = '2026-10-16' where creditor = '0000000101';
         insert into ledger.payment_result (order_id, file_id, outcome, before, reason, returned_on, account_id, marked, batch_id, line)
         select id, 1, 'returned', 'released', '05', '2026-10-16', account_id, true, 7, 1 from ledger.payment_order where id = 1",
    )
    .await;
    db
}

fn repay(no: u32, day: &str) -> String {
    format!("select ledger.repay_order('2026P00000{no}', '{day}', 'kakari', '2026-10-19')")
}

const CORRECTED: &str = "select ledger.correct_account('0000000101', '0001:201:1:7777777', '', 'kakari', '2026-10-19')";

#[tokio::test]
async fn what_comes_back_is_paid_once_more_and_once() {
    let db = sent().await;
    let free: i64 = db.one("select ledger.commitment_remaining('2026F0000101')").await;
    assert_eq!(db.refused(&repay(902, "2026-10-26")).await, "repay_order_returned", "it may still be paid");
    assert_eq!(db.refused(&repay(901, "2026-10-26")).await, "repay_account_payable");
    db.run(CORRECTED).await;
    for day in ["2026-10-16", "2026-10-25"] {
        assert_eq!(db.refused(&repay(901, day)).await, "repay_bank_day", "{day}");
    }
    assert_eq!(db.refused(&repay(901, "2027-06-01")).await, "repay_year_open");
    db.run(&repay(901, "2026-10-26")).await;
    assert_eq!(db.refused(&repay(901, "2026-10-26")).await, "repay_once");
    assert_eq!(db.one::<i64>("select ledger.commitment_remaining('2026F0000101')").await, free, "the budget is charged once");

    // By hand neither: not another amount, and no second one.
    let by_hand = |amount: &str| {
        format!(
            "insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, commitment, amount, pay_date, memo, made_by, repays)
             select '2026P1', fiscal_year, fund, budget_line, organization, creditor, commitment, {amount}, '2026-10-27', memo, 'kakari', id
               from ledger.payment_order where id = 1"
        )
    };
    assert_eq!(db.refused(&by_hand("amount")).await, "repay_once");

    // What is being paid once more stays returned; taken back, it may be ordered again, and its expense stands.
    let entries = "select count(*) from ledger.entry";
    let before: i64 = db.one(entries).await;
    let again: i64 = db.one("select id from ledger.payment_order where repays = 1").await;
    db.run(&format!("select ledger.approve_payment_orders(array[{again}], 'kacho', '2026-10-19')")).await;
    db.run(&format!("select ledger.cancel_payment_orders(array[{again}], 'kacho', '取りやめ', '2026-10-19')")).await;
    assert_eq!(db.one::<i64>(entries).await, before, "a second order neither books an expense nor takes one back");
    assert_eq!(db.refused(&by_hand("amount + 1")).await, "repay_same_payment");
    let withholding = by_hand("amount")
        .replace("amount, pay_date", "amount, deducted, pay_date")
        .replace("commitment, amount, '", "commitment, amount, 1, '");
    assert_eq!(db.refused(&withholding).await, "repay_same_payment", "what is kept back is part of the payment");
    db.run(&repay(901, "2026-10-27")).await;
}

#[tokio::test]
async fn what_is_given_up_goes_back_to_the_budget() {
    let db = sent().await;
    db.run(
        "insert into ledger.invoice (source, source_key, invoice_no, issued_on, issuer_name, creditor, organization, net, tax, gross, payable, content_hash, batch_id, line)
         values ('BTB', 'k', 'n', '2026-09-30', '砧クリーン', '0000000101', '05020000', 100001, 0, 100001, 100001, 'h', 7, 1)",
    )
    .await;
    db.tamper("update ledger.payment_order set invoice_id = 1 where id = 1").await;
    let settle = |who: &str, day: &str| format!("select ledger.settle_returned(array[1], '{who}', '契約解除', '{day}')");
    assert_eq!(db.refused(&settle("kakari", "2026-10-19")).await, "settle_by_second_person");
    assert_eq!(db.refused(&settle("kacho", "2027-06-01")).await, "settle_year_open");
    db.run(CORRECTED).await;
    db.run(&repay(901, "2026-10-26")).await;
    assert_eq!(db.refused(&settle("kacho", "2026-10-19")).await, "repay_once");
    db.run("select ledger.cancel_payment_orders(array[(select id from ledger.payment_order where repays = 1)], 'kacho', '取りやめ', '2026-10-19')").await;
    db.run(&settle("kacho", "2026-10-19")).await;
    let expense =
        "select coalesce(sum(debit - credit), 0)::bigint from ledger.journal_line where account = '5210' and object_id = 1";
    assert_eq!(db.one::<i64>(expense).await, 0, "the expense is taken back");
    assert_eq!(
        db.one::<i64>("select count(*) from ledger.invoice where cancelled_at is null").await,
        0,
        "its invoice may come again"
    );
    assert_eq!(db.refused(&repay(901, "2026-10-26")).await, "repay_order_returned");

    // Held off budget it becomes revenue of the year it is given up in.
    let db = sent().await;
    db.tamper("update ledger.payment_result set in_deposit = true").await;
    db.run(&settle("kacho", "2027-06-01")).await;
    let to = "select string_agg(concat_ws(' ', event, fiscal_year, debit_account, credit_account, coalesce(budget_line, '—'), amount), ', ' order by e.id)
                from ledger.entry e join ledger.posting p on p.entry_id = e.id where e.booked_on = '2027-06-01'";
    assert_eq!(
        db.one::<String>(to).await,
        "RETURN_FROM_DEPOSIT 2027 2202 1101 — 100001, RETURN_TO_REVENUE 2027 1101 4290 2105010191 100001"
    );
    let counted = "select sum(yen)::bigint from ledger.budget_execution where fiscal_year = 2027 and budget_line = '2105010191'";
    assert_eq!(db.one::<i64>(counted).await, 100_001, "the revenue is executed");
    let db = sent().await;
    db.tamper("update ledger.payment_result set in_deposit = true; delete from ledger.past_year_revenue").await;
    assert_eq!(db.refused(&settle("kacho", "2027-06-01")).await, "settle_revenue_line");
}

#[tokio::test]
async fn giving_a_second_order_up_gives_up_the_first() {
    let db = sent().await;
    db.run(CORRECTED).await;
    let free: i64 = db.one("select ledger.commitment_remaining('2026F0000101')").await;
    db.run(&repay(901, "2026-10-26")).await;
    let again: i64 = db.one("select id from ledger.payment_order where repays = 1").await;
    db.run(&format!(
        "select ledger.approve_payment_orders(array[{again}], 'kacho', '2026-10-19');
         update ledger.payment_order set state = 'in_file' where id = {again};
         update ledger.payment_order set state = 'released', paid_on = '2026-10-26' where id = {again};
         update ledger.payment_order set state = 'returned' where id = {again};
         insert into ledger.payment_result (order_id, file_id, outcome, before, reason, returned_on, account_id, marked, batch_id, line)
         select {again}, 1, 'returned', 'released', '11', '2026-10-27', account_id, false, 8, 1 from ledger.payment_order where id = 1"
    ))
    .await;
    db.run(&format!("select ledger.settle_returned(array[{again}::bigint], 'shonin', '契約解除', '2026-10-28')")).await;
    let states: String =
        db.one(&format!("select string_agg(state, ' ' order by id) from ledger.payment_order where id in (1, {again})")).await;
    assert_eq!(states, "cancelled cancelled");
    assert_eq!(Worklist::Returned.rows(&db.pool, 10).await.unwrap().len(), 0, "nothing waits any longer");
    let taken_back = "select count(*) from ledger.entry where event = 'EXPENSE' and booked_on = '2026-10-28'";
    assert_eq!(db.one::<i64>(taken_back).await, 1, "the expense is taken back once");
    assert_eq!(db.one::<i64>("select ledger.commitment_remaining('2026F0000101')").await, free + 100_001);
    assert_eq!(db.refused(&repay(901, "2026-10-30")).await, "repay_order_returned");
}

#[tokio::test]
async fn what_is_not_paid_again_by_31_may_is_held_off_budget() {
    let db = sent().await;
    let carry = |day: &str| format!("select ledger.carry_returned(2026, 'kacho', '{day}')");
    assert_eq!(db.refused(&carry("2027-03-31")).await, "carry_before_closing");
    assert_eq!(db.one::<i64>(&carry("2027-05-31")).await, 1);
    assert_eq!(db.one::<i64>(&carry("2027-05-31")).await, 0, "once");
    let carried = "select string_agg(concat_ws(' ', e.event, e.fiscal_year, p.debit_account, p.credit_account, p.amount), ', ' order by e.id)
                     from ledger.entry e join ledger.posting p on p.entry_id = e.id where e.booked_on = '2027-05-31'";
    assert_eq!(db.one::<String>(carried).await, "RETURN_CARRIED 2026 2101 1101 100001, RETURN_TO_DEPOSIT 2027 1101 2202 100001");
    assert_eq!(db.one::<String>("select string_agg(code, ' ') from ledger.result_blockers(7)").await, "RETURN_SETTLED");
    db.run(CORRECTED).await;
    db.run("select ledger.repay_order('2026P00000901', '2027-06-10', 'kakari', '2027-06-01')").await;
    assert!(db.one::<bool>("select from_deposit from ledger.payment_order where repays = 1").await);
}

/// Nobody thought of it by 31 May: the closed books take nothing, and still the person is owed the money.
#[tokio::test]
async fn what_was_forgotten_on_31_may_is_held_off_budget_in_the_books_of_the_day() {
    let db = sent().await;
    assert_eq!(
        db.refused("select ledger.repay_order('2026P00000901', '2027-06-10', 'kakari', '2027-06-01')").await,
        "repay_year_open"
    );
    assert_eq!(db.one::<i64>("select ledger.carry_returned(2026, 'kacho', '2027-06-01')").await, 1);
    let carried = "select string_agg(concat_ws(' ', e.event, e.fiscal_year, p.debit_account, p.credit_account, p.amount), ', ' order by e.id)
                     from ledger.entry e join ledger.posting p on p.entry_id = e.id where e.booked_on = '2027-06-01'";
    assert_eq!(db.one::<String>(carried).await, "RETURN_CARRIED_LATE 2027 2101 2202 100001");
    db.run(CORRECTED).await;
    db.run("select ledger.repay_order('2026P00000901', '2027-06-10', 'kakari', '2027-06-01')").await;
    assert!(db.one::<bool>("select from_deposit from ledger.payment_order where repays = 1").await);
}

/// 31 May is there, and the second order was never sent: without this nobody could carry it over, pay it or give it up.
#[tokio::test]
async fn a_second_order_unsent_at_the_end_gives_way_to_the_carrying_over() {
    let db = sent().await;
    db.run(CORRECTED).await;
    db.run(&repay(901, "2027-05-31")).await;
    let again: i64 = db.one("select id from ledger.payment_order where repays = 1").await;
    db.run(&format!("select ledger.approve_payment_orders(array[{again}], 'kacho', '2026-10-19')")).await;
    let carry = |day: &str| format!("select ledger.carry_returned(2026, 'kacho', '{day}')");
    assert_eq!(db.one::<i64>(&carry("2027-05-28")).await, 0, "its day has not come: it may be paid");
    assert_eq!(db.one::<i64>(&carry("2027-05-31")).await, 1);
    let state = format!("select state from ledger.payment_order where id = {again}");
    assert_eq!(db.one::<String>(&state).await, "cancelled");
    db.run("select ledger.repay_order('2026P00000901', '2027-06-10', 'kakari', '2027-06-01')").await;
    assert!(db.one::<bool>("select from_deposit from ledger.payment_order where repays = 1 and state = 'draft'").await);
}

#[tokio::test]
async fn time_confirms_what_did_not_come_back() {
    let db = sent().await;
    let registry = Registry::load().unwrap();
    let states = "select string_agg(state, ' ' order by id) from ledger.payment_order";
    assert_eq!(payments::confirm(&db.pool, &registry, "2026-10-15").await.unwrap(), 0, "not on its day");
    db.tamper("update export.file set state = 'unknown', unknown_by = 'kakari'").await;
    assert_eq!(payments::confirm(&db.pool, &registry, "2026-10-16").await.unwrap(), 0, "not while the file is in doubt");
    db.tamper("update export.file set state = 'delivered'").await;
    assert_eq!(payments::confirm(&db.pool, &registry, "2026-10-16").await.unwrap(), 2);
    assert_eq!(payments::confirm(&db.pool, &registry, "2026-10-16").await.unwrap(), 0, "once");
    assert_eq!(db.one::<String>(states).await, "returned paid paid");
    // An answer taken in by mistake: the order is what time has made of the others.
    db.run("select ledger.cancel_batch_results(7, 'kakari')").await;
    assert_eq!(db.one::<String>(states).await, "paid paid paid");
    assert_eq!(db.one::<i64>("select count(*) from ledger.creditor_account where unpayable_reason is not null").await, 0);
}

/// `delivered` means that the file lies in the outbox, where people carry it.
#[tokio::test]
async fn nothing_is_paid_while_its_file_waits_to_be_carried() {
    let registry = Registry::load().unwrap();
    let lies = "update export.file set topic = '09_bank_transfers';
                insert into export.delivery (file_id, kind, actor, place, sha256) values (1, 'delivered', 'renkei', 'outbox', repeat('0', 64))";
    let task = "insert into work.task (kind, topic, key, file_id, file, from_whom, to_whom, since_at, due_at)
                select 'carry', '09_bank_transfers', max(id)::text, 1, 'a', '会計', '銀行', now(), now() from export.delivery";
    let ended =
        |outcome: &str| format!("update work.task set outcome = '{outcome}', done_at = now(), done_by = 'kakari', note = '控え'");
    let accepted = "insert into export.delivery (file_id, kind, actor, place, sha256) values (1, 'accepted', 'kakari', '受付 1', repeat('0', 64))";
    let confirm = async |db: &Scratch| payments::confirm(&db.pool, &registry, "2026-10-16").await.unwrap();

    let db = sent().await;
    db.tamper(lies).await;
    assert_eq!(confirm(&db).await, 0, "not before the task is made either");
    db.run(task).await;
    assert_eq!(confirm(&db).await, 0, "nobody has carried it");
    db.run(&ended("done")).await;
    assert_eq!(confirm(&db).await, 2);

    // The task of a file that counts is not dismissed; then somebody sees that the bank has it.
    let db = sent().await;
    db.tamper(lies).await;
    db.run(task).await;
    assert_eq!(db.refused(&ended("not_needed")).await, "task_carry_of_live_file");
    assert_eq!(confirm(&db).await, 0);
    db.run(accepted).await;
    assert_eq!(confirm(&db).await, 2);

    // Delivered once more, it is carried once more.
    let db = sent().await;
    db.tamper(lies).await;
    db.run(task).await;
    db.run(&ended("done")).await;
    db.tamper(lies).await;
    assert_eq!(confirm(&db).await, 0);
    db.run(task).await;
    assert_eq!(confirm(&db).await, 0);

    // What is pushed to the partner is there.
    let db = sent().await;
    db.tamper(&lies.replace("09_bank_transfers", "23_staff_payments")).await;
    assert_eq!(confirm(&db).await, 2);
}

#[tokio::test]
async fn an_account_is_corrected_or_confirmed() {
    let db = sent().await;
    let waiting = Worklist::Returned.rows(&db.pool, 10).await.unwrap();
    assert_eq!((waiting.len(), waiting[0].len()), (1, Worklist::Returned.columns().len()));
    let correct = |account: &str| format!("select ledger.correct_account('0000000101', '{account}', '', 'kakari', '2026-10-19')");
    for (account, rule) in
        [("0001-201", "account_written"), ("0001:999:1:1", "account_branch_known"), ("0001:201:1:1234567", "account_changes")]
    {
        assert_eq!(db.refused(&correct(account)).await, rule, "{account}");
    }
    let confirm = |why: &str| format!("select ledger.confirm_account('0000000101', 'kakari', '{why}', '2026-10-19')");
    assert_eq!(db.refused(&confirm(" ")).await, "account_confirmed_why");
    db.run(&confirm("銀行の誤り")).await;
    assert_eq!(db.refused(&confirm("銀行の誤り")).await, "account_is_marked");
    db.run(&repay(901, "2026-10-26")).await;
}
