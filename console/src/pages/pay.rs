//! 給与の支払日変更・再振込: pay that no file carries gets another day, and pay that came back is transferred once more. What it comes to
//! is shown first, by the same SQL rolled back; a second person decides.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use renkei_consumers::ledger::payroll::{self, Booked, DraftedPay, MovedPay, PayAgain, PayMove};
use renkei_consumers::ledger::returned::NewAccount;
use renkei_core::calendar::{Date, clock};
use renkei_core::catalogue::Lang;
use renkei_core::words::{self, say};
use sqlx::FromRow;

use super::ledger::whole;
use crate::access::{Action, Person};
use crate::desk::Desk;
use crate::guard::see_other;
use crate::html::{self, Fields, Nav, Page, Tone, badge, count, field, frame, post, search, yen};
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
    Ok(sqlx::query_as(include_str!("sql/returned_pay.sql")).bind(id).fetch_all(&desk.pool).await?)
}

/// Both lists.
pub(crate) async fn show(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer {
    whole(&person)?;
    let lang = person.lang;
    let today = clock::today();
    let since = today.checked_sub(jiff::Span::new().days(LOOKED_BACK)).unwrap_or(today);
    let unsent: Vec<Unsent> =
        sqlx::query_as(include_str!("sql/unsent_pay.sql")).bind(since.to_string()).fetch_all(&desk.pool).await?;
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

/// What a form says of a move, checked for its shape.
struct Move {
    from: String,
    to: Option<String>,
    kind: Option<String>,
}

fn day(fields: &Fields, name: &str) -> Answer<Option<String>> {
    let Some(text) = fields.some(name) else { return Ok(None) };
    text.parse::<Date>().map(|day| Some(day.to_string())).map_err(|_| Refusal::value(name, text))
}

impl Move {
    fn of(fields: &Fields) -> Answer<Move> {
        let from = day(fields, "from")?.ok_or_else(|| Refusal::value("from", fields.get("from")))?;
        let kind = fields.some("kind").map(str::to_owned);
        if kind.as_deref().is_some_and(|kind| !["1", "2", "3", "4", "5"].contains(&kind)) {
            return Err(Refusal::value("kind", fields.get("kind")));
        }
        Ok(Move { from, to: day(fields, "to")?, kind })
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

fn effect_of(lang: Lang, from: &str, to: &str, moved: &MovedPay, booked: &[Booked]) -> Markup {
    html! {
        section.panel {
            h2 { (say(lang, "変更すると", "What it comes to")) }
            dl.facts {
                dt { (say(lang, "支払日", "Pay date")) } dd { (from) " → " strong { (to) } }
                dt { (say(lang, "給与", "Payrolls")) } dd { (count(moved.runs)) }
                dt { (say(lang, "明細の振込", "Credits listed")) } dd { (count(moved.credits)) }
                dt { (say(lang, "金額", "Yen")) } dd { strong { (yen(moved.yen)) } " " (say(lang, "円", "yen")) }
            }
            @if booked.is_empty() { p.hint { (say(lang, "仕訳はありません。新しい支払日のファイルを作成し、承認します。", "Nothing is booked. The file of the new day is made and approved as any other.")) } }
            @else { div.scroll { table {
                thead { tr {
                    th { (say(lang, "作成される仕訳", "Booked")) } th { (say(lang, "日付", "Day")) } th { (say(lang, "年度", "Year")) } th { (say(lang, "借方", "Debit")) }
                    th { (say(lang, "貸方", "Credit")) } th.number { (say(lang, "件数", "Postings")) } th.number { (say(lang, "金額", "Yen")) }
                } }
                tbody { @for entry in booked { tr {
                    td { bdi { (entry.event) } } td { (entry.booked_on) } td { (entry.fiscal_year) } td { bdi { (entry.debit) } } td { bdi { (entry.credit) } }
                    td.number { (count(entry.postings)) } td.number { (yen(entry.yen)) }
                } } }
            } } }
        }
    }
}

/// Gives it the other day.
pub(crate) async fn carry(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer<Response> {
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
    Ok(done(&desk, "pay-moved"))
}

fn done(desk: &Desk, word: &str) -> Response {
    desk.lists.forget();
    see_other(&format!("{ADDRESS}?done={word}"))
}

async fn one(desk: &Desk, id: i64) -> Answer<Returned> {
    came_back(desk, Some(id)).await?.into_iter().next().ok_or_else(Refusal::not_found)
}

/// One that came back, and what can be done about it.
pub(crate) async fn returned(State(desk): State<Arc<Desk>>, person: Person, Path(id): Path<i64>) -> Answer {
    whole(&person)?;
    let one = one(&desk, id).await?;
    let drafted = payroll::drafted_pay(&desk.pool, id).await?;
    let acts = html! {
        @match &drafted {
            Some(drafted) => (waiting(&person, &one, drafted)),
            None => (ask(&person, &one, &Fields::default())),
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
fn waiting(person: &Person, one: &Returned, drafted: &DraftedPay) -> Markup {
    let lang = person.lang;
    let is_draft = drafted.approved_by.is_none();
    let own = drafted.made_by.eq_ignore_ascii_case(&person.login);
    html! {
        section.panel {
            h2 { (say(lang, "再振込の内容", "The transfer")) }
            (draft_facts(lang, drafted))
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
    let pay_date = day(&fields, "date")?.ok_or_else(|| Refusal::value("date", fields.get("date")))?;
    let holder = fields.get("holder");
    let today = clock::today().to_string();
    let account = fields.some("account").map(|account| NewAccount { account, holder });
    let pay = PayAgain { returned: id, pay_date: &pay_date, account, who: &person.login, today: &today };
    if fields.get("act") == "draft" {
        payroll::repay_returned_pay(&desk.pool, &pay).await?;
        return Ok(done(&desk, "pay-drafted"));
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
    Ok(done(&desk, "approved"))
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
    Ok(done(&desk, "pay-withdrawn"))
}
