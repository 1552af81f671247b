//! Whole yen. Money never touches a float, and sums that do not fit are errors, never wrapped.

use serde::{Deserialize, Serialize};

/// An amount in whole yen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Yen(pub i64);

impl Yen {
    /// No money.
    pub const ZERO: Yen = Yen(0);

    /// Sum, or `None` when it does not fit.
    pub fn checked_add(self, other: Yen) -> Option<Yen> {
        self.0.checked_add(other.0).map(Yen)
    }
}

impl std::fmt::Display for Yen {
    /// `1,234,567`, the way the tables and error texts print it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let digits = self.0.unsigned_abs().to_string();
        let mut grouped = String::with_capacity(digits.len() + digits.len() / 3 + 1);
        if self.0 < 0 {
            grouped.push('-');
        }
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        f.pad(&grouped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_digits() {
        assert_eq!(Yen(0).to_string(), "0");
        assert_eq!(Yen(-1_234_567).to_string(), "-1,234,567");
        assert_eq!(Yen(i64::MIN).to_string(), "-9,223,372,036,854,775,808");
    }

    #[test]
    fn sums_do_not_wrap() {
        assert_eq!(Yen(i64::MAX).checked_add(Yen(1)), None);
    }
}
