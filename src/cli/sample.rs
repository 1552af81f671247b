//! `renkei topic sample TOPIC`: a synthetic file of any size, sound or broken in one named way. Needs no services.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use renkei_core::catalogue::Lang;
use renkei_core::kit::{self, Break, Wish};
use renkei_core::layout::Layout;
use renkei_core::registry::{Registry, Topic};

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
    /// Where to write it; default: standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Runs it.
pub(crate) fn run(global: &Global, args: &SampleArgs) -> anyhow::Result<Exit> {
    let registry = Registry::load()?;
    let topic = super::topic::find(&registry, &args.topic)?;
    let (name, layout, model) = model(topic, args.layout.as_deref())?;
    let mut out: Box<dyn Write> = match &args.out {
        Some(path) => Box::new(File::create(path).with_context(|| format!("cannot write {}", path.display()))?),
        None => Box::new(std::io::stdout().lock()),
    };
    let made = || format!("cannot make a file from the sample {name}");
    if args.records.is_none() && args.seed == 0 && args.r#break.is_none() {
        out.write_all(&model)?;
        return Ok(Exit::Done);
    }
    let records = args.records.unwrap_or(1);
    let wish = Wish { records, seed: args.seed };
    let Some(kind) = args.r#break else {
        let mut out = BufWriter::with_capacity(1 << 20, out);
        kit::write(&layout, &model, wish, &mut out).with_context(made)?;
        out.flush()?;
        return Ok(Exit::Done);
    };
    let sound = if args.records.is_none() && args.seed == 0 {
        model.into_owned()
    } else {
        let mut sound = Vec::new();
        kit::write(&layout, &model, wish, &mut sound).with_context(made)?;
        sound
    };
    out.write_all(&kit::apply(&layout, &sound, kind).with_context(made)?)?;
    let codes = kind.codes().join(", ");
    match global.lang {
        Lang::Ja => eprintln!("{kind}: 検査で次のいずれかの誤りになります: {codes}"),
        Lang::En => eprintln!("{kind}: to be refused with one of {codes}"),
    }
    Ok(Exit::Done)
}

/// The first sample that is sound under the layout, or under any.
fn model(topic: &Topic, layout: Option<&str>) -> anyhow::Result<(String, std::sync::Arc<Layout>, Cow<'static, [u8]>)> {
    // What is handed in: of a topic whose partner answers, the answers.
    let integration = topic.results.as_deref().unwrap_or(topic).built()?;
    if let Some(wanted) = layout {
        integration.layout(wanted).with_context(|| format!("topic {} has no layout {wanted:?}", topic.slug))?;
    }
    for (name, file) in samples::of(topic) {
        for (variant, found) in &integration.layouts {
            if layout.is_none_or(|wanted| wanted == variant) && kit::is_sound(found, &file) {
                return Ok((name, found.clone(), file));
            }
        }
    }
    let of = layout.map(|variant| format!(" of layout {variant}")).unwrap_or_default();
    anyhow::bail!(
        "there is no sample file{of} for topic {}; `renkei layout show {}` says how one is built",
        topic.slug,
        topic.number
    )
}
