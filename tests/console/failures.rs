//! What is done about parked messages.

use crate::support::world::{self, World};
use crate::visitor::{Visitor, console, console_with, free_address};

const NOW: &str = "2026-10-06T09:30:00+09:00";

/// Parks so many messages of one cause.
async fn park(world: &World, messages: i32) {
    sqlx::query(
        "insert into intake.failure (queue, routing_key, message_id, kind, headers, body, code, reason, attempts)
         select 'in.12_civic_assessments', 'in.12_civic_assessments', '00000000-0000-4000-8000-' || lpad(n::text, 12, '0'), 'records',
                '{}', '[]', 'CONSUMER_CRASHED', 'it crashed', 11
           from generate_series(1, $1) n",
    )
    .bind(messages)
    .execute(world.pool())
    .await
    .unwrap();
}

#[test]
fn a_cause_is_told_in_the_readers_words() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let mut viewer = Visitor::with_roles(world, &address, "mite.1", &["viewer"]).await;
        // A code nobody has words for is told by what the program said; another by what it means, and what to do.
        park(world, 1).await;
        viewer.get("/failures").await.expect(200).shows("it crashed").hides("技術情報");
        sqlx::query(
            "insert into intake.failure (queue, routing_key, message_id, kind, headers, body, code, reason, attempts)
             select queue, routing_key, gen_random_uuid()::text, kind, headers, body, 'BROKER_DELIVERY_LIMIT', 'died 20 times', attempts
               from intake.failure",
        )
        .execute(world.pool())
        .await
        .unwrap();
        let id = world.number("select max(id) from intake.failure").await;
        // A body may hold names: who only watches does not see it, and that others did is written down.
        viewer.get(&format!("/failures/{id}")).await.expect(200).shows("表示したことは記録されます").hides("<pre>[]</pre>");
        let mut operator = Visitor::with_roles(world, &address, "unyo.1", &["operator"]).await;
        operator.get(&format!("/failures/{id}")).await.expect(200).shows("<pre>[]</pre>");
        let looked =
            "select count(*) from audit.event where action = 'personal.show' and object = 'failure' and actor = 'unyo.1'";
        assert_eq!(world.number(looked).await, 1);
        for path in ["/failures".to_owned(), format!("/failures/{id}"), format!("/failures/groups/{id}")] {
            let page = viewer.get(&path).await.expect(200).shows("処理中に繰り返し停止しました");
            page.shows("→ プログラムのログを確認し").shows("<details><summary>技術情報（英語）</summary>").shows("died 20 times");
        }
        world.allow_parked(2);
    });
}

#[test]
fn parked_messages_are_retried_a_few_first() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let mut operator = Visitor::with_roles(world, &address, "unyo.1", &["operator"]).await;
        park(world, 3).await;
        let newest = world.number("select max(id) from intake.failure").await;
        operator.get("/failures").await.expect(200).shows("(<span class=\"count\">3</span>)");
        let group = format!("/failures/groups/{newest}");
        let page = operator.get(&group).await.expect(200).shows("古い順に再送");
        let (key, upto) = (page.hidden("key"), page.hidden("upto"));
        operator.post(&format!("/failures/groups/{newest}/note"), &[("owner", "unyo.1"), ("note", "調査中")]).await.expect(303);
        operator.get("/failures").await.expect(200).shows("調査中");
        let retry = [("messages", "1"), ("reason", "修正済"), ("key", &key), ("upto", &upto)];
        // A form that is sent twice is one decision.
        for _ in 0..2 {
            operator.post(&format!("{group}/retry"), &retry).await.expect_to(&format!("{group}?done=retried"));
        }
        operator
            .get(&group)
            .await
            .expect(200)
            .shows("完了")
            .shows("<span class=\"count\">1</span> / <span class=\"count\">1</span>");
        assert_eq!(world.number("select count(*) from intake.failure where state = 'retried'").await, 1);
        operator.post(&format!("/failures/{newest}/discard"), &[("reason", "")]).await.expect(400);
        operator
            .post(&format!("/failures/{newest}/discard"), &[("reason", "試験")])
            .await
            .expect_to(&format!("/failures/{newest}?done=discarded"));
        operator.post(&format!("/failures/{newest}/retry"), &[("reason", "")]).await.expect(409);
        // The last of the group goes too; then nothing is open.
        let page = operator.get(&group).await.expect(200);
        let (key, upto) = (page.hidden("key"), page.hidden("upto"));
        let discard = [("reason", "試験"), ("all", "yes"), ("key", &key), ("upto", &upto)];
        operator.post(&format!("{group}/discard"), &discard).await.expect(303);
        operator.get("/failures").await.expect(200).shows("未対応の障害はありません。");
        // The retried message is on its queue: a consumer takes it, finds that it has no envelope of ours, and refuses it.
        world.start("consume").await;
        world.until_sql("select count(*)::text from intake.batch where state = 'rejected'", "1").await;
    });
}

#[test]
fn a_group_goes_on_where_it_was_killed() {
    world::run(NOW, async |world| {
        let address = console_with(world, &free_address(), &[("RENKEI_CRASH_AT", "failures.before_commit:2")]).await;
        let mut operator = Visitor::with_roles(world, &address, "unyo.1", &["operator"]).await;
        park(world, 300).await;
        let group = format!("/failures/groups/{}", world.number("select max(id) from intake.failure").await);
        let page = operator.get(&group).await.expect(200);
        let (key, upto) = (page.hidden("key"), page.hidden("upto"));
        // What is parked after the page was made is not decided with it.
        sqlx::query(
            "insert into intake.failure (queue, routing_key, message_id, kind, headers, body, code, reason, attempts)
                     select queue, routing_key, 'SKS-1', kind, headers, body, code, reason, attempts from intake.failure limit 1",
        )
        .execute(world.pool())
        .await
        .unwrap();
        // The answer never comes: the program dies in its second step, between the broker and the database.
        let retry = [("messages", "1000"), ("reason", "修正済"), ("key", key.as_str()), ("upto", upto.as_str())];
        operator.post_into_the_void(&format!("{group}/retry"), &retry).await;
        world.crashed("console").await;
        let retried = "select count(*) from intake.failure where state = 'retried'";
        assert_eq!(world.number(retried).await, 250);
        let mut operator = operator.at(&console(world).await);
        world.until_sql("select done::text from intake.failure_run where ended_at is not null", "300").await;
        assert_eq!(world.number(retried).await, 300);
        assert_eq!(
            world.number("select count(*) from audit.event where action = 'failure.retried' and actor = 'unyo.1'").await,
            300
        );
        operator.get(&group).await.expect(200).shows("完了").shows("<span id=\"open\" data-live><span class=\"count\">1</span>");
        // The same form once more, and a discard of what is left.
        operator.post(&format!("{group}/retry"), &retry).await.expect(303);
        let page = operator.get(&group).await.expect(200);
        let (key, upto) = (page.hidden("key"), page.hidden("upto"));
        let discard = [("reason", "試験"), ("all", "yes"), ("key", key.as_str()), ("upto", upto.as_str())];
        operator.post(&format!("{group}/discard"), &discard).await.expect(303);
        assert_eq!(world.number(retried).await, 300);
        assert_eq!(world.number("select count(*) from intake.failure where state = 'discarded'").await, 1);
        // Messages that were sent twice are taken once.
        world.start("consume").await;
        world.until_sql("select count(*)::text from intake.batch where state = 'rejected'", "300").await;
    });
}

/// Parks one message of a cause, for the queue of a topic that is consumed; its number.
async fn park_one(world: &World, queue: &str, kind: &str, code: &str) -> i64 {
    sqlx::query_scalar(
        "insert into intake.failure (queue, routing_key, message_id, kind, headers, body, code, reason, attempts)
         values ($1, $1, gen_random_uuid()::text, $2, '{}', '[]', $3, 'said', 1) returning id",
    )
    .bind(queue)
    .bind(kind)
    .bind(code)
    .fetch_one(world.pool())
    .await
    .unwrap()
}

#[test]
fn what_cannot_go_through_as_it_is_says_so_and_offers_what_helps() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let mut operator = Visitor::with_roles(world, &address, "unyo.1", &["operator"]).await;
        let queue = "in.12_civic_assessments";
        let nowhere = park_one(world, "renkei.unrouted", "records", "UPSTREAM_UNROUTED").await;
        for page in [format!("/failures/{nowhere}"), format!("/failures/groups/{nowhere}")] {
            let page = operator.get(&page).await.expect(200).shows("受け取るキューがないため、再送も訂正もできません。");
            page.hides("/retry\"").hides("本文を訂正する").shows("/discard\"");
        }
        // What the message says is the cause: its correction comes first.
        let unread = park_one(world, queue, "records", "INTAKE_MESSAGE_NOT_UNDERSTOOD").await;
        let page = format!("/failures/{unread}");
        let shown = operator.get(&page).await.expect(200).shows("そのまま再送しても、同じ理由で失敗します。");
        shown.shows(&format!("<a class=\"button\" href=\"{page}/edit\">")).shows("<summary>訂正せずに再送する</summary>");
        operator.get(&format!("/failures/groups/{unread}")).await.expect(200).shows("そのまま再送しても、同じ理由で失敗します。");
        let correction = [("version", "1"), ("body", "[1]"), ("reason", "訂正")];
        operator.post(&format!("{page}/versions"), &correction).await.expect(303);
        let shown = operator.get(&page).await.expect(200).shows("訂正した最新の版を送ります。").shows("届いたままの本文です。");
        shown.hides("同じ理由で失敗します").hides("訂正せずに再送する");
        // Its type or headers are the cause: there is nothing to correct here.
        let strange = park_one(world, queue, "export", "INTAKE_PROPERTIES_NOT_UNDERSTOOD").await;
        let shown = operator.get(&format!("/failures/{strange}")).await.expect(200).shows("送信側に送り直しを依頼し");
        shown.hides("本文を訂正する").shows("<summary>このまま再送する</summary>").shows("/discard\"");
        // Of a setup that is mended first, and of what passes by itself.
        let mended = park_one(world, queue, "records", "INTAKE_SQL_FAILED").await;
        operator.get(&format!("/failures/{mended}")).await.expect(200).shows("原因を取り除いてから再送してください。");
        let passing = park_one(world, queue, "records", "INTAKE_DATABASE").await;
        operator.get(&format!("/failures/{passing}")).await.expect(200).hides("失敗します").shows("再送</button>");
        world.allow_parked(5);
    });
}

#[test]
fn what_became_of_a_message_that_was_sent_again_is_told() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let mut operator = Visitor::with_roles(world, &address, "unyo.1", &["operator"]).await;
        let (queue, code) = ("in.12_civic_assessments", "INTAKE_MESSAGE_NOT_UNDERSTOOD");
        // One that an inbound topic cannot understand, and one that it takes and refuses as a batch.
        let hopeless = park_one(world, queue, "export", code).await;
        let sound = park_one(world, queue, "records", "INTAKE_DATABASE").await;
        for id in [hopeless, sound] {
            operator.get(&format!("/failures/{id}")).await.expect(200).hides("再送の結果");
            operator.post(&format!("/failures/{id}/retry"), &[]).await.expect_to(&format!("/failures/{id}?done=retried"));
            operator.get(&format!("/failures/{id}?done=retried")).await.expect(200).shows("処理待ち");
        }
        world.start("consume").await;
        world.until_sql("select count(*)::text from intake.failure where retry_of is not null", "1").await;
        world.until_sql("select count(*)::text from intake.failure where handled_at is not null", "1").await;
        let back = world.number("select id from intake.failure where retry_of is not null").await;
        let page = operator.get(&format!("/failures/{hopeless}")).await.expect(200).shows("再び失敗");
        page.shows(&format!("href=\"/failures/{back}\"")).hides("処理待ち");
        operator
            .get(&format!("/failures/{back}"))
            .await
            .expect(200)
            .shows("前回の障害")
            .shows(&format!("href=\"/failures/{hopeless}\""));
        operator.get(&format!("/failures/{sound}")).await.expect(200).shows("処理済").hides("再び失敗");
        // Of a cause: the decision has ended, and what it sent again has not gone through.
        let group = format!("/failures/groups/{back}");
        let page = operator.get(&group).await.expect(200);
        let retry = [("messages", "1"), ("key", &page.hidden("key")), ("upto", &page.hidden("upto"))];
        operator.post(&format!("{group}/retry"), &retry).await.expect(303);
        world.until_sql("select count(*)::text from intake.failure where retry_of is not null", "2").await;
        let newest = world.number("select max(id) from intake.failure").await;
        let page = operator.get(&group).await.expect(200).shows("<span class=\"badge bad\">再び失敗</span>").hides("完了");
        page.shows(&format!("最新: 障害 {newest}")).shows(&format!("href=\"/failures/{newest}\""));
        world.allow_parked(1);
    });
}
