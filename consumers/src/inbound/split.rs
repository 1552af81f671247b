//! The body of a chunk ([`renkei_core::chunk`]) cut into rows for `intake.record` in the server's binary COPY format.
//!
//! No value tree is built: values are cut out of the body as text and put in the order of the kind's shape. A field the shape does
//! not have is refused, so nothing is dropped on the way. Binary COPY, because its text form would have to be escaped here and
//! unescaped there. A chunk of a few records is also kept row by row: see [`Rows::few`].

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::record;
use super::shape::Shape;

/// Header of a binary COPY: signature, flags, length of the extension.
const COPY_HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// Trailer of a binary COPY.
const COPY_TRAILER: &[u8] = &[0xff, 0xff];
/// Columns of `intake.record` before the values, in the order of [`record::copy_sql`].
const HEAD_COLUMNS: usize = 8;
/// Type number of `text`, fixed for ever by Postgres.
const OID_TEXT: i32 = 25;

/// Records up to which a chunk is inserted rather than copied.
const FEW: usize = 16;

/// A chunk ready for COPY.
#[derive(Debug, Default)]
pub(super) struct Rows<'t> {
    /// The whole binary COPY stream.
    pub copy: Vec<u8>,
    /// Its rows one by one, when they are few. COPY writes to the server twice without reading in between, and a socket may keep
    /// the second, small write until the first is acknowledged: 40 ms for a message of one record.
    pub few: Option<Vec<Row<'t>>>,
    /// How many records.
    pub records: i64,
    /// Sum of their yen.
    pub yen: i64,
}

/// One row of `intake.record`.
#[derive(Debug)]
pub(super) struct Row<'t> {
    /// Batch, line, byte offset, yen.
    pub longs: [i64; 4],
    /// Byte length, group, sub, shape.
    pub ints: [i32; 4],
    /// Its values by column.
    pub cells: Vec<Option<Cow<'t, str>>>,
}

/// Cuts a chunk body into rows. The error is a sentence.
pub(super) fn rows<'t>(batch: i64, shapes: &[Shape], body: &'t [u8]) -> Result<Rows<'t>, String> {
    let text = std::str::from_utf8(body).map_err(|error| format!("the body is not UTF-8 at byte {}", error.valid_up_to()))?;
    // Lengths in front of the values take more room than the commas and quotes around them.
    let mut copy = Vec::with_capacity(body.len() * 5 / 2 + 64);
    copy.extend_from_slice(COPY_HEADER);
    let width = record::width(shapes);
    let rows = Rows { copy, few: Some(Vec::new()), records: 0, yen: 0 };
    let mut cutter = Cutter { batch, shapes, kinds: Vec::new(), width, cells: Vec::new(), rows };
    let mut parser = serde_json::Deserializer::from_str(text);
    let cut = Body(&mut cutter).deserialize(&mut parser).and_then(|()| parser.end());
    cut.map_err(|error| format!("record {} of the chunk: {error}", cutter.rows.records))?;
    let mut rows = cutter.rows;
    rows.copy.extend_from_slice(COPY_TRAILER);
    Ok(rows)
}

struct Cutter<'s, 't> {
    batch: i64,
    shapes: &'s [Shape],
    /// The kinds of the chunk.
    kinds: Vec<Placed<'s>>,
    /// Values a row has: as many as the widest shape.
    width: usize,
    /// Values of the record at hand, by column; kept for its allocation.
    cells: Vec<Option<Cow<'t, str>>>,
    rows: Rows<'t>,
}

/// The place of a record.
struct Head {
    line: i64,
    sub: i32,
    group: i32,
    offset: i64,
    length: i32,
}

impl Cutter<'_, '_> {
    /// Writes the row of the record at hand.
    fn write(&mut self, shape: &Shape, head: &Head) -> Result<(), &'static str> {
        if head.line < 1 {
            return Err("its line is not positive");
        }
        let yen = match shape.columns.iter().position(|column| *column == shape.amount).and_then(|at| self.cells[at].as_deref()) {
            None => 0,
            Some(text) => text.parse().map_err(|_| "its amount is not whole yen")?,
        };
        self.rows.yen = self.rows.yen.checked_add(yen).ok_or("the sum of yen is beyond 64 bits")?;
        self.rows.records += 1;
        let out = &mut self.rows.copy;
        let (own, more) = (self.width.min(record::COLUMNS), self.width > record::COLUMNS);
        let columns = i16::try_from(HEAD_COLUMNS + own + usize::from(more)).map_err(|_| "it has too many columns")?;
        out.extend_from_slice(&columns.to_be_bytes());
        let (longs, ints) = ([self.batch, head.line, head.offset, yen], [head.length, head.group, head.sub, shape.id]);
        match &mut self.rows.few {
            Some(few) if few.len() < FEW && !more => few.push(Row { longs, ints, cells: self.cells.clone() }),
            few => *few = None,
        }
        for value in longs {
            out.extend_from_slice(&8_i32.to_be_bytes());
            out.extend_from_slice(&value.to_be_bytes());
        }
        for value in ints {
            out.extend_from_slice(&4_i32.to_be_bytes());
            out.extend_from_slice(&value.to_be_bytes());
        }
        let (first, rest) = self.cells.split_at(self.cells.len().min(record::COLUMNS));
        for at in 0..own {
            write_text(out, first.get(at).and_then(Option::as_deref))?;
        }
        match (more, rest) {
            (false, _) => Ok(()),
            (true, []) => write_text(out, None),
            (true, rest) => write_array(out, rest),
        }
    }
}

const TOO_LONG: &str = "it has more than 2 GiB";

/// Appends a field of type `text`.
fn write_text(out: &mut Vec<u8>, text: Option<&str>) -> Result<(), &'static str> {
    match text {
        None => out.extend_from_slice(&(-1_i32).to_be_bytes()),
        Some(text) => {
            out.extend_from_slice(&i32::try_from(text.len()).map_err(|_| TOO_LONG)?.to_be_bytes());
            out.extend_from_slice(text.as_bytes());
        }
    }
    Ok(())
}

/// Appends a field of type `text[]`, which is not empty.
fn write_array(out: &mut Vec<u8>, cells: &[Option<Cow<'_, str>>]) -> Result<(), &'static str> {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    let nulls = i32::from(cells.iter().any(Option::is_none));
    let count = i32::try_from(cells.len()).map_err(|_| TOO_LONG)?;
    // One dimension of so many elements, counted from 1.
    for value in [1, nulls, OID_TEXT, count, 1] {
        out.extend_from_slice(&value.to_be_bytes());
    }
    for cell in cells {
        write_text(out, cell.as_deref())?;
    }
    let length = i32::try_from(out.len() - start - 4).map_err(|_| TOO_LONG)?;
    out[start..start + 4].copy_from_slice(&length.to_be_bytes());
    Ok(())
}

/// A kind of the chunk.
#[derive(Deserialize)]
struct Described {
    record: String,
    fields: Vec<String>,
}

impl Described {
    /// Where its values go.
    fn place<'s>(&self, shapes: &'s [Shape]) -> Result<Placed<'s>, String> {
        let shape = shapes.iter().find(|shape| shape.kind == self.record);
        let shape = shape.ok_or_else(|| format!("the layout has no kind {:?}", self.record))?;
        let column = |field: &String| {
            let at = shape.columns.iter().position(|column| column == field);
            at.ok_or_else(|| format!("kind {} of the layout has no field {field:?}", self.record))
        };
        Ok(Placed { shape, columns: self.fields.iter().map(column).collect::<Result<_, _>>()? })
    }
}

/// Where the values of a kind of the chunk go.
struct Placed<'s> {
    shape: &'s Shape,
    /// For each of its fields the column of the shape.
    columns: Vec<usize>,
}

/// Walks the body.
struct Body<'c, 's, 't>(&'c mut Cutter<'s, 't>);

impl<'t> DeserializeSeed<'t> for Body<'_, '_, 't> {
    type Value = ();
    fn deserialize<D: Deserializer<'t>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'t> Visitor<'t> for Body<'_, '_, 't> {
    type Value = ();
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object of kinds and records")
    }
    fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "kinds" => {
                    let kinds: Vec<Described> = map.next_value()?;
                    let placed = kinds.iter().map(|kind| kind.place(self.0.shapes)).collect::<Result<_, _>>();
                    self.0.kinds = placed.map_err(A::Error::custom)?;
                }
                "records" => map.next_value_seed(Table(self.0))?,
                other => return Err(A::Error::custom(format_args!("{other:?} is no part of a chunk"))),
            }
        }
        Ok(())
    }
}

/// Walks the rows.
struct Table<'c, 's, 't>(&'c mut Cutter<'s, 't>);

impl<'t> DeserializeSeed<'t> for Table<'_, '_, 't> {
    type Value = ();
    fn deserialize<D: Deserializer<'t>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'t> Visitor<'t> for Table<'_, '_, 't> {
    type Value = ();
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an array of rows")
    }
    fn visit_seq<A: SeqAccess<'t>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(OneRow(self.0))?.is_some() {}
        Ok(())
    }
}

/// Walks one row.
struct OneRow<'c, 's, 't>(&'c mut Cutter<'s, 't>);

impl<'t> DeserializeSeed<'t> for OneRow<'_, '_, 't> {
    type Value = ();
    fn deserialize<D: Deserializer<'t>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'t> Visitor<'t> for OneRow<'_, '_, 't> {
    type Value = ();
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the row of a record")
    }
    fn visit_seq<A: SeqAccess<'t>>(self, mut seq: A) -> Result<(), A::Error> {
        let cutter = self.0;
        let kind: usize = next(&mut seq)?;
        let kind = cutter.kinds.get(kind).ok_or_else(|| A::Error::custom(format_args!("the chunk has no kind {kind}")))?;
        let (line, sub, group) = (next(&mut seq)?, next(&mut seq)?, next(&mut seq)?);
        let head = Head { line, sub, group, offset: next(&mut seq)?, length: next(&mut seq)? };
        cutter.cells.clear();
        cutter.cells.resize(kind.shape.columns.len(), None);
        let mut columns = kind.columns.iter();
        while let Some(Cell(value)) = seq.next_element()? {
            let column = columns.next().ok_or_else(|| A::Error::custom("it has more values than its kind has fields"))?;
            cutter.cells[*column] = value;
        }
        cutter.write(kind.shape, &head).map_err(A::Error::custom)
    }
}

/// One of the numbers a row begins with.
fn next<'t, T: Deserialize<'t>, A: SeqAccess<'t>>(seq: &mut A) -> Result<T, A::Error> {
    seq.next_element()?.ok_or_else(|| A::Error::custom("it ends before its values"))
}

/// The value of a field, borrowed from the body unless it is escaped there.
struct Cell<'t>(Option<Cow<'t, str>>);

impl<'t> Deserialize<'t> for Cell<'t> {
    fn deserialize<D: Deserializer<'t>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CellVisitor)
    }
}

struct CellVisitor;

impl<'t> Visitor<'t> for CellVisitor {
    type Value = Cell<'t>;
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a text or null")
    }
    fn visit_unit<E>(self) -> Result<Cell<'t>, E> {
        Ok(Cell(None))
    }
    fn visit_borrowed_str<E>(self, text: &'t str) -> Result<Cell<'t>, E> {
        Ok(Cell(Some(Cow::Borrowed(text))))
    }
    fn visit_str<E>(self, text: &str) -> Result<Cell<'t>, E> {
        Ok(Cell(Some(Cow::Owned(text.to_owned()))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shapes() -> Vec<Shape> {
        let shape = |id, kind: &str, columns: &[&str], amount: &str| Shape {
            id,
            kind: kind.to_owned(),
            columns: columns.iter().map(|&column| column.to_owned()).collect(),
            amount: amount.to_owned(),
        };
        vec![shape(4, "head", &["tag"], ""), shape(5, "item", &["tag", "name", "amount"], "amount")]
    }

    /// A chunk of both kinds with these rows.
    fn body(rows: &str) -> String {
        let kinds = r#"{"record":"item","fields":["amount","name","tag"]},{"record":"head","fields":["tag"]}"#;
        format!(r#"{{"kinds":[{kinds}],"records":[{rows}]}}"#)
    }

    #[test]
    fn records_and_yen_are_counted_by_kind() {
        let body = body(r#"[1,1,0,0,0,0,"1"], [0,2,0,0,9,4,"600","a\"b"], [0,3,0,0,0,0,"-5"]"#);
        let rows = rows(7, &shapes(), body.as_bytes()).expect("sound");
        assert_eq!((rows.records, rows.yen), (3, 595));
        assert!(rows.copy.starts_with(b"PGCOPY\n") && rows.copy.ends_with(&[0xff, 0xff]));
        let cells = b"\xff\xff\xff\xff\0\0\0\x03a\"b\0\0\0\x03600";
        assert!(rows.copy.windows(cells.len()).any(|window| window == cells), "an empty field, a text, a number");
    }

    #[test]
    fn a_few_rows_are_kept_one_by_one() {
        let text = |records: usize| {
            let records: Vec<String> = (1..=records).map(|line| format!(r#"[0,{line},0,0,0,0,"6"]"#)).collect();
            body(&records.join(","))
        };
        let few = text(FEW);
        let kept = rows(7, &shapes(), few.as_bytes()).expect("sound").few.expect("few");
        assert_eq!((kept.len(), kept[1].longs, kept[1].ints), (FEW, [7, 2, 0, 6], [0, 0, 0, 5]));
        assert_eq!(kept[1].cells, [None, None, Some(Cow::Borrowed("6"))]);
        assert!(rows(7, &shapes(), text(FEW + 1).as_bytes()).expect("sound").few.is_none(), "many");
    }

    #[test]
    fn values_beyond_the_columns_go_into_an_array() {
        let columns: Vec<String> = (1..=record::COLUMNS + 2).map(|nth| format!("f{nth}")).collect();
        let body = format!(
            r#"{{"kinds":[{{"record":"wide","fields":["f1","f{}"]}}],"records":[[0,1,0,0,0,0,"a","z"]]}}"#,
            record::COLUMNS + 2
        );
        let shape = Shape { id: 1, kind: "wide".to_owned(), columns, amount: String::new() };
        let rows = rows(7, &[shape], body.as_bytes()).expect("sound");
        let columns = i16::try_from(HEAD_COLUMNS + record::COLUMNS + 1).expect("few").to_be_bytes();
        assert_eq!(rows.copy[COPY_HEADER.len()..][..2], columns);
        let array = [1, 1, OID_TEXT, 2, 1, -1, 1].map(i32::to_be_bytes).concat();
        assert!(rows.copy.ends_with(&[&array[..], b"z", COPY_TRAILER].concat()));
    }

    #[test]
    fn what_is_not_a_record_is_named() {
        for (body, said) in [
            ("[]".to_owned(), "expected an object of kinds and records"),
            (r#"{"rows":[]}"#.to_owned(), "\"rows\" is no part of a chunk"),
            (r#"{"kinds":[{"record":"tail","fields":[]}]}"#.to_owned(), "the layout has no kind \"tail\""),
            (r#"{"kinds":[{"record":"item","fields":["price"]}]}"#.to_owned(), "kind item of the layout has no field \"price\""),
            (r#"{"records":[[0,1,0,0,0,0]]}"#.to_owned(), "record 0 of the chunk: the chunk has no kind 0"),
            (body("[0,1,0,0,0,0],[2,2,0,0,0,0]"), "record 1 of the chunk: the chunk has no kind 2"),
            (body("[0,0,0,0,0,0]"), "its line is not positive"),
            (body("[0,1,0,0,0]"), "it ends before its values"),
            (body(r#"[0,1,0,0,0,0,"6.5"]"#), "its amount is not whole yen"),
            (body("[0,1,0,0,0,0,6]"), "expected a text or null"),
            (body(r#"[1,1,0,0,0,0,"1","2"]"#), "it has more values than its kind has fields"),
            (body("[0,1,0,0,0,0"), "expected `,` or `]`"),
            (body("") + " []", "trailing"),
        ] {
            let error = rows(1, &shapes(), body.as_bytes()).expect_err(&body);
            assert!(error.contains(said), "{body}: {error}");
        }
        assert!(rows(1, &shapes(), b"{\"\xff\"}").expect_err("not UTF-8").contains("byte 2"));
    }
}
