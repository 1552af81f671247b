//! `renkei send FILE --topic SLUG`: hands in a file from the command line.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use renkei_core::catalogue::Lang;
use renkei_core::money::Yen;
use renkei_core::registry::Registry;
use renkei_producers::intake::claim::HandedIn;
use renkei_producers::{Controls, Outcome, Progress, send};

use super::print::{self, say};
use super::{Exit, Global, progress};
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
    /// A document that belongs to the file; may be given several times. Those the file names that lie beside it are found by themselves
    #[arg(long = "with", value_name = "DOCUMENT")]
    documents: Vec<PathBuf>,
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
        let bar = progress::bar(global, 0);
        let (shown, lang) = (bar.clone(), global.lang);
        let on_progress = Arc::new(move |progress| show(&shown, lang, progress));
        let controls = (args.count.is_some() || args.sum.is_some()).then(|| Controls {
            count: args.count,
            sum: args.sum,
            ..Controls::default()
        });
        let with = HandedIn {
            sender: format!("cli:{}", args.actor),
            variant: args.layout.clone(),
            controls,
            documents: args.documents.clone(),
            ..HandedIn::default()
        };
        let outcome = send::send(&intake, &args.topic, &args.file, with, Some(on_progress)).await;
        bar.clear();
        publisher.close().await;
        anyhow::Ok(outcome?)
    })?;
    report(global, &outcome);
    Ok(if outcome.is_published() { Exit::Done } else { Exit::Rejected })
}

fn show(bar: &progress::Shown, lang: Lang, progress: Progress) {
    let (label, done, of) = match progress {
        Progress::Archived => (say(lang, "保管しました", "archived"), 0, 1),
        Progress::Validating { done, of } => (say(lang, "検査中", "validating"), done, of),
        Progress::Publishing { done, of } => (say(lang, "送信中", "publishing"), u64::from(done), u64::from(of)),
    };
    bar.at(label, done, of);
}

pub(super) fn report(global: &Global, outcome: &Outcome) {
    let delivery = &outcome.delivery;
    if global.json {
        println!("{}", serde_json::json!({"delivery": delivery, "took_ms": outcome.took_ms}));
        return;
    }
    let lang = global.lang;
    for fault in &delivery.faults {
        println!("{}", print::fault(lang, fault));
    }
    for member in &delivery.members {
        println!("{}", print::member(lang, member));
    }
    let state = print::delivered(lang, delivery.stage);
    for document in &delivery.evidence {
        println!("{}", print::document(lang, &document.name, document.bytes));
    }
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
