//! `renkei ledger tender …`: what the contracts office does with a tender (案件) until its vendors are told.

/// What a tender says.
mod terms;

use clap::{Args, Subcommand};
use renkei_consumers::db::PgPool;
use renkei_consumers::ledger::{self, Tender, TenderFault};
use renkei_core::calendar::clock;
use renkei_core::catalogue::Lang;

use self::terms::{Changes, Open};
use crate::cli::print::{say, sentence, table};
use crate::cli::{Exit, Global, words};

/// `renkei ledger tender …`
#[derive(Debug, Subcommand)]
pub(crate) enum TenderCommand {
    /// Open a draft (執行伺を起案); its budget is bound at once
    Open(Box<Open>),
    /// Add vendors to a draft, in this order
    Nominate(Vendors),
    /// Take vendors out of a draft
    Strike(Vendors),
    /// Change what is told of a draft
    Change {
        /// 案件番号
        tender: String,
        #[command(flatten)]
        changes: Box<Changes>,
        /// Who changes it
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
    /// Approve a draft (決裁) that breaks no rule; whoever made or changed it may not
    Approve {
        /// 案件番号
        tender: String,
        /// Who approves
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
    /// Make an approved, told or failed tender a draft again; its next version is told anew
    Reopen(Decision),
    /// Give a tender up before anybody was told, or after 不調; its budget is free again
    Cancel(Decision),
    /// Tenders
    List {
        /// draft, approved, selected, pending, awarded, failed, cancelled
        #[arg(long, default_value = "")]
        state: String,
        /// Tenders shown at most
        #[arg(long, default_value_t = 100)]
        limit: i64,
    },
    /// One tender with its nominees, and every rule they break
    Show {
        /// 案件番号
        tender: String,
    },
}

/// Vendors of a draft.
#[derive(Debug, Args)]
pub(crate) struct Vendors {
    /// 案件番号
    tender: String,
    /// 受付番号
    #[arg(required = true)]
    vendors: Vec<String>,
    /// Why these (選定理由, told with them), or why not these
    #[arg(long, default_value = "")]
    reason: String,
    /// Who selects
    #[arg(long = "as", env = "RENKEI_ACTOR")]
    actor: String,
}

/// A decision about a tender.
#[derive(Debug, Args)]
pub(crate) struct Decision {
    /// 案件番号
    tender: String,
    /// Why
    #[arg(long)]
    reason: String,
    /// Who decides
    #[arg(long = "as", env = "RENKEI_ACTOR")]
    actor: String,
}

/// Runs it.
pub(crate) async fn run(global: &Global, pool: &PgPool, command: &TenderCommand) -> anyhow::Result<Exit> {
    let today = clock::today().to_string();
    match command {
        TenderCommand::Open(open) => {
            let no = ledger::open_tender(pool, &serde_json::to_value(open)?, &open.actor, &today).await?;
            show(global, pool, &no).await
        }
        TenderCommand::Nominate(Vendors { tender, vendors, reason, actor }) => {
            ledger::nominate(pool, tender, vendors, reason, actor).await?;
            show(global, pool, tender).await
        }
        TenderCommand::Strike(Vendors { tender, vendors, reason, actor }) => {
            ledger::strike_nominees(pool, tender, vendors, reason, actor).await?;
            show(global, pool, tender).await
        }
        TenderCommand::Change { tender, changes, actor } => {
            ledger::change_tender(pool, tender, &serde_json::to_value(changes)?, actor).await?;
            show(global, pool, tender).await
        }
        TenderCommand::Approve { tender, actor } => {
            let barred = ledger::approve_tender(pool, tender, actor, &clock::now_rfc3339()).await?;
            if barred.is_empty() {
                return show(global, pool, tender).await;
            }
            faults(global, &barred);
            Ok(Exit::Rejected)
        }
        TenderCommand::Reopen(Decision { tender, reason, actor }) => {
            ledger::reopen_tender(pool, tender, reason, actor).await?;
            show(global, pool, tender).await
        }
        TenderCommand::Cancel(Decision { tender, reason, actor }) => {
            ledger::cancel_tender(pool, tender, reason, actor).await?;
            show(global, pool, tender).await
        }
        TenderCommand::List { state, limit } => {
            print(global, &ledger::tenders(pool, state, *limit).await?);
            Ok(Exit::Done)
        }
        TenderCommand::Show { tender } => show(global, pool, tender).await,
    }
}

/// One tender with its nominees and what bars it.
async fn show(global: &Global, pool: &PgPool, no: &str) -> anyhow::Result<Exit> {
    let Some((tender, nominees, broken)) = ledger::tender(pool, no).await? else {
        println!("{}", sentence(global.lang, "SELECTION_TENDER_UNKNOWN", &serde_json::json!({ "tender": no })));
        return Ok(Exit::Failed);
    };
    // Once it is decided, the rules of its selection are history.
    let barring = if matches!(tender.state.as_str(), "draft" | "approved" | "selected") { broken } else { Vec::new() };
    if global.json {
        println!("{}", serde_json::json!({"tender": tender, "nominees": nominees, "faults": barring}));
        return Ok(if barring.is_empty() { Exit::Done } else { Exit::Held });
    }
    print(global, std::slice::from_ref(&tender));
    if !nominees.is_empty() {
        let headings = match global.lang {
            Lang::Ja => ["受付番号", "商号又は名称", "選定区分", "選定理由"],
            Lang::En => ["vendor", "name", "kind", "reason"],
        };
        let rows = nominees.into_iter().map(|nominee| {
            vec![
                nominee.vendor,
                nominee.name.unwrap_or_default(),
                words::nominee_kind(global.lang, &nominee.kind),
                nominee.reason.unwrap_or_default(),
            ]
        });
        println!("\n{}", table(&headings, rows.collect()));
    }
    if barring.is_empty() {
        return Ok(Exit::Done);
    }
    println!("\n{}", say(global.lang, "このままでは決裁・通知できません：", "as it stands it can be neither approved nor told:"));
    faults(global, &barring);
    Ok(Exit::Held)
}

fn faults(global: &Global, faults: &[TenderFault]) {
    if global.json {
        println!("{}", serde_json::json!({ "faults": faults }));
        return;
    }
    for fault in faults {
        println!("{}", sentence(global.lang, &fault.code, &fault.detail));
    }
}

fn print(global: &Global, tenders: &[Tender]) {
    if global.json {
        println!("{}", serde_json::json!(tenders));
        return;
    }
    let headings = match global.lang {
        Lang::Ja => {
            ["案件番号", ">版", "状態", "入札方式", "件名", "公表日", "締切", "開札", ">業者", "起案", "決裁", ">ファイル"]
        }
        Lang::En => [
            "tender",
            ">version",
            "state",
            "method",
            "title",
            "published",
            "closes",
            "opens",
            ">vendors",
            "made by",
            "approved by",
            ">file",
        ],
    };
    let rows = tenders.iter().map(|tender| {
        vec![
            tender.no.clone(),
            tender.version.to_string(),
            words::tender_state(global.lang, &tender.state),
            tender.method.clone(),
            tender.title.clone(),
            tender.published_on.clone(),
            tender.closes_at.clone(),
            tender.opens_at.clone(),
            tender.nominees.to_string(),
            tender.made_by.clone().unwrap_or_default(),
            tender.approved_by.clone().unwrap_or_default(),
            tender.file.map(|file| file.to_string()).unwrap_or_default(),
        ]
    });
    println!("{}", table(&headings, rows.collect()));
}
