//! `renkei layout show SLUG`: a layout as a specification sheet. Needs no services.

use anyhow::Context;
use clap::Subcommand;
use renkei_core::layout::describe;
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
    let integration = topic.built()?;
    if let Some(name) = layout {
        integration.layout(name).with_context(|| format!("topic {} has no layout {name:?}", topic.slug))?;
    }
    for (variant, sheet) in &integration.layouts {
        if layout.as_ref().is_none_or(|name| name == variant) {
            println!("{}", describe::sheet(sheet, global.lang));
        }
    }
    Ok(Exit::Done)
}
