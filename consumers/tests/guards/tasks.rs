//! Tasks: made once, ended by what is known or by a person who signs.

use jiff::ZonedDateTime;
use renkei_consumers::outbound::Found;
use renkei_consumers::outbound::handler::ExportHandler;
use renkei_consumers::tasks::{self, End, Task, TaskError, TaskFilter};
use renkei_core::broker::{Handler, Incoming, Outcome};
use renkei_core::calendar::clock;
use renkei_core::message::{MissedOutcome, MissedRun, run_id};

use crate::toy::{PAYMENTS, STATUS, Toy, order, registry};

/// Long after whatever the test does: the database's own clock stamps deliveries.
fn later() -> ZonedDateTime {
    clock::now().saturating_add(jiff::SignedDuration::from_hours(24 * 30))
}

async fn all(toy: &Toy, now: &ZonedDateTime) -> Vec<Task> {
    tasks::refresh(&toy.db.pool, &registry(toy.folder.path()), now).await.unwrap();
    let filter = TaskFilter { all: true, rows_max: 50, ..TaskFilter::default() };
    let mut tasks = tasks::list(&toy.db.pool, &filter, now).await.unwrap();
    tasks.sort_by_key(|task| task.id);
    tasks
}

fn ends(tasks: &[Task]) -> Vec<(&str, &str)> {
    tasks.iter().map(|task| (task.outcome.as_deref().unwrap_or("open"), task.done_by.as_deref().unwrap_or(""))).collect()
}

#[tokio::test]
async fn a_file_in_the_outbox_is_a_task_until_the_partner_has_it() {
    let toy = Toy::new().await;
    let waiting = toy.waiting("a").await;
    assert_eq!(all(&toy, &clock::now()).await, [], "what is not in the outbox cannot be carried");
    toy.exporter.deliver_pending().await.unwrap();
    for _ in 0..2 {
        let tasks = all(&toy, &clock::now()).await;
        let [task] = &tasks[..] else { panic!("{tasks:?}") };
        assert_eq!(
            (task.kind.as_str(), task.file_id, task.to_whom.as_str(), task.late),
            ("carry", Some(waiting.id), "there", false)
        );
        assert!(task.due_at.ends_with("T15:00:00+09:00"), "{}", task.due_at);
    }
    // Late is noticed once.
    for _ in 0..2 {
        assert!(all(&toy, &later()).await[0].late);
    }
    assert_eq!(toy.db.one::<i64>("select count(*) from audit.event where action = 'task.late'").await, 1);
    toy.exporter.accepted(waiting.id, "高橋", "受付 123").await.unwrap();
    let tasks = all(&toy, &clock::now()).await;
    assert_eq!((ends(&tasks), tasks[0].note.as_str()), (vec![("done", "高橋")], "受付 123"));
    assert_eq!(toy.db.one::<i64>("select count(*) from audit.event where action = 'task.done' and actor = '高橋'").await, 1);
}

#[tokio::test]
async fn a_file_whose_partner_has_an_hour_is_carried_by_it() {
    let toy = Toy::new().await;
    toy.db.run("insert into toy.hour values ('2026-11-27 12:00+09')").await;
    let file = toy.released("a").await;
    assert_eq!(file.needed_by.as_deref(), Some("2026-11-27T12:00:00+09:00"));
    assert_eq!(all(&toy, &clock::now()).await[0].due_at, "2026-11-27T12:00:00+09:00");
    let later = format!("update export.file set needed_by = '2026-11-28 12:00+09' where id = {}", file.id);
    assert_eq!(toy.db.refused(&later).await, "file_release_is_final");
}

#[tokio::test]
async fn a_file_that_is_taken_back_or_goes_once_more_ends_its_task() {
    let toy = Toy::new().await;
    let file = toy.released("a").await;
    assert_eq!(ends(&all(&toy, &clock::now()).await), [("open", "")]);
    toy.exporter.mark_unknown(file.id, "佐藤", "受付がない").await.unwrap();
    std::fs::remove_dir_all(toy.outbox_folder()).unwrap();
    toy.exporter.resolve_unknown(file.id, "鈴木", Found::NotArrived, "銀行に確認", "未着と田中氏").await.unwrap();
    toy.exporter.deliver_pending().await.unwrap();
    assert_eq!(
        ends(&all(&toy, &clock::now()).await),
        [("not_needed", "鈴木"), ("open", "")],
        "the second delivery is carried anew"
    );
    toy.exporter.void(file.id, "鈴木", "振込日の誤り", "銀行に確認。未処理").await.unwrap();
    assert_eq!(ends(&all(&toy, &clock::now()).await), [("not_needed", "鈴木"), ("not_needed", "鈴木")]);
}

#[tokio::test]
async fn a_person_ends_a_task_once_and_signs() {
    let toy = Toy::new().await;
    toy.released("a").await;
    let (pool, now) = (&toy.db.pool, clock::now());
    let id = all(&toy, &now).await[0].id;
    // Whether the bank has the file would stay open for ever.
    for (end, actor, note, rule) in
        [(End::Done, "", "", "task_end_is_signed"), (End::NotNeeded, "佐藤", "控え", "task_carry_of_live_file")]
    {
        match tasks::end(pool, id, end, actor, note, &now).await.unwrap_err() {
            TaskError::Rule { constraint, .. } => assert_eq!(constraint, rule),
            other => panic!("{other}"),
        }
    }
    let task = tasks::end(pool, id, End::Done, "佐藤", "窓口に持参", &now).await.unwrap();
    assert_eq!((ends(std::slice::from_ref(&task)), task.note.as_str()), (vec![("done", "佐藤")], "窓口に持参"));
    let again = tasks::end(pool, id, End::NotNeeded, "鈴木", "もう一度", &now).await.unwrap_err();
    assert!(matches!(again, TaskError::Rule { constraint, .. } if constraint == "task_end_is_final"));
    assert!(matches!(tasks::open(pool, id, &now).await, Err(TaskError::Ended { .. })));
    assert!(matches!(tasks::show(pool, 999, &now).await, Err(TaskError::Unknown(999))));
    let unsaid = "insert into work.task (kind, topic, key, from_whom, to_whom, since_at, due_at, outcome, done_at, done_by, note)
                  values ('fetch', 'x', 'y', 'here', 'there', now(), now(), 'not_needed', now(), '佐藤', ' ')";
    assert_eq!(toy.db.refused(unsaid).await, "task_not_needed_says_why");
    assert_eq!(toy.db.refused("delete from work.task").await, "task_stays");
    assert_eq!(ends(&all(&toy, &now).await), [("done", "佐藤")], "nothing opens it again");
}

fn missed(instant: &str, outcome: MissedOutcome) -> Incoming {
    let run = run_id(PAYMENTS, instant);
    let body = serde_json::to_vec(&MissedRun { run, instant: instant.to_owned(), outcome }).unwrap();
    Incoming::plain(&format!("out.{PAYMENTS}"), "missed", body)
}

#[tokio::test]
async fn a_missed_run_is_asked_about_once_or_written_down() {
    let toy = Toy::new().await;
    let handler = ExportHandler::new(toy.exporter.clone());
    let (friday, monday, made) = ("2026-11-20T09:00:00+09:00", "2026-11-24T09:00:00+09:00", "2026-11-25T09:00:00+09:00");
    // Two schedulers say the same; another one had ordered the last.
    toy.make(made).await;
    for message in [
        missed(friday, MissedOutcome::Ask),
        missed(friday, MissedOutcome::Ask),
        missed(monday, MissedOutcome::Skip),
        missed(made, MissedOutcome::Ask),
    ] {
        assert_eq!(handler.handle(message).await, Outcome::Done);
    }
    let tasks = all(&toy, &clock::now()).await;
    assert_eq!(tasks.iter().map(|task| task.key.as_str()).collect::<Vec<_>>(), [friday, monday]);
    assert_eq!(ends(&tasks), [("open", ""), ("not_needed", "renkei")]);
    let told = "select string_agg(action, ' ' order by id) from audit.event where action like 'schedule.%'";
    assert_eq!(toy.db.one::<String>(told).await, "schedule.missed schedule.skipped");
    // A run that is refused is not done; a person sees to it.
    toy.db.run(&format!(
        "insert into work.task (kind, topic, key, run, from_whom, to_whom, since_at, due_at)
         values ('missed_run', '{PAYMENTS}', 'refused', '00000000-0000-4000-8000-00000000000f', 'here', 'there', now(), now() + interval '1 day');
         insert into export.file (run, topic, profile, params, release_policy, once, business_date, made_by, ordered_at)
         values ('00000000-0000-4000-8000-00000000000f', '{PAYMENTS}', '', '{{}}', 'operator', true, '2026-11-20', 'maker', now());
         update export.file set state = 'refused', problem = '{{\"said\": \"no\"}}' where run = '00000000-0000-4000-8000-00000000000f'"
    ))
    .await;
    assert_eq!(ends(&all(&toy, &clock::now()).await)[2], ("open", ""));
    // A person orders the run under the schedule's own key: the task is done by it.
    let run = order(PAYMENTS, friday, &[("pay_date", "2026-12-01")]);
    toy.try_make(run).await.unwrap();
    assert_eq!(ends(&all(&toy, &clock::now()).await)[0], ("done", "佐藤"));
}

#[tokio::test]
async fn an_order_behind_the_cut_off_is_of_the_next_business_day() {
    let toy = Toy::new().await;
    // Wednesday in time and behind it, the Friday before a weekend, a Saturday, and the end of the year at the office.
    for (key, day, time, counts) in [
        ("1", "2026-11-25", "15:00:00", "2026-11-25"),
        ("2", "2026-11-25", "15:00:01", "2026-11-26"),
        ("3", "2026-11-27", "23:59:59", "2026-11-30"),
        ("4", "2026-11-28", "10:00:00", "2026-11-30"),
        ("5", "2026-12-28", "16:00:00", "2027-01-04"),
        ("6", "2026-12-28", "00:00:00", "2026-12-28"),
    ] {
        let exporter = toy.on(day.parse().unwrap());
        let mut order = order(STATUS, key, &[]);
        order.ordered_at = format!("{day}T{time}+09:00");
        let file = exporter.make(exporter.topic(STATUS).unwrap(), &order).await.unwrap();
        assert_eq!(file.business_date, counts, "{day} {time}");
    }
}
