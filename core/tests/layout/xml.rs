//! XML: where values lie, which of several counts, and that nothing a hostile document holds gets through or grows.

use std::cell::Cell;
use std::io::Read;

use renkei_core::layout::read::{Event, ReadLimits, decode_attachment, read_file};
use renkei_core::layout::write::{WriteContext, Writer};

use crate::layouts::parse;
use crate::support::{Reading, read};

pub(crate) const ORDERS: &str = r#"
[layout]
name = "x"
version = "1"
format = "xml"
encoding = "utf-8"
[xml]
empty_elements = "refused"
[xml.namespaces]
o = "urn:orders"
v = "urn:values"
[limits]
depth_max = 8
attributes_max = 6
value_bytes_max = 1_000
attachment_bytes_max = 3_000_000
attachments_max = 2
[[record]]
kind = "order"
occurs = "many"
path = "o:Orders/o:Order"
amount = "yen"
fields = [
 { id = "no", name = "番号", path = "@no", type = "code", len = 8, must = true },
 { id = "seller", name = "売り手", path = "o:Party/v:Tax/v:Id", where = { path = "v:Scheme/v:Id", in = ["VAT"] }, type = "text", len = 20 },
 { id = "yen", name = "金額", path = "v:Amount", where = { path = "@cur", in = ["JPY"] }, type = "yen", len = 9 },
 { id = "rate", name = "率", path = "v:Rate", type = "int", len = 2 },
 { id = "state", name = "状態", type = "code", len = 1, const = "N" },
]
[[record]]
kind = "line"
occurs = "any"
parent = "order"
path = "o:Lines/o:Line"
fields = [
 { id = "text", name = "品名", path = ".", type = "text", len = 30, must = true },
]
[[record]]
kind = "paper"
occurs = "any"
parent = "order"
path = "o:Paper"
fields = [
 { id = "name", name = "名前", path = "v:Blob/@name", type = "text", len = 40 },
 { id = "media", name = "種類", path = "v:Blob/@media", type = "ascii", len = 40 },
 { id = "blob", name = "内容", path = "v:Blob", type = "attachment", file_name = "name", media_type = "media" },
]
"#;

const FILE: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<!-- other prefixes than the layout's, and a default namespace -->
<Orders xmlns="urn:orders" xmlns:w="urn:values" xmlns:else="urn:else">
  <Order no="A1">
    <else:Amount cur="JPY">9</else:Amount>
    <Lines><Line>筆 &amp; <![CDATA[<紙>]]></Line><Line>箱</Line></Lines>
    <Party><w:Tax><w:Id>他</w:Id><w:Scheme><w:Id>XX</w:Id></w:Scheme></w:Tax>
      <w:Tax><w:Id>T1</w:Id><w:Scheme><w:Id>VAT</w:Id></w:Scheme></w:Tax></Party>
    <w:Amount cur="EUR">5.00</w:Amount>
    <w:Amount cur="JPY">1200</w:Amount><w:Rate>10.00</w:Rate>
    <Paper><w:Blob name="a.pdf" media="application/pdf">aGVs
bG8=</w:Blob></Paper>
  </Order>
  <Order no="B2"><w:Rate>8</w:Rate></Order>
</Orders>
"#;

fn orders(file: &str) -> Reading {
    read(&parse(ORDERS), file.as_bytes())
}

/// An order with this inside.
fn within(inner: &str) -> String {
    format!("<Orders xmlns=\"urn:orders\" xmlns:v=\"urn:values\"><Order no=\"A1\">{inner}</Order></Orders>")
}

#[test]
fn values_are_found_by_namespace_and_path_wherever_they_lie() {
    let reading = orders(FILE).clean();
    let kinds: Vec<(&str, u64, u32)> = reading.rows.iter().map(|row| (row.kind.as_str(), row.line, row.sub)).collect();
    // Records inside a record come before it: it ends behind them.
    assert_eq!(kinds, [("line", 1, 1), ("line", 1, 2), ("paper", 1, 1), ("order", 1, 0), ("order", 2, 0)]);
    assert_eq!(reading.rows[0].values["text"], "筆 & <紙>");
    let order = &reading.rows[3];
    let found: Vec<&str> = ["no", "seller", "yen", "rate", "state"].iter().map(|id| order.values[*id].as_str()).collect();
    assert_eq!(found, ["A1", "T1", "1200", "10", "N"]);
    let range = order.offset as usize..order.offset as usize + order.length as usize;
    assert!(FILE[range.clone()].starts_with("<Order no") && FILE[range].ends_with("</Order>"));
    assert_eq!((reading.summary.yen, reading.summary.records), (1200, 5));
}

#[test]
fn an_attachment_is_its_digest_and_can_be_taken_out_of_the_file() {
    let reading = orders(FILE).clean();
    let attachment = &reading.summary.attachments[0];
    assert_eq!(attachment.sha256, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
    assert_eq!(reading.rows[2].values["blob"], attachment.sha256);
    assert_eq!((attachment.bytes, attachment.file_name.as_deref()), (5, Some("a.pdf")));
    assert_eq!(attachment.media_type.as_deref(), Some("application/pdf"));
    let part = &FILE.as_bytes()[attachment.offset as usize..(attachment.offset + attachment.length) as usize];
    let mut bytes = Vec::new();
    decode_attachment(part, |more| {
        bytes.extend_from_slice(more);
        Ok(())
    })
    .expect("base64");
    assert_eq!(bytes, b"hello");
}

#[test]
fn a_fault_has_the_bytes_of_its_value() {
    let file = FILE.replace(">1200<", ">12０0<");
    let reading = orders(&file);
    let fault = reading.only();
    assert_eq!((fault.code.as_str(), fault.line), ("FIELD_FULL_WIDTH_DIGITS", Some(1)));
    assert_eq!(fault.byte, file.find('０').map(|at| at as u64));
    assert_eq!(reading.rows.len(), 4, "the others are handed on");
}

#[test]
fn what_is_there_twice_or_empty_is_a_fault_and_reading_goes_on() {
    let cases = [
        ("<v:Rate>1</v:Rate><v:Rate>2</v:Rate>", "XML_ELEMENT_REPEATED"),
        ("<v:Amount cur=\"JPY\">1</v:Amount><v:Amount cur=\"JPY\">2</v:Amount>", "XML_ELEMENT_REPEATED"),
        ("<v:Rate></v:Rate>", "XML_ELEMENT_EMPTY"),
        ("<v:Rate/>", "XML_ELEMENT_EMPTY"),
        ("<v:Unknown> </v:Unknown>", "XML_ELEMENT_EMPTY"),
        ("<Lines><Line> </Line></Lines>", "XML_ELEMENT_EMPTY"),
    ];
    for (inner, code) in cases {
        let reading = orders(&within(&format!("{inner}<Lines><Line>x</Line></Lines>")));
        assert!(reading.errors().contains(&code), "{inner}: {:?}", reading.errors());
        assert!(reading.rows.iter().any(|row| row.kind == "line"), "{inner}");
    }
}

#[test]
fn hostile_and_broken_documents_are_refused() {
    let open = "<Orders xmlns=\"urn:orders\" xmlns:v=\"urn:values\">";
    let many: String = (0..10).map(|n| format!(" a{n}=\"1\"")).collect();
    let cases: Vec<(String, &str)> = vec![
        // Entities: a billion laughs, a file of ours, a name nobody declared.
        (format!("<!DOCTYPE o [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]>{}", within("&b;")), "XML_DOCTYPE"),
        (format!("<!DOCTYPE o SYSTEM \"file:///etc/passwd\">{}", within("")), "XML_DOCTYPE"),
        (format!("<?xml version=\"1.0\"?>\n<!doctype o>{}", within("")), "XML_DOCTYPE"),
        (within("<v:Rate>&ten;</v:Rate>"), "XML_ENTITY"),
        (within("<v:Other>&ten;</v:Other>"), "XML_ENTITY"),
        (within("<v:Rate>1 & 2</v:Rate>"), "XML_ENTITY"),
        (within("<v:Other a=\"&ten;\">1</v:Other>"), "XML_ENTITY"),
        // Size.
        (within(&"<v:D>".repeat(20)), "XML_DEPTH"),
        (within(&format!("<v:D{many}/>")), "XML_ATTRIBUTES"),
        (within(&format!("<v:D a=\"{}\"/>", "x".repeat(2_000))), "XML_TOO_LONG"),
        (within(&format!("<v:Rate>{}</v:Rate>", "1".repeat(2_000))), "XML_TOO_LONG"),
        // Form.
        (format!("{open}<Order no=\"1\">"), "XML_CUT"),
        (format!("{open}<Order no=\"1\"></Order"), "XML_CUT"),
        (format!("{open}<Order no=\"1\"><![CDATA[x"), "XML_CUT"),
        (format!("{open}<!-- x"), "XML_CUT"),
        (String::new(), "XML_CUT"),
        ("no document".to_owned(), "XML_SYNTAX"),
        (within("</v:Rate>"), "XML_TAG_MISMATCH"),
        (within("<v:Rate>1</v:Rat>"), "XML_TAG_MISMATCH"),
        (format!("{}<Order/>", within("")), "XML_AFTER_END"),
        (format!("{}x", within("")), "XML_AFTER_END"),
        (within("<x:Rate>1</x:Rate>"), "XML_PREFIX"),
        (within("<v:Rate x:a=\"1\">1</v:Rate>"), "XML_PREFIX"),
        (within("<v:Rate a=\"1\" a=\"2\">1</v:Rate>"), "XML_SYNTAX"),
        (within("<v:Rate a=1>1</v:Rate>"), "XML_SYNTAX"),
        (within("<v:Rate a=\"<\">1</v:Rate>"), "XML_SYNTAX"),
        (within("<1x>1</1x>"), "XML_SYNTAX"),
        (within("<v:Rate>1]]></v:Rate>"), "XML_SYNTAX"),
        (within("<!-- a -- b -->"), "XML_SYNTAX"),
        (within("<v:Rate>1<v:Sub>2</v:Sub></v:Rate>"), "XML_VALUE_HAS_ELEMENTS"),
        (within("<v:Other>\u{1}</v:Other>"), "XML_CHARACTER"),
        (within("<v:Other>\u{FFFF}</v:Other>"), "XML_CHARACTER"),
        ("<Orders xmlns=\"urn:other\"/>".to_owned(), "XML_ROOT"),
        ("<Invoices xmlns=\"urn:orders\"/>".to_owned(), "XML_ROOT"),
        (format!("<?xml version=\"1.0\" encoding=\"Shift_JIS\"?>{}", within("")), "XML_ENCODING"),
        (format!("\n<?xml version=\"1.0\"?>{}", within("")), "XML_SYNTAX"),
        // Attachments.
        (within("<Paper><v:Blob>aGV$bG8=</v:Blob></Paper>"), "ATTACHMENT_BASE64"),
        (within("<Paper><v:Blob>aGVsb</v:Blob></Paper>"), "ATTACHMENT_BASE64"),
        (within("<Paper><v:Blob>aGVs<!-- -->bG8=</v:Blob></Paper>"), "ATTACHMENT_BASE64"),
        (within("<Paper><v:Blob>aGVsbG8=aGVs</v:Blob></Paper>"), "ATTACHMENT_BASE64"),
        (within(&format!("<Paper><v:Blob>{}</v:Blob></Paper>", "AAAA".repeat(1_000_001))), "ATTACHMENT_TOO_LARGE"),
        (within(&"<Paper><v:Blob>aGVs</v:Blob></Paper>".repeat(3)), "ATTACHMENTS_TOO_MANY"),
    ];
    for (file, code) in cases {
        let reading = orders(&file);
        let shown: String = file.chars().take(200).collect();
        assert_eq!(reading.errors().last().copied(), Some(code), "{shown}");
        assert!(reading.faults.iter().all(|fault| fault.byte.is_some()), "{shown}");
    }
}

#[test]
fn bytes_of_another_encoding_are_named() {
    let file = within("<Lines><Line>?</Line></Lines>");
    let (begin, end) = file.split_once('?').expect("a line");
    let cp932 = [begin.as_bytes(), b"\x94\xA0", end.as_bytes()].concat();
    let reading = read(&parse(ORDERS), &cp932);
    assert_eq!(reading.errors(), ["ENCODING_MIXED"]);
    let utf16: Vec<u8> = [0xFF, 0xFE].into_iter().chain(FILE.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert_eq!(read(&parse(ORDERS), &utf16).errors(), ["ENCODING_UTF16"]);
}

/// Gives a repeated part some million bytes long, and the largest number of bytes asked for at once.
struct Endless<'a> {
    head: &'a [u8],
    part: &'a [u8],
    times: usize,
    at: usize,
    given: &'a Cell<usize>,
}

impl Read for Endless<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.given.set(self.given.get().max(buffer.len()));
        if !self.head.is_empty() {
            return self.head.read(buffer);
        }
        let mut count = 0;
        while count < buffer.len() && self.times > 0 {
            let rest = &self.part[self.at..];
            let take = rest.len().min(buffer.len() - count);
            buffer[count..count + take].copy_from_slice(&rest[..take]);
            (count, self.at) = (count + take, self.at + take);
            if self.at == self.part.len() {
                (self.at, self.times) = (0, self.times - 1);
            }
        }
        Ok(count)
    }
}

#[test]
fn nothing_makes_the_reader_hold_more_than_its_buffer() {
    let head = "<Orders xmlns=\"urn:orders\" xmlns:v=\"urn:values\"><Order no=\"A1\">";
    // What goes on without end: text, comments, instructions, CDATA, tags, references, names, records.
    let parts: [(&str, &str); 11] = [
        ("<v:Other>", "text "),
        ("<v:Other>", "&amp;"),
        ("<v:Other>", "&"),
        ("<v:Rate>", "11111"),
        ("<!--", "text "),
        ("<?x ", "text "),
        ("<![CDATA[", "]]text"),
        ("<v:Other a=\"", "text "),
        ("<", "texts"),
        ("", "<Lines><Line>x</Line></Lines>"),
        ("<Paper><v:Blob>", "QUJD"),
    ];
    for (begin, part) in parts {
        let given = Cell::new(0);
        let head = format!("{head}{begin}");
        let input = Endless { head: head.as_bytes(), part: part.as_bytes(), times: 2_000_000 / part.len(), at: 0, given: &given };
        let mut first = None;
        let summary = read_file(&parse(ORDERS), input, &ReadLimits::default(), |event| {
            if let (Event::Fault(fault), None) = (event, &first) {
                first = Some(fault.code);
            }
        })
        .expect("memory can be read");
        assert!(summary.faults > 0, "{begin}{part}: {first:?}");
        assert!(given.get() <= 512 * 1024, "{begin}{part}: a buffer of {} bytes", given.get());
    }
}

#[test]
fn writing_and_messages_are_refused() {
    let layout = parse(ORDERS);
    let error = Writer::new(&layout, WriteContext::default(), Vec::new()).err().expect("no writer");
    assert!(error.to_string().contains("for reading only"), "{error}");
    let mut codes = Vec::new();
    renkei_core::layout::read::read_messages(&layout, b"[{\"no\":\"A1\"}]", &ReadLimits::default(), |event| {
        if let Event::Fault(fault) = event {
            codes.push(fault.code);
        }
    });
    assert_eq!(codes, ["MESSAGE_NEEDS_FILE"]);
}
