use maud::{Markup, html};
use renkei_core::catalogue::Lang;
use renkei_core::layout::Kind;
use serde_json::Value;

use super::{ja, shown};

/// A field or kind by the name its layout has for it. Those are Japanese alone: an English page has the id, and the name beside it.
pub(crate) fn called(lang: Lang, id: &str, name: Option<&str>) -> Markup {
    html! { @match (name, lang) {
        (Some(name), Lang::Ja) => (name),
        (Some(name), Lang::En) => { code { (id) } " " (ja(name)) }
        (None, _) => code { (id) },
    } }
}

/// The values of a record in the order of its layout, by the layout's names.
pub(crate) fn record(lang: Lang, kind: Option<&Kind>, values: &Value, full: bool) -> Markup {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let of_layout = kind.map(|kind| kind.fields.as_slice()).unwrap_or_default();
    let known = of_layout.iter().filter_map(|field| Some((field.id.as_str(), Some(field.name.as_str()), values.get(&field.id)?)));
    let others = values.as_object().into_iter().flatten().filter(|(id, _)| of_layout.iter().all(|field| field.id != **id));
    let all: Vec<(&str, Option<&str>, &Value)> = known.chain(others.map(|(id, value)| (id.as_str(), None, value))).collect();
    html! {
        dl.facts { @for (id, name, value) in all {
            dt { (called(lang, id, name)) }
            dd translate="no" { (shown(id, &text(value), full)) }
        } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_layout_knows_is_shown_all_the_same() {
        let page = record(Lang::Ja, None, &serde_json::json!({"amount": "6000", "payer_name": "世田谷"}), false).into_string();
        assert!(page.contains("6000") && !page.contains("世田谷"), "{page}");
    }

    #[test]
    fn a_field_is_called_in_the_readers_language() {
        let name = Some("10%対象額");
        assert_eq!(called(Lang::Ja, "tax10_base", name).into_string(), "10%対象額");
        let told = "<code>tax10_base</code> <span lang=\"ja\">10%対象額</span>";
        assert_eq!(called(Lang::En, "tax10_base", name).into_string(), told);
    }
}
