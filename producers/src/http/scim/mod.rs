//! SCIM 2.0 (RFC 7643, 7644): a staff portal or identity provider keeps the users of the accounting system.
//!
//! | request | what it does |
//! |--|--|
//! | `POST /scim/v2/Users` | a new user, 201 |
//! | `GET /scim/v2/Users/{id}` | the user as last taken in |
//! | `GET /scim/v2/Users?filter=userName eq "x"` | a list, also for `externalId`; without filter all, by `startIndex` and `count` |
//! | `PUT`, `PATCH /scim/v2/Users/{id}` | the user replaced or changed, 200 |
//! | `DELETE /scim/v2/Users/{id}` | the user disabled, 204; nothing is ever removed |
//! | `GET /scim/v2/ServiceProviderConfig`, `ResourceTypes`, `Schemas` | what is understood |
//!
//! The topic is the one with `door = "scim"` that the token covers; its first layout says what a user looks like. Each accepted
//! call is one delivery with the whole user as he is afterwards, and success is answered **when the broker has confirmed it**. A
//! call that was not answered may be sent again: it goes on with the same delivery.
//!
//! This side knows no database. What it answers is what it last took in, kept in the spool of the topic (`store`).

/// `ServiceProviderConfig`, `ResourceTypes`, `Schemas`.
mod about;
/// What the requests of one topic share.
mod desk;
/// Errors as SCIM says them.
mod error;
/// One version of a user onto the topic.
mod hand_over;
/// Operations on a user.
mod patch;
/// Attribute paths and comparisons.
mod path;
/// What a user looks like, from the layout.
mod shape;
/// What was last taken in.
mod store;
/// Users: the requests.
mod users;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header::HeaderMap;
use axum::routing::get;
use renkei_core::fault::Fault;
use renkei_core::layout::Layout;
use renkei_core::registry::topics::Door;
use renkei_core::registry::{Direction, Topic};

use super::Api;
use super::problem::Problem;
use super::tokens::Sender;
use crate::error::IntakeError;
use error::ScimError;
use shape::Shape;
use store::Store;

pub use hand_over::resume;

/// The routes.
pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/scim/v2/Users", get(users::list).post(users::create))
        .route("/scim/v2/Users/{id}", get(users::get).put(users::replace).patch(users::patch).delete(users::delete))
        .route("/scim/v2/ServiceProviderConfig", get(about::config))
        .route("/scim/v2/ResourceTypes", get(about::resource_types))
        .route("/scim/v2/ResourceTypes/User", get(about::resource_type))
        .route("/scim/v2/Schemas", get(about::schemas))
        .route("/scim/v2/Schemas/{urn}", get(about::schema))
}

/// Everything a request needs to know of its topic.
struct Desk {
    api: Arc<Api>,
    topic: Arc<Topic>,
    /// Name of the first layout.
    variant: String,
    layout: Arc<Layout>,
    shape: Shape,
    store: Store,
}

impl Desk {
    /// The desk of a topic.
    fn open(api: &Arc<Api>, topic: &Arc<Topic>) -> Result<Desk, IntakeError> {
        let refused = |reason: String| IntakeError::Topic { topic: topic.slug.to_string(), reason };
        let integration = topic.built().map_err(|error| refused(error.to_string()))?;
        let (variant, layout) = integration.layouts.first().cloned().ok_or_else(|| refused("it has no layout".to_owned()))?;
        let store = Store::open(api.intake.spool_of(topic)?.root.join("scim"))?;
        Ok(Desk { api: api.clone(), topic: topic.clone(), variant, shape: Shape::of(&layout), layout, store })
    }
}

/// Who asks, and the desk for him.
fn admit(State(api): State<Arc<Api>>, headers: &HeaderMap) -> Result<(Arc<Sender>, Desk), ScimError> {
    let sender = api.sender(headers)?;
    let topics = doors(&api);
    let topic = topics.iter().find(|topic| sender.may(topic.slug.as_str()));
    let topic = topic.ok_or_else(|| Problem::forbidden("scim"))?;
    let desk = Desk::open(&api, topic)?;
    Ok((sender, desk))
}

/// Topics that are handed in by SCIM.
fn doors(api: &Api) -> Vec<Arc<Topic>> {
    api.intake.registry.active(Direction::In).filter(|topic| topic.door == Some(Door::Scim)).cloned().collect()
}

/// A password or the like, which is kept nowhere.
fn secret_refused(name: &str) -> ScimError {
    ScimError::faults(&[Fault::new("SECRET_REFUSED").arg("name", name)])
}
