//! Waiting before trying again: jittered exponential backoff for whoever waits in the process, and the retry ladder for
//! messages. The only module that names the `backoff` crate, so that replacing it touches one file.

use std::time::Duration;

use backoff::ExponentialBackoff;
use backoff::backoff::Backoff as _;
use uuid::Uuid;

use super::message::{
    ERROR_BYTES_MAX, HEADER_ATTEMPT, HEADER_ERROR, HEADER_ERROR_CODE, HEADER_MESSAGE_ID, HEADER_ORIGIN_KEY, HEADER_ORIGIN_QUEUE,
    HEADER_RUNG, Incoming, Outgoing,
};
use super::topology::{DEAD, RETRY, rung_label};

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

/// The copy that waits on the ladder and comes back to the queue it failed in; `None` when it has climbed every rung.
///
/// The first attempt waits on the first rung. The dead-letter queue has nothing behind it: there the last rung repeats.
pub(super) fn ladder_copy(failed: &Incoming, ladder: &[Duration], code: &str, reason: &str) -> Option<Outgoing> {
    let climbed = usize::try_from(failed.attempt.saturating_sub(1)).unwrap_or(usize::MAX);
    let wait = match ladder.get(climbed) {
        Some(wait) => *wait,
        None if failed.queue == DEAD => *ladder.last()?,
        None => return None,
    };
    let mut copy = copy_of(failed, RETRY, code, reason);
    copy.headers.insert(HEADER_RUNG.to_owned(), rung_label(wait));
    copy.headers.insert(HEADER_ATTEMPT.to_owned(), failed.attempt.saturating_add(1).to_string());
    Some(copy)
}

/// The copy for the dead-letter queue.
pub(super) fn dead_copy(failed: &Incoming, code: &str, reason: &str) -> Outgoing {
    let mut copy = copy_of(failed, DEAD, code, reason);
    copy.headers.remove(HEADER_RUNG);
    copy.headers.insert(HEADER_ATTEMPT.to_owned(), failed.attempt.to_string());
    copy
}

/// The message as it came, with the failure in its headers and the failed queue as its key. The broker's own `x-…` headers
/// stay behind: newer brokers ignore those a client sends.
fn copy_of(failed: &Incoming, exchange: &str, code: &str, reason: &str) -> Outgoing {
    let mut headers = failed.headers.clone();
    headers.insert(HEADER_ORIGIN_QUEUE.to_owned(), failed.queue.clone());
    headers.insert(HEADER_ORIGIN_KEY.to_owned(), failed.routing_key.clone());
    headers.insert(HEADER_ERROR_CODE.to_owned(), code.to_owned());
    headers.insert(HEADER_ERROR.to_owned(), shortened(reason));
    // A foreign sender's id need not be a UUID; it travels in a header and the copy gets an id of ours.
    let message_id = failed.message_id.parse().unwrap_or_else(|_| {
        headers.insert(HEADER_MESSAGE_ID.to_owned(), failed.message_id.clone());
        Uuid::new_v4()
    });
    Outgoing {
        exchange: exchange.to_owned(),
        routing_key: failed.queue.clone(),
        message_id,
        kind: failed.kind.clone(),
        headers,
        body: failed.body.clone(),
        app_id: failed.app_id.clone(),
        reply_to: failed.reply_to.clone(),
        correlation_id: failed.correlation_id.clone(),
    }
}

/// A failure text that fits a header, saying so when it is not whole.
fn shortened(reason: &str) -> String {
    if reason.len() <= ERROR_BYTES_MAX {
        return reason.to_owned();
    }
    let end = (0..=ERROR_BYTES_MAX).rev().find(|at| reason.is_char_boundary(*at)).unwrap_or(0);
    format!("{} … ({} bytes in all)", &reason[..end], reason.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn failed(queue: &str, attempt: u32) -> Incoming {
        Incoming {
            queue: queue.to_owned(),
            routing_key: "in.12_x".to_owned(),
            message_id: "FOREIGN-1".to_owned(),
            kind: "records".to_owned(),
            headers: BTreeMap::from([("renkei-topic".to_owned(), "12_x".to_owned())]),
            body: bytes::Bytes::from_static(b"[]"),
            app_id: "upstream".to_owned(),
            reply_to: Some("replies".to_owned()),
            correlation_id: None,
            attempt,
            delivery_count: 3,
            redelivered: true,
            death: None,
        }
    }

    #[test]
    fn a_copy_climbs_one_rung_per_attempt_and_then_no_further() {
        let ladder = [Duration::from_secs(10), Duration::from_secs(60)];
        let rungs: Vec<Option<String>> = (1..=3)
            .map(|attempt| {
                let copy = ladder_copy(&failed("in.12_x", attempt), &ladder, "DB_DOWN", "no database")?;
                assert_eq!(copy.headers[HEADER_ATTEMPT], (attempt + 1).to_string());
                assert_eq!(copy.routing_key, "in.12_x");
                Some(copy.headers[HEADER_RUNG].clone())
            })
            .collect();
        assert_eq!(rungs, [Some("10s".to_owned()), Some("1m".to_owned()), None]);
    }

    #[test]
    fn the_dead_letter_queue_repeats_its_last_rung() {
        let copy = ladder_copy(&failed(DEAD, 9), &[Duration::from_secs(10)], "DB_DOWN", "no database").unwrap();
        assert_eq!(copy.headers[HEADER_RUNG], "10s");
    }

    #[test]
    fn a_copy_keeps_the_message_and_a_foreign_id() {
        let copy = dead_copy(&failed("in.12_x", 2), "BUG", &"あ".repeat(ERROR_BYTES_MAX));
        assert_eq!((copy.exchange.as_str(), copy.headers[HEADER_MESSAGE_ID].as_str()), (DEAD, "FOREIGN-1"));
        assert_eq!((copy.headers["renkei-topic"].as_str(), copy.reply_to.as_deref()), ("12_x", Some("replies")));
        assert!(copy.headers[HEADER_ERROR].ends_with(&format!("({} bytes in all)", 3 * ERROR_BYTES_MAX)));
    }

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
