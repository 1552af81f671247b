//! 整理・充当・還付: money that waits finds the receivable it belongs to, or goes back. The person chooses, and sees what it comes to first.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};
use renkei_consumers::ledger::{self, Settling};
use renkei_core::calendar::clock;
use renkei_core::words::{self, say};
use sqlx::FromRow;

use super::ledger::whole;
use super::seen;
use crate::access::{Action, Person};
use crate::desk::Desk;
use crate::guard::see_other;
use crate::html::{self, Fields, Nav, Page, Tone, badge, field, frame, post, search, shown, yen};
use crate::notice::Notice;
use crate::refusal::{Answer, Refusal};

/// Which money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Unallocated,
    Overpayment,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Kind::Unallocated => "unallocated",
            Kind::Overpayment => "overpayment",
        }
    }

    const fn list(self) -> &'static str {
        match self {
            Kind::Unallocated => "unallocated",
            Kind::Overpayment => "overpayments",
        }
    }
}

/// Money that waits.
#[derive(Debug, FromRow)]
struct Money {
    paid_on: String,
    booked_on: String,
    channel: String,
    cause: Option<String>,
    amount: i64,
    state: String,
    batch: Option<i64>,
    line: Option<i64>,
    assessment: Option<String>,
    payer: Option<String>,
}

/// A receivable it may belong to.
#[derive(Debug, FromRow)]
struct Candidate {
    no: String,
    source: String,
    fiscal_year: i32,
    payer: String,
    due_on: String,
    assessed: i64,
    unpaid: i64,
}

/// 収入未整理, one of it.
pub(crate) async fn unallocated(State(desk): State<Arc<Desk>>, person: Person, Path(id): Path<i64>, fields: Fields) -> Answer {
    page(&desk, &person, Kind::Unallocated, id, &fields).await
}

/// 過誤納, one of it.
pub(crate) async fn overpayment(State(desk): State<Arc<Desk>>, person: Person, Path(id): Path<i64>, fields: Fields) -> Answer {
    page(&desk, &person, Kind::Overpayment, id, &fields).await
}

async fn page(desk: &Desk, person: &Person, kind: Kind, id: i64, fields: &Fields) -> Answer {
    whole(person)?;
    let lang = person.lang;
    let money: Option<Money> =
        sqlx::query_as(include_str!("sql/money.sql")).bind(id).bind(kind.word()).fetch_optional(&desk.pool).await?;
    let money = money.ok_or_else(Refusal::not_found)?;
    let acts = money.state == "open" && person.may_everywhere(Action::Operate);
    let found: Vec<Candidate> = if acts {
        sqlx::query_as(include_str!("sql/money_candidates.sql"))
            .bind(fields.some("find"))
            .bind(money.amount)
            .fetch_all(&desk.pool)
            .await?
    } else {
        Vec::new()
    };
    let address = format!("/worklists/{}/{id}", kind.list());
    if person.may_everywhere(Action::Audit) {
        let object = if kind == Kind::Overpayment { "overpayment" } else { "unallocated_receipt" };
        seen::note(desk, person, (object, &id.to_string()), "payers").await?;
    }
    let body = html! {
        (facts(person, &money))
        @if acts {
            section.panel {
                h2 { (say(lang, "調定を選んで充てる", "Choose the receivable it pays")) }
                (search(&address, html! {
                    (field(say(lang, "調定番号・納入通知書番号・連携元の番号", "Assessment, slip or the partner's number"), "find", html! { input id="find" name="find" type="search" value=(fields.get("find")); }))
                    button.second type="submit" { (say(lang, "検索", "Find")) }
                }))
                @if found.is_empty() {
                    (html::empty(if fields.some("find").is_some() { say(lang, "未納のある調定は見つかりません。", "No receivable with anything unpaid is found.") }
                                 else { say(lang, "同じ金額の調定は見つかりません。番号で検索してください。", "No assessment of this amount is found; look for its number.") }))
                } @else {
                    (post(person, &format!("{address}/allocate"), html! {
                        (candidates(person, &money, &found))
                        (field(say(lang, "理由", "Reason"), "reason", html! { input id="reason" name="reason" required maxlength="400"; }))
                        button type="submit" { (say(lang, "選んだ調定に充てる", "Let it pay the chosen one")) }
                    }))
                }
            }
            @if kind == Kind::Overpayment {
                section.panel {
                    h2 { (say(lang, "還付の記録", "Paid back")) }
                    p.hint { (say(lang, "納付者に還付した後に記録します。全額を還付済にし、仕訳を起こします。", "Once it was paid back to the payer: all of it is booked as refunded.")) }
                    (post(person, &format!("{address}/refund"), html! {
                        (field(say(lang, "理由", "Reason"), "refund-reason", html! { input id="refund-reason" name="reason" required maxlength="400"; }))
                        button.danger type="submit" { (say(lang, "還付済にする", "Book it as refunded")) }
                    }))
                }
            }
        }
        p { a href={ "/worklists/" (kind.list()) } { (say(lang, "一覧に戻る", "Back to the list")) } }
    };
    let title = match kind {
        Kind::Unallocated => format!("{} {id}", say(lang, "収入未整理", "Unallocated money")),
        Kind::Overpayment => format!("{} {id}", say(lang, "過誤納", "Overpayment")),
    };
    Ok(frame(person, &Page::new(Nav::Worklists, &title).after(Notice::of(fields.get("done"))), body))
}

fn facts(person: &Person, money: &Money) -> Markup {
    let lang = person.lang;
    let full = person.may_everywhere(Action::Audit);
    html! {
        dl.facts {
            dt { (say(lang, "金額", "Yen")) } dd { strong { (yen(money.amount)) } " " (say(lang, "円", "yen")) " "
                @if money.state != "open" { (badge(Tone::Quiet, &words::money_state(lang, &money.state))) } }
            dt { (say(lang, "収納日・収入日", "Paid, booked")) } dd { (money.paid_on) " · " (money.booked_on) " · " (words::cell(lang, "channel", &money.channel)) }
            @if let Some(cause) = &money.cause { dt { (say(lang, "理由", "Why")) } dd { (words::cell(lang, "cause", cause)) } }
            @if let Some(assessment) = &money.assessment { dt { (say(lang, "調定番号", "Assessment")) } dd { a href={ "/ledger/assessments?find=" (assessment) } { (assessment) } } }
            @if let Some(payer) = &money.payer { dt { (say(lang, "納付者", "Payer")) } dd { (shown("payer_name", payer, full)) } }
            @if let Some(batch) = money.batch {
                dt { (say(lang, "由来", "From")) }
                dd { a href={ "/batches/" (batch) "?line=" (money.line.unwrap_or(0)) "#records" } { (say(lang, "受付", "batch")) " " (batch) @if let Some(line) = money.line { " · " (say(lang, "行", "line")) " " (line) } } }
            }
        }
    }
}

fn candidates(person: &Person, money: &Money, found: &[Candidate]) -> Markup {
    let lang = person.lang;
    let full = person.may_everywhere(Action::Audit);
    html! {
        div.scroll { table {
            thead { tr {
                th {} th { (say(lang, "調定番号", "Assessment")) } th { (say(lang, "年度", "Year")) } th { (say(lang, "納付者", "Payer")) } th { (say(lang, "納期限", "Due on")) }
                th.number { (say(lang, "調定額", "Assessed")) } th.number { (say(lang, "未納額", "Unpaid")) } th.number { (say(lang, "充てる額", "It takes")) } th.number { (say(lang, "残り", "Left over")) }
            } }
            tbody { @for one in found { @let taken = money.amount.min(one.unpaid); tr {
                td { input type="radio" name="to" value=(one.no) required aria-label=(one.no); }
                td { (one.no) " " span.hint { (one.source) } } td { (one.fiscal_year) } td { (shown("payer_name", &one.payer, full)) } td { (one.due_on) }
                td.number { (yen(one.assessed)) } td.number { (yen(one.unpaid)) } td.number { (yen(taken)) } td.number { (yen(money.amount - taken)) }
            } } }
        } }
    }
}

/// What is done with the money.
#[derive(Debug, Clone, Copy)]
enum Act {
    Allocate,
    Appropriate,
    Refund,
}

impl Act {
    const fn kind(self) -> Kind {
        match self {
            Act::Allocate => Kind::Unallocated,
            Act::Appropriate | Act::Refund => Kind::Overpayment,
        }
    }
}

/// Whoever may does it, once they have just said who they are.
async fn settle(desk: &Desk, person: &Person, act: Act, id: i64, fields: &Fields) -> Answer<Response> {
    whole(person)?;
    if !person.may_everywhere(Action::Operate) {
        return Err(Refusal::forbidden());
    }
    let list = act.kind().list();
    if !person.proven_lately {
        return Ok(see_other(&format!("/prove?back=/worklists/{list}/{id}")));
    }
    let today = clock::today().to_string();
    let settling = Settling { on: &today, who: &person.login, reason: fields.reason()?, today: &today };
    match act {
        Act::Allocate => ledger::allocate(&desk.pool, id, fields.get("to"), &settling).await,
        Act::Appropriate => ledger::appropriate(&desk.pool, id, fields.get("to"), &settling).await,
        Act::Refund => ledger::refund_overpayments(&desk.pool, &[id], &settling).await,
    }?;
    Ok(see_other(&format!("/worklists/{list}?done=settled")))
}

/// 整理
pub(crate) async fn allocate(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer<Response> {
    settle(&desk, &person, Act::Allocate, id, &fields).await
}

/// 充当
pub(crate) async fn appropriate(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer<Response> {
    settle(&desk, &person, Act::Appropriate, id, &fields).await
}

/// 還付
pub(crate) async fn refund(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer<Response> {
    settle(&desk, &person, Act::Refund, id, &fields).await
}
