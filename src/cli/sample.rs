//! `renkei topic sample TOPIC`: a synthetic file of any size, sound or broken in one named way. Needs no services.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use renkei_core::catalogue::Lang;
use renkei_core::kit::{self, Break, Model, Wish};
use renkei_core::registry::{Integration, Registry, Topic};
use renkei_producers::evidence;

use super::{Exit, Global};
use crate::samples;

/// `renkei topic sample`
#[derive(Debug, Args)]
pub(crate) struct SampleArgs {
    /// Topic: number or slug
    topic: String,
    /// Layout variant; default: that of the topic's first sample
    #[arg(long)]
    layout: Option<String>,
    /// Records of the file; default: those of the sample the file is made from
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    records: Option<u64>,
    /// Where the numbers of the records begin: files of different seeds have none in common
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Break the file so that it must be refused: zeros-lost, exponent, column-missing, total-off …
    #[arg(long, value_name = "KIND")]
    r#break: Option<Break>,
    /// Where to write it, with the documents it names beside it; default: standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Runs it.
pub(crate) fn run(global: &Global, args: &SampleArgs) -> anyhow::Result<Exit> {
    let registry = Registry::load()?;
    let topic = super::topic::find(&registry, &args.topic)?;
    // What is handed in: of a topic whose partner answers, the answers.
    let integration = topic.results.as_deref().unwrap_or(topic).built()?;
    let model = model(topic, integration, args.layout.as_deref())?;
    make(global, args, &model)?;
    if let Some(path) = &args.out {
        add_documents(topic, integration, &model.variant, path, registry.settings.limits.file_bytes_max)?;
    }
    Ok(Exit::Done)
}

/// Writes the file that is wanted.
fn make(global: &Global, args: &SampleArgs, model: &Model<'_>) -> anyhow::Result<()> {
    let made = || format!("cannot make a file from the sample {}", model.name);
    let as_it_is = args.records.is_none() && args.seed == 0;
    let wish = Wish { records: args.records.unwrap_or(1), seed: args.seed };
    let mut out: Box<dyn Write> = match &args.out {
        Some(path) => Box::new(File::create(path).with_context(|| format!("cannot write {}", path.display()))?),
        None => Box::new(std::io::stdout().lock()),
    };
    let Some(kind) = args.r#break else {
        if as_it_is {
            out.write_all(&model.file)?;
            return Ok(());
        }
        let mut out = BufWriter::with_capacity(1 << 20, out);
        kit::write(&model.layout, &model.file, wish, &mut out).with_context(made)?;
        out.flush()?;
        return Ok(());
    };
    let mut sound = model.file.to_vec();
    if !as_it_is {
        sound.clear();
        kit::write(&model.layout, &model.file, wish, &mut sound).with_context(made)?;
    }
    let broken = kit::apply(&model.layout, &sound, kind).with_context(|| {
        let offered: Vec<&str> = kit::offered(&model.layout, &sound).into_iter().map(Break::as_str).collect();
        format!("the sample {} can be broken by: {}", model.name, offered.join(", "))
    })?;
    out.write_all(&broken)?;
    let codes = kind.codes().join(", ");
    match global.lang {
        Lang::Ja => eprintln!("{kind}: 検査で次のいずれかの誤りになります: {codes}"),
        Lang::En => eprintln!("{kind}: to be refused with one of {codes}"),
    }
    Ok(())
}

/// Puts the documents the file names beside it, those that there are samples of: without them it is refused.
fn add_documents(topic: &Topic, integration: &Integration, variant: &str, file: &Path, bytes_max: u64) -> anyhow::Result<()> {
    let Some(rule) = &topic.evidence else { return Ok(()) };
    let folder = file.parent().unwrap_or(Path::new(""));
    for name in evidence::named(rule, integration, Some(variant), file, bytes_max)?.names {
        let path = folder.join(&name);
        if let (Ok(document), false) = (samples::get(&name), path.exists()) {
            std::fs::write(&path, document).with_context(|| format!("cannot write {}", path.display()))?;
        }
    }
    Ok(())
}

/// The first sample that is sound under the layout, or under any.
fn model(topic: &Topic, integration: &Integration, layout: Option<&str>) -> anyhow::Result<Model<'static>> {
    if let Some(wanted) = layout {
        integration.layout(wanted).with_context(|| format!("topic {} has no layout {wanted:?}", topic.slug))?;
    }
    kit::pick(&integration.layouts, layout, samples::of(topic, integration)).with_context(|| {
        let of = layout.map(|variant| format!(" of layout {variant}")).unwrap_or_default();
        let (slug, number) = (&topic.slug, topic.number);
        format!("there is no sample file{of} for topic {slug}; `renkei layout show {number}` says how one is built")
    })
}
