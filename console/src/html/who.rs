use maud::{Markup, html};
use renkei_core::catalogue::{self, Lang};

/// Who did something or sent a file, or the door by which it came: a door in the reader's words, with what the program calls it small
/// beside it; a person as they are known here, which is a word of no language.
pub(crate) fn who(lang: Lang, value: &str) -> Markup {
    let (door, rest) = value.split_once(':').unwrap_or((value, ""));
    html! { @match catalogue::word("door", door, lang) {
        Some(word) => { (word) @if !rest.is_empty() { " " code.detail { (rest) } } }
        None => bdi translate="no" { (value) },
    } }
}

/// A name that is Japanese alone: of a layout, a field, an item of the survey. On an English page it says so.
pub(crate) fn ja(name: &str) -> Markup {
    html! { span lang="ja" { (name) } }
}

/// The browser of a session: product and system, as far as its long description tells. The description itself is for who looks closer.
pub(crate) fn browser(lang: Lang, agent: &str) -> Markup {
    // Each of them also calls itself by the names of those behind it.
    const PRODUCTS: [(&str, &str); 6] = [
        ("Edg/", "Microsoft Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("renkei", "renkei"),
    ];
    const SYSTEMS: [(&str, &str); 6] = [
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iOS"),
        ("iPad", "iPadOS"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let find = |known: &[(&str, &'static str)]| known.iter().find(|(part, _)| agent.contains(part)).map(|(_, name)| *name);
    let unknown = if lang == Lang::Ja { "不明" } else { "unknown" };
    html! {
        span title=(agent) {
            @match (find(&PRODUCTS), find(&SYSTEMS)) {
                (Some(product), Some(system)) => bdi translate="no" { (product) " (" (system) ")" },
                (Some(one), None) | (None, Some(one)) => bdi translate="no" { (one) },
                (None, None) => (unknown),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doors_are_told_in_words_and_people_as_they_are() {
        let shown = |value: &str| who(Lang::Ja, value).into_string();
        assert_eq!(shown("folder:12_civic_assessments"), "受信フォルダ <code class=\"detail\">12_civic_assessments</code>");
        assert_eq!(shown("schedule"), "スケジュール");
        assert_eq!(shown("kato.1"), "<bdi translate=\"no\">kato.1</bdi>");
        for value in ["medium:USB-01", "demo:city", "http:einvoice", "console:kato.1"] {
            assert!(!shown(value).starts_with(value.split(':').next().unwrap_or_default()), "{}", shown(value));
        }
    }

    #[test]
    fn a_browser_is_known_by_product_and_system() {
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0";
        let page = browser(Lang::Ja, edge).into_string();
        assert!(page.contains(">Microsoft Edge (Windows)<") && page.matches("Mozilla").count() == 1, "{page}");
        assert!(browser(Lang::Ja, "").into_string().contains("不明"));
    }
}
