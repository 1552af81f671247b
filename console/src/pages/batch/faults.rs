use std::ops::Range;

use futures_util::stream::{self, StreamExt};
use maud::{Markup, html};
use renkei_consumers::inbound::{Batch, StoredFault};
use renkei_core::archive::ArchiveKey;
use renkei_core::catalogue::Lang;
use renkei_core::fault::Fault;
use renkei_core::layout::Layout;
use renkei_core::layout::excerpt::{self, Excerpt};
use renkei_core::words::say;

use super::super::seen;
use super::findings;
use super::sight::{self, Sight};
use crate::access::Person;
use crate::desk::Desk;
use crate::html::{count, fault_told, is_personal, kept};
use crate::refusal::Answer;

/// Faults shown over the bytes; the list as CSV has all.
const SHOWN_MAX: i64 = 50;
/// Parts of an original that are read at the same time.
const READS_AT_ONCE: usize = 8;

/// Errors by line and column, each over the bytes it speaks of. What stands around the place may hold names: it is for those who
/// may see them, and that they saw it is written down, once an hour.
pub(super) async fn panel(desk: &Desk, person: &Person, batch: &Batch) -> Answer {
    let lang = person.lang;
    let sight = sight::of(person, batch);
    let around = sight == Sight::Full;
    if around {
        seen::note(desk, person, ("batch", &batch.id.to_string()), "errors").await?;
    }
    let stored: Vec<StoredFault> =
        sqlx::query_as(include_str!("../sql/faults.sql")).bind(batch.id).bind(SHOWN_MAX).fetch_all(&desk.pool).await?;
    let faults: Vec<Fault> = stored.iter().map(StoredFault::as_fault).collect();
    let rows = faults.iter().zip(cuts(desk, batch, &faults).await);
    Ok(html! {
        section.panel {
            h2 { (say(lang, "ファイルの誤り", "Errors in the file")) " (" (count(batch.faults_total)) ")" }
            (findings::lists(person, batch.id, sight))
            @for (fault, cut) in rows { article.fault { (place(lang, fault)) p { (fault_told(lang, &told_to(fault, around))) } @if let Some(cut) = &cut { (over_the_bytes(lang, cut, around)) } } }
            @if batch.faults_total > SHOWN_MAX { p.hint { (say(lang, "ほかの誤りはCSVにあります。", "The CSV has the rest.")) } }
        }
    })
}

/// The fault as it may be told: a value may be somebody's name or account.
pub(super) fn told_to(fault: &Fault, full: bool) -> Fault {
    let mut fault = fault.clone();
    if !full {
        fault.value = fault.value.as_deref().map(kept);
        fault.args = fault
            .args
            .into_iter()
            .map(|(name, value)| (name.clone(), if is_personal(&name) { kept(&value) } else { value }))
            .collect();
    }
    fault
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
        return html! { pre { "… " mark.fault { (kept(&cut.place)) } " …" } };
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

/// The places of the faults, each cut out of some thousands of bytes around it: however large the file is, no more of it is read.
async fn cuts(desk: &Desk, batch: &Batch, faults: &[Fault]) -> Vec<Option<Excerpt>> {
    let Some(layout) = layout(desk, batch) else { return vec![None; faults.len()] };
    let end = u64::try_from(batch.bytes).unwrap_or(0);
    let ranges: Vec<Option<Range<u64>>> = faults
        .iter()
        .map(|fault| excerpt::range(fault).map(|range| range.start..range.end.min(end)).filter(|range| !range.is_empty()))
        .collect();
    let Some(parts) = parts(desk, batch, &ranges).await else { return vec![None; faults.len()] };
    let one = |(fault, bytes): (&Fault, Option<Vec<u8>>)| excerpt::cut(&layout, fault, &bytes?);
    faults.iter().zip(parts).map(one).collect()
}

/// Parts of the file as it came: from the message that brought it, or the archive.
async fn parts(desk: &Desk, batch: &Batch, ranges: &[Option<Range<u64>>]) -> Option<Vec<Option<Vec<u8>>>> {
    let number = |value: u64| i32::try_from(value).unwrap_or(i32::MAX);
    let starts: Vec<Option<i32>> = ranges.iter().map(|range| range.as_ref().map(|range| number(range.start))).collect();
    let lengths: Vec<Option<i32>> =
        ranges.iter().map(|range| range.as_ref().map(|range| number(range.end - range.start))).collect();
    let in_message: Vec<Option<Vec<u8>>> = sqlx::query_scalar(include_str!("../sql/body_parts.sql"))
        .bind(batch.id)
        .bind(starts)
        .bind(lengths)
        .fetch_all(&desk.pool)
        .await
        .ok()?;
    if in_message.len() == ranges.len() {
        return Some(in_message);
    }
    let key = ArchiveKey::parse(&batch.archive).ok()?;
    let read = |range: Option<Range<u64>>| {
        let key = &key;
        async move { desk.archive.get_range(key, range?).await.ok().map(|bytes| bytes.to_vec()) }
    };
    Some(stream::iter(ranges.iter().cloned()).map(read).buffered(READS_AT_ONCE).collect().await)
}

fn layout(desk: &Desk, batch: &Batch) -> Option<std::sync::Arc<Layout>> {
    let topic = desk.registry.incoming(&batch.topic)?;
    topic.integration.as_ref()?.layout(&batch.layout).cloned()
}
