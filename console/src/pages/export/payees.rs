//! Whom a payment file pays: the largest sums, so that an approver need not open a workbook to see them. Those worth a second look stand
//! with their marks.

use maud::{Markup, html};
use renkei_consumers::outbound::{self, ExportFile, Payee};
use renkei_core::catalogue::Lang;
use renkei_core::words::say;

use super::super::seen;
use crate::access::Person;
use crate::desk::Desk;
use crate::html::{count, shown, yen};
use crate::refusal::Answer;

/// The largest of a file that is made; nothing where it pays no creditor.
pub(super) async fn panel(desk: &Desk, person: &Person, file: &ExportFile, full: bool) -> Answer {
    let mut conn = desk.pool.acquire().await?;
    let largest = outbound::payees(&mut conn, file.id, outbound::PAYEES_SHOWN).await?;
    if full && !largest.is_empty() {
        seen::note(desk, person, ("export.file", &file.id.to_string()), "payees").await?;
    }
    let rest = say(person.lang, "件。全件は確認用のExcelブックにあります。", "more: the workbook has all.");
    Ok(table(person.lang, &largest, full, rest))
}

/// The table of them. `rest` is what is said of those that are not shown, behind their number.
pub(super) fn table(lang: Lang, largest: &[Payee], full: bool, rest: &str) -> Markup {
    let Some(first) = largest.first() else { return html! {} };
    let more = first.payees.saturating_sub(outbound::PAYEES_SHOWN);
    html! {
        section.panel id="payees" {
            h2 { (say(lang, "支払先（金額の大きい順）", "Payees, the largest first")) " (" (count(first.payees)) ")" }
            div.scroll { table {
                thead { tr { th { (say(lang, "債権者番号", "Creditor")) } th { (say(lang, "氏名・名称", "Name")) } th { (say(lang, "口座", "Account")) } th.number { (say(lang, "支出命令", "Orders")) } th.number { (say(lang, "金額", "Yen")) } } }
                tbody { @for payee in largest { tr {
                    td { code { (payee.creditor) } } td { (shown("creditor_name", &payee.name, full)) } td { (shown("account_no", &payee.account, full)) }
                    td.number { (count(payee.orders)) } td.number { (yen(payee.yen)) }
                } } }
            } }
            @if more > 0 { p.hint { (say(lang, "ほか", "and")) " " (count(more)) " " (rest) } }
        }
    }
}
