//! Refuses a topology that could lose, block or reorder messages, with the reason.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{DELIVERY_LIMIT_NONE, Overflow, QueueSpec, TopologySpec, rung_label};
use crate::broker::connection::BrokerError;

/// A message that waits longer than this is forgotten by the people who should see it.
const RUNG_MAX: Duration = Duration::from_secs(24 * 3600);
/// Most rungs; more than this is a mistake.
const RUNGS_MAX: usize = 16;

/// Refuses an unsafe topology with everything that is wrong with it.
pub fn check(spec: &TopologySpec) -> Result<(), BrokerError> {
    let faults = faults(spec);
    if faults.is_empty() { Ok(()) } else { Err(BrokerError::Unsafe(faults)) }
}

/// Everything wrong with the topology, as sentences.
fn faults(spec: &TopologySpec) -> Vec<String> {
    let mut faults = Vec::new();
    check_ladder(&spec.ladder, &mut faults);
    let mut names = BTreeSet::new();
    for queue in &spec.queues {
        if !names.insert(queue.name.as_str()) {
            faults.push(format!("queue {} is named twice", queue.name));
        }
        check_queue(queue, &mut faults);
    }
    faults
}

fn check_ladder(ladder: &[Duration], faults: &mut Vec<String>) {
    if ladder.is_empty() {
        faults.push("the retry ladder has no rung: a passing failure would park every message".to_owned());
    }
    if ladder.len() > RUNGS_MAX {
        faults.push(format!("the retry ladder has {} rungs; more than {RUNGS_MAX} cannot be meant", ladder.len()));
    }
    for wait in ladder {
        if wait.as_millis() == 0 || !wait.subsec_nanos().is_multiple_of(1_000_000) {
            faults.push(format!("rung {wait:?}: a wait is whole milliseconds, at least one"));
        }
        if *wait > RUNG_MAX {
            faults.push(format!("rung {}: a message waiting longer than a day is forgotten", rung_label(*wait)));
        }
    }
    for pair in ladder.windows(2) {
        if pair[0] >= pair[1] {
            let (first, second) = (rung_label(pair[0]), rung_label(pair[1]));
            faults.push(format!(
                "rungs {first} and {second}: waits must grow; one queue holds one wait only, because it expires at its head"
            ));
        }
    }
}

fn check_queue(queue: &QueueSpec, faults: &mut Vec<String>) {
    let name = &queue.name;
    let mut fault = |text: &str| faults.push(format!("queue {name}: {text}"));
    if !(name.starts_with("in.") || name.starts_with("out.")) {
        fault("the name must begin with in. or out.");
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    if name.len() > 200 || !name.chars().all(plain) {
        fault("the name may hold ASCII letters, digits, _ . and - only, at most 200");
    }
    if !queue.dead_letters {
        fault("no dead-letter target: a message it gives up on would be lost");
    }
    if queue.overflow == Overflow::DropHead {
        fault("overflow drop-head throws the oldest message away, and turns off at-least-once dead-lettering");
    }
    match queue.delivery_limit {
        None if queue.ordered => {
            fault("no delivery limit: RabbitMQ before 4.0 puts a returned message at the end, out of order");
        }
        None => fault("no delivery limit: a message that kills its consumer would kill it for ever on RabbitMQ before 4.0"),
        Some(limit) if limit < 0 => {
            fault("delivery limit -1: unlimited on RabbitMQ 4, but 3.10 discards at the first return");
        }
        Some(0) => fault("delivery limit 0: the first return would be the last"),
        Some(limit) if limit > DELIVERY_LIMIT_NONE => fault("the delivery limit is too large to be one"),
        Some(_) => {}
    }
    if queue.max_bytes == Some(0) || queue.max_messages == Some(0) {
        fault("a length limit of 0 refuses every message");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec_with(change: impl FnOnce(&mut QueueSpec)) -> TopologySpec {
        let mut queue = QueueSpec::new("in.01_financial_institutions", true);
        change(&mut queue);
        TopologySpec::new(vec![queue])
    }

    #[test]
    fn the_defaults_are_safe() {
        assert!(check(&spec_with(|_| ())).is_ok());
    }

    #[test]
    fn each_way_to_lose_or_reorder_is_refused_with_its_reason() {
        type Change = fn(&mut QueueSpec);
        let cases: [(Change, &str); 7] = [
            (|q| q.dead_letters = false, "no dead-letter target"),
            (|q| q.overflow = Overflow::DropHead, "drop-head"),
            (|q| q.delivery_limit = None, "no delivery limit"),
            (|q| q.delivery_limit = Some(-1), "delivery limit -1"),
            (|q| q.delivery_limit = Some(0), "delivery limit 0"),
            (|q| q.max_messages = Some(0), "length limit of 0"),
            (|q| q.name = "renkei.dead".to_owned(), "must begin with"),
        ];
        for (change, reason) in cases {
            let faults = faults(&spec_with(change));
            assert!(faults.len() == 1 && faults[0].contains(reason), "expected {reason:?}, got {faults:?}");
        }
    }

    #[test]
    fn a_ladder_that_mixes_waits_or_never_ends_is_refused() {
        let ladders: [(&[u64], &str); 4] = [
            (&[], "no rung"),
            (&[10_000, 10_000], "waits must grow"),
            (&[0], "at least one"),
            (&[90_000_000], "longer than a day"),
        ];
        for (millis, reason) in ladders {
            let ladder = millis.iter().map(|ms| Duration::from_millis(*ms)).collect();
            let faults = faults(&TopologySpec { ladder, queues: Vec::new() });
            assert!(faults.len() == 1 && faults[0].contains(reason), "expected {reason:?}, got {faults:?}");
        }
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let mut spec = spec_with(|q| {
            q.overflow = Overflow::DropHead;
            q.delivery_limit = Some(-1);
        });
        spec.queues.push(spec.queues[0].clone());
        assert_eq!(faults(&spec).len(), 5);
    }
}
