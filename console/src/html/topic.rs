use maud::{Markup, html};
use renkei_core::catalogue::Lang;
use renkei_core::registry::Registry;
use renkei_core::words::say;

/// A topic by its number and name, leading to its page; one that is configured no more by its slug.
pub(crate) fn topic(registry: &Registry, lang: Lang, slug: &str) -> Markup {
    html! {
        @match registry.topic(slug) {
            Some(topic) => a href={ "/topics/" (topic.slug) } title=(slug) { (format!("{:02} ", topic.number)) (say(lang, &topic.name, &topic.name_en)) },
            None => code { (slug) },
        }
    }
}
