//! What Prometheus asks a running program, and whether its rules and the dashboard ask for what RabbitMQ tells.

use std::collections::BTreeSet;
use std::net::TcpListener;

use crate::support::files::{self, ASSESSMENTS};
use crate::support::{root, setting, world};

const SLIPS: &str = "17_eltax_payment_slips";

fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// The value of a series, written as Prometheus writes it.
fn value(page: &str, series: &str) -> Option<f64> {
    page.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' ')?.parse().ok())
}

#[test]
fn the_metrics_tell_what_waits_and_who_was_refused() {
    world::run("2026-10-06T09:30:00+09:00", async |world| {
        let (metrics, console) = (free_address(), free_address());
        world.surroundings.set("RENKEI_METRICS_LISTEN", &metrics);
        world.surroundings.set("RENKEI_CONSOLE_LISTEN", &console);
        world.start("up").await;
        let (file, yen) = files::assessments("2026-CV", 3, "4");
        world.drop_file(ASSESSMENTS, "IF12_SKS_20261006_001.csv", &file);
        world.until_sql("select state from intake.batch", "posted").await;
        world.json(&["export", "run", "17", "--key", "tuesday", "--as", "tsukuru"], &[4]);

        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        assert_eq!(client.get(format!("http://{console}/enter")).send().await.unwrap().status().as_u16(), 200);
        let form = client.post(format!("http://{console}/enter")).header("content-type", "application/x-www-form-urlencoded");
        let answer = form.body("login=tanaka.hanako&password=wrong-wrong-wrong").send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 401);
        assert_eq!(client.get(format!("http://{console}/no-such-page")).send().await.unwrap().status().as_u16(), 404);

        // Another process ordered the file: what it did is seen all the same.
        let waiting = format!("renkei_export_files{{state=\"generated\",topic=\"{SLIPS}\"}}");
        let page = world
            .until("the file waits for its approval", async |_| {
                let page = client.get(format!("http://{metrics}/metrics")).send().await.ok()?.text().await.ok()?;
                (value(&page, &waiting) == Some(1.0)).then_some(page)
            })
            .await;
        let day = |hop: &str| value(&page, &format!("renkei_topic_day_yen{{hop=\"{hop}\",topic=\"{ASSESSMENTS}\"}}"));
        for hop in ["read", "published", "staged", "posted"] {
            assert_eq!(day(hop).map(|value| value.to_string()), Some(yen.to_string()), "{hop}\n{page}");
        }
        for (series, expected) in [
            ("renkei_database_up", 1.0),
            ("renkei_audit_chain_broken", 0.0),
            ("renkei_sign_ins_refused_total{reason=\"password\"}", 1.0),
            ("renkei_console_requests_total{method=\"GET\",route=\"/enter\",status=\"200\"}", 1.0),
            ("renkei_console_requests_total{method=\"POST\",route=\"/enter\",status=\"401\"}", 1.0),
            ("renkei_console_requests_total{method=\"unknown\",route=\"unknown\",status=\"404\"}", 1.0),
            ("renkei_console_request_seconds_count{route=\"/enter\"}", 2.0),
        ] {
            assert_eq!(value(&page, series), Some(expected), "{series}\n{page}");
        }
        assert!(!page.contains("tanaka"), "who was refused is no business of the metrics");
        broker_tells_what_is_asked(&client).await;
    });
}

/// Every `rabbitmq_…` of rules and dashboard is on the broker's own pages.
async fn broker_tells_what_is_asked(client: &reqwest::Client) {
    let address = setting("RENKEI_AMQP_PROMETHEUS");
    let mut told = String::new();
    for page in [address.clone(), format!("{address}/detailed?family=queue_coarse_metrics&family=queue_consumer_count")] {
        told += &client.get(page).send().await.unwrap().text().await.unwrap();
    }
    let mut asked = BTreeSet::new();
    for folder in ["compose/prometheus/rules", "compose/grafana/dashboards"] {
        for entry in std::fs::read_dir(root().join(folder)).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            asked.extend(words.filter(|word| word.starts_with("rabbitmq_")).map(str::to_owned));
        }
    }
    assert!(asked.len() > 6, "{asked:?}");
    // Counters of strategies that no queue has used yet are not told; their name is in the description.
    let missing: Vec<&String> = asked.iter().filter(|name| !told.contains(&format!("# TYPE {name} "))).collect();
    assert!(missing.is_empty(), "RabbitMQ does not tell {missing:?}");
}
