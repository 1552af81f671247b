//! Where the font is.

use std::path::{Path, PathBuf};

use super::SlipError;
use super::font::Typeface;

/// Where fonts lie when nobody names one: Debian's packages `fonts-ipaexfont-gothic` and `fonts-noto-cjk`.
pub const FONTS: [&str; 3] = [
    "/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/fonts-japanese-gothic.ttf",
];

/// Reads the named font, or the first of [`FONTS`] that is there.
///
/// # Errors
/// None is there, or what is there is no font that can be embedded.
pub fn find_font(named: Option<&Path>) -> Result<Typeface, SlipError> {
    let candidates: Vec<PathBuf> = named.map_or_else(|| FONTS.map(PathBuf::from).to_vec(), |path| vec![path.to_owned()]);
    let Some(path) = candidates.iter().find(|path| path.is_file()) else {
        let tried: Vec<String> = candidates.iter().map(|path| path.display().to_string()).collect();
        return Err(SlipError::FontMissing { tried: tried.join(", ") });
    };
    let unusable = |why: String| SlipError::FontUnusable { path: path.display().to_string(), why };
    let data = std::fs::read(path).map_err(|error| unusable(error.to_string()))?;
    Typeface::new(data).map_err(unusable)
}
