//! `renkei batch …`: what came in, what became of it, and what a person decides about it.

use std::sync::Arc;

use clap::Subcommand;
use renkei_consumers::inbound::{Batch, CarriedOn, Choice, Filter, Finding, Hop, Intake, IntakeError, State, StoredDocument};
use renkei_core::catalogue::{self, Lang};
use renkei_core::money::Yen;
use renkei_core::registry::Registry;

use super::print::{say, table};
use super::{Exit, Global, arrivals, ledger, words};
use crate::config::Config;
use crate::wiring;

/// `renkei batch …`
#[derive(Debug, Subcommand)]
pub(crate) enum BatchCommand {
    /// Batches, newest first
    List {
        /// Number or slug
        #[arg(long)]
        topic: Option<String>,
        /// received, staged, awaiting_confirmation, posted, held, rejected, duplicate, cancelled
        #[arg(long)]
        state: Option<String>,
        /// Batches shown at most
        #[arg(long, default_value_t = 30)]
        limit: u32,
    },
    /// Files that are expected, and those that are late (未着)
    Arrivals,
    /// One batch: hops, findings, faults
    Show {
        /// Batch number or delivery id
        batch: String,
    },
    /// The journal it would make; nothing is kept
    Preview {
        /// Batch number or delivery id
        batch: String,
    },
    /// Post a batch that waits for confirmation
    Confirm(Decision),
    /// 取消: reverse a posted batch; refused when something depends on it
    Cancel(Decision),
    /// Post held lines now
    PostHeld {
        #[command(flatten)]
        decision: Decision,
        /// Lines; all when none is given
        #[arg(long = "line")]
        lines: Vec<i64>,
    },
    /// Choose the creditor or the commitment of a held line, check it again and post it
    #[command(group = clap::ArgGroup::new("chosen").required(true).args(["creditor", "commitment"]))]
    Choose {
        #[command(flatten)]
        decision: Decision,
        /// Line
        #[arg(long)]
        line: i64,
        /// Creditor number (債権者番号)
        #[arg(long)]
        creditor: Option<String>,
        /// Commitment number (支出負担行為番号)
        #[arg(long)]
        commitment: Option<String>,
    },
    /// Give up held lines
    RejectHeld {
        #[command(flatten)]
        decision: Decision,
        /// Lines
        #[arg(long = "line", required = true)]
        lines: Vec<i64>,
    },
    /// Post a duplicate on purpose
    PostDuplicate(Decision),
    /// Decide a batch that is still staged: its decision failed, and the cause is mended
    Decide(Decision),
}

/// Who decides what, and why.
#[derive(Debug, clap::Args)]
pub(crate) struct Decision {
    /// Batch number or delivery id
    batch: String,
    /// Who decides
    #[arg(long = "as", env = "RENKEI_ACTOR")]
    actor: String,
    /// Why
    #[arg(long, default_value = "")]
    reason: String,
}

/// Runs it.
pub(crate) fn run(global: &Global, command: &BatchCommand) -> anyhow::Result<Exit> {
    let config = Config::load(global.config.as_deref())?;
    let registry = Arc::new(Registry::load()?);
    wiring::runtime()?.block_on(async {
        let intake = Intake::new(wiring::database(&config).await?, registry.clone()).with_source("cli");
        match command {
            BatchCommand::List { topic, state, limit } => list(global, &registry, &intake, topic, state, *limit).await,
            BatchCommand::Arrivals => {
                let now = renkei_core::calendar::clock::now();
                Ok(arrivals::print(global, &renkei_consumers::arrivals::expected(intake.pool(), &registry, &now).await?))
            }
            BatchCommand::Show { batch } => show(global, &intake, batch).await,
            BatchCommand::Preview { batch } => preview(global, &intake, batch).await,
            BatchCommand::Confirm(decision) => {
                let id = intake.find(&decision.batch).await?.id;
                decided(global, intake.confirm(id, &decision.actor, &decision.reason).await)
            }
            BatchCommand::Cancel(decision) => {
                let id = intake.find(&decision.batch).await?.id;
                decided(global, intake.cancel(id, &decision.actor, &decision.reason).await)
            }
            BatchCommand::PostHeld { decision, lines } => {
                let id = intake.find(&decision.batch).await?.id;
                let chosen = (!lines.is_empty()).then_some(lines.as_slice());
                let posted = intake.post_held(id, chosen, &decision.actor, &decision.reason).await;
                decided(global, posted.map(|posted| posted.batch))
            }
            BatchCommand::Choose { decision, line, creditor, commitment } => {
                let id = intake.find(&decision.batch).await?.id;
                let (object, chosen) = match creditor {
                    Some(creditor) => ("creditor", creditor.as_str()),
                    None => ("commitment", commitment.as_deref().unwrap_or_default()),
                };
                let choice = Choice { line: *line, object, chosen };
                let posted = intake.choose(id, choice, &decision.actor, &decision.reason).await;
                decided(global, posted.map(|posted| posted.batch))
            }
            BatchCommand::RejectHeld { decision, lines } => {
                let id = intake.find(&decision.batch).await?.id;
                decided(global, intake.reject_held(id, lines, &decision.actor, &decision.reason).await)
            }
            BatchCommand::PostDuplicate(decision) => {
                let id = intake.find(&decision.batch).await?.id;
                decided(global, intake.post_duplicate(id, &decision.actor, &decision.reason).await)
            }
            BatchCommand::Decide(decision) => {
                let id = intake.find(&decision.batch).await?.id;
                decided(global, intake.decide_by(id, &decision.actor, &decision.reason).await)
            }
        }
    })
}

/// The state of a batch in the reader's language.
pub(crate) fn state_name(state: State, lang: Lang) -> &'static str {
    catalogue::word("batch_state", state.as_str(), lang).unwrap_or(state.as_str())
}

async fn list(
    global: &Global,
    registry: &Registry,
    intake: &Intake,
    topic: &Option<String>,
    state: &Option<String>,
    limit: u32,
) -> anyhow::Result<Exit> {
    let topic = topic.as_ref().map(|name| super::topic::find(registry, name).map(|topic| topic.slug.to_string())).transpose()?;
    let state = match state {
        Some(name) => Some(State::parse(name).ok_or_else(|| anyhow::anyhow!("{name:?} is no state of a batch"))?),
        None => None,
    };
    let batches = intake.list(&Filter { topic, state, before: None, rows_max: limit }).await?;
    if global.json {
        println!("{}", serde_json::json!(batches));
    } else {
        println!("{}", batch_table(global.lang, &batches));
    }
    Ok(Exit::Done)
}

/// Batches as a table.
pub(crate) fn batch_table(lang: Lang, batches: &[Batch]) -> String {
    let headings = match lang {
        Lang::Ja => [">番号", "トピック", "ファイル", "状態", ">件数", ">金額", ">記帳", ">保留", ">既知", ">却下", "受領"],
        Lang::En => {
            [">batch", "topic", "file", "state", ">records", ">yen", ">posted", ">held", ">skipped", ">rejected", "received"]
        }
    };
    let rows = batches.iter().map(|batch| {
        vec![
            batch.id.to_string(),
            batch.topic.clone(),
            batch.file.clone(),
            state_name(batch.state, lang).to_owned(),
            batch.records_read.to_string(),
            Yen(batch.yen_read).to_string(),
            batch.records_posted.to_string(),
            batch.records_held.to_string(),
            batch.records_skipped.to_string(),
            batch.records_rejected.to_string(),
            batch.received_at.chars().take(19).collect(),
        ]
    });
    table(&headings, rows.collect())
}

async fn show(global: &Global, intake: &Intake, name: &str) -> anyhow::Result<Exit> {
    let batch = intake.find(name).await?;
    let findings = intake.findings(batch.id).await?;
    let faults = intake.faults(batch.id).await?;
    let documents = intake.documents(batch.id).await?;
    let medium = intake.medium(batch.id).await?;
    if global.json {
        println!(
            "{}",
            serde_json::json!({"batch": batch, "documents": documents, "findings": findings, "faults": faults, "medium": medium})
        );
        return Ok(exit_of(batch.state));
    }
    let lang = global.lang;
    println!("{}", batch_table(lang, std::slice::from_ref(&batch)));
    if !batch.origin.is_empty() {
        println!("{}: {}", say(lang, "由来", "origin"), batch.origin);
    }
    println!("{}", hops(lang, &batch));
    if !documents.is_empty() {
        println!("{}", document_table(lang, &documents));
    }
    if let Some(medium) = &medium {
        println!("{}", carried_on(lang, medium));
    }
    for finding in &findings {
        println!("{}", finding_text(lang, finding));
    }
    for fault in &faults {
        println!("{}", super::print::fault(lang, &fault.as_fault()));
    }
    if let Some(original) = batch.duplicate_of {
        println!("{} {original}", say(lang, "同じファイルのバッチ:", "the same file as batch"));
    }
    Ok(exit_of(batch.state))
}

/// Every hop in records and yen; they must agree.
fn hops(lang: Lang, batch: &Batch) -> String {
    let headings = match lang {
        Lang::Ja => ["段階", ">件数", ">金額"],
        Lang::En => ["hop", ">records", ">yen"],
    };
    let row = |hop: Hop| vec![say(lang, hop.ja, hop.en).to_owned(), hop.records.to_string(), Yen(hop.yen).to_string()];
    let mut rows: Vec<Vec<String>> = batch.hops().map(row).into();
    // What was posted is taken back, and nothing of it stands.
    if batch.state == State::Cancelled {
        rows.push(row(Hop {
            ja: "取消（反対仕訳）", en: "reversed", records: -batch.records_posted, yen: -batch.yen_posted
        }));
    }
    table(&headings, rows)
}

/// The documents that came with it, and where they are kept.
fn document_table(lang: Lang, documents: &[StoredDocument]) -> String {
    let headings = match lang {
        Lang::Ja => ["証拠書類", "種類", ">バイト", "SHA-256", "保管先", "名指し"],
        Lang::En => ["document", "kind", ">bytes", "SHA-256", "archive", "named"],
    };
    let named = |named: bool| say(lang, if named { "あり" } else { "なし" }, if named { "yes" } else { "no" }).to_owned();
    let rows = documents.iter().map(|document| {
        let StoredDocument { name, kind, sha256, bytes, archive, .. } = document.clone();
        vec![name, kind, bytes.to_string(), sha256, archive, named(document.named)]
    });
    table(&headings, rows.collect())
}

/// The medium that carried it, and who answers for it.
fn carried_on(lang: Lang, medium: &CarriedOn) -> String {
    let wiped = match (&medium.wiped_at, &medium.wiped_by) {
        (Some(at), Some(by)) => format!("{} {at} {by}", say(lang, "消去", "wiped")),
        _ => say(lang, "消去は未記録です", "not recorded as wiped").to_owned(),
    };
    let CarriedOn { medium: id, label, bearer, approver, accepted_by, accepted_at, .. } = medium;
    format!(
        "{} {label} ({id}) · {} {bearer} · {} {approver} · {} {accepted_at} {accepted_by} · {wiped}",
        say(lang, "媒体", "medium"),
        say(lang, "持参", "brought by"),
        say(lang, "承認", "approved by"),
        say(lang, "取込", "taken")
    )
}

/// A finding as a sentence from the catalogue.
pub(crate) fn finding_text(lang: Lang, finding: &Finding) -> String {
    let fault = finding.as_fault();
    let line = fault.line.map(|line| format!("{} {line} ", say(lang, "行", "line"))).unwrap_or_default();
    let remedy = catalogue::remedy(&fault, lang);
    let state = if finding.state == "resolved" { say(lang, "（処理済）", " (resolved)") } else { "" };
    let verdict = words::verdict(lang, &finding.verdict);
    format!("{line}{verdict} [{}]{state} {}\n  → {remedy}", finding.code, catalogue::text(&fault, lang))
}

async fn preview(global: &Global, intake: &Intake, name: &str) -> anyhow::Result<Exit> {
    let id = intake.find(name).await?.id;
    let preview = intake.preview(id).await?;
    if global.json {
        println!("{}", serde_json::json!(preview));
        return Ok(Exit::Done);
    }
    let lang = global.lang;
    println!(
        "{} {} · {} {} · {} {} · {} {}",
        say(lang, "記帳", "would post"),
        preview.records,
        Yen(preview.yen),
        say(lang, "円", "yen"),
        say(lang, "保留", "held"),
        preview.records_held,
        say(lang, "既知", "skipped"),
        preview.records_skipped
    );
    for finding in &preview.findings {
        println!("{}", finding_text(lang, finding));
    }
    println!("{}", ledger::account_totals(lang, &preview.journal.accounts));
    Ok(if preview.refused { Exit::Rejected } else { Exit::Done })
}

fn decided(global: &Global, outcome: Result<Batch, IntakeError>) -> anyhow::Result<Exit> {
    match outcome {
        Ok(batch) => {
            if global.json {
                println!("{}", serde_json::json!(batch));
            } else {
                println!("{}", batch_table(global.lang, std::slice::from_ref(&batch)));
            }
            Ok(exit_of(batch.state))
        }
        Err(error) => Err(error.into()),
    }
}

fn exit_of(state: State) -> Exit {
    match state {
        State::Held | State::AwaitingConfirmation => Exit::Held,
        State::Rejected => Exit::Rejected,
        _ => Exit::Done,
    }
}
