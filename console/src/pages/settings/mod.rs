//! 設定: what the office sets by itself, with who changed what and why. Everybody may look; changing is an administrator's.

/// Bank profiles.
pub(crate) mod banks;
/// Holidays.
pub(crate) mod calendar;
/// Where contract numbers stand.
pub(crate) mod contracts;
/// Files the program runs with.
pub(crate) mod files;
/// Sections of personnel cost.
pub(crate) mod payroll;
/// Accounts of events.
pub(crate) mod posting;
/// Those of one event.
pub(crate) mod posting_rule;
/// Portions, funding and figures of the survey.
pub(crate) mod shares;
/// The survey's words.
pub(crate) mod survey;
/// Rows and columns of the survey.
pub(crate) mod tables;

use axum::response::Response;
use maud::{Markup, html};
use renkei_consumers::ledger::settings::{self, By, SettingChange};
use renkei_core::calendar::clock;
use renkei_core::catalogue::Lang;
use renkei_core::words::say;
use serde_json::Value;
use sqlx::FromRow;

use crate::access::{Action, Person};
use crate::desk::Desk;
use crate::guard::see_other;
use crate::html::{Fields, Nav, Page, Tone, badge, field, frame, when, who};
use crate::notice::Notice;
use crate::refusal::{Answer, Refusal};

/// Changes shown on a page.
const CHANGES: i64 = 50;

/// A page of the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tab {
    Posting,
    Calendar,
    Contracts,
    Survey,
    Shares,
    Tables,
    Payroll,
    Banks,
    Files,
}

/// Address, Japanese and English name.
const TABS: [(Tab, &str, &str, &str); 9] = [
    (Tab::Posting, "/settings", "仕訳ルール", "Posting rules"),
    (Tab::Calendar, "/settings/calendar", "暦", "Calendar"),
    (Tab::Contracts, "/settings/contract-numbers", "契約番号の取出し", "Contract numbers"),
    (Tab::Survey, "/settings/survey", "決算統計の対応表", "Survey mapping"),
    (Tab::Shares, "/settings/survey/shares", "決算統計の内訳", "Survey portions"),
    (Tab::Tables, "/settings/survey/tables", "決算統計の表", "Survey tables"),
    (Tab::Banks, "/settings/banks", "銀行プロファイル", "Bank profiles"),
    (Tab::Payroll, "/settings/payroll", "給与の節", "Payroll sections"),
    (Tab::Files, "/settings/files", "設定ファイル", "Configuration"),
];

fn page(person: &Person, tab: Tab, fields: &Fields, body: Markup) -> Markup {
    let lang = person.lang;
    let body = html! {
        nav.tabs aria-label=(say(lang, "設定の種類", "Kinds of settings")) {
            @for (known, address, ja, en) in TABS { a href=(address) aria-current=[(known == tab).then_some("page")] { (say(lang, ja, en)) } }
        }
        (body)
    };
    frame(person, &Page::new(Nav::Settings, say(lang, "設定", "Settings")).after(Notice::of(fields.get("done"))), body)
}

/// Whether somebody may change settings: they belong to the whole house, not to one topic.
fn changes(person: &Person) -> bool {
    person.may_everywhere(Action::Configure)
}

/// Refuses who may not; asks again who is there when it is some minutes since they last said so.
fn permitted(person: &Person, back: &str) -> Answer<Option<Response>> {
    if !changes(person) {
        return Err(Refusal::forbidden());
    }
    Ok((!person.proven_lately).then(|| see_other(&format!("/prove?back={back}"))))
}

fn by<'a>(person: &'a Person, fields: &'a Fields) -> Answer<By<'a>> {
    Ok(By { actor: &person.login, why: fields.reason()? })
}

/// The field every change has. `id` tells the forms of a page apart.
fn reason(lang: Lang, id: &str) -> Markup {
    let id = format!("reason-{id}");
    field(say(lang, "変更の理由", "Why"), &id, html! { input id=(id) name="reason" required maxlength="400"; })
}

/// An item that the survey names in Japanese: by that name, or by its code, which is English.
fn coded(lang: Lang, code: &str, name: &str) -> String {
    if lang == Lang::Ja { name.to_owned() } else { code.replace('_', " ") }
}

fn seen(fields: &Fields) -> Answer<i32> {
    small(fields, "seen")
}

fn small(fields: &Fields, name: &str) -> Answer<i32> {
    i32::try_from(fields.number(name)?).map_err(|_| Refusal::value(name, fields.get(name)))
}

/// The fiscal year that ended last: the one the survey is about.
fn closed_year() -> i32 {
    let today = clock::today();
    i32::from(today.year()) - if today.month() < 4 { 2 } else { 1 }
}

fn day(fields: &Fields, name: &str) -> Answer<String> {
    let text = fields.get(name);
    text.parse::<jiff::civil::Date>().map(|day| day.to_string()).map_err(|_| Refusal::value(name, text))
}

/// The day from which a change counts; tomorrow is the first that can be.
fn first_day(lang: Lang, id: &str, name: &str) -> Markup {
    let id = format!("valid_from-{id}");
    let tomorrow = clock::today().tomorrow().map(|day| day.to_string()).unwrap_or_default();
    html! {
        (field(name, &id, html! { input id=(id) name="valid_from" type="date" required min=(tomorrow); }))
        p.hint { (say(lang, "明日以後の日を指定します。それより前の分は変わりません。", "Tomorrow or later; what is before it stays as it is.")) }
    }
}

/// The days on which a version of a setting counts, who made it and why.
#[derive(Debug, FromRow)]
struct Span {
    version: i32,
    valid_from: Option<String>,
    last_day: Option<String>,
    standing: String,
    why: String,
    made_by: String,
    made_at: Option<String>,
}

impl Span {
    fn headings(lang: Lang) -> Markup {
        html! {
            th.number { (say(lang, "版", "Version")) } th { (say(lang, "適用開始", "From")) } th { (say(lang, "適用終了", "To")) } th { (say(lang, "状態", "State")) }
            th { (say(lang, "理由", "Why")) } th { (say(lang, "変更者", "By")) } th { (say(lang, "日時", "When")) }
        }
    }

    fn cells(&self, lang: Lang) -> Markup {
        html! {
            td.number { (self.version) } td { (self.valid_from.as_deref().unwrap_or(say(lang, "当初から", "the beginning"))) } td { (self.last_day.as_deref().unwrap_or("–")) }
            td { @match self.standing.as_str() {
                "coming" => (badge(Tone::Act, say(lang, "予定", "to come"))),
                "counts" => (badge(Tone::Good, say(lang, "適用中", "counts"))),
                _ => (badge(Tone::Quiet, say(lang, "終了", "over"))),
            } }
            td { (self.why) } td { (self.made_by) } td { @if let Some(at) = &self.made_at { (when(at)) } }
        }
    }
}

/// Values of a setting before or after a change.
fn values(lang: Lang, value: &Value) -> Markup {
    const NAMES: [(&str, &str, &str); 14] = [
        ("debit", "借方", "debit"),
        ("credit", "貸方", "credit"),
        ("name", "名称", "name"),
        ("start_at", "開始位置", "starts at"),
        ("length", "桁数", "length"),
        ("strip_zeros", "先頭の0を除く", "without zeros"),
        ("item", "区分", "item"),
        ("payee", "債権者", "payee"),
        ("withheld", "控除対象", "deducted from"),
        ("valid_from", "適用開始", "from"),
        ("version", "版", "version"),
        ("opens", "開業", "open"),
        ("role", "意味", "meaning"),
        ("grade", "根拠", "evidence"),
    ];
    let name = |key: &str| {
        NAMES.iter().find(|(known, ..)| *known == key).map_or(key.to_owned(), |(_, ja, en)| say(lang, ja, en).to_owned())
    };
    let text = |key: &str, value: &Value| match value {
        Value::Null if matches!(key, "debit" | "credit") => say(lang, "予算科目の勘定科目", "that of the budget line").to_owned(),
        Value::Null => say(lang, "なし", "none").to_owned(),
        Value::Bool(true) => say(lang, "はい", "yes").to_owned(),
        Value::Bool(false) => say(lang, "いいえ", "no").to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    html! {
        @if let Some(object) = value.as_object() {
            ul.plain { @for (key, value) in object { li { (name(key)) ": " (text(key, value)) } } }
        }
    }
}

/// What was changed on this page so far.
async fn history(desk: &Desk, lang: Lang, setting: &str) -> Answer<Markup> {
    let changes: Vec<SettingChange> = settings::setting_changes(&desk.pool, setting, CHANGES).await?;
    Ok(html! {
        section.panel {
            h2 { (say(lang, "変更履歴", "Changes")) }
            @if changes.is_empty() { p.hint { (say(lang, "変更はまだありません。", "Nothing has been changed yet.")) } }
            @else { div.scroll { table {
                thead { tr {
                    th { (say(lang, "対象", "What")) } th.number { (say(lang, "版", "Version")) } th { (say(lang, "適用開始", "From")) }
                    th { (say(lang, "変更前", "Before")) } th { (say(lang, "変更後", "After")) } th { (say(lang, "理由", "Why")) }
                    th { (say(lang, "変更者", "By")) } th { (say(lang, "日時", "When")) }
                } }
                tbody { @for change in &changes { tr {
                    td { code { (change.key) } } td.number { (change.version) } td { (change.valid_from.as_deref().unwrap_or(say(lang, "変更時から", "at once"))) }
                    td { (values(lang, &change.before)) } td { (values(lang, &change.after)) } td { (change.why) } td { (who(lang, &change.made_by)) } td { (when(&change.made_at)) }
                } } }
            } } }
        }
    })
}
