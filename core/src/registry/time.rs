//! Time in `queues.toml`: `schedule`, `due`, `cut_off`.
//!
//! ```toml
//! schedule = "0 16 * * 1-5"                                             # cron, every day alike
//! schedule = { cron = "0 16 * * *", days = "business", calendar = "bank", shift = "next", missed = "ask" }
//! due      = { business_day = -1, at = "17:00", months = [3] }          # the last business day of March
//! cut_off  = { at = "15:00", calendar = "bank" }
//! ```

use jiff::civil::Time;

use super::choices::{Direction, Timing};
use super::topics::CutOff;
use crate::calendar::DayRule;
use crate::schedule::{Clockwork, Days, Due, Missed, Rule, Schedule, Shift, When};
use crate::walk::{Faults, Section};

const CALENDARS: &[(&str, DayRule)] = &[("office", DayRule::Office), ("bank", DayRule::Bank)];
const DAYS: &[(&str, bool)] = &[("every", false), ("business", true)];
const SHIFTS: &[(&str, Shift)] = &[("skip", Shift::Skip), ("next", Shift::Next), ("previous", Shift::Previous)];
const MISSED: &[(&str, Missed)] =
    &[("today", Missed::Today), ("once", Missed::Once), ("skip", Missed::Skip), ("ask", Missed::Ask)];
/// Every month has at least so many business days; May 2019, the poorest so far, had 19.
const NTH_MAX: i64 = 15;

/// `schedule`: a cron expression, or a rule with what is done about a missed run.
pub(super) fn schedule(section: &mut Section<'_, '_>, faults: &mut Faults<'_>) -> Option<Schedule> {
    let value = section.value("schedule")?;
    if value.get_ref().as_str().is_some() {
        let rule = Rule { when: When::Cron { cron: cron(section, "schedule", faults)?, days: Days::Every } };
        return Some(Schedule { rule, missed: Missed::default() });
    }
    let mut table = section.table(faults, "schedule")?;
    let missed = table.word(faults, "missed", MISSED).unwrap_or_default();
    let rule = rule(&mut table, faults);
    table.finish(faults);
    Some(Schedule { rule: rule?, missed })
}

/// `due`: a time of day, whose days follow from the topic's timing, or a rule.
pub(super) fn due(section: &mut Section<'_, '_>, direction: Direction, timing: Timing, faults: &mut Faults<'_>) -> Option<Due> {
    let value = section.value("due")?;
    if value.get_ref().as_str().is_some() {
        let at = time(section, "due", faults)?;
        let rule = match (direction, timing) {
            // What lies in the outbox is carried on a business day, whenever it was made.
            (Direction::Out, _) | (_, Timing::Daily) => Rule::daily(at),
            (_, Timing::Monthly) => Some(Rule::month_end(at)),
            (_, Timing::OnDemand | Timing::Yearly | Timing::EveryFiveMinutes) => None,
        };
        return Some(Due { written: at.strftime("%H:%M").to_string(), rule });
    }
    let mut table = section.table(faults, "due")?;
    let rule = rule(&mut table, faults);
    table.finish(faults);
    let rule = rule?;
    Some(Due { written: rule.to_string(), rule: Some(rule) })
}

/// `cut_off`: a time of day of the office's business days, or of the calendar it names.
pub(super) fn cut_off(section: &mut Section<'_, '_>, faults: &mut Faults<'_>) -> Option<CutOff> {
    let value = section.value("cut_off")?;
    if value.get_ref().as_str().is_some() {
        return Some(CutOff { at: time(section, "cut_off", faults)?, calendar: DayRule::default() });
    }
    let mut table = section.table(faults, "cut_off")?;
    let at = required_time(&mut table, faults);
    let calendar = table.word(faults, "calendar", CALENDARS).unwrap_or_default();
    table.finish(faults);
    Some(CutOff { at: at?, calendar })
}

/// The keys of a rule; the table's other keys are the caller's.
fn rule(table: &mut Section<'_, '_>, faults: &mut Faults<'_>) -> Option<Rule> {
    let when = match (table.has("cron"), table.has("business_day")) {
        (true, false) => by_cron(table, faults),
        (false, true) => by_business_day(table, faults),
        (both, _) => {
            // Asked for, so that they are not called unknown beside this fault.
            for key in ["cron", "business_day", "at", "days", "shift", "months", "calendar"] {
                table.value(key);
            }
            let which = if both { "not both" } else { "one of them" };
            faults.at(table.place, format!("{}: `cron` or `business_day`, {which}", table.what()));
            None
        }
    };
    when.map(|when| Rule { when })
}

fn by_cron(table: &mut Section<'_, '_>, faults: &mut Faults<'_>) -> Option<When> {
    let cron = cron(table, "cron", faults);
    let business = table.word(faults, "days", DAYS).unwrap_or(false);
    let (calendar, shift) = (table.word(faults, "calendar", CALENDARS), table.word(faults, "shift", SHIFTS));
    if !business {
        for key in ["calendar", "shift"].into_iter().filter(|key| table.has(key)) {
            faults.at(table.place_of(key), format!("{}: `{key}` is a setting of days = \"business\"", table.what()));
        }
        return Some(When::Cron { cron: cron?, days: Days::Every });
    }
    let days = Days::Business { calendar: calendar.unwrap_or_default(), shift: shift.unwrap_or(Shift::Skip) };
    Some(When::Cron { cron: cron?, days })
}

fn by_business_day(table: &mut Section<'_, '_>, faults: &mut Faults<'_>) -> Option<When> {
    let at = required_time(table, faults);
    let nth = nth(table, faults);
    let months = months(table, faults);
    let calendar = table.word(faults, "calendar", CALENDARS).unwrap_or_default();
    Some(When::NthBusinessDay { nth: nth?, months, at: at?, calendar })
}

/// `"first"`, `"last"`, 1 to 15 from the beginning of the month, -1 to -15 from its end.
fn nth(table: &mut Section<'_, '_>, faults: &mut Faults<'_>) -> Option<i8> {
    let value = table.value("business_day")?;
    if value.get_ref().as_str().is_some() {
        return table.word(faults, "business_day", &[("first", 1), ("last", -1)]);
    }
    let number = table.integer(faults, "business_day")?;
    if number == 0 || number.abs() > NTH_MAX {
        let sentence = format!("must be 1 to {NTH_MAX}, or -1 (the last) to -{NTH_MAX}");
        faults.at(table.place_of("business_day"), format!("{}: `business_day` = {number} {sentence}", table.what()));
        return None;
    }
    i8::try_from(number).ok()
}

fn months(table: &mut Section<'_, '_>, faults: &mut Faults<'_>) -> Vec<i8> {
    let Some(months) = table.integers(faults, "months") else { return Vec::new() };
    if months.is_empty() || !months.is_sorted_by(|a, b| a < b) || !months.iter().all(|month| (1..=12).contains(month)) {
        faults.at(table.place_of("months"), format!("{}: `months` must hold rising months of 1 to 12", table.what()));
    }
    months.into_iter().filter_map(|month| i8::try_from(month).ok()).collect()
}

fn required_time(table: &mut Section<'_, '_>, faults: &mut Faults<'_>) -> Option<Time> {
    if table.value("at").is_none() {
        faults.at(table.place, format!("{}: `at` is missing", table.what()));
    }
    time(table, "at", faults)
}

fn time(section: &mut Section<'_, '_>, key: &'static str, faults: &mut Faults<'_>) -> Option<Time> {
    let text = section.string(faults, key)?;
    let time = Time::strptime("%H:%M", &text).ok();
    if time.is_none() {
        faults.at(section.place_of(key), format!("{}: `{key}` = {text:?} is not a time of day HH:MM", section.what()));
    }
    time
}

fn cron(section: &mut Section<'_, '_>, key: &'static str, faults: &mut Faults<'_>) -> Option<Clockwork> {
    let text = section.string(faults, key)?;
    match Clockwork::parse(&text) {
        Ok(cron) => Some(cron),
        Err(error) => {
            faults.at(section.place_of(key), format!("{}: `{key}` = {text:?} is no cron expression: {error}", section.what()));
            None
        }
    }
}
