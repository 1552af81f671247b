//! Payment orders (支出命令): listed, approved, given another day, taken back.

use serde::Serialize;
use sqlx::{AssertSqlSafe, PgConnection, PgPool};

use super::payroll::{Booked, booked_since, newest_entry};
use super::{LedgerError, refused};

/// A payment order in a list.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct PaymentOrder {
    /// Internal id.
    pub id: i64,
    /// 支出命令番号
    pub no: String,
    /// State.
    pub state: String,
    /// 債権者番号
    pub creditor: String,
    /// Name of the creditor.
    pub creditor_name: String,
    /// Yen.
    pub amount: i64,
    /// Day the bank credits, ISO.
    pub pay_date: String,
    /// 摘要
    pub memo: String,
    /// Who made it.
    pub made_by: String,
    /// Who approved it.
    pub approved_by: Option<String>,
}

/// Payment orders, newest last; all states when `state` is empty.
pub async fn payment_orders(pool: &PgPool, state: &str, limit: i64) -> Result<Vec<PaymentOrder>, LedgerError> {
    let orders = sqlx::query_as(include_str!("payment_orders.sql")).bind(state).bind(limit).fetch_all(pool).await;
    orders.map_err(LedgerError::Database)
}

/// Ids by number; a number nobody knows becomes an id nobody has, which the ledger then refuses.
pub(super) const IDS: &str =
    "array(select coalesce(p.id, -1) from unnest($1::text[]) n left join ledger.payment_order p on p.no = n)";

/// 決裁: approves drafts by number, all or none; posts the expense. Returns how many.
pub async fn approve_payment_orders(pool: &PgPool, numbers: &[String], approver: &str, day: &str) -> Result<i64, LedgerError> {
    decide(pool, &approve(), numbers, &[approver, day]).await
}

/// What [`approve_payment_orders`] would do: done and rolled back.
pub async fn preview_approve(pool: &PgPool, numbers: &[String], approver: &str, day: &str) -> Result<OrdersEffect, LedgerError> {
    preview(pool, &approve(), numbers, &[approver, day]).await
}

fn approve() -> String {
    format!("select ledger.approve_payment_orders({IDS}, $2, $3::date)")
}

/// Another pay date for payment orders.
#[derive(Debug, Clone, Copy)]
pub struct Rescheduling<'r> {
    /// The day, ISO: a bank business day.
    pub pay_date: &'r str,
    /// Who decides; not who made them.
    pub who: &'r str,
    /// Why; it stays in the audit log.
    pub reason: &'r str,
    /// Day it is decided, ISO.
    pub today: &'r str,
}

impl<'r> Rescheduling<'r> {
    fn values(&self) -> [&'r str; 4] {
        [self.pay_date, self.who, self.reason, self.today]
    }
}

/// Gives approved orders that are in no file another pay date, all or none. Returns how many changed.
pub async fn reschedule_payment_orders(pool: &PgPool, numbers: &[String], to: &Rescheduling<'_>) -> Result<i64, LedgerError> {
    decide(pool, &reschedule(), numbers, &to.values()).await
}

fn reschedule() -> String {
    format!("select ledger.reschedule_payment_orders({IDS}, $2::date, $3, $4, $5::date)")
}

/// An order that was chosen, as it is now.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ChosenOrder {
    /// 支出命令番号
    pub no: String,
    /// 債権者番号
    pub creditor: String,
    /// Name of the creditor.
    pub creditor_name: String,
    /// Yen.
    pub amount: i64,
    /// Day the bank credits, ISO.
    pub pay_date: String,
    /// State.
    pub state: String,
}

/// What a decision about orders comes to.
#[derive(Debug, Clone)]
pub struct OrdersEffect {
    /// The orders as they are now.
    pub orders: Vec<ChosenOrder>,
    /// How many would change.
    pub changed: i64,
    /// What would be booked.
    pub booked: Vec<Booked>,
}

/// What [`reschedule_payment_orders`] would do: done and rolled back.
pub async fn preview_reschedule(pool: &PgPool, numbers: &[String], to: &Rescheduling<'_>) -> Result<OrdersEffect, LedgerError> {
    preview(pool, &reschedule(), numbers, &to.values()).await
}

/// The orders of these numbers as they are now; a number nobody knows is left out.
pub async fn chosen_orders(pool: &PgPool, numbers: &[String]) -> Result<Vec<ChosenOrder>, LedgerError> {
    let chosen = sqlx::query_as(include_str!("chosen_orders.sql")).bind(numbers);
    chosen.fetch_all(pool).await.map_err(LedgerError::Database)
}

/// What [`cancel_payment_orders`] would do: done and rolled back.
pub async fn preview_cancel(
    pool: &PgPool,
    numbers: &[String],
    who: &str,
    reason: &str,
    today: &str,
) -> Result<OrdersEffect, LedgerError> {
    preview(pool, &cancel(), numbers, &[who, reason, today]).await
}

/// Books approved orders as debited by the bank on a day, all or none. Returns how many.
pub async fn book_direct_debits(pool: &PgPool, numbers: &[String], who: &str, debited_on: &str) -> Result<i64, LedgerError> {
    decide(pool, &format!("select ledger.book_direct_debits({IDS}, $2, $3::date)"), numbers, &[who, debited_on]).await
}

/// Books approved orders of the method `counter` as paid with a slip or at the counter, all or none. Returns how many.
pub async fn book_counter_payments(
    pool: &PgPool,
    numbers: &[String],
    paid_on: &str,
    receipt: &str,
    who: &str,
    today: &str,
) -> Result<i64, LedgerError> {
    let sql = format!("select ledger.book_counter_payments({IDS}, $2::date, $3, $4, $5::date)");
    decide(pool, &sql, numbers, &[paid_on, receipt, who, today]).await
}

/// Puts down what a person saw of a creditor's account (口座確認): `0` it is as registered, another digit it is not. `source` says where.
pub async fn check_account(
    pool: &PgPool,
    creditor: &str,
    answer: u8,
    source: &str,
    who: &str,
    today: &str,
) -> Result<(), LedgerError> {
    let mut transaction = pool.begin().await.map_err(LedgerError::Database)?;
    let noted = sqlx::query("select ledger.check_account_by_hand($1, $2, $3, $4, $5::date)")
        .bind(creditor)
        .bind(answer.to_string())
        .bind(source)
        .bind(who)
        .bind(today)
        .execute(&mut *transaction)
        .await;
    noted.map_err(refused)?;
    transaction.commit().await.map_err(refused)
}

/// Takes orders that are in no file back, all or none, and reverses the expense of approved ones. Returns how many.
pub async fn cancel_payment_orders(
    pool: &PgPool,
    numbers: &[String],
    who: &str,
    reason: &str,
    today: &str,
) -> Result<i64, LedgerError> {
    decide(pool, &cancel(), numbers, &[who, reason, today]).await
}

fn cancel() -> String {
    format!("select ledger.cancel_payment_orders({IDS}, $2, $3, $4::date)")
}

pub(super) async fn decide(pool: &PgPool, sql: &str, numbers: &[String], others: &[&str]) -> Result<i64, LedgerError> {
    let mut transaction = pool.begin().await.map_err(LedgerError::Database)?;
    let decided = decide_in(&mut transaction, sql, numbers, others).await?;
    transaction.commit().await.map_err(refused)?;
    Ok(decided)
}

async fn decide_in(conn: &mut PgConnection, sql: &str, numbers: &[String], others: &[&str]) -> Result<i64, LedgerError> {
    let mut query = sqlx::query_scalar(AssertSqlSafe(sql)).bind(numbers);
    for value in others {
        query = query.bind(*value);
    }
    query.fetch_one(conn).await.map_err(refused)
}

async fn preview(pool: &PgPool, sql: &str, numbers: &[String], others: &[&str]) -> Result<OrdersEffect, LedgerError> {
    let mut transaction = pool.begin().await.map_err(LedgerError::Database)?;
    let chosen = sqlx::query_as(include_str!("chosen_orders.sql")).bind(numbers);
    let orders = chosen.fetch_all(&mut *transaction).await.map_err(LedgerError::Database)?;
    let newest = newest_entry(&mut transaction).await?;
    let changed = decide_in(&mut transaction, sql, numbers, others).await?;
    let booked = booked_since(&mut transaction, newest).await?;
    transaction.rollback().await.map_err(LedgerError::Database)?;
    Ok(OrdersEffect { orders, changed, booked })
}
