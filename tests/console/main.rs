//! The operators' console: the real program answers a client that behaves like a browser.

#![expect(clippy::unwrap_used, reason = "a test fails by saying where")]

/// Accounts, as administrators keep them.
mod accounts;
/// Payees and commitments of held lines, chosen by a person.
mod choosing;
/// Days on which banks are closed, and the bank of a profile.
mod closed;
/// Doors: signing in, sessions, accounts.
mod doors;
/// TLS, addresses, what is kept how long.
mod encrypted;
/// What is done about parked messages.
mod failures;
/// What operators and approvers do.
mod flows;
/// Files of the wrong kind, and the wait for what becomes of a file.
mod handing_in;
/// Files of thousands of records.
mod large;
/// From entries and files back to bytes, and forward.
mod lineage;
/// What was typed stays typed.
mod lost;
/// Every route × every role.
mod matrix;
/// Signing in through an OpenID provider.
mod oidc;
/// Approved payment orders: another day, or none.
mod orders;
/// Pay by person.
mod paying;
/// Posting rules, and what of the survey is entered by hand.
mod posting;
/// What is refused, and how it is told.
mod refused;
/// Tokens of upstream systems.
mod senders;
/// Settings, pauses, corrections.
mod settings;
/// Money that waits.
mod settling;
#[path = "../support/mod.rs"]
mod support;
/// Files of the survey.
mod survey;
/// What people must do by a time.
mod tasks;
/// A client with cookies and forms.
mod visitor;
/// To the other language and back.
mod ways;
