//! 统一社会信用代码: GB 32100-2015, with GB 11714 inside it. Eighteen characters out of 31.

const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Whether the code's own check character (position 18) holds. Case is folded; anything else is as written.
pub fn is_valid(code: &str) -> bool {
    let folded = code.to_ascii_uppercase();
    let bytes = folded.as_bytes();
    let Some((&last, body)) = bytes.split_last() else { return false };
    body.len() == 17 && check_character(body) == Some(last)
}

/// The check character of seventeen leading characters: C18 = 31 − Σ CᵢWᵢ mod 31 with Wᵢ = 3^(i−1) mod 31; 31 is written 0.
pub fn check_character(body: &[u8]) -> Option<u8> {
    let mut weight = 1_usize;
    let mut sum = 0;
    for byte in body {
        sum += weight * ALPHABET.iter().position(|letter| letter == byte)?;
        weight = weight * 3 % 31;
    }
    ALPHABET.get((31 - sum % 31) % 31).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standards_own_example() {
        assert!(is_valid("91350100M000100Y43"));
        assert!(is_valid("91350100m000100y43"));
        assert!(is_valid("91110000600037341L"));
        assert!(!is_valid("91350100M000100Y44"));
    }

    #[test]
    fn an_old_registration_number_is_no_code() {
        for text in ["500237000012345", "", "91350100M000100Y4", "91350100I000100Y43"] {
            assert!(!is_valid(text), "{text}");
        }
    }
}
