//! JP PINT 1.1, standard and non-tax invoices (formats: integrations §7). What a field must be says the layout; here is what
//! needs more than one field: tax categories and rates, bounds of the tax, periods, and the sums of the document.
//!
//! The tables of the standard are the constants of this module; each broken rule has a code of its own in the catalogue.

mod head;
mod ids;
mod parts;

use super::{Finding, Seen};

pub(super) use ids::Ids;

/// What an invoice is, by the beginning of its specification (IBT-024), and the only type code (IBT-003) it may have.
const SPECIFICATIONS: &[(&str, Variant, &str)] = &[
    ("urn:peppol:pint:billing-1@jp-1", Variant::Standard, "380"),
    ("urn:peppol:pint:nontaxinvoice-1@jp-1", Variant::NonTax, "480"),
    ("urn:peppol:pint:selfbilling-1@jp-1", Variant::SelfBilling, "389"),
];

/// Tax categories (IBT-118) and the rate that goes with each.
const CATEGORIES: &[(&str, Rate)] =
    &[("S", Rate::Is(10)), ("AA", Rate::Is(8)), ("E", Rate::Zero), ("G", Rate::Zero), ("O", Rate::None)];

/// The first day of the qualified invoice system: from here on the seller's number is a registration number.
const QUALIFIED_FROM: &str = "2023-10-01";

/// Most different categories and rates of an invoice that are kept apart; there are five.
const KEPT_MAX: usize = 16;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Variant {
    Standard,
    NonTax,
    SelfBilling,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rate {
    /// This one.
    Is(i64),
    /// 0, and it must be written.
    Zero,
    /// It must not be written.
    None,
}

/// A sum in yen, unless one of its parts is not known.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    yen: i64,
    unknown: bool,
}

impl Sum {
    fn add(&mut self, yen: Option<i64>) {
        match yen.and_then(|yen| self.yen.checked_add(yen)) {
            Some(sum) => self.yen = sum,
            None => self.unknown = true,
        }
    }

    fn told(self) -> Option<i64> {
        (!self.unknown).then_some(self.yen)
    }
}

/// What the parts of the invoice say that its head is compared with.
#[derive(Default)]
struct Told {
    lines: Sum,
    allowances: Sum,
    charges: Sum,
    taxes: Sum,
    /// A part with an amount in yen, and one with an amount in other money.
    yen: bool,
    foreign: bool,
    /// There is a tax that is not 0.
    taxed: bool,
    /// Categories and rates of lines, allowances and charges, and of the breakdown.
    used: Vec<(String, Option<i64>)>,
    broken_down: Vec<(String, Option<i64>)>,
    /// A category of the breakdown is wrong in itself, so that nothing can be missed in it.
    unclear: bool,
    /// First and last day of the lines' periods, with the line.
    first: Option<(String, String)>,
    last: Option<(String, String)>,
}

/// The invoice at hand.
pub(in crate::layout) struct Invoice {
    ids: Ids,
    told: Told,
}

impl Invoice {
    pub(super) fn new(ids: Ids) -> Invoice {
        Invoice { ids, told: Told::default() }
    }

    /// Judges a record of the invoice; the head comes last.
    pub(super) fn record(&mut self, kind: usize, seen: &Seen<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        let ids = self.ids;
        if kind == ids.head.kind {
            let told = std::mem::take(&mut self.told);
            head::judge(&ids.head, &told, seen, &mut findings);
        } else if kind == ids.detail.kind {
            parts::detail(&ids.detail, &mut self.told, seen, &mut findings);
        } else if kind == ids.tax.kind {
            parts::tax(&ids.tax, &mut self.told, seen, &mut findings);
        } else if kind == ids.allowance.kind {
            parts::allowance(&ids.allowance, &mut self.told, seen, &mut findings);
        }
        findings
    }
}
