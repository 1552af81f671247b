//! A table whose columns are data: one field of the layout stands for a run of columns, and their captions are told when the
//! file is made. Once they are, the layout is an ordinary one, which reads and writes.

use std::sync::Arc;

use super::model::{Field, Layout};
use super::names::Quote;
use crate::charset;

/// Captions over which a layout cannot be spread.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpreadError {
    /// No field stands for a run of columns.
    #[error("no field of the layout has `spread`")]
    NoField,
    /// A caption names two columns.
    #[error("the caption \"{0}\" stands twice")]
    Twice(String),
    /// A caption has no letters.
    #[error("caption {0} is empty")]
    Empty(usize),
    /// A caption cannot be written as it is.
    #[error("the caption \"{caption}\" cannot be written: {why}")]
    Unwritable {
        /// The caption.
        caption: String,
        /// The character or quoting that stands in the way.
        why: String,
    },
}

impl Layout {
    /// The field that stands for a run of columns, if the layout has one.
    pub fn spread(&self) -> Option<&Field> {
        self.kinds().iter().find_map(|kind| kind.fields.iter().find(|field| field.spread))
    }

    /// The layout with a column for each caption in place of that field: `<id>_1`, `<id>_2` … in their order.
    ///
    /// # Errors
    /// The layout has no such field, or a caption cannot stand in its header line.
    pub fn spread_over(&self, captions: &[String]) -> Result<Layout, SpreadError> {
        let mut layout = self.clone();
        let kind =
            layout.kinds.iter_mut().find(|kind| kind.fields.iter().any(|field| field.spread)).ok_or(SpreadError::NoField)?;
        let kind = Arc::make_mut(kind);
        // `parse` has made sure that it is the last field.
        let Some(run) = kind.fields.pop() else { return Err(SpreadError::NoField) };
        for (index, caption) in captions.iter().enumerate() {
            if caption.trim().is_empty() {
                return Err(SpreadError::Empty(index + 1));
            }
            if kind.fields.iter().any(|field| field.name == *caption) {
                return Err(SpreadError::Twice(caption.clone()));
            }
            writable(self, caption)?;
            let id = format!("{}_{}", run.id, index + 1);
            let json_key = format!(",\"{id}\":").into_bytes().into_boxed_slice();
            kind.fields.push(Field { id, json_key, name: caption.clone(), spread: false, ..run.clone() });
        }
        Ok(layout)
    }
}

fn writable(layout: &Layout, caption: &str) -> Result<(), SpreadError> {
    let unwritable = |why: String| SpreadError::Unwritable { caption: caption.to_owned(), why };
    if layout.csv.quote == Quote::None && caption.contains([',', '"', '\r', '\n']) {
        return Err(unwritable("it needs quotes, and quote = \"none\"".to_owned()));
    }
    let Some(&encoding) = layout.encodings.first() else { return Ok(()) };
    charset::encode(encoding, caption, &mut Vec::new())
        .map_err(|unmappable| unwritable(format!("{encoding} lacks {} ({})", unmappable.ch, unmappable.code_point())))
}
