//! Rules at the edges of days, months, years and calendars.

use std::collections::BTreeSet;

use jiff::ZonedDateTime;
use jiff::civil::{Date, Time, Weekday, date};
use proptest::prelude::*;

use super::*;
use crate::calendar::{BusinessCalendar, Closed, DayRule, clock};

/// Holidays of 2018-12 to 2020-03, the year of the change of era, and of 2026-12 to 2028-03.
fn calendar() -> BusinessCalendar {
    let named = [
        (date(2019, 1, 1), "元日"),
        (date(2019, 1, 14), "成人の日"),
        (date(2019, 2, 11), "建国記念の日"),
        (date(2019, 3, 21), "春分の日"),
        (date(2019, 4, 29), "昭和の日"),
        (date(2019, 4, 30), "国民の休日"),
        (date(2019, 5, 1), "休日（祝日扱い）"),
        (date(2019, 5, 2), "国民の休日"),
        (date(2019, 5, 3), "憲法記念日"),
        (date(2019, 5, 4), "みどりの日"),
        (date(2019, 5, 5), "こどもの日"),
        (date(2019, 5, 6), "休日"),
        (date(2019, 10, 22), "休日（祝日扱い）"),
        (date(2020, 2, 11), "建国記念の日"),
        (date(2020, 2, 23), "天皇誕生日"),
        (date(2020, 2, 24), "休日"),
        (date(2027, 1, 1), "元日"),
        (date(2027, 3, 21), "春分の日"),
        (date(2027, 3, 22), "休日"),
        (date(2027, 5, 3), "憲法記念日"),
        (date(2028, 1, 1), "元日"),
    ];
    let holidays = named.map(|(day, name)| (day, name.to_owned()));
    BusinessCalendar::named(holidays, date(2018, 12, 1)..=date(2028, 3, 31))
}

fn at(text: &str) -> ZonedDateTime {
    text.parse::<jiff::Timestamp>().unwrap().to_zoned_datetime(clock::tokyo())
}

fn cron(expression: &str, calendar: DayRule, shift: Shift) -> Rule {
    let cron = Clockwork::parse(expression).unwrap();
    Rule { when: When::Cron { cron, days: Days::Business { calendar, shift } } }
}

fn nth(nth: i8, calendar: DayRule) -> Rule {
    Rule { when: When::NthBusinessDay { nth, months: Vec::new(), at: Time::constant(17, 0, 0, 0), calendar } }
}

/// The next `count` instants from a Tokyo midnight on.
fn next(rule: &Rule, from: &str, count: usize) -> Vec<String> {
    let calendar = calendar();
    let mut found = Vec::new();
    let mut last = at(&format!("{from}T00:00:00+09:00"));
    while found.len() < count {
        last = rule.after(Some(&calendar), &last).unwrap().unwrap().at;
        found.push(last.strftime("%Y-%m-%d %H:%M").to_string());
    }
    found
}

#[test]
fn a_day_begins_at_midnight_in_tokyo() {
    let rule = cron("0 0 * * *", DayRule::Office, Shift::Skip);
    // 15:00 UTC of the Friday is Saturday in Tokyo.
    let found = rule.after(Some(&calendar()), &at("2027-02-26T14:59:59Z")).unwrap().unwrap();
    assert_eq!(clock::rfc3339(&found.at), "2027-03-01T00:00:00+09:00");
    let late = cron("59 23 * * *", DayRule::Office, Shift::Skip);
    let found = late.after(Some(&calendar()), &at("2027-02-26T14:58:59Z")).unwrap().unwrap();
    assert_eq!(clock::rfc3339(&found.at), "2027-02-26T23:59:00+09:00");
}

#[test]
fn summer_time_elsewhere_does_not_move_an_instant() {
    let rule = cron("30 2 * * *", DayRule::Office, Shift::Skip);
    for (from, utc) in [("2027-03-12T20:00:00Z", "2027-03-14T17:30:00Z"), ("2019-11-01T20:00:00Z", "2019-11-03T17:30:00Z")] {
        let found = rule.after(Some(&calendar()), &at(from)).unwrap().unwrap();
        assert_eq!(found.at.timestamp().to_string(), utc);
    }
}

#[test]
fn office_and_bank_differ_at_the_turn_of_the_year() {
    let daily = |calendar| next(&cron("0 9 * * *", calendar, Shift::Skip), "2026-12-28", 4);
    assert_eq!(daily(DayRule::Office), ["2026-12-28 09:00", "2027-01-04 09:00", "2027-01-05 09:00", "2027-01-06 09:00"]);
    assert_eq!(daily(DayRule::Bank), ["2026-12-28 09:00", "2026-12-29 09:00", "2026-12-30 09:00", "2027-01-04 09:00"]);
    assert_eq!(next(&nth(-1, DayRule::Office), "2026-12-01", 1), ["2026-12-28 17:00"]);
    assert_eq!(next(&nth(-1, DayRule::Bank), "2026-12-01", 1), ["2026-12-30 17:00"]);
    assert_eq!(next(&nth(1, DayRule::Bank), "2026-12-31", 1), ["2027-01-04 17:00"]);
}

#[test]
fn a_closed_day_is_left_out_or_shifted() {
    let of = |shift| next(&cron("0 10 21 3 *", DayRule::Bank, shift), "2027-03-01", 1);
    // Sunday, 春分の日, with a substitute holiday on the Monday.
    assert_eq!(of(Shift::Next), ["2027-03-23 10:00"]);
    assert_eq!(of(Shift::Previous), ["2027-03-19 10:00"]);
    assert_eq!(of(Shift::Skip), ["2028-03-21 10:00"], "the next 21 March that is a business day");
    // 25 December 2027 is a Saturday, 31 December the banks are closed.
    assert_eq!(next(&cron("0 9 25 * *", DayRule::Bank, Shift::Previous), "2027-12-01", 1), ["2027-12-24 09:00"]);
    assert_eq!(next(&cron("0 9 31 12 *", DayRule::Bank, Shift::Next), "2027-12-01", 1), ["2028-01-04 09:00"]);
}

#[test]
fn ten_days_of_the_change_of_era_are_one_instant_and_say_why() {
    let rule = cron("0 16 * * *", DayRule::Office, Shift::Next);
    assert_eq!(next(&rule, "2019-04-26", 3), ["2019-04-26 16:00", "2019-05-07 16:00", "2019-05-08 16:00"]);
    let calendar = calendar();
    let only_may_day = cron("0 16 1 5 *", DayRule::Office, Shift::Next);
    let found = only_may_day.after(Some(&calendar), &at("2019-04-30T00:00:00+09:00")).unwrap().unwrap();
    assert_eq!(found.shifted, Some((date(2019, 5, 1), Closed::Holiday("休日（祝日扱い）".to_owned()))));
    let plain = rule.on(Some(&calendar), date(2019, 5, 7)).unwrap();
    assert_eq!((plain.len(), &plain[0].shifted), (1, &None), "its own instant stands for those that were shifted to it");
}

#[test]
fn instants_shifted_to_one_day_stand_in_the_order_of_their_time() {
    // Saturday evening and Sunday morning both go to the Monday.
    let rule = cron("0 18 * * 6", DayRule::Office, Shift::Next);
    assert_eq!(next(&rule, "2027-02-06", 1), ["2027-02-08 18:00"]);
    let both = cron("0 9,18 * * *", DayRule::Office, Shift::Next);
    assert_eq!(next(&both, "2027-02-06", 3), ["2027-02-08 09:00", "2027-02-08 18:00", "2027-02-09 09:00"]);
}

#[test]
fn ends_of_months_and_of_the_fiscal_year() {
    assert_eq!(next(&nth(-1, DayRule::Office), "2019-03-01", 2), ["2019-03-29 17:00", "2019-04-26 17:00"]);
    // 31 May 2020 would be a Sunday; the year's books close on the last business day before.
    assert_eq!(next(&nth(-1, DayRule::Office), "2027-05-01", 1), ["2027-05-31 17:00"]);
    assert_eq!(
        next(&cron("0 17 31 5 *", DayRule::Office, Shift::Previous), "2019-05-01", 2),
        ["2019-05-31 17:00", "2020-05-29 17:00"]
    );
    let march = Rule {
        when: When::NthBusinessDay { nth: -1, months: vec![3], at: Time::constant(12, 0, 0, 0), calendar: DayRule::Bank },
    };
    assert_eq!(next(&march, "2019-01-01", 2), ["2019-03-29 12:00", "2020-03-31 12:00"]);
    assert_eq!(next(&nth(3, DayRule::Office), "2019-05-01", 1), ["2019-05-09 17:00"]);
}

#[test]
fn a_leap_day_is_a_day() {
    // 29 February 2020 is a Saturday, that of 2028 a Tuesday.
    let of = |shift| next(&cron("0 9 29 2 *", DayRule::Bank, shift), "2019-03-01", 2);
    assert_eq!(of(Shift::Previous), ["2020-02-28 09:00", "2024-02-29 09:00"]);
    assert_eq!(of(Shift::Skip), ["2024-02-29 09:00", "2028-02-29 09:00"]);
    assert_eq!(next(&nth(-1, DayRule::Office), "2028-02-01", 1), ["2028-02-29 17:00"]);
}

#[test]
fn beyond_the_calendar_nothing_is_guessed() {
    let calendar = BusinessCalendar::new([], date(2027, 1, 1)..=date(2027, 12, 31));
    let ask = |rule: &Rule, from: &str| rule.after(Some(&calendar), &at(from));
    let beyond = |asked| Err(RuleError::Calendar(calendar.closed(DayRule::Bank, asked).unwrap_err()));
    let daily = cron("0 9 * * *", DayRule::Bank, Shift::Skip);
    assert!(ask(&daily, "2027-12-29T10:00:00+09:00").unwrap().is_some());
    assert_eq!(ask(&daily, "2027-12-30T10:00:00+09:00"), beyond(date(2028, 1, 1)));
    // Whether the last days of December take what is meant for January is not known either.
    assert_eq!(ask(&cron("0 9 1 1 *", DayRule::Bank, Shift::Previous), "2027-12-30T00:00:00+09:00"), beyond(date(2028, 1, 1)));
    assert_eq!(ask(&nth(1, DayRule::Bank), "2027-12-02T00:00:00+09:00"), beyond(date(2028, 1, 1)));
    assert_eq!(daily.after(None, &at("2027-01-05T00:00:00Z")), Err(RuleError::NoCalendar));
    let every = Rule { when: When::Cron { cron: Clockwork::parse("0 9 * * *").unwrap(), days: Days::Every } };
    assert!(every.after(None, &at("2031-01-05T00:00:00Z")).unwrap().is_some(), "every day needs no calendar");
    assert_eq!(ask(&cron("0 0 30 2 *", DayRule::Bank, Shift::Next), "2027-01-05T00:00:00Z"), Ok(None), "a day that never comes");
}

#[test]
fn what_lies_between_two_instants_is_given_day_by_day() {
    let rule = cron("0 9,16 * * *", DayRule::Office, Shift::Skip);
    let days = |last: &str, end: &str, most| -> Vec<Vec<String>> {
        let found = rule.days_between(Some(&calendar()), &at(last), &at(end), most).unwrap();
        found.iter().map(|day| day.iter().map(|found| found.at.strftime("%d %H").to_string()).collect()).collect()
    };
    assert_eq!(
        days("2027-02-05T09:00:00+09:00", "2027-02-08T16:00:00+09:00", 31),
        [vec!["05 16"], vec!["08 09", "08 16"]],
        "after the first, up to the last; Saturday and Sunday have none"
    );
    assert_eq!(days("2027-02-01T00:00:00+09:00", "2027-02-08T10:00:00+09:00", 1), [vec!["08 09"]]);
    let last = rule.up_to(Some(&calendar()), &at("2027-02-08T08:59:59+09:00"), 31).unwrap().unwrap();
    assert_eq!(clock::rfc3339(&last.at), "2027-02-05T16:00:00+09:00");
    assert_eq!(rule.up_to(Some(&calendar()), &at("2027-02-07T00:00:00+09:00"), 1).unwrap(), None);
}

fn whose() -> impl Strategy<Value = DayRule> {
    prop_oneof![Just(DayRule::Office), Just(DayRule::Bank)]
}

fn any_rule() -> impl Strategy<Value = Rule> {
    let shift = prop_oneof![Just(Shift::Skip), Just(Shift::Next), Just(Shift::Previous)];
    let day = prop_oneof![Just("*".to_owned()), (1u8..=31).prop_map(|day| day.to_string()), Just("L".to_owned())];
    let by_cron = (0u8..60, prop::collection::btree_set(0u8..24, 1..4), day, "\\*|1-5|0|6", whose(), shift).prop_map(
        |(minute, hours, day, weekday, calendar, shift)| {
            let hours: Vec<String> = hours.iter().map(u8::to_string).collect();
            // Day and weekday together mean either of them: one of the two stays open.
            let weekday = if day == "*" { weekday } else { "*".to_owned() };
            cron(&format!("{minute} {} {day} * {weekday}", hours.join(",")), calendar, shift)
        },
    );
    let by_day = (1i8..=15, any::<bool>(), prop::collection::btree_set(1i8..=12, 0..4), whose()).prop_map(
        |(number, from_end, months, calendar)| Rule {
            when: When::NthBusinessDay {
                nth: if from_end { -number } else { number },
                months: months.into_iter().collect(),
                at: Time::constant(8, 30, 0, 0),
                calendar,
            },
        },
    );
    prop_oneof![by_cron, by_day]
}

/// Which days are open, by other means than the calendar's own.
fn is_open(whose: DayRule, holidays: &BTreeSet<Date>, day: Date) -> bool {
    let first_closed = if whose == DayRule::Bank { 31 } else { 29 };
    let year_end = day.month() == 12 && day.day() >= first_closed || day.month() == 1 && day.day() <= 3;
    let weekend = day.weekday() == Weekday::Saturday || day.weekday() == Weekday::Sunday;
    !weekend && !year_end && !holidays.contains(&day)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn instants_increase_and_are_business_days_of_the_named_calendar(
        rule in any_rule(),
        holidays in prop::collection::btree_set(0i32..730, 0..80),
        start in 20i64..500,
    ) {
        let first = date(2027, 1, 1);
        let holidays: BTreeSet<Date> =
            holidays.into_iter().map(|days| first.saturating_add(jiff::Span::new().days(days))).collect();
        let calendar = BusinessCalendar::new(holidays.clone(), first..=date(2028, 12, 31));
        let whose = rule.calendar().unwrap();
        let mut last = first.saturating_add(jiff::Span::new().days(start)).to_zoned_datetime(clock::tokyo()).unwrap();
        for _ in 0..25 {
            match rule.after(Some(&calendar), &last) {
                Ok(Some(next)) => {
                    prop_assert!(next.at > last, "{rule}: {} after {last}", next.at);
                    prop_assert!(is_open(whose, &holidays, next.at.date()), "{rule}: {} is closed", next.at);
                    if let Some((meant, _)) = next.shifted {
                        prop_assert!(!is_open(whose, &holidays, meant), "{rule}: {meant} need not be shifted");
                    }
                    let same_day = rule.on(Some(&calendar), next.at.date()).unwrap();
                    prop_assert!(same_day.iter().any(|found| found.at == next.at));
                    prop_assert_eq!(rule.up_to(Some(&calendar), &next.at, 40).unwrap().map(|found| found.at), Some(next.at.clone()));
                    last = next.at;
                }
                // The calendar ends, or no such day comes.
                Ok(None) | Err(_) => break,
            }
        }
    }
}
