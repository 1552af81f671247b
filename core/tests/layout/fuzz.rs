//! Damaged files, the same few thousand each time. `cargo run --release -p renkei-core --example fuzz_readers` goes on where this ends.

use renkei_core::layout::read::{Event, ReadLimits, read_file, read_messages};

use crate::{corpus, mutate};

const FILES: u64 = 4_000;

#[test]
fn a_damaged_file_is_read_to_its_end_and_every_finding_lies_in_it() {
    let seeds = corpus::seeds();
    let mut refused = 0;
    for nth in 0..FILES {
        let mut dice = mutate::Dice::new(nth);
        let (seed, other) = (&seeds[dice.below(seeds.len())], &seeds[dice.below(seeds.len())]);
        let file = mutate::mutate(&mut dice, &seed.file, &other.file, 64 << 10);
        let what = || format!("seed {nth}: {}", seed.name);
        let limits = ReadLimits { reference: Some(jiff::civil::date(2026, 10, 6)), ..ReadLimits::default() };
        let summary = read_file(&seed.layout, file.as_slice(), &limits, |event| match event {
            Event::Fault(fault) => {
                assert!(fault.byte.is_none_or(|byte| byte <= file.len() as u64), "{}: {fault:?}", what());
                assert!(renkei_core::catalogue::is_known(&fault.code), "{}: {fault:?}", what());
            }
            Event::Record(record) => assert!(record.offset + u64::from(record.length) <= file.len() as u64, "{}", what()),
        });
        let summary = summary.unwrap_or_else(|error| panic!("{}: {error}", what()));
        assert_eq!(summary.bytes, file.len() as u64, "{}", what());
        refused += u64::from(summary.faults > 0);
        read_messages(&seed.layout, &file, &limits, |_| {});
    }
    assert!(refused > FILES / 2, "{refused} of {FILES} were refused: the damage is too small");
}
