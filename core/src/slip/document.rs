//! A PDF of pages that share one font.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::{Filter, Finish, Name, Pdf, Rect, Ref, TextStr};

use super::SlipError;
use super::font::{Cut, FontRefs, Typeface};
use super::paper::{self, Paper};

/// Name of the font in the pages.
pub(super) const FONT: Name<'static> = Name(b"F1");

/// Pages, and what they use of the font.
pub(super) struct Document<'f> {
    cut: Cut<'f>,
    pages: Vec<Vec<u8>>,
}

impl<'f> Document<'f> {
    pub(super) fn new(typeface: &'f Typeface) -> Result<Document<'f>, SlipError> {
        Ok(Document { cut: Cut::new(typeface)?, pages: Vec::new() })
    }

    /// An empty page of a slip.
    pub(super) fn page<'d>(&'d mut self, slip: &'d str) -> Paper<'d, 'f> {
        Paper::new(&mut self.cut, slip)
    }

    /// Adds a page that was drawn.
    pub(super) fn add(&mut self, content: Vec<u8>) {
        self.pages.push(deflate(&content));
    }

    /// The bytes.
    pub(super) fn finish(self) -> Result<Vec<u8>, SlipError> {
        let mut pdf = Pdf::new();
        let mut last = 0;
        let mut next = || {
            last += 1;
            Ref::new(last)
        };
        let (catalog, tree, info) = (next(), next(), next());
        let refs = FontRefs { font: next(), cid: next(), descriptor: next(), cmap: next(), file: next() };
        let kids: Vec<(Ref, Ref)> = self.pages.iter().map(|_| (next(), next())).collect();

        pdf.catalog(catalog).pages(tree).lang(TextStr("ja"));
        // No date: the same slips are the same bytes.
        pdf.document_info(info).title(TextStr("納付書")).producer(TextStr("renkei"));
        let count = i32::try_from(kids.len()).unwrap_or(i32::MAX);
        pdf.pages(tree).kids(kids.iter().map(|(page, _)| *page)).count(count);
        let (width, height) = paper::size_points();
        for ((page, content), bytes) in kids.iter().zip(&self.pages) {
            let mut entry = pdf.page(*page);
            entry.parent(tree).media_box(Rect::new(0.0, 0.0, width, height)).contents(*content);
            entry.resources().fonts().pair(FONT, refs.font);
            entry.finish();
            pdf.stream(*content, bytes).filter(Filter::FlateDecode);
        }
        self.cut.write(&mut pdf, &refs)?;
        Ok(pdf.finish())
    }
}

/// Compressed as PDF streams are.
pub(super) fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    // A vector takes whatever is written to it.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}
