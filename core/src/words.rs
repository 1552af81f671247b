//! Values of the database in the reader's words, for everything people read: command line and console. What is not known here is
//! shown as it is.

use crate::catalogue::Lang;
use crate::layout::Status;
use crate::registry::Direction;

/// A value, its Japanese and its English word.
type Word = (&'static str, &'static str, &'static str);

/// Verdicts of findings.
const VERDICTS: [Word; 4] =
    [("reject", "却下", "reject"), ("hold", "保留", "hold"), ("skip", "既知", "skip"), ("warn", "注意", "warn")];

/// States of batches.
const BATCH_STATES: [Word; 8] = [
    ("received", "受領", "received"),
    ("staged", "検証待ち", "staged"),
    ("awaiting_confirmation", "確認待ち", "awaiting confirmation"),
    ("posted", "記帳済", "posted"),
    ("held", "保留あり", "held"),
    ("rejected", "却下", "rejected"),
    ("duplicate", "重複", "duplicate"),
    ("cancelled", "取消", "cancelled"),
];

/// States of files that go out.
const FILE_STATES: [Word; 11] = [
    ("ordered", "作成待ち", "ordered"),
    ("generated", "作成済・承認待ち", "generated"),
    ("approved", "承認済", "approved"),
    ("released", "払出済", "released"),
    ("delivered", "引渡済", "delivered"),
    ("unknown", "送信結果不明", "unknown"),
    ("void", "無効", "void"),
    ("empty", "対象なし", "empty"),
    ("refused", "作成不可", "refused"),
    ("failed", "失敗", "failed"),
    ("superseded", "新しいもので置換え", "superseded"),
];

/// States of parked messages.
const FAILURE_STATES: [Word; 3] =
    [("open", "未対応", "open"), ("retried", "再送済", "retried"), ("discarded", "破棄", "discarded")];

/// Actions of the audit log.
const ACTIONS: &[Word] = &[
    ("account.add", "利用者追加", "account added"),
    ("account.disable", "利用者無効化", "account disabled"),
    ("account.enable", "利用者有効化", "account enabled"),
    ("account.give", "権限付与", "role given"),
    ("account.password", "パスワード変更", "password changed"),
    ("account.reset", "パスワード再発行", "account reset"),
    ("account.take", "権限取消", "role taken away"),
    ("arrival.missing", "未着", "did not arrive"),
    ("batch.await_confirmation", "確認待ち", "waits for confirmation"),
    ("batch.cancel", "取消", "cancelled"),
    ("batch.decide", "再判定", "decided again"),
    ("batch.duplicate", "重複", "duplicate"),
    ("batch.hold", "保留", "held"),
    ("batch.post", "記帳", "posted"),
    ("batch.post_duplicate", "重複の記帳", "duplicate posted on purpose"),
    ("batch.post_held", "保留行の記帳", "held lines posted"),
    ("batch.reject", "却下", "rejected"),
    ("batch.reject_held", "保留行の却下", "held lines given up"),
    ("calendar.imported", "祝日の取込", "holidays imported"),
    ("config.loaded", "設定の読込", "configuration loaded"),
    ("export.accepted", "受付確認", "accepted by the partner"),
    ("export.approval_died", "承認の失効", "approval died"),
    ("export.approved", "承認", "approved"),
    ("export.brought", "持込の記録", "brought"),
    ("export.delivered", "引渡", "delivered"),
    ("export.delivery_refused", "相手先が拒否", "refused by the partner"),
    ("export.downloaded_again", "再取得", "downloaded again"),
    ("export.empty", "対象なし", "nothing to send"),
    ("export.failed", "作成失敗", "could not be made"),
    ("export.generated", "作成", "made"),
    ("export.ordered", "作成指示", "ordered"),
    ("export.refused", "作成不可", "refused"),
    ("export.released", "払出", "released"),
    ("export.resolved", "結果確認", "result found out"),
    ("export.retried", "再送", "delivered again"),
    ("export.superseded", "置換え", "superseded"),
    ("export.unknown", "送信結果不明", "marked as unknown"),
    ("export.voided", "無効化", "voided"),
    ("export.workbook", "確認用ブック", "workbook drawn"),
    ("failure.assigned", "障害の担当", "failure assigned"),
    ("failure.discarded", "障害の破棄", "failure discarded"),
    ("failure.edited", "障害の本文訂正", "failure corrected"),
    ("failure.noted", "障害のメモ", "failure noted"),
    ("failure.retried", "障害の再送", "failure retried"),
    ("finding.noted", "保留のメモ", "held line noted"),
    ("issuers.loaded", "登録事業者の取込", "issuers loaded"),
    ("medium.accept", "媒体の受入", "medium accepted"),
    ("order.approved", "支出命令の決裁", "order approved"),
    ("payment_order.approve", "支出命令の決裁", "order approved"),
    ("payment_order.cancel", "支出命令の取消", "order cancelled"),
    ("payment_order.carry", "歳入歳出外現金への振替", "carried to off-budget cash"),
    ("payment_order.debited", "口座引落の記帳", "debit booked"),
    ("payment_order.pay_staff", "職員支払の起票", "pay to staff ordered"),
    ("payment_order.repay", "再支払", "paid once more"),
    ("payment_order.reschedule", "支払日の変更", "moved to another day"),
    ("payment_order.return_cancelled", "振込不能の取消", "return cancelled"),
    ("payment_order.settle", "支払未済の処理", "settled"),
    ("personal.show", "個人情報の表示", "personal data shown"),
    ("session.begin", "ログイン", "signed in"),
    ("session.end", "退出", "signed out"),
    ("session.end_all", "セッション終了", "sessions ended"),
    ("session.refuse", "ログイン拒否", "sign-in refused"),
    ("setting.changed", "設定変更", "setting changed"),
    ("staff_payment.note", "職員支払のメモ", "note on pay to staff"),
    ("task.done", "作業完了", "task done"),
    ("task.late", "作業遅延", "task late"),
    ("task.not_needed", "作業不要", "task not needed"),
    ("tender.approve", "入札案件の承認", "tender approved"),
    ("tender.cancel", "入札案件の取消", "tender cancelled"),
    ("tender.change", "入札案件の変更", "tender changed"),
    ("tender.nominate", "業者の選定", "vendors nominated"),
    ("tender.open", "入札案件の起案", "tender opened"),
    ("tender.reopen", "入札案件の再開", "tender opened again"),
    ("tender.strike", "選定の取消", "nominees struck"),
    ("topic.paused", "連携の停止", "topic paused"),
    ("topic.resumed", "連携の再開", "topic resumed"),
];

/// What audit events are about.
const OBJECTS: [Word; 20] = [
    ("account", "利用者", "account"),
    ("batch", "受付", "batch"),
    ("calendar", "暦", "calendar"),
    ("config", "設定", "configuration"),
    ("contract_number_rule", "契約番号の規則", "contract number rule"),
    ("export.file", "送出ファイル", "file"),
    ("failure", "障害", "parked message"),
    ("failure_group", "障害の原因", "cause of failures"),
    ("finding", "保留", "finding"),
    ("holiday", "休日", "holiday"),
    ("login", "ログインID", "login id"),
    ("payment_order", "支出命令", "payment order"),
    ("payroll_section", "給与の節", "payroll section"),
    ("posting_rule", "仕訳ルール", "posting rule"),
    ("qualified_issuer", "登録事業者", "issuer"),
    ("session", "セッション", "session"),
    ("settlement_rule", "決算統計の対応", "survey rule"),
    ("task", "作業", "task"),
    ("tender", "入札案件", "tender"),
    ("topic", "連携", "topic"),
];

/// Doors by which files come and people act.
const DOORS: [Word; 10] = [
    ("cli", "コマンド", "cli"),
    ("console", "画面", "console"),
    ("consumer", "記帳処理", "consumer"),
    ("demo", "デモ", "demo"),
    ("direct", "直接送信", "direct"),
    ("folder", "フォルダー", "folder"),
    ("http", "HTTP", "http"),
    ("medium", "媒体", "medium"),
    ("pull", "取得", "pull"),
    ("schedule", "定時", "schedule"),
];

/// What happened to a file on its way to the partner.
const DELIVERIES: [Word; 8] = [
    ("placing", "配置開始", "placing"),
    ("delivered", "引渡済", "delivered"),
    ("accepted", "受付確認", "accepted by the partner"),
    ("not_sent", "未着・再送待ち", "did not arrive, waits"),
    ("refused", "相手先が拒否", "refused by the partner"),
    ("unclear", "送信結果不明", "unclear"),
    ("cleared", "未着を確認", "found not arrived"),
    ("download", "再取得", "downloaded again"),
];

/// 消込区分.
const CLEARINGS: [Word; 5] = [
    ("1", "収納", "received"),
    ("2", "取消", "cancelled"),
    ("3", "還付", "refunded"),
    ("4", "充当", "appropriated"),
    ("5", "不納欠損", "written off"),
];

/// Kinds of tasks.
const TASK_KINDS: [Word; 3] = [("carry", "持込", "carry"), ("fetch", "受取", "fetch"), ("missed_run", "実行漏れ", "missed run")];

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

/// States of tenders (案件).
const TENDER_STATES: [Word; 7] = [
    ("draft", "起案", "draft"),
    ("approved", "決裁済", "approved"),
    ("selected", "通知済", "told"),
    ("pending", "保留", "pending"),
    ("awarded", "落札", "awarded"),
    ("failed", "不調", "failed"),
    ("cancelled", "取止め", "cancelled"),
];

/// 選定区分 of a nominee.
const NOMINEE_KINDS: [Word; 3] =
    [("1", "指名", "nominated"), ("2", "参加資格確認済", "admitted"), ("3", "見積依頼", "asked for an estimate")];

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

/// What was decided about money (消込区分).
const SETTLEMENTS: [Word; 4] =
    [("1", "整理", "allocated"), ("3", "還付", "refunded"), ("4", "充当", "appropriated"), ("5", "不納欠損", "written off")];

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

/// Why an account of a creditor is not paid to.
const ACCOUNT_STATES: [Word; 1] = [("marked", "要確認", "to be corrected")];
/// What became of pay to staff.
const PAYMENTS: [Word; 2] = [("paid", "支払", "paid"), ("returned", "戻入", "returned")];

/// Picks the text of the language.
pub fn say<'a>(lang: Lang, ja: &'a str, en: &'a str) -> &'a str {
    if lang == Lang::Ja { ja } else { en }
}

fn find(words: &[Word], lang: Lang, value: &str) -> String {
    let word = words.iter().find(|(known, ..)| *known == value);
    word.map_or(value, |(_, ja, en)| say(lang, ja, en)).to_owned()
}

/// The state of a batch.
pub fn batch_state(lang: Lang, value: &str) -> String {
    find(&BATCH_STATES, lang, value)
}

/// The state of a file that goes out.
pub fn file_state(lang: Lang, value: &str) -> String {
    find(&FILE_STATES, lang, value)
}

/// The state of a parked message.
pub fn failure_state(lang: Lang, value: &str) -> String {
    find(&FAILURE_STATES, lang, value)
}

/// A step of a file on its way to the partner.
pub fn delivery(lang: Lang, value: &str) -> String {
    find(&DELIVERIES, lang, value)
}

/// 消込区分.
pub fn clearing(lang: Lang, value: &str) -> String {
    find(&CLEARINGS, lang, value)
}

/// An action of the audit log.
pub fn action(lang: Lang, value: &str) -> String {
    find(ACTIONS, lang, value)
}

/// What an audit event is about.
pub fn object(lang: Lang, value: &str) -> String {
    find(&OBJECTS, lang, value)
}

/// Through which door something came: `folder:12_x`, `console:kato.1`, `cli`. What stands behind the colon stays.
pub fn door(lang: Lang, value: &str) -> String {
    match value.split_once(':') {
        Some((door, rest)) => format!("{}: {rest}", find(&DOORS, lang, door)),
        None => find(&DOORS, lang, value),
    }
}

/// The verdict of a finding.
pub fn verdict(lang: Lang, value: &str) -> String {
    find(&VERDICTS, lang, value)
}

/// What a task is about.
pub fn task_kind(lang: Lang, value: &str) -> String {
    find(&TASK_KINDS, lang, value)
}

/// The state of a payment order.
pub fn order_state(lang: Lang, value: &str) -> String {
    find(&ORDER_STATES, lang, value)
}

/// Who says what money came.
pub fn credit_kind(lang: Lang, value: &str) -> String {
    find(&CREDIT_KINDS, lang, value)
}

/// The state of a tender.
pub fn tender_state(lang: Lang, value: &str) -> String {
    find(&TENDER_STATES, lang, value)
}

/// 選定区分 of a nominee.
pub fn nominee_kind(lang: Lang, value: &str) -> String {
    find(&NOMINEE_KINDS, lang, value)
}

/// Whether a layout is settled.
pub fn layout_status(lang: Lang, status: Status) -> &'static str {
    match (status, lang) {
        (Status::Confirmed, Lang::Ja) => "確定",
        (Status::Provisional, Lang::Ja) => "暫定",
        (_, Lang::En) => status.as_str(),
    }
}

/// A cell of a worklist, by the key of its column.
pub fn cell(lang: Lang, key: &str, value: &str) -> String {
    match key {
        "state" => find(&SLIP_STATES, lang, value),
        "channel" => find(&CHANNELS, lang, value),
        "settlement" => find(&SETTLEMENTS, lang, value),
        "cause" => find(&CAUSES, lang, value),
        "kind" => find(&OPEN_ITEMS, lang, value),
        "what" => find(&PAYMENTS, lang, value),
        "leaves" => find(&LEAVES, lang, value),
        "order_state" => find(&ORDER_STATES, lang, value),
        "account_state" => find(&ACCOUNT_STATES, lang, value),
        _ => value.to_owned(),
    }
}

/// Which way a topic goes.
pub fn direction(lang: Lang, direction: Direction) -> &'static str {
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
        let procurement = include_str!("../../migrations/0040_procurement.sql");
        for (words, schema) in [
            (&TENDER_STATES[..], procurement),
            (&NOMINEE_KINDS, procurement),
            (&VERDICTS, intake),
            (&ORDER_STATES, expenditure),
            (&SLIP_STATES, revenue),
            (&CREDIT_KINDS, revenue),
            (&LEAVES, people),
            (&TASK_KINDS, include_str!("../../migrations/0006_calendar.sql")),
        ] {
            assert!(schema.contains(&format!("in ({})", list(words))), "the schema does not know exactly {}", list(words));
        }
        assert_eq!(order_state(Lang::Ja, "in_file"), "ファイル作成済");
        assert_eq!(cell(Lang::Ja, "cause", "year closed"), "年度閉鎖");
        assert_eq!(cell(Lang::Ja, "payer", "1"), "1", "only columns of values have words");
        assert_eq!(verdict(Lang::Ja, "new one"), "new one");
    }
}
