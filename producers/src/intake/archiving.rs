//! The original on its way into the archive, while others read it too.

use renkei_core::archive::{Archive, ArchiveError, ArchiveKey};
use tokio::task::JoinHandle;

use crate::error::IntakeError;
use crate::station::Claim;

/// Runs by itself from the moment it is begun. If nobody waits for its end, the blob lies in the archive all the same, under the
/// name it would have had.
pub(super) struct Archiving(JoinHandle<Result<ArchiveKey, ArchiveError>>);

impl Archiving {
    pub(super) fn begin(archive: &Archive, claim: &Claim) -> Self {
        let (archive, original) = (archive.clone(), claim.original());
        Archiving(tokio::spawn(async move { archive.put_file(&original).await }))
    }

    /// Waits for the end and writes the blob's name into the record.
    pub(super) async fn finish(self, claim: &mut Claim) -> Result<(), IntakeError> {
        let delivery = &mut claim.delivery;
        let archived = self.0.await.map_err(|source| IntakeError::Panicked {
            operation: "archiving",
            delivery: delivery.delivery,
            source,
        })?;
        let key = archived.map_err(|source| IntakeError::Archive {
            delivery: delivery.delivery,
            file: delivery.file.clone(),
            source: Box::new(source),
        })?;
        delivery.archive = key.to_string();
        key.sha256().clone_into(&mut delivery.sha256);
        Ok(())
    }
}
