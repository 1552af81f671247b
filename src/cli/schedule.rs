//! `renkei schedule list`: when exports are ordered and files are due next, and why an instant was shifted. Needs no services: it reads
//! the calendar the scheduler reads.

use clap::Subcommand;
use jiff::ZonedDateTime;
use jiff::civil::Date;
use renkei_core::calendar::{BusinessCalendar, clock};
use renkei_core::catalogue::Lang;
use renkei_core::registry::{Direction, Registry, Status, Topic};
use renkei_core::schedule::{Instant, Missed, Rule};

use super::print::{say, table};
use super::{Exit, Global, times};
use crate::config::Config;

/// Most instants shown of a topic.
const COUNT_MAX: u16 = 500;

/// `renkei schedule …`
#[derive(Debug, Subcommand)]
pub(crate) enum ScheduleCommand {
    /// The next instants of each topic, Tokyo time
    List {
        /// Number or slug
        #[arg(long)]
        topic: Option<String>,
        /// From this day on; default: from now on
        #[arg(long)]
        from: Option<Date>,
        /// Instants of each topic
        #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=i64::from(COUNT_MAX)))]
        count: u16,
    },
}

/// One rule of one topic with its next instants.
struct Line<'t> {
    topic: &'t Topic,
    /// Exports are ordered; else: a file is due.
    missed: Option<Missed>,
    rule: &'t Rule,
    instants: Vec<Instant>,
    /// Why there are no more.
    problem: Option<String>,
}

/// Runs it.
pub(crate) fn run(global: &Global, command: &ScheduleCommand) -> anyhow::Result<Exit> {
    let ScheduleCommand::List { topic, from, count } = command;
    let config = Config::load(global.config.as_deref())?;
    let registry = Registry::load()?;
    let only = topic.as_ref().map(|name| super::topic::find(&registry, name)).transpose()?;
    let calendar = times::known(&config);
    let from = match from {
        // An instant at midnight is of the day.
        Some(day) => day.to_zoned_datetime(clock::tokyo())?.saturating_sub(jiff::SignedDuration::from_secs(1)),
        None => clock::now(),
    };
    let mut lines = Vec::new();
    for topic in registry.topics.iter().filter(|topic| topic.status == Status::Active) {
        if only.is_some_and(|only| only.slug != topic.slug) {
            continue;
        }
        let schedule = topic.schedule.as_ref().map(|schedule| (&schedule.rule, Some(schedule.missed)));
        let due = topic.due.as_ref().and_then(|due| due.rule.as_ref()).filter(|_| topic.direction == Direction::In);
        for (rule, missed) in schedule.into_iter().chain(due.map(|rule| (rule, None))) {
            let (instants, mut problem) = next(rule, calendar.as_ref().ok(), &from, usize::from(*count));
            if let (Err(error), true) = (&calendar, rule.needs_calendar()) {
                problem = Some(error.to_string());
            }
            lines.push(Line { topic, missed, rule, instants, problem });
        }
    }
    let exit = if lines.iter().any(|line| line.problem.is_some()) { Exit::Held } else { Exit::Done };
    if global.json {
        println!("{}", serde_json::Value::from(lines.iter().map(as_json).collect::<Vec<_>>()));
    } else {
        print(global.lang, &lines, calendar.as_ref().ok());
    }
    Ok(exit)
}

fn next(rule: &Rule, calendar: Option<&BusinessCalendar>, from: &ZonedDateTime, count: usize) -> (Vec<Instant>, Option<String>) {
    let (mut instants, mut last) = (Vec::new(), from.clone());
    while instants.len() < count {
        match rule.after(calendar, &last) {
            Ok(Some(next)) => {
                last = next.at.clone();
                instants.push(next);
            }
            Ok(None) => break,
            Err(error) => return (instants, Some(error.to_string())),
        }
    }
    (instants, None)
}

fn as_json(line: &Line<'_>) -> serde_json::Value {
    let instants: Vec<_> = line
        .instants
        .iter()
        .map(|instant| {
            let (meant, why) = instant.shifted.clone().unzip();
            serde_json::json!({"at": clock::rfc3339(&instant.at), "meant": meant, "closed": why})
        })
        .collect();
    serde_json::json!({
        "topic": line.topic.slug, "what": if line.missed.is_some() { "export" } else { "arrival" }, "rule": line.rule.to_string(),
        "calendar": line.rule.calendar(), "missed": line.missed, "instants": instants, "problem": line.problem,
    })
}

fn print(lang: Lang, lines: &[Line<'_>], calendar: Option<&BusinessCalendar>) {
    let headings = match lang {
        Lang::Ja => ["トピック", "内容", "日時", "備考"],
        Lang::En => ["topic", "what", "when", "remark"],
    };
    let mut rows = Vec::new();
    for line in lines {
        let what = if line.missed.is_some() { say(lang, "出力", "export") } else { say(lang, "到着期限", "arrival due") };
        let head = || vec![line.topic.slug.to_string(), what.to_owned()];
        for instant in &line.instants {
            let why = instant.shifted.as_ref().map(|(meant, why)| {
                let meant = format!("{} {}", times::day(lang, *meant), times::closed(lang, why));
                if lang == Lang::Ja { format!("{meant}のため変更") } else { format!("shifted from {meant}") }
            });
            rows.push([head(), vec![times::instant(lang, &instant.at), why.unwrap_or_default()]].concat());
        }
        if let Some(problem) = &line.problem {
            let stops = say(lang, "ここで止まります", "stops here");
            rows.push([head(), vec![stops.to_owned(), problem.clone()]].concat());
        }
    }
    println!("{}", table(&headings, rows));
    for line in lines {
        let missed = line.missed.map(|missed| match lang {
            Lang::Ja => format!(" · 実行できなかったとき: {}", times::missed(lang, missed)),
            Lang::En => format!(" · when missed: {}", times::missed(lang, missed)),
        });
        println!("{}: {}{}", line.topic.slug, times::rule(lang, line.rule), missed.unwrap_or_default());
    }
    if let Some(warning) = calendar.and_then(|calendar| times::ends_soon(lang, calendar)) {
        println!("{warning}");
    }
}
