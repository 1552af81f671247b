//! `renkei up` with the variables that `compose/services env` sets, all of them and no others.

use std::collections::BTreeSet;
use std::net::TcpListener;

use serde_json::{Value, json};

use crate::support::files::{self, ASSESSMENTS};
use crate::support::root;
use crate::support::world::{self, World};

/// Names in the text that `compose/services env` prints.
fn names_of_env() -> BTreeSet<String> {
    let script = std::fs::read_to_string(root().join("compose/lib/common.sh")).unwrap();
    let lines = script.lines().filter_map(|line| line.strip_prefix("export RENKEI_"));
    lines.map(|line| format!("RENKEI_{}", line.split_once('=').unwrap().0)).collect()
}

fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// The settings of a shell after `eval "$(compose/services env)"`, with this test's servers in them.
fn as_a_newcomer(world: &mut World, http: &str, metrics: &str) {
    let names = names_of_env();
    assert!(names.contains("RENKEI_HTTP_LISTEN") && names.contains("RENKEI_DATA"), "{names:?}");
    world.surroundings.set("RENKEI_HTTP_LISTEN", http);
    world.surroundings.set("RENKEI_METRICS_LISTEN", metrics);
    world.surroundings.set("RENKEI_CONSOLE_LISTEN", &free_address());
    // Where RabbitMQ's own numbers are: for people and Prometheus, renkei does not ask.
    world.surroundings.set("RENKEI_AMQP_PROMETHEUS", "http://127.0.0.1:9/metrics");
    // Beyond it only what keeps this test apart from others, and the language of its assertions.
    let ours = ["RENKEI_AMQP_VHOST", "RENKEI_NOW", "RENKEI_LANG"];
    world.surroundings.variables.retain(|(name, _)| names.contains(name) || ours.contains(&name.as_str()));
    let set: BTreeSet<String> = world.surroundings.variables.iter().map(|(name, _)| name.clone()).collect();
    let missing: Vec<&String> = names.difference(&set).collect();
    assert!(missing.is_empty(), "compose/services env sets {missing:?}: this test must set them too");
}

#[test]
fn up_takes_records_over_http_and_posts_them() {
    world::run("2026-10-06T09:30:00+09:00", async |world| {
        let (http, metrics) = (free_address(), free_address());
        as_a_newcomer(world, &http, &metrics);
        // On a fresh clone nobody has a token yet: it starts all the same, and the first one counts without a restart.
        world.start("up").await;
        let why = ["--reason", "講座の受付システム", "--as", "kanri"];
        let made = world.json(&[&["token", "issue", "courses", "--topic", ASSESSMENTS][..], &why].concat(), &[0]);

        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let get = async |path: &str| client.get(format!("http://{metrics}/{path}")).send().await.unwrap();
        assert_eq!(get("healthz").await.status().as_u16(), 200);
        world.until("it is ready", async |_| (get("readyz").await.status().as_u16() == 200).then_some(())).await;
        assert!(get("metrics").await.text().await.unwrap().contains("renkei_broker_connection_up"));

        let url = format!("http://{http}/v1/topics/{ASSESSMENTS}/records");
        let post = async |token: &str| {
            let body =
                json!([files::assessment_record("2026-CV-000001", 4_500), files::assessment_record("2026-CV-000002", 6_000)]);
            let request = client.post(&url).bearer_auth(token).header("content-type", "application/json");
            request.body(body.to_string()).send().await.unwrap()
        };
        assert_eq!(post("rnk_stranger").await.status().as_u16(), 401);
        let answer = post(made["token"].as_str().unwrap()).await;
        assert_eq!(answer.status().as_u16(), 202);
        let delivery: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        world.until_sql("select state from intake.batch", "posted").await;
        let batch = world.json(&["batch", "show", delivery["delivery"].as_str().unwrap()], &[0]);
        assert_eq!((&batch["batch"]["sender"], &batch["batch"]["yen_posted"]), (&json!("http:courses"), &json!(10_500)));
        assert_eq!(world.number("select sum(debit)::bigint from ledger.line").await, 10_500);
        let listed = world.json(&["token", "list"], &[0]);
        assert_eq!(listed[0]["state"], "live");
        assert!(listed[0]["last_batch_at"].is_string(), "{listed}");
        // Revoked where no page or command of this machine does it: the consuming role tells the intake.
        sqlx::query("select access.revoke_token(id, '切替え', 'kanri') from access.sender_token")
            .execute(world.pool())
            .await
            .unwrap();
        let status = format!("http://{http}/v1/deliveries/{}", delivery["delivery"].as_str().unwrap());
        let token = made["token"].as_str().unwrap();
        let refused = async |_: &mut World| {
            let answer = client.get(&status).bearer_auth(token).send().await.unwrap();
            (answer.status().as_u16() == 401).then_some(())
        };
        world.until("the token is refused", refused).await;
    });
}

#[test]
fn produce_and_consume_share_their_settings() {
    world::run("2026-10-06T09:30:00+09:00", async |world| {
        let metrics = free_address();
        world.surroundings.set("RENKEI_METRICS_LISTEN", &metrics);
        world.start("consume").await;
        world.start("produce").await;
        assert!(world.log_of("produce").contains("using the next free one"), "{}", world.log_of("produce"));
        // The clock of this test stands still; whoever has left that in a shell must see it.
        for role in ["consume", "produce"] {
            assert!(world.log_of(role).contains("the clock is stopped by RENKEI_NOW"), "{}", world.log_of(role));
        }
        let (file, yen) = files::assessments("2026-CV", 3, "1");
        world.drop_file(ASSESSMENTS, "IF12_SKS_20261006_001.csv", &file);
        world.until_sql("select state from intake.batch", "posted").await;
        assert_eq!(world.number("select sum(debit)::bigint from ledger.line").await, yen);
    });
}
