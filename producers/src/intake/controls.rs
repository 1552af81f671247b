//! What a sender stated against what was read. One yen off refuses the file.

use renkei_core::fault::Fault;
use renkei_core::layout::Layout;
use renkei_core::layout::read::ReadSummary;
use renkei_core::registry::Topic;
use renkei_core::registry::topics::Totals;

use crate::delivery::{Controls, Delivery};

/// Records that count for 件数: those of the kinds that carry an amount; where no kind does, all.
pub(super) fn counted(layout: &Layout, summary: &ReadSummary) -> u64 {
    if layout.kinds().iter().all(|kind| kind.amount.is_none()) {
        return summary.records;
    }
    let carries = |id: &str| layout.kind(id).is_some_and(|(_, kind)| kind.amount.is_some());
    summary.per_kind.iter().filter(|(id, ..)| carries(id)).map(|(_, count, _)| count).sum()
}

/// What the topic demands beside the file and did not come: a total, a medium with those who stand for it.
pub(super) fn missing(topic: &Topic, delivery: &Delivery) -> Vec<Fault> {
    let mut faults = Vec::new();
    let has_sum = delivery.controls.as_ref().is_some_and(|stated| stated.sum.is_some());
    // A control file that cannot be read is a fault of its own.
    if topic.totals == Totals::Stated && !has_sum && delivery.claim_faults.is_empty() {
        faults.push(Fault::new("CONTROL_SUM_MISSING"));
    }
    if topic.medium && delivery.medium.is_none() {
        faults.push(Fault::new("MEDIUM_MISSING"));
    }
    faults
}

/// Every stated total that differs.
pub(super) fn compare(stated: &Controls, topic_number: u8, count: u64, summary: &ReadSummary) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut differ = |code: &str, expected: String, found: String| {
        faults.push(Fault::new(code).arg("expected", expected).arg("found", found));
    };
    if let Some(number) = &stated.number
        && number.trim_start_matches('0') != topic_number.to_string()
    {
        differ("CONTROL_NUMBER", number.clone(), topic_number.to_string());
    }
    // Records with errors are in neither figure: beside them only records that are not there at all are news, and no sum can be told.
    let faulty = summary.faults > 0;
    let there = if faulty { summary.records } else { count };
    if let Some(expected) = stated.count.filter(|expected| if faulty { *expected > there } else { *expected != there }) {
        differ("CONTROL_COUNT", expected.to_string(), there.to_string());
    }
    if let Some(expected) = stated.sum.filter(|expected| !faulty && *expected != summary.yen) {
        differ("CONTROL_SUM", expected.to_string(), summary.yen.to_string());
    }
    if let Some(expected) = stated.sha256.as_ref().filter(|expected| !expected.eq_ignore_ascii_case(&summary.sha256)) {
        differ("CONTROL_SHA256", expected.clone(), summary.sha256.clone());
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read() -> ReadSummary {
        ReadSummary { records: 4, yen: 10_500, sha256: "ab12".to_owned(), ..ReadSummary::default() }
    }

    #[test]
    fn what_agrees_or_is_not_stated_is_no_fault() {
        let stated: Controls = serde_json::from_str(r#"{"if":"12","count":2,"sum":10500,"sha256":"AB12"}"#).unwrap();
        assert_eq!(compare(&stated, 12, 2, &read()), []);
        assert_eq!(compare(&Controls::default(), 12, 2, &read()), []);
    }

    #[test]
    fn every_difference_is_told() {
        let stated = Controls { number: Some("13".into()), count: Some(3), sum: Some(10_501), sha256: Some("cd".into()) };
        let codes: Vec<String> = compare(&stated, 12, 2, &read()).into_iter().map(|fault| fault.code).collect();
        assert_eq!(codes, ["CONTROL_NUMBER", "CONTROL_COUNT", "CONTROL_SUM", "CONTROL_SHA256"]);
    }

    #[test]
    fn records_with_errors_are_no_reason_to_doubt_the_totals() {
        let stated = Controls { count: Some(4), sum: Some(99_999), ..Controls::default() };
        let read = ReadSummary { faults: 3, ..read() };
        assert_eq!(compare(&stated, 12, 1, &read), [], "four were stated, and four are there");
        let cut = Controls { count: Some(5), ..stated };
        let codes: Vec<String> = compare(&cut, 12, 1, &read).into_iter().map(|fault| fault.code).collect();
        assert_eq!(codes, ["CONTROL_COUNT"]);
    }

    #[test]
    fn a_control_file_with_an_unknown_key_is_not_understood() {
        assert!(serde_json::from_str::<Controls>(r#"{"cnt":2}"#).is_err());
    }
}
