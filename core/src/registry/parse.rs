//! `queues.toml` to checked types. Every fault of the file is found before the first one is reported, each with its line.

use std::collections::BTreeMap;

use toml::de::DeTable;

use super::choices::{CONFIRMS, Confirm, HOLDS, Hold};
use super::entry::{self, Entry};
use super::topics::{Defaults, LADDER_RUNGS_MAX, Limits, RUNG_SECONDS_MAX, RetrySettings, Settings};
use crate::broker::topology::Names;
use crate::walk::{Faults, ROOT, Section};
use crate::zip::ZipLimits;

/// Reads `queues.toml`; pushes every fault found.
pub(super) fn parse(origin: &str, text: &str, sentences: &mut Vec<String>) -> Option<(Settings, Vec<Entry>)> {
    let mut faults = Faults::new(text, None);
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        faults.at(error.span().map_or(0, |span| span.start), format!("not TOML: {}", error.message()));
    }
    let parsed = errors.is_empty().then(|| file(document.get_ref(), &mut faults));
    sentences.extend(faults.into_sentences(origin));
    parsed
}

fn file(document: &DeTable<'_>, faults: &mut Faults<'_>) -> (Settings, Vec<Entry>) {
    let mut root = Section::new(document, 0, ROOT);
    match root.integer(faults, "version") {
        Some(1) => {}
        Some(other) => faults.at(root.place_of("version"), format!("version {other} is unknown; this program reads version 1")),
        None if root.value("version").is_some() => {}
        None => faults.at(0, "`version` is missing; this program reads version 1"),
    }
    let settings = Settings {
        exchange: exchange(&mut root, faults),
        retry: retry(&mut root, faults),
        limits: limits(&mut root, faults),
        partners: partners(&mut root, faults),
    };
    let defaults = defaults(&mut root, faults);
    let tables = root.tables(faults, "topic");
    root.finish(faults);
    let mut entries: Vec<Entry> = Vec::with_capacity(tables.len());
    for (table, place) in tables {
        let read = entry::parse(table, place, &settings, &defaults, &entries, faults);
        entries.extend(read);
    }
    entries.sort_by_key(|entry| entry.topic.number);
    (settings, entries)
}

/// A table that must be there; an empty one stands in for it, so that its keys are asked for too.
fn table<'t, 'i>(root: &mut Section<'t, 'i>, key: &'static str, faults: &mut Faults<'_>) -> Option<Section<'t, 'i>> {
    let found = root.table(faults, key);
    if found.is_none() && root.value(key).is_none() {
        faults.at(0, format!("the table [{key}] is missing"));
    }
    found
}

fn exchange(root: &mut Section<'_, '_>, faults: &mut Faults<'_>) -> String {
    let name = root.required(faults, "exchange");
    if !name.is_empty()
        && let Some(fault) = Names::fault(&name)
    {
        faults.at(root.place_of("exchange"), format!("exchange {fault}"));
    }
    name
}

/// `[partners]`: who stands at the other end, in English.
fn partners(root: &mut Section<'_, '_>, faults: &mut Faults<'_>) -> BTreeMap<String, String> {
    let Some(mut section) = root.table(faults, "partners") else { return BTreeMap::new() };
    section.entries(faults).into_iter().map(|(name, english, _)| (name, english.join(" "))).collect()
}

fn retry(root: &mut Section<'_, '_>, faults: &mut Faults<'_>) -> RetrySettings {
    let Some(mut section) = table(root, "retry", faults) else { return RetrySettings { ladder_s: Vec::new() } };
    let settings = ladder(&mut section, faults);
    section.finish(faults);
    settings
}

/// `ladder_s` of `[retry]` or of a topic's `retry`.
pub(super) fn ladder(section: &mut Section<'_, '_>, faults: &mut Faults<'_>) -> RetrySettings {
    let place = section.place_of("ladder_s");
    if section.value("ladder_s").is_none() {
        faults.at(place, "retry: `ladder_s` is missing");
    }
    let given = section.integers(faults, "ladder_s");
    let Some(given) = given else { return RetrySettings { ladder_s: Vec::new() } };
    let in_bounds = |seconds: &i64| (1..=i64::from(RUNG_SECONDS_MAX)).contains(seconds);
    if given.is_empty() || !given.is_sorted_by(|a, b| a < b) || !given.iter().all(in_bounds) {
        faults.at(place, format!("retry: `ladder_s` must hold rising delays of 1 to {RUNG_SECONDS_MAX} seconds"));
    }
    if given.len() > LADDER_RUNGS_MAX {
        faults.at(place, format!("retry: `ladder_s` has {} rungs; at most {LADDER_RUNGS_MAX}", given.len()));
    }
    RetrySettings { ladder_s: given.into_iter().filter_map(|seconds| u32::try_from(seconds).ok()).collect() }
}

/// A whole number that must be there, within bounds.
fn number(section: &mut Section<'_, '_>, key: &'static str, least: u64, most: u64, faults: &mut Faults<'_>) -> Option<u64> {
    if section.value(key).is_none() {
        faults.at(section.place, format!("{}: `{key}` is missing", section.what()));
    }
    section.between(faults, key, least, most)
}

fn limits(root: &mut Section<'_, '_>, faults: &mut Faults<'_>) -> Limits {
    const BYTES_MAX: u64 = 1 << 50;
    let empty = DeTable::new();
    let mut section = table(root, "limits", faults).unwrap_or_else(|| Section::new(&empty, 0, "limits"));
    let zip = zip(&mut section, faults);
    let mut limit = |key, least, most| number(&mut section, key, least, most, faults).unwrap_or(least);
    let million = 1_000_000;
    let size = |value: u64| usize::try_from(value).unwrap_or(usize::MAX);
    let count = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
    let limits = Limits {
        chunk_records_max: size(limit("chunk_records_max", 1, million)),
        // Below 4 KiB not every record fits; brokers of 4.x refuse bodies of 16 MiB.
        chunk_bytes_max: size(limit("chunk_bytes_max", 4096, 16 << 20)),
        file_bytes_max: limit("file_bytes_max", 1, BYTES_MAX),
        http_bytes_max: limit("http_bytes_max", 1, BYTES_MAX),
        faults_max: size(limit("faults_max", 1, million)),
        queue_bytes_max: limit("queue_bytes_max", 1, BYTES_MAX),
        // 0 would dead-letter every message at its first return.
        delivery_limit: count(limit("delivery_limit", 1, million)),
        delivery_limit_ordered: count(limit("delivery_limit_ordered", 1, million)),
        zip,
    };
    section.finish(faults);
    let member_bytes_max = limits.file_bytes_max;
    Limits { zip: ZipLimits { member_bytes_max, ..zip }, ..limits }
}

/// What a zip archive may become. Only topics that take archives need it, so that each limit has a default.
fn zip(section: &mut Section<'_, '_>, faults: &mut Faults<'_>) -> ZipLimits {
    let mut limit = |key, default, most| section.between(faults, key, 1, most).unwrap_or(default);
    ZipLimits {
        members_max: limit("zip_members_max", 100, 10_000),
        bytes_max: limit("zip_bytes_max", 4 << 30, 1 << 50),
        // Set with the limit of files.
        member_bytes_max: 0,
        // Repetitive CSV reaches 30; deflate ends at 1032.
        ratio_max: limit("zip_ratio_max", 200, 1_032),
    }
}

fn defaults(root: &mut Section<'_, '_>, faults: &mut Faults<'_>) -> Defaults {
    let empty = DeTable::new();
    let mut section = table(root, "defaults", faults).unwrap_or_else(|| Section::new(&empty, 0, "defaults"));
    let mut messages = |key, fallback| {
        let given = number(&mut section, key, 1, u64::from(u16::MAX), faults);
        given.and_then(|value| u16::try_from(value).ok()).unwrap_or(fallback)
    };
    let defaults = Defaults {
        // AMQP reads a prefetch of 0 as "no limit": one consumer would hold the whole queue in memory.
        prefetch: messages("prefetch", u16::MAX),
        parallel: messages("parallel", 1),
        hold: section.word(faults, "hold", HOLDS).unwrap_or(Hold::Line),
        confirm: section.word(faults, "confirm", CONFIRMS).unwrap_or(Confirm::Automatic),
    };
    if defaults.parallel > defaults.prefetch {
        faults
            .at(section.place_of("parallel"), "defaults: `parallel` is more than `prefetch`: no consumer holds so many messages");
    }
    section.finish(faults);
    defaults
}

#[cfg(test)]
mod tests;
