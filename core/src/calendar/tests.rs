//! All forms both ways, eras at their edges, fiscal years, business days, days without a year.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;

fn read(form: DateForm, text: &str) -> Result<Date, DateFault> {
    form.parse(text.as_bytes(), None).map(|parsed| parsed.date)
}

fn written(form: DateForm, day: Date) -> String {
    let mut out = Vec::new();
    form.format(day, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn names_parse_back() {
    for form in DateForm::ALL {
        assert_eq!(DateForm::parse_name(form.as_str()), Some(form));
    }
}

#[test]
fn one_day_in_every_form() {
    let day = date(2026, 10, 5);
    for (form, text) in [
        (DateForm::Yyyymmdd, "20261005"),
        (DateForm::YyyyMmDd, "2026-10-05"),
        (DateForm::YyyyMD, "2026/10/5"),
        (DateForm::EraKanji, "令和8年10月5日"),
        (DateForm::EraDots, "R8.10.5"),
        (DateForm::EraCompact, "R081005"),
        (DateForm::EraDigit, "5081005"),
        (DateForm::YymmddEra, "081005"),
        (DateForm::Mmdd, "1005"),
    ] {
        let parsed = form.parse(text.as_bytes(), Some(date(2026, 9, 1))).unwrap();
        assert_eq!(parsed, ParsedDate { date: day, note: None }, "{form}");
        assert_eq!(written(form, day), text);
    }
}

#[test]
fn other_spellings_are_read() {
    assert_eq!(read(DateForm::YyyyMD, "2026/10/05"), Ok(date(2026, 10, 5)));
    assert_eq!(read(DateForm::EraDots, "R08.10.05"), Ok(date(2026, 10, 5)));
    assert_eq!(read(DateForm::EraKanji, "令和08年10月05日"), Ok(date(2026, 10, 5)));
    assert_eq!(read(DateForm::EraKanji, "令和元年5月1日"), Ok(date(2019, 5, 1)));
    assert_eq!(read(DateForm::EraKanji, "令和1年5月1日"), Ok(date(2019, 5, 1)));
    assert_eq!(written(DateForm::EraKanji, date(2019, 5, 1)), "令和元年5月1日");
    for (text, day) in [
        ("1640107", date(1989, 1, 7)),
        ("4010108", date(1989, 1, 8)),
        ("2151224", date(1926, 12, 24)),
        ("3450729", date(1912, 7, 29)),
    ] {
        assert_eq!((read(DateForm::EraDigit, text), written(DateForm::EraDigit, day)), (Ok(day), text.to_owned()));
    }
    assert_eq!(read(DateForm::EraDigit, "4320101"), Err(DateFault::ImpossibleEra));
    assert_eq!(read(DateForm::EraDigit, "6010101"), Err(DateFault::Form));
}

#[test]
fn what_is_no_date() {
    for (form, text, fault) in [
        (DateForm::Yyyymmdd, "2026105", DateFault::Form),
        (DateForm::Yyyymmdd, "２０２６", DateFault::Form),
        (DateForm::Yyyymmdd, "2026 105", DateFault::Form),
        (DateForm::Yyyymmdd, "202610050", DateFault::Form),
        (DateForm::Yyyymmdd, "2026:005", DateFault::Form),
        (DateForm::Yyyymmdd, "", DateFault::Form),
        (DateForm::Yyyymmdd, "00000000", DateFault::NoSuchDay),
        (DateForm::Yyyymmdd, "20260229", DateFault::NoSuchDay),
        (DateForm::Yyyymmdd, "20261301", DateFault::NoSuchDay),
        (DateForm::Yyyymmdd, "20260100", DateFault::NoSuchDay),
        (DateForm::YyyyMmDd, "2026-1-05", DateFault::Form),
        (DateForm::YyyyMmDd, "2026-10-05 ", DateFault::Form),
        (DateForm::YyyyMmDd, "2026/10/05", DateFault::Form),
        (DateForm::YyyyMD, "2026/10", DateFault::Form),
        (DateForm::YyyyMD, "2026/10/5/1", DateFault::Form),
        (DateForm::YyyyMD, "26/10/5", DateFault::Form),
        (DateForm::EraKanji, "令和8年10月5日 ", DateFault::Form),
        (DateForm::EraKanji, "令和０８年10月5日", DateFault::Form),
        (DateForm::EraKanji, "慶応3年10月5日", DateFault::Form),
        (DateForm::EraDots, "r8.10.5", DateFault::Form),
        (DateForm::EraDots, "R8.10", DateFault::Form),
        (DateForm::EraCompact, "R81005", DateFault::Form),
        (DateForm::EraCompact, "X081005", DateFault::Form),
        (DateForm::EraCompact, "", DateFault::Form),
        (DateForm::YymmddEra, "081005", DateFault::NeedsReference),
        (DateForm::Mmdd, "1005", DateFault::NeedsReference),
    ] {
        assert_eq!(read(form, text), Err(fault), "{form} {text:?}");
    }
}

#[test]
fn eras_hold_only_their_days() {
    for (text, expected) in [
        ("H32.1.1", Err(DateFault::ImpossibleEra)),
        ("R1.4.30", Err(DateFault::ImpossibleEra)),
        ("R1.5.1", Ok(date(2019, 5, 1))),
        ("H31.4.30", Ok(date(2019, 4, 30))),
        ("S64.1.7", Ok(date(1989, 1, 7))),
        ("S64.1.8", Err(DateFault::ImpossibleEra)),
        ("H1.1.7", Err(DateFault::ImpossibleEra)),
        ("H1.1.8", Ok(date(1989, 1, 8))),
        ("S1.12.25", Ok(date(1926, 12, 25))),
        ("T15.12.24", Ok(date(1926, 12, 24))),
        ("T1.7.30", Ok(date(1912, 7, 30))),
        ("M45.7.29", Ok(date(1912, 7, 29))),
        ("M6.1.1", Ok(date(1873, 1, 1))),
        ("M5.12.2", Err(DateFault::ImpossibleEra)),
        ("R0.5.1", Err(DateFault::ImpossibleEra)),
    ] {
        assert_eq!(read(DateForm::EraDots, text), expected, "{text}");
    }
    assert_eq!(DateForm::EraDots.format(date(1872, 12, 31), &mut Vec::new()), Err(DateFault::NoEra));
}

#[test]
fn heisei_31_after_its_end_is_read_with_a_warning() {
    for (text, day) in [("平成31年5月1日", date(2019, 5, 1)), ("平成31年12月31日", date(2019, 12, 31))] {
        let parsed = DateForm::EraKanji.parse(text.as_bytes(), None).unwrap();
        assert_eq!(parsed, ParsedDate { date: day, note: Some(DateNote::HeiseiAfterItsEnd) });
    }
}

#[test]
fn a_year_without_era_is_the_one_near_the_reference() {
    let near = |text: &str, reference| DateForm::YymmddEra.parse(text.as_bytes(), Some(reference)).map(|parsed| parsed.date);
    assert_eq!(near("081005", date(2026, 10, 1)), Ok(date(2026, 10, 5)));
    assert_eq!(near("310425", date(2019, 5, 2)), Ok(date(2019, 4, 25)));
    assert_eq!(near("010507", date(2019, 5, 2)), Ok(date(2019, 5, 7)));
    assert_eq!(near("310507", date(2019, 5, 2)), Ok(date(2019, 5, 7)));
    assert_eq!(near("640107", date(1989, 1, 9)), Ok(date(1989, 1, 7)));
    assert_eq!(near("081005", date(2027, 10, 5)), Ok(date(2026, 10, 5)));
    assert_eq!(near("081005", date(2027, 10, 6)), Err(DateFault::NoEraNear));
    assert_eq!(near("081005", date(2025, 10, 4)), Err(DateFault::NoEraNear));
    assert_eq!(near("991005", date(2026, 10, 1)), Err(DateFault::NoEraNear));
    assert_eq!(near("080230", date(2026, 10, 1)), Err(DateFault::NoSuchDay));
    assert_eq!(near("0810055", date(2026, 10, 1)), Err(DateFault::Form));
}

#[test]
fn a_day_without_year_is_the_next_one_in_the_window() {
    let window = Window { days_from: 0, days_to: 60 };
    let meant = |text: &str, created| MonthDay::parse(text.as_bytes()).unwrap().resolve(created, window);
    assert_eq!(meant("1231", date(2026, 12, 20)), Some(date(2026, 12, 31)));
    assert_eq!(meant("0103", date(2026, 12, 20)), Some(date(2027, 1, 3)));
    assert_eq!(meant("0101", date(2026, 12, 20)), Some(date(2027, 1, 1)));
    assert_eq!(meant("1220", date(2026, 12, 20)), Some(date(2026, 12, 20)));
    assert_eq!(meant("1219", date(2026, 12, 20)), None);
    assert_eq!(meant("0229", date(2027, 2, 20)), None);
    assert_eq!(meant("0229", date(2028, 2, 20)), Some(date(2028, 2, 29)));
    assert_eq!(meant("0229", date(2028, 3, 1)), None);
    let later = Window { days_from: 1, days_to: 15 };
    assert_eq!(MonthDay::of(date(2026, 10, 5)).resolve(date(2026, 10, 5), later), None);
    assert_eq!(MonthDay::parse(b"0230"), Err(DateFault::NoSuchDay));
    assert_eq!(MonthDay::parse(b"1305"), Err(DateFault::NoSuchDay));
    assert_eq!(MonthDay::parse(b" 105"), Err(DateFault::Form));
    let day = MonthDay::parse(b"0105").unwrap();
    assert_eq!((day.to_string().as_str(), day.compact().as_str()), ("01-05", "0105"));
    assert_eq!(DateForm::Mmdd.parse(b"0229", Some(date(2026, 3, 1))), Err(DateFault::OutsideWindow));
}

#[test]
fn fiscal_years_and_their_closing() {
    let year = FiscalYear::parse("2026").unwrap();
    let march = date(2027, 3, 31);
    assert_eq!(FiscalYear::of(date(2026, 4, 1)), Some(year));
    assert_eq!(FiscalYear::of(march), Some(year));
    assert_eq!(FiscalYear::of(date(2026, 3, 31)), FiscalYear::new(2025));
    assert_eq!((year.first_day(), year.last_day(), year.closing_day()), (date(2026, 4, 1), march, date(2027, 5, 31)));
    assert_eq!(year.to_string(), "2026");
    for (booked, arose, refusal) in [
        (date(2026, 3, 31), date(2026, 3, 31), Some(fiscal::FiscalRefusal::BeforeTheYear)),
        (date(2026, 4, 1), date(2026, 4, 1), None),
        (march, march, None),
        (date(2027, 4, 1), march, None),
        (date(2027, 5, 31), march, None),
        (date(2027, 4, 1), date(2027, 4, 1), Some(fiscal::FiscalRefusal::AroseAfterTheYear)),
        (date(2027, 6, 1), march, Some(fiscal::FiscalRefusal::AfterClosing)),
    ] {
        assert_eq!(year.accepts(booked, arose).err().map(|outside| outside.refusal), refusal, "{booked} {arose}");
    }
    for bad in ["26", "20266", "令和8年", "+026", "1899"] {
        assert_eq!(FiscalYear::parse(bad), None, "{bad}");
    }
}

/// National holidays around the turn of 2026 to 2027, and Golden Week 2027.
fn calendar() -> BusinessCalendar {
    let holidays = [(2026, 11, 3), (2026, 11, 23), (2027, 1, 1), (2027, 1, 11), (2027, 5, 3), (2027, 5, 4), (2027, 5, 5)];
    BusinessCalendar::new(holidays.map(|(y, m, d)| date(y, m, d)), date(2026, 4, 1)..=date(2027, 12, 31))
}

#[test]
fn office_and_bank_close_on_different_days_at_the_turn_of_the_year() {
    let calendar = calendar();
    for (day, office, bank) in [
        (date(2026, 12, 28), true, true),
        (date(2026, 12, 29), false, true),
        (date(2026, 12, 30), false, true),
        (date(2026, 12, 31), false, false),
        (date(2027, 1, 1), false, false),
        (date(2027, 1, 3), false, false),
        (date(2027, 1, 4), true, true),
        (date(2026, 10, 3), false, false),
        (date(2026, 10, 4), false, false),
        (date(2026, 10, 5), true, true),
        (date(2026, 11, 3), false, false),
    ] {
        assert_eq!(calendar.is_business_day(DayRule::Office, day), Ok(office), "{day}");
        assert_eq!(calendar.is_business_day(DayRule::Bank, day), Ok(bank), "{day}");
    }
}

#[test]
fn each_calendar_has_days_of_its_own() {
    let own = |calendar, day, opens| OwnDay { calendar, day, opens, name: "条例の休日".to_owned() };
    let calendar = calendar().with_own([
        own(DayRule::Office, date(2026, 10, 1), false),
        own(DayRule::Office, date(2026, 12, 29), true),
        own(DayRule::Bank, date(2026, 12, 30), false),
        own(DayRule::Bank, date(2026, 11, 23), true),
    ]);
    for (day, office, bank) in [
        (date(2026, 10, 1), false, true),
        (date(2026, 12, 29), true, true),
        (date(2026, 12, 30), false, false),
        (date(2026, 11, 23), false, true),
    ] {
        assert_eq!(calendar.is_business_day(DayRule::Office, day), Ok(office), "{day}");
        assert_eq!(calendar.is_business_day(DayRule::Bank, day), Ok(bank), "{day}");
    }
    assert_eq!(calendar.closed(DayRule::Office, date(2026, 10, 1)), Ok(Some(Closed::Own("条例の休日".to_owned()))));
    assert_eq!(calendar.next(DayRule::Bank, date(2026, 12, 29)), Ok(date(2027, 1, 4)));
    assert_eq!(calendar.previous(DayRule::Office, date(2027, 1, 4)), Ok(date(2026, 12, 29)));
}

#[test]
fn next_previous_and_nth() {
    let calendar = calendar();
    let bank = DayRule::Bank;
    assert_eq!(calendar.next(bank, date(2026, 12, 30)), Ok(date(2027, 1, 4)));
    assert_eq!(calendar.next(DayRule::Office, date(2026, 12, 28)), Ok(date(2027, 1, 4)));
    assert_eq!(calendar.previous(bank, date(2027, 1, 4)), Ok(date(2026, 12, 30)));
    assert_eq!(calendar.nth(bank, date(2027, 4, 30), 2), Ok(date(2027, 5, 7)));
    assert_eq!(calendar.nth(bank, date(2027, 5, 7), -2), Ok(date(2027, 4, 30)));
    assert_eq!(calendar.nth(bank, date(2027, 5, 3), 0), Ok(date(2027, 5, 3)));
    assert_eq!(calendar.on_or_after(bank, date(2027, 5, 1)), Ok(date(2027, 5, 6)));
    assert_eq!(calendar.on_or_after(bank, date(2027, 5, 6)), Ok(date(2027, 5, 6)));
    assert_eq!(calendar.on_or_before(bank, date(2027, 5, 5)), Ok(date(2027, 4, 30)));
}

#[test]
fn beyond_the_horizon_is_an_error_not_a_business_day() {
    let calendar = calendar();
    for day in [date(2028, 1, 4), date(2026, 3, 31)] {
        assert_eq!(calendar.is_business_day(DayRule::Bank, day).unwrap_err().asked, day);
    }
    assert!(calendar.next(DayRule::Bank, date(2027, 12, 30)).is_err());
    assert!(calendar.nth(DayRule::Bank, date(2026, 4, 1), -1).is_err());
    assert_eq!(calendar.horizon(), date(2027, 12, 31));
}

fn day_from(first: Date) -> impl Strategy<Value = Date> {
    (0..90_000_i64).prop_map(move |days| first.checked_add(jiff::Span::new().days(days)).unwrap())
}

proptest! {
    #[test]
    fn western_forms_round_trip(day in day_from(date(1873, 1, 1))) {
        for form in [DateForm::Yyyymmdd, DateForm::YyyyMmDd, DateForm::YyyyMD] {
            prop_assert_eq!(read(form, &written(form, day)), Ok(day));
        }
    }

    #[test]
    fn era_forms_round_trip(day in day_from(date(1873, 1, 1))) {
        for form in [DateForm::EraKanji, DateForm::EraDots, DateForm::EraCompact] {
            let mut out = Vec::new();
            match form.format(day, &mut out) {
                Ok(()) => prop_assert_eq!(form.parse(&out, None), Ok(ParsedDate { date: day, note: None })),
                Err(fault) => prop_assert_eq!((fault, Era::Reiwa.year_of(day) > 99), (DateFault::YearOutOfRange, true)),
            }
        }
    }

    #[test]
    fn forms_without_year_or_era_round_trip_near_their_reference(reference in day_from(date(1880, 1, 1)), ahead in 0..300_i64) {
        let day = reference.checked_add(jiff::Span::new().days(ahead)).unwrap();
        prop_assume!(day < date(2100, 1, 1));
        for form in [DateForm::YymmddEra, DateForm::Mmdd] {
            let parsed = form.parse(written(form, day).as_bytes(), Some(reference));
            prop_assert_eq!(parsed.map(|parsed| parsed.date), Ok(day));
        }
    }

    #[test]
    fn any_bytes_are_a_date_or_a_fault(bytes in prop::collection::vec(any::<u8>(), 0..20)) {
        for form in DateForm::ALL {
            if let Ok(parsed) = form.parse(&bytes, Some(date(2026, 10, 5))) {
                prop_assert!(parsed.date.year() >= 1);
            }
        }
    }
}
