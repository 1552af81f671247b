//! What is looked for on a page, whatever it is about.

use serde_json::{Value, json};

use crate::driver::Browser;

/// Text of a page that is in no word of its reader's language, part by part with its words: what is written as it is (codes, names of
/// files and people, what programs said) is marked on the page, and left out. Folded parts are opened, because a reader opens them.
const WORDS: &str = r#"
const [pattern, also] = arguments;
const marked = 'code, pre, script, style, time, textarea, bdi, td.file, [translate=no]';
document.querySelectorAll('details').forEach((part) => { part.open = true; });
const left = [];
const look = (element, text) => {
  if (!element || element.closest(marked) || element.closest('[lang]').lang !== document.documentElement.lang) return;
  if (also && element.closest(also)) return;
  if (!(element.closest('select') ?? element).checkVisibility()) return;
  left.push(...(text.match(new RegExp(pattern, 'gu')) ?? []));
};
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node = walker.nextNode(); node; node = walker.nextNode()) look(node.parentElement, node.textContent);
for (const name of ['aria-label', 'placeholder']) {
  for (const element of document.querySelectorAll(`[${name}]`)) look(element, element.getAttribute(name));
}
return [...new Set(left)];
"#;
/// Words of Latin letters.
const LATIN: &str = "[A-Za-z][A-Za-z]+(?:[ _.-][A-Za-z]+)*";
/// Kana and kanji, with what stands between them.
const JAPANESE: &str = "[\\u3040-\\u30ff\\u4e00-\\u9fff][^\\n]{0,30}";

/// Words that are the same in Japanese: names of products and formats, and what is written as it is in the files.
const ALLOWED: &[&str] = &[
    "renkei",
    "CSV",
    "JSON",
    "XML",
    "PDF",
    "Excel",
    "ID",
    "SHA",
    "SJIS",
    "UTF",
    "ASCII",
    "CRLF",
    "LF",
    "CR",
    "eLTAX",
    "QR",
    "eL-QR",
    // e-Stat
    "Stat",
    "Peppol",
    "OpenDocument",
    "zengin-code",
    "API",
    "SCIM",
    "No",
    "SKS",
    "SHF",
    "EKS",
    "NIKKEI",
    "HTTP",
    "OCR",
    "IF",
    "MPN",
    "JIS",
    "EBCDIC",
    "SSC",
    "FB",
    "URL",
    "TSV",
    "ZIP",
    "USB",
    "JP PINT",
    "kacho",
    "sato",
    "kansa",
    "unyo",
    "shonin",
    "mite",
    "kanri",
];

/// A word that is a code, on the list, or written so in the data: as a whole, because `folder` is no word for being in `folder_12.csv`.
fn is_allowed(word: &str, known: &[String]) -> bool {
    let codes = word.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    let whole = |text: &String| {
        text.match_indices(word).any(|(at, _)| {
            let inside = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic());
            !inside(text[..at].chars().next_back()) && !inside(text[at + word.len()..].chars().next())
        })
    };
    codes || ALLOWED.contains(&word) || known.iter().any(whole)
}

/// Fields without a label a reader or a screen reader could know them by.
const UNLABELLED: &str = "return [...document.querySelectorAll('main input, main select, main textarea')]
  .filter((field) => field.type !== 'hidden' && field.labels.length === 0 && !field.getAttribute('aria-label'))
  .map((field) => field.outerHTML)";

/// Tables that are wider than the place they have.
const CUT: &str = "return [...document.querySelectorAll('.scroll')].filter((box) => box.scrollWidth > box.clientWidth + 1)
  .map((box) => `${box.scrollWidth} > ${box.clientWidth}: ${box.innerText.slice(0, 60)}`)";

pub(crate) const WIDTHS: &str = "return [document.documentElement.scrollWidth, window.innerWidth]";

/// Everything that is wrong with a page, in the browser as it is.
pub(crate) async fn look(browser: &Browser, path: &str, known: &[String]) -> Vec<String> {
    browser.go(path).await;
    let mut wrong = Vec::new();
    let widths = browser.js(WIDTHS).await;
    if widths[0].as_u64() > widths[1].as_u64() {
        wrong.push(format!("{path} is wider than the screen: {widths}"));
    }
    let list = |value: Value| value.as_array().cloned().unwrap_or_default();
    let words = list(browser.ask_js(WORDS, json!([LATIN, null])).await);
    let english: Vec<&str> = words.iter().filter_map(Value::as_str).filter(|word| !is_allowed(word, known)).collect();
    if !english.is_empty() {
        wrong.push(format!("{path} speaks English: {english:?}"));
    }
    for field in list(browser.js(UNLABELLED).await) {
        wrong.push(format!("{path} has a field without a label: {field}"));
    }
    for table in list(browser.js(CUT).await) {
        wrong.push(format!("{path} has a table that is cut off: {table}"));
    }
    let headings = browser.js("return document.querySelectorAll('h1').length").await;
    if headings != 1 {
        wrong.push(format!("{path} has {headings} headings of the page"));
    }
    wrong.extend(browser.complaints(false).await.into_iter().map(|complaint| format!("{path}: {complaint}")));
    wrong
}

/// Japanese on an English page, outside the cells where data stands.
pub(crate) async fn look_in_english(browser: &Browser, path: &str) -> Vec<String> {
    browser.go(path).await;
    let left = browser.ask_js(WORDS, json!([JAPANESE, "tbody td, tbody th, .told, article.fault"])).await;
    let left: Vec<&str> = left.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if left.is_empty() { Vec::new() } else { vec![format!("{path} speaks Japanese on an English page: {left:?}")] }
}
