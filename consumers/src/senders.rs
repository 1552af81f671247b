//! Tokens of upstream systems: the administrator's list is in the database, producers read what is written down for them
//! (docs/decisions/0022).

use std::path::{Path, PathBuf};
use std::time::Duration;

use renkei_core::senders::{self, SenderToken, SendersFileError};
use renkei_core::verdict::{Classify, Verdict};
use sqlx::postgres::PgPool;
use tokio_util::sync::CancellationToken;

use crate::db::{self, Trouble};

/// What can go wrong with the list.
#[derive(Debug, thiserror::Error)]
pub enum SendersError {
    /// A statement failed.
    #[error("cannot read the list of senders: {}", db::sentence(source))]
    Database {
        /// The driver's error.
        #[from]
        source: sqlx::Error,
    },
    /// A day of the database is none.
    #[error("the token {0} ends on {1:?}, which is no day")]
    Day(i64, String),
    /// The file for producers.
    #[error(transparent)]
    File(#[from] SendersFileError),
}

impl Classify for SendersError {
    fn verdict(&self) -> Verdict {
        match self {
            SendersError::Database { source } => match db::trouble(source) {
                Trouble::Down | Trouble::Passing => Verdict::Retry,
                Trouble::Lasting => Verdict::Bug,
            },
            SendersError::Day(..) => Verdict::Bug,
            SendersError::File(error) => error.verdict(),
        }
    }
}

/// Tokens that are not revoked, in the order they were issued. Whether the last day of one is over, its reader judges.
pub async fn load(pool: &PgPool) -> Result<Vec<SenderToken>, SendersError> {
    type Row = (i64, String, String, Vec<String>, Option<String>);
    let rows: Vec<Row> = sqlx::query_as(
        "select id, name, sha256, topics, valid_through::text from access.sender_token where revoked_at is null order by id",
    )
    .fetch_all(pool)
    .await?;
    let token = |(id, name, sha256, topics, through): Row| {
        let day = |text: String| text.parse().map_err(|_| SendersError::Day(id, text));
        Ok(SenderToken { id, name, sha256, topics, through: through.map(day).transpose()? })
    };
    rows.into_iter().map(token).collect()
}

/// Writes the list to the file of the producers; `false` when it says the same already.
pub async fn write_down(pool: &PgPool, path: &Path) -> Result<bool, SendersError> {
    Ok(senders::write(path, &load(pool).await?)?)
}

/// Keeps the file of the producers like the list, every `pause` until `cancel`.
pub async fn keep_in_step(pool: PgPool, path: PathBuf, pause: Duration, cancel: CancellationToken) {
    let mut told = false;
    loop {
        match write_down(&pool, &path).await {
            Ok(written) => {
                if written {
                    tracing::info!(path = %path.display(), "the list of senders was written down");
                }
                told = false;
            }
            // A database that is away would say so every second or two; the file stays, so who may hand in still may.
            Err(error) if !told => {
                tracing::warn!(error = &error as &dyn std::error::Error, "producers do not get the list of senders");
                told = true;
            }
            Err(_) => {}
        }
        tokio::select! {
            () = cancel.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}
