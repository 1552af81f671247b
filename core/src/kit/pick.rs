//! Which file a sample is made from: the first of the shipped ones that is sound under the layout wanted, or under any.

use std::borrow::Cow;
use std::sync::Arc;

use crate::layout::Layout;

/// A sound file, and the layout it is sound under.
#[derive(Debug, Clone)]
pub struct Model<'f> {
    /// Name of the file.
    pub name: String,
    /// Layout variant.
    pub variant: String,
    /// The layout.
    pub layout: Arc<Layout>,
    /// The file.
    pub file: Cow<'f, [u8]>,
}

/// The first file that is sound under a layout, or under `wanted` alone.
pub fn pick<'f>(
    layouts: &[(String, Arc<Layout>)],
    wanted: Option<&str>,
    files: impl Iterator<Item = (String, Cow<'f, [u8]>)>,
) -> Option<Model<'f>> {
    for (name, file) in files {
        for (variant, layout) in layouts.iter().filter(|(variant, _)| wanted.is_none_or(|wanted| wanted == variant)) {
            if super::is_sound(layout, &file) {
                return Some(Model { name, variant: variant.clone(), layout: layout.clone(), file });
            }
        }
    }
    None
}

/// Whether a shipped file may be one of a topic, by its name: of the number of the topic, or named as a layout says.
pub fn is_named_for(number: u8, layouts: &[(String, Arc<Layout>)], name: &str) -> bool {
    let begins = |layout: &Arc<Layout>| {
        let fixed = layout.file_name.as_deref().and_then(|pattern| pattern.split('{').next()).unwrap_or_default();
        !fixed.is_empty() && name.starts_with(fixed)
    };
    let sound = !name.contains("faulty") && !name.contains(".records.") && !name.ends_with(".ctl");
    sound && (name.starts_with(&format!("IF{number:02}_")) || layouts.iter().any(|(_, layout)| begins(layout)))
}
