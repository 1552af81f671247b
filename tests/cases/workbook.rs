//! The workbook of a file, made twice, and read back by a library that did not write it.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use renkei_consumers::outbound::{ExportFile, Exporter};
use renkei_core::catalogue::Lang;

use super::text;

/// Every sheet as text.
pub(crate) async fn text(exporter: &Exporter, file: &ExportFile) -> String {
    let made = exporter.workbook(file.id, Lang::Ja, "tashikameru").await.unwrap_or_else(|error| panic!("workbook: {error:?}"));
    let again = exporter.workbook(file.id, Lang::Ja, "tashikameru").await.unwrap();
    assert_eq!(made.bytes, again.bytes, "the same file gives the same workbook");
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(made.bytes)).expect("a workbook");
    assert_eq!(book.sheet_names(), made.sheets);
    let mut out = format!("{}\n", made.name);
    for name in &made.sheets {
        let range = book.worksheet_range(name).expect("a sheet");
        out.push_str(&format!("\n■ {name}\n"));
        for row in range.rows() {
            let cells: Vec<String> = row.iter().map(cell).collect();
            out.push_str(cells.join(" | ").trim_end_matches([' ', '|']));
            out.push('\n');
        }
    }
    out
}

/// A whole number comes back as one, or the workbook has changed it.
fn cell(data: &Data) -> String {
    match data {
        Data::Empty => String::new(),
        Data::String(text) => text.clone(),
        Data::Float(number) => {
            assert_eq!(number.fract(), 0.0, "{number} is not whole");
            text::yen(*number as i64)
        }
        other => panic!("a cell of another kind: {other:?}"),
    }
}
