//! Named crash points: the process dies exactly where a test says, as if the power went out.
//!
//! `RENKEI_CRASH_AT=name` aborts at the first pass of `crash::point("name")`, `RENKEI_CRASH_AT=name:3` at the third. Nothing
//! is flushed, closed or unwound, because that is what has to be survived. The variable is read once; without it a point
//! costs one load and a comparison.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Name of the environment variable.
pub const VARIABLE: &str = "RENKEI_CRASH_AT";

/// Where to die, and after how many passes.
#[derive(Debug)]
struct Plan {
    name: String,
    nth: u64,
    passes: AtomicU64,
}

impl Plan {
    /// Reads `name[:nth]`; an unreadable or zero `nth` is a mistake of the test, told loudly rather than ignored.
    fn parse(text: &str) -> Result<Self, String> {
        let (name, nth) = match text.rsplit_once(':') {
            None => (text, 1),
            Some((name, nth)) => {
                (name, nth.parse().map_err(|_| format!("{VARIABLE}={text}: the part after `:` is not a number of passes"))?)
            }
        };
        if name.is_empty() || nth == 0 {
            return Err(format!("{VARIABLE}={text}: expected `name` or `name:nth` with nth from 1"));
        }
        Ok(Plan { name: name.to_owned(), nth, passes: AtomicU64::new(0) })
    }

    /// Whether this pass is the one to die on.
    fn hit(&self, name: &str) -> bool {
        self.name == name && self.passes.fetch_add(1, Ordering::Relaxed) + 1 == self.nth
    }
}

/// Aborts the process when the environment names this point and this is the wanted pass.
pub fn point(name: &str) {
    static PLAN: OnceLock<Option<Plan>> = OnceLock::new();
    let plan = PLAN.get_or_init(|| {
        let text = std::env::var(VARIABLE).ok().filter(|text| !text.is_empty())?;
        match Plan::parse(&text) {
            Ok(plan) => Some(plan),
            Err(sentence) => {
                eprintln!("{sentence}");
                std::process::exit(2);
            }
        }
    });
    if plan.as_ref().is_some_and(|plan| plan.hit(name)) {
        eprintln!("crash point {name}: aborting as {VARIABLE} asks");
        std::process::abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nth_pass_of_the_named_point_is_hit_once() {
        let plan = Plan::parse("after_confirm:3").unwrap();
        let hits: Vec<bool> = (0..5).map(|_| plan.hit("after_confirm")).collect();
        assert_eq!(hits, [false, false, true, false, false]);
        assert!(!plan.hit("before_ack"));
    }

    #[test]
    fn a_name_alone_means_the_first_pass() {
        assert!(Plan::parse("before_ack").unwrap().hit("before_ack"));
    }

    #[test]
    fn a_plan_that_cannot_be_meant_is_refused() {
        for text in ["", ":2", "x:0", "x:many"] {
            assert!(Plan::parse(text).is_err(), "{text:?} was accepted");
        }
    }
}
