//! Every code that Rust gives to a person has its texts.

use std::collections::BTreeSet;

use renkei_core::catalogue;

use super::source::{none, product};

/// Upper-case words that are no codes: settings of the environment and of the build, heads of codes, and what the broker answers.
fn is_other(word: &str) -> bool {
    word.starts_with("RENKEI_") || word.starts_with("CARGO_") || word.ends_with('_') || word == "NOT_FOUND"
}

/// Literals like `"FIELD_EMPTY"` of a text.
fn codes_of(text: &str) -> Vec<&str> {
    let upper = |word: &&str| {
        word.contains('_')
            && word.starts_with(|first: char| first.is_ascii_uppercase())
            && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    };
    // Not by pairs of quotation marks: an escaped one would shift them all.
    text.split('"').filter(upper).collect()
}

#[test]
fn every_code_that_rust_gives_has_texts() {
    let mut missing = BTreeSet::new();
    let mut seen = 0;
    for source in product() {
        for code in codes_of(&source.text).into_iter().filter(|code| !is_other(code)) {
            seen += 1;
            if !catalogue::is_known(code) {
                missing.insert(format!("{}: {code}", source.path));
            }
        }
    }
    assert!(seen > 100, "only {seen} codes were found: the search is wrong");
    none(&missing.into_iter().collect::<Vec<_>>(), "every code of a fault or problem is in core/catalogue.toml");
}

#[test]
fn codes_are_found_in_rust() {
    assert_eq!(codes_of(r#"Fault::new("FIELD_EMPTY").arg("field", x) => "COLUMN_COUNT","#), ["FIELD_EMPTY", "COLUMN_COUNT"]);
}
