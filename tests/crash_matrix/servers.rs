//! The servers are killed while a file is on its way, and started again.

use std::process::Command;

use crate::support::files::{self, ASSESSMENTS};
use crate::support::world::{self, World};
use crate::support::{root, setting};
use crate::{NOW, SERVERS, exactly_once};

/// Records of the file: enough to be on its way for a while.
const RECORDS: i64 = 20_000;

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
        services(&["up", "rabbitmq"]);
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
        services(&["kill", "postgres"]);
        services(&["up", "postgres"]);
        world.until_sql("select state from intake.batch", "posted").await;
        exactly_once(world, 1, RECORDS, yen).await;
        assert_eq!(world.number("select count(*) from intake.failure").await, 0, "no message was parked for it");
    });
}
