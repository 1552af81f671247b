//! One payment order as it is now, above the way back to where it came from: a person may have chosen its payee, and its day may be another.

use maud::html;
use renkei_core::words::{self, say};
use sqlx::FromRow;

use super::orders::shows_payees;
use crate::access::Person;
use crate::desk::Desk;
use crate::html::{Tone, badge, shown, when, who, yen};
use crate::refusal::Answer;

/// A payment order as it is now.
#[derive(Debug, FromRow)]
struct Now {
    state: String,
    creditor: String,
    creditor_name: String,
    commitment: Option<String>,
    commitment_title: Option<String>,
    amount: i64,
    pay_date: String,
    memo: String,
    made_by: String,
    approved_by: Option<String>,
    approved_at: Option<String>,
    rescheduled_by: Option<String>,
    rescheduled_at: Option<String>,
    was: Option<String>,
    reason: Option<String>,
}

/// What it is now, with the payee's name where what came may be seen; nothing where there is none of this number.
pub(super) async fn now(desk: &Desk, person: &Person, id: i64, full: bool) -> Answer {
    let lang = person.lang;
    let found: Option<Now> = sqlx::query_as(include_str!("../sql/order_now.sql")).bind(id).fetch_optional(&desk.pool).await?;
    let Some(order) = found else { return Ok(html! {}) };
    Ok(html! { section.panel id="now" {
        h2 { (say(lang, "現在の支出命令", "The order as it is now")) " " (badge(Tone::Quiet, &words::order_state(lang, &order.state))) }
        dl.facts {
            dt { (say(lang, "債権者", "Creditor")) } dd { code { (order.creditor) } " " span translate="no" { (shown("creditor_name", &order.creditor_name, full || shows_payees(person))) } }
            @if let Some(commitment) = &order.commitment {
                dt { (say(lang, "支出負担行為", "Commitment")) } dd { code { (commitment) } " " span translate="no" { (order.commitment_title.as_deref().unwrap_or_default()) } }
            }
            dt { (say(lang, "金額", "Yen")) } dd { (yen(order.amount)) }
            dt { (say(lang, "支払日", "Pay date")) } dd { (order.pay_date) }
            @if let (Some(by), Some(at)) = (&order.rescheduled_by, &order.rescheduled_at) {
                dt { (say(lang, "支払日変更", "Given another day")) }
                dd { @if let Some(was) = &order.was { (was) " → " (order.pay_date) " · " } (who(lang, by)) " · " (when(at)) " · " span translate="no" { (order.reason.as_deref().unwrap_or_default()) } }
            }
            dt { (say(lang, "摘要", "Memo")) } dd translate="no" { (order.memo) }
            dt { (say(lang, "起票者", "Made by")) } dd { (who(lang, &order.made_by)) }
            @if let (Some(by), Some(at)) = (&order.approved_by, &order.approved_at) { dt { (say(lang, "決裁者", "Approved by")) } dd { (who(lang, by)) " · " (when(at)) } }
        }
    } })
}
