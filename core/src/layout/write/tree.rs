//! JSON: the record at hand is kept until the next one begins, because what is nested in it comes behind it.

use std::io::Write;

use super::build::Built;
use super::output::Output;
use super::{WriteError, render};
use crate::layout::model::{Kind, Layout};
use crate::layout::names::{FieldType, Items, Occurs};
use crate::layout::value::Problem;

/// A record with what is nested in it.
struct Node {
    kind: usize,
    /// `"key":value,…` without braces.
    fields: Vec<u8>,
    /// Key in a map.
    key: String,
    children: Vec<Node>,
}

/// The root record at hand.
#[derive(Default)]
pub(super) struct Tree {
    root: Option<Node>,
    roots: u64,
}

impl Tree {
    /// Takes a record: a root record lets the one before it go.
    pub(super) fn add<W: Write>(
        &mut self,
        layout: &Layout,
        kind_index: usize,
        record: u64,
        built: &Built,
        out: &mut Output<W>,
    ) -> Result<(), WriteError> {
        let kind: &Kind = &layout.kinds()[kind_index];
        let mut node = Node { kind: kind_index, fields: Vec::new(), key: String::new(), children: Vec::new() };
        object_fields(kind, record, built, &mut node.fields)?;
        let Some(parent) = kind.parent else {
            self.flush(layout, out)?;
            node.key = map_key(layout, kind, record, built)?;
            self.roots += 1;
            if self.roots > 1 && layout.json.items == Items::One {
                let reason = "the file holds one record only (items = \"one\")".to_owned();
                return Err(WriteError::Structure { record, kind: kind.id.clone(), reason });
            }
            self.root = Some(node);
            return Ok(());
        };
        let Some(home) = self.root.as_mut().and_then(|root| last_of(root, parent)) else {
            let reason = "the record must follow the record it is nested in".to_owned();
            return Err(WriteError::Structure { record, kind: kind.id.clone(), reason });
        };
        let single = matches!(kind.occurs, Occurs::One | Occurs::Optional);
        if single && home.children.iter().any(|child| child.kind == kind_index) {
            let reason = "the record may occur only once in the record it is nested in".to_owned();
            return Err(WriteError::Structure { record, kind: kind.id.clone(), reason });
        }
        home.children.push(node);
        Ok(())
    }

    /// Writes the record at hand.
    pub(super) fn flush<W: Write>(&mut self, layout: &Layout, out: &mut Output<W>) -> Result<(), WriteError> {
        let Some(root) = self.root.take() else { return Ok(()) };
        out.record(|line| {
            if layout.json.items == Items::Map {
                string(&root.key, line);
                line.push(b':');
            }
            object(layout, &root, line)
        })
    }
}

/// The youngest record of a kind on the last branch.
fn last_of(node: &mut Node, kind: usize) -> Option<&mut Node> {
    if node.kind == kind {
        return Some(node);
    }
    node.children.last_mut().and_then(|child| last_of(child, kind))
}

fn object(layout: &Layout, node: &Node, line: &mut Vec<u8>) -> Result<(), WriteError> {
    line.push(b'{');
    line.extend_from_slice(&node.fields);
    let mut first = node.fields.is_empty();
    for (index, kind) in layout.kinds().iter().enumerate().filter(|(_, kind)| kind.parent == Some(node.kind)) {
        let single = matches!(kind.occurs, Occurs::One | Occurs::Optional);
        let children: Vec<&Node> = node.children.iter().filter(|child| child.kind == index).collect();
        if children.is_empty() {
            if !kind.occurs.may_be_absent() {
                let reason = format!("it needs at least one {} nested in it", kind.id);
                return Err(WriteError::Structure { record: 0, kind: layout.kinds()[node.kind].id.clone(), reason });
            }
            if single || !layout.json.empty_lists {
                continue;
            }
        }
        if !std::mem::take(&mut first) {
            line.push(b',');
        }
        string(kind.path.as_deref().unwrap_or(&kind.id), line);
        line.push(b':');
        if !single {
            line.push(b'[');
        }
        for (position, child) in children.into_iter().enumerate() {
            if position > 0 {
                line.push(b',');
            }
            object(layout, child, line)?;
        }
        if !single {
            line.push(b']');
        }
    }
    line.push(b'}');
    Ok(())
}

fn object_fields(kind: &Kind, record: u64, built: &Built, out: &mut Vec<u8>) -> Result<(), WriteError> {
    let mut text = Vec::new();
    for (index, field) in kind.fields.iter().enumerate() {
        text.clear();
        if field.ty == FieldType::Filler || !render::text_of(kind, index, record, built, &mut text)? {
            continue;
        }
        if !out.is_empty() {
            out.push(b',');
        }
        string(&field.name, out);
        out.push(b':');
        if field.ty.is_number() {
            out.extend_from_slice(&text);
        } else {
            string(&String::from_utf8_lossy(&text), out);
        }
    }
    Ok(())
}

fn map_key(layout: &Layout, kind: &Kind, record: u64, built: &Built) -> Result<String, WriteError> {
    if layout.json.items != Items::Map {
        return Ok(String::new());
    }
    let Some(index) = layout.json.map_key.as_deref().and_then(|id| kind.field(id)) else {
        return Err(WriteError::Layout { reason: "items = \"map\" needs map_key for writing".to_owned() });
    };
    let mut text = Vec::new();
    if !render::text_of(kind, index, record, built, &mut text)? {
        return Err(WriteError::value(record, kind, index, &Problem::whole("FIELD_EMPTY"), ""));
    }
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// Appends a JSON string.
fn string(text: &str, out: &mut Vec<u8>) {
    let plain = text.bytes().all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\');
    if plain {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    } else {
        out.extend_from_slice(serde_json::Value::from(text).to_string().as_bytes());
    }
}
