//! TOML to checked types.

use super::{Layout, LayoutErrors};

impl Layout {
    /// Reads a layout file. `origin` is what error texts call it. Every fault of the file is reported at once.
    pub fn parse(toml: &str, origin: &str) -> Result<Layout, LayoutErrors> {
        let _ = (toml, origin);
        unimplemented!("lands next")
    }

    /// The same layout with a profile applied (`docs/LAYOUTS.md`, profiles).
    pub fn with_profile(&self, profile: &str) -> Result<Layout, LayoutErrors> {
        let _ = profile;
        unimplemented!("lands next")
    }
}
