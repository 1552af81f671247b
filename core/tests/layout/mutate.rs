//! Files that were sound and are no more: small accidents of bytes, and the large ones an attacker would try.

/// A small generator (splitmix64): what is found must be found again from its number alone.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Below `bound`, which is not 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }
}

/// Pieces that parsers stumble over.
const PIECES: [&[u8]; 34] = [
    b"\"",
    b"\"\"",
    b",",
    b"\r\n",
    b"\n",
    b"\r",
    b"\x1A",
    b"\x00",
    b"\xEF\xBB\xBF",
    b"\xFF\xFE",
    b"\x81",
    b"\xE3\x81",
    b"\xF0\x9F",
    b"-",
    b".",
    b"1E+11",
    b"99999999999999999999",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b"\\u0000",
    b"\\ud800",
    b"null",
    b"<",
    b">",
    b"<!DOCTYPE a [<!ENTITY b \"c\">]>",
    b"&b;",
    b"<![CDATA[",
    b"<?xml version=\"1.0\" encoding=\"UTF-16\"?>",
    b"PK\x03\x04",
    b"\x1F\x8B\x08",
    b"\xEF\xBF\xBD",
];

/// One to eight accidents.
pub(crate) fn mutate(dice: &mut Dice, file: &[u8], other: &[u8], bytes_max: usize) -> Vec<u8> {
    let mut bytes = file.to_vec();
    for _ in 0..=dice.below(8) {
        accident(dice, &mut bytes, other);
    }
    bytes.truncate(bytes_max);
    bytes
}

fn accident(dice: &mut Dice, bytes: &mut Vec<u8>, other: &[u8]) {
    let at = dice.below(bytes.len() + 1);
    let length = dice.below(64).min(bytes.len() - at);
    match dice.below(9) {
        0 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = dice.next() as u8;
            }
        }
        1 => drop(bytes.drain(at..at + length)),
        2 => drop(bytes.splice(at..at, PIECES[dice.below(PIECES.len())].iter().copied())),
        3 => {
            let piece = bytes[at..at + length].to_vec();
            drop(bytes.splice(at..at, piece));
        }
        4 => {
            let from = dice.below(other.len() + 1);
            let to = (from + dice.below(200)).min(other.len());
            drop(bytes.splice(at..at, other[from..to].iter().copied()));
        }
        5 => bytes.truncate(at),
        6 => {
            // Long runs and deep nests.
            let piece = PIECES[dice.below(PIECES.len())];
            let times = 1 << dice.below(14);
            drop(bytes.splice(at..at, piece.repeat(times)));
        }
        7 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << dice.below(8);
            }
        }
        _ => bytes.swap_with_slice_at(at, dice.below(bytes.len() + 1), length),
    }
}

/// Exchanges two stretches, where both fit.
trait Stretches {
    fn swap_with_slice_at(&mut self, one: usize, other: usize, length: usize);
}

impl Stretches for Vec<u8> {
    fn swap_with_slice_at(&mut self, one: usize, other: usize, length: usize) {
        for nth in 0..length {
            if one + nth < self.len() && other + nth < self.len() {
                self.swap(one + nth, other + nth);
            }
        }
    }
}
