//! The folder of a voided file: it must not look as if it could be carried.

use std::io;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::Exporter;
use super::deliver::outbox::{Places, exists, same_bytes, sync_folder};
use super::error::OutboundError;
use super::model::ExportFile;
use super::store::find_file;

const VOIDED_LATELY: &str = "
    select id from export.file
     where state = 'void' and released_at is not null and voided_at > now() - interval '30 days' order by id";

impl Exporter {
    /// A voided file must not be carried away: its folder gets a name that says so. Only its own folder is touched.
    pub(super) async fn retire(&self, file: &ExportFile) -> Result<(), OutboundError> {
        let Some(places) = self.places(file) else { return Ok(()) };
        let io = |path: &Path| {
            let path = path.to_owned();
            move |source: io::Error| OutboundError::Outbox { doing: "mark as void", path, source }
        };
        if exists(&places.hidden).await? {
            tokio::fs::remove_dir_all(&places.hidden).await.map_err(io(&places.hidden))?;
        }
        if !exists(&places.visible).await? || !(is_own(file, &places).await || same_bytes(file, &places).await) {
            return Ok(());
        }
        let retired = retired_name(&places.visible).await?;
        tokio::fs::rename(&places.visible, &retired).await.map_err(io(&places.visible))?;
        let parent = places.visible.parent().unwrap_or(&places.visible);
        sync_folder(parent).await.map_err(io(parent))
    }

    /// Files voided in the last month whose folder is visible all the same: the outbox was out of reach, or somebody put it
    /// back. An older one is not looked for: nobody would carry it any more, and the list would grow for ever.
    pub(super) async fn retire_voided(&self) -> Result<(), OutboundError> {
        let voided: Vec<i64> = sqlx::query_scalar(VOIDED_LATELY)
            .fetch_all(&self.pool)
            .await
            .map_err(OutboundError::database("list voided files"))?;
        for id in voided {
            let mut conn = self.pool.acquire().await.map_err(OutboundError::database("read an export file"))?;
            let file = find_file(&mut conn, id).await?;
            drop(conn);
            if let Err(error) = self.retire(&file).await {
                tracing::warn!(file = id, error = &error as &dyn std::error::Error, "a voided file may still lie in the outbox");
            }
        }
        Ok(())
    }
}

/// `<folder>.void`, or with a number when that is taken: a file that was voided half, delivered again and voided.
async fn retired_name(visible: &Path) -> Result<PathBuf, OutboundError> {
    let mut nth = 1_u32;
    loop {
        let mut name = visible.as_os_str().to_owned();
        name.push(if nth == 1 { ".void".to_owned() } else { format!(".void{nth}") });
        let name = PathBuf::from(name);
        if !exists(&name).await? {
            return Ok(name);
        }
        nth += 1;
    }
}

/// Whether the visible folder's manifest names this file's run.
async fn is_own(file: &ExportFile, places: &Places) -> bool {
    let Ok(text) = tokio::fs::read(places.visible.join("manifest.json")).await else { return false };
    let manifest: serde_json::Value = serde_json::from_slice(&text).unwrap_or_default();
    manifest["release"] == json!(file.run)
}
