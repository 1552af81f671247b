//! The other inbound integrations, one sample each: masters, contracts, bills, slips, payroll.

use renkei_consumers::inbound::State;
use renkei_core::message::Medium;
use renkei_producers::Controls;
use renkei_producers::intake::claim::HandedIn;

use super::report::Report;
use super::steps::{Expected, Tour};
use crate::samples;

/// A sample and what must become of it.
struct Sample {
    topic: &'static str,
    file: &'static str,
    /// Documents that come with it.
    with: &'static [&'static str],
    state: State,
    posted: i64,
    held: i64,
}

const fn posted(topic: &'static str, file: &'static str, posted: i64) -> Sample {
    Sample { topic, file, with: &[], state: State::Posted, posted, held: 0 }
}

/// In the order in which one builds on the other: staff before their login ids, vendors before their bids, bids before contracts.
const SAMPLES: [Sample; 13] = [
    posted("02", "IF02_ORG_20270320_001.csv", 3),
    posted("02", "IF02_STF_20270320_001.csv", 3),
    posted("03", "IF03_20270320_001.csv", 2),
    // Two people who begin next April: their login ids wait until then.
    Sample { topic: "21", file: "IF21_20261005_001.csv", with: &[], state: State::Held, posted: 0, held: 2 },
    posted("06", "IF06_20261005_001.csv", 10),
    posted("08", "IF08_20260920_001.csv", 5),
    Sample {
        topic: "04",
        file: "IF04_EKS_20261005_001.csv",
        with: &["05020000-20260401-庁舎清掃委託.pdf"],
        state: State::Posted,
        posted: 1,
        held: 0,
    },
    posted("10", "IF10_20261020_001.txt", 11),
    posted("13", "IF13_SHF_20261005093000_001.csv", 3),
    posted("11", "IF11_NIKKEI_20261005090000_001.csv", 3),
    Sample {
        topic: "11",
        file: "IF11_20261005093000_002.csv",
        with: &["shunyu_20261002.pdf"],
        state: State::Posted,
        posted: 5,
        held: 0,
    },
    posted("16", "IF16_20261006_002.xml", 12),
    posted("20", "IF20_202612_001.csv", 12),
];

/// Hands them in, each at its door. Gives the batch of the welfare section's assessments.
pub(super) async fn hand_in(tour: &mut Tour<'_>, report: &mut Report<'_>) -> anyhow::Result<i64> {
    let mut welfare = 0;
    for sample in &SAMPLES {
        for document in sample.with {
            tour.lay_beside(sample.topic, document, &samples::get(document)?)?;
        }
        let (state, posted, held) = (sample.state, sample.posted, sample.held);
        let expected = Expected { state, read: posted + held, posted, held };
        let batch = tour.drop_file(sample.topic, sample.file, &samples::get(sample.file)?, &expected, report).await?;
        if sample.topic == "13" {
            welfare = batch;
        }
    }
    let expected = Expected { state: State::Posted, read: 6, posted: 6, held: 0 };
    tour.carry_medium("19", "IF19_20261005_001.csv", &samples::get("IF19_20261005_001.csv")?, on_medium(), &expected, report)
        .await?;
    Ok(welfare)
}

/// As a clerk accepts a registered medium, with the total of the bill.
fn on_medium() -> HandedIn {
    let medium = Medium {
        id: "5A1B-22C3".to_owned(),
        label: "文書室USB".to_owned(),
        bearer: "demo:bunsho".to_owned(),
        approver: "demo:kakaricho".to_owned(),
        accepted_by: "demo:kakari".to_owned(),
        accepted_at: super::NOW.to_owned(),
    };
    let controls = Controls { sum: Some(177_660), ..Controls::default() };
    HandedIn { sender: "medium:tour".to_owned(), controls: Some(controls), medium: Some(medium), ..HandedIn::default() }
}
