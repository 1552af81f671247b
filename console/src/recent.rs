//! What takes long to find out and need not be of this second: shown as it was found last, and found out anew behind the page.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use renkei_core::calendar::clock;
use tokio::sync::Semaphore;

/// Something as it was at a moment.
#[derive(Debug)]
pub struct Known<T> {
    /// The moment, RFC 3339.
    pub at: String,
    /// What was found.
    pub value: T,
    found: Instant,
}

/// So long a page waits for what is found out anew after a quiet time; then it shows what was known before.
const PATIENCE: Duration = Duration::from_secs(2);
/// So long it waits where what was known is not long ago: nobody is kept from a page for a number a minute younger.
const BRIEF: Duration = Duration::from_millis(30);
/// What is so many times older than fresh was found before a quiet time.
const QUIET: u32 = 10;

/// What is known, and how often it was told to forget: what was begun to be found out before that counts no longer.
#[derive(Debug)]
struct Last<T> {
    known: Option<Arc<Known<T>>>,
    forgotten: u64,
}

/// The last of it. What is older than `fresh` is found out anew: a page waits a moment for it, and shows the last where it takes longer.
/// What is older than `old` is waited for longer. One finds out, however many ask.
#[derive(Debug)]
pub struct Recent<T> {
    last: Arc<Mutex<Last<T>>>,
    one: Arc<Semaphore>,
    fresh: Duration,
    old: Duration,
    patience: Duration,
}

impl<T> Clone for Recent<T> {
    fn clone(&self) -> Self {
        Recent { last: self.last.clone(), one: self.one.clone(), ..*self }
    }
}

impl<T: Send + Sync + 'static> Recent<T> {
    /// Nothing is known yet.
    pub fn new(fresh: Duration) -> Self {
        let last = Last { known: None, forgotten: 0 };
        let old = fresh.saturating_mul(QUIET);
        Recent { last: Arc::new(Mutex::new(last)), one: Arc::new(Semaphore::new(1)), fresh, old, patience: PATIENCE }
    }

    /// What is known. `find` finds it out; who asks after something was forgotten waits for what is found after that.
    pub(crate) async fn get<E, F, R>(&self, find: F) -> Result<Arc<Known<T>>, E>
    where
        E: std::error::Error + Send + 'static,
        F: FnOnce() -> R,
        R: Future<Output = Result<T, E>> + Send + 'static,
    {
        let before = self.known();
        if let Some(known) = before.as_ref().filter(|known| known.found.elapsed() <= self.fresh) {
            return Ok(known.clone());
        }
        let Some(before) = before else { return self.first(find).await };
        let patience = if before.found.elapsed() > self.old { self.patience } else { self.patience.min(BRIEF) };
        let Ok(turn) = self.one.clone().try_acquire_owned() else {
            // Somebody finds it out already.
            let _ = tokio::time::timeout(patience, self.one.acquire()).await;
            return Ok(self.known().unwrap_or(before));
        };
        let (recent, finding, forgotten) = (self.clone(), find(), self.lock().forgotten);
        let work = tokio::spawn(async move {
            match finding.await {
                Ok(value) => drop(recent.found(forgotten, value)),
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "what a page shows could not be found out anew")
                }
            }
            drop(turn);
        });
        let _ = tokio::time::timeout(patience, work).await;
        Ok(self.known().unwrap_or(before))
    }

    /// Nothing is known: whoever asks waits, and all for the same.
    async fn first<E, F, R>(&self, find: F) -> Result<Arc<Known<T>>, E>
    where
        F: FnOnce() -> R,
        R: Future<Output = Result<T, E>>,
    {
        let _turn = self.one.acquire().await;
        if let Some(known) = self.known() {
            return Ok(known);
        }
        let forgotten = self.lock().forgotten;
        Ok(self.found(forgotten, find().await?))
    }

    /// What is known counts no longer.
    pub(crate) fn forget(&self) {
        let mut last = self.lock();
        last.known = None;
        last.forgotten += 1;
    }

    fn known(&self) -> Option<Arc<Known<T>>> {
        self.lock().known.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Last<T>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps what was found, unless it has been forgotten since it was begun to be found out.
    fn found(&self, forgotten: u64, value: T) -> Arc<Known<T>> {
        let known = Arc::new(Known { at: clock::now_rfc3339(), value, found: Instant::now() });
        let mut last = self.lock();
        if last.forgotten == forgotten {
            last.known = Some(known.clone());
        }
        known
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    async fn nothing(value: u8) -> Result<u8, std::io::Error> {
        Ok(value)
    }

    #[tokio::test]
    async fn what_is_old_is_found_out_anew_and_what_takes_too_long_is_shown_as_it_was() {
        let recent = Recent { patience: Duration::ZERO, ..Recent::new(Duration::ZERO) };
        assert_eq!(recent.get(|| nothing(1)).await.expect("found").value, 1);
        // It takes long: what was known is shown all the same, and found out anew meanwhile.
        let (tell, told) = oneshot::channel();
        let slow = || async { told.await.map_err(std::io::Error::other) };
        assert_eq!(recent.get(slow).await.expect("known").value, 1);
        tell.send(2).expect("it is waited for");
        while recent.get(|| nothing(3)).await.expect("known").value == 1 {
            tokio::task::yield_now().await;
        }
        // After a quiet time nobody sees what was long ago.
        let patient = Recent { patience: Duration::from_secs(3_600), ..Recent::new(Duration::ZERO) };
        assert_eq!(patient.get(|| nothing(1)).await.expect("found").value, 1);
        assert_eq!(patient.get(|| nothing(2)).await.expect("found").value, 2);
        // Where it was known a moment ago nobody waits long.
        let busy = Recent { old: Duration::from_secs(3_600), ..Recent::new(Duration::ZERO) };
        assert_eq!(busy.get(|| nothing(1)).await.expect("found").value, 1);
        let (tell, told) = oneshot::channel::<u8>();
        let slow = || async { told.await.map_err(std::io::Error::other) };
        assert_eq!(busy.get(slow).await.expect("known").value, 1);
        drop(tell);
        let calm = Recent::new(Duration::from_secs(3_600));
        assert_eq!(calm.get(|| nothing(1)).await.expect("found").value, 1);
        assert_eq!(calm.get(|| nothing(2)).await.expect("known").value, 1);
    }

    #[tokio::test]
    async fn what_was_begun_before_something_was_decided_is_not_kept() {
        let recent = Recent { patience: Duration::ZERO, ..Recent::new(Duration::ZERO) };
        assert_eq!(recent.get(|| nothing(1)).await.expect("found").value, 1);
        let (tell, told) = oneshot::channel();
        assert_eq!(recent.get(|| async { told.await.map_err(std::io::Error::other) }).await.expect("known").value, 1);
        recent.forget();
        tell.send(2).expect("it is waited for");
        assert_eq!(recent.get(|| nothing(3)).await.expect("found").value, 3);
    }
}
