//! `renkei layout show SLUG`: a layout as a specification sheet. Needs no services.

use clap::Subcommand;
use renkei_core::catalogue::Lang;
use renkei_core::layout::{Layout, describe};
use renkei_core::registry::Registry;

use super::{Exit, Global};

/// `renkei layout …`
#[derive(Debug, Subcommand)]
pub(crate) enum LayoutCommand {
    /// The layouts of a topic, field by field
    Show {
        /// Number or slug
        topic: String,
        /// One variant only
        #[arg(long)]
        layout: Option<String>,
    },
}

/// Runs it.
pub(crate) fn run(global: &Global, command: &LayoutCommand) -> anyhow::Result<Exit> {
    let LayoutCommand::Show { topic, layout } = command;
    let registry = Registry::load()?;
    let topic = super::topic::find(&registry, topic)?;
    // Those of the files we make, then those of the answers to them.
    let answers = topic.results.as_ref().map(|results| results.built()).transpose()?;
    let all = topic.built()?.layouts.iter().chain(answers.iter().flat_map(|answers| &answers.layouts));
    let mut wanted = all.filter(|(variant, _)| layout.as_ref().is_none_or(|name| name == variant)).peekable();
    if wanted.peek().is_none() {
        anyhow::bail!("topic {} has no layout {:?}", topic.slug, layout.as_deref().unwrap_or_default());
    }
    if global.json {
        let layouts: Vec<_> = wanted.map(|(variant, layout)| as_json(variant, layout)).collect();
        println!("{}", serde_json::json!({"topic": topic.slug, "layouts": layouts}));
    } else {
        wanted.for_each(|(_, layout)| println!("{}", describe::sheet(layout, global.lang)));
    }
    Ok(Exit::Done)
}

fn as_json(variant: &str, layout: &Layout) -> serde_json::Value {
    let kinds = layout.kinds().iter().map(|kind| {
        let fields = describe::rows(layout, kind, Lang::En).into_iter().map(|row| {
            serde_json::json!({"position": row.position, "offset": row.offset, "id": row.id, "name": row.name, "type": row.ty,
                "length": row.length, "required": row.required, "rule": row.rule(), "grade": row.grade})
        });
        serde_json::json!({"kind": kind.id, "name": kind.name, "fields": fields.collect::<Vec<_>>()})
    });
    serde_json::json!({"variant": variant, "name": layout.name, "version": layout.version, "format": layout.format.to_string(),
        "encodings": layout.encodings.iter().map(|encoding| encoding.as_str()).collect::<Vec<_>>(),
        "digest": layout.digest(), "records": kinds.collect::<Vec<_>>()})
}
