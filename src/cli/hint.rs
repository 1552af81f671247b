//! How a bank would take a name that a layout refused. A proposal: the account's own name decides, and nothing is applied by itself.

use renkei_core::charset::abbreviation::suggest;
use renkei_core::charset::fold::{FoldOptions, fold};
use renkei_core::charset::kana::Switches;
use renkei_core::fault::Fault;
use renkei_core::layout::Layout;

/// The refused name of a kana field in the characters of its class; or, where it has no reading, the abbreviations of the words
/// in it that the banks have one for.
pub(crate) fn name(layout: &Layout, fault: &Fault) -> Option<String> {
    let id = fault.field.as_deref()?;
    let field = layout.kinds().iter().find_map(|kind| Some(&kind.fields[kind.field(id)?]))?;
    let class = field.class?;
    // A value that was shortened for showing is not the name.
    let value = fault.value.as_deref().filter(|value| !value.ends_with('…'))?;
    let switches = Switches { allow_wo: field.kana_wo, allow_dot: field.kana_dot };
    match fold(value, class, FoldOptions { switches, ..FoldOptions::default() }) {
        Ok(folded) => (folded.text != value).then_some(folded.text),
        Err(_) => {
            let words: Vec<String> =
                suggest(value).into_iter().map(|found| format!("{} → {}", found.word, found.written)).collect();
            (!words.is_empty()).then(|| words.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAYOUT: &str = "[layout]\nname='x'\nversion='1'\nformat='csv'\nencoding='utf-8'\n[[record]]\nkind='row'\nfields=[{id='holder',name='名義',type='kana',len=30,class='party_name'},{id='memo',name='摘要',type='text',len=9}]\n";

    fn hint(field: &str, value: &str) -> Option<String> {
        let layout = Layout::parse(LAYOUT, "x").expect("a layout");
        name(&layout, &Fault::new("KANA_CLASS").in_field(1, field, "名義").value(value))
    }

    #[test]
    fn a_name_is_proposed_in_the_characters_of_the_bank() {
        assert_eq!(hint("holder", "キヌタショウテン").as_deref(), Some("ｷﾇﾀｼﾖｳﾃﾝ"));
        assert_eq!(hint("holder", "株式会社砧").as_deref(), Some("株式会社 → ｶ)"));
        assert_eq!(hint("holder", "砧"), None);
        assert_eq!(hint("holder", "ｷﾇﾀ"), None);
        assert_eq!(hint("memo", "キヌタ"), None);
    }
}
