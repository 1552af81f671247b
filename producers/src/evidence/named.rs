//! Which documents a file names: asked before the file is claimed, so that it waits for them.

use std::collections::BTreeSet;
use std::path::Path;

use renkei_core::evidence::{DOCUMENTS_MAX, EvidenceRule, is_plain_name};
use renkei_core::layout::read::{Event, ReadLimits, read_file};
use renkei_core::registry::Integration;

use crate::error::IntakeError;
use crate::intake::{choose_layout, open};

/// What a file says about documents.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Named {
    /// Names of documents. Those that are no plain names of a kind the topic takes are left out: they are looked for nowhere.
    pub names: BTreeSet<String>,
    /// The file has faults of its own: it is refused whether its documents come or not.
    pub faulty: bool,
}

/// Reads a file for the documents it names. `variant`: the layout asked for; `None`: the one that fits.
pub fn named(
    rule: &EvidenceRule,
    integration: &Integration,
    variant: Option<&str>,
    file: &Path,
    file_bytes_max: u64,
) -> Result<Named, IntakeError> {
    let mut found = Named::default();
    let asked = variant.and_then(|variant| integration.layout(variant)).cloned();
    let layout = match asked {
        Some(layout) => layout,
        None => choose_layout(&integration.layouts, file)?.1,
    };
    let fields: Vec<Option<usize>> = layout.kinds().iter().map(|kind| kind.field(&rule.field)).collect();
    // A short date read with another reference day is no other name.
    let limits = ReadLimits { faults_max: 1, file_bytes_max, reference: Some(renkei_core::calendar::clock::today()) };
    let summary = read_file(&layout, open(file)?, &limits, |event| {
        if let Event::Record(record) = event
            && let Some(name) = fields[record.kind_index].and_then(|at| record.text(at))
            && found.names.len() < DOCUMENTS_MAX
            && !found.names.contains(name.as_ref())
            && rule.is_document(&name)
            && is_plain_name(&name)
        {
            found.names.insert(name.into_owned());
        }
    });
    let summary = summary.map_err(|source| IntakeError::Read {
        delivery: uuid::Uuid::nil(),
        file: file.file_name().map(crate::names::shown_os).unwrap_or_default(),
        source,
    })?;
    found.faulty = summary.faults > 0;
    Ok(found)
}
