//! The console in a real browser: two persons walk the real program, and every page is looked at. Without Chromium and its driver
//! (compose/lib/install.sh installs them) these tests say so and do nothing.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by saying where")]

/// Chromium by its driver.
mod driver;
/// What two persons do.
mod flows;
/// What every page keeps.
mod pages;
/// What is looked for on a page.
mod sight;
#[path = "../support/mod.rs"]
mod support;
