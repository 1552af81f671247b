//! Check digits of the OCR lines of payment slips, and the CRC of the eL-QR (eltax.md §4.4).

/// The two check digits of an OCR line, as printed: first and second digit. `digits` holds ASCII digits only.
///
/// The second digit is Σ dᵢ·wᵢ mod 10 with wᵢ = 1 for even places and the cycle 9 8 7 6 5 4 3 2 for odd ones; the first is
/// (2 · second + Σ dᵢ·vᵢ) mod 11 mod 10 with vᵢ = 1 for odd places and the cycle 3 4 5 6 7 8 9 2 for even ones. Places count from 1.
pub fn check_pair(digits: &str) -> [u8; 2] {
    let (mut first, mut second) = (0_u32, 0_u32);
    for (i, byte) in digits.bytes().enumerate() {
        let digit = u32::from(byte.wrapping_sub(b'0'));
        let half = (i / 2 % 8) as u32;
        if i % 2 == 0 {
            second += digit * (9 - half);
            first += digit;
        } else {
            second += digit;
            first += digit * (if half == 7 { 2 } else { 3 + half });
        }
    }
    second %= 10;
    first = (2 * second + first) % 11 % 10;
    [b'0' + first as u8, b'0' + second as u8]
}

/// CRC-16/CCITT (polynomial 0x1021, initial value 0xFFFF, most significant bit first, no final xor) in decimal, five digits.
pub fn crc_decimal(text: &str) -> String {
    let mut crc: u16 = 0xFFFF;
    for byte in text.bytes() {
        crc ^= u16::from(byte) << 8;
        for _ in 0..8 {
            crc = if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 };
        }
    }
    format!("{crc:05}")
}
