//! A chunk body, a JSON array of records, cut into rows for `intake.record` in the server's binary COPY format.
//!
//! No value tree is built: each record's own text goes to the `jsonb` column as it came, and only the reserved keys and the
//! amount field are looked at. Binary COPY, because its text form would have to be escaped here and unescaped there.

use renkei_core::layout::Layout;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// Header of a binary COPY: signature, flags, length of the extension.
const COPY_HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// Trailer of a binary COPY.
const COPY_TRAILER: &[u8] = &[0xff, 0xff];
/// Columns of `intake.record`, in the order of `sql/copy.sql`.
const COLUMNS: i16 = 9;
/// Version byte of the binary form of `jsonb`.
const JSONB_VERSION: u8 = 1;

/// A chunk ready for COPY.
#[derive(Debug)]
pub(crate) struct Rows {
    /// The whole binary COPY stream.
    pub copy: Vec<u8>,
    /// How many records.
    pub records: i64,
    /// Sum of their yen.
    pub yen: i64,
}

/// Cuts a chunk body into rows. The error is a sentence.
pub(crate) fn rows(batch: i64, layout: &Layout, body: &[u8]) -> Result<Rows, String> {
    let text = std::str::from_utf8(body).map_err(|error| format!("the body is not UTF-8 at byte {}", error.valid_up_to()))?;
    let mut copy = Vec::with_capacity(body.len() + body.len() / 4 + 64);
    copy.extend_from_slice(COPY_HEADER);
    let amounts = Amounts::of(layout);
    let mut cutter = Cutter { batch, layout, amounts: &amounts, rows: Rows { copy, records: 0, yen: 0 } };
    let mut parser = serde_json::Deserializer::from_str(text);
    Cut(&mut cutter).deserialize(&mut parser).and_then(|()| parser.end()).map_err(|error| format!("the body: {error}"))?;
    let mut rows = cutter.rows;
    rows.copy.extend_from_slice(COPY_TRAILER);
    Ok(rows)
}

/// Ids of the layout's amount fields, so that yen is read while the kind of the record is not known yet.
struct Amounts<'l> {
    ids: Vec<&'l str>,
    /// Per kind: index into `ids`.
    of_kind: Vec<Option<usize>>,
}

impl<'l> Amounts<'l> {
    fn of(layout: &'l Layout) -> Self {
        let mut ids: Vec<&str> = Vec::new();
        let of_kind = layout.kinds().iter().map(|kind| {
            let id = kind.fields[kind.amount?].id.as_str();
            Some(ids.iter().position(|known| *known == id).unwrap_or_else(|| {
                ids.push(id);
                ids.len() - 1
            }))
        });
        let of_kind = of_kind.collect();
        Amounts { ids, of_kind }
    }
}

struct Cutter<'c> {
    batch: i64,
    layout: &'c Layout,
    amounts: &'c Amounts<'c>,
    rows: Rows,
}

impl Cutter<'_> {
    fn add(&mut self, text: &str) -> Result<(), String> {
        let nth = self.rows.records;
        let wrong = |reason: &str| format!("record {nth} of the chunk: {reason}");
        let head: Head<'_> = HeadSeed(self.amounts)
            .deserialize(&mut serde_json::Deserializer::from_str(text))
            .map_err(|error| wrong(&error.to_string()))?;
        let index = match head.kind {
            None => 0,
            Some(id) => self.layout.kind(id).ok_or_else(|| wrong(&format!("the layout has no kind {id:?}")))?.0,
        };
        let line = head.line.filter(|line| *line >= 1).ok_or_else(|| wrong("\"line\" is missing or not positive"))?;
        let yen = self.amounts.of_kind[index].and_then(|amount| head.yen[amount]).unwrap_or(0);
        self.rows.yen = self.rows.yen.checked_add(yen).ok_or_else(|| wrong("the sum of yen is beyond 64 bits"))?;
        self.rows.records += 1;
        let kind = self.layout.kinds()[index].id.as_bytes();
        let small = |name: &str, value: i64| i32::try_from(value).map_err(|_| wrong(&format!("\"{name}\" is beyond 32 bits")));
        let (length, group, sub) = (small("length", head.length)?, small("group", head.group)?, small("sub", head.sub)?);
        let json_bytes = i32::try_from(text.len() + 1).map_err(|_| wrong("it has more than 2 GiB"))?;

        let out = &mut self.rows.copy;
        out.extend_from_slice(&COLUMNS.to_be_bytes());
        for value in [self.batch, line, head.offset, yen] {
            out.extend_from_slice(&8_i32.to_be_bytes());
            out.extend_from_slice(&value.to_be_bytes());
        }
        for value in [length, group, sub] {
            out.extend_from_slice(&4_i32.to_be_bytes());
            out.extend_from_slice(&value.to_be_bytes());
        }
        out.extend_from_slice(&i32::try_from(kind.len()).unwrap_or(i32::MAX).to_be_bytes());
        out.extend_from_slice(kind);
        out.extend_from_slice(&json_bytes.to_be_bytes());
        out.push(JSONB_VERSION);
        out.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

/// Walks the array.
struct Cut<'a, 'c>(&'a mut Cutter<'c>);

impl<'de> DeserializeSeed<'de> for Cut<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Cut<'_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an array of records")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(record) = seq.next_element::<&'de RawValue>()? {
            self.0.add(record.get()).map_err(serde::de::Error::custom)?;
        }
        Ok(())
    }
}

/// What is read of a record.
struct Head<'t> {
    kind: Option<&'t str>,
    line: Option<i64>,
    sub: i64,
    group: i64,
    offset: i64,
    length: i64,
    yen: Vec<Option<i64>>,
}

/// A key of a record, as far as it matters.
enum Key {
    Kind,
    Line,
    Sub,
    Group,
    Offset,
    Length,
    Amount(usize),
    Other,
}

struct KeySeed<'a>(&'a Amounts<'a>);

impl<'de> DeserializeSeed<'de> for KeySeed<'_> {
    type Value = Key;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed<'_> {
    type Value = Key;
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a key")
    }
    fn visit_str<E>(self, key: &str) -> Result<Key, E> {
        Ok(match key {
            "record" => Key::Kind,
            "line" => Key::Line,
            "sub" => Key::Sub,
            "group" => Key::Group,
            "offset" => Key::Offset,
            "length" => Key::Length,
            _ => self.0.ids.iter().position(|id| *id == key).map_or(Key::Other, Key::Amount),
        })
    }
}

struct HeadSeed<'a>(&'a Amounts<'a>);

impl<'de> DeserializeSeed<'de> for HeadSeed<'_> {
    type Value = Head<'de>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Head<'de>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for HeadSeed<'_> {
    type Value = Head<'de>;
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a record object")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Head<'de>, A::Error> {
        let yen = vec![None; self.0.ids.len()];
        let mut head = Head { kind: None, line: None, sub: 0, group: 0, offset: 0, length: 0, yen };
        while let Some(key) = map.next_key_seed(KeySeed(self.0))? {
            match key {
                Key::Kind => head.kind = Some(map.next_value()?),
                Key::Line => head.line = Some(map.next_value()?),
                Key::Sub => head.sub = map.next_value()?,
                Key::Group => head.group = map.next_value()?,
                Key::Offset => head.offset = map.next_value()?,
                Key::Length => head.length = map.next_value()?,
                Key::Amount(nth) => head.yen[nth] = map.next_value()?,
                Key::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(head)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAYOUT: &str = r#"
[layout]
name = "試験"
version = "1"
status = "provisional"
format = "csv"
encoding = ["utf-8"]
newline = "lf"
[csv]
header = "none"
[[record]]
kind = "head"
name = "頭"
tag = "1"
occurs = "one"
fields = [{ id = "tag", name = "種別", type = "digits", len = 1, must = true }]
[[record]]
kind = "item"
name = "明細"
tag = "2"
occurs = "many"
amount = "amount"
fields = [
 { id = "tag", name = "種別", type = "digits", len = 1, must = true },
 { id = "amount", name = "金額", type = "yen", len = 11, must = true },
]
"#;

    fn layout() -> Layout {
        Layout::parse(LAYOUT, "test").expect("a sound layout")
    }

    #[test]
    fn records_and_yen_are_counted_by_kind() {
        let body = r#"[{"record":"head","line":1,"tag":"1","amount":77},
                       {"record":"item","line":2,"offset":9,"length":4,"amount":600,"x":{"amount":1}},
                       {"amount":-5,"line":3,"record":"item"}]"#;
        let rows = rows(7, &layout(), body.as_bytes()).expect("sound");
        assert_eq!((rows.records, rows.yen), (3, 595));
        assert!(rows.copy.starts_with(b"PGCOPY\n") && rows.copy.ends_with(&[0xff, 0xff]));
    }

    #[test]
    fn what_is_not_a_record_is_named() {
        for (body, said) in [
            ("{}", "expected an array"),
            (
                r#"[{"record":"item","line":1},{"record":"tail","line":2}]"#,
                "record 1 of the chunk: the layout has no kind \"tail\"",
            ),
            (r#"[{"record":"item"}]"#, "\"line\" is missing"),
            (r#"[{"record":"item","line":1,"amount":"600"}]"#, "invalid type"),
            (r#"[{"record":"item","line":1}"#, "EOF"),
            (r#"[{"record":"item","line":1}] []"#, "trailing"),
        ] {
            let error = rows(1, &layout(), body.as_bytes()).expect_err(body);
            assert!(error.contains(said), "{body}: {error}");
        }
        assert!(rows(1, &layout(), b"[\"\xff\"]").expect_err("not UTF-8").contains("byte 2"));
    }
}
