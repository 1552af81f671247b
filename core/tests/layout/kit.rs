//! Sample files: sound ones of any size, and each way to break one with the code it must be refused with.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use renkei_core::fault::Severity;
use renkei_core::kit::{self, Break, BreakError, SampleError, Wish};
use renkei_core::layout::Layout;
use renkei_core::layout::read::{Event, ReadLimits, read_file};

use crate::corpus::{self, Seed};

/// What is sound, and one layout more that is strict about it.
fn models() -> Vec<Seed> {
    let mut models = corpus::seeds();
    models.push(strict());
    models
}

/// Of the layouts that ship, those of CSV files take a byte order mark; this one does not, and numbers nothing.
fn strict() -> Seed {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let text = include_str!("../../examples/if12.toml")
        .replace(r#"encoding = ["utf-8-bom", "utf-8", "cp932"]"#, r#"encoding = ["cp932"]"#);
    let layout = Layout::parse(&text, "if12.toml").expect("a sound model");
    let file = std::fs::read(root.join("samples/IF12_SKS_20261005093000_001.csv")).expect("a sound model");
    assert_eq!(codes(&layout, &file), Vec::<String>::new());
    Seed { name: "strict".to_owned(), layout: Arc::new(layout), file }
}

fn codes(layout: &Layout, file: &[u8]) -> Vec<String> {
    let limits = ReadLimits { reference: Some(jiff::civil::date(2026, 10, 6)), ..ReadLimits::default() };
    let mut codes = Vec::new();
    let read = read_file(layout, file, &limits, |event| {
        if let Event::Fault(fault) = event
            && fault.severity == Severity::Error
        {
            codes.push(fault.code);
        }
    });
    read.expect("a sound model");
    codes
}

#[test]
fn every_break_is_refused_by_its_name() {
    let mut used = BTreeSet::new();
    for Seed { name, layout, file } in models() {
        for kind in Break::ALL {
            let broken = match kit::apply(&layout, &file, kind) {
                Ok(broken) => broken,
                Err(BreakError::NoPlace(_)) => continue,
                Err(error) => panic!("{name} broken by {kind}: {error}"),
            };
            let found = codes(&layout, &broken);
            let expected = kind.codes();
            assert!(
                found.iter().any(|code| expected.contains(&code.as_str())),
                "{name} broken by {kind}: {found:?}, expected one of {expected:?}"
            );
            used.insert(kind.as_str());
        }
    }
    for kind in Break::ALL {
        assert!(used.contains(kind.as_str()), "no model file can be broken by {kind}");
        assert_eq!(kind.as_str().parse::<Break>(), Ok(kind));
    }
}

#[test]
fn a_sample_is_sound_has_the_size_asked_for_and_numbers_of_its_own() {
    let mut numbered = 0;
    for Seed { name, layout, file } in models() {
        let make = |records, seed| {
            let mut out = Vec::new();
            kit::write(&layout, &file, Wish { records, seed }, &mut out).map(|count| (count, out))
        };
        let (count, first) = match make(200, 0) {
            Ok(made) => made,
            Err(SampleError::NoSerial { .. }) => continue,
            Err(error) => panic!("{name}: {error}"),
        };
        numbered += 1;
        assert_eq!(codes(&layout, &first), Vec::<String>::new(), "{name}");
        assert!(count >= 200, "{name}: {count}");
        assert_eq!(make(200, 0).unwrap().1, first, "{name}: the same seed gives the same bytes");
        assert_ne!(make(200, 1).unwrap().1, first, "{name}: another seed gives other numbers");
    }
    assert!(numbered > 0);
}

#[test]
fn a_layout_without_serial_makes_no_more_than_its_model_has() {
    let Seed { layout, file, .. } = strict();
    assert!(layout.kinds().iter().all(|kind| kind.serial.is_empty()), "the example numbers nothing");
    let more = kit::write(&layout, &file, Wish { records: 1_000, seed: 0 }, std::io::sink());
    assert!(matches!(more, Err(SampleError::NoSerial { found }) if found > 1), "{more:?}");
    let copied = kit::write(&layout, &file, Wish { records: 1, seed: 0 }, std::io::sink()).expect("a sound model");
    assert_eq!(copied, 1);
}
