//! Every page and what it needs. Nothing is served that does not stand here; a test walks the table with every role.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post};

use crate::access::Action;
use crate::desk::Desk;
use crate::guard::{self, Guarded};
use crate::pages::{accounts, assets, batches, board, me, pulse, sign_in};

/// What a request must bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Nothing: signing in, style sheets.
    Open,
    /// A session whose one-time code may still be missing.
    HalfWay,
    /// A session; the password may be due for a change.
    Session,
    /// A session with a role that may do this somewhere. The page itself looks at the topic.
    Role(Action),
}

/// One page.
#[derive(Debug)]
pub struct Route {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Its address, with `{parts}`.
    pub path: &'static str,
    /// What it needs.
    pub need: Need,
    page: MethodRouter<Arc<Desk>>,
}

macro_rules! route {
    (GET $path:literal, $need:expr, $page:expr) => {
        Route { method: "GET", path: $path, need: $need, page: get($page) }
    };
    (POST $path:literal, $need:expr, $page:expr) => {
        Route { method: "POST", path: $path, need: $need, page: post($page) }
    };
}

/// All of them.
pub fn table() -> Vec<Route> {
    use Need::{HalfWay, Open, Role, Session};
    let see = Role(Action::See);
    let administer = Role(Action::Administer);
    vec![
        route!(GET "/assets/{name}", Open, assets::show),
        route!(GET "/language/{lang}", Open, sign_in::language),
        route!(GET "/enter", Open, sign_in::show),
        route!(POST "/enter", Open, sign_in::enter),
        route!(GET "/enter/code", HalfWay, sign_in::show_code),
        route!(POST "/enter/code", HalfWay, sign_in::enter_code),
        route!(POST "/leave", HalfWay, sign_in::leave),
        route!(GET "/me", Session, me::show),
        route!(POST "/me/password", Session, me::password),
        route!(POST "/me/codes", Session, me::codes),
        route!(GET "/prove", Session, me::show_prove),
        route!(POST "/prove", Session, me::prove),
        route!(GET "/pulse", see, pulse::stream),
        route!(GET "/", see, board::show),
        route!(GET "/print", see, board::print),
        route!(GET "/batches", see, batches::list),
        route!(GET "/accounts", administer, accounts::show),
        route!(POST "/accounts", administer, accounts::add),
        route!(POST "/accounts/{login}/give", administer, accounts::give),
        route!(POST "/accounts/{login}/take", administer, accounts::take),
        route!(POST "/accounts/{login}/reset", administer, accounts::reset),
        route!(POST "/accounts/{login}/disable", administer, accounts::disable),
        route!(POST "/accounts/{login}/enable", administer, accounts::enable),
        route!(POST "/accounts/{login}/end-sessions", administer, accounts::end_sessions),
    ]
}

/// The table as a router: each route behind its guard.
pub(crate) fn router(desk: &Arc<Desk>) -> Router<Arc<Desk>> {
    table().into_iter().fold(Router::new(), |router, route| {
        let guarded = Guarded { desk: desk.clone(), need: route.need };
        router.route(route.path, route.page.route_layer(from_fn_with_state(guarded, guard::pass)))
    })
}
