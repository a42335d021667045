//! Check digits (GS1 General Specifications §7.9.1) and check character pairs (§7.9.5).

/// The check digit of the digits before it: weights 3 and 1 alternating from the right. `None` when something is no digit.
pub fn check_digit(digits: &str) -> Option<char> {
    let mut sum = 0;
    for (place, character) in digits.chars().rev().enumerate() {
        sum += character.to_digit(10)? * if place % 2 == 0 { 3 } else { 1 };
    }
    char::from_digit((10 - sum % 10) % 10, 10)
}

/// The last digit is the check digit of the others.
pub fn is_checked(digits: &str) -> bool {
    let mut before = digits.chars();
    before.next_back().is_some_and(|last| check_digit(before.as_str()) == Some(last))
}

/// The 82 characters of CSET 82 in the order of their values (GS1 General Specifications, figure 7.11-1).
pub const CSET82: &str = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

/// The alphabet of check pairs, 32 characters.
const PAIR: &str = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// Weights of check pairs: the primes from 2, the last character before the pair has the smallest. A model number has 23 characters at
/// most; the rule itself has no end.
fn primes() -> impl Iterator<Item = u32> {
    (2_u32..).filter(|number| {
        (2..*number).take_while(|factor| factor * factor <= *number).all(|factor| number % factor != 0)
    })
}

/// The check character pair of a Global Model Number (AI 8013): Σ value × prime, modulo 1021, in base 32.
pub fn check_pair(text: &str) -> Option<[char; 2]> {
    let mut sum = 0;
    for (character, weight) in text.chars().rev().zip(primes()) {
        let value = u32::try_from(CSET82.chars().position(|other| other == character)?).ok()?;
        sum = (sum + value * weight) % 1021;
    }
    let pair = sum;
    let digit = |value: u32| PAIR.chars().nth(usize::try_from(value).ok()?);
    Some([digit(pair >> 5)?, digit(pair & 31)?])
}

/// The last two characters are the check pair of the others.
pub fn is_paired(text: &str) -> bool {
    let mut before = text.chars();
    let (Some(second), Some(first)) = (before.next_back(), before.next_back()) else { return false };
    check_pair(before.as_str()) == Some([first, second])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn one_wrong_digit_is_always_found(digits in "[0-9]{3,17}", at in 0_usize..17, by in 1_u8..10) {
            let whole = format!("{digits}{}", check_digit(&digits).unwrap());
            prop_assert!(is_checked(&whole));
            let mut bytes = whole.into_bytes();
            let at = at % bytes.len();
            bytes[at] = b'0' + (bytes[at] - b'0' + by) % 10;
            prop_assert!(!is_checked(std::str::from_utf8(&bytes).unwrap()));
        }
    }
}
