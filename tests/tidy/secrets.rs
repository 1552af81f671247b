//! 予定価格, 最低制限価格 and 執行予定額 are secret until the opening: the file that tells vendors of a tender cannot hold them.

use super::queues::registry;
use super::source::{files, none, root};

const FOLDER: &str = "integrations/07_selected_vendors";

/// Columns and tables that hold a secret price, or from which one could compute it.
const SECRETS: [&str; 7] = ["planned", "floor_excl", "survey_excl", "reserved", "commitment", "ledger.tender ", "ledger.bid"];

#[test]
fn the_layout_has_no_field_for_an_amount() {
    let registry = registry();
    let topic = registry.topics.iter().find(|topic| FOLDER.ends_with(topic.slug.as_str())).unwrap();
    let (_, layout) = &topic.integration.as_ref().unwrap().layouts[0];
    let mut wrong = Vec::new();
    for field in layout.kinds().iter().flat_map(|kind| &kind.fields) {
        let named = ["価格", "金額", "予定額", "円"].iter().any(|word| field.name.contains(word));
        // Whether there is a floor is told, not where it lies.
        if named && field.id != "has_floor" || SECRETS.iter().any(|secret| field.id.contains(secret)) {
            wrong.push(format!("{} {}", field.id, field.name));
        }
    }
    none(&wrong, "no field of the file is an amount");
    assert!(layout.kinds().iter().all(|kind| kind.amount.is_none()), "no record of the file carries money");
}

#[test]
fn its_sql_reads_nothing_that_knows_a_price() {
    let select = &files(FOLDER, "select.sql")[0];
    let mut read = vec![(select.path.clone(), select.text.clone())];
    // What it calls is read as well.
    let tenders = std::fs::read_to_string(root().join("migrations/0042_tenders.sql")).unwrap();
    for function in ["ledger.tender_faults", "ledger.vendor_suspensions_within", "ledger.vendor_grade"] {
        let (_, rest) = tenders.split_once(&format!("create function {function}(")).unwrap();
        read.push((function.to_owned(), rest.split("\n$$;").next().unwrap().to_owned()));
    }
    let mut wrong = Vec::new();
    for (place, text) in &read {
        let code: Vec<&str> = text.lines().map(|line| line.split("--").next().unwrap_or_default()).collect();
        wrong
            .extend(SECRETS.iter().filter(|secret| code.join("\n").contains(*secret)).map(|secret| format!("{place}: {secret}")));
    }
    none(&wrong, "what is told of a tender is read from public_tender, which has no price (the guards ask the database)");
}

#[test]
fn a_price_the_ledger_knows_changes_no_byte() {
    let setup = |case: &str| std::fs::read_to_string(root().join(FOLDER).join("cases").join(case).join("setup.sql")).unwrap();
    let bytes = |case: &str| {
        let expected = root().join(FOLDER).join("cases").join(case).join("expected");
        std::fs::read(std::fs::read_dir(expected).unwrap().map(|entry| entry.unwrap().path()).min().unwrap()).unwrap()
    };
    let (known, unknown) = (setup("ordinary"), setup("voided"));
    assert!(known.starts_with(&unknown) && known.contains("set planned_excl = 5500000, floor_excl = 4400000"));
    assert_eq!(bytes("ordinary"), bytes("voided"));
}
