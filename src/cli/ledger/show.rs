use renkei_consumers::inbound::preview::AccountTotal;
use renkei_consumers::ledger;
use renkei_core::catalogue::Lang;
use renkei_core::money::Yen;

use crate::cli::print::{say, table};
use crate::cli::{Global, words};

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

/// 合計残高試算表
pub(super) fn trial_balance(global: &Global, accounts: &[ledger::AccountBalance]) {
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

/// 支出命令
pub(super) fn orders(global: &Global, orders: &[ledger::PaymentOrder]) {
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
            words::order_state(global.lang, &order.state),
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
pub(crate) fn account_totals(lang: Lang, accounts: &[AccountTotal]) -> String {
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
