//! `multipart/form-data` (RFC 7578), read as it comes: what is held is one block and the head of one part.

use axum::http::header::{HeaderMap, HeaderName, HeaderValue};
use bytes::{Buf, Bytes, BytesMut};

use super::body::Blocks;
use super::problem::Problem;

/// Most bytes of the head of a part: a name of 120 characters, percent-encoded, and what libraries add.
const HEAD_BYTES_MAX: usize = 8 * 1024;
/// Longest boundary (RFC 2046 §5.1.1).
const BOUNDARY_BYTES_MAX: usize = 70;

/// The parts of a form, one after the other.
pub(super) struct Form {
    blocks: Blocks,
    held: BytesMut,
    /// `\r\n--boundary`
    delimiter: Vec<u8>,
    ended: bool,
}

/// The `boundary` of a content type `multipart/form-data`.
pub(super) fn boundary(content_type: &str) -> Option<&str> {
    let value = content_type.split(';').skip(1).find_map(|parameter| {
        let (key, value) = parameter.split_once('=')?;
        key.trim().eq_ignore_ascii_case("boundary").then(|| value.trim().trim_matches('"'))
    })?;
    let fits =
        (1..=BOUNDARY_BYTES_MAX).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
    fits.then_some(value)
}

impl Form {
    pub(super) fn new(blocks: Blocks, boundary: &str) -> Form {
        // The first delimiter needs no line end before it; with one of ours it looks like the others.
        let held = BytesMut::from(&b"\r\n"[..]);
        Form { blocks, held, delimiter: format!("\r\n--{boundary}").into_bytes(), ended: false }
    }

    /// The head of the next part, past what is left of this one; `None` behind the last.
    pub(super) async fn next_part(&mut self) -> Result<Option<HeaderMap>, Problem> {
        if self.ended {
            return Ok(None);
        }
        while self.next_bytes().await?.is_some() {}
        self.held.advance(self.delimiter.len());
        self.hold(2).await?;
        if self.held.starts_with(b"--") {
            self.ended = true;
            // What follows the last delimiter says nothing, but it is read: a client still sending would not hear the answer.
            while self.blocks.next().await?.is_some() {}
            return Ok(None);
        }
        let mut end = None;
        while end.is_none() {
            end = position(&self.held, b"\r\n\r\n").filter(|end| *end <= HEAD_BYTES_MAX);
            if end.is_none() {
                if self.held.len() > HEAD_BYTES_MAX {
                    return Err(Problem::bad_request(format!("the head of a part is longer than {HEAD_BYTES_MAX} bytes")));
                }
                self.more().await?;
            }
        }
        // The line ends of an empty head are one.
        let head = self.held.split_to(end.unwrap_or_default());
        self.held.advance(4);
        headers(&head).map(Some)
    }

    /// Bytes of the part at hand; `None` at its end.
    pub(super) async fn next_bytes(&mut self) -> Result<Option<Bytes>, Problem> {
        loop {
            match position(&self.held, &self.delimiter) {
                Some(0) => return Ok(None),
                Some(at) => return Ok(Some(self.held.split_to(at).freeze())),
                None => {}
            }
            // The end may be the beginning of a delimiter.
            let sure = self.held.len().saturating_sub(self.delimiter.len() - 1);
            if sure > 0 {
                return Ok(Some(self.held.split_to(sure).freeze()));
            }
            self.more().await?;
        }
    }

    async fn hold(&mut self, bytes: usize) -> Result<(), Problem> {
        while self.held.len() < bytes {
            self.more().await?;
        }
        Ok(())
    }

    async fn more(&mut self) -> Result<(), Problem> {
        match self.blocks.next().await? {
            Some(block) => self.held.extend_from_slice(&block),
            None => return Err(Problem::bad_request("the form ends before its last boundary")),
        }
        Ok(())
    }
}

fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, wanted)
}

/// The lines of a head. Its first is what is left of the delimiter's.
fn headers(head: &[u8]) -> Result<HeaderMap, Problem> {
    let broken = || Problem::bad_request("the head of a part cannot be read");
    let text = std::str::from_utf8(head).map_err(|_| Problem::bad_request("the head of a part is not UTF-8"))?;
    let mut lines = text.split("\r\n");
    if lines.next().is_none_or(|rest| !rest.trim().is_empty()) {
        return Err(broken());
    }
    let mut headers = HeaderMap::new();
    for line in lines {
        let (name, value) = line.split_once(':').ok_or_else(broken)?;
        let name = HeaderName::from_bytes(name.trim().as_bytes()).map_err(|_| broken())?;
        headers.insert(name, HeaderValue::from_bytes(value.trim().as_bytes()).map_err(|_| broken())?);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::body::Body;
    use futures_util::stream;

    use super::*;

    /// Parts as name and content, however the body is cut.
    async fn read(body: &str, cut: usize) -> Result<Vec<(String, String)>, Problem> {
        let blocks: Vec<Result<Bytes, std::io::Error>> =
            body.as_bytes().chunks(cut).map(|block| Ok(Bytes::copy_from_slice(block))).collect();
        let blocks = Blocks::new(Body::from_stream(stream::iter(blocks)), 100_000, Duration::from_secs(1));
        let mut form = Form::new(blocks, "xYz");
        let mut parts = Vec::new();
        while let Some(head) = form.next_part().await? {
            let mut content = Vec::new();
            while let Some(bytes) = form.next_bytes().await? {
                content.extend_from_slice(&bytes);
            }
            let head = head["content-disposition"].to_str().map_or_else(|_| "?".to_owned(), str::to_owned);
            parts.push((head, String::from_utf8(content).unwrap()));
        }
        Ok(parts)
    }

    #[tokio::test]
    async fn parts_come_whole_however_the_body_is_cut() {
        let body = "--xYz\r\nContent-Disposition: a\r\nContent-Type: x/y\r\n\r\none\r\n--xY\r\n\r\n--xYz  \r\ncontent-disposition: b\r\n\r\n\r\n--xYz--\r\nafter";
        for cut in [1, 2, 3, 7, 1000] {
            let parts = read(body, cut).await.unwrap();
            assert_eq!(parts, [("a".to_owned(), "one\r\n--xY\r\n".to_owned()), ("b".to_owned(), String::new())], "cut at {cut}");
        }
        let preamble = format!("this is a form\r\n{body}");
        assert_eq!(read(&preamble, 5).await.unwrap().len(), 2);
    }

    #[tokio::test]
    async fn what_is_no_form_is_said() {
        for (body, sentence) in [
            ("", "last boundary"),
            ("--other\r\n\r\n", "last boundary"),
            ("--xYz\r\nContent-Disposition: a\r\n\r\none", "last boundary"),
            ("--xYz\r\nno colon\r\n\r\none\r\n--xYz--", "cannot be read"),
            ("--xYzz\r\na: b\r\n\r\none\r\n--xYz--", "cannot be read"),
        ] {
            let problem = read(body, 4).await.unwrap_err();
            assert!(problem.status == 400 && problem.detail.as_deref().unwrap().contains(sentence), "{body}: {problem:?}");
        }
        let endless = format!("--xYz\r\na: {}", "b".repeat(20_000));
        assert!(read(&endless, 1000).await.unwrap_err().detail.unwrap().contains("longer than"));
    }

    #[test]
    fn a_boundary_is_found_and_bounded() {
        assert_eq!(boundary("multipart/form-data; boundary=\"a b\""), Some("a b"));
        assert_eq!(boundary("multipart/form-data; charset=x; Boundary=abc"), Some("abc"));
        assert_eq!(boundary("multipart/form-data"), None);
        assert_eq!(boundary(&format!("multipart/form-data; boundary={}", "x".repeat(71))), None);
    }
}
