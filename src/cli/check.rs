//! `renkei check FILE --topic SLUG`: reads a file against a layout and says what is wrong. Needs no services.

use std::fs::File;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use renkei_core::calendar::clock;
use renkei_core::fault::Fault;
use renkei_core::layout::read::{Event, ReadLimits, ReadSummary, read_file};
use renkei_core::layout::{Layout, excerpt};
use renkei_core::money::Yen;
use renkei_core::registry::Registry;
use renkei_core::secrets;

use super::print::{self, say};
use super::{Exit, Global, hint, progress};

/// `renkei check`
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The file
    file: PathBuf,
    /// Topic: number or slug
    #[arg(long)]
    topic: String,
    /// Layout variant; default: the one that fits
    #[arg(long)]
    layout: Option<String>,
    /// Findings shown at most
    #[arg(long, default_value_t = 20)]
    show: usize,
}

/// What reading a file found.
struct Found {
    summary: ReadSummary,
    faults: Vec<Fault>,
}

/// Runs it.
pub(crate) fn run(global: &Global, args: &CheckArgs) -> anyhow::Result<Exit> {
    let registry = Registry::load()?;
    let topic = super::topic::find(&registry, &args.topic)?;
    let integration = topic.built()?;
    let (variant, layout) = match &args.layout {
        Some(name) => {
            let layout = integration.layout(name).with_context(|| format!("topic {} has no layout {name:?}", topic.slug))?;
            (name.clone(), layout.clone())
        }
        None => renkei_producers::intake::choose_layout(integration, &args.file)?,
    };
    let found = read(global, &layout, args, registry.settings.limits.file_bytes_max, &topic.secrets)?;
    if global.json {
        println!(
            "{}",
            serde_json::json!({"topic": topic.slug, "layout": variant, "records": found.summary.records, "yen": found.summary.yen,
                "errors": found.summary.faults, "warnings": found.summary.warnings, "sha256": found.summary.sha256, "faults": found.faults})
        );
    } else {
        report(global, args, &layout, &found);
    }
    Ok(if found.summary.faults == 0 { Exit::Done } else { Exit::Rejected })
}

fn read(global: &Global, layout: &Layout, args: &CheckArgs, file_bytes_max: u64, names: &[String]) -> anyhow::Result<Found> {
    let file = File::open(&args.file).with_context(|| format!("cannot open {}", args.file.display()))?;
    let bar = progress::bar(global, file.metadata().map(|meta| meta.len()).unwrap_or(0));
    let file = bar.reading(say(global.lang, "検査中", "checking"), file);
    let mut faults = Vec::new();
    let secret = secrets::found(File::open(&args.file)?, names)?;
    faults.extend(secret.map(|name| Fault::new("SECRET_REFUSED").arg("name", name)));
    let secrets_found = faults.len() as u64;
    let limits = ReadLimits { faults_max: args.show, file_bytes_max, reference: Some(clock::today()) };
    let summary = read_file(layout, file, &limits, |event| {
        if let Event::Fault(fault) = event {
            faults.push(fault);
        }
    });
    bar.clear();
    let mut summary = summary?;
    summary.faults += secrets_found;
    Ok(Found { summary, faults })
}

fn report(global: &Global, args: &CheckArgs, layout: &Layout, found: &Found) {
    let lang = global.lang;
    let summary = &found.summary;
    for fault in &found.faults {
        println!("{}", print::fault(lang, fault));
        if let Ok(mut file) = File::open(&args.file)
            && let Ok(Some(text)) = excerpt::excerpt(layout, fault, &mut file)
        {
            println!("{text}");
        }
        if let Some(proposal) = hint::name(layout, fault) {
            println!(
                "  {}: {proposal}",
                say(lang, "書き換え案（口座の名義と照らしてください）", "a form banks take (compare with the account)")
            );
        }
    }
    let shown = found.faults.len() as u64;
    if summary.faults + summary.warnings > shown {
        let rest = summary.faults + summary.warnings - shown;
        println!("{} {rest} {}", say(lang, "ほか", "and"), say(lang, "件", "more"));
    }
    println!(
        "{}: {} · {} {} · {} {} · {} {}",
        args.file.display(),
        layout.name,
        summary.records,
        say(lang, "レコード", "records"),
        Yen(summary.yen),
        say(lang, "円", "yen"),
        summary.faults,
        say(lang, "件の誤り", "error(s)"),
    );
    for (kind, count, yen) in &summary.per_kind {
        println!("  {kind}: {count} · {} {}", Yen(*yen), say(lang, "円", "yen"));
    }
}
