//! Sample files of every inbound layout: sound and of the size asked for, and each way to break one refused by its name, by the
//! same reading as `renkei check`.

use std::collections::BTreeSet;
use std::path::Path;

use renkei_core::calendar::clock;
use renkei_core::fault::Severity;
use renkei_core::kit::{self, Break, BreakError, Model, Wish};
use renkei_core::layout::Layout;
use renkei_core::layout::read::{Event, ReadLimits, read_file};
use renkei_core::registry::{Direction, Integration, Registry, Sources};
use renkei_producers::intake::choose_layout;

use crate::{root, sample_files};

/// Records of a sample that is made.
const RECORDS: u64 = 60;

/// What `renkei check` refuses a file with.
fn refused(integration: &Integration, folder: &Path, file: &[u8]) -> Vec<String> {
    let path = folder.join("file");
    std::fs::write(&path, file).unwrap();
    let (_, layout) = choose_layout(&integration.layouts, &path).unwrap();
    faults(&layout, file)
}

fn faults(layout: &Layout, file: &[u8]) -> Vec<String> {
    let mut codes = Vec::new();
    let limits = ReadLimits { reference: Some(clock::today()), ..ReadLimits::default() };
    read_file(layout, file, &limits, |event| match event {
        Event::Fault(fault) if fault.severity == Severity::Error => codes.push(fault.code),
        _ => {}
    })
    .unwrap();
    codes
}

/// A file as `renkei topic sample --records` makes it.
fn made(model: &Model<'_>, seed: u64, what: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let wish = Wish { records: RECORDS, seed };
    let count = kit::write(&model.layout, &model.file, wish, &mut out).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert!(count >= RECORDS, "{what}: {count} records");
    out
}

#[test]
fn every_layout_has_samples_of_any_size_and_each_break_is_refused_by_its_name() {
    let sources = Sources { queues: Some(root().join("queues.toml")), integrations: Some(root().join("integrations")) };
    let registry = Registry::load_from(&sources).unwrap_or_else(|errors| panic!("{errors}"));
    let folder = tempfile::tempdir().unwrap();
    let (mut wrong, mut layouts, mut used) = (Vec::new(), 0, BTreeSet::new());
    // With the sides of outbound topics on which partners answer.
    for topic in registry.active(Direction::In) {
        let integration = topic.built().unwrap();
        for (variant, _) in &integration.layouts {
            let what = format!("{} as {variant}", topic.slug);
            let Some(model) = sample_files::model(topic, integration, variant) else {
                wrong.push(format!("{what}: no sample"));
                continue;
            };
            layouts += 1;
            let many = made(&model, 3, &what);
            let found = refused(integration, folder.path(), &many);
            if !found.is_empty() {
                wrong.push(format!("{what}: the sample made is refused: {found:?}"));
            }
            if many == made(&model, 4, &what) {
                wrong.push(format!("{what}: seeds make the same file"));
            }
            for (size, file) in [("the model", model.file.as_ref()), ("many", &many)] {
                for kind in Break::ALL {
                    match kit::apply(&model.layout, file, kind) {
                        Ok(broken) => {
                            let found = refused(integration, folder.path(), &broken);
                            used.insert(kind.as_str());
                            if !found.iter().any(|code| kind.codes().contains(&code.as_str())) {
                                wrong.push(format!("{what}, {size}, broken by {kind}: {found:?}"));
                            }
                        }
                        Err(BreakError::NoPlace(_)) => {}
                        Err(error) => wrong.push(format!("{what}, {size}, not broken by {kind}: {error}")),
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(layouts > 20 && used.len() > 15, "{layouts} layouts, {used:?}");
}
