//! Reading the ledger, and the decisions on payment orders that stand in for the accounting system's 決裁.

/// From a cell of the survey back to the budget lines.
pub mod cells;
/// The public register of issuers.
pub mod issuers;
/// From a ledger line back to the bytes it comes from.
pub mod lineage;
/// Payment orders and what people decide about them.
mod orders;
/// Organizations that have ended.
mod organizations;
/// Pay by person.
pub mod payroll;
/// What a bank profile's file says is agreed otherwise with the bank.
pub mod profiles;
/// What came back from the bank.
pub mod returned;
/// Slips and the money that came for them.
mod revenue;
/// What the tour finds.
mod sample;
/// What the office sets by itself.
pub mod settings;
/// What is decided about money that came, or did not come.
mod settlements;
/// Slips as they are printed.
mod slips;
/// Pay to staff.
mod staff;
/// What staff edit of 決算統計.
mod survey;
/// Its rows and columns as a list.
mod survey_form;
/// Tenders and their nominees.
mod tenders;
/// Lists of what waits for a person.
mod worklist;

pub use orders::{
    ChosenOrder, OrdersEffect, PaymentOrder, Rescheduling, approve_payment_orders, book_counter_payments, book_direct_debits,
    cancel_payment_orders, check_account, chosen_orders, payment_orders, preview_approve, preview_cancel, preview_reschedule,
    reschedule_payment_orders,
};
pub use organizations::name_carrier;
use renkei_core::verdict::{Classify, Coded, Verdict};
pub use revenue::{FundCredit, LateSlip, Reissued, enter_fund_credit, late_slips, reissue_slips};
pub use sample::{book_sample_past, receivables_of_batch};
use serde::Serialize;
use serde_json::Value;
pub use settlements::{
    Settling, allocate, allocate_common_cost, appropriate, carry_over, refund_overpayments, refund_received, set_allocation_key,
    undo_settlements, write_off,
};
pub use slips::{PrintError, note_printed, slip_issuer, slips_of_batch, slips_to_print};
use sqlx::PgPool;
pub use staff::{StaffOrder, StaffPay, StaffPayPart, link_staff_creditor, note_staff_payment, order_staff_pay};
pub use survey::{Share, Signed, SurveyRule, set_survey_figure, set_survey_rule, set_survey_share, survey_rules};
pub use survey_form::{EnteredForm, FormLine, enter_survey_form, survey_form};
pub use tenders::{
    Nominee, Tender, TenderFault, approve_tender, cancel_tender, change_tender, nominate, open_tender, reopen_tender,
    strike_nominees, tender, tender_faults, tenders,
};
pub use worklist::{Column, Worklist};

use crate::db;

/// A question to the ledger failed.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The database did not answer or refused.
    #[error("the ledger could not answer: {}", db::sentence(.0))]
    Database(#[source] sqlx::Error),
    /// A rule of the ledger that the catalogue has words for refused the action.
    #[error("{sentence}")]
    Rule {
        /// Constraint name; the catalogue code is `DB_` and this in capitals.
        constraint: String,
        /// In words.
        sentence: String,
    },
    /// A rule of the ledger refused the action by a code of the catalogue.
    #[error("{sentence}")]
    Coded {
        /// Catalogue code.
        code: String,
        /// Values of its text.
        detail: Value,
        /// In words.
        sentence: String,
    },
    /// Another rule of the ledger refused the action; the sentence is the database's own.
    #[error("{0}")]
    Refused(String),
}

impl Classify for LedgerError {
    fn verdict(&self) -> Verdict {
        match self {
            LedgerError::Database(_) => Verdict::Retry,
            LedgerError::Rule { .. } | LedgerError::Coded { .. } | LedgerError::Refused(_) => Verdict::Reject,
        }
    }

    fn coded(&self) -> Option<Coded> {
        match self {
            LedgerError::Rule { constraint, .. } => Some(Coded::rule(constraint)),
            LedgerError::Coded { code, detail, .. } => Some(Coded::new(code, Some(detail.clone()))),
            LedgerError::Database(_) | LedgerError::Refused(_) => None,
        }
    }
}

/// One line of a journal as an accountant reads it.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct JournalLine {
    /// 伝票番号
    pub entry: i64,
    /// Event.
    pub event: String,
    /// 会計年度
    pub fiscal_year: i32,
    /// Day it is booked, ISO.
    pub booked_on: String,
    /// 会計
    pub fund: String,
    /// Line of the file it comes from.
    pub source_line: Option<i64>,
    /// 勘定科目 code.
    pub account: String,
    /// 勘定科目 name.
    pub account_name: String,
    /// The same in English.
    pub account_name_en: String,
    /// 借方
    pub debit: i64,
    /// 貸方
    pub credit: i64,
    /// 予算科目
    pub budget_line: Option<String>,
    /// 摘要
    pub memo: Option<String>,
    /// The entry this one reverses.
    pub reverses: Option<i64>,
    /// 支出命令番号, where the line is about one.
    pub order_no: Option<String>,
    /// The batch whose line asked for that order.
    pub order_batch: Option<i64>,
    /// The line of that batch.
    pub order_line: Option<i64>,
    /// What the line is about: `payment_order`, `receipt`, `settlement` …
    pub object: Option<String>,
    /// Its id.
    pub object_id: Option<i64>,
}

impl JournalLine {
    /// What the line is about.
    pub fn about(&self) -> Option<lineage::About> {
        Some(lineage::About { object: self.object.clone()?, object_id: self.object_id? })
    }
}

/// The journal a batch made, at most `limit` lines, in order.
pub async fn journal_of_batch(pool: &PgPool, batch: i64, limit: i64) -> Result<Vec<JournalLine>, LedgerError> {
    let lines = sqlx::query_as(include_str!("journal_of_batch.sql")).bind(batch).bind(limit).fetch_all(pool).await;
    lines.map_err(LedgerError::Database)
}

/// What was booked about one payment order: its expense, its payment, and their reversals.
pub async fn journal_of_order(pool: &PgPool, number: &str, limit: i64) -> Result<Vec<JournalLine>, LedgerError> {
    let lines = sqlx::query_as(include_str!("journal_of_order.sql")).bind(number).bind(limit).fetch_all(pool).await;
    lines.map_err(LedgerError::Database)
}

/// The journal the release of an exported file made.
pub async fn journal_of_file(pool: &PgPool, file: i64, limit: i64) -> Result<Vec<JournalLine>, LedgerError> {
    let lines = sqlx::query_as(include_str!("journal_of_file.sql")).bind(file).bind(limit).fetch_all(pool).await;
    lines.map_err(LedgerError::Database)
}

/// One account of the trial balance.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct AccountBalance {
    /// 会計年度
    pub fiscal_year: i32,
    /// 会計
    pub fund: String,
    /// 勘定科目 code.
    pub account: String,
    /// 勘定科目 name.
    pub name: String,
    /// In English.
    pub name_en: String,
    /// 借方合計
    pub debit: i64,
    /// 貸方合計
    pub credit: i64,
}

/// 合計残高試算表
pub async fn trial_balance(pool: &PgPool) -> Result<Vec<AccountBalance>, LedgerError> {
    let sql = "select fiscal_year, fund, account, name, name_en, debit, credit from ledger.trial_balance order by 1, 2, 3";
    sqlx::query_as(sql).fetch_all(pool).await.map_err(LedgerError::Database)
}

/// Numbers of the drafts a batch made.
pub async fn drafts_of_batch(pool: &PgPool, batch: i64) -> Result<Vec<String>, LedgerError> {
    let sql = "select no from ledger.payment_order where batch_id = $1 and state = 'draft' order by id";
    sqlx::query_scalar(sql).bind(batch).fetch_all(pool).await.map_err(LedgerError::Database)
}

/// The ledger's own rules raise codes that begin with RK, or break a constraint of ours; the sentence and its hint are meant for
/// people.
fn refused(error: sqlx::Error) -> LedgerError {
    if let Some(constraint) = db::broken_rule(&error) {
        return LedgerError::Rule { constraint, sentence: db::sentence(&error) };
    }
    match db::refusal(&error) {
        Some((Some(code), sentence)) => return LedgerError::Coded { code, detail: db::refusal_detail(&error), sentence },
        Some((None, sentence)) => return LedgerError::Refused(sentence),
        None => {}
    }
    if error.as_database_error().is_some_and(|database| database.constraint().is_some()) {
        return LedgerError::Refused(db::sentence(&error));
    }
    LedgerError::Database(error)
}
