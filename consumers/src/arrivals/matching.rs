//! Which file is the one that was waited for: the oldest that is waited for gets the first file that comes, each file one.

use std::collections::VecDeque;

use jiff::{Timestamp, ZonedDateTime};
use renkei_core::calendar::clock;

/// A day a topic is due.
#[derive(Debug, Clone)]
pub(super) struct Window {
    /// From when on a file counts for it: the day after the due day before.
    pub(super) since: ZonedDateTime,
    /// The instants of the day it is due.
    pub(super) instants: Vec<ZonedDateTime>,
}

/// A file that has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Come {
    /// Its batch.
    pub(super) batch: i64,
    /// When.
    pub(super) at: Timestamp,
    /// Records in it.
    pub(super) records: i64,
    /// It was posted, or what of it could be: nothing can refuse it any more.
    pub(super) sound: bool,
}

/// An instant a file was or is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slot {
    /// The instant.
    pub(super) due: ZonedDateTime,
    /// From when on a file counts for it.
    pub(super) since: ZonedDateTime,
    /// The file that came for it.
    pub(super) come: Option<Come>,
    /// A person has said that none comes, or that it came otherwise.
    pub(super) settled: bool,
}

impl Slot {
    /// What its task is called by.
    pub(super) fn key(&self) -> String {
        clock::rfc3339(&self.due)
    }

    /// Nothing came, and nobody has said that it is in order.
    pub(super) fn is_open(&self) -> bool {
        self.come.is_none() && !self.settled
    }
}

/// Gives each file, oldest first, to the oldest instant that is still open when it comes. A file more than is waited for satisfies
/// none of the days to come.
pub(super) fn assign(windows: &[Window], come: &[Come], is_settled: impl Fn(&str) -> bool) -> Vec<Slot> {
    let mut slots: Vec<Slot> = Vec::new();
    let mut open = VecDeque::new();
    let mut files =
        come.iter().skip_while(|file| windows.first().is_some_and(|window| file.at < window.since.timestamp())).peekable();
    for (n, window) in windows.iter().enumerate() {
        let first = slots.len();
        for due in &window.instants {
            let mut slot = Slot { due: due.clone(), since: window.since.clone(), come: None, settled: false };
            slot.settled = is_settled(&slot.key());
            if !slot.settled {
                open.push_back(slots.len());
            }
            slots.push(slot);
        }
        let end = windows.get(n + 1).map(|next| next.since.timestamp());
        while let Some(file) = files.next_if(|file| end.is_none_or(|end| file.at < end)) {
            // What a person had given up may come all the same.
            let given_up = || (first..slots.len()).find(|&slot| slots[slot].come.is_none());
            if let Some(slot) = open.pop_front().or_else(given_up) {
                slots[slot].come = Some(*file);
            }
        }
    }
    slots
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: &str) -> ZonedDateTime {
        format!("{minute}:00+09:00").parse::<Timestamp>().expect("a moment").to_zoned_datetime(clock::tokyo())
    }

    fn daily(days: &[(&str, &str)]) -> Vec<Window> {
        let window = |(since, due): &(&str, &str)| Window {
            since: at(&format!("{since}T00:00")),
            instants: vec![at(&format!("{due}T10:00"))],
        };
        days.iter().map(window).collect()
    }

    fn file(batch: i64, minute: &str) -> Come {
        Come { batch, at: at(minute).timestamp(), records: 1, sound: true }
    }

    fn batches(slots: &[Slot]) -> Vec<Option<i64>> {
        slots.iter().map(|slot| slot.come.map(|come| come.batch)).collect()
    }

    #[test]
    fn one_late_file_satisfies_one_day() {
        let days = daily(&[("2026-10-01", "2026-10-01"), ("2026-10-02", "2026-10-02"), ("2026-10-03", "2026-10-05")]);
        assert_eq!(batches(&assign(&days, &[file(1, "2026-10-05T09:00")], |_| false)), [Some(1), None, None]);
        let three = [file(1, "2026-10-03T09:00"), file(2, "2026-10-05T09:00"), file(3, "2026-10-05T09:01")];
        assert_eq!(batches(&assign(&days, &three, |_| false)), [Some(1), Some(2), Some(3)]);
        // What a person settled waits for nothing; the file is the next day's.
        let settled = |key: &str| key.starts_with("2026-10-01") || key.starts_with("2026-10-02");
        assert_eq!(batches(&assign(&days, &three[1..2], settled)), [None, None, Some(2)]);
    }

    #[test]
    fn a_file_more_is_not_that_of_a_day_to_come() {
        let days = daily(&[("2026-10-01", "2026-10-01"), ("2026-10-02", "2026-10-02")]);
        let two = [file(1, "2026-10-01T09:00"), file(2, "2026-10-01T09:30")];
        assert_eq!(batches(&assign(&days, &two, |_| false)), [Some(1), None]);
        // Nor is one from before the first day that is looked at.
        assert_eq!(batches(&assign(&days, &[file(1, "2026-09-30T09:00")], |_| false)), [None, None]);
        // It comes although it had been given up.
        assert_eq!(batches(&assign(&days, &[file(1, "2026-10-02T09:00")], |_| true)), [None, Some(1)]);
    }
}
