//! 給与の支払日変更・再振込: pay that no file carries gets another day (`day`), and pay that came back is transferred once more or reached
//! the person in another way (`returned`). What it comes to is shown first, by the same SQL rolled back. A second person
//! moves pay and approves transfers; what was paid in another way is put down by one who did not hand over the list.

pub(crate) mod day;
pub(crate) mod returned;

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use renkei_consumers::ledger::payroll::Booked;
use renkei_core::calendar::{Date, clock};
use renkei_core::catalogue::Lang;
use renkei_core::words::{self, say};
use sqlx::FromRow;

use super::ledger::whole;
use crate::access::{Action, Person};
use crate::desk::Desk;
use crate::guard::see_other;
use crate::html::{self, Fields, Nav, Page, Tone, badge, count, frame, yen};
use crate::notice::Notice;
use crate::refusal::{Answer, Refusal};

const ADDRESS: &str = "/worklists/pay";
/// Days for which pay that has not left is looked for.
const LOOKED_BACK: i64 = 120;

/// Pay of a day that no file carries.
#[derive(Debug, FromRow)]
struct Unsent {
    day: String,
    month: String,
    kind: String,
    kind_name: String,
    credits: i64,
    yen: Option<i64>,
}

/// Pay that came back.
#[derive(Debug, FromRow)]
struct Returned {
    id: i64,
    staff_no: String,
    label: String,
    amount: i64,
    returned_on: String,
    reason: String,
    reason_name: String,
    again_state: Option<String>,
    again_on: Option<String>,
    file: Option<i64>,
}

async fn came_back(desk: &Desk, id: Option<i64>) -> Answer<Vec<Returned>> {
    Ok(sqlx::query_as(include_str!("../sql/returned_pay.sql")).bind(id).fetch_all(&desk.pool).await?)
}

/// Both lists.
pub(crate) async fn show(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer {
    whole(&person)?;
    let lang = person.lang;
    let today = clock::today();
    let since = today.checked_sub(jiff::Span::new().days(LOOKED_BACK)).unwrap_or(today);
    let unsent: Vec<Unsent> =
        sqlx::query_as(include_str!("../sql/unsent_pay.sql")).bind(since.to_string()).fetch_all(&desk.pool).await?;
    let returned = came_back(&desk, None).await?;
    let body = html! {
        section.panel {
            h2 { (say(lang, "ファイルに入っていない給与", "Pay that no file carries")) }
            @if unsent.is_empty() { (html::empty(say(lang, "ありません。", "There is none."))) } @else { (days(&person, today, &unsent)) }
        }
        section.panel {
            h2 { (say(lang, "戻った給与（給与返戻）", "Pay that came back")) }
            @if returned.is_empty() { (html::empty(say(lang, "ありません。", "There is none."))) } @else { (list(lang, &returned)) }
        }
        p { a href="/worklists" { (say(lang, "一覧に戻る", "Back to the lists")) } }
    };
    let title = say(lang, "給与の支払日変更・再振込", "Pay: another day, once more");
    Ok(frame(&person, &Page::new(Nav::Worklists, title).after(Notice::of(fields.get("done"))), body))
}

fn days(person: &Person, today: Date, unsent: &[Unsent]) -> Markup {
    let lang = person.lang;
    let approves = person.may_everywhere(Action::Approve);
    html! {
        p.hint { (say(lang, "支払日に間に合わなかった給与は、別の日に変更してから送ります。変更は、明細を渡した人・支出命令を起票した人以外の承認者が行います。",
                      "What was not sent in time gets another day first. An approver decides who neither handed over the list nor made the orders.")) }
        div.scroll { table {
            thead { tr {
                th { (say(lang, "支払日", "Pay date")) } th { (say(lang, "支給月", "Month")) } th { (say(lang, "支給区分", "Kind")) }
                th.number { (say(lang, "振込", "Credits")) } th.number { (say(lang, "金額", "Yen")) } @if approves { th { (say(lang, "操作", "Do")) } }
            } }
            tbody { @for one in unsent { tr {
                td { (one.day) @if one.day.parse::<Date>().is_ok_and(|day| day < today) { " " (badge(Tone::Bad, say(lang, "過ぎています", "over"))) } }
                td { (one.month) } td { (words::pay_kind(lang, &one.kind, &one.kind_name)) }
                td.number { @if one.credits == 0 { (badge(Tone::Act, say(lang, "明細待ち", "no list yet"))) } @else { (count(one.credits)) } }
                td.number { (yen(one.yen.unwrap_or(0))) }
                @if approves { td { a href={ (ADDRESS) "/move?from=" (one.day) "&kind=" (one.kind) } { (say(lang, "支払日を変更…", "another day…")) } } }
            } } }
        } }
    }
}

fn list(lang: Lang, returned: &[Returned]) -> Markup {
    html! {
        div.scroll { table {
            thead { tr {
                th.number { (say(lang, "番号", "No.")) } th { (say(lang, "職員番号", "Staff no.")) } th { (say(lang, "給与", "Payroll")) } th.number { (say(lang, "金額", "Yen")) }
                th { (say(lang, "返戻日", "Returned on")) } th { (say(lang, "事由", "Reason")) } th { (say(lang, "再振込", "Once more")) }
            } }
            tbody { @for one in returned { tr {
                td.number { a href={ (ADDRESS) "/returned/" (one.id) } { (one.id) } } td { (one.staff_no) } td { (one.label) } td.number { (yen(one.amount)) }
                td { (one.returned_on) } td { (one.reason) " " (one.reason_name) } td { (again(lang, one)) }
            } } }
        } }
    }
}

/// How far the transfer of what came back is.
fn again(lang: Lang, one: &Returned) -> Markup {
    html! { @match one.again_state.as_deref() {
        None => (badge(Tone::Act, say(lang, "未処理", "open"))),
        Some(state) => {
            (badge(if state == "draft" { Tone::Act } else { Tone::Busy }, &words::order_state(lang, state)))
            @if let Some(day) = &one.again_on { " " (day) }
            @if let Some(file) = one.file { " " a href={ "/exports/" (file) } { (say(lang, "ファイル", "file")) " " (file) } }
        }
    } }
}

/// What would be booked; without any, what is said of that.
pub(in crate::pages) fn booked(lang: Lang, entries: &[Booked], none: &str) -> Markup {
    html! {
        @if entries.is_empty() { p.hint { (none) } }
        @else { div.scroll { table {
            thead { tr {
                th { (say(lang, "作成される仕訳", "Booked")) } th { (say(lang, "日付", "Day")) } th { (say(lang, "年度", "Year")) } th { (say(lang, "借方", "Debit")) }
                th { (say(lang, "貸方", "Credit")) } th.number { (say(lang, "件数", "Postings")) } th.number { (say(lang, "金額", "Yen")) }
            } }
            tbody { @for entry in entries { tr {
                td { bdi { (entry.event) } } td { (entry.booked_on) } td { (entry.fiscal_year) } td { bdi { (entry.debit) } } td { bdi { (entry.credit) } }
                td.number { (count(entry.postings)) } td.number { (yen(entry.yen)) }
            } } }
        } } }
    }
}

pub(in crate::pages) fn date(fields: &Fields, name: &str) -> Answer<Option<String>> {
    let Some(text) = fields.some(name) else { return Ok(None) };
    text.parse::<Date>().map(|day| Some(day.to_string())).map_err(|_| Refusal::value(name, text))
}

fn done(word: &str) -> Response {
    see_other(&format!("{ADDRESS}?done={word}"))
}
