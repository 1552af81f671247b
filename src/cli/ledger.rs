//! `renkei ledger …`: journal, trial balance, payment orders and their approval (決裁).

use clap::{Args, Subcommand};
use renkei_consumers::db::PgPool;
use renkei_consumers::ledger::{self, Worklist};
use renkei_core::calendar::clock;
use renkei_core::catalogue::Lang;
use renkei_core::money::Yen;

use super::print::{say, table};
use super::{Exit, Global, lineage};
use crate::config::Config;
use crate::wiring;

/// `renkei ledger …`
#[derive(Debug, Subcommand)]
pub(crate) enum LedgerCommand {
    /// 合計残高試算表
    TrialBalance,
    /// The journal a batch or a released file made, or what was booked about a payment order
    #[command(group = clap::ArgGroup::new("of").required(true).args(["batch", "file", "order"]))]
    Journal {
        /// Batch number; with what became of the payment orders it made
        #[arg(long)]
        batch: Option<i64>,
        /// Exported file number
        #[arg(long)]
        file: Option<i64>,
        /// Payment order number (支出命令番号)
        #[arg(long)]
        order: Option<String>,
        /// Lines shown at most
        #[arg(long, default_value_t = 100)]
        limit: i64,
    },
    /// The records and bytes behind what an entry booked from a line of a file
    Lineage {
        /// Entry and line of the file, as the journal shows them: 12/3
        #[arg(value_parser = parse_place)]
        place: (i64, i64),
    },
    /// Payment orders (支出命令)
    Orders {
        /// draft, approved, in_file, released, paid, returned, cancelled
        #[arg(long, default_value = "")]
        state: String,
        /// Orders shown at most
        #[arg(long, default_value_t = 100)]
        limit: i64,
    },
    /// Approve drafts (決裁); the maker may not
    Approve {
        /// Order numbers
        #[arg(required_unless_present = "all")]
        orders: Vec<String>,
        /// Every draft
        #[arg(long, conflicts_with = "orders")]
        all: bool,
        /// Who approves
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
    /// Give approved orders that are in no file another pay date; the maker may not
    Reschedule {
        /// Order numbers
        #[arg(required = true)]
        orders: Vec<String>,
        /// New pay date, YYYY-MM-DD: a bank business day
        #[arg(long)]
        to: jiff::civil::Date,
        /// Who decides
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
    /// Take orders back that are in no file; the expense of approved ones is reversed
    CancelOrders {
        /// Order numbers
        #[arg(required = true)]
        orders: Vec<String>,
        /// Why
        #[arg(long)]
        reason: String,
        /// Who decides; not the maker, once the order is approved
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
    /// Creditors whose bank branch ended or will end (口座変更が必要な債権者)
    PayeesToMove(Rows),
    /// Money above what was owed (過誤納), not settled yet
    Overpayments(Rows),
    /// Money whose receivable is not known (収入未整理)
    Unallocated(Rows),
    /// Payment slips (納付書) that are neither paid nor void
    Slips(Rows),
}

/// How much of a list is shown.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Rows {
    /// Rows shown at most
    #[arg(long, default_value_t = 100)]
    limit: i64,
}

fn parse_place(text: &str) -> Result<(i64, i64), String> {
    let read = || {
        let (entry, line) = text.split_once('/')?;
        Some((entry.parse().ok()?, line.parse().ok()?))
    };
    read().ok_or_else(|| "ENTRY/LINE, e.g. 12/3".to_owned())
}

/// Runs it.
pub(crate) fn run(global: &Global, command: &LedgerCommand) -> anyhow::Result<Exit> {
    let config = Config::load(global.config.as_deref())?;
    wiring::runtime()?.block_on(async {
        let pool = wiring::database(&config).await?;
        match command {
            LedgerCommand::TrialBalance => trial_balance(global, &ledger::trial_balance(&pool).await?),
            LedgerCommand::Journal { batch, file, order, limit } => {
                let lines = match (batch, file, order) {
                    (Some(batch), ..) => ledger::journal_of_batch(&pool, *batch, *limit).await?,
                    (None, Some(file), _) => ledger::journal_of_file(&pool, *file, *limit).await?,
                    (None, None, Some(order)) => ledger::journal_of_order(&pool, order, *limit).await?,
                    (None, None, None) => Vec::new(),
                };
                journal(global, &lines);
            }
            LedgerCommand::Lineage { place: (entry, line) } => {
                let found = ledger::lineage::of_line(&pool, &wiring::archive(&config)?, *entry, *line).await?;
                lineage::print(global, &found);
            }
            LedgerCommand::Orders { state, limit } => orders(global, &ledger::payment_orders(&pool, state, *limit).await?),
            LedgerCommand::Approve { orders, all, actor } => {
                let mut numbers = orders.clone();
                if *all {
                    numbers = ledger::payment_orders(&pool, "draft", i64::MAX).await?.into_iter().map(|order| order.no).collect();
                }
                let day = clock::today().to_string();
                let approved = ledger::approve_payment_orders(&pool, &numbers, actor, &day).await?;
                println!("{approved} {}", say(global.lang, "件を決裁しました", "approved"));
            }
            LedgerCommand::Reschedule { orders, to, actor } => {
                let today = clock::today().to_string();
                let moved = ledger::reschedule_payment_orders(&pool, orders, &to.to_string(), actor, &today).await?;
                println!("{moved} {}", say(global.lang, "件の支払日を変更しました", "rescheduled"));
            }
            LedgerCommand::CancelOrders { orders, reason, actor } => {
                let today = clock::today().to_string();
                let cancelled = ledger::cancel_payment_orders(&pool, orders, actor, reason, &today).await?;
                println!("{cancelled} {}", say(global.lang, "件を取り消しました", "cancelled"));
            }
            LedgerCommand::PayeesToMove(rows) => worklist(global, &pool, Worklist::PayeesToMove, *rows).await?,
            LedgerCommand::Overpayments(rows) => worklist(global, &pool, Worklist::Overpayments, *rows).await?,
            LedgerCommand::Unallocated(rows) => worklist(global, &pool, Worklist::Unallocated, *rows).await?,
            LedgerCommand::Slips(rows) => worklist(global, &pool, Worklist::Slips, *rows).await?,
        }
        Ok(Exit::Done)
    })
}

async fn worklist(global: &Global, pool: &PgPool, list: Worklist, shown: Rows) -> anyhow::Result<()> {
    let (columns, rows) = (list.columns(), list.rows(pool, shown.limit).await?);
    if global.json {
        let object = |row: Vec<Option<String>>| {
            columns.iter().zip(row).map(|((key, ..), value)| ((*key).to_owned(), value.into())).collect::<serde_json::Map<_, _>>()
        };
        println!("{}", serde_json::json!(rows.into_iter().map(object).collect::<Vec<_>>()));
        return Ok(());
    }
    let headings: Vec<&str> = columns.iter().map(|(_, ja, en)| say(global.lang, ja, en)).collect();
    let cells = |row: Vec<Option<String>>| {
        let cell = |((key, ..), value): (&ledger::Column, Option<String>)| match value {
            Some(yen) if *key == "yen" => yen.parse().map_or(yen, |yen| Yen(yen).to_string()),
            value => value.unwrap_or_default(),
        };
        columns.iter().zip(row).map(cell).collect()
    };
    println!("{}", table(&headings, rows.into_iter().map(cells).collect()));
    Ok(())
}

/// A journal as an accountant reads it.
pub(crate) fn journal(global: &Global, lines: &[ledger::JournalLine]) {
    if global.json {
        println!("{}", serde_json::json!(lines));
        return;
    }
    let headings = match global.lang {
        Lang::Ja => [">伝票", "日付", "年度", ">行", "勘定科目", ">借方", ">貸方", "予算科目", "摘要", "支出命令", "受付-行"],
        Lang::En => {
            [">entry", "date", "FY", ">line", "account", ">debit", ">credit", "budget line", "memo", "order", "batch-line"]
        }
    };
    let side = |yen: i64| if yen == 0 { String::new() } else { Yen(yen).to_string() };
    let rows = lines.iter().map(|line| {
        vec![
            line.entry.to_string(),
            line.booked_on.clone(),
            line.fiscal_year.to_string(),
            line.source_line.map(|line| line.to_string()).unwrap_or_default(),
            format!("{} {}", line.account, line.account_name),
            side(line.debit),
            side(line.credit),
            line.budget_line.clone().unwrap_or_default(),
            line.memo.clone().unwrap_or_default(),
            line.order_no.clone().unwrap_or_default(),
            line.order_batch.zip(line.order_line).map(|(batch, line)| format!("{batch}-{line}")).unwrap_or_default(),
        ]
    });
    println!("{}", table(&headings, rows.collect()));
}

fn trial_balance(global: &Global, accounts: &[ledger::AccountBalance]) {
    if global.json {
        println!("{}", serde_json::json!(accounts));
        return;
    }
    let headings = match global.lang {
        Lang::Ja => ["年度", "会計", "勘定科目", ">借方", ">貸方"],
        Lang::En => ["FY", "fund", "account", ">debit", ">credit"],
    };
    let rows = accounts.iter().map(|account| {
        vec![
            account.fiscal_year.to_string(),
            account.fund.clone(),
            format!("{} {}", account.account, say(global.lang, &account.name, &account.name_en)),
            Yen(account.debit).to_string(),
            Yen(account.credit).to_string(),
        ]
    });
    println!("{}", table(&headings, rows.collect()));
    let (debit, credit) = accounts.iter().fold((0i64, 0i64), |(d, c), account| (d + account.debit, c + account.credit));
    println!("{}: {} / {}", say(global.lang, "借方合計 / 貸方合計", "debits / credits"), Yen(debit), Yen(credit));
}

fn orders(global: &Global, orders: &[ledger::PaymentOrder]) {
    if global.json {
        println!("{}", serde_json::json!(orders));
        return;
    }
    let headings = match global.lang {
        Lang::Ja => ["支出命令番号", "状態", "支払日", "債権者", ">金額", "摘要", "起票", "決裁"],
        Lang::En => ["order", "state", "pay date", "creditor", ">yen", "memo", "made by", "approved by"],
    };
    let rows = orders.iter().map(|order| {
        vec![
            order.no.clone(),
            order.state.clone(),
            order.pay_date.clone(),
            order.creditor_name.clone(),
            Yen(order.amount).to_string(),
            order.memo.clone(),
            order.made_by.clone(),
            order.approved_by.clone().unwrap_or_default(),
        ]
    });
    println!("{}", table(&headings, rows.collect()));
}

/// Totals of a journal by account.
pub(crate) fn account_totals(lang: Lang, accounts: &[renkei_consumers::inbound::preview::AccountTotal]) -> String {
    let headings = match lang {
        Lang::Ja => ["勘定科目", ">明細数", ">借方", ">貸方"],
        Lang::En => ["account", ">lines", ">debit", ">credit"],
    };
    let rows = accounts.iter().map(|account| {
        vec![
            format!("{} {}", account.account, account.account_name.as_deref().unwrap_or_default()),
            account.lines.to_string(),
            Yen(account.debit).to_string(),
            Yen(account.credit).to_string(),
        ]
    });
    table(&headings, rows.collect())
}
