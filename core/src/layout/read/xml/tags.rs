//! Tags: names, namespaces and attributes, and the elements they open and close.

use std::borrow::Cow;

use quick_xml::escape::{self, EscapeError};
use quick_xml::events::attributes::{Attribute, Attributes};

use super::super::Event;
use super::token::Cut;
use super::{Document, Frame, Trouble};
use crate::layout::value;

/// An attribute without prefix.
pub(super) struct Attr<'t> {
    pub(super) name: &'t str,
    pub(super) text: Cow<'t, str>,
    /// Where its value begins in the tag, and how long it is there.
    pub(super) at: usize,
    pub(super) length: usize,
}

impl<F: FnMut(Event<'_>)> Document<'_, '_, F> {
    /// `<a …>`
    pub(super) fn start(&mut self, tag: &str, empty: bool, at: u64) -> Result<(), Cut> {
        let inner = &tag[1..tag.len() - if empty { 2 } else { 1 }];
        let name = &inner[..inner.find(|ch: char| ch.is_ascii_whitespace()).unwrap_or(inner.len())];
        check_name(name, 1)?;
        if self.closed {
            return Err(Trouble::new("XML_AFTER_END", 0, tag.len()).value(value::show(tag.as_bytes())).into());
        }
        let limits = self.core.layout.limits;
        if self.frames.len() >= limits.depth_max {
            return Err(Trouble::new("XML_DEPTH", 0, tag.len()).value(name).arg("limit", limits.depth_max).into());
        }
        let scope = self.scope.mark();
        let attributes = self.attributes(inner, name.len())?;
        let node = self.enter(name)?;
        if let Some(frame) = self.frames.last_mut() {
            frame.filled = true;
            if let Some(parent) = frame.node {
                self.records.child_of(parent, name)?;
            }
        } else if node.is_none() {
            let expected = self.core.layout.xml.paths.document_elements();
            return Err(Trouble::new("XML_ROOT", 1, name.len()).value(name).arg("expected", expected).into());
        }
        let frame = Frame { node, name: self.names.len(), scope, filled: false, offset: at, text_line: self.tokens.text_line };
        self.names.push_str(name);
        self.frames.push(frame);
        if let Some(node) = node {
            self.records.begin(node, at, &attributes, self.core)?;
        }
        if empty {
            self.close(at + tag.len() as u64)?;
        }
        Ok(())
    }

    /// `</a>`
    pub(super) fn end(&mut self, tag: &str, at: u64) -> Result<(), Cut> {
        let name = tag[2..tag.len() - 1].trim_end_matches(|ch: char| ch.is_ascii_whitespace());
        let open = self.frames.last().map_or("", |frame| &self.names[frame.name..]);
        if open != name || open.is_empty() {
            let trouble = Trouble::new("XML_TAG_MISMATCH", 2, name.len()).value(value::show(name.as_bytes()));
            return Err(trouble.arg("expected", if open.is_empty() { "-" } else { open }).into());
        }
        self.close(at + tag.len() as u64)
    }

    /// The innermost element ends at a byte of the file.
    fn close(&mut self, end: u64) -> Result<(), Cut> {
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        if !frame.filled {
            let name = self.names[frame.name..].to_owned();
            self.empty(&frame, &name);
        }
        self.names.truncate(frame.name);
        self.scope.back_to(frame.scope);
        self.closed = self.frames.is_empty();
        if let Some(node) = frame.node {
            self.records.end(node, end, self.core)?;
        }
        Ok(())
    }

    /// Attributes by local name, declarations taken in and left out.
    fn attributes<'t>(&mut self, inner: &'t str, name: usize) -> Result<Vec<Attr<'t>>, Cut> {
        let (mut found, mut prefixed) = (Vec::new(), Vec::new());
        if name == inner.len() {
            return Ok(found);
        }
        let max = self.core.layout.limits.attributes_max;
        for (count, attribute) in Attributes::new(inner, name).enumerate() {
            let syntax = |detail: String| {
                Trouble::new("XML_SYNTAX", 0, inner.len() + 1).value(value::show(inner.as_bytes())).arg("detail", detail)
            };
            let attribute = attribute.map_err(|error| syntax(error.to_string()))?;
            if count == max {
                return Err(Trouble::new("XML_ATTRIBUTES", 0, inner.len() + 1).value(&inner[..name]).arg("limit", max).into());
            }
            let (key, raw) = parts(inner, &attribute);
            if raw.contains('<') {
                return Err(syntax("<".to_owned()).into());
            }
            let text = unescape(raw, inner.len() + 1)?;
            match key.split_once(':') {
                None if key == "xmlns" => self.scope.declare("", self.core.layout.xml.paths.namespace(&text)),
                Some(("xmlns", prefix)) => self.scope.declare(prefix, self.core.layout.xml.paths.namespace(&text)),
                // A prefixed attribute is another one than the plain one; layouts name plain ones.
                Some((prefix, _)) => prefixed.push((prefix, key)),
                None => {
                    let at = (raw.as_ptr() as usize).saturating_sub(inner.as_ptr() as usize) + 1;
                    found.push(Attr { name: key, text, at, length: raw.len() });
                }
            }
            check_name(key, 1)?;
        }
        if let Some((_, key)) = prefixed.into_iter().find(|(prefix, _)| self.scope.find(prefix).is_none()) {
            return Err(Trouble::new("XML_PREFIX", 0, inner.len() + 1).value(key).into());
        }
        Ok(found)
    }

    /// The node of an element; every prefix must be declared.
    fn enter(&self, name: &str) -> Result<Option<usize>, Cut> {
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        let Some(namespace) = self.scope.find(prefix) else {
            return Err(Trouble::new("XML_PREFIX", 1, name.len()).value(name).into());
        };
        let parent = match self.frames.last() {
            None => Some(0),
            Some(frame) => frame.node,
        };
        Ok(parent.and_then(|parent| self.core.layout.xml.paths.child(parent, namespace, local)))
    }
}

/// Key and raw text of an attribute as parts of the tag, so that their places are known.
fn parts<'t>(inner: &'t str, attribute: &Attribute<'t>) -> (&'t str, &'t str) {
    let part = |bytes: &[u8]| {
        let start = (bytes.as_ptr() as usize).saturating_sub(inner.as_ptr() as usize);
        inner.get(start..start + bytes.len()).unwrap_or_default()
    };
    (part(attribute.key.as_ref()), part(&attribute.value))
}

/// Resolves `&amp;` and its like. No entity can be declared, so any other name refuses the document.
pub(super) fn unescape(text: &str, fallback: usize) -> Result<Cow<'_, str>, Trouble> {
    escape::unescape(text).map_err(|error| {
        let (at, shown) = match &error {
            EscapeError::UnrecognizedEntity(range, name) => (range.start.saturating_sub(1), format!("&{name};")),
            EscapeError::UnterminatedEntity(range) => (range.start, value::show(&text.as_bytes()[range.start.min(text.len())..])),
            _ => (text.find('&').unwrap_or(0), value::show(text.as_bytes())),
        };
        let length = if fallback > 0 { fallback } else { shown.len() };
        Trouble::new("XML_ENTITY", if fallback > 0 { 0 } else { at }, length).value(shown)
    })
}

/// A name as XML and its namespaces allow it.
fn check_name(name: &str, at: usize) -> Result<(), Cut> {
    let begins = |part: &str| part.starts_with(|ch: char| ch.is_ascii_alphabetic() || ch == '_' || !ch.is_ascii());
    let goes_on = |ch: char| ch.is_ascii_alphanumeric() || matches!(ch, '_' | '-' | '.' | ':') || !ch.is_ascii();
    let mut parts = name.split(':');
    let shape = (parts.next().is_some_and(begins), parts.next().is_none_or(begins), parts.next().is_none());
    if shape == (true, true, true) && name.chars().all(goes_on) {
        return Ok(());
    }
    Err(Trouble::new("XML_SYNTAX", at, name.len().max(1)).value(value::show(name.as_bytes())).arg("detail", "name").into())
}
