//! What Rust files may say, and how long they may be.

use super::queues::TABLE;
use super::source::{files, none, places, product, root};

#[test]
fn no_rust_file_names_an_integration() {
    let mut sources = product();
    // The demonstration tells the story of six of them.
    sources.retain(|source| !source.path.starts_with("src/demo") && !source.path.starts_with("src/cli/demo"));
    let found: Vec<String> = TABLE.iter().flat_map(|(_, slug, _)| places(&sources, slug)).collect();
    none(&found, "Rust is written per mechanism: what is true of one integration lies in its folder");
}

#[test]
fn only_the_broker_module_speaks_amqp() {
    let mut sources = product();
    sources.retain(|source| !source.path.starts_with("core/src/broker/"));
    none(&places(&sources, "lapin::"), "only core::broker says lapin");
}

#[test]
fn one_file_names_the_backoff_crate() {
    let mut sources = product();
    sources.retain(|source| source.path != "core/src/broker/retry.rs");
    let mut found = places(&sources, "backoff::");
    found.extend(places(&sources, "use backoff"));
    // A module of that name would hide the crate.
    found.retain(|place| !place.contains("::backoff::"));
    none(&found, "only core/src/broker/retry.rs names the backoff crate, which nobody maintains");
    for manifest in ["Cargo.toml", "producers/Cargo.toml", "consumers/Cargo.toml", "console/Cargo.toml"] {
        let text = std::fs::read_to_string(root().join(manifest)).unwrap();
        let (_, dependencies) = text.split_once("\n[dependencies]").unwrap();
        assert!(!dependencies.contains("\nbackoff"), "{manifest} depends on backoff");
    }
}

#[test]
fn only_consumers_and_sql_write_the_database() {
    let mut sources = product();
    sources.retain(|source| !source.path.starts_with("consumers/"));
    for source in &mut sources {
        source.text = source.text.to_lowercase();
    }
    let mut found = Vec::new();
    for schema in ["ledger", "intake", "export", "audit"] {
        for write in ["insert into", "update", "delete from", "copy", "truncate"] {
            found.extend(places(&sources, &format!("{write} {schema}.")));
        }
    }
    none(&found, "only consumers and SQL write the ledger and what stands around it");
}

#[test]
fn core_and_producers_cannot_know_the_database() {
    for manifest in ["core/Cargo.toml", "producers/Cargo.toml"] {
        let text = std::fs::read_to_string(root().join(manifest)).unwrap();
        let parsed: toml::Table = toml::from_str(&text).unwrap();
        for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let names = parsed.get(section).and_then(toml::Value::as_table);
            let found: Vec<&String> = names
                .into_iter()
                .flat_map(|table| table.keys())
                .filter(|name| ["sqlx", "tokio-postgres", "postgres", "renkei-consumers"].contains(&name.as_str()))
                .collect();
            assert!(found.is_empty(), "{manifest} [{section}] has {found:?}: what has no driver cannot write the ledger");
        }
    }
    let consumers = std::fs::read_to_string(root().join("consumers/Cargo.toml")).unwrap();
    assert!(!consumers.contains("renkei-producers"), "consumers do not know producers");
}

#[test]
fn rust_files_are_small_rooms() {
    const LINES_MAX: usize = 500;
    let mut long = Vec::new();
    for folder in ["core", "producers", "consumers", "console", "src", "tests"] {
        for source in files(folder, ".rs") {
            let lines = source.text.lines().count();
            if lines > LINES_MAX {
                long.push(format!("{}: {lines} lines", source.path));
            }
        }
    }
    none(&long, "a Rust file has at most 500 lines");
}

#[test]
fn the_project_speaks_of_itself_alone() {
    // Put together here, so that this file does not say them.
    let words =
        [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("sub", "agent"), concat!("sub-", "agent"), concat!("far", "m-")];
    let sources = files("", "");
    assert!(sources.len() > 100, "the walk found only {} files", sources.len());
    let found: Vec<String> = words.iter().flat_map(|word| places(&sources, word)).collect();
    none(&found, "no file names a place or a helper of the machine it was written on");
}

#[test]
fn no_test_is_switched_off_or_waits_for_the_clock() {
    let mut sources = Vec::new();
    for folder in ["core", "producers", "consumers", "console", "src", "tests"] {
        sources.extend(files(folder, ".rs"));
    }
    none(&places(&sources, concat!("#[ign", "ore")), "no test is ignored");
}

#[test]
fn migrations_only_go_forward() {
    let mut numbers = Vec::new();
    let mut wrong = Vec::new();
    for source in files("migrations", "") {
        let name = source.path.trim_start_matches("migrations/");
        let number = name.get(..4).and_then(|digits| digits.parse::<u16>().ok());
        let rest = name.get(4..).unwrap_or_default();
        if number.is_none() || !rest.starts_with('_') || !rest.ends_with(".sql") {
            wrong.push(format!("{name}: expected NNNN_what.sql"));
        }
        if rest.ends_with(".down.sql") || rest.ends_with(".up.sql") {
            wrong.push(format!("{name}: migrations have no way back"));
        }
        if let Some(number) = number {
            if numbers.contains(&number) {
                wrong.push(format!("{name}: the number is taken"));
            }
            numbers.push(number);
        }
    }
    assert!(numbers.is_sorted() && !numbers.is_empty());
    none(&wrong, "migrations are numbered with four digits and only go forward");
}
