//! Lines, the tax breakdown, and allowances and charges.

use super::ids::{Allowance, Detail, Tax};
use super::{CATEGORIES, KEPT_MAX, Rate, Told};
use crate::layout::rules::{Finding, Seen};

/// A line (IBG-25).
pub(super) fn detail(ids: &Detail, told: &mut Told, seen: &Seen<'_>, findings: &mut Vec<Finding>) {
    let yen = amount(ids.amount, told, seen, findings);
    told.lines.add(yen);
    category(ids.category, ids.rate, seen, findings, &mut told.used);
    if let Some(quantity) = seen.text(ids.base_quantity)
        && (quantity.starts_with('-') || quantity.bytes().all(|byte| matches!(byte, b'0' | b'.')))
    {
        findings.push(Finding::new("PINT_BASE_QUANTITY", ids.base_quantity));
    }
    let (from, to) = (seen.text(ids.period_from), seen.text(ids.period_to));
    order(ids.period_to, from.as_deref(), to.as_deref(), findings);
    let line = seen.text(ids.line_id).unwrap_or_default();
    // Canonical dates compare as text.
    for day in [from, to].into_iter().flatten() {
        if told.first.as_ref().is_none_or(|(first, _)| day < *first) {
            told.first = Some((day.clone(), line.clone()));
        }
        if told.last.as_ref().is_none_or(|(last, _)| day > *last) {
            told.last = Some((day, line.clone()));
        }
    }
}

/// The end of a period is not before its beginning.
pub(super) fn order(field: usize, from: Option<&str>, to: Option<&str>, findings: &mut Vec<Finding>) {
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        findings.push(Finding::new("PINT_PERIOD_ORDER", field).arg("from", from));
    }
}

/// A tax category of the breakdown (IBG-23).
pub(super) fn tax(ids: &Tax, told: &mut Told, seen: &Seen<'_>, findings: &mut Vec<Finding>) {
    let (base, tax) = (seen.number(ids.base), seen.number(ids.tax));
    if (seen.passed_over)(ids.base) || (seen.passed_over)(ids.tax) {
        // A breakdown in the money of the document, of which only the total counts.
        told.foreign = true;
        return;
    }
    for field in [ids.base, ids.tax].into_iter().filter(|&field| seen.is_absent(field)) {
        findings.push(Finding::new("PINT_AMOUNT_MISSING", field));
    }
    told.taxes.add(tax);
    told.taxed |= tax.is_some_and(|tax| tax != 0);
    let before = told.broken_down.len();
    let pair = category(ids.category, ids.rate, seen, findings, &mut told.broken_down);
    told.unclear |= pair.is_none();
    let Some((code, rate)) = pair else { return };
    if before == told.broken_down.len() {
        let shown = rate.map_or_else(|| "—".to_owned(), |rate| rate.to_string());
        findings.push(Finding::new("PINT_BREAKDOWN_TWICE", ids.category).arg("category", &code).arg("rate", shown));
    }
    let (Some(base), Some(tax)) = (base, tax) else { return };
    match rate.filter(|rate| *rate != 0) {
        None if tax != 0 => findings.push(Finding::new("PINT_TAX_NOT_ZERO", ids.tax).arg("category", &code)),
        None => {}
        Some(rate) => bounds(ids.tax, (base, rate, tax), findings),
    }
}

/// One rounding per rate: any amount between floor and ceiling is right.
fn bounds(field: usize, (base, rate, tax): (i64, i64, i64), findings: &mut Vec<Finding>) {
    let exact = i128::from(base) * i128::from(rate);
    let floor = exact.div_euclid(100);
    let ceiling = floor + i128::from(exact.rem_euclid(100) != 0);
    if !(floor..=ceiling).contains(&i128::from(tax)) {
        let finding = Finding::new("PINT_TAX_BOUNDS", field).arg("base", base).arg("rate", rate);
        findings.push(finding.arg("floor", floor).arg("ceiling", ceiling));
    }
}

/// An allowance or charge on the document (IBG-20, IBG-21).
pub(super) fn allowance(ids: &Allowance, told: &mut Told, seen: &Seen<'_>, findings: &mut Vec<Finding>) {
    let yen = amount(ids.amount, told, seen, findings);
    match seen.text(ids.charge).as_deref() {
        Some("true") => told.charges.add(yen),
        Some("false") => told.allowances.add(yen),
        // The indicator has its own fault; which sum it belongs to is not known.
        _ => (told.charges.unknown, told.allowances.unknown) = (true, true),
    }
    if seen.is_absent(ids.reason) && seen.is_absent(ids.reason_code) {
        findings.push(Finding::new("PINT_ALLOWANCE_REASON", ids.reason));
    }
    category(ids.category, ids.rate, seen, findings, &mut told.used);
}

/// An amount that must be there, in whatever money; gives it when it is in yen.
fn amount(field: usize, told: &mut Told, seen: &Seen<'_>, findings: &mut Vec<Finding>) -> Option<i64> {
    if seen.is_absent(field) {
        findings.push(Finding::new("PINT_AMOUNT_MISSING", field));
    }
    told.foreign |= (seen.passed_over)(field);
    let yen = seen.number(field);
    told.yen |= yen.is_some();
    yen
}

/// A category and the rate that goes with it; remembers the pair when it is new.
fn category(
    field: usize,
    rate_field: usize,
    seen: &Seen<'_>,
    findings: &mut Vec<Finding>,
    kept: &mut Vec<(String, Option<i64>)>,
) -> Option<(String, Option<i64>)> {
    let code = seen.text(field)?;
    let (_, wanted) = CATEGORIES.iter().find(|(known, _)| *known == code)?;
    let rate = seen.number(rate_field);
    if seen.cells.is_refused(rate_field) {
        return None;
    }
    let found = match (wanted, rate) {
        (Rate::Is(_) | Rate::Zero, None) => Some(Finding::new("PINT_RATE_MISSING", rate_field)),
        (Rate::Is(wanted), Some(rate)) if rate != *wanted => Some(Finding::new("PINT_RATE", rate_field).arg("expected", wanted)),
        (Rate::Zero, Some(rate)) if rate != 0 => Some(Finding::new("PINT_RATE_NOT_ZERO", rate_field)),
        (Rate::None, Some(_)) => Some(Finding::new("PINT_RATE_OUT_OF_SCOPE", rate_field)),
        _ => None,
    };
    if let Some(finding) = found {
        findings.push(finding.arg("category", &code));
        return None;
    }
    let pair = (code, rate);
    if !kept.contains(&pair) && kept.len() < KEPT_MAX {
        kept.push(pair.clone());
    }
    Some(pair)
}
