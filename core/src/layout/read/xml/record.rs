//! Elements to records. The values of a record lie anywhere inside its element, before and behind the records inside it, so each
//! open record collects its own; it is handed on when its element ends, after the records inside it.

use super::super::Event;
use super::super::core::Core;
use super::super::fields::{Cell, Place, RecordCells, field_fault};
use super::Trouble;
use super::attachment::{Attachment, Decoder};
use super::tags::{self, Attr};
use super::token::Cut;
use crate::charset::Encoding;
use crate::fault::Fault;
use crate::layout::model::{Field, Kind, Layout};
use crate::layout::names::FieldType;
use crate::layout::paths::Use;
use crate::layout::rules;
use crate::layout::totals::Cells;

/// Where a value lies: in the collected text of its record, and in the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    start: usize,
    end: usize,
    pub(super) offset: u64,
    pub(super) length: u32,
}

/// What was found for a field.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Slot {
    pub(super) value: Option<Span>,
    /// It counts if what stands beside it says so.
    candidate: Option<Span>,
    chosen: bool,
    /// An element that did not count.
    pub(super) passed_over: Option<Span>,
}

/// The record of one kind that is open, or was last.
struct Open {
    place: Place,
    slots: Vec<Slot>,
    held: String,
    clean: bool,
}

/// The text of a value.
struct Capture {
    text: String,
    offset: Option<u64>,
    end: u64,
}

/// The open records of a document.
pub(super) struct Records<'l> {
    layout: &'l Layout,
    open: Vec<Open>,
    /// Records of each kind in the root record, and in the parent record.
    counts: Vec<(u32, u32)>,
    number: u64,
    /// A leaf is open whose text is wanted.
    capture: Option<Capture>,
    decoder: Option<Decoder>,
    pub(super) attachments: Vec<Attachment>,
    rules: Option<rules::State>,
}

impl<'l> Records<'l> {
    pub(super) fn new(layout: &'l Layout) -> Self {
        let open = |kind: &Kind| Open {
            place: Place { line: 0, sub: 0, offset: 0 },
            slots: vec![Slot::default(); kind.fields.len()],
            held: String::new(),
            clean: true,
        };
        Records {
            layout,
            open: layout.kinds().iter().map(|kind| open(kind)).collect(),
            counts: vec![(0, 0); layout.kinds().len()],
            number: 0,
            capture: None,
            decoder: None,
            attachments: Vec::new(),
            rules: layout.xml.rules.map(|name| rules::State::new(name, layout)),
        }
    }

    /// The number of the record at hand, from 1.
    pub(super) fn number(&self) -> u64 {
        self.number.max(1)
    }

    /// An element begins inside one that the layout names: a value holds text only.
    pub(super) fn child_of(&self, parent: usize, name: &str) -> Result<(), Trouble> {
        let node = self.layout.xml.paths.node(parent);
        if node.text.is_empty() && node.attachment.is_none() {
            return Ok(());
        }
        Err(Trouble::new("XML_VALUE_HAS_ELEMENTS", 1, name.len()).value(name).arg("parent", &node.local))
    }

    /// An element begins: a record, a value, or just a step on the way.
    pub(super) fn begin<F: FnMut(Event<'_>)>(
        &mut self,
        node: usize,
        at: u64,
        attributes: &[Attr<'_>],
        core: &mut Core<'_, F>,
    ) -> Result<(), Cut> {
        let layout = self.layout;
        let node = layout.xml.paths.node(node);
        if let Some(kind) = node.begins {
            self.open(kind, at);
        }
        if !node.text.is_empty() || node.attachment.is_some() {
            let text = self.capture.take().map(|old| old.text).unwrap_or_default();
            self.capture = Some(Capture { text, offset: None, end: 0 });
            self.capture.iter_mut().for_each(|capture| capture.text.clear());
        }
        if node.attachment.is_some() {
            if self.attachments.len() == layout.limits.attachments_max {
                return Err(Trouble::new("ATTACHMENTS_TOO_MANY", 0, 1).arg("limit", layout.limits.attachments_max).into());
            }
            self.decoder = Some(Decoder::new(layout.limits.attachment_bytes_max));
        }
        for (name, role) in &node.attributes {
            if let Some(found) = attributes.iter().find(|attribute| *attribute.name == **name) {
                self.put(*role, &found.text, at + found.at as u64, found.length as u32, core)?;
            }
        }
        Ok(())
    }

    fn open(&mut self, kind: usize, at: u64) {
        let kinds = self.layout.kinds();
        let root = kinds[kind].parent.is_none();
        if root {
            self.number += 1;
            self.counts.fill((0, 0));
        }
        for (child, other) in kinds.iter().enumerate().filter(|(_, other)| other.parent == Some(kind)) {
            debug_assert!(other.parent.is_some());
            self.counts[child].1 = 0;
        }
        let (in_root, in_parent) = &mut self.counts[kind];
        (*in_root, *in_parent) = (*in_root + 1, *in_parent + 1);
        let place = Place { line: self.number, sub: if root { 0 } else { *in_root }, offset: at };
        let open = &mut self.open[kind];
        (open.place, open.clean) = (place, true);
        open.held.clear();
        open.slots.fill(Slot::default());
    }

    /// A piece of the text of an element.
    pub(super) fn text<F: FnMut(Event<'_>)>(
        &mut self,
        node: usize,
        piece: &str,
        literal: bool,
        at: u64,
        core: &mut Core<'_, F>,
    ) -> Result<(), Trouble> {
        debug_assert!(!core.stopped);
        let node = self.layout.xml.paths.node(node);
        let wanted = !node.text.is_empty() || node.attachment.is_some();
        let Some(capture) = self.capture.as_mut().filter(|_| wanted) else {
            return if literal { Ok(()) } else { tags::unescape(piece, 0).map(drop) };
        };
        let again = capture.offset.is_some_and(|_| capture.end != at);
        capture.offset = capture.offset.or(Some(at));
        capture.end = at + piece.len() as u64;
        if let Some(decoder) = &mut self.decoder {
            // The text must lie in one piece, so that it can be taken out of the file again.
            if literal || again {
                return Err(Trouble::new("ATTACHMENT_BASE64", 0, 1).value("<"));
            }
            return decoder.feed(piece.as_bytes(), &mut |_| {});
        }
        if literal {
            capture.text.push_str(piece);
        } else {
            capture.text.push_str(&tags::unescape(piece, 0)?);
        }
        let max = self.layout.limits.value_bytes_max;
        if capture.text.len() > max {
            return Err(Trouble::new("XML_TOO_LONG", 0, 1).arg("limit", max).arg("what", "text"));
        }
        Ok(())
    }

    /// An element ends.
    pub(super) fn end<F: FnMut(Event<'_>)>(&mut self, node: usize, end: u64, core: &mut Core<'_, F>) -> Result<(), Cut> {
        let layout = self.layout;
        let node = layout.xml.paths.node(node);
        if (!node.text.is_empty() || node.attachment.is_some())
            && let Some(mut capture) = self.capture.take()
        {
            let offset = capture.offset.unwrap_or(end);
            let length = capture.end.saturating_sub(offset);
            if let Some(decoder) = self.decoder.take() {
                let (sha256, bytes, head) = decoder.finish(&mut |_| {})?;
                if length > 0 {
                    capture.text.push_str(&sha256);
                    let (file_name, media_type) = (None, None);
                    self.attachments.push(Attachment { file_name, media_type, sha256, head, bytes, offset, length });
                }
            }
            let uses = node.text.iter().copied().chain(node.attachment.map(|(kind, field)| Use::Value(kind, field)));
            for role in uses {
                self.put(role, &capture.text, offset, length as u32, core)?;
            }
            // The buffer is used again.
            self.capture = Some(capture);
        }
        for &(kind, field) in &node.settles {
            self.settle(kind, field, core);
        }
        if let Some(kind) = node.begins {
            self.finish(kind, end, core);
        }
        Ok(())
    }

    /// A value, or what tells whether one counts.
    fn put<F: FnMut(Event<'_>)>(
        &mut self,
        role: Use,
        text: &str,
        offset: u64,
        length: u32,
        core: &mut Core<'_, F>,
    ) -> Result<(), Trouble> {
        let (kind, index) = match role {
            Use::Choice(kind, index) => {
                let choice = self.layout.kinds()[kind].fields[index].choice.as_ref();
                self.open[kind].slots[index].chosen = choice.is_some_and(|choice| choice.takes(text));
                return Ok(());
            }
            Use::Value(kind, index) => (kind, index),
        };
        let field = &self.layout.kinds()[kind].fields[index];
        let open = &mut self.open[kind];
        let start = open.held.len();
        open.held.push_str(text);
        let max = self.layout.limits.record_bytes_max;
        if open.held.len() > max {
            return Err(Trouble::new("LIMIT_RECORD_BYTES", 0, 1).arg("limit", max));
        }
        let span = Span { start, end: open.held.len(), offset, length };
        let slot = &mut open.slots[index];
        let place = if field.choice.is_some() { &mut slot.candidate } else { &mut slot.value };
        if place.is_some() {
            self.repeated(kind, index, span, core);
            return Ok(());
        }
        *place = Some(span);
        Ok(())
    }

    /// What stands beside a value is known.
    fn settle<F: FnMut(Event<'_>)>(&mut self, kind: usize, index: usize, core: &mut Core<'_, F>) {
        let slot = &mut self.open[kind].slots[index];
        let (Some(candidate), chosen) = (slot.candidate.take(), std::mem::take(&mut slot.chosen)) else { return };
        match (chosen, slot.value) {
            (false, _) => slot.passed_over = Some(candidate),
            (true, None) => slot.value = Some(candidate),
            (true, Some(_)) => self.repeated(kind, index, candidate, core),
        }
    }

    /// A second element where one is meant: which counts cannot be known.
    #[cold]
    fn repeated<F: FnMut(Event<'_>)>(&mut self, kind: usize, index: usize, span: Span, core: &mut Core<'_, F>) {
        let open = &mut self.open[kind];
        open.clean = false;
        let field = &self.layout.kinds()[kind].fields[index];
        let mut fault = field_fault("XML_ELEMENT_REPEATED", index, field, open.place).at_bytes(span.offset, span.length);
        fault.code = "XML_ELEMENT_REPEATED".to_owned();
        let path = field.path.as_deref().unwrap_or_default();
        core.fault(fault.value(&open.held[span.start..span.end]).arg("path", path));
    }

    /// The element of a record ends: its fields are typed and the record is judged.
    fn finish<F: FnMut(Event<'_>)>(&mut self, kind_index: usize, end: u64, core: &mut Core<'_, F>) {
        let kind = &self.layout.kinds()[kind_index];
        let open = &self.open[kind_index];
        let place = open.place;
        if !core.count(place) {
            return;
        }
        core.fields.begin(place, Encoding::Utf8);
        for (index, field) in kind.fields.iter().enumerate() {
            match open.slots[index].value {
                Some(span) => {
                    let bytes = &open.held.as_bytes()[span.start..span.end];
                    let start = span.offset.saturating_sub(place.offset) as usize;
                    core.cell(kind, index, Cell { bytes, start, in_place: false });
                }
                None => absent(field, core),
            }
        }
        core.fields.clean &= open.clean;
        self.label(kind_index, core);
        self.nested(kind_index, core);
        self.judge(kind_index, core);
        let length = u32::try_from(end.saturating_sub(place.offset)).unwrap_or(u32::MAX);
        core.accept_of(kind_index, &[], place, length);
    }

    /// The attachment of the record, if there is one, by the names the record gives it.
    fn label<F: FnMut(Event<'_>)>(&mut self, kind_index: usize, core: &Core<'_, F>) {
        let kind = &self.layout.kinds()[kind_index];
        let cells = RecordCells { fields: &core.fields, raw: &[] };
        for (index, labels) in kind.fields.iter().enumerate().filter_map(|(index, field)| Some((index, field.labels?))) {
            let Some(span) = self.open[kind_index].slots[index].value else { continue };
            let text = |field: usize| Some(cells.text(field)).filter(|text| !text.is_empty());
            if let Some(found) = self.attachments.iter_mut().rfind(|attachment| attachment.offset == span.offset) {
                (found.file_name, found.media_type) = (text(labels.file_name), text(labels.media_type));
            }
        }
    }

    /// Kinds inside the record that are missing, or there more often than they may be.
    fn nested<F: FnMut(Event<'_>)>(&self, parent: usize, core: &mut Core<'_, F>) {
        let place = self.open[parent].place;
        for (child, kind) in self.layout.kinds().iter().enumerate().filter(|(_, kind)| kind.parent == Some(parent)) {
            let count = self.counts[child].1;
            let code = match count {
                0 if !kind.occurs.may_be_absent() => kind.fault.as_deref().unwrap_or("XML_ELEMENT_MISSING"),
                2.. if !kind.occurs.may_repeat() => "XML_RECORD_REPEATED",
                _ => continue,
            };
            core.fields.clean = false;
            let fault = Fault::new(code).on_line(place.line).at_bytes(place.offset, 0).arg("kind", &kind.name);
            core.fault(fault.arg("path", kind.path.as_deref().unwrap_or_default()).arg("count", count));
        }
    }

    /// The rules beyond the fields.
    fn judge<F: FnMut(Event<'_>)>(&mut self, kind_index: usize, core: &mut Core<'_, F>) {
        let Some(rules) = &mut self.rules else { return };
        let kind = &self.layout.kinds()[kind_index];
        let open = &self.open[kind_index];
        let passed_over = |index: usize| open.slots[index].passed_over.is_some();
        let findings = rules.record(
            kind_index,
            &rules::Seen { cells: &RecordCells { fields: &core.fields, raw: &[] }, passed_over: &passed_over },
        );
        for finding in findings {
            let slot = &open.slots[finding.field];
            let span = slot.value.or(slot.passed_over);
            let (offset, length) = span.map_or((open.place.offset, 0), |span| (span.offset, span.length));
            let mut fault = field_fault(finding.code, finding.field, &kind.fields[finding.field], open.place);
            fault = fault.at_bytes(offset, length);
            fault.code = finding.code.to_owned();
            let shown = finding.value.or_else(|| span.map(|span| open.held[span.start..span.end].to_owned()));
            fault.value = shown;
            core.fields.clean = false;
            core.fault(finding.args.into_iter().fold(fault, |fault, (name, value)| fault.arg(name, value)));
        }
    }
}

/// A field without element. What has no path is always the same, or has a default.
fn absent<F: FnMut(Event<'_>)>(field: &Field, core: &mut Core<'_, F>) {
    match &field.constant {
        Some(constant) if field.path.is_none() => {
            let value = core.fields.made(field, constant);
            core.fields.values.push(value);
        }
        _ => {
            debug_assert!(field.path.is_some() || field.default.is_some() || field.ty == FieldType::Filler);
            core.fields.push_absent(field);
        }
    }
}
