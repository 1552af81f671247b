//! Every code that Rust gives to a person has its texts.

use std::collections::BTreeSet;

use renkei_core::catalogue::{self, Lang};
use renkei_core::words;

use super::source::{files, none, product};

/// Upper-case words that are no codes: settings of the environment and of the build, heads of codes, and what the broker answers.
fn is_other(word: &str) -> bool {
    word.starts_with("RENKEI_") || word.starts_with("CARGO_") || word.ends_with('_') || word == "NOT_FOUND"
}

/// Literals like `"FIELD_EMPTY"` of a text.
fn codes_of(text: &str) -> Vec<&str> {
    let upper = |word: &&str| {
        word.contains('_')
            && word.starts_with(|first: char| first.is_ascii_uppercase())
            && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    };
    // Not by pairs of quotation marks: an escaped one would shift them all.
    text.split('"').filter(upper).collect()
}

#[test]
fn every_code_that_rust_gives_has_texts() {
    let mut missing = BTreeSet::new();
    let mut seen = 0;
    for source in product() {
        for code in codes_of(&source.text).into_iter().filter(|code| !is_other(code)) {
            seen += 1;
            if !catalogue::is_known(code) {
                missing.insert(format!("{}: {code}", source.path));
            }
        }
    }
    assert!(seen > 100, "only {seen} codes were found: the search is wrong");
    none(&missing.into_iter().collect::<Vec<_>>(), "every code of a fault or problem is in core/catalogue.toml");
}

#[test]
fn codes_are_found_in_rust() {
    assert_eq!(codes_of(r#"Fault::new("FIELD_EMPTY").arg("field", x) => "COLUMN_COUNT","#), ["FIELD_EMPTY", "COLUMN_COUNT"]);
}

/// What audit events are called where SQL writes them: actions, and the kind of object behind each.
fn events(text: &str) -> Vec<(Vec<&str>, Option<&str>)> {
    let word = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || b"._".contains(&byte));
    let is_action = |text: &str| word(text) && text.contains('.') && !text.ends_with('.') && text != "export.file";
    let mut found = Vec::new();
    for at in ["audit.record(", "into audit.event ("] {
        for (start, _) in text.match_indices(at) {
            let end = text[start..].char_indices().nth(600).map_or(text.len(), |(index, _)| start + index);
            let parts: Vec<&str> = text[start..end].split('\'').collect();
            // A word with what stands before it; an action stands near the beginning.
            let words: Vec<(&str, &str)> = parts.chunks_exact(2).map(|pair| (pair[0].trim_end(), pair[1])).collect();
            let Some(first) = words.iter().position(|(_, text)| is_action(text)).filter(|first| *first < 4) else { continue };
            let object = words[first..].iter().position(|(before, text)| !is_action(text) && word(text) && before.ends_with(','));
            let upto = object.map_or(first + 1, |object| first + object);
            let actions = words[first..upto].iter().map(|(_, text)| *text).filter(|text| is_action(text)).collect();
            found.push((actions, object.map(|object| words[first + object].1)));
        }
    }
    found
}

/// Actions where Rust hands them on, as an argument or out of a choice, far from the SQL that writes the event: literals that begin as
/// actions and objects of the log begin.
fn handed_on(text: &str) -> Vec<&str> {
    let heads = ["audit_action", "audit_object", "audit_group"].map(catalogue::values);
    let heads: BTreeSet<&str> = heads.into_iter().flatten().map(|word| word.split('.').next().unwrap_or(word)).collect();
    let part = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let is_action = |text: &&str| {
        text.split_once('.').is_some_and(|(head, rest)| heads.contains(head) && part(rest) && rest != "json" && rest != "toml")
    };
    // A kind of object may be called after its table.
    text.split('"').filter(is_action).filter(|text| catalogue::word("audit_object", text, Lang::Ja).is_none()).collect()
}

#[test]
fn the_audit_log_speaks_the_readers_language() {
    let mut missing = BTreeSet::new();
    let mut seen = 0;
    let sources = [files("migrations", ".sql"), files("integrations", ".sql"), files("consumers/src", ".sql"), product()];
    for source in sources.iter().flatten() {
        for (actions, object) in events(&source.text) {
            let named =
                actions.iter().map(|action| ("audit_action", *action)).chain(object.map(|object| ("audit_object", object)));
            for (table, value) in named {
                seen += 1;
                if catalogue::word(table, value, Lang::Ja).is_none() {
                    missing.insert(format!("{}: {value} is not in [words.{table}]", source.path));
                }
            }
        }
    }
    for source in product() {
        for action in handed_on(&source.text) {
            seen += 1;
            if catalogue::word("audit_action", action, Lang::Ja).is_none() {
                missing.insert(format!("{}: {action} is not in [words.audit_action]", source.path));
            }
        }
    }
    for action in catalogue::values("audit_action") {
        if words::action_group(Lang::Ja, action).is_ascii() {
            missing.insert(format!(
                "{action} begins with a word that is neither in [words.audit_object] nor in [words.audit_group]"
            ));
        }
    }
    assert!(seen > 80, "only {seen} words were found: the search is wrong");
    none(&missing.into_iter().collect::<Vec<_>>(), "every action and object of the audit log has words in core/catalogue.toml");
}

#[test]
fn events_are_found_in_sql() {
    let text = "perform audit.record(who, case when a then 'x.one' else 'x.two' end, 'thing', id, '{}'); select 1";
    assert_eq!(events(text), [(vec!["x.one", "x.two"], Some("thing"))]);
    let text = "insert into audit.event (actor, action, object) select b.actor, 'order.returned', 'payment_order', m.no";
    assert_eq!(events(text), [(vec!["order.returned"], Some("payment_order"))]);
    assert!(events("select audit.record($1, $2, 'batch', $3)").is_empty(), "what comes from outside is looked for there");
}

#[test]
fn events_are_found_where_rust_hands_them_on() {
    let text = r#"record(&mut tx, &key, "session.end_nowhere", None, &from.address)"#;
    assert_eq!(handed_on(text), ["session.end_nowhere"]);
    assert_eq!(handed_on(r#"let action = if disabled { "account.disable" } else { "account.enable" };"#).len(), 2);
    assert!(handed_on(r#"say("calendar.json"); link("export.file", 1); say("It failed. Try again.")"#).is_empty());
}

/// The words a body of SQL chooses between, `then 'one'` or `else 'other'`, up to the end of a statement in it.
fn chosen(body: &str) -> Vec<&str> {
    let parts: Vec<&str> = body.split('\'').collect();
    let pairs = parts.chunks_exact(2).map(|pair| (pair[0].trim_end(), pair[1]));
    pairs
        .filter(|(before, word)| (before.ends_with("then") || before.ends_with("else")) && word.contains('_'))
        .map(|(_, word)| word)
        .collect()
}

/// What `raise exception` refuses by the codes `RK01x` (budget, commitments, payment orders, pay) in a text, and cannot be told in the
/// reader's language: neither a code of the catalogue nor a constraint that it knows. Their number comes first.
fn untold_refusals(text: &str) -> (usize, Vec<String>) {
    let rule_is_known = |name: &str| catalogue::is_known(&format!("DB_{}", name.to_uppercase()));
    let mut seen = 0;
    let mut untold = Vec::new();
    for (at, _) in text.match_indices("raise exception") {
        let length = ["end if;", "end $$", "raise exception"].iter().filter_map(|end| text[at + 1..].find(end)).min();
        let raise = &text[at..length.map_or(text.len(), |length| at + 1 + length)];
        if !raise.contains("errcode = 'RK01") {
            continue;
        }
        seen += 1;
        let body = &text[text[..at].rfind("$$").unwrap_or(0)..at + raise.len()];
        let each = |is_code: fn(&str) -> bool, is_known: &dyn Fn(&str) -> bool| {
            let words: Vec<&str> = chosen(body).into_iter().filter(|word| is_code(word)).collect();
            !words.is_empty() && words.into_iter().all(is_known)
        };
        let message = raise.split('\'').nth(1).unwrap_or_default();
        let told = match raise.split_once("constraint = ") {
            Some((_, named)) => match named.strip_prefix('\'') {
                Some(name) => rule_is_known(name.split('\'').next().unwrap_or_default()),
                None => each(|word| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), &rule_is_known),
            },
            None if message == "%" => {
                each(|word| word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'), &catalogue::is_known)
            }
            None => catalogue::is_known(message),
        };
        if !told {
            untold.push(raise.trim().to_owned());
        }
    }
    (seen, untold)
}

#[test]
fn what_the_schema_refuses_is_told_in_the_readers_language() {
    let mut untold = Vec::new();
    let mut seen = 0;
    for source in [files("migrations", ".sql"), files("integrations", ".sql")].iter().flatten() {
        let (found, without) = untold_refusals(&source.text);
        seen += found;
        untold.extend(without.into_iter().map(|raise| format!("{}: {raise}", source.path)));
    }
    assert!(seen > 30, "only {seen} refusals were found: the search is wrong");
    none(&untold, "each `raise exception` with RK01x has a code of core/catalogue.toml, or a constraint with its DB_ text");
}

#[test]
fn refusals_without_words_are_found_in_sql() {
    for raw in [
        "raise exception 'order % is gone', no using errcode = 'RK011', hint = 'look'; end if;",
        "raise exception 'x' using errcode = 'RK013', constraint = 'no_such_rule'; end if;",
        "$$ why := case when a then 'ORDER_DAY_STATE' else 'NO_SUCH_CODE' end; raise exception '%', why using errcode = 'RK011'; end if; $$",
        "$$ raise exception 'x' using errcode = 'RK015', constraint = case when a then 'repay_once' else 'no_such_rule' end; end if; $$",
    ] {
        assert_eq!(untold_refusals(raw).1.len(), 1, "{raw}");
    }
    for told in [
        "raise exception 'x' using errcode = 'RK013', constraint = 'transfer_day_passed'; end if;",
        "raise exception 'ORDERS_UNKNOWN' using errcode = 'RK010'; end if;",
        "$$ why := case when a then 'ORDER_DAY_STATE' end; raise exception '%', why using errcode = 'RK011'; end if; $$",
    ] {
        assert_eq!(untold_refusals(told), (1, Vec::new()), "{told}");
    }
}
