//! Which of a topic's shapes a file has.
//!
//! A cheap look at the first bytes and the length sorts the shapes out: first character, header line, number of columns,
//! record length, tag, JSON keys. Where several shapes look right (two JSON files with the same keys but other code lengths),
//! the head is read by each, and the one that yields most valid records is taken. Where none looks right, the nearest is: its
//! faults are what the sender has to mend.

use std::collections::BTreeSet;
use std::io::Read;
use std::sync::Arc;

use renkei_core::charset;
use renkei_core::layout::read::{Event, ReadLimits, read_file};
use renkei_core::layout::{Format, Header, Kind, Layout, Newline};

/// Bytes of a file that are looked at.
pub(super) const HEAD_BYTES: usize = 64 * 1024;
/// Likeness of a file that looks right.
const RIGHT: u32 = 1_000;
/// Likeness of a file without header that has the right number of columns, which does not say much.
const BARE: u32 = 400;

/// The first bytes of a file and its length.
pub(super) struct Head {
    bytes: Vec<u8>,
    length: u64,
}

impl Head {
    pub(super) fn read(input: impl Read, length: u64) -> std::io::Result<Head> {
        let mut bytes = Vec::new();
        input.take(HEAD_BYTES as u64).read_to_end(&mut bytes)?;
        Ok(Head { bytes, length })
    }
}

/// The index of the shape to read the file with.
pub(super) fn choose(layouts: &[(String, Arc<Layout>)], head: &Head) -> usize {
    if layouts.len() < 2 {
        return 0;
    }
    let scores: Vec<u32> = layouts.iter().map(|(_, layout)| likeness(layout, head)).collect();
    let best = scores.iter().copied().max().unwrap_or(0);
    let mut candidates: Vec<usize> = (0..layouts.len()).filter(|index| scores[*index] == best).collect();
    if candidates.len() > 1 {
        let tried: Vec<(u64, u64)> = candidates.iter().map(|index| try_reading(&layouts[*index].1, head)).collect();
        let most = tried.iter().map(|(valid, faults)| (*valid, u64::MAX - faults)).max();
        candidates =
            candidates.into_iter().zip(&tried).filter(|(_, (v, f))| Some((*v, u64::MAX - f)) == most).map(|(i, _)| i).collect();
    }
    candidates.first().copied().unwrap_or(0)
}

/// Valid records and faults of the head. The head is cut anywhere, which costs every shape alike.
fn try_reading(layout: &Layout, head: &Head) -> (u64, u64) {
    let (mut valid, mut faults) = (0, 0);
    let limits = ReadLimits { faults_max: 1_000, ..ReadLimits::default() };
    let read = read_file(layout, head.bytes.as_slice(), &limits, |event| match event {
        Event::Record(_) => valid += 1,
        Event::Fault(_) => faults += 1,
    });
    (valid, read.map_or(u64::MAX, |_| faults))
}

/// How much the head looks like the layout; [`RIGHT`] when nothing speaks against it.
fn likeness(layout: &Layout, head: &Head) -> u32 {
    let bytes = head.bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&head.bytes);
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace()).copied();
    let is_json = matches!(first, Some(b'{' | b'['));
    match layout.format {
        Format::Json if is_json => json_likeness(layout, bytes),
        Format::Xml if first == Some(b'<') => RIGHT,
        Format::Csv if !is_json => csv_likeness(layout, bytes),
        Format::Fixed if !is_json => fixed_likeness(layout, &head.bytes, head.length),
        _ => 0,
    }
}

fn csv_likeness(layout: &Layout, bytes: &[u8]) -> u32 {
    let end = bytes.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(bytes.len());
    let text = layout
        .encodings
        .iter()
        .filter_map(|encoding| charset::Encoding::parse(encoding.as_str()))
        .find_map(|encoding| charset::decode(encoding, &bytes[..end]).ok());
    let Some(text) = text else { return 1 };
    let cells: Vec<&str> = text.split(',').map(|cell| cell.trim_matches('"')).collect();
    match layout.csv.header {
        Header::Names => {
            let Some(kind) = layout.kinds().first() else { return 1 };
            let named = kind.fields.iter().filter(|field| cells.contains(&field.name.as_str())).count();
            let in_place =
                cells.len() == kind.fields.len() && kind.fields.iter().zip(&cells).all(|(field, cell)| field.name == **cell);
            match named {
                _ if in_place => RIGHT,
                // A line with half of the names is this header with mistakes, and no data of a shape without header.
                _ if named * 2 >= kind.fields.len() => BARE + share(named, kind.fields.len()),
                _ => 10 + share(named, kind.fields.len()) / 10,
            }
        }
        Header::None => {
            let fits = |kind: &&Arc<Kind>| kind.tag.as_deref().is_none_or(|tag| cells.first() == Some(&tag));
            let distance = layout.kinds().iter().filter(fits).map(|kind| kind.fields.len().abs_diff(cells.len())).min();
            match distance {
                Some(0) => BARE,
                Some(distance) => 10 + 50_u32.saturating_sub(u32::try_from(distance).unwrap_or(50)),
                None => 5,
            }
        }
    }
}

fn fixed_likeness(layout: &Layout, bytes: &[u8], length: u64) -> u32 {
    let record = layout.record_bytes as u64;
    if record == 0 {
        return 0;
    }
    let starts_with_tag = layout.kinds().iter().any(|kind| kind.tag.as_deref().is_none_or(|tag| is_tagged(layout, bytes, tag)));
    let at = |place: usize| bytes.get(layout.record_bytes + place);
    let separators: &[u64] = match layout.newline {
        Newline::Crlf | Newline::CrlfBetween => &[2],
        Newline::Lf | Newline::LfBetween => &[1],
        Newline::None => &[0],
        Newline::Any => &[1, 2],
    };
    let separated = separators.iter().any(|separator| match separator {
        0 => !matches!(at(0), Some(b'\r' | b'\n')),
        1 => matches!(at(0), None | Some(b'\n' | 0x1A)),
        _ => matches!((at(0), at(1)), (None | Some(0x1A), _) | (Some(b'\r'), Some(b'\n'))),
    });
    // A last separator and a final 0x1A may be there or not.
    let whole = separators.iter().any(|separator| {
        let lengths = [length, length + separator, length.saturating_sub(1), length.saturating_sub(1) + separator];
        lengths.iter().any(|length| length.is_multiple_of(record + separator))
    });
    match (starts_with_tag, separated, whole) {
        (true, true, true) => RIGHT,
        (tag, separated, whole) => 10 * u32::from(tag) + 40 * u32::from(separated) + 30 * u32::from(whole),
    }
}

fn is_tagged(layout: &Layout, bytes: &[u8], tag: &str) -> bool {
    layout.encodings.iter().filter_map(|encoding| charset::Encoding::parse(encoding.as_str())).any(|encoding| {
        let mut encoded = Vec::new();
        charset::encode(encoding, tag, &mut encoded).is_ok() && bytes.starts_with(&encoded)
    })
}

fn json_likeness(layout: &Layout, bytes: &[u8]) -> u32 {
    let found = json_keys(bytes);
    let Some(kind) = layout.kinds().first() else { return 1 };
    let is_there = |name: &str| found.contains(name);
    let must: Vec<&str> =
        kind.fields.iter().filter(|field| field.must && !field.makes_itself()).map(|field| field.name.as_str()).collect();
    let all: Vec<&str> = layout.kinds().iter().flat_map(|kind| &kind.fields).map(|field| field.name.as_str()).collect();
    let named = all.iter().filter(|name| is_there(name)).count();
    if must.iter().all(|name| is_there(name)) && named > 0 { RIGHT } else { 10 + share(named, all.len()) }
}

/// Every string that stands before a colon, at any depth.
fn json_keys(bytes: &[u8]) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    let mut at = 0;
    while let Some(start) = bytes[at..].iter().position(|byte| *byte == b'"').map(|found| at + found) {
        let mut end = start + 1;
        while end < bytes.len() && bytes[end] != b'"' {
            end += if bytes[end] == b'\\' { 2 } else { 1 };
        }
        if end >= bytes.len() {
            break;
        }
        at = end + 1;
        let follows = bytes[at..].iter().find(|byte| !byte.is_ascii_whitespace());
        if follows == Some(&b':')
            && let Ok(key) = serde_json::from_slice(&bytes[start..=end])
        {
            keys.insert(key);
        }
    }
    keys
}

/// `part` of `whole` as 0 to 500.
fn share(part: usize, whole: usize) -> u32 {
    u32::try_from(500 * part / whole.max(1)).unwrap_or(500)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_at_any_depth_and_values_are_not() {
        let keys = json_keys(br#"{"0001": {"code":"x", "na\u006de" : ["y",{"z":1}]}, "cut"#);
        assert_eq!(keys.into_iter().collect::<Vec<_>>(), ["0001", "code", "name", "z"]);
    }
}
