use maud::{Markup, html};
use serde_json::Value;

/// Parts of field ids that speak of a person or an account: their values are masked until somebody asks for them, which is audited.
const PARTS: [&str; 14] = [
    "name",
    "kana",
    "kanji",
    "account_no",
    "account_number",
    "address",
    "payer",
    "holder",
    "birth",
    "phone",
    "mail",
    "login",
    "payee",
    "recipient",
];
/// Ids that hold such a part and speak of no person.
const HARMLESS: [&str; 9] = [
    "file_name",
    "bank_name",
    "branch_name",
    "item_name",
    "project_name",
    "account_name",
    "unit_name",
    "contract_name",
    "tender_name",
];

/// Whether the values of a field are masked.
pub(crate) fn is_personal(field: &str) -> bool {
    let harmless = HARMLESS.iter().any(|part| field.contains(part));
    !harmless && PARTS.iter().any(|part| field.contains(part))
}

/// A value: as it is, or its last two signs.
pub(crate) fn shown(field: &str, value: &str, full: bool) -> Markup {
    if full || !is_personal(field) {
        return html! { (value) };
    }
    html! { span.masked { (kept(value)) } }
}

/// Accounts in the values of a text, which layouts have in fields of other names.
const ACCOUNTS: [&str; 3] = ["account", "before", "after"];

/// The values of a text with those masked that speak of a person or an account.
pub(crate) fn masked(detail: &Value) -> Value {
    let mut detail = detail.clone();
    for (key, value) in detail.as_object_mut().into_iter().flatten() {
        if let Value::String(text) = value
            && (is_personal(key) || ACCOUNTS.contains(&key.as_str()))
        {
            *value = Value::String(kept(text));
        }
    }
    detail
}

/// The last two signs of a text.
pub(crate) fn kept(text: &str) -> String {
    let hidden = text.chars().count().saturating_sub(2);
    let kept: String = text.chars().skip(hidden).collect();
    format!("{}{kept}", "＊".repeat(hidden.min(6)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_accounts_are_masked() {
        for field in ["payer_name", "holder_kana", "account_no", "address", "payer_no", "login_id"] {
            assert!(is_personal(field), "{field}");
        }
        for field in ["amount", "bank_name", "assessment_no", "account", "file_name"] {
            assert!(!is_personal(field), "{field}");
        }
        assert_eq!(shown("payer_name", "架空太郎", false).into_string(), "<span class=\"masked\">＊＊太郎</span>");
        assert_eq!(shown("payer_name", "架空太郎", true).into_string(), "架空太郎");
        let detail = serde_json::json!({ "name": "架空太郎", "account": "0001-201-1-1234567", "amount": "5000", "order": "2026P1", "count": 3 });
        let hidden = serde_json::json!({ "name": "＊＊太郎", "account": "＊＊＊＊＊＊67", "amount": "5000", "order": "2026P1", "count": 3 });
        assert_eq!(masked(&detail), hidden);
    }
}
