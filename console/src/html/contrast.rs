//! The style sheet's colours, measured: text has a contrast of 4.5 to 1 at least (JIS X 8341-3, WCAG 2.2 AA).
#![cfg(test)]
#![expect(clippy::float_arithmetic, reason = "luminance is a real number")]

use std::collections::BTreeMap;

const SHEET: &str = include_str!("../../assets/console.css");
const LEAST: f64 = 4.5;

/// `--name: #rrggbb` of the sheet.
fn colours() -> BTreeMap<&'static str, &'static str> {
    let declared = SHEET.split([';', '{', '}']).filter_map(|part| part.trim().strip_prefix("--")?.split_once(": "));
    declared.filter(|(_, value)| value.starts_with('#')).collect()
}

fn luminance(colour: &str) -> f64 {
    let channel = |place: usize| {
        let value = f64::from(u8::from_str_radix(&colour[place..place + 2], 16).expect("hexadecimal")) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

fn contrast(one: &str, other: &str) -> f64 {
    let (light, dark) = (luminance(one).max(luminance(other)), luminance(one).min(luminance(other)));
    (light + 0.05) / (dark + 0.05)
}

/// A colour as it is written: `#rrggbb`, or the name of one.
fn resolved<'a>(colours: &BTreeMap<&str, &'a str>, written: &'a str) -> Option<&'a str> {
    let name = written.strip_prefix("var(--").and_then(|rest| rest.strip_suffix(')'));
    name.map_or_else(|| (written.len() == 7 && written.starts_with('#')).then_some(written), |name| colours.get(name).copied())
}

#[test]
fn text_can_be_read_on_every_ground_it_stands_on() {
    let colours = colours();
    let mut pairs = vec![("bad", "paper"), ("quiet", "paper")];
    for ink in ["ink", "soft", "link"] {
        pairs.extend([(ink, "paper"), (ink, "ground")]);
    }
    pairs.extend([("brand-ink", "brand"), ("brand", "paper"), ("brand", "ground"), ("brand-ink", "bad")]);
    pairs.extend([
        ("good", "good-ground"),
        ("busy", "busy-ground"),
        ("act", "act-ground"),
        ("bad", "bad-ground"),
        ("quiet", "quiet-ground"),
    ]);
    for (ink, ground) in pairs {
        let found = contrast(colours[ink], colours[ground]);
        assert!(found >= LEAST, "--{ink} on --{ground}: {found:.2}");
    }
}

#[test]
fn a_rule_that_sets_both_colours_sets_readable_ones() {
    let colours = colours();
    let mut measured = 0;
    for rule in SHEET.split('}') {
        let Some((selector, body)) = rule.rsplit_once('{') else { continue };
        let value = |name: &str| {
            let mut declared = body.split(';').filter_map(|part| part.trim().split_once(": "));
            declared.find(|(known, _)| *known == name).and_then(|(_, value)| resolved(&colours, value.trim()))
        };
        let (Some(ink), Some(ground)) = (value("color"), value("background")) else { continue };
        let found = contrast(ink, ground);
        assert!(found >= LEAST, "{}: {ink} on {ground} is {found:.2}", selector.trim());
        measured += 1;
    }
    assert!(measured >= 10, "only {measured} rules were measured: the sheet has another form");
    assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 0.01);
}
