use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use renkei_consumers::ledger;
use renkei_core::calendar::clock;
use renkei_core::words::{self, say};
use sqlx::FromRow;

use super::super::seen;
use super::{Tab, redo, tabs, whole};
use crate::access::{Action, Person};
use crate::desk::Desk;
use crate::guard::see_other;
use crate::html::{self, Fields, Nav, Page, Tone, address, badge, field, frame, older, search, shown, yen};
use crate::notice::Notice;
use crate::refusal::{Answer, Refusal};

/// Where they are.
pub(super) const ADDRESS: &str = "/ledger/orders";
/// Orders of one page.
const ROWS: i64 = 100;
/// Orders among which those of a state are looked for at a time.
const SEARCHED: i64 = 50_000;
const STATES: [&str; 7] = ["draft", "approved", "in_file", "released", "paid", "returned", "cancelled"];

/// A payment order in the list.
#[derive(Debug, FromRow)]
struct Order {
    id: i64,
    no: String,
    state: String,
    creditor: String,
    creditor_name: String,
    amount: i64,
    pay_date: String,
    memo: String,
    made_by: String,
    approved_by: Option<String>,
    batch: Option<i64>,
}

impl Order {
    /// Whether it is still to be paid in a file, on a day that must not be over by then.
    fn waits(&self) -> bool {
        matches!(self.state.as_str(), "draft" | "approved")
    }
}

/// 支出命令, by state; drafts can be approved here.
pub(crate) async fn list(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer {
    whole(&person)?;
    let lang = person.lang;
    let state = fields.some("state").unwrap_or("draft");
    let before = fields.some("before").map(|text| text.parse::<i64>().map_err(|_| Refusal::value("before", text))).transpose()?;
    let newest: i64 = sqlx::query_scalar("select coalesce(max(id), 0) from ledger.payment_order").fetch_one(&desk.pool).await?;
    let above = before.unwrap_or(newest.saturating_add(1)).saturating_sub(SEARCHED + 1).max(0);
    let orders: Vec<Order> = sqlx::query_as(include_str!("../sql/orders.sql"))
        .bind(state)
        .bind(fields.some("find"))
        .bind(before)
        .bind(ROWS)
        .bind(above)
        .fetch_all(&desk.pool)
        .await?;
    let full = i64::try_from(orders.len()).unwrap_or(0) == ROWS;
    let further = Some(above + 1).filter(|_| above > 0 && fields.some("find").is_none());
    let next = orders.last().filter(|_| full).map(|order| order.id).or(further);
    if shows_payees(&person) && !orders.is_empty() {
        seen::note(&desk, &person, ("payment_order", "*"), "payees").await?;
    }
    let approves = state == "draft" && person.may_everywhere(Action::Approve);
    let sum = orders.iter().fold(0_i64, |sum, order| sum.saturating_add(order.amount));
    let body = html! {
        (tabs(lang, Tab::Orders))
        (search("/ledger/orders", html! {
            (field(say(lang, "状態", "State"), "state", html! {
                select id="state" name="state" { @for known in STATES { option value=(known) selected[known == state] { (words::order_state(lang, known)) } } }
            }))
            (field(say(lang, "命令番号・債権者番号", "Order or creditor"), "find", html! { input id="find" name="find" type="search" value=(fields.get("find")); }))
            button type="submit" { (say(lang, "検索", "Find")) }
        }))
        @if orders.is_empty() { (html::empty(say(lang, "該当する支出命令はありません。", "No order matches."))) }
        @else if approves {
            // Nothing is done by it: it leads to what the approval comes to.
            form method="get" action="/ledger/orders/approve" {
                @if let Some(find) = fields.some("find") { input type="hidden" name="find" value=(find); }
                (table(&person, &orders, true))
                p { (say(lang, "表示中の合計", "Total shown")) " " (yen(sum)) " " (say(lang, "円", "yen")) }
                button type="submit" { (say(lang, "選んだ命令を決裁する…", "Approve the chosen orders…")) }
            }
        } @else if state == "approved" && person.may_everywhere(Action::Approve) {
            // Nothing is done by these: they lead to the effect of what may be done.
            form method="get" action="/ledger/orders/day" {
                (table(&person, &orders, true))
                button.second type="submit" { (say(lang, "支払日を変更する…", "Another day…")) }
                button.second type="submit" formaction="/ledger/orders/cancel" { (say(lang, "取り消す…", "Cancel…")) }
            }
        } @else { (table(&person, &orders, false)) }
        (older(&person, &address("/ledger/orders", &fields, &["state", "find"]), next))
    };
    Ok(frame(
        &person,
        &Page::new(Nav::Ledger, say(lang, "支出命令", "Payment orders")).after(Notice::of(fields.get("done"))),
        body,
    ))
}

/// Who decides about them, and who audits, sees whom they pay.
pub(super) fn shows_payees(person: &Person) -> bool {
    person.may_everywhere(Action::Approve) || person.may_everywhere(Action::Audit)
}

fn table(person: &Person, orders: &[Order], choose: bool) -> Markup {
    let lang = person.lang;
    let full = shows_payees(person);
    let today = clock::today().to_string();
    html! {
        div.scroll { table {
            thead { tr {
                @if choose { th { input type="checkbox" data-all="order" aria-label=(say(lang, "すべて選ぶ", "choose all")); } }
                th { (say(lang, "命令番号", "Order")) } th { (say(lang, "状態", "State")) } th { (say(lang, "債権者", "Creditor")) } th.number { (say(lang, "金額", "Yen")) }
                th { (say(lang, "支払日", "Pay date")) } th { (say(lang, "摘要", "Memo")) } th { (say(lang, "起票者", "Made by")) } th { (say(lang, "決裁者", "Approved by")) } th { (say(lang, "受付", "Batch")) }
            } }
            tbody { @for order in orders { tr {
                @if choose { td { input type="checkbox" name="order" value=(order.no) aria-label=(order.no); } }
                td { a href={ "/ledger/lineage/payment_order/" (order.id) } { code { (order.no) } } } td { (badge(if order.state == "draft" { Tone::Act } else { Tone::Quiet }, &words::order_state(lang, &order.state))) }
                td { (order.creditor) " " (shown("creditor_name", &order.creditor_name, full)) } td.number { (yen(order.amount)) } td { (order.pay_date) @if order.waits() && order.pay_date < today { " " (badge(Tone::Bad, say(lang, "経過", "passed"))) } } td { (order.memo) }
                td { (html::who(lang, &order.made_by)) } td { (html::who(lang, order.approved_by.as_deref().unwrap_or_default())) }
                td { @if let Some(batch) = order.batch { a href={ "/batches/" (batch) } { (batch) } } }
            } } }
        } }
    }
}

/// 決裁: all of the chosen orders or none.
pub(crate) async fn approve(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer<Response> {
    whole(&person)?;
    if !person.may_everywhere(Action::Approve) {
        return Err(Refusal::forbidden());
    }
    let numbers: Vec<String> = fields.all("order").into_iter().map(str::to_owned).collect();
    if numbers.is_empty() {
        return Err(Refusal::sentence("支出命令を選んでください。", "Choose at least one order."));
    }
    if !person.proven_lately {
        return Ok(see_other(&redo::again("approve", &numbers, &[("find", fields.get("find"))])));
    }
    ledger::approve_payment_orders(&desk.pool, &numbers, &person.login, &clock::today().to_string()).await?;
    let list = address(ADDRESS, &fields, &["find"]);
    Ok(see_other(&format!("{list}done={}", Notice::of_orders("orders-approved", &numbers))))
}
