//! What is decided about payment orders: their approval; of approved ones that no file carries another day, or none at all. First the effect,
//! then who is there, then the act; by somebody else than who made them.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use renkei_consumers::ledger::{self, ChosenOrder, LedgerError, OrdersEffect, Rescheduling, profiles};
use renkei_core::calendar::clock;
use renkei_core::catalogue::Lang;
use renkei_core::fault::Fault;
use renkei_core::words::{self, say};
use serde_json::Value;

use super::super::pay::{booked, date};
use super::super::seen;
use super::orders::{ADDRESS, shows_payees};
use super::whole;
use crate::access::{Action, Person};
use crate::desk::Desk;
use crate::guard::see_other;
use crate::html::{Fields, Nav, Page, Tone, badge, count, field, frame, ja, post, search, shown, when, without_remedy, yen};
use crate::notice::Notice;
use crate::refusal::{Answer, Refusal};

/// The orders a form names, for somebody who decides about the whole house's.
fn chosen(person: &Person, fields: &Fields) -> Answer<Vec<String>> {
    whole(person)?;
    if !person.may_everywhere(Action::Approve) {
        return Err(Refusal::forbidden());
    }
    let numbers: Vec<String> = fields.all("order").into_iter().map(str::to_owned).collect();
    if numbers.is_empty() {
        return Err(Refusal::sentence("支出命令を選んでください。", "Choose at least one order."));
    }
    Ok(numbers)
}

fn hidden(numbers: &[String]) -> Markup {
    html! { @for number in numbers { input type="hidden" name="order" value=(number); } }
}

/// What an order becomes.
#[derive(Debug, Clone, Copy)]
enum Becomes<'d> {
    /// Nobody has said it yet.
    Unsaid,
    /// It is paid on another day.
    Paid(&'d str),
    /// It may be paid.
    Approved,
    /// It is not paid.
    Cancelled,
}

impl Becomes<'_> {
    /// The state it comes to, where that is another.
    const fn state(self) -> Option<&'static str> {
        match self {
            Becomes::Approved => Some("approved"),
            Becomes::Cancelled => Some("cancelled"),
            Becomes::Unsaid | Becomes::Paid(_) => None,
        }
    }
}

/// What stands on both pages: what is asked for, the orders, and its effect once that is known.
async fn page(
    desk: &Desk,
    person: &Person,
    (title, numbers): (&str, &[String]),
    form: Markup,
    effect: Option<Result<OrdersEffect, LedgerError>>,
    becomes: Becomes<'_>,
    act: Markup,
) -> Answer<Response> {
    let lang = person.lang;
    let full = shows_payees(person);
    if full {
        seen::note(desk, person, ("payment_order", "*"), "payees").await?;
    }
    let effect = effect.map(|effect| effect.map_err(Refusal::from));
    let status = effect.as_ref().and_then(|effect| effect.as_ref().err()).map_or(StatusCode::OK, Refusal::status);
    let body = match effect {
        Some(Ok(effect)) => html! { (form) (told(lang, &effect, becomes, full)) (act) },
        // Which orders it is about is known before anything is asked; what is refused is told above the form as it was filled in.
        unknown => {
            let orders = ledger::chosen_orders(&desk.pool, numbers).await?;
            html! {
                @if let Some(Err(refusal)) = unknown { (refusal.body(lang)) }
                (form)
                section.panel { h2 { (say(lang, "選んだ支出命令", "The chosen orders")) } (table(lang, &orders, orders.len(), Becomes::Unsaid, full)) }
            }
        }
    };
    let body = html! {
        (body)
        @if let Becomes::Approved = becomes { p { a href=(ADDRESS) { (say(lang, "決裁待ちの支出命令に戻る", "Back to the drafts")) } } }
        @else { p { a href={ (ADDRESS) "?state=approved" } { (say(lang, "決裁済の支出命令に戻る", "Back to the approved orders")) } } }
    };
    Ok((status, frame(person, &Page::new(Nav::Ledger, title), body)).into_response())
}

fn told(lang: Lang, effect: &OrdersEffect, becomes: Becomes<'_>, full: bool) -> Markup {
    html! { section.panel {
        h2 { @if let Becomes::Approved = becomes { (say(lang, "決裁すると", "What it comes to")) } @else { (say(lang, "変更すると", "What it comes to")) } }
        (table(lang, &effect.orders, usize::try_from(effect.changed).unwrap_or(0), becomes, full))
        (booked(lang, &effect.booked, say(lang, "仕訳はありません。", "Nothing is booked.")))
    } }
}

/// The orders, each with what becomes of it, and how many that are.
fn table(lang: Lang, orders: &[ChosenOrder], number: usize, becomes: Becomes<'_>, full: bool) -> Markup {
    let sum = orders.iter().fold(0_i64, |sum, order| sum.saturating_add(order.amount));
    let number = count(i64::try_from(number).unwrap_or(i64::MAX));
    html! {
        div.scroll { table {
            thead { tr {
                th { (say(lang, "命令番号", "Order")) } th { (say(lang, "債権者", "Creditor")) } th.number { (say(lang, "金額", "Yen")) }
                th { (say(lang, "支払日", "Pay date")) } th { (say(lang, "状態", "State")) }
            } }
            tbody { @for order in orders { tr {
                td { code { (order.no) } } td { (order.creditor) " " (shown("creditor_name", &order.creditor_name, full)) } td.number { (yen(order.amount)) }
                td { (order.pay_date) @if let Becomes::Paid(day) = becomes { " → " strong { (day) } } }
                td { (words::order_state(lang, &order.state)) @if let Some(state) = becomes.state() { " → " strong { (words::order_state(lang, state)) } } }
            } } }
            tfoot { tr {
                th scope="row" colspan="2" { @match becomes {
                    Becomes::Unsaid => { (say(lang, "合計", "Total")) " " (number) " " (say(lang, "件", "orders")) },
                    _ => { (say(lang, "変わるもの", "Changed")) " " (number) " " (say(lang, "件", "orders")) },
                } }
                td.number { (yen(sum)) } td {} td {}
            } }
        } }
    }
}

/// Another day: asks for it, and shows what it comes to.
pub(crate) async fn look_day(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer<Response> {
    let numbers = chosen(&person, &fields)?;
    let lang = person.lang;
    let to = date(&fields, "to")?;
    let asked = to.as_deref().zip(fields.some("reason"));
    let today = clock::today().to_string();
    let effect = match asked {
        Some((pay_date, reason)) => {
            let to = Rescheduling { pay_date, who: &person.login, reason, today: &today };
            Some(ledger::preview_reschedule(&desk.pool, &numbers, &to).await)
        }
        None => None,
    };
    let form = search(
        &format!("{ADDRESS}/day"),
        html! {
            (hidden(&numbers))
            (field(say(lang, "新しい支払日（銀行営業日）", "New day, a bank business day"), "to", html! { input id="to" name="to" type="date" value=(to.as_deref().unwrap_or_default()) required; }))
            (field(say(lang, "変更の理由", "Why"), "reason", html! { input id="reason" name="reason" required maxlength="400" value=(fields.get("reason")); }))
            button.second type="submit" { (say(lang, "影響を確認する", "Look what it comes to")) }
        },
    );
    let act = match asked.filter(|_| effect.as_ref().is_some_and(Result::is_ok)) {
        Some((day, reason)) => html! {
            @let (late, banks) = banks(&desk, lang, day, &today).await?;
            (banks)
            (post(&person, &format!("{ADDRESS}/day"), html! {
                (hidden(&numbers))
                input type="hidden" name="to" value=(day);
                input type="hidden" name="reason" value=(reason);
                button.danger[late] type="submit" { (say(lang, "支払日を変更する", "Give them this day")) }
            }))
        },
        None => html! {},
    };
    let title = titled(lang, ("支出命令の支払日変更", "Another day for payment orders"), numbers.len());
    let becomes = asked.map_or(Becomes::Unsaid, |(day, _)| Becomes::Paid(day));
    page(&desk, &person, (&title, &numbers), form, effect, becomes, act).await
}

/// What the banks say of the day, and whether none of them is in time for it. The ledger does not know by which of them an order will
/// leave, nor whether the bank was asked for an exception: none of it refuses the day.
async fn banks(desk: &Desk, lang: Lang, day: &str, today: &str) -> Answer<(bool, Markup)> {
    let carrying = profiles::carrying_orders(&desk.registry);
    let days = profiles::bank_days(&desk.pool, &carrying, (day, today)).await?;
    let late = !days.is_empty() && days.iter().all(|said| said.code.is_some());
    let told = html! {
        @if late { p.refusal role="alert" { (say(lang, "どの銀行プロファイルでも間に合いません。この日に変更しても、銀行と取り決めない限り振り込めません。", "No bank profile is in time for it: orders of this day leave only by agreement with the bank.")) } }
        @if !days.is_empty() { section.panel id="banks" {
            h2 { (say(lang, "銀行の期限", "By when the bank must have it")) }
            dl.facts { @for ((_, profile), said) in carrying.iter().zip(&days) {
                dt { (ja(&profile.title)) }
                dd { @match &said.code {
                    Some(code) => {
                        (badge(Tone::Bad, say(lang, "間に合いません", "too late"))) " "
                        (without_remedy(lang, &Fault::new(code).with_values(said.detail.as_deref().unwrap_or(&Value::Null))))
                    },
                    None => { @if let Some(by) = &said.needed_by { (when(by)) } },
                } }
            } }
        } }
    };
    Ok((late, told))
}

/// A title with how many orders it is about.
fn titled(lang: Lang, (ja, en): (&str, &str), orders: usize) -> String {
    match lang {
        Lang::Ja => format!("{ja}（{orders}）"),
        Lang::En => format!("{en} ({orders})"),
    }
}

/// Gives them the day.
pub(crate) async fn give_day(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer<Response> {
    let numbers = chosen(&person, &fields)?;
    let to = date(&fields, "to")?.ok_or_else(|| Refusal::value("to", fields.get("to")))?;
    if !person.proven_lately {
        return Ok(see_other(&again("day", &numbers, &[("to", &to)])));
    }
    let today = clock::today().to_string();
    let to = Rescheduling { pay_date: &to, who: &person.login, reason: fields.reason()?, today: &today };
    ledger::reschedule_payment_orders(&desk.pool, &numbers, &to).await?;
    Ok(see_other(&format!("{ADDRESS}?state=approved&done={}", Notice::of_orders("orders-moved", &numbers))))
}

/// 決裁: what it comes to, before it is signed.
pub(crate) async fn look_approve(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer<Response> {
    let numbers = chosen(&person, &fields)?;
    let lang = person.lang;
    let effect = ledger::preview_approve(&desk.pool, &numbers, &person.login, &clock::today().to_string()).await;
    let act = html! { @if effect.is_ok() {
        (post(&person, &format!("{ADDRESS}/approve"), html! {
            (hidden(&numbers))
            @if let Some(find) = fields.some("find") { input type="hidden" name="find" value=(find); }
            button type="submit" { (say(lang, "決裁する", "Approve them")) }
        }))
    } };
    let title = titled(lang, ("支出命令の決裁", "Approval of payment orders"), numbers.len());
    page(&desk, &person, (&title, &numbers), html! {}, Some(effect), Becomes::Approved, act).await
}

/// None at all: asks why, and shows what it comes to.
pub(crate) async fn look_cancel(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer<Response> {
    let numbers = chosen(&person, &fields)?;
    let lang = person.lang;
    let reason = fields.some("reason");
    let effect = match reason {
        Some(why) => Some(ledger::preview_cancel(&desk.pool, &numbers, &person.login, why, &clock::today().to_string()).await),
        None => None,
    };
    let form = search(
        &format!("{ADDRESS}/cancel"),
        html! {
            (hidden(&numbers))
            (field(say(lang, "取消の理由", "Why"), "reason", html! { input id="reason" name="reason" required maxlength="400" value=(reason.unwrap_or_default()); }))
            button.second type="submit" { (say(lang, "影響を確認する", "Look what it comes to")) }
        },
    );
    let act = reason.map_or_else(
        || html! {},
        |why| {
            post(
                &person,
                &format!("{ADDRESS}/cancel"),
                html! {
                    (hidden(&numbers))
                    input type="hidden" name="reason" value=(why);
                    button.danger type="submit" { (say(lang, "支出命令を取り消す", "Cancel the orders")) }
                },
            )
        },
    );
    let title = titled(lang, ("支出命令の取消", "Cancelling of payment orders"), numbers.len());
    page(&desk, &person, (&title, &numbers), form, effect, Becomes::Cancelled, act).await
}

/// Takes them back.
pub(crate) async fn cancel(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer<Response> {
    let numbers = chosen(&person, &fields)?;
    let reason = fields.reason()?;
    if !person.proven_lately {
        return Ok(see_other(&again("cancel", &numbers, &[])));
    }
    ledger::cancel_payment_orders(&desk.pool, &numbers, &person.login, reason, &clock::today().to_string()).await?;
    Ok(see_other(&format!("{ADDRESS}?state=approved&done={}", Notice::of_orders("orders-cancelled", &numbers))))
}

/// Asks who is there, and leads back to the effect: numbers of orders, a day and what was looked for may stand in an address.
pub(super) fn again(act: &str, numbers: &[String], more: &[(&str, &str)]) -> String {
    let mut back = form_urlencoded::Serializer::new(String::new());
    for number in numbers {
        back.append_pair("order", number);
    }
    for (name, value) in more.iter().filter(|(_, value)| !value.is_empty()) {
        back.append_pair(name, value);
    }
    let back = format!("{ADDRESS}/{act}?{}", back.finish());
    format!("/prove?{}", form_urlencoded::Serializer::new(String::new()).append_pair("back", &back).finish())
}
