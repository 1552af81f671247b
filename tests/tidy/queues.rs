//! `queues.toml` begins with the ward's table: these 24 連携, each in its direction. What a ward adds has numbers behind them.

use renkei_core::registry::{Direction, Registry, Sources, Status};

use super::source::root;

/// The ward's table.
pub(crate) const TABLE: [(u8, &str, Direction); 24] = [
    (1, "01_financial_institutions", Direction::In),
    (2, "02_organization_staff", Direction::In),
    (3, "03_teachers", Direction::In),
    (4, "04_contracts", Direction::In),
    (5, "05_settlement_statistics", Direction::Out),
    (6, "06_vendors", Direction::In),
    (7, "07_selected_vendors", Direction::Out),
    (8, "08_bid_results", Direction::In),
    (9, "09_bank_transfers", Direction::Out),
    (10, "10_utility_notices", Direction::In),
    (11, "11_receipt_slips", Direction::In),
    (12, "12_civic_assessments", Direction::In),
    (13, "13_welfare_assessments", Direction::In),
    (14, "14_civic_clearings", Direction::Out),
    (15, "15_welfare_clearings", Direction::Out),
    (16, "16_invoices", Direction::In),
    (17, "17_eltax_payment_slips", Direction::Out),
    (18, "18_eltax_payments", Direction::In),
    (19, "19_postage", Direction::In),
    (20, "20_payroll", Direction::In),
    (21, "21_login_ids", Direction::In),
    (22, "22_work_progress", Direction::Out),
    (23, "23_staff_payments", Direction::Out),
    (24, "24_facility_balances", Direction::Out),
];

/// The registry of this checkout, whatever the environment says.
pub(crate) fn registry() -> Registry {
    let sources = Sources { queues: Some(root().join("queues.toml")), integrations: Some(root().join("integrations")) };
    Registry::load_from(&sources).unwrap_or_else(|errors| panic!("{errors}"))
}

#[test]
fn queues_toml_begins_with_the_wards_table() {
    let registry = registry();
    let rows: Vec<(u8, &str, Direction)> =
        registry.topics.iter().map(|topic| (topic.number, topic.slug.as_str(), topic.direction)).collect();
    assert_eq!(rows.get(..TABLE.len()), Some(&TABLE[..]));
    assert!(rows[TABLE.len()..].iter().all(|(number, _, _)| *number > 24), "{rows:?}");
}

#[test]
fn a_folder_lies_where_its_topic_is_active_and_nowhere_else() {
    let registry = registry();
    let mut expected: Vec<String> =
        registry.topics.iter().filter(|topic| topic.status == Status::Active).map(|topic| topic.slug.to_string()).collect();
    let mut found: Vec<String> = std::fs::read_dir(root().join("integrations"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    expected.sort();
    found.sort();
    assert_eq!(found, expected, "left: folders, right: active topics of queues.toml");
}
