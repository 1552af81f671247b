//! `renkei ledger pay-staff` and its neighbours: pay to staff by payment order.

use clap::Subcommand;
use renkei_consumers::db::PgPool;
use renkei_consumers::ledger::{self, StaffPay, StaffPayPart};
use renkei_core::calendar::{Date, clock};
use renkei_core::catalogue::Lang;
use renkei_core::money::Yen;

use super::Global;
use super::print::say;

/// `renkei ledger …` about staff.
#[derive(Debug, Subcommand)]
pub(crate) enum StaffCommand {
    /// Say that a creditor is a member of staff: orders to it are pay
    StaffCreditor {
        /// 債権者番号
        creditor: String,
        /// 職員番号
        staff: String,
        /// Who says so
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
    /// Order pay for a member of staff: a commitment and a draft over the gross amount, with what is kept back of it
    PayStaff {
        /// 職員番号
        staff: String,
        /// 所得税区分: 1 甲, 2 乙, 3 丙
        #[arg(long, value_parser = ["1", "2", "3"])]
        column: String,
        /// A part, KIND:TAXABLE with NONTAXABLE, SOCIAL and WITHHELD behind further colons; may be given several times. WITHHELD is computed where the law gives a rate
        #[arg(long = "part", required = true)]
        parts: Vec<StaffPayPart>,
        /// Pay date, YYYY-MM-DD: a bank business day
        #[arg(long)]
        on: Date,
        /// 予算科目
        #[arg(long)]
        budget_line: String,
        /// 会計
        #[arg(long, default_value = "01")]
        fund: String,
        /// 会計年度; without it, that of the pay date
        #[arg(long)]
        fiscal_year: Option<i32>,
        /// 所属; without it, the main post on the pay date
        #[arg(long)]
        organization: Option<String>,
        /// 摘要
        #[arg(long)]
        memo: String,
        /// Who orders
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
    /// Record that the payroll section was told by hand of a payment that no file can carry any more
    NoteStaffPayment {
        /// 支出命令番号
        order: String,
        /// 枝番
        part: i32,
        /// What was told, and how
        #[arg(long)]
        note: String,
        /// Who told it
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
}

/// Runs it.
pub(super) async fn run(global: &Global, pool: &PgPool, command: &StaffCommand) -> anyhow::Result<()> {
    match command {
        StaffCommand::StaffCreditor { creditor, staff, actor } => {
            ledger::link_staff_creditor(pool, creditor, staff, actor).await?;
            if global.json {
                println!("{}", serde_json::json!({"creditor": creditor, "staff": staff}));
            } else {
                println!("{creditor} = {staff} {}", say(global.lang, "（職員の債権者として登録しました）", "(linked)"));
            }
        }
        StaffCommand::PayStaff { staff, column, parts, on, budget_line, fund, fiscal_year, organization, memo, actor } => {
            let (on, today) = (on.to_string(), clock::today().to_string());
            let pay = StaffPay {
                staff_no: staff,
                tax_column: column,
                pay_date: &on,
                fiscal_year: *fiscal_year,
                fund,
                budget_line,
                organization: organization.as_deref(),
                title: memo,
                parts,
            };
            ordered(global, &ledger::order_staff_pay(pool, &pay, actor, &today).await?);
        }
        StaffCommand::NoteStaffPayment { order, part, note, actor } => {
            let noted = ledger::note_staff_payment(pool, order, *part, note, actor).await?;
            if global.json {
                println!("{}", serde_json::json!({"noted": noted, "order": order, "part": part}));
            } else {
                println!("{noted} {}", say(global.lang, "件を記録しました", "noted"));
            }
        }
    }
    Ok(())
}

fn ordered(global: &Global, order: &ledger::StaffOrder) {
    let net = order.amount - order.deducted;
    if global.json {
        println!("{}", serde_json::json!({"order": order.no, "amount": order.amount, "deducted": order.deducted, "net": net}));
        return;
    }
    let words = match global.lang {
        Lang::Ja => ["支給額", "控除額", "差引支払額"],
        Lang::En => ["gross", "kept back", "net"],
    };
    let [gross, kept, paid] = words;
    println!("{}  {gross} {}  {kept} {}  {paid} {}", order.no, Yen(order.amount), Yen(order.deducted), Yen(net));
}
