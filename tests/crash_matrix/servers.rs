//! The servers are killed while a file is on its way, and started again.

use std::process::Command;

use crate::support::files::{self, ASSESSMENTS};
use crate::support::world::{self, World};
use crate::support::{root, setting};
use crate::{NOW, SERVERS, exactly_once};

/// Records of the file: enough to be on its way for a while.
const RECORDS: i64 = 60_000;

/// `compose/services …` of this checkout.
fn services(arguments: &[&str]) -> String {
    let output = Command::new(root().join("compose/services")).args(arguments).output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "compose/services {}: {text}", arguments.join(" "));
    text
}

/// Servers that are not this checkout's are nobody's to kill.
fn are_ours() {
    let ours = services(&["env"]);
    assert!(
        ours.contains(&setting("RENKEI_AMQP_URI")) && ours.contains(&setting("RENKEI_DATABASE_URL")),
        "this test kills servers, and only those that compose/services started for this checkout: run `make test`"
    );
}

fn drop_large(world: &World) -> i64 {
    let (bytes, yen) = files::assessments("BIG", RECORDS, "1");
    world.drop_file(ASSESSMENTS, "IF12_SKS_20261006_001.csv", &bytes);
    yen
}

async fn some_chunks(world: &mut World) {
    let staged = async |world: &mut World| (world.number("select count(*) from intake.chunk").await >= 2).then_some(());
    world.until("some chunks are staged", staged).await;
}

async fn state(world: &World) -> String {
    sqlx::query_scalar("select state from intake.batch").fetch_one(world.pool()).await.unwrap()
}

/// Ends the memory alarm of the broker, also when a test fails in the middle; 0.3 is what `compose/services` sets.
struct Alarm;

impl Alarm {
    /// Waits inside the broker until `queue` holds some messages, raises the alarm at once – a command for each would be slower than
    /// the file – and waits until every connection was told of it: what is published from then on, is published under the alarm.
    fn when_filled(vhost: &str, queue: &str) -> Alarm {
        let code = format!(
            "F = fun F() -> {{ok, Q}} = rabbit_amqqueue:lookup({{resource, <<\"{vhost}\">>, queue, <<\"{queue}\">>}}), \
             case rabbit_amqqueue:stat(Q) of {{ok, N, _}} when N >= 3 -> vm_memory_monitor:set_vm_memory_high_watermark(0.000001), vm_memory_monitor ! update; \
             _ -> timer:sleep(2), F() end end, F(), \
             W = fun W() -> case rabbit_alarm:get_alarms() of [] -> timer:sleep(2), W(); _ -> on end end, W()."
        );
        services(&["rabbitmqctl", "eval", &code]);
        Alarm
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        services(&["rabbitmqctl", "set_vm_memory_high_watermark", "0.3"]);
    }
}

#[test]
fn a_memory_alarm_in_the_middle_of_a_file_stops_the_publisher_and_not_the_consumer() {
    are_ours();
    let _servers = SERVERS.blocking_write();
    world::run(NOW, async |world| {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        world.start_with("produce", &[("RENKEI_METRICS_LISTEN", &free)]).await;
        world.until("the producer is ready", async |world| world.is_ready().then_some(())).await;
        let (vhost, queue) = (world.vhost.config.vhost.clone(), format!("in.{ASSESSMENTS}"));
        let raising = tokio::task::spawn_blocking(move || Alarm::when_filled(&vhost, &queue));
        let yen = drop_large(world);
        let alarm = raising.await.unwrap();
        // Where the machine is slow the first file may be through before the alarm is on; the second one certainly is not.
        let (bytes, more) = files::assessments("BOG", RECORDS, "1");
        world.drop_file(ASSESSMENTS, "IF12_SKS_20261006_002.csv", &bytes);
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let blocked = async |_: &mut World| {
            let page = client.get(format!("http://{free}/metrics")).send().await.ok()?.text().await.ok()?;
            page.lines().any(|line| line == "renkei_broker_blocked{role=\"produce\"} 1").then_some(())
        };
        world.until("the metrics say that the broker blocks the producer", blocked).await;
        world.start("consume").await;
        let acknowledged = async |world: &mut World| {
            let depths = world.vhost.management.queue_depths().await.unwrap();
            depths.iter().all(|depth| depth.ready == 0 && depth.unacked == 0).then_some(())
        };
        some_chunks(world).await;
        world.until("what had come is acknowledged", acknowledged).await;
        let through = "select count(*) from intake.batch where file = 'IF12_SKS_20261006_002.csv' and state <> 'received'";
        assert_eq!(world.number(through).await, 0, "a whole file came while the alarm was on");
        drop(alarm);
        exactly_once(world, 2, 2 * RECORDS, yen + more).await;
    });
}

#[test]
fn a_broker_killed_on_the_way_loses_nothing() {
    are_ours();
    let _servers = SERVERS.blocking_write();
    world::run(NOW, async |world| {
        world.start("consume").await;
        world.start("produce").await;
        let yen = drop_large(world);
        some_chunks(world).await;
        services(&["kill", "rabbitmq"]);
        assert_eq!(state(world).await, "received", "the file had come whole before the broker was killed");
        services(&["up", "rabbitmq"]);
        exactly_once(world, 1, RECORDS, yen).await;
        world.nothing_in_hand().await;
        exactly_once(world, 1, RECORDS, yen).await;
    });
}

#[test]
fn a_database_killed_on_the_way_loses_nothing() {
    are_ours();
    let _servers = SERVERS.blocking_write();
    world::run(NOW, async |world| {
        world.start("consume").await;
        world.start("produce").await;
        let yen = drop_large(world);
        some_chunks(world).await;
        assert_eq!(state(world).await, "received", "the file had come whole before the database was killed");
        services(&["kill", "postgres"]);
        services(&["up", "postgres"]);
        world.until_sql("select state from intake.batch", "posted").await;
        exactly_once(world, 1, RECORDS, yen).await;
        let sides = "select count(distinct staged_at > pg_postmaster_start_time()) from intake.chunk";
        assert_eq!(world.number(sides).await, 2, "chunks were staged before the kill and after it");
        assert_eq!(world.number("select count(*) from intake.failure").await, 0, "no message was parked for it");
    });
}
