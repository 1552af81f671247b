//! What a log line may say. Logs are read by more people than the ledger, and kept longer than anybody thinks.

use super::source::{files, none, product};

/// Fields that would carry what is about a person or opens a door.
const PERSONAL: [&str; 27] = [
    "payee",
    "creditor",
    "creditor_name",
    "holder",
    "holder_kana",
    "kana",
    "person",
    "person_name",
    "staff_name",
    "full_name",
    "address_line",
    "postal",
    "phone",
    "mail",
    "email",
    "birthday",
    "account_no",
    "account_number",
    "my_number",
    "password",
    "secret",
    "token",
    "cookie",
    "body",
    "record",
    "fields",
    "headers",
];
const MACROS: [&str; 5] = ["error!(", "warn!(", "info!(", "debug!(", "trace!("];

/// The arguments of every log line: path and line of its beginning, and the text between its parentheses.
fn log_lines(path: &str, text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (at, _) in text.char_indices() {
        let Some(name) = MACROS.iter().find(|name| text[at..].starts_with(**name)) else { continue };
        // `error!(` ends other macros' names too.
        if text[..at].chars().next_back().is_some_and(|before| before.is_alphanumeric() || before == '_') {
            continue;
        }
        let (mut depth, mut in_text, mut escaped) = (1_u32, false, false);
        let rest = &text[at + name.len()..];
        let end = rest.char_indices().find(|(_, c)| {
            match c {
                _ if escaped => escaped = false,
                '\\' if in_text => escaped = true,
                '"' => in_text = !in_text,
                '(' if !in_text => depth += 1,
                ')' if !in_text => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        let arguments = end.map_or(rest, |(end, _)| &rest[..end]);
        found.push((format!("{path}:{}", text[..at].lines().count()), arguments.to_owned()));
    }
    found
}

/// Names of fields, and of what is written into the sentence: `payee = …`, `%payee`, `{payee}`.
fn names(arguments: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for (index, part) in arguments.split('"').enumerate() {
        if index % 2 == 1 {
            names.extend(part.split('{').skip(1).filter_map(|rest| rest.split(['}', ':']).next()));
            continue;
        }
        for field in part.split(',') {
            let named = field.split_once('=').map_or(field, |(name, _)| name);
            names.push(named.trim().trim_start_matches(['%', '?']));
            // A field that is an expression says what it is by its last word.
            names.extend(
                field
                    .split_once('=')
                    .and_then(|(_, value)| value.trim().rsplit('.').next())
                    .map(|word| word.trim_end_matches("()")),
            );
        }
    }
    names
}

#[test]
fn no_log_line_tells_of_a_person() {
    let (mut wrong, mut seen) = (Vec::new(), 0);
    let mut sources = product();
    // Whether or not the rest of this walk looks at the console.
    sources.extend(files("console/src", ".rs"));
    for source in &sources {
        for (place, arguments) in log_lines(&source.path, &source.text) {
            seen += 1;
            let said = names(&arguments);
            wrong.extend(PERSONAL.iter().filter(|name| said.contains(name)).map(|name| format!("{place}: {name}")));
        }
    }
    assert!(seen > 60, "only {seen} log lines were found: the search is wrong");
    none(&wrong, "logs name topics, batches, files and messages, never people or what is theirs");
}

/// A line about a message says which.
#[test]
fn a_line_about_one_message_names_it() {
    let mut wrong = Vec::new();
    for source in product().iter().filter(|source| source.path.ends_with("broker/consume/work.rs")) {
        let lines = log_lines(&source.path, &source.text);
        assert!(lines.len() >= 6, "{lines:?}");
        wrong.extend(lines.into_iter().filter(|(_, arguments)| !arguments.contains("message_id =")).map(|(place, _)| place));
    }
    none(&wrong, "what happens to a message is found by its id");
}

#[test]
fn names_are_found_where_they_are_said() {
    let text = "fn f() { tracing::warn!(topic, payee = %row.name, holder = row.kana(), \"to {person}: {}\", x); }";
    let [(place, arguments)] = &log_lines("a.rs", text)[..] else { panic!("one line") };
    assert_eq!(place, "a.rs:1");
    let said = names(arguments);
    assert!(["topic", "payee", "name", "kana", "person"].iter().all(|name| said.contains(name)), "{said:?}");
}
