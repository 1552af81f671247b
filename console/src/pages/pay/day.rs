//! 給与の支払日変更.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use renkei_consumers::ledger::payroll::{self, Booked, MovedPay, PayMove};
use renkei_core::calendar::clock;
use renkei_core::catalogue::Lang;
use renkei_core::words::say;

use super::super::ledger::whole;
use super::{ADDRESS, booked, date, done};
use crate::access::{Action, Person};
use crate::desk::Desk;
use crate::guard::see_other;
use crate::html::{Fields, Nav, Page, count, field, frame, post, search, yen};
use crate::refusal::{Answer, Refusal};

/// What a form says of a move, checked for its shape.
struct Move {
    from: String,
    to: Option<String>,
    kind: Option<String>,
}

impl Move {
    fn of(fields: &Fields) -> Answer<Move> {
        let from = date(fields, "from")?.ok_or_else(|| Refusal::value("from", fields.get("from")))?;
        let kind = fields.some("kind").map(str::to_owned);
        if kind.as_deref().is_some_and(|kind| !["1", "2", "3", "4", "5"].contains(&kind)) {
            return Err(Refusal::value("kind", fields.get("kind")));
        }
        Ok(Move { from, to: date(fields, "to")?, kind })
    }
}

/// Who decides about the whole house's pay.
fn approves(person: &Person) -> Answer<()> {
    whole(person)?;
    if person.may_everywhere(Action::Approve) { Ok(()) } else { Err(Refusal::forbidden()) }
}

/// Another day: asks for it, and shows what it comes to.
pub(crate) async fn look(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer {
    approves(&person)?;
    let lang = person.lang;
    let asked = Move::of(&fields)?;
    let today = clock::today().to_string();
    let effect = match (&asked.to, fields.some("reason")) {
        (Some(to), Some(reason)) => {
            let (from, kind) = (asked.from.as_str(), asked.kind.as_deref());
            let pay = PayMove { from, to, kind, who: &person.login, reason, today: &today };
            Some((to, reason, payroll::preview_move(&desk.pool, &pay).await?))
        }
        _ => None,
    };
    let body = html! {
        (search(&format!("{ADDRESS}/move"), html! {
            input type="hidden" name="from" value=(asked.from);
            @if let Some(kind) = &asked.kind { input type="hidden" name="kind" value=(kind); }
            (field(say(lang, "新しい支払日（銀行営業日）", "New day, a bank business day"), "to", html! { input id="to" name="to" type="date" value=(asked.to.as_deref().unwrap_or_default()) required; }))
            (field(say(lang, "変更の理由", "Why"), "reason", html! { input id="reason" name="reason" required maxlength="400" value=(fields.get("reason")); }))
            button.second type="submit" { (say(lang, "影響を確認する", "Look what it comes to")) }
        }))
        @if let Some((to, reason, (moved, booked))) = &effect {
            (effect_of(lang, &asked.from, to, moved, booked))
            (post(&person, &format!("{ADDRESS}/move"), html! {
                input type="hidden" name="from" value=(asked.from);
                input type="hidden" name="to" value=(to);
                @if let Some(kind) = &asked.kind { input type="hidden" name="kind" value=(kind); }
                input type="hidden" name="reason" value=(reason);
                button type="submit" { (say(lang, "支払日を変更する", "Give it this day")) }
            }))
        }
        p { a href=(ADDRESS) { (say(lang, "一覧に戻る", "Back to the list")) } }
    };
    let title = format!("{} {}", say(lang, "給与の支払日変更", "Another day for pay of"), asked.from);
    Ok(frame(&person, &Page::new(Nav::Worklists, &title), body))
}

fn effect_of(lang: Lang, from: &str, to: &str, moved: &MovedPay, entries: &[Booked]) -> Markup {
    html! {
        section.panel {
            h2 { (say(lang, "変更すると", "What it comes to")) }
            dl.facts {
                dt { (say(lang, "支払日", "Pay date")) } dd { (from) " → " strong { (to) } }
                dt { (say(lang, "給与", "Payrolls")) } dd { (count(moved.runs)) }
                dt { (say(lang, "明細の振込", "Credits listed")) } dd { (count(moved.credits)) }
                dt { (say(lang, "金額", "Yen")) } dd { strong { (yen(moved.yen)) } " " (say(lang, "円", "yen")) }
            }
            (booked(lang, entries, say(lang, "仕訳はありません。新しい支払日のファイルを作成し、承認します。", "Nothing is booked. The file of the new day is made and approved as any other.")))
        }
    }
}

/// Gives it the other day.
pub(crate) async fn give(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer<Response> {
    approves(&person)?;
    let asked = Move::of(&fields)?;
    let to = asked.to.ok_or_else(|| Refusal::value("to", fields.get("to")))?;
    if !person.proven_lately {
        return Ok(see_other(&format!("/prove?back={ADDRESS}")));
    }
    let today = clock::today().to_string();
    let (from, kind) = (asked.from.as_str(), asked.kind.as_deref());
    let pay = PayMove { from, to: &to, kind, who: &person.login, reason: fields.reason()?, today: &today };
    payroll::move_payroll(&desk.pool, &pay).await?;
    Ok(done("pay-moved"))
}
