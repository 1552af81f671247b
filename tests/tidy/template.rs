//! `make new` can be followed to its end: the folder it makes and the entry it prints load as they are, and its cases are whole.

use std::path::Path;
use std::process::Command;

use renkei_core::layout::read::{ReadLimits, read_file};
use renkei_core::registry::{Direction, Registry, Sources, Topic};

use super::source::root;

/// A registry that holds what `compose/new-integration` made, put to work at once.
fn made(folder: &Path, slug: &str, direction: &str) -> Registry {
    let head = std::fs::read_to_string(root().join("queues.toml")).unwrap();
    let queues = folder.join("queues.toml");
    std::fs::write(&queues, head.split("[[topic]]").next().unwrap()).unwrap();
    let output =
        Command::new(root().join("compose/new-integration")).args([slug, direction]).arg(folder).output().expect("bash is here");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).unwrap();
    let entry = printed.split_once("[[topic]]").and_then(|(_, rest)| rest.split_once("\n\n")).expect("an entry to paste").0;
    assert!(entry.contains("status    = \"planned\""), "{entry}");
    let mut text = std::fs::read_to_string(&queues).unwrap();
    text.push_str(&format!("[[topic]]{}\n", entry.replace("\"planned\"", "\"active\"")));
    std::fs::write(&queues, text).unwrap();
    let sources = Sources { queues: Some(queues), integrations: Some(folder.join("integrations")) };
    Registry::load_from(&sources).unwrap_or_else(|errors| panic!("{errors}"))
}

/// Names of the cases; each has a `case.toml` whose file lies beside it.
fn cases(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let given: toml::Table = std::fs::read_to_string(path.join("case.toml")).unwrap().parse().unwrap();
        assert!(given["what"].as_str().is_some_and(|what| !what.is_empty()), "{}", path.display());
        assert!(given["business_date"].as_str().is_some_and(|day| day.parse::<jiff::civil::Date>().is_ok()));
        if let Some(file) = given.get("file") {
            assert!(path.join(file.as_str().unwrap()).is_file(), "{}", path.display());
        }
        names.push(path.file_name().unwrap().to_string_lossy().into_owned());
    }
    names.sort();
    names
}

/// Errors that the topic's layout finds in the input of a case.
fn errors(topic: &Topic, case: &Path) -> u64 {
    let layout = topic.integration.as_ref().and_then(|integration| integration.layout("")).expect("a layout");
    let bytes = std::fs::read(case.join("input.csv")).unwrap();
    read_file(layout, bytes.as_slice(), &ReadLimits::default(), |_| {}).unwrap().faults
}

#[test]
fn an_inbound_folder_is_whole_as_it_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let registry = made(folder.path(), "25_rent_deposits", "in");
    let topic = registry.active(Direction::In).next().expect("the topic is active");
    assert_eq!(topic.queue(), "in.25_rent_deposits");
    let at = folder.path().join("integrations/25_rent_deposits/cases");
    assert_eq!(cases(&at), ["amount_with_separator", "ordinary"]);
    assert_eq!(errors(topic, &at.join("ordinary")), 0);
    assert_eq!(errors(topic, &at.join("amount_with_separator")), 1);
}

#[test]
fn an_outbound_folder_is_whole_as_it_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let registry = made(folder.path(), "26_rent_refunds", "out");
    let topic = registry.active(Direction::Out).next().expect("the topic is active");
    assert_eq!((topic.queue().as_str(), topic.once), ("out.26_rent_refunds", true));
    assert_eq!(cases(&folder.path().join("integrations/26_rent_refunds/cases")), ["nothing_to_send", "ordinary"]);
}
