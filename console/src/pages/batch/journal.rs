use maud::{Markup, html};
use renkei_consumers::inbound::{Batch, State};
use renkei_consumers::ledger::{self, JournalLine};
use renkei_core::catalogue::Lang;
use renkei_core::words::{self, say};
use sqlx::FromRow;

use crate::access::{Action, Person};
use crate::desk::Desk;
use crate::html::{self, yen};
use crate::pages::ledger::lineage;
use crate::refusal::Answer;

/// Lines shown.
const LINES_MAX: i64 = 100;

/// The journal it made; of one that waits, the page of the preview.
pub(super) async fn panel(desk: &Desk, person: &Person, batch: &Batch) -> Answer {
    let lang = person.lang;
    if !matches!(batch.state, State::Posted | State::Held | State::Cancelled) {
        return Ok(html! {});
    }
    let lines = ledger::journal_of_batch(&desk.pool, batch.id, LINES_MAX).await?;
    Ok(html! {
        section.panel {
            h2 { (say(lang, "仕訳", "Journal")) }
            @if lines.is_empty() { p.hint { (say(lang, "この受付による仕訳はありません（マスタの更新、または下書きのみ）。", "No entry was made (masters or drafts only).")) } }
            @else { (table(person, &lines)) }
            @if i64::try_from(lines.len()).unwrap_or(0) == LINES_MAX { p.hint { (say(lang, "先頭の100行を表示しています。", "The first 100 lines are shown.")) } }
        }
        (orders(desk, person, batch.id).await?)
    })
}

/// A payment order that a batch made.
#[derive(Debug, FromRow)]
struct Made {
    id: i64,
    no: String,
    line: Option<i64>,
    state: String,
    amount: i64,
    pay_date: String,
}

/// The payment orders it made: of a draft nothing is booked yet.
async fn orders(desk: &Desk, person: &Person, batch: i64) -> Answer {
    let (lang, opens) = (person.lang, person.may_everywhere(Action::See));
    let sql = "select id, no, line, state, amount, pay_date::text as pay_date from ledger.payment_order where batch_id = $1 order by id limit $2";
    let made: Vec<Made> = sqlx::query_as(sql).bind(batch).bind(LINES_MAX).fetch_all(&desk.pool).await?;
    Ok(html! { @if !made.is_empty() { section.panel {
        h2 { (say(lang, "作成された支出命令", "Payment orders it made")) }
        div.scroll { table {
            thead { tr { th { (say(lang, "命令番号", "Order")) } th.number { (say(lang, "行", "Line")) } th { (say(lang, "状態", "State")) } th.number { (say(lang, "金額", "Yen")) } th { (say(lang, "支払日", "Pay date")) } } }
            tbody { @for order in &made { tr {
                td { (html::link(opens, &format!("/ledger/lineage/payment_order/{}", order.id), html! { code { (order.no) } })) }
                td.number { @if let Some(line) = order.line { (line) } } td { (words::order_state(lang, &order.state)) } td.number { (yen(order.amount)) } td { (order.pay_date) }
            } } }
        } }
        @if i64::try_from(made.len()).unwrap_or(0) == LINES_MAX { p.hint { (say(lang, "先頭の100件を表示しています。", "The first 100 are shown.")) } }
    } } })
}

/// The way back: by the line of the file, and by what the posting is about (an order, money that was settled).
fn origin(lang: Lang, line: &JournalLine, opens: bool) -> Markup {
    let about = line.about().and_then(|about| Some((lineage::address(&about.object, about.object_id)?, about)));
    html! {
        @if let Some(source) = line.source_line {
            (html::link(opens, &format!("/ledger/entries/{}/lines/{source}", line.entry), html! { (say(lang, "行", "line")) " " (source) })) " "
        }
        @if let Some((address, about)) = about.filter(|(_, about)| line.source_line.is_none() || about.object == "payment_order") {
            (html::link(opens, &address, html! { (words::claim_object(lang, &about.object)) " " @match &line.order_no { Some(number) => (number), None => (about.object_id) } }))
        }
    }
}

/// A journal as an accountant reads it; each line leads back to its bytes. Entries are of the ledger as a whole: who may not look at that
/// reads their numbers.
pub(crate) fn table(person: &Person, lines: &[JournalLine]) -> Markup {
    let (lang, opens) = (person.lang, person.may_everywhere(Action::See));
    let entry = |entry: i64| html::link(opens, &format!("/ledger/entries/{entry}"), html! { (entry) });
    html! {
        div.scroll { table {
            thead { tr {
                th.number { (say(lang, "伝票", "Entry")) } th { (say(lang, "日付", "Day")) } th { (say(lang, "年度・会計", "Year, fund")) }
                th { (say(lang, "勘定科目", "Account")) } th.number { (say(lang, "借方", "Debit")) } th.number { (say(lang, "貸方", "Credit")) }
                th { (say(lang, "予算科目", "Budget line")) } th { (say(lang, "摘要", "Memo")) } th { (say(lang, "由来", "From")) }
            } }
            tbody { @for line in lines { tr {
                td.number { (entry(line.entry)) }
                td { (line.booked_on) }
                td { (line.fiscal_year) " " (line.fund) }
                td { (line.account) " " (say(lang, &line.account_name, &line.account_name_en)) }
                td.number { @if line.debit != 0 { (yen(line.debit)) } }
                td.number { @if line.credit != 0 { (yen(line.credit)) } }
                td { (line.budget_line.as_deref().unwrap_or_default()) }
                td { (line.memo.as_deref().unwrap_or_default()) @if let Some(original) = line.reverses { " " (say(lang, "取消元", "reverses")) " " (entry(original)) } }
                td { (origin(lang, line, opens)) }
            } } }
        } }
    }
}
