//! The Cabinet Office's list into the ledger: what changes, what is refused, what producers get.

use jiff::civil::{Date, date};
use renkei_consumers::calendar::{self, CalendarStoreError};
use renkei_core::calendar::file;
use renkei_core::calendar::holidays::HolidayList;
use renkei_core::verdict::{Classify, Verdict};

use crate::scratch::Scratch;

/// The ledger's own holidays from 2026 on as a list, changed as the test likes, with a year after them.
async fn list(db: &Scratch, change: impl Fn(String) -> String) -> HolidayList {
    let days: String = db
        .one("select string_agg(to_char(day, 'FMYYYY/FMMM/FMDD,') || name, E'\\n' order by day) from ledger.holiday where extract(year from day) in (2026, 2027)")
        .await;
    let text = format!("国民の祝日・休日月日,国民の祝日・休日名称\n{days}\n2028/1/1,元日\n2028/11/23,勤労感謝の日\n");
    HolidayList::read(change(text).as_bytes()).unwrap()
}

fn changed(import: &calendar::Import) -> Vec<(Date, bool, bool)> {
    import.changes.iter().map(|change| (change.day, change.before.is_some(), change.after.is_some())).collect()
}

#[tokio::test]
async fn a_list_is_taken_over_with_what_it_changes_and_producers_get_it() {
    let db = Scratch::new().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calendar.json");
    calendar::write_down(&db.pool, &path).await.unwrap();
    assert_eq!(file::read(&path).unwrap().horizon(), date(2027, 12, 31));

    let next = list(&db, |text| text.replace("2027/11/3,文化の日", "2027/11/3,文化と科学の日")).await;
    let ahead = calendar::preview(&db.pool, &next).await.unwrap();
    let expected = [(date(2027, 11, 3), true, true), (date(2028, 1, 1), false, true), (date(2028, 11, 23), false, true)];
    assert_eq!(changed(&ahead), expected);
    assert_eq!(
        db.one::<i64>("select count(*) from ledger.holiday where day >= '2028-01-01'").await,
        0,
        "a preview keeps nothing"
    );

    let import = calendar::import(&db.pool, &next, "syukujitsu.csv", "sato", "").await.unwrap();
    assert_eq!((import.clone(), import.after.1), (ahead, date(2028, 12, 31)));
    assert_eq!(db.one::<String>("select name from ledger.holiday where day = '2027-11-03'").await, "文化と科学の日");
    assert!(!db.one::<bool>("select ledger.is_business_day('2028-11-23', 'bank')").await);
    let told =
        "select actor || ' ' || (before ->> 'through') || ' ' || (after ->> 'through') || ' ' || (after ->> 'changed_total')
                  from audit.event where action = 'calendar.imported'";
    assert_eq!(db.one::<String>(told).await, "sato 2027-12-31 2028-12-31 3");
    assert!(calendar::write_down(&db.pool, &path).await.unwrap(), "the file is another one now");
    assert_eq!(file::read(&path).unwrap(), calendar::load(&db.pool).await.unwrap());

    // The same again changes nothing and says nothing.
    assert!(calendar::import(&db.pool, &next, "syukujitsu.csv", "sato", "").await.unwrap().is_empty());
    assert_eq!(db.one::<i64>("select count(*) from audit.event where action = 'calendar.imported'").await, 1);
}

#[tokio::test]
async fn a_day_that_is_over_is_changed_only_with_a_reason() {
    let db = Scratch::new().await;
    let without = list(&db, |text| text.replace("2026/1/12,成人の日\n", "")).await;
    let error = calendar::import(&db.pool, &without, "x.csv", "sato", " ").await.unwrap_err();
    assert!(matches!(error, CalendarStoreError::Past { count: 1, first } if first == date(2026, 1, 12)), "{error}");
    assert_eq!(error.verdict(), Verdict::Reject);
    assert_eq!(db.one::<String>("select through::text from ledger.calendar_horizon").await, "2027-12-31", "nothing is kept");
    calendar::import(&db.pool, &without, "x.csv", "sato", "登録の誤り").await.unwrap();
    assert_eq!(db.one::<String>("select reason from audit.event where action = 'calendar.imported'").await, "登録の誤り");
    // A day that was none becomes a holiday: the same.
    let more = list(&db, |text| text.replace("2026/1/1,元日\n", "2026/1/1,元日\n2026/1/5,休日\n")).await;
    assert!(matches!(calendar::import(&db.pool, &more, "x.csv", "sato", "").await, Err(CalendarStoreError::Past { .. })));
}

#[tokio::test]
async fn years_before_are_new_and_a_gap_is_refused() {
    let db = Scratch::new().await;
    let years = |years: &[i16]| {
        let days: Vec<String> = years.iter().map(|year| format!("{year}/1/1,元日\n{year}/11/23,勤労感謝の日")).collect();
        HolidayList::read(format!("国民の祝日月日,国民の祝日名称\n{}\n", days.join("\n")).as_bytes()).unwrap()
    };
    let error = calendar::import(&db.pool, &years(&[2030]), "x.csv", "sato", "").await.unwrap_err();
    assert!(matches!(error, CalendarStoreError::Gap { first: 2030, .. }), "{error}");
    let import = calendar::import(&db.pool, &years(&[2023, 2024]), "x.csv", "sato", "").await.unwrap();
    assert_eq!((import.after, import.changes.len()), ((date(2023, 1, 1), date(2027, 12, 31)), 4));
}

#[tokio::test]
async fn the_ledger_and_the_file_agree_on_every_day() {
    let db = Scratch::new().await;
    let calendar = calendar::load(&db.pool).await.unwrap();
    use renkei_core::calendar::DayRule;
    for rule in [DayRule::Bank, DayRule::Office] {
        let sql = format!(
            "select string_agg(day::date::text, ' ' order by day) from generate_series('2025-01-01'::timestamp, '2027-12-31', '1 day') day
              where ledger.is_business_day(day::date, '{}')",
            rule.as_str()
        );
        let days: Vec<String> = calendar
            .since()
            .series(jiff::Span::new().days(1))
            .take_while(|day| *day <= calendar.horizon())
            .filter(|day| calendar.is_business_day(rule, *day).unwrap())
            .map(|day| day.to_string())
            .collect();
        assert_eq!(db.one::<String>(&sql).await, days.join(" "), "{rule:?}");
    }
}
