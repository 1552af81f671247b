//! 未着: what is due, late and noticed, by the office's calendar.

use crate::bench::{Bench, File, TOPIC};
use jiff::ZonedDateTime;
use renkei_consumers::arrivals::{self, Arrival, ArrivalState};
use renkei_consumers::tasks::{self, End, TaskFilter};
use renkei_core::calendar::clock;

fn tokyo(minute: &str) -> ZonedDateTime {
    format!("{minute}:00+09:00").parse::<jiff::Timestamp>().expect("a moment").to_zoned_datetime(clock::tokyo())
}

/// Where the toy stands at a moment of Tokyo.
async fn at(bench: &Bench, now: &str) -> (ArrivalState, String, i64) {
    let expected = arrivals::expected(&bench.pool, &bench.registry, &tokyo(now)).await.expect("an answer");
    let [arrival] = &expected[..] else { panic!("{expected:?}") };
    assert_eq!(arrival.topic, TOPIC);
    (arrival.state(), arrival.day.clone(), arrival.left_s)
}

#[tokio::test]
async fn a_daily_file_is_due_every_business_day_and_late_after_its_time() {
    let bench = Bench::open("due = \"10:00\"\nstarts_on = \"2026-10-01\"").await;
    use ArrivalState::{Arrived, Due, Late};
    assert_eq!(at(&bench, "2026-08-03T15:00").await, (Due, "2026-10-01".into(), (59 * 24 - 5) * 3600), "not before it starts");
    assert_eq!(at(&bench, "2026-10-05T09:00").await, (Due, "2026-10-05".into(), 3600));
    assert_eq!(at(&bench, "2026-10-05T10:30").await, (Late, "2026-10-05".into(), -1800));
    // Saturday; the Monday after it is a holiday.
    assert_eq!(at(&bench, "2026-10-10T10:30").await.1, "2026-10-13");
    // A refused file has not come; a posted one has, and the next is due on the next business day.
    bench.deliver(&File::new(&[("reject", 1)], 2)).await;
    assert_eq!(at(&bench, "2026-10-05T10:30").await.0, Late);
    bench.deliver(&File::new(&[("a", 1)], 2)).await;
    assert_eq!(at(&bench, "2026-10-05T10:30").await, (Arrived, "2026-10-05".into(), 23 * 3600 + 1800));
    assert_eq!(at(&bench, "2026-10-06T10:30").await.0, Late, "yesterday's file is not today's");
    bench.close().await;
}

#[tokio::test]
async fn a_late_file_is_noticed_once_a_day() {
    let bench = Bench::open("due = \"10:00\"").await;
    let notice =
        async |now: &str| -> Vec<Arrival> { arrivals::notice(&bench.pool, &bench.registry, &tokyo(now)).await.expect("looked") };
    assert_eq!(notice("2026-10-05T09:59").await, []);
    assert_eq!(notice("2026-10-05T10:01").await.len(), 1);
    assert_eq!(notice("2026-10-05T17:00").await, []);
    assert_eq!(notice("2026-10-06T10:01").await.len(), 1);
    let days = "select string_agg(day::text, ' ' order by day) from intake.arrival_missing";
    assert_eq!(bench.text(days).await, "2026-10-05 2026-10-06");
    assert_eq!(bench.number("select count(*) from audit.event where action = 'arrival.missing'").await, 2);
    bench.close().await;
}

/// The tasks at a moment: kind, due, how it ended.
async fn tasks_at(bench: &Bench, now: &str) -> Vec<(i64, String, String)> {
    tasks::refresh(&bench.pool, &bench.registry, &tokyo(now)).await.expect("refreshed");
    let filter = TaskFilter { all: true, rows_max: 50, ..TaskFilter::default() };
    let mut tasks = tasks::list(&bench.pool, &filter, &tokyo(now)).await.expect("listed");
    tasks.sort_by_key(|task| task.id);
    let end = |task: &tasks::Task| task.outcome.clone().unwrap_or_else(|| if task.late { "late" } else { "open" }.to_owned());
    tasks.iter().map(|task| (task.id, task.due_at.clone(), end(task))).collect()
}

#[tokio::test]
async fn a_monthly_file_is_due_by_a_business_day_of_its_month() {
    use ArrivalState::{Arrived, Due, Late};
    let last = Bench::open("due = { business_day = \"last\", at = \"17:00\" }").await;
    for (from, day) in [
        ("2026-10-01T09:00", "2026-10-30"),
        ("2026-10-31T00:00", "2026-11-30"),
        ("2026-12-01T00:00", "2026-12-28"),
        ("2026-12-29T00:00", "2027-01-29"),
        ("2027-03-01T00:00", "2027-03-31"),
        ("2027-05-31T16:59", "2027-05-31"),
    ] {
        let found = at(&last, from).await;
        assert_eq!((found.0, found.1.as_str()), (Due, day), "{from}");
    }
    // It came on the 5th, in good time; in November the next one is waited for.
    last.deliver(&File::new(&[("a", 1)], 2)).await;
    assert_eq!(at(&last, "2026-10-20T09:00").await.0, Arrived);
    assert_eq!(at(&last, "2026-11-30T17:01").await.0, Late);
    last.close().await;

    let third = Bench::open("due = { business_day = 3, at = \"10:00\", calendar = \"bank\" }").await;
    assert_eq!(at(&third, "2027-01-02T10:00").await.1, "2027-01-06");
    // From the day after the last due day on a file counts for the next.
    third.deliver(&File::new(&[("a", 1)], 2)).await;
    assert_eq!(at(&third, "2026-10-05T10:30").await, (Arrived, "2026-10-05".into(), (30 * 24 + 23) * 3600 + 1800));
    third.close().await;
}

#[tokio::test]
async fn a_file_without_records_has_come_and_is_called_so() {
    let bench = Bench::open("due = \"10:00\"").await;
    let mut empty = File::new(&[], 1);
    empty.chunks.push(Vec::new());
    bench.deliver(&empty).await;
    let expected = arrivals::expected(&bench.pool, &bench.registry, &tokyo("2026-10-05T10:30")).await.expect("an answer");
    assert_eq!((expected[0].state(), expected[0].records), (ArrivalState::ArrivedEmpty, Some(0)));
    bench.close().await;
}

#[tokio::test]
async fn a_file_to_be_fetched_is_a_task_and_what_was_missed_stays_missing_until_it_comes() {
    let bench = Bench::open("due = \"10:00\"").await;
    let friday = "2026-10-02T10:00:00+09:00".to_owned();
    assert_eq!(tasks_at(&bench, "2026-10-02T09:00").await, [(1, friday.clone(), "open".into())]);
    for _ in 0..2 {
        assert_eq!(tasks_at(&bench, "2026-10-02T11:00").await, [(1, friday.clone(), "late".into())]);
    }
    arrivals::notice(&bench.pool, &bench.registry, &tokyo("2026-10-02T11:00")).await.expect("looked");
    let moment = tokyo("2026-10-05T10:30");
    let monday = || arrivals::expected(&bench.pool, &bench.registry, &moment);
    let late = monday().await.expect("an answer");
    assert_eq!((late[0].state(), late[0].missing.clone()), (ArrivalState::Late, vec!["2026-10-02".to_owned()]));
    assert_eq!(tasks_at(&bench, "2026-10-05T10:30").await[1].2, "late");
    // On Monday one comes: it is Friday's, the older one, and Monday's is still missing. So is it on the Saturday after, a day on which
    // none is due.
    let outcomes =
        async |now: &str| -> Vec<String> { tasks_at(&bench, now).await.into_iter().take(2).map(|task| task.2).collect() };
    bench.deliver(&File::new(&[("a", 1)], 2)).await;
    assert_eq!(outcomes("2026-10-05T10:30").await, ["done", "late"]);
    let come = monday().await.expect("an answer");
    assert_eq!((come[0].state(), come[0].missing.len()), (ArrivalState::Late, 0));
    let saturday = arrivals::expected(&bench.pool, &bench.registry, &tokyo("2026-10-10T10:30")).await.expect("an answer");
    assert_eq!((saturday[0].state(), saturday[0].missing.first().map(String::as_str)), (ArrivalState::Late, Some("2026-10-05")));
    assert!(saturday[0].left_s < 0, "late until it comes");
    // Nobody looked from Tuesday to Friday: those days are late all the same, and noticed.
    let noticed = arrivals::notice(&bench.pool, &bench.registry, &tokyo("2026-10-10T10:30")).await.expect("looked");
    assert_eq!(noticed[0].missing.len(), 5);
    bench.deliver(&File::new(&[("b", 1)], 2)).await;
    assert_eq!(outcomes("2026-10-05T10:30").await, ["done", "done"]);
    let come = monday().await.expect("an answer");
    assert_eq!((come[0].state(), come[0].missing.len()), (ArrivalState::Arrived, 0));
    assert_eq!(
        bench.text("select string_agg(done_by || ' ' || note, ',' order by key) from work.task where key < '2026-10-06'").await,
        "renkei batch 1 · folder · 1 records,renkei batch 2 · folder · 1 records"
    );
    // What did not stand has not come: its task is open again, and so is that of no one else.
    bench.run("update intake.batch set state = 'cancelled', reason = 'wrong' where id = 2").await;
    assert_eq!(outcomes("2026-10-05T10:30").await, ["done", "late"]);
    assert_eq!(monday().await.expect("an answer")[0].state(), ArrivalState::Late);
    bench.close().await;
}

#[tokio::test]
async fn a_person_may_settle_that_no_file_comes() {
    let bench = Bench::open("due = \"10:00\"").await;
    let id = tasks_at(&bench, "2026-10-05T11:00").await[0].0;
    assert_eq!(at(&bench, "2026-10-05T11:00").await.0, ArrivalState::Late);
    let now = tokyo("2026-10-05T11:00");
    tasks::end(&bench.pool, id, End::NotNeeded, "sato", "本日分なしと電話で確認", &now).await.expect("ended");
    assert_eq!(at(&bench, "2026-10-05T11:30").await, (ArrivalState::Settled, "2026-10-05".into(), 22 * 3600 + 1800));
    assert_eq!(arrivals::notice(&bench.pool, &bench.registry, &now).await.expect("looked"), [], "nothing is missing");
    assert_eq!(at(&bench, "2026-10-06T10:30").await.0, ArrivalState::Late, "another day");
    bench.close().await;
}

#[tokio::test]
async fn where_the_calendar_ends_it_is_not_guessed_when_a_file_is_due() {
    let bench = Bench::open("due = { business_day = \"last\", at = \"17:00\" }").await;
    bench.run("update ledger.calendar_horizon set through = '2026-10-20'").await;
    let expected = arrivals::notice(&bench.pool, &bench.registry, &tokyo("2026-10-05T10:30")).await.expect("looked");
    assert_eq!(expected, []);
    let (state, day, _) = at(&bench, "2026-10-05T10:30").await;
    assert_eq!((state, day.as_str()), (ArrivalState::Unknown, "2026-10-31"));
    bench.close().await;
}
