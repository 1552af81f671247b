//! What a workbook holds, before anything is known of Excel.

/// How a cell looks and what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// What the sheet is, above everything.
    Title,
    /// A caption above a column; the sheet stays put under the last row of these.
    Head,
    /// What a row is; the sheet stays put right of the last column of these.
    Label,
    /// Words.
    Text,
    /// A number with thousands separators, △ below zero.
    Amount,
    /// The same, of a total.
    Total,
    /// A finding.
    Alert,
}

impl Style {
    /// Names for `workbook.sql`.
    const ALL: [(&'static str, Style); 7] = [
        ("title", Style::Title),
        ("head", Style::Head),
        ("label", Style::Label),
        ("text", Style::Text),
        ("amount", Style::Amount),
        ("total", Style::Total),
        ("alert", Style::Alert),
    ];

    /// Reads a name.
    pub(super) fn parse(name: &str) -> Option<Style> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, style)| *style)
    }
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// Words; never a formula, whatever they begin with.
    Text(String),
    /// A whole number.
    Number(i64),
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) row: u32,
    pub(super) column: u16,
    pub(super) style: Style,
    pub(super) value: Value,
}

/// One sheet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Sheet {
    pub(super) name: String,
    pub(super) cells: Vec<Cell>,
}

impl Sheet {
    pub(super) fn new(name: &str) -> Sheet {
        Sheet { name: name.to_owned(), cells: Vec::new() }
    }

    pub(super) fn text(&mut self, row: u32, column: u16, style: Style, text: impl Into<String>) {
        self.cells.push(Cell { row, column, style, value: Value::Text(text.into()) });
    }

    pub(super) fn number(&mut self, row: u32, column: u16, style: Style, number: i64) {
        self.cells.push(Cell { row, column, style, value: Value::Number(number) });
    }

    /// A line of captions.
    pub(super) fn heads(&mut self, row: u32, captions: &[&str]) {
        (0..).zip(captions).for_each(|(column, caption)| self.text(row, column, Style::Head, *caption));
    }

    /// First row and column that move when the sheet is scrolled.
    pub(super) fn frozen(&self) -> (u32, u16) {
        let of = |style: Style| self.cells.iter().filter(move |cell| cell.style == style);
        let rows = of(Style::Head).map(|cell| cell.row + 1).max().unwrap_or(0);
        let columns = of(Style::Label).map(|cell| cell.column + 1).max().unwrap_or(0);
        (rows, columns)
    }

    /// Columns with the width of their widest value, in half-width characters.
    pub(super) fn widths(&self) -> Vec<(u16, u16)> {
        let mut widths = std::collections::BTreeMap::new();
        for cell in self.cells.iter().filter(|cell| cell.style != Style::Title) {
            let width = match &cell.value {
                // Kana and kanji take two.
                Value::Text(text) => text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>(),
                Value::Number(number) => number.to_string().len() * 4 / 3,
            };
            let widest = widths.entry(cell.column).or_insert(WIDTH_MIN);
            *widest = (*widest).max(u16::try_from(width + 2).unwrap_or(WIDTH_MAX)).min(WIDTH_MAX);
        }
        widths.into_iter().collect()
    }
}

/// Narrowest column.
const WIDTH_MIN: u16 = 6;
/// Widest column: a finding is a sentence and wraps.
const WIDTH_MAX: u16 = 60;
