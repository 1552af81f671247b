//! A message made of the records of a model file, as an upstream system would publish it.

use serde_json::{Map, Value};

use super::model::ModelError;
use super::schema::key_of;
use crate::catalogue::{self, Lang};
use crate::fault::Severity;
use crate::layout::Layout;
use crate::layout::read::{Event, ReadLimits, read_file};

/// Keys of the program that a sender does not write.
const OURS: [&str; 5] = ["line", "sub", "group", "offset", "length"];

/// The first `most` records of a model file as a message.
///
/// # Errors
/// The file is not sound under the layout.
pub fn message(layout: &Layout, model: &[u8], most: usize) -> Result<Value, ModelError> {
    if !layout.takes_messages() {
        return Err(ModelError::FilesOnly(layout.name.clone()));
    }
    let mut records: Vec<Value> = Vec::new();
    // The way from the list to the object that nested records belong to: kind and object are known by their place.
    let mut roots = 0;
    let mut fault = None;
    let named = layout.kinds().iter().filter(|kind| kind.parent.is_none()).count() > 1;
    read_file(layout, model, &ReadLimits::default(), |event| match event {
        Event::Record(record) => {
            let mut bytes = Vec::new();
            record.write_json(&mut bytes);
            let Ok(Value::Object(mut object)) = serde_json::from_slice(&bytes) else { return };
            OURS.iter().for_each(|key| drop(object.remove(*key)));
            if record.kind.parent.is_none() {
                roots += 1;
            }
            if roots > most {
                return;
            }
            match record.kind.parent {
                None => {
                    if !named {
                        object.remove("record");
                    }
                    records.push(Value::Object(object));
                }
                Some(_) => {
                    object.remove("record");
                    if let Some(Value::Object(root)) = records.last_mut() {
                        nest(layout, record.kind_index, root, object);
                    }
                }
            }
        }
        Event::Fault(found) if found.severity == Severity::Error && fault.is_none() => fault = Some(found),
        Event::Fault(_) => {}
    })
    .map_err(ModelError::Unreadable)?;
    match fault {
        None => Ok(Value::Array(records)),
        Some(fault) => Err(ModelError::Faulty { line: fault.line.unwrap_or(0), text: catalogue::text(&fault, Lang::En) }),
    }
}

/// Hangs a nested record into the youngest object of its parent's kind.
fn nest(layout: &Layout, kind_index: usize, root: &mut Map<String, Value>, object: Map<String, Value>) {
    let kind = &layout.kinds()[kind_index];
    let mut way = Vec::new();
    let mut at = kind.parent;
    while let Some(parent) = at.filter(|&parent| layout.kinds()[parent].parent.is_some()) {
        way.push(key_of(layout, &layout.kinds()[parent]));
        at = layout.kinds()[parent].parent;
    }
    let mut home = root;
    for key in way.into_iter().rev() {
        let found = match home.get_mut(key) {
            Some(Value::Array(list)) => list.last_mut(),
            other => other,
        };
        let Some(Value::Object(inner)) = found else { return };
        home = inner;
    }
    let key = key_of(layout, kind).to_owned();
    if kind.occurs.may_repeat() {
        let list = home.entry(key).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(list) = list {
            list.push(Value::Object(object));
        }
    } else {
        home.insert(key, Value::Object(object));
    }
}
