use maud::{Markup, html};
use renkei_core::slip::{QUIET_MODULES, symbol};

/// A text as a QR symbol, drawn with attributes only; nothing where it does not fit one. The label tells what scanning it does.
pub(crate) fn qr(text: &str, label: &str) -> Markup {
    let Some(rows) = symbol(text) else { return html! {} };
    let side = rows.len() + 2 * QUIET_MODULES;
    let mut path = String::new();
    for (y, row) in rows.iter().enumerate() {
        for (x, _) in row.iter().enumerate().filter(|(_, dark)| **dark) {
            path.push_str(&format!("M{} {}h1v1h-1z", x + QUIET_MODULES, y + QUIET_MODULES));
        }
    }
    html! {
        // White behind it in any colours of the page: a camera looks for dark on light.
        svg.qr role="img" aria-label=(label) width="220" height="220" viewBox={ "0 0 " (side) " " (side) } shape-rendering="crispEdges" {
            title { (label) }
            rect width=(side) height=(side) fill="#ffffff" {}
            path d=(path) fill="#000000" {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_needs_no_style_and_has_a_white_edge() {
        let svg = qr("otpauth://totp/renkei:kato.1?secret=ABCDEFGHIJKLMNOP&issuer=renkei", "登録").into_string();
        assert!(svg.contains("M4 4h1v1h-1z") && !svg.contains("M3 ") && !svg.contains("style="), "{svg}");
        assert!(qr(&"x".repeat(10_000), "too long").into_string().is_empty());
    }
}
