//! Values of the database in the reader's words, which the catalogue has, for everything people read: command line and console. What it
//! does not know is shown as it is.

use crate::calendar::DayRule;
use crate::catalogue::{self, Lang};
use crate::layout::Status;
use crate::registry::Direction;
use crate::schedule::{Days, Rule, Shift, When};

/// Picks the text of the language.
pub fn say<'a>(lang: Lang, ja: &'a str, en: &'a str) -> &'a str {
    if lang == Lang::Ja { ja } else { en }
}

fn find(table: &str, lang: Lang, value: &str) -> String {
    catalogue::word(table, value, lang).unwrap_or(value).to_owned()
}

/// The state of a batch.
pub fn batch_state(lang: Lang, value: &str) -> String {
    find("batch_state", lang, value)
}

/// The state of a file that goes out.
pub fn file_state(lang: Lang, value: &str) -> String {
    find("file_state", lang, value)
}

/// The state of a parked message.
pub fn failure_state(lang: Lang, value: &str) -> String {
    find("failure_state", lang, value)
}

/// A step of a file on its way to the partner.
pub fn delivery(lang: Lang, value: &str) -> String {
    find("delivery", lang, value)
}

/// What a record of a file that goes out is about.
pub fn claim_object(lang: Lang, value: &str) -> String {
    find("claim_object", lang, value)
}

/// What became of 過誤納 and 収入未整理.
pub fn money_state(lang: Lang, value: &str) -> String {
    find("money_state", lang, value)
}

/// 消込区分.
pub fn clearing(lang: Lang, value: &str) -> String {
    find("clearing", lang, value)
}

/// A kind of object in the audit log.
pub fn object(lang: Lang, value: &str) -> String {
    find("audit_object", lang, value)
}

/// An action of the audit log.
pub fn action(lang: Lang, value: &str) -> String {
    find("audit_action", lang, value)
}

/// What an action of the audit log is about: the kind of object by which its name begins, or what else that is called.
pub fn action_group(lang: Lang, value: &str) -> &str {
    let kind = value.split('.').next().unwrap_or(value);
    let grouped = |value| catalogue::word("audit_group", value, lang);
    grouped(value).or_else(|| catalogue::word("audit_object", kind, lang)).or_else(|| grouped(kind)).unwrap_or(kind)
}

/// Through which door something came: `folder:12_x`, `console:kato.1`, `cli`. What stands behind the colon stays.
pub fn door(lang: Lang, value: &str) -> String {
    match value.split_once(':') {
        Some((door, rest)) => format!("{}: {rest}", find("door", lang, door)),
        None => find("door", lang, value),
    }
}

/// What a message is.
pub fn message_kind(lang: Lang, value: &str) -> String {
    find("message_kind", lang, value)
}

/// The verdict of a finding.
pub fn verdict(lang: Lang, value: &str) -> String {
    find("verdict", lang, value)
}

/// What a task is about.
pub fn task_kind(lang: Lang, value: &str) -> String {
    find("task_kind", lang, value)
}

/// The state of a payment order.
pub fn order_state(lang: Lang, value: &str) -> String {
    find("order_state", lang, value)
}

/// Who says what money came.
pub fn credit_kind(lang: Lang, value: &str) -> String {
    find("credit_kind", lang, value)
}

/// The state of a tender.
pub fn tender_state(lang: Lang, value: &str) -> String {
    find("tender_state", lang, value)
}

/// 選定区分 of a nominee.
pub fn nominee_kind(lang: Lang, value: &str) -> String {
    find("nominee_kind", lang, value)
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
        "state" => find("slip_state", lang, value),
        "channel" => find("channel", lang, value),
        "settlement" => find("settlement", lang, value),
        "cause" => find("cause", lang, value),
        "kind" => find("open_item", lang, value),
        "what" => find("staff_payment", lang, value),
        "leaves" => find("leaves", lang, value),
        "order_state" => find("order_state", lang, value),
        "account_state" => find("account_state", lang, value),
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

/// Whose calendar.
pub fn day_rule(lang: Lang, rule: DayRule) -> &'static str {
    match rule {
        DayRule::Office => say(lang, "開庁日", "office days"),
        DayRule::Bank => say(lang, "銀行営業日", "bank days"),
    }
}

/// When something is done by the clock.
pub fn schedule(lang: Lang, rule: &Rule) -> String {
    match &rule.when {
        When::Cron { cron, days: Days::Every } => times(lang, cron.expression()),
        When::Cron { cron, days: Days::Business { calendar: whose, shift } } => {
            let shift = match shift {
                Shift::Skip => say(lang, "休みの日はなし", "others left out"),
                Shift::Next => say(lang, "休みの日は翌営業日", "others on the next"),
                Shift::Previous => say(lang, "休みの日は前営業日", "others on the one before"),
            };
            format!("{} · {} · {shift}", times(lang, cron.expression()), day_rule(lang, *whose))
        }
        When::NthBusinessDay { nth, months, at, calendar: whose } => {
            let months: Vec<String> = months.iter().map(i8::to_string).collect();
            let (whose, at, number) = (day_rule(lang, *whose), at.strftime("%H:%M"), nth.unsigned_abs());
            let when = match (lang, nth) {
                (Lang::Ja, -1) => format!("最終{whose}"),
                (Lang::Ja, ..0) => format!("末から第{number}{whose}"),
                (Lang::Ja, _) => format!("第{number}{whose}"),
                (Lang::En, -1) => format!("the last of the {whose}"),
                (Lang::En, ..0) => format!("number {number} from the end of the {whose}"),
                (Lang::En, _) => format!("number {number} of the {whose}"),
            };
            let months = match (lang, months.is_empty()) {
                (Lang::Ja, true) => "毎月".to_owned(),
                (Lang::Ja, false) => format!("{}月", months.join("・")),
                (Lang::En, true) => "each month".to_owned(),
                (Lang::En, false) => format!("in {}", months.join(", ")),
            };
            if lang == Lang::Ja { format!("{months} {when} {at}") } else { format!("{when} {months} {at}") }
        }
    }
}

/// A cron expression in words, where it is one of the plain ones: each so many minutes, at a time of each day, or of one day of each
/// month. Any other as it is written.
fn times(lang: Lang, expression: &str) -> String {
    let fields: Vec<&str> = expression.split_whitespace().collect();
    let [minute, hour, day, "*", "*"] = fields[..] else { return expression.to_owned() };
    let number = |text: &str| text.parse::<u8>().ok();
    match (number(minute), number(hour), number(day)) {
        (Some(minute), Some(hour), None) if day == "*" => {
            format!("{} {hour:02}:{minute:02}", say(lang, "毎日", "each day at"))
        }
        (Some(minute), Some(hour), Some(day)) => match lang {
            Lang::Ja => format!("毎月{day}日 {hour:02}:{minute:02}"),
            Lang::En => format!("day {day} of each month at {hour:02}:{minute:02}"),
        },
        (None, None, None) if (hour, day) == ("*", "*") => match (minute.strip_prefix("*/").and_then(number), lang) {
            (Some(minutes), Lang::Ja) => format!("{minutes}分ごと"),
            (Some(minutes), Lang::En) => format!("each {minutes} minutes"),
            (None, _) => expression.to_owned(),
        },
        _ => expression.to_owned(),
    }
}

/// A time of so many seconds in the largest unit that leaves no rest.
pub fn span(lang: Lang, seconds: u32) -> String {
    match seconds {
        0 => format!("0{}", say(lang, "秒", " s")),
        _ if seconds.is_multiple_of(3_600) => format!("{}{}", seconds / 3_600, say(lang, "時間", " h")),
        _ if seconds.is_multiple_of(60) => format!("{}{}", seconds / 60, say(lang, "分", " min")),
        _ => format!("{seconds}{}", say(lang, "秒", " s")),
    }
}

/// 支給区分, by its code; `ja` is what the ledger calls it.
pub fn pay_kind(lang: Lang, code: &str, ja: &str) -> String {
    if lang == Lang::Ja { ja.to_owned() } else { find("pay_kind", lang, code) }
}

/// Why something was done, as the audit log has it: what the program itself gives as a reason has words.
pub fn audit_reason(lang: Lang, value: &str) -> String {
    match value.strip_prefix(DUPLICATE_OF) {
        Some(batch) if lang == Lang::Ja => format!("受付{batch}と同じファイル"),
        _ => find("audit_reason", lang, value),
    }
}

/// Why a batch is a duplicate; the number of the other batch follows.
pub const DUPLICATE_OF: &str = "the same file is batch ";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::civil::Time;

    use super::*;
    use crate::schedule::Clockwork;

    /// The values of each list `in ('a', 'b')` of a schema.
    fn lists(schema: &str) -> Vec<BTreeSet<&str>> {
        let inner = schema.split("in (").skip(1).filter_map(|rest| rest.split_once(')')).map(|(inner, _)| inner);
        inner.map(|inner| inner.split('\'').skip(1).step_by(2).collect()).collect()
    }

    #[test]
    fn every_value_the_schema_knows_has_words() {
        let (intake, revenue) =
            (include_str!("../../migrations/0001_intake.sql"), include_str!("../../migrations/0010_revenue.sql"));
        let expenditure = include_str!("../../migrations/0020_expenditure.sql");
        let people = include_str!("../../migrations/0030_people.sql");
        let procurement = include_str!("../../migrations/0040_procurement.sql");
        for (table, schema) in [
            ("tender_state", procurement),
            ("nominee_kind", procurement),
            ("verdict", intake),
            ("order_state", expenditure),
            ("commitment_state", expenditure),
            ("slip_state", revenue),
            ("credit_kind", revenue),
            ("leaves", people),
            ("failure_state", intake),
            ("task_kind", include_str!("../../migrations/0006_calendar.sql")),
        ] {
            let known: BTreeSet<&str> = catalogue::values(table).collect();
            assert!(lists(schema).contains(&known), "the schema does not know exactly {known:?} ({table})");
        }
        // Two tables of money share their words.
        let money: BTreeSet<&str> = catalogue::values("money_state").collect();
        let open: BTreeSet<&str> = lists(revenue).into_iter().filter(|list| list.contains("open")).flatten().collect();
        assert_eq!(money, open);
        assert_eq!(order_state(Lang::Ja, "in_file"), "ファイル作成済");
        assert_eq!(cell(Lang::Ja, "cause", "year closed"), "年度閉鎖");
        assert_eq!(cell(Lang::Ja, "payer", "1"), "1", "only columns of values have words");
        assert_eq!(verdict(Lang::Ja, "new one"), "new one");
    }

    #[test]
    fn rules_are_said_in_words() {
        let nth = |nth, months: &[i8]| Rule {
            when: When::NthBusinessDay {
                nth,
                months: months.to_vec(),
                at: Time::constant(17, 0, 0, 0),
                calendar: DayRule::Office,
            },
        };
        assert_eq!(schedule(Lang::Ja, &nth(-1, &[])), "毎月 最終開庁日 17:00");
        assert_eq!(schedule(Lang::Ja, &nth(3, &[3, 9])), "3・9月 第3開庁日 17:00");
        assert_eq!(schedule(Lang::En, &nth(-2, &[3])), "number 2 from the end of the office days in 3 17:00");
        let days = Days::Business { calendar: DayRule::Bank, shift: Shift::Previous };
        let cron = Rule { when: When::Cron { cron: Clockwork::parse("0 9 25 * *").unwrap(), days } };
        assert_eq!(schedule(Lang::Ja, &cron), "毎月25日 09:00 · 銀行営業日 · 休みの日は前営業日");
        for (cron, ja, en) in [
            ("*/5 * * * *", "5分ごと", "each 5 minutes"),
            ("0 16 * * *", "毎日 16:00", "each day at 16:00"),
            ("30 8 1 * *", "毎月1日 08:30", "day 1 of each month at 08:30"),
            ("0 9 * * 1-5", "0 9 * * 1-5", "0 9 * * 1-5"),
            ("0 */2 * * *", "0 */2 * * *", "0 */2 * * *"),
        ] {
            let rule = Rule { when: When::Cron { cron: Clockwork::parse(cron).unwrap(), days: Days::Every } };
            assert_eq!((schedule(Lang::Ja, &rule).as_str(), schedule(Lang::En, &rule).as_str()), (ja, en));
        }
        let spans: Vec<String> = [10, 60, 600, 3_600, 90].map(|seconds| span(Lang::Ja, seconds)).to_vec();
        assert_eq!(spans, ["10秒", "1分", "10分", "1時間", "90秒"]);
    }
}
