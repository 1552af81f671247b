//! Record by record: is the document it names there, and is it the one it means?

use std::collections::BTreeMap;

use renkei_core::evidence::{Document, EvidenceRule, is_plain_name};
use renkei_core::fault::{Fault, Severity};
use renkei_core::layout::Layout;
use renkei_core::layout::read::Record;

use crate::names::composed;

/// Where the fields of a rule stand in one kind of record.
#[derive(Debug, Clone, Copy)]
struct Places {
    name: usize,
    sha256: Option<usize>,
}

/// Compares records with the documents that came.
#[derive(Debug)]
pub struct Judge {
    rule: EvidenceRule,
    /// By kind of record.
    places: Vec<Option<Places>>,
    /// SHA-256 by composed name.
    delivered: BTreeMap<String, String>,
    /// Where documents were looked for, for people.
    place: String,
    /// How the records spell a document, by composed name.
    named: BTreeMap<String, String>,
}

impl Judge {
    /// A judge of the records of a layout. `place` says where the documents were looked for.
    pub fn new(rule: &EvidenceRule, layout: &Layout, documents: &[Document], place: &str) -> Judge {
        let places = layout.kinds().iter().map(|kind| {
            let name = kind.field(&rule.field)?;
            Some(Places { name, sha256: rule.sha256.as_deref().and_then(|id| kind.field(id)) })
        });
        Judge {
            rule: rule.clone(),
            places: places.collect(),
            delivered: documents.iter().map(|document| (composed(&document.name), document.sha256.clone())).collect(),
            place: place.to_owned(),
            named: BTreeMap::new(),
        }
    }

    /// What is wrong between a record and the document it names.
    pub fn look(&mut self, record: &Record<'_>) -> Option<Fault> {
        let places = self.places.get(record.kind_index).copied().flatten()?;
        let name = record.text(places.name)?;
        let fault = |code: &str, at: usize, value: &str| {
            let field = &record.kind.fields[at];
            let column = u32::try_from(at + 1).unwrap_or(u32::MAX);
            let fault = Fault::new(code).on_line(record.line);
            fault.in_field(column, &field.id, &field.name).value(value)
        };
        if !is_plain_name(&name) {
            return Some(fault("EVIDENCE_NAME_UNSAFE", places.name, &crate::names::shown_whole(&name)));
        }
        if !self.rule.is_document(&name) {
            return Some(fault("EVIDENCE_KIND_UNKNOWN", places.name, &name).arg("kinds", self.rule.kinds_text()));
        }
        let wanted = composed(&name);
        let Some(found) = self.delivered.get(&wanted) else {
            let severity = if self.rule.required { Severity::Error } else { Severity::Warning };
            return Some(Fault { severity, ..fault("EVIDENCE_MISSING", places.name, &name).arg("place", &self.place) });
        };
        self.named.entry(wanted).or_insert_with(|| name.clone().into_owned());
        let at = places.sha256?;
        match record.text(at) {
            None => Some(fault("EVIDENCE_HASH_MISSING", at, "").arg("name", name)),
            Some(stated) if stated.eq_ignore_ascii_case(found) => None,
            Some(stated) => Some(fault("EVIDENCE_HASH_DIFFERS", at, &stated).arg("name", &name).arg("found", found)),
        }
    }

    /// Marks the documents that were named, which are called as the records call them from now on; gives a warning for each of
    /// the others.
    pub fn mark(&self, documents: &mut [Document]) -> Vec<Fault> {
        let mut unnamed = Vec::new();
        for document in documents {
            let spelled = self.named.get(&composed(&document.name));
            document.named = spelled.is_some();
            match spelled {
                Some(name) => document.name.clone_from(name),
                None => unnamed.push(Fault::new("EVIDENCE_UNNAMED").arg("name", &document.name).warning()),
            }
        }
        unnamed
    }
}
