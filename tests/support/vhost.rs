//! Virtual hosts of tests.

use std::time::Duration;

use renkei_core::broker::BrokerConfig;
use renkei_core::broker::management::Management;
use renkei_core::broker::topology::Names;

use super::{is_left_over, setting, unique_name};

/// A virtual host of one test.
#[derive(Debug)]
pub(crate) struct Vhost {
    pub config: BrokerConfig,
    pub management: Management,
}

impl Vhost {
    /// A fresh one.
    pub(crate) async fn create() -> Vhost {
        sweep().await;
        let vhost = of(unique_name());
        vhost.management.create_vhost().await.expect("RabbitMQ answers: `compose/services up` starts it");
        vhost
    }

    /// Messages that wait in each queue that has any.
    pub(crate) async fn waiting(&self) -> Vec<(String, u64)> {
        let depths = self.management.queue_depths().await.expect("the broker counts its queues");
        depths.into_iter().filter(|depth| depth.ready > 0).map(|depth| (depth.name, depth.ready)).collect()
    }

    /// Deletes it.
    pub(crate) async fn remove(self) {
        self.management.delete_vhost().await.expect("the virtual host is deleted");
    }
}

fn of(name: String) -> Vhost {
    let config = BrokerConfig {
        amqp_uri: setting("RENKEI_AMQP_URI"),
        management_uri: setting("RENKEI_AMQP_MANAGEMENT"),
        vhost: name,
        ca_file: None,
        names: Names::default(),
    };
    let management = Management::new(&config).expect("RENKEI_AMQP_URI and RENKEI_AMQP_MANAGEMENT are addresses");
    Vhost { config, management }
}

/// Removes what test programs left that were killed; once a program.
async fn sweep() {
    static DONE: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);
    if DONE.swap(true, std::sync::atomic::Ordering::Relaxed) {
        return;
    }
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(20)).build().unwrap();
    let url = format!("{}/api/vhosts?columns=name", setting("RENKEI_AMQP_MANAGEMENT").trim_end_matches('/'));
    let answer = client.get(url).send().await.expect("RabbitMQ's management API answers: `compose/services up` starts it");
    let vhosts: Vec<serde_json::Value> = answer.json().await.expect("the management API lists virtual hosts");
    for name in vhosts.iter().filter_map(|vhost| vhost["name"].as_str()).filter(|name| is_left_over(name)) {
        of(name.to_owned()).remove().await;
    }
}
