//! Every integration folder is complete, and its codes have texts.

use std::collections::BTreeSet;
use std::path::Path;

use renkei_core::catalogue;
use renkei_core::registry::{Release, Status};

use super::queues::registry;
use super::source::{Source, files, none, root};

const README_LINES_MIN: usize = 15;

#[test]
fn every_folder_has_a_readme_and_ordinary_and_faulty_cases() {
    let mut wrong = Vec::new();
    for topic in registry().sides().filter(|topic| topic.status == Status::Active) {
        let folder = root().join("integrations").join(&topic.folder);
        let readme = std::fs::read_to_string(folder.join("README.md")).unwrap_or_default();
        if readme.lines().count() < README_LINES_MIN {
            wrong.push(format!("{}: README.md has fewer than {README_LINES_MIN} lines", topic.folder));
        }
        let cases = case_names(&folder.join("cases"), &mut wrong);
        let ordinary = cases.iter().filter(|name| name.starts_with("ordinary")).count();
        if ordinary == 0 {
            wrong.push(format!("{}: no case is named ordinary…", topic.folder));
        }
        if ordinary == cases.len() {
            wrong.push(format!("{}: no case shows what goes wrong", topic.folder));
        }
    }
    none(&wrong, "every active topic has a README, an ordinary case and another");
}

fn case_names(folder: &Path, wrong: &mut Vec<String>) -> Vec<String> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.file_name().is_some_and(|name| name == "show.sql" || name == "setup.sql" || name == "functions.sql") {
            continue;
        }
        if !path.is_dir() || !path.join("case.toml").is_file() {
            wrong.push(format!("{}: a case is a folder with case.toml", path.display()));
        }
        names.push(entry.file_name().to_string_lossy().into_owned());
    }
    names
}

/// What may lie in a folder beside `cases/`.
const KNOWN: [&str; 16] = [
    "README.md",
    "params.toml",
    "layout.toml",
    "check.sql",
    "post.sql",
    "cancel.sql",
    "blockers.sql",
    "select.sql",
    "waiting.sql",
    "review.sql",
    "beside.sql",
    "compare.sql",
    "notable.sql",
    "workbook.sql",
    "release.sql",
    "void.sql",
];

/// The steps that may have SQL of their own for one layout.
const STEPS: [&str; 10] = ["select", "waiting", "review", "beside", "compare", "notable", "workbook", "release", "void", "bring"];

/// `select.payroll.sql` beside `layouts/payroll.toml`.
fn of_one_layout(name: &str, path: &str) -> bool {
    let parts: Vec<&str> = name.split('.').collect();
    let [step, layout, "sql"] = parts[..] else { return false };
    let folder = root().join(path);
    STEPS.contains(&step) && folder.with_file_name(format!("layouts/{layout}.toml")).exists()
}

#[test]
fn a_folder_holds_only_what_the_contract_names() {
    let mut wrong = Vec::new();
    for source in files("integrations", "") {
        // The folder of a partner's answers is an inbound one inside that of its topic.
        let mut parts = source.path.split('/').skip(2).peekable();
        parts.next_if(|name| *name == "results");
        let known = match (parts.next(), parts.next(), parts.next()) {
            (Some(name), None, None) => KNOWN.contains(&name) || of_one_layout(name, &source.path),
            (Some("layouts" | "profiles"), Some(name), None) => name.ends_with(".toml"),
            (Some("cases"), Some("show.sql" | "setup.sql" | "functions.sql"), None) | (Some("cases"), Some(_), Some(_)) => true,
            _ => false,
        };
        if !known {
            wrong.push(source.path);
        }
    }
    none(&wrong, "docs/INTEGRATIONS.md names every file of a folder");
}

#[test]
fn a_folder_that_asks_for_a_choice_reads_it() {
    let mut wrong = Vec::new();
    let mut asking = 0;
    for source in files("integrations", "check.sql") {
        let words = source.text.split('\'');
        if !words.clone().any(|word| catalogue::choice(word).is_some()) {
            continue;
        }
        asking += 1;
        // By itself, or through the function that both use.
        for file in ["check.sql", "post.sql"] {
            let text = std::fs::read_to_string(root().join(&source.path).with_file_name(file)).unwrap();
            if !text.contains("choice") && !text.contains("ledger.utility_notice()") {
                wrong.push(format!("{}: {file} does not read what was chosen", source.path));
            }
        }
    }
    assert!(asking >= 3, "only {asking} folders ask: the search is wrong");
    none(&wrong, "what a person chose for a held line counts in the check and in the posting");
}

#[test]
fn a_file_that_needs_two_persons_is_compared_with_the_last_one() {
    let mut wrong = Vec::new();
    let registry = registry();
    let active = registry.topics.iter().filter(|topic| topic.status == Status::Active);
    for topic in active.filter(|topic| topic.release == Release::TwoPerson) {
        for name in ["compare.sql", "notable.sql"] {
            if !root().join("integrations").join(topic.slug.as_str()).join(name).is_file() {
                wrong.push(format!("{}: {name} is missing", topic.slug));
            }
        }
    }
    none(&wrong, "the approver of a file that needs two persons sees what is different from last time");
}

/// Words of a verdict or a refusal: a literal in their company is a code.
const VERDICTS: [&str; 6] = ["'reject'", "'hold'", "'skip'", "'warn'", "'stop'", "'leave_out'"];

#[test]
fn every_code_that_sql_gives_has_texts() {
    let mut missing = BTreeSet::new();
    let mut seen = 0;
    for name in ["check", "select", "waiting", "blockers", "notable"] {
        // Also those of one layout: `waiting.payroll.sql`.
        let of_step = |source: &&Source| source.path.rsplit('/').next().is_some_and(|file| file.split('.').next() == Some(name));
        for source in files("integrations", ".sql").iter().filter(|s| !s.path.contains("/cases/")).filter(of_step) {
            for code in source.text.lines().flat_map(codes_of) {
                seen += 1;
                note(&mut missing, source, &code);
            }
        }
    }
    // Checks shared by several folders are functions of the schema, which also names posting events.
    for source in files("migrations", ".sql") {
        let gives = |line: &&str| line.contains("'EXPORT_WAITS_") || VERDICTS.iter().any(|word| line.contains(word));
        for line in source.text.lines().filter(gives) {
            for code in codes_of(line) {
                seen += 1;
                note(&mut missing, &source, &code);
            }
        }
    }
    assert!(seen > 20, "only {seen} codes were found: the search is wrong");
    none(&missing.into_iter().collect::<Vec<_>>(), "every code of a check, refusal or blocker is in core/catalogue.toml");
}

fn note(missing: &mut BTreeSet<String>, source: &Source, code: &str) {
    if !catalogue::is_known(code) {
        missing.insert(format!("{}: {code}", source.path));
    }
}

/// Literals like `'PAYEE_UNKNOWN'` of a line without its comment.
fn codes_of(line: &str) -> Vec<String> {
    let code = line.split("--").next().unwrap_or_default();
    let literals = code.split('\'').skip(1).step_by(2);
    let is_code = |text: &&str| {
        text.contains('_')
            && text.starts_with(|first: char| first.is_ascii_uppercase())
            && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    };
    literals.filter(is_code).map(str::to_owned).collect()
}

#[test]
fn codes_are_found_in_sql() {
    let found = codes_of("select line, 'hold', 'PAYEE_UNKNOWN', 'x' -- 'NOT_THIS'");
    assert_eq!(found, ["PAYEE_UNKNOWN"]);
}
