//! Faults of a layout file itself: all of them at once, each with its line.

use crate::verdict::{Classify, Verdict};

/// One fault of a layout file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayoutFault {
    /// 1-based line of the layout file or profile; 0 when the fault has no place.
    pub line: usize,
    /// Whether the line belongs to the profile.
    pub in_profile: bool,
    /// What is wrong.
    pub message: String,
}

/// Everything wrong with one layout file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayoutErrors {
    /// The file, as given to `Layout::parse`.
    pub origin: String,
    /// The faults in the order of their lines.
    pub faults: Vec<LayoutFault>,
}

impl std::fmt::Display for LayoutErrors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "layout {} has {} fault(s)", self.origin, self.faults.len())?;
        for fault in &self.faults {
            let place = if fault.in_profile { " (profile)" } else { "" };
            write!(f, "\n  line {}{place}: {}", fault.line, fault.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for LayoutErrors {}

impl Classify for LayoutErrors {
    /// A layout is part of the program's own data: a message that meets a broken one is parked, not refused.
    fn verdict(&self) -> Verdict {
        Verdict::Bug
    }
}
