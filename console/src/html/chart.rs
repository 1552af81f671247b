//! Small charts as SVG, drawn with attributes only: the content security policy allows no inline style.

use maud::{Markup, html};

const BAR: i64 = 4;
const GAP: i64 = 1;
const HEIGHT: i64 = 24;

/// Bars of whole numbers, oldest first; the label tells in words what they show.
pub(crate) fn bars(values: &[i64], label: &str) -> Markup {
    let top = values.iter().copied().max().unwrap_or(0).max(1);
    let width = i64::try_from(values.len()).unwrap_or(0) * (BAR + GAP);
    html! {
        svg.bars role="img" aria-label=(label) width=(width) height=(HEIGHT) viewBox={ "0 0 " (width) " " (HEIGHT) } {
            title { (label) }
            @for (place, value) in (0_i64..).zip(values) {
                // A day with anything at all shows something.
                @let high = if *value > 0 { (value.saturating_mul(HEIGHT) / top).max(2) } else { 0 };
                @if high > 0 {
                    rect x=(place * (BAR + GAP)) y=(HEIGHT - high) width=(BAR) height=(high) {}
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_day_is_seen_beside_a_large_one() {
        let svg = bars(&[0, 1, 1_000_000], "30日").into_string();
        assert_eq!(svg.matches("<rect").count(), 2);
        assert!(svg.contains("height=\"2\"") && svg.contains("height=\"24\"") && !svg.contains("style"), "{svg}");
    }
}
