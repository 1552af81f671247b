//! Which tables refer to others without foreign keys (docs/decisions/0003): a new one is either given its keys or named here.

use super::source::{Source, files, none};

/// Tables that grow with the records of files. They must stay without foreign keys; their references are checked set-wise.
const HOT: &[&str] = &[
    "intake.record",
    "intake.finding",
    "ledger.posting",
    "export.claim",
    "ledger.assessment",
    "ledger.assessment_range",
    "ledger.payment_slip",
    "ledger.slip_notice",
    "ledger.payment_notice",
    "ledger.receipt",
    "ledger.clearing",
    "ledger.overpayment",
    "ledger.unallocated_receipt",
    "ledger.daily_total",
    "ledger.receipt_slip",
    "ledger.institution",
    "ledger.branch",
    "ledger.institution_change",
    "ledger.account_change",
    "ledger.payment_result",
    "ledger.bid",
];

/// Tables that refer to nothing: masters, lists of steps, logs, and the files themselves.
const ROOTS: &[&str] = &[
    "intake.batch_step",
    "intake.shape",
    "intake.failure_note",
    "intake.failure_run",
    "intake.arrival_missing",
    "intake.medium_wipe",
    "ledger.fund",
    "ledger.account",
    "ledger.organization",
    "ledger.organization_successor",
    "ledger.organization_carrier",
    "ledger.organization_change",
    "ledger.staff_change",
    "ledger.facility",
    "ledger.intake_section",
    "ledger.holiday",
    "ledger.own_day",
    "ledger.profile_key",
    "ledger.profile_version",
    "ledger.calendar_horizon",
    "ledger.setting_change",
    "work.paused_topic",
    "intake.failure_note",
    "access.account",
    "access.attempt",
    "access.sender_token",
    "ledger.eltax_agency",
    "ledger.eltax_fee_item",
    "ledger.eltax_channel",
    "ledger.slip_form",
    "ledger.payment_file",
    "ledger.payment_order_step",
    "ledger.progress_counter",
    "ledger.return_reason",
    "ledger.institution_file",
    "ledger.creditor",
    "ledger.tender_method",
    "ledger.cash_flow_caption",
    "ledger.payroll_deduction_kind",
    "ledger.staff_pay_kind",
    "ledger.withholding_rate",
    "ledger.utility_collector",
    "ledger.postage_tariff",
    "ledger.qualified_issuer",
    "ledger.settlement_figure",
    "ledger.settlement_body",
    "ledger.settlement_table",
    "ledger.settlement_edition",
    "export.file",
    "export.step",
    "audit.event",
    "audit.seal",
    "access.account",
    "access.attempt",
];

/// Every table with its columns and constraints.
fn tables(sources: &[Source]) -> Vec<(String, String)> {
    let mut tables = Vec::new();
    for source in sources {
        let code: Vec<&str> = source.text.lines().map(|line| line.split("--").next().unwrap_or_default()).collect();
        for part in code.join("\n").split("create table ").skip(1) {
            let (name, rest) = part.split_once(" (").unwrap();
            let body = rest.split("\n)").next().unwrap();
            tables.push((name.trim().to_owned(), body.to_owned()));
        }
    }
    tables
}

#[test]
fn a_table_has_foreign_keys_or_is_known_to_have_none() {
    let tables = tables(&files("migrations", ".sql"));
    assert!(tables.len() > 40, "the walk found {} tables", tables.len());
    let mut wrong = Vec::new();
    for (name, body) in &tables {
        let has_keys = body.contains("references ");
        let (hot, root) = (HOT.contains(&name.as_str()), ROOTS.contains(&name.as_str()));
        match (has_keys, hot || root) {
            (true, true) if hot => wrong.push(format!("{name}: a key is checked for every record of every file")),
            (true, true) => wrong.push(format!("{name}: it has keys now; take it off the list of those that refer to nothing")),
            (false, false) => wrong.push(format!("{name}: it has no foreign keys; give it some, or name it here")),
            _ => {}
        }
    }
    for name in HOT.iter().chain(ROOTS).filter(|name| !tables.iter().any(|(known, _)| known == *name)) {
        wrong.push(format!("{name}: there is no such table"));
    }
    none(&wrong, "tests/tidy/tables.rs names every table without foreign keys");
}
