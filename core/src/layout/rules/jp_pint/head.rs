//! The document as a whole, when all its parts are known.

use super::ids::Head;
use super::parts::order;
use super::{QUALIFIED_FROM, SPECIFICATIONS, Told, Variant};
use crate::layout::rules::{Finding, Seen};

/// A total of the document: its code, its field, and what it must be by what else is known.
struct Total {
    code: &'static str,
    field: fn(&Head) -> usize,
    /// The field must be there.
    must: bool,
    expected: fn(&Head, &Told, &Seen<'_>) -> Option<i64>,
}

/// The totals (IBG-22). Each is compared with what stands beside it in the document, so that what is wrong shows where it is, and
/// at most in the next one.
const TOTALS: &[Total] = &[
    Total { code: "PINT_SUM_106", field: |head| head.lines_total, must: true, expected: |_, told, _| told.lines.told() },
    Total {
        code: "PINT_SUM_107",
        field: |head| head.allowances_total,
        must: false,
        expected: |_, told, _| told.allowances.told(),
    },
    Total { code: "PINT_SUM_108", field: |head| head.charges_total, must: false, expected: |_, told, _| told.charges.told() },
    Total {
        code: "PINT_SUM_109",
        field: |head| head.net,
        must: true,
        expected: |head, told, seen| {
            let lines = seen.number(head.lines_total)?;
            lines.checked_sub(told.allowances.told()?)?.checked_add(told.charges.told()?)
        },
    },
    Total { code: "PINT_SUM_110", field: |head| head.tax, must: true, expected: |_, told, _| told.taxes.told() },
    Total {
        code: "PINT_SUM_112",
        field: |head| head.gross,
        must: true,
        expected: |head, _, seen| seen.number(head.net)?.checked_add(seen.number(head.tax)?),
    },
    Total {
        code: "PINT_SUM_115",
        field: |head| head.payable,
        must: true,
        expected: |head, _, seen| {
            let (prepaid, rounding) = (optional(head.prepaid, seen)?, optional(head.rounding, seen)?);
            seen.number(head.gross)?.checked_sub(prepaid)?.checked_add(rounding)
        },
    },
];

/// An amount that is 0 when it is not there; `None` when it is wrong.
fn optional(field: usize, seen: &Seen<'_>) -> Option<i64> {
    if seen.is_absent(field) { Some(0) } else { seen.number(field) }
}

/// Judges the document.
pub(super) fn judge(head: &Head, told: &Told, seen: &Seen<'_>, findings: &mut Vec<Finding>) {
    let variant = identity(head, seen, findings);
    periods(head, told, seen, findings);
    seller(head, told, variant, seen, findings);
    if variant == Some(Variant::NonTax) && told.taxed {
        findings.push(Finding::new("PINT_NONTAX_TAXED", head.tax));
    }
    match seen.text(head.currency).as_deref() {
        Some("JPY") => in_yen(head, told, seen, findings),
        // Other money is decided on by a person; only that it is one money throughout is asked for here.
        Some(_) if told.yen => findings.push(Finding::new("PINT_CURRENCY_MIXED", head.currency)),
        _ => {}
    }
    if seen.text(head.tax_currency).is_some_and(|currency| currency != "JPY") {
        findings.push(Finding::new("PINT_TAX_CURRENCY", head.tax_currency));
    }
}

/// Which invoice it is, and its type code.
fn identity(head: &Head, seen: &Seen<'_>, findings: &mut Vec<Finding>) -> Option<Variant> {
    let specification = seen.text(head.specification)?;
    let Some((_, variant, code)) = SPECIFICATIONS.iter().find(|(begin, _, _)| specification.starts_with(begin)) else {
        findings.push(Finding::new("PINT_SPECIFICATION", head.specification));
        return None;
    };
    let found = seen.text(head.type_code);
    if *variant == Variant::SelfBilling || found.as_deref() == Some("389") {
        findings.push(Finding::new("PINT_SELF_BILLING", head.specification));
        return None;
    }
    if found.is_some_and(|found| found != *code) {
        findings.push(Finding::new("PINT_TYPE_CODE", head.type_code).arg("expected", code));
    }
    Some(*variant)
}

/// At least one period, and those of the lines inside that of the document.
fn periods(head: &Head, told: &Told, seen: &Seen<'_>, findings: &mut Vec<Finding>) {
    let (from, to) = (seen.text(head.period_from), seen.text(head.period_to));
    let refused = seen.cells.is_refused(head.period_from) || seen.cells.is_refused(head.period_to);
    if from.is_none() && to.is_none() && !refused && told.first.is_none() {
        findings.push(Finding::new("PINT_PERIOD_MISSING", head.period_from));
    }
    order(head.period_to, from.as_deref(), to.as_deref(), findings);
    if let (Some(from), Some((day, line))) = (&from, &told.first)
        && day < from
    {
        findings.push(Finding::new("PINT_PERIOD_OUTSIDE", head.period_from).arg("day", day).arg("detail_line", line));
    }
    if let (Some(to), Some((day, line))) = (&to, &told.last)
        && day > to
    {
        findings.push(Finding::new("PINT_PERIOD_OUTSIDE", head.period_to).arg("day", day).arg("detail_line", line));
    }
}

/// The seller's number (IBT-031). Its check digit is not asked for: sole traders have numbers that are no corporate number.
fn seller(head: &Head, told: &Told, variant: Option<Variant>, seen: &Seen<'_>, findings: &mut Vec<Finding>) {
    let field = head.invoice_number;
    let number = seen.text(field);
    match (variant, number) {
        (Some(Variant::NonTax), Some(_)) => findings.push(Finding::new("PINT_NONTAX_NUMBER", field)),
        (Some(Variant::Standard), None) if !seen.cells.is_refused(field) => {
            findings.push(Finding::new("PINT_SELLER_NUMBER_MISSING", field));
        }
        (Some(Variant::Standard), Some(number)) if !is_registration(&number) => {
            let days = [seen.text(head.period_from), seen.text(head.period_to), told.last.as_ref().map(|(day, _)| day.clone())];
            if days.into_iter().flatten().any(|day| day.as_str() >= QUALIFIED_FROM) {
                findings.push(Finding::new("PINT_SELLER_NUMBER_FORM", field));
            }
        }
        _ => {}
    }
}

/// `T` and 13 digits.
fn is_registration(number: &str) -> bool {
    number.len() == 14 && number.strip_prefix('T').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Totals and breakdown of an invoice in yen.
fn in_yen(head: &Head, told: &Told, seen: &Seen<'_>, findings: &mut Vec<Finding>) {
    let mut fields = TOTALS.iter().map(|total| (total.field)(head)).chain([head.prepaid, head.rounding]);
    let foreign = fields.find(|&field| (seen.passed_over)(field) && seen.text(field).is_none());
    if let Some(field) = foreign.or(told.foreign.then_some(head.currency)) {
        findings.push(Finding::new("PINT_CURRENCY_MIXED", field));
        return;
    }
    for total in TOTALS {
        let field = (total.field)(head);
        let expected = (total.expected)(head, told, seen);
        match (seen.number(field), expected) {
            (Some(found), Some(expected)) if found != expected => {
                findings.push(Finding::new(total.code, field).arg("found", found).arg("expected", expected));
            }
            (None, Some(expected)) if seen.is_absent(field) && !total.must && expected != 0 => {
                findings.push(Finding::new(total.code, field).arg("found", 0).arg("expected", expected));
            }
            (None, _) if seen.is_absent(field) && total.must => findings.push(Finding::new("PINT_AMOUNT_MISSING", field)),
            _ => {}
        }
    }
    for (category, rate) in told.used.iter().filter(|pair| !told.unclear && !told.broken_down.contains(pair)) {
        let shown = rate.map_or_else(|| "—".to_owned(), |rate| rate.to_string());
        findings.push(Finding::new("PINT_BREAKDOWN_LACKS", head.tax).arg("category", category).arg("rate", shown));
    }
}
