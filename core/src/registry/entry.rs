//! One `[[topic]]` of `queues.toml`.

use toml::de::DeTable;

use super::choices::{
    CONFIRMS, DELIVERIES, DIRECTIONS, DOORS, DeliveryTarget, Direction, EMPTIES, HOLDS, METHODS, Method, RELEASES, Release,
    STATUSES, Status, TIMINGS, TOTALS, Timing, UNPACKS,
};
use super::parse::ladder;
use super::results;
use super::topics::{Defaults, Settings, Topic, TopicSlug};
use super::{evidence, time};
use crate::walk::{Faults, Section};

/// A topic without its folder, and the files it names there.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) topic: Topic,
    /// Layout variants; empty: `layout.toml` alone.
    pub(super) layouts: Vec<String>,
    /// Profiles of an outbound topic.
    pub(super) profiles: Vec<String>,
    /// The side by which the partner's answers come in.
    pub(super) results: Option<Box<Entry>>,
}

/// An order older than a day is nobody's picture of now.
const SECONDS_A_DAY: u64 = 86_400;
/// Ten years.
const KEEP_DAYS_MAX: u64 = 3_660;
/// Keys that only one direction has.
const INBOUND_ONLY: &[&str] = &["hold", "confirm", "ordered", "unpack", "evidence", "door", "secrets", "medium", "totals"];
const OUTBOUND_ONLY: &[&str] = &[
    "release",
    "delivery",
    "once",
    "empty",
    "stale_after_s",
    "keep_days",
    "schedule",
    "cut_off",
    "profiles",
    "results",
    "control_file",
];

/// Reads one entry; `earlier` stand before it. `None` when it cannot even be named.
pub(super) fn parse(
    table: &DeTable<'_>,
    place: usize,
    settings: &Settings,
    defaults: &Defaults,
    earlier: &[Entry],
    faults: &mut Faults<'_>,
) -> Option<Entry> {
    let shown = table.get("slug").and_then(|value| value.get_ref().as_str()).unwrap_or("topic").to_owned();
    let mut section = Section::new(table, place, shown);
    let (number, slug) = identity(&mut section, earlier, faults);
    let direction = word(&mut section, "direction", DIRECTIONS, faults);
    let status = word(&mut section, "status", STATUSES, faults).unwrap_or(Status::Planned);
    let ordered = section.flag(faults, "ordered");
    let (prefetch, parallel) = consumer(&mut section, ordered, defaults, faults);
    let timing = word(&mut section, "timing", TIMINGS, faults).unwrap_or(Timing::OnDemand);
    let topic = Topic {
        number,
        slug: slug.clone().unwrap_or_else(TopicSlug::missing),
        direction: direction.unwrap_or(Direction::In),
        name: section.required(faults, "name"),
        name_en: section.required(faults, "name_en"),
        from: section.required(faults, "from"),
        to: section.required(faults, "to"),
        method: word(&mut section, "method", METHODS, faults).unwrap_or(Method::Manual),
        timing,
        status,
        due: time::due(&mut section, direction.unwrap_or(Direction::In), timing, faults),
        starts_on: starts_on(&mut section, faults),
        ordered,
        hold: section.word(faults, "hold", HOLDS).unwrap_or(defaults.hold),
        confirm: section.word(faults, "confirm", CONFIRMS).unwrap_or(defaults.confirm),
        unpack: section.word(faults, "unpack", UNPACKS),
        evidence: section.table(faults, "evidence").and_then(|table| evidence::parse(table, faults)),
        door: section.word(faults, "door", DOORS),
        secrets: section.strings(faults, "secrets").unwrap_or_default(),
        medium: section.flag(faults, "medium"),
        totals: section.word(faults, "totals", TOTALS).unwrap_or_default(),
        schedule: time::schedule(&mut section, faults),
        cut_off: time::cut_off(&mut section, faults),
        release: section.word(faults, "release", RELEASES).unwrap_or(Release::Operator),
        once: section.flag(faults, "once"),
        empty: section.word(faults, "empty", EMPTIES).unwrap_or_default(),
        stale_after_s: section.between(faults, "stale_after_s", 1, SECONDS_A_DAY).and_then(|s| u32::try_from(s).ok()),
        keep_days: section.between(faults, "keep_days", 1, KEEP_DAYS_MAX).and_then(|days| u32::try_from(days).ok()),
        control_file: section.flag(faults, "control_file"),
        delivery: section.word(faults, "delivery", DELIVERIES).unwrap_or(DeliveryTarget::Outbox),
        prefetch,
        parallel,
        retry: match section.table(faults, "retry") {
            None => settings.retry.clone(),
            Some(mut own) => {
                let own_ladder = ladder(&mut own, faults);
                own.finish(faults);
                own_ladder
            }
        },
        remark: section.string(faults, "remark").unwrap_or_default(),
        folder: slug.as_ref().map(TopicSlug::to_string).unwrap_or_default(),
        integration: None,
        results: None,
    };
    let results = section.table(faults, "results").map(|table| Box::new(results::parse(table, &topic, defaults, faults)));
    let layouts = section.strings(faults, "layouts").unwrap_or_default();
    let profiles = section.strings(faults, "profiles").unwrap_or_default();
    if let Some(direction) = direction {
        one_direction(&mut section, direction, faults);
    }
    if topic.direction == Direction::Out && topic.once && topic.release == Release::Automatic && topic.method == Method::Manual {
        let place = section.place_of("release");
        faults.at(place, format!("{}: a once-only file that a person carries cannot release itself", section.what()));
    }
    if topic.once && topic.stale_after_s.is_some() {
        let place = section.place_of("stale_after_s");
        faults.at(place, format!("{}: what leaves once is never left out because it is old: not with `once`", section.what()));
    }
    if topic.keep_days.is_some() && topic.stale_after_s.is_none() {
        let place = section.place_of("keep_days");
        faults.at(place, format!("{}: only pictures of a moment are ever given up: not without `stale_after_s`", section.what()));
    }
    if topic.control_file && topic.delivery != DeliveryTarget::Outbox {
        // A push has its totals in the head of the request, a bucket takes single objects: nothing would carry the second file.
        let sentence = "lies beside a file in the outbox and goes no other way: not with another `delivery`";
        faults.at(section.place_of("control_file"), format!("{}: `control_file` {sentence}", section.what()));
    }
    if let (Some(_), Some(_)) = (topic.unpack, &topic.evidence) {
        let sentence =
            "takes every file of an archive for a file of the topic, so that documents cannot lie in one: not with `evidence`";
        faults.at(section.place_of("unpack"), format!("{}: `unpack` {sentence}", section.what()));
    }
    if topic.unpack.is_some() && !topic.secrets.is_empty() {
        let sentence =
            "keeps the archive as it came before its files are looked at: not with `secrets`, which must never be kept";
        faults.at(section.place_of("unpack"), format!("{}: `unpack` {sentence}", section.what()));
    }
    section.finish(faults);
    slug.map(|_| Entry { topic, layouts, profiles, results })
}

/// A word that must be there.
fn word<T: Copy>(
    section: &mut Section<'_, '_>,
    key: &'static str,
    all: &[(&'static str, T)],
    faults: &mut Faults<'_>,
) -> Option<T> {
    if section.value(key).is_none() {
        faults.at(section.place, format!("{}: `{key}` is missing", section.what()));
    }
    section.word(faults, key, all)
}

fn identity(section: &mut Section<'_, '_>, earlier: &[Entry], faults: &mut Faults<'_>) -> (u8, Option<TopicSlug>) {
    if section.value("number").is_none() {
        faults.at(section.place, format!("{}: `number` is missing", section.what()));
    }
    let number = section.between(faults, "number", 1, 99).and_then(|number| u8::try_from(number).ok());
    let text = section.required(faults, "slug");
    let at = section.place_of("slug");
    let slug = TopicSlug::parse(&text);
    match (&slug, number) {
        (None, _) if text.is_empty() => {}
        (None, _) => faults.at(at, format!("slug {text:?} must be two digits, an underscore, then a-z, 0-9 and _")),
        (Some(_), Some(number)) if text[..2] != format!("{number:02}") => {
            faults.at(at, format!("slug {text:?} must begin with the topic's number {number:02}"));
        }
        _ => {}
    }
    let number = number.unwrap_or(0);
    if earlier.iter().any(|other| other.topic.number == number || other.topic.slug.as_str() == text) {
        faults.at(at, format!("topic {number} ({text}) stands twice"));
    }
    (number, slug)
}

/// Prefetch and parallel: own, else the defaults; 1 and 1 for an ordered topic.
fn consumer(section: &mut Section<'_, '_>, ordered: bool, defaults: &Defaults, faults: &mut Faults<'_>) -> (u16, u16) {
    let mut own = |key| section.between(faults, key, 1, u64::from(u16::MAX)).and_then(|value| u16::try_from(value).ok());
    let (prefetch, parallel) = (own("prefetch"), own("parallel"));
    if ordered {
        if prefetch.is_some_and(|value| value > 1) || parallel.is_some_and(|value| value > 1) {
            let key = if prefetch.is_some() { "prefetch" } else { "parallel" };
            faults.at(section.place_of(key), format!("{}: an ordered topic takes one message at a time", section.what()));
        }
        return (1, 1);
    }
    let prefetch = prefetch.unwrap_or(defaults.prefetch);
    // An own prefetch below the default of `parallel` takes that down with it; two own values must agree.
    let given = parallel.unwrap_or(defaults.parallel.min(prefetch));
    if given > prefetch {
        let place = section.place_of("parallel");
        faults.at(place, format!("{}: `parallel` = {given} is more than `prefetch` = {prefetch}", section.what()));
    }
    (prefetch, given)
}

fn starts_on(section: &mut Section<'_, '_>, faults: &mut Faults<'_>) -> Option<jiff::civil::Date> {
    let text = section.string(faults, "starts_on")?;
    let day = text.parse().ok();
    if day.is_none() {
        faults.at(section.place_of("starts_on"), format!("{}: `starts_on` = {text:?} is not a day YYYY-MM-DD", section.what()));
    }
    day
}

fn one_direction(section: &mut Section<'_, '_>, direction: Direction, faults: &mut Faults<'_>) {
    let (wrong, other) = match direction {
        Direction::In => (OUTBOUND_ONLY, "outbound"),
        Direction::Out => (INBOUND_ONLY, "inbound"),
    };
    for key in wrong.iter().filter(|key| section.has(key)) {
        faults.at(section.place_of(key), format!("{}: {key} is a setting of {other} topics", section.what()));
    }
}
