//! A past file made again from the ledger, written nowhere: the proof that what stands behind it has not changed.

use std::io;

use serde::Serialize;
use sqlx::PgConnection;

use super::error::OutboundError;
use super::model::ExportFile;
use super::spread;
use super::stage::{self, Stage};
use super::store::find_file;
use super::stream::{self, Refused};
use super::{Exporter, Shape, folder, shape};

/// What making a file again gave.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Remade {
    /// The file as it was made.
    pub file: ExportFile,
    /// SHA-256 of the bytes the ledger gives for it now.
    pub sha256: String,
}

impl Remade {
    /// Whether they are its own bytes.
    pub fn is_same(&self) -> bool {
        self.file.sha256.as_ref() == Some(&self.sha256)
    }
}

impl Exporter {
    /// Selects what a file carries anew and gives the digest of its bytes. Nothing stays. Only for topics whose `select.sql` takes
    /// the claims of the file when they are there already; that the same items are selected is checked.
    pub async fn remake(&self, id: i64) -> Result<Remade, OutboundError> {
        let mut tx = self.snapshot().await?;
        self.set_session(&mut tx).await?;
        let file = find_file(&mut tx, id).await?;
        if file.sha256.is_none() {
            return Err(OutboundError::State { file: id, state: file.state, action: "made again" });
        }
        let topic = self.topic(&file.topic)?;
        let integration = folder(topic)?;
        let Shape { layout, variant, .. } = shape(topic, integration, &file.profile)?;
        let (today, number) = (self.today(), file.seq_of_day.unwrap_or(0));
        Stage { file: &file, actor: &file.made_by, number, today: &today, layout }.set(&mut tx).await?;
        let slug = topic.slug.as_str();
        stage::run_sql(&mut tx, slug, "select.sql", integration.sql_for("select", variant).unwrap_or_default()).await?;
        let tables = stage::made_tables(&mut tx).await?;
        stage::number_parts(&mut tx, &tables).await?;
        stage::analyze(&mut tx, &tables).await?;
        if !tables.iter().any(|(name, _)| name == "claim") || !carries_the_same(&mut tx, id).await? {
            let what = format!("selects other items than file {id} carries: past files of this topic are not made again");
            return Err(OutboundError::Contract { topic: slug.to_owned(), file: "select.sql", what });
        }
        let shaped = spread::layout(&mut tx, slug, layout, &tables).await?;
        let sources = stream::sources(slug, &shaped, layout.spread().map(|field| field.id.as_str()), &tables)?;
        match stream::write(&mut tx, &shaped, &sources, file.part, io::sink()).await {
            Ok(summary) => Ok(Remade { file, sha256: summary.sha256 }),
            Err(Refused::Other(error)) => Err(error),
            Err(Refused::Row { error, .. } | Refused::Whole(error)) => Err(OutboundError::Write(error)),
        }
    }
}

async fn carries_the_same(conn: &mut PgConnection, id: i64) -> Result<bool, OutboundError> {
    let sql = "select not exists (select seq, object, object_id, yen from export.claim where file_id = $1
                                  except all select seq, object, object_id, yen from pg_temp.claim)
                  and (select count(*) from export.claim where file_id = $1) = (select count(*) from pg_temp.claim)";
    let same = sqlx::query_scalar(sql).bind(id).persistent(false).fetch_one(conn).await;
    same.map_err(OutboundError::database("compare the claims of a file"))
}
