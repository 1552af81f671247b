use maud::{Markup, html};
use renkei_core::catalogue::{self, Lang};
use renkei_core::fault::Fault;
use serde_json::Value;

/// A code with its values as the catalogue tells it: what is wrong, and what to do.
pub(crate) fn told(lang: Lang, code: &str, detail: Option<&Value>) -> Markup {
    fault_told(lang, &Fault::new(code).with_values(detail.unwrap_or(&Value::Null)))
}

/// The same of a fault with a place.
pub(crate) fn fault_told(lang: Lang, fault: &Fault) -> Markup {
    let remedy = catalogue::remedy(fault, lang);
    html! {
        (catalogue::text(fault, lang)) " " code.detail { (fault.code) }
        @if !remedy.is_empty() { div.detail { "→ " (remedy) } }
    }
}
