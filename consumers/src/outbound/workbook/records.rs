//! The records of a file as sheets, read back from its own bytes: what is shown is what leaves.

use bytes::Bytes;
use renkei_core::layout::read::{Event, ReadLimits, Record, read_file};
use renkei_core::layout::{Field, FieldType, Layout};

use super::sheet::{Sheet, Style};

/// Most records a workbook takes: more than anybody looks through, and a sheet ends at 1,048,576 rows.
pub(super) const RECORDS_MAX: u64 = 100_000;

/// A sheet for each kind of record that the file has.
pub(super) fn sheets(layout: &Layout, bytes: &Bytes) -> std::io::Result<Vec<Sheet>> {
    let mut sheets: Vec<Sheet> = layout.kinds().iter().map(|kind| Sheet::new(&kind.name)).collect();
    let mut rows = vec![0_u32; sheets.len()];
    let limits = ReadLimits::default();
    let read = read_file(layout, bytes.as_ref(), &limits, |event| {
        let Event::Record(record) = event else { return };
        let (index, kind) = (record.kind_index, record.kind);
        let shown = kind.fields.iter().enumerate().filter(|(_, field)| field.ty != FieldType::Filler);
        if rows[index] == 0 {
            (0..)
                .zip(shown.clone())
                .for_each(|(column, (_, field))| sheets[index].text(0, column, Style::Head, field.name.trim()));
        }
        rows[index] += 1;
        (0..).zip(shown).for_each(|(column, (at, field))| cell(&mut sheets[index], rows[index], column, record, at, field));
    });
    read.map_err(std::io::Error::other)?;
    sheets.retain(|sheet| !sheet.cells.is_empty());
    Ok(sheets)
}

fn cell(sheet: &mut Sheet, row: u32, column: u16, record: &Record<'_>, at: usize, field: &Field) {
    let money = matches!(field.ty, FieldType::Yen | FieldType::Int);
    match record.number(at).filter(|_| money) {
        Some(number) => sheet.number(row, column, Style::Amount, number),
        None => {
            if let Some(text) = record.text(at).filter(|text| !text.is_empty()) {
                sheet.text(row, column, Style::Text, text);
            }
        }
    }
}
