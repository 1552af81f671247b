//! Pay to staff by payment order: who is whose creditor, what is ordered, and what was told by hand.

use std::str::FromStr;

use serde::Serialize;
use sqlx::PgPool;
use sqlx::types::Json;

use super::{LedgerError, refused};

/// One part (枝番) of pay, whole yen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StaffPayPart {
    /// 種別, two digits.
    pub kind: String,
    /// 課税支給額
    pub taxable: i64,
    /// 非課税額
    pub nontaxable: i64,
    /// 社会保険料
    pub social: i64,
    /// 源泉徴収税額; `None`: by the rate of the law.
    pub withheld: Option<i64>,
}

/// `KIND:TAXABLE[:NONTAXABLE[:SOCIAL[:WITHHELD]]]`, e.g. `01:30000` or `01:150000:0:0:4600`.
impl FromStr for StaffPayPart {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut pieces = text.split(':');
        let kind = pieces.next().unwrap_or_default().to_owned();
        let amounts: Vec<i64> =
            pieces.map(|piece| piece.parse().map_err(|_| format!("{piece:?} is no whole yen"))).collect::<Result<_, _>>()?;
        if amounts.is_empty() || amounts.len() > 4 {
            return Err("KIND:TAXABLE[:NONTAXABLE[:SOCIAL[:WITHHELD]]], e.g. 01:30000".to_owned());
        }
        let amount = |index: usize| amounts.get(index).copied();
        Ok(StaffPayPart {
            kind,
            taxable: amount(0).unwrap_or(0),
            nontaxable: amount(1).unwrap_or(0),
            social: amount(2).unwrap_or(0),
            withheld: amount(3),
        })
    }
}

/// Pay to one member of staff on one day.
#[derive(Debug, Clone)]
pub struct StaffPay<'a> {
    /// 職員番号
    pub staff_no: &'a str,
    /// 所得税区分: `1` 甲, `2` 乙, `3` 丙.
    pub tax_column: &'a str,
    /// Pay date, ISO.
    pub pay_date: &'a str,
    /// 会計年度; `None`: that of the pay date.
    pub fiscal_year: Option<i32>,
    /// 会計
    pub fund: &'a str,
    /// 予算科目
    pub budget_line: &'a str,
    /// 所属; `None`: the main post on the pay date.
    pub organization: Option<&'a str>,
    /// 摘要
    pub title: &'a str,
    /// Its parts, in order.
    pub parts: &'a [StaffPayPart],
}

/// What an order to a member of staff came to.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct StaffOrder {
    /// 支出命令番号
    pub no: String,
    /// Gross, yen.
    pub amount: i64,
    /// Kept back, yen.
    pub deducted: i64,
}

/// Says that a creditor is a member of staff.
pub async fn link_staff_creditor(pool: &PgPool, creditor: &str, staff_no: &str, who: &str) -> Result<(), LedgerError> {
    let sql = "select ledger.link_staff_creditor($1, $2, $3)";
    sqlx::query(sql).bind(creditor).bind(staff_no).bind(who).execute(pool).await.map_err(refused)?;
    Ok(())
}

/// Makes commitment, draft order and its parts.
pub async fn order_staff_pay(pool: &PgPool, pay: &StaffPay<'_>, who: &str, today: &str) -> Result<StaffOrder, LedgerError> {
    let mut transaction = pool.begin().await.map_err(LedgerError::Database)?;
    let no: String = sqlx::query_scalar(include_str!("order_staff_pay.sql"))
        .bind(pay.staff_no)
        .bind(pay.tax_column)
        .bind(pay.pay_date)
        .bind(pay.fiscal_year)
        .bind(pay.fund)
        .bind(pay.budget_line)
        .bind(pay.organization)
        .bind(pay.title)
        .bind(Json(pay.parts))
        .bind(who)
        .bind(today)
        .fetch_one(&mut *transaction)
        .await
        .map_err(refused)?;
    let sql = "select no, amount, deducted from ledger.payment_order where no = $1";
    let order = sqlx::query_as(sql).bind(no).fetch_one(&mut *transaction).await.map_err(refused)?;
    transaction.commit().await.map_err(refused)?;
    Ok(order)
}

/// Records that the payroll section was told by hand of a part of an order. Returns how many payments and returns that settles.
pub async fn note_staff_payment(pool: &PgPool, order: &str, part: i32, note: &str, who: &str) -> Result<i64, LedgerError> {
    let sql = "select ledger.note_staff_payment($1, $2, $3, $4)";
    sqlx::query_scalar(sql).bind(order).bind(part).bind(note).bind(who).fetch_one(pool).await.map_err(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_written_in_one_word() {
        let part = |text: &str| text.parse::<StaffPayPart>();
        let plain = StaffPayPart { kind: "01".into(), taxable: 30_000, nontaxable: 0, social: 0, withheld: None };
        assert_eq!(part("01:30000"), Ok(plain));
        let full = StaffPayPart { kind: "05".into(), taxable: 3_000, nontaxable: 1_200, social: 10, withheld: Some(90) };
        assert_eq!(part("05:3000:1200:10:90"), Ok(full));
        for wrong in ["01", "", "01:x", "01:1:2:3:4:5", "01:30,000"] {
            assert!(part(wrong).is_err(), "{wrong}");
        }
    }
}
