use maud::{Markup, html};
use renkei_core::money::Yen;

/// Whole yen with separators; negative ones with a triangle, as accounts have them.
pub(crate) fn yen(amount: i64) -> Markup {
    let text = Yen(amount.saturating_abs()).to_string();
    html! { span.yen.negative[amount < 0] { @if amount < 0 { "△" } (text) } }
}

/// A number with separators; negative ones as amounts are.
pub(crate) fn count(number: i64) -> Markup {
    let text = Yen(number.saturating_abs()).to_string();
    html! { span.count { @if number < 0 { "△" } (text) } }
}

/// An RFC 3339 instant or a database's: the day and the minute, the whole in the title.
pub(crate) fn when(instant: &str) -> Markup {
    let shown: String = instant.chars().take(16).map(|c| if c == 'T' { ' ' } else { c }).collect();
    html! { time datetime=(instant) title=(instant) { (shown) } }
}

/// The head of a digest or id; the whole in the title.
pub(crate) fn short(text: &str) -> Markup {
    let head: String = text.chars().take(12).collect();
    html! { code title=(text) { (head) } }
}
