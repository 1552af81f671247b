//! What publishers are told is what the program does: the documents are those it makes, and its schemas judge as it does.

#![expect(clippy::unwrap_used, reason = "a test fails by saying where")]

#[path = "../support/samples.rs"]
mod sample_files;
/// Sample files of every layout.
mod samples;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use renkei_core::fault::Severity;
use renkei_core::kit::{self, schema};
use renkei_core::layout::Layout;
use renkei_core::layout::read::{Event, ReadLimits, read_messages};
use renkei_core::registry::{Direction, Registry, Sources};
use serde_json::{Value, json};

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Files below a folder by their path in it.
fn files(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(at) = open.pop() {
        for path in std::fs::read_dir(&at).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                open.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_owned(), std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    found
}

#[test]
fn the_documents_are_what_the_program_makes() {
    let shown = root().join("docs/publishers");
    let blessed = std::env::var_os("RENKEI_BLESS").is_some();
    let scratch = tempfile::tempdir().unwrap();
    if blessed {
        // What belongs to no topic any more goes; the page of people stays.
        files(&shown)
            .into_keys()
            .filter(|path| path != Path::new("README.md"))
            .for_each(|path| std::fs::remove_file(shown.join(path)).unwrap());
    }
    let out = if blessed { shown.as_path() } else { scratch.path() };
    let ran =
        Command::new(env!("CARGO_BIN_EXE_renkei")).args(["topic", "kit", "--out"]).arg(out).current_dir(root()).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let (mut told, made) = (files(&shown), files(out));
    told.remove(Path::new("README.md")).unwrap();
    for (path, text) in &made {
        if path != Path::new("README.md") {
            assert!(
                told.remove(path).as_ref() == Some(text),
                "docs/publishers/{} is not what the program makes; `make bless` writes it",
                path.display()
            );
        }
    }
    assert!(told.is_empty(), "docs/publishers has files the program does not make: {:?}", told.into_keys());
}

/// Codes a message is refused with.
fn codes(layout: &Layout, message: &Value) -> Vec<String> {
    let mut codes = Vec::new();
    read_messages(layout, message.to_string().as_bytes(), &ReadLimits::default(), |event| match event {
        Event::Fault(fault) if fault.severity == Severity::Error => codes.push(fault.code),
        _ => {}
    });
    codes
}

/// Every way to spoil one value of the first record: path, message, and what was done.
fn spoiled(message: &Value) -> Vec<(String, Value)> {
    let Value::Object(first) = &message[0] else { return Vec::new() };
    let mut spoiled = Vec::new();
    for key in first.keys() {
        let others = [
            ("absent", None),
            ("a list", Some(json!([]))),
            ("true", Some(json!(true))),
            ("long", Some(json!("x".repeat(5_000)))),
        ];
        for (what, value) in others {
            let mut message = message.clone();
            let record = message[0].as_object_mut().unwrap();
            match value {
                Some(value) => drop(record.insert(key.clone(), value)),
                None => drop(record.remove(key)),
            }
            spoiled.push((format!("{key} {what}"), message));
        }
    }
    let mut unknown = message.clone();
    unknown[0].as_object_mut().unwrap().insert("no_such_key".to_owned(), json!("x"));
    spoiled.push(("an unknown key".to_owned(), unknown));
    spoiled
}

#[test]
fn schemas_judge_as_the_program_does() {
    let sources = Sources { queues: Some(root().join("queues.toml")), integrations: Some(root().join("integrations")) };
    let registry = Registry::load_from(&sources).unwrap_or_else(|errors| panic!("{errors}"));
    let mut judged = 0;
    for topic in registry.active(Direction::In) {
        for sample in std::fs::read_dir(root().join("samples")).unwrap().map(|entry| entry.unwrap().path()) {
            let name = sample.file_name().unwrap().to_string_lossy().into_owned();
            if !name.starts_with(&format!("IF{:02}_", topic.number)) || !sample.is_file() {
                continue;
            }
            let file = std::fs::read(&sample).unwrap();
            for (variant, layout) in topic.integration.iter().flat_map(|integration| &integration.layouts) {
                let Ok(message) = kit::message(layout, &file, 2) else { continue };
                let what = format!("{name} as {variant}");
                let schema = jsonschema::validator_for(&schema::of(topic.slug.as_str(), variant, layout)).unwrap();
                assert_eq!(codes(layout, &message), Vec::<String>::new(), "{what}: the example is sound");
                assert!(
                    schema.is_valid(&message),
                    "{what}: {:?}",
                    schema.iter_errors(&message).map(|error| error.to_string()).collect::<Vec<_>>()
                );
                for (how, message) in spoiled(&message) {
                    let refused = !codes(layout, &message).is_empty();
                    assert_eq!(schema.is_valid(&message), !refused, "{what}, {how}: schema and program differ ({refused})");
                    judged += 1;
                }
            }
        }
    }
    assert!(judged > 100, "{judged}");
}
