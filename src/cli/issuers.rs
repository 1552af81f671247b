//! `renkei ledger load-issuers`: the published register of qualified invoice issuers.

use std::fs::File;
use std::path::Path;

use anyhow::Context;
use renkei_consumers::db::PgPool;
use renkei_consumers::ledger::issuers::{RegisterError, load_register};
use renkei_core::catalogue::Lang;

use super::print::fault;
use super::{Exit, Global};

/// Loads a file; one that is not as published is refused with its first faults.
pub(super) async fn load(global: &Global, pool: &PgPool, file: &Path, fetched_on: &str, who: &str) -> anyhow::Result<Exit> {
    let input = File::open(file).with_context(|| format!("cannot open {}", file.display()))?;
    let loaded = match load_register(pool, input, fetched_on, who).await {
        Ok(loaded) => loaded,
        Err(RegisterError::Faulty(count, faults)) => {
            for found in &faults {
                println!("{}", fault(global.lang, found));
            }
            match global.lang {
                Lang::Ja => println!("誤り {count} 件。登録していません。"),
                Lang::En => println!("{count} error(s); nothing was loaded."),
            }
            return Ok(Exit::Rejected);
        }
        Err(error) => return Err(error.into()),
    };
    if global.json {
        println!("{}", serde_json::json!(loaded));
        return Ok(Exit::Done);
    }
    let (read, known, changed, ended) = (loaded.read, loaded.known, loaded.changed, loaded.ended);
    match global.lang {
        Lang::Ja => {
            println!("{read} 行を読みました。債権者・請求書の登録番号 {known} 件、変更 {changed} 件、取消・失効 {ended} 件。")
        }
        Lang::En => println!("{read} rows read: {known} numbers the ledger knows, {changed} changed, {ended} ended."),
    }
    Ok(Exit::Done)
}
