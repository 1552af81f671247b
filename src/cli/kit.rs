//! `renkei topic kit --out DIR`: everything publishers build against, made from the layouts. Needs no services.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use renkei_core::kit::{self, asyncapi, codes, guide};
use renkei_core::registry::{Direction, Registry, Topic};
use renkei_producers::http::openapi;

use super::{Exit, Global};
use crate::samples;

/// `renkei topic kit`
#[derive(Debug, Args)]
pub(crate) struct KitArgs {
    /// Folder to write to; made when it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Runs it.
pub(crate) fn run(global: &Global, args: &KitArgs) -> anyhow::Result<Exit> {
    let files = files(&Registry::load()?)?;
    for (name, text) in &files {
        let path = args.out.join(name);
        let folder = path.parent().unwrap_or(&args.out);
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    if global.json {
        println!("{}", serde_json::json!({ "folder": args.out, "files": files.keys().collect::<Vec<_>>() }));
    } else {
        println!("{}: {}", args.out.display(), files.len());
    }
    Ok(Exit::Done)
}

/// Name and text of every file.
fn files(registry: &Registry) -> anyhow::Result<BTreeMap<String, String>> {
    let functions = codes::functions(renkei_consumers::db::migrations());
    let mut files = BTreeMap::new();
    for topic in registry.active(Direction::In) {
        files.insert(format!("{}.md", topic.slug), guide::page(topic, &extras(topic, &functions)));
    }
    files.insert("errors.md".to_owned(), guide::errors());
    for (name, schema) in asyncapi::schemas(registry) {
        files.insert(name, pretty(&schema)?);
    }
    files.insert("asyncapi.json".to_owned(), pretty(&asyncapi::document(registry))?);
    files.insert("openapi.json".to_owned(), pretty(&openapi::document(registry))?);
    Ok(files)
}

fn extras(topic: &Topic, functions: &codes::Functions) -> guide::Extras {
    let mut extras = guide::Extras::default();
    let Some(integration) = &topic.integration else { return extras };
    for stem in ["check", "blockers"] {
        extras.codes.extend(integration.sql(stem).map(|sql| codes::of(sql, functions)).unwrap_or_default());
    }
    for (name, file) in samples::of(topic, integration) {
        for (variant, layout) in &integration.layouts {
            if let Ok(message) = kit::message(layout, &file, 1) {
                extras.samples.entry(variant.clone()).or_insert((name.clone(), message));
            }
        }
    }
    extras
}

fn pretty(value: &serde_json::Value) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}
