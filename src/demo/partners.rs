//! The other files that go out: who may bid, what was cleared, what waits for each login id, what each facility holds, how the
//! year is settled.

use anyhow::bail;
use renkei_consumers::ledger;
use renkei_consumers::outbound::ExportFile;
use serde_json::json;

use super::outgoing::Wanted;
use super::report::Report;
use super::steps::Tour;

/// The tour's own tender.
const TENDER: &str = "2026-2-009001";
/// Vendors of the first installation; the file of vendors the tour hands in suspends the third.
const NOMINEES: [&str; 2] = ["0012345678", "0012345679"];

const fn wanted(topic: &'static str) -> Wanted<'static> {
    Wanted { topic, profile: "", params: &[], key: None, carries: None }
}

/// Makes and releases them; gives those that lie in the outbox.
pub(super) async fn send(tour: &mut Tour<'_>, report: &mut Report<'_>) -> anyhow::Result<Vec<ExportFile>> {
    tender(tour, report).await?;
    let mut files = vec![tour.export(&wanted("07"), report).await?];
    files.push(tour.export(&wanted("14"), report).await?);
    // Pictures of a moment: a name of the run makes the tour's second run ask for the same one.
    files.push(tour.export(&Wanted { key: Some("demo"), ..wanted("22") }, report).await?);
    let params = [("as_of", "2026-10-06"), ("closing", "0")];
    files.push(tour.export(&Wanted { params: &params, key: Some("demo"), ..wanted("24") }, report).await?);
    // The settlement of a year that is still open: a trial, and said so.
    let trial = Wanted { profile: "long", params: &[("fiscal_year", "2026")], key: Some("demo"), ..wanted("05") };
    files.push(tour.export(&trial, report).await?);
    Ok(files)
}

/// 執行伺: opened by one person, approved by another. Once.
async fn tender(tour: &Tour<'_>, report: &Report<'_>) -> anyhow::Result<()> {
    let found = ledger::tender(&tour.pool, TENDER).await?;
    if found.as_ref().is_none() {
        let terms = json!({
            "no": TENDER, "fiscal_year": 2026, "fund": "01", "budget_line": "0201030212", "organization": "05020000", "family": "2",
            "method": "4", "title": "窓ガラス清掃（第二庁舎）", "category": "0101", "grade_range": "AB", "place": "第二庁舎",
            "work_from": "2026-12-01", "work_to": "2027-03-31", "published_on": "2026-10-20", "closes_at": "2026-11-05T17:00:00+09:00",
            "opens_at": "2026-11-10T10:00:00+09:00", "has_floor": false, "contact": "経理課契約係", "reserved": 330_000,
        });
        ledger::open_tender(&tour.pool, &terms, "demo:kian", super::TODAY).await?;
    }
    if found.as_ref().is_none_or(|(_, nominees, _)| nominees.is_empty()) {
        ledger::nominate(&tour.pool, TENDER, &NOMINEES.map(str::to_owned), "区内業者", "demo:kian").await?;
    }
    if found.is_none_or(|(tender, ..)| tender.state == "draft") {
        let faults = ledger::approve_tender(&tour.pool, TENDER, "kacho", super::TODAY).await?;
        if let Some(fault) = faults.first() {
            bail!("tender {TENDER} cannot be approved: {} {}", fault.code, fault.detail);
        }
        report.line(&format!("執行伺 {TENDER} を決裁 (kacho)"), &format!("tender {TENDER} approved by kacho"));
    }
    Ok(())
}
