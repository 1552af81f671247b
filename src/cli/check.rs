//! `renkei check FILE --topic SLUG`: reads a file against a layout and says what is wrong; of a zip archive each
//! file in it. Needs no services.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use renkei_core::calendar::clock;
use renkei_core::evidence::{Document, EvidenceRule};
use renkei_core::fault::{Fault, Severity};
use renkei_core::layout::read::{Event, ReadLimits, ReadSummary, read_file};
use renkei_core::layout::{Layout, excerpt};
use renkei_core::money::Yen;
use renkei_core::registry::topics::Limits;
use renkei_core::registry::{Integration, Registry, Topic};
use renkei_core::secrets;
use renkei_core::zip::Zip;
use renkei_producers::evidence::{self, Judge};
use renkei_producers::intake::unpack;

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
        file: &Path,
        file_bytes_max: u64,
    ) -> anyhow::Result<Beside> {
        let folder = file.parent().unwrap_or(Path::new("")).join("");
        let named = evidence::named(rule, integration, Some(variant), file, file_bytes_max)?;
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
    let topic = side(super::topic::find(&registry, &args.topic)?, args)?;
    let check = Check { global, args, topic, integration: topic.built()?, limits: &registry.settings.limits };
    let input = File::open(&args.file).with_context(|| format!("cannot open {}", args.file.display()))?;
    match unpack::archive_faults(topic, check.limits, input)? {
        None => check.file(&args.file, &args.file.display().to_string()),
        Some(faults) if faults.is_empty() => check.members(),
        Some(faults) => Ok(check.refused(&faults)),
    }
}

/// Of a topic whose partner answers: whether the file is one we make or an answer, by the layout that was named, else by its look.
fn side<'t>(topic: &'t Arc<Topic>, args: &CheckArgs) -> anyhow::Result<&'t Arc<Topic>> {
    let Some(results) = &topic.results else { return Ok(topic) };
    let (ours, theirs) = (topic.built()?, results.built()?);
    let is_answer = match &args.layout {
        Some(name) => theirs.layout(name).is_some(),
        None => {
            let all: Vec<_> = theirs.layouts.iter().chain(&ours.layouts).cloned().collect();
            let (_, chosen) = renkei_producers::intake::choose_layout(&all, &args.file)?;
            theirs.layouts.iter().any(|(_, layout)| Arc::ptr_eq(layout, &chosen))
        }
    };
    Ok(if is_answer { results } else { topic })
}

/// One look at a file.
struct Check<'c> {
    global: &'c Global,
    args: &'c CheckArgs,
    topic: &'c Topic,
    integration: &'c Integration,
    limits: &'c Limits,
}

impl Check<'_> {
    /// Reads a file and prints what was found under a name.
    fn file(&self, path: &Path, name: &str) -> anyhow::Result<Exit> {
        let (variant, layout) = match &self.args.layout {
            Some(name) => {
                let layout =
                    self.integration.layout(name).with_context(|| format!("topic {} has no layout {name:?}", self.topic.slug))?;
                (name.clone(), layout.clone())
            }
            None => renkei_producers::intake::choose_layout(&self.integration.layouts, path)?,
        };
        let rule = self.topic.evidence.as_ref();
        let look = |rule| Beside::look(rule, self.integration, &variant, path, self.limits.file_bytes_max);
        let found = self.read(&layout, path, rule.map(look).transpose()?)?;
        if self.global.json {
            println!(
                "{}",
                serde_json::json!({"topic": self.topic.slug, "file": name, "layout": variant, "records": found.summary.records,
                    "yen": found.summary.yen, "errors": found.summary.faults, "warnings": found.summary.warnings,
                    "evidence": found.documents, "sha256": found.summary.sha256, "faults": found.faults})
            );
        } else {
            report(self.global, path, name, &layout, &found);
        }
        Ok(if found.summary.faults == 0 { Exit::Done } else { Exit::Rejected })
    }

    /// Each file of an archive, one after the other; under `--json` a line each.
    fn members(&self) -> anyhow::Result<Exit> {
        let zip = Zip::open(File::open(&self.args.file)?, &self.limits.zip)?;
        let mut exit = Exit::Done;
        for member in unpack::files(&zip) {
            let mut unpacked = tempfile::NamedTempFile::new().context("unpacking needs a temporary file")?;
            zip.unpack(member, unpacked.as_file_mut())?;
            if self.file(unpacked.path(), &format!("{} › {}", self.args.file.display(), member.path))? == Exit::Rejected {
                exit = Exit::Rejected;
            }
        }
        Ok(exit)
    }

    /// An archive that is refused as such.
    fn refused(&self, faults: &[Fault]) -> Exit {
        if self.global.json {
            println!(
                "{}",
                serde_json::json!({"topic": self.topic.slug, "file": self.args.file, "errors": faults.len(), "faults": faults})
            );
        } else {
            for fault in faults {
                println!("{}", print::fault(self.global.lang, fault));
            }
            println!("{}: {} {}", self.args.file.display(), faults.len(), say(self.global.lang, "件の誤り", "error(s)"));
        }
        Exit::Rejected
    }

    fn read(&self, layout: &Layout, path: &Path, beside: Option<Beside>) -> anyhow::Result<Found> {
        let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
        let bar = progress::bar(self.global, file.metadata().map(|meta| meta.len()).unwrap_or(0));
        let file = bar.reading(say(self.global.lang, "検査中", "checking"), file);
        let limits = ReadLimits {
            faults_max: self.args.show,
            file_bytes_max: self.limits.file_bytes_max,
            reference: Some(clock::today()),
        };
        let mut judge = beside.as_ref().map(|beside| beside.judge(layout));
        let (mut documents, mut about) = beside.map(|beside| (beside.documents, beside.faults)).unwrap_or_default();
        let secret = secrets::found(File::open(path)?, &self.topic.secrets)?;
        about.extend(secret.map(|name| Fault::new("SECRET_REFUSED").arg("name", name)));
        let (mut more, mut faults) = (about.len() as u64, about);
        let mut more_warnings = 0;
        let summary = read_file(layout, file, &limits, |event| match event {
            Event::Fault(fault) => faults.push(fault),
            Event::Record(record) => {
                let Some(fault) = judge.as_mut().and_then(|judge| judge.look(record)) else { return };
                let count = if fault.severity == Severity::Warning { &mut more_warnings } else { &mut more };
                *count += 1;
                faults.extend((faults.len() < self.args.show).then_some(fault));
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
}

fn report(global: &Global, path: &Path, name: &str, layout: &Layout, found: &Found) {
    let lang = global.lang;
    let summary = &found.summary;
    for fault in &found.faults {
        println!("{}", print::fault(lang, fault));
        if let Ok(mut file) = File::open(path)
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
        name,
        layout.name,
        summary.records,
        say(lang, "レコード", "records"),
        Yen(summary.yen),
        say(lang, "円", "yen"),
        summary.faults,
        say(lang, "件の誤り", "error(s)"),
    );
    for document in &found.documents {
        println!("{}", print::document(lang, &document.name, document.bytes));
    }
    for (kind, count, yen) in &summary.per_kind {
        let name = layout.kinds().iter().find(|known| known.id == *kind).map_or(kind.as_str(), |known| known.name.as_str());
        println!("  {}: {count} · {} {}", say(lang, name, kind), Yen(*yen), say(lang, "円", "yen"));
    }
}
