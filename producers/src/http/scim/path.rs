//! Attribute paths (RFC 7644 §3.5.2) and the one comparison that is understood: `eq`.

use serde_json::Value;

use super::error::ScimError;
use super::shape::{CORE, Shape};

/// Where an operation works: `urn:…:User:department`, `name.givenName`, `emails[type eq "work"].value`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Path {
    /// The extension schema; none = the user himself.
    pub(super) schema: Option<String>,
    /// The attribute; none = the whole extension.
    pub(super) attribute: Option<String>,
    /// Which of many.
    pub(super) only: Option<Comparison>,
    /// The attribute of the attribute.
    pub(super) sub: Option<String>,
}

/// `attribute eq value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Comparison {
    pub(super) attribute: String,
    pub(super) value: Value,
}

impl Path {
    /// Reads a path.
    pub(super) fn parse(text: &str, shape: &Shape) -> Result<Path, ScimError> {
        let wrong =
            || ScimError::bad("invalidPath", format!("path: {text:?} は読み取れません。 / {text:?} is no path of a user."));
        let (schema, rest) = split_schema(text.trim(), shape);
        if rest.is_empty() {
            return if schema.is_some() { Ok(Path { schema, ..Path::default() }) } else { Err(wrong()) };
        }
        let (head, only, tail) = match rest.split_once('[') {
            None => {
                let (head, sub) = rest.split_once('.').map_or((rest, None), |(head, sub)| (head, Some(sub)));
                (head, None, sub)
            }
            Some((head, behind)) => {
                let (inside, tail) = behind.split_once(']').ok_or_else(wrong)?;
                let only = Comparison::parse(inside).ok_or_else(wrong)?;
                (head, Some(only), if tail.is_empty() { None } else { Some(tail.strip_prefix('.').ok_or_else(wrong)?) })
            }
        };
        if !is_name(head) || tail.is_some_and(|sub| !is_name(sub)) {
            return Err(wrong());
        }
        Ok(Path { schema, attribute: Some(head.to_owned()), only, sub: tail.map(str::to_owned) })
    }
}

/// The schema a path begins with, and what stands behind it.
fn split_schema<'t>(text: &'t str, shape: &Shape) -> (Option<String>, &'t str) {
    let names = shape.parts.iter().filter(|part| part.is_extension()).map(|part| part.name.as_str()).chain([CORE]);
    for name in names {
        let Some(behind) = text.get(..name.len()).filter(|head| head.eq_ignore_ascii_case(name)).map(|_| &text[name.len()..])
        else {
            continue;
        };
        let schema = (name != CORE).then(|| name.to_owned());
        if let Some(rest) = behind.strip_prefix(':') {
            return (schema, rest);
        }
        if behind.is_empty() {
            return (schema, behind);
        }
    }
    (None, text)
}

fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'$'))
}

impl Comparison {
    /// `attribute eq "value"`; the value is JSON.
    pub(super) fn parse(text: &str) -> Option<Comparison> {
        let (attribute, rest) = text.trim().split_once(' ')?;
        let (operator, value) = rest.trim_start().split_once(' ')?;
        if !operator.eq_ignore_ascii_case("eq") {
            return None;
        }
        let value: Value = serde_json::from_str(value.trim()).ok()?;
        let attribute = attribute.strip_prefix(CORE).and_then(|rest| rest.strip_prefix(':')).unwrap_or(attribute);
        (value.is_string() || value.is_boolean()).then(|| Comparison { attribute: attribute.to_owned(), value })
    }

    /// Whether an element is meant. Flags are compared as words, text as it is.
    pub(super) fn fits(&self, element: &Value) -> bool {
        let found = element
            .as_object()
            .and_then(|object| object.iter().find(|(key, _)| key.eq_ignore_ascii_case(&self.attribute)).map(|(_, value)| value));
        match (found, &self.value) {
            (Some(Value::Bool(found)), Value::String(word)) => word.eq_ignore_ascii_case(&found.to_string()),
            (Some(found), value) => found == value,
            (None, _) => false,
        }
    }
}
