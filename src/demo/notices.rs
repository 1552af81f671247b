//! A payment notice file, as the partner would send it, for the slips that were just exported. Confirmation numbers cannot be
//! foreseen, so this file cannot be a fixed sample: it is written through the same layout that reads it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use anyhow::Context;
use renkei_consumers::outbound::ExportFile;
use renkei_core::layout::read::{Event, ReadLimits, read_file};
use renkei_core::layout::write::{WriteContext, Writer};
use renkei_core::layout::{Layout, Newline};

use super::APPROVER;
use super::doors::write_whole;
use super::steps::Tour;

const NAME: &str = "NFJ_131121_20261006_001.csv";

type Row = BTreeMap<&'static str, String>;

/// The notices of these slips, under the name they come by. Kept, so that the next run sends the same file again.
pub(super) async fn for_slips(tour: &Tour<'_>, slips: &ExportFile) -> anyhow::Result<(&'static str, Vec<u8>)> {
    let kept = tour.doors.folder.join(format!("{}.{NAME}", slips.sha256.as_deref().unwrap_or_default()));
    if let Ok(bytes) = std::fs::read(&kept) {
        return Ok((NAME, bytes));
    }
    let sent = tour.exporter.download(slips.id, APPROVER).await?.bytes;
    let paid = read_slips(layout(tour, "17")?, &sent)?;
    let bytes = write(layout(tour, "18")?, &notices(&paid))?;
    write_whole(&kept, &bytes)?;
    Ok((NAME, bytes))
}

fn layout<'t>(tour: &'t Tour<'_>, topic: &str) -> anyhow::Result<&'t Layout> {
    let topic = tour.registry.topic(topic).context("the tour's topics are in queues.toml")?;
    let (_, layout) = topic.built()?.layouts.first().context("a built topic has a layout")?;
    Ok(layout)
}

fn read_slips(layout: &Layout, bytes: &[u8]) -> anyhow::Result<Vec<Row>> {
    let mut slips = Vec::new();
    read_file(layout, bytes, &ReadLimits::default(), |event| {
        if let Event::Record(record) = event
            && record.kind.id == "slip"
        {
            let fields =
                ["agency", "office", "fee_item", "case_key", "confirmation_no", "levy_year", "tax_year", "period", "amount"];
            slips.push(fields.into_iter().filter_map(|id| Some((id, record.get(id)?.into_owned()))).collect());
        }
    })?;
    Ok(slips)
}

/// All slips are paid; the first one twice, and one by an app whose notice is provisional still.
fn notices(slips: &[Row]) -> Vec<Row> {
    let mut rows = Vec::new();
    for (index, slip) in slips.iter().enumerate() {
        let last = index + 1 == slips.len() && slips.len() > 1;
        rows.push(notice(slip, if last { "01" } else { "02" }, rows.len()));
        if index == 0 {
            rows.push(notice(slip, "02", rows.len()));
        }
    }
    rows
}

fn notice(slip: &Row, kind: &str, index: usize) -> Row {
    let mut row = slip.clone();
    row.insert("kind", kind.to_owned());
    row.insert("paid_on", "2026-10-06".to_owned());
    row.insert("paid_at", format!("10:{:02}:00", index % 60));
    row.insert("channel", if kind == "01" { "60" } else { "10" }.to_owned());
    row.insert("tx_center", "0000000000".to_owned());
    row.insert("tx_date", "2026-10-06".to_owned());
    row.insert("tx_no", format!("{:08}", index + 1));
    if kind == "02" {
        row.insert("fund_on", "2026-10-06".to_owned());
        row.insert("fund_no", "P2026100601".to_owned());
    }
    row
}

fn write(layout: &Layout, rows: &[Row]) -> anyhow::Result<Vec<u8>> {
    let mut layout = layout.clone();
    layout.newline = Newline::Crlf;
    let mut bytes = Vec::new();
    let mut writer = Writer::new(&layout, WriteContext::default(), &mut bytes)?;
    let header = BTreeMap::from([
        ("local_body", "131121"),
        ("agency", "13112"),
        ("base_on", "2026-10-06"),
        ("made_on", "2026-10-06"),
        ("made_at", "18:00:00"),
        ("file_no", "001"),
    ]);
    writer.record("header", 0, &|id| header.get(id).map(|value| Cow::Borrowed(*value)))?;
    for row in rows {
        writer.record("payment", 0, &|id| row.get(id).map(|value| Cow::Borrowed(value.as_str())))?;
    }
    for (item, (count, sum)) in funds(rows)? {
        let values = BTreeMap::from([
            ("fund_on", "2026-10-06".to_owned()),
            ("fee_item", item),
            ("count", count.to_string()),
            ("sum", sum.to_string()),
            ("fund_no", "P2026100601".to_owned()),
        ]);
        writer.record("funds", 0, &|id| values.get(id).map(|value| Cow::Borrowed(value.as_str())))?;
    }
    writer.finish()?;
    Ok(bytes)
}

/// Count and sum of the final notices by kind of money.
fn funds(rows: &[Row]) -> anyhow::Result<BTreeMap<String, (u64, i64)>> {
    let mut funds: BTreeMap<String, (u64, i64)> = BTreeMap::new();
    for row in rows.iter().filter(|row| row["kind"] == "02") {
        let fund = funds.entry(row["fee_item"].clone()).or_default();
        fund.0 += 1;
        fund.1 += row["amount"].parse::<i64>()?;
    }
    Ok(funds)
}
