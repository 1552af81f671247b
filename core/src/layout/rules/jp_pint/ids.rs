//! The records and fields of a layout that the rules look at, by their ids.

use crate::layout::model::Layout;

/// Declares the indexes of one kind's fields.
macro_rules! kind {
    ($(#[$meta:meta])* $name:ident { $($field:ident),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy)]
        pub(in crate::layout::rules) struct $name {
            pub(super) kind: usize,
            $(pub(super) $field: usize),+
        }

        impl $name {
            fn bind(layout: &Layout, id: &str, missing: &mut Vec<String>) -> $name {
                let found = layout.kind(id);
                if found.is_none() {
                    missing.push(format!("a record {id}"));
                }
                let mut field = |name: &str| {
                    let index = found.and_then(|(_, kind)| kind.field(name));
                    if index.is_none() && found.is_some() {
                        missing.push(format!("the field {id}.{name}"));
                    }
                    index.unwrap_or(usize::MAX)
                };
                $(let $field = field(stringify!($field));)+
                $name { kind: found.map_or(usize::MAX, |(index, _)| index), $($field),+ }
            }
        }
    };
}

kind!(
    /// The document. Numbers are those of the business terms (IBT).
    Head {
        specification, type_code, currency, tax_currency, invoice_number, period_from, period_to,
        lines_total, allowances_total, charges_total, net, tax, gross, prepaid, rounding, payable,
    }
);
kind!(
    /// An allowance or charge on the whole document.
    Allowance { charge, reason_code, reason, amount, category, rate }
);
kind!(
    /// The breakdown by tax category.
    Tax { category, rate, base, tax }
);
kind!(
    /// A line.
    Detail { line_id, amount, category, rate, period_from, period_to, base_quantity }
);

/// All of them.
#[derive(Clone, Copy)]
pub(in crate::layout::rules) struct Ids {
    pub(super) head: Head,
    pub(super) allowance: Allowance,
    pub(super) tax: Tax,
    pub(super) detail: Detail,
}

impl Ids {
    /// The indexes, and what the layout lacks.
    pub(in crate::layout::rules) fn bind(layout: &Layout) -> (Ids, Vec<String>) {
        let mut missing = Vec::new();
        let ids = Ids {
            head: Head::bind(layout, "invoice", &mut missing),
            allowance: Allowance::bind(layout, "allowance", &mut missing),
            tax: Tax::bind(layout, "tax", &mut missing),
            detail: Detail::bind(layout, "detail", &mut missing),
        };
        (ids, missing)
    }
}
