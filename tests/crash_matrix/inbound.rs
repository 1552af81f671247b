//! Killed while files come in: producer and consumer, at every named point of the way.

use crate::support::files::{self, ASSESSMENTS};
use crate::support::world::{self, World};
use crate::{NOW, SERVERS, exactly_once};

/// Records of each file: three chunks.
const RECORDS: i64 = 7_500;

/// Points of the producing side, in the order a file passes them.
const PRODUCER: [&str; 9] = [
    "producer.claimed",
    "producer.archived",
    "producer.before_publish",
    "broker.before_confirm",
    "producer.mid_publish",
    "producer.before_confirm",
    "broker.after_confirm",
    "producer.after_confirm",
    "producer.done",
];

/// Points of the consuming side; `:n` is the nth pass.
const CONSUMER: [&str; 8] = [
    "inbound.staged",
    "inbound.staged:2",
    "inbound.staged:3",
    "inbound.before_commit",
    "inbound.after_commit",
    "inbound.before_ack",
    "inbound.before_ack:3",
    "broker.before_ack:2",
];

/// The file of one row of the matrix, and its yen.
fn file(world: &World, row: usize) -> i64 {
    let (bytes, yen) = files::assessments(&format!("R{row:02}"), RECORDS, "1");
    world.drop_file(ASSESSMENTS, &format!("IF12_SKS_20261006_{row:03}.csv"), &bytes);
    yen
}

#[test]
fn a_producer_killed_anywhere_publishes_every_file_once() {
    let _servers = SERVERS.blocking_read();
    world::run(NOW, async |world| {
        world.start("consume").await;
        let mut yen = 0;
        for (row, point) in PRODUCER.iter().enumerate() {
            world.start_with("produce", &[("RENKEI_CRASH_AT", point)]).await;
            yen += file(world, row);
            world.crashed("produce").await;
            world.start("produce").await;
            let files = i64::try_from(row).unwrap() + 1;
            exactly_once(world, files, files * RECORDS, yen).await;
            world.stop("produce").await;
        }
        // Chunks did come twice: what was confirmed before a crash was published again after it.
        assert!(world.number("select count(*) from intake.chunk_copy").await > 0, "no chunk came twice");

        // The same file again, dropped by a person, is known.
        world.start("produce").await;
        let posted = i64::try_from(PRODUCER.len()).unwrap();
        let (bytes, _) = files::assessments("R00", RECORDS, "1");
        world.drop_file(ASSESSMENTS, "IF12_SKS_20261006_000.csv", &bytes);
        world.until_sql("select count(*)::text from intake.batch where state = 'duplicate'", "1").await;
        assert_eq!(world.number("select count(*) from ledger.assessment").await, posted * RECORDS);
    });
}

#[test]
fn a_consumer_killed_anywhere_posts_every_file_once() {
    let _servers = SERVERS.blocking_read();
    world::run(NOW, async |world| {
        world.start("produce").await;
        let mut yen = 0;
        for (row, point) in CONSUMER.iter().enumerate() {
            world.start_with("consume", &[("RENKEI_CRASH_AT", point)]).await;
            yen += file(world, row);
            world.crashed("consume").await;
            world.start("consume").await;
            let files = i64::try_from(row).unwrap() + 1;
            exactly_once(world, files, files * RECORDS, yen).await;
            // Killed between messages, too.
            world.kill("consume");
        }
        assert!(world.number("select count(*) from intake.chunk_copy").await > 0, "no chunk came twice");
        world.start("consume").await;
    });
}

#[test]
fn killed_at_any_moment_nothing_is_lost_and_nothing_comes_twice() {
    let _servers = SERVERS.blocking_read();
    world::run(NOW, async |world| {
        let (mut yen, mut files) = (0, 0);
        for row in 0..4 {
            yen += file(world, row);
            files += 1;
        }
        // SIGKILL without a point, whenever so many chunks are there: the moment is another in every run.
        for chunks in [1, 4, 7] {
            world.start_with("produce", &[]).await;
            world.start_with("consume", &[]).await;
            let staged =
                async |world: &mut World| (world.number("select count(*) from intake.chunk").await >= chunks).then_some(());
            world.until("some chunks are staged", staged).await;
            world.kill("consume");
            world.kill("produce");
        }
        world.start("produce").await;
        world.start("consume").await;
        exactly_once(world, files, files * RECORDS, yen).await;
    });
}
