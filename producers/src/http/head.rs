//! What the head of an upload says: file name, idempotency key, control totals.

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderMap};

use super::problem::Problem;
use crate::delivery::Controls;
use crate::names;

/// Longest idempotency key.
const KEY_BYTES_MAX: usize = 255;

/// The boundary of a body that is a form; `None` when it is none.
pub(super) fn boundary(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    if !content_type(headers).is_some_and(|given| given.eq_ignore_ascii_case("multipart/form-data")) {
        return Ok(None);
    }
    let whole = text(headers, CONTENT_TYPE.as_str())?.unwrap_or_default();
    match super::form::boundary(whole) {
        Some(boundary) => Ok(Some(boundary.to_owned())),
        None => Err(Problem::bad_request("multipart/form-data needs a boundary of 1 to 70 characters")),
    }
}

/// A parameter of a `Content-Disposition`. A semicolon inside quotation marks belongs to the value.
pub(super) fn parameter(disposition: &str, name: &str) -> Option<String> {
    let mut quoted = false;
    let parts = disposition.split(|ch| {
        quoted ^= ch == '"';
        ch == ';' && !quoted
    });
    parts.skip(1).find_map(|part| {
        let (key, value) = part.split_once('=')?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"').to_owned())
    })
}

pub(super) fn content_type(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    Some(value.split(';').next().unwrap_or(value).trim())
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<&'h str>, Problem> {
    let Some(value) = headers.get(name) else { return Ok(None) };
    let text = std::str::from_utf8(value.as_bytes()).map_err(|_| Problem::bad_request(format!("{name} is not UTF-8")))?;
    Ok(Some(text.trim()))
}

pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    match text(headers, "idempotency-key")? {
        Some(key) if key.is_empty() || key.len() > KEY_BYTES_MAX => {
            Err(Problem::bad_request(format!("Idempotency-Key must have 1 to {KEY_BYTES_MAX} bytes")))
        }
        key => Ok(key.map(str::to_owned)),
    }
}

/// `X-File-Name` (UTF-8, percent-encoded or plain), else `filename*` or `filename` of `Content-Disposition`.
pub(super) fn file_name(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let decoded = |given: &str| {
        names::percent_decoded(given).ok_or_else(|| Problem::bad_request("the file name is not percent-encoded UTF-8"))
    };
    if let Some(given) = text(headers, "x-file-name")? {
        return decoded(given).map(Some);
    }
    let Some(disposition) = text(headers, CONTENT_DISPOSITION.as_str())? else { return Ok(None) };
    match parameter(disposition, "filename*") {
        Some(extended) => match extended.split_once("''") {
            Some((charset, given)) if charset.eq_ignore_ascii_case("utf-8") => decoded(given).map(Some),
            _ => Err(Problem::bad_request("filename* must be UTF-8''…")),
        },
        None => Ok(parameter(disposition, "filename")),
    }
}

/// `X-Control-Count`, `X-Control-Sum`, `X-Control-Sha256`.
pub(super) fn controls(headers: &HeaderMap) -> Result<Option<Controls>, Problem> {
    fn number<T: std::str::FromStr>(headers: &HeaderMap, name: &str) -> Result<Option<T>, Problem> {
        let wrong = |_| Problem::bad_request(format!("{name} is not a whole number"));
        text(headers, name)?.map(|given| given.parse::<T>().map_err(|_| ()).map_err(wrong)).transpose()
    }
    let controls = Controls {
        number: None,
        count: number(headers, "x-control-count")?,
        sum: number(headers, "x-control-sum")?,
        sha256: text(headers, "x-control-sha256")?.map(str::to_owned),
    };
    Ok((controls != Controls::default()).then_some(controls))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(name: &'static str, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(HeaderName::from_static(name), HeaderValue::from_bytes(value.as_bytes()).unwrap())])
    }

    #[test]
    fn file_names_come_in_several_ways() {
        let name = |header, value| file_name(&headers(header, value)).map_err(|problem| problem.status);
        assert_eq!(name("x-file-name", "%E8%AA%BF.csv"), Ok(Some("調.csv".to_owned())));
        assert_eq!(name("x-file-name", "調.csv"), Ok(Some("調.csv".to_owned())));
        assert_eq!(name("content-disposition", "attachment; filename=\"a b.csv\""), Ok(Some("a b.csv".to_owned())));
        assert_eq!(name("content-disposition", "form-data; filename=\"a;b.csv\"; x=1"), Ok(Some("a;b.csv".to_owned())));
        let both = "attachment; filename=\"x\"; filename*=UTF-8''%E8%AA%BF.csv";
        assert_eq!(name("content-disposition", both), Ok(Some("調.csv".to_owned())));
        assert_eq!(name("x-file-name", "100%"), Err(400));
        assert_eq!(name("accept", "*/*"), Ok(None));
    }

    #[test]
    fn control_totals_are_read_or_refused() {
        assert_eq!(controls(&headers("x-control-sum", "-5")).unwrap().unwrap().sum, Some(-5));
        assert_eq!(controls(&headers("x-control-count", "two")).unwrap_err().status, 400);
        assert_eq!(controls(&HeaderMap::new()).unwrap(), None);
    }

    #[test]
    fn an_empty_key_is_a_mistake() {
        assert_eq!(idempotency_key(&headers("idempotency-key", "")).unwrap_err().status, 400);
        assert_eq!(idempotency_key(&headers("idempotency-key", "a b")).unwrap(), Some("a b".to_owned()));
    }
}
