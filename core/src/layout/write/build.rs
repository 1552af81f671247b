//! The values of the record to be written: given, constant, default, counted or summed, each judged as the reader would judge it.

use super::{Values, WriteError};
use crate::layout::model::{Field, Kind, Layout};
use crate::layout::names::{Auto, FieldType};
use crate::layout::totals::{Addend, Cells, MATCH_KEYS_MAX, Totals, Untold};
use crate::layout::value::{self, Form, Problem, Typed};

/// Typed values of one record; texts lie one behind the other.
#[derive(Default)]
pub(super) struct Built {
    values: Vec<Option<Typed>>,
    ends: Vec<usize>,
    texts: Vec<u8>,
}

/// What is known about the record to be built.
struct Making<'l> {
    layout: &'l Layout,
    kind: &'l Kind,
    number: u64,
    sequence: u64,
}

impl Built {
    /// Makes the values of one record.
    pub(super) fn build(
        &mut self,
        layout: &Layout,
        kind_index: usize,
        number: u64,
        sequence: u64,
        totals: &Totals,
        values: Values<'_>,
    ) -> Result<(), WriteError> {
        let kind: &Kind = &layout.kinds()[kind_index];
        let making = Making { layout, kind, number, sequence };
        self.values.clear();
        self.ends.clear();
        self.texts.clear();
        for index in 0..kind.fields.len() {
            if kind.fields[index].total.is_none() {
                self.field(&making, index, values)?;
            } else {
                // Totals may depend on fields behind them (`match`); they are told last.
                self.push(None, b"");
            }
        }
        if kind.fields.iter().any(|field| field.total.is_some()) {
            self.totals(&making, kind_index, totals, values)?;
        }
        self.required(&making)
    }

    fn field(&mut self, making: &Making<'_>, index: usize, values: Values<'_>) -> Result<(), WriteError> {
        let field = &making.kind.fields[index];
        if field.ty == FieldType::Filler {
            self.push(None, b"");
            return Ok(());
        }
        let given = values(&field.id).filter(|text| !text.is_empty());
        let made = made(making, field);
        let (text, form) = match (&made, &given) {
            (Some(made), _) => (made.as_str(), Form::of(making.layout.format)),
            (None, Some(given)) => (given.as_ref(), Form::Canonical),
            (None, None) => match &field.default {
                Some(default) => (default.as_str(), Form::of(making.layout.format)),
                None => {
                    self.push(None, b"");
                    return Ok(());
                }
            },
        };
        let typed = making.parse(index, text, form)?;
        if let (Some(_), Some(given)) = (&made, &given) {
            // A given value must be the one the layout makes; anything else is a misunderstanding, not a value to drop.
            let given_typed = making.parse(index, given, Form::Canonical).or_else(|_| making.parse(index, given, form))?;
            let same = given_typed == typed && (!matches!(typed, Typed::Text { .. }) || given == text);
            if !same {
                let problem = Problem::whole("FIELD_CONST").arg("expected", text);
                return Err(making.refuse(index, &problem, given));
            }
        }
        let text = if matches!(typed, Typed::Text { .. }) { text.as_bytes() } else { b"" };
        self.push(Some(typed), text);
        Ok(())
    }

    fn totals(&mut self, making: &Making<'_>, kind_index: usize, totals: &Totals, values: Values<'_>) -> Result<(), WriteError> {
        for (index, told) in totals.of(kind_index, self) {
            let field = &making.kind.fields[index];
            let told = match told {
                Ok(told) => told,
                Err(Untold::Keys) => {
                    let problem = Problem::whole("TOTAL_MATCH_KEYS").arg("limit", MATCH_KEYS_MAX);
                    return Err(making.refuse(index, &problem, ""));
                }
                Err(Untold::Overflow | Untold::Unsound) => {
                    let problem = Problem::whole("TOTAL_OVERFLOW").arg("kind", &making.kind.name);
                    return Err(making.refuse(index, &problem, ""));
                }
            };
            let text = told.to_string();
            let typed = making.parse(index, &text, Form::Canonical)?;
            if let Some(given) = values(&field.id).filter(|given| !given.is_empty() && *given != text) {
                let problem = Problem::whole("TOTAL_WRONG").arg("expected", &text).arg("difference", "?");
                return Err(making.refuse(index, &problem, &given));
            }
            self.values[index] = Some(typed);
        }
        Ok(())
    }

    fn required(&self, making: &Making<'_>) -> Result<(), WriteError> {
        for (index, field) in making.kind.fields.iter().enumerate() {
            let blank = self.get(index).is_some_and(|(_, text)| value::is_blank(text));
            if (self.values[index].is_some() && !blank) || field.ty == FieldType::Filler {
                continue;
            }
            if field.must && !blank {
                return Err(making.refuse(index, &Problem::whole("FIELD_EMPTY"), ""));
            }
            if let Some(condition) = &field.must_when
                && self.is_one_of(condition.field, &condition.any_of)
            {
                let other = &making.kind.fields[condition.field].name;
                let problem = Problem::whole("FIELD_EMPTY_WHEN").arg("other", other).arg("values", condition.any_of.join(", "));
                return Err(making.refuse(index, &problem, ""));
            }
        }
        Ok(())
    }

    fn push(&mut self, typed: Option<Typed>, text: &[u8]) {
        self.values.push(typed);
        self.texts.extend_from_slice(text);
        self.ends.push(self.texts.len());
    }

    /// The value of a field and, for texts, the text.
    pub(super) fn get(&self, field: usize) -> Option<(Typed, &[u8])> {
        let start = if field == 0 { 0 } else { self.ends[field - 1] };
        self.values[field].map(|typed| (typed, &self.texts[start..self.ends[field]]))
    }

    /// The value of a number field.
    pub(super) fn int(&self, field: usize) -> Option<i64> {
        match self.values[field] {
            Some(Typed::Int(value)) => Some(value),
            _ => None,
        }
    }

    fn canonical(&self, field: usize) -> Vec<u8> {
        let mut text = Vec::new();
        if let Some((typed, own)) = self.get(field) {
            value::canonical(typed, &mut text);
            text.extend_from_slice(own);
        }
        text
    }
}

impl Cells for Built {
    fn addend(&self, field: usize) -> Addend {
        Addend::Value(self.int(field).unwrap_or(0))
    }

    /// A value that does not fit its field ends the writing; none is ever summed.
    fn is_refused(&self, _field: usize) -> bool {
        false
    }

    fn is_one_of(&self, field: usize, any_of: &[String]) -> bool {
        let text = self.canonical(field);
        any_of.iter().any(|wanted| wanted.as_bytes() == text)
    }

    fn text(&self, field: usize) -> String {
        String::from_utf8_lossy(&self.canonical(field)).into_owned()
    }
}

impl Making<'_> {
    fn parse(&self, index: usize, text: &str, form: Form) -> Result<Typed, WriteError> {
        let parsed = value::parse(&self.kind.fields[index], text.as_bytes(), form, false, None, &mut Vec::new());
        parsed.map_err(|problem| self.refuse(index, &problem, text))
    }

    fn refuse(&self, index: usize, problem: &Problem, value: &str) -> WriteError {
        WriteError::value(self.number, self.kind, index, problem, value)
    }
}

/// The value the layout makes, if it makes one.
fn made(making: &Making<'_>, field: &Field) -> Option<String> {
    match field.auto {
        Some(Auto::Sequence) if field.ty == FieldType::Digits => Some(format!("{:01$}", making.sequence, field.len)),
        Some(Auto::Sequence) => Some(making.sequence.to_string()),
        Some(Auto::LayoutVersion) => Some(making.layout.version.clone()),
        None => field.constant.clone(),
    }
}
