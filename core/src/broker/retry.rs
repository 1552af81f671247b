//! Waiting before trying again: jittered exponential backoff for whoever waits in the process, and the retry ladder for
//! messages. The only module that names the `backoff` crate, so that replacing it touches one file.

use std::time::Duration;

use backoff::ExponentialBackoff;
use backoff::backoff::Backoff as _;

/// Doubling waits with jitter, for ever. Reset it after a success.
#[derive(Debug)]
pub struct Backoff {
    inner: ExponentialBackoff,
    wait_max: Duration,
}

impl Backoff {
    /// Waits start near `wait_first`, double, and stay near `wait_max`; each is off by up to half, so that processes that
    /// failed together do not come back together.
    pub fn new(wait_first: Duration, wait_max: Duration) -> Self {
        let mut inner = ExponentialBackoff {
            initial_interval: wait_first,
            max_interval: wait_max,
            multiplier: 2.0,
            randomization_factor: 0.5,
            max_elapsed_time: None,
            ..ExponentialBackoff::default()
        };
        inner.reset();
        Backoff { inner, wait_max }
    }

    /// For a broker or database that is down: 200 ms to 30 s.
    pub fn reconnect() -> Self {
        Backoff::new(Duration::from_millis(200), Duration::from_secs(30))
    }

    /// The next wait.
    pub fn next_wait(&mut self) -> Duration {
        self.inner.next_backoff().unwrap_or(self.wait_max)
    }

    /// Sleeps for the next wait.
    pub async fn sleep(&mut self) {
        tokio::time::sleep(self.next_wait()).await;
    }

    /// Starts over at the first wait.
    pub fn reset(&mut self) {
        self.inner.reset();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_the_limit_and_start_over_after_a_reset() {
        let (first, max) = (Duration::from_millis(100), Duration::from_secs(2));
        let mut backoff = Backoff::new(first, max);
        assert!(backoff.next_wait() <= first * 3 / 2);
        let late = (0..50).map(|_| backoff.next_wait()).last().unwrap();
        assert!(late >= max / 2 && late <= max * 3 / 2, "{late:?} is not near the limit {max:?}");
        backoff.reset();
        assert!(backoff.next_wait() <= first * 3 / 2);
    }
}
