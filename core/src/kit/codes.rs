//! Which codes of the catalogue a folder's SQL may give: those it names itself, and those of the functions it calls.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue;

/// Bodies of SQL functions by qualified name (`ledger.check_assessments`).
pub type Functions = BTreeMap<String, String>;

/// The functions of some migrations.
pub fn functions<'a>(migrations: impl Iterator<Item = &'a str>) -> Functions {
    const BEGIN: &str = "create function ";
    let mut functions = Functions::new();
    for sql in migrations {
        for part in sql.split(BEGIN).skip(1) {
            let name: String = part.chars().take_while(|ch| ch.is_ascii_alphanumeric() || matches!(ch, '_' | '.')).collect();
            let Some(body) = part.split("$$").nth(1) else { continue };
            functions.insert(name, body.to_owned());
        }
    }
    functions
}

/// The codes of a SQL text and of what it calls.
pub fn of(sql: &str, functions: &Functions) -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut open = vec![sql];
    while let Some(text) = open.pop() {
        // A word in quotation marks: the odd parts between them.
        let words =
            text.lines().filter(|line| !line.trim_start().starts_with("--")).flat_map(|line| line.split('\'').skip(1).step_by(2));
        codes.extend(words.filter(|word| catalogue::is_known(word)).map(str::to_owned));
        for (name, body) in functions {
            if text.contains(&format!("{name}(")) && seen.insert(name) {
                open.push(body);
            }
        }
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_found_through_the_functions_that_are_called() {
        let migration = "create function ledger.inner(a int) returns table (b int) language sql as $$ select 'TOTAL_WRONG' $$;
                         create function ledger.outer() returns int language sql as $$ select ledger.inner(1), 'no code' $$;
                         create function ledger.other() returns int language sql as $$ select 'KEY_REPEATED' $$;";
        let functions = functions([migration].into_iter());
        assert_eq!(functions.len(), 3);
        let sql = "-- 'RECORD_ORDER' is only spoken of\nselect 'FIELD_EMPTY', ledger.outer()";
        assert_eq!(of(sql, &functions).into_iter().collect::<Vec<_>>(), ["FIELD_EMPTY", "TOTAL_WRONG"]);
    }
}
