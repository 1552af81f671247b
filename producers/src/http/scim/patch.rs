//! `PATCH`: operations on a user, one after another; all or none (RFC 7644 §3.5.2).

use serde::Deserialize;
use serde_json::{Map, Value};

use super::error::ScimError;
use super::path::Path;
use super::shape::{Shape, secret};

/// Most operations of one call.
const OPERATIONS_MAX: usize = 100;

#[derive(Deserialize)]
struct Patch {
    #[serde(rename = "Operations", alias = "operations")]
    operations: Vec<Operation>,
}

#[derive(Deserialize)]
struct Operation {
    op: String,
    path: Option<String>,
    #[serde(default)]
    value: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Op {
    Add,
    Replace,
    Remove,
}

/// The user after the operations of a request body.
pub(super) fn apply(
    shape: &Shape,
    user: &Map<String, Value>,
    body: &Value,
    secrets: &[String],
) -> Result<Map<String, Value>, ScimError> {
    let syntax = |error: serde_json::Error| ScimError::bad("invalidSyntax", format!("Operations: {error}"));
    let patch: Patch = Patch::deserialize(body).map_err(syntax)?;
    if patch.operations.is_empty() || patch.operations.len() > OPERATIONS_MAX {
        return Err(ScimError::bad("invalidSyntax", format!("Operations: 1–{OPERATIONS_MAX}")));
    }
    let mut user = user.clone();
    for operation in &patch.operations {
        refuse_secret(operation, secrets)?;
        let op = match operation.op.to_ascii_lowercase().as_str() {
            "add" => Op::Add,
            "replace" => Op::Replace,
            "remove" => Op::Remove,
            other => return Err(ScimError::bad("invalidSyntax", format!("op: {other:?} (add, replace, remove)"))),
        };
        match (&operation.path, &operation.value) {
            (Some(path), value) => at(shape, &mut user, op, path, value)?,
            (None, Value::Object(values)) if op != Op::Remove => {
                for (path, value) in values {
                    at(shape, &mut user, op, path, value)?;
                }
            }
            (None, _) => {
                return Err(ScimError::bad("noTarget", "path: 対象がありません。 / Without path the value must be an object."));
            }
        }
    }
    shape.canonical(&user)
}

fn refuse_secret(operation: &Operation, secrets: &[String]) -> Result<(), ScimError> {
    let in_path = operation.path.as_deref().and_then(|path| renkei_core::secrets::named(path, secrets));
    match in_path.or_else(|| secret(&operation.value, secrets)) {
        Some(name) => Err(super::secret_refused(&name)),
        None => Ok(()),
    }
}

/// One operation at one place. Attributes the layout does not name are passed over.
fn at(shape: &Shape, user: &mut Map<String, Value>, op: Op, path: &str, value: &Value) -> Result<(), ScimError> {
    let path = Path::parse(path, shape)?;
    let Some(schema) = &path.schema else { return inside(shape, user, op, &path, value) };
    let Some(extension) = shape.part(schema) else { return Ok(()) };
    if path.attribute.is_none() {
        return whole(extension, user, op, value);
    }
    let mut object = take_object(user, &extension.name);
    inside(extension, &mut object, op, &path, value)?;
    if !object.is_empty() {
        user.insert(extension.name.clone(), Value::Object(object));
    }
    Ok(())
}

/// A complex attribute or an extension as a whole: what is given is merged into it.
fn whole(part: &Shape, user: &mut Map<String, Value>, op: Op, value: &Value) -> Result<(), ScimError> {
    let mut object = take_object(user, &part.name);
    if op == Op::Remove {
        return Ok(());
    }
    let Value::Object(given) = value else {
        return Err(ScimError::bad("invalidValue", format!("{}: 値の形が正しくありません。 / not an object", part.name)));
    };
    for (key, value) in part.canonical(given)? {
        object.insert(key, value);
    }
    user.insert(part.name.clone(), Value::Object(object));
    Ok(())
}

fn inside(shape: &Shape, object: &mut Map<String, Value>, op: Op, path: &Path, value: &Value) -> Result<(), ScimError> {
    let name = path.attribute.as_deref().unwrap_or_default();
    if let Some(plain) = shape.plain(name) {
        match op {
            Op::Remove => object.remove(&plain.name),
            Op::Add | Op::Replace => object.insert(plain.name.clone(), value.clone()),
        };
        return Ok(());
    }
    match (shape.part(name), &path.sub) {
        (None, _) => Ok(()),
        (Some(part), _) if part.many => many(part, object, op, path, value),
        (Some(part), None) => whole(part, object, op, value),
        (Some(part), Some(sub)) => {
            let mut inner = take_object(object, &part.name);
            set(part, &mut inner, op, sub, value);
            object.insert(part.name.clone(), Value::Object(inner));
            Ok(())
        }
    }
}

/// Sets or removes one attribute of an element.
fn set(part: &Shape, element: &mut Map<String, Value>, op: Op, sub: &str, value: &Value) {
    let Some(plain) = part.plain(sub) else { return };
    match op {
        Op::Remove => element.remove(&plain.name),
        Op::Add | Op::Replace => element.insert(plain.name.clone(), value.clone()),
    };
}

/// An attribute with many values: all of them, or those a comparison picks.
fn many(part: &Shape, object: &mut Map<String, Value>, op: Op, path: &Path, value: &Value) -> Result<(), ScimError> {
    let mut items = match object.remove(&part.name) {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    };
    match (&path.only, &path.sub) {
        (None, None) => whole_list(part, &mut items, op, value)?,
        (None, Some(sub)) => items.iter_mut().filter_map(Value::as_object_mut).for_each(|item| set(part, item, op, sub, value)),
        (Some(only), sub) => {
            let picked = items.iter().filter(|item| only.fits(item)).count();
            match (picked, op) {
                (0, Op::Replace) => {
                    return Err(ScimError::bad("noTarget", format!("{}: 該当がありません。 / nothing fits", part.name)));
                }
                // Some senders add what is not there yet by the comparison that will pick it.
                (0, Op::Add) => items.push(Value::Object(Map::from_iter([(only.attribute.clone(), only.value.clone())]))),
                _ => {}
            }
            match (op, sub) {
                (Op::Remove, None) => items.retain(|item| !only.fits(item)),
                (_, Some(sub)) => {
                    let fitting = items.iter_mut().filter(|item| only.fits(item)).filter_map(Value::as_object_mut);
                    fitting.for_each(|item| set(part, item, op, sub, value));
                }
                (_, None) => items.iter_mut().filter(|item| only.fits(item)).for_each(|item| *item = value.clone()),
            }
        }
    }
    if !items.is_empty() {
        object.insert(part.name.clone(), Value::Array(items));
    }
    Ok(())
}

fn whole_list(part: &Shape, items: &mut Vec<Value>, op: Op, value: &Value) -> Result<(), ScimError> {
    let single = Map::from_iter([(part.name.clone(), value.clone())]);
    let holder = Shape { name: String::new(), many: false, must: false, plain: Vec::new(), parts: vec![part.clone()] };
    let given = match holder.canonical(&single)?.remove(&part.name) {
        Some(Value::Array(given)) => given,
        _ => Vec::new(),
    };
    match op {
        Op::Replace => *items = given,
        Op::Add => given.into_iter().for_each(|new| {
            if !items.contains(&new) {
                items.push(new);
            }
        }),
        Op::Remove if given.is_empty() => items.clear(),
        Op::Remove => items.retain(|item| !given.contains(item)),
    }
    Ok(())
}

fn take_object(from: &mut Map<String, Value>, name: &str) -> Map<String, Value> {
    match from.remove(name) {
        Some(Value::Object(object)) => object,
        _ => Map::new(),
    }
}
