//! The two spellings that every one of these formats uses: base64 and decimal numbers. One value has one spelling here; a second one is
//! refused, so that nobody can hand round two texts of one statement.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The greatest number of leaves that we count to: beyond it a consistency proof may have more than the 63 lines of tlog-witness, and
/// other programs count in signed 64 bits.
pub const SIZE_MAX: u64 = i64::MAX as u64;

/// RFC 4648 §4 with padding.
pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// RFC 4648 §4, canonical: padded, and no bit set that carries nothing (§3.5).
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// An ASCII decimal without sign, space or leading zero, up to [`SIZE_MAX`].
pub(crate) fn from_decimal(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let led_by_zero = text.len() > 1 && text.starts_with('0');
    if !digits || led_by_zero {
        return None;
    }
    text.parse().ok().filter(|number| *number <= SIZE_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_spelling() {
        assert_eq!(from_decimal("0"), Some(0));
        assert_eq!(from_decimal("9223372036854775807"), Some(SIZE_MAX));
        for other in
            ["", "00", "01", "+1", "-1", " 1", "1 ", "1\n", "１", "9223372036854775808", "18446744073709551616"]
        {
            assert_eq!(from_decimal(other), None, "{other:?}");
        }
    }

    #[test]
    fn bytes_have_one_spelling() {
        assert_eq!(from_base64("AA=="), Some(vec![0]));
        // The last four bits of the second letter carry nothing: RFC 4648 §3.5.
        for other in ["AB==", "AA", "AA=", "AA==\n", "A A==", "AA==AA==", "_A=="] {
            assert_eq!(from_base64(other), None, "{other:?}");
        }
    }
}
