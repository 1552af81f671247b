//! Approved payment orders that no file carries: another day, or none at all. First the effect, then who is there, then the act; by somebody
//! else than who made them.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use renkei_consumers::ledger::{self, LedgerError, OrdersEffect};
use renkei_core::calendar::clock;
use renkei_core::catalogue::Lang;
use renkei_core::words::{self, say};

use super::super::pay::{booked, date};
use super::super::seen;
use super::orders::{ADDRESS, shows_payees};
use super::whole;
use crate::access::{Action, Person};
use crate::desk::Desk;
use crate::guard::see_other;
use crate::html::{Fields, Nav, Page, count, field, frame, post, search, shown, yen};
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

/// What stands on both pages: the orders, what is asked for, and its effect once that is known.
async fn page(
    desk: &Desk,
    person: &Person,
    title: &str,
    form: Markup,
    effect: Option<Result<OrdersEffect, LedgerError>>,
    day: Option<&str>,
    act: Markup,
) -> Answer<Response> {
    let lang = person.lang;
    let full = shows_payees(person);
    if full && matches!(effect, Some(Ok(_))) {
        seen::note(desk, person, ("payment_order", "*"), "payees").await?;
    }
    let effect = effect.map(|effect| effect.map_err(Refusal::from));
    let status = effect.as_ref().and_then(|effect| effect.as_ref().err()).map_or(StatusCode::OK, Refusal::status);
    let body = html! {
        // What is refused is told above the form as it was filled in.
        @match effect {
            None => (form),
            Some(Ok(effect)) => { (form) (told(lang, &effect, day, full)) (act) }
            Some(Err(refusal)) => { (refusal.body(lang)) (form) }
        }
        p { a href={ (ADDRESS) "?state=approved" } { (say(lang, "決裁済の支出命令に戻る", "Back to the approved orders")) } }
    };
    Ok((status, frame(person, &Page::new(Nav::Ledger, title), body)).into_response())
}

fn told(lang: Lang, effect: &OrdersEffect, day: Option<&str>, full: bool) -> Markup {
    let sum = effect.orders.iter().fold(0_i64, |sum, order| sum.saturating_add(order.amount));
    html! { section.panel {
        h2 { (say(lang, "変更すると", "What it comes to")) }
        div.scroll { table {
            thead { tr {
                th { (say(lang, "命令番号", "Order")) } th { (say(lang, "債権者", "Creditor")) } th.number { (say(lang, "金額", "Yen")) }
                @if day.is_some() { th { (say(lang, "支払日", "Pay date")) } } @else { th { (say(lang, "状態", "State")) } }
            } }
            tbody { @for order in &effect.orders { tr {
                td { code { (order.no) } } td { (order.creditor) " " (shown("creditor_name", &order.creditor_name, full)) } td.number { (yen(order.amount)) }
                td { @match day {
                    Some(day) => { (order.pay_date) " → " strong { (day) } },
                    None => { (words::order_state(lang, &order.state)) " → " strong { (words::order_state(lang, "cancelled")) } },
                } }
            } } }
            tfoot { tr { th scope="row" colspan="2" { (say(lang, "変わるもの", "Changed")) " " (count(effect.changed)) " " (say(lang, "件", "orders")) } td.number { (yen(sum)) } td {} } }
        } }
        (booked(lang, &effect.booked, say(lang, "仕訳はありません。", "Nothing is booked.")))
    } }
}

/// Another day: asks for it, and shows what it comes to.
pub(crate) async fn look_day(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer<Response> {
    let numbers = chosen(&person, &fields)?;
    let lang = person.lang;
    let to = date(&fields, "to")?;
    let effect = match &to {
        Some(day) => {
            Some(ledger::preview_reschedule(&desk.pool, &numbers, day, &person.login, &clock::today().to_string()).await)
        }
        None => None,
    };
    let form = search(
        &format!("{ADDRESS}/day"),
        html! {
            (hidden(&numbers))
            (field(say(lang, "新しい支払日（銀行営業日）", "New day, a bank business day"), "to", html! { input id="to" name="to" type="date" value=(to.as_deref().unwrap_or_default()) required; }))
            button.second type="submit" { (say(lang, "影響を確認する", "Look what it comes to")) }
        },
    );
    let act = to.as_deref().map_or_else(
        || html! {},
        |day| {
            post(
                &person,
                &format!("{ADDRESS}/day"),
                html! {
                    (hidden(&numbers))
                    input type="hidden" name="to" value=(day);
                    button type="submit" { (say(lang, "支払日を変更する", "Give them this day")) }
                },
            )
        },
    );
    let title = format!("{}（{}）", say(lang, "支出命令の支払日変更", "Another day for payment orders"), numbers.len());
    page(&desk, &person, &title, form, effect, to.as_deref(), act).await
}

/// Gives them the day.
pub(crate) async fn give_day(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer<Response> {
    let numbers = chosen(&person, &fields)?;
    let to = date(&fields, "to")?.ok_or_else(|| Refusal::value("to", fields.get("to")))?;
    if !person.proven_lately {
        return Ok(see_other(&again("day", &numbers, Some(&to))));
    }
    ledger::reschedule_payment_orders(&desk.pool, &numbers, &to, &person.login, &clock::today().to_string()).await?;
    Ok(see_other(&format!("{ADDRESS}?state=approved&done=orders-moved")))
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
    let title = format!("{}（{}）", say(lang, "支出命令の取消", "Cancelling of payment orders"), numbers.len());
    page(&desk, &person, &title, form, effect, None, act).await
}

/// Takes them back.
pub(crate) async fn cancel(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer<Response> {
    let numbers = chosen(&person, &fields)?;
    let reason = fields.reason()?;
    if !person.proven_lately {
        return Ok(see_other(&again("cancel", &numbers, None)));
    }
    ledger::cancel_payment_orders(&desk.pool, &numbers, &person.login, reason, &clock::today().to_string()).await?;
    Ok(see_other(&format!("{ADDRESS}?state=approved&done=orders-cancelled")))
}

/// Asks who is there, and leads back to the effect: numbers of orders and a day may stand in an address.
fn again(act: &str, numbers: &[String], day: Option<&str>) -> String {
    let mut back = form_urlencoded::Serializer::new(String::new());
    for number in numbers {
        back.append_pair("order", number);
    }
    if let Some(day) = day {
        back.append_pair("to", day);
    }
    let back = format!("{ADDRESS}/{act}?{}", back.finish());
    format!("/prove?{}", form_urlencoded::Serializer::new(String::new()).append_pair("back", &back).finish())
}
