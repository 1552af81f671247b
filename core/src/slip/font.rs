//! A font file: glyphs, widths, and the part of it that goes into the PDF.

use std::collections::BTreeMap;

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Finish, Name, Pdf, Rect, Ref, Str};
use subsetter::GlyphRemapper;
use ttf_parser::{Face, RawFace, Tag};

use super::SlipError;
use super::document::deflate;

/// A font that was read.
#[derive(Debug, Clone)]
pub struct Typeface {
    data: Vec<u8>,
}

impl Typeface {
    /// Takes the bytes of a TrueType or OpenType font, or of a collection, whose first font is used.
    ///
    /// # Errors
    /// It is none, or it has no Japanese characters; in words.
    pub fn new(data: Vec<u8>) -> Result<Typeface, String> {
        let face = Face::parse(&data, 0).map_err(|error| error.to_string())?;
        if face.glyph_index('納').is_none() {
            return Err("it has no Japanese characters".to_owned());
        }
        Ok(Typeface { data })
    }
}

/// A glyph of the part that is embedded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Glyph {
    /// Its number in the PDF.
    pub(super) id: u16,
    /// Width in units of the font.
    pub(super) advance: i64,
}

/// The glyphs of a document, in the order of their first use.
pub(super) struct Cut<'f> {
    data: &'f [u8],
    face: Face<'f>,
    remapper: GlyphRemapper,
    known: BTreeMap<char, Glyph>,
    /// By number in the PDF: the character it stands for, and its width.
    used: BTreeMap<u16, (char, i64)>,
}

/// Numbers of the objects a font consists of.
pub(super) struct FontRefs {
    pub(super) font: Ref,
    pub(super) cid: Ref,
    pub(super) descriptor: Ref,
    pub(super) cmap: Ref,
    pub(super) file: Ref,
}

const SYSTEM: SystemInfo<'static> = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

impl<'f> Cut<'f> {
    pub(super) fn new(typeface: &'f Typeface) -> Result<Cut<'f>, SlipError> {
        let face = Face::parse(&typeface.data, 0).map_err(|error| unusable(&error.to_string()))?;
        Ok(Cut { data: &typeface.data, face, remapper: GlyphRemapper::new(), known: BTreeMap::new(), used: BTreeMap::new() })
    }

    /// Units of the font in an em.
    pub(super) fn units(&self) -> i64 {
        i64::from(self.face.units_per_em())
    }

    /// The glyph of a character; `None` when the font has none.
    pub(super) fn glyph(&mut self, character: char) -> Option<Glyph> {
        if let Some(glyph) = self.known.get(&character) {
            return Some(*glyph);
        }
        let original = self.face.glyph_index(character).filter(|id| id.0 != 0)?;
        let advance = i64::from(self.face.glyph_hor_advance(original)?);
        let glyph = Glyph { id: self.remapper.remap(original.0), advance };
        self.known.insert(character, glyph);
        // Two characters may share a glyph; the first names it.
        self.used.entry(glyph.id).or_insert((character, advance));
        Some(glyph)
    }

    /// Writes the font: what was used of it, its widths, and what each glyph reads as.
    pub(super) fn write(&self, pdf: &mut Pdf, refs: &FontRefs) -> Result<(), SlipError> {
        let part = subsetter::subset(self.data, 0, &self.remapper).map_err(|error| unusable(&error.to_string()))?;
        // Outlines of the PostScript kind go in as the bare table.
        let outlines = RawFace::parse(&part, 0).ok().and_then(|face| face.table(Tag::from_bytes(b"CFF ")));
        let name = Name(b"RENKEI+SlipGothic");

        pdf.type0_font(refs.font)
            .base_font(name)
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(refs.cid)
            .to_unicode(refs.cmap);

        let mut cid = pdf.cid_font(refs.cid);
        cid.subtype(if outlines.is_some() { CidFontType::Type0 } else { CidFontType::Type2 });
        cid.base_font(name).system_info(SYSTEM).font_descriptor(refs.descriptor).default_width(thousandths(1, 1));
        if outlines.is_none() {
            cid.cid_to_gid_map_predefined(Name(b"Identity"));
        }
        let mut widths = cid.widths();
        for (id, (_, advance)) in &self.used {
            widths.consecutive(*id, [thousandths(*advance, self.units())]);
        }
        widths.finish();
        cid.finish();

        let scale = |units: i16| thousandths(i64::from(units), self.units());
        let extent = self.face.global_bounding_box();
        let mut descriptor = pdf.font_descriptor(refs.descriptor);
        descriptor
            .name(name)
            .flags(FontFlags::SYMBOLIC)
            .bbox(Rect::new(scale(extent.x_min), scale(extent.y_min), scale(extent.x_max), scale(extent.y_max)))
            .italic_angle(0.0)
            .ascent(scale(self.face.ascender()))
            .descent(scale(self.face.descender()))
            .cap_height(scale(self.face.capital_height().unwrap_or(self.face.ascender())))
            .stem_v(80.0);
        if outlines.is_some() {
            descriptor.font_file3(refs.file)
        } else {
            descriptor.font_file2(refs.file)
        };
        descriptor.finish();

        let mut cmap = UnicodeCmap::<u16>::new(Name(b"Custom"), SYSTEM);
        for (id, (character, _)) in &self.used {
            cmap.pair(*id, *character);
        }
        pdf.cmap(refs.cmap, &cmap.finish());

        let bytes = deflate(outlines.unwrap_or(&part));
        let mut file = pdf.stream(refs.file, &bytes);
        file.filter(pdf_writer::Filter::FlateDecode);
        if outlines.is_some() {
            file.pair(Name(b"Subtype"), Name(b"CIDFontType0C"));
        }
        Ok(())
    }
}

fn unusable(why: &str) -> SlipError {
    SlipError::FontUnusable { path: "-".to_owned(), why: why.to_owned() }
}

/// Units of the font as thousandths of an em.
#[expect(clippy::cast_precision_loss, reason = "widths are a few thousand")]
fn thousandths(units: i64, per_em: i64) -> f32 {
    (units * 1_000 / per_em) as f32
}
