//! One loop over every case of every integration folder.
//!
//! A case is a folder: what is given, and what must come of it as text an accountant can read. It goes through the program's
//! own code from end to end – claim, archive, reading, chunks, staging, checks, posting, or selection, writing, approval – on a
//! clean database; only the broker is left out (`tests/end_to_end` has it).
//!
//! ```text
//! cases/<name>/case.toml       what, business_date, files (or file), with, layout, direct, again (on `again_on`), choose, give_up, cancel, files_after, without_medium;
//!                              params, profile, bring, ordered_at, reviewed_on, release, accepted, void, bring_after, next, anew, workbook (several files of an
//!                              order: each is released, the first is voided)
//!              setup.sql       the ledger before; cases/setup.sql: what all cases of the folder share, read first;
//!                              cases/functions.sql: functions of pg_temp for both and for before_<step>.sql, read before each;
//!                              tests/cases/given.sql: what cases of several folders share (schema slate)
//!              profile.toml    the bank profile of that name, instead of the shipped one
//!              before_<step>.sql  what happens in the ledger before the step `again`, `cancel`, `files_after`, `release`, `accepted`, `void` or `next`
//!              <files>         what is handed in, with <file>.ctl beside it where the sender states totals
//!              <documents>     what belongs to a file and lies beside it, by the name the file gives it
//!              rejected.txt    faults of a file refused at the door
//!              evidence.txt    documents that came with the file
//!              records.txt     records as staged
//!              verdicts.txt    what check.sql said
//!              cancel.txt      what cancelling a file gave: done, or what refuses it
//!              journal.txt     the journal it made
//!              ledger.txt      what else it left in the ledger: the rows of `cases/show.sql`, one query for all cases of the folder
//!              brought.txt     what became of files a person brought to the topic
//!              refusals.txt    items that could not be exported
//!              waiting.txt     what waits, and for what, where there is nothing to send
//!              workbook.txt    the file as a workbook for people (`workbook = true`), read by another program than wrote it
//!              expected/<name> bytes of the exported file
//!              state.txt       where everything stands at the end, with the count and yen of every hop
//! ```
//!
//! Nothing in a result is random: batch and file numbers begin at 1; delivery ids, digests and times are
//! not shown; where the product draws an unpredictable number (確認番号) that is carried in a file, `setup.sql` of the case
//! puts the slip there with its number, so that the bytes are fixed.
//!
//! `RENKEI_BLESS=1` writes the results instead (`make bless`); read the difference. `RENKEI_CASE=12_civic/twin` runs the cases
//! whose path holds that text.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by saying where")]

/// A case and its results on disk.
mod case;
/// Files handed in.
mod inbound;
/// Files made by `renkei topic sample`.
mod made;
/// Exports.
mod outbound;
#[path = "../support/samples.rs"]
mod sample_files;
#[path = "../support/mod.rs"]
mod support;
/// Results as text.
mod text;
/// Workbooks as text.
mod workbook;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use renkei_core::registry::{Direction, Registry, Sources};
use sqlx::postgres::PgPool;
use tokio::task::JoinSet;

use crate::case::{Case, Results};
use crate::support::database::Database;

/// Cases at work at once, each worker on a database of its own.
const WORKERS: usize = 3;

#[test]
fn every_case_gives_what_its_folder_says() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let wrong = runtime.block_on(run_all());
    assert!(wrong.is_empty(), "{} case(s) differ\n\n{}", wrong.len(), wrong.join("\n"));
}

async fn run_all() -> Vec<String> {
    let root = support::root();
    let sources = Sources { queues: Some(root.join("queues.toml")), integrations: Some(root.join("integrations")) };
    let registry = Arc::new(Registry::load_from(&sources).unwrap_or_else(|errors| panic!("{errors}")));
    let filter = std::env::var("RENKEI_CASE").unwrap_or_default();
    let cases: VecDeque<Case> = Case::all(&registry).into_iter().filter(|case| case.name.contains(&filter)).collect();
    assert!(!cases.is_empty(), "no case has {filter:?} in its path");
    let cases = Arc::new(Mutex::new(cases));
    let mut workers = JoinSet::new();
    for _ in 0..WORKERS {
        workers.spawn(work(registry.clone(), cases.clone()));
    }
    let mut wrong: Vec<String> = workers.join_all().await.into_iter().flatten().collect();
    wrong.sort();
    wrong
}

/// The rules a case runs under: the shipped ones, or those with the bank profile that lies in its folder.
fn rules(case: &Case, shipped: &Arc<Registry>, folder: &std::path::Path) -> Arc<Registry> {
    let profile = case.folder.join("profile.toml");
    if !profile.exists() {
        return shipped.clone();
    }
    let (from, to) = (support::root().join("integrations"), folder.join("integrations"));
    copy_tree(&from, &to);
    let name = format!("{}/profiles/{}.toml", case.topic.slug, case.given.profile);
    std::fs::copy(profile, to.join(name)).unwrap();
    let sources = Sources { queues: Some(support::root().join("queues.toml")), integrations: Some(to) };
    Arc::new(Registry::load_from(&sources).unwrap_or_else(|errors| panic!("{errors}")))
}

fn copy_tree(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(|entry| entry.unwrap().path()) {
        let target = to.join(entry.file_name().unwrap());
        if !entry.is_dir() {
            std::fs::copy(&entry, target).unwrap();
        } else if entry.file_name().is_some_and(|name| name != "cases") {
            copy_tree(&entry, &target);
        }
    }
}

/// Takes cases until there are none.
async fn work(registry: Arc<Registry>, cases: Arc<Mutex<VecDeque<Case>>>) -> Vec<String> {
    let database = Database::hasty(4).await;
    sqlx::raw_sql(concat!(include_str!("slate.sql"), include_str!("given.sql"))).execute(&database.pool).await.unwrap();
    let mut wrong = Vec::new();
    loop {
        let Some(case) = cases.lock().unwrap().pop_front() else { break };
        let name = case.name.clone();
        // A panic in one case is that case's failure.
        match tokio::spawn(run(registry.clone(), case, database.pool.clone())).await {
            Ok(difference) => wrong.extend(difference),
            Err(error) => wrong.push(format!("{name}: {error}")),
        }
        sqlx::query("select slate.wipe()").execute(&database.pool).await.unwrap();
    }
    database.remove().await;
    wrong
}

/// Runs a case on a clean slate; a text when it differs.
async fn run(registry: Arc<Registry>, mut case: Case, pool: PgPool) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let registry = rules(&case, &registry, folder.path());
    case.topic = registry.active(case.topic.direction).find(|topic| topic.slug == case.topic.slug).unwrap().clone();
    case.set_up(&pool).await;
    let results: Results = match case.topic.direction {
        Direction::In => inbound::run(&case, registry, &pool, folder.path()).await,
        Direction::Out => outbound::run(&case, registry, &pool, folder.path()).await,
    };
    if std::env::var_os("RENKEI_BLESS").is_some_and(|value| value == "1") {
        case.bless(&results);
        return None;
    }
    case.compare(&results)
}
