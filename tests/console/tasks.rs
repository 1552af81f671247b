//! What people must do by a time is looked at before it is signed.

use crate::support::files::ASSESSMENTS;
use crate::support::world;
use crate::visitor::{Visitor, console};

const NOW: &str = "2026-10-06T09:30:00+09:00";

#[test]
fn a_task_is_looked_at_and_ended_with_a_note() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let mut operator = Visitor::with_roles(world, &address, "unyo.1", &["operator"]).await;
        let mut viewer = Visitor::with_roles(world, &address, "mite.1", &["viewer"]).await;
        sqlx::query(
            "insert into work.task (kind, topic, key, from_whom, to_whom, since_at, due_at)
             select 'fetch', $1, day, '福祉局', '会計', $2::timestamptz, day::timestamptz from unnest(array['2026-10-05', '2026-10-09']) day",
        )
        .bind(ASSESSMENTS)
        .bind(NOW)
        .execute(world.pool())
        .await
        .unwrap();
        let id = world.number("select min(id) from work.task").await;
        let page = format!("/tasks/{id}/end");
        // The list ends nothing by one click.
        operator.get("/tasks").await.expect(200).shows(&format!("href=\"{page}\"")).hides("value=\"done\"");
        viewer.get("/tasks").await.expect(200).hides(&page);
        viewer.get(&page).await.expect(403);
        viewer.post(&page, &[("end", "done")]).await.expect(403);
        operator.get(&page).await.expect(200).shows("福祉局").shows("期限超過").shows("行ったこと（任意）");
        operator.post(&page, &[("end", "not-needed"), ("reason", "")]).await.expect(400).shows("理由を入力してください。");
        operator.post(&page, &[("end", "done"), ("reason", "媒体を受領")]).await.expect_to("/tasks?done=done");
        operator.get("/tasks?all=yes").await.expect(200).shows("媒体を受領");
        operator.post(&page, &[("end", "done")]).await.expect(409).shows("unyo.1がすでに終わらせています").shows("TASK_ENDED");
        // The note is for who wants one; what is not needed says why.
        let other = format!("/tasks/{}/end", world.number("select max(id) from work.task").await);
        let not_needed = [("end", "not-needed"), ("reason", "今月分なし")];
        operator.post(&other, &not_needed).await.expect_to("/tasks?done=not-needed");
        let ended: Vec<(String, String, String)> =
            sqlx::query_as("select outcome, done_by, note from work.task order by id").fetch_all(world.pool()).await.unwrap();
        let row = |outcome: &str, note: &str| (outcome.to_owned(), "unyo.1".to_owned(), note.to_owned());
        assert_eq!(ended, [row("done", "媒体を受領"), row("not_needed", "今月分なし")]);
    });
}
