//! `renkei ledger slip`: payment slips as PDF.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use renkei_consumers::db::PgPool;
use renkei_consumers::ledger;
use renkei_core::slip;

use super::Global;
use super::print::say;
use crate::config::Config;

/// `renkei ledger slip`
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("which").required(true).args(["slips", "batch"]))]
pub(crate) struct SlipArgs {
    /// 納入通知書番号, 案件特定キー or 調定番号
    slips: Vec<String>,
    /// Every slip that this inbound batch issued and that can be paid
    #[arg(long)]
    batch: Option<i64>,
    /// File to write
    #[arg(long)]
    pdf: PathBuf,
    /// Who prints
    #[arg(long = "as", env = "RENKEI_ACTOR")]
    actor: String,
}

/// Runs it.
pub(super) async fn run(global: &Global, config: &Config, pool: &PgPool, args: &SlipArgs) -> anyhow::Result<()> {
    let slips = match args.batch {
        Some(batch) => ledger::slips_of_batch(pool, batch).await?,
        None => ledger::slips_to_print(pool, &args.slips).await?,
    };
    if slips.is_empty() {
        anyhow::bail!("the batch issued no slip that can be paid");
    }
    let named = (!config.slip_font.as_os_str().is_empty()).then_some(config.slip_font.as_path());
    let issuer = ledger::slip_issuer(pool).await?;
    let bytes = slip::print(&slips, &issuer, &slip::find_font(named)?)?;
    // On record first: a document that exists is one that somebody is known to have printed.
    let sha256 = ledger::note_printed(pool, &slips, &bytes, &args.actor).await?;
    std::fs::write(&args.pdf, &bytes).with_context(|| format!("cannot write {}", args.pdf.display()))?;
    if global.json {
        println!("{}", serde_json::json!({"slips": slips.len(), "pdf": args.pdf, "bytes": bytes.len(), "sha256": sha256}));
    } else {
        println!("{} {} {}", slips.len(), say(global.lang, "件の納付書を印刷しました:", "slip(s) printed:"), args.pdf.display());
    }
    Ok(())
}
