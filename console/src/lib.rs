//! The operators' web console: server-rendered pages, Japanese first, over what consumers and producers can do.
//!
//! Start with `routes`: every page, and what a person needs to see it. `access` says who that person is; `pages` has one file a
//! page; `html` has what pages are made of. A page reads with SQL of its own and acts only through the functions the command line
//! uses, so that console, command line and API obey the same rules.

/// Accounts, passwords, one-time codes, sessions, roles.
pub mod access;
/// What was typed is not lost.
mod again;
/// Every command that decides, beside the page that does the same.
pub mod commands;
/// What pages work with.
pub mod desk;
/// What every answer passes: session, permission, origin, headers.
mod guard;
/// Parts of pages.
mod html;
/// What Prometheus is told of requests.
mod measure;
/// The one-line answers to things done.
mod notice;
/// One file a page.
mod pages;
/// What takes long to find out.
mod recent;
/// Why something was not done, as a page.
mod refusal;
/// Every page and what it needs.
pub mod routes;
/// The listening end.
mod serve;

pub use desk::Desk;
pub use pages::board::Outlook;
pub use pages::depths::Depths;
pub use pages::lists::Lists;
pub use pages::pulse::Pulse;
pub use recent::{Known, Recent};
pub use serve::{app, serve};
