//! Reads damaged files for a while: every reader, every inbound layout. No panic, no hang, no growth of memory.
//!
//! ```text
//! cargo run --release -p renkei-core --example fuzz_readers -- [seconds] [first seed]
//! ```
//!
//! A panic names the seed (`running 123`); `… 1 123` runs that one again. What longer runs found is in docs/RELIABILITY.md.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::float_arithmetic,
    missing_docs,
    reason = "a tool that ends when something is wrong"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use renkei_core::layout::read::{ReadLimits, read_file, read_messages};

#[path = "../../tests/layout/corpus.rs"]
mod corpus;
#[path = "../../tests/layout/mutate.rs"]
mod mutate;

/// Longer than any file here may take, on any machine.
const HANG_S: u64 = 60;
const FILE_BYTES_MAX: usize = 1 << 20;
/// What reading may hold beyond what it held after the first thousand files.
const GROWTH_KIB_MAX: u64 = 64 * 1024;

fn main() {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u64>().unwrap());
    let (seconds, first) = (arguments.next().unwrap_or(60), arguments.next().unwrap_or(0));
    let seeds = corpus::seeds();
    let (running, begun) = (Arc::new(AtomicU64::new(first)), Instant::now());
    watch(running.clone());
    let (mut read, mut faults, mut bytes) = (0_u64, 0_u64, 0_u64);
    let mut slowest = (Duration::ZERO, 0);
    let mut settled = None;
    while begun.elapsed() < Duration::from_secs(seconds) {
        let nth = first + read;
        running.store(nth, Ordering::Relaxed);
        let mut dice = mutate::Dice::new(nth);
        let (seed, other) = (&seeds[dice.below(seeds.len())], &seeds[dice.below(seeds.len())]);
        let file = mutate::mutate(&mut dice, &seed.file, &other.file, FILE_BYTES_MAX);
        let at = Instant::now();
        let limits = ReadLimits { reference: Some(jiff::civil::date(2026, 10, 6)), ..ReadLimits::default() };
        let summary = read_file(&seed.layout, file.as_slice(), &limits, |_| {}).unwrap();
        read_messages(&seed.layout, &file, &limits, |_| {});
        slowest = slowest.max((at.elapsed(), nth));
        (read, faults, bytes) = (read + 1, faults + u64::from(summary.faults > 0), bytes + file.len() as u64);
        if read == 1_000 {
            settled = memory_kib();
        }
    }
    let growth = memory_kib().zip(settled).map_or(0, |(now, then)| now.saturating_sub(then));
    println!(
        "{} layouts with {} files: {read} damaged files ({} MiB), {faults} refused; slowest {:.1} ms (seed {}); memory grew by {growth} KiB",
        seeds.iter().map(|seed| seed.layout.digest()).collect::<std::collections::BTreeSet<_>>().len(),
        seeds.len(),
        bytes >> 20,
        slowest.0.as_secs_f64() * 1_000.0,
        slowest.1,
    );
    assert!(growth <= GROWTH_KIB_MAX, "memory grew by {growth} KiB");
}

/// Names the file of a panic, and ends the process when one takes far too long.
fn watch(running: Arc<AtomicU64>) {
    let (hook, at) = (std::panic::take_hook(), running.clone());
    std::panic::set_hook(Box::new(move |info| {
        eprintln!("running {}", at.load(Ordering::Relaxed));
        hook(info);
    }));
    std::thread::spawn(move || {
        let mut last = u64::MAX;
        loop {
            std::thread::sleep(Duration::from_secs(HANG_S));
            let now = running.load(Ordering::Relaxed);
            if now == last {
                eprintln!("running {now}: more than {HANG_S} s");
                std::process::exit(1);
            }
            last = now;
        }
    });
}

fn memory_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
