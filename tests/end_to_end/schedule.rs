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

/// A Friday's instant was missed by every scheduler; on the Tuesday behind the long weekend somebody decides about it.
#[test]
fn a_missed_run_is_a_task_that_a_person_answers() {
    world::run("2026-10-13T09:00:00+09:00", async |world| {
        world.start("consume").await;
        let (file, yen) = files::assessments("2026-CV", 3, "4");
        world.drop_file(ASSESSMENTS, "IF12_SKS_20261013_001.csv", &file);
        let state = world.data("spool/schedule").join(format!("{SLIPS}.json"));
        std::fs::create_dir_all(state.parent().unwrap()).unwrap();
        std::fs::write(&state, r#"{"last":"2026-10-08T08:00:00Z"}"#).unwrap();
        let config = world.path("scheduling.toml");
        let text = "metrics_listen = \"\"\n[produce]\npoll_ms = 30\nsettle_ms = 60\nschedule = true\n";
        std::fs::write(&config, text).unwrap();
        world.start_with("produce", &[("RENKEI_CONFIG", config.to_str().unwrap())]).await;
        world.until_sql("select state from intake.batch", "posted").await;
        // Friday the 9th; the 12th is a holiday, so that nothing was missed on it.
        world
            .until_sql("select string_agg(key, ' ') from work.task where kind = 'missed_run'", "2026-10-09T16:00:00+09:00")
            .await;
        assert_eq!(world.number("select count(*) from export.file").await, 0, "nobody has decided yet");
        let listed = world.renkei(&["task", "list", "--kind", "missed_run"]);
        assert!(listed.out.contains("the scheduled run of Fri 2026-10-09 16:00 was missed"), "{}", listed.out);
        let id = world.number("select id from work.task where kind = 'missed_run'").await.to_string();
        let ordered = world.json(&["task", "run", &id, "--as", "kakari"], &[0]);
        assert_eq!((&ordered["outcome"], &ordered["done_by"]), (&"done".into(), &"kakari".into()));
        assert_eq!(world.number("select total from export.file where made_by = 'kakari'").await, yen);
        world.renkei(&["task", "run", &id, "--as", "kakari"]).expect(&[3]);
        assert_eq!(world.number("select count(*) from export.file").await, 1);
    });
}

#[test]
fn the_calendar_is_shown_imported_and_reckoned_with() {
    world::run("2027-02-15T09:00:00+09:00", async |world| {
        world.renkei(&["migrate"]).expect(&[0]);
        let missing = world.renkei(&["schedule", "list", "--topic", "17"]).expect(&[4]);
        assert!(missing.out.contains("renkei calendar write"), "{}", missing.out);
        // There is no file for producers yet.
        world.renkei(&["calendar", "check"]).expect(&[4]);
        world.renkei(&["calendar", "write"]).expect(&[0]);
        assert_eq!(world.json(&["calendar", "check"], &[0])["days_left"], 319);

        let listed = world.json(&["schedule", "list", "--topic", "17", "--from", "2027-12-28", "--count", "2"], &[4]);
        assert_eq!(listed[0]["instants"][0]["at"], "2027-12-28T16:00:00+09:00");
        assert!(listed[0]["problem"].as_str().unwrap().contains("2028-01-01"), "{listed}");

        // The list of February 2027 brings 2028, as the Cabinet Office writes it.
        let days = world.json(&["calendar", "show", "--year", "2027"], &[0]);
        let day = |value: &serde_json::Value| value.as_str().unwrap().replace("-0", "/").replace('-', "/");
        let known = days["holidays"].as_array().unwrap().iter();
        let mut lines: Vec<String> =
            known.map(|known| format!("{},{}", day(&known["day"]), known["name"].as_str().unwrap())).collect();
        lines.insert(0, "国民の祝日・休日月日,国民の祝日・休日名称".to_owned());
        lines.extend(["2028/1/1,元日", "2028/1/10,成人の日", "2028/11/23,勤労感謝の日"].map(str::to_owned));
        let path = world.path("syukujitsu.csv");
        std::fs::write(&path, lines.join("\r\n") + "\r\n").unwrap();
        let path = path.to_str().unwrap();
        let ahead = world.renkei(&["calendar", "import", path, "--dry-run", "--as", "kakari"]).expect(&[0]);
        assert!(ahead.out.contains("+ Mon 2028-01-10 成人の日"), "{}", ahead.out);
        world.json(&["calendar", "import", path, "--as", "kakari"], &[0]);
        assert_eq!(
            world.number("select count(*) from audit.event where action = 'calendar.imported' and actor = 'kakari'").await,
            1
        );
        let listed = world.json(&["schedule", "list", "--topic", "17", "--from", "2027-12-29", "--count", "5"], &[0]);
        let at = |nth: usize| listed[0]["instants"][nth]["at"].as_str().unwrap().to_owned();
        assert_eq!((at(0), at(4)), ("2028-01-04T16:00:00+09:00".into(), "2028-01-11T16:00:00+09:00".into()));
        std::fs::write(path, "国民の祝日\n").unwrap();
        world.renkei(&["calendar", "import", path, "--as", "kakari"]).expect(&[3]);
    });
}
