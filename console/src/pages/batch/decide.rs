//! Preview, then confirm; cancel with its blockers listed; held lines. Each form leads to the same function as the command line.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};
use renkei_consumers::inbound::batch::said;
use renkei_consumers::inbound::{Batch, Blocker, Preview, State as BatchState};
use renkei_core::catalogue::Lang;
use renkei_core::words::{self, say};

use crate::access::{Action, Person};
use crate::desk::Desk;
use crate::guard::see_other;
use crate::html::{Fields, Nav, Page, Tone, badge, count, fault_told, field, frame, post, yen};
use crate::notice::HeldCounts;
use crate::refusal::{Answer, Refusal};

/// Held lines that can be ticked one by one.
const LINES_MAX: i64 = 500;

/// What can be decided now, for somebody who may.
pub(super) async fn forms(desk: &Desk, person: &Person, batch: &Batch) -> Answer {
    if !person.may_on(Action::Operate, &batch.topic) {
        return Ok(html! {});
    }
    let lang = person.lang;
    let held = if batch.state == BatchState::Held { waiting(desk, batch.id, LINES_MAX).await? } else { Vec::new() };
    // Lines, not the records below them: one invoice with twenty details is one thing to decide.
    let all = match i64::try_from(held.len()).unwrap_or(0) {
        LINES_MAX => i64::try_from(waiting(desk, batch.id, i64::MAX).await?.len()).unwrap_or(LINES_MAX),
        few => few,
    };
    let preview =
        matches!(batch.state, BatchState::AwaitingConfirmation | BatchState::Staged | BatchState::Held | BatchState::Duplicate);
    let cancel = matches!(
        batch.state,
        BatchState::Received | BatchState::Staged | BatchState::Posted | BatchState::Held | BatchState::AwaitingConfirmation
    );
    Ok(html! {
        @if preview || cancel {
            section.panel {
                h2 { (say(lang, "操作", "Act")) }
                @if preview {
                    p { a.button href={ "/batches/" (batch.id) "/preview" } { (say(lang, "記帳前に確認する", "Preview the effect")) } }
                }
                @if batch.state == BatchState::Held { (held_form(person, batch, &held, all)) }
                @if cancel { p { a href={ "/batches/" (batch.id) "/cancel" } { (say(lang, "取り消す…", "Cancel…")) } } }
            }
        }
    })
}

/// Lines of a batch that wait.
async fn waiting(desk: &Desk, batch: i64, rows: i64) -> Answer<Vec<i64>> {
    Ok(sqlx::query_scalar(include_str!("../sql/held_of_batch.sql")).bind(batch).bind(rows).fetch_all(&desk.pool).await?)
}

/// Lines one by one, or all of them: a file can hold more than anybody ticks.
fn held_form(person: &Person, batch: &Batch, held: &[i64], all: i64) -> Markup {
    let lang = person.lang;
    let cut = i64::try_from(held.len()).unwrap_or(0) == LINES_MAX;
    post(
        person,
        &format!("/batches/{}/held", batch.id),
        html! {
            fieldset {
                legend { (say(lang, "保留の行", "Held lines")) }
                label { input type="checkbox" name="whole" value="yes"; " " (say(lang, "保留のすべて", "all that is held")) " (" @if batch.held_whole { (say(lang, "ファイル全体", "the whole file")) } @else { (count(all)) " " (say(lang, "行", "lines")) } ")" }
                @if !batch.held_whole { @for line in held { " " label { input type="checkbox" name="line" value=(line); " " (line) } } }
                @if cut { p.hint { (say(lang, "先頭の500行を表示しています。", "The first 500 lines are shown.")) } }
            }
            (field(say(lang, "理由・メモ", "Reason or note"), "held-reason", html! { input id="held-reason" name="reason" maxlength="400"; }))
            button type="submit" name="act" value="post" { (say(lang, "選んだ行を記帳", "Post these lines")) }
            button.danger type="submit" name="act" value="reject" { (say(lang, "選んだ行を却下", "Give these lines up")) }
        },
    )
}

pub(super) async fn decidable(desk: &Desk, person: &Person, id: i64) -> Answer<Batch> {
    let batch = super::find(desk, person, id).await?;
    if person.may_on(Action::Operate, &batch.topic) { Ok(batch) } else { Err(Refusal::forbidden()) }
}

/// What moves money asks again who is at the keyboard, when that is a while ago; it leads back to the page of the form.
fn unproven(person: &Person, id: i64, form: &str) -> Option<Response> {
    (!person.proven_lately).then(|| see_other(&format!("/prove?back=/batches/{id}{form}")))
}

/// The journal it would make: the same SQL, run and rolled back.
pub(crate) async fn preview(State(desk): State<Arc<Desk>>, person: Person, Path(id): Path<i64>) -> Answer {
    let lang = person.lang;
    let batch = decidable(&desk, &person, id).await?;
    let preview = desk.intake.preview(id).await?;
    let confirm = match batch.state {
        BatchState::AwaitingConfirmation if !preview.refused => {
            Some(("confirm", say(lang, "この内容で記帳する", "Post this"), false))
        }
        BatchState::Staged => Some(("decide", say(lang, "もう一度判定する", "Decide again"), false)),
        BatchState::Duplicate => {
            Some(("post-duplicate", say(lang, "重複と承知のうえで記帳する", "Post the duplicate on purpose"), true))
        }
        _ => None,
    };
    let body = html! {
        (would(lang, &preview))
        @if let Some((act, words, needs_reason)) = confirm {
            (post(&person, &format!("/batches/{id}/{act}"), html! {
                (field(say(lang, "理由・メモ", "Reason or note"), "reason", html! { input id="reason" name="reason" maxlength="400" required[needs_reason]; }))
                button type="submit" { (words) }
            }))
        }
        p { a href={ "/batches/" (id) } { (say(lang, "受付に戻る", "Back to the batch")) } }
        @if !preview.findings.is_empty() {
            section.panel {
                h2 { (say(lang, "検査の結果", "What the checks say")) }
                table {
                    thead { tr { th.number { (say(lang, "行", "Line")) } th { (say(lang, "判定", "Verdict")) } th { (say(lang, "内容", "What")) } } }
                    tbody { @for finding in &preview.findings { tr {
                        td.number { @match finding.line { Some(line) => (line), None => (say(lang, "全体", "file")) } }
                        td { (words::verdict(lang, &finding.verdict)) }
                        td { (fault_told(lang, &finding.as_fault())) }
                    } } }
                }
            }
        }
        (accounts(lang, &preview))
    };
    let title = format!("{} {id}", say(lang, "記帳前の確認 受付", "Preview of batch"));
    Ok(frame(&person, &Page::new(Nav::Batches, &title), body))
}

pub(super) fn would(lang: Lang, preview: &Preview) -> Markup {
    html! {
        (refused_or_held(lang, preview))
        dl.facts {
            dt { (say(lang, "記帳される", "Would be posted")) } dd { (count(preview.records)) " " (say(lang, "件", "records")) " · " (yen(preview.yen)) " " (say(lang, "円", "yen")) }
            dt { (say(lang, "保留になる", "Would wait")) } dd { (count(preview.records_held)) }
            dt { (say(lang, "既知", "Known already")) } dd { (count(preview.records_skipped)) }
        }
    }
}

/// What the checks say of it as a whole.
pub(super) fn refused_or_held(lang: Lang, preview: &Preview) -> Markup {
    html! {
        @if preview.refused { p.refusal { (say(lang, "検査で却下されます。仕訳は作成されません。", "The checks would refuse it: no journal.")) } }
        @if preview.held_whole { p { (badge(Tone::Act, say(lang, "全件が保留になります", "all of it would wait"))) } }
    }
}

pub(super) fn accounts(lang: Lang, preview: &Preview) -> Markup {
    let journal = &preview.journal;
    html! {
        section.panel {
            h2 { (say(lang, "作成される仕訳", "The journal it would make")) }
            @if journal.accounts.is_empty() && preview.records == 0 { p.hint { (say(lang, "記帳されるレコードがないため、仕訳はありません。", "No record would be posted, so there is no entry.")) } }
            @else if journal.accounts.is_empty() { p.hint { (say(lang, "仕訳はありません（マスタの更新、または下書きのみ）。", "No entry (masters or drafts only).")) } }
            @else {
                table {
                    thead { tr { th { (say(lang, "勘定科目", "Account")) } th.number { (say(lang, "行数", "Lines")) } th.number { (say(lang, "借方", "Debit")) } th.number { (say(lang, "貸方", "Credit")) } } }
                    tbody { @for total in &journal.accounts { tr {
                        td { (total.account) " " (say(lang, total.account_name.as_deref().unwrap_or_default(), total.account_name_en.as_deref().unwrap_or_default())) }
                        td.number { (count(total.lines)) } td.number { (yen(total.debit)) } td.number { (yen(total.credit)) }
                    } } }
                }
                details {
                    summary { (say(lang, "明細", "Lines")) " (" (journal.lines.len()) "/" (journal.lines_total) ")" }
                    div.scroll { table {
                        thead { tr { th.number { (say(lang, "行", "Line")) } th { (say(lang, "日付", "Day")) } th { (say(lang, "勘定科目", "Account")) }
                            th.number { (say(lang, "借方", "Debit")) } th.number { (say(lang, "貸方", "Credit")) } th { (say(lang, "所属", "Organization")) } th { (say(lang, "摘要", "Memo")) } } }
                        tbody { @for line in &journal.lines { tr {
                            td.number { @if let Some(source) = line.line { (source) } } td { (line.booked_on) }
                            td { (line.account) " " (say(lang, line.account_name.as_deref().unwrap_or_default(), line.account_name_en.as_deref().unwrap_or_default())) }
                            td.number { @if line.debit != 0 { (yen(line.debit)) } } td.number { @if line.credit != 0 { (yen(line.credit)) } }
                            td { (line.organization.as_deref().unwrap_or_default()) } td { (line.memo.as_deref().unwrap_or_default()) }
                        } } }
                    } }
                }
            }
        }
    }
}

/// What a cancellation would meet, and the form for it.
pub(crate) async fn show_cancel(State(desk): State<Arc<Desk>>, person: Person, Path(id): Path<i64>) -> Answer {
    let lang = person.lang;
    let batch = decidable(&desk, &person, id).await?;
    let blockers = desk.intake.blockers(id).await?;
    let slips: i64 = sqlx::query_scalar(
        "select count(*) from ledger.assessments_of($1) a join ledger.payment_slip s on s.assessment_id = a.id
          where s.state in ('queued', 'uploaded')",
    )
    .bind(id)
    .fetch_one(&desk.pool)
    .await?;
    let body = html! {
        @if batch.records_posted > 0 { p { (batch.file) " · " (count(batch.records_posted)) " " (say(lang, "件を取り消します。記帳済の仕訳には反対仕訳を起こします。", "records; what was posted is reversed.")) } }
        @else { p { (batch.file) " · " (count(batch.records_read)) " " (say(lang, "件。まだ何も記帳していないため、仕訳は起こしません。待っている行は処理せずに終わります。", "records, none of which is posted: nothing is booked, and what waits ends.")) } }
        @if slips > 0 { p { (say(lang, "納付書も無効になります：", "Payment slips that end with it: ")) (count(slips)) } }
        @if blockers.is_empty() {
            (post(&person, &format!("/batches/{id}/cancel"), html! {
                (field(say(lang, "理由", "Reason"), "reason", html! { input id="reason" name="reason" required maxlength="400"; }))
                button.danger type="submit" { (say(lang, "取り消す", "Cancel it")) }
            }))
        } @else { (blocked(lang, &blockers)) }
        p { a href={ "/batches/" (id) } { (say(lang, "受付に戻る", "Back to the batch")) } }
    };
    let title = format!("{} {id}", say(lang, "取消 受付", "Cancel batch"));
    Ok(frame(&person, &Page::new(Nav::Batches, &title), body))
}

fn blocked(lang: Lang, blockers: &[Blocker]) -> Markup {
    html! {
        p.refusal { (say(lang, "次のものがこの受付を使っているため、取り消せません。先にそちらを処理してください。", "These use the batch, so it cannot be cancelled; mend them first.")) }
        table {
            thead { tr { th.number { (say(lang, "行", "Line")) } th { (say(lang, "内容", "What")) } } }
            tbody { @for blocker in blockers { tr {
                td.number { @if let Some(line) = blocker.line { (line) } }
                td { (fault_told(lang, &said(&blocker.code, blocker.line, blocker.detail.as_ref()))) }
            } } }
        }
    }
}

fn back(id: i64, done: &str) -> Response {
    see_other(&format!("/batches/{id}?done={done}"))
}

/// Posts what was previewed.
pub(crate) async fn confirm(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer<Response> {
    decidable(&desk, &person, id).await?;
    if let Some(proof) = unproven(&person, id, "/preview") {
        return Ok(proof);
    }
    desk.intake.confirm(id, &person.login, fields.get("reason")).await?;
    Ok(back(id, "confirmed"))
}

/// Decides a staged batch again.
pub(crate) async fn decide(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer<Response> {
    decidable(&desk, &person, id).await?;
    if let Some(proof) = unproven(&person, id, "/preview") {
        return Ok(proof);
    }
    desk.intake.decide_by(id, &person.login, fields.get("reason")).await?;
    Ok(back(id, "decided"))
}

/// Posts a duplicate on purpose.
pub(crate) async fn post_duplicate(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer<Response> {
    decidable(&desk, &person, id).await?;
    if let Some(proof) = unproven(&person, id, "/preview") {
        return Ok(proof);
    }
    desk.intake.post_duplicate(id, &person.login, fields.reason()?).await?;
    Ok(back(id, "duplicate-posted"))
}

/// 取消
pub(crate) async fn cancel(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer<Response> {
    decidable(&desk, &person, id).await?;
    if let Some(proof) = unproven(&person, id, "/cancel") {
        return Ok(proof);
    }
    desk.intake.cancel(id, &person.login, fields.reason()?).await?;
    Ok(back(id, "cancelled"))
}

/// Posts held lines, or gives them up.
pub(crate) async fn held(State(desk): State<Arc<Desk>>, person: Person, Path(id): Path<i64>, fields: Fields) -> Answer<Response> {
    decidable(&desk, &person, id).await?;
    if let Some(proof) = unproven(&person, id, "") {
        return Ok(proof);
    }
    let whole = fields.get("whole") == "yes";
    let mut lines = fields.numbers("line")?;
    if lines.is_empty() && !whole {
        return Err(Refusal::sentence("行を選んでください。", "Choose at least one line."));
    }
    if fields.get("act") == "reject" {
        let reason = fields.reason()?;
        if whole {
            lines = waiting(&desk, id, i64::MAX).await?;
        }
        desk.intake.reject_held(id, &lines, &person.login, reason).await?;
        return Ok(back(id, "rejected-held"));
    }
    let chosen = Some(lines.as_slice()).filter(|_| !whole);
    let posted = desk.intake.post_held(id, chosen, &person.login, fields.get("reason")).await?;
    Ok(back(id, &HeldCounts::default().and(&posted).word()))
}
