//! Lists of what waits for a person: read only, one query each.

use sqlx::PgPool;

use super::LedgerError;

/// A list. Its columns, and what they are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worklist {
    /// 口座変更が必要な債権者: accounts at a branch that ended or will end.
    PayeesToMove,
    /// 過誤納: money above what was owed, to be refunded or appropriated.
    Overpayments,
    /// 収入未整理: money whose receivable is not known.
    Unallocated,
    /// 還付・充当・整理・不納欠損: what was decided about money, newest first.
    Settlements,
    /// 納付書: slips that are neither paid nor void.
    Slips,
    /// 廃止所属の未了: open items of organizations that have ended, and who carries them.
    OrphanedItems,
    /// 引継ぎが必要な起案: drafts that need another pair of hands, because somebody leaves.
    Reassignments,
    /// 在職しない職員のログインID: active accounts nobody in service has.
    OrphanedAccounts,
    /// 振込不能・組戻の未処理: payments that came back and were neither made once more nor given up.
    Returned,
    /// 未通知の職員支払: pay to staff, and returns of it, that the payroll system was not told of.
    StaffPayments,
}

/// A column: key in JSON, Japanese and English heading. A heading that begins with `>` stands over numbers.
pub type Column = (&'static str, &'static str, &'static str);

impl Worklist {
    /// Its columns, in order.
    pub fn columns(self) -> &'static [Column] {
        match self {
            Worklist::PayeesToMove => &[
                ("creditor", "債権者", "creditor"),
                ("name", "名称", "name"),
                ("account", "口座", "account"),
                ("last_day", "最終日", "last day"),
                ("successor", "継承先", "successor"),
            ],
            Worklist::Overpayments => &[
                ("id", ">番号", ">no."),
                ("paid_on", "収納日", "paid on"),
                ("assessment", "調定番号", "assessment"),
                ("payer", "納付者", "payer"),
                ("yen", ">過誤納額", ">yen"),
                ("batch", ">受付", ">batch"),
                ("line", ">行", ">line"),
            ],
            Worklist::Unallocated => &[
                ("id", ">番号", ">no."),
                ("paid_on", "収納日", "paid on"),
                ("channel", "経路", "channel"),
                ("cause", "理由", "cause"),
                ("yen", ">金額", ">yen"),
                ("batch", ">受付", ">batch"),
                ("line", ">行", ">line"),
            ],
            Worklist::Settlements => &[
                ("id", ">番号", ">no."),
                ("settled_on", "処理日", "day"),
                ("settlement", "区分", "kind"),
                ("from", "元", "from"),
                ("to", "先", "to"),
                ("yen", ">金額", ">yen"),
                ("by", "担当", "by"),
                ("reason", "理由", "reason"),
                ("undone_on", "取消日", "undone on"),
            ],
            Worklist::Slips => &[
                ("slip", "納付書番号", "slip"),
                ("state", "状態", "state"),
                ("payer", "納付者", "payer"),
                ("due_on", "納期限", "due on"),
                ("yen", ">金額", ">yen"),
            ],
            Worklist::OrphanedItems => &[
                ("organization", "所属", "organization"),
                ("name", "名称", "name"),
                ("last_day", "最終日", "last day"),
                ("kind", "未了", "open"),
                ("count", ">件数", ">count"),
                ("yen", ">金額", ">yen"),
                ("carried_by", "引継ぎ先", "carried by"),
            ],
            Worklist::Reassignments => &[
                ("staff", "職員番号", "staff no."),
                ("name", "氏名", "name"),
                ("organization", "所属", "organization"),
                ("leaves", "事由", "why"),
                ("from", "離れる日", "from"),
                ("made", ">起案", ">made"),
                ("approves", ">決裁", ">approves"),
                ("yen", ">金額", ">yen"),
                ("orders", "支出命令", "orders"),
            ],
            Worklist::OrphanedAccounts => &[
                ("login", "ログインID", "login id"),
                ("staff", "職員番号", "staff"),
                ("name", "氏名", "name"),
                ("organization", "所属", "department"),
                ("left_on", "退職日", "left on"),
            ],
            Worklist::Returned => &[
                ("order", "支出命令", "order"),
                ("creditor", "債権者", "creditor"),
                ("name", "名称", "name"),
                ("yen", ">金額", ">yen"),
                ("returned_on", "返戻日", "returned on"),
                ("days", ">日数", ">days"),
                ("reason", "事由", "reason"),
                ("account_state", "口座", "account"),
                ("repaid_by", "再振込", "paid again by"),
                ("order_state", "状態", "state"),
                ("pay_date", "支払日", "pay date"),
            ],
            Worklist::StaffPayments => &[
                ("day", "日", "day"),
                ("staff", "職員番号", "staff no."),
                ("name", "氏名", "name"),
                ("order", "支出命令", "order"),
                ("part", ">枝番", ">part"),
                ("what", "種類", "what"),
                ("taxable", ">課税", ">taxable"),
                ("withheld", ">源泉", ">withheld"),
                ("yen", ">差引", ">yen"),
            ],
        }
    }

    fn sql(self) -> &'static str {
        match self {
            Worklist::PayeesToMove => include_str!("payees_to_move.sql"),
            Worklist::Overpayments => include_str!("overpayments.sql"),
            Worklist::Unallocated => include_str!("unallocated.sql"),
            Worklist::Settlements => include_str!("settlements.sql"),
            Worklist::Slips => include_str!("slips.sql"),
            Worklist::OrphanedItems => include_str!("orphaned_items.sql"),
            Worklist::Reassignments => include_str!("reassignments.sql"),
            Worklist::OrphanedAccounts => include_str!("orphaned_accounts.sql"),
            Worklist::Returned => include_str!("returned_orders.sql"),
            Worklist::StaffPayments => include_str!("staff_payments.sql"),
        }
    }

    /// At most `limit` rows, each a text for every column.
    pub async fn rows(self, pool: &PgPool, limit: i64) -> Result<Vec<Vec<Option<String>>>, LedgerError> {
        sqlx::query_scalar(self.sql()).bind(limit).fetch_all(pool).await.map_err(LedgerError::Database)
    }
}
