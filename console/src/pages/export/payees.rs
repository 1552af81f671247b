//! Whom a payment file pays: the largest sums, so that an approver need not open a workbook to see them. Those worth a second look stand
//! with their marks.

use maud::{Markup, html};
use renkei_consumers::outbound::ExportFile;
use renkei_core::words::say;
use sqlx::FromRow;

use super::super::seen;
use crate::access::Person;
use crate::desk::Desk;
use crate::html::{count, shown, yen};
use crate::refusal::Answer;

/// Payees shown.
const ROWS: i64 = 20;

/// Somebody the file pays.
#[derive(Debug, FromRow)]
struct Payee {
    creditor: String,
    name: String,
    account: String,
    orders: i64,
    yen: i64,
    payees: i64,
}

/// The largest; nothing where the file pays no creditor.
pub(super) async fn panel(desk: &Desk, person: &Person, file: &ExportFile, full: bool) -> Answer {
    let lang = person.lang;
    let largest: Vec<Payee> =
        sqlx::query_as(include_str!("../sql/file_payees.sql")).bind(file.id).bind(ROWS).fetch_all(&desk.pool).await?;
    let Some(first) = largest.first() else { return Ok(html! {}) };
    if full {
        seen::note(desk, person, ("export.file", &file.id.to_string()), "payees").await?;
    }
    let more = first.payees.saturating_sub(ROWS);
    Ok(html! {
        section.panel id="payees" {
            h2 { (say(lang, "支払先（金額の大きい順）", "Payees, the largest first")) " (" (count(first.payees)) ")" }
            div.scroll { table {
                thead { tr { th { (say(lang, "債権者番号", "Creditor")) } th { (say(lang, "氏名・名称", "Name")) } th { (say(lang, "口座", "Account")) } th.number { (say(lang, "支出命令", "Orders")) } th.number { (say(lang, "金額", "Yen")) } } }
                tbody { @for payee in &largest { tr {
                    td { code { (payee.creditor) } } td { (shown("creditor_name", &payee.name, full)) } td { (account(payee, full)) }
                    td.number { (count(payee.orders)) } td.number { (yen(payee.yen)) }
                } } }
            } }
            @if more > 0 { p.hint { (say(lang, "ほか", "and")) " " (count(more)) " " (say(lang, "件。全件は確認用のExcelブックにあります。", "more: the workbook has all.")) } }
        }
    })
}

fn account(payee: &Payee, full: bool) -> Markup {
    shown("account_no", &payee.account, full)
}
