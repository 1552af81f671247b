//! Making a file: the order, the wait for a consumer, and what would be made.

use std::time::Duration;

use anyhow::bail;
use renkei_consumers::outbound::{self, ExportFile, Exporter, FileState, OrderRequest, Waiting};
use renkei_core::calendar::clock;
use renkei_core::catalogue::{self, Lang};
use renkei_core::fault::Fault;
use renkei_core::message::{self, ExportOrder};
use renkei_core::money::Yen;
use renkei_core::registry::Registry;

use super::{compare, look, show};
use crate::cli::print::{refusal, say};
use crate::cli::{Exit, Global, progress};
use crate::config::Config;
use crate::wiring;

/// Longest wait for a consumer to make an ordered file.
const MAKE_WAIT: Duration = Duration::from_secs(600);
/// Pause between looks for it; a look reads a row by its key.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Longest wait for one that leaves by itself to be handed over.
const LEAVE_WAIT: Duration = Duration::from_secs(10);

/// Orders a file, waits until it is made and shows it, with the others of its order.
pub(super) async fn run(
    global: &Global,
    config: &Config,
    registry: &Registry,
    exporter: &Exporter,
    topic: &str,
    request: OrderRequest,
) -> anyhow::Result<Exit> {
    let waiting = progress::waiting(global, "ファイルの作成を待っています", "waiting for the file to be made");
    let made = order(config, registry, exporter, topic, request).await;
    waiting.clear();
    let made = made?;
    look::print_files(global, &exporter.files_of_run(made.run).await?);
    Ok(look::exit_of(made.state))
}

/// Publishes the order and waits for the consumer. Gives the first file of the order.
pub(crate) async fn order(
    config: &Config,
    registry: &Registry,
    exporter: &Exporter,
    topic: &str,
    request: OrderRequest,
) -> anyhow::Result<ExportFile> {
    let publisher = wiring::publisher(config, registry, "order")?;
    let ordered = outbound::order(&publisher, exporter.topic(topic)?, request).await?;
    publisher.close().await;
    let deadline = tokio::time::Instant::now() + MAKE_WAIT;
    let mut made_at = None;
    loop {
        let made = exporter.find_run(ordered.run).await?.filter(|file| file.state != FileState::Ordered);
        if let Some(file) = made {
            let made_at = *made_at.get_or_insert_with(tokio::time::Instant::now);
            if !on_its_way(&file) || made_at.elapsed() > LEAVE_WAIT {
                return Ok(file);
            }
        }
        if tokio::time::Instant::now() > deadline {
            bail!(
                "the order {} is on its queue, but no consumer has made the file yet; is `renkei consume` running?",
                ordered.run
            );
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// A file that is released by machine, and of which nothing is known yet that keeps it from its partner.
fn on_its_way(file: &ExportFile) -> bool {
    let leaving = matches!(file.state, FileState::Generated | FileState::Released);
    file.release_policy == "automatic" && leaving && file.problem.is_none()
}

/// What a run would send; nothing is kept.
pub(super) async fn dry(global: &Global, exporter: &Exporter, topic: &str, request: OrderRequest) -> anyhow::Result<Exit> {
    let topic = exporter.topic(topic)?;
    let order = ExportOrder {
        run: message::run_id(topic.slug.as_str(), "dry run"),
        variant: request.variant,
        params: request.params,
        ordered_by: request.ordered_by,
        ordered_at: clock::now_rfc3339(),
    };
    let dry = exporter.dry_run(topic, &order).await?;
    if global.json {
        let whole = dry.files.iter().zip(&dry.reviews);
        let files: Vec<_> =
            whole.map(|(file, review)| serde_json::json!({"count": file.count, "yen": file.yen, "review": review})).collect();
        let more = serde_json::json!({"files": files, "rows": dry.rows, "problem": dry.problem, "refusals": dry.refusals, "waiting": dry.waiting, "comparison": dry.comparison});
        println!("{more}");
    } else {
        let lang = global.lang;
        for (index, (file, review)) in dry.files.iter().zip(&dry.reviews).enumerate() {
            println!(
                "{}{}: {} {} · {} {}",
                say(lang, "作成されるファイル", "would make"),
                if dry.files.len() > 1 { format!(" {}/{}", index + 1, dry.files.len()) } else { String::new() },
                file.count,
                say(lang, "件", "items"),
                Yen(file.yen),
                say(lang, "円", "yen")
            );
            show::recounted(lang, review);
        }
        dry.comparison.iter().for_each(|comparison| compare::different(lang, comparison));
        if dry.files.is_empty() {
            println!("{}", say(lang, "作成されるファイルはありません", "no file would be made"));
        }
        match dry.waiting.as_deref() {
            Some([]) => println!("{}", say(lang, "待っているものもありません", "nothing waits either")),
            waiting => waiting.into_iter().flatten().for_each(|waits| println!("{}", self::waits(lang, waits))),
        }
        if let Some(problem) = &dry.problem {
            println!("{}", show::problem(lang, problem));
        }
        for refused in &dry.refusals {
            println!("{}", refusal(lang, refused));
        }
    }
    Ok(if dry.problem.is_some() { Exit::Rejected } else { Exit::Done })
}

/// What waits for one thing, and what to do.
fn waits(lang: Lang, waiting: &Waiting) -> String {
    let fault = Fault::new(&waiting.code).with_values(&waiting.values());
    format!("- {} {}", catalogue::text(&fault, lang), catalogue::remedy(&fault, lang))
}
