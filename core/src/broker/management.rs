//! The management HTTP API of RabbitMQ, as far as we need it: virtual hosts, policies, what exists, queue depths,
//! connections. Over AMQP one can only declare; everything else lives here.

use std::time::Duration;

use reqwest::{Certificate, Client, Method, Url};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::connection::{BrokerConfig, BrokerError, without_password};
use super::depth::{QueueDepth, queue_depths};

/// Longest wait for one answer.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(15);
/// How much of a refusal is repeated in our error.
const REFUSAL_CHARS_MAX: usize = 400;

/// A policy of the virtual host.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Policy {
    /// Name.
    pub name: String,
    /// Regular expression over names.
    pub pattern: String,
    /// `queues` or `exchanges`.
    #[serde(rename = "apply-to")]
    pub apply_to: String,
    /// Keys and values.
    pub definition: Map<String, Value>,
    /// Of several matching policies the highest applies, alone.
    #[serde(default)]
    pub priority: i64,
}

/// A queue as it exists.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct QueueInfo {
    pub(super) name: String,
    #[serde(default)]
    pub(super) durable: bool,
    /// A queue of one connection only; nobody else may ask for it.
    #[serde(default)]
    pub(super) exclusive: Value,
    #[serde(default)]
    pub(super) arguments: Map<String, Value>,
    /// The policy that applies; known at once.
    #[serde(default)]
    pub(super) policy: Option<String>,
    /// All policies that apply, merged by the broker. Known a few seconds after a change; absent before, `[]` means none.
    #[serde(default)]
    pub(super) effective_policy_definition: Option<Value>,
    #[serde(default)]
    pub(super) messages_unacknowledged: u64,
}

/// An exchange as it exists.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct ExchangeInfo {
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) durable: bool,
    #[serde(default)]
    pub(super) policy: Option<String>,
}

/// A binding as it exists.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct BindingInfo {
    pub(super) source: String,
    pub(super) destination: String,
    pub(super) destination_type: String,
    pub(super) routing_key: String,
    #[serde(default)]
    pub(super) arguments: Map<String, Value>,
}

/// A connection to the broker.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ConnectionInfo {
    /// The broker's name for it, needed to close it.
    pub name: String,
    /// The name we gave it.
    #[serde(default)]
    pub user_provided_name: String,
    /// Virtual host.
    #[serde(default)]
    pub vhost: String,
}

/// What a user may do in a virtual host: regular expressions over names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Permission {
    /// Declare and delete.
    pub configure: String,
    /// Publish to, bind to.
    pub write: String,
    /// Consume from, bind from.
    pub read: String,
}

/// The routing keys a user may use on a topic exchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TopicPermission {
    /// The exchange.
    pub exchange: String,
    /// Regular expression over routing keys.
    pub write: String,
    /// Regular expression over binding keys.
    pub read: String,
}

#[derive(Debug, Deserialize)]
struct UserInfo {
    name: String,
}

/// Client of the management API for one virtual host.
#[derive(Clone)]
pub struct Management {
    client: Client,
    base: Url,
    user: String,
    password: String,
    vhost: String,
    config: BrokerConfig,
}

impl std::fmt::Debug for Management {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Management").field("base", &self.base.as_str()).field("vhost", &self.vhost).finish_non_exhaustive()
    }
}

impl Management {
    /// A client with the address and credentials of `config`.
    pub fn new(config: &BrokerConfig) -> Result<Self, BrokerError> {
        let amqp = config.uri()?;
        let unreadable = |reason: String| BrokerError::Address { uri: without_password(&config.management_uri), reason };
        let mut base = Url::parse(&config.management_uri).map_err(|error| unreadable(error.to_string()))?;
        if !matches!(base.scheme(), "http" | "https") {
            return Err(unreadable("expected http://host:port or https://host:port".to_owned()));
        }
        let given = !base.username().is_empty();
        let (user, password) = match given {
            true => (decoded(base.username()), decoded(base.password().unwrap_or_default())),
            false => (amqp.authority.userinfo.username.clone(), amqp.authority.userinfo.password.clone()),
        };
        if base.cannot_be_a_base() || base.set_username("").is_err() || base.set_password(None).is_err() {
            return Err(unreadable("expected http://host:port".to_owned()));
        }
        let mut builder = Client::builder().timeout(REQUEST_TIMEOUT).no_proxy();
        if let Some(pem) = config.authorities()? {
            let authorities = Certificate::from_pem_bundle(&pem).map_err(|error| unreadable(error.to_string()))?;
            builder = builder.tls_certs_only(authorities);
        }
        let client = builder
            .build()
            .map_err(|source| BrokerError::Http { operation: "prepare the management API client".to_owned(), source })?;
        Ok(Management { client, base, user, password, vhost: config.vhost.clone(), config: config.clone() })
    }

    /// Makes the virtual host; existing is fine. The user who makes it may do everything in it.
    pub async fn create_vhost(&self) -> Result<(), BrokerError> {
        self.change(Method::PUT, &["vhosts", &self.vhost], Some(json!({}))).await
    }

    /// Deletes the virtual host with everything in it; absent is fine.
    pub async fn delete_vhost(&self) -> Result<(), BrokerError> {
        self.change(Method::DELETE, &["vhosts", &self.vhost], None).await
    }

    /// Makes or replaces a policy.
    pub async fn put_policy(&self, policy: &Policy) -> Result<(), BrokerError> {
        let body = json!({
            "pattern": policy.pattern,
            "apply-to": policy.apply_to,
            "definition": policy.definition,
            "priority": policy.priority,
        });
        self.change(Method::PUT, &["policies", &self.vhost, &policy.name], Some(body)).await
    }

    /// Deletes a policy; absent is fine.
    pub async fn delete_policy(&self, name: &str) -> Result<(), BrokerError> {
        self.change(Method::DELETE, &["policies", &self.vhost, name], None).await
    }

    /// The policies.
    pub async fn policies(&self) -> Result<Vec<Policy>, BrokerError> {
        self.read(&["policies", &self.vhost]).await
    }

    /// Depth of every queue, see [`depth`](super::depth).
    pub async fn queue_depths(&self) -> Result<Vec<QueueDepth>, BrokerError> {
        queue_depths(&self.config, &self.queues().await?).await
    }

    /// Deletes a queue with its messages; absent is fine.
    pub async fn delete_queue(&self, name: &str) -> Result<(), BrokerError> {
        self.change(Method::DELETE, &["queues", &self.vhost, name], None).await
    }

    /// Names of the broker's users.
    pub async fn users(&self) -> Result<Vec<String>, BrokerError> {
        let users: Vec<UserInfo> = self.read(&["users"]).await?;
        Ok(users.into_iter().map(|user| user.name).collect())
    }

    /// Makes a user without any right, or gives one that is there another password.
    pub async fn put_user(&self, name: &str, password: &str) -> Result<(), BrokerError> {
        self.change(Method::PUT, &["users", name], Some(json!({ "password": password, "tags": "" }))).await
    }

    /// Deletes a user; absent is fine.
    pub async fn delete_user(&self, name: &str) -> Result<(), BrokerError> {
        self.change(Method::DELETE, &["users", name], None).await
    }

    /// Sets what a user may do in this virtual host.
    pub async fn put_permission(&self, user: &str, permission: &Permission) -> Result<(), BrokerError> {
        self.change(Method::PUT, &["permissions", &self.vhost, user], Some(json!(permission))).await
    }

    /// Sets the routing keys a user may use on an exchange of this virtual host.
    pub async fn put_topic_permission(&self, user: &str, permission: &TopicPermission) -> Result<(), BrokerError> {
        self.change(Method::PUT, &["topic-permissions", &self.vhost, user], Some(json!(permission))).await
    }

    /// Connections in this virtual host. A new one is listed after a moment.
    pub async fn connections(&self) -> Result<Vec<ConnectionInfo>, BrokerError> {
        self.read(&["vhosts", &self.vhost, "connections"]).await
    }

    /// Closes a connection by force; gone is fine.
    pub async fn close_connection(&self, name: &str) -> Result<(), BrokerError> {
        self.change(Method::DELETE, &["connections", name], None).await
    }

    /// Every queue with the numbers the broker gathers every five seconds.
    pub(super) async fn queues(&self) -> Result<Vec<QueueInfo>, BrokerError> {
        self.read(&["queues", &self.vhost]).await
    }

    /// Every queue without those numbers, but as it is now.
    pub(super) async fn queues_now(&self) -> Result<Vec<QueueInfo>, BrokerError> {
        let operation = format!("read queues of {}", self.vhost);
        let mut url = self.url(&["queues", &self.vhost]);
        url.set_query(Some("disable_stats=true"));
        let request = self.client.request(Method::GET, url).basic_auth(&self.user, Some(&self.password));
        self.answer(operation, request).await
    }

    pub(super) async fn exchanges(&self) -> Result<Vec<ExchangeInfo>, BrokerError> {
        self.read(&["exchanges", &self.vhost]).await
    }

    pub(super) async fn bindings(&self) -> Result<Vec<BindingInfo>, BrokerError> {
        self.read(&["bindings", &self.vhost]).await
    }

    /// Sends a change. What is to be deleted and is not there counts as done.
    async fn change(&self, method: Method, path: &[&str], body: Option<Value>) -> Result<(), BrokerError> {
        let operation = format!("{method} {}", path.join(" "));
        let deleting = method == Method::DELETE;
        let mut request = self.request(method, path);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.map_err(|source| BrokerError::Http { operation: operation.clone(), source })?;
        if response.status().is_success() || (deleting && response.status().as_u16() == 404) {
            return Ok(());
        }
        Err(refused(operation, response).await)
    }

    async fn read<T: DeserializeOwned>(&self, path: &[&str]) -> Result<T, BrokerError> {
        self.answer(format!("read {}", path.join(" ")), self.request(Method::GET, path)).await
    }

    async fn answer<T: DeserializeOwned>(&self, operation: String, request: reqwest::RequestBuilder) -> Result<T, BrokerError> {
        let http = |source| BrokerError::Http { operation: operation.clone(), source };
        let response = request.send().await.map_err(http)?;
        if !response.status().is_success() {
            return Err(refused(operation, response).await);
        }
        response.json().await.map_err(http)
    }

    fn request(&self, method: Method, path: &[&str]) -> reqwest::RequestBuilder {
        self.client.request(method, self.url(path)).basic_auth(&self.user, Some(&self.password))
    }

    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        // Segments are escaped one by one: the default virtual host is a slash.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push("api").extend(path);
        }
        url
    }
}

async fn refused(operation: String, response: reqwest::Response) -> BrokerError {
    let status = response.status().as_u16();
    let body = response.text().await.unwrap_or_default();
    BrokerError::Refused { operation, status, body: body.chars().take(REFUSAL_CHARS_MAX).collect() }
}

/// A user name or password of an address, unescaped.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let escaped = (first == b'%').then(|| tail.get(..2)).flatten().and_then(|pair| hex::decode(pair).ok());
        match escaped {
            Some(byte) => {
                bytes.extend(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::broker::topology::Names;

    #[test]
    fn a_slash_as_virtual_host_is_escaped() {
        let config = BrokerConfig {
            amqp_uri: "amqp://u:p@127.0.0.1:5672".to_owned(),
            management_uri: "http://a%40b:c%2Fd@127.0.0.1:15672".to_owned(),
            vhost: "/".to_owned(),
            ca_file: None,
            names: Names::default(),
        };
        let management = Management::new(&config).unwrap();
        let request = management.request(Method::GET, &["queues", "/", "in.01_x"]).build().unwrap();
        assert_eq!(request.url().as_str(), "http://127.0.0.1:15672/api/queues/%2F/in.01_x");
        assert_eq!((management.user.as_str(), management.password.as_str()), ("a@b", "c/d"));
    }
}
