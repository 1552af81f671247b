//! Waiting before trying again: jittered exponential backoff for whoever waits in the process, and the retry ladder for
//! messages. The only module that names the `backoff` crate, so that replacing it touches one file.

use std::time::Duration;

use backoff::ExponentialBackoff;
use backoff::backoff::Backoff as _;
use uuid::Uuid;

use super::message::{
    ERROR_BYTES_MAX, HEADER_ATTEMPT, HEADER_DEATH, HEADER_ERROR, HEADER_ERROR_CODE, HEADER_MESSAGE_ID, HEADER_ORIGIN_KEY,
    HEADER_ORIGIN_QUEUE, HEADER_RUNG, Incoming, Outgoing, Via,
};
use super::topology::rung_label;

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
/// The first attempt waits on the first rung. A drained queue has nothing behind it: there the last rung repeats.
pub(super) fn ladder_copy(failed: &Incoming, ladder: &[Duration], drained: bool, code: &str, reason: &str) -> Option<Outgoing> {
    let climbed = usize::try_from(failed.attempt.saturating_sub(1)).unwrap_or(usize::MAX);
    let wait = match ladder.get(climbed) {
        Some(wait) => *wait,
        None if drained => *ladder.last()?,
        None => return None,
    };
    let mut copy = copy_of(failed, Via::Retry);
    // In a drained queue the failure that brought it there is what a person must read, not the drain's own.
    if !drained {
        copy = with_error(copy, code, reason);
    }
    copy.headers.insert(HEADER_RUNG.to_owned(), rung_label(wait));
    copy.headers.insert(HEADER_ATTEMPT.to_owned(), failed.attempt.saturating_add(1).to_string());
    Some(copy)
}

/// The copy for the dead-letter queue.
pub(super) fn dead_copy(failed: &Incoming, code: &str, reason: &str) -> Outgoing {
    let mut copy = with_error(copy_of(failed, Via::Dead), code, reason);
    copy.headers.remove(HEADER_RUNG);
    copy.headers.insert(HEADER_ATTEMPT.to_owned(), failed.attempt.to_string());
    copy
}

/// The copy that goes to the end of the queue the message is in, as it is: nothing is wrong with it.
pub(super) fn same_copy(held: &Incoming) -> Outgoing {
    let mut copy = copy_of(held, Via::Back);
    copy.headers.insert(HEADER_ATTEMPT.to_owned(), held.attempt.to_string());
    copy
}

fn with_error(copy: Outgoing, code: &str, reason: &str) -> Outgoing {
    copy.header(HEADER_ERROR_CODE, code).header(HEADER_ERROR, shortened(reason))
}

/// The message as it came, its key the queue it is in, with where it came from in its headers. The broker's own `x-…` headers
/// stay behind, because newer brokers ignore those a client sends; why the broker gave it up, if it did, is said in one of ours.
fn copy_of(failed: &Incoming, via: Via) -> Outgoing {
    let mut headers = failed.headers.clone();
    let given_up = failed.death.as_ref().filter(|death| !death.is_wait_over());
    let origin = given_up.map_or(&failed.queue, |death| &death.queue);
    headers.entry(HEADER_ORIGIN_QUEUE.to_owned()).or_insert_with(|| origin.clone());
    headers.insert(HEADER_ORIGIN_KEY.to_owned(), failed.routing_key.clone());
    if let Some(death) = given_up {
        headers.insert(HEADER_DEATH.to_owned(), death.reason.clone());
    }
    // A foreign sender's id need not be a UUID; it travels in a header and the copy gets an id of ours.
    let message_id = failed.message_id.parse().unwrap_or_else(|_| {
        headers.insert(HEADER_MESSAGE_ID.to_owned(), failed.message_id.clone());
        Uuid::new_v4()
    });
    Outgoing {
        via,
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
    use crate::broker::message::Death;
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
                let copy = ladder_copy(&failed("in.12_x", attempt), &ladder, false, "DB_DOWN", "no database")?;
                assert_eq!(copy.headers[HEADER_ATTEMPT], (attempt + 1).to_string());
                assert_eq!(copy.routing_key, "in.12_x");
                Some(copy.headers[HEADER_RUNG].clone())
            })
            .collect();
        assert_eq!(rungs, [Some("10s".to_owned()), Some("1m".to_owned()), None]);
    }

    #[test]
    fn a_drained_queue_repeats_its_last_rung() {
        let mut dead = failed("renkei.dead", 9);
        dead.headers.insert(HEADER_ERROR_CODE.to_owned(), "FIRST".to_owned());
        dead.death = Some(Death {
            queue: "in.12_x".to_owned(),
            reason: "delivery_limit".to_owned(),
            count: 1,
            exchange: "renkei.direct".to_owned(),
            routing_keys: Vec::new(),
            unix_s: None,
        });
        let copy = ladder_copy(&dead, &[Duration::from_secs(10)], true, "DB_DOWN", "no database").unwrap();
        assert_eq!((copy.headers[HEADER_RUNG].as_str(), copy.headers[HEADER_ERROR_CODE].as_str()), ("10s", "FIRST"));
        assert_eq!((copy.routing_key.as_str(), copy.headers[HEADER_ORIGIN_QUEUE].as_str()), ("renkei.dead", "in.12_x"));
        assert_eq!(copy.headers[HEADER_DEATH], "delivery_limit");
    }

    #[test]
    fn a_copy_keeps_the_message_and_a_foreign_id() {
        let copy = dead_copy(&failed("in.12_x", 2), "BUG", &"あ".repeat(ERROR_BYTES_MAX));
        assert_eq!((&copy.via, copy.headers[HEADER_MESSAGE_ID].as_str()), (&Via::Dead, "FOREIGN-1"));
        assert_eq!((copy.headers["renkei-topic"].as_str(), copy.reply_to.as_deref()), ("12_x", Some("replies")));
        assert!(copy.headers[HEADER_ERROR].ends_with(&format!("({} bytes in all)", 3 * ERROR_BYTES_MAX)));
    }

    #[test]
    fn a_message_set_back_is_as_it_was() {
        let held = failed("in.12_x", 2);
        let copy = same_copy(&held);
        assert_eq!((&copy.via, copy.routing_key.as_str()), (&Via::Back, "in.12_x"));
        assert_eq!(copy.headers[HEADER_ATTEMPT], "2");
        assert!(!copy.headers.contains_key(HEADER_ERROR) && !copy.headers.contains_key(HEADER_ERROR_CODE));
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
