//! What is looked for on a page, whatever it is about.

use serde_json::Value;

use crate::driver::Browser;

/// What is on a page and belongs to no language: read by a script, because it is about what a reader sees.
const ENGLISH: &str = r#"
const left = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node = walker.nextNode(); node; node = walker.nextNode()) {
  const parent = node.parentElement;
  if (!parent || parent.closest('code, pre, script, style, time, [lang=en], textarea, td.file, option')) continue;
  if (!parent.checkVisibility()) continue;
  for (const word of node.textContent.match(/[A-Za-z][A-Za-z]+(?:[ _.-][A-Za-z]+)*/g) ?? []) left.push(word);
}
return left;
"#;

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
    "API",
    "SCIM",
    "No",
    "SKS",
    "SHF",
    "EKS",
    "NIKKEI",
    "TOML",
    "queues.toml",
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
    "migration",
    "Stat",
    "zengin-code",
    "kacho",
    "sato",
    "kansa",
    "unyo",
    "shonin",
    "mite",
    "kanri",
    "setup",
    "console",
    "cli",
    "consumer",
];

fn is_allowed(word: &str, known: &[String]) -> bool {
    let codes = word.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    codes || ALLOWED.contains(&word) || known.iter().any(|text| text.contains(word))
}

/// Fields without a label a reader or a screen reader could know them by.
const UNLABELLED: &str = "return [...document.querySelectorAll('main input, main select, main textarea')]
  .filter((field) => field.type !== 'hidden' && field.labels.length === 0 && !field.getAttribute('aria-label'))
  .map((field) => field.outerHTML)";

/// Japanese in what a page says itself, on an English page: headings, labels, buttons. What partners, layouts and people are called is
/// data, and stays.
pub(crate) const JAPANESE: &str = r#"
const left = [];
for (const part of document.querySelectorAll('h1, h2, thead th, label, button, legend, summary, dt, p.hint, .badge, nav a, main > p')) {
  if (part.closest('.person, [lang=ja], details details') || !part.checkVisibility()) continue;
  const said = part.cloneNode(true);
  said.querySelectorAll('bdi').forEach((name) => name.remove());
  if (/[\u3040-\u30ff\u4e00-\u9fff]/.test(said.textContent)) left.push(said.textContent.trim().slice(0, 60));
}
return left;
"#;

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
    let words = list(browser.js(ENGLISH).await);
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
