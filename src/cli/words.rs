//! Values of the database in the reader's words. What is not known here is shown as it is.

use renkei_core::catalogue::Lang;
use renkei_core::layout::Status;
use renkei_core::registry::Direction;

/// A value, its Japanese and its English word.
type Word = (&'static str, &'static str, &'static str);

/// Verdicts of findings.
const VERDICTS: [Word; 4] =
    [("reject", "却下", "reject"), ("hold", "保留", "hold"), ("skip", "既知", "skip"), ("warn", "注意", "warn")];

/// States of payment orders (支出命令).
const ORDER_STATES: [Word; 7] = [
    ("draft", "起票", "draft"),
    ("approved", "決裁済", "approved"),
    ("in_file", "ファイル作成済", "in a file"),
    ("released", "払出済", "released"),
    ("paid", "支払済", "paid"),
    ("returned", "返戻", "returned"),
    ("cancelled", "取消", "cancelled"),
];

/// States of payment slips (納付書).
const SLIP_STATES: [Word; 5] = [
    ("queued", "送信待ち", "queued"),
    ("uploaded", "送信済", "uploaded"),
    ("provisional", "速報あり", "provisional"),
    ("final", "納付済", "final"),
    ("void", "無効", "void"),
];

/// 収納区分 (integrations.md §6).
const CHANNELS: [Word; 7] = [
    ("1", "窓口", "counter"),
    ("2", "口座振替", "direct debit"),
    ("3", "コンビニ", "convenience store"),
    ("4", "ペイジー", "Pay-easy"),
    ("5", "公金振替", "public transfer"),
    ("6", "キャッシュレス", "cashless"),
    ("7", "eL-QR", "eL-QR"),
];

/// Who says what money came for a 払込日.
const CREDIT_KINDS: [Word; 2] = [("notice", "払込通知", "notice"), ("bank", "銀行の入金", "bank")];

/// Why money is 収入未整理.
const CAUSES: [Word; 3] = [
    ("unknown slip", "納付書不明", "unknown slip"),
    ("year closed", "年度閉鎖", "year closed"),
    ("no receivable", "債権なし", "no receivable"),
];

/// What an organization has not finished (未了).
const OPEN_ITEMS: [Word; 4] = [
    ("commitment", "負担行為残", "commitment"),
    ("draft", "決裁途中", "draft order"),
    ("unpaid", "未払", "unpaid order"),
    ("uncollected", "収入未済", "receivable"),
];

/// Why somebody leaves a post.
const LEAVES: [Word; 4] = [
    ("transferred", "異動", "transferred"),
    ("leave", "休職", "on leave"),
    ("retired", "退職", "retired"),
    ("concurrent_ended", "兼務解除", "concurrent post ended"),
];

/// What became of pay to staff.
const PAYMENTS: [Word; 2] = [("paid", "支払", "paid"), ("returned", "戻入", "returned")];

fn find(words: &[Word], lang: Lang, value: &str) -> String {
    let word = words.iter().find(|(known, ..)| *known == value);
    word.map_or(value, |(_, ja, en)| super::print::say(lang, ja, en)).to_owned()
}

/// The verdict of a finding.
pub(super) fn verdict(lang: Lang, value: &str) -> String {
    find(&VERDICTS, lang, value)
}

/// The state of a payment order.
pub(super) fn order_state(lang: Lang, value: &str) -> String {
    find(&ORDER_STATES, lang, value)
}

/// Who says what money came.
pub(super) fn credit_kind(lang: Lang, value: &str) -> String {
    find(&CREDIT_KINDS, lang, value)
}

/// Whether a layout is settled.
pub(super) fn layout_status(lang: Lang, status: Status) -> &'static str {
    match (status, lang) {
        (Status::Confirmed, Lang::Ja) => "確定",
        (Status::Provisional, Lang::Ja) => "暫定",
        (_, Lang::En) => status.as_str(),
    }
}

/// A cell of a worklist, by the key of its column.
pub(super) fn cell(lang: Lang, key: &str, value: &str) -> String {
    match key {
        "state" => find(&SLIP_STATES, lang, value),
        "channel" => find(&CHANNELS, lang, value),
        "cause" => find(&CAUSES, lang, value),
        "kind" => find(&OPEN_ITEMS, lang, value),
        "what" => find(&PAYMENTS, lang, value),
        "leaves" => find(&LEAVES, lang, value),
        _ => value.to_owned(),
    }
}

/// Which way a topic goes.
pub(super) fn direction(lang: Lang, direction: Direction) -> &'static str {
    match (direction, lang) {
        (Direction::In, Lang::Ja) => "入",
        (Direction::Out, Lang::Ja) => "出",
        (_, Lang::En) => direction.as_str(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_the_schema_knows_has_words() {
        let list = |words: &[Word]| words.iter().map(|(value, ..)| format!("'{value}'")).collect::<Vec<_>>().join(", ");
        let (intake, revenue) =
            (include_str!("../../migrations/0001_intake.sql"), include_str!("../../migrations/0010_revenue.sql"));
        let expenditure = include_str!("../../migrations/0020_expenditure.sql");
        let people = include_str!("../../migrations/0030_people.sql");
        for (words, schema) in [
            (&VERDICTS[..], intake),
            (&ORDER_STATES, expenditure),
            (&SLIP_STATES, revenue),
            (&CREDIT_KINDS, revenue),
            (&LEAVES, people),
        ] {
            assert!(schema.contains(&format!("in ({})", list(words))), "the schema does not know exactly {}", list(words));
        }
        assert_eq!(order_state(Lang::Ja, "in_file"), "ファイル作成済");
        assert_eq!(cell(Lang::Ja, "cause", "year closed"), "年度閉鎖");
        assert_eq!(cell(Lang::Ja, "payer", "1"), "1", "only columns of values have words");
        assert_eq!(verdict(Lang::Ja, "new one"), "new one");
    }
}
