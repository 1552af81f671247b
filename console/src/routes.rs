//! Every page and what it needs. Nothing is served that does not stand here; a test walks the table with every role.

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post};

use crate::access::Action;
use crate::desk::Desk;
use crate::guard::{self, Guarded};
use crate::measure::{self, Measured};
use crate::pages::{
    accounts, assets, audit, batch, batches, board, export, exports, failure_edit, failure_group, failures, kit, ledger, me,
    oidc, pay, pulse, senders, settings, settle, sign_in, still, tasks, topics, upload, worklists,
};

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
    /// A session with a role that may do this everywhere: what belongs to no topic.
    House(Action),
    /// A session with a role that may do one of these somewhere.
    OneOf(&'static [Action]),
}

impl Need {
    /// Whether roles that may do such things are enough; `None`: no role is asked for.
    pub fn met(self, may: impl Fn(Action) -> bool) -> Option<bool> {
        match self {
            Need::Open | Need::HalfWay | Need::Session => None,
            Need::Role(action) | Need::House(action) => Some(may(action)),
            Need::OneOf(actions) => Some(actions.iter().any(|action| may(*action))),
        }
    }
}

/// What is done with a file on its way out, by whoever makes or approves such files. A release asks for more where two persons must
/// have seen the file.
const SEND: Need = Need::OneOf(&[Action::Operate, Action::Approve]);
/// What shows names and accounts, and is written down.
const UNCOVER: Need = Need::OneOf(&[Action::Operate, Action::Approve, Action::Audit]);
/// What was entered may be refused by the second person, or taken back by the first.
const TAKE_BACK: Need = Need::OneOf(&[Action::Configure, Action::Approve]);

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
    use Need::{HalfWay, House, Open, Role, Session};
    let see = Role(Action::See);
    let (operate, approve, audit_log) = (Role(Action::Operate), Role(Action::Approve), Role(Action::Audit));
    let (configure, administer) = (Role(Action::Configure), House(Action::Administer));
    vec![
        route!(GET "/assets/{name}", Open, assets::show),
        route!(GET "/language/{lang}", Open, sign_in::language),
        route!(POST "/language/{lang}", Open, sign_in::language),
        route!(GET "/enter", Open, sign_in::show),
        route!(POST "/enter", Open, sign_in::enter),
        route!(GET "/enter/oidc", Open, oidc::begin),
        route!(GET "/enter/oidc/back", Open, oidc::end),
        route!(GET "/enter/code", HalfWay, sign_in::show_code),
        route!(POST "/enter/code", HalfWay, sign_in::enter_code),
        route!(POST "/leave", HalfWay, sign_in::leave),
        route!(GET "/me", Session, me::show),
        route!(POST "/me/password", Session, me::password),
        route!(POST "/me/codes", Session, me::codes),
        route!(POST "/me/end-others", Session, me::end_others),
        route!(POST "/me/end-one", Session, me::end_one),
        route!(GET "/prove", Session, me::show_prove),
        route!(POST "/prove", Session, me::prove),
        route!(GET "/pulse", see, pulse::stream),
        route!(GET "/", see, board::show),
        route!(GET "/print", see, board::print),
        route!(GET "/topics/{slug}", see, topics::show),
        route!(GET "/topics/{slug}/layouts/{variant}", see, topics::sheet),
        route!(GET "/topics/{slug}/samples/{variant}", see, kit::sample),
        route!(GET "/topics/{slug}/schemas/{variant}", see, kit::json_schema),
        route!(POST "/topics/{slug}/pause", operate, still::pause),
        route!(POST "/topics/{slug}/resume", operate, still::resume),
        route!(POST "/topics/{slug}/files", operate, upload::hand_in),
        route!(GET "/topics/{slug}/files/{delivery}", see, upload::waiting),
        route!(POST "/topics/{slug}/dry-run", operate, export::order::dry_run),
        route!(POST "/topics/{slug}/order", operate, export::order::order),
        route!(GET "/batches", see, batches::list),
        route!(GET "/batches/{id}", see, batch::show),
        route!(GET "/batches/{id}/errors", see, batch::findings::on_paper),
        route!(POST "/batches/{id}/errors", see, batch::findings::uncovered),
        route!(GET "/batches/{id}/errors.csv", see, batch::findings::as_csv),
        route!(POST "/batches/{id}/records", see, batch::records::full),
        route!(GET "/batches/{id}/preview", operate, batch::decide::preview),
        route!(GET "/batches/{id}/cancel", operate, batch::decide::show_cancel),
        route!(POST "/batches/{id}/confirm", operate, batch::decide::confirm),
        route!(POST "/batches/{id}/decide", operate, batch::decide::decide),
        route!(POST "/batches/{id}/post-duplicate", operate, batch::decide::post_duplicate),
        route!(POST "/batches/{id}/cancel", operate, batch::decide::cancel),
        route!(POST "/batches/{id}/held", operate, batch::decide::held),
        route!(GET "/batches/{id}/lines/{line}/choose/{object}", operate, batch::choose::show),
        route!(POST "/batches/{id}/lines/{line}/choose/{object}", operate, batch::choose::choose),
        route!(GET "/worklists", see, worklists::show),
        route!(GET "/worklists/held/{code}", see, worklists::held),
        route!(POST "/worklists/held/{code}", operate, worklists::decide),
        route!(GET "/worklists/unallocated/{id}", see, settle::unallocated),
        route!(POST "/worklists/unallocated/{id}/allocate", operate, settle::allocate),
        route!(GET "/worklists/overpayments/{id}", see, settle::overpayment),
        route!(POST "/worklists/overpayments/{id}/allocate", operate, settle::appropriate),
        route!(POST "/worklists/overpayments/{id}/refund", operate, settle::refund),
        route!(GET "/worklists/pay", see, pay::show),
        route!(GET "/worklists/pay/move", approve, pay::day::look),
        route!(POST "/worklists/pay/move", approve, pay::day::give),
        route!(GET "/worklists/pay/returned/{id}", see, pay::returned::show),
        route!(POST "/worklists/pay/returned/{id}/account", SEND, pay::returned::account),
        route!(POST "/worklists/pay/returned/{id}/transfer", operate, pay::returned::transfer),
        route!(POST "/worklists/pay/returned/{id}/approve", approve, pay::returned::approve),
        route!(POST "/worklists/pay/returned/{id}/withdraw", operate, pay::returned::withdraw),
        route!(POST "/worklists/pay/returned/{id}/paid", operate, pay::returned::paid),
        route!(GET "/worklists/{list}", see, worklists::list),
        route!(GET "/failures", see, failures::list),
        route!(GET "/failures/{id}", see, failures::show),
        route!(GET "/failures/groups/{id}", see, failure_group::show),
        route!(GET "/failures/{id}/edit", operate, failure_edit::show),
        route!(POST "/failures/{id}/edit", operate, failure_edit::compare),
        route!(POST "/failures/{id}/versions", operate, failure_edit::save),
        route!(POST "/failures/{id}/retry", operate, failures::retry),
        route!(POST "/failures/{id}/discard", operate, failures::discard),
        route!(POST "/failures/groups/{id}/retry", operate, failure_group::retry),
        route!(POST "/failures/groups/{id}/discard", operate, failure_group::discard),
        route!(POST "/failures/groups/{id}/note", operate, failure_group::note),
        route!(GET "/exports", see, exports::list),
        route!(GET "/exports/{id}", see, export::show),
        route!(GET "/exports/{id}/cells/{cell}", see, export::cell::show),
        route!(POST "/exports/{id}/approve", approve, export::decide::approve),
        route!(POST "/exports/{id}/release", SEND, export::decide::release),
        route!(POST "/exports/{id}/void", approve, export::decide::void),
        route!(POST "/exports/{id}/unknown", SEND, export::decide::unknown),
        route!(POST "/exports/{id}/resolve", SEND, export::decide::resolve),
        route!(POST "/exports/{id}/retry", SEND, export::decide::retry),
        route!(POST "/exports/{id}/download", SEND, export::download),
        route!(POST "/exports/{id}/workbook", UNCOVER, export::workbook),
        route!(GET "/tasks", see, tasks::list),
        route!(GET "/tasks/{id}/end", operate, tasks::look),
        route!(POST "/tasks/{id}/end", operate, tasks::end),
        route!(GET "/ledger", see, ledger::balance),
        route!(GET "/ledger/orders", see, ledger::orders::list),
        route!(GET "/ledger/orders/approve", approve, ledger::redo::look_approve),
        route!(POST "/ledger/orders/approve", approve, ledger::orders::approve),
        route!(GET "/ledger/orders/day", approve, ledger::redo::look_day),
        route!(POST "/ledger/orders/day", approve, ledger::redo::give_day),
        route!(GET "/ledger/orders/cancel", approve, ledger::redo::look_cancel),
        route!(POST "/ledger/orders/cancel", approve, ledger::redo::cancel),
        route!(GET "/ledger/assessments", see, ledger::assessments::list),
        route!(GET "/ledger/entries", see, ledger::entries::list),
        route!(GET "/ledger/entries/{entry}", see, ledger::entries::show),
        route!(GET "/ledger/entries/{entry}/lines/{line}", see, ledger::lineage::line),
        route!(GET "/ledger/lineage/{object}/{id}", see, ledger::lineage::object),
        route!(GET "/ledger/budget-lines/{year}/{fund}/{code}", see, ledger::lines::show),
        route!(GET "/settings", see, settings::posting::show),
        route!(GET "/settings/posting-rules/{event}", see, settings::posting_rule::show),
        route!(POST "/settings/posting-rules/{event}", configure, settings::posting_rule::change),
        route!(GET "/settings/calendar", see, settings::calendar::show),
        route!(POST "/settings/calendar", configure, settings::calendar::change),
        route!(POST "/settings/calendar/own-days", configure, settings::calendar::change_own),
        route!(GET "/settings/contract-numbers", see, settings::contracts::show),
        route!(POST "/settings/contract-numbers", configure, settings::contracts::change),
        route!(GET "/settings/survey", see, settings::survey::show),
        route!(POST "/settings/survey", configure, settings::survey::change),
        route!(GET "/settings/survey/shares", see, settings::shares::show),
        route!(POST "/settings/survey/shares", configure, settings::shares::change),
        route!(GET "/settings/survey/tables", see, settings::tables::show),
        route!(POST "/settings/survey/tables", configure, settings::tables::change),
        route!(GET "/settings/banks", see, settings::banks::list),
        route!(GET "/settings/banks/{slug}/{variant}", see, settings::banks::show),
        route!(POST "/settings/banks/{slug}/{variant}", configure, settings::banks::propose),
        route!(POST "/settings/banks/{slug}/{variant}/approve", approve, settings::banks::approve),
        route!(POST "/settings/banks/{slug}/{variant}/refuse", TAKE_BACK, settings::banks::refuse),
        route!(GET "/settings/payroll", see, settings::payroll::show),
        route!(POST "/settings/payroll/{section}", configure, settings::payroll::change),
        route!(GET "/settings/files", see, settings::files::show),
        route!(GET "/audit", audit_log, audit::list),
        route!(GET "/audit.csv", audit_log, audit::as_csv),
        route!(POST "/audit/verify", audit_log, audit::verify_chain),
        route!(GET "/accounts", administer, accounts::show),
        route!(POST "/accounts", administer, accounts::add),
        route!(GET "/accounts/senders", administer, senders::show),
        route!(POST "/accounts/senders", administer, senders::issue),
        route!(POST "/accounts/senders/{id}/revoke", administer, senders::revoke),
        route!(POST "/accounts/{login}/give", administer, accounts::give),
        route!(POST "/accounts/{login}/take", administer, accounts::take),
        route!(POST "/accounts/{login}/reset", administer, accounts::reset),
        route!(POST "/accounts/{login}/disable", administer, accounts::disable),
        route!(POST "/accounts/{login}/enable", administer, accounts::enable),
        route!(POST "/accounts/{login}/unlock", administer, accounts::unlock),
        route!(POST "/accounts/{login}/end-sessions", administer, accounts::end_sessions),
    ]
}

/// Addresses that are asked for and are no page to be on.
const NO_PAGES: [&str; 3] = ["/assets/{name}", "/language/{lang}", "/pulse"];

/// Forms whose answer only shows what they come to: what was typed goes on to the other language.
const ASKING: [&str; 5] = [
    "/topics/{slug}/dry-run",
    "/failures/{id}/edit",
    "/settings/posting-rules/{event}",
    "/worklists/pay/returned/{id}/transfer",
    "/worklists/pay/returned/{id}/paid",
];

/// Whether a path is one of a pattern.
fn fits(pattern: &str, path: &str) -> bool {
    let (there, here): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), path.split('/').collect());
    let same = |(there, here): (&&str, &&str)| there == here || (there.starts_with('{') && !here.is_empty());
    there.len() == here.len() && there.iter().zip(&here).all(same)
}

/// Whether the answer to a form at this path decides nothing.
pub(crate) fn only_asks(path: &str) -> bool {
    ASKING.iter().any(|pattern| fits(pattern, path))
}

/// The page of an address, or of what the address is a part of: the answer to a form stands at an address that may have none of its own.
/// A query counts for the address itself only.
pub fn page_of(address: &str) -> &str {
    static PAGES: LazyLock<Vec<&str>> = LazyLock::new(|| {
        let pages = table().into_iter().filter(|route| route.method == "GET" && !NO_PAGES.contains(&route.path));
        pages.map(|route| route.path).collect()
    });
    let is_page = |path: &str| PAGES.iter().any(|page| fits(page, path));
    let path = address.split(['?', '#']).next().unwrap_or_default();
    if is_page(path) {
        return address;
    }
    let parents = path.match_indices('/').map(|(at, _)| &path[..at]).rev();
    parents.filter(|parent| !parent.is_empty()).find(|parent| is_page(parent)).unwrap_or("/")
}

/// The table as a router: each route behind its guard.
pub(crate) fn router(desk: &Arc<Desk>) -> Router<Arc<Desk>> {
    table().into_iter().fold(Router::new(), |router, route| {
        let guarded = Guarded { desk: desk.clone(), need: route.need };
        let measured = Measured { route: route.path, method: route.method };
        // What the guard refuses is measured too.
        let page = route.page.route_layer(from_fn_with_state(guarded, guard::pass));
        router.route(route.path, page.route_layer(from_fn_with_state(measured, measure::pass)))
    })
}

#[cfg(test)]
mod tests {
    use renkei_core::catalogue::act;

    use super::*;

    #[test]
    fn the_page_of_an_address_is_there() {
        for (address, page) in [
            ("/batches?topic=12", "/batches?topic=12"),
            ("/batches/7/held", "/batches/7"),
            ("/batches/7/held?line=3", "/batches/7"),
            ("/topics/12_x/files", "/topics/12_x"),
            ("/accounts/senders/7/revoke", "/accounts/senders"),
            ("/accounts/nobody/give", "/accounts"),
            ("/audit/verify", "/audit"),
            ("/pulse", "/"),
            ("/nope", "/"),
            ("", "/"),
        ] {
            assert_eq!(page_of(address), page);
        }
    }

    #[test]
    fn what_a_remedy_leads_to_is_a_page() {
        for page in act::pages() {
            let path = page.split('?').next().unwrap_or_default();
            // `{batch}` here is `{id}` there; a list of the ledger has its own name in the place.
            let fits = |route: &Route| {
                let (here, there): (Vec<&str>, Vec<&str>) = (path.split('/').collect(), route.path.split('/').collect());
                here.len() == there.len() && here.iter().zip(&there).all(|(here, there)| here == there || there.starts_with('{'))
            };
            assert!(table().iter().any(|route| route.method == "GET" && fits(route)), "{page}");
        }
    }
}
