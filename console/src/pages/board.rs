//! 連携状況: the 24 連携 as the requirements table, with what happened, what is due and who must act.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use maud::{Markup, html};
use renkei_consumers::arrivals::{self, Arrival, ArrivalState};
use renkei_consumers::calendar::{self, CalendarStoreError};
use renkei_consumers::db::PgPool;
use renkei_consumers::paused;
use renkei_core::calendar::clock;
use renkei_core::catalogue::Lang;
use renkei_core::registry::topics::{Method, Timing};
use renkei_core::registry::{Direction, Registry, Topic};
use renkei_core::words::{self, say};
use sqlx::FromRow;

use crate::access::{Action, Person};
use crate::desk::Desk;
use crate::html::{self, Fields, Nav, Page, Tone, badge, batch_badge, count, file_badge, frame, when, yen};
use crate::notice::Notice;
use crate::recent::Known;
use crate::refusal::Answer;

#[derive(Debug, FromRow)]
struct Line {
    topic: String,
    batch: Option<i64>,
    batch_state: Option<String>,
    batch_at: Option<String>,
    file: Option<i64>,
    file_state: Option<String>,
    file_at: Option<String>,
    records: i64,
    yen: i64,
    /// Of today's records, those that are held.
    records_waiting: i64,
    yen_waiting: i64,
    to_confirm: i64,
    held: i64,
    under_way: i64,
    to_release: i64,
    troubled: i64,
    drafts: i64,
    tasks: i64,
    late: i64,
    parked: i64,
    days: Vec<i64>,
}

/// Files that are expected, and when the next ones are made by themselves.
#[derive(Debug)]
pub struct Outlook {
    expected: Vec<Arrival>,
    /// Month, day and time by topic.
    runs: BTreeMap<String, String>,
}

impl Outlook {
    async fn find(pool: PgPool, registry: Arc<Registry>) -> Result<Outlook, CalendarStoreError> {
        let now = clock::now();
        let expected = arrivals::expected(&pool, &registry, &now).await?;
        let calendar = calendar::load(&pool).await?;
        let next = |topic: &Arc<Topic>| {
            let next = topic.schedule.as_ref()?.rule.after(Some(&calendar), &now).ok()??;
            Some((topic.slug.to_string(), next.at.strftime("%m-%d %H:%M").to_string()))
        };
        let runs = registry.topics.iter().filter_map(next).collect();
        Ok(Outlook { expected, runs })
    }
}

/// What is expected and planned, as it was found last.
pub(super) async fn outlook(desk: &Desk) -> Option<Arc<Known<Outlook>>> {
    let (pool, registry) = (desk.pool.clone(), desk.registry.clone());
    desk.outlook.get(|| Outlook::find(pool, registry)).await.ok()
}

/// What comes next of a topic: a file that is due, or a run of its schedule.
pub(super) fn next(lang: Lang, outlook: &Outlook, slug: &str) -> Markup {
    match outlook.expected.iter().find(|arrival| arrival.topic == slug) {
        Some(arrival) => arrival_cell(lang, arrival),
        None => html! { (outlook.runs.get(slug).map_or("", String::as_str)) },
    }
}

/// A topic with everything the board tells of it.
struct Row<'d> {
    topic: &'d Arc<Topic>,
    line: Line,
    due: Markup,
    waiting: Option<u64>,
    paused: bool,
    /// Who stands at its other end.
    partner: &'d str,
    /// Whether the person may look at the ledger.
    ledger: bool,
}

/// The page; it renews itself.
pub(crate) async fn show(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer {
    let lang = person.lang;
    let rows = rows(&desk, &person).await?;
    let print = html! { a href="/print" { (say(lang, "印刷用の連携状況照会", "A form to print")) } };
    let body = html! { div id="board" data-live { (table(lang, &rows, true)) } };
    let page = Page::new(Nav::Board, say(lang, "連携状況", "Board")).beside(print);
    Ok(frame(&person, &page.after(Notice::of(fields.get("done"))), body))
}

/// 連携状況照会: the same on paper.
pub(crate) async fn print(State(desk): State<Arc<Desk>>, person: Person) -> Answer {
    let lang = person.lang;
    let rows = rows(&desk, &person).await?;
    let now = clock::now_rfc3339();
    let body = html! {
        p { button.second type="button" data-print hidden { (say(lang, "印刷する", "Print")) } }
        p.print-head { (say(lang, "照会日時", "As of")) " " (when(&now)) " · " (say(lang, "照会者", "By")) " " (person.name) }
        (table(lang, &rows, false))
    };
    Ok(frame(&person, &Page::new(Nav::Board, say(lang, "連携状況照会", "State of the integrations")), body))
}

async fn rows<'d>(desk: &'d Desk, person: &Person) -> Answer<Vec<Row<'d>>> {
    let topics: Vec<&Arc<Topic>> =
        desk.registry.topics.iter().filter(|topic| person.may_on(Action::See, topic.slug.as_str())).collect();
    let slugs: Vec<&str> = topics.iter().map(|topic| topic.slug.as_str()).collect();
    let listed: Vec<String> = topics.iter().map(|topic| queues(topic).join(",")).collect();
    let now = clock::now();
    let lines: Vec<Line> = sqlx::query_as(include_str!("sql/board.sql"))
        .bind(&slugs)
        .bind(now.date().to_string())
        .bind(&listed)
        .bind(now.timestamp().to_string())
        .fetch_all(&desk.pool)
        .await?;
    let outlook = outlook(desk).await;
    let depths = desk.depths.now();
    let ledger = person.may_everywhere(Action::See);
    let still = paused::slugs(&desk.pool).await?;
    let row = |(topic, line): (&'d Arc<Topic>, Line)| {
        let due = outlook.as_ref().map_or_else(|| html! {}, |known| next(person.lang, &known.value, &line.topic));
        let waiting = depths.as_ref().map(|depths| queues(topic).iter().filter_map(|queue| depths.get(queue)).sum());
        let paused = still.contains(&line.topic);
        let partner = if topic.direction == Direction::In { &topic.from } else { &topic.to };
        let partner = desk.registry.partner(person.lang, partner);
        Row { topic, line, due, waiting, paused, partner, ledger }
    };
    Ok(topics.into_iter().zip(lines).map(row).collect())
}

/// The queues of a topic: its own, and that of its partner's answers.
fn queues(topic: &Topic) -> Vec<String> {
    std::iter::once(topic.queue()).chain(topic.results.iter().map(|results| results.queue())).collect()
}

fn arrival_cell(lang: Lang, arrival: &Arrival) -> Markup {
    let at = format!("{} {}", &arrival.day.get(5..).unwrap_or(&arrival.day), arrival.due);
    html! {
        @match arrival.state {
            ArrivalState::Late => { (badge(Tone::Bad, say(lang, "未着", "late"))) " " (at) }
            ArrivalState::Unknown => (badge(Tone::Act, say(lang, "暦なし", "no calendar"))),
            ArrivalState::ArrivedEmpty => { (badge(Tone::Good, say(lang, "0件受領", "empty"))) " " (at) }
            ArrivalState::Arrived => { (badge(Tone::Good, say(lang, "受領", "arrived"))) " " (at) }
            ArrivalState::Settled => { (badge(Tone::Quiet, say(lang, "不要", "settled"))) " " (at) }
            ArrivalState::Due => { (at) }
        }
        @if !arrival.missing.is_empty() {
            " " (badge(Tone::Bad, &format!("{} {}", say(lang, "未着日数", "days missing"), arrival.missing.len())))
        }
    }
}

fn method(lang: Lang, topic: &Topic) -> &'static str {
    match topic.method {
        Method::Manual => say(lang, "手動", "manual"),
        Method::Automatic => say(lang, "自動", "automatic"),
    }
}

fn timing(lang: Lang, topic: &Topic) -> &'static str {
    match topic.timing {
        Timing::OnDemand => say(lang, "随時", "on demand"),
        Timing::Daily => say(lang, "日次", "daily"),
        Timing::Monthly => say(lang, "月次", "monthly"),
        Timing::Yearly => say(lang, "年次", "yearly"),
        Timing::EveryFiveMinutes => say(lang, "5分毎", "every 5 min"),
    }
}

fn table(lang: Lang, rows: &[Row<'_>], links: bool) -> Markup {
    html! {
        @if rows.is_empty() { (html::empty(say(lang, "参照できる連携がありません。", "There is no topic you may look at."))) }
        @else {
            div.scroll { table.board data-sortable[links] {
                thead { tr {
                    th.number { (say(lang, "番号", "No.")) }
                    th { (say(lang, "連携", "Integration")) }
                    th { (say(lang, "向き", "Way")) }
                    th { (say(lang, "相手先", "Partner")) }
                    th { (say(lang, "方法", "Method")) }
                    th { (say(lang, "直近", "Last")) }
                    th { (say(lang, "次の予定・期限", "Next due")) }
                    th.number title=(say(lang, "本日受け付けた件数、または送出した件数。保留を含みます。", "Records taken in or sent today, held ones included.")) { (say(lang, "本日取扱", "Today")) }
                    th.number { (say(lang, "本日金額", "Yen today")) }
                    th.number { (say(lang, "待ち", "Queue")) }
                    th.number { (say(lang, "保留", "Held")) }
                    th.number { (say(lang, "障害", "Failed")) }
                    th { (say(lang, "要対応", "To do")) }
                    th { (say(lang, "30日", "30 days")) }
                } }
                tbody { @for row in rows { (line(lang, row, links)) } }
            } }
        }
    }
}

fn line(lang: Lang, row: &Row<'_>, links: bool) -> Markup {
    let Row { topic, line, due, waiting, paused, partner, ledger } = row;
    let slug = topic.slug.as_str();
    let name = say(lang, &topic.name, &topic.name_en);
    html! {
        tr {
            td.number data-value=(topic.number) { (topic.number) }
            th scope="row" { @if links { a.clip href={ "/topics/" (slug) } title=(name) { (name) } } @else { (name) } }
            td { (words::direction(lang, topic.direction)) }
            td { span.clip title=(partner) { (partner) } }
            td { (method(lang, topic)) "・" (timing(lang, topic)) }
            td.last { (last(lang, line)) }
            td { (due) }
            // A reader of the board takes a figure for posted: what of it is held stands below it.
            td.number data-value=(line.records) { (count(line.records)) @if line.records_waiting > 0 { div.held { (say(lang, "うち保留", "held")) " " (count(line.records_waiting)) } } }
            td.number data-value=(line.yen) { (yen(line.yen)) @if line.records_waiting > 0 && line.yen_waiting != 0 { div.held { (say(lang, "うち", "held")) " " (yen(line.yen_waiting)) } } }
            td.number data-value=(waiting.unwrap_or(0)) { @match waiting { Some(waiting) => (waiting), None => "–" } }
            td.number data-value=(line.held) {
                @if line.held > 0 { a href={ "/batches?topic=" (slug) "&state=held" } { (count(line.held)) } } @else { "0" }
            }
            td.number data-value=(line.parked) {
                @if line.parked > 0 { a href={ "/failures?topic=" (slug) } { (badge(Tone::Bad, &line.parked.to_string())) } } @else { "0" }
            }
            td { @if *paused { a href={ "/topics/" (slug) } { (badge(Tone::Act, say(lang, "停止中", "paused"))) } " " } (to_do(lang, line, *ledger)) }
            td { (html::chart::bars(&line.days, &format!("{name}: {}", say(lang, "30日間の件数", "records of 30 days")))) }
        }
    }
}

fn last(lang: Lang, line: &Line) -> Markup {
    html! {
        @if let (Some(batch), Some(state), Some(at)) = (line.batch, &line.batch_state, &line.batch_at) {
            span { a href={ "/batches/" (batch) } { (minute(at)) } " " (batch_badge(lang, state)) } " "
        }
        @if let (Some(file), Some(state), Some(at)) = (line.file, &line.file_state, &line.file_at) {
            span { a href={ "/exports/" (file) } { (minute(at)) } " " (file_badge(lang, state)) }
        }
        @if line.batch.is_none() && line.file.is_none() { (say(lang, "なし", "none")) }
    }
}

/// The day of the year and the minute: the board is about now.
fn minute(instant: &str) -> Markup {
    let shown: String = instant.chars().skip(5).take(11).map(|c| if c == 'T' { ' ' } else { c }).collect();
    html! { time datetime=(instant) title=(instant) { (shown) } }
}

/// Who must act, and on what.
fn to_do(lang: Lang, line: &Line, ledger: bool) -> Markup {
    let slug = &line.topic;
    html! {
        ul.todo {
            @if line.to_confirm > 0 {
                li { a href={ "/batches?topic=" (slug) "&state=awaiting_confirmation" } { (badge(Tone::Act, say(lang, "確認", "confirm"))) " " (line.to_confirm) } }
            }
            @if line.held > 0 {
                li { a href={ "/batches?topic=" (slug) "&state=held" } { (badge(Tone::Act, say(lang, "保留処理", "resolve"))) " " (line.held) } }
            }
            @if line.drafts > 0 {
                li { @let words = html! { (badge(Tone::Act, say(lang, "決裁", "approve"))) " " (line.drafts) };
                    @if ledger { a href="/ledger/orders" { (words) } } @else { (words) } }
            }
            @if line.to_release > 0 {
                li { a href={ "/exports?topic=" (slug) "&state=open" } { (badge(Tone::Act, say(lang, "承認・払出", "release"))) " " (line.to_release) } }
            }
            @if line.troubled > 0 {
                li { a href={ "/exports?topic=" (slug) "&state=trouble" } { (badge(Tone::Bad, say(lang, "送出異常", "export trouble"))) " " (line.troubled) } }
            }
            @if line.parked > 0 {
                li { a href={ "/failures?topic=" (slug) } { (badge(Tone::Bad, say(lang, "障害対応", "mend"))) " " (line.parked) } }
            }
            @if line.late > 0 {
                li { a href={ "/tasks?topic=" (slug) } { (badge(Tone::Bad, say(lang, "期限超過", "late"))) " " (line.late) } }
            }
            @if line.tasks > line.late {
                li { a href={ "/tasks?topic=" (slug) } { (badge(Tone::Act, say(lang, "作業", "tasks"))) " " (line.tasks - line.late) } }
            }
            @if line.under_way > 0 { li { (badge(Tone::Busy, say(lang, "処理中", "under way"))) " " (line.under_way) } }
        }
    }
}
