//! Days, rules and what the calendar says about them, in words.

use jiff::civil::{Date, Weekday};
use jiff::{Timestamp, ZonedDateTime};
use renkei_core::calendar::file::{self, CalendarFileError};
use renkei_core::calendar::{BusinessCalendar, Closed, DayRule, clock};
use renkei_core::catalogue::Lang;
use renkei_core::schedule::{Days, Missed, Rule, Shift, When};

use super::print::say;
use crate::config::Config;

/// A day with its weekday: `2026-10-13（火）`.
pub(super) fn day(lang: Lang, day: Date) -> String {
    let (ja, en) = match day.weekday() {
        Weekday::Monday => ("月", "Mon"),
        Weekday::Tuesday => ("火", "Tue"),
        Weekday::Wednesday => ("水", "Wed"),
        Weekday::Thursday => ("木", "Thu"),
        Weekday::Friday => ("金", "Fri"),
        Weekday::Saturday => ("土", "Sat"),
        Weekday::Sunday => ("日", "Sun"),
    };
    if lang == Lang::Ja { format!("{day}（{ja}）") } else { format!("{en} {day}") }
}

/// An instant with its weekday, in Tokyo.
pub(super) fn instant(lang: Lang, at: &ZonedDateTime) -> String {
    format!("{} {}", day(lang, at.date()), at.strftime("%H:%M"))
}

/// An RFC 3339 text of the database as an instant to read.
pub(super) fn moment(lang: Lang, text: &str) -> String {
    text.parse::<Timestamp>().map_or_else(|_| text.to_owned(), |at| instant(lang, &at.to_zoned_datetime(clock::tokyo())))
}

/// Whose calendar.
pub(super) fn calendar(lang: Lang, rule: DayRule) -> &'static str {
    match rule {
        DayRule::Office => say(lang, "開庁日", "office days"),
        DayRule::Bank => say(lang, "銀行営業日", "bank days"),
    }
}

/// Why a day is closed.
pub(super) fn closed(lang: Lang, why: &Closed) -> String {
    match why {
        Closed::Weekend => say(lang, "土日", "weekend").to_owned(),
        Closed::YearEnd => say(lang, "年末年始", "year end").to_owned(),
        Closed::Holiday(name) if name.is_empty() => say(lang, "祝日", "holiday").to_owned(),
        Closed::Holiday(name) | Closed::Own(name) => name.clone(),
    }
}

/// A rule in words.
pub(super) fn rule(lang: Lang, rule: &Rule) -> String {
    match &rule.when {
        When::Cron { cron, days: Days::Every } => cron.expression().to_owned(),
        When::Cron { cron, days: Days::Business { calendar: whose, shift } } => {
            let shift = match shift {
                Shift::Skip => say(lang, "休みの日はなし", "others left out"),
                Shift::Next => say(lang, "休みの日は翌営業日", "others on the next"),
                Shift::Previous => say(lang, "休みの日は前営業日", "others on the one before"),
            };
            format!("{} · {} · {shift}", cron.expression(), calendar(lang, *whose))
        }
        When::NthBusinessDay { nth, months, at, calendar: whose } => {
            let months: Vec<String> = months.iter().map(i8::to_string).collect();
            let (whose, at, number) = (calendar(lang, *whose), at.strftime("%H:%M"), nth.unsigned_abs());
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

/// What is done about a missed run.
pub(super) fn missed(lang: Lang, missed: Missed) -> &'static str {
    match missed {
        Missed::Today => say(lang, "当日中なら遅れて実行、翌日以降は人が判断", "late on its day, then a person is asked"),
        Missed::Once => say(lang, "遅れて一回だけ実行", "late, once"),
        Missed::Skip => say(lang, "実行しない", "left out"),
        Missed::Ask => say(lang, "人が判断", "a person is asked"),
    }
}

/// The calendar that producers read.
pub(super) fn known(config: &Config) -> Result<BusinessCalendar, CalendarFileError> {
    file::read(&config.produce.calendar_file)
}

/// A warning when the calendar ends soon.
pub(super) fn ends_soon(lang: Lang, calendar: &BusinessCalendar) -> Option<String> {
    let left = file::ends_soon(calendar, clock::today())?;
    let through = calendar.horizon();
    let import = "renkei calendar import syukujitsu.csv --as NAME";
    Some(match lang {
        Lang::Ja => {
            format!(
                "注意 [CALENDAR_ENDS_SOON] 祝日の登録は{through}まで（あと{left}日）です。内閣府の一覧を取り込んでください: {import}"
            )
        }
        Lang::En => format!(
            "warning [CALENDAR_ENDS_SOON] holidays are known through {through} ({left} days). Import the Cabinet Office's list: {import}"
        ),
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Time, date};
    use renkei_core::schedule::Clockwork;

    use super::*;

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
        assert_eq!(rule(Lang::Ja, &nth(-1, &[])), "毎月 最終開庁日 17:00");
        assert_eq!(rule(Lang::Ja, &nth(3, &[3, 9])), "3・9月 第3開庁日 17:00");
        assert_eq!(rule(Lang::En, &nth(-2, &[3])), "number 2 from the end of the office days in 3 17:00");
        let days = Days::Business { calendar: DayRule::Bank, shift: Shift::Previous };
        let cron = Rule { when: When::Cron { cron: Clockwork::parse("0 9 25 * *").unwrap(), days } };
        assert_eq!(rule(Lang::Ja, &cron), "0 9 25 * * · 銀行営業日 · 休みの日は前営業日");
    }

    #[test]
    fn days_have_their_weekday() {
        assert_eq!(day(Lang::Ja, date(2026, 10, 13)), "2026-10-13（火）");
        assert_eq!(moment(Lang::En, "2026-10-13T00:30:00Z"), "Tue 2026-10-13 09:30");
        assert_eq!(moment(Lang::En, "soon"), "soon");
    }

    #[test]
    fn a_calendar_that_ends_soon_is_told_with_the_remedy() {
        let until = |through| BusinessCalendar::new([], date(2020, 1, 1)..=through);
        assert!(ends_soon(Lang::Ja, &until(date(2020, 12, 31))).unwrap().contains("2020-12-31"));
        assert_eq!(ends_soon(Lang::Ja, &until(date(9000, 12, 31))), None);
    }
}
