use std::sync::Arc;

use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use maud::{Markup, html};
use renkei_core::words::say;

use crate::access::Person;
use crate::desk::Desk;
use crate::refusal::Refusal;

/// A form that does something: it carries the token of its session. `console.js` keeps a second click from sending it twice;
/// what it does is refused a second time in any case.
pub(crate) fn post(person: &Person, action: &str, body: Markup) -> Markup {
    html! {
        form method="post" action=(action) {
            input type="hidden" name="csrf" value=(person.csrf);
            (body)
        }
    }
}

/// A form that looks for something: its fields are in the address.
pub(crate) fn search(action: &str, body: Markup) -> Markup {
    html! { form.search method="get" action=(action) role="search" { (body) } }
}

/// A labelled field. `input` has this id.
pub(crate) fn field(label: &str, id: &str, input: Markup) -> Markup {
    html! { div.field { label for=(id) { (label) } (input) } }
}

/// The next page of a list that goes by key: `address` already has its `?`.
pub(crate) fn older(person: &Person, address: &str, before: Option<i64>) -> Markup {
    html! {
        @if let Some(before) = before {
            nav.older { a href={ (address) "before=" (before) } rel="next" { (say(person.lang, "さらに古いもの", "older ones")) } }
        }
    }
}

/// The address of the same list, without its page: the fields that choose it, and a place for one more.
pub(crate) fn address(path: &str, fields: &Fields, names: &[&str]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for name in names {
        if let Some(value) = fields.some(name) {
            query.append_pair(name, value);
        }
    }
    let query = query.finish();
    format!("{path}?{query}{}", if query.is_empty() { "" } else { "&" })
}

/// The fields of a form as they came; one name may stand several times.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// From a form's body or an address's query.
    pub(crate) fn parse(bytes: &[u8]) -> Fields {
        Fields(form_urlencoded::parse(bytes).into_owned().collect())
    }

    /// The value of a field, without blanks around it; empty when it is not there.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
    }

    /// The value as it was typed: for passwords.
    pub(crate) fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The value, when there is one.
    pub(crate) fn some(&self, name: &str) -> Option<&str> {
        Some(self.get(name)).filter(|value| !value.is_empty())
    }

    /// Every value of a field.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| value.trim()).collect()
    }

    /// Every value of a field as it was typed.
    pub(crate) fn every<'f>(&'f self, name: &str) -> impl Iterator<Item = &'f str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Names and values as they came.
    pub(crate) fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// Every value as a number; what is none is refused.
    pub(crate) fn numbers(&self, name: &str) -> Result<Vec<i64>, Refusal> {
        self.all(name).into_iter().map(|value| value.parse().map_err(|_| Refusal::value(name, value))).collect()
    }

    /// One number.
    pub(crate) fn number(&self, name: &str) -> Result<i64, Refusal> {
        self.get(name).parse().map_err(|_| Refusal::value(name, self.get(name)))
    }

    /// An amount as people type it: with separators, or in wide figures.
    pub(crate) fn amount(&self, name: &str) -> Result<i64, Refusal> {
        let typed = self.get(name);
        ungrouped(typed).and_then(|number| number.parse().ok()).ok_or_else(|| Refusal::amount(typed))
    }

    /// The reason, which must be there.
    pub(crate) fn reason(&self) -> Result<&str, Refusal> {
        self.some("reason").ok_or_else(Refusal::reason_missing)
    }
}

/// A number as people type it (`１，２３４円`, `△1,234`) as figures alone; `None` where its separators leave a doubt, or it is none.
pub(crate) fn ungrouped(typed: &str) -> Option<String> {
    let typed = typed.trim().trim_end_matches('円').trim_end();
    let mut plain = String::with_capacity(typed.len());
    for sign in typed.chars() {
        plain.push(match sign {
            '０'..='９' => char::from(b'0' + u8::try_from(u32::from(sign) - u32::from('０')).ok()?),
            '，' => ',',
            '－' | '−' | '△' | '▲' => '-',
            other => other,
        });
    }
    let (minus, figures) = plain.strip_prefix('-').map_or(("", plain.as_str()), |figures| ("-", figures));
    let groups: Vec<&str> = figures.split(',').collect();
    let sound = groups.iter().all(|group| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit()));
    let grouped = groups.len() == 1 || (groups[0].len() <= 3 && groups[1..].iter().all(|group| group.len() == 3));
    (sound && grouped).then(|| format!("{minus}{}", groups.concat()))
}

impl FromIterator<(String, String)> for Fields {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        Fields(pairs.into_iter().collect())
    }
}

impl FromRequest<Arc<Desk>> for Fields {
    type Rejection = Response;

    async fn from_request(request: Request, desk: &Arc<Desk>) -> Result<Self, Response> {
        if matches!(*request.method(), axum::http::Method::GET | axum::http::Method::HEAD) {
            return Ok(Fields::parse(request.uri().query().unwrap_or_default().as_bytes()));
        }
        let body = Bytes::from_request(request, desk).await.map_err(IntoResponse::into_response)?;
        Ok(Fields::parse(&body))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_as_people_type_it() {
        for (typed, read) in [
            ("1,000", "1000"),
            ("１，２３４，５６７円", "1234567"),
            ("△1,234", "-1234"),
            ("-5", "-5"),
            ("1234", "1234"),
            ("0", "0"),
        ] {
            assert_eq!(ungrouped(typed).as_deref(), Some(read), "{typed}");
        }
        for typed in ["", "1,00", "1234,567", ",100", "1,,000", "1.5", "千円", "--1", "1,000,", "1 000"] {
            assert_eq!(ungrouped(typed), None, "{typed}");
        }
    }
}
