//! `renkei pull`: files that partners let be fetched. Without `--now` it tells when each was asked, what came of it and when it
//! is asked next; with `--now` it asks.

use std::sync::Arc;

use anyhow::{Context, bail};
use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;
use renkei_core::calendar::clock;
use renkei_core::catalogue::Lang;
use renkei_core::registry::Registry;
use renkei_core::verdict::Verdict;
use renkei_producers::pull::{self, Last, Pulled, PulledOutcome, Puller, State};
use renkei_producers::{Outcome, PullConfig, send};

use super::print::{self, say};
use super::{Exit, Global};
use crate::config::Config;
use crate::wiring;

/// `renkei pull`
#[derive(Debug, Args)]
pub(crate) struct PullArgs {
    /// Topic: number or slug; default: every topic that is fetched
    #[arg(long)]
    topic: Option<String>,
    /// Ask the partner now, whatever the schedule says, and take in what is new
    #[arg(long, requires = "topic")]
    now: bool,
    /// The day in the address, YYYY-MM-DD; default: today
    #[arg(long, requires = "now")]
    day: Option<Date>,
    /// Take the file in even if it is what was taken in before
    #[arg(long, requires = "now")]
    again: bool,
}

/// Runs it.
pub(crate) fn run(global: &Global, args: &PullArgs) -> anyhow::Result<Exit> {
    let config = Config::load(global.config.as_deref())?;
    let registry = Arc::new(Registry::load()?);
    let slug = match &args.topic {
        Some(name) => Some(super::topic::find(&registry, name)?.slug.to_string()),
        None => None,
    };
    if let Some(slug) = slug.as_ref().filter(|slug| !config.produce.pull.contains_key(*slug)) {
        bail!("nothing is set for {slug}: the settings have no table [produce.pull.{slug}]");
    }
    match slug {
        Some(slug) if args.now => now(global, args, &config, &registry, &slug),
        only => status(global, &config, only.as_deref()),
    }
}

/// Every fetched topic, or one: what was and what comes.
fn status(global: &Global, config: &Config, only: Option<&str>) -> anyhow::Result<Exit> {
    let (mut exit, mut rows) = (Exit::Done, Vec::new());
    for (slug, pull) in config.produce.pull.iter().filter(|(slug, _)| only.is_none_or(|only| only == *slug)) {
        let state = pull::look(&config.produce.spool_dir, slug)?.unwrap_or_default();
        if state.last.as_ref().is_some_and(needs_a_person) {
            exit = Exit::Held;
        }
        if global.json {
            rows.push(as_json(slug, pull, &state));
        } else {
            println!("{slug}");
            lines(global.lang, pull, &state).iter().for_each(|line| println!("  {line}"));
        }
    }
    if global.json {
        println!("{}", serde_json::Value::from(rows));
    } else if config.produce.pull.is_empty() {
        println!("{}", say(global.lang, "自動取得を設定した連携はありません", "no topic is fetched"));
    }
    Ok(exit)
}

fn needs_a_person(last: &Last) -> bool {
    last.verdict.is_some_and(|verdict| verdict != Verdict::Retry)
}

/// State and next instant of a fetched topic.
pub(super) fn as_json(slug: &str, pull: &PullConfig, state: &State) -> serde_json::Value {
    let next = pull::next(pull, state, &clock::now());
    serde_json::json!({
        "topic": slug, "schedule": pull.schedule, "next": next, "last_success": state.last_success,
        "outcome": state.last.as_ref().map(Last::outcome), "last": state.last, "run": state.run,
    })
}

/// The same as lines to read.
pub(super) fn lines(lang: Lang, pull: &PullConfig, state: &State) -> Vec<String> {
    let never = say(lang, "なし", "never").to_owned();
    let mut lines = Vec::new();
    let mut line = |ja: &str, en: &str, value: String| lines.push(format!("{}: {value}", say(lang, ja, en)));
    let next = pull::next(pull, state, &clock::now());
    line("次の取得", "next fetch", next.map_or_else(|| never.clone(), shown));
    line("最後の成功", "last success", state.last_success.map_or(never, shown));
    let Some(last) = &state.last else { return lines };
    let word = match last.outcome() {
        "handed_in" => say(lang, "新しいファイルを取り込みました", "new files were taken in"),
        "unchanged" => say(lang, "新しいものはありません", "nothing new"),
        "retry" => say(lang, "取得できず、もう一度取りに行きます", "not fetched; it is tried again"),
        _ => say(lang, "取得できません。対応が必要です", "not fetched; somebody must see to it"),
    };
    line("前回の結果", "last result", format!("{} {word}", shown(last.at)));
    lines.extend(last.files.iter().map(|file| format!("  {}", pulled(lang, file))));
    if let Some(fault) = &last.fault {
        lines.extend(print::fault(lang, fault).lines().map(|line| format!("  {line}")));
    }
    lines
}

fn shown(at: Timestamp) -> String {
    at.to_zoned_datetime(clock::tokyo()).strftime("%Y-%m-%d %H:%M").to_string()
}

/// One file that was asked for.
fn pulled(lang: Lang, file: &Pulled) -> String {
    let word = match file.outcome {
        PulledOutcome::HandedIn => say(lang, "取得", "fetched"),
        PulledOutcome::Unchanged => say(lang, "変更なし", "unchanged"),
        PulledOutcome::Same => say(lang, "前回と同じ内容", "the same content"),
    };
    let delivery = file.delivery.map(|id| id.to_string()).unwrap_or_default();
    format!("{word} · {} · {} {} · {delivery}", file.url, file.bytes, say(lang, "バイト", "bytes"))
}

/// Asks now, and carries what is new to its end.
fn now(global: &Global, args: &PullArgs, config: &Config, registry: &Arc<Registry>, slug: &str) -> anyhow::Result<Exit> {
    let (last, outcomes) = wiring::runtime()?.block_on(async {
        let publisher = wiring::publisher(config, registry, "pull")?;
        let intake = wiring::intake(config, registry, &publisher)?;
        let topic = intake.topic(slug)?.clone();
        let puller = Puller::of(&intake, &topic, Arc::default())?.context("nothing is set for it")?;
        let last = puller.now(args.day, args.again).await?;
        let mut outcomes: Vec<Outcome> = Vec::new();
        for file in last.files.iter().filter(|file| file.outcome == PulledOutcome::HandedIn) {
            if let Some(delivery) = file.delivery {
                outcomes.push(send::carried(&intake, &topic, delivery, None).await?);
            }
        }
        publisher.close().await;
        anyhow::Ok((last, outcomes))
    })?;
    if global.json {
        let outcomes: Vec<_> = outcomes.iter().map(|outcome| &outcome.delivery).collect();
        println!("{}", serde_json::json!({"topic": slug, "outcome": last.outcome(), "last": last, "deliveries": outcomes}));
    } else {
        last.files.iter().for_each(|file| println!("{}", pulled(global.lang, file)));
        outcomes.iter().for_each(|outcome| super::send::report(global, outcome));
        if let Some(fault) = &last.fault {
            println!("{}", print::fault(global.lang, fault));
        }
    }
    Ok(match last.verdict {
        Some(Verdict::Retry) => Exit::Failed,
        Some(_) => Exit::Held,
        None if outcomes.iter().all(Outcome::is_published) => Exit::Done,
        None => Exit::Rejected,
    })
}
