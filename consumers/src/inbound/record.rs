//! How the values of a record lie in `intake.record`: by position, one column each, the rest of a very wide one in an array.
//!
//! Columns, because taking a value out of an array costs a walk over those before it: laying out a million records of 24 fields
//! in typed tables took half as long again, and the table was larger by a third. No more of them than the widest layout needs: the
//! server touches every column of a table for every row, the empty ones too.

use super::shape::Shape;

/// Columns for values: `c1`, `c2` …
pub(super) const COLUMNS: usize = 40;

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
    let (width, mut sql) = (width(shapes), "copy ".to_owned());
    push_columns(&mut sql, width);
    if width > COLUMNS {
        sql.insert_str(sql.len() - 1, ", more");
    }
    sql.push_str(" from stdin (format binary)");
    sql
}

/// The `INSERT` of so many rows of these shapes, none of which is wider than the columns.
pub(super) fn insert_sql(shapes: &[Shape], rows: usize) -> String {
    let (width, mut sql) = (width(shapes), "insert into ".to_owned());
    push_columns(&mut sql, width);
    let mut parameter = 0;
    for row in 0..rows {
        sql.push_str(if row == 0 { " values (" } else { ", (" });
        for at in 0..HEAD.len() + width {
            parameter += 1;
            sql.push_str(if at == 0 { "$" } else { ", $" });
            sql.push_str(&parameter.to_string());
        }
        sql.push(')');
    }
    sql
}

/// The columns in front of the values.
const HEAD: [&str; 8] = ["batch_id", "line", "byte_offset", "yen", "byte_length", "grp", "sub", "shape"];

fn push_columns(sql: &mut String, width: usize) {
    sql.push_str("intake.record (");
    sql.push_str(&HEAD.join(", "));
    for at in 0..width.min(COLUMNS) {
        sql.push_str(", ");
        sql.push_str(&cell(at));
    }
    sql.push(')');
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
        assert!(copy_sql(&[shape(COLUMNS + 1)]).ends_with(", c40, more) from stdin (format binary)"));
        let insert = insert_sql(&[shape(1)], 2);
        assert!(
            insert.ends_with(
                "shape, c1) values ($1, $2, $3, $4, $5, $6, $7, $8, $9), ($10, $11, $12, $13, $14, $15, $16, $17, $18)"
            )
        );
        assert_eq!((cell(0), cell(COLUMNS)), ("c1".to_owned(), "more[1]".to_owned()));
    }
}
