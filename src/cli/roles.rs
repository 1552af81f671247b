//! `renkei produce`, `renkei consume`, `renkei console`, `renkei up`: the long-running roles.

use std::sync::Arc;

use renkei_core::calendar::clock;
use renkei_core::registry::Registry;
use tracing::{info, warn};

use super::{Exit, Global};
use crate::config::Config;
use crate::observe::{self, Readiness};
use crate::wiring;

/// Which roles a process plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Roles {
    /// Watch folders, take uploads, run the schedule.
    pub(crate) produce: bool,
    /// Post and export.
    pub(crate) consume: bool,
    /// Serve the operators' pages.
    pub(crate) console: bool,
}

impl Roles {
    /// Whether any of them needs the database.
    pub(crate) fn with_database(self) -> bool {
        self.consume || self.console
    }

    /// The door by which such a process comes to the database: a console alone needs no more rights than the console's.
    pub(crate) fn door(self) -> &'static str {
        if self.console && !self.consume { "console" } else { "consumer" }
    }
}

/// Runs until the process is asked to stop; then finishes what it has begun.
pub(crate) fn run(global: &Global, roles: Roles) -> anyhow::Result<Exit> {
    let config = Config::load(global.config.as_deref())?;
    let registry = Arc::new(Registry::load()?);
    wiring::runtime()?.block_on(async {
        let shutdown = wiring::shutdown_on_signal()?;
        info!(produce = roles.produce, consume = roles.consume, console = roles.console, "starting");
        if let Some(instant) = clock::check()? {
            // Left in a shell it would book everything on one day, and nobody would notice.
            warn!(%instant, "the clock is stopped by RENKEI_NOW: every booking, file and check bears this day; unset it for real work");
        }
        let readiness = Readiness::asking(roles.with_database().then(|| wiring::database_url(&config, roles.door())))?;
        let observed = observe::serve(&config, readiness.clone(), shutdown.clone()).await?;
        wiring::prepare(&config, &registry, roles).await?;
        let mut running = wiring::start(&config, &registry, roles, shutdown.clone()).await?;
        tokio::select! {
            () = running.ready() => {
                readiness.roles_run();
                println!("ready");
            }
            () = shutdown.cancelled() => {}
        }
        let ended = running.wait().await;
        // Whichever way the roles ended, the rest of the process ends with them.
        shutdown.cancel();
        observed.await?;
        ended?;
        info!("stopped");
        Ok(Exit::Done)
    })
}
