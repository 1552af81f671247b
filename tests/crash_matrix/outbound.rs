//! Killed while files go out: while writing, around the commit, around release and delivery. Each item leaves in one file, and
//! each file lies in the outbox once.

use crate::support::files::{self, ASSESSMENTS, SLIPS};
use crate::support::world::{self, World};
use crate::{NOW, SERVERS};

/// Items of each file.
const ITEMS: i64 = 300;

/// Points of the consumer that makes the file.
const MAKING: [&str; 4] = ["outbound.writing", "outbound.before_commit", "outbound.after_commit", "broker.before_ack"];

/// Points of the command that releases it.
const RELEASING: [&str; 5] =
    ["outbound.before_release", "outbound.after_release", "outbound.prepared", "outbound.placing", "outbound.placed"];

/// New fees to be billed.
async fn fees(world: &mut World, row: i64) {
    let (bytes, _) = files::assessments(&format!("R{row:02}"), ITEMS, "4");
    world.drop_file(ASSESSMENTS, &format!("IF12_SKS_20261006_{row:03}.csv"), &bytes);
    let posted = async |world: &mut World| {
        (world.number("select count(*) from intake.batch where state = 'posted'").await == row + 1).then_some(())
    };
    world.until("the fees are posted", posted).await;
}

/// Orders a file in the background: the command waits for the consumer.
fn order(world: &World, key: String) -> tokio::task::JoinHandle<i64> {
    let surroundings = world.surroundings.clone();
    tokio::task::spawn_blocking(move || {
        let answer = surroundings.run(&["--json", "export", "run", "17", "--key", &key, "--as", "tsukuru"]).expect(&[4]);
        answer.json()["id"].as_i64().unwrap()
    })
}

#[test]
fn a_consumer_killed_while_making_a_file_makes_it_once() {
    let _servers = SERVERS.blocking_read();
    world::run(NOW, async |world| {
        world.start("produce").await;
        world.start("consume").await;
        for (row, point) in (0..).zip(MAKING) {
            fees(world, row).await;
            world.stop("consume").await;
            world.start_with("consume", &[("RENKEI_CRASH_AT", point)]).await;
            let ordered = order(world, point.to_owned());
            world.crashed("consume").await;
            world.start("consume").await;
            ordered.await.unwrap();
            let made = "select count(*) from export.file where state = 'generated'";
            assert_eq!(world.number(made).await, row + 1, "{point}: made");
            assert_eq!(world.number("select count(*) from export.file").await, row + 1, "{point}: one order is one file");
            assert_eq!(world.number("select count(*) from export.claim where live").await, (row + 1) * ITEMS, "{point}");
            assert_eq!(world.number("select count from export.file order by id desc limit 1").await, ITEMS, "{point}");
        }
    });
}

#[test]
fn a_release_killed_anywhere_delivers_once() {
    let _servers = SERVERS.blocking_read();
    world::run(NOW, async |world| {
        world.start("produce").await;
        world.start("consume").await;
        for (row, point) in (0..).zip(RELEASING) {
            fees(world, row).await;
            let file = order(world, point.to_owned()).await.unwrap().to_string();
            world.approve(&file, "shonin").expect(&[4]);
            let mut dying = world.surroundings.clone();
            dying.set("RENKEI_CRASH_AT", point);
            let answer = dying.run(&["export", "release", &file, "--as", "tsukuru"]);
            assert!(answer.err.contains("crash point"), "{point}: the release ended otherwise\n{}", answer.err);
            // The next start finishes what was begun; what was not begun a person asks for again.
            world.stop("consume").await;
            world.start("consume").await;
            let released = world.json(&["export", "release", &file, "--as", "tsukuru"], &[0]);
            assert_eq!(released["state"], "delivered", "{point}");
            assert_eq!(i64::try_from(world.outbox_files(SLIPS).len()).unwrap(), row + 1, "{point}: the outbox");
            assert_eq!(world.number("select count(*) from export.file where state = 'delivered'").await, row + 1, "{point}");
        }
    });
}
