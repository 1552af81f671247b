//! A name that the ledger lets into a payment order is one that the bank file takes: the rule in SQL is the rule of the layouts.

use renkei_core::charset::kana::{KanaClass, check};

use crate::scratch::Scratch;

/// Every half-width sign and some that are none, alone, behind each kana and in front of one.
fn names() -> Vec<String> {
    let signs: Vec<char> = (' '..='~').chain('\u{FF61}'..='\u{FF9F}').chain("アー株ａ１　￥“".chars()).collect();
    let mut names: Vec<String> = signs.iter().map(char::to_string).collect();
    for kana in '\u{FF66}'..='\u{FF9D}' {
        names.extend(['ﾞ', 'ﾟ'].map(|mark| format!("{kana}{mark}")));
    }
    names.extend(signs.iter().flat_map(|sign| [format!("ｶ{sign}"), format!("{sign}ｶ"), format!("ﾊ{sign}ﾟ")]));
    names
}

#[tokio::test]
async fn the_ledger_and_the_layouts_refuse_the_same_names() {
    let db = Scratch::new().await;
    let names = names();
    let found: Vec<(String, Option<String>)> =
        sqlx::query_as("select name, ledger.bank_name_fault(name) from unnest($1::text[]) as t (name)")
            .bind(&names)
            .fetch_all(&db.pool)
            .await
            .unwrap();
    assert_eq!(found.len(), names.len());
    let apart: Vec<String> = found
        .iter()
        .filter(|(name, fault)| fault.is_some() == check(KanaClass::PartyName, name).is_ok())
        .map(|(name, fault)| format!("{name:?}: SQL {fault:?}, layouts {:?}", check(KanaClass::PartyName, name)))
        .collect();
    assert!(apart.is_empty(), "{apart:#?}");
}
