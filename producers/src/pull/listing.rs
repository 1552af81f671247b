//! A list of files: `[{"name": …, "url": …, "sha256": …}]`, newest first, bare or as `files` of an object. Other keys are the
//! server's own affair.

use reqwest::Url;
use serde::Deserialize;

use super::{address, digest};

/// Bytes of a list.
pub(super) const BYTES_MAX: u64 = 4 << 20;
/// Files of a list.
pub(super) const FILES_MAX: usize = 1_000;

/// One file of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) url: Url,
    pub(super) name: Option<String>,
    pub(super) sha256: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Document {
    Bare(Vec<Item>),
    Files { files: Vec<Item> },
}

#[derive(Deserialize)]
struct Item {
    url: String,
    name: Option<String>,
    sha256: Option<String>,
}

/// Reads a list; addresses are relative to its own. Gives the oldest first, which is the order to take them in.
pub(super) fn read(text: &[u8], own: &Url) -> Result<Vec<Listed>, String> {
    let document = serde_json::from_slice(text).map_err(|error| format!("it is no list of files: {error}"))?;
    let (Document::Bare(items) | Document::Files { files: items }) = document;
    if items.len() > FILES_MAX {
        return Err(format!("it lists {} files, at most {FILES_MAX}", items.len()));
    }
    let mut files = Vec::with_capacity(items.len());
    for item in items {
        let url = own.join(&item.url).map_err(|error| format!("the address {:?} of its list: {error}", item.url))?;
        let sha256 = match item.sha256 {
            None => None,
            Some(text) => Some(digest::checked(&text).ok_or_else(|| format!("{text:?} in its list is no SHA-256"))?),
        };
        let name = item.name.map(|name| crate::names::shown(&name)).or_else(|| address::file_name(&url));
        if files.iter().any(|other: &Listed| other.url == url) {
            return Err(format!("it lists {} twice", address::shown(&url)));
        }
        files.push(Listed { url, name, sha256 });
    }
    files.reverse();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> Url {
        Url::parse("https://a.example/v/list.json").unwrap()
    }

    #[test]
    fn the_oldest_comes_first() {
        let sha = "ab".repeat(32);
        let text = format!(
            r#"{{"files":[{{"url":"b.csv","sha256":"{sha}","size":3}},{{"url":"/x/a.csv","name":"甲.csv"}}],"next":null}}"#
        );
        let files = read(text.as_bytes(), &own()).unwrap();
        let shown: Vec<_> = files.iter().map(|file| (file.url.as_str(), file.name.as_deref(), file.sha256.is_some())).collect();
        assert_eq!(
            shown,
            [("https://a.example/x/a.csv", Some("甲.csv"), false), ("https://a.example/v/b.csv", Some("b.csv"), true)]
        );
        assert_eq!(read(b"[]", &own()).unwrap(), []);
    }

    #[test]
    fn what_is_no_list_is_told() {
        let repeated = r#"[{"url":"a"},{"url":"./a"}]"#;
        for text in ["<html>", "{}", r#"[{"name":"a"}]"#, r#"[{"url":"a","sha256":"12"}]"#, repeated] {
            assert!(read(text.as_bytes(), &own()).is_err(), "{text}");
        }
    }
}
