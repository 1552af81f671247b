//! How the values of a record lie in `intake.record`: by position, one column each, the rest of a very wide one in an array.
//!
//! Columns, because taking a value out of an array costs a walk over those before it: laying out a million records of 24 fields
//! in typed tables took half as long again, and the table was larger by a third.

use super::shape::Shape;

/// Columns for values: `c1`, `c2` …
pub(super) const COLUMNS: usize = 80;

/// The expression of the value at a position, counted from 0.
pub(super) fn cell(at: usize) -> String {
    match at.checked_sub(COLUMNS) {
        None => format!("c{}", at + 1),
        Some(beyond) => format!("more[{}]", beyond + 1),
    }
}

/// Values of the widest of these shapes.
pub(super) fn width(shapes: &[Shape]) -> usize {
    shapes.iter().map(|shape| shape.columns.len()).max().unwrap_or(0)
}

/// The `COPY` that takes rows of these shapes.
pub(super) fn copy_sql(shapes: &[Shape]) -> String {
    let mut sql = "copy intake.record (batch_id, line, byte_offset, yen, byte_length, grp, sub, shape".to_owned();
    let width = width(shapes);
    for at in 0..width.min(COLUMNS) {
        sql.push_str(", ");
        sql.push_str(&cell(at));
    }
    if width > COLUMNS {
        sql.push_str(", more");
    }
    sql.push_str(") from stdin (format binary)");
    sql
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(columns: usize) -> Shape {
        Shape { id: 1, kind: "k".to_owned(), columns: vec!["f".to_owned(); columns], amount: String::new() }
    }

    #[test]
    fn the_copy_names_as_many_columns_as_the_widest_shape_has() {
        let sql = copy_sql(&[shape(2), shape(3)]);
        assert!(sql.ends_with("shape, c1, c2, c3) from stdin (format binary)"), "{sql}");
        assert!(copy_sql(&[shape(COLUMNS + 1)]).ends_with(", c80, more) from stdin (format binary)"));
        assert_eq!((cell(0), cell(COLUMNS)), ("c1".to_owned(), "more[1]".to_owned()));
    }
}
