//! Lists of the ledger that are found by going through whole tables: as they were found last.

use std::sync::Arc;
use std::time::Duration;

use maud::{Markup, html};
use renkei_consumers::ledger::{LedgerError, Worklist};
use renkei_core::catalogue::Lang;
use renkei_core::money::Yen;
use renkei_core::words::say;

use crate::desk::Desk;
use crate::html::{Tone, badge};
use crate::recent::{Known, Recent};
use crate::refusal::Answer;

/// Rows of one page.
pub(super) const ROWS: i64 = 100;

/// Address, list, Japanese and English name.
pub(super) const LISTS: [(&str, Worklist, &str, &str); 10] = [
    ("unallocated", Worklist::Unallocated, "収入未整理", "Money whose receivable is unknown"),
    ("overpayments", Worklist::Overpayments, "過誤納", "Overpayments"),
    ("payees", Worklist::PayeesToMove, "口座変更が必要な債権者", "Payees whose account moves"),
    ("returned", Worklist::Returned, "振込不能・組戻の未処理", "Payments that came back"),
    ("slips", Worklist::Slips, "未納の納付書", "Unpaid slips"),
    ("settlements", Worklist::Settlements, "還付・充当・整理・不納欠損", "Settlements"),
    ("orphaned-items", Worklist::OrphanedItems, "廃止所属の未了", "Open items of ended organizations"),
    ("reassignments", Worklist::Reassignments, "引継ぎが必要な起案", "Drafts that need other hands"),
    ("orphaned-accounts", Worklist::OrphanedAccounts, "在職しない職員のログインID", "Login ids of people not in service"),
    ("staff-payments", Worklist::StaffPayments, "未通知の職員支払", "Staff payments not told yet"),
];

/// Entries of a list that are counted; of a longer one it is said that there are more.
const COUNTED: i64 = 1_000;

/// A list as it was found: its first rows and how many there are, of one moment, so that neither contradicts the other.
#[derive(Debug)]
pub(super) struct List {
    pub(super) rows: Vec<Vec<Option<String>>>,
    pub(super) count: usize,
}

/// The lists as they were found last.
#[derive(Debug)]
pub struct Lists([Recent<List>; LISTS.len()]);

impl Lists {
    /// Nothing is known yet; what is older than `fresh` is found out anew.
    pub fn new(fresh: Duration) -> Lists {
        Lists(std::array::from_fn(|_| Recent::new(fresh)))
    }

    /// Somebody has done something: who asks next waits for what is there now. Not for the lists that go through every slip, or every
    /// assessment where organizations have ended: what is decided on a page hardly changes their rows. (With an index for the slips a
    /// message behind a large file took six times as long in one of two runs.)
    pub(crate) fn forget(&self) {
        let large = [Worklist::Slips, Worklist::OrphanedItems];
        let decided = LISTS.iter().zip(&self.0).filter(|((_, list, ..), _)| !large.contains(list));
        decided.for_each(|(_, known)| known.forget());
    }
}

/// One of the lists as it was found last.
pub(super) async fn found(desk: &Desk, place: usize) -> Answer<Arc<Known<List>>> {
    let (list, pool) = (LISTS[place].1, desk.pool.clone());
    let find = || async move {
        let mut rows = list.rows(&pool, COUNTED + 1).await?;
        let count = rows.len();
        rows.truncate(usize::try_from(ROWS).unwrap_or(usize::MAX));
        Ok::<_, LedgerError>(List { rows, count })
    };
    Ok(desk.lists.0[place].get(find).await?)
}

/// How many entries each list has.
pub(super) async fn counts(desk: &Desk) -> Answer<Vec<usize>> {
    let all = futures_util::future::try_join_all((0..LISTS.len()).map(|place| found(desk, place))).await?;
    Ok(all.iter().map(|known| known.value.count).collect())
}

/// A number of entries, as a badge.
pub(super) fn how_many(lang: Lang, number: usize) -> Markup {
    let number = i64::try_from(number).unwrap_or(i64::MAX);
    html! {
        @if number == 0 { span.hint { (say(lang, "なし", "none")) } }
        @else if number > COUNTED { (badge(Tone::Act, &format!("{}+", Yen(COUNTED)))) }
        @else { (badge(Tone::Act, &Yen(number).to_string())) }
    }
}
