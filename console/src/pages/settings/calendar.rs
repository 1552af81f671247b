//! 暦: holidays of office and banks, days that one of them has by itself, and up to which day they are known.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use jiff::ToSpan as _;
use jiff::civil::Date;
use maud::{Markup, html};
use renkei_consumers::calendar;
use renkei_consumers::ledger::settings;
use renkei_core::calendar::{BusinessCalendar, DayRule, OwnDay, clock};
use renkei_core::catalogue::Lang;
use renkei_core::words::{self, say};
use sqlx::FromRow;

use super::{Tab, by, changes, day, history, page, permitted, reason};
use crate::access::{Action, Person};
use crate::desk::Desk;
use crate::guard::see_other;
use crate::html::{Fields, Tone, badge, count, empty, field, ja, post, yen};
use crate::refusal::{Answer, Refusal};

/// Holidays from this year on.
pub(crate) async fn show(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer {
    let lang = person.lang;
    let calendar = calendar::load(&desk.pool).await.map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "the calendar cannot be read");
        Refusal::sentence(
            "暦を読めません。システム管理者に連絡してください。",
            "The calendar cannot be read; tell the system's administrator.",
        )
    })?;
    let today = clock::today();
    let edits = changes(&person);
    let body = html! {
        dl.facts {
            dt { (say(lang, "暦の期間", "Known")) } dd { (calendar.since()) " – " (calendar.horizon()) }
            dt { (say(lang, "残り", "Left")) } dd { (calendar.days_left(today)) " " (say(lang, "日", "days")) }
        }
        p.hint { (say(lang, "国民の祝日は庁舎・金融機関とも休業です。これとは別に、庁舎は12月29日から1月3日まで、金融機関は12月31日から1月3日まで休業です。内閣府の「国民の祝日」を取り込むと、その年の休日は一覧のとおりになります。取込みのコマンド:",
                      "A holiday closes the office and the banks. Besides, the office is closed from 29 December, banks from 31 December, to 3 January. The years of an imported list of the Cabinet Office are as the list says. To import it:"))
                 " " code { "renkei calendar import" } }
        @if edits { div.columns { (form(&person)) (own_form(&person)) } }
        (due_on_closed_days(&desk, &person, &calendar, today).await?)
        (own_days(lang, &calendar, today))
        (years(lang, &calendar, today))
        (history(&desk, lang, "own_day").await?)
        (history(&desk, lang, "holiday").await?)
    };
    Ok(page(&person, Tab::Calendar, &fields, body))
}

/// Payment orders of a state that are due on a day.
#[derive(Debug, FromRow)]
struct Due {
    day: String,
    state: String,
    orders: i64,
    yen: i64,
}

/// Coming days on which banks are closed although somebody is to be paid then. Only the closed days are looked up, by the index on the
/// pay date: how many orders there are makes no difference.
async fn due_on_closed_days(desk: &Desk, person: &Person, calendar: &BusinessCalendar, today: Date) -> Answer<Markup> {
    let lang = person.lang;
    if !person.may_everywhere(Action::See) {
        return Ok(Markup::default());
    }
    let coming = today.series(1.day()).take_while(|day| *day <= calendar.horizon());
    let closed = coming.filter(|day| calendar.is_business_day(DayRule::Bank, *day) == Ok(false));
    let closed: Vec<String> = closed.map(|day| day.to_string()).collect();
    let due: Vec<Due> = sqlx::query_as(include_str!("sql/due_on_days.sql")).bind(&closed).fetch_all(&desk.pool).await?;
    Ok(html! { @if !due.is_empty() { section.panel {
        h2 { (say(lang, "金融機関の休業日に支払日がある支出命令", "Payment orders due on days on which banks are closed")) " " (badge(Tone::Act, say(lang, "要確認", "look at it"))) }
        p.hint { (say(lang, "この日には振り込めません。支払日を変更するか、休業日の扱いを銀行プロファイルで確認してください。",
                      "Nothing is transferred on these days. Give the orders another day, or look at what the bank profile says of such a day.")) }
        div.scroll { table {
            thead { tr { th { (say(lang, "支払日", "Pay date")) } th { (say(lang, "状態", "State")) } th.number { (say(lang, "件数", "Orders")) } th.number { (say(lang, "金額（円）", "Yen")) } } }
            tbody { @for due in &due { tr {
                td { time datetime=(due.day) { (due.day) } @if let Ok(day) = due.day.parse() { " " (weekday(lang, day)) } }
                td { a href={ "/ledger/orders?state=" (due.state) } { (words::order_state(lang, &due.state)) } }
                td.number { (count(due.orders)) } td.number { (yen(due.yen)) }
            } } }
        } }
    } } })
}

fn form(person: &Person) -> Markup {
    let lang = person.lang;
    html! { section.panel {
        h2 { (say(lang, "国民の祝日の追加・取消", "Add or take away a national holiday")) }
        (post(person, "/settings/calendar", html! {
            (field(say(lang, "日付", "Day"), "day", html! { input id="day" name="day" type="date" required; }))
            (field(say(lang, "名称（取り消すときは空欄）", "Name (empty: a holiday no more)"), "name", html! { input id="name" name="name" maxlength="40"; }))
            (reason(lang, "holiday"))
            button type="submit" { (say(lang, "変更する", "Change")) }
        }))
    } }
}

/// Whose day, in words.
fn whose(lang: Lang, rule: DayRule) -> &'static str {
    match rule {
        DayRule::Office => say(lang, "庁舎", "office"),
        DayRule::Bank => say(lang, "金融機関", "banks"),
    }
}

fn own_form(person: &Person) -> Markup {
    let lang = person.lang;
    html! { section.panel {
        h2 { (say(lang, "庁舎・金融機関だけの休業日・開業日", "A day of the office or the banks alone")) }
        (post(person, "/settings/calendar/own-days", html! {
            (field(say(lang, "日付", "Day"), "own-day", html! { input id="own-day" name="day" type="date" required; }))
            fieldset { legend { (say(lang, "対象", "Whose")) }
                @for rule in [DayRule::Office, DayRule::Bank] { label { input type="checkbox" name="calendar" value=(rule.as_str()); " " (whose(lang, rule)) } " " }
            }
            (field(say(lang, "内容", "What"), "own-what", html! { select id="own-what" name="what" {
                option value="closed" { (say(lang, "休業する", "closed")) }
                option value="open" { (say(lang, "開業する", "open")) }
                option value="usual" { (say(lang, "取り消す（通常に戻す）", "take it back")) }
            } }))
            (field(say(lang, "名称（例: 条例による休日、臨時休業）", "Name, e.g. the rule that closes it"), "own-name", html! { input id="own-name" name="name" maxlength="40"; }))
            (reason(lang, "own-day"))
            button type="submit" { (say(lang, "変更する", "Change")) }
        }))
    } }
}

/// Days of office or banks from this year on.
fn own_days(lang: Lang, calendar: &BusinessCalendar, today: Date) -> Markup {
    let coming: Vec<OwnDay> = calendar.own_days().filter(|own| own.day.year() >= today.year()).collect();
    html! {
        @if !coming.is_empty() {
            section.panel {
                h2 { (say(lang, "庁舎・金融機関だけの休業日・開業日", "Days of the office or the banks alone")) }
                table {
                    thead { tr { th { (say(lang, "日付", "Day")) } th { (say(lang, "対象", "Whose")) } th { (say(lang, "内容", "What")) } th { (say(lang, "名称", "Name")) } } }
                    tbody { @for own in &coming { tr {
                        td { time datetime=(own.day) { (own.day) } " " (weekday(lang, own.day)) } td { (whose(lang, own.calendar)) }
                        td { @if own.opens { (say(lang, "開業", "open")) } @else { (say(lang, "休業", "closed")) } } td { (ja(&own.name)) }
                    } } }
                }
            }
        }
    }
}

fn years(lang: Lang, calendar: &BusinessCalendar, today: Date) -> Markup {
    let coming: Vec<(Date, &str)> = calendar.holidays().filter(|(day, _)| day.year() >= today.year()).collect();
    let mut years: Vec<i16> = coming.iter().map(|(day, _)| day.year()).collect();
    years.dedup();
    html! {
        @if years.is_empty() { (empty(say(lang, "登録された休日がありません。", "No holiday is known."))) }
        div.columns { @for year in years {
            section.panel {
                h2 { (year) (say(lang, "年", "")) }
                table { tbody { @for (day, name) in coming.iter().filter(|(day, _)| day.year() == year) {
                    tr { td { time datetime=(day) { (day.strftime("%m-%d")) } " " (weekday(lang, *day)) } td { (ja(name)) } }
                } } }
            }
        } }
    }
}

fn weekday(lang: Lang, day: Date) -> &'static str {
    use jiff::civil::Weekday as W;
    match day.weekday() {
        W::Monday => say(lang, "月", "Mon"),
        W::Tuesday => say(lang, "火", "Tue"),
        W::Wednesday => say(lang, "水", "Wed"),
        W::Thursday => say(lang, "木", "Thu"),
        W::Friday => say(lang, "金", "Fri"),
        W::Saturday => say(lang, "土", "Sat"),
        W::Sunday => say(lang, "日", "Sun"),
    }
}

/// A day ahead becomes a holiday, or is one no more.
pub(crate) async fn change(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer<Response> {
    if let Some(proof) = permitted(&person, "/settings/calendar")? {
        return Ok(proof);
    }
    let (day, today) = (day(&fields, "day")?, clock::today().to_string());
    settings::change_holiday(&desk.pool, &day, fields.get("name"), &today, by(&person, &fields)?).await?;
    Ok(see_other("/settings/calendar?done=saved"))
}

/// A day ahead of one calendar, or of both: open, closed, or again what the rest says.
pub(crate) async fn change_own(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer<Response> {
    if let Some(proof) = permitted(&person, "/settings/calendar")? {
        return Ok(proof);
    }
    let (day, today) = (day(&fields, "day")?, clock::today().to_string());
    let opens = match fields.get("what") {
        "closed" => Some(false),
        "open" => Some(true),
        "usual" => None,
        other => return Err(Refusal::value("what", other)),
    };
    let calendars = fields.all("calendar");
    if calendars.is_empty() {
        return Err(Refusal::sentence("庁舎か金融機関を選んでください。", "Choose the office, the banks, or both."));
    }
    settings::change_own_days(&desk.pool, &calendars, &day, (opens, fields.get("name")), &today, by(&person, &fields)?).await?;
    Ok(see_other("/settings/calendar?done=saved"))
}
