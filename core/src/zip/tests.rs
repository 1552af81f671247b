//! Each hostile kind is built here, byte by byte, from an archive that is right.

use std::io::{Seek, SeekFrom};

use flate2::Compression;
use flate2::write::DeflateEncoder;

use super::*;
use crate::catalogue::{self, Lang};

const LIMITS: ZipLimits = ZipLimits { members_max: 10, bytes_max: 64 << 20, member_bytes_max: 32 << 20, ratio_max: 200 };

/// A member to be written, and every lie about it.
#[derive(Clone)]
struct Part {
    name: Vec<u8>,
    data: Vec<u8>,
    method: u16,
    flags: u16,
    mode: u32,
    crc: u32,
    /// Bytes it is said to become.
    bytes: u64,
    /// Written to something that cannot go back.
    streamed: bool,
    /// What the local header says, where it says something else.
    local_name: Option<Vec<u8>>,
    local_bytes: Option<u64>,
    /// The directory points to the header of the first part.
    shares_the_first: bool,
    extra: Vec<u8>,
    /// What the directory says of the packed size.
    packed: Option<u64>,
}

fn part(name: &str, content: &[u8]) -> Part {
    Part {
        name: name.as_bytes().to_vec(),
        data: content.to_vec(),
        method: 0,
        flags: 1 << 11,
        mode: 0,
        crc: crc32fast::hash(content),
        bytes: content.len() as u64,
        streamed: false,
        local_name: None,
        local_bytes: None,
        shares_the_first: false,
        extra: Vec::new(),
        packed: None,
    }
}

fn deflated(name: &str, content: &[u8]) -> Part {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).unwrap();
    Part { method: 8, data: encoder.finish().unwrap(), ..part(name, content) }
}

fn put(out: &mut Vec<u8>, values: &[(u64, usize)]) {
    for (value, bytes) in values {
        out.extend(&value.to_le_bytes()[..*bytes]);
    }
}

/// The archive of the parts, and where its directory begins.
fn written(parts: &[Part]) -> (Vec<u8>, usize) {
    let (mut out, mut places) = (Vec::new(), Vec::new());
    for part in parts {
        let flags = part.flags | u16::from(part.streamed) << 3;
        places.push(if part.shares_the_first { 0 } else { out.len() as u64 });
        if part.shares_the_first {
            continue;
        }
        let name = part.local_name.as_ref().unwrap_or(&part.name);
        let sizes = if part.streamed {
            [0, 0, 0]
        } else {
            [part.crc.into(), part.data.len() as u64, part.local_bytes.unwrap_or(part.bytes).min(u64::from(u32::MAX))]
        };
        put(&mut out, &[(0x0403_4b50, 4), (20, 2), (flags.into(), 2), (part.method.into(), 2), (0, 4)]);
        put(&mut out, &[(sizes[0], 4), (sizes[1], 4), (sizes[2], 4), (name.len() as u64, 2), (0, 2)]);
        out.extend(name);
        out.extend(&part.data);
        if part.streamed {
            put(&mut out, &[(0x0807_4b50, 4), (part.crc.into(), 4), (part.data.len() as u64, 4), (part.bytes, 4)]);
        }
    }
    let at = out.len();
    for (part, place) in parts.iter().zip(&places) {
        let flags = part.flags | u16::from(part.streamed) << 3;
        let packed = part.packed.unwrap_or(part.data.len() as u64);
        put(
            &mut out,
            &[(0x0201_4b50, 4), (20, 2), (20, 2), (flags.into(), 2), (part.method.into(), 2), (0, 4), (part.crc.into(), 4)],
        );
        put(&mut out, &[(packed, 4), (part.bytes, 4), (part.name.len() as u64, 2), (part.extra.len() as u64, 2), (0, 2), (0, 4)]);
        put(&mut out, &[(u64::from(part.mode) << 16, 4), (*place, 4)]);
        out.extend(&part.name);
        out.extend(&part.extra);
    }
    let bytes = out.len() - at;
    end(&mut out, parts.len() as u64, bytes as u64, at as u64, b"");
    (out, at)
}

fn end(out: &mut Vec<u8>, entries: u64, bytes: u64, at: u64, comment: &[u8]) {
    put(out, &[(0x0605_4b50, 4), (0, 4), (entries, 2), (entries, 2), (bytes, 4), (at, 4), (comment.len() as u64, 2)]);
    out.extend(comment);
}

fn file(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file.seek(SeekFrom::Start(0)).unwrap();
    file
}

fn whole(bytes: &[u8]) -> Result<Zip, ZipError> {
    let zip = Zip::open(file(bytes), &LIMITS)?;
    zip.check()?;
    Ok(zip)
}

/// The codes an archive is refused with; each reads well in both languages.
fn refused(bytes: &[u8]) -> Vec<String> {
    let Err(ZipError::Refused(faults)) = whole(bytes) else { panic!("it was taken") };
    for (fault, lang) in faults.iter().flat_map(|fault| [(fault, Lang::Ja), (fault, Lang::En)]) {
        let text = format!("{} {}", catalogue::text(fault, lang), catalogue::remedy(fault, lang));
        assert!(catalogue::is_known(&fault.code) && !text.contains('{') && !text.contains("zip-"), "{text}");
    }
    let reason = |fault: &Fault| fault.args.iter().find(|(name, _)| name == "reason").map(|(_, value)| format!(" {value}"));
    faults.iter().map(|fault| format!("{}{}", fault.code, reason(fault).unwrap_or_default())).collect()
}

fn zip(parts: &[Part]) -> Vec<u8> {
    written(parts).0
}

#[test]
fn members_are_unpacked_as_they_were_packed() {
    let csv = "番号,金額\r\n0001,100\r\n".repeat(5_000);
    let streamed = Part { streamed: true, ..deflated("R6/落札.csv", csv.as_bytes()) };
    let folder = Part { mode: 0o040_755, ..part("R6/", b"") };
    let cp932 = Part { flags: 0, name: b"\x97\x8E\x8E\x44.csv".to_vec(), ..part("", b"a,b\r\n") };
    let left_over = part("__MACOSX/R6/._x.csv", b"junk");
    let zip = whole(&zip(&[folder, streamed, part("空.csv", b""), cp932, left_over])).unwrap();
    let names: Vec<_> = zip.members().iter().map(|member| (member.name(), member.bytes, member.left_over)).collect();
    assert_eq!(
        names,
        [("落札.csv", csv.len() as u64, false), ("空.csv", 0, false), ("落札.csv", 5, false), ("._x.csv", 4, true)]
    );
    let mut out = Vec::new();
    zip.unpack(&zip.members()[0], &mut out).unwrap();
    assert_eq!(out, csv.as_bytes());
    assert!(looks_like(b"PK\x03\x04...") && looks_like(b"PK\x01\x02") && !looks_like(b"PK,1,2"));
}

#[test]
fn a_zip64_archive_says_the_same_in_its_long_fields() {
    let wide = |bytes: u64| [1_u16.to_le_bytes().as_slice(), &8_u16.to_le_bytes(), &bytes.to_le_bytes()].concat();
    let long = |tell: u64, entries: u64| {
        let mut one = part("a.csv", b"a,b\r\n");
        // The directory tells the size in its extra field.
        (one.bytes, one.local_bytes, one.extra) = (u32::MAX.into(), Some(5), wide(tell));
        let (mut out, at) = written(&[one]);
        out.truncate(out.len() - 22);
        let (bytes, end_at) = ((out.len() - at) as u64, out.len() as u64);
        put(
            &mut out,
            &[(0x0606_4b50, 4), (44, 8), (45, 2), (45, 2), (0, 8), (entries, 8), (entries, 8), (bytes, 8), (at as u64, 8)],
        );
        put(&mut out, &[(0x0706_4b50, 4), (0, 4), (end_at, 8), (1, 4)]);
        end(&mut out, u16::MAX.into(), u32::MAX.into(), u32::MAX.into(), b"");
        out
    };
    assert_eq!(whole(&long(5, 1)).unwrap().members()[0].bytes, 5);
    assert_eq!(refused(&long(6, 1)), ["ZIP_SIZE_WRONG"]);
    assert_eq!(refused(&long(u64::MAX, 1))[0], "ZIP_SIZE_WRONG");
    assert_eq!(refused(&long(5, u64::MAX)), ["ZIP_BROKEN zip-directory"]);
    assert_eq!(refused(&long(5, 2)), ["ZIP_BROKEN zip-directory"]);
    let none = Part { bytes: u32::MAX.into(), ..part("a.csv", b"x") };
    assert_eq!(refused(&zip(&[none])), ["ZIP_BROKEN zip-64"], "a size that is said to be elsewhere and is not");
    let unasked = Part { extra: wide(7), ..part("a.csv", b"x") };
    assert_eq!(refused(&zip(&[unasked])), ["ZIP_BROKEN zip-64"], "two sizes");
}

#[test]
fn bombs_are_refused_by_what_they_say_and_by_what_they_do() {
    let zeros = vec![0; 3 << 20];
    assert_eq!(refused(&zip(&[deflated("a.csv", &zeros)])), ["ZIP_RATIO"]);
    let honest = deflated("a.csv", &zeros);
    let lie = Part { bytes: 1000, ..honest.clone() };
    assert_eq!(refused(&zip(&[lie])), ["ZIP_SIZE_WRONG"], "it says less than it becomes");
    assert_eq!(refused(&zip(&[Part { bytes: 900 << 20, ..honest.clone() }])), ["ZIP_MEMBER_BYTES", "ZIP_BYTES"]);
    let large = Part { bytes: 30 << 20, ..part("", b"") };
    let three: Vec<Part> = (0..3)
        .map(|at| Part { name: format!("{at}.csv").into_bytes(), method: 8, packed: Some(20 << 20), ..large.clone() })
        .collect();
    assert_eq!(refused(&zip(&three)), ["ZIP_BYTES"], "together");
    let many: Vec<Part> = (0..11).map(|at| part(&format!("{at}"), b"")).collect();
    assert_eq!(refused(&zip(&many)), ["ZIP_MEMBERS"]);
    let (mut twice, first) = (part("b.csv", b"1"), part("a.csv", b"1"));
    twice.shares_the_first = true;
    assert_eq!(refused(&zip(&[first.clone(), twice])), ["ZIP_OVERLAP"], "two entries, one body");
    let quote = Part { packed: Some(60), bytes: 60, local_bytes: Some(60), ..first };
    let (bytes, _) = written(&[quote, part("b.csv", b"2")]);
    let mut bytes = bytes;
    bytes[18..22].copy_from_slice(&60_u32.to_le_bytes());
    assert_eq!(refused(&bytes), ["ZIP_OVERLAP"], "a body that reaches over the next member");
    let inner = zip(&[part("x.csv", b"1")]);
    assert_eq!(refused(&zip(&[deflated("inner.csv", &inner)])), ["ZIP_NESTED"], "a quine holds itself");
}

#[test]
fn names_lead_nowhere() {
    let judged = |name: &str| refused(&zip(&[part(name, b"1")])).concat();
    for name in ["../a.csv", "a/../../b", "/etc/passwd", "C:/a.csv", "a//b", "./a", "..\\..\\a", "\\\\server\\share", "a.csv:b"] {
        assert_eq!(judged(name), "ZIP_NAME zip-name-path", "{name}");
    }
    for name in ["NUL", "con.csv", "a/COM1.txt", "lpt9 .csv"] {
        assert_eq!(judged(name), "ZIP_NAME zip-name-device", "{name}");
    }
    for name in ["a\nb.csv", "a\0.csv", "a\u{202E}vsc.exe"] {
        assert_eq!(judged(name), "ZIP_NAME zip-name-control", "{name}");
    }
    assert_eq!(judged(""), "ZIP_NAME zip-name-length");
    assert_eq!(judged(&"長".repeat(90)), "ZIP_NAME zip-name-length");
    let bytes = Part { name: b"\xFF\xFE.csv".to_vec(), ..part("", b"1") };
    assert_eq!(refused(&zip(&[bytes])), ["ZIP_NAME zip-name-text"]);
    assert_eq!(refused(&zip(&[part("a.csv", b"1"), part("A.CSV", b"2")])), ["ZIP_REPEATED"]);
    assert!(whole(&zip(&[part("company.csv", b"1"), part("console.csv", b"2")])).is_ok());
}

#[test]
fn only_plain_files_are_taken() {
    let a = part("a.csv", b"1");
    assert_eq!(refused(&zip(&[Part { mode: 0o120_777, ..a.clone() }])), ["ZIP_NOT_A_FILE"], "a link");
    assert_eq!(refused(&zip(&[Part { mode: 0o010_644, ..a.clone() }])), ["ZIP_NOT_A_FILE"], "a pipe");
    for flags in [1, 1 << 6, 1 << 13] {
        assert_eq!(refused(&zip(&[Part { flags, ..a.clone() }])), ["ZIP_ENCRYPTED"]);
    }
    assert_eq!(refused(&zip(&[Part { method: 99, ..a.clone() }])), ["ZIP_ENCRYPTED"]);
    assert_eq!(refused(&zip(&[Part { method: 14, ..a.clone() }])), ["ZIP_METHOD"]);
    assert_eq!(refused(&zip(&[Part { crc: 7, ..a.clone() }])), ["ZIP_DAMAGED"]);
    let mut torn = deflated("a.csv", &b"0001,100\r\n".repeat(100));
    torn.data[5] ^= 0xFF;
    assert!(matches!(refused(&zip(&[torn])).concat().as_str(), "ZIP_DAMAGED" | "ZIP_SIZE_WRONG"));
    let mut longer = deflated("a.csv", b"0001");
    longer.data.extend(b"hidden");
    assert_eq!(refused(&zip(&[longer])), ["ZIP_SIZE_WRONG"], "something behind the packed bytes");
    assert_eq!(refused(&zip(&[])), ["ZIP_EMPTY"]);
    assert_eq!(refused(&zip(&[part("__MACOSX/._a", b"1")])), ["ZIP_EMPTY"]);
    let book = whole(&zip(&[part("[Content_Types].xml", b"<x/>"), part("xl/workbook.xml", b"<x/>")])).unwrap();
    assert!(book.is_workbook());
}

#[test]
fn there_is_one_way_to_read_an_archive() {
    let a = part("a.csv", b"1");
    let renamed = Part { local_name: Some(b"b.csv".to_vec()), ..a.clone() };
    assert_eq!(refused(&zip(&[renamed])), ["ZIP_HEADER_DIFFERS"]);
    assert_eq!(refused(&zip(&[Part { local_bytes: Some(2), ..a.clone() }])), ["ZIP_HEADER_DIFFERS"]);
    let (good, at) = written(std::slice::from_ref(&a));
    assert_eq!(refused(&[b"#!/bin/sh\n", good.as_slice()].concat()), ["ZIP_BROKEN zip-directory"], "something before it");
    assert_eq!(refused(&[good.as_slice(), b"x"].concat()), ["ZIP_BROKEN zip-cut"], "something behind it");
    for cut in [good.len() - 1, at, 10, 4] {
        assert_eq!(refused(&good[..cut]), ["ZIP_BROKEN zip-cut"], "cut at {cut}");
    }
    let mut hidden = good[..at].to_vec();
    hidden.extend(b"PK\x03\x04 a member that no directory names");
    let there = hidden.len() as u64;
    hidden.extend(&good[at..good.len() - 22]);
    end(&mut hidden, 1, (good.len() - 22 - at) as u64, there, b"");
    assert_eq!(refused(&hidden), ["ZIP_BROKEN zip-gap"]);
    let mut two = good[..good.len() - 22].to_vec();
    let mut comment = Vec::new();
    end(&mut comment, 1, 1, 1, b"");
    end(&mut two, 1, (good.len() - 22 - at) as u64, at as u64, &comment);
    assert_eq!(refused(&two), ["ZIP_BROKEN zip-two-ends"]);
    let mut split = good.clone();
    split[at + 34] = 1;
    assert_eq!(refused(&split), ["ZIP_BROKEN zip-split"]);
}

/// Any byte of an archive changed: it is refused or it is what it was, and nothing panics.
#[test]
fn no_changed_byte_changes_what_is_read() {
    let parts = [deflated("a.csv", b"0001,100\r\n0002,200\r\n"), Part { streamed: true, ..part("b.csv", b"0003,300\r\n") }];
    let good = zip(&parts);
    for at in 0..good.len() {
        for flip in [0x01, 0x80, 0xFF] {
            let mut bad = good.clone();
            bad[at] ^= flip;
            let Ok(zip) = whole(&bad) else { continue };
            let read = zip.members().iter().map(|member| {
                let mut out = Vec::new();
                zip.unpack(member, &mut out).unwrap();
                out
            });
            let expected: [&[u8]; 2] = [b"0001,100\r\n0002,200\r\n", b"0003,300\r\n"];
            assert!(read.eq(expected), "byte {at} changed by {flip:02X}");
        }
    }
}

/// 30 MiB unpacked, and not a tenth of it in memory: what is measured is the writer's largest piece.
#[test]
fn members_are_unpacked_block_by_block() {
    struct Widest(usize, u64);
    impl Write for Widest {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            (self.0, self.1) = (self.0.max(bytes.len()), self.1 + bytes.len() as u64);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut number = 0_u32;
    let noisy: Vec<u8> = std::iter::repeat_with(|| {
        number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        b'0' + (number >> 24) as u8 % 10
    })
    .take(30 << 20)
    .collect();
    let zip = whole(&zip(&[deflated("a.csv", &noisy)])).unwrap();
    let mut widest = Widest(0, 0);
    zip.unpack(&zip.members()[0], &mut widest).unwrap();
    assert!(widest.0 <= 64 * 1024 && widest.1 == 30 << 20, "{} {}", widest.0, widest.1);
}

proptest::proptest! {
    /// Whatever a stranger sends: an answer, no panic, and never more bytes than allowed.
    #[test]
    fn any_bytes_are_answered(noise in proptest::collection::vec(proptest::num::u8::ANY, 0..400), cuts in proptest::collection::vec((0_usize..400, proptest::num::u8::ANY), 0..8)) {
        let mut bytes = zip(&[deflated("a.csv", b"0001,100\r\n"), Part { streamed: true, ..part("b.csv", b"2") }]);
        for (at, byte) in cuts {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        for hostile in [noise.clone(), [noise.as_slice(), &bytes].concat(), [&bytes, noise.as_slice()].concat(), bytes] {
            if let Ok(zip) = Zip::open(file(&hostile), &LIMITS) {
                let _ = zip.check();
            }
        }
    }
}
