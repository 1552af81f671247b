//! A held line whose payee or commitment is not known, or does not fit: the person looks for the right one, sees what comes of it, and posts.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};
use renkei_consumers::inbound::{Batch, Choice, Chosen, Finding, Preview};
use renkei_core::catalogue::{self, Lang};
use renkei_core::words::{self, say};
use serde_json::Value;
use sqlx::FromRow;

use super::super::seen;
use super::decide::{accounts, decidable, refused_or_held};
use super::records::may_unmask;
use crate::access::Person;
use crate::desk::Desk;
use crate::guard::see_other;
use crate::html::{self, Fields, Nav, Page, Tone, badge, fault_told, field, frame, post, record, search, shown, when, who, yen};
use crate::notice::HeldCounts;
use crate::refusal::{Answer, Refusal};

/// What is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Creditor,
    Commitment,
}

impl Kind {
    fn parse(word: &str) -> Answer<Kind> {
        [Kind::Creditor, Kind::Commitment].into_iter().find(|kind| kind.word() == word).ok_or_else(Refusal::not_found)
    }

    const fn word(self) -> &'static str {
        match self {
            Kind::Creditor => "creditor",
            Kind::Commitment => "commitment",
        }
    }

    const fn name(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Kind::Creditor, Lang::Ja) => "債権者",
            (Kind::Creditor, Lang::En) => "creditor",
            (Kind::Commitment, Lang::Ja) => "支出負担行為",
            (Kind::Commitment, Lang::En) => "commitment",
        }
    }
}

/// The way to the page, where a person may choose something for a line held with that code.
pub(crate) fn link(lang: Lang, batch: i64, line: Option<i64>, code: &str) -> Markup {
    let object = catalogue::choice(code).and_then(|object| Kind::parse(object).ok());
    html! { @if let (Some(line), Some(kind)) = (line, object) {
        a href={ "/batches/" (batch) "/lines/" (line) "/choose/" (kind.word()) } { (kind.name(lang)) (say(lang, "を選ぶ", ": choose")) }
    } }
}

/// A creditor that may be meant.
#[derive(Debug, FromRow)]
struct Creditor {
    no: String,
    name: String,
    corporate_number: Option<String>,
    invoice_number: Option<String>,
    suspended: bool,
    account: bool,
}

/// A commitment that may be meant.
#[derive(Debug, FromRow)]
struct Commitment {
    no: String,
    contract_no: Option<String>,
    title: String,
    fiscal_year: i32,
    budget_line: String,
    creditor: Option<String>,
    creditor_name: Option<String>,
    amount: i64,
    remaining: i64,
    state: String,
}

/// The line: what it says, what is asked, what may be meant, and what would come of it.
pub(crate) async fn show(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path((id, line, object)): Path<(i64, i64, String)>,
    fields: Fields,
) -> Answer {
    let lang = person.lang;
    let kind = Kind::parse(&object)?;
    let batch = decidable(&desk, &person, id).await?;
    let asked = asked(&desk, id, line, kind).await?;
    let full = may_unmask(&person, &batch);
    if full {
        seen::note(&desk, &person, ("batch", &id.to_string()), "choice").await?;
    }
    let said = desk.intake.said(id, line, kind.word()).await?;
    let chosen = desk.intake.choices(id, line).await?;
    let address = format!("/batches/{id}/lines/{line}/choose/{}", kind.word());
    let preview = match fields.some("to") {
        Some(to) => Some((to, desk.intake.preview_choice(id, Choice { line, object: kind.word(), chosen: to }).await?)),
        None => None,
    };
    let body = html! {
        p { a href={ "/batches/" (id) } { (say(lang, "受付に戻る", "Back to the batch")) } " · " (batch.file) }
        section.panel { h2 { (say(lang, "この行の保留の理由", "Why the line waits")) }
            ul.plain { @for finding in &asked { li { (fault_told(lang, &Finding { detail: seen::values(finding.detail.as_ref(), full), ..finding.clone() }.as_fault()))
                // Another question about the line may ask for another object.
                @if catalogue::choice(&finding.code) != Some(kind.word()) { (link(lang, id, Some(line), &finding.code)) } } } }
        }
        (line_panel(&desk, lang, &batch, line, full).await?)
        @if !chosen.is_empty() { (history(lang, &chosen)) }
        @if let Some((to, preview)) = &preview { (effect(&person, kind, &address, to, preview, &beside(&desk, lang, kind, to, &said, full).await?)) }
        section.panel {
            h2 { (kind.name(lang)) (say(lang, "を探す", ": look for it")) }
            (search(&address, html! {
                (field(hint(lang, kind), "find", html! { input id="find" name="find" type="search" value=(fields.get("find")); }))
                button.second type="submit" { (say(lang, "検索", "Find")) }
            }))
            (candidates(&desk, lang, kind, &address, &said, fields.some("find"), full).await?)
        }
    };
    let title = format!(
        "{} {id} · {} {line}：{}{}",
        say(lang, "受付", "Batch"),
        say(lang, "行", "line"),
        kind.name(lang),
        say(lang, "の選択", ": choose")
    );
    Ok(frame(&person, &Page::new(Nav::Worklists, &title), body))
}

const fn hint(lang: Lang, kind: Kind) -> &'static str {
    match (kind, lang) {
        (Kind::Creditor, Lang::Ja) => "債権者番号・名称・カナ・法人番号・登録番号",
        (Kind::Creditor, Lang::En) => "Number, name, kana, corporate or registration number",
        (Kind::Commitment, Lang::Ja) => "支出負担行為番号・契約番号（一部でも可）・件名・債権者の番号か名称",
        (Kind::Commitment, Lang::En) => "Number or contract (or a part), title, creditor",
    }
}

/// What the checks ask about such an object on this line; nothing: there is nothing to choose.
async fn asked(desk: &Desk, batch: i64, line: i64, kind: Kind) -> Answer<Vec<Finding>> {
    let found = desk.intake.findings_on(batch, line).await?;
    let open = |finding: &Finding| finding.state == "open" && finding.verdict == "hold";
    let asked: Vec<Finding> = found.into_iter().filter(open).collect();
    let about = asked.iter().any(|finding| catalogue::choice(&finding.code) == Some(kind.word()));
    if about { Ok(asked) } else { Err(Refusal::not_found()) }
}

/// What the line says, as it came.
async fn line_panel(desk: &Desk, lang: Lang, batch: &Batch, line: i64, full: bool) -> Answer {
    let records = desk.intake.records(batch.id, line, line).await?;
    let folder = desk.registry.incoming(&batch.topic).and_then(|topic| topic.integration.as_ref());
    let layout = folder.and_then(|folder| folder.layout(&batch.layout));
    let kind = |id: &str| layout.and_then(|layout| layout.kinds().iter().find(|kind| kind.id == id)).map(Arc::as_ref);
    Ok(
        html! { details { summary { (say(lang, "この行の内容（受け付けたまま。変更されません）", "What the line says, as it came; it is not changed")) }
            @for one in &records { (record(lang, kind(&one.kind), &one.fields, full)) }
        } },
    )
}

/// What was chosen for a line, by whom and why.
pub(crate) fn history(lang: Lang, chosen: &[Chosen]) -> Markup {
    let name = |object: &str| Kind::parse(object).map(|kind| kind.name(lang)).unwrap_or_default();
    html! { section.panel { h2 { (say(lang, "これまでの選択", "Chosen so far")) }
        ul.plain { @for one in chosen { li { (when(&one.at)) " " (who(lang, &one.by)) " · " (name(&one.object)) " " code { (one.chosen) } " · " (one.reason) } } }
    } }
}

/// What would come of it, and the form that does it.
fn effect(person: &Person, kind: Kind, address: &str, to: &str, preview: &Preview, beside: &Markup) -> Markup {
    let lang = person.lang;
    let passes = !preview.refused && !preview.held_whole && preview.records_held == 0;
    html! {
        section.panel id="effect" {
            h2 { (kind.name(lang)) " " code { (to) } (say(lang, "を選んだ場合", ": what comes of it")) " "
                @if passes { (badge(Tone::Good, say(lang, "記帳できます", "it can be posted"))) } @else { (badge(Tone::Act, say(lang, "保留のまま", "it would still wait"))) } }
            (beside)
            // Of one line the badge says it all: what hangs below it would be counted, too.
            (refused_or_held(lang, preview))
            @if passes { p { (say(lang, "記帳される金額", "Would be posted")) " " (yen(preview.yen)) " " (say(lang, "円", "yen")) } }
            @if !preview.findings.is_empty() { ul.plain { @for finding in &preview.findings { li { (words::verdict(lang, &finding.verdict)) "：" (fault_told(lang, &finding.as_fault())) } } } }
            @if !preview.journal.accounts.is_empty() { (accounts(lang, preview)) }
            @if !preview.refused {
                (post(person, address, html! {
                    input type="hidden" name="to" value=(to);
                    (field(say(lang, "理由（何で確かめたか）", "Why, and how it was made sure"), "reason", html! { input id="reason" name="reason" required maxlength="400"; }))
                    button type="submit" { @if passes { (say(lang, "これを選んで記帳する", "Choose it and post the line")) } @else { (say(lang, "これを選ぶ（行は保留のまま）", "Choose it; the line stays held")) } }
                }))
            }
        }
    }
}

/// What was chosen beside what the line says: what differs is seen before it is posted.
async fn beside(desk: &Desk, lang: Lang, kind: Kind, to: &str, said: &Value, full: bool) -> Answer {
    let says = |field: &str| said.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    // Name of the row, what the line says, what was chosen, and whether it is a name.
    let rows: Vec<(&str, String, String, bool)> = match kind {
        Kind::Creditor => {
            let found: Vec<Creditor> = sqlx::query_as(include_str!("../sql/choose_creditor.sql"))
                .bind(Some(to))
                .bind(said)
                .fetch_all(&desk.pool)
                .await?;
            let Some(one) = found.into_iter().find(|one| one.no == to) else { return Ok(html! {}) };
            let account = if one.account { "" } else { say(lang, "口座なし", "no account") };
            vec![
                (say(lang, "債権者番号", "Number"), says("creditor"), one.no, false),
                (say(lang, "名称", "Name"), says("issuer_name"), one.name, true),
                (say(lang, "法人番号", "Corporate number"), says("corporate_number"), text(&one.corporate_number), false),
                (say(lang, "登録番号", "Registration"), says("invoice_number"), text(&one.invoice_number), false),
                (say(lang, "口座", "Account"), String::new(), account.to_owned(), false),
            ]
        }
        Kind::Commitment => {
            let found: Vec<Commitment> = sqlx::query_as(include_str!("../sql/choose_commitment.sql"))
                .bind(Some(to))
                .bind(said)
                .fetch_all(&desk.pool)
                .await?;
            let Some(one) = found.into_iter().find(|one| one.no == to) else { return Ok(html! {}) };
            vec![
                (say(lang, "番号", "Number"), says("commitment_no"), one.no, false),
                (say(lang, "契約番号", "Contract"), says("contract_no"), text(&one.contract_no), false),
                (say(lang, "件名", "Title"), says("contract_name"), one.title, false),
                (say(lang, "債権者", "Creditor"), String::new(), text(&one.creditor_name), true),
            ]
        }
    };
    Ok(html! { div.scroll { table {
        thead { tr { th { (say(lang, "項目", "Item")) } th { (say(lang, "行の内容", "The line says")) } th { (say(lang, "選んだもの", "What is chosen")) } th {} } }
        tbody { @for (name, says, is, of_a_name) in &rows { @if !says.is_empty() || !is.is_empty() { tr {
            th scope="row" { (name) }
            @for value in [says, is] { td { @if *of_a_name { (shown("creditor_name", value, full)) } @else { (value) } } }
            td { @if !says.is_empty() && says != is { (badge(Tone::Act, say(lang, "違います", "differs"))) } }
        } } } }
    } } })
}

async fn candidates(desk: &Desk, lang: Lang, kind: Kind, address: &str, said: &Value, find: Option<&str>, full: bool) -> Answer {
    let to = |no: &str| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("find", find.unwrap_or_default()).append_pair("to", no);
        format!("{address}?{}#effect", query.finish())
    };
    let none = html::empty(if find.is_some() {
        say(lang, "該当するものはありません。", "None is found.")
    } else {
        say(
            lang,
            "行の内容に一致するものはありません。番号や名称で検索してください。",
            "None fits what the line says; look for it.",
        )
    });
    Ok(match kind {
        Kind::Creditor => {
            let found: Vec<Creditor> =
                sqlx::query_as(include_str!("../sql/choose_creditor.sql")).bind(find).bind(said).fetch_all(&desk.pool).await?;
            html! { @if found.is_empty() { (none) } @else { div.scroll { table {
                thead { tr { th { (say(lang, "債権者番号", "Number")) } th { (say(lang, "名称", "Name")) } th { (say(lang, "法人番号", "Corporate number")) } th { (say(lang, "登録番号", "Registration")) } th { (say(lang, "状態", "State")) } th {} } }
                tbody { @for one in &found { tr {
                    td { code { (one.no) } } td { (shown("creditor_name", &one.name, full)) }
                    td { (one.corporate_number.as_deref().unwrap_or_default()) } td { (one.invoice_number.as_deref().unwrap_or_default()) }
                    td { @if one.suspended { (badge(Tone::Bad, say(lang, "支払停止中", "suspended"))) " " } @if !one.account { (badge(Tone::Act, say(lang, "口座なし", "no account"))) } }
                    td { a href=(to(&one.no)) aria-label={ (say(lang, "効果を確認", "see what comes of it")) " " (one.no) } { (say(lang, "効果を確認", "see what comes of it")) } }
                } } }
            } } } }
        }
        Kind::Commitment => {
            let found: Vec<Commitment> =
                sqlx::query_as(include_str!("../sql/choose_commitment.sql")).bind(find).bind(said).fetch_all(&desk.pool).await?;
            html! { @if found.is_empty() { (none) } @else { div.scroll { table {
                thead { tr { th { (say(lang, "番号・契約", "Number, contract")) } th { (say(lang, "件名", "Title")) } th { (say(lang, "年度・予算科目", "Year, budget line")) } th { (say(lang, "債権者", "Creditor")) }
                    th.number { (say(lang, "負担行為額", "Bound")) } th.number { (say(lang, "残額", "Left")) } th { (say(lang, "状態", "State")) } th {} } }
                tbody { @for one in &found { tr {
                    td { code { (one.no) } " " (one.contract_no.as_deref().unwrap_or_default()) } td { (one.title) } td { (one.fiscal_year) " " (one.budget_line) }
                    td { (one.creditor.as_deref().unwrap_or_default()) " " (shown("creditor_name", one.creditor_name.as_deref().unwrap_or_default(), full)) }
                    td.number { (yen(one.amount)) } td.number { (yen(one.remaining)) } td { (catalogue::word("commitment_state", &one.state, lang).unwrap_or(&one.state)) @if one.remaining <= 0 { " " (badge(Tone::Bad, say(lang, "残額なし", "nothing left"))) } }
                    td { a href=(to(&one.no)) aria-label={ (say(lang, "効果を確認", "see what comes of it")) " " (one.no) } { (say(lang, "効果を確認", "see what comes of it")) } }
                } } }
            } } } }
        }
    })
}

/// Keeps the choice and posts the line, if the checks pass it.
pub(crate) async fn choose(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path((id, line, object)): Path<(i64, i64, String)>,
    fields: Fields,
) -> Answer<Response> {
    let kind = Kind::parse(&object)?;
    decidable(&desk, &person, id).await?;
    if !person.proven_lately {
        return Ok(see_other(&format!("/prove?back=/batches/{id}/lines/{line}/choose/{}", kind.word())));
    }
    let choice = Choice { line, object: kind.word(), chosen: fields.get("to") };
    let posted = desk.intake.choose(id, choice, &person.login, fields.reason()?).await?;
    let told = if posted.posted + posted.known > 0 { HeldCounts::default().and(&posted).word() } else { "chosen".to_owned() };
    Ok(see_other(&format!("/batches/{id}?done={told}")))
}
