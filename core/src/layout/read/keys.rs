//! Natural keys: a repeated key with other content is a fault, a truly identical record is not (both are kept).
//!
//! Keys are remembered as 64-bit hashes with a seed of this process: 16 bytes a record, and nobody outside can make two keys
//! collide on purpose. Five million records collide by chance with a probability below one in a million.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};

/// The map's own hasher: keys are hashes already.
#[derive(Default)]
struct Same(u64);

impl Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

/// What is remembered of the first record of a key.
#[derive(Clone, Copy)]
struct Seen {
    content: u32,
    line: u32,
}

/// An earlier record with the same key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Repeated {
    /// Line of the first record with the key.
    pub(super) line: u64,
    /// The records are the same throughout.
    pub(super) identical: bool,
}

/// One part of the keys.
type Shard = HashMap<u64, Seen, BuildHasherDefault<Same>>;

/// The keys of one kind of record, in parts: a part that grows is moved within the processor's cache, while one big map would be
/// moved through memory and need half as much again while it is.
pub(super) struct Keys {
    shards: Vec<Shard>,
    seed: u64,
}

/// Parts; a power of two.
const SHARDS: usize = 256;

impl Keys {
    pub(super) fn new() -> Self {
        Keys { shards: vec![Shard::default(); SHARDS], seed: RandomState::new().hash_one(0_u64) }
    }

    /// A hash to feed.
    pub(super) fn hash(&self) -> Folded {
        Folded { state: self.seed.rotate_left(17), seed: self.seed }
    }

    /// Remembers a key; tells of an earlier one.
    pub(super) fn add(&mut self, key: u64, content: u64, line: u64) -> Option<Repeated> {
        let seen = Seen { content: (content >> 32) as u32, line: u32::try_from(line).unwrap_or(u32::MAX) };
        // Bits that the maps themselves do not look at: they take the lowest and the highest.
        let shard = &mut self.shards[(key >> 32) as usize % SHARDS];
        match shard.entry(key) {
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert(seen);
                None
            }
            std::collections::hash_map::Entry::Occupied(entry) => {
                let first = *entry.get();
                Some(Repeated { line: u64::from(first.line), identical: first.content == seen.content })
            }
        }
    }
}

/// A seeded hash by folded multiplication, sixteen bytes at a time.
#[derive(Clone, Copy)]
pub(super) struct Folded {
    state: u64,
    seed: u64,
}

impl Folded {
    /// Adds one part; parts are kept apart by their length.
    #[inline]
    pub(super) fn part(&mut self, bytes: &[u8]) {
        self.fold(bytes.len() as u64, 0);
        let mut chunks = bytes.chunks_exact(16);
        for chunk in &mut chunks {
            self.block(chunk);
        }
        let rest = chunks.remainder();
        if !rest.is_empty() {
            let mut block = [0; 16];
            block[..rest.len()].copy_from_slice(rest);
            self.block(&block);
        }
    }

    #[inline]
    fn block(&mut self, block: &[u8]) {
        let word = |half: &[u8]| half.try_into().map_or(0, u64::from_le_bytes);
        self.fold(word(&block[..8]), word(&block[8..]));
    }

    #[inline]
    fn fold(&mut self, low: u64, high: u64) {
        let product = u128::from(low ^ self.seed) * u128::from(high ^ self.state);
        // Adding keeps the state alive should a factor be zero.
        self.state = self.state.rotate_left(29).wrapping_add((product as u64) ^ ((product >> 64) as u64));
    }

    /// The hash.
    pub(super) fn finish(mut self) -> u64 {
        self.fold(0x9E37_79B9_7F4A_7C15, 0x2545_F491_4F6C_DD1D);
        self.fold(self.state, self.seed.rotate_left(32));
        self.state
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(keys: &Keys, parts: &[&str]) -> u64 {
        let mut hash = keys.hash();
        parts.iter().for_each(|part| hash.part(part.as_bytes()));
        hash.finish()
    }

    #[test]
    fn parts_are_kept_apart() {
        let keys = Keys::new();
        assert_ne!(hash(&keys, &["ab", "c"]), hash(&keys, &["a", "bc"]));
        assert_ne!(hash(&keys, &["a", ""]), hash(&keys, &["a"]));
        assert_eq!(hash(&keys, &["12345678", "x"]), hash(&keys, &["12345678", "x"]));
    }

    #[test]
    fn hundred_thousand_keys_do_not_collide() {
        let mut keys = Keys::new();
        for number in 0..100_000_u32 {
            let key = hash(&keys, &["SKS", &format!("2026-CV-{number:06}"), "1"]);
            assert_eq!(keys.add(key, u64::from(number), u64::from(number)), None);
        }
    }

    #[test]
    fn tells_identical_from_changed() {
        let mut keys = Keys::new();
        assert_eq!(keys.add(7, 1 << 40, 2), None);
        assert_eq!(keys.add(7, 1 << 40, 3), Some(Repeated { line: 2, identical: true }));
        assert_eq!(keys.add(7, 1 << 41, 4), Some(Repeated { line: 2, identical: false }));
    }
}
