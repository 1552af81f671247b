use std::io::Cursor;

use maud::{Markup, html};
use renkei_consumers::inbound::Batch;
use renkei_core::archive::ArchiveKey;
use renkei_core::catalogue::Lang;
use renkei_core::fault::Fault;
use renkei_core::layout::Layout;
use renkei_core::layout::excerpt::{self, Excerpt};
use renkei_core::words::say;

use super::records::may_unmask;
use crate::access::Person;
use crate::desk::Desk;
use crate::html::{count, fault_told};
use crate::refusal::Answer;

/// Faults shown over the bytes; the list as CSV has all.
const SHOWN_MAX: usize = 50;
/// Largest original that is read for a page.
const ORIGINAL_BYTES_MAX: i64 = 64 * 1024 * 1024;

/// Errors by line and column, each over the bytes it speaks of. What stands around the place may hold names: it is for those who
/// may see them, and that they saw it is written down, once an hour.
pub(super) async fn panel(desk: &Desk, person: &Person, batch: &Batch) -> Answer {
    let lang = person.lang;
    let around = may_unmask(person, batch);
    if around {
        sqlx::query(include_str!("../sql/seen_errors.sql"))
            .bind(&person.login)
            .bind(batch.id.to_string())
            .execute(&desk.pool)
            .await?;
    }
    let faults = desk.intake.faults(batch.id).await?;
    let original = original(desk, batch).await;
    let layout = layout(desk, batch);
    let rows = faults.iter().take(SHOWN_MAX).map(|stored| {
        let fault = stored.as_fault();
        let cut = match (&original, &layout) {
            (Some(bytes), Some(layout)) => excerpt::excerpt(layout, &fault, &mut Cursor::new(bytes)).ok().flatten(),
            _ => None,
        };
        (fault, cut)
    });
    Ok(html! {
        section.panel {
            h2 { (say(lang, "ファイルの誤り", "Errors in the file")) " (" (count(batch.faults_total)) ")" }
            p { a href={ "/batches/" (batch.id) "/errors.csv" } { (say(lang, "一覧をCSVで保存", "Save the list as CSV")) } " · "
                a href={ "/batches/" (batch.id) "/errors" } { (say(lang, "所管課へ返す印刷用の一覧", "A list to print and hand back")) } }
            @for (fault, cut) in rows { article.fault { (place(lang, &fault)) p { (fault_told(lang, &fault)) } @if let Some(cut) = &cut { (over_the_bytes(lang, cut, around)) } } }
            @if faults.len() > SHOWN_MAX { p.hint { (say(lang, "ほかの誤りはCSVにあります。", "The CSV has the rest.")) } }
        }
    })
}

fn place(lang: Lang, fault: &Fault) -> Markup {
    html! {
        h3 {
            @if let Some(line) = fault.line { (say(lang, "行", "line")) " " (line) " " }
            @if let Some(column) = fault.column { (say(lang, "列", "column")) " " (column) " " }
            @if let Some(byte) = fault.byte { (say(lang, "バイト", "byte")) " " (byte) " " }
            @if let Some(name) = &fault.field_name { (name) }
        }
    }
}

fn over_the_bytes(lang: Lang, cut: &Excerpt, around: bool) -> Markup {
    if !around {
        return html! { pre { "… " mark.fault { (cut.place) } " …" } };
    }
    html! {
        pre { (cut.before) mark.fault { (if cut.place.is_empty() { "␣" } else { &cut.place }) } (cut.behind) }
        details {
            summary { (say(lang, "16進表示", "Bytes")) }
            pre {
                @for (offset, bytes, marked) in &cut.hex {
                    (format!("{offset:08X}  "))
                    @for (place, byte) in bytes.iter().enumerate() {
                        @if marked.contains(&place) { mark.fault { (format!("{byte:02X}")) } } @else { (format!("{byte:02X}")) }
                        " "
                    }
                    "\n"
                }
            }
        }
    }
}

/// The file as it came: from the archive, or the message that brought it.
pub(super) async fn original(desk: &Desk, batch: &Batch) -> Option<Vec<u8>> {
    if batch.bytes > ORIGINAL_BYTES_MAX {
        return None;
    }
    let body: Option<Vec<u8>> = sqlx::query_scalar("select body from intake.body where batch_id = $1")
        .bind(batch.id)
        .fetch_optional(&desk.pool)
        .await
        .ok()?;
    if body.is_some() {
        return body;
    }
    let key = ArchiveKey::parse(&batch.archive).ok()?;
    let end = u64::try_from(batch.bytes).ok()?;
    desk.archive.get_range(&key, 0..end).await.ok().map(|bytes| bytes.to_vec())
}

fn layout(desk: &Desk, batch: &Batch) -> Option<std::sync::Arc<Layout>> {
    let topic = desk.registry.incoming(&batch.topic)?;
    topic.integration.as_ref()?.layout(&batch.layout).cloned()
}
