use axum::body::Body;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::Stream;
use futures_util::stream::{self, StreamExt};
use renkei_core::layout::harmless;

use crate::refusal::Refusal;

/// A list for a spreadsheet. Columns whose heading begins with `>` are numbers.
pub(crate) fn csv(name: &str, headings: &[&str], rows: &[Vec<String>]) -> Response {
    saved(name, harmless::csv(headings, rows).into())
}

/// The same, block by block as the rows come: a long list is never held whole. An error in the middle breaks the download off, so that
/// nobody takes half a list for a whole one.
pub(crate) fn csv_stream<S, const N: usize>(name: &str, headings: &[&'static str; N], blocks: S) -> Response
where
    S: Stream<Item = Result<Vec<Vec<String>>, Refusal>> + Send + 'static,
{
    let headings = *headings;
    let head = stream::once(async move { Ok(harmless::csv_head(&headings)) });
    let rest = blocks.map(move |rows| match rows {
        Ok(rows) => Ok(harmless::csv_rows(&headings, &rows)),
        Err(refusal) => Err(std::io::Error::other(format!("the list broke off: {}", refusal.status()))),
    });
    saved(name, Body::from_stream(head.chain(rest)))
}

fn saved(name: &str, body: Body) -> Response {
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", ascii(name))),
    ];
    (headers, body).into_response()
}

/// A file name that every browser takes as it is.
pub(crate) fn ascii(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_saved_file_is_plain() {
        assert_eq!(ascii("a\"b\r\nc 誤.csv"), "a_b__c__.csv");
    }
}
