//! Sheets as an Excel workbook. The same sheets give the same bytes: nothing in it is of the moment it is made.

use rust_xlsxwriter::{Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, XlsxError};

use super::sheet::{Sheet, Style, Value};

/// A font every Japanese Excel has.
const FONT: &str = "游ゴシック";
/// Points.
const FONT_SIZE: u8 = 10;
/// Thousands separated, red with △ below zero, as in a settlement.
const AMOUNT: &str = "#,##0;[Red]\"△\"#,##0";
/// Whole numbers beyond this lose digits in a spreadsheet, which counts in floating point.
const EXACT_MAX: i64 = 1 << 53;
/// A4.
const PAPER: u8 = 9;

/// The bytes of a workbook. `made_on` (year, month, day) is the date in its properties.
pub(super) fn bytes(sheets: &[Sheet], title: &str, made_on: (u16, u8, u8)) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let day = ExcelDateTime::from_ymd(made_on.0, made_on.1, made_on.2)?;
    book.set_properties(&DocProperties::new().set_title(title).set_author("renkei").set_creation_datetime(&day));
    for sheet in sheets {
        let page = book.add_worksheet();
        page.set_name(&sheet.name)?.set_landscape().set_paper_size(PAPER).set_print_fit_to_pages(1, 0);
        for (column, width) in sheet.widths() {
            page.set_column_width(column, f64::from(width))?;
        }
        for cell in &sheet.cells {
            let format = format(cell.style);
            match &cell.value {
                Value::Text(text) => page.write_string_with_format(cell.row, cell.column, text, &format)?,
                Value::Number(number) => match exact(*number) {
                    Some(number) => page.write_number_with_format(cell.row, cell.column, number, &format)?,
                    None => page.write_string_with_format(cell.row, cell.column, number.to_string(), &format)?,
                },
            };
        }
        let (rows, columns) = sheet.frozen();
        page.set_freeze_panes(rows, columns)?;
        if rows > 0 {
            page.set_repeat_rows(0, rows - 1)?;
        }
    }
    book.save_to_buffer()
}

/// The number as a spreadsheet holds it, if it can hold it exactly.
fn exact(number: i64) -> Option<f64> {
    (-EXACT_MAX..=EXACT_MAX).contains(&number).then_some(number as f64)
}

fn format(style: Style) -> Format {
    let plain = Format::new().set_font_name(FONT).set_font_size(FONT_SIZE).set_align(FormatAlign::Top);
    match style {
        Style::Title => plain.set_bold().set_font_size(FONT_SIZE + 2),
        Style::Head => plain
            .set_bold()
            .set_text_wrap()
            .set_align(FormatAlign::Center)
            .set_background_color(Color::RGB(0xDD_E6_EE))
            .set_border_bottom(FormatBorder::Thin),
        Style::Label | Style::Text => plain,
        Style::Amount => plain.set_num_format(AMOUNT),
        Style::Total => plain.set_num_format(AMOUNT).set_bold().set_border_top(FormatBorder::Thin),
        Style::Alert => plain.set_text_wrap().set_font_color(Color::RGB(0xB0_00_20)),
    }
}
