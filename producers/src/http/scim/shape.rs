//! What a user looks like: read from the topic's layout, where kinds are complex attributes and extension schemas.
//!
//! Attributes the layout does not name are not kept: what the accounting system does not need about a person does not reach it.

use std::collections::BTreeSet;

use renkei_core::layout::{CodeTable, Field, Kind, Layout, Occurs};
use serde_json::{Map, Value};

use super::error::ScimError;

/// The schema of every user.
pub(super) const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

/// A complex attribute, an extension schema, or the user himself.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    /// Attribute name or schema URN; the core schema for the user himself.
    pub(super) name: String,
    /// Whether it may stand many times.
    pub(super) many: bool,
    /// Whether it must be there.
    pub(super) must: bool,
    /// Attributes with one value.
    pub(super) plain: Vec<Plain>,
    /// Attributes that have attributes.
    pub(super) parts: Vec<Shape>,
}

/// An attribute with one value.
#[derive(Debug, Clone)]
pub(super) struct Plain {
    pub(super) name: String,
    /// `true` or `false`.
    pub(super) flag: bool,
    pub(super) must: bool,
    /// The login id: nobody else has it.
    pub(super) unique: bool,
}

impl Shape {
    /// The user as the layout has him.
    pub(super) fn of(layout: &Layout) -> Shape {
        let root = layout.kinds().iter().position(|kind| kind.parent.is_none()).unwrap_or(0);
        Shape { name: CORE.to_owned(), ..Self::kind(layout, root) }
    }

    fn kind(layout: &Layout, index: usize) -> Shape {
        let kind: &Kind = &layout.kinds()[index];
        let children = (0..layout.kinds().len()).filter(|child| layout.kinds()[*child].parent == Some(index));
        Shape {
            name: kind.path.clone().unwrap_or_else(|| kind.id.clone()),
            many: matches!(kind.occurs, Occurs::Many | Occurs::Any),
            must: !kind.occurs.may_be_absent(),
            plain: kind.fields.iter().map(plain).collect(),
            parts: children.map(|child| Self::kind(layout, child)).collect(),
        }
    }

    /// Whether it is a schema of its own.
    pub(super) fn is_extension(&self) -> bool {
        self.name.starts_with("urn:")
    }

    pub(super) fn plain(&self, name: &str) -> Option<&Plain> {
        self.plain.iter().find(|plain| plain.name.eq_ignore_ascii_case(name))
    }

    pub(super) fn part(&self, name: &str) -> Option<&Shape> {
        self.parts.iter().find(|part| part.name.eq_ignore_ascii_case(name))
    }

    /// The attributes the layout names, in its spelling, with flags as flags. Senders write names in any case, flags as words,
    /// and a list of one as one.
    pub(super) fn canonical(&self, given: &Map<String, Value>) -> Result<Map<String, Value>, ScimError> {
        let (mut found, mut seen) = (Map::new(), BTreeSet::new());
        for (key, value) in given {
            if !seen.insert(key.to_ascii_lowercase()) {
                return Err(ScimError::bad("invalidSyntax", format!("{key}: 二度書かれています。 / {key} stands twice.")));
            }
            if value.is_null() {
                continue;
            }
            if let Some(plain) = self.plain(key) {
                found.insert(plain.name.clone(), plain.value(value));
            } else if let Some(part) = self.part(key)
                && let Some(value) = part.value(value)?
            {
                found.insert(part.name.clone(), value);
            }
        }
        Ok(found)
    }

    fn value(&self, given: &Value) -> Result<Option<Value>, ScimError> {
        if !self.many {
            let object = self.canonical(&self.object(given)?)?;
            return Ok((!object.is_empty()).then_some(Value::Object(object)));
        }
        let one = std::slice::from_ref(given);
        let items = given.as_array().map_or(one, Vec::as_slice);
        let items = items.iter().map(|item| self.canonical(&self.object(item)?).map(Value::Object));
        let items = items.collect::<Result<Vec<_>, _>>()?;
        Ok((!items.is_empty()).then_some(Value::Array(items)))
    }

    /// A value alone stands for an attribute whose only part that matters is its value (RFC 7643 §2.4).
    fn object(&self, given: &Value) -> Result<Map<String, Value>, ScimError> {
        match given {
            Value::Object(object) => Ok(object.clone()),
            Value::String(_) if self.plain("value").is_some() => Ok(Map::from_iter([("value".to_owned(), given.clone())])),
            _ => {
                let name = &self.name;
                let detail = format!("{name}: 値の形が正しくありません。 / {name} is not written as an object.");
                Err(ScimError::bad("invalidValue", detail))
            }
        }
    }
}

impl Plain {
    /// `"True"` is what some senders write for `true`.
    fn value(&self, given: &Value) -> Value {
        match given {
            Value::String(text) if self.flag && text.eq_ignore_ascii_case("true") => Value::Bool(true),
            Value::String(text) if self.flag && text.eq_ignore_ascii_case("false") => Value::Bool(false),
            other => other.clone(),
        }
    }
}

fn plain(field: &Field) -> Plain {
    Plain {
        name: field.name.clone(),
        flag: field.codes.as_deref().is_some_and(CodeTable::is_flag),
        must: field.must,
        unique: field.check == Some("login_id"),
    }
}

/// The first name of something secret in a value, at any depth.
pub(super) fn secret(value: &Value, secrets: &[String]) -> Option<String> {
    match value {
        Value::Object(object) => {
            object.iter().find_map(|(key, value)| renkei_core::secrets::named(key, secrets).or_else(|| secret(value, secrets)))
        }
        Value::Array(items) => items.iter().find_map(|item| secret(item, secrets)),
        _ => None,
    }
}
