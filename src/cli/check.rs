//! `renkei check FILE --topic SLUG`: reads a file against a layout and says what is wrong. Needs no services.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use renkei_core::calendar::clock;
use renkei_core::evidence::{Document, EvidenceRule};
use renkei_core::fault::{Fault, Severity};
use renkei_core::layout::read::{Event, ReadLimits, ReadSummary, read_file};
use renkei_core::layout::{Layout, excerpt};
use renkei_core::money::Yen;
use renkei_core::registry::{Integration, Registry};
use renkei_producers::evidence::{self, Judge};

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

/// What reading a file found. The counts of the summary include what is wrong with documents.
struct Found {
    summary: ReadSummary,
    faults: Vec<Fault>,
    documents: Vec<Document>,
}

/// The documents that lie beside a file, and how its records name them.
struct Beside {
    rule: EvidenceRule,
    folder: PathBuf,
    documents: Vec<Document>,
    faults: Vec<Fault>,
}

impl Beside {
    fn look(
        rule: &EvidenceRule,
        integration: &Integration,
        variant: &str,
        args: &CheckArgs,
        file_bytes_max: u64,
    ) -> anyhow::Result<Beside> {
        let folder = args.file.parent().unwrap_or(Path::new("")).join("");
        let named = evidence::named(rule, integration, Some(variant), &args.file, file_bytes_max)?;
        let (documents, faults) = evidence::beside(rule, &named, &folder)?;
        let folder = if folder.as_os_str().is_empty() { PathBuf::from("./") } else { folder };
        Ok(Beside { rule: rule.clone(), folder, documents, faults })
    }

    fn judge(&self, layout: &Layout) -> Judge {
        Judge::new(&self.rule, layout, &self.documents, &self.folder.display().to_string())
    }
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
    let file_bytes_max = registry.settings.limits.file_bytes_max;
    let beside =
        topic.evidence.as_ref().map(|rule| Beside::look(rule, integration, &variant, args, file_bytes_max)).transpose()?;
    let found = read(global, &layout, args, beside, file_bytes_max)?;
    if global.json {
        println!(
            "{}",
            serde_json::json!({"topic": topic.slug, "layout": variant, "records": found.summary.records, "yen": found.summary.yen,
                "errors": found.summary.faults, "warnings": found.summary.warnings, "evidence": found.documents, "sha256": found.summary.sha256, "faults": found.faults})
        );
    } else {
        report(global, args, &layout, &found);
    }
    Ok(if found.summary.faults == 0 { Exit::Done } else { Exit::Rejected })
}

fn read(
    global: &Global,
    layout: &Layout,
    args: &CheckArgs,
    beside: Option<Beside>,
    file_bytes_max: u64,
) -> anyhow::Result<Found> {
    let file = File::open(&args.file).with_context(|| format!("cannot open {}", args.file.display()))?;
    let bar = progress::bar(global, file.metadata().map(|meta| meta.len()).unwrap_or(0));
    let file = bar.reading(say(global.lang, "検査中", "checking"), file);
    let limits = ReadLimits { faults_max: args.show, file_bytes_max, reference: Some(clock::today()) };
    let mut judge = beside.as_ref().map(|beside| beside.judge(layout));
    let (mut documents, about) = beside.map(|beside| (beside.documents, beside.faults)).unwrap_or_default();
    let (mut more, mut faults) = (about.len() as u64, about);
    let mut more_warnings = 0;
    let summary = read_file(layout, file, &limits, |event| match event {
        Event::Fault(fault) => faults.push(fault),
        Event::Record(record) => {
            let Some(fault) = judge.as_mut().and_then(|judge| judge.look(record)) else { return };
            let count = if fault.severity == Severity::Warning { &mut more_warnings } else { &mut more };
            *count += 1;
            faults.extend((faults.len() < args.show).then_some(fault));
        }
    });
    bar.clear();
    let mut summary = summary?;
    (summary.faults, summary.warnings) = (summary.faults + more, summary.warnings + more_warnings);
    if let Some(judge) = judge {
        judge.mark(&mut documents);
    }
    for attached in evidence::attached::documents(&summary.attachments, &documents) {
        match attached {
            Ok(document) => documents.push(document),
            Err(fault) => {
                summary.faults += 1;
                faults.push(fault);
            }
        }
    }
    Ok(Found { summary, faults, documents })
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
    for document in &found.documents {
        println!(
            "  {}: {} · {} {}",
            say(lang, "証拠書類", "document"),
            document.name,
            document.bytes,
            say(lang, "バイト", "bytes")
        );
    }
    for (kind, count, yen) in &summary.per_kind {
        println!("  {kind}: {count} · {} {}", Yen(*yen), say(lang, "円", "yen"));
    }
}
