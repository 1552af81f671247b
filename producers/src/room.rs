//! Memory for bodies, shared by everything this process carries: however many deliveries are under way, what they hold in memory
//! together stays below a limit.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes of bodies in memory at once. Chunks on their way to the broker and records being validated; beside the buffers of the
/// publisher (32 MiB) it leaves the process well below 200 MiB.
const BYTES_MAX: u64 = 64 << 20;
/// A semaphore counts pieces of so many bytes.
const PIECE_BYTES: u64 = 4096;

/// Room for bodies. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Room(Arc<Semaphore>);

/// A part of the room, given back when dropped.
pub(crate) type Part = Option<OwnedSemaphorePermit>;

impl Room {
    pub(crate) fn new() -> Room {
        Room(Arc::new(Semaphore::new(usize::try_from(BYTES_MAX / PIECE_BYTES).unwrap_or(usize::MAX))))
    }

    /// Waits for room for so many bytes; what is larger than all of it gets all of it. Parts already held by the same delivery
    /// must be on their way to being given back, or two could wait for each other.
    pub(crate) async fn take(&self, bytes: u64) -> Part {
        let pieces = bytes.min(BYTES_MAX).div_ceil(PIECE_BYTES);
        // Never closed.
        self.0.clone().acquire_many_owned(u32::try_from(pieces).unwrap_or(u32::MAX)).await.ok()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn who_finds_no_room_waits_for_it() {
        let room = Room::new();
        let most = room.take(BYTES_MAX - PIECE_BYTES).await;
        assert!(room.take(PIECE_BYTES + 1).now_or_never().is_none());
        assert!(room.take(1).now_or_never().is_some());
        drop(most);
        assert!(room.take(u64::MAX).now_or_never().is_some(), "what is larger than the room gets all of it");
    }
}
