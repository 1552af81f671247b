//! The console in a real browser: two persons walk the real program, and every page is looked at. Without Chromium and its driver
//! (compose/lib/install.sh installs them) these tests say so and do nothing.

/// Chromium by its driver.
mod driver;
/// What two persons do.
mod flows;
/// What every page keeps.
mod pages;
#[path = "../support/mod.rs"]
mod support;
