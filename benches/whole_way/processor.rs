//! Processor time of the database, which tells more than the clock where a machine has other work.

use std::collections::BTreeMap;
use std::time::Duration;

use renkei_consumers::db::PgPool;

/// What the processes that serve a database have used so far; empty where they run elsewhere.
pub(crate) struct Used(BTreeMap<i32, u64>);

impl Used {
    /// Looks at the server's processes.
    pub(crate) async fn so_far(pool: &PgPool) -> anyhow::Result<Used> {
        let sql = "select pid from pg_stat_activity where datname = current_database()";
        let ids: Vec<i32> = sqlx::query_scalar(sql).fetch_all(pool).await?;
        Ok(Used(ids.into_iter().filter_map(|id| Some((id, nanoseconds(id)?))).collect()))
    }

    /// What they used since: none where nobody can tell.
    pub(crate) fn since(&self, before: &Used) -> Option<Duration> {
        let used: u64 = self.0.iter().map(|(id, now)| now.saturating_sub(before.0.get(id).copied().unwrap_or(0))).sum();
        (!self.0.is_empty()).then(|| Duration::from_nanos(used))
    }
}

/// Time on a processor, the first number of the kernel's account.
fn nanoseconds(id: i32) -> Option<u64> {
    std::fs::read_to_string(format!("/proc/{id}/schedstat")).ok()?.split(' ').next()?.parse().ok()
}
