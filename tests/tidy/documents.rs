//! What documents point at and what they tell people to type.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use crate::source::{Source, files, root};

/// Every document but those that belong to a case.
fn documents() -> Vec<Source> {
    let mut found = files("", ".md");
    found.retain(|document| !document.path.contains("/cases/"));
    assert!(found.len() > 50, "the walk found only {} documents", found.len());
    found
}

/// Where the links of a document lead, as written, but for addresses of the web.
fn links(text: &str) -> Vec<&str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets.filter(|target| !target.contains("://") && !target.contains(' ')).collect()
}

/// A path relative to the document it stands in, from the root of the checkout.
fn from_root(document: &str, target: &str) -> String {
    let mut path = PathBuf::new();
    for part in Path::new(document).parent().unwrap().join(target).components() {
        match part {
            Component::ParentDir => _ = path.pop(),
            Component::CurDir => {}
            other => path.push(other),
        }
    }
    path.to_string_lossy().into_owned()
}

/// The headings of a document as a page of the web names them.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings =
        text.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim().to_lowercase());
    headings
        .map(|heading| {
            heading.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c)).collect::<String>().replace(' ', "-")
        })
        .collect()
}

#[test]
fn every_link_leads_somewhere_and_every_document_is_linked() {
    let documents = documents();
    let mut dead = Vec::new();
    let mut linked = BTreeSet::new();
    for document in &documents {
        for link in links(&document.text) {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let path = if file.is_empty() { document.path.clone() } else { from_root(&document.path, file) };
            if !root().join(&path).exists() {
                dead.push(format!("{}: {link}", document.path));
            } else if !anchor.is_empty()
                && !documents.iter().any(|other| other.path == path && anchors(&other.text).contains(anchor))
            {
                dead.push(format!("{}: {link} has no such heading", document.path));
            }
            // A folder shows its README.
            linked.insert(format!("{path}/README.md"));
            linked.insert(path);
        }
    }
    assert!(linked.len() > 30, "the walk found only {} links", linked.len());
    let lonely = documents
        .iter()
        .map(|document| &document.path)
        .filter(|path| path.starts_with("docs/") && !path.starts_with("docs/decisions/"));
    dead.extend(lonely.filter(|path| !linked.contains(*path)).map(|path| format!("{path}: nothing leads there")));
    assert!(dead.is_empty(), "{dead:#?}");
}

/// What `--help` of a command prints, nothing where there is no such command.
fn help(path: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_renkei")).args(path.split_whitespace()).arg("--help").output().unwrap();
    if output.status.success() { String::from_utf8(output.stdout).unwrap() } else { String::new() }
}

/// The commands a help text lists.
fn commands(help: &str) -> BTreeSet<&str> {
    let (_, list) = help.split_once("Commands:\n").unwrap_or_default();
    list.lines().take_while(|line| line.starts_with("  ")).filter_map(|line| line.split_whitespace().next()).collect()
}

/// What is wrong with a command as a document writes it: a word that is no command, an option it does not take.
fn fault(written: &str, helps: &mut BTreeMap<String, String>) -> Option<String> {
    let words: Vec<&str> = written.split_whitespace().collect();
    let mut path = String::new();
    let mut rest = words.as_slice();
    loop {
        let text = helps.entry(path.clone()).or_insert_with(|| help(&path));
        let known = commands(text);
        let Some((word, after)) = rest.split_first().filter(|_| !known.is_empty()) else { break };
        if !known.contains(word) {
            // `renkei ledger …`: the document means all of them.
            let general = word.starts_with(['-', '…', '.']);
            return (!general).then(|| format!("{word:?} is no command"));
        }
        path = format!("{path} {word}");
        rest = after;
    }
    let text = helps[&path].clone();
    let options = rest.iter().map(|word| word.trim_start_matches('[').split(['=', ']', ',']).next().unwrap_or_default());
    let mut unknown = options.filter(|word| {
        word.starts_with("--") && word.len() > 2 && !text.contains(&format!("{word} ")) && !text.contains(&format!("{word}\n"))
    });
    unknown.next().map(|option| format!("{option} is no option of it"))
}

#[test]
fn every_command_in_a_document_is_one() {
    let mut helps = BTreeMap::new();
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for document in documents().iter().filter(|document| document.path != "CHANGELOG.md") {
        for written in
            document.text.split('`').filter_map(|span| span.strip_prefix("renkei ")).filter(|written| !written.contains('\n'))
        {
            if seen.insert(written.to_owned())
                && let Some(why) = fault(written, &mut helps)
            {
                wrong.push(format!("{}: `renkei {written}`: {why}", document.path));
            }
        }
    }
    assert!(seen.len() > 60, "the walk found only {} commands", seen.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_wrong_command_is_noticed() {
    let mut helps = BTreeMap::new();
    assert_eq!(fault("batch show N --json", &mut helps), None);
    assert_eq!(fault("ledger …", &mut helps), None);
    assert_eq!(fault("batch shew N", &mut helps).as_deref(), Some("\"shew\" is no command"));
    assert_eq!(fault("batch show N --colour", &mut helps).as_deref(), Some("--colour is no option of it"));
}
