use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use renkei_console::access::oidc::Oidc;
use renkei_console::access::seal::Sealer;
use renkei_console::{Depths, Desk, Lists, Pulse, Recent};
use renkei_consumers::inbound;
use renkei_core::registry::Registry;
use renkei_core::tls::{self, Proxies};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{Readiness, archive, database_of_role, exporter_over, intake, publisher};
use crate::config::Config;
use crate::samples;

/// How old the trial balance of a page may be before it is summed up anew.
const SUMMED_EVERY: Duration = Duration::from_secs(60);
/// The same for the lists of the ledger.
const LISTED_EVERY: Duration = Duration::from_secs(5);
/// The same for what the board says of files that should come.
const EXPECTED_EVERY: Duration = Duration::from_secs(15);

/// The operators' pages.
pub(super) async fn start(
    config: &Config,
    registry: &Arc<Registry>,
    tasks: &mut JoinSet<anyhow::Result<()>>,
    readiness: &mut Readiness,
    shutdown: &CancellationToken,
) -> anyhow::Result<()> {
    let listen = config.console_listen.parse().context("console_listen is not an address and port")?;
    let pool = database_of_role(config, "console", "renkei_console").await?;
    let publisher = publisher(config, registry, "console")?;
    let desk = Arc::new(Desk {
        intake: inbound::Intake::new(pool.clone(), registry.clone()).with_source("console"),
        exporter: exporter_over(pool.clone(), config, registry)?.with_source("console"),
        archive: archive(config)?,
        hand_in: intake(config, registry, &publisher)?,
        sealer: Sealer::from_file(&config.data.join("console.key"))?,
        broker: config.broker(registry),
        registry: registry.clone(),
        publisher: publisher.clone(),
        samples: samples::sound,
        depths: Depths::default(),
        balances: Recent::new(SUMMED_EVERY),
        lists: Lists::new(LISTED_EVERY),
        outlook: Recent::new(EXPECTED_EVERY),
        pulse: Pulse::default(),
        proxies: Proxies::new(config.console_trusted_proxies.clone()),
        oidc: config.console_oidc.clone().map(Oidc::new),
        senders_file: config.produce.senders_file.clone(),
        tokens_file: config.tokens_file(),
        codes_for: config.console_codes_for.clone(),
        known_passwords: config.known_passwords()?,
        pool,
    });
    let tls = tls::acceptor(&config.console_tls_cert, &config.console_tls_key)?;
    let (begun, begins) = oneshot::channel();
    readiness.push(begins);
    let shutdown = shutdown.clone();
    tasks.spawn(async move {
        let outcome = renkei_console::serve(desk, listen, tls, shutdown, begun).await;
        publisher.close().await;
        outcome.with_context(|| format!("the console cannot listen on {listen}; set RENKEI_CONSOLE_LISTEN"))
    });
    Ok(())
}
