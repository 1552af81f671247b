//! What a topic takes as a file: by the ending of its name and by its first bytes. What a file truly holds, its layout says; here is
//! refused what only pretends, before anything is stored.

use maud::{Markup, html};
use renkei_core::catalogue::Lang;
use renkei_core::layout::Format;
use renkei_core::registry::Topic;

use crate::refusal::{Answer, Refusal};

/// Bytes of the beginning that are looked at.
pub(crate) const HEAD_BYTES: u64 = 512;

/// Forms of files, with the endings they come with and what they are called.
const FORMS: [(Form, &[&str], &str, &str); 5] = [
    (Form::Csv, &["csv", "txt"], "CSV", "CSV"),
    (Form::Fixed, &["txt", "dat"], "固定長テキスト", "text of fixed length"),
    (Form::Json, &["json"], "JSON", "JSON"),
    (Form::Xml, &["xml"], "XML", "XML"),
    (Form::Zip, &["zip"], "ZIP", "ZIP"),
];

/// How files begin that are none of these, and what they are called. A workbook is a ZIP archive, too.
const OTHERS: [(&[u8], &str, &str); 9] = [
    (b"%PDF-", "PDF", "a PDF"),
    (b"\xd0\xcf\x11\xe0", "ExcelやWordの旧形式の文書", "an old Excel or Word document"),
    (b"\x89PNG", "画像（PNG）", "a picture (PNG)"),
    (b"\xff\xd8\xff", "画像（JPEG）", "a picture (JPEG)"),
    (b"GIF8", "画像（GIF）", "a picture (GIF)"),
    (b"\x1f\x8b", "圧縮ファイル（gzip）", "a gzip archive"),
    (b"7z\xbc\xaf", "圧縮ファイル（7-Zip）", "a 7-Zip archive"),
    (b"MZ", "プログラム", "a program"),
    (b"\x7fELF", "プログラム", "a program"),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Csv,
    Fixed,
    Json,
    Xml,
    Zip,
}

/// The forms a topic takes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Kinds {
    forms: Vec<Form>,
    endings: Vec<String>,
}

impl Kinds {
    /// Of the layouts by which files come in.
    pub(crate) fn of(incoming: &Topic) -> Kinds {
        let layouts = incoming.integration.iter().flat_map(|folder| &folder.layouts);
        let mut kinds = Kinds::default();
        for (_, layout) in layouts {
            let form = match layout.format {
                Format::Csv => Form::Csv,
                Format::Fixed => Form::Fixed,
                Format::Json => Form::Json,
                Format::Xml => Form::Xml,
            };
            let own = layout.file_name.as_deref().and_then(|name| name.rsplit_once('.')).map(|(_, ending)| ending.to_lowercase());
            kinds.add(form, own);
        }
        if incoming.unpack.is_some() {
            kinds.add(Form::Zip, None);
        }
        kinds
    }

    fn add(&mut self, form: Form, own: Option<String>) {
        let known = FORMS.iter().find(|(known, ..)| *known == form).map_or(&[][..], |(_, endings, ..)| endings);
        if !self.forms.contains(&form) {
            self.forms.push(form);
        }
        for ending in own.into_iter().chain(known.iter().map(|ending| (*ending).to_owned())) {
            if !self.endings.contains(&ending) {
                self.endings.push(ending);
            }
        }
    }

    /// For `accept` of a file field.
    pub(crate) fn accept(&self) -> String {
        self.endings.iter().map(|ending| format!(".{ending}")).collect::<Vec<_>>().join(",")
    }

    /// The same as shown on a page.
    pub(crate) fn shown(&self, lang: Lang) -> Markup {
        html! { (self.names(lang)) " " code { (self.accept().replace(',', " ")) } }
    }

    fn names(&self, lang: Lang) -> String {
        let named = FORMS.iter().filter(|(form, ..)| self.forms.contains(form));
        let names: Vec<&str> = named.map(|(_, _, ja, en)| if lang == Lang::Ja { *ja } else { *en }).collect();
        names.join(if lang == Lang::Ja { "・" } else { ", " })
    }

    /// What they are called, with their endings.
    fn told(&self, lang: Lang) -> String {
        let (names, endings) = (self.names(lang), self.accept().replace(',', " "));
        match lang {
            Lang::Ja => format!("{names}（{endings}）"),
            Lang::En => format!("{names} ({endings})"),
        }
    }

    /// Refuses a file by its name or by how it begins.
    pub(crate) fn admit(&self, name: &str, head: &[u8]) -> Answer<()> {
        let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase());
        // Files of banks often have no ending.
        let bare = ending.is_none() && self.forms.contains(&Form::Fixed);
        if !bare && !ending.is_some_and(|ending| self.endings.contains(&ending)) {
            return Err(Refusal::sentence(
                &format!(
                    "この連携では、「{name}」のような種類のファイルは受け付けません。受け付ける種類: {}",
                    self.told(Lang::Ja)
                ),
                &format!("This topic takes no file like {name:?}. It takes: {}", self.told(Lang::En)),
            ));
        }
        let Some((ja, en)) = self.pretends(head) else { return Ok(()) };
        Err(Refusal::sentence(
            &format!(
                "「{name}」の中身は{ja}のようです。この連携が受け付ける種類で出力し直してください。受け付ける種類: {}",
                self.told(Lang::Ja)
            ),
            &format!("Inside, {name:?} seems to be {en}. Write it anew in a form the topic takes: {}", self.told(Lang::En)),
        ))
    }

    /// What a file is that begins so, when it is none of the forms.
    fn pretends(&self, head: &[u8]) -> Option<(&'static str, &'static str)> {
        let only = |form| self.forms.iter().all(|known| *known == form);
        if head.starts_with(b"PK\x03\x04") && !self.forms.contains(&Form::Zip) {
            return Some(("ExcelブックかZIP", "an Excel workbook or a ZIP archive"));
        }
        if let Some((_, ja, en)) = OTHERS.iter().find(|(begin, ..)| head.starts_with(begin)) {
            return Some((ja, en));
        }
        let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
        let lower = text.get(..14).unwrap_or(text).to_ascii_lowercase();
        if lower.starts_with(b"<html") || lower.starts_with(b"<!doctype html") {
            return Some(("Webページ（HTML）", "a web page (HTML)"));
        }
        if text.starts_with(b"<?xml") && !self.forms.contains(&Form::Xml) {
            return Some(("XML", "XML"));
        }
        match text.first() {
            Some(b'<') if only(Form::Json) => Some(("XML", "XML")),
            Some(b'{' | b'[') if only(Form::Xml) => Some(("JSON", "JSON")),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use renkei_core::registry::{Registry, Sources};

    use super::*;

    fn kinds(slug: &str) -> Kinds {
        let registry = Registry::load_from(&Sources::default()).expect("sound");
        Kinds::of(registry.incoming(slug).expect("an inbound side"))
    }

    #[test]
    fn what_pretends_is_refused_by_name_or_by_its_first_bytes() {
        let civic = kinds("12_civic_assessments");
        assert_eq!(civic.accept(), ".csv,.txt");
        for (name, head) in
            [("調定.csv", "連携元,年度".as_bytes()), ("IF12.CSV", b"\xef\xbb\xbfa,b"), ("IF12.csv", b"a\0,b"), ("empty.csv", b"")]
        {
            assert!(civic.admit(name, head).is_ok(), "{name}");
        }
        for (name, head) in [
            ("調定.xlsx", b"PK\x03\x04".as_slice()),
            ("調定.csv", b"PK\x03\x04"),
            ("調定.csv", b"%PDF-1.7"),
            ("調定.csv", b"\xd0\xcf\x11\xe0\xa1"),
            ("調定.csv", b"<?xml version=\"1.0\"?>"),
            ("調定.csv", b"<!DOCTYPE html><html>"),
            ("調定.csv", b"MZ\x90"),
            ("調定.exe", b"a,b"),
            ("調定", b"a,b"),
        ] {
            assert!(civic.admit(name, head).is_err(), "{name} {head:?}");
        }
        let bank = kinds("09_bank_transfers");
        assert!(bank.admit("KEKKA", b"1210").is_ok() && bank.admit("KEKKA.txt", b"1210").is_ok());
        let invoices = kinds("16_invoices");
        for (name, head) in [("a.json", b"{".as_slice()), ("a.xml", b"<?xml"), ("a.csv", b"a,b")] {
            assert!(invoices.admit(name, head).is_ok(), "{name}");
        }
    }

    #[test]
    fn every_shipped_topic_takes_something() {
        let registry = Registry::load_from(&Sources::default()).expect("sound");
        let sides =
            registry.sides().filter(|side| side.integration.is_some() && side.direction == renkei_core::registry::Direction::In);
        for side in sides {
            assert!(!Kinds::of(side).accept().is_empty(), "{}", side.slug);
        }
    }
}
