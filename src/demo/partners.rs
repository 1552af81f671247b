//! The other files that go out: who may bid, what was cleared for either section, what was paid to staff, what waits for each login id,
//! what each facility holds, how a year was settled.

use anyhow::{Context, bail};
use renkei_consumers::ledger::{self, Settling, Worklist};
use renkei_consumers::outbound::ExportFile;
use serde_json::json;

use super::outgoing::Wanted;
use super::report::Report;
use super::steps::Tour;

/// The tour's own tender.
const TENDER: &str = "2026-2-009001";
/// Vendors of the first installation; the file of vendors the tour hands in suspends the third.
const NOMINEES: [&str; 2] = ["0012345678", "0012345679"];

/// Yen of the slip whose payer a person finds.
const FOUND: &str = "3000";

const fn wanted(topic: &'static str) -> Wanted<'static> {
    Wanted { topic, profile: "", params: &[], key: None, carries: None }
}

/// Makes and releases them; gives those that lie in the outbox.
pub(super) async fn send(tour: &mut Tour<'_>, welfare: i64, report: &mut Report<'_>) -> anyhow::Result<Vec<ExportFile>> {
    tender(tour, report).await?;
    let mut files = vec![tour.export(&wanted("07"), report).await?];
    files.push(tour.export(&wanted("14"), report).await?);
    found(tour, welfare, report).await?;
    files.push(tour.export(&wanted("15"), report).await?);
    // What was paid in September: the month is over.
    files.push(tour.export(&Wanted { params: &[("month", "2026-09")], ..wanted("23") }, report).await?);
    // Pictures of a moment: a name of the run makes the tour's second run ask for the same one.
    files.push(tour.export(&Wanted { key: Some("demo"), ..wanted("22") }, report).await?);
    let params = [("as_of", "2026-10-06"), ("closing", "0")];
    files.push(tour.export(&Wanted { params: &params, key: Some("demo"), ..wanted("24") }, report).await?);
    // The settlement of a year that is over; and of one that is still open: a trial, to be looked at and not to be released.
    let trial = Wanted { profile: "long", params: &[("fiscal_year", "2026")], key: Some("trial"), ..wanted("05") };
    tour.trial(&trial, report).await?;
    let settled = Wanted { profile: "long", params: &[("fiscal_year", "2025")], key: Some("demo"), ..wanted("05") };
    files.push(tour.export(&settled, report).await?);
    Ok(files)
}

/// 収入未整理 whose payer a person found: it pays a fee of the welfare section. Once.
async fn found(tour: &Tour<'_>, welfare: i64, report: &Report<'_>) -> anyhow::Result<()> {
    let open = Worklist::Unallocated.rows(&tour.pool, 100).await?;
    let id = |row: &Vec<Option<String>>| row.first().cloned().flatten().and_then(|id| id.parse().ok());
    let Some(unallocated) = open.iter().find(|row| row.get(4).cloned().flatten().as_deref() == Some(FOUND)).and_then(id) else {
        return Ok(());
    };
    let fees = ledger::receivables_of_batch(&tour.pool, welfare).await?;
    let fee = fees.last().context("the welfare section's file brought fees")?;
    let how = Settling { on: super::TODAY, who: "demo:shunyu", reason: "納付者に確認", today: super::TODAY };
    let yen = ledger::allocate(&tour.pool, unallocated, fee, &how).await?;
    report.line(
        &format!("収入未整理 {unallocated} の {yen} 円を調定 {fee} に整理"),
        &format!("{yen} yen of unallocated receipt {unallocated} pay assessment {fee}"),
    );
    Ok(())
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
        let faults = ledger::approve_tender(&tour.pool, TENDER, "kacho", super::NOW).await?;
        if let Some(fault) = faults.first() {
            bail!("tender {TENDER} cannot be approved: {} {}", fault.code, fault.detail);
        }
        report.line(&format!("執行伺 {TENDER} を決裁 (kacho)"), &format!("tender {TENDER} approved by kacho"));
    }
    Ok(())
}
