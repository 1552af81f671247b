//! Days, rules and what the calendar says about them, in words.

use jiff::civil::{Date, Weekday};
use jiff::{Timestamp, ZonedDateTime};
use renkei_core::calendar::file::{self, CalendarFileError};
use renkei_core::calendar::{BusinessCalendar, Closed, clock};
use renkei_core::catalogue::Lang;
use renkei_core::schedule::Missed;
pub(super) use renkei_core::words::{day_rule as calendar, schedule as rule};

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

/// Why a day is closed.
pub(super) fn closed(lang: Lang, why: &Closed) -> String {
    match why {
        Closed::Weekend => say(lang, "土日", "weekend").to_owned(),
        Closed::YearEnd => say(lang, "年末年始", "year end").to_owned(),
        Closed::Holiday(name) if name.is_empty() => say(lang, "祝日", "holiday").to_owned(),
        Closed::Holiday(name) | Closed::Own(name) => name.clone(),
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
    use jiff::civil::date;

    use super::*;

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
