//! Decoding and encoding of fields: exact offsets, pairs and twins of CP932, published EBCDIC bytes, identity.

use encoding_rs::SHIFT_JIS;
use proptest::prelude::*;

use super::*;

fn encoded(encoding: Encoding, text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    encode(encoding, text, &mut out).unwrap();
    out
}

fn fault(encoding: Encoding, bytes: &[u8]) -> (usize, Vec<u8>, DecodeReason) {
    let error = decode(encoding, bytes).unwrap_err();
    (error.offset_in_field, error.bytes, error.reason)
}

#[test]
fn names_parse_back() {
    for encoding in Encoding::ALL {
        assert_eq!(Encoding::parse(encoding.as_str()), Some(encoding));
    }
    assert_eq!(Encoding::parse("shift_jis"), None);
}

#[test]
fn ascii_is_borrowed_where_bytes_are_ascii() {
    for encoding in [Encoding::Utf8, Encoding::Utf8Bom, Encoding::Cp932, Encoding::JisX0201] {
        assert!(matches!(decode(encoding, b"20261005"), Ok(Cow::Borrowed("20261005"))), "{encoding}");
    }
}

#[test]
fn utf8_faults_have_exact_offsets() {
    assert_eq!(fault(Encoding::Utf8, b"ab\x8F\xA2"), (2, vec![0x8F], DecodeReason::Undefined));
    let cut = &"砧区".as_bytes()[..5];
    assert_eq!(fault(Encoding::Utf8, cut), (3, cut[3..].to_vec(), DecodeReason::Truncated));
}

#[test]
fn cp932_faults_have_exact_offsets() {
    assert_eq!(fault(Encoding::Cp932, b"A\x8B\xE6\x80B"), (3, vec![0x80], DecodeReason::Undefined));
    assert_eq!(fault(Encoding::Cp932, b"\x8B\xE6\xA0"), (2, vec![0xA0], DecodeReason::Undefined));
    assert_eq!(fault(Encoding::Cp932, b"AB\x8B"), (2, vec![0x8B], DecodeReason::Truncated));
    assert_eq!(fault(Encoding::Cp932, b"A\x8B\x20B"), (1, vec![0x8B, 0x20], DecodeReason::Undefined));
    assert_eq!(fault(Encoding::Cp932, b"\xB1\xF0\x40"), (1, vec![0xF0, 0x40], DecodeReason::UserDefined));
    assert_eq!(fault(Encoding::Cp932, b"\x81\xAD"), (0, vec![0x81, 0xAD], DecodeReason::Undefined));
    assert_eq!(fault(Encoding::Cp932, b"\xFD"), (0, vec![0xFD], DecodeReason::Undefined));
    // "é" of a UTF-8 file read as CP932 and an é of Latin-1.
    assert_eq!(fault(Encoding::Cp932, b"caf\xE9"), (3, vec![0xE9], DecodeReason::Truncated));
}

#[test]
fn every_cp932_sequence_is_text_or_a_fault_at_its_place() {
    let mut characters = 0;
    for first in 0..=0xFF_u8 {
        for second in 0..=0xFF_u8 {
            let bytes = [b'A', first, second];
            match decode(Encoding::Cp932, &bytes) {
                Ok(text) => {
                    characters += 1;
                    assert!(!text.contains(['\u{FFFD}', '\u{80}']), "{}", hex_bytes(&bytes));
                    let written = encoded(Encoding::Cp932, &text);
                    assert_eq!(decode(Encoding::Cp932, &written).unwrap(), text, "{}", hex_bytes(&bytes));
                    assert_eq!(cp932_round_trips(&bytes), written == bytes);
                }
                Err(error) => {
                    assert!((1..=2).contains(&error.offset_in_field), "{error}");
                    let good = &bytes[..error.offset_in_field];
                    assert!(decode(Encoding::Cp932, good).is_ok(), "{error}");
                    assert!(bytes[error.offset_in_field..].starts_with(&error.bytes), "{error}");
                }
            }
        }
    }
    assert!(characters > 9_000, "the index is there: {characters}");
}

#[test]
fn a_name_with_ladder_taka_and_wave_dash_through_cp932_and_back() {
    // 髙 (0xFBFC) comes back as itself. 〜 U+301C and ～ U+FF5E are one character there (0x8160): both can be written, both come
    // back as U+FF5E, and from then on neither text nor bytes change.
    let name = "髙橋 一〜郎";
    let bytes = encoded(Encoding::Cp932, name);
    assert_eq!(bytes, b"\xFB\xFC\x8B\xB4 \x88\xEA\x81\x60\x98\x59");
    let back = decode(Encoding::Cp932, &bytes).unwrap();
    assert_eq!(back, "髙橋 一\u{FF5E}郎");
    assert_eq!(back, canonical(name));
    assert_eq!(encoded(Encoding::Cp932, &back), bytes);
    assert!(cp932_round_trips(&bytes));
}

#[test]
fn both_code_points_of_a_pair_are_the_same_bytes() {
    let bytes: [&[u8]; 10] = [
        b"\x81\x60",
        b"\x81\x7C",
        b"\x81\x5C",
        b"\x81\x61",
        b"\x81\x91",
        b"\x81\x92",
        b"\x81\xCA",
        b"\xFA\x55",
        b"\x5C",
        b"\x7E",
    ];
    for ((other, canonical), bytes) in PAIRS.iter().zip(bytes) {
        assert_eq!(encoded(Encoding::Cp932, &other.to_string()), bytes);
        assert_eq!(encoded(Encoding::Cp932, &canonical.to_string()), bytes);
        assert_eq!(decode(Encoding::Cp932, bytes).unwrap(), canonical.to_string());
    }
}

#[test]
fn twins_are_read_and_written_as_windows_writes_them() {
    // 髙 selected by NEC and extended by IBM; ∩ of NEC row 13; ㈱ of NEC row 13 and of IBM.
    for (twin, written) in
        [(b"\xEE\xE0", b"\xFB\xFC"), (b"\x87\x9B", b"\x81\xBF"), (b"\xFA\x58", b"\x87\x8A"), (b"\xED\x40", b"\xFA\x5C")]
    {
        let text = decode(Encoding::Cp932, twin).unwrap();
        assert_eq!(encoded(Encoding::Cp932, &text), written, "{text}");
        assert!(!cp932_round_trips(twin));
        assert!(cp932_round_trips(written));
    }
    assert!(!cp932_round_trips(b"\x80"));
}

#[test]
fn unmappable_characters_are_named_and_leave_the_output_alone() {
    for (encoding, text, ch, index, point) in [
        (Encoding::Cp932, "砧𠮷野", '𠮷', 1, "U+20BB7"),
        (Encoding::Cp932, "〜é", 'é', 1, "U+00E9"),
        (Encoding::Cp932, "ab\u{80}", '\u{80}', 2, "U+0080"),
        (Encoding::Cp932, "外\u{E000}", '\u{E000}', 1, "U+E000"),
        (Encoding::Cp932, "\u{E000}", '\u{E000}', 0, "U+E000"),
        (Encoding::JisX0201, "ｱ砧", '砧', 1, "U+7827"),
        (Encoding::EbcdicKana, "Aa", 'a', 1, "U+0061"),
    ] {
        let mut out = b"before".to_vec();
        let error = encode(encoding, text, &mut out).unwrap_err();
        assert_eq!((error.ch, error.index, error.code_point().as_str()), (ch, index, point));
        assert!(error.to_string().contains(point), "{error}");
        assert_eq!(out, b"before");
    }
}

#[test]
fn jis_x0201_is_the_single_byte_part_of_cp932() {
    for byte in 0..=0xFF_u8 {
        let field = [byte];
        let jis = decode(Encoding::JisX0201, &field).ok();
        let cp932 = SHIFT_JIS.decode_without_bom_handling_and_without_replacement(&field).filter(|_| byte != 0x80);
        assert_eq!(jis, cp932, "{byte:02X}");
    }
}

#[test]
fn a_double_byte_character_in_a_jis_field_is_found() {
    let field = b"\xB1\xB2\x8B\xE6";
    assert_eq!(fault(Encoding::JisX0201, field), (2, vec![0x8B], DecodeReason::Undefined));
    assert_eq!(detect::first_double_byte_lead(field), Some(2));
    assert_eq!(detect::first_double_byte_lead(b"\xA1\xDF\x7F"), None);
}

#[test]
fn ebcdic_bytes_are_the_published_ones() {
    for (text, bytes) in [
        (" 09AIJRSZ", &b"\x40\xF0\xF9\xC1\xC9\xD1\xD9\xE2\xE9"[..]),
        ("-().,/\\", b"\x60\x4D\x5D\x4B\x6B\x61\x5B"),
        ("｢｣ｦｰ", b"\x42\x43\x46\x58"),
        ("ｱｲｳｴｵｶｷｸｹｺ", b"\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8A"),
        ("ｻｼｽｾｿ", b"\x8C\x8D\x8E\x8F\x90"),
        ("ﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉ", b"\x91\x92\x93\x94\x95\x96\x97\x98\x99\x9A"),
        ("ﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕ", b"\x9D\x9E\x9F\xA2\xA3\xA4\xA5\xA6\xA7\xA8\xA9\xAA"),
        ("ﾖﾗﾘﾙﾚﾛﾜﾝﾞﾟ", b"\xAC\xAD\xAE\xAF\xBA\xBB\xBC\xBD\xBE\xBF"),
        ("ｧｨｩｪｫｬｭｮｯ", b"\x47\x48\x49\x51\x52\x53\x54\x55\x56"),
        ("\r\n", b"\x0D\x25"),
    ] {
        assert_eq!(encoded(Encoding::EbcdicKana, text), bytes, "{text}");
        assert_eq!(decode(Encoding::EbcdicKana, bytes).unwrap(), text);
    }
    assert_eq!(encoded(Encoding::EbcdicKana, "¥"), b"\x5B");
    assert_eq!(fault(Encoding::EbcdicKana, b"\xC1\xFF"), (1, vec![0xFF], DecodeReason::Undefined));
}

#[test]
fn the_first_bytes_tell() {
    assert!(detect::has_utf8_bom(b"\xEF\xBB\xBFabc") && !detect::has_utf8_bom(b"\xEF\xBB"));
    assert_eq!(detect::bank_file_code(b"121"), Some(detect::BankFileCode::Jis));
    assert_eq!(detect::bank_file_code(b"\xF1\xF2"), Some(detect::BankFileCode::Ebcdic));
    assert_eq!(detect::bank_file_code(b"2"), None);
    assert_eq!(detect::bank_file_code(b""), None);
}

proptest! {
    #[test]
    fn reading_back_gives_the_canonical_text(text in "[ -~ぁ-んァ-ヶ一-鿋Ａ-ｚ〜−—‖¢£¬¦¥‾～－―∥￠￡￢￤髙﨑①㈱｡-ﾟ]{0,16}") {
        for encoding in [Encoding::Cp932, Encoding::JisX0201, Encoding::EbcdicKana] {
            let mut bytes = Vec::new();
            if encode(encoding, &text, &mut bytes).is_ok() {
                let back = decode(encoding, &bytes).unwrap();
                prop_assert_eq!(&back, &canonical(&text));
                prop_assert_eq!(encoded(encoding, &back), bytes);
            }
        }
        let utf8 = encoded(Encoding::Utf8, &text);
        prop_assert_eq!(decode(Encoding::Utf8, &utf8).unwrap(), text);
    }

    #[test]
    fn canonical_is_idempotent(text in ".{0,20}") {
        let once = canonical(&text).into_owned();
        prop_assert_eq!(canonical(&once), once.as_str());
    }

    #[test]
    fn any_bytes_are_text_or_a_fault_inside_the_field(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        for encoding in Encoding::ALL {
            match decode(encoding, &bytes) {
                Ok(text) => {
                    // U+FFFD in the text was in the bytes; nothing puts it there.
                    let replaced = text.contains(char::REPLACEMENT_CHARACTER) && std::str::from_utf8(&bytes).is_err();
                    prop_assert!(!replaced, "{text:?}");
                }
                Err(error) => {
                    let (at, len) = (error.offset_in_field, error.bytes.len());
                    prop_assert!(len > 0);
                    prop_assert_eq!(&bytes[at..at + len], &error.bytes[..]);
                    prop_assert!(decode(encoding, &bytes[..at]).is_ok());
                }
            }
        }
    }

    #[test]
    fn single_byte_encodings_round_trip_every_byte_they_read(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        for encoding in [Encoding::JisX0201, Encoding::EbcdicKana] {
            if let Ok(text) = decode(encoding, &bytes) {
                prop_assert_eq!(encoded(encoding, &text), bytes.clone());
            }
        }
    }
}
