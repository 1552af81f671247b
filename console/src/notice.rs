use std::borrow::Cow;

use renkei_consumers::inbound::HeldPosted;
use renkei_core::catalogue::Lang;
use renkei_core::words::say;

/// What has just been done. It travels in the address as a word of this list, so that an address can put no other text on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Notice {
    /// One of the list, with what it is about where that is told.
    Known(usize, Option<Subject>),
    /// Held lines were to be posted.
    Held(HeldCounts),
}

/// What was decided about, as an address can say it: numbers, and no text. Whoever has text of it has it from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Subject {
    /// A file that goes out.
    File(i64),
    /// Pay that came back.
    ReturnedPay(i64),
    /// Somebody with an account, as the page knows them: in an address this stands for nobody.
    Person {
        /// Login id.
        login: String,
        /// Name.
        name: String,
    },
    /// A payment order by the parts of its number, and how many more.
    Orders {
        /// Its fiscal year.
        year: u16,
        /// Its number in all of them.
        serial: u64,
        /// How many more.
        more: usize,
    },
}

impl Subject {
    /// Payment orders by their numbers.
    fn orders(numbers: &[String]) -> Option<Subject> {
        let (year, serial) = numbers.first()?.split_once('P')?;
        let (year, serial) = (year.parse().ok()?, serial.parse().ok()?);
        Some(Subject::Orders { year, serial, more: numbers.len().saturating_sub(1) })
    }

    fn word(&self) -> String {
        match self {
            Subject::File(id) => format!("file.{id}"),
            Subject::ReturnedPay(id) => format!("pay.{id}"),
            Subject::Orders { year, serial, more } => format!("order.{year}.{serial}.{more}"),
            Subject::Person { .. } => "person".to_owned(),
        }
    }

    fn parse(word: &str) -> Option<Subject> {
        let parts: Vec<&str> = word.split('.').collect();
        Some(match parts[..] {
            ["file", id] => Subject::File(id.parse().ok()?),
            ["pay", id] => Subject::ReturnedPay(id.parse().ok()?),
            ["order", year, serial, more] => {
                Subject::Orders { year: year.parse().ok()?, serial: serial.parse().ok()?, more: more.parse().ok()? }
            }
            _ => return None,
        })
    }

    fn text(&self, lang: Lang) -> String {
        match (self, lang) {
            (Subject::File(id), Lang::Ja) => format!("送出ファイル{id}"),
            (Subject::File(id), Lang::En) => format!("File {id}"),
            (Subject::ReturnedPay(id), Lang::Ja) => format!("給与返戻{id}"),
            (Subject::ReturnedPay(id), Lang::En) => format!("Returned pay {id}"),
            (Subject::Person { login, name }, Lang::Ja) => format!("{name}（{login}）"),
            (Subject::Person { login, name }, Lang::En) => format!("{name} ({login})"),
            (Subject::Orders { year, serial, more: 0 }, Lang::Ja) => format!("支出命令{year:04}P{serial:08}"),
            (Subject::Orders { year, serial, more: 0 }, Lang::En) => format!("Payment order {year:04}P{serial:08}"),
            (Subject::Orders { year, serial, more }, Lang::Ja) => format!("支出命令{year:04}P{serial:08}ほか{more}件"),
            (Subject::Orders { year, serial, more }, Lang::En) => {
                format!("Payment order {year:04}P{serial:08} and {more} more")
            }
        }
    }
}

/// What became of held lines that were to be posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct HeldCounts {
    pub(crate) posted: u32,
    pub(crate) known: u32,
    pub(crate) held: u32,
}

/// Word, Japanese and English sentence.
const NOTICES: &[(&str, &str, &str)] = &[
    ("confirmed", "記帳しました。", "Posted."),
    ("cancelled", "取り消しました。", "Cancelled."),
    ("rejected-held", "保留の行を却下しました。", "The held lines were given up."),
    ("chosen", "選択を保存しました。行は保留のままです。", "The choice is kept. The line stays held."),
    ("duplicate-posted", "重複のファイルを記帳しました。", "The duplicate was posted."),
    ("decided", "再判定しました。", "Decided again."),
    ("handed-in", "ファイルを受け付けました。", "The file was accepted."),
    ("ordered", "作成を指示しました。", "The file was ordered."),
    ("approved", "承認しました。", "Approved."),
    ("orders-approved", "決裁しました。", "Approved."),
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
    ("not-needed", "不要にしました。", "Put down as not needed."),
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
    ("orders-moved", "支払日を変更しました。", "Given another day."),
    ("orders-cancelled", "取り消しました。", "Cancelled."),
    ("pay-drafted", "再振込を起票しました。別の人の決裁を待ちます。", "Drafted; another person approves it."),
    ("pay-paid", "支給済みとして記録しました。", "Put down as paid."),
    ("pay-withdrawn", "再振込を取り下げました。", "Taken back."),
    ("saved", "保存しました。", "Saved."),
    ("proposed", "登録しました。別の承認者が承認すると適用されます。", "Entered. It counts when another person has approved it."),
    ("withdrawn", "取り下げました。", "Taken back."),
    ("sent-back", "差し戻しました。", "Refused."),
    ("password-changed", "パスワードを変更しました。", "The password was changed."),
    ("codes-on", "ワンタイムコードを登録しました。", "One-time codes are in use."),
    (
        "proven",
        "本人確認ができました。操作はまだ済んでいません。内容を確かめて、もう一度実行してください。",
        "Your identity was confirmed. The act is not done yet: look at it once more and do it.",
    ),
    ("role-given", "権限を付与しました。", "The role was given."),
    ("role-taken", "権限を取り消しました。", "The role was taken away."),
    ("session-ended", "セッションを終了しました。", "The session was ended."),
    ("sessions-ended", "セッションを終了しました。", "The sessions were ended."),
    ("disabled", "無効にしました。", "Disabled."),
    ("enabled", "有効にしました。", "Enabled."),
    ("unlocked", "ログイン停止を解除しました。", "The lock was lifted."),
    (
        "token-revoked",
        "トークンを失効させました。受付口に反映されると、このトークンでの送信は断られます。",
        "The token was revoked. Once the intake has read the list, whoever shows it is refused.",
    ),
    ("verified", "監査記録の連鎖は正しくつながっています。", "The chain of the audit log is whole."),
];

/// What stands before the counts of held lines.
const HELD: &str = "posted-held";

impl Notice {
    /// The notice of a word from an address.
    pub(crate) fn of(word: &str) -> Option<Notice> {
        if let Some(counts) = word.strip_prefix(HELD) {
            return HeldCounts::parse(counts).map(Notice::Held);
        }
        let (word, subject) = match word.split_once('.') {
            Some((word, subject)) => (word, Some(Subject::parse(subject)?)),
            None => (word, None),
        };
        NOTICES.iter().position(|(known, ..)| *known == word).map(|place| Notice::Known(place, subject))
    }

    /// The word of what was decided about payment orders, as it travels in an address.
    pub(crate) fn of_orders(word: &str, numbers: &[String]) -> String {
        Subject::orders(numbers).map_or_else(|| word.to_owned(), |subject| Notice::of_one(word, subject))
    }

    /// The same of one thing.
    pub(crate) fn of_one(word: &str, subject: Subject) -> String {
        format!("{word}.{}", subject.word())
    }

    /// With what it is about, on the page of that.
    pub(crate) fn about(self, subject: Subject) -> Notice {
        match self {
            Notice::Known(place, None) => Notice::Known(place, Some(subject)),
            other => other,
        }
    }

    /// Its sentence.
    pub(crate) fn text(&self, lang: Lang) -> Cow<'static, str> {
        match self {
            Notice::Known(place, subject) => {
                let sentence = NOTICES.get(*place).map_or("", |(_, ja, en)| say(lang, ja, en));
                match subject {
                    Some(subject) => Cow::Owned(format!("{}{}{sentence}", subject.text(lang), say(lang, "：", ": "))),
                    None => Cow::Borrowed(sentence),
                }
            }
            Notice::Held(counts) => Cow::Owned(counts.text(lang)),
        }
    }
}

impl HeldCounts {
    /// With what became of the lines of another batch.
    pub(crate) fn and(self, more: &HeldPosted) -> HeldCounts {
        let sum = |so_far: u32, more: i64| so_far.saturating_add(u32::try_from(more).unwrap_or(0));
        HeldCounts { posted: sum(self.posted, more.posted), known: sum(self.known, more.known), held: sum(self.held, more.held) }
    }

    /// The word that travels in an address.
    pub(crate) fn word(self) -> String {
        format!("{HELD}.{}.{}.{}", self.posted, self.known, self.held)
    }

    fn parse(counts: &str) -> Option<HeldCounts> {
        let numbers: Vec<u32> = counts.strip_prefix('.')?.split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
        let [posted, known, held] = numbers[..] else { return None };
        Some(HeldCounts { posted, known, held })
    }

    fn text(self, lang: Lang) -> String {
        let HeldCounts { posted, known, held } = self;
        let mut sentences = Vec::new();
        match lang {
            Lang::Ja => {
                if posted > 0 || held == 0 {
                    sentences.push(format!("保留の{posted}行を記帳しました。"));
                }
                if known > 0 {
                    sentences.push(format!("{known}行は既知のため記帳していません。"));
                }
                if held > 0 && posted == 0 {
                    sentences.push(format!("記帳できませんでした。{held}行は保留のままです。内容を確認してください。"));
                } else if held > 0 {
                    sentences.push(format!("{held}行は記帳できず、保留のままです。内容を確認してください。"));
                }
                sentences.concat()
            }
            Lang::En => {
                if posted > 0 || held == 0 {
                    sentences.push(format!("Held lines posted: {posted}."));
                }
                if known > 0 {
                    sentences.push(format!("Known already, not posted: {known}."));
                }
                if held > 0 {
                    sentences.push(format!("Could not be posted and stay held: {held}. Look at what is said about them."));
                }
                sentences.join(" ")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_puts_no_text_of_its_own_on_a_page() {
        assert_eq!(Notice::of("confirmed").map(|notice| notice.text(Lang::Ja)), Some("記帳しました。".into()));
        assert_eq!(Notice::of("<b>call 03-0000-0000</b>"), None);
        for word in ["approved.<b>", "approved.file.<b>", "approved.file.1.2", "approved.order.2026.x.0", "unknown.file.1"] {
            assert_eq!(Notice::of(word), None, "{word}");
        }
    }

    #[test]
    fn what_was_decided_about_is_named() {
        let told = |word: &str, lang| Notice::of(word).map(|notice| notice.text(lang).into_owned()).unwrap_or_default();
        let numbers = ["2026P00000012".to_owned(), "2026P00000013".to_owned()];
        let word = Notice::of_orders("orders-approved", &numbers[..1]);
        assert_eq!(told(&word, Lang::Ja), "支出命令2026P00000012：決裁しました。");
        let word = Notice::of_orders("orders-approved", &numbers);
        assert_eq!(told(&word, Lang::En), "Payment order 2026P00000012 and 1 more: Approved.");
        assert_eq!(Notice::of_orders("orders-approved", &["x".to_owned()]), "orders-approved");
        assert_eq!(told(&Notice::of_one("pay-paid", Subject::ReturnedPay(7)), Lang::En), "Returned pay 7: Put down as paid.");
        let file = Notice::of("voided").map(|notice| notice.about(Subject::File(3)).text(Lang::Ja).into_owned());
        assert_eq!(file.as_deref(), Some("送出ファイル3：無効にしました。"));
    }

    #[test]
    fn what_became_of_held_lines_is_told_in_numbers() {
        let told = |posted, known, held| {
            let word = HeldCounts { posted, known, held }.word();
            Notice::of(&word).map(|notice| notice.text(Lang::Ja).into_owned()).unwrap_or_default()
        };
        assert_eq!(told(3, 0, 0), "保留の3行を記帳しました。");
        assert_eq!(
            told(3, 1, 2),
            "保留の3行を記帳しました。1行は既知のため記帳していません。2行は記帳できず、保留のままです。内容を確認してください。"
        );
        assert_eq!(told(0, 0, 2), "記帳できませんでした。2行は保留のままです。内容を確認してください。");
        for word in ["posted-held", "posted-held.1.2", "posted-held.1.2.x", "posted-held.1.2.3.4", "posted-held.-1.0.0"] {
            assert_eq!(Notice::of(word), None, "{word}");
        }
    }
}
