use renkei_core::catalogue::Lang;
use renkei_core::words::say;

/// What has just been done. It travels in the address as a word of this list, so that an address can put no other text on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Notice(usize);

/// Word, Japanese and English sentence.
const NOTICES: &[(&str, &str, &str)] = &[
    ("confirmed", "記帳しました。", "Posted."),
    ("cancelled", "取り消しました。", "Cancelled."),
    ("posted-held", "保留の行を記帳しました。", "The held lines were posted."),
    ("rejected-held", "保留の行を却下しました。", "The held lines were given up."),
    ("duplicate-posted", "重複のファイルを記帳しました。", "The duplicate was posted."),
    ("decided", "再判定しました。", "Decided again."),
    ("handed-in", "ファイルを受け付けました。", "The file was accepted."),
    ("ordered", "作成を指示しました。", "The file was ordered."),
    ("approved", "承認しました。", "Approved."),
    ("released", "払い出しました。", "Released."),
    ("voided", "無効にしました。", "Voided."),
    ("marked-unknown", "送信結果不明にしました。", "Marked as unknown."),
    ("resolved", "処理しました。", "Resolved."),
    ("retried", "再送しました。", "Sent again."),
    ("discarded", "破棄しました。", "Discarded."),
    ("corrected", "訂正しました。再送すると訂正後の内容を送ります。", "Corrected. Sending it again sends the correction."),
    ("noted", "メモを保存しました。", "Noted."),
    ("assigned", "担当を決めました。", "Assigned."),
    ("done", "完了にしました。", "Done."),
    ("paused", "停止しました。", "Paused."),
    ("resumed", "再開しました。", "Resumed."),
    (
        "settled",
        "記帳しました。残りの額があれば、未処理のまま一覧に残ります。",
        "Booked. What is left over stays open in the list.",
    ),
    (
        "pay-moved",
        "支払日を変更しました。新しい支払日のファイルを作成してください。",
        "It has another day. Order the file of that day.",
    ),
    ("pay-drafted", "再振込を起票しました。別の人の決裁を待ちます。", "Drafted; another person approves it."),
    ("pay-paid", "支給済みとして記録しました。", "Put down as paid."),
    ("pay-withdrawn", "再振込を取り下げました。", "Taken back."),
    ("saved", "保存しました。", "Saved."),
    ("proposed", "登録しました。別の承認者が承認すると適用されます。", "Entered. It counts when another person has approved it."),
    ("sent-back", "差し戻しました。", "Refused."),
    ("password-changed", "パスワードを変更しました。", "The password was changed."),
    ("codes-on", "ワンタイムコードを登録しました。", "One-time codes are in use."),
    ("proven", "本人確認ができました。", "Your identity was confirmed."),
    ("role-given", "権限を付与しました。", "The role was given."),
    ("role-taken", "権限を取り消しました。", "The role was taken away."),
    ("sessions-ended", "セッションを終了しました。", "The sessions were ended."),
    ("disabled", "無効にしました。", "Disabled."),
    ("enabled", "有効にしました。", "Enabled."),
    (
        "token-revoked",
        "トークンを失効させました。受付口に反映されると、このトークンでの送信は断られます。",
        "The token was revoked. Once the intake has read the list, whoever shows it is refused.",
    ),
    ("verified", "監査記録の連鎖は正しくつながっています。", "The chain of the audit log is whole."),
];

impl Notice {
    /// The notice of a word from an address.
    pub(crate) fn of(word: &str) -> Option<Notice> {
        NOTICES.iter().position(|(known, ..)| *known == word).map(Notice)
    }

    /// Its sentence.
    pub(crate) fn text(self, lang: Lang) -> &'static str {
        NOTICES.get(self.0).map_or("", |(_, ja, en)| say(lang, ja, en))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_puts_no_text_of_its_own_on_a_page() {
        assert_eq!(Notice::of("confirmed").map(|notice| notice.text(Lang::Ja)), Some("記帳しました。"));
        assert_eq!(Notice::of("<b>call 03-0000-0000</b>"), None);
    }
}
