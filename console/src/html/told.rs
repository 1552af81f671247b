use maud::{Markup, html};
use renkei_consumers::outbound::Problem;
use renkei_core::catalogue::act::{Act, Part};
use renkei_core::catalogue::{self, Lang};
use renkei_core::fault::Fault;
use renkei_core::words::{self, say};
use serde_json::Value;

/// A code with its values as the catalogue tells it: what is wrong, and what to do.
pub(crate) fn told(lang: Lang, code: &str, detail: Option<&Value>) -> Markup {
    fault_told(lang, &Fault::new(code).with_values(detail.unwrap_or(&Value::Null)))
}

/// The same without what to do.
pub(crate) fn without_remedy(lang: Lang, fault: &Fault) -> Markup {
    html! { span.told { (catalogue::text(fault, lang)) } " " code.detail { (fault.code) } }
}

/// The same of a fault with a place.
pub(crate) fn fault_told(lang: Lang, fault: &Fault) -> Markup {
    let todo = catalogue::remedy_parts(fault, lang);
    html! {
        span.told { (catalogue::text(fault, lang)) } " " code.detail { (fault.code) }
        @if !todo.is_empty() { div.detail { "→ " (remedy(lang, &todo)) } }
    }
}

/// What to do, for somebody with pages and no command line: an act leads to the page that does it. What has no page is done by who has
/// the command line, and is told with its command.
pub(crate) fn remedy(lang: Lang, parts: &[Part]) -> Markup {
    html! { @for part in parts { @match part {
        Part::Text(text) => (text),
        Part::Act(Act { name, page: Some(page), .. }) => a href=(page) { (name) },
        Part::Act(Act { name, command, page: None }) => {
            (name) (say(lang, "〔コマンド ", " [command ")) code { (command) } (say(lang, "〕", "]"))
        }
    } } }
}

/// The same on paper and in lists, for somebody who has neither.
pub(crate) fn remedy_named(fault: &Fault, lang: Lang) -> String {
    let parts = catalogue::remedy_parts(fault, lang).into_iter();
    parts
        .map(|part| match part {
            Part::Text(text) => text,
            Part::Act(act) => act.name.to_owned(),
        })
        .collect()
}

/// What a code means where its values are not at hand (`…` stands for each), and what to do where that can be said without them;
/// `None`: the catalogue does not know it.
pub(crate) fn general(lang: Lang, code: &str) -> Option<(String, Option<Markup>)> {
    let (text, whole) = catalogue::template(code, lang)?;
    let todo = || remedy(lang, &catalogue::remedy_parts(&Fault::new(code), lang));
    let mut name = String::new();
    let mut depth = 0_u32;
    for c in text.chars() {
        match c {
            '{' => {
                depth += 1;
                name.push('…');
            }
            '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 => name.push(c),
            _ => {}
        }
    }
    Some((name, (!whole.is_empty() && !whole.contains('{')).then(todo)))
}

/// A reason: what a person wrote, or a code or word of the program, which is told.
pub(crate) fn reason(lang: Lang, reason: &str) -> Markup {
    html! { @match general(lang, reason) {
        Some((text, _)) => { (text) " " code.detail { (reason) } }
        None => (words::audit_reason(lang, reason)),
    } }
}

/// What a program said, in English: the whole truth for who reads it, behind a word where the page has told it in the reader's language.
pub(crate) fn verbatim(lang: Lang, is_told: bool, said: &str) -> Markup {
    html! {
        @if lang == Lang::Ja && is_told { details { summary { (say(lang, "技術情報（英語）", "what the program said")) } p.detail lang="en" translate="no" { (said) } } }
        @else { p.detail lang="en" translate="no" { (said) } }
    }
}

/// What is the matter with a file: in the reader's words where the catalogue has them, with what the program said behind them.
/// Not `full`: without names and accounts, and therefore without what the program said.
pub(crate) fn problem_told(lang: Lang, problem: &Problem, full: bool) -> Markup {
    let hidden = Problem { detail: problem.detail.as_ref().map(super::masked), ..problem.clone() };
    html! { @match if full { problem.parts(lang) } else { hidden.parts(lang) } {
        Some((text, todo)) => {
            div { (text) " " code.detail { (problem.code.as_deref().unwrap_or_default()) } }
            @if !todo.is_empty() { div.detail { "→ " (remedy(lang, &todo)) } }
            @if full { (verbatim(lang, true, &problem.said)) }
        }
        None if problem.code.is_some() => { @if full { (verbatim(lang, false, &problem.said)) } }
        // A person's reason, as it was written.
        None => div.detail { (problem.said) },
    } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_told_whether_a_person_or_the_program_gave_it() {
        let shown = |text: &str| reason(Lang::Ja, text).into_string();
        assert_eq!(shown("窓口で確認"), "窓口で確認");
        assert_eq!(shown("too many attempts"), "試行回数の超過");
        let code = shown("FIELD_NOT_DIGITS");
        assert!(code.contains("数字でない文字") && code.contains("FIELD_NOT_DIGITS") && !code.contains('{'), "{code}");
        let (text, _) = general(Lang::Ja, "EXPORT_SAME_CONTENT").unwrap();
        assert_eq!(text, "同じ内容のファイルが送付済みです（ファイル番号…、…、…）。");
        assert!(general(Lang::Ja, "NO_SUCH_CODE").is_none());
    }

    #[test]
    fn what_to_do_leads_to_its_page_or_is_told_with_its_command() {
        let shown = |code: &str| fault_told(Lang::Ja, &Fault::new(code)).into_string();
        let page = shown("DB_REPAY_ORDER_RETURNED");
        assert!(page.contains("<a href=\"/worklists/returned\">振込不能・組戻の一覧</a>") && !page.contains("renkei "), "{page}");
        let without = shown("DB_REPAY_SAME_PAYMENT");
        assert!(without.contains("再振込の起票〔コマンド <code>renkei ledger repay</code>〕"), "{without}");
        let paper = remedy_named(&Fault::new("DB_REPAY_SAME_PAYMENT"), Lang::Ja);
        assert!(paper.contains("再振込の起票") && !paper.contains("renkei"), "{paper}");
    }
}
