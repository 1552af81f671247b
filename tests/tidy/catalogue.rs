//! Every code that Rust gives to a person has its texts.

use std::collections::BTreeSet;

use renkei_core::catalogue::{self, Lang};

use super::source::{files, none, product};

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

/// What audit events are called where SQL writes them: actions, and the kind of object behind each.
fn events(text: &str) -> Vec<(Vec<&str>, Option<&str>)> {
    let word = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || b"._".contains(&byte));
    let is_action = |text: &str| word(text) && text.contains('.') && !text.ends_with('.') && text != "export.file";
    let mut found = Vec::new();
    for at in ["audit.record(", "into audit.event ("] {
        for (start, _) in text.match_indices(at) {
            let end = text[start..].char_indices().nth(600).map_or(text.len(), |(index, _)| start + index);
            let parts: Vec<&str> = text[start..end].split('\'').collect();
            // A word with what stands before it; an action stands near the beginning.
            let words: Vec<(&str, &str)> = parts.chunks_exact(2).map(|pair| (pair[0].trim_end(), pair[1])).collect();
            let Some(first) = words.iter().position(|(_, text)| is_action(text)).filter(|first| *first < 4) else { continue };
            let object = words[first..].iter().position(|(before, text)| !is_action(text) && word(text) && before.ends_with(','));
            let upto = object.map_or(first + 1, |object| first + object);
            let actions = words[first..upto].iter().map(|(_, text)| *text).filter(|text| is_action(text)).collect();
            found.push((actions, object.map(|object| words[first + object].1)));
        }
    }
    found
}

#[test]
fn the_audit_log_speaks_the_readers_language() {
    let mut missing = BTreeSet::new();
    let mut seen = 0;
    let sources = [files("migrations", ".sql"), files("integrations", ".sql"), files("consumers/src", ".sql"), product()];
    for source in sources.iter().flatten() {
        for (actions, object) in events(&source.text) {
            let named =
                actions.iter().map(|action| ("audit_action", *action)).chain(object.map(|object| ("audit_object", object)));
            for (table, value) in named {
                seen += 1;
                if catalogue::word(table, value, Lang::Ja).is_none() {
                    missing.insert(format!("{}: {value} is not in [words.{table}]", source.path));
                }
            }
        }
    }
    assert!(seen > 80, "only {seen} words were found: the search is wrong");
    none(&missing.into_iter().collect::<Vec<_>>(), "every action and object of the audit log has words in core/catalogue.toml");
}

#[test]
fn events_are_found_in_sql() {
    let text = "perform audit.record(who, case when a then 'x.one' else 'x.two' end, 'thing', id, '{}'); select 1";
    assert_eq!(events(text), [(vec!["x.one", "x.two"], Some("thing"))]);
    let text = "insert into audit.event (actor, action, object) select b.actor, 'order.returned', 'payment_order', m.no";
    assert_eq!(events(text), [(vec!["order.returned"], Some("payment_order"))]);
    assert!(events("select audit.record($1, $2, 'batch', $3)").is_empty(), "what comes from outside is looked for there");
}
