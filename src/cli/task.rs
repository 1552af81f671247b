//! `renkei task …`: what people must do by a time: carry a file, fetch one, decide about a run that was missed.

use std::collections::BTreeMap;
use std::sync::Arc;

use clap::Subcommand;
use jiff::ZonedDateTime;
use renkei_consumers::db::PgPool;
use renkei_consumers::outbound::OrderRequest;
use renkei_consumers::tasks::{self, End, Task, TaskError, TaskFilter};
use renkei_core::calendar::clock;
use renkei_core::catalogue::Lang;
use renkei_core::registry::Registry;

use super::print::{say, table};
use super::{Exit, Global, export, times, words};
use crate::config::Config;
use crate::wiring;

/// `renkei task …`
#[derive(Debug, Subcommand)]
pub(crate) enum TaskCommand {
    /// Open tasks, the most urgent first
    List {
        /// Number or slug
        #[arg(long)]
        topic: Option<String>,
        /// carry, fetch, missed_run
        #[arg(long, value_parser = ["carry", "fetch", "missed_run"])]
        kind: Option<String>,
        /// Ended ones too
        #[arg(long)]
        all: bool,
        /// Tasks shown at most
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// One task
    Show {
        /// Task number
        task: i64,
    },
    /// It is done; who and when stays on record
    Done {
        /// Task number
        task: i64,
        /// What is worth saying
        #[arg(long, default_value = "")]
        note: String,
        /// A carried file: what the partner said, e.g. its receipt number; noted with the file as by `export accepted`
        #[arg(long)]
        result: Option<String>,
        /// Who did it
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
    /// It need not be done
    Dismiss {
        /// Task number
        task: i64,
        /// Why not
        #[arg(long)]
        reason: String,
        /// Who says so
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
    /// Order a missed run now, under the run id the schedule would have given it
    Run {
        /// Task number
        task: i64,
        /// Who orders
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
}

/// Runs it.
pub(crate) fn run(global: &Global, command: &TaskCommand) -> anyhow::Result<Exit> {
    let config = Config::load(global.config.as_deref())?;
    let registry = Arc::new(Registry::load()?);
    wiring::runtime()?.block_on(async {
        let pool = wiring::database(&config).await?;
        let now = clock::now();
        // What the running consumer will know in half a minute, a person wants to see now.
        tasks::refresh(&pool, &registry, &now).await?;
        let task = match command {
            TaskCommand::List { topic, kind, all, limit } => {
                let topic = topic.as_ref().map(|name| super::topic::find(&registry, name)).transpose()?;
                let topic = topic.map(|topic| topic.slug.to_string());
                let filter = TaskFilter { topic, kind: kind.clone(), file: None, all: *all, rows_max: *limit };
                return Ok(print_all(global, &tasks::list(&pool, &filter, &now).await?));
            }
            TaskCommand::Show { task } => tasks::show(&pool, *task, &now).await?,
            TaskCommand::Done { task, note, result: None, actor } => {
                tasks::end(&pool, *task, End::Done, actor, note, &now).await?
            }
            TaskCommand::Done { task, result: Some(result), actor, .. } => {
                accepted(&config, &registry, &pool, *task, actor, result, &now).await?
            }
            TaskCommand::Dismiss { task, reason, actor } => tasks::end(&pool, *task, End::NotNeeded, actor, reason, &now).await?,
            TaskCommand::Run { task, actor } => order(global, &config, &registry, &pool, *task, actor, &now).await?,
        };
        print_one(global, &task);
        Ok(exit_of(&task))
    })
}

/// The file of a task was accepted: noted with the file, and the task ends by it.
async fn accepted(
    config: &Config,
    registry: &Arc<Registry>,
    pool: &PgPool,
    id: i64,
    actor: &str,
    result: &str,
    now: &ZonedDateTime,
) -> anyhow::Result<Task> {
    let task = tasks::open(pool, id, now).await?;
    let Some(file) = task.file_id else {
        return Err(TaskError::Kind { task: id, is: task.kind, asked: "--result", wanted: "carry" }.into());
    };
    wiring::exporter(config, registry, "cli").await?.accepted(file, actor, result).await?;
    tasks::refresh(pool, registry, now).await?;
    Ok(tasks::show(pool, id, now).await?)
}

/// Orders the run of a task and waits until its file is made; the task ends by it.
async fn order(
    global: &Global,
    config: &Config,
    registry: &Arc<Registry>,
    pool: &PgPool,
    id: i64,
    actor: &str,
    now: &ZonedDateTime,
) -> anyhow::Result<Task> {
    let task = tasks::open(pool, id, now).await?;
    if task.kind != "missed_run" {
        return Err(TaskError::Kind { task: id, is: task.kind, asked: "run", wanted: "missed_run" }.into());
    }
    let exporter = wiring::exporter(config, registry, "cli").await?;
    let request = OrderRequest {
        variant: String::new(),
        params: BTreeMap::new(),
        ordered_by: actor.to_owned(),
        key: Some(task.key.clone()),
    };
    let waiting = super::progress::waiting(global, "ファイルの作成を待っています", "waiting for the file to be made");
    let made = export::order(config, registry, &exporter, &task.topic, request).await;
    waiting.clear();
    made?;
    tasks::refresh(pool, registry, now).await?;
    Ok(tasks::show(pool, id, now).await?)
}

fn exit_of(task: &Task) -> Exit {
    if task.late { Exit::Held } else { Exit::Done }
}

fn print_all(global: &Global, tasks: &[Task]) -> Exit {
    let exit = if tasks.iter().any(|task| task.late) { Exit::Held } else { Exit::Done };
    if global.json {
        println!("{}", serde_json::json!(tasks));
        return exit;
    }
    let lang = global.lang;
    if tasks.is_empty() {
        println!("{}", say(lang, "作業はありません", "nothing to do"));
        return exit;
    }
    let headings = match lang {
        Lang::Ja => [">番号", "種類", "トピック", "作業", "期限", "状態"],
        Lang::En => [">task", "kind", "topic", "what", "due", "state"],
    };
    let rows = tasks.iter().map(|task| {
        vec![
            task.id.to_string(),
            words::task_kind(lang, &task.kind),
            task.topic.clone(),
            what(lang, task),
            times::moment(lang, &task.due_at),
            state(lang, task),
        ]
    });
    println!("{}", table(&headings, rows.collect()));
    exit
}

fn print_one(global: &Global, task: &Task) {
    if global.json {
        println!("{}", serde_json::json!(task));
        return;
    }
    let lang = global.lang;
    println!("{} {} · {}", task.id, words::task_kind(lang, &task.kind), task.topic);
    println!("  {}", what(lang, task));
    println!("  {}: {}", say(lang, "期限", "due"), times::moment(lang, &task.due_at));
    println!("  {}: {}", say(lang, "状態", "state"), state(lang, task));
    if !task.note.is_empty() {
        println!("  {}: {}", say(lang, "記録", "note"), task.note);
    }
    if task.outcome.is_none() {
        for line in next_steps(lang, task) {
            println!("  → {line}");
        }
    }
}

/// The task as a sentence.
fn what(lang: Lang, task: &Task) -> String {
    let Task { from_whom, to_whom, file, .. } = task;
    match (task.kind.as_str(), lang) {
        ("carry", Lang::Ja) => format!("{file}（ファイル{}）を{to_whom}へ届ける", task.file_id.unwrap_or_default()),
        ("carry", Lang::En) => format!("carry {file} (file {}) to {to_whom}", task.file_id.unwrap_or_default()),
        ("fetch", Lang::Ja) => format!("{from_whom}からファイルを受け取り、取り込む"),
        ("fetch", Lang::En) => format!("get the file from {from_whom} and hand it in"),
        (_, Lang::Ja) => format!("{}の定時出力が実行されていない。実行するか決める", times::moment(lang, &task.key)),
        (_, Lang::En) => format!("the scheduled run of {} was missed; decide whether it is made", times::moment(lang, &task.key)),
    }
}

fn state(lang: Lang, task: &Task) -> String {
    let ended = |word: &str| {
        let at = task.done_at.as_deref().map(|at| times::moment(lang, at)).unwrap_or_default();
        format!("{word} {at} {}", task.done_by.as_deref().unwrap_or_default())
    };
    match task.outcome.as_deref() {
        Some("done") => ended(say(lang, "完了", "done")),
        Some(_) => ended(say(lang, "不要", "not needed")),
        None if task.late => say(lang, "期限超過", "late").to_owned(),
        None => say(lang, "未了", "open").to_owned(),
    }
}

fn next_steps(lang: Lang, task: &Task) -> Vec<String> {
    let (id, slug) = (task.id, &task.topic);
    let done = say(lang, "届けた", "carried");
    let not_needed = say(lang, "不要", "not needed");
    match task.kind.as_str() {
        "carry" => vec![format!("{done}: renkei task done {id} --result {} --as NAME", say(lang, "受付番号", "RECEIPT"))],
        "fetch" => vec![
            format!("{}: renkei send --topic {slug} FILE", say(lang, "取り込む", "hand in")),
            format!("{not_needed}: renkei task dismiss {id} --reason {} --as NAME", say(lang, "理由", "WHY")),
        ],
        _ => vec![
            format!("{}: renkei task run {id} --as NAME", say(lang, "実行する", "make it")),
            format!("{not_needed}: renkei task dismiss {id} --reason {} --as NAME", say(lang, "理由", "WHY")),
        ],
    }
}
