//! What takes long to find out and need not be of this second: shown as it was found last, and found out anew behind the page.

use std::sync::{Arc, Mutex, PoisonError};
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

/// The last of it. What is older than `fresh` is still shown, and found out anew meanwhile; only the first to ask waits.
#[derive(Debug)]
pub struct Recent<T> {
    last: Arc<Mutex<Option<Arc<Known<T>>>>>,
    one: Arc<Semaphore>,
    fresh: Duration,
}

impl<T> Clone for Recent<T> {
    fn clone(&self) -> Self {
        Recent { last: self.last.clone(), one: self.one.clone(), fresh: self.fresh }
    }
}

impl<T: Send + Sync + 'static> Recent<T> {
    /// Nothing is known yet.
    pub fn new(fresh: Duration) -> Self {
        Recent { last: Arc::default(), one: Arc::new(Semaphore::new(1)), fresh }
    }

    /// What is known. `find` finds it out; two never do at once behind a page.
    pub(crate) async fn get<E, F, R>(&self, find: F) -> Result<Arc<Known<T>>, E>
    where
        E: std::error::Error + Send + 'static,
        F: FnOnce() -> R,
        R: Future<Output = Result<T, E>> + Send + 'static,
    {
        let known = self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(known) = known else { return self.found(find().await?) };
        if known.found.elapsed() > self.fresh
            && let Ok(turn) = self.one.clone().try_acquire_owned()
        {
            let (recent, finding) = (self.clone(), find());
            tokio::spawn(async move {
                match finding.await {
                    Ok(value) => drop(recent.found::<E>(value)),
                    Err(error) => {
                        tracing::warn!(error = &error as &dyn std::error::Error, "what a page shows could not be found out anew")
                    }
                }
                drop(turn);
            });
        }
        Ok(known)
    }

    /// What is known counts no longer.
    pub(crate) fn forget(&self) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn found<E>(&self, value: T) -> Result<Arc<Known<T>>, E> {
        let known = Arc::new(Known { at: clock::now_rfc3339(), value, found: Instant::now() });
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(known.clone());
        Ok(known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn nothing(value: u8) -> Result<u8, std::io::Error> {
        Ok(value)
    }

    #[tokio::test]
    async fn the_first_waits_and_others_see_the_last() {
        let recent = Recent::new(Duration::ZERO);
        assert_eq!(recent.get(|| nothing(1)).await.expect("found").value, 1);
        // Old already: it is shown all the same, and found out anew meanwhile.
        assert_eq!(recent.get(|| nothing(2)).await.expect("known").value, 1);
        while recent.get(|| nothing(3)).await.expect("known").value == 1 {
            tokio::task::yield_now().await;
        }
        let calm = Recent::new(Duration::from_secs(3_600));
        assert_eq!(calm.get(|| nothing(1)).await.expect("found").value, 1);
        assert_eq!(calm.get(|| nothing(2)).await.expect("known").value, 1);
    }
}
