//! The rules of the house as tests. Each looks at the files of the checkout and names every place that breaks it.

#![expect(clippy::unwrap_used, reason = "a test fails by saying where")]

/// Every code that Rust gives to a person has its texts.
mod catalogue;
/// What Rust files may say, and how long they may be.
mod code;
/// What services of Docker must have.
mod compose;
/// Where documents lead, and what they tell people to type.
mod documents;
/// Every integration folder is complete, and its codes have texts.
mod folders;
/// What log lines may say.
mod logs;
/// Alerts, dashboard and runbooks name what exists.
mod monitoring;
/// `queues.toml` is the ward's table.
mod queues;
/// What a file must not tell.
mod secrets;
/// What `docs/SECURITY.md` points at.
mod security;
/// Walking the checkout.
mod source;
/// Tables without foreign keys.
mod tables;
/// What `make new` makes.
mod template;
