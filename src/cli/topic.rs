//! `renkei topic list|show|pause|resume|sample|kit`: the 24 連携.

use clap::Subcommand;
use renkei_consumers::paused;
use renkei_core::catalogue::Lang;
use renkei_core::evidence::EvidenceRule;
use renkei_core::params::Param;
use renkei_core::registry::{Direction, Integration, Registry, Status, Topic};
use renkei_producers::ProducerConfig;
use renkei_producers::pull::look;

use super::kit::KitArgs;
use super::print::{say, table};
use super::sample::SampleArgs;
use super::{Exit, Global, times, words};
use crate::config::Config;
use crate::wiring;

/// `renkei topic …`
#[derive(Debug, Subcommand)]
pub(crate) enum TopicCommand {
    /// One line a topic
    List,
    /// Everything about one topic
    Show {
        /// Number or slug: 12 or 12_civic_assessments
        topic: String,
    },
    /// Let a topic stand still: its messages wait in their queues, nothing is posted or sent
    Pause(StillArgs),
    /// Let it go on
    Resume(StillArgs),
    /// A file to try things with: sound, of any size, or broken in one named way
    Sample(SampleArgs),
    /// What publishers build against: a page, schema and example for each topic, AsyncAPI, OpenAPI, error codes
    Kit(KitArgs),
}

/// `renkei topic pause|resume`
#[derive(Debug, clap::Args)]
pub(crate) struct StillArgs {
    /// Number or slug
    topic: String,
    /// Why
    #[arg(long)]
    reason: String,
    /// Who decides
    #[arg(long = "as", env = "RENKEI_ACTOR")]
    actor: String,
}

/// Runs it.
pub(crate) fn run(global: &Global, command: &TopicCommand) -> anyhow::Result<Exit> {
    match command {
        TopicCommand::List => {
            list(global, &Registry::load()?);
            warn_of_the_calendar(global);
        }
        TopicCommand::Show { topic } => {
            // Whether a file is fetched is the installation's.
            let produce = Config::load(global.config.as_deref())?.produce;
            show(global, find(&Registry::load()?, topic)?, &produce)?;
        }
        TopicCommand::Pause(args) => stand_still(global, args, true)?,
        TopicCommand::Resume(args) => stand_still(global, args, false)?,
        TopicCommand::Sample(args) => return super::sample::run(global, args),
        TopicCommand::Kit(args) => return super::kit::run(global, args),
    }
    Ok(Exit::Done)
}

/// Pauses or resumes.
fn stand_still(global: &Global, args: &StillArgs, pauses: bool) -> anyhow::Result<()> {
    let config = Config::load(global.config.as_deref())?;
    let registry = Registry::load()?;
    let slug = find(&registry, &args.topic)?.slug.as_str();
    wiring::runtime()?.block_on(async {
        let pool = wiring::database(&config).await?;
        if pauses {
            paused::pause(&pool, slug, &args.actor, &args.reason).await?;
        } else {
            paused::resume(&pool, slug, &args.actor, &args.reason).await?;
        }
        anyhow::Ok(())
    })?;
    if global.json {
        println!("{}", serde_json::json!({ "topic": slug, "paused": pauses }));
    } else if pauses {
        println!(
            "{slug}: {}",
            say(global.lang, "停止しました。メッセージはキューで待ちます", "paused; its messages wait in their queues")
        );
    } else {
        println!("{slug}: {}", say(global.lang, "再開しました", "goes on"));
    }
    Ok(())
}

/// The topic of a number or slug, or a sentence naming what there is.
pub(crate) fn find<'r>(registry: &'r Registry, name: &str) -> anyhow::Result<&'r std::sync::Arc<Topic>> {
    registry.topic(name).ok_or_else(|| anyhow::anyhow!("there is no topic {name:?}; `renkei topic list` shows all"))
}

fn list(global: &Global, registry: &Registry) {
    if global.json {
        let rows: Vec<_> = registry.topics.iter().map(|topic| as_json(topic)).collect();
        println!("{}", serde_json::Value::from(rows));
        return;
    }
    let lang = global.lang;
    let rows = registry.sides().map(|topic| {
        vec![
            topic.number.to_string(),
            topic.slug.to_string(),
            words::direction(lang, topic.direction).to_owned(),
            name(topic, lang).to_owned(),
            registry.partner(lang, &topic.from).to_owned(),
            registry.partner(lang, &topic.to).to_owned(),
            status(topic, lang).to_owned(),
        ]
    });
    let headings = match lang {
        Lang::Ja => [">番号", "トピック", "向き", "連携データ", "連携元", "連携先", "状態"],
        Lang::En => [">No", "topic", "way", "data", "from", "to", "status"],
    };
    println!("{}", table(&headings, rows.collect()));
}

/// A list is looked at more often than the log. Where there is no calendar yet, there is nothing to warn of.
fn warn_of_the_calendar(global: &Global) {
    let known = Config::load(global.config.as_deref()).ok().and_then(|config| times::known(&config).ok());
    if let Some(warning) = known.and_then(|calendar| times::ends_soon(global.lang, &calendar)) {
        eprintln!("{warning}");
    }
}

fn name(topic: &Topic, lang: Lang) -> &str {
    say(lang, &topic.name, &topic.name_en)
}

fn status(topic: &Topic, lang: Lang) -> &'static str {
    match (topic.status, lang) {
        (Status::Active, Lang::Ja) => "稼働",
        (Status::Active, Lang::En) => "active",
        (Status::Planned, Lang::Ja) => "未実装",
        (Status::Planned, Lang::En) => "planned",
    }
}

fn as_json(topic: &Topic) -> serde_json::Value {
    serde_json::json!({
        "number": topic.number, "slug": topic.slug, "direction": topic.direction, "name": topic.name, "name_en": topic.name_en,
        "from": topic.from, "to": topic.to, "method": topic.method, "timing": topic.timing, "status": topic.status, "due": topic.due, "starts_on": topic.starts_on.map(|day| day.to_string()),
        "queue": topic.queue(), "ordered": topic.ordered, "hold": topic.hold, "confirm": topic.confirm, "release": topic.release,
        "once": topic.once, "cut_off": topic.cut_off.map(|cut| serde_json::json!({"at": cut.at.strftime("%H:%M").to_string(), "calendar": cut.calendar})), "missed": topic.schedule.as_ref().map(|schedule| schedule.missed), "unpack": topic.unpack, "schedule": topic.schedule.as_ref().map(|schedule| schedule.rule.to_string()), "prefetch": topic.prefetch, "parallel": topic.parallel,
        "retry_ladder_s": topic.retry.ladder_s, "delivery": (topic.direction == Direction::Out).then_some(topic.delivery), "remark": topic.remark,
        "evidence": topic.evidence,
        "layouts": topic.integration.as_ref().map(|i| i.layouts.iter().map(|(variant, layout)| serde_json::json!({
            "variant": variant, "name": layout.name, "version": layout.version, "digest": layout.digest()})).collect::<Vec<_>>()),
        "params": topic.integration.as_ref().filter(|_| topic.direction == Direction::Out).map(|i| i.params.all().to_vec()),
        "digest": topic.integration.as_ref().map(|i| i.digest.clone()),
        "results": topic.results.as_deref().map(as_json),
    })
}

/// How its files name their documents.
fn evidence(lang: Lang, rule: &EvidenceRule) -> String {
    let hash = rule.sha256.as_deref().map(|id| format!(" · SHA-256: {id}")).unwrap_or_default();
    let must = if rule.required { say(lang, "必須", "required") } else { say(lang, "任意", "optional") };
    format!("{} ({}){hash} · {must}", rule.field, rule.kinds_text())
}

fn show(global: &Global, topic: &Topic, produce: &ProducerConfig) -> anyhow::Result<()> {
    let slug = topic.slug.as_str();
    let fetched = match produce.pull.get(slug) {
        Some(pull) => Some((pull, look(&produce.spool_dir, slug)?.unwrap_or_default())),
        None => None,
    };
    if global.json {
        let mut json = as_json(topic);
        json["pull"] = fetched.map(|(pull, state)| super::pull::as_json(slug, pull, &state)).into();
        println!("{json}");
        return Ok(());
    }
    let lang = global.lang;
    println!("{} {}", topic.slug, name(topic, lang));
    let line = |ja: &str, en: &str, value: String| {
        if !value.is_empty() {
            println!("  {}: {value}", say(lang, ja, en));
        }
    };
    line("連携元", "from", topic.from.clone());
    line("連携先", "to", topic.to.clone());
    line("状態", "status", status(topic, lang).to_owned());
    line("キュー", "queue", topic.queue());
    line(
        "時刻",
        "due",
        topic
            .due
            .as_ref()
            .map(|due| due.rule.as_ref().map_or(due.written.clone(), |rule| times::rule(lang, rule)))
            .unwrap_or_default(),
    );
    line("開始", "due from", topic.starts_on.map(|day| day.to_string()).unwrap_or_default());
    line("予定", "schedule", topic.schedule.as_ref().map(|schedule| times::rule(lang, &schedule.rule)).unwrap_or_default());
    let missed = topic.schedule.as_ref().map(|schedule| times::missed(lang, schedule.missed).to_owned());
    line("実行漏れ", "when missed", missed.unwrap_or_default());
    let cut_off = topic.cut_off.map(|cut| format!("{} · {}", cut.at.strftime("%H:%M"), times::calendar(lang, cut.calendar)));
    line("締切", "cut-off", cut_off.unwrap_or_default());
    let waits: Vec<String> = topic.retry.ladder_s.iter().map(|seconds| format!("{seconds} s")).collect();
    line("再試行", "retry after", waits.join(", "));
    if topic.direction == Direction::Out {
        line("送付", "delivery", topic.delivery.as_str().to_owned());
    }
    line("展開", "unpacks", topic.unpack.map(|_| "zip".to_owned()).unwrap_or_default());
    line("証拠書類", "evidence", topic.evidence.as_ref().map(|rule| evidence(lang, rule)).unwrap_or_default());
    // As on its page: remarks are English only.
    line("備考", "remark", if lang == Lang::En { topic.remark.clone() } else { String::new() });
    if let Some((pull, state)) = &fetched {
        super::pull::lines(lang, pull, state).iter().for_each(|line| println!("  {line}"));
    }
    let Some(integration) = &topic.integration else { return Ok(()) };
    layouts(lang, integration);
    for profile in &integration.profiles {
        println!("  {} {}: {}", say(lang, "銀行プロファイル", "profile"), profile.name, profile.title);
    }
    integration.params.all().iter().for_each(|param| println!("  {}", parameter(lang, param)));
    println!("  digest: {}", integration.digest);
    if let Some(results) = &topic.results {
        println!("{} {}", results.queue(), name(results, lang));
        results.integration.iter().for_each(|answers| layouts(lang, answers));
    }
    Ok(())
}

/// A parameter as `renkei export run --param` takes it.
fn parameter(lang: Lang, param: &Param) -> String {
    let must = if param.must { say(lang, "必須", "required") } else { say(lang, "任意", "optional") };
    let of = if param.layouts.is_empty() { String::new() } else { format!(" · {}", param.layouts.join(", ")) };
    let default = param.default.as_ref().map(|value| format!(" · {}: {value}", say(lang, "既定", "default"))).unwrap_or_default();
    let help = if param.help(lang).is_empty() { String::new() } else { format!(" — {}", param.help(lang)) };
    let head = say(lang, "条件", "parameter");
    format!("{head} {}={} · {} ({must}{of}{default}){help}", param.id, param.form(), param.name(lang))
}

fn layouts(lang: Lang, integration: &Integration) {
    for (variant, layout) in &integration.layouts {
        let title = format!("{} v{} ({})", layout.name, layout.version, words::layout_status(lang, layout.status));
        let grade = layout.grade.map(|grade| format!("{grade:?}")).unwrap_or_default();
        println!("  {} {variant}: {title}", say(lang, "レイアウト", "layout"));
        println!("    {}: {grade} — {}", say(lang, "根拠", "evidence"), layout.source.clone().unwrap_or_default());
    }
}
