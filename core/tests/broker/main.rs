//! The broker module against a real RabbitMQ: each test in a virtual host of its own, deleted at its end.
//!
//! Faults are made by a small proxy between us and the broker, which can cut or freeze connections at an exact moment, and by
//! the management API, which closes connections as an operator would.

// In a test a failed step is a failed test, and the panic names its place.
#![allow(clippy::unwrap_used)]

mod consume;
mod harness;
mod line;
mod publish;
mod topology;
mod users;
