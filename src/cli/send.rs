//! `renkei send FILE --topic SLUG`: hands in a file from the command line.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use renkei_core::money::Yen;
use renkei_core::registry::Registry;
use renkei_producers::intake::claim::HandedIn;
use renkei_producers::{Controls, Outcome, Progress, send};

use super::print::{self, say};
use super::{Exit, Global};
use crate::config::Config;
use crate::wiring;

/// `renkei send`
#[derive(Debug, Args)]
pub(crate) struct SendArgs {
    /// The file
    file: PathBuf,
    /// Topic: number or slug
    #[arg(long)]
    topic: String,
    /// Layout variant; default: the one that fits
    #[arg(long)]
    layout: Option<String>,
    /// 件数 the sender states; refused when it differs
    #[arg(long)]
    count: Option<u64>,
    /// 合計金額 in yen the sender states; refused when it differs
    #[arg(long, allow_hyphen_values = true)]
    sum: Option<i64>,
    /// Who hands it in
    #[arg(long = "as", env = "RENKEI_ACTOR", default_value = "operator")]
    actor: String,
}

/// Runs it.
pub(crate) fn run(global: &Global, args: &SendArgs) -> anyhow::Result<Exit> {
    let config = Config::load(global.config.as_deref())?;
    let registry = Arc::new(Registry::load()?);
    let outcome = wiring::runtime()?.block_on(async {
        let publisher = wiring::publisher(&config, &registry, "send")?;
        let intake = wiring::intake(&config, &registry, &publisher)?;
        let bar = (!global.json).then(progress_bar);
        let shown = bar.clone();
        let on_progress = Arc::new(move |progress| {
            if let Some(bar) = &shown {
                show(bar, progress);
            }
        });
        let controls = (args.count.is_some() || args.sum.is_some()).then(|| Controls {
            count: args.count,
            sum: args.sum,
            ..Controls::default()
        });
        let with =
            HandedIn { sender: format!("cli:{}", args.actor), variant: args.layout.clone(), controls, ..HandedIn::default() };
        let outcome = send::send(&intake, &args.topic, &args.file, with, Some(on_progress)).await;
        if let Some(bar) = bar {
            bar.finish_and_clear();
        }
        publisher.close().await;
        anyhow::Ok(outcome?)
    })?;
    report(global, &outcome);
    Ok(if outcome.is_published() { Exit::Done } else { Exit::Rejected })
}

fn progress_bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {percent}%") {
        bar.set_style(style);
    }
    bar
}

fn show(bar: &ProgressBar, progress: Progress) {
    let (message, done, of) = match progress {
        Progress::Archived => ("archived", 0, 1),
        Progress::Validating { done, of } => ("validating", done, of),
        Progress::Publishing { done, of } => ("publishing", u64::from(done), u64::from(of)),
    };
    bar.set_message(message);
    bar.set_length(of);
    bar.set_position(done);
}

fn report(global: &Global, outcome: &Outcome) {
    let delivery = &outcome.delivery;
    if global.json {
        println!("{}", serde_json::json!({"delivery": delivery, "took_ms": outcome.took_ms}));
        return;
    }
    let lang = global.lang;
    for fault in &delivery.faults {
        println!("{}", print::fault(lang, fault));
    }
    let state = if outcome.is_published() {
        say(lang, "受け付けました", "accepted")
    } else {
        say(lang, "却下しました", "rejected")
    };
    println!(
        "{}: {state} · {} {} {} · {} {} · {} ms",
        delivery.file,
        delivery.delivery,
        delivery.records,
        say(lang, "レコード", "records"),
        Yen(delivery.yen),
        say(lang, "円", "yen"),
        outcome.took_ms
    );
}
