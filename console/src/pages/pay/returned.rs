//! 給与返戻: transferred once more (再振込), or paid in another way.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use renkei_consumers::ledger::payroll::{self, DraftedAccount, DraftedPay, PayAgain};
use renkei_consumers::ledger::returned::{self, NewAccount, PaidPay};
use renkei_core::calendar::clock;
use renkei_core::catalogue::Lang;
use renkei_core::words::say;

use super::super::ledger::whole;
use super::{ADDRESS, Returned, again, booked, came_back, date, done};
use crate::access::{Action, Person};
use crate::desk::Desk;
use crate::guard::see_other;
use crate::html::{Fields, Nav, Page, Tone, badge, field, frame, post, yen};
use crate::notice::{Notice, Subject};
use crate::refusal::{Answer, Refusal};

async fn one(desk: &Desk, id: i64) -> Answer<Returned> {
    came_back(desk, Some(id)).await?.into_iter().next().ok_or_else(Refusal::not_found)
}

/// One that came back, and what can be done about it.
pub(crate) async fn show(State(desk): State<Arc<Desk>>, person: Person, Path(id): Path<i64>) -> Answer {
    whole(&person)?;
    let one = one(&desk, id).await?;
    let drafted = payroll::drafted_pay(&desk.pool, id).await?;
    let acts = html! {
        @match &drafted {
            Some(drafted) => (waiting(&person, &one, drafted, None)),
            None => { (ask(&person, &one, &Fields::default())) (ask_paid(&person, &one, &Fields::default())) }
        }
    };
    Ok(page(&person, &one, &acts))
}

fn page(person: &Person, one: &Returned, acts: &Markup) -> Markup {
    let lang = person.lang;
    let body = html! {
        dl.facts {
            dt { (say(lang, "職員番号", "Staff no.")) } dd { (one.staff_no) }
            dt { (say(lang, "給与", "Payroll")) } dd { bdi { (one.label) } }
            dt { (say(lang, "金額", "Yen")) } dd { strong { (yen(one.amount)) } " " (say(lang, "円", "yen")) }
            dt { (say(lang, "返戻", "Came back")) } dd { (one.returned_on) " · " (one.reason) " " bdi { (one.reason_name) } }
            dt { (say(lang, "再振込", "Once more")) } dd { (again(lang, one)) }
        }
        (acts)
        p { a href=(ADDRESS) { (say(lang, "一覧に戻る", "Back to the list")) } }
    };
    let title = format!("{} {}", say(lang, "給与返戻", "Pay that came back"), one.id);
    frame(person, &Page::new(Nav::Worklists, &title), body)
}

/// The form of a transfer.
fn ask(person: &Person, one: &Returned, fields: &Fields) -> Markup {
    let lang = person.lang;
    html! {
        @if person.may_everywhere(Action::Operate) { section.panel {
            h2 { (say(lang, "もう一度振り込む（再振込）", "Transfer it once more")) }
            (post(person, &address(one.id, "transfer"), html! {
                (field(say(lang, "支払日（銀行営業日）", "Pay date, a bank business day"), "date", html! { input id="date" name="date" type="date" required value=(fields.get("date")); }))
                (field(say(lang, "訂正後の口座（銀行:支店:預金種別:口座番号）", "Corrected account, BANK:BRANCH:KIND:NUMBER"), "account", html! {
                    input id="account" name="account" placeholder="0001:201:1:1234567" autocomplete="off" value=(fields.get("account"));
                }))
                (field(say(lang, "訂正後の口座名義（カナ）", "Its holder in kana"), "holder", html! { input id="holder" name="holder" maxlength="30" autocomplete="off" value=(fields.get("holder")); }))
                p.hint { (say(lang, "口座が正しければ空欄のままにします。訂正後の口座は給与担当が確認したものを入力します。",
                              "Leave the account empty if it was right. A corrected one is what the payroll section says.")) }
                button.second type="submit" name="act" value="look" { (say(lang, "内容を確認する", "Look what it comes to")) }
            }))
        } }
    }
}

/// The form of a payment in another way.
fn ask_paid(person: &Person, one: &Returned, fields: &Fields) -> Markup {
    let lang = person.lang;
    html! {
        @if person.may_everywhere(Action::Operate) { section.panel {
            h2 { (say(lang, "別の方法で支給した（現金・窓口）", "It was paid in another way")) }
            (post(person, &address(one.id, "paid"), html! {
                (field(say(lang, "支給日", "Paid on"), "on", html! { input id="on" name="on" type="date" required value=(fields.get("on")); }))
                (field(say(lang, "支給の方法と領収書の番号など", "How, and what shows it"), "how", html! { input id="how" name="how" required maxlength="400" value=(fields.get("how")); }))
                p.hint { (say(lang, "給与振込明細を渡した人以外が、領収書などを確認して記録します。",
                              "Who handed over the payroll list does not record this; another person does, who has seen the receipt.")) }
                button.second type="submit" name="act" value="look" { (say(lang, "仕訳を確認する", "Look what is booked")) }
            }))
        } }
    }
}

fn address(id: i64, act: &str) -> String {
    format!("{ADDRESS}/returned/{id}/{act}")
}

fn draft_facts(lang: Lang, drafted: &DraftedPay) -> Markup {
    html! { dl.facts {
        dt { (say(lang, "支払日", "Pay date")) } dd { strong { (drafted.pay_date) } }
        dt { (say(lang, "振込先", "Goes to")) } dd { bdi { (drafted.branch) } " · " (say(lang, "口座番号の末尾", "account ending in")) " " (drafted.account_end) " "
            @if drafted.account_changed { (badge(Tone::Act, say(lang, "口座変更あり", "another account"))) } @else { (badge(Tone::Quiet, say(lang, "同じ口座", "the same account"))) } }
        dt { (say(lang, "支払元", "Out of")) } dd { bdi { (drafted.fund) } " · " (say(lang, "歳入歳出外現金", "off-budget cash")) }
        dt { (say(lang, "起票者", "Drafted by")) } dd { (drafted.made_by) }
        @if let Some(by) = &drafted.approved_by { dt { (say(lang, "決裁者", "Approved by")) } dd { (by) } }
    } }
}

/// A draft that waits, or what was approved and has not left.
fn waiting(person: &Person, one: &Returned, drafted: &DraftedPay, account: Option<&DraftedAccount>) -> Markup {
    let lang = person.lang;
    let is_draft = drafted.approved_by.is_none();
    let own = drafted.made_by.eq_ignore_ascii_case(&person.login);
    html! {
        section.panel {
            h2 { (say(lang, "再振込の内容", "The transfer")) }
            (draft_facts(lang, drafted))
            @match account {
                Some(account) => dl.facts {
                    dt { (say(lang, "口座", "Account")) } dd { strong { (account.account) } }
                    dt { (say(lang, "口座名義（カナ）", "Holder in kana")) } dd { (account.holder) }
                },
                None if may_see_account(person) => (post(person, &address(one.id, "account"), html! {
                    button.second type="submit" { (say(lang, "口座を表示（記録されます）", "Show the account (this is recorded)")) }
                })),
                None => {}
            }
            @if is_draft && own { p.hint { (say(lang, "起票した人は決裁できません。", "Who drafted it does not approve it.")) } }
            @else if is_draft && person.may_everywhere(Action::Approve) {
                p.hint { (say(lang, "決裁すると、この支払日の給与ファイルに載ります。口座は給与担当の書面と照合してください。",
                              "Once approved, the payroll file of its day carries it. Compare the account with the payroll section's paper.")) }
                (post(person, &address(one.id, "approve"), html! { button type="submit" { (say(lang, "決裁する", "Approve")) } }))
            }
            @if one.file.is_none() && person.may_everywhere(Action::Operate) {
                (post(person, &address(one.id, "withdraw"), html! {
                    (field(say(lang, "取下げの理由", "Why it is taken back"), "reason", html! { input id="reason" name="reason" required maxlength="400"; }))
                    button.danger type="submit" { (say(lang, "取り下げる", "Take it back")) }
                }))
            }
        }
    }
}

/// Whether they may see the account of a draft: who drafts it, and who approves it.
fn may_see_account(person: &Person) -> bool {
    [Action::Operate, Action::Approve].into_iter().any(|action| person.may_everywhere(action))
}

/// The draft with its account, to be compared with the payroll section's paper; the look is recorded.
pub(crate) async fn account(State(desk): State<Arc<Desk>>, person: Person, Path(id): Path<i64>) -> Answer {
    whole(&person)?;
    if !may_see_account(&person) {
        return Err(Refusal::forbidden());
    }
    let one = one(&desk, id).await?;
    let drafted = payroll::drafted_pay(&desk.pool, id).await?.ok_or_else(Refusal::not_found)?;
    let account = payroll::show_drafted_account(&desk.pool, id, &person.login).await?;
    let acts = waiting(&person, &one, &drafted, account.as_ref());
    Ok(page(&person, &one, &acts))
}

/// Who may act on what came back, and has just said who they are where something is done.
fn permitted(person: &Person, action: Action, id: i64) -> Answer<Option<Response>> {
    whole(person)?;
    if !person.may_everywhere(action) {
        return Err(Refusal::forbidden());
    }
    Ok((!person.proven_lately).then(|| see_other(&format!("/prove?back={ADDRESS}/returned/{id}"))))
}

/// A draft that transfers it once more: looked at first. An account is about a person, so it travels in no address.
pub(crate) async fn transfer(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer<Response> {
    if let Some(proof) = permitted(&person, Action::Operate, id)? {
        return Ok(proof);
    }
    let lang = person.lang;
    let pay_date = date(&fields, "date")?.ok_or_else(|| Refusal::value("date", fields.get("date")))?;
    let holder = fields.get("holder");
    let today = clock::today().to_string();
    let account = fields.some("account").map(|account| NewAccount { account, holder });
    let pay = PayAgain { returned: id, pay_date: &pay_date, account, who: &person.login, today: &today };
    if fields.get("act") == "draft" {
        payroll::repay_returned_pay(&desk.pool, &pay).await?;
        return Ok(done(&Notice::of_one("pay-drafted", Subject::ReturnedPay(id))));
    }
    let one = one(&desk, id).await?;
    let drafted = payroll::preview_repay(&desk.pool, &pay).await?;
    let acts = html! {
        section.panel {
            h2 { (say(lang, "この内容で起票します", "What would be drafted")) }
            (draft_facts(lang, &drafted))
            (post(&person, &address(id, "transfer"), html! {
                @for name in ["date", "account", "holder"] { input type="hidden" name=(name) value=(fields.get(name)); }
                button type="submit" name="act" value="draft" { (say(lang, "起票する（別の人が決裁します）", "Draft it; another person approves")) }
            }))
        }
        (ask(&person, &one, &fields))
    };
    Ok(page(&person, &one, &acts).into_response())
}

/// 決裁 of a draft, by another person.
pub(crate) async fn approve(State(desk): State<Arc<Desk>>, person: Person, Path(id): Path<i64>) -> Answer<Response> {
    if let Some(proof) = permitted(&person, Action::Approve, id)? {
        return Ok(proof);
    }
    payroll::approve_returned_pay(&desk.pool, &[id], &person.login, &clock::today().to_string()).await?;
    Ok(done(&Notice::of_one("approved", Subject::ReturnedPay(id))))
}

/// Takes it back while no file carries it.
pub(crate) async fn withdraw(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer<Response> {
    if let Some(proof) = permitted(&person, Action::Operate, id)? {
        return Ok(proof);
    }
    payroll::withdraw_returned_pay(&desk.pool, &[id], &person.login, fields.reason()?).await?;
    Ok(done(&Notice::of_one("pay-withdrawn", Subject::ReturnedPay(id))))
}

/// It reached the person in another way: the journal is looked at first.
pub(crate) async fn paid(State(desk): State<Arc<Desk>>, person: Person, Path(id): Path<i64>, fields: Fields) -> Answer<Response> {
    if let Some(proof) = permitted(&person, Action::Operate, id)? {
        return Ok(proof);
    }
    let lang = person.lang;
    let on = date(&fields, "on")?.ok_or_else(|| Refusal::value("on", fields.get("on")))?;
    let today = clock::today().to_string();
    let pay = PaidPay { returned: &[id], paid_on: &on, how: fields.get("how"), who: &person.login, today: &today };
    if fields.get("act") == "record" {
        returned::pay_returned_pay(&desk.pool, &pay).await?;
        return Ok(done(&Notice::of_one("pay-paid", Subject::ReturnedPay(id))));
    }
    let one = one(&desk, id).await?;
    let entries = returned::preview_paid_pay(&desk.pool, &pay).await?;
    let acts = html! {
        section.panel {
            h2 { (say(lang, "この内容で記録します", "What would be booked")) }
            (booked(lang, &entries, say(lang, "仕訳はありません。", "Nothing is booked.")))
            (post(&person, &address(id, "paid"), html! {
                @for name in ["on", "how"] { input type="hidden" name=(name) value=(fields.get(name)); }
                button type="submit" name="act" value="record" { (say(lang, "支給済みとして記録する", "Put it down as paid")) }
            }))
        }
        (ask_paid(&person, &one, &fields))
    };
    Ok(page(&person, &one, &acts).into_response())
}
