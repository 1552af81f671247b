//! A broker user for each inbound queue, for systems that publish by themselves: it may write to the front door with the routing key of
//! that queue, and nothing else. It can read nothing, declare nothing, and not even see another topic.

use uuid::Uuid;

use super::TopologySpec;
use super::wanted::exactly;
use crate::broker::connection::{BrokerConfig, BrokerError};
use crate::broker::management::{Management, Permission, TopicPermission};

/// A pattern that matches no name. An empty one would match the default exchange.
const NOTHING: &str = "^$";

/// A user that was made now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUser {
    /// Its name.
    pub name: String,
    /// Its password; kept nowhere.
    pub password: String,
    /// The routing key it may publish with.
    pub routing_key: String,
}

/// The name of the user of a queue.
pub fn user_name(config: &BrokerConfig, queue: &str) -> String {
    format!("{}.{queue}", config.names.exchange)
}

/// Makes the users that are missing and sets what each may do. A user that is there keeps its password unless `renew`.
pub async fn apply_users(config: &BrokerConfig, spec: &TopologySpec, renew: bool) -> Result<Vec<NewUser>, BrokerError> {
    let management = Management::new(config)?;
    let known = management.users().await?;
    let mut made = Vec::new();
    for queue in spec.queues.iter().map(|queue| queue.name.as_str()).filter(|name| name.starts_with("in.")) {
        let name = user_name(config, queue);
        if renew || !known.contains(&name) {
            // 244 random bits.
            let password = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
            management.put_user(&name, &password).await?;
            made.push(NewUser { name: name.clone(), password, routing_key: queue.to_owned() });
        }
        let exchange = &config.names.exchange;
        let permission = Permission { configure: NOTHING.to_owned(), write: exactly(exchange), read: NOTHING.to_owned() };
        management.put_permission(&name, &permission).await?;
        let topic = TopicPermission { exchange: exchange.clone(), write: exactly(queue), read: NOTHING.to_owned() };
        management.put_topic_permission(&name, &topic).await?;
    }
    Ok(made)
}
