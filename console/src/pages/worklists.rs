//! 保留・要対応: held lines by kind over all batches, and the ledger's own lists of what waits for a person.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use renkei_consumers::inbound::batch::said;
use renkei_consumers::inbound::{HeldPosted, IntakeError};
use renkei_consumers::ledger::Column;
use renkei_core::catalogue::Lang;
use renkei_core::words::{self, say};
use serde_json::Value;
use sqlx::FromRow;

use super::batch::choose;
use super::lists::{LISTS, List, ROWS, counts, found, how_many};
use super::owners;
use crate::access::{Action, Person};
use crate::desk::Desk;
use crate::guard::see_other;
use crate::html::{
    self, Fields, Nav, Page, Tone, address, badge, count, csv, fault_told, field, frame, older, post, shown, when, yen,
};
use crate::notice::{HeldCounts, Notice};
use crate::refusal::{Answer, Refusal};

/// Rows of a list for a spreadsheet.
const CSV_ROWS: i64 = 100_000;

/// What stands before the number of pay that came back.
const PAY: &str = "給与返戻";

/// Open holds of one kind.
#[derive(Debug, FromRow)]
struct Kind {
    code: String,
    topic: String,
    lines: i64,
    batches: i64,
    oldest: String,
}

/// The kinds of what is held, and the lists.
pub(crate) async fn show(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer {
    let lang = person.lang;
    let kinds: Vec<Kind> =
        sqlx::query_as(include_str!("sql/held_kinds.sql")).bind(person.scope(Action::See).topics()).fetch_all(&desk.pool).await?;
    let house = person.may_everywhere(Action::See);
    let counts = if house { counts(&desk).await? } else { Vec::new() };
    let body = html! {
        section.panel {
            h2 { (say(lang, "保留の行", "Held lines")) }
            div id="kinds" data-live {
                @if kinds.is_empty() { (html::empty(say(lang, "保留の行はありません。", "No line is held."))) }
                @else {
                    div.scroll { table {
                        thead { tr { th { (say(lang, "理由", "Why")) } th { (say(lang, "連携", "Topic")) } th.number { (say(lang, "行数", "Lines")) } th.number { (say(lang, "受付数", "Batches")) } th { (say(lang, "最も古いもの", "Oldest")) } } }
                        tbody { @for kind in &kinds { tr {
                            td { a href={ "/worklists/held/" (kind.code) "?topic=" (kind.topic) } { (code_name(lang, &kind.code)) } " " code.detail { (kind.code) } }
                            td { (html::topic(&desk.registry, lang, &kind.topic)) } td.number { (count(kind.lines)) } td.number { (count(kind.batches)) } td { (when(&kind.oldest)) }
                        } } }
                    } }
                }
            }
        }
        @if house {
            section.panel {
                h2 { (say(lang, "帳簿の要対応リスト", "Lists of the ledger")) }
                ul.plain id="lists" data-live { @for ((address, _, ja, en), number) in LISTS.iter().zip(&counts) { li { a href={ "/worklists/" (address) } { (say(lang, ja, en)) } " " (how_many(lang, *number)) } }
                    li { a href="/worklists/pay" { (say(lang, "給与の支払日変更・再振込", "Pay: another day, once more")) } }
                }
            }
        }
    };
    Ok(frame(
        &person,
        &Page::new(Nav::Worklists, say(lang, "保留・要対応", "Worklists")).after(Notice::of(fields.get("done"))),
        body,
    ))
}

/// The text of a code without the places where its values stand.
fn code_name(lang: Lang, code: &str) -> String {
    html::general(lang, code).map_or_else(|| code.to_owned(), |(text, _)| text)
}

/// A held line.
#[derive(Debug, FromRow)]
struct Held {
    id: i64,
    batch_id: i64,
    topic: String,
    file: String,
    line: Option<i64>,
    code: String,
    detail: Option<Value>,
    yen: i64,
    at: String,
    owner: Option<String>,
    note: Option<String>,
}

/// Held lines of one kind, oldest first; several may be decided at once.
pub(crate) async fn held(State(desk): State<Arc<Desk>>, person: Person, Path(code): Path<String>, fields: Fields) -> Answer {
    let lang = person.lang;
    let after = fields.some("before").and_then(|text| text.parse::<i64>().ok()).unwrap_or(0);
    let lines: Vec<Held> = sqlx::query_as(include_str!("sql/held_lines.sql"))
        .bind(person.scope(Action::See).topics())
        .bind(&code)
        .bind(fields.some("topic"))
        .bind(after)
        .bind(ROWS)
        .fetch_all(&desk.pool)
        .await?;
    let next = lines.last().filter(|_| i64::try_from(lines.len()).unwrap_or(0) == ROWS).map(|line| line.id);
    let operates = person.may(Action::Operate);
    let remedy = html::general(lang, &code).and_then(|(_, remedy)| remedy);
    let topics: Vec<&str> = lines.iter().map(|line| line.topic.as_str()).collect::<BTreeSet<&str>>().into_iter().collect();
    let owners = if operates { owners::of(&desk, &topics).await? } else { Vec::new() };
    let list = html! {
        div.scroll { table {
            thead { tr {
                @if operates { th { label { input type="checkbox" data-all="finding" aria-label=(say(lang, "すべて選ぶ", "choose all")); } } }
                th { (say(lang, "受付・行", "Batch, line")) } th { (say(lang, "内容", "What")) } th.number { (say(lang, "金額", "Yen")) } th { (say(lang, "発生", "Since")) } th { (say(lang, "担当・メモ", "Owner, note")) }
            } }
            tbody { @for line in &lines { tr {
                @if operates { td { @if person.may_on(Action::Operate, &line.topic) { input type="checkbox" name="finding" value=(line.id) aria-label={ (say(lang, "選ぶ", "choose")) " " (line.id) }; } } }
                td.file { a href={ "/batches/" (line.batch_id) "?line=" (line.line.unwrap_or(0)) "#records" } { (line.batch_id) @if let Some(number) = line.line { " : " (number) } } " " span.hint { (line.file) } }
                // What to do stands above where it is the same for all.
                td { @if person.may_on(Action::Operate, &line.topic) { (choose::link(lang, line.batch_id, line.line, &line.code)) " " }
                     @let fault = said(&line.code, line.line, line.detail.as_ref()); @if remedy.is_some() { (html::without_remedy(lang, &fault)) } @else { (fault_told(lang, &fault)) } }
                td.number { (yen(line.yen)) } td { (when(&line.at)) }
                td { (line.owner.as_deref().unwrap_or_default()) " " (line.note.as_deref().unwrap_or_default()) }
            } } }
        } }
    };
    let body = html! {
        @if let Some(remedy) = remedy { p { "→ " (remedy) } }
        div id="held" data-live {
        @if lines.is_empty() { (html::empty(say(lang, "この理由の保留はありません。", "Nothing is held for this reason."))) }
        @else if operates {
            (post(&person, &format!("/worklists/held/{code}"), html! {
                (list)
                (field(say(lang, "理由・メモ", "Reason or note"), "reason", html! { input id="reason" name="reason" maxlength="400"; }))
                (owners::choice(lang, &owners, &person.login))
                button type="submit" name="act" value="post" { (say(lang, "選んだ行を記帳", "Post these lines")) }
                button.second type="submit" name="act" value="note" { (say(lang, "担当・メモを保存", "Save owner and note")) }
                button.danger type="submit" name="act" value="reject" { (say(lang, "選んだ行を却下", "Give these lines up")) }
            }))
        } @else { (list) }
        }
        (older(&person, &address(&format!("/worklists/held/{code}"), &fields, &["topic"]), next))
        p { a href="/worklists" { (say(lang, "一覧に戻る", "Back to the lists")) } }
    };
    let title = code_name(lang, &code);
    Ok(frame(&person, &Page::new(Nav::Worklists, &title).after(Notice::of(fields.get("done"))), body))
}

/// Which line of which batch a finding is about.
#[derive(Debug, FromRow)]
struct Chosen {
    batch_id: i64,
    topic: String,
    lines: Vec<i64>,
}

/// Posts, gives up or annotates the chosen lines, batch by batch.
pub(crate) async fn decide(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path(code): Path<String>,
    fields: Fields,
) -> Answer<Response> {
    let findings = fields.numbers("finding")?;
    if findings.is_empty() {
        return Err(Refusal::sentence("行を選んでください。", "Choose at least one line."));
    }
    let chosen: Vec<Chosen> = sqlx::query_as(include_str!("sql/held_chosen.sql")).bind(&findings).fetch_all(&desk.pool).await?;
    if chosen.iter().any(|batch| !person.may_on(Action::Operate, &batch.topic)) {
        return Err(Refusal::forbidden());
    }
    // What moves money asks again who is at the keyboard, when that is a while ago.
    if fields.get("act") != "note" && !person.proven_lately {
        return Ok(see_other(&format!("/prove?back=/worklists/held/{code}")));
    }
    if chosen.is_empty() && fields.get("act") != "note" {
        return Err(Refusal::sentence(
            "選んだ行は既に処理されています。一覧を開き直してください。ファイル全体の保留は、受付の画面で処理します。",
            "These lines were decided already; open the list again. What holds a whole file is decided on the batch's page.",
        ));
    }
    let back = |done: &str| see_other(&format!("/worklists/held/{code}?done={done}"));
    match fields.get("act") {
        "post" => {
            let mut done = Vec::new();
            for batch in &chosen {
                let lines = Some(batch.lines.as_slice());
                done.push(desk.intake.post_held(batch.batch_id, lines, &person.login, fields.get("reason")).await.map(Some));
            }
            outcome(&person, &code, &chosen, done)
        }
        "reject" => {
            let reason = fields.reason()?;
            let mut done = Vec::new();
            for batch in &chosen {
                done.push(desk.intake.reject_held(batch.batch_id, &batch.lines, &person.login, reason).await.map(|_| None));
            }
            outcome(&person, &code, &chosen, done)
        }
        "note" => {
            let topics: Vec<String> =
                sqlx::query_scalar(include_str!("sql/topics_of_findings.sql")).bind(&findings).fetch_all(&desk.pool).await?;
            let topics: Vec<&str> = topics.iter().map(String::as_str).collect();
            owners::check(&desk, fields.get("owner"), &topics).await?;
            desk.intake.note_findings(&findings, fields.get("owner"), fields.get("reason"), &person.login).await?;
            Ok(back("noted"))
        }
        other => Err(Refusal::value("act", other)),
    }
}

/// What became of the lines of each batch. Batches go one by one: what one refuses does not keep the others, and each is told.
fn outcome(
    person: &Person,
    code: &str,
    chosen: &[Chosen],
    done: Vec<Result<Option<HeldPosted>, IntakeError>>,
) -> Answer<Response> {
    if let [Err(_)] = done.as_slice() {
        // One batch was asked for: its refusal is the answer.
        return done.into_iter().find_map(Result::err).map_or_else(|| Err(Refusal::not_found()), |error| Err(error.into()));
    }
    if done.iter().all(Result::is_ok) {
        let posted: Vec<&HeldPosted> = done.iter().flatten().flatten().collect();
        let counts = posted.iter().fold(HeldCounts::default(), |counts, posted| counts.and(posted));
        let word = if posted.is_empty() { "rejected-held".to_owned() } else { counts.word() };
        return Ok(see_other(&format!("/worklists/held/{code}?done={word}")));
    }
    let lang = person.lang;
    let failed = done.iter().filter(|one| one.is_err()).count();
    let rows = chosen.iter().zip(done).map(|(batch, done)| html! { tr {
        td { a href={ "/batches/" (batch.batch_id) } { (batch.batch_id) } } td.number { (batch.lines.len()) }
        @match done {
            Ok(Some(posted)) => {
                td { (badge(Tone::Good, say(lang, "処理済", "done"))) }
                td { (say(lang, "記帳", "posted")) " " (posted.posted) " · " (say(lang, "既知", "known")) " " (posted.known) " · " (say(lang, "保留のまま", "still held")) " " (posted.held) }
            }
            Ok(None) => { td { (badge(Tone::Good, say(lang, "処理済", "done"))) } td { (say(lang, "却下しました", "given up")) } }
            Err(error) => { td { (badge(Tone::Bad, say(lang, "処理できず", "not done"))) } td { (Refusal::from(error).body(lang)) } }
        }
    } });
    let body = html! {
        p.refusal role="alert" { (if lang == Lang::Ja { format!("{}件の受付のうち{failed}件は処理できませんでした。ほかは処理済みです。", chosen.len()) }
                                  else { format!("Of {} batches {failed} could not be done; the others are.", chosen.len()) }) }
        table {
            thead { tr { th { (say(lang, "受付", "Batch")) } th.number { (say(lang, "選んだ行", "Lines chosen")) } th { (say(lang, "結果", "Outcome")) } th { (say(lang, "内容", "What")) } } }
            tbody { @for row in rows { (row) } }
        }
        p { a href={ "/worklists/held/" (code) } { (say(lang, "一覧に戻る", "Back to the list")) } }
    };
    let title = say(lang, "保留の行の処理結果", "What became of the held lines");
    Ok(frame(person, &Page::new(Nav::Worklists, title), body).into_response())
}

fn cell(lang: Lang, list: &str, column: &Column, value: Option<&String>) -> Markup {
    let (key, ja, _) = column;
    let Some(value) = value else { return html! {} };
    match (*key, value.parse::<i64>()) {
        ("yen" | "taxable" | "withheld", Ok(amount)) => yen(amount),
        ("id", Ok(id)) if matches!(list, "unallocated" | "overpayments") => {
            html! { a href={ "/worklists/" (list) "/" (id) } { (id) } }
        }
        // Pay of one person stands in the list by its number.
        ("order", _) if list == "returned" && value.starts_with(PAY) => {
            html! { a href={ "/worklists/pay/returned/" (value.trim_start_matches(PAY)) } { (value) } }
        }
        ("by", _) => html::who(lang, value),
        ("batch", Ok(batch)) => html! { a href={ "/batches/" (batch) } { (batch) } },
        (_, Ok(number)) if ja.starts_with('>') => html! { (number) },
        _ => shown(key, &words::cell(lang, key, value), false),
    }
}

/// The same for a spreadsheet, masked as on the page.
fn text_of(lang: Lang, key: &str, value: &str) -> String {
    let told = words::cell(lang, key, value);
    if html::is_personal(key) { html::kept(&told) } else { told }
}

/// One list of the ledger.
pub(crate) async fn list(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path(name): Path<String>,
    fields: Fields,
) -> Answer<Response> {
    let lang = person.lang;
    let wanted = name.strip_suffix(".csv");
    let place = LISTS.iter().position(|(known, ..)| *known == wanted.unwrap_or(&name)).ok_or_else(Refusal::not_found)?;
    let (address, list, ja, en) = LISTS[place];
    // What belongs to the whole ledger is for those who may look at all of it.
    if !person.may_everywhere(Action::See) {
        return Err(Refusal::forbidden());
    }
    let columns = list.columns();
    if wanted.is_some() {
        let rows = list.rows(&desk.pool, CSV_ROWS).await?;
        let headings: Vec<&str> = columns.iter().map(|(_, ja, en)| say(lang, ja, en)).collect();
        let text = |row: &Vec<Option<String>>| {
            let cells = columns.iter().zip(row);
            cells.map(|((key, ..), value)| value.as_ref().map(|value| text_of(lang, key, value)).unwrap_or_default()).collect()
        };
        return Ok(csv(&format!("{address}.csv"), &headings, &rows.iter().map(text).collect::<Vec<Vec<String>>>()));
    }
    let known = found(&desk, place).await?;
    let List { rows, count } = &known.value;
    let body = html! {
        div id="list" data-live {
        @if rows.is_empty() { (html::empty(say(lang, "該当するものはありません。", "There is none."))) }
        @else {
            p { (how_many(lang, *count)) " " (say(lang, "件", "entries")) " · " a href={ "/worklists/" (address) ".csv" } { (say(lang, "CSVで保存", "Save as CSV")) } }
            div.scroll { table {
                thead { tr { @for (_, ja, en) in columns { @let heading = say(lang, ja, en); th.number[heading.starts_with('>')] { (heading.trim_start_matches('>')) } } } }
                tbody { @for row in rows { tr { @for (column, value) in columns.iter().zip(row) { td.number[column.1.starts_with('>')] { (cell(lang, address, column, value.as_ref())) } } } } }
            } }
            @if *count > rows.len() { p.hint { (say(lang, "先頭の100件を表示しています。ほかはCSVにあります。", "The first 100 are shown; the CSV has the rest.")) } }
        }
        p.hint { (say(lang, "集計時点", "As of")) " " (when(&known.at)) }
        }
        p { a href="/worklists" { (say(lang, "一覧に戻る", "Back to the lists")) } }
    };
    let page = Page::new(Nav::Worklists, say(lang, ja, en)).after(Notice::of(fields.get("done")));
    Ok(frame(&person, &page, body).into_response())
}
