//! What a person decides about a file: that it may leave, that it left, that it is taken back.

use anyhow::bail;
use renkei_consumers::outbound::{ExportFile, Exporter, Found};

use super::ExportCommand;

/// Carries a decision out; gives the file as it is then.
pub(super) async fn carry_out(exporter: &Exporter, decision: &ExportCommand) -> anyhow::Result<ExportFile> {
    Ok(match decision {
        ExportCommand::Approve { file, sha256, actor } => exporter.approve(*file, actor, sha256).await?,
        ExportCommand::Release { file, actor } => exporter.release(*file, actor).await?,
        ExportCommand::Accepted { file, result, actor } => exporter.accepted(*file, actor, result).await?,
        ExportCommand::Void { file, reason, confirmation, actor } => exporter.void(*file, actor, reason, confirmation).await?,
        ExportCommand::Retry { file, reason, actor } => exporter.deliver_again(*file, actor, reason).await?,
        ExportCommand::Unknown { file, reason, actor } => exporter.mark_unknown(*file, actor, reason).await?,
        ExportCommand::Resolve { file, arrived, reason, confirmation, actor, .. } => {
            let found = if *arrived { Found::Arrived } else { Found::NotArrived };
            exporter.resolve_unknown(*file, actor, found, reason, confirmation).await?
        }
        other => bail!("{other:?} decides nothing about a file"),
    })
}
