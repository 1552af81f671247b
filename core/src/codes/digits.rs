//! Fixed numbers of ASCII digits, the clay of all codes.

/// Exactly `N` ASCII digits. Leading zeros are part of the value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digits<const N: usize>([u8; N]);

impl<const N: usize> Digits<N> {
    /// All zeros.
    pub const ZERO: Digits<N> = Digits([b'0'; N]);

    /// Reads exactly `N` ASCII digits.
    pub fn parse(text: &str) -> Option<Digits<N>> {
        let bytes: [u8; N] = text.as_bytes().try_into().ok()?;
        bytes.iter().all(u8::is_ascii_digit).then_some(Digits(bytes))
    }

    /// A number filled with zeros on the left; `None` when it has more than `N` digits.
    pub fn from_number(value: u64) -> Option<Digits<N>> {
        let mut bytes = [b'0'; N];
        let mut rest = value;
        for byte in bytes.iter_mut().rev() {
            *byte = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        (rest == 0).then_some(Digits(bytes))
    }

    /// The digits as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("only ASCII digits are ever stored")
    }

    /// The digits as a number; `None` when it does not fit in `u64`.
    pub fn number(&self) -> Option<u64> {
        self.0.iter().try_fold(0_u64, |value, byte| value.checked_mul(10)?.checked_add(u64::from(byte - b'0')))
    }

    /// The values of the digits, left to right.
    pub fn values(&self) -> [u32; N] {
        self.0.map(|byte| u32::from(byte - b'0'))
    }

    /// Whether all digits are zero.
    pub fn is_zero(&self) -> bool {
        self.0.iter().all(|byte| *byte == b'0')
    }
}

impl<const N: usize> std::fmt::Display for Digits<N> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl<const N: usize> std::fmt::Debug for Digits<N> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
