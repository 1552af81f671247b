//! Something to draw on: an A4 page measured in micrometres from its upper left corner.

use pdf_writer::{Content, Str};

use super::SlipError;
use super::document::FONT;
use super::font::{Cut, Glyph};

/// Micrometres.
pub(super) type Um = i64;

/// A4.
pub(super) const WIDTH: Um = 210_000;
/// A4.
pub(super) const HEIGHT: Um = 297_000;

/// Where a text stands between the sides of its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Center,
    Right,
}

/// Where lines stand in the height of their place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stand {
    Top,
    Middle,
}

/// Upper left corner, width, height.
#[derive(Debug, Clone, Copy)]
pub(super) struct Area {
    pub(super) x: Um,
    pub(super) y: Um,
    pub(super) w: Um,
    pub(super) h: Um,
}

impl Area {
    /// Lengths in tenths of a millimetre, in which the form is laid out.
    pub(super) const fn tenths(x: i64, y: i64, w: i64, h: i64) -> Area {
        Area { x: x * 100, y: y * 100, w: w * 100, h: h * 100 }
    }
}

/// A text in its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text<'t> {
    /// Name of the place, for whoever must hear that something does not fit.
    pub(super) field: &'t str,
    pub(super) text: &'t str,
    /// Height of the letters, in tenths of a point.
    pub(super) size: i64,
    pub(super) align: Align,
}

/// A page.
pub(super) struct Paper<'d, 'f> {
    cut: &'d mut Cut<'f>,
    slip: &'d str,
    content: Content,
}

/// Width and height of the page in points.
pub(super) fn size_points() -> (f32, f32) {
    (points(WIDTH), points(HEIGHT))
}

/// The one place where lengths become the decimals a PDF is written in.
#[expect(clippy::float_arithmetic, clippy::cast_precision_loss, reason = "a PDF measures in decimal points")]
fn points(um: Um) -> f32 {
    (um * 72) as f32 / 25_400.0
}

#[expect(clippy::float_arithmetic, clippy::cast_precision_loss, reason = "a PDF measures in decimal points")]
fn tenths(value: i64) -> f32 {
    value as f32 / 10.0
}

impl<'d, 'f> Paper<'d, 'f> {
    pub(super) fn new(cut: &'d mut Cut<'f>, slip: &'d str) -> Self {
        Paper { cut, slip, content: Content::new() }
    }

    /// The drawing.
    pub(super) fn finish(self) -> Vec<u8> {
        self.content.finish().to_vec()
    }

    /// A text on its base line, in the middle of the height of its place. It gets smaller, down to six tenths, until it fits.
    pub(super) fn text(&mut self, area: Area, text: Text<'_>) -> Result<(), SlipError> {
        let glyphs = self.glyphs(text)?;
        let units: i64 = glyphs.iter().map(|glyph| glyph.advance).sum();
        let per_em = self.cut.units();
        let width = |size: i64| units * size * 25_400 / (720 * per_em);
        let Some(size) = (text.size * 6 / 10..=text.size).rev().find(|size| width(*size) <= area.w) else {
            return Err(SlipError::TooLong {
                slip: self.slip.to_owned(),
                field: text.field.to_owned(),
                value: text.text.to_owned(),
            });
        };
        let x = match text.align {
            Align::Left => area.x,
            Align::Center => area.x + (area.w - width(size)) / 2,
            Align::Right => area.x + area.w - width(size),
        };
        // Letters stand 0.88 of their size above the base line's foot, 0.12 below: half of the difference is 0.38.
        let base = area.y + area.h / 2 + size * 25_400 * 38 / 72_000;
        let bytes: Vec<u8> = glyphs.iter().flat_map(|glyph| glyph.id.to_be_bytes()).collect();
        self.content
            .begin_text()
            .set_font(FONT, tenths(size))
            .next_line(points(x), points(HEIGHT - base))
            .show(Str(&bytes))
            .end_text();
        Ok(())
    }

    /// A text over as many lines as its place has room for; each breaks where the place ends. It gets smaller, down to a half, until
    /// it fits.
    pub(super) fn lines(&mut self, area: Area, stand: Stand, text: Text<'_>) -> Result<(), SlipError> {
        let advances: Vec<(char, i64)> =
            text.text.chars().zip(self.glyphs(text)?).map(|(character, glyph)| (character, glyph.advance)).collect();
        let per_em = self.cut.units();
        let height = |size: i64| size * 25_400 * 5 / (720 * 4);
        for size in (text.size / 2..=text.size).rev() {
            let parts = broken(&advances, area.w * 720 * per_em / (size * 25_400));
            let rows = Um::try_from(parts.len()).unwrap_or(Um::MAX);
            if rows > 1 && rows.saturating_mul(height(size)) > area.h {
                continue;
            }
            let above = if stand == Stand::Middle { (area.h - rows * height(size)) / 2 } else { 0 };
            for (row, part) in (0..).zip(&parts) {
                let place = Area { y: area.y + above + row * height(size), h: height(size), ..area };
                self.text(place, Text { text: part, size, ..text })?;
            }
            return Ok(());
        }
        Err(SlipError::TooLong { slip: self.slip.to_owned(), field: text.field.to_owned(), value: text.text.to_owned() })
    }

    fn glyphs(&mut self, text: Text<'_>) -> Result<Vec<Glyph>, SlipError> {
        let one = |character: char| {
            self.cut.glyph(character).ok_or_else(|| SlipError::CharacterMissing {
                slip: self.slip.to_owned(),
                field: text.field.to_owned(),
                character,
                code: format!("{:04X}", u32::from(character)),
            })
        };
        text.text.chars().map(one).collect()
    }

    /// A frame; `width` of its line in micrometres.
    pub(super) fn frame(&mut self, area: Area, width: Um) {
        self.content.set_line_width(points(width));
        self.rect(area);
        self.content.stroke();
    }

    /// An area in a shade: 0 black to 100 white.
    pub(super) fn fill(&mut self, area: Area, shade: u8) {
        self.content.save_state().set_fill_gray(percent(shade));
        self.rect(area);
        self.content.fill_nonzero().restore_state();
    }

    /// A straight line.
    pub(super) fn line(&mut self, from: (Um, Um), to: (Um, Um), width: Um) {
        self.content
            .set_line_width(points(width))
            .move_to(points(from.0), points(HEIGHT - from.1))
            .line_to(points(to.0), points(HEIGHT - to.1))
            .stroke();
    }

    /// A line to cut along.
    pub(super) fn perforation(&mut self, from: (Um, Um), to: (Um, Um)) {
        self.content.save_state().set_dash_pattern([points(1_200), points(1_000)], 0.0).set_stroke_gray(percent(45));
        self.line(from, to, 150);
        self.content.restore_state();
    }

    /// Dark modules as one shape, so that no seam shows between them.
    pub(super) fn modules(&mut self, corner: (Um, Um), module: Um, rows: &[Vec<bool>]) {
        for (y, row) in (0..).zip(rows) {
            let mut x: Um = 0;
            for run in row.chunk_by(|one, next| one == next) {
                let length = Um::try_from(run.len()).unwrap_or_default();
                if run.first() == Some(&true) {
                    self.rect(Area { x: corner.0 + x * module, y: corner.1 + y * module, w: length * module, h: module });
                }
                x += length;
            }
        }
        self.content.fill_nonzero();
    }

    fn rect(&mut self, area: Area) {
        self.content.rect(points(area.x), points(HEIGHT - area.y - area.h), points(area.w), points(area.h));
    }
}

/// Parts of at most so many units of the font.
fn broken(advances: &[(char, i64)], units_max: i64) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut units = 0;
    for (character, advance) in advances {
        units += advance;
        if units > units_max {
            parts.push(String::new());
            units = *advance;
        }
        if let Some(part) = parts.last_mut() {
            part.push(*character);
        }
    }
    parts
}

#[expect(clippy::float_arithmetic, reason = "a PDF measures shades between 0 and 1")]
fn percent(shade: u8) -> f32 {
    f32::from(shade) / 100.0
}
