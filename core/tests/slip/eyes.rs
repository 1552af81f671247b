//! Eyes for a PDF: pixels, symbols, text.

use hayro::hayro_interpret::font::GlyphRun;
use hayro::hayro_interpret::hayro_cmap::BfString;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache, InterpreterSettings,
    SoftMask, interpret_page,
};
use hayro::hayro_syntax::Pdf;
use hayro::kurbo::{Affine, BezPath, Rect};
use hayro::vello_cpu::Pixmap;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};
use rqrr::{MetaData, Point, PreparedImage};

/// Pixels of a printer of 300 dpi in a point.
const SCALE: f32 = 300.0 / 72.0;

/// A page as pixels.
pub(crate) struct Page {
    pixels: Pixmap,
}

impl Page {
    /// How many pages there are.
    pub(crate) fn count(pdf: &[u8]) -> usize {
        Pdf::new(pdf.to_vec()).expect("a PDF").pages().len()
    }

    /// Renders one, counted from 0.
    pub(crate) fn render(pdf: &[u8], index: usize) -> Page {
        let pdf = Pdf::new(pdf.to_vec()).expect("a PDF");
        let page = &pdf.pages()[index];
        let size = PixmapSettings { x_scale: SCALE, y_scale: SCALE, bg_color: WHITE };
        let settings = (InterpreterSettings::default(), RenderSettings::default());
        Page { pixels: render(page, &RenderCache::new(), &settings.0, &settings.1, &size) }
    }

    /// Whether a pixel is dark.
    pub(crate) fn dark(&self, x: usize, y: usize) -> bool {
        self.pixels.data()[y * usize::from(self.pixels.width()) + x].r < 128
    }

    /// The symbols on it: modules along a side, the bits of the correction level, text.
    pub(crate) fn codes(&self) -> Vec<(usize, u16, String)> {
        self.symbols().into_iter().map(|(_, meta, text)| (meta.version.to_size(), meta.ecc_level, text)).collect()
    }

    /// The upper left pixel of the symbol: walked to from inside its finder pattern.
    pub(crate) fn corner_of_the_symbol(&self) -> (usize, usize) {
        let corner = self.symbols()[0].0;
        let inside = |place: i32| usize::try_from(place).expect("on the page") + 3;
        let (mut x, mut y) = (inside(corner.x), inside(corner.y));
        while self.dark(x - 1, y) {
            x -= 1;
        }
        while self.dark(x, y - 1) {
            y -= 1;
        }
        (x, y)
    }

    fn symbols(&self) -> Vec<(Point, MetaData, String)> {
        let (width, height) = (usize::from(self.pixels.width()), usize::from(self.pixels.height()));
        let mut image = PreparedImage::prepare_from_greyscale(width, height, |x, y| self.pixels.data()[y * width + x].r);
        let read = |grid: rqrr::Grid<_>| {
            let (meta, text) = grid.decode().expect("the symbol can be read");
            (grid.bounds[0], meta, text)
        };
        image.detect_grids().into_iter().map(read).collect()
    }

    /// Keeps the picture where `RENKEI_SLIP_PNG` says.
    pub(crate) fn keep(&self, name: &str) {
        if let Some(folder) = std::env::var_os("RENKEI_SLIP_PNG") {
            let bytes = self.pixels.clone().into_png().expect("a picture");
            std::fs::write(std::path::Path::new(&folder).join(format!("{name}.png")), bytes).expect("the folder is there");
        }
    }
}

/// The text of a page, a line for each run of glyphs.
pub(crate) fn text_of(pdf: &[u8], index: usize) -> String {
    let pdf = Pdf::new(pdf.to_vec()).expect("a PDF");
    let page = &pdf.pages()[index];
    let cache = InterpreterCache::new();
    let area = Rect::new(0.0, 0.0, 1_000.0, 1_000.0);
    let mut context = Context::new(Affine::IDENTITY, area, &cache, page.xref(), InterpreterSettings::default());
    let mut reader = Reader(String::new());
    interpret_page(page, &mut context, &mut reader);
    reader.0
}

struct Reader(String);

impl<'a> Device<'a> for Reader {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, _: DrawProps<'a>, _: &DrawMode) {
        for glyph in run.glyphs() {
            match glyph.as_unicode() {
                Some(BfString::Char(character)) => self.0.push(character),
                Some(BfString::String(text)) => self.0.push_str(&text),
                None => self.0.push('\u{fffd}'),
            }
        }
        self.0.push('\n');
    }
    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn draw_image(&mut self, _: Image<'a, '_>, _: ImageDrawProps<'a>) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}
