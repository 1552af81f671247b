//! Exports by the clock.

use crate::support::files::{self, ASSESSMENTS, SLIPS};
use crate::support::world;

/// A Tuesday, half an hour after the instant of the slips' schedule.
const NOW: &str = "2026-10-06T16:30:00+09:00";

#[test]
fn two_producers_order_one_export() {
    world::run(NOW, async |world| {
        world.start("consume").await;
        world.start("produce").await;
        let (file, yen) = files::assessments("2026-CV", 3, "4");
        world.drop_file(ASSESSMENTS, "IF12_SKS_20261006_001.csv", &file);
        world.until_sql("select state from intake.batch", "posted").await;
        world.stop("produce").await;

        // Two machines, each with a spool of its own in which the schedule stood still at three o'clock.
        for machine in ["east", "west"] {
            let spool = world.path(machine);
            std::fs::create_dir_all(spool.join("schedule")).unwrap();
            std::fs::write(spool.join("schedule").join(format!("{SLIPS}.json")), r#"{"last":"2026-10-06T06:00:00Z"}"#).unwrap();
            let config = world.path(&format!("{machine}.toml"));
            let text = format!("metrics_listen = \"\"\n[produce]\nschedule = true\nspool_dir = {:?}\n", spool.to_str().unwrap());
            std::fs::write(&config, text).unwrap();
            world.start_with("produce", &[("RENKEI_CONFIG", config.to_str().unwrap())]).await;
        }
        world.until_sql("select state from export.file", "generated").await;
        // Both have ordered: the instant is written down where its order is confirmed.
        for machine in ["east", "west"] {
            let state = world.path(machine).join("schedule").join(format!("{SLIPS}.json"));
            let ordered = async |_: &mut world::World| {
                std::fs::read_to_string(&state).unwrap().contains("2026-10-06T07:00:00Z").then_some(())
            };
            world.until("the instant is ordered", ordered).await;
        }
        world.until("both orders are taken", async |world| world.vhost.waiting().await.is_empty().then_some(())).await;
        assert_eq!(world.number("select count(*) from export.file").await, 1, "one instant is one export");
        assert_eq!(world.number("select total from export.file where made_by = 'schedule'").await, yen);
    });
}
